"""The page Stress tests: its numbers are the analysis's, the builder bears nonsense, and odd portfolios read as sentences."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator

import pytest
from streamlit.testing.v1 import AppTest

from farp.analysis.reverse_stress import reverse_stress
from farp.analysis.stress import Scene, hypothetical_stress, stresses
from farp.engine.stress_library import EXAMPLES, HypotheticalScenario, Shock, ShockKind, ShockMode
from farp.format import money, number, percent
from farp.service import Desk
from farp.ui.topics.stress import by_holding, ranking
from farp.ui.topics.stress_builder import rows_to_shocks

LONG_SHORT = "long-short-equity.user_003"
OpenApp = Callable[..., AppTest]


@pytest.fixture
def clean(desk: Desk) -> Iterator[Desk]:
    yield desk
    for scenario in desk.scenarios():
        desk.delete_scenario(scenario.id)


def cards(app: AppTest) -> dict[str, str]:
    return {metric.label: metric.value.replace("\\", "") for metric in app.metric}


def words(app: AppTest) -> str:
    kinds = ("title", "subheader", "markdown", "caption", "info", "warning", "error")
    parts = [str(element.value) for kind in kinds for element in app.get(kind)] + [f"{m.label} {m.value} {m.delta}" for m in app.metric]
    return "\n".join(parts).replace("\\", "")


def figures(app: AppTest) -> list[dict]:  # type: ignore[type-arg]
    return [json.loads(chart.proto.spec, parse_constant=pytest.fail) for chart in app.get("plotly_chart")]


# what if


def test_cards_bars_and_detail_show_the_analysis(open_app: OpenApp, desk: Desk) -> None:
    app = open_app("stress", portfolio=LONG_SHORT)
    result = stresses(desk.window(LONG_SHORT), desk.history)
    assert not app.exception
    worst = result.ranked[0]
    shown = cards(app)
    assert shown["Worst crisis"] == percent(next(one.fraction for one in result.ranked if one.kind == "historical"))
    assert shown["Best scenario"] == percent(result.ranked[-1].fraction)
    assert shown["With a figure"] == f"{len(result.ranked)} of {len(result.results)}"
    assert shown["Outcome"] == money(worst.total)
    assert shown["Benchmark"] == percent(worst.benchmark_move)
    assert all(metric.help for metric in app.metric)
    bars, waterfall = figures(app)
    assert bars["data"][0]["x"] == [one.fraction for one in result.ranked if not one.still]
    assert waterfall["data"][0]["x"][-1] == worst.total
    assert "Black Monday 1987" in words(app)


def test_the_scenario_lives_in_the_link(open_app: OpenApp, desk: Desk) -> None:
    app = open_app("stress", portfolio=LONG_SHORT, scenario="rates-2022", lookback="125")
    result = stresses(desk.window(LONG_SHORT, lookback_days=125), desk.history)
    assert cards(app)["Outcome"] == money(result.result("rates-2022").total)
    app.selectbox(key="scenario").select("lehman-2008").run()
    assert cards(app)["Outcome"] == money(result.result("lehman-2008").total)
    assert "had no price then" in words(app)
    app = open_app("stress", portfolio=LONG_SHORT, scenario="covid-2002")
    assert not app.exception
    (said,) = [warning.value.replace("\\", "") for warning in app.warning]
    assert said.endswith("cannot be used, so the default is shown. There is no scenario of that id; the nearest is covid-2020.")


def test_a_crisis_that_reaches_a_twentieth_of_the_holdings_has_no_figure_and_no_rank(open_app: OpenApp, desk: Desk) -> None:
    app = open_app("stress", portfolio="balanced-60-40.user_001", scenario="black-monday-1987")
    assert not app.exception
    result = stresses(desk.window("balanced-60-40.user_001"), desk.history)
    assert 0.04 < result.result("black-monday-1987").covered < 0.06
    assert "Prices of 1987 reach only" in words(app)
    assert cards(app)["With a figure"] == f"{len(result.results) - 1} of {len(result.results)}"
    assert not any("Black Monday" in text for text in figures(app)[0]["layout"]["yaxis"]["ticktext"])


def test_the_benchmark_and_what_is_untouched_are_named_in_words(open_app: OpenApp) -> None:
    app = open_app("stress", portfolio=LONG_SHORT, scenario="covid-2020")
    (card,) = [metric for metric in app.metric if metric.label == "Benchmark"]
    assert card.delta.replace("\\", "") == "S&P 500"
    assert "Nothing held is touched by: " in words(app)
    app = open_app("stress", portfolio=LONG_SHORT, part="builder", shocks="factor:Market=-20", mode="propagated")
    assert "Estimated from 252 daily returns since 23 Dec 2021." in words(app)


def test_a_scenario_without_a_figure_is_a_sentence(open_app: OpenApp) -> None:
    app = open_app("stress", portfolio=LONG_SHORT, scenario="black-monday-1987")
    assert not app.exception
    assert "Black Monday 1987 has no figure." in words(app)
    assert "Outcome" not in cards(app)


def test_tables_have_every_scenario_and_every_holding(desk: Desk) -> None:
    result = stresses(desk.window(LONG_SHORT), desk.history)
    table = ranking(result).frame
    assert list(table["Scenario"]) == [one.scenario.name for one in (*result.ranked, *result.unavailable)]
    assert list(table["Profit and loss"].dropna()) == [one.total for one in result.ranked]
    one = result.result("lehman-2008")
    rows = by_holding(one, result.window).frame
    assert rows["Profit and loss"].sum() == pytest.approx(one.total)
    assert list(rows["Profit and loss"].dropna()) == sorted(rows["Profit and loss"].dropna())
    assert rows["Stand-in, R²"].notna().sum() == one.proxied.sum()


@pytest.mark.parametrize(
    "portfolio", ["single-stock.user_008", "just-cash.user_904", "short-only.user_905", "borrowed-more.user_903", "index-core.user_024"]
)
@pytest.mark.parametrize("part", ["scenarios", "builder", "reverse"])
def test_odd_portfolios_have_no_nan_and_no_traceback(open_app: OpenApp, portfolio: str, part: str) -> None:
    app = open_app("stress", portfolio=portfolio, part=part)
    assert not app.exception
    assert not re.search(r"\b(nan|None|inf)\b", words(app))
    figures(app)


@pytest.mark.parametrize(
    ("portfolio", "said"),
    [("empty.user_901", "This portfolio is empty"), ("all-unknown.user_902", "No position can be priced"), ("no.user_999", "There is no portfolio")],
)
def test_nothing_to_show_is_a_sentence(open_app: OpenApp, portfolio: str, said: str) -> None:
    app = open_app("stress", portfolio=portfolio)
    assert not app.exception
    assert said in words(app)
    assert not app.metric


# build your own


def edited(app: AppTest, **edits: object) -> AppTest:
    """Edit the table as the browser does."""
    key = f"shock_rows_{app.session_state['_shocks_version']}"
    app.session_state[key] = {"edited_rows": {}, "added_rows": [], "deleted_rows": []} | edits
    return app.run()


def test_the_builder_shows_what_its_shocks_do(open_app: OpenApp, desk: Desk) -> None:
    app = open_app("stress", portfolio=LONG_SHORT, part="builder", shocks="factor:Market=-20;currency:EUR=5", mode="direct")
    given = HypotheticalScenario(
        name="x",
        mode=ShockMode.DIRECT,
        shocks=(Shock(kind=ShockKind.FACTOR, name="Market", size=-0.2), Shock(kind=ShockKind.CURRENCY, name="EUR", size=0.05)),
    )
    expected = hypothetical_stress(Scene(window=desk.window(LONG_SHORT), history=desk.history), given)
    assert not app.exception
    assert cards(app)["Outcome"] == money(expected.total)
    assert figures(app)[0]["data"][0]["x"][-1] == expected.total
    app.session_state["mode"] = "propagated"
    app.run()
    assert cards(app)["How far"]
    assert "everything else moves as it usually does" in words(app)


def test_an_edit_of_the_table_changes_the_figure_and_the_link(open_app: OpenApp, desk: Desk) -> None:
    app = open_app("stress", portfolio=LONG_SHORT, part="builder", shocks="factor:Market=-20", mode="direct")
    first = cards(app)["Outcome"]
    edited(app, edited_rows={0: {"By, %": -40.0}})
    assert cards(app)["Outcome"] != first
    assert app.session_state["_url_shocks"] == "factor:Market=-40"
    edited(app, edited_rows={0: {"By, %": -40.0}}, added_rows=[{"What moves": "Sector · Energy", "By, %": 10.0}])
    assert app.session_state["_url_shocks"] == "factor:Market=-40;sector:Energy=10"
    edited(app, deleted_rows=[0])
    assert "Add a row" in words(app)
    assert not app.metric


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"What moves": "Factor · Gold"}, "lacks “By, %”"),
        ({"By, %": 5.0}, "lacks “What moves”"),
        ({"What moves": "Weather · Rain", "By, %": 5.0}, "names nothing that can be shocked"),
        ({"What moves": "Factor · Gold", "By, %": 1e9}, "must lie between -100 and 1,000 percent"),
        ({"What moves": "Factor · Gold", "By, %": -101.0}, "must lie between -100 and 1,000 percent"),
        ({"What moves": "Factor · Market", "By, %": 5.0}, "Market is shocked twice"),
    ],
)
def test_nonsense_in_the_table_is_a_sentence(open_app: OpenApp, row: dict[str, object], said: str) -> None:
    app = open_app("stress", portfolio=LONG_SHORT, part="builder", shocks="factor:Market=-20")
    edited(app, added_rows=[row])
    assert not app.exception
    assert said in words(app)
    assert not app.metric


@pytest.mark.parametrize("link", ["nonsense", "factor:Market=1e9", "factor:Market=-5000", "weather:Rain=5", "ticker:<b>=1", ";" * 300])
def test_a_link_that_makes_no_sense_is_said_and_the_page_stands(open_app: OpenApp, link: str) -> None:
    app = open_app("stress", portfolio=LONG_SHORT, part="builder", shocks=link)
    assert not app.exception


@pytest.mark.parametrize(("link", "name"), [("factor:Oil=5", "'Oil'"), ("factor:Market=-20,sector:X=-10", "'Market=-20,sector:X'")])
def test_an_unknown_name_in_a_link_is_one_sentence_and_cannot_be_saved(open_app: OpenApp, link: str, name: str) -> None:
    app = open_app("stress", portfolio=LONG_SHORT, part="builder", shocks=link)
    assert not app.exception
    assert words(app).count(f"There is no factor {name} to shock") == 1
    assert "cannot be used, so the default is shown" in words(app)
    assert app.session_state["_url_shocks"] == "factor:Market=-20"


def test_a_saved_scenario_that_names_what_is_gone_is_said_once_and_cannot_be_saved(open_app: OpenApp, clean: Desk) -> None:
    clean.store.put("scenarios", {"_id": "old", "scenario_name": "Old", "mode": "direct", "shocks": [{"kind": "factor", "name": "Oil", "size": 0.1}]})
    app = open_app("stress", portfolio=LONG_SHORT, part="builder")
    app.selectbox(key="start_from").select("old").run()
    assert not app.exception
    assert words(app).count("There is no factor 'Oil' to shock") == 1
    assert app.button(key="save_scenario").disabled


def test_another_name_never_overwrites_and_a_saved_one_can_be_renamed(open_app: OpenApp, clean: Desk) -> None:
    clean.save_scenario(
        HypotheticalScenario(name="😀", what="Why.", mode=ShockMode.DIRECT, shocks=(Shock(kind=ShockKind.FACTOR, name="Market", size=-0.2),))
    )
    smile = clean.scenarios()[0].id
    app = open_app("stress", portfolio=LONG_SHORT, part="builder", shocks="factor:Gold=-50", mode="direct")
    app.text_input(key="scenario_name").set_value("金价下跌").run()
    assert app.button(key="save_scenario").label == "Save"
    assert not [button for button in app.button if button.key in {"delete_scenario", "rename_scenario"}]
    app.button(key="save_scenario").click().run()
    assert {one.name: one.shocks[0].size for one in clean.scenarios()} == {"😀": -0.2, "金价下跌": -0.5}
    assert (app.button(key="save_scenario").label, app.button(key="save_scenario").disabled) == ("Saved", True)

    app.selectbox(key="start_from").select(smile).run()
    app.text_input(key="scenario_name").set_value("Shares fall").run()
    assert app.button(key="save_scenario").label == "Save"
    app.button(key="rename_scenario").click().run()
    assert not app.exception
    assert {one.name: (one.shocks[0].size, one.what) for one in clean.scenarios()} == {"Shares fall": (-0.2, "Why."), "金价下跌": (-0.5, "")}
    assert app.button(key="save_scenario").label == "Saved"


def test_rows_that_are_empty_are_no_rows() -> None:
    meant = {"Factor · Gold": (ShockKind.FACTOR, "Gold")}
    nan = float("nan")
    assert rows_to_shocks([(None, None), (None, nan), ("", None)], meant) == ((), None)
    shocks, problem = rows_to_shocks([("Factor · Gold", 7.5), ("Factor · Gold", "much")], meant)
    assert [shock.size for shock in shocks] == [0.075]
    assert problem == "Row 2 has no number in “By, %”."


def test_a_scenario_is_saved_ranked_changed_and_deleted(open_app: OpenApp, clean: Desk) -> None:
    app = open_app("stress", portfolio=LONG_SHORT, part="builder", shocks="ticker:MSFT=-90", mode="direct")
    assert app.button(key="save_scenario").disabled
    app.text_input(key="scenario_name").set_value("My <b>shock</b>").run()
    app.button(key="save_scenario").click().run()
    assert not app.exception
    assert [(one.name, [shock.size for shock in one.shocks]) for one in clean.scenarios()] == [("My <b>shock</b>", [-0.9])]

    app.session_state["part"] = "scenarios"
    app.run()
    app.selectbox(key="scenario").select(clean.scenarios()[0].id).run()
    window = clean.window(LONG_SHORT)
    microsoft = next(one.market_value for one in window.holdings if one.ticker == "MSFT")
    assert cards(app)["Outcome"] == money(-0.9 * microsoft)

    app.session_state["part"] = "builder"
    app.run()
    app.selectbox(key="start_from").select(clean.scenarios()[0].id).run()
    edited(app, edited_rows={0: {"By, %": -50.0}})
    assert app.button(key="save_scenario").label == "Save changes"
    app.button(key="save_scenario").click().run()
    assert [shock.size for shock in clean.scenarios()[0].shocks] == [-0.5]
    app.button(key="delete_scenario").click().run()
    assert not app.exception
    assert clean.scenarios() == ()
    app.session_state["part"] = "scenarios"
    app.run()
    assert not app.exception


def test_an_example_fills_the_table(open_app: OpenApp, desk: Desk) -> None:
    app = open_app("stress", portfolio=LONG_SHORT, part="builder")
    example = EXAMPLES[2]
    app.selectbox(key="start_from").select(example.id).run()
    expected = hypothetical_stress(Scene(window=desk.window(LONG_SHORT), history=desk.history), example)
    assert cards(app)["Outcome"] == money(expected.total)
    assert app.text_input(key="scenario_name").value == ""


# what would it take


def test_reverse_shows_the_analysis(open_app: OpenApp, desk: Desk) -> None:
    app = open_app("stress", portfolio=LONG_SHORT, part="reverse", loss="25", within="10", factors="^GSPC,UST10Y")
    from farp.analysis.alignment import chosen_factors

    result = reverse_stress(desk.window(LONG_SHORT), desk.history, 0.25, 10, chosen_factors(["^GSPC", "UST10Y"], desk.history))
    shown = cards(app)
    assert shown["How far"] == f"{number(result.result.distance, 1)} σ"
    assert shown["How often"] == f"{result.result.days_as_bad:,} of {result.result.observations:,}"
    assert shown["Worst so far"] == money(result.worst)
    moves, waterfall, past = figures(app)
    assert moves["data"][0]["x"] == result.result.factor_moves.tolist()
    assert waterfall["data"][0]["x"][-1] == -result.result.loss
    assert len(past["data"][0]["x"]) == result.result.observations
    assert all(metric.help for metric in app.metric)


def test_without_a_positive_value_the_loss_is_an_amount(open_app: OpenApp) -> None:
    app = open_app("stress", portfolio="borrowed-more.user_903", part="reverse")
    assert not app.exception
    assert app.number_input(key="loss_amount").value > 0
    assert "How far" in cards(app)


def test_cash_depends_on_no_factor(open_app: OpenApp) -> None:
    app = open_app("stress", portfolio="just-cash.user_904", part="reverse")
    assert "does not depend on any of these factors" in words(app)
