"""How fresh the prices are, as JSON."""

from __future__ import annotations

import datetime as dt

from farp.prices.protocol import Outcome
from farp.report.documents.common import JsonObject, day, number
from farp.service.prices import PricesStatus, PriceUpdate, SeriesStatus


def prices_document(status: PricesStatus) -> JsonObject:
    """Return the source in use and how every series stands, the needed ones first."""
    return {
        "source": status.source,
        "source_label": status.source_label,
        "source_fixed": status.fixed,
        "benchmark": status.benchmark,
        "last_price_date": day(status.last_date),
        "updated_at": moment(status.updated_at),
        **{outcome.value: status.count(outcome) for outcome in Outcome},
        "series": [series_document(series) for series in status.series],
    }


def series_document(series: SeriesStatus) -> JsonObject:
    """Return how one series stands; changes of more than a quarter and long gaps are those of its last five years."""
    return {
        "ticker": series.ticker,
        "name": series.name or None,
        "needed_for": list(series.needed_for),
        "source": series.source or None,
        "own_file": series.own,
        "outcome": series.outcome.value,
        "message": series.message or None,
        "closes": series.closes,
        "first_date": day(series.first_date),
        "last_date": day(series.last_date),
        "business_days_old": series.days_old,
        "fetched_at": moment(series.fetched_at),
        "jumps": [
            {"date": day(jump.date), "before": number(jump.before), "after": number(jump.after), "change_pct": number(100.0 * jump.change)}
            for jump in series.jumps
        ],
        "gaps": [{"first_date": day(gap.first), "last_date": day(gap.last), "business_days": gap.business_days} for gap in series.gaps],
        "events": [{"at": moment(event.at), "message": event.text} for event in series.events],
    }


def update_document(update: PriceUpdate) -> JsonObject:
    """Return how an update ended, ticker by ticker."""
    return {
        **{outcome.value: update.count(outcome) for outcome in Outcome},
        "tickers": [
            {
                "ticker": one.ticker,
                "outcome": one.outcome.value,
                "message": one.message or None,
                "closes_added": one.added,
                "fetched_anew": one.fetched_anew,
                "last_date": day(one.last_date),
            }
            for one in update.tickers
        ],
    }


def moment(value: dt.datetime | None) -> str | None:
    """Return a moment as ISO text in UTC, to the second."""
    return None if value is None else value.astimezone(dt.UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
