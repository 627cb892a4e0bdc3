"""Settings of the pages in depth live in the link: what AppTest cannot show, in a real browser."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from .conftest import Served, Visit, serving

pytestmark = pytest.mark.browser
NewVisit = Callable[..., Visit]


def shown(page: Page) -> Locator:
    """The field that shows which lookback is chosen."""
    return page.locator(".st-key-lookback")


def average(page: Page) -> str:
    return page.locator("[data-testid=stMetric]", has_text="Average correlation").locator("[data-testid=stMetricValue]").inner_text()


def choose(visit: Visit, name: str) -> None:
    page = visit.page
    shown(page).locator("input").click()
    page.get_by_role("option", name=name, exact=True).click()


def lookback(page: Page, text: str) -> None:
    """Wait until the field says `text`, and Streamlit is at rest."""
    expect(shown(page).locator("input")).to_have_value(re.compile(re.escape(text)))


def test_a_link_with_settings_is_shown_changed_reloaded_and_gone_back_to(visit: NewVisit, served: Served) -> None:
    window = visit()
    page = window.open(f"{served.ui}/correlation?portfolio=long-short-equity.user_003&lookback=400")
    expect(page.get_by_role("heading", level=1)).to_have_text("Long/Short Equity")
    lookback(page, "400 days")
    first = average(page)

    choose(window, "60 days")
    expect(page).to_have_url(re.compile(r"lookback=60(&|$)"))
    expect(page).to_have_url(re.compile(r"portfolio=long-short-equity\.user_003"))
    window.settle()
    second = average(page)
    assert second != first

    page.reload()
    window.settle()
    lookback(page, "60 days")
    assert average(page) == second

    choose(window, "All there is")
    expect(page).to_have_url(re.compile(r"lookback=all"))
    window.settle()
    page.go_back()
    expect(page).to_have_url(re.compile(r"lookback=60(&|$)"))
    lookback(page, "60 days")
    window.settle()
    assert average(page) == second


def test_a_setting_survives_a_change_of_page(visit: NewVisit, served: Served) -> None:
    window = visit()
    page = window.open(f"{served.ui}/correlation?lookback=125")
    lookback(page, "125 days")
    page.get_by_role("link", name="Exposure").click()
    expect(page).to_have_url(re.compile(r"/exposure"))
    window.settle()
    page.get_by_role("link", name="Correlation").click()
    expect(page).to_have_url(re.compile(r"/correlation\?.*lookback=125"))
    lookback(page, "125 days")
    window.settle()


def test_what_a_link_says_and_nobody_understands_is_said(visit: NewVisit, served: Served) -> None:
    window = visit()
    page = window.open(f"{served.ui}/correlation?lookback=7")
    expect(page.get_by_text("The link's lookback '7' cannot be used, so the default is shown.")).to_be_visible()
    lookback(page, "252 days")
    expect(page).to_have_url(re.compile(r"lookback=252"))
    window.settle()


@pytest.mark.parametrize("width", [1440, 400])
def test_the_methodology_is_read_by_its_contents_cold_and_without_sideways_scrolling(visit: NewVisit, tmp_path: Path, width: int) -> None:
    with serving(tmp_path) as fresh:
        window = visit(server=fresh, width=width)
        page = window.open(f"{fresh.ui}/methodology#factors")
        expect(page.get_by_role("heading", level=1)).to_have_text("Methodology")
        expect(page.get_by_role("heading", level=2, name="Factors", exact=True)).to_be_in_viewport()
        page.locator(".st-key-methodology_contents").get_by_role("link", name="Value at risk and expected shortfall").click()
        expect(page).to_have_url(re.compile(r"/methodology.*#value-at-risk-and-expected-shortfall$"))
        expect(page.get_by_role("heading", level=2, name="Value at risk and expected shortfall")).to_be_in_viewport()
        page.get_by_role("link", name="ADR 6").first.click()
        expect(page.get_by_role("heading", name="Nothing is filled or dropped in silence")).to_be_in_viewport()
        assert page.locator("[data-testid=stMain]").evaluate("e => e.scrollWidth - e.clientWidth") <= 2


def test_the_back_button_leads_back_page_by_page_and_links_carry_nothing_of_other_pages(visit: NewVisit, served: Served) -> None:
    window = visit()
    page = window.open(f"{served.ui}/?portfolio=long-short-equity.user_003")
    for name, path in (("VaR methods", "methods"), ("Contributions", "contributions")):
        page.get_by_role("link", name=name, exact=True).click()
        expect(page).to_have_url(re.compile(rf"/{path}\?.*portfolio=long-short-equity\.user_003"))
        window.settle()
    expect(page).to_have_url(re.compile("by=position"))
    assert "method=" not in page.url
    for path in ("methods", r"\?portfolio"):
        for _ in range(2):  # Streamlit's own entry, and the one with the page's choices
            page.go_back()
            window.settle()
        expect(page).to_have_url(re.compile(rf"/{path}"))
