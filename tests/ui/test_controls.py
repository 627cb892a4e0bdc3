"""Choices that live in the link: news in the link before the widget, before what was chosen earlier, before the default."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

OpenApp = Callable[..., AppTest]


def every_control() -> None:
    import streamlit as st

    from farp.ui import controls

    options = {"a": "Alpha", "b": "Beta", "c": "Gamma"}
    st.session_state["seen"] = {
        "pick": controls.choice("Pick", options, key="pick", default="a", help="?"),
        "view": controls.segments("View", options, key="view", default="b", help="?"),
        "size": controls.number("Size", key="size", default=2.0, low=0.0, high=10.0, step=0.5, help="?"),
        "confidence": controls.confidence(),
        "horizon": controls.horizon(),
        "lookback": controls.lookback(),
        "rule": controls.rule(),
        "factors": controls.factors(),
    }


def two_pages() -> None:
    """Two screens that know the names `pick`, `size` and `lookback` with different limits."""
    import streamlit as st

    from farp.ui import controls

    if st.radio("Screen", ["one", "two", "neither"], key="screen") == "neither":
        st.query_params.clear()  # as Streamlit does when the page changes
        return
    first = st.session_state["screen"] == "one"
    options = {"a": "Alpha", "b": "Beta"} if first else {"b": "Beta", "c": "Gamma"}
    st.session_state["seen"] = {
        "pick": controls.choice("Pick", options, key="pick", default=next(iter(options)), help="?"),
        "view": controls.segments("View", options, key="view", default=next(iter(options)), help="?"),
        "size": controls.number("Size", key="size", default=2.0, low=0.0, high=10.0 if first else 5.0, step=0.5, help="?"),
        "lookback": controls.lookback(all_days=first),
    }


@pytest.fixture
def run(data_dir: Path, open_app: OpenApp) -> Callable[..., AppTest]:
    """Return a function that runs a script with a link's settings."""

    def start(script: Callable[[], None] = every_control, **link: str) -> AppTest:
        app = AppTest.from_function(script, default_timeout=30)
        for name, value in link.items():
            app.query_params[name] = value
        return app.run()

    return start


def seen(app: AppTest) -> dict[str, object]:
    assert not app.exception, app.exception[0].message
    found = app.session_state["seen"]
    assert isinstance(found, dict)
    return found


def link(app: AppTest, name: str) -> str | None:
    value = app.query_params.get(name)
    return value[0] if isinstance(value, list) and value else value


def warnings(app: AppTest) -> list[str]:
    return [warning.value.replace("\\", "") for warning in app.warning]


def test_without_a_link_there_are_the_defaults_and_the_link_says_them(run: Callable[..., AppTest]) -> None:
    app = run()
    found = seen(app)
    assert found == {
        "pick": "a",
        "view": "b",
        "size": 2.0,
        "confidence": 0.95,
        "horizon": 1,
        "lookback": 252,
        "rule": "linear",
        "factors": None,
    }
    assert {name: link(app, name) for name in found} == {
        "pick": "a",
        "view": "b",
        "size": "2",
        "confidence": "95",
        "horizon": "1",
        "lookback": "252",
        "rule": "linear",
        "factors": None,
    }
    assert not app.warning


def test_a_link_says_what_is_shown(run: Callable[..., AppTest]) -> None:
    app = run(pick="c", view="a", size="3.25", confidence="97.5", horizon="20", lookback="400", rule="centered", factors="GLD,UST10Y")
    found = seen(app)
    chosen = found.pop("factors")
    assert found == {"pick": "c", "view": "a", "size": 3.25, "confidence": 0.975, "horizon": 20, "lookback": 400, "rule": "centered"}
    assert chosen.names == ("GLD", "UST10Y")  # type: ignore[attr-defined]
    assert app.selectbox(key="lookback").value == "400"
    assert "400 days" in app.selectbox(key="lookback").options
    assert link(app, "factors") == "GLD,UST10Y"
    assert not app.warning


def test_a_number_in_a_link_is_kept_to_its_last_digit(run: Callable[..., AppTest]) -> None:
    app = run(confidence="97.123456", size="1.2345678")
    assert (seen(app)["confidence"], seen(app)["size"]) == (0.97123456, 1.2345678)
    assert (link(app, "confidence"), link(app, "size")) == ("97.123456", "1.2345678")
    again = run(confidence=link(app, "confidence"), size=link(app, "size"))
    assert (seen(again)["confidence"], seen(again)["size"]) == (0.97123456, 1.2345678)


@pytest.mark.parametrize(("text", "days"), [("all", None), ("ALL", None), (" 300 ", 300), ("0252", 252)])
def test_a_lookback_may_be_written_in_more_than_one_way(run: Callable[..., AppTest], text: str, days: int | None) -> None:
    app = run(lookback=text)
    assert seen(app)["lookback"] == days
    assert link(app, "lookback") == (str(days) if days else "all")
    assert not app.warning


@pytest.mark.parametrize(
    ("name", "text", "shown", "because"),
    [
        ("pick", "z", "a", "pick has to be one of a, b, c."),
        ("view", "Alpha", "b", "view has to be one of a, b, c."),
        ("size", "11", 2.0, "size has to be a number from 0 to 10."),
        ("size", "nan", 2.0, "size has to be a number from 0 to 10."),
        ("size", "1e1", 2.0, "size has to be a number from 0 to 10."),
        ("confidence", "89.9", 0.95, "confidence has to be a number from 90 to 99.9."),
        ("horizon", "1.5", 1, "horizon has to be a whole number from 1 to 60."),
        ("horizon", "61", 1, "horizon has to be a whole number from 1 to 60."),
        ("lookback", "59", 252, "lookback must be a whole number of trading days, 60 or more"),
        ("rule", "best", "linear", "rule has to be one of linear, order_statistic, centered."),
        ("factors", "NOSUCH", None, "NOSUCH has no price at this source"),
        ("factors", "GLD,GLD", None, "Each factor can be chosen once; GLD is there more often."),
        ("pick", ":red[$5]<b>" + "x" * 60, "a", "pick has to be one of a, b, c."),
    ],
)
def test_what_a_link_says_and_nobody_understands_is_said_and_the_default_shown(
    run: Callable[..., AppTest], name: str, text: str, shown: object, because: str
) -> None:
    app = run(**{name: text})
    assert seen(app)[name] == shown
    (warning,) = warnings(app)
    assert (r"\:red\[\$5\]\<b\>" in app.warning[0].value) == (":red" in text), "nothing in it is read as markup"
    assert warning.startswith(f"The link's {name} {text[:40]!r} cannot be used, so the default is shown. ")
    assert because in warning
    assert link(app, name) != text, "the link says what is shown"
    app.run()
    assert not app.warning, "once is enough"


def test_a_change_on_screen_beats_the_link_it_came_with_and_is_written_into_it(run: Callable[..., AppTest]) -> None:
    app = run(pick="c", size="3", lookback="60")
    app.selectbox(key="pick").select("b").run()
    app.number_input(key="size").set_value(4.5).run()
    app.selectbox(key="lookback").select("all").run()
    app.multiselect(key="factors").select("GLD").run()
    found = seen(app)
    assert (found["pick"], found["size"], found["lookback"]) == ("b", 4.5, None)
    assert [link(app, name) for name in ("pick", "size", "lookback", "factors")] == ["b", "4.5", "all", "GLD"]
    app.multiselect(key="factors").unselect("GLD").run()
    assert seen(app)["factors"] is None
    assert link(app, "factors") is None


def test_news_in_the_link_beats_what_is_on_screen(run: Callable[..., AppTest]) -> None:
    app = run(pick="c", horizon="5", factors="GLD")
    app.query_params["pick"] = "b"  # the back button, or a link typed into the same window
    app.query_params["horizon"] = "7"
    app.query_params["factors"] = "UST10Y"
    app.run()
    found = seen(app)
    assert (found["pick"], found["horizon"], found["factors"].names) == ("b", 7, ("UST10Y",))  # type: ignore[attr-defined]
    app.query_params["pick"] = "nonsense"
    app.run()
    assert seen(app)["pick"] == "a"
    assert len(warnings(app)) == 1


def test_what_was_chosen_survives_a_visit_to_a_page_without_the_control(run: Callable[..., AppTest]) -> None:
    app = run(two_pages, pick="b", size="7.5", lookback="400")
    app.radio(key="screen").set_value("neither").run()
    assert link(app, "size") is None
    app.radio(key="screen").set_value("one").run()
    assert seen(app) == {"pick": "b", "view": "a", "size": 7.5, "lookback": 400}
    assert (link(app, "size"), link(app, "lookback")) == ("7.5", "400")


def test_a_choice_another_page_does_not_offer_gives_way_to_its_default(run: Callable[..., AppTest]) -> None:
    app = run(two_pages, pick="a", view="a", size="7.5", lookback="all")
    for screen, expected in (
        ("two", {"pick": "b", "view": "b", "size": 2.0, "lookback": 252}),
        ("one", {"pick": "b", "view": "b", "size": 2.0, "lookback": 252}),
    ):
        app.radio(key="screen").set_value("neither").run()
        app.radio(key="screen").set_value(screen).run()
        assert seen(app) == expected
        assert not app.warning


def test_a_page_without_all_days_says_that_all_cannot_be_used(run: Callable[..., AppTest]) -> None:
    app = AppTest.from_function(two_pages, default_timeout=30)
    app.session_state["screen"] = "two"
    app.query_params["lookback"] = "all"
    app.run()
    assert seen(app)["lookback"] == 252
    assert warnings(app) == ["The link's lookback 'all' cannot be used, so the default is shown. lookback has to be a whole number of days from 60."]


def test_the_pages_of_the_app_remember_a_choice_from_one_to_the_next(open_app: OpenApp) -> None:
    app = open_app("correlation", portfolio="balanced-60-40.user_001", lookback="125")
    assert app.selectbox(key="lookback").value == "125"
    app.switch_page("pages/drawdown.py").run()
    app.switch_page("pages/correlation.py").run()
    assert app.selectbox(key="lookback").value == "125"
    app.selectbox(key="lookback").select("60").run()
    app.switch_page("pages/exposure.py").run()
    app.switch_page("pages/correlation.py").run()
    assert app.selectbox(key="lookback").value == "60"
    assert not app.exception
