import datetime as dt

import pytest

from farp.format import MINUS, MISSING, THIN_SPACE, confidence, day, days, money, number, percent, price, quantity, short_money

NAN = float("nan")


@pytest.mark.parametrize("function", [money, short_money, percent, number, quantity, price])
@pytest.mark.parametrize("missing", [None, NAN])
def test_what_is_not_there_reads_as_a_dash(function, missing):
    assert function(missing) == MISSING


def test_no_date_reads_as_a_dash():
    assert day(None) == MISSING


@pytest.mark.parametrize("function", [money, short_money, percent, number, price])
@pytest.mark.parametrize("nothing", [-0.0, -1e-9])
def test_what_rounds_to_zero_has_no_minus(function, nothing):
    assert MINUS not in function(nothing)


@pytest.mark.parametrize(
    ("amount", "currency", "decimals", "text"),
    [
        (1234567.89, "USD", 0, "$1,234,568"),
        (-1234.5, "USD", 2, f"{MINUS}$1,234.50"),
        (99.999, "EUR", 2, "€100.00"),
        (5.0, "GBP", 0, "£5"),
        (1e6, "JPY", 0, "¥1,000,000"),
        (7.0, "SEK", 0, "SEK\N{NO-BREAK SPACE}7"),
        (-7.0, "CHF", 0, f"{MINUS}CHF\N{NO-BREAK SPACE}7"),
    ],
)
def test_money_in_full(amount, currency, decimals, text):
    assert money(amount, currency, decimals) == text


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (87.0, "$87"),
        (999.0, "$999"),
        (999.8, "$1k"),  # not $1,000
        (350_000.0, "$350k"),
        (999_960.0, "$1m"),  # not $1000k
        (1_240_000.0, "$1.2m"),
        (-2_500_000_000.0, f"{MINUS}$2.5bn"),
        (123_400_000.0, "$123m"),
    ],
)
def test_money_on_an_axis(amount, text):
    assert short_money(amount) == text


@pytest.mark.parametrize(
    ("fraction", "decimals", "text"),
    [(0.0165, 2, "1.65"), (-0.05, 1, f"{MINUS}5.0"), (12.5, 0, "1,250"), (0.0004, 1, "0.0")],
)
def test_a_fraction_as_percent(fraction, decimals, text):
    assert percent(fraction, decimals) == f"{text}{THIN_SPACE}%"


@pytest.mark.parametrize(("value", "text"), [(0.914, "0.91"), (-1.0, f"{MINUS}1.00"), (1234.5, "1,234.50")])
def test_a_plain_number(value, text):
    assert number(value) == text


@pytest.mark.parametrize(("value", "text"), [(1200.0, "1,200"), (0.25, "0.25"), (-3.0, f"{MINUS}3"), (0.0, "0"), (100, "100"), (1e-8, "0.00000001")])
def test_a_quantity_has_no_more_decimals_than_it_needs(value, text):
    assert quantity(value) == text


@pytest.mark.parametrize(("value", "text"), [(3823.366, "3,823.37"), (1.064, "1.0640"), (10.0, "10.00"), (9.99, "9.9900")])
def test_small_prices_have_more_decimals(value, text):
    assert price(value) == text


def test_a_day():
    assert day(dt.date(2022, 12, 8)) == "8 Dec 2022"


@pytest.mark.parametrize(("value", "text"), [(0.95, "95"), (0.99, "99"), (0.975, "97.5"), (0.999, "99.9")])
def test_a_confidence(value, text):
    assert confidence(value) == f"{text}{THIN_SPACE}%"


@pytest.mark.parametrize(("count", "text"), [(1, "1 day"), (10, "10 days"), (0, "0 days")])
def test_one_day_is_singular(count, text):
    assert days(count) == text
