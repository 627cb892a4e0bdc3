"""What the portfolio is worth, on which day, and with which past: Portfolio + PriceHistory -> `Valuation`.

Decides what can be priced, what has to be left out and why, and which days all the rest have in common.
Nothing is filled: a day without a price for every holding is not part of the window.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
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


@dataclass(frozen=True, slots=True)
class _Candidate:
    position: Position
    instrument: Instrument
    series: Floats  # base-currency price on every weekday up to the reference day, NaN where there is none


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
    if not portfolio.positions:
        raise NothingToAnalyse(portfolio.id)
    wanted = min(as_of, history.last_date) if as_of else history.last_date
    reference = np.busday_offset(np.datetime64(wanted, "D"), 0, roll="backward")
    stop = int(np.searchsorted(history.dates, reference, side="right"))
    weekdays = np.flatnonzero(np.is_busday(history.dates[:stop]))
    days = history.dates[weekdays]

    candidates: list[_Candidate] = []
    excluded: list[Exclusion] = []
    for position in portfolio.positions:
        outcome = _candidate(position, history, portfolio.base_currency, weekdays, days, reference)
        if isinstance(outcome, Exclusion):
            excluded.append(outcome)
        else:
            candidates.append(outcome)
    candidates, too_short = _with_common_history(candidates, days, portfolio.base_currency, reference)
    excluded.extend(too_short)
    _refuse_if_nothing_left(portfolio, candidates, excluded, days)

    common = _common(candidates, len(days))
    kept = np.flatnonzero(common)[-(lookback_days + extra_days + 1) :]
    available = min(len(kept) - 1, lookback_days)
    if available < MINIMUM_OBSERVATIONS:
        raise InsufficientHistory(available, MINIMUM_OBSERVATIONS)
    prices = np.ascontiguousarray([candidate.series[kept] for candidate in candidates])
    as_of_used = days[kept[-1]]
    market_values = [candidate.position.quantity * float(price) for candidate, price in zip(candidates, prices[:, -1], strict=True)]
    net_asset_value = float(sum(market_values))
    order = {position.ticker: place for place, position in enumerate(portfolio.positions)}
    return Valuation(
        portfolio=portfolio,
        requested_as_of=as_of,
        as_of=as_date(as_of_used),
        as_of_because=_because(as_of, history, candidates, as_of_used, days),
        holdings=tuple(
            _holding(candidate, history, portfolio.base_currency, weekdays[kept[-1]], market_value, net_asset_value)
            for candidate, market_value in zip(candidates, market_values, strict=True)
        ),
        excluded=tuple(sorted(excluded, key=lambda exclusion: order[exclusion.ticker])),
        net_asset_value=net_asset_value,
        dates=days[kept],
        prices=prices,
        observations=available,
        limited_by=_shortest(candidates) if available < lookback_days else None,
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


def _candidate(
    position: Position, history: PriceHistory, base: str, weekdays: NDArray[np.intp], days: Dates, reference: np.datetime64
) -> _Candidate | Exclusion:
    ticker = position.ticker
    instrument = history.instrument(ticker)

    def exclusion(reason: ExclusionReason, message: str, series: Floats | None = None) -> Exclusion:
        last = _last_index(series) if series is not None else None
        return Exclusion(
            ticker=ticker,
            quantity=position.quantity,
            reason=reason,
            message=message,
            last_price_date=as_date(days[last]) if last is not None else None,
            last_value=position.quantity * float(series[last]) if last is not None and series is not None else None,
        )

    if instrument is None or (cash_currency(ticker) is None and ticker not in history):
        return exclusion(ExclusionReason.UNKNOWN_TICKER, f"the ticker is unknown to the price source ({history.source_label}); check its spelling.")
    if not instrument.holdable:
        return exclusion(ExclusionReason.NOT_HOLDABLE, f"{instrument.name} is an index level, not an asset price, so it cannot be held.")
    if position.quantity == 0:
        return exclusion(ExclusionReason.ZERO_QUANTITY, "the quantity is zero.")
    everything = base_series(history, ticker, base)
    if everything is None:
        return exclusion(ExclusionReason.NO_EXCHANGE_RATE, f"there is no exchange rate between {instrument.currency} and {base}.")
    series = everything[weekdays]
    last = _last_index(series)
    if last is None:
        return exclusion(ExclusionReason.NO_PRICE_YET, "there is no price on or before the as-of date.")
    if np.busday_count(days[last], reference) > STALE_AFTER_BUSINESS_DAYS:
        return exclusion(
            ExclusionReason.STALE_PRICE,
            f"the last price is of {shown_day(as_date(days[last]))}, more than {STALE_AFTER_BUSINESS_DAYS} business days before the as-of date.",
            series,
        )
    return _Candidate(position, instrument, series)


def _with_common_history(
    candidates: Sequence[_Candidate], days: Dates, base: str, reference: np.datetime64
) -> tuple[list[_Candidate], list[Exclusion]]:
    """Leave out, one by one, the holding that shortens the common history most, until 20 returns up to now are common to the rest."""
    kept = list(candidates)
    dropped: list[Exclusion] = []

    def drop(candidate: _Candidate, observations: int, message: str) -> None:
        kept.remove(candidate)
        last = _last_index(candidate.series)
        dropped.append(
            Exclusion(
                ticker=candidate.position.ticker,
                quantity=candidate.position.quantity,
                reason=ExclusionReason.SHORT_HISTORY,
                message=message,
                last_price_date=as_date(days[last]) if last is not None else None,
                last_value=candidate.position.quantity * float(candidate.series[last]) if last is not None else None,
                observations=observations,
            )
        )

    for candidate in candidates:
        own = _observations(candidate.series)
        if own < MINIMUM_OBSERVATIONS:
            drop(candidate, own, f"there are only {own} data points (daily returns), and at least {MINIMUM_OBSERVATIONS} are needed.")
    while (common := _observations_in_common(kept, days, reference)) < MINIMUM_OBSERVATIONS:
        risky = [candidate for candidate in kept if cash_currency(candidate.position.ticker) != base]
        if len(risky) < 2:
            break
        worst = max(risky, key=lambda c: (_observations_in_common([k for k in kept if k is not c], days, reference), -_observations(c.series)))
        drop(
            worst,
            common,
            f"it has only {common} daily returns in common with the other holdings that reach up to the as-of date,"
            f" and at least {MINIMUM_OBSERVATIONS} are needed.",
        )
    return kept, dropped


def _refuse_if_nothing_left(portfolio: Portfolio, kept: Sequence[_Candidate], excluded: Sequence[Exclusion], days: Dates) -> None:
    """Raise when all that is left is base-currency cash: its VaR of zero would say nothing about the portfolio that was asked about."""
    at_risk = [candidate for candidate in kept if cash_currency(candidate.position.ticker) != portfolio.base_currency]
    left_out = [exclusion for exclusion in excluded if exclusion.reason is not ExclusionReason.ZERO_QUANTITY]
    if at_risk or (kept and not left_out):
        return
    last_day = as_date(days[-1]) if len(days) else None
    too_short = [exclusion.observations for exclusion in excluded if exclusion.observations is not None]
    if too_short:
        raise InsufficientHistory(max(too_short), MINIMUM_OBSERVATIONS, f"up to {shown_day(last_day)}")
    raise NothingToAnalyse(portfolio.id, tuple(excluded), last_day)


def _holding(candidate: _Candidate, history: PriceHistory, base: str, row: int, market_value: float, net_asset_value: float) -> Holding:
    instrument = candidate.instrument
    currency = cash_currency(instrument.ticker)
    if currency not in (None, base):  # foreign cash moves with its exchange rate
        instrument = replace(instrument, asset_class=AssetClass.FX)
    rate = history.fx_rate(instrument.currency, base)
    return Holding(
        instrument=instrument,
        quantity=candidate.position.quantity,
        price=1.0 if currency is not None else float(history.close(instrument.ticker)[row]),
        fx_rate=1.0 if rate is None else float(rate[row]),
        market_value=market_value,
        weight=market_value / net_asset_value if net_asset_value > 0 else None,
    )


def _because(as_of: dt.date | None, history: PriceHistory, candidates: Sequence[_Candidate], used: np.datetime64, days: Dates) -> str | None:
    """Say in one sentence why the day used is not the day asked for; None when it is, or when no day was asked for."""
    reasons = []
    if as_of is not None and as_of > history.last_date:
        reasons.append(f"the prices end on {shown_day(history.last_date)}")
    elif as_of is not None and as_date(used) < as_of and used == days[-1]:
        reasons.append(f"{shown_day(as_of)} is not a trading day")
    behind = [candidate.instrument.ticker for candidate in candidates if (last := _last_index(candidate.series)) is not None and days[last] <= used]
    if used < days[-1] and behind:
        reasons.append(f"it is the last day on which every holding has a price ({_names(behind)} has none later)")
    elif used < days[-1]:
        reasons.append("it is the last day on which every holding has a price")
    return f"Computed as of {shown_day(as_date(used))}: {' and '.join(reasons)}." if reasons else None


def _names(tickers: Sequence[str]) -> str:
    return ", ".join(tickers[:3]) + (f" and {len(tickers) - 3} more" if len(tickers) > 3 else "")


def _shortest(candidates: Sequence[_Candidate]) -> str:
    return min(candidates, key=lambda candidate: _observations(candidate.series)).instrument.ticker


def _common(candidates: Sequence[_Candidate], n_days: int) -> NDArray[np.bool_]:
    everywhere = np.ones(n_days, dtype=bool)
    for candidate in candidates:
        everywhere &= np.isfinite(candidate.series)
    return everywhere


def _observations_in_common(candidates: Sequence[_Candidate], days: Dates, reference: np.datetime64) -> int:
    """Count the common returns; none when the last common day is so old that a price of that day would be stale."""
    common = np.flatnonzero(_common(candidates, len(days)))
    if not len(common) or np.busday_count(days[common[-1]], reference) > STALE_AFTER_BUSINESS_DAYS:
        return 0
    return len(common) - 1


def _observations(series: Floats) -> int:
    return max(int(np.isfinite(series).sum()) - 1, 0)


def _last_index(series: Floats) -> int | None:
    known = np.flatnonzero(np.isfinite(series))
    return int(known[-1]) if len(known) else None
