"""From a file to a risk report in a real browser: upload, answer, correct a cell, save, see the risk, edit, download, delete."""

from __future__ import annotations

import json
import re
import urllib.request
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from .conftest import Served, Visit

pytestmark = pytest.mark.browser
NewVisit = Callable[..., Visit]
PLAIN = b"Ticker,Quantity,Currency\nAAPL,100,USD\nMSFTT,42.5,USD\nXOM,-40,USD\nCASH,2500,EUR\n"
WEIGHTS = b"Ticker,Weight\nMSFT,40%\nJNJ,60%\n"
HISTORY = b"Date,Action,Symbol,Quantity,Price\n2022-01-03,Buy,AAPL,10,170\n2022-02-03,Sell,AAPL,5,160\n"
ROW_PIXELS = 33


def drop(visit: Visit, data: bytes, name: str) -> None:
    visit.page.set_input_files("[data-testid=stFileUploader] input[type=file]", {"name": name, "mimeType": "text/csv", "buffer": data})


def press(visit: Visit, label: str) -> None:
    visit.page.get_by_role("button", name=label, exact=True).click()


def named(visit: Visit, name: str) -> None:
    field = visit.page.get_by_label("Name of the portfolio")
    field.fill(name)
    field.press("Enter")
    visit.settle()


def type_into(page: Page, row: int, left: float, text: str, *, enter: bool = True) -> None:
    """Type `text` into the cell of `row` (from 1) that is `left` pixels from the editor's left edge; without `enter` it stays open."""
    grid = page.get_by_test_id("stDataFrame").first
    grid.scroll_into_view_if_needed()
    box = grid.bounding_box()
    assert box is not None
    page.mouse.dblclick(box["x"] + left, box["y"] + ROW_PIXELS * (row + 0.5))
    overlay = page.locator("#portal").locator("input, textarea")
    overlay.fill(text)
    if enter:
        overlay.press("Enter")
        expect(overlay).to_have_count(0)


def positions(served: Served, id: str) -> dict[str, float]:
    with urllib.request.urlopen(f"{served.api}/api/v1/portfolios/{id}", timeout=30) as answer:
        document = json.loads(answer.read())
    return {position["ticker"]: position["quantity"] for position in document["positions"]}


def test_upload_correct_save_and_see_the_risk(visit: NewVisit, served: Served) -> None:
    window = visit()
    page = window.open(f"{served.ui}/upload")
    drop(window, PLAIN, "e2e_depot.csv")
    expect(page.get_by_role("heading", name=re.compile(r"3 positions, 1 cash line"))).to_be_visible()
    expect(page.get_by_text("MSFTT is not known")).to_be_visible()
    window.settle()
    type_into(page, 1, 275, "17.3082")
    type_into(page, 2, 130, "MSFT")
    expect(page.get_by_text("MSFTT is not known")).to_be_hidden()
    expect(page.get_by_label("Name of the portfolio")).to_have_value("e2e depot")
    window.settle()
    press(window, "Save and analyse")
    expect(page.get_by_role("heading", level=1)).to_have_text("e2e depot")
    window.settle()
    assert "portfolio=e2e-depot.me" in page.url
    expect(page.locator("[data-testid=stMetric]").first).to_be_visible()
    expect(page.locator(".st-key-portfolio input")).to_have_value(re.compile("e2e depot"))
    held = positions(served, "e2e-depot.me")
    assert {ticker: held[ticker] for ticker in ("AAPL", "MSFT", "XOM")} == {"AAPL": 17.3082, "MSFT": 42.5, "XOM": -40.0}


def test_questions_are_answered_on_the_page(visit: NewVisit, served: Served) -> None:
    window = visit()
    page = window.open(f"{served.ui}/upload")
    drop(window, WEIGHTS, "e2e_weights.csv")
    expect(page.get_by_role("heading", name=re.compile("before it can be saved"))).to_be_visible()
    expect(page.get_by_role("button", name="Save and analyse")).to_be_disabled()
    page.get_by_label(re.compile("worth")).fill("50000")
    press(window, "Use these answers")
    expect(page.get_by_role("heading", name=re.compile("Your answers"))).to_be_visible()
    window.settle()
    press(window, "Save and analyse")
    expect(page.get_by_role("heading", level=1)).to_have_text("e2e weights")
    window.settle()
    expect(page.locator("[data-testid=stMetric]").first).to_contain_text("$50,000")


def test_a_file_that_is_no_list_of_positions(visit: NewVisit, served: Served) -> None:
    window = visit()
    page = window.open(f"{served.ui}/upload")
    drop(window, HISTORY, "trades.csv")
    expect(page.get_by_text("history of transactions")).to_be_visible()
    press(window, "Try another file")
    expect(page.get_by_text("No file at hand?")).to_be_visible()
    window.settle()


def test_a_taken_name_asks_before_it_replaces(visit: NewVisit, served: Served) -> None:
    window = visit()
    page = window.open(f"{served.ui}/upload")
    for quantity in (b"100", b"55"):
        drop(window, PLAIN.replace(b"100", quantity), "e2e_twice.csv")
        expect(page.get_by_role("heading", name=re.compile(r"3 positions"))).to_be_visible()
        window.settle()
        press(window, "Save and analyse")
        if quantity == b"55":
            expect(page.get_by_text("You have a portfolio called e2e twice already")).to_be_visible()
            assert positions(served, "e2e-twice.me")["AAPL"] == 100.0
            page.get_by_text("Replace the existing one").click()
            window.settle()
            press(window, "Save and analyse")
        expect(page.get_by_role("heading", level=1)).to_have_text("e2e twice")
        window.settle()
        page.get_by_role("link", name="Upload").click()
        expect(page.get_by_text("No file at hand?")).to_be_visible()
        window.settle()
    assert positions(served, "e2e-twice.me")["AAPL"] == 55.0


def test_saved_positions_are_edited_downloaded_and_deleted(visit: NewVisit, served: Served) -> None:
    window = visit()
    page = window.open(f"{served.ui}/upload")
    drop(window, PLAIN.replace(b"MSFTT", b"MSFT"), "e2e_gone.csv")
    expect(page.get_by_label("Name of the portfolio")).to_have_value("e2e gone")
    window.settle()
    press(window, "Save and analyse")
    expect(page.get_by_role("heading", level=1)).to_have_text("e2e gone")
    page.get_by_role("link", name="Positions & data").click()
    press(window, "Edit positions")
    expect(page.get_by_role("heading", name="Edit positions")).to_be_visible()
    window.settle()
    type_into(page, 1, 450, "210.123456")
    press(window, "Save positions")
    expect(page.get_by_role("heading", name="Left out")).to_be_visible()
    window.settle()
    assert positions(served, "e2e-gone.me")["AAPL"] == 210.123456
    with page.expect_download() as download:
        press(window, "Download CSV")
    text = download.value.path().read_text(encoding="utf-8")
    assert re.search(r"^AAPL,.*,210.123456,", text, re.MULTILINE)
    press(window, "Delete portfolio")
    press(window, "Delete it")
    expect(page.get_by_role("heading", level=1)).not_to_have_text("e2e gone")
    window.settle()
    assert "e2e-gone.me" not in page.url


def test_a_cold_deep_link_reaches_the_upload_page(visit: NewVisit, served: Served) -> None:
    window = visit(width=400, height=850)
    page = window.open(f"{served.ui}/upload")
    expect(page.get_by_role("heading", level=1)).to_have_text("Upload")
    press(window, "US broker")
    expect(page.get_by_role("heading", name=re.compile("5 positions, 1 cash line"))).to_be_visible()
    window.settle()
    wider = page.evaluate("(() => { const main = document.querySelector('[data-testid=stMain]'); return main.scrollWidth - main.clientWidth; })()")
    assert wider <= 2
