"""What if it happens: the dated replays and hypothetical scenarios on today's holdings.

P&L is negative when money is lost. Moves are returns [fraction] in the portfolio's base currency, so a price and its exchange rate together.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from farp.analysis.alignment import FactorReturns, factor_returns, not_current
from farp.analysis.window import Window
from farp.engine import factor_model, returns, stress
from farp.engine.checks import MINIMUM_OBSERVATIONS, Floats
from farp.engine.stress import LEAST_COVERED, Hypothetical, Proxies, Replay
from farp.engine.stress_library import (
    EXAMPLES,
    HISTORICAL_SCENARIOS,
    HistoricalScenario,
    HypotheticalScenario,
    Shock,
    ShockKind,
    ShockMode,
)
from farp.errors import DataError, FarpError, InvalidInput, NotFound
from farp.format import bucket, percent
from farp.format import day as shown_day
from farp.market import Dates, FactorSet, PriceHistory, as_date
from farp.portfolio import AssetClass, cash_currency
from farp.valuation import Holding, base_series

Scenario = HistoricalScenario | HypotheticalScenario


class ScenarioKind(StrEnum):
    """Where a scenario is from."""

    HISTORICAL = "historical"
    EXAMPLE = "example"
    SAVED = "saved"
    GIVEN = "given"


@dataclass(frozen=True, kw_only=True)
class StressResult:
    """What one scenario does to the holdings, arrays of shape (n_holdings,) in their order.

    `moves` and `profit_and_loss` are NaN for a holding the scenario does not reach. `total` [money] is None for a scenario that is not
    available, and `because` says why; `fraction` of net asset value is None as well when that is not positive. `proxied` marks holdings without
    prices then, that moved as their factor loadings say, with the `r_squared` of those (NaN elsewhere); `covered` is the reached share of the
    gross value of what can move, `priced` the share with prices of its own. `impossible` marks losses of more than everything. `benchmark_move` is None where it has no price,
    `distance` [standard deviations of one day] None but for propagated shocks. `observations` daily returns from `first_day` on are what
    propagated shocks and loadings on shocked factors rest on, None for a scenario with neither. `notes` are sentences.
    """

    scenario: Scenario
    moves: Floats
    profit_and_loss: Floats
    proxied: NDArray[np.bool_]
    r_squared: Floats
    impossible: NDArray[np.bool_]
    total: float | None
    fraction: float | None
    covered: float
    priced: float
    benchmark_move: float | None = None
    distance: float | None = None
    observations: int | None = None
    first_day: dt.date | None = None
    because: str | None = None
    notes: tuple[str, ...] = ()

    @property
    def available(self) -> bool:
        """Whether there is a figure."""
        return self.total is not None

    @property
    def partial(self) -> bool:
        """Whether there is a figure, and it is of a part of the holdings."""
        return self.available and self.covered < 1.0 - 1e-9

    @property
    def still(self) -> bool:
        """Whether there is a figure and it says that nothing moves: the scenario is about other holdings."""
        return self.available and not np.nan_to_num(self.profit_and_loss).any()

    @property
    def kind(self) -> ScenarioKind:
        """Where the scenario is from."""
        return kind_of(self.scenario)

    @property
    def reached(self) -> NDArray[np.bool_]:
        """Which holdings have a move, shape (n_holdings,)."""
        return ~np.isnan(self.moves)


@dataclass(frozen=True, kw_only=True)
class StressAnalysis:
    """Scenarios on one portfolio, in the order of the library: historical ones by time, examples, saved ones by name."""

    window: Window
    results: tuple[StressResult, ...]
    benchmark: str
    benchmark_name: str = ""
    notes: tuple[str, ...] = ()

    @property
    def ranked(self) -> tuple[StressResult, ...]:
        """The available scenarios, the largest loss first."""
        return tuple(sorted((result for result in self.results if result.total is not None), key=lambda result: result.total or 0.0))

    @property
    def unavailable(self) -> tuple[StressResult, ...]:
        """The scenarios without a figure."""
        return tuple(result for result in self.results if result.total is None)

    def result(self, id: str) -> StressResult:
        """Return the result of scenario `id`, else raise `NotFound`."""
        for result in self.results:
            if result.scenario.id == id:
                return result
        raise NotFound("scenario", id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """Moves of the holdings from row `start` of the history to row `end`: their `own` (n_holdings,), NaN without prices, and stand-ins for those."""

    start: int
    end: int
    own: Floats
    proxy: Proxies | None

    @property
    def moves(self) -> Floats:
        """Own moves where there are prices, else those of the stand-in, NaN where there is neither, shape (n_holdings,)."""
        return self.own if self.proxy is None else np.where(np.isnan(self.own), self.proxy.moves, self.own)


@dataclass(frozen=True, kw_only=True)
class Scene:
    """A portfolio's holdings and the market around them, with what several scenarios need computed once."""

    window: Window
    history: PriceHistory
    factors: FactorSet | None = None

    @property
    def base(self) -> str:
        """The base currency."""
        return self.window.base_currency

    @property
    def factor_set(self) -> FactorSet:
        """The factors that can be shocked."""
        return self.factors or self.history.factors

    @cached_property
    def can_move(self) -> NDArray[np.bool_]:
        """False for cash in the base currency, shape (n_holdings,)."""
        return np.array([cash_currency(holding.ticker) != self.base for holding in self.window.holdings], dtype=bool)

    @cached_property
    def series(self) -> list[Floats | None]:
        """Base-currency price of each holding on every day of the history."""
        return [base_series(self.history, holding.ticker, self.base) for holding in self.window.holdings]

    @cached_property
    def shared(self) -> FactorReturns:
        """Factors and holdings on the days they share; DataError without enough of them."""
        return factor_returns(self.window, self.history, self.factor_set)

    @cached_property
    def factor_days(self) -> NDArray[np.bool_]:
        """Days of the valuation on which every factor has a price, those of its regressions; all of them where there is no factor analysis."""
        dates = self.window.valuation.dates
        if self.no_factors_because is not None:
            return np.ones(len(dates), dtype=bool)
        rows = np.searchsorted(self.history.dates, dates)
        return np.asarray(np.isfinite([self.history.close(ticker)[rows] for ticker in self.factor_set.tickers]).all(axis=0))

    @cached_property
    def no_factors_because(self) -> str | None:
        """Why there are no factor loadings; None when there are."""
        try:
            _ = self.shared
        except DataError as error:
            return str(error)
        return None

    @cached_property
    def loadings(self) -> Floats:
        """Loadings of the holdings on the factors, shape (n_holdings, n_factors)."""
        return factor_model.regress(self.shared.holding_returns, self.shared.factor_returns).loadings

    def proxies(self, start: int, end: int) -> Proxies:
        """Return what the loadings say about the stretch from row `start` of the history to row `end`, day by day as far as there are prices."""
        tickers = self.shared.factors.tickers
        weights = self.shared.factors.leg_weights(tickers)
        closes = [self.history.close(ticker) for ticker in tickers]
        moves = stress.factor_moves(weights, self.between(start, end, closes))
        used = ~np.isnan(moves)
        path = np.full((len(moves), 1), np.nan)
        if used.any():
            legs = np.flatnonzero((weights[used] != 0.0).any(axis=0))
            stretch = np.array([closes[leg][start : end + 1] for leg in legs])
            daily = returns.simple_returns(stretch[:, np.isfinite(stretch).all(axis=0)])
            path = np.full((len(moves), daily.shape[1]), np.nan)
            path[used] = weights[used][:, legs] @ daily
        return stress.proxies(self.shared.holding_returns, self.shared.factor_returns, moves, path)

    def between(self, start: int, end: int, closes: Sequence[Floats | None]) -> Floats:
        """Return the moves of `closes` from row `start` of the history to row `end`, NaN where either close is missing."""
        pairs = np.array([[math.nan, math.nan] if close is None else [close[start], close[end]] for close in closes]).reshape(-1, 2)
        pairs[~(np.isfinite(pairs) & (pairs > 0))] = np.nan  # a price that is none says nothing about the move
        return stress.moves_between(pairs[:, 0], pairs[:, 1])


def kind_of(scenario: Scenario) -> ScenarioKind:
    """Return where `scenario` is from."""
    if isinstance(scenario, HistoricalScenario):
        return ScenarioKind.HISTORICAL
    if scenario in EXAMPLES:
        return ScenarioKind.EXAMPLE
    return ScenarioKind.SAVED if scenario.id else ScenarioKind.GIVEN


def stresses(
    window: Window,
    history: PriceHistory,
    saved: Iterable[HypotheticalScenario] = (),
    historical: Iterable[HistoricalScenario] = HISTORICAL_SCENARIOS,
    examples: Iterable[HypotheticalScenario] = EXAMPLES,
) -> StressAnalysis:
    """Return what every scenario of the library, and every saved one, does to the holdings.

    A scenario that cannot be computed is in the answer with the reason; it never stops the others.
    """
    scene = Scene(window=window, history=history)
    results = [historical_stress(scene, scenario) for scenario in historical]
    for scenario in (*examples, *saved):
        try:
            results.append(hypothetical_stress(scene, scenario))
        except FarpError as error:
            results.append(_unavailable(scene, scenario, str(error)))
    out_of_reach = any(result.kind is ScenarioKind.HISTORICAL and result.covered < 1.0 for result in results)
    note = scene.no_factors_because if out_of_reach else None
    instrument = history.instrument(history.benchmark)
    return StressAnalysis(
        window=window,
        results=tuple(results),
        benchmark=history.benchmark,
        benchmark_name=instrument.name if instrument else history.benchmark,
        notes=(note,) if note else (),
    )


def historical_stress(scene: Scene, scenario: HistoricalScenario) -> StressResult:
    """Return what a dated stretch of history does to today's holdings: their own moves where there are prices, proxies elsewhere."""
    window, history = scene.window, scene.history
    try:
        stretch = stretch_of(scene, scenario)
    except DataError as error:
        return _unavailable(scene, scenario, str(error))
    proxy = stretch.proxy
    replay = stress.historical_replay(window.market_values, stretch.own, proxy, scene.can_move)
    benchmark = scene.between(stretch.start, stretch.end, [base_series(history, history.benchmark, scene.base)])[0]
    if not replay.available:
        return _unavailable(scene, scenario, _out_of_reach(scenario, replay.covered), None if np.isnan(benchmark) else float(benchmark), replay)
    return StressResult(
        scenario=scenario,
        moves=replay.moves,
        profit_and_loss=replay.profit_and_loss,
        proxied=replay.proxied,
        r_squared=replay.r_squared,
        impossible=replay.impossible,
        total=replay.total,
        fraction=window.of_value(replay.total),
        covered=replay.covered,
        priced=replay.priced,
        benchmark_move=None if np.isnan(benchmark) else float(benchmark),
        notes=(*_replay_notes(scene, replay, proxy), *_more_than_everything(window, replay.impossible, replay.total)),
    )


def stretch_of(scene: Scene, scenario: HistoricalScenario) -> Stretch:
    """Return what the holdings did in a dated stretch, and what their factors say of those that had no price.

    Raises
    ------
    DataError
        The prices at hand do not reach the stretch; the sentence says why.
    """
    dates = scene.history.dates
    if scenario.end > scene.window.as_of:
        raise DataError(f"It ends on {shown_day(scenario.end)}, after the day of the figures.")
    start, end = (int(np.searchsorted(dates, np.datetime64(date))) for date in (scenario.start, scenario.end))
    for row, date in ((start, scenario.start), (end, scenario.end)):
        if row >= len(dates) or dates[row] != np.datetime64(date):
            raise DataError(f"The price source has no prices of {shown_day(date)}.")
    own = scene.between(start, end, scene.series)
    needed = (np.isnan(own) & scene.can_move).any() and scene.no_factors_because is None
    return Stretch(start=start, end=end, own=own, proxy=scene.proxies(start, end) if needed else None)


def hypothetical_stress(scene: Scene, scenario: HypotheticalScenario) -> StressResult:
    """Return what shocks that happen together do to the holdings, in the scenario's own mode.

    Raises
    ------
    InvalidInput
        A name that is unknown, or shocks that contradict each other.
    DataError
        Propagation without anything to propagate from, or a factor without enough days in common with the holdings.
    """
    window = scene.window
    shocks, notes = _per_currency(scene, [_named(shock, scene.factor_set, scene.history, scene.base, window.holdings) for shock in scenario.shocks])
    observations, first_day = None, None
    if scenario.mode is ShockMode.DIRECT:
        result, missed = _direct(scene, shocks)
        if any(shock.kind is ShockKind.FACTOR for shock in shocks):
            observations, first_day = scene.shared.observations, as_date(scene.shared.dates[0])
    else:
        result, missed, dates = _propagated(scene, shocks)
        observations, first_day = len(dates), as_date(dates[0])
    return StressResult(
        scenario=scenario,
        moves=result.moves,
        profit_and_loss=result.profit_and_loss,
        proxied=np.zeros(len(window.holdings), dtype=bool),
        r_squared=np.full(len(window.holdings), np.nan),
        impossible=result.impossible,
        total=result.total,
        fraction=window.of_value(result.total),
        covered=1.0,
        priced=1.0,
        distance=None if np.isnan(result.distance) else result.distance,
        observations=observations,
        first_day=first_day,
        notes=(*notes, *missed, *_more_than_everything(window, result.impossible, result.total)),
    )


def checked(scenario: HypotheticalScenario, history: PriceHistory, base_currency: str) -> HypotheticalScenario:
    """Return `scenario` with every name as the price source writes it, else raise `InvalidInput` that says what is known."""
    shocks = tuple(_named(shock, history.factors, history, base_currency, ()) for shock in scenario.shocks)
    return HypotheticalScenario(id=scenario.id, name=scenario.name, what=scenario.what, mode=scenario.mode, shocks=shocks)


def shockable(history: PriceHistory, base_currency: str) -> tuple[tuple[ShockKind, str], ...]:
    """Return everything a shock can name at this price source, in the order in which people look for it."""
    known = [instrument for instrument in history.instruments.values() if instrument.holdable]
    classes = {instrument.asset_class for instrument in known} | {AssetClass.FX}
    currencies = {instrument.currency for instrument in known} | {base_currency}
    currencies |= {pair[:3] for pair in (_pair(instrument.ticker, instrument.asset_class) for instrument in known) if pair}
    return (
        *((ShockKind.FACTOR, name) for name in history.factors.names),
        *((ShockKind.ASSET_CLASS, str(kind)) for kind in AssetClass if kind in classes),
        *((ShockKind.SECTOR, sector) for sector in sorted({instrument.sector for instrument in known})),
        *((ShockKind.CURRENCY, code) for code in sorted(currencies) if history.fx_rate(code, base_currency) is not None),
        *((ShockKind.TICKER, ticker) for ticker in sorted(instrument.ticker for instrument in known if instrument.ticker in history)),
    )


def moves_with(holding: Holding) -> str:
    """Return the currency whose rise lifts the holding: of cash its own, of a pair such as EURUSD the first, else that of its price."""
    instrument = holding.instrument
    pair = _pair(instrument.ticker, instrument.asset_class)
    return cash_currency(holding.ticker) or (pair[:3] if pair else instrument.currency)


def _pair(ticker: str, asset_class: AssetClass) -> str | None:
    return ticker if asset_class is AssetClass.FX and len(ticker) == 6 and ticker.isalpha() else None


def _named(shock: Shock, factors: FactorSet, history: PriceHistory, base: str, holdings: Sequence[Holding]) -> Shock:
    """Return `shock` with its name as the price source writes it; InvalidInput for one that is not known."""
    wanted = shock.name.casefold()
    known: Iterable[str]
    match shock.kind:
        case ShockKind.FACTOR:
            known = factors.names
            allowed = f"there are {', '.join(factors.names)}" if factors.names else "the price source names none"
        case ShockKind.ASSET_CLASS:
            wanted, known = wanted.replace(" ", "_"), [str(kind) for kind in AssetClass]
            allowed = f"there are {', '.join(known)}"
        case ShockKind.SECTOR:
            known = sorted({instrument.sector for instrument in history.instruments.values()} | {holding.instrument.sector for holding in holdings})
            allowed = f"there are {', '.join(known)}"
        case ShockKind.CURRENCY:
            code = shock.name.upper()
            known = [code] if len(code) == 3 and code.isascii() and code.isalpha() and history.fx_rate(code, base) is not None else []
            allowed = f"it takes a three-letter code with an exchange rate to {base}"
        case ShockKind.TICKER:
            cash = cash_currency(shock.name.upper())
            held = [holding.ticker for holding in holdings]
            known = [*held, *history.tickers, *([shock.name.upper()] if cash and history.fx_rate(cash, base) is not None else [])]
            allowed = f"the price source ({history.source_label}) does not know it"
    found = next((name for name in known if name.casefold() == wanted), None)
    if found is None:
        raise InvalidInput(f"There is no {shock.kind.value.replace('_', ' ')} {shock.name!r} to shock; {allowed}.")
    return shock if found == shock.name else Shock(kind=shock.kind, name=found, size=shock.size)


def _per_currency(scene: Scene, shocks: Sequence[Shock]) -> tuple[list[Shock], list[str]]:
    """Turn a shock of the base currency into one of every other currency held: when it gains x, each of them is worth 1 / (1 + x)."""
    base = scene.base
    named = {shock.name for shock in shocks if shock.kind is ShockKind.CURRENCY}
    foreign = [code for code in dict.fromkeys(map(moves_with, scene.window.holdings)) if code != base and code not in named]
    result, notes = [], []
    for shock in shocks:
        if shock.kind is not ShockKind.CURRENCY or shock.name != base:
            result.append(shock)
            continue
        if shock.size <= -1.0:
            raise InvalidInput(f"{base} is the portfolio's own currency and cannot lose all of its value; give it a smaller shock.")
        size = 1.0 / (1.0 + shock.size) - 1.0
        result.extend(Shock(kind=ShockKind.CURRENCY, name=code, size=size) for code in foreign)
        if foreign:
            notes.append(
                f"{base} is the portfolio's own currency: {', '.join(foreign)} {'moves' if len(foreign) == 1 else 'move'} by {percent(size)}."
            )
        else:
            notes.append(f"{base} is the portfolio's own currency, and nothing is held in another one, so its shock moves nothing.")
    return result, notes


def _members(scene: Scene, shock: Shock) -> NDArray[np.bool_]:
    """Return which holdings a shock names, shape (n_holdings,); cash in the base currency never moves."""
    match shock.kind:
        case ShockKind.ASSET_CLASS:
            named = [str(holding.instrument.asset_class) == shock.name for holding in scene.window.holdings]
        case ShockKind.SECTOR:
            named = [holding.instrument.sector == shock.name for holding in scene.window.holdings]
        case ShockKind.CURRENCY:
            named = [moves_with(holding) == shock.name for holding in scene.window.holdings]
        case _:
            named = [holding.ticker == shock.name for holding in scene.window.holdings]
    return np.array(named, dtype=bool) & scene.can_move


def _direct(scene: Scene, shocks: Sequence[Shock]) -> tuple[Hypothetical, list[str]]:
    columns, missed = [], []
    for shock in shocks:
        if shock.kind is ShockKind.FACTOR:
            columns.append(scene.loadings[:, scene.factor_set.names.index(shock.name)])
            continue
        members = _members(scene, shock)
        columns.append(members.astype(np.float64))
        if not members.any():
            missed.append(f"Nothing held is in {_called(shock)}, so its shock moves nothing.")
    sensitivities = np.column_stack(columns) if columns else np.zeros((len(scene.window.holdings), 0))
    return stress.direct(scene.window.market_values, sensitivities, [shock.size for shock in shocks]), missed


def _propagated(scene: Scene, shocks: Sequence[Shock]) -> tuple[Hypothetical, list[str], Dates]:
    """Let the holdings move as they are expected to, given the shocks; with the days of the returns that says so.

    The days are those of the factors' regressions, whatever is named, so that the same shock written in two ways gives one answer; a day on
    which something else that is shocked has no price drops out, and an earlier one takes its place where there is one.
    """
    window, history = scene.window, scene.history
    dates = window.valuation.dates
    rows = np.searchsorted(history.dates, dates)
    legs: dict[str, Floats] = {}
    kept: list[Shock] = []
    missed: list[str] = []
    for shock in shocks:
        if shock.kind in {ShockKind.ASSET_CLASS, ShockKind.SECTOR} and not np.abs(window.market_values[_members(scene, shock)]).sum() > 0:
            missed.append(f"Nothing held is in {_called(shock)}, so nothing can follow from its shock and it is left out.")
            continue
        kept.append(shock)
        legs |= {name: close[rows] for name, close in _closes(scene, shock).items()}
    if not kept:
        raise DataError(" ".join(missed) or "No shock of this scenario reaches a holding, so nothing can follow from it.")
    shared = scene.factor_days.copy()
    for close in legs.values():
        shared &= np.isfinite(close)
    problem = not_current(window, shared, "what is shocked", MINIMUM_OBSERVATIONS)
    if problem:
        raise DataError(f"The shocks cannot be carried over to the holdings: {problem}")
    used = np.flatnonzero(shared)[-window.observations - 1 :]
    own = returns.simple_returns(np.ascontiguousarray(window.valuation.prices[:, used]))
    moved = {name: returns.simple_returns(close[used]) for name, close in legs.items()}
    shocked = [_shocked_returns(scene, shock, own, moved) for shock in kept]
    result = stress.propagated(window.market_values, own, shocked, [shock.size for shock in kept], [f"of {shock.name}" for shock in kept])
    return result, missed, dates[used][1:]


def _closes(scene: Scene, shock: Shock) -> dict[str, Floats]:
    """Return the prices a shocked series is made of; none for a group, which is made of the holdings."""
    match shock.kind:
        case ShockKind.FACTOR:
            factor = scene.factor_set.factors[scene.factor_set.names.index(shock.name)]
            unknown = [ticker for ticker in factor.tickers if ticker not in scene.history]
            if unknown:
                raise DataError(f"{', '.join(unknown)} has no price at this source, so {factor.name} cannot be shocked.")
            return {f"leg {ticker}": scene.history.close(ticker) for ticker in factor.tickers}
        case ShockKind.CURRENCY:
            close = scene.history.fx_rate(shock.name, scene.base)
        case ShockKind.TICKER:
            close = base_series(scene.history, shock.name, scene.base)
        case _:
            return {}
    if close is None:
        raise DataError(f"{shock.name} has no price in {scene.base} at this source, so it cannot be shocked.")
    return {f"{shock.kind} {shock.name}": close}


def _shocked_returns(scene: Scene, shock: Shock, own: Floats, moved: dict[str, Floats]) -> Floats:
    match shock.kind:
        case ShockKind.FACTOR:
            factor = scene.factor_set.factors[scene.factor_set.names.index(shock.name)]
            return np.sum([weight * moved[f"leg {ticker}"] for ticker, weight in factor.legs], axis=0)  # type: ignore[no-any-return]
        case ShockKind.ASSET_CLASS | ShockKind.SECTOR:
            return stress.group_returns(scene.window.market_values, own, _members(scene, shock))
        case _:
            return moved[f"{shock.kind} {shock.name}"]


def _called(shock: Shock) -> str:
    match shock.kind:
        case ShockKind.ASSET_CLASS:
            return f"the asset class {bucket(shock.name)}"
        case ShockKind.SECTOR:
            return f"the sector {shock.name}"
        case _:
            return shock.name


def reached_share(covered: float) -> str:
    """Return the reached share of the holdings in whole percent, never rounded up to the least that is needed or to the whole."""
    if covered < 0.005:
        return f"less than {percent(0.01, 0)}"
    limit = LEAST_COVERED if covered < LEAST_COVERED else 1.0
    return percent(min(covered, limit - 0.01), 0)


def _out_of_reach(scenario: HistoricalScenario, covered: float) -> str:
    if covered <= 0.0:
        return f"No holding has prices of both {shown_day(scenario.start)} and {shown_day(scenario.end)}, and no factor that could stand in has."
    return f"Prices of {scenario.start.year} reach only {reached_share(covered)} of the holdings; a figure for the whole takes {percent(LEAST_COVERED, 0)}."


def _unavailable(scene: Scene, scenario: Scenario, because: str, benchmark: float | None = None, replay: Replay | None = None) -> StressResult:
    count = len(scene.window.holdings)
    nothing = np.full(count, np.nan)
    none = np.zeros(count, dtype=bool)
    return StressResult(
        scenario=scenario,
        moves=nothing,
        profit_and_loss=nothing,
        proxied=none,
        r_squared=nothing,
        impossible=none,
        total=None,
        fraction=None,
        covered=replay.covered if replay else 0.0,
        priced=replay.priced if replay else 0.0,
        benchmark_move=benchmark,
        because=because,
    )


def _replay_notes(scene: Scene, replay: Replay, proxy: Proxies | None) -> list[str]:
    notes = []
    holdings = scene.window.holdings
    proxied = [holding.ticker for holding, flag in zip(holdings, replay.proxied, strict=True) if flag]
    if proxied and proxy is not None:
        used = [name for name, flag in zip(scene.shared.factors.names, proxy.factors, strict=True) if flag]
        fits = replay.r_squared[replay.proxied]
        weights = np.abs(scene.window.market_values[replay.proxied])
        fit = float(np.average(fits, weights=weights)) if weights.sum() > 0 else float(fits.mean())
        notes.append(
            f"{_listed(proxied)} had no price then and {'moves' if len(proxied) == 1 else 'move'} as today's loadings on"
            f" {_listed(used, 9)} say, which explain {percent(fit, 0)} of {'its' if len(proxied) == 1 else 'their'} daily variance."
        )
    missing = [holding.ticker for holding, move in zip(holdings, replay.moves, strict=True) if np.isnan(move)]
    if missing:
        notes.append(f"{_listed(missing)} had no price then and no factor stands in, so {'it is' if len(missing) == 1 else 'they are'} left out.")
    return notes


def _more_than_everything(window: Window, impossible: NDArray[np.bool_], total: float) -> list[str]:
    notes = []
    names = [holding.ticker for holding, flag in zip(window.holdings, impossible, strict=True) if flag]
    if names:
        notes.append(f"{_listed(names)} would lose more than everything, which no price can: the straight line goes too far here.")
    if window.net_asset_value > 0 and total < -window.net_asset_value:
        notes.append("The loss is larger than the net asset value: the portfolio would be gone, and money owed.")
    return notes


def _listed(names: Sequence[str], most: int = 4) -> str:
    shown = list(names[:most]) + ([f"{len(names) - most} more"] if len(names) > most else [])
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"
