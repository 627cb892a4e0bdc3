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


@pytest.mark.parametrize(
    ("text", "currency"),
    [
        ("date;ticker;close;currency\n2022-12-28;F;505;GBp\n", "USD"),
        ("date,ticker,close\n2022-12-28,F,505\n", "GBp"),
        ("date,F\n2022-12-28,505\n", "GBX"),
    ],
)
def test_pence_become_pounds_and_that_is_said(text: str, currency: str) -> None:
    prices = read(text, currency)
    assert prices.series[0].closes.tolist() == [5.05]
    assert prices.series[0].instrument.currency == "GBP"
    assert "divided by 100 and kept in GBP" in prices.notes[0]


@pytest.mark.parametrize("code", ["gbp", "GBP"])
def test_pounds_stay_pounds(code: str) -> None:
    assert read(f"date,ticker,close,currency\n2022-12-28,F,505,{code}\n").series[0].closes.tolist() == [505.0]


@pytest.mark.parametrize(
    ("closes", "values"),
    [
        (("1,234.50", "987.00"), [1234.5, 987.0]),
        (("1.234,50", "987,00"), [1234.5, 987.0]),
        (("1,234", "987.5"), [1234.0, 987.5]),
        (("1.234", "1.234,50"), [1234.0, 1234.5]),
        (("1.234.567", "12,5"), [1234567.0, 12.5]),
        (("1,234", "0.125"), [1234.0, 0.125]),
        (("1,5", "1,234"), [1.5, 1.234]),
    ],
)
@pytest.mark.parametrize("delimiter", ["\t", ";"])
def test_one_decimal_mark_for_the_whole_file(closes: tuple[str, str], values: list[float], delimiter: str) -> None:
    text = f"date,ticker,close\n2022-12-27,F,{closes[0].replace(',', '#')}\n2022-12-28,F,{closes[1].replace(',', '#')}\n"
    assert read(text.replace(",", delimiter).replace("#", ",")).series[0].closes.tolist() == values


def test_three_decimals_in_a_file_separated_by_commas_are_decimals_and_that_is_said() -> None:
    prices = read("date,ticker,close\n2022-12-28,F,101.125\n")
    assert prices.series[0].closes.tolist() == [101.125]
    assert "The point is read as the decimal mark" in prices.notes[0]


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
        ("date,ticker,close\n2022-12-28,A,101,25\n", "Line 2 of the price file has 4 cells"),
        ("date,ticker,close\n2022-12-28,A,1,234.50\n", "Line 2 of the price file has 4 cells"),
        ("date\tticker\tclose\n2022-12-28\tA\t1,234\n", "'1,234' in line 2 of the price file can be a number of thousands"),
        ("date;ticker;close\n2022-12-28;A;1.234\n", "can be a number of thousands"),
        ('date,ticker,close\n2022-12-28,A,"1,234"\n', "can be a number of thousands"),
        ("date;ticker;close\n2022-12-27;A;1.25\n2022-12-28;A;1,25\n", "point in line 2 (1.25) and with a comma in line 3 (1,25)"),
        ("date;ticker;close\n2022-12-28;A;12,34.50\n", "the close '12,34.50'"),
        ("date;ticker;close\n2022-12-28;A;1.23,4.5\n", "positive number"),
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


def test_a_currency_nobody_knows_is_refused_in_both_shapes() -> None:
    for text in (LONG, WIDE):
        with pytest.raises(InvalidInput, match="Line 2 of the price file has the currency 'XXQ'"):
            read(text, currency="XXQ")
