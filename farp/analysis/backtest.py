"""Which VaR method can be believed: each one's rolling forecasts for today's holdings against what those would have lost.

The P&L is that of today's holdings on past days, so it tests the method and not what was held then. Money is in the base currency, losses
are positive in VaR and ES and negative in P&L.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from farp.analysis.methods import SEED, SLOW_METHODS
from farp.analysis.window import Window
from farp.engine.backtest import Backtest, Estimator, Progress, backtest, ranking, rolling_forecast, shared_scores, verdict, why_first
from farp.engine.checks import MINIMUM_OBSERVATIONS, TRADING_DAYS, Floats
from farp.engine.methods import METHODS
from farp.engine.methods.age_weighted import AGE_WEIGHTED, age_weighted
from farp.engine.methods.cornish_fisher import CORNISH_FISHER, cornish_fisher
from farp.engine.methods.estimate import Estimate, standard_deviation
from farp.engine.methods.filtered_historical import FILTERED_HISTORICAL, filtered_historical
from farp.engine.methods.garch_filtered import GARCH_FILTERED, garch_filtered
from farp.engine.methods.historical_simulation import historical_simulation
from farp.engine.methods.monte_carlo import BLOCK, MONTE_CARLO, monte_carlo
from farp.engine.methods.parametric_normal import PARAMETRIC_NORMAL, parametric_normal
from farp.engine.methods.student_t import STUDENT_T, student_t
from farp.engine.value_at_risk import HISTORICAL_SIMULATION, Tail
from farp.errors import DataError, InsufficientHistory, InvalidInput
from farp.market import Dates

DAYS = 250
CONFIDENCE = 0.99
LIGHT_CONFIDENCES = (0.95, 0.99)
LIGHT_DAYS = (250, 500)
FEWEST_DAYS, MOST_DAYS = 60, 1000
SHORTEST_LOOKBACK, LONGEST_LOOKBACK = 60, 2520

FAST, ALL = "fast", "all"
FAST_METHODS = tuple(method for method in METHODS if method not in SLOW_METHODS)

PATHS = 25_000
"""Simulated days behind each Monte Carlo forecast: the VaR at 99 % then has a standard error of about 1 %, a tenth of that of 250 real days."""

_ESTIMATORS: Mapping[str, Callable[[], Estimator]] = {
    HISTORICAL_SIMULATION: lambda: historical_simulation,
    PARAMETRIC_NORMAL: lambda: parametric_normal,
    STUDENT_T: lambda: student_t,
    CORNISH_FISHER: lambda: cornish_fisher,
    MONTE_CARLO: lambda: partial(monte_carlo, rng=np.random.default_rng(SEED), paths=PATHS),
    AGE_WEIGHTED: lambda: age_weighted,
    FILTERED_HISTORICAL: lambda: filtered_historical,
    GARCH_FILTERED: lambda: garch_filtered,
}


@dataclass(frozen=True, kw_only=True)
class Forecast:
    """The VaR and ES of each of the last days by one method, each from the `lookback` days before it; rows of `estimate` are days."""

    method: str
    lookback: int
    estimate: Estimate

    @property
    def days(self) -> int:
        """Days forecast."""
        return len(self.estimate.tails[0].value_at_risk)


@dataclass(frozen=True, kw_only=True)
class DaysRemark:
    """One sentence about the forecasts of `days` of the tested days."""

    text: str
    days: int


@dataclass(frozen=True, kw_only=True)
class MethodBacktest:
    """One method's backtest; `tail` holds the VaR and ES of each tested day, NaN on a day without a forecast.

    `quantile_score` [money] is over the days for which all methods compared have a forecast.
    """

    method: str
    name: str
    result: Backtest
    tail: Tail
    quantile_score: float
    settings: Mapping[str, float | int | str]
    remarks: tuple[DaysRemark, ...]
    verdict: str


@dataclass(frozen=True, kw_only=True)
class NotTested:
    """A method that could not be tested, or was not asked for, and why."""

    method: str
    name: str
    message: str


@dataclass(frozen=True, kw_only=True)
class BacktestAnalysis:
    """The backtests of several methods over the same days, the best method first by `farp.engine.backtest.ranking`.

    `dates` and `profit_and_loss` are those of the tested days, shape (n_tested,): fewer than `days_asked` where the past is shorter.
    """

    window: Window
    confidence: float
    days_asked: int
    lookback: int
    dates: Dates
    profit_and_loss: Floats
    methods: tuple[MethodBacktest, ...]
    not_tested: tuple[NotTested, ...]
    first_because: str

    @property
    def days(self) -> int:
        """Days tested."""
        return len(self.dates)

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences that hold for every figure."""
        return (*self.window.notes, *self.own_notes)

    @property
    def own_notes(self) -> tuple[str, ...]:
        """Sentences about the test alone, without those about the window."""
        return (self.fewer_days_because,) if self.fewer_days_because else ()

    @property
    def fewer_days_because(self) -> str | None:
        """Why fewer days are tested than asked for; None when all are."""
        if self.days >= self.days_asked:
            return None
        return (
            f"{self.days} days are tested instead of {self.days_asked}: the holdings have {len(self.window.past_dates):,} daily returns in common,"
            f" and the first forecast takes {self.lookback} of them. A shorter lookback leaves more days to test."
        )

    def of(self, method: str) -> MethodBacktest:
        """Return the backtest of `method`; InvalidInput when it is not there."""
        found = next((one for one in self.methods if one.method == method), None)
        if found is None:
            raise InvalidInput(f"{method!r} was not tested; choose one of {', '.join(one.method for one in self.methods)}.")
        return found


def methods_of(choice: str) -> tuple[str, ...]:
    """Return the methods that "fast", "all" or the name of one stands for, else raise `InvalidInput`.

    Examples
    --------
    >>> methods_of("student_t"), len(methods_of("fast")), len(methods_of("all"))
    (('student_t',), 6, 8)
    """
    if choice in METHODS:
        return (choice,)
    if choice not in {FAST, ALL}:
        raise InvalidInput(f"method must be {FAST}, {ALL}, {', '.join(METHODS)}, got {choice!r}.")
    return tuple(METHODS) if choice == ALL else FAST_METHODS


def forecast(
    window: Window, method: str, confidences: Sequence[float], days: int = DAYS, lookback: int = TRADING_DAYS, progress: Progress | None = None
) -> Forecast:
    """Return the rolling forecasts of `method` for the last `days` days of the window's past, as many as there are.

    Parameters
    ----------
    window
        With `lookback + days` days of past, as far as there are any.
    method
        One of `METHODS`. Monte Carlo sees the P&L of each holding, all others that of the whole.
    lookback
        Days behind each forecast.
    progress
        Is told the share of the days that are done.

    Raises
    ------
    InvalidInput
        An unknown method, or a number out of its range.
    InsufficientHistory
        Fewer than `lookback` days and 20 to test.
    DataError
        Nothing moved on any day.
    """
    if method not in METHODS:
        raise InvalidInput(f"method must be one of {', '.join(METHODS)}, got {method!r}.")
    for name, value in (("days", days), ("lookback", lookback)):
        if not (isinstance(value, (int, np.integer)) and value >= MINIMUM_OBSERVATIONS):
            raise InvalidInput(f"{name} must be a whole number of days, {MINIMUM_OBSERVATIONS} or more, got {value!r}.")
    past = len(window.past_dates)
    if past < lookback + MINIMUM_OBSERVATIONS:
        because = f"{lookback} behind the first forecast and {MINIMUM_OBSERVATIONS} to test; a shorter lookback needs fewer"
        raise InsufficientHistory(past, lookback + MINIMUM_OBSERVATIONS, because)
    profit_and_loss = window.past_profit_and_loss[-(lookback + days) :]
    if standard_deviation(profit_and_loss) == 0:
        raise DataError(f"The value of these holdings did not move on any of the {len(profit_and_loss)} days, so there is no VaR to test.")
    seen = profit_and_loss
    if method == MONTE_CARLO:
        seen = window.market_values[:, None] * window.past_returns[:, -(lookback + days) :]
    block = BLOCK if method in SLOW_METHODS else None
    estimate = rolling_forecast(seen, _ESTIMATORS[method](), tuple(dict.fromkeys(confidences)), days, lookback, block, progress)
    return Forecast(method=method, lookback=lookback, estimate=estimate)


def compared(
    window: Window, forecasts: Sequence[Forecast], confidence: float, days: int = DAYS, not_tested: Sequence[NotTested] = ()
) -> BacktestAnalysis:
    """Return the backtests of `forecasts` over the last `days` of their days at one of their confidences, best first.

    A method whose forecast failed on too many days joins `not_tested`, with the reason.

    Raises
    ------
    InvalidInput
        No forecast, different lookbacks, or a confidence they were not made for.
    DataError
        No method at all has enough forecasts.
    """
    if len({one.lookback for one in forecasts}) != 1:
        raise InvalidInput("the forecasts to compare must be at least one, and all of the same lookback.")
    count = min(days, *(one.days for one in forecasts))
    dates, profit_and_loss = window.past_dates[-count:], window.past_profit_and_loss[-count:]
    found: list[tuple[Forecast, Estimate, Backtest]] = []
    failed = list(not_tested)
    for one in forecasts:
        cut = _cut(one.estimate, confidence, count)
        try:
            (result,) = backtest(profit_and_loss, cut, days)
        except DataError as error:
            failed.append(NotTested(method=one.method, name=METHODS[one.method], message=_why(one.estimate, error)))
            continue
        found.append((one, cut, result))
    if not found:
        raise DataError(failed[-1].message)
    scores = shared_scores(profit_and_loss, [cut.tails[0] for _, cut, _ in found])
    order = ranking([result for *_, result in found], scores)
    methods = tuple(_method(*found[place], scores[place], count) for place in order)
    return BacktestAnalysis(
        window=window,
        confidence=confidence,
        days_asked=days,
        lookback=forecasts[0].lookback,
        dates=dates,
        profit_and_loss=profit_and_loss,
        methods=methods,
        not_tested=tuple(failed),
        first_because=why_first([one.result for one in methods], [one.quantile_score for one in methods], [one.name for one in methods]),
    )


def lights(
    window: Window, forecasts: Sequence[Forecast], confidences: Sequence[float] = LIGHT_CONFIDENCES, days: Sequence[int] = LIGHT_DAYS
) -> tuple[tuple[Backtest | None, ...], ...]:
    """Return a backtest of each of `forecasts` (rows) at each confidence over each number of days (columns, confidence by confidence).

    Where the past is shorter than some numbers of days, they come to the same and share one column. None is a method without enough
    forecasts, or one that was forecast for fewer days than the others. Errors as in `compared`.
    """
    most = max(one.days for one in forecasts)
    counts = tuple(dict.fromkeys(min(count, most) for count in days))

    def light(one: Forecast, confidence: float, count: int) -> Backtest | None:
        if one.days < count:
            return None
        try:
            return backtest(window.past_profit_and_loss[-count:], _cut(one.estimate, confidence, count))[0]
        except DataError:
            return None

    return tuple(tuple(light(one, confidence, count) for confidence in confidences for count in counts) for one in forecasts)


def backtests(window: Window, choice: str = FAST, confidence: float = CONFIDENCE, days: int = DAYS, lookback: int = TRADING_DAYS) -> BacktestAnalysis:
    """Return the backtests of the methods that `choice` names ("fast", "all" or one), best first; errors as in `forecast` and `compared`.

    With "fast", the answer says which methods were not tested and how to ask for them.
    """
    methods = methods_of(choice)
    left_out = [NotTested(method=method, name=METHODS[method], message=not_asked(method)) for method in SLOW_METHODS if choice == FAST]
    return compared(window, [forecast(window, method, (confidence,), days, lookback) for method in methods], confidence, days, left_out)


def not_asked(method: str) -> str:
    """Return why a slow method is not part of the answer, and how to get it."""
    return f"{METHODS[method]} takes seconds, so it is tested only when asked for: method={method}, or method={ALL} for all {len(METHODS)}."


def _cut(estimate: Estimate, confidence: float, days: int) -> Estimate:
    """Return the forecasts of the last `days` days at one confidence."""
    tail = next((tail for tail in estimate.tails if math.isclose(tail.confidence, confidence, rel_tol=0, abs_tol=1e-12)), None)
    if tail is None:
        raise InvalidInput(
            f"There is no forecast at {100 * confidence:g} %, only at {', '.join(f'{100 * t.confidence:g} %' for t in estimate.tails)}."
        )
    last = Tail(confidence=tail.confidence, value_at_risk=tail.value_at_risk[-days:], expected_shortfall=tail.expected_shortfall[-days:])
    return replace(estimate, tails=(last,))


def _method(one: Forecast, cut: Estimate, result: Backtest, score: float, days: int) -> MethodBacktest:
    remarks = [(remark, int(remark.rows[-days:].sum())) for remark in cut.remarks if remark.confidence in {None, result.confidence}]
    name = METHODS[one.method]
    return MethodBacktest(
        method=one.method,
        name=name,
        result=result,
        tail=cut.tails[0],
        quantile_score=score,
        settings=cut.settings,
        remarks=tuple(DaysRemark(text=remark.text, days=count) for remark, count in remarks if count),
        verdict=verdict(result, name),
    )


def _why(estimate: Estimate, error: DataError) -> str:
    """Return why a method cannot be tested, with the reason of its commonest failure."""
    reasons = sorted(estimate.remarks, key=lambda remark: -int(remark.rows.sum()))
    return f"{error} {reasons[0].text}" if reasons else str(error)
