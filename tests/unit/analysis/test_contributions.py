"""Who causes the risk, by hand: three holdings that move on three days, and factors whose loadings are known."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm

from farp.analysis import analyse, window_of
from farp.analysis.contributions import Breakdown, Contributions, Contributor, View, contributions
from farp.engine.methods import PARAMETRIC_NORMAL
from farp.engine.methods.parametric_normal import parametric_normal
from farp.errors import DataError, InvalidInput
from farp.market import Factor, FactorSet, PriceHistory
from farp.portfolio import AssetClass
from tests.markets import NO_FACTORS, instrument, market, one_factor, portfolio, wandering

BOOK = portfolio(A=10, B=-5, X=4)  # worth 1000, -500 and 400


def path(moves: np.ndarray, last: float = 100.0) -> np.ndarray:
    """Closes with these daily returns that end at `last`."""
    closes = np.concatenate([[1.0], np.cumprod(1.0 + moves)])
    return last * closes / closes[-1]


def moves(days: int = 60, /, **on: float) -> np.ndarray:
    """Returns that are zero but on the days named d5, d20, ..."""
    array = np.zeros(days)
    for day, move in on.items():
        array[int(day[1:])] = move
    return array


def three_days() -> PriceHistory:
    """The book loses 90, 72 and 40 on three of 60 days and nothing on the others."""
    closes = {"A": path(moves(d5=-0.10, d20=-0.06, d40=-0.02)), "B": path(moves(d5=-0.02)), "X": path(moves(d20=-0.03, d40=-0.05))}
    facts = (
        instrument("A", sector="Tech", country="US"),
        instrument("B", sector="Tech", country="US"),
        instrument("X", sector="Energy", country="Norway", asset_class=AssetClass.COMMODITY),
    )
    return market(closes, instruments=facts)


def of(by: Breakdown = Breakdown.POSITION, view: View = View.HISTORICAL, /, history: PriceHistory | None = None, **options: object) -> Contributions:
    prices = history or three_days()
    return contributions(window_of(BOOK, prices), prices, by, view, **options)  # type: ignore[arg-type]


def named(result: Contributions) -> dict[str, Contributor]:
    return {part.name: part for part in result.contributors}


def test_historical_parts_are_the_mean_loss_on_the_three_worst_days() -> None:
    result = of()
    parts = named(result)
    assert result.expected_shortfall == pytest.approx(202 / 3)
    assert {name: part.component_expected_shortfall for name, part in parts.items()} == pytest.approx({"A": 60.0, "X": 32 / 3, "B": -10 / 3})
    assert {name: part.share for name, part in parts.items()} == pytest.approx({"A": 180 / 202, "X": 32 / 202, "B": -10 / 202})
    assert [part.name for part in result.contributors] == ["A", "X", "B"]


def test_historical_value_at_risk_is_shared_out_as_the_shortfall_and_said_to_be() -> None:
    result = of()
    assert result.value_at_risk == pytest.approx(2.0)  # 95 % of the way from the third loss, 40, to the fourth, 0
    assert named(result)["A"].component_value_at_risk == pytest.approx(2.0 * 180 / 202)
    assert named(result)["A"].marginal_value_at_risk == pytest.approx(2.0 * 180 / 202 / 1000)
    assert named(result)["B"].marginal_value_at_risk == pytest.approx(2.0 * -10 / 202 / -500)


def test_historical_increment_is_the_figure_less_the_figure_without() -> None:
    parts = named(of())
    assert parts["A"].incremental_value_at_risk == pytest.approx(2.0)  # without A: gains 10, loses 12 and 20, so the 95 % loss is 0
    assert parts["B"].incremental_value_at_risk == pytest.approx(0.0, abs=1e-9)  # 100, 72 and 40: 2 again
    assert parts["X"].incremental_value_at_risk == pytest.approx(1.0)  # 90, 60 and 20: 1


def test_a_group_is_the_sum_of_its_holdings_and_its_increment_is_computed_anew() -> None:
    parts = named(of(Breakdown.SECTOR))
    tech = parts["Tech"]
    assert tech.component_expected_shortfall == pytest.approx(170 / 3)
    assert (tech.amount, tech.gross) == pytest.approx((500.0, 1500.0))
    assert (tech.weight, tech.gross_weight) == pytest.approx((5 / 9, 15 / 9))
    assert tech.marginal_value_at_risk == pytest.approx(2.0 * 170 / 202 / 500)
    assert tech.incremental_value_at_risk == pytest.approx(2.0)  # X alone loses 12 and 20
    assert tech.holdings == (0, 1)
    assert parts["Energy"].share == pytest.approx(32 / 202)
    assert parts["Energy"].incremental_value_at_risk == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("by", "names"),
    [(Breakdown.ASSET_CLASS, {"EQUITY", "COMMODITY"}), (Breakdown.CURRENCY, {"USD"}), (Breakdown.COUNTRY, {"US", "Norway"})],
)
def test_each_dimension_groups_by_what_the_instrument_says(by: Breakdown, names: set[str]) -> None:
    assert set(named(of(by))) == names


def test_inside_a_group_are_its_holdings_with_their_shares_of_the_whole() -> None:
    inside, whole = of(Breakdown.SECTOR, group="Tech"), of()
    assert [part.name for part in inside.contributors] == ["A", "B"]
    assert inside.contributors == tuple(part for part in whole.contributors if part.name in {"A", "B"})
    assert inside.value_at_risk == whole.value_at_risk


def test_parametric_parts_are_eulers() -> None:
    result = of(Breakdown.POSITION, View.PARAMETRIC)
    window = result.window
    rows = window.position_profit_and_loss
    deviation = rows.sum(axis=0).std(ddof=1)
    z = norm.ppf(0.95)
    assert result.value_at_risk == pytest.approx(z * deviation)
    covariances = [np.cov(row, rows.sum(axis=0))[0, 1] for row in rows]
    for i, name in enumerate("ABX"):
        part = named(result)[name]
        assert part.share == pytest.approx(covariances[i] / deviation**2)
        assert part.component_value_at_risk == pytest.approx(z * covariances[i] / deviation)
        assert part.component_expected_shortfall == pytest.approx(norm.pdf(z) / 0.05 * covariances[i] / deviation)
        assert part.incremental_value_at_risk == pytest.approx(z * (deviation - np.delete(rows, i, axis=0).sum(axis=0).std(ddof=1)))
        assert part.marginal_value_at_risk == pytest.approx(z * covariances[i] / deviation / window.market_values[i])


def test_a_parametric_group_is_taken_away_whole() -> None:
    result = of(Breakdown.SECTOR, View.PARAMETRIC)
    rows = result.window.position_profit_and_loss
    without = norm.ppf(0.95) * rows[2].std(ddof=1)
    assert named(result)["Tech"].incremental_value_at_risk == pytest.approx(result.value_at_risk - without)


def test_the_totals_are_those_of_the_report_and_of_the_method_to_the_last_bit() -> None:
    history = three_days()
    report = analyse(BOOK, history)
    figure = report.value_at_risk_at(0.95, 1)
    result = of(Breakdown.SECTOR)
    assert (result.value_at_risk, result.expected_shortfall) == (figure.amount, figure.expected_shortfall)
    tail = parametric_normal(report.profit_and_loss, (0.95,)).tails[0]
    normal = of(Breakdown.COUNTRY, View.PARAMETRIC)
    assert (normal.value_at_risk, normal.expected_shortfall) == (tail.value_at_risk, tail.expected_shortfall), PARAMETRIC_NORMAL
    parts = named(of())
    assert [parts[name].component_expected_shortfall for name in "ABX"] == report.tail_contributions[0].expected_shortfall.tolist()
    assert report.tail_contributions[0].value_at_risk is not None
    assert [parts[name].component_value_at_risk for name in "ABX"] == report.tail_contributions[0].value_at_risk.tolist()


def test_confidence_moves_the_tail() -> None:
    one_day = of(confidence=0.999)
    assert one_day.expected_shortfall == pytest.approx(90.0)
    assert named(one_day)["X"].component_expected_shortfall == 0.0
    assert one_day.notes == ("At 99.9\u2009% the shares rest on the single worst day of 60: take them as what happened then, not as a rule.",)


# by factor: A is twice the factor, X is a factor of its own and the rest


def factor_market(gap: bool = False) -> PriceHistory:
    rng = np.random.default_rng(3)
    m, own = rng.normal(0, 0.01, 120), rng.normal(0, 0.01, 120)
    closes = {"A": path(2 * m), "B": path(own), "X": path(m + own), "M": path(m)}
    if gap:
        closes["M"][60] = np.nan
    return market(closes, factors=one_factor("M"))


def test_a_holding_that_is_the_factor_has_nothing_specific() -> None:
    history = factor_market()
    window = window_of(portfolio(A=10), history)
    parts = named(contributions(window, history, Breakdown.FACTOR))
    assert parts["Market"].share == pytest.approx(1.0)
    assert parts["Specific"].share == pytest.approx(0.0, abs=1e-9)
    assert parts["Market"].amount == pytest.approx(2000.0)
    assert parts["Market"].marginal_value_at_risk == pytest.approx(parts["Market"].component_value_at_risk / 2000.0)
    assert (parts["Market"].weight, parts["Specific"].amount, parts["Specific"].marginal_value_at_risk) == (None, None, None)


def test_without_the_factor_is_what_is_specific() -> None:
    history = factor_market()
    window = window_of(portfolio(A=10, B=-5), history)
    for view in View:
        result = contributions(window, history, Breakdown.FACTOR, view)
        parts = named(result)
        assert parts["Market"].incremental_value_at_risk + parts["Specific"].incremental_value_at_risk < 2 * result.value_at_risk
        specific = window.profit_and_loss - parts["Market"].amount * (history.close("M")[1:] / history.close("M")[:-1] - 1.0)
        alone = np.quantile(-specific, 0.95) if view is View.HISTORICAL else norm.ppf(0.95) * specific.std(ddof=1)
        assert parts["Market"].incremental_value_at_risk == pytest.approx(result.value_at_risk - alone)


def test_the_holdings_behind_a_factor_add_up_to_it() -> None:
    history = factor_market()
    window = window_of(BOOK, history)
    for view in View:
        whole = named(contributions(window, history, Breakdown.FACTOR, view))
        for name, part in whole.items():
            inside = contributions(window, history, Breakdown.FACTOR, view, group=name)
            assert sum(p.component_value_at_risk or 0.0 for p in inside.contributors) == pytest.approx(part.component_value_at_risk)
            assert sum(p.component_expected_shortfall for p in inside.contributors) == pytest.approx(part.component_expected_shortfall)
            assert [p.weight for p in inside.contributors] != [None] * 3
    through = named(contributions(window, history, Breakdown.FACTOR, group="Specific"))
    assert through["A"].component_expected_shortfall == pytest.approx(0.0, abs=1e-6)


def test_a_day_without_a_factor_price_counts_as_specific_and_the_total_stays() -> None:
    history = factor_market(gap=True)
    window = window_of(portfolio(A=10), history)
    result = contributions(window, history, Breakdown.FACTOR)
    by_position = contributions(window, history)
    assert (result.value_at_risk, result.expected_shortfall) == (by_position.value_at_risk, by_position.expected_shortfall)
    assert sum(part.component_expected_shortfall for part in result.contributors) == pytest.approx(result.expected_shortfall)
    (note,) = result.notes
    assert note == (
        "On 2 of the 120 days there is no daily move of Market for want of a price; what the holdings made through it then counts as specific."
    )
    parametric = named(contributions(window, history, Breakdown.FACTOR, View.PARAMETRIC))
    missing = window.profit_and_loss[[59, 60]]
    specific = np.zeros(120)
    specific[[59, 60]] = missing
    expected = norm.ppf(0.95) * np.cov(specific, window.profit_and_loss)[0, 1] / window.profit_and_loss.std(ddof=1)
    assert parametric["Specific"].component_value_at_risk == pytest.approx(expected, rel=0.01)  # two days in one are no exact multiple of the factor


def test_a_factor_of_two_legs_needs_both() -> None:
    closes = {"A": path(moves(120, d60=-0.3, d20=-0.1)), "M": wandering(121, 1), "B": wandering(121, 2)}
    closes["M"][61] = np.nan  # no move of M on the days 60 and 61
    history = market(closes, factors=FactorSet(name="own", factors=(Factor(name="M less B", legs=(("M", 1.0), ("B", -1.0))),)))
    parts = named(contributions(window_of(portfolio(A=10), history), history, Breakdown.FACTOR, confidence=0.999))
    assert parts["M less B"].component_expected_shortfall == 0.0
    assert parts["Specific"].share == pytest.approx(1.0)


def test_factors_of_ones_own_have_their_names() -> None:
    history = factor_market()
    own = FactorSet(name="own", factors=(Factor(name="B", legs=(("B", 1.0),)), Factor(name="M less B", legs=(("M", 1.0), ("B", -1.0)))))
    result = contributions(window_of(BOOK, history), history, Breakdown.FACTOR, factors=own)
    assert set(named(result)) == {"B", "M less B", "Specific"}
    assert result.factors is own
    assert named(result)["Specific"].share == pytest.approx(0.0, abs=1e-9)


# what cannot be shared out


def steady(**quantities: float) -> Contributions:
    up = 100.0 * 1.001 ** np.arange(120)
    wave = wandering(120, 5)
    bill = 100.0 * 1.00001 ** np.arange(120)
    nearly = wave * (1.0 + 1e-9 * np.sin(np.arange(120.0)))
    closes = {"U": up, "A": wave, "TWIN": wave, "NEARLY": nearly, "BILL": bill, "BILL3": bill * 3.0, "C": np.full(120, 5.0)}
    history = market(closes, factors=one_factor("A"))
    view = View(str(quantities.pop("view")))
    by = Breakdown(str(quantities.pop("by", "position")))
    return contributions(window_of(portfolio(**quantities), history), history, by, view)


@pytest.mark.parametrize("by", ["position", "sector", "factor"])
@pytest.mark.parametrize("view", list(View))
@pytest.mark.parametrize(
    ("held", "because"),
    [
        ({"C": 10}, "did not change in value"),
        ({"CASH_USD": 10}, "did not change in value"),
        ({"A": 10, "TWIN": -10}, "cancel each other"),
        ({"A": 10, "TWIN": -10, "C": 3}, "cancel each other"),
        ({"BILL": 30, "BILL3": -10}, "cancel each other"),
    ],
    ids=["constant", "cash", "hedged", "hedged and constant", "hedged but for rounding"],
)
def test_no_risk_has_no_shares_and_a_sentence(held: dict[str, float], because: str, view: View, by: str) -> None:
    result = steady(view=view, by=by, **held)  # type: ignore[arg-type]
    assert result.nothing_because is not None
    assert because in result.nothing_because
    assert result.notes[0] == result.nothing_because
    for part in result.contributors:
        assert (part.share, part.component_value_at_risk, part.marginal_value_at_risk) == (None, None, None)
        assert part.component_expected_shortfall == 0.0
        assert np.isfinite(part.incremental_value_at_risk)


def test_a_covariance_cannot_tell_near_twins_apart_and_says_so() -> None:
    normal = steady(view=View.PARAMETRIC, A=10, NEARLY=-10)  # type: ignore[arg-type]
    assert normal.value_at_risk > 0
    assert "cancel each other" in (normal.nothing_because or "")
    worst = steady(view=View.HISTORICAL, A=10, NEARLY=-10)  # type: ignore[arg-type]
    assert sum(part.share or 0.0 for part in worst.contributors) == pytest.approx(1.0)


def test_worst_days_that_earned_money_have_parts_but_no_shares() -> None:
    result = steady(view=View.HISTORICAL, U=10)  # type: ignore[arg-type]
    assert result.nothing_because is not None
    assert "earned money" in result.nothing_because
    assert result.value_at_risk < 0
    (part,) = result.contributors
    assert part.share is None
    assert part.component_value_at_risk == pytest.approx(result.value_at_risk)
    assert "does not vary" in (steady(view=View.PARAMETRIC, U=10).nothing_because or "")  # type: ignore[arg-type]


def test_a_gain_at_the_quantile_with_a_loss_beyond_is_said() -> None:
    prices = market({"A": path(np.where(np.arange(60) == 7, -0.5, 0.01))})
    result = contributions(window_of(portfolio(A=10), prices), prices, confidence=0.9)
    assert result.value_at_risk < 0 < result.expected_shortfall
    assert "below zero, a gain" in result.notes[-1]
    assert result.contributors[0].share == pytest.approx(1.0)


@pytest.mark.parametrize("view", list(View))
def test_all_short_has_parts_and_no_weights(view: View) -> None:
    history = factor_market()
    result = contributions(window_of(portfolio(A=-10, B=-4), history), history, view=view)
    assert sum(part.share or 0.0 for part in result.contributors) == pytest.approx(1.0)
    assert [(part.weight, part.gross_weight) for part in result.contributors] == [(None, None), (None, None)]
    assert named(result)["A"].amount == pytest.approx(-1000.0)
    assert (named(result)["A"].marginal_value_at_risk or 0.0) < 0 < (named(result)["A"].component_value_at_risk or 0.0)


def test_shorts_that_only_ever_gained_have_nothing_to_share_out() -> None:
    history = three_days()
    result = contributions(window_of(portfolio(A=-10, X=-4), history), history)
    assert result.nothing_because is not None
    assert "do not move, on the worst days" in result.nothing_because


def test_longs_and_shorts_that_all_but_cancel_have_no_marginal_figure() -> None:
    history = three_days()
    result = contributions(window_of(portfolio(A=10, B=-10.01, X=4), history), history, Breakdown.SECTOR)
    tech = named(result)["Tech"]
    assert tech.amount == pytest.approx(-1.0)
    assert tech.marginal_value_at_risk is None
    assert tech.component_value_at_risk is not None


def test_more_holdings_than_days() -> None:
    closes = {f"T{i}": wandering(61, i) for i in range(90)}
    history = market(closes, factors=one_factor("T0"))
    window = window_of(portfolio(**{ticker: (-1) ** i for i, ticker in enumerate(closes)}), history, lookback_days=60)
    for view in View:
        result = contributions(window, history, view=view)
        assert len(result.contributors) == 90
        assert sum(part.component_value_at_risk or 0.0 for part in result.contributors) == pytest.approx(result.value_at_risk)


# what cannot be asked


def test_an_unknown_group_is_refused_with_the_groups_there_are() -> None:
    with pytest.raises(InvalidInput, match="group must be one of Tech, Energy, got 'Nope'"):
        of(Breakdown.SECTOR, group="Nope")
    history = factor_market()
    with pytest.raises(InvalidInput, match="group must be one of Market, Specific, got"):
        contributions(window_of(BOOK, history), history, Breakdown.FACTOR, group="x" * 300)


def test_a_position_has_nothing_inside() -> None:
    with pytest.raises(InvalidInput, match="A position has no holdings inside"):
        of(group="A")


def test_without_factors_or_days_there_is_no_breakdown_by_factor() -> None:
    with pytest.raises(DataError, match="names no factor"):
        of(Breakdown.FACTOR)
    closes = {"A": wandering(41, 1), "M": wandering(41, 2)}
    short = market(closes, factors=one_factor("M"))
    with pytest.raises(DataError, match="only 40 daily returns"):
        contributions(window_of(portfolio(A=1), short), short, Breakdown.FACTOR)
    assert short.factors is not NO_FACTORS


@pytest.mark.parametrize("confidence", [0.5, 1.0, float("nan")])
def test_a_confidence_outside_its_range_is_refused(confidence: float) -> None:
    with pytest.raises(InvalidInput, match="confidence"):
        of(confidence=confidence)
