"""Dated scenarios for historical replays: data. From the close of `start` to the close of `end`, both trading days in New York."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoricalScenario:
    """A stretch of market history: `id` for addresses, `name` and `what` for people."""

    id: str
    name: str
    start: dt.date
    end: dt.date
    what: str


def _scenario(id: str, name: str, start: str, end: str, what: str) -> HistoricalScenario:
    return HistoricalScenario(id=id, name=name, start=dt.date.fromisoformat(start), end=dt.date.fromisoformat(end), what=what)


HISTORICAL_SCENARIOS = (
    _scenario("black-monday-1987", "Black Monday 1987", "1987-10-16", "1987-10-19", "Shares fell by about a fifth in a single day."),
    _scenario("asia-1997", "Asian crisis 1997", "1997-10-21", "1997-10-27", "Asian currencies broke, and shares fell around the world."),
    _scenario("russia-ltcm-1998", "Russia and LTCM 1998", "1998-07-15", "1998-10-08", "Russia defaulted, and a large hedge fund had to be rescued."),
    _scenario("dot-com-2000", "Dot-com bust 2000-2002", "2000-03-24", "2002-10-09", "Technology shares collapsed over two and a half years."),
    _scenario(
        "september-11-2001",
        "11 September 2001",
        "2001-09-10",
        "2001-09-21",
        "New York's exchanges closed for four trading days and opened sharply lower.",
    ),
    _scenario("lehman-2008", "Lehman to the low 2008-2009", "2008-09-12", "2009-03-09", "Lehman failed, credit froze, shares roughly halved."),
    _scenario(
        "flash-crash-2010",
        "Flash crash 2010",
        "2010-05-05",
        "2010-05-07",
        "Prices broke down and came back within an hour, in days of worry about Greece.",
    ),
    _scenario(
        "us-downgrade-2011", "US downgrade 2011", "2011-07-22", "2011-08-08", "The United States lost its AAA rating; Treasuries rose all the same."
    ),
    _scenario("china-oil-2016", "China and oil 2016", "2015-12-29", "2016-02-11", "Worries about China and falling oil prices."),
    _scenario(
        "volmageddon-2018", "Volmageddon 2018", "2018-01-26", "2018-02-08", "Volatility jumped, and products that bet against it were wiped out."
    ),
    _scenario("covid-2020", "Covid 2020", "2020-02-19", "2020-03-23", "The pandemic: a third of share prices lost in five weeks."),
    _scenario(
        "recovery-2020", "Recovery 2020", "2020-03-23", "2020-06-08", "The rebound after the Covid low; a scenario that hurts those who are short."
    ),
    _scenario("rates-2022", "Rates 2022", "2022-01-03", "2022-10-12", "Inflation and rising interest rates: bonds and shares fell together."),
)
"""In order of time. What each did to a portfolio comes from prices, never from here."""
