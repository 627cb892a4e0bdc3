"""The headline figures of a whole book: many portfolios, one look at the market, the numbers of `analyse` to the last bit.

Portfolios whose holdings share the same days are computed together: one matrix of prices, one sparse matrix of market values.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import csr_array

from farp.analysis.report import EXPOSURE_DIMENSIONS, VOLATILITY_WINDOWS, AnalysisSpec
from farp.analysis.window import Window, known
from farp.engine import exposure, performance
from farp.engine.book import CoreMetrics, core_metrics
from farp.engine.checks import MINIMUM_OBSERVATIONS, Floats
from farp.engine.exposure import Concentration
from farp.engine.returns import simple_returns, weighted_sum
from farp.errors import FarpError, InvalidInput
from farp.market import Dates, PriceHistory, as_date
from farp.portfolio import AssetClass, Instrument, Portfolio, cash_currency
from farp.valuation import (
    STALE_AFTER_BUSINESS_DAYS,
    Exclusion,
    Holding,
    Listed,
    PriceBoard,
    Selection,
    Valuation,
    as_of_because,
    base_series,
    holding_of,
    selected,
    shortest_history,
)


@dataclass(frozen=True, kw_only=True)
class Group:
    """Portfolios of one base currency whose holdings share the same days.

    `prices` (n_tickers, n_days + 1) are base-currency prices of `tickers` on `dates`, the last being the as-of date; the lookback is the last
    `observations` returns. `market_values` (n_portfolios, n_tickers) is sparse, a row's entries in the order in which the portfolio lists them.
    """

    base_currency: str
    selections: tuple[Selection, ...]
    tickers: tuple[str, ...]
    instruments: tuple[Instrument, ...]
    dates: Dates
    prices: Floats
    observations: int
    market_values: csr_array
    board: PriceBoard

    @property
    def as_of(self) -> dt.date:
        """The day of the figures."""
        return as_date(self.dates[-1])

    def columns_of(self, row: int) -> slice:
        """Return where a portfolio's entries stand in the data and the column numbers of `market_values`."""
        starts = self.market_values.indptr
        return slice(int(starts[row]), int(starts[row + 1]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Headline:
    """The headline figures of one portfolio of a book, equal to those of its `RiskReport`; money in `base_currency`, None where undefined.

    `value_at_risk` and `expected_shortfall` are by (confidence, horizon), `exposure` by dimension and bucket: (long, short). A drawdown's
    dates are None when the value never fell.
    """

    portfolio: Portfolio
    base_currency: str
    as_of: dt.date
    as_of_because: str | None
    excluded: tuple[Exclusion, ...]
    observations: int
    net_asset_value: float
    gross: float
    value_at_risk: Mapping[tuple[float, int], float]
    expected_shortfall: Mapping[tuple[float, int], float]
    maximum_drawdown: float | None
    maximum_drawdown_amount: float
    current_drawdown: float | None
    current_drawdown_amount: float
    peak_date: dt.date | None
    trough_date: dt.date | None
    volatility: Mapping[int, float | None]
    sharpe_ratio: Mapping[int, float | None]
    beta: float | None
    exposure: Mapping[str, Mapping[str, tuple[float, float]]]
    concentration: Concentration


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A portfolio that has no figures, and the error that says why."""

    portfolio: Portfolio
    error: FarpError


def grouped(
    portfolios: Iterable[Portfolio], history: PriceHistory, as_of: dt.date | None = None, spec: AnalysisSpec | None = None
) -> tuple[tuple[Group, ...], tuple[Failure, ...]]:
    """Price every portfolio and put those together that share their days; the ones that cannot be priced come back with the reason.

    Raises
    ------
    InvalidInput
        A lookback shorter than the longest window of volatility, which a book does not compute.
    """
    spec = spec or AnalysisSpec()
    if spec.lookback_days < max(VOLATILITY_WINDOWS):
        raise InvalidInput(f"a book needs a lookback of at least {max(VOLATILITY_WINDOWS)} days, got {spec.lookback_days}.")
    boards: dict[str, PriceBoard] = {}
    members: dict[tuple[str, bytes], list[Selection]] = {}
    failures: list[Failure] = []
    for portfolio in portfolios:
        board = boards.get(portfolio.base_currency)
        if board is None:
            board = boards[portfolio.base_currency] = PriceBoard(history, as_of, portfolio.base_currency)
        try:
            selection = selected(portfolio, board, spec.lookback_days, extra_days=max(VOLATILITY_WINDOWS))
        except FarpError as error:
            failures.append(Failure(portfolio=portfolio, error=error))
            continue
        members.setdefault((portfolio.base_currency, selection.days.tobytes()), []).append(selection)
    return tuple(_group(selections, boards[base]) for (base, _), selections in members.items()), tuple(failures)


def headlines(group: Group, history: PriceHistory, spec: AnalysisSpec | None = None, threads: int = 1) -> tuple[Headline, ...]:
    """Return the headline figures of every portfolio of `group`, in its order; equal to `analyse` of each alone, bit for bit."""
    spec = spec or AnalysisSpec()
    n = group.observations
    prices = group.prices[:, -n - 1 :]
    core = core_metrics(
        group.market_values,
        prices,
        np.zeros(n),
        {dimension: [str(getattr(instrument, dimension)) for instrument in group.instruments] for dimension in EXPOSURE_DIMENSIONS},
        confidences=spec.confidences,
        horizons=spec.horizons,
        rule=spec.rule,
        windows=VOLATILITY_WINDOWS,
        risk_free_rate=spec.risk_free_rate,
        threads=threads,
    )
    beta = _beta(group, history, core.net_asset_value)
    return tuple(_headline(group, core, beta, row) for row in range(len(group.selections)))


def windows(group: Group, spec: AnalysisSpec | None = None) -> Iterator[Window]:
    """Yield what the analyses of one topic start from, for every portfolio of `group` in its order; equal to `window_of` each alone."""
    lookback_days = (spec or AnalysisSpec()).lookback_days
    past_returns = simple_returns(group.prices)
    past_profit_and_loss = weighted_sum(group.market_values, past_returns)
    board, row_of_day = group.board, int(group.board.weekdays[group.selections[0].days[-1]])
    for row, selection in enumerate(group.selections):
        entries = group.columns_of(row)
        columns, amounts = group.market_values.indices[entries], group.market_values.data[entries].tolist()
        net_asset_value = float(sum(amounts))
        valuation = Valuation(
            portfolio=selection.portfolio,
            requested_as_of=board.as_of,
            as_of=group.as_of,
            as_of_because=as_of_because(selection, board),
            holdings=tuple(
                holding_of(one, quantity, board, row_of_day, amount, net_asset_value)
                for one, quantity, amount in zip(selection.listed, selection.quantities, amounts, strict=True)
            ),
            excluded=selection.excluded,
            net_asset_value=net_asset_value,
            dates=group.dates,
            prices=group.prices[columns],
            observations=group.observations,
            limited_by=shortest_history(selection.listed) if group.observations < lookback_days else None,
        )
        yield Window(
            valuation=valuation,
            lookback_days=lookback_days,
            source=board.history.source,
            source_label=board.history.source_label,
            past_dates=group.dates[1:],
            past_returns=past_returns[columns],
            past_profit_and_loss=past_profit_and_loss[row],
        )


def everything_held(group: Group, spec: AnalysisSpec | None = None) -> Window:
    """Return the window of a portfolio that holds one unit of every ticker of `group`: what a topic says of each of its holdings holds for all."""
    board, prices = group.board, group.prices
    values = prices[:, -1].tolist()
    past_returns = simple_returns(prices)
    valuation = Valuation(
        portfolio=Portfolio(id="book", name="Book", positions=(), base_currency=group.base_currency),
        requested_as_of=board.as_of,
        as_of=group.as_of,
        as_of_because=None,
        holdings=tuple(
            Holding(instrument=instrument, quantity=1.0, price=value, fx_rate=1.0, market_value=value, weight=None)
            for instrument, value in zip(group.instruments, values, strict=True)
        ),
        excluded=(),
        net_asset_value=float(sum(values)),
        dates=group.dates,
        prices=prices,
        observations=group.observations,
        limited_by=None,
    )
    return Window(
        valuation=valuation,
        lookback_days=(spec or AnalysisSpec()).lookback_days,
        source=board.history.source,
        source_label=board.history.source_label,
        past_dates=group.dates[1:],
        past_returns=past_returns,
        past_profit_and_loss=weighted_sum(prices[:, -1], past_returns),
    )


def _group(selections: Sequence[Selection], board: PriceBoard) -> Group:
    listed: dict[str, Listed] = {one.ticker: one for selection in selections for one in selection.listed}
    column = {ticker: place for place, ticker in enumerate(listed)}
    days = selections[0].days
    prices = np.ascontiguousarray([one.series[days] for one in listed.values()])
    last = prices[:, -1].tolist()
    columns = [column[one.ticker] for selection in selections for one in selection.listed]
    quantities = [quantity for selection in selections for quantity in selection.quantities]
    starts = np.cumsum([0, *(len(selection.listed) for selection in selections)])
    market_values = np.array([quantity * last[place] for quantity, place in zip(quantities, columns, strict=True)])
    return Group(
        base_currency=board.base_currency,
        selections=tuple(selections),
        tickers=tuple(listed),
        instruments=tuple(_as_held(one.instrument, board.base_currency) for one in listed.values()),
        dates=board.days[days],
        prices=prices,
        observations=selections[0].observations,
        market_values=csr_array((market_values, np.array(columns), starts), shape=(len(selections), len(listed))),
        board=board,
    )


def _as_held(instrument: Instrument, base_currency: str) -> Instrument:
    """Return the instrument with the class it has in a portfolio: foreign cash moves with its exchange rate."""
    return replace(instrument, asset_class=AssetClass.FX) if cash_currency(instrument.ticker) not in (None, base_currency) else instrument


def _beta(group: Group, history: PriceHistory, net_asset_value: Floats) -> Floats:
    """Return each portfolio's beta over the days shared with the benchmark, NaN where there is none: (n_portfolios,)."""
    nothing = np.full(len(group.selections), np.nan)
    everything = base_series(history, history.benchmark, group.base_currency)
    if everything is None:
        return nothing
    closes = everything[np.searchsorted(history.dates, group.dates)]
    shared = np.isfinite(closes)
    count = min(int(shared.sum()) - 1, group.observations)
    if count < MINIMUM_OBSERVATIONS or np.busday_count(group.dates[shared][-1], group.dates[-1]) > STALE_AFTER_BUSINESS_DAYS:
        return nothing
    positive = net_asset_value > 0
    own = weighted_sum(group.market_values, simple_returns(group.prices[:, shared])[:, -count:])[positive] / net_asset_value[positive, None]
    nothing[positive] = performance.beta(own, simple_returns(closes[shared])[-count:])
    return nothing


def _headline(group: Group, core: CoreMetrics, beta: Floats, row: int) -> Headline:
    selection, entries = group.selections[row], group.columns_of(row)
    amounts = group.market_values.data[entries]
    dates = group.dates[-group.observations - 1 :]
    peak, trough = int(core.drawdown.peak[row]), int(core.drawdown.trough[row])
    return Headline(
        portfolio=selection.portfolio,
        base_currency=group.base_currency,
        as_of=group.as_of,
        as_of_because=as_of_because(selection, group.board),
        excluded=selection.excluded,
        observations=group.observations,
        net_asset_value=float(core.net_asset_value[row]),
        gross=float(np.abs(amounts).sum()),
        value_at_risk={key: float(figures[row]) for key, figures in core.value_at_risk.items()},
        expected_shortfall={key: float(figures[row]) for key, figures in core.expected_shortfall.items()},
        maximum_drawdown=known(core.drawdown.maximum[row]),
        maximum_drawdown_amount=float(core.drawdown.maximum_amount[row]),
        current_drawdown=known(core.drawdown.current[row]),
        current_drawdown_amount=float(core.drawdown.current_amount[row]),
        peak_date=as_date(dates[peak]) if trough >= 0 else None,
        trough_date=as_date(dates[trough]) if trough >= 0 else None,
        volatility={window: known(figures[row]) for window, figures in core.volatility.items()},
        sharpe_ratio={window: known(figures[row]) for window, figures in core.sharpe_ratio.items()},
        beta=known(beta[row]),
        exposure=_exposure_of(group, core, entries, row),
        concentration=exposure.concentration(amounts),
    )


def _exposure_of(group: Group, core: CoreMetrics, entries: slice, row: int) -> dict[str, dict[str, tuple[float, float]]]:
    """Return long and short of the buckets that the portfolio holds something in, in the order of its holdings."""
    held = [group.instruments[place] for place in group.market_values.indices[entries]]
    result = {}
    for dimension, totals in core.exposure.items():
        place = {bucket: i for i, bucket in enumerate(totals.buckets)}
        buckets = dict.fromkeys(str(getattr(instrument, dimension)) for instrument in held)
        result[dimension] = {bucket: (float(totals.long[row, place[bucket]]), float(totals.short[row, place[bucket]])) for bucket in buckets}
    return result
