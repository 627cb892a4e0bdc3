"""Linear factor model: regression of each instrument on factors, and who contributes what to the portfolio's variance."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import pairwise
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csr_array

from farp.engine.checks import Floats, finite, numbers, series
from farp.engine.performance import FLAT
from farp.engine.returns import book_of_one, weighted_sum
from farp.errors import InsufficientHistory, InvalidInput

MINIMUM_REGRESSION_DAYS = 60
COLLINEAR_ABOVE = 30.0
INFLATED_ABOVE = 10.0
"""A variance inflation factor beyond this says that a factor is nearly a mixture of the others."""
EXACT_FIT = 1e-10
"""Residuals below this fraction of a series' own movement are rounding: it is a combination of the factors, not explained by them."""
_NO_PART = 1e-12
"""A factor whose squared part in a dependency is below this has no part in it but rounding."""


class CovarianceEstimator(StrEnum):
    """How a covariance is estimated from a sample."""

    SAMPLE = "sample"
    LEDOIT_WOLF = "ledoit_wolf"


@dataclass(frozen=True, slots=True, kw_only=True)
class FactorCovariance:
    """A daily covariance (n_factors, n_factors), and how far it was shrunk: 0 for the sample's own, 1 for a multiple of the identity."""

    estimator: CovarianceEstimator
    covariance: Floats
    shrinkage: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Regression:
    """Ordinary least squares with intercept of n_tickers series on n_factors, over `observations` days.

    `loadings`, `standard_errors` and `t_statistics` have shape (n_tickers, n_factors); `intercepts`, `r_squared` and
    `residual_variance` (daily, n - k - 1 degrees of freedom) shape (n_tickers,). R2 is NaN for a series that does not move, t-statistics for
    that and for one that the factors reproduce exactly (a holding that is itself a factor): there is no error to divide by.

    `identified` (n_factors,) is False for a factor that does not move or has a part in an exact dependency with others: its loadings are one
    choice of many (zero; the split of least squares), without standard error and t-statistic (NaN). `condition_number` is that of the factors
    centred and scaled to unit length, infinite when one is not identified.
    """

    loadings: Floats
    intercepts: Floats
    standard_errors: Floats
    t_statistics: Floats
    r_squared: Floats
    residual_variance: Floats
    identified: NDArray[np.bool_]
    observations: int
    condition_number: float

    @property
    def collinear(self) -> bool:
        """Whether the factors are too alike to tell their loadings apart."""
        return not self.condition_number <= COLLINEAR_ABOVE

    def of_rows(self, rows: NDArray[np.integer]) -> Regression:
        """Return the regression of these series alone, which has the same bits."""
        return replace(
            self,
            loadings=self.loadings[rows],
            intercepts=self.intercepts[rows],
            standard_errors=self.standard_errors[rows],
            t_statistics=self.t_statistics[rows],
            r_squared=self.r_squared[rows],
            residual_variance=self.residual_variance[rows],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Collinearity:
    """How alike factors are.

    `correlation` (n_factors, n_factors), NaN for one that does not move, itself included. `variance_inflation` (n_factors,) is how much larger
    the variance of a loading is than if the factor had nothing to do with the others: 1 or more, infinite in an exact dependency, NaN for a
    factor that does not move (`constant`). `condition_number` is that of `Regression`.
    """

    correlation: Floats
    variance_inflation: Floats
    constant: NDArray[np.bool_]
    condition_number: float

    @property
    def collinear(self) -> bool:
        """Whether the factors are too alike to tell their loadings apart."""
        return not self.condition_number <= COLLINEAR_ABOVE


@dataclass(frozen=True, slots=True, kw_only=True)
class VarianceContributions:
    """Shares of the portfolio's variance: `shares` (n_positions, n_factors + 1) sums to 1, the last column is specific.

    `variance` is daily, in the squared unit of the amounts. Shares are NaN when the variance is zero.
    """

    shares: Floats
    variance: float

    @property
    def by_position(self) -> Floats:
        """Each position's share, shape (n_positions,)."""
        return np.asarray(self.shares.sum(axis=1))

    @property
    def by_factor(self) -> Floats:
        """Each factor's share, the specific one last, shape (n_factors + 1,)."""
        return np.asarray(self.shares.sum(axis=0))

    @property
    def systematic(self) -> float:
        """The share that comes through factors."""
        return float(self.shares[:, :-1].sum())

    @property
    def specific(self) -> float:
        """The share that no factor explains."""
        return float(self.shares[:, -1].sum())


def regress(returns: ArrayLike, factor_returns: ArrayLike, minimum: int = MINIMUM_REGRESSION_DAYS) -> Regression:
    """Regress each row of `returns` on `factor_returns` with an intercept.

    Factors are centred and scaled before an SVD solves the system, so badly conditioned sets keep their digits; exactly
    dependent factors get the minimum-norm solution and show in `identified` and `condition_number`. Nothing is dropped.
    A row has the same bits alone and among many.

    Parameters
    ----------
    returns
        Shape (n_tickers, n_days) [fraction].
    factor_returns
        Shape (n_factors, n_days) [fraction], the same days.
    minimum
        Fewest days accepted.

    Raises
    ------
    InsufficientHistory
        Fewer than `minimum` days, or no degree of freedom left.
    InvalidInput
        NaN inside, or the days differ.

    References
    ----------
    Greene, W. H. (2018), Econometric Analysis, 8th ed. (least squares estimator, its variance, R2).
    """
    y = np.ascontiguousarray(np.atleast_2d(series(returns, "returns")))  # in another layout sums over a row depend on the other rows
    x = np.atleast_2d(series(factor_returns, "factor_returns"))
    if y.shape[-1] != x.shape[-1]:
        raise InvalidInput(f"returns and factor_returns must cover the same days, got {y.shape[-1]} and {x.shape[-1]}.")
    factors, days = x.shape
    if factors == 0:
        raise InvalidInput("factor_returns must hold at least one factor.")
    needed = max(minimum, factors + 2)
    if days < needed:
        raise InsufficientHistory(days, needed)
    freedom = days - factors - 1

    design = _Design.of(x)
    y_mean = y.mean(axis=1, keepdims=True)
    y_centred = y - y_mean

    loadings = weighted_sum(weighted_sum(y_centred, design.u) * design.inverse, design.vt) * design.per_length
    residuals = y_centred - weighted_sum(loadings, design.centred)
    residual_sum = (residuals**2).sum(axis=1)
    total_sum = (y_centred**2).sum(axis=1)
    moves = total_sum > days * (FLAT * np.abs(y).max(axis=1)) ** 2
    exact = residual_sum <= EXACT_FIT**2 * total_sum
    residual_variance = np.where(exact, 0.0, residual_sum / freedom)
    unscaled = design.inflation * design.per_length**2
    errors = np.where(design.identified, np.sqrt(residual_variance[:, None] * unscaled), np.nan)
    significant = moves[:, None] & (errors > 0)  # NaN is not
    return Regression(
        loadings=loadings,
        intercepts=y_mean[:, 0] - weighted_sum(loadings, design.mean)[:, 0],
        standard_errors=errors,
        t_statistics=np.divide(loadings, errors, out=np.full_like(loadings, np.nan), where=significant),
        r_squared=1.0 - np.divide(residual_sum, total_sum, out=np.full_like(total_sum, np.nan), where=moves),
        residual_variance=residual_variance,
        identified=design.identified,
        observations=days,
        condition_number=design.condition_number,
    )


def collinearity(factor_returns: ArrayLike) -> Collinearity:
    """Return how alike the rows of `factor_returns` are: correlations, variance inflation factors and the condition number.

    ``VIF_k = 1 / (1 - R2_k)``, with R2_k of the regression of factor k on the others; computed as the k-th diagonal element of the inverse
    correlation matrix.

    Parameters
    ----------
    factor_returns
        Shape (n_factors, n_days) [fraction], more days than factors.

    Raises
    ------
    InvalidInput
        NaN inside, or no factor.
    InsufficientHistory
        Fewer than n_factors + 2 days.

    References
    ----------
    Belsley, D. A., Kuh, E. and Welsch, R. E. (1980), Regression Diagnostics (scaled condition number, variance inflation factor).

    Examples
    --------
    >>> collinearity([[1.0, -1.0, 1.0, -1.0], [1.0, -1.0, -1.0, 1.0]]).variance_inflation.round(12).tolist()
    [1.0, 1.0]
    """
    x = np.atleast_2d(series(factor_returns, "factor_returns"))
    if x.ndim != 2 or not len(x):
        raise InvalidInput(f"factor_returns must have shape (n_factors, n_days) with at least one factor, got {x.shape}.")
    if x.shape[1] < len(x) + 2:
        raise InsufficientHistory(x.shape[1], len(x) + 2)
    design = _Design.of(x)
    constant = design.per_length == 0
    matrix = np.clip(design.unit @ design.unit.T, -1.0, 1.0)
    matrix[np.diag_indices_from(matrix)] = 1.0
    matrix[constant] = matrix[:, constant] = np.nan
    inflation = np.where(design.identified, np.maximum(design.inflation, 1.0), np.where(constant, np.nan, np.inf))
    return Collinearity(correlation=matrix, variance_inflation=inflation, constant=constant, condition_number=design.condition_number)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Design:
    """Factors centred (`centred`), scaled to unit length (`unit`; zero for one that does not move) and taken apart by an SVD.

    `inverse` are the inverse singular values, zero for those that are rounding; `inflation` is the diagonal of the inverse of unit unit'.
    """

    mean: Floats
    centred: Floats
    unit: Floats
    per_length: Floats
    u: Floats
    vt: Floats
    inverse: Floats
    inflation: Floats
    identified: NDArray[np.bool_]
    condition_number: float

    @classmethod
    def of(cls, x: Floats) -> Self:
        """Take apart `x`, shape (n_factors, n_days), more days than factors."""
        factors, days = x.shape
        mean = x.mean(axis=1, keepdims=True)
        centred = x - mean
        length = np.sqrt((centred**2).sum(axis=1))
        length = np.where(length > FLAT * np.sqrt(days) * np.abs(x).max(axis=1), length, 0.0)
        per_length = np.divide(1.0, length, out=np.zeros_like(length), where=length > 0)
        unit = centred * per_length[:, None]
        u, singular, vt = np.linalg.svd(unit.T, full_matrices=False)
        kept = singular > singular.max(initial=0.0) * max(days, factors) * np.finfo(float).eps
        inverse = np.divide(1.0, singular, out=np.zeros_like(singular), where=kept)
        return cls(
            mean=mean,
            centred=centred,
            unit=unit,
            per_length=per_length,
            u=u,
            vt=vt,
            inverse=inverse,
            inflation=((vt.T * inverse) ** 2).sum(axis=1),
            identified=(vt[~kept] ** 2).sum(axis=0) < _NO_PART,
            condition_number=float(singular[0] / singular[-1]) if kept.all() else float("inf"),
        )


def variance_contributions(
    amounts: ArrayLike, loadings: ArrayLike, factor_covariance: ArrayLike, residual_variance: ArrayLike
) -> VarianceContributions:
    """Return what each position contributes to the portfolio's variance through each factor and on its own.

    ``variance = w'B F B'w + w'D w``; position i and factor k: ``w_i B_ik (F B'w)_k / variance``; specific: ``w_i^2 D_i / variance``.

    Parameters
    ----------
    amounts
        w: market values [money] or weights, shape (n_positions,); the shares do not depend on their scale.
    loadings
        B, shape (n_positions, n_factors).
    factor_covariance
        F, shape (n_factors, n_factors), daily.
    residual_variance
        diagonal of D, shape (n_positions,), daily.

    Raises
    ------
    InvalidInput
        NaN inside, or the shapes do not fit.

    References
    ----------
    Meucci, A. (2005), Risk and Asset Allocation (Euler's decomposition of homogeneous risk measures).

    Examples
    --------
    >>> result = variance_contributions([1.0, 1.0], [[1.0], [1.0]], [[0.04]], [0.04, 0.0])
    >>> result.shares.round(12).tolist()
    [[0.4, 0.2], [0.4, 0.0]]
    """
    w, b = finite(amounts, "amounts"), finite(loadings, "loadings")
    f, d = finite(factor_covariance, "factor_covariance"), finite(residual_variance, "residual_variance")
    if b.ndim != 2 or (w.shape, f.shape, d.shape) != (b.shape[:1], (b.shape[1], b.shape[1]), b.shape[:1]):
        raise InvalidInput(
            "amounts (n_positions,), loadings (n_positions, n_factors), factor_covariance (n_factors, n_factors) and residual_variance"
            f" (n_positions,) do not fit: {w.shape}, {b.shape}, {f.shape} and {d.shape}."
        )
    return book_variance_contributions(book_of_one(w), b, f, d)[0]


def book_variance_contributions(
    market_values: csr_array, loadings: ArrayLike, factor_covariance: ArrayLike, residual_variance: ArrayLike
) -> tuple[VarianceContributions, ...]:
    """Return `variance_contributions` of every portfolio of a book; its positions are the entries of its row as they are stored.

    Parameters
    ----------
    market_values
        Shape (n_portfolios, n_tickers) [money].
    loadings
        B of all tickers, shape (n_tickers, n_factors).
    factor_covariance
        F, shape (n_factors, n_factors), daily.
    residual_variance
        diagonal of D of all tickers, shape (n_tickers,), daily.
    """
    b, f, d = numbers(loadings, "loadings"), numbers(factor_covariance, "factor_covariance"), numbers(residual_variance, "residual_variance")
    w, held, starts = market_values.data, market_values.indices, market_values.indptr
    marginal = weighted_sum(weighted_sum(market_values, b), f)
    parts = np.empty((len(w), b.shape[1] + 1))
    parts[:, :-1] = w[:, None] * b[held] * np.repeat(marginal, np.diff(starts), axis=0)
    parts[:, -1] = w**2 * d[held]
    result = []
    for first, last in pairwise(starts.tolist()):
        mine = parts[first:last]
        variance = float(mine.sum())
        shares = mine / variance if variance > 0 else np.full_like(mine, np.nan)
        result.append(VarianceContributions(shares=shares, variance=max(variance, 0.0)))
    return tuple(result)


def sample_covariance(factor_returns: ArrayLike) -> Floats:
    """Return the sample covariance (ddof 1) of the rows of `factor_returns`: (n_factors, n_days) -> (n_factors, n_factors), daily."""
    return np.atleast_2d(np.cov(series(factor_returns, "factor_returns", at_least=2), ddof=1))


def factor_covariance(factor_returns: ArrayLike, estimator: CovarianceEstimator = CovarianceEstimator.SAMPLE) -> FactorCovariance:
    """Return the covariance of the rows of `factor_returns`, as it is or shrunk as Ledoit and Wolf do.

    ``(1 - d) S + d (trace(S) / n) I`` with the d that is expected to be closest to the truth. For the shrunk one S has divisor n_days, as in the
    paper; for the sample's own n_days - 1.

    Parameters
    ----------
    factor_returns
        Shape (n_factors, n_days) [fraction]; more factors than days are allowed.

    Raises
    ------
    InvalidInput
        NaN inside, or not (n_factors, n_days).
    InsufficientHistory
        Fewer than two days.

    References
    ----------
    Ledoit, O. and Wolf, M. (2004), A well-conditioned estimator for large-dimensional covariance matrices, Journal of Multivariate Analysis 88(2).

    Examples
    --------
    >>> factor_covariance([[0.01, -0.01, 0.02, -0.02]]).covariance.round(6).tolist()
    [[0.000333]]
    """
    array = series(factor_returns, "factor_returns", at_least=2)
    if array.ndim != 2 or not len(array):
        raise InvalidInput(f"factor_returns must have shape (n_factors, n_days) with at least one factor, got {array.shape}.")
    if estimator is CovarianceEstimator.SAMPLE:
        return FactorCovariance(estimator=estimator, covariance=sample_covariance(array), shrinkage=0.0)
    from sklearn.covariance import ledoit_wolf

    covariance, shrinkage = ledoit_wolf(array.T)
    return FactorCovariance(estimator=estimator, covariance=np.asarray(covariance), shrinkage=float(shrinkage))
