"""Who causes the risk: parts of positions, groups and factors in VaR and expected shortfall. Losses are positive.

Two views with the same words. Parametric: mean 0 and normal, from a covariance. Historical: from the P&L of each position.
Parts (`component`) add up to the total and can be summed over any grouping with `by_group`; incremental figures do not add up.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtri

from farp.engine.checks import Floats, confidence_level, finite, numbers, series
from farp.engine.returns import weighted_sum
from farp.engine.value_at_risk import QuantileRule, historical_value_at_risk, tail_weights
from farp.errors import InvalidInput

HEDGED = 1e-13
"""A variance below this fraction of what it is summed from is rounding: the positions cancel, and no direction adds risk first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ParametricContributions:
    """Normal VaR and ES with mean 0 [money], and what each position has to do with them, arrays of shape (n_positions,).

    `marginal` is VaR for one more unit of money in the position; `component` (sums to the VaR) and `expected_shortfall_component`
    (sums to the ES) are money; `percent` are fractions of the total, the same for both; `incremental` is the VaR less the VaR without
    the position [money]. Where the variance is zero (nothing is held, nothing moves, or everything is hedged) components
    are zero, and `marginal` and `percent`, which have no value there, are NaN.
    """

    confidence: float
    value_at_risk: float
    expected_shortfall: float
    marginal: Floats
    component: Floats
    expected_shortfall_component: Floats
    percent: Floats
    incremental: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Grouped:
    """Sums over groups, in order of first appearance: `values` has shape (..., n_groups)."""

    groups: tuple[str, ...]
    values: Floats


def parametric_contributions(amounts: ArrayLike, covariance: ArrayLike, confidence: float) -> ParametricContributions:
    """Return marginal, component, percent and incremental VaR of each position for normal returns with mean 0.

    ``VaR = z sqrt(w'Sw)``, ``marginal_i = z (Sw)_i / sqrt(w'Sw)``, ``component_i = w_i marginal_i``,
    ``incremental_i = VaR - VaR(w without i)``; for the ES z is replaced by ``phi(z) / (1 - c)``.

    Parameters
    ----------
    amounts
        w: market values [money], shape (n_positions,); negative is short.
    covariance
        S: covariance of the positions' returns over the horizon, shape (n_positions, n_positions). It may be singular.
    confidence
        In (0.5, 1).

    Raises
    ------
    InvalidInput
        NaN inside, shapes that do not fit, a covariance that is not symmetric or gives a negative variance.

    References
    ----------
    Jorion, P. (2007), Value at Risk, 3rd ed., ch. 7 (marginal, component and incremental VaR).

    Examples
    --------
    >>> result = parametric_contributions([60.0, 40.0], [[0.01, 0.0], [0.0, 0.04]], 0.95)
    >>> round(result.value_at_risk, 4), result.percent.round(4).tolist()
    (16.4485, [0.36, 0.64])
    """
    level = confidence_level(confidence)
    w, s = _book(amounts, covariance)
    z = float(ndtri(level))
    shortfall = math.exp(-z * z / 2.0) / math.sqrt(2.0 * math.pi) / (1.0 - level)
    sw = s @ w
    deviation = float(_deviation(w, s))
    component = w * sw / deviation if deviation > 0 else np.zeros_like(w)
    return ParametricContributions(
        confidence=level,
        value_at_risk=z * deviation,
        expected_shortfall=shortfall * deviation,
        marginal=z * sw / deviation if deviation > 0 else np.full_like(w, np.nan),
        component=z * component,
        expected_shortfall_component=shortfall * component,
        percent=component / deviation if deviation > 0 else np.full_like(w, np.nan),
        incremental=z * (deviation - _deviation(w * (1.0 - np.eye(len(w))), s)),  # row i is the portfolio without position i
    )


def parametric_incremental_value_at_risk(amounts: ArrayLike, covariance: ArrayLike, confidence: float, labels: Sequence[str]) -> Grouped:
    """Return the normal VaR less the VaR without each group of `labels` [money]: what `incremental_value_at_risk` is to the historical VaR.

    Parameters
    ----------
    amounts, covariance, confidence
        As in `parametric_contributions`.
    labels
        The group of each position, length n_positions.

    Raises
    ------
    InvalidInput
        As `parametric_contributions`, or labels that do not fit.

    Examples
    --------
    >>> result = parametric_incremental_value_at_risk([3.0, 4.0, 12.0], np.eye(3), 0.95, ["A", "A", "B"])
    >>> result.groups, result.values.round(4).tolist()  # z (13 - 12) and z (13 - 5)
    (('A', 'B'), [1.6449, 13.1588])
    """
    level = confidence_level(confidence)
    w, s = _book(amounts, covariance)
    groups, member = _membership(labels, len(w))
    return Grouped(groups=groups, values=np.asarray(float(ndtri(level)) * (_deviation(w, s) - _deviation(w * (1.0 - member.T), s))))


def component_expected_shortfall(position_profit_and_loss: ArrayLike, confidence: float, total: ArrayLike | None = None) -> Floats:
    """Return each position's part of the portfolio's historical expected shortfall [money].

    ``ES_i = -sum_d w_d L_i[d]`` with the tail weights w of the portfolio's P&L; the parts sum to the ES.

    Parameters
    ----------
    position_profit_and_loss
        P&L of each position [money], losses negative, shape (n_positions, n_days).
    total
        P&L of the portfolio, shape (n_days,), where it is known; by default the sum of the positions'. The same total chooses the same tail days
        in every breakdown, also where days are equal but for rounding.

    Returns
    -------
    Array (n_positions,); a negative part means that the position earned money on the portfolio's worst days.

    References
    ----------
    Tasche, D. (2002), Expected shortfall and beyond, Journal of Banking & Finance 26(7), 1519-1533 (Euler contributions).

    Examples
    --------
    >>> parts = component_expected_shortfall([[-3.0] + [0.0] * 19, [1.0] + [0.0] * 19], 0.95)
    >>> parts.tolist()
    [3.0, -1.0]
    """
    array = _positions_by_days(position_profit_and_loss)
    weights = tail_weights(_total(array, total), confidence)
    return np.asarray(0.0 - (array * weights).sum(axis=-1))  # a position that does not move has a part of 0, not of -0


def component_value_at_risk(
    position_profit_and_loss: ArrayLike, confidence: float, rule: QuantileRule = QuantileRule.LINEAR, total: ArrayLike | None = None
) -> Floats:
    """Return the shares of `component_expected_shortfall` scaled to the historical VaR [money]: (n_positions, n_days) -> (n_positions,).

    ``VaR_i = ES_i * VaR / ES``: the tail days' mean is steady where the P&L of the one day at the quantile is chance.
    NaN where the ES is zero: there is nothing to share. `total` as there.
    """
    array = _positions_by_days(position_profit_and_loss)
    portfolio = _total(array, total)
    parts = component_expected_shortfall(array, confidence, portfolio)
    shortfall = float(parts.sum())
    figure = float(historical_value_at_risk(portfolio, confidence, rule))
    if abs(shortfall) <= HEDGED * float(np.abs(array).sum(axis=0).max(initial=0.0)):
        return np.full_like(parts, np.nan)
    return np.asarray(parts * (figure / shortfall))


def incremental_value_at_risk(
    position_profit_and_loss: ArrayLike, confidence: float, rule: QuantileRule = QuantileRule.LINEAR, labels: Sequence[str] | None = None
) -> Grouped:
    """Return the historical VaR less the VaR without each position, or without each group of `labels` [money].

    The P&L of what is left is added up anew and goes through the same quantile as the total. Negative: the position reduces the risk.

    Parameters
    ----------
    position_profit_and_loss
        P&L of each position [money], losses negative, shape (n_positions, n_days).
    labels
        The group of each position, length n_positions; None takes each position alone, named by its row number.

    Returns
    -------
    One figure a group; they do not add up to the VaR.

    Raises
    ------
    InvalidInput
        NaN inside, or labels that do not fit.
    InsufficientHistory
        Fewer than 20 days.

    Examples
    --------
    >>> incremental_value_at_risk([[-4.0] * 20, [1.0] * 20], 0.95).values.tolist()
    [4.0, -1.0]
    """
    array = _positions_by_days(position_profit_and_loss)
    names = [str(row) for row in range(len(array))] if labels is None else labels
    groups, member = _membership(names, len(array))
    total = float(historical_value_at_risk(weighted_sum(np.ones(len(array)), array), confidence, rule))
    without = historical_value_at_risk(weighted_sum(1.0 - member.T, array), confidence, rule)
    return Grouped(groups=groups, values=np.asarray(total - without))


def by_group(parts: ArrayLike, labels: Sequence[str]) -> Grouped:
    """Return the sum of `parts` over each group: (..., n_positions) -> (..., n_groups). Every breakdown has the same total.

    A part that is NaN makes its own group NaN and no other.

    Examples
    --------
    >>> by_group([3.0, -1.0, 2.0], ["Tech", "Energy", "Tech"]).values.tolist()
    [5.0, -1.0]
    """
    array = numbers(parts, "parts")
    groups, member = _membership(labels, array.shape[-1])
    values = np.empty((*array.shape[:-1], len(groups)))
    for column, mine in enumerate(member.T > 0):
        values[..., column] = array[..., mine].sum(axis=-1)
    return Grouped(groups=groups, values=values)


def factor_profit_and_loss(amounts: ArrayLike, loadings: ArrayLike, factor_returns: ArrayLike, position_profit_and_loss: ArrayLike) -> Floats:
    """Return the portfolio's P&L split by factor, the last row specific [money]: rows that add up to the portfolio's P&L.

    ``L_k[d] = (B'w)_k f_k[d]`` and ``specific[d] = L[d] - sum_k L_k[d]`` (regression intercept included). The rows take the place of
    positions in `component_expected_shortfall`, `component_value_at_risk` and, with amounts of one and their covariance, in
    `parametric_contributions`: a breakdown by factor that sums to the same total as the one by position.

    Parameters
    ----------
    amounts
        w, shape (n_positions,) [money].
    loadings
        B, shape (n_positions, n_factors).
    factor_returns
        f, shape (n_factors, n_days) [fraction].
    position_profit_and_loss
        Shape (n_positions, n_days) [money], the same days.

    Returns
    -------
    Array (n_factors + 1, n_days).

    Raises
    ------
    InvalidInput
        NaN inside, or shapes that do not fit.
    """
    w, b, f, profit = _factor_model(amounts, loadings, factor_returns, position_profit_and_loss)
    through_factors = (b.T @ w)[:, None] * f
    return np.vstack([through_factors, profit.sum(axis=0) - through_factors.sum(axis=0)])


def position_profit_and_loss_through(
    factor: int, amounts: ArrayLike, loadings: ArrayLike, factor_returns: ArrayLike, position_profit_and_loss: ArrayLike
) -> Floats:
    """Return what each position made through one factor [money]: rows that add up to that row of `factor_profit_and_loss`.

    ``L_ik[d] = w_i B_ik f_k[d]``; for k = n_factors the specific part, ``L_i[d] - sum_k L_ik[d]``.

    Parameters
    ----------
    factor
        k, from 0 to n_factors.
    amounts, loadings, factor_returns, position_profit_and_loss
        As in `factor_profit_and_loss`.

    Returns
    -------
    Array (n_positions, n_days).

    Raises
    ------
    InvalidInput
        NaN inside, shapes that do not fit, or a factor that is not there.
    """
    w, b, f, profit = _factor_model(amounts, loadings, factor_returns, position_profit_and_loss)
    if not 0 <= factor <= len(f):
        raise InvalidInput(f"factor must be 0 to {len(f)}, the last one the specific part, got {factor!r}.")
    held = w[:, None] * b
    return np.asarray(profit - held @ f if factor == len(f) else held[:, factor, None] * f[factor])


def _book(amounts: ArrayLike, covariance: ArrayLike) -> tuple[Floats, Floats]:
    """Return amounts (n,) and their covariance (n, n), checked."""
    w, s = finite(amounts, "amounts"), finite(covariance, "covariance")
    if w.ndim != 1 or s.shape != (*w.shape, *w.shape):
        raise InvalidInput(f"amounts (n_positions,) and covariance (n_positions, n_positions) do not fit: {w.shape} and {s.shape}.")
    if not np.allclose(s, s.T, rtol=1e-9, atol=1e-12 * np.abs(s).max(initial=0.0)):
        raise InvalidInput("covariance must be symmetric.")
    return w, s


def _factor_model(
    amounts: ArrayLike, loadings: ArrayLike, factor_returns: ArrayLike, position_profit_and_loss: ArrayLike
) -> tuple[Floats, Floats, Floats, Floats]:
    """Return the four as arrays that fit each other."""
    w, b, f = finite(amounts, "amounts"), finite(loadings, "loadings"), finite(factor_returns, "factor_returns")
    profit = _positions_by_days(position_profit_and_loss)
    if w.shape != profit.shape[:1] or f.ndim != 2 or b.shape != (len(w), len(f)) or f.shape[1] != profit.shape[1]:
        raise InvalidInput(
            "amounts (n_positions,), loadings (n_positions, n_factors), factor_returns (n_factors, n_days) and position_profit_and_loss"
            f" (n_positions, n_days) do not fit: {w.shape}, {b.shape}, {f.shape} and {profit.shape}."
        )
    return w, b, f, profit


def _total(position_profit_and_loss: Floats, total: ArrayLike | None) -> Floats:
    """Return the portfolio's P&L: `total` where it is given, else the sum of the positions'."""
    if total is None:
        return np.asarray(position_profit_and_loss.sum(axis=0))
    portfolio = series(total, "total")
    if portfolio.shape != position_profit_and_loss.shape[1:]:
        raise InvalidInput(f"total must be one P&L of {position_profit_and_loss.shape[1]} days as the positions have, got {portfolio.shape}.")
    return portfolio


def _deviation(amounts: Floats, covariance: Floats) -> Floats:
    """Return sqrt(w'Sw) of each row, exactly zero where only rounding is left: (..., n) -> (...,)."""
    variance = ((amounts @ covariance) * amounts).sum(axis=-1)
    gross = (np.abs(amounts) @ np.sqrt(np.abs(np.diagonal(covariance)))) ** 2  # the most it could be, were all correlations one
    rounding = HEDGED * gross
    if (variance < -rounding).any():
        raise InvalidInput("covariance must be positive semi-definite; this one gives a negative variance.")
    return np.sqrt(np.where(variance > rounding, variance, 0.0))


def _membership(labels: Sequence[str], positions: int) -> tuple[tuple[str, ...], Floats]:
    if len(labels) != positions:
        raise InvalidInput(f"labels must name the group of each of the {positions} positions, got {len(labels)}.")
    groups = tuple(dict.fromkeys(labels))
    place = {group: column for column, group in enumerate(groups)}
    member = np.zeros((positions, len(groups)))
    member[np.arange(positions), [place[label] for label in labels]] = 1.0
    return groups, member


def _positions_by_days(position_profit_and_loss: ArrayLike) -> Floats:
    array = series(position_profit_and_loss, "position_profit_and_loss")
    if array.ndim != 2:
        raise InvalidInput(f"position_profit_and_loss must have shape (n_positions, n_days), got {array.shape}.")
    return array
