"""The factor sets are what docs/methodology says they are."""

from __future__ import annotations

import pytest

from farp.market import FactorSet
from farp.prices import factor_sets
from farp.prices.sample import load_sample

STYLES = {"Size": "SIZE", "Value": "VLUE", "Momentum": "MTUM", "Quality": "QUAL", "Low volatility": "USMV"}
BOTH = [factor_sets.SAMPLE, factor_sets.LIVE]


@pytest.mark.parametrize("factors", BOTH, ids=lambda factors: factors.name)
def test_the_nine_factors_in_the_order_they_are_shown(factors: FactorSet) -> None:
    assert factors.names == ("Market", "Size", "Value", "Momentum", "Quality", "Low volatility", "Rates", "Gold", "Dollar")


@pytest.mark.parametrize(
    ("factors", "market", "rates", "dollar"),
    [(factor_sets.SAMPLE, "^GSPC", "UST10Y", ("EURUSD", -1.0)), (factor_sets.LIVE, "SPY", "IEF", ("UUP", 1.0))],
    ids=["sample", "live"],
)
def test_the_legs(factors: FactorSet, market: str, rates: str, dollar: tuple[str, float]) -> None:
    legs = {factor.name: factor.legs for factor in factors.factors}
    assert legs == {
        "Market": ((market, 1.0),),
        **{style: ((fund, 1.0), (market, -1.0)) for style, fund in STYLES.items()},
        "Rates": ((rates, 1.0),),
        "Gold": (("GLD", 1.0),),
        "Dollar": (dollar,),
    }


@pytest.mark.parametrize("factors", BOTH, ids=lambda factors: factors.name)
def test_each_factor_says_what_it_means_in_a_short_sentence(factors: FactorSet) -> None:
    for factor in factors.factors:
        assert factor.meaning.endswith(".")
        assert 20 < len(factor.meaning) <= 120


def test_every_leg_of_the_sample_set_has_a_price_on_the_last_day() -> None:
    sample = load_sample()
    for ticker in factor_sets.SAMPLE.tickers:
        assert sample.close(ticker)[-1] > 0.0
