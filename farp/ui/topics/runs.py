"""The page on runs of the book: the list, the one under way, and what failed in the chosen one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import partial

import pandas as pd
import streamlit as st

from farp.format import MISSING, day, number
from farp.jobs import runs
from farp.jobs.runs import Run
from farp.jobs.terminal import run_sentence
from farp.ui import cards, controls, tables
from farp.ui.cards import Card
from farp.ui.desk import desk
from farp.ui.tables import Formatter, Table
from farp.ui.text import literal

EVERY_SECONDS = 2.0
QUIET_SECONDS = 120.0
"""A run that has not been heard of for so long may have died."""
NEWEST = "newest"
STATES = {"running": "Running", "finished": "Finished", "interrupted": "Interrupted", "failed": "Failed"}
COMPUTED = "Portfolios whose figures were computed and written."
CURRENT = "Portfolios left alone, because neither they nor the prices had changed since their figures were computed."
FAILED = "Portfolios without figures, and owners whose documents cannot be read. The reasons are below; no other portfolio suffers from it."
PRICES = "The latest day of the prices behind the figures."


def latest() -> tuple[Run, ...]:
    """Return the newest runs, the newest first."""
    return runs.latest(desk().store)


def under_way(found: Sequence[Run]) -> bool:
    """Draw the run that is under way, anew every two seconds until it ends; return whether there is one."""
    run = next((run for run in found if not run.ended), None)
    if run is not None:
        _progress(run.id)
    return run is not None


@st.fragment(run_every=EVERY_SECONDS)
def _progress(id: str) -> None:
    run = runs.find(desk().store, id)
    if run.ended:
        st.rerun()
    now = dt.datetime.now(dt.UTC)
    seconds = (now - run.started_at).total_seconds()
    silent = (now - run.heard_at).total_seconds()
    share = run.users_done / run.users if run.users else 1.0
    left = f", about {_duration(seconds / share - seconds)} left" if 0 < share < 1 and seconds > 2 else ""
    rate = f", {number(run.users_done / seconds, 0)} a second" if run.users_done and seconds > 2 else ""
    st.progress(min(share, 1.0), f"Running: {run.users_done:,} of {run.users:,} owners done in {_duration(seconds)}{rate}{left}")
    if silent > QUIET_SECONDS:
        st.warning(
            f"Nothing was heard of this run for {_duration(silent)}. If its process has ended, run `farp refresh` again: it does the rest.",
            icon=":material/heart_broken:",
        )


def is_alive(run: Run) -> bool:
    """Whether a run goes on, and was heard of not long ago."""
    return not run.ended and (dt.datetime.now(dt.UTC) - run.heard_at).total_seconds() <= QUIET_SECONDS


def choice(found: Sequence[Run]) -> Run:
    """Draw the choice of a run and return it; the newest unless the link names another."""
    options = {NEWEST: f"The newest · {_titled(found[0])}"} | {run.id: _titled(run) for run in found}
    chosen = controls.choice("Run", options, key="run", default=NEWEST, help="Which run the figures and failures are of.")
    return next((run for run in found if run.id == chosen), found[0])


def run_cards(run: Run) -> None:
    """Draw what a run did."""
    failed = max(run.total("failed"), len(run.failures))
    cards.draw(
        [
            Card(label="Computed", value=f"{run.total('computed'):,}", beside=f"in {_duration(run.seconds)}", help=COMPUTED),
            Card(label="Current already", value=f"{run.total('current'):,}", beside=f"{run.users:,} owner{_s(run.users)} looked at", help=CURRENT),
            Card(label="Failed", value=f"{failed:,}", beside="reasons below" if failed else "none", help=FAILED),
            Card(label="Prices of", value=day(run.price_date), beside="the latest used", help=PRICES),
        ],
        key="run",
    )
    st.markdown(literal(run_sentence(run)))


def failures(run: Run) -> None:
    """Draw the failures of a run with their reasons."""
    if not run.failures:
        return
    st.subheader("Not computed", anchor=False, help=FAILED)
    frame = pd.DataFrame([(one.portfolio_id, one.reason) for one in run.failures], columns=["Portfolio or owner", "Why"])
    tables.show(Table(frame=frame, widths={"Portfolio or owner": 240, "Why": 900}), key="failures")
    more = run.total("failed") - len(run.failures)
    if more > 0:
        st.caption(f"The first {len(run.failures):,}; {more:,} more have their reason on the page All portfolios.")


def table(found: Sequence[Run]) -> Table:
    """Return the runs, the newest first."""
    rows = [
        {
            "Started": _moment(run.started_at),
            "State": STATES.get(run.state, run.state),
            "Duration": _duration(run.seconds),
            "Of": _asked(run).removeprefix(" · ") or "all portfolios",
            "Computed": run.total("computed"),
            "Current": run.total("current"),
            "Changed meanwhile": run.total("changed"),
            "Failed": max(run.total("failed"), len(run.failures)),
            "Prices of": day(run.price_date) if run.price_date else MISSING,
            "Workers": run.workers,
        }
        for run in found
    ]
    whole: Formatter = partial(number, decimals=0)
    return Table(
        frame=pd.DataFrame(rows),
        formats=dict.fromkeys(("Computed", "Current", "Changed meanwhile", "Failed"), whole),
        help={
            "Computed": COMPUTED,
            "Current": CURRENT,
            "Changed meanwhile": "Portfolios that were changed while they were computed; they wait for the next run.",
            "Failed": FAILED,
            "Prices of": PRICES,
            "Workers": "local: the process that started it and its cores; celery: workers elsewhere.",
        },
        widths={"Started": 170, "Of": 190},
    )


def _titled(run: Run) -> str:
    return f"{_moment(run.started_at)} · {STATES.get(run.state, run.state).lower()}{_asked(run)}"


def _asked(run: Run) -> str:
    """Return what was asked for when that is not everything."""
    parts = [
        f"owner {run.request.owner}" if run.request.owner else "",
        run.request.portfolio or "",
        f"as of {day(run.request.as_of)}" if run.request.as_of else "",
        "everything anew" if run.request.force else "",
    ]
    said = ", ".join(part for part in parts if part)
    return f" · {said}" if said else ""


def _moment(moment: dt.datetime) -> str:
    return f"{day(moment.date())}, {moment:%H:%M} UTC"


def _duration(seconds: float) -> str:
    """Return a duration: ``0.4 s``, ``45 s``, ``2 min 5 s``, ``1 h 3 min``."""
    if seconds < 10:
        return f"{number(max(seconds, 0.0), 1)} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def _s(count: int) -> str:
    return "" if count == 1 else "s"
