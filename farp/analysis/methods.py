"""VaR and ES of one portfolio by each of the eight methods, side by side. Losses are positive, money is in the base currency.

A figure over several days is the one-day figure times the square root of their number, whatever the method.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from farp.analysis.window import Window
from farp.engine import returns, value_at_risk
from farp.engine.checks import MINIMUM_OBSERVATIONS, Floats, horizon
from farp.engine.methods import METHODS
from farp.engine.methods.age_weighted import AGE_WEIGHTED, age_weighted, age_weights
from farp.engine.methods.cornish_fisher import CORNISH_FISHER, OUTSIDE, cornish_fisher
from farp.engine.methods.density import Curve, cornish_fisher_density, normal_density_curve, student_t_density
from farp.engine.methods.estimate import Estimate
from farp.engine.methods.filtered_historical import FILTERED_HISTORICAL, ewma_variances, filtered_historical, rescaled_to_last
from farp.engine.methods.garch_filtered import GARCH_FILTERED, fit_garch, garch_filtered, rescaled_by_garch
from farp.engine.methods.monte_carlo import MONTE_CARLO, monte_carlo
from farp.engine.methods.parametric_normal import PARAMETRIC_NORMAL, parametric_normal
from farp.engine.methods.student_t import STUDENT_T, student_t
from farp.engine.value_at_risk import HISTORICAL_SIMULATION, QuantileRule, ValueAtRisk
from farp.errors import DataError, InvalidInput
from farp.format import confidence as shown_confidence

SEED = 20221228
"""Of Monte Carlo, so that the same question has the same answer on every screen."""
SLOW_METHODS = (MONTE_CARLO, GARCH_FILTERED)
QUICK_METHODS = tuple(method for method in METHODS if method not in SLOW_METHODS)
READ_OFF_DAYS = (HISTORICAL_SIMULATION, FILTERED_HISTORICAL, GARCH_FILTERED)
"""Methods whose quantile is read off a sample of days by a rule that can be chosen."""
THIN_TAIL_OBSERVATIONS = 100

_ESTIMATORS: Mapping[str, Callable[[Window, float, QuantileRule], Estimate]] = {
    PARAMETRIC_NORMAL: lambda window, level, _: parametric_normal(window.profit_and_loss, (level,)),
    STUDENT_T: lambda window, level, _: student_t(window.profit_and_loss, (level,)),
    CORNISH_FISHER: lambda window, level, _: cornish_fisher(window.profit_and_loss, (level,)),
    MONTE_CARLO: lambda window, level, _: monte_carlo(window.position_profit_and_loss, (level,), np.random.default_rng(SEED)),
    AGE_WEIGHTED: lambda window, level, _: age_weighted(window.profit_and_loss, (level,)),
    FILTERED_HISTORICAL: lambda window, level, rule: filtered_historical(window.profit_and_loss, (level,), rule=rule),
    GARCH_FILTERED: lambda window, level, rule: garch_filtered(window.profit_and_loss, (level,), rule),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class MethodFigure:
    """VaR and ES by one method [money].

    `fraction` and `expected_shortfall_fraction` are of net asset value, None when that is not positive. `settings` is what was chosen,
    `fitted` what was estimated from the days, for one day and in money (`omega` in its square); `remarks` are sentences to be said
    beside the figure. `not_compared_because` says why a figure is shown but counts neither as lowest nor as highest. `rule` and `tail_observations` are None for a method that does not read its quantile off the days. `historical`
    is the figure of the VaR table with its interval, for historical simulation only.
    """

    method: str
    confidence: float
    horizon_days: int
    amount: float
    fraction: float | None
    expected_shortfall: float
    expected_shortfall_fraction: float | None
    observations: int
    settings: Mapping[str, float | int | str]
    fitted: Mapping[str, float] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()
    rule: QuantileRule | None = None
    tail_observations: int | None = None
    historical: ValueAtRisk | None = None
    not_compared_because: str | None = None

    @property
    def name(self) -> str:
        """The method's name for reading."""
        return METHODS[self.method]


@dataclass(frozen=True, slots=True, kw_only=True)
class NoFigure:
    """A method that has no answer for this portfolio, and why."""

    method: str
    message: str

    @property
    def name(self) -> str:
        """The method's name for reading."""
        return METHODS[self.method]


@dataclass(frozen=True, kw_only=True)
class MethodComparison:
    """Several methods over the same days at one confidence and horizon, in the order of `METHODS`."""

    window: Window
    confidence: float
    horizon_days: int
    rule: QuantileRule
    rows: tuple[MethodFigure | NoFigure, ...]

    @property
    def figures(self) -> tuple[MethodFigure, ...]:
        """The methods that have an answer."""
        return tuple(row for row in self.rows if isinstance(row, MethodFigure))

    @property
    def without(self) -> tuple[NoFigure, ...]:
        """The methods that have none."""
        return tuple(row for row in self.rows if isinstance(row, NoFigure))

    @property
    def comparable(self) -> tuple[MethodFigure, ...]:
        """The figures that count in the comparison: all but those outside what their method is valid for, or all if nothing else is there."""
        return tuple(figure for figure in self.figures if figure.not_compared_because is None) or self.figures

    @property
    def not_compared(self) -> tuple[MethodFigure, ...]:
        """The figures that are shown but do not count in the comparison."""
        return tuple(figure for figure in self.figures if figure not in self.comparable)

    @property
    def lowest(self) -> MethodFigure | None:
        """The smallest VaR that counts; None without any figure."""
        return min(self.comparable, key=lambda figure: figure.amount, default=None)

    @property
    def highest(self) -> MethodFigure | None:
        """The largest VaR that counts; None without any figure."""
        return max(self.comparable, key=lambda figure: figure.amount, default=None)

    @property
    def ratio(self) -> float | None:
        """Largest over smallest VaR; None where the smallest is not a loss."""
        low, high = self.lowest, self.highest
        return high.amount / low.amount if low and high and low.amount > 0 else None

    @property
    def historical(self) -> ValueAtRisk | None:
        """The historical figure with its interval; None when it is not among the methods."""
        return next((figure.historical for figure in self.figures if figure.historical), None)


@dataclass(frozen=True, kw_only=True)
class MethodView:
    """The days as one method sees them, for one day's P&L [money].

    `sample` (n_days,) is each day's P&L as the method counts it, rescaled where it does that, and `weights` (n_days,) how much each counts,
    summing to 1. A method that assumes a distribution has its `curve` instead; both are None where there is none to draw, and
    `no_curve_because` says why. `tail` is the method's figure for one day.
    """

    tail: MethodFigure
    sample: Floats | None = None
    weights: Floats | None = None
    curve: Curve | None = None
    no_curve_because: str | None = None


def method_figure(window: Window, method: str, confidence: float, horizon_days: int = 1, rule: QuantileRule = QuantileRule.LINEAR) -> MethodFigure:
    """Return VaR and ES of the portfolio by one method over the lookback.

    Parameters
    ----------
    method
        One of `METHODS`.
    confidence
        A fraction in (0.5, 1).
    horizon_days
        One day's figures are scaled to it by the square root of time.
    rule
        How a quantile is read off the days, for the methods that do (`READ_OFF_DAYS`).

    Raises
    ------
    InvalidInput
        An unknown method, or a confidence or horizon outside its range.
    DataError
        The method has no answer for this portfolio: too few days for it, or a fit that fails.
    """
    if method not in METHODS:
        raise InvalidInput(f"method must be one of {', '.join(METHODS)}, got {method!r}.")
    days = horizon(horizon_days)
    if method == HISTORICAL_SIMULATION:
        table = historical_figures(window.profit_and_loss, window.market_values, window.prices, window.net_asset_value, (confidence,), (days,), rule)
        return of_historical(table[0])
    estimate = _ESTIMATORS[method](window, confidence, rule)
    (tail,) = estimate.over(days)
    amount, shortfall = float(tail.value_at_risk), float(tail.expected_shortfall)
    by_rule, remarks = method in READ_OFF_DAYS, estimate.remarks_on()
    thin = thin_tail_warning(estimate.observations, confidence) if by_rule else None
    return MethodFigure(
        method=method,
        confidence=tail.confidence,
        horizon_days=days,
        amount=amount,
        fraction=window.of_value(amount),
        expected_shortfall=shortfall,
        expected_shortfall_fraction=window.of_value(shortfall),
        observations=estimate.observations,
        settings=estimate.settings,
        fitted={name: float(value) for name, value in estimate.fitted.items()},
        remarks=(*remarks, *((thin,) if thin else ())),
        rule=rule if by_rule else None,
        tail_observations=math.ceil(value_at_risk.tail_size(estimate.observations, confidence)) if by_rule else None,
        not_compared_because=OUTSIDE if OUTSIDE in remarks else None,
    )


def of_historical(figure: ValueAtRisk) -> MethodFigure:
    """Return a figure of the historical VaR table as one of the methods."""
    return MethodFigure(
        method=figure.method,
        confidence=figure.confidence,
        horizon_days=figure.horizon_days,
        amount=figure.amount,
        fraction=figure.fraction,
        expected_shortfall=figure.expected_shortfall,
        expected_shortfall_fraction=figure.expected_shortfall_fraction,
        observations=figure.observations,
        settings={"rule": figure.rule.value},
        remarks=(figure.warning,) if figure.warning else (),
        rule=figure.rule,
        tail_observations=figure.tail_observations,
        historical=figure,
    )


def method_row(
    window: Window, method: str, confidence: float, horizon_days: int = 1, rule: QuantileRule = QuantileRule.LINEAR
) -> MethodFigure | NoFigure:
    """Return what `method_figure` does, or the sentence that says why the method has no answer for this portfolio."""
    try:
        return method_figure(window, method, confidence, horizon_days, rule)
    except DataError as error:
        return NoFigure(method=method, message=str(error))


def comparison(
    window: Window,
    confidence: float,
    horizon_days: int = 1,
    rule: QuantileRule = QuantileRule.LINEAR,
    methods: Iterable[str] = tuple(METHODS),
) -> MethodComparison:
    """Return VaR and ES by each of `methods`; one without an answer is a row with its sentence and costs the others nothing.

    Raises
    ------
    InvalidInput
        An unknown method, or a confidence or horizon outside its range.
    """
    wanted = tuple(methods)
    unknown = [method for method in wanted if method not in METHODS]
    if unknown:
        raise InvalidInput(f"method must be one of {', '.join(METHODS)}, got {unknown[0]!r}.")
    rows = [method_row(window, method, confidence, horizon_days, rule) for method in METHODS if method in wanted]
    return compared(window, rows, confidence, horizon_days, rule)


def compared(window: Window, rows: Sequence[MethodFigure | NoFigure], confidence: float, horizon_days: int, rule: QuantileRule) -> MethodComparison:
    """Return rows that were made one by one as a comparison, in the order of `METHODS`."""
    order = list(METHODS)
    return MethodComparison(
        window=window,
        confidence=confidence,
        horizon_days=horizon_days,
        rule=rule,
        rows=tuple(sorted(rows, key=lambda row: order.index(row.method))),
    )


def method_view(window: Window, method: str, confidence: float, rule: QuantileRule = QuantileRule.LINEAR) -> MethodView:
    """Return the days, or the distribution of a day, as `method` sees them, with its figure for one day.

    Raises
    ------
    InvalidInput, DataError
        As `method_figure`.
    """
    tail = method_figure(window, method, confidence, 1, rule)
    profit_and_loss, fitted = window.profit_and_loss, tail.fitted
    alike = np.full(len(profit_and_loss), 1.0 / len(profit_and_loss))
    if method == HISTORICAL_SIMULATION:
        return MethodView(tail=tail, sample=profit_and_loss, weights=alike)
    if method == AGE_WEIGHTED:
        return MethodView(tail=tail, sample=profit_and_loss, weights=age_weights(len(profit_and_loss)))
    if method == FILTERED_HISTORICAL:
        return MethodView(tail=tail, sample=rescaled_to_last(profit_and_loss, ewma_variances(profit_and_loss))[0], weights=alike)
    if method == GARCH_FILTERED:
        return MethodView(tail=tail, sample=rescaled_by_garch(profit_and_loss, fit_garch(profit_and_loss)), weights=alike)
    deviation = fitted["deviation"]
    if deviation == 0:
        return MethodView(tail=tail, no_curve_because="The holdings did not move, so there is no distribution to draw.")
    if method == STUDENT_T:
        return MethodView(tail=tail, curve=student_t_density(deviation, fitted["degrees_of_freedom"]))
    if method == CORNISH_FISHER:
        curve = cornish_fisher_density(deviation, fitted["skewness"], fitted["excess_kurtosis"])
        because = None if curve else "With this skewness and kurtosis the expansion is not a proper distribution, so there is none to draw."
        return MethodView(tail=tail, curve=curve, no_curve_because=because)
    return MethodView(tail=tail, curve=normal_density_curve(deviation))


def historical_figures(
    profit_and_loss: Floats,
    market_values: Floats,
    prices: Floats,
    net_asset_value: float,
    confidences: Sequence[float],
    horizons: Sequence[int],
    rule: QuantileRule = QuantileRule.LINEAR,
) -> tuple[ValueAtRisk, ...]:
    """Return the historical VaR table: a figure for each confidence and, within it, each horizon.

    Parameters
    ----------
    profit_and_loss
        P&L of today's holdings [money], shape (n_days,).
    market_values, prices
        Of the holdings, shapes (n_holdings,) and (n_holdings, n_days + 1), for the VaR of overlapping P&L.
    net_asset_value
        What percentages are of.
    """
    observations, nav = profit_and_loss.shape[-1], net_asset_value
    overlapping = {
        horizon_days: returns.profit_and_loss(market_values, returns.simple_returns(prices, horizon_days))
        for horizon_days in horizons
        if horizon_days > 1 and prices.shape[-1] - horizon_days >= MINIMUM_OBSERVATIONS
    }
    figures = []
    for tail in value_at_risk.historical_tails(profit_and_loss, confidences, rule):
        low, high = value_at_risk.confidence_interval(profit_and_loss, tail.confidence)
        for horizon_days in horizons:
            amount = value_at_risk.scaled(float(tail.value_at_risk), horizon_days)
            shortfall = value_at_risk.scaled(float(tail.expected_shortfall), horizon_days)
            longer = overlapping.get(horizon_days)
            figures.append(
                ValueAtRisk(
                    confidence=tail.confidence,
                    horizon_days=horizon_days,
                    method=HISTORICAL_SIMULATION,
                    rule=rule,
                    amount=amount,
                    fraction=amount / nav if nav > 0 else None,
                    expected_shortfall=shortfall,
                    expected_shortfall_fraction=shortfall / nav if nav > 0 else None,
                    observations=observations,
                    tail_observations=math.ceil(value_at_risk.tail_size(observations, tail.confidence)),
                    interval_low=value_at_risk.scaled(low, horizon_days) if low is not None else None,
                    interval_high=value_at_risk.scaled(high, horizon_days) if high is not None else None,
                    overlapping_amount=float(value_at_risk.historical_value_at_risk(longer, tail.confidence, rule)) if longer is not None else None,
                    overlapping_observations=len(longer) if longer is not None else 0,
                    warning=thin_tail_warning(observations, tail.confidence),
                )
            )
    return tuple(figures)


def thin_tail_warning(observations: int, confidence: float) -> str | None:
    """Return the sentence that a figure rests on too few days to be relied on; None when it does not.

    Fewer than 100 days at 99 % or more, or a tail of less than one day: beyond that confidence the sample has nothing to say.
    """
    size = value_at_risk.tail_size(observations, confidence)
    if size >= 1 and (observations >= THIN_TAIL_OBSERVATIONS or confidence < 0.99):
        return None
    in_tail = math.ceil(size)
    worst = "the single worst day" if in_tail == 1 else f"the {in_tail} worst days"
    return f"Only {observations} days of history: the {shown_confidence(confidence)} figure rests on {worst} and is little more than an indication."
