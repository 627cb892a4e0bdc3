"""Scenarios on a portfolio, on made-up prices whose answer is known."""

import datetime as dt

import numpy as np
import pytest

from farp.analysis import window_of
from farp.analysis.stress import (
    ScenarioKind,
    Scene,
    checked,
    historical_stress,
    hypothetical_stress,
    moves_with,
    reached_share,
    shockable,
    stresses,
)
from farp.engine.stress_library import EXAMPLES, HistoricalScenario, HypotheticalScenario, Shock, ShockKind, ShockMode
from farp.errors import DataError, InvalidInput, NotFound
from farp.format import percent
from farp.market import Factor, FactorSet, as_date
from farp.portfolio import AssetClass
from farp.report.stress_sentences import days_in_words, shocks_in_words, stress_in_words
from tests.markets import NO_FACTORS, holding, instrument, market, one_factor, portfolio, wandering, weekdays

DAYS = 400
DATES = weekdays(DAYS)
START, END = 40, 60  # rows of the crisis, long before the lookback
CRISIS = HistoricalScenario(id="crisis", name="Crisis", start=DATES[START].item(), end=DATES[END].item(), what="It fell.")
INDEX = wandering(DAYS, 1)


def with_closes(closes, start, end, *, known_before=True):
    """Closes with a given first and last day of the crisis; without any before day 100 when there was no price then."""
    result = closes.copy()
    result[START], result[END] = start, end
    if not known_before:
        result[:100] = np.nan
    return result


def made(factors=None, **quantities):
    closes = {
        "A": with_closes(wandering(DAYS, 2), 100.0, 70.0),
        "B": with_closes(wandering(DAYS, 3), 50.0, 60.0),
        "YOUNG": with_closes(2.0 * INDEX, 1.0, 1.0, known_before=False),
        "INDEX": INDEX,
        "GERMAN": with_closes(wandering(DAYS, 4), 100.0, 80.0),
        "EURUSD": with_closes(wandering(DAYS, 5, start=1.1, volatility=0.004), 1.2, 1.0),
        "USDJPY": wandering(DAYS, 6, start=110.0, volatility=0.004),
    }
    history = market(
        closes,
        instruments=[
            instrument("A", sector="Energy"),
            instrument("B", sector="Tech"),
            instrument("GERMAN", currency="EUR", sector="Tech"),
            instrument("EURUSD", asset_class=AssetClass.FX),
            instrument("USDJPY", currency="JPY", asset_class=AssetClass.FX),
        ],
        benchmark="INDEX",
        factors=one_factor("INDEX") if factors is None else factors,
    )
    return Scene(window=window_of(portfolio(**quantities), history), history=history)


def value(scene, ticker):
    return next(one.market_value for one in scene.window.holdings if one.ticker == ticker)


def shocks(mode, *given, name="Mine"):
    return HypotheticalScenario(name=name, mode=mode, shocks=tuple(Shock(kind=kind, name=of, size=size) for kind, of, size in given))


# replays


def test_each_holding_takes_its_own_return_between_the_two_closes():
    scene = made(A=10, B=-1)
    result = historical_stress(scene, CRISIS)
    lost = value(scene, "A") * -0.3 + value(scene, "B") * 0.2
    assert result.total == pytest.approx(lost)
    assert result.fraction == pytest.approx(lost / scene.window.net_asset_value)
    assert (result.covered, result.priced, result.because, result.notes) == (1.0, 1.0, None, ())
    assert result.benchmark_move == pytest.approx(INDEX[END] / INDEX[START] - 1)


def test_prices_and_exchange_rates_move_together():
    scene = made(GERMAN=10, CASH_EUR=100)
    result = historical_stress(scene, CRISIS)
    assert result.moves == pytest.approx([0.8 * (1.0 / 1.2) - 1, 1.0 / 1.2 - 1])


def test_a_holding_without_prices_then_follows_its_factors_day_by_day_and_is_flagged():
    scene = made(A=10, YOUNG=7)
    result = historical_stress(scene, CRISIS)
    assert result.proxied.tolist() == [False, True]
    assert result.moves[1] == pytest.approx(INDEX[END] / INDEX[START] - 1)  # its loading is 1: twice the price is the same return
    assert result.r_squared == pytest.approx([np.nan, 1.0], nan_ok=True)
    assert result.covered == 1.0
    assert result.priced == pytest.approx(value(scene, "A") / scene.window.gross)
    assert "YOUNG had no price then and moves as today's loadings on Market say, which explain 100" in result.notes[0]


def test_a_loading_of_two_is_compounded_and_never_loses_more_than_everything():
    returns = np.diff(INDEX) / INDEX[:-1]
    fall = np.full(END - START, -0.05)
    returns[START:END] = fall
    index = 100 * np.concatenate([[1.0], np.cumprod(1 + returns)])
    double = 100 * np.concatenate([[1.0], np.cumprod(1 + 2 * returns)])
    double[:100] = np.nan
    history = market({"INDEX": index, "TWICE": double}, factors=one_factor("INDEX"))
    result = historical_stress(Scene(window=window_of(portfolio(TWICE=1), history), history=history), CRISIS)
    assert 2 * (0.95**20 - 1) < -1  # what one straight step would make of it
    assert result.moves[0] == pytest.approx(0.9**20 - 1, rel=1e-9)
    assert not result.impossible.any()


def daily(closes):
    return np.diff(closes) / closes[:-1]


def test_a_stand_in_follows_several_factors_and_their_legs():
    small, rates = wandering(DAYS, 7), wandering(DAYS, 8)
    index, size, bonds = daily(INDEX), daily(small) - daily(INDEX), daily(rates)
    moves = 1.2 * index + 0.5 * size - 0.3 * bonds
    young = 100 * np.concatenate([[1.0], np.cumprod(1 + moves)])
    young[:100] = np.nan
    factors = FactorSet(
        name="three",
        factors=(
            Factor(name="Market", legs=(("INDEX", 1.0),)),
            Factor(name="Size", legs=(("SMALL", 1.0), ("INDEX", -1.0))),
            Factor(name="Rates", legs=(("BONDS", 1.0),)),
        ),
    )

    def replayed(small_closes):
        history = market({"INDEX": INDEX, "SMALL": small_closes, "BONDS": rates, "YOUNG": young}, factors=factors)
        return historical_stress(Scene(window=window_of(portfolio(YOUNG=1), history), history=history), CRISIS)

    result = replayed(small)
    assert result.moves[0] == pytest.approx(np.prod(1 + moves[START:END]) - 1, rel=1e-9)
    assert result.r_squared[0] == pytest.approx(1.0)
    late = small.copy()
    late[:50] = np.nan  # no price at the start: the factor drops out, and with it some of what explains the holding
    without = replayed(late)
    assert without.r_squared[0] < 0.999
    assert "loadings on Market and Rates say" in without.notes[0]
    assert np.isfinite(without.moves[0])
    gap = small.copy()
    gap[START + 3] = np.nan  # a day without a price in between is bridged, both ends being there
    assert replayed(gap).moves[0] == pytest.approx(result.moves[0], abs=2e-3)


def test_without_factors_what_had_no_price_is_left_out_and_said():
    scene = made(factors=NO_FACTORS, A=10, YOUNG=1)
    result = historical_stress(scene, CRISIS)
    assert result.total == pytest.approx(value(scene, "A") * -0.3)
    assert result.covered == result.priced == pytest.approx(value(scene, "A") / scene.window.gross)
    assert np.isnan(result.moves[1])
    assert result.notes == ("YOUNG had no price then and no factor stands in, so it is left out.",)
    analysis = stresses(scene.window, scene.history, historical=[CRISIS], examples=[])
    assert analysis.notes == ("There is no factor analysis: the factor set names no factor.",)


def test_prices_of_less_than_half_of_the_holdings_are_no_figure_for_the_whole():
    scene = made(factors=NO_FACTORS, A=1, YOUNG=30)
    result = historical_stress(scene, CRISIS)
    reached = value(scene, "A") / scene.window.gross
    assert 0.005 < reached < 0.49
    assert (result.total, result.fraction, result.available, result.partial) == (None, None, False, False)
    assert result.covered == result.priced == pytest.approx(reached)
    assert result.because == f"Prices of 2021 reach only {percent(reached, 0)} of the holdings; a figure for the whole takes {percent(0.5, 0)}."
    analysis = stresses(scene.window, scene.history, historical=[CRISIS], examples=[])
    assert (analysis.ranked, len(analysis.unavailable)) == ((), 1)
    assert stress_in_words(result, scene.window) == f"Crisis has no figure. {result.because}"


def test_a_figure_for_a_part_says_of_which_part_it_is():
    scene = made(factors=NO_FACTORS, A=10, YOUNG=1)
    result = historical_stress(scene, CRISIS)
    assert result.partial
    assert f"That is the outcome of the {percent(result.covered, 0)} reached; of the rest nothing is known." in stress_in_words(result, scene.window)
    whole = historical_stress(made(A=10, YOUNG=1), CRISIS)
    assert not whole.partial
    assert "reached" not in stress_in_words(whole, scene.window)


def test_the_share_reached_is_never_rounded_to_a_limit():
    assert [reached_share(share) for share in (0.0496, 0.499, 0.5, 0.744, 0.9999)] == [percent(share, 0) for share in (0.05, 0.49, 0.5, 0.74, 0.99)]
    assert reached_share(0.001) == f"less than {percent(0.01, 0)}"


def test_a_crisis_nothing_reaches_is_not_available_and_not_zero():
    scene = made(factors=NO_FACTORS, YOUNG=7, CASH_USD=500)
    result = historical_stress(scene, CRISIS)
    assert not result.available
    assert (result.total, result.fraction, result.covered) == (None, None, 0.0)
    assert "No holding has prices of both" in str(result.because)
    assert result.benchmark_move is not None


def test_cash_in_the_base_currency_does_not_count_as_reached():
    scene = made(factors=NO_FACTORS, A=1, YOUNG=1, CASH_USD=1_000_000)
    assert historical_stress(scene, CRISIS).covered == pytest.approx(value(scene, "A") / (value(scene, "A") + value(scene, "YOUNG")))


def test_cash_alone_stays_what_it_is():
    result = historical_stress(made(CASH_USD=100), CRISIS)
    assert (result.total, result.available, result.still) == (0.0, True, True)


def test_a_crisis_after_the_day_of_the_figures_or_without_prices_is_said_to_be_so():
    scene = made(A=1)
    later = HistoricalScenario(id="x", name="X", start=DATES[-5].item(), end=dt.date(2023, 1, 3), what="")
    assert historical_stress(scene, later).because == "It ends on 3 Jan 2023, after the day of the figures."
    sunday = HistoricalScenario(id="x", name="X", start=dt.date(2021, 12, 5), end=DATES[-5].item(), what="")
    assert historical_stress(scene, sunday).because == "The price source has no prices of 5 Dec 2021."
    before = HistoricalScenario(id="x", name="X", start=dt.date(1987, 10, 16), end=dt.date(1987, 10, 19), what="")
    assert historical_stress(scene, before).because == "The price source has no prices of 16 Oct 1987."


# hypothetical scenarios


def test_a_direct_shock_moves_what_it_names_and_nothing_else():
    scene = made(A=10, B=-5, GERMAN=3)
    for given, named in [
        ((ShockKind.TICKER, "a", -0.3), {"A"}),
        ((ShockKind.SECTOR, "tech", -0.3), {"B", "GERMAN"}),
        ((ShockKind.ASSET_CLASS, "Equity", -0.3), {"A", "B", "GERMAN"}),
        ((ShockKind.CURRENCY, "eur", -0.3), {"GERMAN"}),
    ]:
        result = hypothetical_stress(scene, shocks(ShockMode.DIRECT, given))
        expected = [-0.3 * one.market_value if one.ticker in named else 0.0 for one in scene.window.holdings]
        assert result.profit_and_loss == pytest.approx(expected), given
        assert result.total == pytest.approx(sum(expected))
        assert result.distance is None


def test_direct_shocks_on_the_same_holding_add_up():
    scene = made(GERMAN=3)
    result = hypothetical_stress(
        scene, shocks(ShockMode.DIRECT, (ShockKind.SECTOR, "Tech", -0.1), (ShockKind.CURRENCY, "EUR", -0.05), (ShockKind.TICKER, "GERMAN", 0.02))
    )
    assert result.moves == pytest.approx([-0.13])


def test_a_factor_shock_moves_each_holding_by_its_loading():
    scene = made(YOUNG=7, CASH_USD=10)
    result = hypothetical_stress(scene, shocks(ShockMode.DIRECT, (ShockKind.FACTOR, "market", -0.2)))
    assert result.moves == pytest.approx([-0.2, 0.0], abs=1e-12)


def test_when_the_base_currency_gains_every_other_one_held_loses():
    scene = made(A=10, GERMAN=3, CASH_JPY=1000)
    result = hypothetical_stress(scene, shocks(ShockMode.DIRECT, (ShockKind.CURRENCY, "USD", 0.25)))
    assert result.moves == pytest.approx([0.0, -0.2, -0.2])
    assert "USD is the portfolio's own currency: EUR, JPY move by" in result.notes[0]
    both = hypothetical_stress(scene, shocks(ShockMode.DIRECT, (ShockKind.CURRENCY, "USD", 0.25), (ShockKind.CURRENCY, "JPY", 0.05)))
    assert both.moves == pytest.approx([0.0, -0.2, 0.05]), "a currency that is named itself takes its own shock"
    with pytest.raises(InvalidInput, match="USD is the portfolio's own currency and cannot lose all of its value"):
        hypothetical_stress(scene, shocks(ShockMode.DIRECT, (ShockKind.CURRENCY, "USD", -1.0)))


def test_the_same_move_of_the_dollar_seen_from_the_euro():
    closes = {"A": wandering(DAYS, 2), "EURUSD": wandering(DAYS, 5, start=1.1)}
    history = market(closes, instruments=[instrument("EURUSD", asset_class=AssetClass.FX)])
    scene = Scene(window=window_of(portfolio("EUR", A=10, CASH_EUR=50), history), history=history)
    result = hypothetical_stress(scene, shocks(ShockMode.DIRECT, (ShockKind.CURRENCY, "USD", 0.1)))
    assert result.moves == pytest.approx([0.1, 0.0])


def test_a_currency_pair_moves_with_the_currency_it_holds():
    scene = made(EURUSD=100, USDJPY=100, CASH_EUR=1, A=1)
    assert [moves_with(one) for one in scene.window.holdings] == ["EUR", "USD", "EUR", "USD"]
    result = hypothetical_stress(scene, shocks(ShockMode.DIRECT, (ShockKind.CURRENCY, "EUR", -0.1)))
    assert result.moves == pytest.approx([-0.1, 0.0, -0.1, 0.0])


def test_cash_in_the_base_currency_never_moves():
    scene = made(A=10, CASH_USD=1000)
    result = hypothetical_stress(scene, shocks(ShockMode.DIRECT, (ShockKind.ASSET_CLASS, "CASH", -0.5), (ShockKind.TICKER, "CASH:USD", -0.5)))
    assert result.total == 0.0
    assert result.still
    assert len(result.notes) == 2


def test_propagation_is_the_conditional_expectation_of_the_lookback():
    scene = made(A=10, B=-5)
    result = hypothetical_stress(scene, shocks(ShockMode.PROPAGATED, (ShockKind.FACTOR, "Market", -0.2)))
    index = np.diff(INDEX)[-252:] / INDEX[-253:-1]
    for row, move in zip(scene.window.returns, result.moves, strict=True):
        joint = np.cov(row, index)
        assert move == pytest.approx(-0.2 * joint[0, 1] / joint[1, 1], rel=1e-9)
    assert result.distance == pytest.approx(0.2 / index.std(ddof=1), rel=1e-9)


def test_propagation_uses_the_days_of_the_factor_analysis_whatever_is_named():
    late = INDEX.copy()
    late[[-5, -20, -50]] = np.nan
    closes = {"A": wandering(DAYS, 2), "INDEX": INDEX, "BOND": np.where(np.isnan(late), np.nan, wandering(DAYS, 9))}
    factors = FactorSet(name="two", factors=(Factor(name="Market", legs=(("INDEX", 1.0),)), Factor(name="Rates", legs=(("BOND", 1.0),))))
    history = market(closes, benchmark="INDEX", factors=factors)
    scene = Scene(window=window_of(portfolio(A=10), history), history=history)
    results = [
        hypothetical_stress(scene, shocks(ShockMode.PROPAGATED, given))
        for given in [(ShockKind.FACTOR, "Market", -0.2), (ShockKind.TICKER, "INDEX", -0.2)]
    ]
    results.append(hypothetical_stress(scene, shocks(ShockMode.DIRECT, (ShockKind.FACTOR, "Market", -0.2))))
    assert {(one.observations, one.first_day) for one in results} == {(252, as_date(scene.shared.dates[0]))}
    moves, index = scene.shared.holding_returns[0], scene.shared.factor_returns[0]
    joint = np.cov(moves, index)
    for one in results[:2]:
        assert one.moves[0] == pytest.approx(-0.2 * joint[0, 1] / joint[1, 1], rel=1e-9)
    assert hypothetical_stress(scene, shocks(ShockMode.DIRECT, (ShockKind.TICKER, "A", -0.2))).observations is None
    assert days_in_words(results[0]).startswith("Estimated from 252 daily returns since ")


def test_a_shock_of_nothing_stays_where_it_is():
    assert shocks_in_words(shocks(ShockMode.DIRECT, (ShockKind.FACTOR, "Market", 0.0))) == "Market stays where it is and nothing else moves"


def test_propagated_from_a_ticker_a_currency_and_a_group():
    scene = made(A=10, B=-5, GERMAN=2)
    held = hypothetical_stress(scene, shocks(ShockMode.PROPAGATED, (ShockKind.TICKER, "A", -0.3)))
    assert held.moves[0] == pytest.approx(-0.3)
    assert held.moves[1] != 0.0
    elsewhere = hypothetical_stress(scene, shocks(ShockMode.PROPAGATED, (ShockKind.TICKER, "INDEX", -0.3)))
    market_shock = hypothetical_stress(scene, shocks(ShockMode.PROPAGATED, (ShockKind.FACTOR, "Market", -0.3)))
    assert elsewhere.moves == pytest.approx(market_shock.moves), "what is not held can be shocked as well"
    euro = hypothetical_stress(scene, shocks(ShockMode.PROPAGATED, (ShockKind.CURRENCY, "EUR", -0.1)))
    assert 0.5 < euro.moves[2] / -0.1 < 1.5
    group = hypothetical_stress(scene, shocks(ShockMode.PROPAGATED, (ShockKind.SECTOR, "Tech", -0.2)))
    sizes = np.abs(scene.window.market_values[1:])
    assert (sizes @ group.moves[1:]) / sizes.sum() == pytest.approx(-0.2)


def test_a_group_nothing_is_held_in_is_said_and_never_silent():
    scene = made(A=10)
    direct = hypothetical_stress(scene, shocks(ShockMode.DIRECT, (ShockKind.SECTOR, "Tech", -0.2)))
    assert (direct.total, direct.still) == (0.0, True)
    assert direct.notes == ("Nothing held is in the sector Tech, so its shock moves nothing.",)
    with pytest.raises(DataError, match="Nothing held is in the sector Tech"):
        hypothetical_stress(scene, shocks(ShockMode.PROPAGATED, (ShockKind.SECTOR, "Tech", -0.2)))
    both = hypothetical_stress(scene, shocks(ShockMode.PROPAGATED, (ShockKind.SECTOR, "Tech", -0.2), (ShockKind.FACTOR, "Market", -0.1)))
    assert both.total != 0.0
    assert "left out" in both.notes[0]


def test_contradicting_and_motionless_shocks_are_refused_by_name():
    closes = {"A": wandering(DAYS, 2), "PEGGED": np.full(DAYS, 5.0)}
    history = market(closes, factors=one_factor("A"))
    scene = Scene(window=window_of(portfolio(A=1), history), history=history)
    with pytest.raises(InvalidInput, match=r"^The shocks contradict each other"):
        hypothetical_stress(scene, shocks(ShockMode.PROPAGATED, (ShockKind.FACTOR, "Market", -0.1), (ShockKind.TICKER, "A", 0.1)))
    with pytest.raises(InvalidInput, match="The shock of PEGGED is on a price that does not move"):
        hypothetical_stress(scene, shocks(ShockMode.PROPAGATED, (ShockKind.TICKER, "PEGGED", -0.1)))


def test_a_loss_of_more_than_everything_is_flagged_for_holding_and_portfolio():
    scene = made(A=10, CASH_USD=-500)
    result = hypothetical_stress(scene, shocks(ShockMode.DIRECT, (ShockKind.TICKER, "A", -0.9), (ShockKind.SECTOR, "Energy", -0.9)))
    assert result.impossible.tolist() == [True, False]
    assert result.moves[0] == pytest.approx(-1.8)
    assert "A would lose more than everything" in result.notes[0]
    assert "larger than the net asset value" in result.notes[1]


def test_without_a_positive_value_there_are_amounts_and_no_percent():
    scene = made(A=1, CASH_USD=-100_000)
    result = historical_stress(scene, CRISIS)
    assert result.fraction is None
    assert result.total == pytest.approx(-0.3 * value(scene, "A"))


@pytest.mark.parametrize(
    ("kind", "name", "sentence"),
    [
        (ShockKind.FACTOR, "Mrket", "There is no factor 'Mrket' to shock; there are Market."),
        (ShockKind.ASSET_CLASS, "WINE", "there are EQUITY, FIXED_INCOME"),
        (ShockKind.SECTOR, "Wine", "there are Energy, Tech, Unclassified"),
        (ShockKind.CURRENCY, "XYZ", "a three-letter code with an exchange rate to USD"),
        (ShockKind.CURRENCY, "euro", "a three-letter code"),
        (ShockKind.TICKER, "NOSUCH", r"the price source \(Made-up prices\) does not know it"),
    ],
)
def test_an_unknown_name_is_refused_with_what_is_known(kind, name, sentence):
    scene = made(A=10)
    for mode in ShockMode:
        with pytest.raises(InvalidInput, match=sentence):
            hypothetical_stress(scene, shocks(mode, (kind, name, -0.1)))


def test_names_are_written_as_the_source_writes_them():
    scene = made(A=10)
    given = shocks(
        ShockMode.DIRECT, (ShockKind.FACTOR, "market", 0.1), (ShockKind.ASSET_CLASS, "fixed income", 0.1), (ShockKind.TICKER, "cash:eur", 0.1)
    )
    assert [shock.name for shock in checked(given, scene.history, "USD").shocks] == ["Market", "FIXED_INCOME", "CASH:EUR"]


def test_everything_that_can_be_chosen_can_be_shocked():
    scene = made(A=10, GERMAN=1)
    for kind, name in shockable(scene.history, "USD"):
        assert hypothetical_stress(scene, shocks(ShockMode.DIRECT, (kind, name, -0.01))).available, (kind, name)


# the whole library


def test_the_library_is_ranked_and_one_failure_never_stops_the_others():
    scene = made(A=10, B=5)
    bad = HypotheticalScenario(id="bad", name="Bad", mode=ShockMode.DIRECT, shocks=(Shock(kind=ShockKind.FACTOR, name="Oil", size=0.1),))
    mine = HypotheticalScenario(id="mine", name="Mine", mode=ShockMode.DIRECT, shocks=(Shock(kind=ShockKind.TICKER, name="B", size=-0.9),))
    result = stresses(scene.window, scene.history, saved=(bad, mine), historical=[CRISIS])
    assert len(result.results) == 1 + len(EXAMPLES) + 2
    totals = [one.total for one in result.ranked]
    assert totals == sorted(totals)
    assert {one.scenario.id for one in result.unavailable} >= {"bad"}
    assert "There is no factor 'Oil'" in str(result.result("bad").because)
    assert [one.kind for one in (result.result("crisis"), result.result(EXAMPLES[0].id), result.result("mine"))] == [
        ScenarioKind.HISTORICAL,
        ScenarioKind.EXAMPLE,
        ScenarioKind.SAVED,
    ]
    with pytest.raises(NotFound, match="There is no scenario 'nope'"):
        result.result("nope")


@pytest.mark.parametrize(
    "quantities",
    [{"A": 1}, {"A": -10, "B": -3}, {"CASH_USD": 5}, {"A": 1, "CASH_USD": -1e6}, {"CASH_EUR": 10}, {"A": 1, "B": -1, "YOUNG": 1e-9}],
    ids=["one", "short", "cash", "in debt", "foreign cash", "tiny"],
)
def test_odd_portfolios_have_figures_or_reasons(quantities):
    scene = made(**quantities)
    for one in stresses(scene.window, scene.history, historical=[CRISIS]).results:
        assert (one.total is None) == (one.because is not None)
        assert one.total is None or np.isfinite(one.total)


def test_constant_prices_and_more_holdings_than_days_have_an_answer():
    closes = {f"T{i}": wandering(90, i) for i in range(120)} | {"FLAT": np.full(90, 3.0)}
    history = market(
        closes, factors=FactorSet(name="two", factors=(Factor(name="Market", legs=(("T0", 1.0),)), Factor(name="Rates", legs=(("T1", 1.0),))))
    )
    window = window_of(holding(dict.fromkeys(closes, 1.0)), history)
    result = stresses(window, history)
    by_id = {one.scenario.id: one for one in result.results}
    fall = by_id["shares-fall-20"]
    assert fall.moves[0] == pytest.approx(-0.2)
    assert fall.moves[-1] == pytest.approx(0.0, abs=1e-12)
