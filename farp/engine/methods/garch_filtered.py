"""Historical simulation with each day rescaled to the volatility that a GARCH(1,1) expects for tomorrow. Losses are positive."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from farp.engine.checks import Floats, one_series
from farp.engine.methods.estimate import Estimate, Remark, history, levels, remark, standard_deviation
from farp.engine.methods.filtered_historical import rescaled_to_last
from farp.engine.value_at_risk import QuantileRule, Tail, historical_tails
from farp.errors import DataError, InsufficientHistory

GARCH_FILTERED = "garch_filtered"
MINIMUM_GARCH_DAYS = 60
FEW_DAYS = 250
PERSISTENT = 0.999

BECAUSE = "a GARCH(1,1) estimates four parameters"
DOES_NOT_MOVE = "A GARCH(1,1) cannot be fitted to profit and loss that does not move; use another method or a longer lookback."
NO_CONVERGENCE = "The fit of the GARCH(1,1) did not converge on these {days} days; use another method or a longer lookback."
UNCERTAIN = f"The GARCH(1,1) rests on fewer than {FEW_DAYS} days, so its parameters are uncertain."
NEVER_FADES = "The fitted GARCH(1,1) never forgets a shock (alpha + beta is 1 or close to it), so it has no long-run volatility."


@dataclass(frozen=True, slots=True, kw_only=True)
class GarchFit:
    """A fitted GARCH(1,1) with constant mean, in the unit of the P&L (variances and `omega` in its square).

    `variances` holds the variance of each day and, last, the forecast for the next one, shape (n_days + 1,).
    """

    mean: float
    omega: float
    alpha: float
    beta: float
    log_likelihood: float
    variances: Floats


def next_variance(omega: ArrayLike, alpha: ArrayLike, beta: ArrayLike, move: ArrayLike, variance: ArrayLike) -> Floats:
    """Return the GARCH(1,1) variance of the day after one with this move and variance, ``omega + alpha move^2 + beta variance``.

    References
    ----------
    Bollerslev, T. (1986), Generalized autoregressive conditional heteroskedasticity, Journal of Econometrics 31(3), 307-327.

    Examples
    --------
    >>> round(float(next_variance(0.1, 0.1, 0.8, 2.0, 1.0)), 6)
    1.3
    """
    o, a, b, m, v = (np.asarray(value, dtype=np.float64) for value in (omega, alpha, beta, move, variance))
    return np.asarray(o + a * m * m + b * v)


def fit_garch(profit_and_loss: ArrayLike, minimum: int = MINIMUM_GARCH_DAYS) -> GarchFit:
    """Fit a GARCH(1,1) with constant mean to one series (n_days,) by normal quasi-maximum likelihood, through the `arch` package.

    Raises
    ------
    InvalidInput
        Not one series of finite numbers.
    InsufficientHistory
        Fewer than `minimum` days.
    DataError
        The series does not move, or the fit does not converge.
    """
    array = np.ascontiguousarray(one_series(profit_and_loss, "profit_and_loss"))
    if len(array) < minimum:
        raise InsufficientHistory(len(array), minimum, BECAUSE)
    fit = _fit(array)
    if isinstance(fit, str):
        raise DataError(fit)
    return fit


def rescaled_by_garch(profit_and_loss: ArrayLike, fit: GarchFit) -> Floats:
    """Return each day's P&L rescaled about the mean to the next day's volatility, ``m + (r[d] - m) s[T + 1] / s[d]``: (n_days,) -> (n_days,)."""
    moves, _ = rescaled_to_last(one_series(profit_and_loss, "profit_and_loss") - fit.mean, fit.variances)
    return fit.mean + moves


def garch_filtered(
    profit_and_loss: ArrayLike,
    confidences: Sequence[float],
    rule: QuantileRule = QuantileRule.LINEAR,
    minimum: int = MINIMUM_GARCH_DAYS,
) -> Estimate:
    """Return the historical VaR and ES of each row after every day is rescaled to tomorrow's GARCH volatility: (..., n_days) -> (...,).

    ``r*[d] = m + (r[d] - m) s[T + 1] / s[d]`` with mean m and volatilities s of a GARCH(1,1) fitted to the row (`fit_garch`).

    Parameters
    ----------
    profit_and_loss
        P&L [money] or returns [fraction], losses negative, oldest day first, shape (..., n_days).
    confidences
        Each in (0.5, 1).
    rule
        How the quantile is read.
    minimum
        Fewest days accepted.

    Returns
    -------
    `fitted`: ``mean``, ``omega``, ``alpha``, ``beta``, ``log_likelihood`` and the ``volatility`` of the next day. In a batch a row whose fit
    failed is NaN, and a remark says why.

    Raises
    ------
    InvalidInput
        A confidence outside its range, or NaN in the P&L.
    InsufficientHistory
        Fewer than `minimum` days.
    DataError
        `profit_and_loss` is a single series, and its fit failed.

    References
    ----------
    Barone-Adesi, G., Giannopoulos, K. and Vosper, L. (1999), VaR without correlations for portfolios of derivative securities,
    Journal of Futures Markets 19(5), 583-602.
    """
    array = history(profit_and_loss, minimum=0)
    days = array.shape[-1]
    if days < minimum:
        raise InsufficientHistory(days, minimum, BECAUSE)
    checked, rows = levels(confidences), array.shape[:-1]
    fits = [_fit(row) for row in array.reshape(math.prod(rows), days)]
    if not rows and isinstance(fits[0], str):
        raise DataError(fits[0])
    failed = np.array([isinstance(fit, str) for fit in fits]).reshape(rows)
    figures = np.full((len(fits), 6), np.nan)
    moves = np.zeros((len(fits), days))
    for place, (fit, row) in enumerate(zip(fits, array.reshape(len(fits), days), strict=True)):
        if isinstance(fit, GarchFit):
            moves[place] = rescaled_by_garch(row, fit)
            figures[place] = (fit.mean, fit.omega, fit.alpha, fit.beta, fit.log_likelihood, math.sqrt(fit.variances[-1]))
    fitted = {
        name: figures[:, column].reshape(rows) for column, name in enumerate(("mean", "omega", "alpha", "beta", "log_likelihood", "volatility"))
    }
    tails = historical_tails(moves.reshape(array.shape), checked, rule, minimum)
    reasons = dict.fromkeys(fit for fit in fits if isinstance(fit, str))
    failures = [Remark(text=reason, rows=np.array([fit == reason for fit in fits]).reshape(rows)) for reason in reasons]
    return Estimate(
        method=GARCH_FILTERED,
        tails=tuple(_without(tail, failed) for tail in tails),
        observations=days,
        settings={"rule": rule.value, "distribution": "normal"},
        fitted=fitted,
        remarks=(
            *failures,
            *remark(UNCERTAIN, ~failed & (days < FEW_DAYS)),
            *remark(NEVER_FADES, fitted["alpha"] + fitted["beta"] >= PERSISTENT),
        ),
    )


def _fit(row: Floats) -> GarchFit | str:
    """Return the fit of one checked series, or the sentence that says why there is none."""
    deviation = float(standard_deviation(row))
    if deviation == 0.0:
        return DOES_NOT_MOVE
    from arch.univariate import GARCH, ConstantMean, Normal

    # in standard deviations: the optimiser's steps and tolerances then fit whatever the unit of the P&L
    model = ConstantMean(row / deviation, volatility=GARCH(p=1, q=1), distribution=Normal(), rescale=False)
    result = model.fit(disp="off", show_warning=False)
    mean, omega, alpha, beta = (float(value) for value in np.asarray(result.params))
    volatilities = np.asarray(result.conditional_volatility, dtype=np.float64)
    if result.convergence_flag != 0 or not np.isfinite([mean, omega, alpha, beta, *volatilities]).all() or not (volatilities > 0).all():
        return NO_CONVERGENCE.format(days=len(row))
    last = next_variance(omega, alpha, beta, row[-1] / deviation - mean, volatilities[-1] ** 2)
    return GarchFit(
        mean=mean * deviation,
        omega=omega * deviation**2,
        alpha=alpha,
        beta=beta,
        log_likelihood=float(result.loglikelihood) - len(row) * math.log(deviation),
        variances=np.append(volatilities**2, last) * deviation**2,
    )


def _without(tail: Tail, failed: np.ndarray) -> Tail:
    return Tail(
        confidence=tail.confidence,
        value_at_risk=np.where(failed, np.nan, tail.value_at_risk),
        expected_shortfall=np.where(failed, np.nan, tail.expected_shortfall),
    )
