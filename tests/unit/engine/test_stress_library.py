import math

import pytest

from farp.engine.stress_library import (
    EXAMPLES,
    HISTORICAL_SCENARIOS,
    MOST_SHOCKS,
    HypotheticalScenario,
    Shock,
    ShockKind,
    ShockMode,
    shock_of,
    shock_text,
)
from farp.errors import InvalidInput
from farp.prices.sample import load_sample


def shock(name="Market", size=-0.1, kind=ShockKind.FACTOR):
    return Shock(kind=kind, name=name, size=size)


@pytest.mark.parametrize("size", [-1.0000001, 10.01, 1e7, math.nan, math.inf, -math.inf])
def test_a_size_beyond_reason_is_refused_with_the_range(size):
    with pytest.raises(InvalidInput, match=r"The shock of Market must lie between -100 and 1,000 percent"):
        shock(size=size)


@pytest.mark.parametrize("name", ["", " Market", "a\nb", "x" * 65])
def test_a_name_nobody_can_read_is_refused(name):
    with pytest.raises(InvalidInput, match="1 to 64 readable characters"):
        shock(name=name)


def test_a_scenario_has_shocks_and_each_once():
    with pytest.raises(InvalidInput, match="1 to 20 shocks, got 0"):
        HypotheticalScenario(name="x", mode=ShockMode.DIRECT, shocks=())
    with pytest.raises(InvalidInput, match="1 to 20 shocks, got 21"):
        HypotheticalScenario(name="x", mode=ShockMode.DIRECT, shocks=tuple(shock(f"S{i}") for i in range(MOST_SHOCKS + 1)))
    with pytest.raises(InvalidInput, match="MARKET is shocked twice"):
        HypotheticalScenario(name="x", mode=ShockMode.DIRECT, shocks=(shock(), shock("MARKET")))
    assert HypotheticalScenario(name="x", mode=ShockMode.DIRECT, shocks=(shock("GLD"), shock("GLD", kind=ShockKind.TICKER))).shocks


@pytest.mark.parametrize("text", ["factor:Market=-20", "ticker:CASH:EUR=7.5", "sector:Oil = Gas=3", "currency:EUR=0.1", "ticker:A=-100"])
def test_a_shock_is_read_as_it_is_written(text):
    assert shock_text(shock_of(text)) == text


@pytest.mark.parametrize(
    "text", ["", "Market=-20", "factor:Market", "factor:Market=", "factor:Market=lots", "style:Market=1", "factor:Market=1e3", "::=", "="]
)
def test_what_is_no_shock_is_refused_with_an_example(text):
    with pytest.raises(InvalidInput, match=r"KIND:NAME=PERCENT such as factor:Market=-20"):
        shock_of(text)


def test_ids_tell_all_scenarios_apart():
    ids = [scenario.id for scenario in (*HISTORICAL_SCENARIOS, *EXAMPLES)]
    names = [scenario.name for scenario in (*HISTORICAL_SCENARIOS, *EXAMPLES)]
    assert len(set(ids)) == len(set(names)) == len(ids)
    for scenario in EXAMPLES:
        assert scenario.id.replace("-", "").isalnum()
        assert len(scenario.name) <= 24, "so that a chart can show it in full on a phone"
        assert scenario.what.endswith(".")


def test_a_rise_of_one_point_moves_treasuries_as_the_sensitivities_do():
    (rates,) = [factor for factor in load_sample().factors.factors if factor.name == "Rates"]
    by_id = {scenario.id: scenario for scenario in EXAMPLES}
    for key in ("rates-up-1-point", "shares-and-bonds-fall"):
        (size,) = [one.size for one in by_id[key].shocks if one.name == "Rates"]
        assert size == pytest.approx(-0.01 * rates.duration_years)
        assert f"{100 * -size:.1f} %" in by_id[key].what
