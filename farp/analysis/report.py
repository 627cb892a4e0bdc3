"""Portfolio + PriceHistory + AnalysisSpec -> RiskReport: the one composition that page, API, CLI and batch call.

Losses are positive. Money is in the portfolio's base currency; shares and rates are fractions. What cannot be computed is
None and says why in `notes`; what was left out is listed in `excluded`.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from farp.analysis.alignment import benchmark_returns, factor_returns
from farp.analysis.factors import FactorAnalysis, collinearity_note, factor_analysis
from farp.analysis.methods import historical_figures
from farp.analysis.window import Series, Window, known, window_of
from farp.engine import contribution, drawdown, exposure, performance, returns, value_at_risk
from farp.engine.checks import MINIMUM_OBSERVATIONS, Floats, confidence_level, horizon
from farp.engine.exposure import Concentration, Exposure
from farp.engine.value_at_risk import QuantileRule, ValueAtRisk
from farp.errors import DataError, InvalidInput
from farp.market import Dates, FactorSet, PriceHistory, as_date
from farp.portfolio import Portfolio
from farp.valuation import Exclusion, Holding

EXPOSURE_DIMENSIONS = ("asset_class", "currency", "sector", "country")
VOLATILITY_WINDOWS = (20, 60, 252)


@dataclass(frozen=True, slots=True, kw_only=True)
class AnalysisSpec:
    """What to compute. Two equal specs over equal inputs give equal reports.

    `confidences` are fractions, `risk_free_rate` a fraction a year, `factors` None means the price source's own set.
    """

    lookback_days: int = 252
    confidences: tuple[float, ...] = (0.95, 0.99)
    horizons: tuple[int, ...] = (1, 10)
    rule: QuantileRule = QuantileRule.LINEAR
    risk_free_rate: float = 0.02
    factors: FactorSet | None = None

    def __post_init__(self) -> None:
        if self.lookback_days < MINIMUM_OBSERVATIONS:
            raise InvalidInput(f"lookback_days must be at least {MINIMUM_OBSERVATIONS}, got {self.lookback_days!r}.")
        if not self.confidences or not self.horizons:
            raise InvalidInput("an analysis needs at least one confidence and one horizon.")
        for confidence in self.confidences:
            confidence_level(confidence)
        for horizon_days in self.horizons:
            horizon(horizon_days)


@dataclass(frozen=True, kw_only=True)
class Drawdown:
    """Drawdown of today's quantities over the lookback. Fractions are of the running peak, None if the value touched zero.

    Peak and trough belong to the maximum drawdown; all four are None when the value never fell.
    """

    current: float | None
    current_amount: float
    maximum: float | None
    maximum_amount: float
    peak_date: dt.date | None
    peak_value: float | None
    trough_date: dt.date | None
    trough_value: float | None
    underwater: Series


@dataclass(frozen=True, slots=True, kw_only=True)
class Benchmark:
    """The benchmark on the days it shares with the portfolio, in base currency: beta over `observations` returns.

    `path` is its price relative to the first day of the lookback; `rolling_beta` uses windows of the lookback's length.
    """

    ticker: str
    name: str
    beta: float | None
    observations: int
    path: Series
    rolling_beta: Series


@dataclass(frozen=True, slots=True, kw_only=True)
class TailContribution:
    """Each holding's part of the one-day figures at one confidence [money], shape (n_holdings,).

    `expected_shortfall` sums to the ES. `value_at_risk` are the same shares scaled to the VaR; None when the ES is zero.
    """

    confidence: float
    expected_shortfall: Floats
    value_at_risk: Floats | None


@dataclass(frozen=True, kw_only=True)
class RiskReport:
    """Everything FARP says about one portfolio on one day. Arrays over holdings follow the order of `holdings`.

    `profit_and_loss` (n_days,) and `position_profit_and_loss` (n_holdings, n_days) belong to `dates`. Rolling series hold the
    lookback's days (VaR and ES at the first confidence, the extreme VaR at the last), fewer where the common past is too
    short; their last value is the headline figure. They are empty where the figure is undefined. `no_factors_because` says in
    one sentence why `factors` is None.
    """

    portfolio: Portfolio
    spec: AnalysisSpec
    source: str
    source_label: str
    requested_as_of: dt.date | None
    as_of: dt.date
    holdings: tuple[Holding, ...]
    excluded: tuple[Exclusion, ...]
    net_asset_value: float
    gross: float
    change_1d: float
    observations: int
    limited_by: str | None
    dates: Dates
    profit_and_loss: Floats
    position_profit_and_loss: Floats
    value: Series
    value_at_risk: tuple[ValueAtRisk, ...]
    tail_contributions: tuple[TailContribution, ...]
    drawdown: Drawdown
    volatility: dict[int, float | None]
    sharpe_ratio: dict[int, float | None]
    benchmark: Benchmark | None
    exposure: dict[str, Exposure]
    concentration: Concentration
    factors: FactorAnalysis | None
    no_factors_because: str | None
    rolling_value_at_risk: Series
    rolling_extreme_value_at_risk: Series
    rolling_expected_shortfall: Series
    rolling_volatility: dict[int, Series]
    rolling_sharpe_ratio: dict[int, Series]
    notes: tuple[str, ...]

    @property
    def base_currency(self) -> str:
        """Currency of every amount."""
        return self.portfolio.base_currency

    @property
    def lookback_days(self) -> int | None:
        """Daily returns asked for."""
        return self.spec.lookback_days

    def tail_days(self, confidence: float) -> tuple[int, ...]:
        """Return the days that the expected shortfall at `confidence` averages over, worst first, as indices into `dates`."""
        weights = value_at_risk.tail_weights(self.profit_and_loss, confidence)
        days = np.flatnonzero(weights)
        return tuple(int(day) for day in days[np.argsort(self.profit_and_loss[days], kind="stable")])

    def value_at_risk_at(self, confidence: float, horizon_days: int) -> ValueAtRisk:
        """Return the figure at `confidence` (a fraction) and `horizon_days`; KeyError when the spec did not ask for it."""
        for figure in self.value_at_risk:
            if math.isclose(figure.confidence, confidence) and figure.horizon_days == horizon_days:
                return figure
        raise KeyError((confidence, horizon_days))


def analyse(portfolio: Portfolio, history: PriceHistory, as_of: dt.date | None = None, spec: AnalysisSpec | None = None) -> RiskReport:
    """Return the full risk report of `portfolio` on `as_of` (default: the source's last day).

    Raises
    ------
    NothingToAnalyse
        The portfolio is empty, or nothing in it can be priced.
    InsufficientHistory
        Fewer than 20 daily returns in common.
    """
    spec = spec or AnalysisSpec()
    window = window_of(portfolio, history, as_of, spec.lookback_days, extra_days=max(VOLATILITY_WINDOWS))
    n, nav, market_values, value = window.observations, window.net_asset_value, window.market_values, window.value
    past = Series(dates=window.past_dates, values=window.past_profit_and_loss)
    profit_and_loss, position_profit_and_loss = window.profit_and_loss, window.position_profit_and_loss
    past_returns = Series(dates=past.dates, values=past.values / nav) if nav > 0 else None

    figures = historical_figures(profit_and_loss, market_values, window.prices, nav, spec.confidences, spec.horizons, spec.rule)
    rolling_tail, rolling_extreme = (
        value_at_risk.rolling_tail(past.values, confidence, n, spec.rule) for confidence in (spec.confidences[0], spec.confidences[-1])
    )
    benchmark, benchmark_note = _benchmark(window, history)
    factors, factor_note = _factors(window, history, spec)
    concentration = exposure.concentration(market_values)
    return RiskReport(
        portfolio=portfolio,
        spec=spec,
        source=history.source,
        source_label=history.source_label,
        requested_as_of=as_of,
        as_of=window.as_of,
        holdings=window.holdings,
        excluded=window.excluded,
        net_asset_value=nav,
        gross=window.gross,
        change_1d=float(value.values[-1] - value.values[-2]),
        observations=n,
        limited_by=window.valuation.limited_by,
        dates=past.dates[-n:],
        profit_and_loss=profit_and_loss,
        position_profit_and_loss=position_profit_and_loss,
        value=value,
        value_at_risk=figures,
        tail_contributions=tuple(_tail_contribution(window, confidence, spec.rule) for confidence in spec.confidences),
        drawdown=_drawdown(value),
        volatility={window: known(performance.volatility(past_returns.values, window)) if past_returns else None for window in VOLATILITY_WINDOWS},
        sharpe_ratio={
            window: known(performance.sharpe_ratio(past_returns.values, window, spec.risk_free_rate)) if past_returns else None
            for window in VOLATILITY_WINDOWS
        },
        benchmark=benchmark,
        exposure={
            dimension: exposure.exposure(market_values, [str(getattr(holding.instrument, dimension)) for holding in window.holdings])
            for dimension in EXPOSURE_DIMENSIONS
        },
        concentration=concentration,
        factors=factors,
        no_factors_because=factor_note if factors is None else None,
        rolling_value_at_risk=_ending_today(past.dates, rolling_tail.value_at_risk, n),
        rolling_extreme_value_at_risk=_ending_today(past.dates, rolling_extreme.value_at_risk, n),
        rolling_expected_shortfall=_ending_today(past.dates, rolling_tail.expected_shortfall, n),
        rolling_volatility={window: _rolling(past_returns, performance.rolling_volatility, window, n) for window in VOLATILITY_WINDOWS},
        rolling_sharpe_ratio={
            window: _rolling(past_returns, lambda r, w: performance.rolling_sharpe_ratio(r, w, spec.risk_free_rate), window, n)
            for window in VOLATILITY_WINDOWS
        },
        notes=(*window.notes, *(note for note in (benchmark_note, factor_note) if note)),
    )


def _tail_contribution(window: Window, confidence: float, rule: QuantileRule) -> TailContribution:
    positions, total = window.position_profit_and_loss, window.profit_and_loss
    parts = contribution.component_value_at_risk(positions, confidence, rule, total)
    return TailContribution(
        confidence=confidence,
        expected_shortfall=contribution.component_expected_shortfall(positions, confidence, total),
        value_at_risk=None if np.isnan(parts).any() else parts,
    )


def _drawdown(value: Series) -> Drawdown:
    result = drawdown.drawdowns(value.values)
    peak, trough = int(result.peak), int(result.trough)
    fell = trough >= 0
    return Drawdown(
        current=known(result.current),
        current_amount=float(result.current_amount),
        maximum=known(result.maximum),
        maximum_amount=float(result.maximum_amount),
        peak_date=as_date(value.dates[peak]) if fell else None,
        peak_value=float(value.values[peak]) if fell else None,
        trough_date=as_date(value.dates[trough]) if fell else None,
        trough_value=float(value.values[trough]) if fell else None,
        underwater=Series(dates=value.dates, values=drawdown.underwater(value.values)),
    )


def _benchmark(window: Window, history: PriceHistory) -> tuple[Benchmark | None, str | None]:
    """Return the benchmark on the days it has in common with the holdings, or None and one sentence why there is none."""
    try:
        shared = benchmark_returns(window, history)
    except DataError as error:
        return None, f"There is no beta: {error}"
    n, nav = window.observations, window.net_asset_value
    dates, closes = shared.past_dates, shared.past_closes
    beta, rolling = None, _nothing()
    if nav > 0:
        own_returns = returns.profit_and_loss(window.market_values, shared.past_holding_returns) / nav
        beta = known(performance.beta(own_returns[-n:], shared.past_returns[-n:]))
        rolling = _ending_today(dates[1:], performance.rolling_beta(own_returns, shared.past_returns, shared.observations), n)
    return (
        Benchmark(
            ticker=shared.ticker,
            name=shared.name,
            beta=beta,
            observations=shared.observations,
            path=Series(dates=dates[-n - 1 :], values=closes[-n - 1 :] / closes[-n - 1 :][0]),
            rolling_beta=rolling,
        ),
        None,
    )


def _factors(window: Window, history: PriceHistory, spec: AnalysisSpec) -> tuple[FactorAnalysis | None, str | None]:
    """Return the factor analysis on the days holdings and factors have in common, or None and one sentence why there is none."""
    try:
        shared = factor_returns(window, history, spec.factors)
    except DataError as error:
        return None, str(error)
    analysis = factor_analysis(window, shared)
    return analysis, collinearity_note(analysis.regression)


def _rolling(past_returns: Series | None, measure: Callable[[Floats, int], Floats], window: int, n: int) -> Series:
    if past_returns is None or len(past_returns.values) < window:
        return _nothing()
    return _ending_today(past_returns.dates, measure(past_returns.values, window), n)


def _ending_today(dates: Dates, values: Floats, n: int) -> Series:
    """Date the last `n` values of a rolling figure by the last day of each window."""
    kept = min(len(values), n)
    return Series(dates=dates[len(dates) - kept :], values=values[len(values) - kept :])


def _nothing() -> Series:
    return Series(dates=np.array([], dtype="datetime64[D]"), values=np.array([]))
