"""Own price files: both shapes, and one sentence for everything that cannot be read."""

from __future__ import annotations

import datetime as dt

import pytest

from farp.errors import InvalidInput
from farp.prices.own import OwnPrices, read_prices

TODAY = dt.date(2022, 12, 29)


def read(text: str | bytes, currency: str = "USD") -> OwnPrices:
    data = text if isinstance(text, bytes) else text.encode()
    return read_prices(data, filename="funds.csv", currency=currency, today=TODAY)


LONG = "date,ticker,close\n2022-12-28,FUND,101.25\n2022-12-27,FUND,100\n2022-12-28,LAND,5e3\n"
WIDE = "Date,FUND,LAND\n2022-12-27,100,\n2022-12-28,101.25,5000\n"


@pytest.mark.parametrize(
    "text",
    [
        LONG,
        WIDE,
        LONG.replace("\n", "\r\n"),
        "\ufeff" + LONG,
        LONG.replace(",", ";"),
        LONG.replace(",", "\t"),
        LONG.replace(",", ";").replace("101.25", "101,25"),
        LONG.replace("2022-12-28", "28.12.2022").replace("2022-12-27", "20221227"),
        LONG.replace("2022-12-28", "2022-12-28T00:00:00"),
        "\n" + LONG + "\n,,\n",
        LONG + "2022-12-28,FUND,101.25\n",  # said twice, the same
    ],
)
def test_one_file_in_many_shapes(text: str) -> None:
    fund, land = read(text).series
    assert (fund.ticker, land.ticker) == ("FUND", "LAND")
    assert fund.dates.tolist() == [dt.date(2022, 12, 27), dt.date(2022, 12, 28)]
    assert fund.closes.tolist() == [100.0, 101.25]
    assert land.closes.tolist() == [5000.0]
    assert fund.instrument.source == "Own file funds.csv"
    assert fund.instrument.currency == "USD"


def test_a_column_of_currencies_goes_before_the_one_chosen() -> None:
    (fund, land) = read("date,ticker,close,currency\n2022-12-28,F,1,eur\n2022-12-28,L,2,\n", currency="CHF").series
    assert (fund.instrument.currency, land.instrument.currency) == ("EUR", "CHF")


def test_what_a_reader_should_know_is_said() -> None:
    notes = read("date,ticker,close\n2022-12-24,F,1\n2022-12-28,F,1\n").notes
    assert "Saturday" in notes[0]
    assert "fewer than 21 closes" in notes[1]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "is empty"),
        ("date,ticker,close\n", "no close below"),
        ("a,b,c\n1,2,3\n", "must be date,ticker,close"),
        ("ticker,close\nA,1\n", "one column date"),
        ("date,ticker,symbol,close\n2022-12-28,A,A,1\n", "several"),
        ("date,ticker,close\n12/28/2022,A,1\n", "Line 2 of the price file has the date '12/28/2022'"),
        ("date,ticker,close\n2022-02-30,A,1\n", "YYYY-MM-DD"),
        ("date,ticker,close\n2022-12-28,A,abc\n", "Line 2 of the price file has the close 'abc'"),
        ("date,ticker,close\n2022-12-28,A,-1\n", "positive number"),
        ("date,ticker,close\n2022-12-28,A,0\n", "positive number"),
        ("date,ticker,close\n2022-12-28,A,nan\n", "positive number"),
        ("date,ticker,close\n2022-12-28,A,1e999\n", "positive number"),
        ("date,ticker,close\n2022-12-28,A,\n", "positive number"),
        ("date,ticker,close\n2022-12-28,A\n", "has 2 cells"),
        ("date,ticker,close\n2022-12-30,A,1\n", "future"),
        ("date,ticker,close\n1850-01-01,A,1\n", "before 1900"),
        ("date,ticker,close\n2022-12-28,A,1\n2022-12-28,A,2\n", "two closes of A on 2022-12-28 (lines 2 and 3)"),
        ("date,ticker,close\n2022-12-28,,1\n", "empty"),
        ("date,ticker,close\n2022-12-28,CASH:EUR,1\n", "cash or a currency pair"),
        ("date,ticker,close\n2022-12-28,EURUSD,1\n", "cash or a currency pair"),
        ("date,ticker,close,currency\n2022-12-28,A,1,EUR\n2022-12-27,A,1,USD\n", "changes the currency"),
        ("date,ticker,close,currency\n2022-12-28,A,1,XXQ\n", "three-letter code"),
        ("date,A,A\n2022-12-28,1,2\n", "more than once"),
        ("date,A\n2022-12-28,1,2\n", "surplus"),
        (b"PK\x03\x04rest", "no CSV text"),
        (b"\x00\x01\x02", "no CSV text"),
        ("date,ticker,close\n" + "".join(f"2022-12-28,T{i},1\n" for i in range(501)), "may have 500"),
    ],
)
def test_what_cannot_be_read_is_one_sentence(text: str | bytes, says: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        read(text)
    assert says in str(refusal.value)
    assert str(refusal.value).endswith(".")
