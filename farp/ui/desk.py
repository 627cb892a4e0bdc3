"""Cached access to the desk: one store client and price history a process, one report per portfolio, date and settings."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any, TypeVar

import streamlit as st

from farp.analysis import AnalysisSpec, RiskReport, Window, analyse, window_of
from farp.engine.checks import TRADING_DAYS
from farp.jobs.inputs import Inputs
from farp.portfolio import Portfolio
from farp.service import Desk, open_desk
from farp.service.book import Book, read_book, revision
from farp.settings import load_settings

REPORT_TTL_SECONDS = 3600
LIST_TTL_SECONDS = 5
T = TypeVar("T")


class _Shared:
    """The process's desk; another one takes its place when prices have changed."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk


@st.cache_resource(show_spinner="Opening portfolios and prices …")
def _shared() -> _Shared:
    return _Shared(open_desk(load_settings()))


def desk() -> Desk:
    """Return the process's desk."""
    return _shared().desk


def notice_new_prices() -> None:
    """Take up prices that this page, another session or another process has changed; called once a run, before anything is drawn."""
    shared = _shared()
    shared.desk = shared.desk.refreshed()


@st.cache_data(ttl=LIST_TTL_SECONDS, max_entries=1, show_spinner=False)
def portfolio_labels() -> tuple[dict[str, str], tuple[str, ...]]:
    """Return portfolio ids with what the picker shows for each, and what could not be read; a few seconds old at most."""
    book = current_book()
    return {key: f"{name} · {owner}" for key, name, owner in zip(book.id, book.name, book.owner, strict=True)}, book.problems


def current_book() -> Book:
    """Return all portfolios with their headline figures as they are stored now, read again only when something was written."""
    spec = desk().analysis_spec()
    basis = kept("basis", lambda: Inputs(desk().history, None, spec).basis, spec)
    return _book(revision(desk().store), desk().store.description, basis)


@st.cache_resource(ttl=REPORT_TTL_SECONDS, max_entries=2, show_spinner="Reading the book …")
def _book(revision: str, store: str, basis: str) -> Book:
    # the arguments are what the answer depends on; a name with an underscore would be left out of the key
    return read_book(desk().store, basis)


def load_report(portfolio: Portfolio, as_of: dt.date | None) -> RiskReport:
    """Return the report of `portfolio`, computed once per content, date and settings."""
    spec, history = desk().analysis_spec(), desk().history
    return _report(portfolio, as_of, spec, repr((portfolio, spec, history.source_label, history.benchmark, history.revision)))


def load_window(
    portfolio: Portfolio, as_of: dt.date | None, lookback_days: int | None = TRADING_DAYS, extra_days: int | None = TRADING_DAYS
) -> Window:
    """Return what an analysis of one topic starts from, made once per content, date and length."""
    return kept("window", lambda: window_of(portfolio, desk().history, as_of, lookback_days, extra_days), portfolio, as_of, lookback_days, extra_days)


def kept(kind: str, compute: Callable[[], T], *depends_on: object) -> T:
    """Return what `compute` gives, from memory when it was computed for equal `depends_on` within the hour.

    `kind` names the computation; everything its answer can depend on besides prices and settings has to be in `depends_on`, in a
    form whose `repr` tells two of them apart. The answer is shared between sessions: it must not be changed.
    """
    history = desk().history
    last = history.last_date if len(history.dates) else None  # nothing fetched yet: what needs no price is kept all the same
    prices = (history.source_label, last, history.benchmark, history.revision)
    result: T = _kept(repr((kind, *prices, desk().settings.risk_free_rate, depends_on)), compute)
    return result


@st.cache_resource(ttl=REPORT_TTL_SECONDS, max_entries=256, show_spinner=False)
def _kept(content: str, _compute: Callable[[], Any]) -> Any:
    return _compute()


@st.cache_data(ttl=REPORT_TTL_SECONDS, max_entries=256, show_spinner=False)
def _report(_portfolio: Portfolio, as_of: dt.date | None, _spec: AnalysisSpec, content: str) -> RiskReport:
    """Compute a report; `content` stands for the arguments that Streamlit cannot hash."""
    return analyse(_portfolio, desk().history, as_of, _spec)
