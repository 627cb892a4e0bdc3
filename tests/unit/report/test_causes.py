"""The sentence about who causes the risk, on results made by hand."""

from __future__ import annotations

import pytest

from farp.analysis import window_of
from farp.analysis.contributions import Breakdown, Contributions, Contributor, View, contributions
from farp.report.causes import kinds, who_causes_it
from tests.markets import instrument, market, portfolio, wandering

THIN = "\u2009"


def part(name: str, share: float, weight: float | None = None, gross: float | None = None, place: int = 0) -> Contributor:
    return Contributor(
        name=name,
        holdings=(place,),
        amount=weight,
        gross=gross,
        weight=weight,
        gross_weight=abs(weight) if weight is not None and gross is None else gross,
        share=share,
        component_value_at_risk=share,
        component_expected_shortfall=share,
        marginal_value_at_risk=None,
        incremental_value_at_risk=0.0,
    )


def result(*parts: Contributor, by: Breakdown = Breakdown.SECTOR, view: View = View.HISTORICAL, group: str | None = None) -> Contributions:
    names = ("A", "B", "C")
    history = market({name: wandering(80, seed) for seed, name in enumerate(names)}, instruments=[instrument(name) for name in names])
    return Contributions(
        window=window_of(portfolio(A=1, B=1, C=1), history),
        by=by,
        view=view,
        group=group,
        confidence=0.95,
        value_at_risk=1.0,
        expected_shortfall=1.0,
        contributors=parts,
        factors=None,
        nothing_because=None,
        notes=(),
    )


def said(*parts: Contributor, **options: object) -> str:
    return who_causes_it(result(*parts, **options)).replace(THIN, "")  # type: ignore[arg-type]


def test_who_causes_most_relative_to_its_weight_and_who_lowers_it() -> None:
    assert said(part("Tech", 0.6, 0.3), part("Health", 0.45, 0.6), part("Gold", -0.05, 0.1)) == (
        "Tech causes the most: 60% of the expected shortfall with 30% of the value, 2.0 times its weight. Gold lowers it by 5.0%."
    )


def test_who_brings_most_beyond_its_size_is_named_too() -> None:
    words = said(part("Big", 0.7, 0.8), part("Small", 0.2, 0.05), part("Cash", 0.1, 0.15))
    assert words.startswith("Big causes the most: 70% of the expected shortfall with 80% of the value, 0.9 times its weight.")
    assert "For its size, Small brings the most: 20% of the expected shortfall with 5.0% of the value, 4.0 times its weight." in words
    assert words.endswith("Nothing among them lowers it.")


def test_shorts_and_mixed_groups_say_so() -> None:
    assert "with 10% of the value (short), 5.0 times" in said(part("Tech", 0.5, -0.1), part("Rest", 0.5, 1.1))
    assert "with 40% of the value, long and short, 1.2 times" in said(part("Tech", 0.5, 0.0, gross=0.4), part("Rest", 0.5, 1.0))


def test_weights_that_mean_nothing_are_not_divided_by() -> None:
    assert said(part("Tech", 0.9, 0.0001), part("Cash", 0.1, 0.9)).startswith(
        "Tech causes the most: 90% of the expected shortfall with less than 0.1% of the value."
    )
    assert said(part("Tech", 0.9, 9000.0), part("Cash", 0.1, -8999.0)).startswith(
        "Tech causes the most: 90% of the expected shortfall with 900,000% of the value."
    )
    assert said(part("Tech", 0.9), part("Cash", 0.1)).startswith("Tech causes the most: 90% of the expected shortfall.")


def test_as_much_as_its_weight() -> None:
    assert "with 60% of the value, as much as its weight." in said(part("Tech", 0.6, 0.6), part("Cash", 0.4, 0.4))


@pytest.mark.parametrize(("more", "words"), [(1, "; 1 more does so too."), (2, "; 2 more do so too.")])
def test_others_that_lower_it_are_counted(more: int, words: str) -> None:
    hedges = [part(f"H{i}", -0.05, 0.1) for i in range(more)]
    assert said(part("Tech", 1.2, 0.5), *hedges, part("Gold", -0.15, 0.1)).endswith(f"Gold lowers it by 15%{words}")


def test_one_part_is_all_of_it() -> None:
    assert said(part("Tech", 1.0, 1.0)) == "Tech causes all of the expected shortfall, for there is nothing else."


def test_inside_a_group_holdings_have_their_names() -> None:
    words = said(part("A", 0.3, 0.1), part("B", 0.1, 0.2, place=1), by=Breakdown.ASSET_CLASS, group="FIXED_INCOME", view=View.PARAMETRIC)
    assert words == "Inside Fixed income, The A company causes the most: 30% of the value at risk with 10% of the value, 3.0 times its weight."
    lowering = said(part("A", -0.1, 0.1), by=Breakdown.SECTOR, group="Gold")
    assert lowering == "Inside Gold, nothing adds to the expected shortfall: The A company lowers it by 10%."


def test_factors_and_currencies_are_called_what_they_are() -> None:
    words = said(part("Market", 0.8), part("Specific", 0.3), part("Rates", -0.1), by=Breakdown.FACTOR)
    assert words == "The factor Market causes the most: 80% of the expected shortfall. The factor Rates lowers it by 10%."
    assert said(part("Specific", 0.8), part("Market", 0.2), by=Breakdown.FACTOR).startswith("What no factor explains causes the most")
    assert said(part("EUR", 0.8, 0.5), part("USD", 0.2, 0.5), by=Breakdown.CURRENCY).startswith("What is priced in EUR causes the most")


def test_nothing_to_share_out_is_the_analysis_own_sentence() -> None:
    history = market({"A": [5.0] * 60})
    found = contributions(window_of(portfolio(A=1), history), history)
    assert who_causes_it(found) == found.nothing_because


def test_every_breakdown_has_a_plural() -> None:
    assert [kinds(by) for by in Breakdown] == ["positions", "sectors", "asset classes", "currencies", "countries", "factors"]
