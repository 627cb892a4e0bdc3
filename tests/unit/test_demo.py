"""The demo users: reproducible, priced, and honest about what they hold."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from farp.demo import demo_users
from farp.errors import DataError, InvalidInput
from farp.market import PriceHistory
from farp.portfolio import AssetClass, Portfolio, Position, cash_currency
from farp.prices.sample import load_sample

SEED = 7
ENDED = "SPY"


@pytest.fixture(scope="module")
def sample() -> PriceHistory:
    return load_sample()


@pytest.fixture(scope="module")
def default(sample: PriceHistory) -> tuple[dict[str, Any], ...]:
    return demo_users(24, SEED, sample)


@pytest.fixture(scope="module")
def many(sample: PriceHistory) -> tuple[dict[str, Any], ...]:
    return demo_users(400, SEED, sample)


def holdings(user: dict[str, Any]) -> dict[str, int]:
    return {asset["asset_ticker"]: asset["asset_quantity"] for asset in user["portfolio"]["assets"]}


def values(user: dict[str, Any], history: PriceHistory) -> dict[str, float]:
    """Market values in dollars on the last day, worked out here by hand."""
    result = {}
    for ticker, quantity in holdings(user).items():
        currency = cash_currency(ticker)
        if currency is None:
            result[ticker] = quantity * history.close(ticker)[-1]
        elif currency == "USD":
            result[ticker] = float(quantity)
        elif f"{currency}USD" in history:
            result[ticker] = quantity * history.close(f"{currency}USD")[-1]
        else:
            result[ticker] = quantity / history.close(f"USD{currency}")[-1]
    return {ticker: value for ticker, value in result.items() if np.isfinite(value)}


def weights(user: dict[str, Any], history: PriceHistory) -> dict[str, float]:
    in_dollars = values(user, history)
    return {ticker: value / sum(in_dollars.values()) for ticker, value in in_dollars.items()}


def share(user: dict[str, Any], history: PriceHistory, asset_class: AssetClass) -> float:
    return sum(weight for ticker, weight in weights(user, history).items() if history.instrument(ticker).asset_class is asset_class)  # type: ignore[union-attr]


def named(users: tuple[dict[str, Any], ...], name: str) -> dict[str, Any]:
    return next(user for user in users if user["portfolio"]["portfolio_name"] == name)


def test_the_shape_of_a_document(default: tuple[dict[str, Any], ...]) -> None:
    for user in default:
        assert list(user) == ["user_id", "username", "email", "portfolio"]
        assert list(user["portfolio"]) == ["portfolio_name", "portfolio_desc", "portfolio_created_at", "assets"]
        for asset in user["portfolio"]["assets"]:
            assert list(asset) == ["asset_ticker", "asset_quantity"]
            assert type(asset["asset_ticker"]) is str
            assert type(asset["asset_quantity"]) is int


def test_the_default_users_in_their_order(default: tuple[dict[str, Any], ...]) -> None:
    assert [user["user_id"] for user in default] == [f"user_{k:03d}" for k in range(1, 25)]
    assert [user["portfolio"]["portfolio_name"] for user in default[:9]] == [
        "Balanced 60/40",
        "Tech Growth",
        "Long/Short Equity",
        "Multi-Currency Reserve",
        "Crypto Tilt",
        "Dividend Income",
        "Risk Parity",
        "Single Stock",
        "Income Portfolio",
    ]
    assert default[8]["username"] == "william_brown"
    names = [user["portfolio"]["portfolio_name"] for user in default]
    assert len(set(names)) == len(names)


@settings(deadline=None, max_examples=25)
@given(users=st.integers(1, 60), seed=st.integers(0, 2**32))
def test_the_same_seed_gives_the_same_users_and_fewer_are_a_prefix_of_more(users: int, seed: int) -> None:
    all_of_them = demo_users(60, seed, load_sample())
    assert demo_users(users, seed, load_sample()) == all_of_them[:users]


def test_another_seed_gives_other_holdings_but_the_same_people_and_showcases(sample: PriceHistory, default: tuple[dict[str, Any], ...]) -> None:
    other = demo_users(24, SEED + 1, sample)
    for mine, theirs in zip(default[8:], other[8:], strict=True):
        assert mine["username"] == theirs["username"]
        assert holdings(mine) != holdings(theirs)
    assert [holdings(user) for user in default[:8]] == [holdings(user) for user in other[:8]]


@pytest.mark.parametrize("users", [0, -1, 100_001])
def test_a_number_of_users_out_of_range_is_refused(users: int, sample: PriceHistory) -> None:
    with pytest.raises(InvalidInput, match=f"between 1 and 100,000, got {users}"):
        demo_users(users, SEED, sample)


def test_a_negative_seed_is_refused(sample: PriceHistory) -> None:
    with pytest.raises(InvalidInput, match="seed"):
        demo_users(1, -1, sample)


def test_ids_usernames_and_addresses_are_unique(sample: PriceHistory) -> None:
    crowd = demo_users(3200, SEED, sample)
    for field in ("user_id", "username", "email"):
        assert len({user[field] for user in crowd}) == len(crowd)
    assert crowd[999]["user_id"] == "user_1000"
    for user in crowd:
        assert re.fullmatch(r"[a-z]+_[a-z]+(_\d+)?", user["username"])
        assert re.fullmatch(r"[a-z]+\.[a-z]+(\.\d+)?@example\.com", user["email"])


def test_portfolios_were_made_in_office_hours_before_the_sample_ends(many: tuple[dict[str, Any], ...], sample: PriceHistory) -> None:
    for user in many:
        created_at = user["portfolio"]["portfolio_created_at"]
        assert created_at.tzinfo is dt.UTC
        assert dt.date(2019, 12, 1) < created_at.date() < sample.last_date
        assert created_at.weekday() < 5
        assert 8 <= created_at.hour < 18
        assert created_at.microsecond == 0  # BSON keeps milliseconds
    assert len({user["portfolio"]["portfolio_created_at"] for user in many}) > 390


def test_every_holding_is_known_holdable_and_priced_on_the_last_day_but_for_one_told_exception(
    many: tuple[dict[str, Any], ...], sample: PriceHistory
) -> None:
    unpriced = []
    for user in many:
        for ticker in holdings(user):
            instrument = sample.instrument(ticker)
            assert instrument is not None, ticker
            assert instrument.holdable
        unpriced += [(user["user_id"], ticker) for ticker in holdings(user) if ticker not in values(user, sample)]
    assert unpriced == [("user_024", ENDED)]
    description = many[23]["portfolio"]["portfolio_desc"]
    assert f"{holdings(many[23])[ENDED]:,} SPY, whose prices here end on 18 August 2021" in description


def test_every_portfolio_is_a_valid_one_of_realistic_size(many: tuple[dict[str, Any], ...], sample: PriceHistory) -> None:
    for user in many:
        held = holdings(user)
        Portfolio(
            id=user["user_id"], name="x", positions=tuple(Position(a["asset_ticker"], a["asset_quantity"]) for a in user["portfolio"]["assets"])
        )
        assert 6 <= len(held) <= 20 or user["portfolio"]["portfolio_name"] == "Single Stock"
        assert 0 not in held.values()
        assert all(quantity % 100 == 0 for ticker, quantity in held.items() if cash_currency(ticker))
        assert 45_000 < sum(values(user, sample).values()) < 5_200_000
    assert len({round(sum(values(user, sample).values())) for user in many}) > 350


def test_the_wanted_size_and_weights_come_out_in_spite_of_whole_shares(default: tuple[dict[str, Any], ...], sample: PriceHistory) -> None:
    first = default[0]
    assert sum(values(first, sample).values()) == pytest.approx(1_250_000, rel=1e-3)
    assert weights(first, sample)["QUAL"] == pytest.approx(0.08, abs=5e-4)


def test_weights_are_sane(many: tuple[dict[str, Any], ...], sample: PriceHistory) -> None:
    for user in many:
        gross = sum(abs(weight) for weight in weights(user, sample).values())
        shorts = any(quantity < 0 for quantity in holdings(user).values())
        assert (1.0 + 1e-9 < gross < 3.2) if shorts else gross == pytest.approx(1.0)
        if user["portfolio"]["portfolio_name"] != "Single Stock":
            assert max(abs(weight) for weight in weights(user, sample).values()) < 0.95


def test_names_and_descriptions_are_not_empty_and_end_as_sentences(many: tuple[dict[str, Any], ...]) -> None:
    for user in many:
        assert user["portfolio"]["portfolio_name"].strip()
        description = user["portfolio"]["portfolio_desc"]
        assert 40 < len(description) < 450
        assert description.endswith(".")
        assert "On 28 December 2022: " in description


def test_the_shares_in_a_description_are_those_of_the_holdings(many: tuple[dict[str, Any], ...], sample: PriceHistory) -> None:
    checked = 0
    for user in many:
        held = weights(user, sample)
        description = user["portfolio"]["portfolio_desc"]
        parts = re.findall(r"(short )?(\d+) % [^(]+\(([^)]*)\)", description)
        assert sum(int(percent) * (-1 if short else 1) for short, percent, _ in parts) == pytest.approx(100, abs=3)
        for short, percent, listed in parts:
            shown, _, rest = listed.partition(" and ")
            tickers = [name if name in held else f"CASH:{name}" for name in shown.split(", ")]
            assert set(tickers) <= set(held)
            if rest:
                continue
            total = 100.0 * sum(held[ticker] for ticker in tickers)
            assert total == pytest.approx(-int(percent) if short else int(percent), abs=0.51), description
            checked += 1
    assert checked > 800


def test_the_balanced_one_is_60_to_40_and_holds_several_asset_classes(default: tuple[dict[str, Any], ...], sample: PriceHistory) -> None:
    user = default[0]
    assert share(user, sample, AssetClass.EQUITY) == pytest.approx(0.60, abs=0.005)
    assert share(user, sample, AssetClass.FIXED_INCOME) == pytest.approx(0.31, abs=0.005)
    assert share(user, sample, AssetClass.COMMODITY) > 0.03
    assert "CASH:EUR" in holdings(user)
    assert len([ticker for ticker in holdings(user) if ticker.startswith("UST")]) == 4


def test_long_short_is_truly_short(default: tuple[dict[str, Any], ...], sample: PriceHistory) -> None:
    user = named(default, "Long/Short Equity")
    shorts = sum(weight for weight in weights(user, sample).values() if weight < 0)
    assert shorts == pytest.approx(-0.70, abs=0.01)
    assert len([quantity for quantity in holdings(user).values() if quantity < 0]) >= 5


def test_the_multi_currency_one_has_euro_and_sterling_cash(default: tuple[dict[str, Any], ...], sample: PriceHistory) -> None:
    held = weights(named(default, "Multi-Currency Reserve"), sample)
    assert held["CASH:EUR"] == pytest.approx(0.24, abs=0.002)
    assert held["CASH:GBP"] == pytest.approx(0.16, abs=0.002)


def test_the_crypto_one_tilts_and_the_dividend_one_pays(default: tuple[dict[str, Any], ...], sample: PriceHistory) -> None:
    assert share(named(default, "Crypto Tilt"), sample, AssetClass.CRYPTO) == pytest.approx(0.22, abs=0.01)
    assert share(named(default, "Dividend Income"), sample, AssetClass.EQUITY) > 0.8
    assert not {"AMZN", "GOOG", "META", "NFLX", "AMD"} & set(holdings(named(default, "Dividend Income")))


def test_risk_parity_gives_each_holding_the_same_stand_alone_risk(default: tuple[dict[str, Any], ...], sample: PriceHistory) -> None:
    held = weights(named(default, "Risk Parity"), sample)
    closes = np.column_stack([sample.close(ticker) for ticker in held])
    closes = closes[np.isfinite(closes).all(axis=1)][-253:]
    volatility = np.std(closes[1:] / closes[:-1], axis=0, ddof=1)
    risk = np.array(list(held.values())) * volatility
    np.testing.assert_allclose(risk / risk.mean(), 1.0, atol=2e-3)


def test_the_single_stock_is_one_stock(default: tuple[dict[str, Any], ...]) -> None:
    assert holdings(named(default, "Single Stock")) == {"NVDA": 10_000}


def test_a_history_without_the_demos_tickers_is_refused_by_name(sample: PriceHistory) -> None:
    keep = [j for j, ticker in enumerate(sample.tickers) if ticker not in {"GLD", "USDJPY"}]
    poorer = dataclasses.replace(sample, tickers=tuple(sample.tickers[j] for j in keep), closes=sample.closes[:, keep])
    with pytest.raises(DataError, match=r"hold .*GLD.*, which the price source 'sample' cannot price") as refusal:
        demo_users(3, SEED, poorer)
    assert "CASH:JPY" in str(refusal.value)


def test_a_history_in_which_a_held_price_is_stale_is_refused(sample: PriceHistory) -> None:
    closes = sample.closes.copy()
    closes[-15:, sample.tickers.index("GLD")] = np.nan
    with pytest.raises(DataError, match="GLD"):
        demo_users(1, SEED, dataclasses.replace(sample, closes=closes))


def test_a_price_that_is_a_few_days_old_still_counts(sample: PriceHistory) -> None:
    closes = sample.closes.copy()
    closes[-3:, sample.tickers.index("GLD")] = np.nan
    assert demo_users(1, SEED, dataclasses.replace(sample, closes=closes))[0]["user_id"] == "user_001"


def test_nothing_is_said_of_ended_prices_when_they_have_not_ended(sample: PriceHistory) -> None:
    closes = sample.closes.copy()
    closes[-1, sample.tickers.index(ENDED)] = 380.0
    user = demo_users(24, SEED, dataclasses.replace(sample, closes=closes))[23]
    assert ENDED not in holdings(user)
    assert ENDED not in user["portfolio"]["portfolio_desc"]
