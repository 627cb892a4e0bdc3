"""Cached access to the desk: one store client and price history a process, one report per portfolio, date and settings."""

from __future__ import annotations

import datetime as dt

import streamlit as st

from farp.analysis import AnalysisSpec, RiskReport, analyse
from farp.portfolio import Portfolio
from farp.service import Desk, open_desk
from farp.settings import load_settings

REPORT_TTL_SECONDS = 3600
LIST_TTL_SECONDS = 5


@st.cache_resource(show_spinner="Opening portfolios and prices …")
def desk() -> Desk:
    """Return the process's desk."""
    return open_desk(load_settings())


@st.cache_data(ttl=LIST_TTL_SECONDS, max_entries=1, show_spinner=False)
def portfolio_labels() -> tuple[dict[str, str], tuple[str, ...]]:
    """Return portfolio ids with what the picker shows for each, and what could not be read; a few seconds old at most."""
    problems: list[str] = []
    portfolios = desk().portfolios(on_error=lambda error: problems.append(str(error)))
    return {portfolio.id: f"{portfolio.name} · {portfolio.owner_id}" for portfolio in portfolios}, tuple(problems)


def load_report(portfolio: Portfolio, as_of: dt.date | None) -> RiskReport:
    """Return the report of `portfolio`, computed once per content, date and settings."""
    spec, history = desk().analysis_spec(), desk().history
    return _report(portfolio, as_of, spec, repr((portfolio, spec, history.source_label, history.benchmark)))


@st.cache_data(ttl=REPORT_TTL_SECONDS, max_entries=256, show_spinner=False)
def _report(_portfolio: Portfolio, as_of: dt.date | None, _spec: AnalysisSpec, content: str) -> RiskReport:
    """Compute a report; `content` stands for the arguments that Streamlit cannot hash."""
    return analyse(_portfolio, desk().history, as_of, _spec)
