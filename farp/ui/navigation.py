"""The pages and how the navigation groups them. A new page is one more line here and a file in `pages/`."""

from __future__ import annotations

from pathlib import Path

import streamlit as st
from streamlit.navigation.page import Page

UPLOAD_PATH = "upload"
PRICES_PATH = "prices"
METHODOLOGY_PATH = "methodology"
BOOK_PATH, COMPARE_PATH, RUNS_PATH = "book", "compare", "runs"
BOOK_PATHS = frozenset({BOOK_PATH, COMPARE_PATH, RUNS_PATH})
"""Pages about all portfolios, so that there is none to pick."""
_FOLDER = Path(__file__).resolve().parents[2] / "pages"


def sections() -> dict[str, list[Page]]:
    """Return the pages by group, in the order of the navigation."""
    overview, icon = _FOLDER / "overview.py", ":material/dashboard:"
    return {
        "Book": [
            _page(BOOK_PATH, "All portfolios", "library_books", "Every portfolio with its risk, and all of them as one."),
            _page(COMPARE_PATH, "Compare", "compare_arrows", "Up to four portfolios side by side."),
            _page(RUNS_PATH, "Runs", "history", "When everything was computed, how long it took, what failed."),
        ],
        "Risk": [
            st.Page(overview, title="Overview", icon=icon, url_path="home", default=True, help="What could be lost, and because of what."),
            _page("value_at_risk", "Value at risk", "trending_down", "The VaR table and the days behind it."),
            _page("methods", "VaR methods", "balance", "The same risk by eight methods, side by side."),
            _page("backtest", "Backtest", "fact_check", "Which VaR method the past speaks for."),
            # the default page answers at "/" only; this is the same page for a link that names it
            st.Page(overview, title="Overview", icon=icon, url_path="overview", visibility="hidden"),
        ],
        "Causes": [
            _page("contributions", "Contributions", "pie_chart", "Who causes the risk, relative to its weight."),
            _page("exposure", "Exposure", "bar_chart", "Long, short, gross and net, by what you choose."),
            _page("factors", "Factors", "grid_on", "Which factors drive which holding."),
            _page("pca", "Principal components", "scatter_plot", "How many independent movements the holdings have."),
            _page("correlation", "Correlation", "join_inner", "Which holdings move together, and how much spreading helps."),
        ],
        "What if": [
            _page("sensitivity", "Sensitivity", "tune", "What is gained or lost when a factor moves."),
            _page("stress", "Stress tests", "thunderstorm", "What if a crisis came back, or your own scenario happened; and what it would take."),
        ],
        "Past": [
            _page("performance", "Performance", "insights", "Returns and ratios of today's holdings beside the benchmark, month by month."),
            _page("drawdown", "Drawdown", "waterfall_chart", "The past year with today's holdings."),
        ],
        "Data": [
            _page("positions", "Positions & data", "table_rows", "What is held, at which prices, and what is left out."),
            upload_page(),
            prices_page(),
            _page(METHODOLOGY_PATH, "Methodology", "menu_book", "What every number means, and how it is computed."),
        ],
    }


def upload_page() -> Page:
    """Return the page on which a positions file becomes a portfolio."""
    return _page(UPLOAD_PATH, "Upload", "upload_file", "From any broker's positions file to a portfolio.")


def prices_page() -> Page:
    """Return the page that shows how fresh prices are and fetches new ones."""
    return _page(PRICES_PATH, "Prices", "update", "How fresh every price is, fetching new ones, prices of your own.")


def _page(name: str, title: str, icon: str, help: str) -> Page:
    return st.Page(_FOLDER / f"{name}.py", title=title, icon=f":material/{icon}:", url_path=name, help=help)
