"""The page on prices: help texts, cards, tables, and the controls that change what is stored."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from farp.errors import FarpError
from farp.format import bucket, day, number, percent, price
from farp.portfolio import AssetClass
from farp.prices.own import OwnPrices
from farp.prices.protocol import Outcome
from farp.prices.symbols import CURRENCIES
from farp.report.terminals.prices import counts, to_look_at
from farp.service.prices import PricesStatus, PriceUpdate, SeriesStatus
from farp.ui import cards, tables
from farp.ui.cards import Card
from farp.ui.desk import LIST_TTL_SECONDS, desk
from farp.ui.tables import Table
from farp.ui.text import literal

SHOWN = {"needed": "Needed", "look": "To look at", "own": "Own", "all": "All"}
NAMES = {"sample": "Sample", "yahoo": "Yahoo Finance"}
NONE = {
    "needed": "Nothing is needed yet: no portfolio is stored.",
    "look": "There is nothing to look at: every series is fresh, without jumps or gaps.",
    "own": "You have brought no prices of your own yet.",
    "all": "There is no series yet.",
}
COVERAGE = (
    "**From when to when** each series has closes. The figures use the days that all holdings of a portfolio share, so the shortest history"
    " of a portfolio limits them.\n\nA hole is a gap of more than five weekdays without a close in the last five years."
)
_SOURCE = (
    "Where prices come from, for everybody on this store.\n\n**Sample**: bundled closes up to December 2022, for trying FARP out."
    " **Yahoo Finance**: closes up to the last trading day, fetched when you press Update and kept in the store."
)
_BENCHMARK = "What beta is measured against, for everybody on this store. It needs closes on 60 of the last 100 weekdays."
_STATES = {
    Outcome.PRICED: "Priced",
    Outcome.STALE: "Old",
    Outcome.MISSING: "Missing",
    Outcome.FAILED: "Not fetched",
}
_NOTE = "_prices_note"  # what the last action did, said once after the page is drawn anew
_FILE = "_own_file"  # counts up so that the uploader is empty after a file was kept


def current_status() -> PricesStatus:
    """Return how the prices stand, a few seconds old at most."""
    return _status(desk().price_state.revision, desk().history.source_label)


@st.cache_resource(ttl=LIST_TTL_SECONDS, max_entries=4, show_spinner=False)
def _status(revision: str, source_label: str) -> PricesStatus:
    return desk().prices.status()


def price_cards(status: PricesStatus, age: str) -> None:
    """Draw the source, how old the newest close is, and how the needed series stand."""
    needed = sum(bool(one.needed_for) for one in status.series)
    troubled = needed - status.count(Outcome.PRICED)
    flagged = sum(bool(one.jumps or one.gaps) for one in status.series if one.needed_for)
    cards.draw(
        [
            Card(
                label="Newest close",
                value=day(status.last_date),
                beside=age or "the sample never changes",
                help="The last day on which any series has a close. A bar of a session that is still open is never used as a close.",
            ),
            Card(
                label="Priced",
                value=f"{status.count(Outcome.PRICED)} of {needed}",
                beside="series needed",
                help="Needed are: everything a stored portfolio holds, the benchmark, the factors, and the exchange rates of all currencies"
                " against the dollar.",
            ),
            Card(
                label="Without fresh prices",
                value=number(troubled, 0),
                beside=", ".join(f"{status.count(o)} {_STATES[o].lower()}" for o in Outcome if o is not Outcome.PRICED and status.count(o)) or "none",
                help="**Old**: no close for more than five weekdays. **Missing**: the source has no prices under this ticker."
                " **Not fetched**: the source did not answer the last time; what was stored before is used.\n\n"
                "Positions in them are left out of the figures, and listed.",
            ),
            Card(
                label="Jumps and gaps",
                value=number(flagged, 0),
                beside="series to review",
                help="Series with a move of more than 25 % from one close to the next, or more than five weekdays without a close, in the last"
                " five years. It may be true, or a mistake of the source: nothing is repaired.",
            ),
        ],
        key="prices",
    )


def jump_review(series: list[SeriesStatus]) -> None:
    """Draw the jumps of `series` for a person to judge."""
    table = jump_table(series)
    if table.frame.empty:
        st.caption("There is none among the series shown.")
        return
    st.write("A split or a merger that the source missed looks like this, and so does a true crash. Nothing is repaired.")
    tables.show(table, key="jumps")


def chosen(status: PricesStatus, show: str) -> list[SeriesStatus]:
    """Return the series of one of the `SHOWN` views."""
    match show:
        case "look":
            return [one for one in status.series if to_look_at(one)]
        case "own":
            return [one for one in status.series if one.own]
        case "all":
            return list(status.series)
        case _:
            return [one for one in status.series if one.needed_for or one.own]


def series_table(series: list[SeriesStatus]) -> Table:
    """Return how each series stands, what a person should look at first."""
    series = sorted(series, key=lambda one: (one.outcome is Outcome.PRICED, not to_look_at(one)))
    rows = [
        {
            "Ticker": one.ticker,
            "Name": one.name,
            "State": _STATES[one.outcome],
            "Last close": one.last_date,
            "Weekdays old": one.days_old,
            "To look at": to_look_at(one),
            "Needed for": ", ".join(one.needed_for),
            "Closes": one.closes,
            "From": one.first_date,
            "Source": one.source,
            "Fetched": None if one.fetched_at is None else one.fetched_at.strftime("%Y-%m-%d %H:%M UTC"),
        }
        for one in series
    ]
    names = ["Ticker", "Name", "State", "Last close", "Weekdays old", "To look at", "Needed for", "Closes", "From", "Source", "Fetched"]
    frame = pd.DataFrame(rows, columns=names)
    frame["Weekdays old"] = frame["Weekdays old"].astype("float64")
    whole = partial(number, decimals=0)
    return Table(
        frame=frame,
        formats={"Last close": day, "From": day, "Weekdays old": whole, "Closes": whole},
        help={
            "State": "How the last update of this series ended.",
            "Weekdays old": "Weekdays between the last close and the last one there could be.",
            "To look at": "What is wrong with the series, or what a person should judge: jumps over 25 %, gaps, a past that changed.",
            "Closes": "Days with a close.",
        },
        pinned="Ticker",
        widths={"Name": 210, "Last close": 110, "From": 110, "To look at": 420},
    )


def jump_table(series: list[SeriesStatus]) -> Table:
    """Return every jump of more than 25 % in `series`, the latest first."""
    rows = [
        {"Day": jump.date, "Ticker": one.ticker, "Name": one.name, "From": jump.before, "To": jump.after, "Change": jump.change}
        for one in series
        for jump in one.jumps
    ]
    rows.sort(key=lambda row: str(row["Day"]), reverse=True)
    frame = pd.DataFrame(rows, columns=["Day", "Ticker", "Name", "From", "To", "Change"])
    return Table(frame=frame, formats={"Day": day, "From": price, "To": price, "Change": percent}, widths={"Name": 260})


def last_note() -> None:
    """Say what the last action did."""
    note = st.session_state.pop(_NOTE, None)
    if note is not None:
        kind, text = note
        {"good": st.success, "bad": st.warning}[kind](literal(text), icon=":material/check:" if kind == "good" else ":material/report:")


def source_choice(status: PricesStatus) -> None:
    """Draw the switch of the price source; where the environment names one, say so instead."""
    if status.fixed:
        st.segmented_control("Source", [status.source], format_func=NAMES.__getitem__, default=status.source, disabled=True, help=_SOURCE)
        st.caption("Set by PRICE_SOURCE where FARP was started.")
        return
    key = "price_source"
    st.session_state[key] = status.source
    st.segmented_control(
        "Source", list(NAMES), format_func=NAMES.__getitem__, key=key, help=_SOURCE, required=True, on_change=_source_picked, args=(key,)
    )


def _source_picked(key: str) -> None:
    picked = str(st.session_state[key])
    _acted(f"Prices come from {NAMES[picked]} from now on.", lambda: desk().prices.choose_source(picked))


def benchmark_choice(status: PricesStatus) -> None:
    """Draw the choice of the benchmark."""
    settings, history = desk().settings, desk().history
    own_choice = desk().price_state.benchmark
    if settings.benchmark is not None:
        st.selectbox("Benchmark", [settings.benchmark], disabled=True, help=f"{_BENCHMARK} Set by BENCHMARK where FARP was started.")
        return
    options = ["", *history.tickers]
    if own_choice and own_choice not in options:
        options.insert(1, own_choice)
    key = "benchmark_choice"
    st.session_state[key] = own_choice or ""
    st.selectbox(
        "Benchmark",
        options,
        format_func=lambda ticker: _titled(ticker) if ticker else f"The source's own ({status.benchmark})" if not own_choice else "The source's own",
        key=key,
        help=_BENCHMARK,
        on_change=_benchmark_picked,
        args=(key,),
    )


def _benchmark_picked(key: str) -> None:
    picked = str(st.session_state[key])
    said_of = picked or "the source's own benchmark"
    _acted(f"Beta is measured against {said_of} from now on.", lambda: desk().prices.choose_benchmark(picked or None))


def update_button(status: PricesStatus, place: DeltaGenerator) -> None:
    """Draw the button that fetches what is missing; the progress shows in `place`."""
    if status.source != "yahoo":
        st.button("Update", icon=":material/refresh:", disabled=True, help="The sample never changes; choose Yahoo Finance to fetch prices.")
        return
    help_text = "Fetch the closes that are missing. Only what is new is asked for."
    st.button("Update", icon=":material/refresh:", type="primary", help=help_text, on_click=_press, args=("update",))
    if not _pressed("update"):
        return
    bar = place.progress(0.0, "Asking Yahoo Finance …")

    def told(done: int, total: int, ticker: str) -> None:
        bar.progress(done / total if total else 1.0, literal(f"Asking Yahoo Finance: {done} of {total}, {ticker}"))

    outcome: list[PriceUpdate] = []
    _done(lambda: said(outcome[0]), lambda: outcome.append(desk().prices.update(progress=told)), bad=lambda: _nothing_came(outcome[0]))


def said(update: PriceUpdate) -> str:
    """Return one sentence on how an update ended, with the reason of what failed."""
    added = sum(one.added for one in update.tickers)
    text = f"{counts({outcome: update.count(outcome) for outcome in Outcome})} {added:,} closes added."
    failed = next((one.message for one in update.tickers if one.outcome is Outcome.FAILED), "")
    return f"{text} {failed} What was stored before is still used." if failed else text


def own_upload() -> None:
    """Draw the uploader for prices of one's own; nothing is kept before it was seen."""
    base = desk().settings.base_currency
    left, right = st.columns([3, 1], vertical_alignment="top")
    with left:
        file = st.file_uploader(
            "A CSV file: date, ticker, close, or date and one column a ticker",
            type=["csv", "txt"],
            key=f"own_prices_{st.session_state.get(_FILE, 0)}",
            help="Dates as YYYY-MM-DD. For what no source prices: funds, bonds, private holdings. These prices are kept apart and named as yours.",
        )
    with right:
        codes = [base, *sorted(CURRENCIES - {base})]
        currency = st.selectbox("Currency of the closes", codes, key="own_currency", help="Used where the file has no column currency.")
    if file is None:
        return
    try:
        read = desk().prices.read_own(file.getvalue(), file.name, currency)
    except FarpError as error:
        st.error(literal(str(error)), icon=":material/error:")
        return
    tables.show(own_table(read), key="own_read")
    for note in read.notes:
        st.info(literal(note), icon=":material/info:")
    st.button("Keep these prices", type="primary", icon=":material/save:", on_click=_press, args=("keep",))
    if _pressed("keep"):
        st.session_state[_FILE] = st.session_state.get(_FILE, 0) + 1
        count = len(read.series)
        _done(f"Kept the prices of {count} ticker{'' if count == 1 else 's'}.", lambda: desk().prices.save_own(read))


def own_table(read: OwnPrices) -> Table:
    """Return what a price file says, a line a ticker."""
    rows = [
        {
            "Ticker": one.ticker,
            "Closes": len(one.dates),
            "From": one.dates[0].item(),
            "To": one.dates[-1].item(),
            "Last close": float(one.closes[-1]),
            "Currency": one.instrument.currency,
        }
        for one in read.series
    ]
    return Table(
        frame=pd.DataFrame(rows), formats={"From": day, "To": day, "Last close": price, "Closes": partial(number, decimals=0)}, pinned="Ticker"
    )


def own_removal(status: PricesStatus) -> None:
    """Draw what removes own series."""
    mine = [one.ticker for one in status.series if one.own]
    if not mine:
        return
    picked = st.multiselect("Remove own prices", mine, key="own_remove", placeholder="Pick tickers to remove")
    if not picked:
        return
    st.button("Remove", icon=":material/delete:", on_click=_press, args=("remove",))
    if _pressed("remove"):
        _done(f"Removed the own prices of {', '.join(picked)}.", lambda: desk().prices.remove_own(picked))


def corrections(status: PricesStatus) -> None:
    """Draw a form that sets facts about an instrument over the source's word."""
    known = [one.ticker for one in status.series if one.closes and (one.own or status.source == "yahoo")]
    if not known:
        st.caption("There is no fetched or own series yet. The facts of the sample cannot be changed.")
        return
    ticker = st.selectbox("Instrument", known, format_func=_titled, key="correct_ticker")
    facts = desk().history.instruments.get(ticker)
    if facts is None:
        st.caption("Nothing is known about it yet.")
        return
    kinds = [kind.value for kind in AssetClass]
    with st.form(f"correct_{ticker}", border=False):
        left, right = st.columns(2)
        name = left.text_input("Name", facts.name, max_chars=100)
        kind = right.selectbox("Asset class", kinds, index=kinds.index(facts.asset_class.value), format_func=bucket)
        sector = left.text_input("Sector", facts.sector, max_chars=100, help="Empty: what the source says.")
        country = right.text_input("Country", facts.country, max_chars=100, help="Empty: what the source says.")
        st.form_submit_button("Save these facts", icon=":material/save:", on_click=_press, args=("correct",))
        if _pressed("correct"):
            changed = {"name": name, "asset_class": kind, "sector": sector, "country": country}
            _done(f"The facts about {ticker} are saved; updates leave them as they are.", lambda: desk().prices.correct(ticker, changed))


def _press(name: str) -> None:
    st.session_state[f"_pressed_{name}"] = True


def _pressed(name: str) -> bool:
    """Return whether a button was pressed, once; the button's own answer is lost when the frame has to draw itself anew first."""
    return bool(st.session_state.pop(f"_pressed_{name}", False))


def _done(note: str | Callable[[], str], action: Callable[[], object], bad: Callable[[], bool] = lambda: False) -> None:
    """Run an action of the page, then draw the page anew with a sentence about it."""
    _acted(note, action, bad)
    st.rerun()


def _acted(note: str | Callable[[], str], action: Callable[[], object], bad: Callable[[], bool] = lambda: False) -> None:
    """Run an action and keep a sentence about it for the next run; what FARP can explain is said in its place."""
    try:
        action()
    except FarpError as error:
        st.session_state[_NOTE] = ("bad", str(error))
    else:
        st.session_state[_NOTE] = ("bad" if bad() else "good", note if isinstance(note, str) else note())


def _nothing_came(update: PriceUpdate) -> bool:
    return update.count(Outcome.FAILED) > 0


def _titled(ticker: str) -> str:
    facts = desk().history.instruments.get(ticker)
    return f"{ticker} · {facts.name}" if facts is not None and facts.name != ticker else ticker
