"""The main paths in a real browser: pick, change page, deep link, theme, phone; and what a client must never see."""

from __future__ import annotations

import json
import re
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from farp.charts.theme import DARK, LIGHT, Palette
from farp.format import money

from .conftest import Served, Visit, serving

pytestmark = pytest.mark.browser
PAGES = ("overview", "value_at_risk", "exposure", "factors", "drawdown", "positions")
DEPTH = ("methods", "backtest", "contributions", "pca", "correlation", "sensitivity", "stress", "performance")
NewVisit = Callable[..., Visit]


def api(served: Served, path: str) -> dict[str, object]:
    with urllib.request.urlopen(f"{served.api}/api/v1/{path}", timeout=30) as answer:
        document = json.loads(answer.read())
    assert isinstance(document, dict)
    return document


def card(page: Page, label: str) -> str:
    return (
        page.locator("[data-testid=stMetric]", has_text=re.compile(rf"^{re.escape(label)}")).locator("[data-testid=stMetricValue]").first.inner_text()
    )


def pick(visit: Visit, name: str) -> None:
    box = visit.page.locator(".st-key-portfolio input")
    box.click()
    box.fill(name)
    visit.page.get_by_role("option", name=re.compile(re.escape(name))).first.click()
    expect(visit.page.get_by_role("heading", level=1)).to_have_text(name)
    visit.settle()


def test_first_page_shows_the_default_portfolio_with_the_apis_numbers(visit: NewVisit, served: Served) -> None:
    window = visit()
    page = window.open(served.ui)
    metrics = api(served, "risk/metrics")
    value, figure = metrics["portfolio_value"], metrics["var"]
    assert isinstance(value, float)
    assert isinstance(figure, dict)
    expect(page.get_by_role("heading", level=1)).to_have_text("Balanced 60/40")
    assert card(page, "Value") == money(value)
    assert card(page, "VaR 95") == money(figure["95_1d"]["var_amount"])


def test_picking_a_portfolio_changes_numbers_and_link_and_survives_a_page_change(visit: NewVisit, served: Served) -> None:
    window = visit()
    page = window.open(served.ui)
    before = card(page, "Value")
    pick(window, "Tech Growth")
    expect(page).to_have_url(re.compile(r"portfolio=tech-growth\.user_002"))
    assert card(page, "Value") != before

    page.get_by_role("link", name="Factors").click()
    expect(page.locator(".js-plotly-plot").first).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_have_text("Tech Growth")
    expect(page).to_have_url(re.compile(r"/factors\?portfolio=tech-growth\.user_002"))

    page.go_back()
    expect(page).to_have_url(re.compile(r"portfolio=tech-growth\.user_002"))
    window.settle()


@pytest.mark.parametrize("path", [*PAGES, *DEPTH])
def test_cold_deep_link_to_every_page(visit: NewVisit, tmp_path: Path, path: str) -> None:
    with serving(tmp_path) as fresh:
        window = visit(server=fresh)
        page = window.open(f"{fresh.ui}/{path}?portfolio=crypto-tilt.user_005&as_of=2022-06-30")
        expect(page.get_by_role("heading", level=1)).to_have_text("Crypto Tilt")
        expect(page.get_by_role("link", name="Positions & data")).to_be_visible()
        expect(page.get_by_text("as of 30 Jun 2022")).to_be_visible()
        assert "portfolio=crypto-tilt.user_005" in page.url
        window.settle()
        page.wait_for_load_state("networkidle")  # parts of the page that are still on their way would miss the server


@pytest.mark.parametrize("by", ["menu", "system"])
def test_switching_the_theme_repaints_page_and_charts(visit: NewVisit, served: Served, by: str) -> None:
    window = visit()
    page = window.open(served.ui)
    expect(page.locator(".js-plotly-plot").first).to_be_visible()
    painted(page, LIGHT)
    if by == "menu":
        page.locator("[data-testid=stMainMenu] button").click()
        page.get_by_test_id("stMainMenuItem-theme-Dark").click()
    else:
        page.emulate_media(color_scheme="dark")
    painted(page, DARK)
    window.settle()
    page.get_by_role("link", name="Drawdown").click()  # the next page is dark at once
    expect(page.get_by_role("heading", name="Rolling volatility")).to_be_visible()
    page.wait_for_function(
        f"[...document.querySelectorAll('.js-plotly-plot .js-line')].some(e => getComputedStyle(e).stroke === '{rgb(DARK.primary)}')"
    )
    window.settle()


@pytest.mark.parametrize(("path", "dark"), [*((path, dark) for path in PAGES for dark in (False, True)), *((path, True) for path in DEPTH)])
def test_a_phone_shows_every_page_without_sideways_scrolling(visit: NewVisit, served: Served, path: str, dark: bool) -> None:
    window = visit(width=400, height=850, dark=dark)
    page = window.open(f"{served.ui}/{path}?portfolio=long-short-equity.user_003")
    expect(page.get_by_role("heading", level=1)).to_have_text("Long/Short Equity")
    page.wait_for_timeout(500)
    main = page.locator("[data-testid=stMain]")
    assert main.evaluate("e => e.scrollWidth - e.clientWidth") <= 2
    assert page.locator("[data-testid=stException]").count() == 0


def test_clicking_a_tail_day_shows_that_days_losers(visit: NewVisit, served: Served) -> None:
    window = visit()
    page = window.open(f"{served.ui}/value_at_risk")
    heading = page.locator("h3", has_text="by position")
    first = heading.inner_text()
    table = page.locator(".st-key-tail_days canvas").first
    table.scroll_into_view_if_needed()
    box = table.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + 15, box["y"] + 35 + 35 * 2 + 17)  # the selection box of the third row
    expect(heading).not_to_have_text(first)
    window.settle()


def test_the_table_behind_a_chart_opens_and_downloads(visit: NewVisit, served: Served) -> None:
    window = visit()
    page = window.open(f"{served.ui}/exposure")
    page.locator(".st-key-table_exposure button").first.click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download this table").click()
    lines = Path(download.value.path()).read_text().splitlines()
    assert lines[0].startswith("Asset class,Long,Short,Gross,Net")
    assert len(lines) > 3
    window.settle()


@pytest.mark.parametrize("path", PAGES)
def test_an_unknown_portfolio_is_a_sentence_on_every_page(visit: NewVisit, served: Served, path: str) -> None:
    window = visit()
    page = window.open(f"{served.ui}/{path}?portfolio=no-such.user_999")
    expect(page.get_by_text("There is no portfolio 'no-such.user_999'")).to_be_visible()
    pick(window, "Single Stock")
    expect(page).to_have_url(re.compile(r"portfolio=single-stock\.user_008"))


def painted(page: Page, palette: Palette) -> None:
    """Wait until page and bars have the colours of `palette`."""
    page.wait_for_function(f"getComputedStyle(document.querySelector('[data-testid=stApp]')).backgroundColor === '{rgb(palette.background)}'")
    for colour in (palette.primary, palette.loss):
        page.wait_for_function(
            f"[...document.querySelectorAll('.js-plotly-plot .point path')].some(e => getComputedStyle(e).fill === '{rgb(colour)}')"
        )


def rgb(colour: str) -> str:
    return f"rgb({int(colour[1:3], 16)}, {int(colour[3:5], 16)}, {int(colour[5:7], 16)})"
