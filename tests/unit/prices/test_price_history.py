"""Choosing the price source and the benchmark from the settings."""

from __future__ import annotations

import dataclasses

import pytest

from farp.errors import InvalidInput
from farp.prices import price_history
from farp.prices.sample import load_sample
from farp.settings import load_settings


def test_without_a_benchmark_the_source_names_its_own() -> None:
    assert price_history(load_settings({})) is load_sample()
    assert price_history(load_settings({"BENCHMARK": "^GSPC"})) is load_sample()


def test_a_benchmark_in_the_settings_replaces_it_and_shares_the_prices() -> None:
    history = price_history(load_settings({"BENCHMARK": "QQQ"}))
    assert history.benchmark == "QQQ"
    assert history.closes is load_sample().closes
    assert load_sample().benchmark == "^GSPC"


@pytest.mark.parametrize(("wrong", "hint"), [("GSPC", "^GSPC"), ("qq", "QQQ"), ("NONSENSE", "^GSPC")])
def test_an_unknown_benchmark_is_refused_with_some_that_exist(wrong: str, hint: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        price_history(load_settings({"BENCHMARK": wrong}))
    text = str(refusal.value)
    assert text.startswith(f"BENCHMARK {wrong!r}")
    suggested = text.partition("such as ")[2].partition(", or unset")[0].split(", ")
    assert set(suggested) <= set(load_sample().tickers)
    assert hint in suggested
    assert 2 <= len(suggested) <= 5


def test_an_unknown_source_is_refused() -> None:
    settings = dataclasses.replace(load_settings({}), price_source="carrier pigeon")
    with pytest.raises(InvalidInput, match="PRICE_SOURCE must be sample, got 'carrier pigeon'"):
        price_history(settings)
