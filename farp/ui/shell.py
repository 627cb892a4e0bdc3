"""The frame around every page: navigation, the sidebar's picker and date, and what a page shows when there is nothing to show."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

import streamlit as st
from streamlit.navigation.page import Page
from streamlit.runtime.scriptrunner import RerunException

from farp import parameters
from farp.analysis import RiskReport, Window
from farp.engine.checks import TRADING_DAYS
from farp.errors import FarpError, InsufficientHistory, InvalidInput, NoPortfolios, NoPrices, NotFound, NothingToAnalyse
from farp.format import day, money
from farp.portfolio import Portfolio, cash_currency
from farp.ui import controls, link, tables, theme_watch
from farp.ui.desk import desk, load_report, load_window, notice_new_prices, portfolio_labels
from farp.ui.navigation import BOOK_PATHS, METHODOLOGY_PATH, PRICES_PATH, UPLOAD_PATH, prices_page, sections, upload_page
from farp.ui.text import literal
from farp.valuation import Exclusion

PORTFOLIO_KEY = "portfolio"
AS_OF_KEY = "as_of"
_PICK = "_pick"  # what the picker shall show next: a widget's own state cannot be set once it is drawn
SIDEBAR_PIXELS = 300
_ABOUT = "**FARP** · portfolio risk exposure analysis: what could I lose, and because of what?"
_STYLE = """<style>
.st-key-unseen { display: none; }
[class*="st-key-cards"] { display: grid; grid-template-columns: repeat(4, minmax(0, 1fr)); gap: 0.75rem; align-items: stretch; }
@media (max-width: 1100px) { [class*="st-key-cards"] { grid-template-columns: repeat(2, minmax(0, 1fr)); } }
[class*="st-key-cards"] [data-testid="stMetric"] { height: 100%; }
[data-testid="stMetricDelta"] { font-size: 0.85rem; }
[data-testid="stSidebarHeader"] { height: 2rem; padding-bottom: 0; }
[data-testid="stSidebarNavLink"] { padding-top: 0; padding-bottom: 0; min-height: 1.45rem; }
[data-testid="stNavSectionHeader"] { margin: 0.2rem 0 0.1rem; }
[data-testid="stSidebarNavItems"] > div { margin-bottom: -0.35rem; }
[data-testid="stMainBlockContainer"] { max-width: 84rem; }
@media (max-width: 640px) {
  [data-testid="stMainBlockContainer"] { padding-left: 1rem; padding-right: 1rem; }
  [data-testid="stMetricValue"] { font-size: 1.3rem; }
}
</style>"""
# white on the dark theme's light blue would have a contrast of 2.4
_DARK_STYLE = """<style>
[data-testid="stBaseButton-primary"], [data-testid="stBaseButton-primary"] p, [data-baseweb="tag"], [data-baseweb="tag"] * { color: #0b1119; }
</style>"""


def frame(pages: dict[str, list[Page]] | None = None) -> Page:
    """Draw what all pages share and return the page to run; called by app.py only."""
    _page_config()
    page = st.navigation(pages or sections(), expanded=True)
    st.session_state["_framed"] = True
    link.begin()
    with st.container(key="unseen"):
        st.html(_STYLE + (_DARK_STYLE if theme_watch.dark() else ""))
        theme_watch.watch()
    with guarded():
        notice_new_prices()
        about_all = page.url_path in BOOK_PATHS
        if about_all:
            _keep_picks()
        _sidebar(
            *(({}, ()) if about_all else portfolio_labels()),
            portfolio_needed=page.url_path not in {UPLOAD_PATH, METHODOLOGY_PATH, PRICES_PATH, *BOOK_PATHS},
            has_sections=page.url_path == METHODOLOGY_PATH,
        )
    return page


def run(pages: dict[str, list[Page]] | None = None) -> None:
    """Draw the frame and the page in it, then write the page's choices into its address; called by app.py only."""
    page = frame(pages)
    try:
        page.run()
    except RerunException:
        link.forget()
        raise
    finally:
        link.write()


def through_app() -> None:
    """Send a session that entered a page file directly through app.py.

    When the first request to a fresh server is a deep link, Streamlit runs the page's file alone: no navigation, no picker.
    Declaring the navigation once tells the server otherwise, for every later run.
    """
    if not st.session_state.pop("_framed", False):
        _page_config()
        st.navigation(sections())
        st.rerun()


def _page_config() -> None:
    # with `toolbarMode = "minimal"` the menu, and the choice of theme in it, only shows when the app puts something there
    st.set_page_config(
        page_title="FARP · portfolio risk", page_icon="📉", layout="wide", initial_sidebar_state=SIDEBAR_PIXELS, menu_items={"About": _ABOUT}
    )


def current_portfolio() -> Portfolio:
    """Return the picked portfolio, after drawing its name as the page's title."""
    portfolio = desk().portfolio(st.session_state[PORTFOLIO_KEY])
    st.title(literal(portfolio.name), anchor=False)
    return portfolio


def current_report() -> RiskReport:
    """Return the report of the picked portfolio and date, after drawing the page's header."""
    return report_of(current_portfolio())


def report_of(portfolio: Portfolio) -> RiskReport:
    """Return the report of `portfolio` on the picked date, after drawing the facts it rests on."""
    report = load_report(portfolio, st.session_state.get(AS_OF_KEY))
    _facts(report)
    return report


def open_overview(portfolio: Portfolio | None) -> NoReturn:
    """Open the overview of a portfolio that was just written, or of the default one after one was deleted."""
    portfolio_labels.clear()
    st.session_state[_PICK] = portfolio.id if portfolio else ""
    st.switch_page(sections()["Risk"][0])


def open_portfolio(id: str) -> NoReturn:
    """Open the overview of a stored portfolio."""
    st.session_state[_PICK] = id
    st.switch_page(sections()["Risk"][0])


def current_window(lookback_days: int | None = TRADING_DAYS, extra_days: int | None = TRADING_DAYS, portfolio: Portfolio | None = None) -> Window:
    """Return the window of the picked portfolio and date for a page of one topic, after drawing the facts it rests on.

    Give the `portfolio` when the page has drawn its title already (`current_portfolio`), to put controls between title and facts.
    """
    window = load_window(portfolio or current_portfolio(), st.session_state.get(AS_OF_KEY), lookback_days, extra_days)
    _facts(window)
    return window


def nothing_here(heading: str, because: str | None) -> NoReturn:
    """Show that a page has nothing to show for this portfolio, with the reason, and end the page."""
    _message(":material/info:", heading, because or "There is nothing to show for this portfolio.")


@contextmanager
def guarded() -> Iterator[None]:
    """Show what FARP can explain as a calm message in place of the rest of the page."""
    try:
        yield
    except NoPortfolios as error:
        _no_portfolios(error)
    except NotFound as error:
        _message(":material/search_off:", f"Unknown {error.kind}", f"{error} Pick another one in the sidebar, or check the link.")
    except NothingToAnalyse as error:
        _nothing_to_analyse(error)
    except InsufficientHistory as error:
        _message(":material/hourglass_empty:", "Not enough history", str(error))
    except NoPrices as error:
        _no_prices(error)
    except FarpError as error:
        _message(":material/error:", "This cannot be shown", str(error))


def _sidebar(labels: dict[str, str], problems: tuple[str, ...], *, portfolio_needed: bool, has_sections: bool) -> None:
    if not labels and not problems and portfolio_needed:
        raise NoPortfolios
    with st.sidebar:
        if labels or problems:
            _picker(labels, has_sections)
            _date()
        _sources()
        for problem in problems:
            st.warning(literal(problem), icon=":material/report:")


def _keep_picks() -> None:
    """Keep portfolio and date for the next page where this one does not draw their controls; Streamlit would forget them."""
    asked = link.news(PORTFOLIO_KEY) or st.session_state.get(PORTFOLIO_KEY)
    if asked:
        st.session_state[PORTFOLIO_KEY] = asked
    if AS_OF_KEY in st.session_state:
        st.session_state[AS_OF_KEY] = st.session_state[AS_OF_KEY]


def _picker(labels: dict[str, str], has_sections: bool) -> None:
    pick = st.session_state.pop(_PICK, None)
    asked = pick if pick is not None else link.news(PORTFOLIO_KEY) or st.session_state.get(PORTFOLIO_KEY)
    asked = asked or desk().default_portfolio_id()
    # an unknown id from a link stays in the list, so that the page can say that it is unknown instead of showing another one
    options = list(labels) if asked in labels else [asked, *labels]
    st.session_state[PORTFOLIO_KEY] = asked
    picked = st.selectbox(
        "Portfolio",
        options,
        format_func=lambda id: labels.get(id, f"Unknown: {id}"),
        key=PORTFOLIO_KEY,
        help="Type a part of the name or of the owner's id to find a portfolio. The choice is part of the page's link.",
    )
    # writing into a link makes Streamlit drop its #section, so one that names no portfolio is left as it came
    if not has_sections or PORTFOLIO_KEY in st.query_params or link.written(PORTFOLIO_KEY):
        link.note(PORTFOLIO_KEY, picked)
    st.caption(literal(picked))


def _date() -> None:
    history = desk().history
    if not len(history.dates):
        return  # nothing fetched yet: the page Prices says so, and there is no date to pick
    first, last = dt.date(1990, 1, 1), history.last_date

    def known(text: str) -> dt.date:
        asked = parameters.date(text, AS_OF_KEY)
        if not first <= asked <= last:
            raise InvalidInput(f"{AS_OF_KEY} must be a day from {day(first)} to {day(last)}, the last with prices; the latest prices are shown.")
        return asked

    asked = controls.linked(AS_OF_KEY, None, known, "a date")
    st.session_state[AS_OF_KEY] = asked if asked is None or first <= asked <= last else None
    picked = st.date_input(
        "As of",
        max_value=last,
        min_value=first,
        key=AS_OF_KEY,
        format="YYYY-MM-DD",
        help=f"Empty: the latest prices, {day(history.last_date)}. On a day without trading, the last trading day before it is used.",
    )
    controls.keep(AS_OF_KEY, picked, written=picked.isoformat() if isinstance(picked, dt.date) else "")


def _sources() -> None:
    history = desk().history
    benchmark = history.instrument(history.benchmark)
    st.caption(
        f"Prices: {literal(history.source_label)}  \n"
        f"Benchmark: {literal(benchmark.name if benchmark else history.benchmark)}  \n"
        f"Headlines: 252 days · risk-free rate {desk().settings.risk_free_rate * 100:g} %"
    )
    if age := desk().prices.age():
        st.caption(literal(age))
    if history.source == "sample":
        st.caption("Sample data is for trying FARP out, not for investment decisions: the tickers were picked with hindsight.")


def _facts(report: RiskReport | Window) -> None:
    portfolio = report.portfolio
    count = len(report.holdings)
    facts = [
        f"{count} position{'' if count == 1 else 's'}",
        report.base_currency,
        f"as of {day(report.as_of)}",
        report.source_label,
    ]
    if portfolio.owner_name:
        facts.insert(0, portfolio.owner_name)
    st.caption(literal(" · ".join(facts)))
    if report.excluded:
        known = [exclusion.last_value for exclusion in report.excluded if exclusion.last_value is not None]
        worth = f", last worth {money(sum(known), report.base_currency)}" if known else ""
        names = ", ".join(exclusion.ticker for exclusion in report.excluded[:3]) + (" …" if len(report.excluded) > 3 else "")
        count = len(report.excluded)
        st.warning(
            literal(
                f"Left out of every figure: {count} position{'' if count == 1 else 's'} ({names}){worth}. The reasons are on the page Positions & data."
            ),
            icon=":material/filter_alt:",
        )
    for note in report.notes:
        st.info(literal(note), icon=":material/info:")


def _message(icon: str, heading: str, text: str) -> NoReturn:
    with st.container(border=True):
        st.subheader(f"{icon} {literal(heading)}", anchor=False)
        st.write(literal(text))
    st.stop()


def _no_portfolios(error: NoPortfolios) -> NoReturn:
    with st.container(border=True):
        st.subheader(":material/inbox: No portfolios yet", anchor=False)
        st.write(literal(str(error)), "Or start with a positions file of your own:")
        st.page_link(upload_page(), label="Upload a positions file", icon=":material/upload_file:")
    st.stop()


def _no_prices(error: NoPrices) -> NoReturn:
    with st.container(border=True):
        st.subheader(":material/hourglass_empty: No prices yet", anchor=False)
        st.write(literal(str(error)))
        st.page_link(prices_page(), label="Open the page Prices", icon=":material/update:")
    st.stop()


def _nothing_to_analyse(error: NothingToAnalyse) -> NoReturn:
    excluded = [exclusion for exclusion in error.exclusions if isinstance(exclusion, Exclusion)]
    with st.container(border=True):
        if not excluded:
            st.subheader(":material/inbox: This portfolio is empty", anchor=False)
            st.write(
                "It holds no positions, so there is no risk to show."
                " Add positions on the page Positions & data, or pick another portfolio in the sidebar."
            )
        else:
            when = f" on {day(error.as_of)}" if error.as_of else ""
            st.subheader(f":material/filter_alt: No position can be priced{when}", anchor=False)
            only_cash = " besides cash" if any(cash_currency(exclusion.ticker) is None for exclusion in excluded) else ""
            st.write(f"Nothing is left{only_cash} to compute a risk from. Pick another date or portfolio in the sidebar, or correct the tickers.")
            tables.show(tables.exclusions(tuple(excluded), "USD"))
    st.stop()
