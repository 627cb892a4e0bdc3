"""The screen "Upload" and the positions editor without a browser: preview, answers, corrections, saving, and what changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from farp.portfolio import Position
from farp.service import Desk, export_csv, open_desk
from farp.settings import load_settings

ROOT = Path(__file__).resolve().parents[2]
OpenApp = Callable[..., AppTest]
PLAIN = b"Ticker,Quantity,Currency\nAAPL,100,USD\nMSFTT,42.5,USD\nXOM,-40,USD\nCASH,2500,EUR\n"
HISTORY = b"Date,Action,Symbol,Quantity,Price\n2022-01-03,Buy,AAPL,10,170\n2022-02-03,Sell,AAPL,5,160\n"
WEIGHTS = b"Ticker,Weight\nMSFT,40%\nJNJ,60%\n"


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    """A store with one portfolio of one's own."""
    with open_desk(load_settings({"FARP_DATA_DIR": str(tmp_path)})) as desk:
        desk.save_portfolio("Mine", [Position("AAPL", 10.0), Position("NOSUCH", -2.5), Position("CASH:EUR", 100.0)])
    return tmp_path


@pytest.fixture
def open_app(data_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> OpenApp:
    """Return a function that opens the app at a page, from a copy of app.py.

    With a folder `pages` beside the script, `AppTest` runs the page's file alone before every run of the app, and a button's press is lost
    on the way; a server does that on its first request only.
    """
    script = tmp_path / "app.py"
    script.write_text((ROOT / "app.py").read_text(encoding="utf-8"), encoding="utf-8")
    monkeypatch.setenv("FARP_DATA_DIR", str(data_dir))
    monkeypatch.chdir(ROOT)
    st.cache_resource.clear()
    st.cache_data.clear()

    def open_at(page: str = "", **query: str) -> AppTest:
        app = AppTest.from_file(str(script), default_timeout=30)
        for name, value in query.items():
            app.query_params[name] = value
        app.run()
        return app.switch_page(str(ROOT / "pages" / f"{page}.py")).run() if page else app

    return open_at


@pytest.fixture
def empty_store(data_dir: Path) -> Iterator[Desk]:
    with open_desk(load_settings({"FARP_DATA_DIR": str(data_dir)})) as desk:
        desk.delete_portfolio("mine.me")
        yield desk


def words(app: AppTest) -> str:
    kinds = ("title", "subheader", "markdown", "caption", "info", "warning", "error")
    return "\n".join(str(element.value) for kind in kinds for element in app.get(kind)).replace("\\", "")


def upload(app: AppTest, data: bytes, name: str = "My_depot.csv") -> AppTest:
    return app.get("file_uploader")[0].upload(name, data, "text/csv").run()


def button(app: AppTest, label: str) -> Any:
    return next(button for button in app.button if button.label.replace("\\", "") == label)


def edit(app: AppTest, changes: dict[int, dict[str, object]]) -> AppTest:
    app.session_state[app.data_editor[0].key] = {"edited_rows": changes, "added_rows": [], "deleted_rows": []}
    return app.run()


def saved(desk: Desk, id: str) -> tuple[Position, ...]:
    return desk.portfolio(id).positions


def test_preview_shows_what_was_understood_and_saves_nothing(open_app: OpenApp, desk: Desk) -> None:
    app = upload(open_app("upload"), PLAIN)
    assert not app.exception
    assert app.subheader[0].value.startswith("3 positions, 1 cash line")
    table = app.data_editor[0].value
    assert list(table["Ticker"]) == ["AAPL", "MSFTT", "XOM", "CASH:EUR"]
    assert list(table["Quantity"]) == [100.0, 42.5, -40.0, 2500.0]
    assert list(table["Line"]) == ["2", "3", "4", "5"]
    assert list(table["In the file"]) == ["AAPL,100,USD", "MSFTT,42.5,USD", "XOM,-40,USD", "CASH,2500,EUR"]
    assert table["What it is"][1] == "Unknown ticker; closest: MSFT"
    assert ":red[**MSFTT** is not known]" in words(app)
    assert "Ticker → ticker · sure" in words(app) + str([badge.value for badge in app.get("badge")])
    assert [portfolio.id for portfolio in desk.portfolios()] == ["mine.me"]


def test_save_opens_the_overview_of_the_new_portfolio(open_app: OpenApp, desk: Desk) -> None:
    app = upload(open_app("upload"), PLAIN)
    app.text_input[0].set_value("New one").run()
    button(app, "Save and analyse").click().run()
    assert not app.exception
    assert app.title[0].value == "New one"
    assert app.session_state["portfolio"] == "new-one.me"
    assert [metric.label for metric in app.metric], "the overview with its cards"
    assert saved(desk, "new-one.me") == (Position("AAPL", 100.0), Position("MSFTT", 42.5), Position("XOM", -40.0), Position("CASH:EUR", 2500.0))
    assert "Left out of every figure: 1 position (MSFTT)" in words(app), "the unknown ticker is kept and named"


def test_rows_are_corrected_in_the_editor(open_app: OpenApp, desk: Desk) -> None:
    app = edit(upload(open_app("upload"), PLAIN), {0: {"Quantity": 7}, 1: {"Ticker": " msft "}, 2: {"Keep": False}})
    assert list(app.data_editor[0].value["What it is"]) == ["Apple", "Microsoft", "Left out", "EUR cash"]
    assert "Will be saved: 2 positions and 1 cash line; 1 row left out." in words(app)
    button(app, "Save and analyse").click().run()
    assert saved(desk, "my-depot.me") == (Position("AAPL", 7.0), Position("MSFT", 42.5), Position("CASH:EUR", 2500.0))


def test_a_suggestion_is_taken_with_one_press_and_keeps_other_edits(open_app: OpenApp, desk: Desk) -> None:
    app = edit(upload(open_app("upload"), PLAIN), {0: {"Quantity": 7}})
    button(app, "MSFT · Microsoft").click().run()
    assert list(app.data_editor[0].value["Ticker"]) == ["AAPL", "MSFT", "XOM", "CASH:EUR"]
    assert "is not known" not in words(app)
    button(app, "Save and analyse").click().run()
    assert saved(desk, "my-depot.me")[:2] == (Position("AAPL", 7.0), Position("MSFT", 42.5))


def test_corrections_survive_a_visit_to_another_page(open_app: OpenApp) -> None:
    app = edit(upload(open_app("upload"), PLAIN), {0: {"Quantity": 7}})
    app.switch_page(str(ROOT / "pages" / "exposure.py")).run()
    app.switch_page(str(ROOT / "pages" / "upload.py")).run()
    assert app.data_editor[0].value["Quantity"][0] == 7


def test_a_bad_row_is_named_and_stops_saving(open_app: OpenApp, desk: Desk) -> None:
    app = edit(upload(open_app("upload"), PLAIN), {0: {"Quantity": None}, 1: {"Ticker": " "}})
    assert "Row 1 (line 2 of the file), AAPL, has no quantity" in words(app)
    assert "Row 2 (line 3 of the file)" in words(app)
    assert button(app, "Save and analyse").disabled
    button(app, "Leave these 2 rows out").click().run()
    button(app, "Save and analyse").click().run()
    assert saved(desk, "my-depot.me") == (Position("XOM", -40.0), Position("CASH:EUR", 2500.0))


def test_a_taken_name_is_not_overwritten_without_asking(open_app: OpenApp, desk: Desk) -> None:
    app = upload(open_app("upload"), PLAIN, "Mine.csv")
    before = saved(desk, "mine.me")
    button(app, "Save and analyse").click().run()
    assert saved(desk, "mine.me") == before
    assert "You have a portfolio called Mine already" in words(app)
    button(app, "Save and analyse").click().run()
    assert saved(desk, "mine.me") == before, "pressing again is no consent"
    app.checkbox(key="replace_existing").check().run()
    button(app, "Save and analyse").click().run()
    assert app.title[0].value == "Mine"
    assert saved(desk, "mine.me")[0] == Position("AAPL", 100.0)


def test_questions_have_the_proposed_answer_selected_and_block_saving(open_app: OpenApp, desk: Desk) -> None:
    app = upload(open_app("upload"), WEIGHTS)
    assert any("before it can be saved" in heading.value for heading in app.subheader)
    assert button(app, "Save and analyse").disabled
    worth = next(field for field in app.text_input if "worth" in field.label)
    assert worth.value, "a proposed answer"
    worth.set_value("50000")
    button(app, "Use these answers").click().run()
    assert not app.exception
    assert any("Your answers" in heading.value for heading in app.subheader)
    quantities = list(app.data_editor[0].value["Quantity"])
    history = desk.history
    assert quantities == pytest.approx([20_000 / history.close("MSFT")[-1], 30_000 / history.close("JNJ")[-1]])
    button(app, "Save and analyse").click().run()
    assert app.metric[0].value.replace("\\", "") == "$50,000"


def test_an_answer_that_cannot_be_used_is_taken_back(open_app: OpenApp) -> None:
    app = upload(open_app("upload"), WEIGHTS)
    next(field for field in app.text_input if "worth" in field.label).set_value("a lot")
    button(app, "Use these answers").click().run()
    assert "This file was not understood" in words(app)
    button(app, "Take the last answers back").click().run()
    assert any("before it can be saved" in heading.value for heading in app.subheader)


def test_a_column_is_mapped_by_hand(open_app: OpenApp) -> None:
    app = upload(open_app("upload"), b"Ticker,Quantity,Pledged\nAAPL,100,30\nMSFT,50,20\n")
    assert list(app.data_editor[0].value["Quantity"]) == [100.0, 50.0]
    app.session_state["map_columns"] = True
    app.run()
    columns = {box.label: box for box in app.selectbox}
    columns["Quantity"].set_value("")
    columns["Pledged"].set_value("quantity")
    button(app, "Read the file again").click().run()
    assert not app.exception
    assert list(app.data_editor[0].value["Quantity"]) == [30.0, 20.0]


@pytest.mark.parametrize(
    ("data", "name", "because"),
    [
        (HISTORY, "trades.csv", "history of transactions"),
        (b"", "empty.csv", "empty"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "picture.csv", "."),
        (b"Ticker,Quantity\n", "header.csv", "no positions"),
    ],
)
def test_a_file_that_cannot_be_read_is_one_calm_sentence(open_app: OpenApp, desk: Desk, data: bytes, name: str, because: str) -> None:
    app = upload(open_app("upload"), data, name)
    assert not app.exception
    assert not app.data_editor
    assert app.subheader[0].value == ":material/error: This file was not understood"
    assert because in app.markdown[0].value
    assert [portfolio.id for portfolio in desk.portfolios()] == ["mine.me"]
    button(app, "Try another file").click().run()
    assert "No file at hand?" in words(app)


def test_discarding_changes_nothing(open_app: OpenApp, desk: Desk) -> None:
    app = upload(open_app("upload"), PLAIN)
    button(app, "Discard").click().run()
    assert not app.data_editor
    assert [portfolio.id for portfolio in desk.portfolios()] == ["mine.me"]


def test_the_next_file_does_not_inherit_edits(open_app: OpenApp, desk: Desk) -> None:
    app = edit(upload(open_app("upload"), PLAIN), {0: {"Quantity": 7}})
    upload(app, PLAIN.replace(b"100", b"300"))
    button(app, "Save and analyse").click().run()
    assert saved(desk, "my-depot.me")[0] == Position("AAPL", 300.0)


def test_a_suggestion_replaces_what_was_typed_into_its_row(open_app: OpenApp, desk: Desk) -> None:
    app = edit(upload(open_app("upload"), PLAIN), {1: {"Ticker": "MSFTX"}})
    button(app, "MSFT · Microsoft").click().run()
    button(app, "Save and analyse").click().run()
    assert saved(desk, "my-depot.me")[1] == Position("MSFT", 42.5)


@pytest.mark.parametrize("example", ["US broker", "German depot", "Model in weights"])
def test_examples_lead_to_a_portfolio(open_app: OpenApp, desk: Desk, example: str) -> None:
    app = open_app("upload")
    button(app, example).click().run()
    if any(candidate.label == "Use these answers" for candidate in app.button):
        button(app, "Use these answers").click().run()
    button(app, "Save and analyse").click().run()
    assert not app.exception
    assert app.title[0].value == f"Example {example}"
    assert app.metric


def test_text_of_a_file_is_never_markup(open_app: OpenApp) -> None:
    evil = b":red[x] *b* $5 <script>alert(1)</script>"
    app = upload(open_app("upload"), b"Ticker (*a*),Name,Quantity," + evil + b"\nNOSUCH," + evil + b",5,1\n", "a*b*[c](d).csv")
    edit(app, {0: {"Ticker": "*b* $5"}})
    assert not app.exception
    assert any("Ticker \\(\\*a\\*\\) → ticker" in element.value for element in app.markdown), "a heading"
    assert any(":red[**\\*B\\* \\$5** is not known]" in element.value for element in app.markdown), "a typed ticker"
    app.session_state["map_columns"] = True
    app.run()
    assert "Ticker \\(\\*a\\*\\)" in [box.label for box in app.selectbox]
    shown = "\n".join(str(element.value) for kind in ("markdown", "caption", "info", "warning") for element in app.get(kind))
    assert "<script>" not in shown.replace("\\<", "")
    assert ":red[x]" not in shown


def test_upload_works_on_an_empty_store(empty_store: Desk, open_app: OpenApp) -> None:
    app = open_app()
    assert "No portfolios yet" in words(app)
    assert app.get("page_link")[0].proto.label == "Upload a positions file"
    app = open_app("upload")
    upload(app, PLAIN)
    button(app, "Save and analyse").click().run()
    assert app.title[0].value == "My depot"


def test_saved_positions_are_edited(open_app: OpenApp, desk: Desk) -> None:
    app = open_app("positions", portfolio="mine.me")
    button(app, "Edit positions").click().run()
    editor = app.data_editor[0]
    assert list(editor.value["Ticker"]) == ["AAPL", "NOSUCH", "CASH:EUR"]
    app.session_state[editor.key] = {
        "edited_rows": {0: {"Quantity": 12.5}},
        "added_rows": [{"Ticker": "msft", "Quantity": 3}, {"Ticker": "XOM"}],
        "deleted_rows": [1],
    }
    app.run()
    assert "XOM, has no quantity" in words(app)
    assert button(app, "Save positions").disabled
    app.session_state[editor.key] = {
        "edited_rows": {0: {"Quantity": 12.5}},
        "added_rows": [{"Ticker": "msft", "Quantity": 3}],
        "deleted_rows": [1],
    }
    app.run()
    button(app, "Save positions").click().run()
    assert not app.exception
    assert saved(desk, "mine.me") == (Position("AAPL", 12.5), Position("CASH:EUR", 100.0), Position("MSFT", 3.0))
    assert not app.data_editor
    assert list(app.dataframe[0].value["Ticker"])


def test_cancelling_the_editor_changes_nothing(open_app: OpenApp, desk: Desk) -> None:
    before = saved(desk, "mine.me")
    app = open_app("positions", portfolio="mine.me")
    button(app, "Edit positions").click().run()
    edit(app, {0: {"Quantity": 1}})
    button(app, "Cancel").click().run()
    assert not app.data_editor
    assert saved(desk, "mine.me") == before


def test_an_empty_portfolio_can_be_edited(open_app: OpenApp, desk: Desk) -> None:
    desk.save_portfolio("Hollow", [])
    app = open_app("positions", portfolio="hollow.me")
    assert "This portfolio is empty" in words(app)
    button(app, "Edit positions").click().run()
    app.session_state[app.data_editor[0].key] = {"edited_rows": {}, "added_rows": [{"Ticker": "AAPL", "Quantity": 3}], "deleted_rows": []}
    app.run()
    button(app, "Save positions").click().run()
    assert saved(desk, "hollow.me") == (Position("AAPL", 3.0),)


def test_deleting_asks_first(open_app: OpenApp, desk: Desk) -> None:
    """A press inside a dialog needs a browser: tests/e2e/test_upload.py goes on from here."""
    app = open_app("positions", portfolio="mine.me")
    button(app, "Delete portfolio").click().run()
    assert not app.exception
    assert "Mine and its 3 positions will be gone" in words(app)
    assert button(app, "Delete it")
    assert [portfolio.id for portfolio in desk.portfolios()] == ["mine.me"]


def test_pages_show_the_way_on_when_the_last_portfolio_is_gone(open_app: OpenApp, desk: Desk) -> None:
    app = open_app("positions", portfolio="mine.me")
    desk.delete_portfolio("mine.me")
    st.cache_data.clear()
    app.run()
    assert not app.exception
    assert "No portfolios yet" in words(app)
    assert app.get("page_link")


def test_export_uploads_to_the_same_portfolio(open_app: OpenApp, desk: Desk) -> None:
    portfolio = desk.portfolio("mine.me")
    app = upload(open_app("upload"), export_csv(portfolio, desk.history).encode(), "Again.csv")
    button(app, "Save and analyse").click().run()
    assert saved(desk, "again.me") == portfolio.positions
