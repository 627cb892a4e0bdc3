import datetime as dt

import numpy as np
import pytest

from farp.errors import InsufficientHistory, NothingToAnalyse
from farp.portfolio import AssetClass, Portfolio, Position
from farp.prices.sample import load_sample
from farp.valuation import ExclusionReason, valued
from tests.markets import LAST_DAY, every_day, holding, instrument, market, portfolio, wandering, weekdays

NAN = float("nan")
DAYS = 300
A = wandering(DAYS, 1)
B = wandering(DAYS, 2, start=50.0)


def without(closes, *places):
    changed = np.array(closes)
    changed[list(places)] = NAN
    return changed


def reasons(valuation):
    return {exclusion.ticker: exclusion.reason for exclusion in valuation.excluded}


# what it is worth


def test_market_value_is_quantity_times_price():
    result = valued(portfolio(A=3, B=-2), market({"A": A, "B": B}), None, 252)
    assert [h.market_value for h in result.holdings] == [3 * A[-1], -2 * B[-1]]
    assert result.net_asset_value == pytest.approx(3 * A[-1] - 2 * B[-1], rel=1e-15)
    assert result.holdings[0].weight == pytest.approx(3 * A[-1] / (3 * A[-1] - 2 * B[-1]), rel=1e-15)


@pytest.mark.parametrize("quantities", [{"A": -1}, {"A": 1, "CASH_USD": -A[-1]}])
def test_without_a_positive_value_there_is_no_weight(quantities):
    result = valued(portfolio(**quantities), market({"A": A}), None, 252)
    assert result.net_asset_value <= 0
    assert {h.weight for h in result.holdings} == {None}


def test_base_currency_cash_is_worth_its_amount_and_never_moves():
    result = valued(portfolio(A=1, CASH_USD=500), market({"A": A}), None, 252)
    cash = result.holdings[1]
    assert (cash.market_value, cash.price, cash.fx_rate, cash.instrument.asset_class) == (500.0, 1.0, 1.0, AssetClass.CASH)
    assert (result.prices[1] == 1.0).all()


def test_cash_alone_is_a_portfolio():
    result = valued(portfolio(CASH_USD=500), market({"A": A}), None, 252)
    assert (result.net_asset_value, result.observations) == (500.0, 252)


# currencies

EURUSD = wandering(DAYS, 3, start=1.1)
USDJPY = wandering(DAYS, 4, start=130.0)
CURRENCIES = {"A": A, "DAX": B, "EURUSD": EURUSD, "USDJPY": USDJPY}
FACTS = (instrument("DAX", "EUR"), instrument("EURUSD", "USD", AssetClass.FX), instrument("USDJPY", "JPY", AssetClass.FX))


@pytest.mark.parametrize(
    ("base", "ticker", "expected"),
    [
        ("USD", "A", A),
        ("USD", "DAX", B * EURUSD),
        ("USD", "CASH:EUR", EURUSD),
        ("USD", "CASH:JPY", 1 / USDJPY),
        ("USD", "EURUSD", EURUSD),
        ("USD", "USDJPY", np.ones(DAYS)),
        ("EUR", "A", A / EURUSD),
        ("EUR", "DAX", B),
        ("EUR", "CASH:USD", 1 / EURUSD),
        ("EUR", "CASH:JPY", 1 / (USDJPY * EURUSD)),
        ("JPY", "A", A * USDJPY),
        ("JPY", "DAX", B * EURUSD * USDJPY),
        ("JPY", "CASH:EUR", EURUSD * USDJPY),
    ],
)
def test_prices_are_in_base_currency_through_the_dollar_where_needed(base, ticker, expected):
    result = valued(holding({ticker: 2.0}, base), market(CURRENCIES, instruments=FACTS), None, 252)
    assert result.prices[0] == pytest.approx(expected[-253:], rel=1e-14)
    held = result.holdings[0]
    assert held.price * held.fx_rate * 2.0 == pytest.approx(held.market_value, rel=1e-14)


def test_foreign_cash_is_a_currency_position():
    result = valued(portfolio(CASH_EUR=100), market(CURRENCIES, instruments=FACTS), None, 252)
    assert result.holdings[0].instrument.asset_class is AssetClass.FX
    assert result.holdings[0].instrument.currency == "EUR"


def test_without_an_exchange_rate_the_position_is_left_out():
    result = valued(portfolio(A=1, CASH_GBP=100), market({"A": A}), None, 252)
    assert reasons(result) == {"CASH:GBP": ExclusionReason.NO_EXCHANGE_RATE}
    assert "between GBP and USD" in str(result.excluded[0])


def test_a_day_without_exchange_rate_is_no_common_day():
    history = market({"A": A, "EURUSD": without(EURUSD, -10)})
    result = valued(portfolio(CASH_EUR=1), history, None, 252)
    assert history.dates[-10] not in result.dates


# as of when


def test_without_a_date_it_is_the_last_day():
    result = valued(portfolio(A=1), market({"A": A}), None, 252)
    assert (result.as_of, result.as_of_because) == (LAST_DAY, None)


def test_a_trading_day_is_used_as_it_is():
    result = valued(portfolio(A=1), market({"A": A}), dt.date(2022, 12, 20), 252)
    assert (result.as_of, result.as_of_because) == (dt.date(2022, 12, 20), None)
    assert result.dates[-1] == np.datetime64("2022-12-20")


@pytest.mark.parametrize("day", [dt.date(2022, 12, 24), dt.date(2022, 12, 25)])
def test_a_weekend_is_the_friday_before(day):
    result = valued(portfolio(A=1), market({"A": A}), day, 252)
    assert result.as_of == dt.date(2022, 12, 23)
    assert f"{day.day} Dec 2022 is not a trading day" in result.as_of_because


def test_a_holiday_is_the_trading_day_before():
    dates = weekdays(DAYS)
    kept = dates != np.datetime64("2022-12-26")  # the Monday after Christmas
    result = valued(portfolio(A=1), market({"A": A[kept]}, dates=dates[kept]), dt.date(2022, 12, 26), 252)
    assert result.as_of == dt.date(2022, 12, 23)
    assert "26 Dec 2022 is not a trading day" in result.as_of_because


def test_the_future_is_the_last_day():
    result = valued(portfolio(A=1), market({"A": A}), dt.date(2030, 1, 1), 252)
    assert result.as_of == LAST_DAY
    assert "the prices end on 28 Dec 2022" in result.as_of_because


def test_before_any_price_nothing_can_be_said():
    with pytest.raises(NothingToAnalyse, match="no price on or before the as-of date"):
        valued(portfolio(A=1), market({"A": A}), dt.date(1970, 1, 1), 252)


def test_the_last_common_day_names_who_has_no_later_price():
    result = valued(portfolio(A=1, B=1), market({"A": A, "B": without(B, -1, -2)}), None, 252)
    assert result.as_of == dt.date(2022, 12, 26)
    assert "B has none later" in result.as_of_because
    assert result.holdings[0].market_value == A[-3]


def test_weekend_prices_of_a_currency_that_never_sleeps_are_not_used():
    dates = every_day(420)
    result = valued(portfolio(BTC=1), market({"BTC": wandering(420, 5)}, dates=dates), None, 252)
    assert np.is_busday(result.dates).all()
    assert len(result.dates) == 253


def test_a_source_that_ends_on_a_weekend_is_used_to_its_friday():
    dates = every_day(420, dt.date(2022, 12, 25))
    result = valued(portfolio(BTC=1), market({"BTC": wandering(420, 5)}, dates=dates), None, 252)
    assert result.as_of == dt.date(2022, 12, 23)


# what is left out


def test_an_unknown_ticker_is_left_out_by_name():
    result = valued(portfolio(A=1, NOPE=1), market({"A": A}), None, 252)
    assert reasons(result) == {"NOPE": ExclusionReason.UNKNOWN_TICKER}
    assert result.excluded[0].last_price_date is None


def test_an_index_level_cannot_be_held():
    result = valued(holding({"A": 1, "^VIX": 10}), market({"A": A, "^VIX": B}, instruments=(instrument("^VIX", holdable=False),)), None, 252)
    assert reasons(result) == {"^VIX": ExclusionReason.NOT_HOLDABLE}


def test_a_quantity_of_zero_is_left_out():
    result = valued(portfolio(A=1, B=0), market({"A": A, "B": B}), None, 252)
    assert reasons(result) == {"B": ExclusionReason.ZERO_QUANTITY}


@pytest.mark.parametrize(("missing", "excluded"), [(5, False), (6, True)])
def test_a_price_goes_stale_after_five_business_days(missing, excluded):
    history = market({"A": A, "B": without(B, *range(-missing, 0))})
    result = valued(portfolio(A=1, B=2), history, None, 252)
    assert (reasons(result) == {"B": ExclusionReason.STALE_PRICE}) is excluded
    assert result.as_of == (LAST_DAY if excluded else dt.date(2022, 12, 21))


def test_a_stale_position_says_what_it_was_last_worth_and_when():
    result = valued(portfolio(A=1, B=2), market({"A": A, "B": without(B, *range(-6, 0))}), None, 252)
    left_out = result.excluded[0]
    assert left_out.last_price_date == dt.date(2022, 12, 20)
    assert left_out.last_value == 2 * B[-7]
    assert "20 Dec 2022" in left_out.message


def test_only_twenty_returns_are_enough_to_stay():
    closes = {"A": A, "B": without(B, *range(DAYS - 21)), "C": without(B, *range(DAYS - 20))}
    result = valued(portfolio(A=1, B=1, C=1), market(closes), None, 252)
    assert reasons(result) == {"C": ExclusionReason.SHORT_HISTORY}
    assert result.excluded[0].observations == 19
    assert (result.observations, result.limited_by) == (20, "B")


def test_251_returns_shrink_the_window_and_name_the_ticker():
    result = valued(portfolio(A=1, B=1), market({"A": A, "B": without(B, *range(DAYS - 252))}), None, 252)
    assert (result.observations, result.limited_by, result.excluded) == (251, "B", ())


def test_252_returns_are_all_that_is_asked_for():
    result = valued(portfolio(A=1, B=1), market({"A": A, "B": without(B, *range(DAYS - 253))}), None, 252)
    assert (result.observations, result.limited_by) == (252, None)


def test_the_window_counts_back_from_the_as_of_date():
    result = valued(portfolio(A=1), market({"A": A}), dt.date(2022, 12, 20), 100, extra_days=30)
    assert result.observations == 100
    assert np.array_equal(result.prices[0], A[: DAYS - 6][-131:])  # 20 December is six weekdays before the 28th


def test_a_bond_holiday_is_no_common_day():
    history = market({"A": A, "B": without(B, -30)})
    result = valued(portfolio(A=1, B=1), history, None, 252)
    assert history.dates[-30] not in result.dates
    assert len(result.dates) == 253


def test_of_two_that_never_meet_the_shorter_one_goes():
    odd, even = np.arange(DAYS) % 2 == 1, np.arange(DAYS) % 2 == 0
    early = even | (np.arange(DAYS) < 2)
    closes = {"A": np.where(odd, A, NAN), "B": np.where(early, B, NAN)}
    result = valued(portfolio(A=1, B=1), market(closes), None, 100)
    assert reasons(result) == {"A": ExclusionReason.SHORT_HISTORY}
    assert result.excluded[0].observations == 0
    assert [h.ticker for h in result.holdings] == ["B"]


def test_common_days_of_long_ago_do_not_move_the_as_of_date_there():
    recent = np.arange(DAYS) >= 250
    odd = np.arange(DAYS) % 2 == 1
    closes = {"A": np.where(recent & odd, NAN, A), "B": np.where(recent & ~odd, NAN, B)}
    result = valued(portfolio(A=1, B=1), market(closes), None, 100)
    assert len(result.excluded) == 1
    assert (LAST_DAY - result.as_of).days <= 1


def test_excluded_positions_keep_the_order_of_the_portfolio():
    result = valued(portfolio(NOPE=1, A=1, B=0, NEVER=1), market({"A": A, "B": B}), None, 252)
    assert [exclusion.ticker for exclusion in result.excluded] == ["NOPE", "B", "NEVER"]


# nothing remains


def test_an_empty_portfolio_says_so():
    with pytest.raises(NothingToAnalyse, match="holds no positions"):
        valued(portfolio(), market({"A": A}), None, 252)


@pytest.mark.parametrize("quantities", [{"NOPE": 1}, {"A": 0}, {"NOPE": 1, "CASH_USD": 100}])
def test_nothing_at_risk_that_can_be_priced_is_an_error(quantities):
    with pytest.raises(NothingToAnalyse, match="can be priced on 2022-12-28"):
        valued(portfolio(**quantities), market({"A": A}), None, 252)


def test_cash_beside_a_quantity_of_zero_is_still_a_portfolio():
    result = valued(portfolio(A=0, CASH_USD=100), market({"A": A}), None, 252)
    assert (result.net_asset_value, len(result.excluded)) == (100.0, 1)


def test_only_short_histories_say_how_many_days_there_are():
    with pytest.raises(InsufficientHistory, match="There are 14 data points"):
        valued(portfolio(A=1), market({"A": A[:15]}), None, 252)


def test_a_single_day_of_prices_is_zero_returns():
    with pytest.raises(InsufficientHistory, match="There are 0 data points"):
        valued(portfolio(A=1), market({"A": A[:1]}), None, 252)


# the bundled sample


def test_spy_ended_in_2021_and_is_stale_at_the_end_of_2022():
    result = valued(portfolio(AAPL=1, SPY=1), load_sample(), None, 252)
    assert reasons(result) == {"SPY": ExclusionReason.STALE_PRICE}
    assert result.excluded[0].last_price_date == dt.date(2021, 8, 18)


def test_christmas_monday_of_the_sample_is_the_friday_before():
    result = valued(portfolio(AAPL=1), load_sample(), dt.date(2022, 12, 26), 252)
    assert result.as_of == dt.date(2022, 12, 23)


def test_prices_of_the_sample_are_the_ones_it_holds():
    history = load_sample()
    result = valued(Portfolio(id="x", name="x", positions=(Position("MSFT", 10),)), history, dt.date(2020, 3, 23), 252)
    row = int(np.flatnonzero(history.dates == np.datetime64("2020-03-23"))[0])
    assert result.holdings[0].price == history.close("MSFT")[row]
