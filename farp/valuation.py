"""What the portfolio is worth, on which day, and with which past: Portfolio + PriceHistory -> `Valuation`.

Decides what can be priced, what has to be left out and why, and which days all the rest have in common.
Nothing is filled: a day without a price for every holding is not part of the window.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from farp.engine.checks import MINIMUM_OBSERVATIONS, Floats
from farp.errors import InsufficientHistory, NothingToAnalyse
from farp.format import day as shown_day
from farp.market import Dates, PriceHistory, as_date
from farp.portfolio import AssetClass, Instrument, Portfolio, Position, cash_currency

STALE_AFTER_BUSINESS_DAYS = 5


class ExclusionReason(StrEnum):
    """Why a position is not part of the figures."""

    UNKNOWN_TICKER = "unknown_ticker"
    NOT_HOLDABLE = "not_holdable"
    ZERO_QUANTITY = "zero_quantity"
    NO_PRICE_YET = "no_price_yet"
    STALE_PRICE = "stale_price"
    NO_EXCHANGE_RATE = "no_exchange_rate"
    SHORT_HISTORY = "short_history"


@dataclass(frozen=True, slots=True, kw_only=True)
class Exclusion:
    """A position that is left out: the reason, one sentence, and what it was last worth in base currency if that is known."""

    ticker: str
    quantity: float
    reason: ExclusionReason
    message: str
    last_price_date: dt.date | None = None
    last_value: float | None = None
    observations: int | None = None

    def __str__(self) -> str:
        return f"{self.ticker}: {self.message}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """A position with its price: `price` in the instrument's currency, `market_value` in base currency.

    `weight` is a fraction of net asset value, None when that is not positive.
    """

    instrument: Instrument
    quantity: float
    price: float
    fx_rate: float
    market_value: float
    weight: float | None

    @property
    def ticker(self) -> str:
        """The instrument's ticker."""
        return self.instrument.ticker


@dataclass(frozen=True, kw_only=True)
class Valuation:
    """Priced holdings and their common past.

    `prices` are base-currency prices of one unit of each holding on `dates`, shape (n_holdings, n_days), the last day
    being `as_of`. `observations` is the number of daily returns inside the lookback; `limited_by` names the ticker with the
    shortest history when that is fewer than asked for. `as_of_because` says why `as_of` is not the day asked for.
    """

    portfolio: Portfolio
    requested_as_of: dt.date | None
    as_of: dt.date
    as_of_because: str | None
    holdings: tuple[Holding, ...]
    excluded: tuple[Exclusion, ...]
    net_asset_value: float
    dates: Dates
    prices: Floats
    observations: int
    limited_by: str | None

    @property
    def market_values(self) -> Floats:
        """Market values [base currency], shape (n_holdings,)."""
        return np.array([holding.market_value for holding in self.holdings])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Listed:
    """A ticker with usable prices on a `PriceBoard`.

    `series` (n_days,) is its base-currency price on every weekday up to the reference day, NaN where there is none. Tickers priced on the same
    days share a `calendar`, their number among the different ones of the board. `last` is the place of the last price.
    """

    ticker: str
    instrument: Instrument
    series: Floats
    calendar: int
    last: int
    observations: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Unusable:
    """Why a ticker cannot be part of any figure on a `PriceBoard`, and its last price, if it ever had one."""

    reason: ExclusionReason
    message: str
    last_date: dt.date | None = None
    last_price: float | None = None


class PriceBoard:
    """What a price source says on one day in one base currency: every ticker looked at once, for one portfolio or a whole book.

    `days` are the weekdays up to the reference day, shape (n_days,). Not to be shared between threads.
    """

    def __init__(self, history: PriceHistory, as_of: dt.date | None, base_currency: str) -> None:
        """Set the day: None, or one after the source's last price, means the source's last day."""
        self.history = history
        self.base_currency = base_currency
        self.as_of = as_of
        wanted = min(as_of, history.last_date) if as_of else history.last_date
        self.reference = np.busday_offset(np.datetime64(wanted, "D"), 0, roll="backward")
        stop = int(np.searchsorted(history.dates, self.reference, side="right"))
        self.weekdays = np.flatnonzero(np.is_busday(history.dates[:stop]))
        self.days: Dates = history.dates[self.weekdays]
        self._tickers: dict[str, Listed | Unusable] = {}
        self._calendars: dict[bytes, int] = {}
        self._priced: list[NDArray[np.bool_]] = []
        self._common: dict[frozenset[int], NDArray[np.intp]] = {}

    def look_up(self, ticker: str) -> Listed | Unusable:
        """Return what is known about `ticker`, whoever holds it."""
        known = self._tickers.get(ticker)
        if known is None:
            known = self._tickers[ticker] = self._looked_up(ticker)
        return known

    def common_days(self, listed: Iterable[Listed]) -> NDArray[np.intp]:
        """Return the places in `days` on which all of `listed` have a price; every day for none of them."""
        calendars = frozenset(one.calendar for one in listed)
        known = self._common.get(calendars)
        if known is None:
            everywhere = np.ones(len(self.days), dtype=bool)
            for calendar in calendars:
                everywhere &= self._priced[calendar]
            known = self._common[calendars] = np.flatnonzero(everywhere)
        return known

    def _looked_up(self, ticker: str) -> Listed | Unusable:
        history, base = self.history, self.base_currency
        instrument = history.instrument(ticker)
        if instrument is None or (cash_currency(ticker) is None and ticker not in history):
            return Unusable(
                reason=ExclusionReason.UNKNOWN_TICKER,
                message=history.unknown_because(ticker),
            )
        if not instrument.holdable:
            return Unusable(
                reason=ExclusionReason.NOT_HOLDABLE, message=f"{instrument.name} is an index level, not an asset price, so it cannot be held."
            )
        everything = base_series(history, ticker, base)
        if everything is None:
            return Unusable(reason=ExclusionReason.NO_EXCHANGE_RATE, message=f"there is no exchange rate between {instrument.currency} and {base}.")
        series = everything[self.weekdays]
        priced = np.isfinite(series)
        places = np.flatnonzero(priced)
        if not len(places):
            return Unusable(reason=ExclusionReason.NO_PRICE_YET, message="there is no price on or before the as-of date.")
        last = int(places[-1])
        if np.busday_count(self.days[last], self.reference) > STALE_AFTER_BUSINESS_DAYS:
            return Unusable(
                reason=ExclusionReason.STALE_PRICE,
                message=f"the last price is of {shown_day(as_date(self.days[last]))},"
                f" more than {STALE_AFTER_BUSINESS_DAYS} business days before the as-of date.",
                last_date=as_date(self.days[last]),
                last_price=float(series[last]),
            )
        calendar = self._calendars.setdefault(priced.tobytes(), len(self._calendars))
        if calendar == len(self._priced):
            self._priced.append(priced)
        return Listed(ticker=ticker, instrument=instrument, series=series, calendar=calendar, last=last, observations=len(places) - 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """What of a portfolio can be priced together: `quantities` of `listed`, `excluded`, and the `days` they share, as places on the board.

    `observations` daily returns lie in the lookback. The last of `days` is the as-of date.
    """

    portfolio: Portfolio
    listed: tuple[Listed, ...]
    quantities: tuple[float, ...]
    excluded: tuple[Exclusion, ...]
    days: NDArray[np.intp]
    observations: int


def valued(portfolio: Portfolio, history: PriceHistory, as_of: dt.date | None, lookback_days: int, extra_days: int = 0) -> Valuation:
    """Price `portfolio` on the last common day on or before `as_of`.

    Parameters
    ----------
    as_of
        The day asked for; None, or a day after the source's last price, means the source's last day.
    lookback_days
        Number of daily returns the figures ask for.
    extra_days
        Further past days to return before the lookback, as far as all holdings have them (for rolling figures).

    Raises
    ------
    NothingToAnalyse
        The portfolio is empty, or nothing but base-currency cash is left of it.
    InsufficientHistory
        Fewer than 20 common returns.
    """
    board = PriceBoard(history, as_of, portfolio.base_currency)
    selection = selected(portfolio, board, lookback_days, extra_days)
    days, listed = selection.days, selection.listed
    prices = np.ascontiguousarray([one.series[days] for one in listed])
    market_values = [quantity * float(price) for quantity, price in zip(selection.quantities, prices[:, -1], strict=True)]
    net_asset_value = float(sum(market_values))
    return Valuation(
        portfolio=portfolio,
        requested_as_of=as_of,
        as_of=as_date(board.days[days[-1]]),
        as_of_because=as_of_because(selection, board),
        holdings=tuple(
            holding_of(one, quantity, board, board.weekdays[days[-1]], market_value, net_asset_value)
            for one, quantity, market_value in zip(listed, selection.quantities, market_values, strict=True)
        ),
        excluded=selection.excluded,
        net_asset_value=net_asset_value,
        dates=board.days[days],
        prices=prices,
        observations=selection.observations,
        limited_by=shortest_history(listed) if selection.observations < lookback_days else None,
    )


def selected(portfolio: Portfolio, board: PriceBoard, lookback_days: int, extra_days: int = 0) -> Selection:
    """Decide what of `portfolio` can be priced on `board`, and on which common days; arguments and errors as in `valued`."""
    if not portfolio.positions:
        raise NothingToAnalyse(portfolio.id)
    kept: list[tuple[Position, Listed]] = []
    excluded: list[Exclusion] = []
    for position in portfolio.positions:
        found = board.look_up(position.ticker)
        beyond_quantity = isinstance(found, Unusable) and found.reason in {ExclusionReason.UNKNOWN_TICKER, ExclusionReason.NOT_HOLDABLE}
        if position.quantity == 0 and not beyond_quantity:
            excluded.append(Exclusion(ticker=position.ticker, quantity=0.0, reason=ExclusionReason.ZERO_QUANTITY, message="the quantity is zero."))
        elif isinstance(found, Unusable):
            excluded.append(_excluded(position, found))
        else:
            kept.append((position, found))
    kept, too_short = _with_common_history(kept, board)
    excluded.extend(too_short)
    _refuse_if_nothing_left(portfolio, kept, excluded, board.days)
    days = board.common_days(listed for _, listed in kept)[-(lookback_days + extra_days + 1) :]
    available = min(len(days) - 1, lookback_days)
    if available < MINIMUM_OBSERVATIONS:
        raise InsufficientHistory(available, MINIMUM_OBSERVATIONS)
    if len(excluded) > 1:
        order = {position.ticker: place for place, position in enumerate(portfolio.positions)}
        excluded.sort(key=lambda exclusion: order[exclusion.ticker])
    return Selection(
        portfolio=portfolio,
        listed=tuple(listed for _, listed in kept),
        quantities=tuple(position.quantity for position, _ in kept),
        excluded=tuple(excluded),
        days=days,
        observations=available,
    )


def base_series(history: PriceHistory, ticker: str, base_currency: str) -> Floats | None:
    """Return the base-currency price of one unit of `ticker` on every day of `history`; None without price or exchange rate."""
    instrument = history.instrument(ticker)
    if instrument is None:
        return None
    rate = history.fx_rate(instrument.currency, base_currency)
    if rate is None or cash_currency(ticker) is not None:
        return rate
    return history.close(ticker) * rate if ticker in history else None


def as_of_because(selection: Selection, board: PriceBoard) -> str | None:
    """Say in one sentence why the day used is not the day asked for; None when it is, or when no day was asked for."""
    as_of, days, used = board.as_of, board.days, board.days[selection.days[-1]]
    reasons = []
    if as_of is not None and as_of > board.history.last_date:
        reasons.append(f"the prices end on {shown_day(board.history.last_date)}")
    elif as_of is not None and as_date(used) < as_of and used == days[-1]:
        reasons.append(f"{shown_day(as_of)} is not a trading day")
    if used < days[-1]:
        behind = [one.ticker for one in selection.listed if days[one.last] <= used]
        because = f" ({_names(behind)} has none later)" if behind else ""
        reasons.append(f"it is the last day on which every holding has a price{because}")
    return f"Computed as of {shown_day(as_date(used))}: {' and '.join(reasons)}." if reasons else None


def _excluded(position: Position, why: Unusable) -> Exclusion:
    return Exclusion(
        ticker=position.ticker,
        quantity=position.quantity,
        reason=why.reason,
        message=why.message,
        last_price_date=why.last_date,
        last_value=position.quantity * why.last_price if why.last_price is not None else None,
    )


def _with_common_history(candidates: list[tuple[Position, Listed]], board: PriceBoard) -> tuple[list[tuple[Position, Listed]], list[Exclusion]]:
    """Leave out, one by one, the holding that shortens the common history most, until 20 returns up to now are common to the rest."""
    kept = list(candidates)
    dropped: list[Exclusion] = []

    def drop(candidate: tuple[Position, Listed], observations: int, message: str) -> None:
        position, listed = candidate
        kept.remove(candidate)
        dropped.append(
            Exclusion(
                ticker=position.ticker,
                quantity=position.quantity,
                reason=ExclusionReason.SHORT_HISTORY,
                message=message,
                last_price_date=as_date(board.days[listed.last]),
                last_value=position.quantity * float(listed.series[listed.last]),
                observations=observations,
            )
        )

    for candidate in candidates:
        own = candidate[1].observations
        if own < MINIMUM_OBSERVATIONS:
            drop(candidate, own, f"there are only {own} data points (daily returns), and at least {MINIMUM_OBSERVATIONS} are needed.")
    while (common := _observations_in_common(kept, board)) < MINIMUM_OBSERVATIONS:
        risky = [candidate for candidate in kept if cash_currency(candidate[0].ticker) != board.base_currency]
        if len(risky) < 2:
            break
        worst = max(risky, key=lambda c: (_observations_in_common([k for k in kept if k is not c], board), -c[1].observations))
        drop(
            worst,
            common,
            f"it has only {common} daily returns in common with the other holdings that reach up to the as-of date,"
            f" and at least {MINIMUM_OBSERVATIONS} are needed.",
        )
    return kept, dropped


def _refuse_if_nothing_left(portfolio: Portfolio, kept: Sequence[tuple[Position, Listed]], excluded: Sequence[Exclusion], days: Dates) -> None:
    """Raise when all that is left is base-currency cash: its VaR of zero would say nothing about the portfolio that was asked about."""
    if not excluded and kept:
        return
    at_risk = any(cash_currency(position.ticker) != portfolio.base_currency for position, _ in kept)
    left_out = [exclusion for exclusion in excluded if exclusion.reason is not ExclusionReason.ZERO_QUANTITY]
    if at_risk or (kept and not left_out):
        return
    last_day = as_date(days[-1]) if len(days) else None
    too_short = [exclusion.observations for exclusion in excluded if exclusion.observations is not None]
    if too_short:
        raise InsufficientHistory(max(too_short), MINIMUM_OBSERVATIONS, f"up to {shown_day(last_day)}")
    raise NothingToAnalyse(portfolio.id, tuple(excluded), last_day)


def holding_of(listed: Listed, quantity: float, board: PriceBoard, row: int, market_value: float, net_asset_value: float) -> Holding:
    """Return the priced position; `row` is the as-of date's place among the days of the price history."""
    instrument = listed.instrument
    currency = cash_currency(instrument.ticker)
    if currency not in (None, board.base_currency):  # foreign cash moves with its exchange rate
        instrument = replace(instrument, asset_class=AssetClass.FX)
    rate = None if instrument.currency == board.base_currency else board.history.fx_rate(instrument.currency, board.base_currency)
    return Holding(
        instrument=instrument,
        quantity=quantity,
        price=1.0 if currency is not None else float(board.history.close(instrument.ticker)[row]),
        fx_rate=1.0 if rate is None else float(rate[row]),
        market_value=market_value,
        weight=market_value / net_asset_value if net_asset_value > 0 else None,
    )


def _names(tickers: Sequence[str]) -> str:
    return ", ".join(tickers[:3]) + (f" and {len(tickers) - 3} more" if len(tickers) > 3 else "")


def shortest_history(listed: Sequence[Listed]) -> str:
    """Return the ticker with the fewest returns."""
    return min(listed, key=lambda one: one.observations).ticker


def _observations_in_common(candidates: Sequence[tuple[Position, Listed]], board: PriceBoard) -> int:
    """Count the common returns; none when the last common day is so old that a price of that day would be stale."""
    common = board.common_days(listed for _, listed in candidates)
    if not len(common) or np.busday_count(board.days[common[-1]], board.reference) > STALE_AFTER_BUSINESS_DAYS:
        return 0
    return len(common) - 1
