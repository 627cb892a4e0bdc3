"""The bundled prices: exactly what the parquet and the instrument list say, and nothing filled."""

from __future__ import annotations

import collections
import csv
import dataclasses
import datetime as dt
import subprocess
import sys
from importlib import resources

import numpy as np
import pandas as pd
import pytest

from farp.errors import DataError
from farp.market import PriceHistory
from farp.portfolio import AssetClass
from farp.prices import factor_sets
from farp.prices.sample import _read_closes, instruments_from_csv, load_sample


@pytest.fixture(scope="module")
def sample() -> PriceHistory:
    return load_sample()


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    """The parquet, read by another library."""
    with resources.as_file(resources.files("farp.sample").joinpath("prices.parquet")) as path:
        return pd.read_parquet(path)


@pytest.fixture(scope="module")
def rows() -> dict[str, dict[str, str]]:
    text = resources.files("farp.sample").joinpath("instruments.csv").read_text(encoding="utf-8")
    return {row["ticker"]: row for row in csv.DictReader(text.splitlines())}


def test_what_the_screen_says_about_the_source(sample: PriceHistory) -> None:
    assert sample.source == "sample"
    assert sample.source_label == "Sample data, 28 December 2022"
    assert sample.last_date == dt.date(2022, 12, 28)
    assert sample.benchmark == "^GSPC"
    assert sample.benchmark in sample
    assert sample.factors is factor_sets.SAMPLE


def test_there_are_118_tickers_and_an_instrument_for_each(sample: PriceHistory) -> None:
    assert len(sample.tickers) == 118
    assert set(sample.tickers) == set(sample.instruments)
    assert all(ticker == instrument.ticker for ticker, instrument in sample.instruments.items())


def test_every_close_of_the_parquet_is_there_and_no_other(sample: PriceHistory, table: pd.DataFrame) -> None:
    wide = table.pivot(index="date", columns="ticker", values="close")
    np.testing.assert_array_equal(sample.dates, wide.index.to_numpy().astype("datetime64[D]"))
    np.testing.assert_array_equal(sample.closes, wide[list(sample.tickers)].to_numpy())
    assert int(np.isfinite(sample.closes).sum()) == len(table) == 536_620


@pytest.mark.parametrize(
    ("ticker", "day", "close"),
    [
        ("^GSPC", "2022-12-28", 3783.22),
        ("^GSPC", "2020-03-23", 2237.40),
        ("EURUSD", "2022-12-28", 1.0640),
        ("AMZN", "2022-12-28", 81.82),
        ("SPY", "2021-08-18", 439.18),
    ],
)
def test_some_closes_one_can_look_up_elsewhere(sample: PriceHistory, ticker: str, day: str, close: float) -> None:
    row = np.flatnonzero(sample.dates == np.datetime64(day))
    assert sample.close(ticker)[row] == pytest.approx(close, rel=5e-5)


def test_first_and_last_dates_are_those_of_the_instrument_list(sample: PriceHistory, rows: dict[str, dict[str, str]]) -> None:
    for ticker, row in rows.items():
        days = sample.dates[np.isfinite(sample.close(ticker))]
        assert (str(days[0]), str(days[-1])) == (row["first_date"], row["last_date"]), ticker


def test_prices_are_positive(sample: PriceHistory) -> None:
    assert (sample.closes[np.isfinite(sample.closes)] > 0.0).all()


def test_every_instrument_is_in_the_class_of_what_moves_its_price(sample: PriceHistory) -> None:
    counted = collections.Counter(instrument.asset_class for instrument in sample.instruments.values())
    assert counted == {
        AssetClass.EQUITY: 83,
        AssetClass.FIXED_INCOME: 10,
        AssetClass.COMMODITY: 2,
        AssetClass.CRYPTO: 3,
        AssetClass.FX: 18,
        AssetClass.CASH: 1,
        AssetClass.UNCLASSIFIED: 1,
    }
    expected = {
        "AAPL": AssetClass.EQUITY,
        "QQQ": AssetClass.EQUITY,
        "^GSPC": AssetClass.EQUITY,
        "TLT": AssetClass.FIXED_INCOME,
        "UST10Y": AssetClass.FIXED_INCOME,
        "GLD": AssetClass.COMMODITY,
        "WTI": AssetClass.COMMODITY,
        "BTC-USD": AssetClass.CRYPTO,
        "EURUSD": AssetClass.FX,
        "BIL": AssetClass.CASH,
        "^VIX": AssetClass.UNCLASSIFIED,
    }
    assert {ticker: sample.instruments[ticker].asset_class for ticker in expected} == expected


def test_only_the_volatility_index_cannot_be_held(sample: PriceHistory) -> None:
    assert [ticker for ticker, instrument in sample.instruments.items() if not instrument.holdable] == ["^VIX"]


def test_a_blank_sector_gets_a_name_and_others_keep_theirs(sample: PriceHistory) -> None:
    sectors = {ticker: sample.instruments[ticker].sector for ticker in ("BTC-USD", "USDJPY", "^VIX", "LLY")}
    assert sectors == {"BTC-USD": "Crypto", "USDJPY": "Currencies", "^VIX": "Unclassified", "LLY": "Health Care"}
    assert all(instrument.sector and instrument.country and instrument.currency for instrument in sample.instruments.values())


def test_provenance_and_kind_of_price_are_kept(sample: PriceHistory, rows: dict[str, dict[str, str]]) -> None:
    for ticker, row in rows.items():
        instrument = sample.instruments[ticker]
        assert (instrument.name, instrument.currency, instrument.price_kind, instrument.source) == (
            row["name"],
            row["currency"],
            row["kind"],
            row["source"],
        )


HEADING = "ticker,name,asset_class,sector,currency,country,kind,source"


def test_an_unknown_class_in_the_list_is_refused_by_ticker_and_class() -> None:
    with pytest.raises(DataError, match=r"calls TULIP a 'flower'; known are equity, ") as refusal:
        instruments_from_csv([HEADING, "TULIP,Tulip bulbs,flower,,EUR,Netherlands,spot,me"])
    assert str(refusal.value).endswith(".")


def test_a_blank_country_is_unclassified() -> None:
    (instrument,) = instruments_from_csv([HEADING, "X,X,equity,,USD,,close,me"]).values()
    assert (instrument.sector, instrument.country) == ("Unclassified", "Unclassified")


@pytest.mark.parametrize("code", ["import farp.prices, farp.prices.sample", "from farp.prices.sample import load_sample; load_sample()"])
def test_the_cold_start_does_not_pay_for_pandas(code: str) -> None:
    program = f"import sys; {code}; print([name for name in ('pandas', 'pyarrow') if name in sys.modules])"
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60).stdout.strip()
    assert found == ("['pyarrow']" if "()" in code else "[]")


def test_the_sample_is_read_once_and_nobody_can_change_it(sample: PriceHistory) -> None:
    assert load_sample() is sample
    assert not sample.closes.flags.writeable
    assert not sample.dates.flags.writeable


def test_the_closes_are_read_into_an_array_that_a_price_history_keeps_without_a_copy(sample: PriceHistory) -> None:
    dates, tickers, closes = _read_closes(resources.files("farp.sample").joinpath("prices.parquet").read_bytes())
    assert dataclasses.replace(sample, dates=dates, tickers=tickers, closes=closes).closes is closes
