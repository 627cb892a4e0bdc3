"""Texts a caller typed: what is read, and the sentence for what is not."""

import math

import pytest

from farp import parameters
from farp.errors import InvalidInput


@pytest.mark.parametrize(("text", "fraction"), [("95", 0.95), ("97.5", 0.975), ("99.9", 0.999), ("90", 0.9), (" 99 ", 0.99), ("99.0", 0.99)])
def test_confidence_from_90_to_999_is_a_fraction(text, fraction):
    assert parameters.confidence(text) == fraction


@pytest.mark.parametrize("text", ["89.99", "99.91", "100", "0.95", "-95", "95%", "97,5", "nan", "inf", "", "1e2", "٩٥", "--95", "9_5"])
def test_any_other_confidence_is_refused(text):
    with pytest.raises(InvalidInput, match=r"confidence must be a percentage from 90 to 99\.9 such as 95 or 97\.5, got"):
        parameters.confidence(text)


@pytest.mark.parametrize(("text", "days"), [("1", 1), ("60", 60), (" 10 ", 10), ("010", 10)])
def test_horizon(text, days):
    assert parameters.horizon(text) == days


@pytest.mark.parametrize("text", ["0", "61", "1.0", "-1", "", "ten", "²", "1" * 5000])
def test_any_other_horizon_is_refused(text):
    with pytest.raises(InvalidInput, match="horizon must be a whole number from 1 to 60 days, got"):
        parameters.horizon(text)


@pytest.mark.parametrize(
    ("text", "days"), [("60", 60), ("252", 252), ("100000", 100_000), ("all", None), ("ALL", None), (" all ", None), ("0060", 60)]
)
def test_lookback(text, days):
    assert parameters.lookback(text) == days


@pytest.mark.parametrize("text", ["59", "0", "-60", "60.5", "100001", "everything", "", "١٠٠", "1" * 5000])
def test_any_other_lookback_is_refused_and_both_ends_are_named(text):
    with pytest.raises(InvalidInput, match=r"--lookback must be a whole number of trading days, 60 or more \(at most 100000\), or all, got"):
        parameters.lookback(text, "--lookback")


def test_whole_and_number_name_what_is_allowed():
    assert parameters.whole("7", "count", 1, 9) == 7
    assert parameters.number_in("-0.5", "shock", -1, 1) == -0.5
    with pytest.raises(InvalidInput, match="count must be a whole number from 1 to 9 holdings, got '10'"):
        parameters.whole("10", "count", 1, 9, " holdings")
    for text in ("1.01", "nan", "", "half"):
        with pytest.raises(InvalidInput, match="shock must be a number from -1 to 1 percent, got"):
            parameters.number_in(text, "shock", -1, 1, " percent")


@pytest.mark.parametrize(
    ("text", "value"),
    [("5", 5.0), ("-5", -5.0), ("\N{MINUS SIGN}2.5", -2.5), (".5", 0.5), ("-.5", -0.5), ("5.", 5.0), (" 5 ", 5.0), ("0", 0.0), ("1.5", 1.5)],
)
def test_decimal(text, value):
    assert parameters.decimal(text) == value


@pytest.mark.parametrize("text", ["", "-", ".", "-.", "1.2.3", "1,5", "1 000", "1e3", "+5", "0x1", "nan", "inf", "--1", "½", "1" * 31, "5%"])
def test_what_is_no_decimal_is_nan(text):
    assert math.isnan(parameters.decimal(text))


@pytest.mark.parametrize(
    ("text", "found"), [("SPY", ("SPY",)), ("SPY,TLT", ("SPY", "TLT")), (" SPY , TLT ,", ("SPY", "TLT")), (",", ()), ("", ()), ("a,a", ("a", "a"))]
)
def test_tickers(text, found):
    assert parameters.tickers(text) == found


def test_one_of_lists_what_is_allowed_and_cuts_what_was_given():
    assert parameters.one_of("direct", "mode", ("direct", "propagated")) == "direct"
    with pytest.raises(InvalidInput, match=r"^mode must be direct or propagated, got 'x{40}…'\.$"):
        parameters.one_of("x" * 100, "mode", ("direct", "propagated"))
    with pytest.raises(InvalidInput, match=r"^mode must be direct, got ''\.$"):
        parameters.one_of("", "mode", ("direct",))


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ([("lookbak", "60")], "There is no parameter 'lookbak' at this address; it takes lookback"),
        ([("lookback", "60"), ("lookback", "60")], "lookback is given more than once"),
        ([("lookback", " ")], "lookback is empty"),
        ([("lookback", "6" * 201)], "lookback has 201 characters"),
        ([("lookback", "60\x00")], "control character"),
    ],
)
def test_a_name_is_known_once_and_has_a_value(given, sentence):
    with pytest.raises(InvalidInput, match=sentence):
        parameters.known_once(given, ["lookback"])
    parameters.known_once([("lookback", "60")], ["lookback"])
