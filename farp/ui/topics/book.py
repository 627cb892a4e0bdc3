"""The page on all portfolios: filters, help texts, cards, the table that opens a portfolio, and what is not computed yet."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import streamlit as st

from farp.analysis.book_total import BookTotal, book_total
from farp.charts.book import MOST_POINTS
from farp.charts.book import cells as cells_of
from farp.engine.checks import Floats
from farp.errors import FarpError, NoPortfolios
from farp.format import day, money, number, percent, short_money
from farp.jobs import local, runs
from farp.jobs.runs import Request, Run
from farp.service.book import VALUE_AT_RISK_LIMIT, Book, State
from farp.ui import cards, controls, tables
from farp.ui.cards import Card
from farp.ui.charts import current_palette
from farp.ui.desk import current_book, desk, kept
from farp.ui.shell import open_portfolio
from farp.ui.tables import Formatter, Table
from farp.ui.text import literal
from farp.ui.topics.runs import is_alive

FEW = 500
"""So many portfolios are computed while the reader waits; more are left to the command and the night."""

STATES = {State.CURRENT: "Current", State.OLD_PRICES: "Older prices", State.WAITING: "Not computed", State.FAILED: "Failed"}
AMBER = 0.8
_ANY = "any"
_LIMITS = {_ANY: "Any", "amber": "Above 80 %", "over": "Above the limit"}

VALUE = (
    "**What all of it is worth**: the net asset values of these portfolios added up, in {currency}.\n\n"
    "Gross: the holdings added up by name, longs against shorts, and the sizes of what is left."
)
VALUE_AT_RISK = (
    "**VaR of the whole**: the loss of all these portfolios together that is not exceeded on 95 of 100 days.\n\n"
    "All positions are added up, longs against shorts, and taken through the last 252 trading days like one portfolio."
)
ADDED_UP = (
    "**What the VaRs add up to** when each portfolio stands alone.\n\n"
    "It is more than the VaR of the whole, because one's shorts cancel another's longs, and not all have their bad days together."
    " The line below says how much of it that takes away."
)
EXPECTED_SHORTFALL = "**Expected shortfall of the whole**: the average loss on its worst 5 % of days."
VOLATILITY = "**Volatility of the whole**: standard deviation of its daily returns over the last 252 days × √252."
BETA = "**Beta of the whole**: how far it moves when the benchmark moves by 1."
DRAWDOWN = "**Drawdown of the whole now**: how far today's holdings, added up, stand below their highest value of the past year."
OVER = (
    f"**Portfolios above the house's limit**: their VaR (95 %, 1 day) is more than {VALUE_AT_RISK_LIMIT:.0%} of their value.\n\n"
    "Limit used = VaR ÷ (2 % × value). Up to 80 % is comfortable, above 100 % is a breach."
)
SCATTER = (
    "**Each portfolio's risk and return**: volatility a year to the right, mean return a year upwards (252 × mean daily return), both of"
    f" today's holdings over the last 252 days. More than {MOST_POINTS:,} portfolios are counted in cells: the darker, the more."
)
NAMES = (
    "**What is held most across the book**. Bar: gross, the longs and shorts of all portfolios added. Tick: net, shorts against longs."
    " A tick far left of its bar's end is a name that some hold and others have sold short."
)
FACTORS = (
    "**What moves the whole**: the profit or loss when one factor rises by 1 % and the others stand still. Σ market value × loading of each holding,"
    " regressed on the factors over the last 252 days."
)
_HELP = {
    "Value": "Net asset value of the portfolio.",
    "VaR": "Value at risk, 95 %, 1 day: the loss that is not exceeded on 95 of 100 days, of today's holdings over the last 252 days.",
    "VaR, %": "The same as percent of the portfolio's value.",
    "ES, %": "Expected shortfall, 95 %, 1 day, as percent of the value: the average loss on the worst 5 % of days.",
    "Volatility": "Standard deviation of the daily returns over the last 252 days × √252.",
    "Beta": "How far the portfolio moves when the benchmark moves by 1.",
    "Worst stress": "The loss in the worst of the historical crises if it came back, as percent of the value.",
    "Limit used": f"VaR as percent of the house's limit, {VALUE_AT_RISK_LIMIT:.0%} of the value. Above 100 is a breach.",
    "Trend": "The value of today's holdings over the past year.",
    "State": "Current: computed from the prices in use. Older prices: computed before they changed. Not computed: new or changed since the last run."
    " Failed: see the reasons below the table.",
    "As of": "The day of the prices behind the figures.",
}


def whole_book() -> Book:
    """Return the book; NoPortfolios when there is nothing in it."""
    book = current_book()
    if not len(book) and not book.problems and not book.uploads_waiting:
        raise NoPortfolios
    return book


def caption(book: Book) -> None:
    """Say how many portfolios there are and when they were computed."""
    owners = len(set(book.owner))
    facts = [f"{len(book):,} portfolio{_s(len(book))}", f"{owners:,} owner{_s(owners)}"]
    if book.computed_at is not None:
        facts.append(f"last computed {day(book.computed_at.date())}, {book.computed_at:%H:%M} UTC")
    facts.append(desk().history.source_label)
    st.caption(literal(" · ".join(facts)))


def filters(book: Book) -> Book:
    """Draw the filters and return what passes them."""
    find, owner, state, limit = controls.row(4, [4, 3, 2, 2])
    with find:
        words = controls.text(
            "Find", key="find", placeholder="Part of a name", help="Words in the portfolio's name or id; all of them have to be there."
        )
    with owner:
        whose = controls.text(
            "Owner", key="owner", placeholder="Part of a name or id", help="Only portfolios of owners with this in their id or name."
        )
    with state:
        options = {_ANY: "Any"} | {one.value: name for one, name in STATES.items()}
        chosen = controls.choice("State", options, key="state", default=_ANY, help=_HELP["State"])
    with limit:
        used = controls.choice("Limit used", _LIMITS, key="limit", default=_ANY, help=_HELP["Limit used"])
    which = book.matching(words, whose, () if chosen == _ANY else (State(chosen),))
    if used != _ANY:
        which &= np.nan_to_num(book.utilisation, nan=0.0) > (AMBER if used == "amber" else 1.0)
    return book.chosen(which)


def total_of(book: Book) -> BookTotal:
    """Return these portfolios as one, from memory when it was computed before."""
    base, spec = desk().settings.base_currency, desk().analysis_spec()
    positions = book.pooled()
    held = (positions.tickers, positions.net.tobytes(), positions.gross.tobytes(), positions.holders.tobytes())
    return kept("book total", lambda: book_total(positions, desk().history, base, spec=spec), base, spec, hash(held))


def total_cards(book: Book, total: BookTotal) -> None:
    """Draw the headline figures of the whole."""
    report, currency = total.report, total.report.base_currency
    figure, fall, benchmark = report.value_at_risk_at(0.95, 1), report.drawdown, report.benchmark
    alone = added_up(book)
    over = int((np.nan_to_num(book.utilisation, nan=0.0) > 1.0).sum())
    cards.draw(
        [
            Card(
                label="Value",
                value=_money(report.net_asset_value, currency),
                beside=f"{short_money(report.gross, currency)} gross",
                help=VALUE.format(currency=currency),
                past=report.value,
            ),
            Card(
                label="VaR 95 %, 1 day",
                value=_money(figure.amount, currency),
                beside=_of_value(figure.fraction),
                help=VALUE_AT_RISK,
                past=report.rolling_value_at_risk,
            ),
            Card(
                label="VaRs added up",
                value=_money(alone, currency),
                beside="not all are computed"
                if alone is None
                else f"together {percent(1 - figure.amount / alone, 0)} less"
                if alone > 0
                else "no loss",
                help=ADDED_UP,
            ),
            Card(
                label="Expected shortfall 95 %",
                value=_money(figure.expected_shortfall, currency),
                beside=_of_value(figure.expected_shortfall_fraction),
                help=EXPECTED_SHORTFALL,
                past=report.rolling_expected_shortfall,
            ),
            Card(
                label="Volatility, 1 year",
                value=percent(report.volatility[252]),
                beside=f"{percent(report.volatility[20])} last 20 days",
                help=VOLATILITY,
                past=report.rolling_volatility[252],
            ),
            Card(
                label="Beta",
                value=number(benchmark.beta if benchmark else None),
                beside=f"to {benchmark.name}" if benchmark else "no benchmark",
                help=BETA,
                past=benchmark.rolling_beta if benchmark else None,
            ),
            Card(
                label="Drawdown now",
                value=percent(fall.current) if fall.current is not None else _money(fall.current_amount, currency),
                beside=f"worst {percent(fall.maximum) if fall.maximum is not None else _money(fall.maximum_amount, currency)}",
                help=DRAWDOWN,
                past=fall.underwater if fall.current is not None else None,
            ),
            Card(label="Above the limit", value=f"{over:,}", beside=f"of {len(book):,} portfolio{_s(len(book))}", help=OVER),
        ],
        key="book",
    )


def added_up(book: Book) -> float | None:
    """Return the sum of the portfolios' own VaRs in the house's currency; None as long as one has none but could have."""
    known = np.isfinite(book.value_at_risk)
    waiting = sum(one is State.WAITING for one in book.state)
    amounts = (book.value_at_risk * book.rates(desk().history, desk().settings.base_currency))[known]
    return float(amounts.sum()) if len(amounts) and not waiting and np.isfinite(amounts).all() else None


def total_notes(book: Book, total: BookTotal | None) -> None:
    """Say what the figures of the whole leave out, convert or shorten."""
    base = desk().settings.base_currency
    others = [currency for currency in book.currencies if currency != base]
    said = []
    if others:
        names = ", ".join(others[:-1]) + (" and " if others[:-1] else "") + others[-1]
        said.append(f"Portfolios in {names} are converted to {base} by the last rates.")
        if lost := sorted({c for c, rate in zip(book.currency, book.rates(desk().history, base), strict=True) if not np.isfinite(rate)}):
            said.append(f"There is no rate for {', '.join(lost)}, so their values are left out of the table.")
    if total is not None:
        report = total.report
        said.append(f"The whole is computed now, from prices of {day(report.as_of)}.")
        if report.excluded:
            names = ", ".join(exclusion.ticker for exclusion in report.excluded[:3]) + (" …" if len(report.excluded) > 3 else "")
            known = [exclusion.last_value for exclusion in report.excluded if exclusion.last_value is not None]
            worth = f", last worth {money(sum(known), base)}" if known else ""
            count = len(report.excluded)
            said.append(f"Left out of it: {count} name{_s(count)} without a usable price ({names}){worth}.")
        if total.cancelled:
            said.append(f"Longs and shorts cancel in {', '.join(total.cancelled[:3])}{' …' if len(total.cancelled) > 3 else ''}.")
        said += report.notes
    st.caption(literal(" ".join(said)))


def lines(book: Book) -> None:
    """Draw the table; a click on a row opens that portfolio."""
    base = desk().settings.base_currency
    columns, config = _columns(book, base)
    state: Any = st.dataframe(
        pa.table(columns),
        hide_index=True,
        column_config=config,
        on_select="rerun",
        selection_mode="single-cell",
        key="book_lines",
        height=460 if len(book) > 11 else "content",
        placeholder="–",
    )
    cells = state["selection"]["cells"]
    if cells and int(cells[0][0]) < len(book):
        open_portfolio(book.id[int(cells[0][0])])


def _columns(book: Book, base: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the columns as Arrow takes them, and how each is drawn."""
    rates = book.rates(desk().history, base)
    percents = {
        "VaR, %": (book.of_value(book.value_at_risk), "%.2f %%"),
        "ES, %": (book.of_value(book.expected_shortfall), "%.2f %%"),
        "Volatility": (book.volatility, "%.1f %%"),
    }
    columns: dict[str, Any] = {
        "Portfolio": pa.array(book.name),
        "Owner": pa.array(book.owner),
        f"Value, {base}": _array(np.round(book.value * rates)),
        "VaR, %": None,
        f"VaR, {base}": _array(np.round(book.value_at_risk * rates)),
        "ES, %": None,
        "Volatility": None,
        "Beta": _array(book.beta),
        "Worst stress": _array(-100.0 * book.of_value(book.worst_stress)),
        "Limit used": _array(100.0 * book.utilisation),
        "Trend": _sparks(book.past),
        "State": pa.array([STATES[one] for one in book.state]),
        "As of": pa.array([np.datetime64(date, "D").item() if date else None for date in book.date], type=pa.date32()),
    }
    column = st.column_config
    config: dict[str, Any] = {
        "Portfolio": column.TextColumn(pinned=True, width=162, help="Click a row to open the portfolio."),
        "Owner": column.TextColumn(width=80),
        f"Value, {base}": column.NumberColumn(format="localized", help=_HELP["Value"], width=90),
        f"VaR, {base}": column.NumberColumn(format="localized", help=_HELP["VaR"], width=78),
        "Beta": column.NumberColumn(format="%.2f", help=_HELP["Beta"], width=52),
        "Worst stress": column.NumberColumn(format="%.1f %%", help=_HELP["Worst stress"], width=86),
        "Limit used": column.ProgressColumn(format="%.0f %%", min_value=0, max_value=100, help=_HELP["Limit used"], width=96),
        "Trend": column.LineChartColumn(help=_HELP["Trend"], width=70, color=current_palette().primary),
        "State": column.TextColumn(help=_HELP["State"], width=92),
        "As of": column.DateColumn(format="D MMM YYYY", help=_HELP["As of"], width=90),
    }
    for name, (values, written) in percents.items():
        columns[name] = _array(100.0 * values)
        config[name] = column.NumberColumn(format=written, help=_HELP[name], width=66)
    return columns, config


def _array(values: Floats) -> pa.Array:
    return pa.array(values, from_pandas=True)  # NaN is null


def _sparks(past: Floats) -> pa.Array:
    """Return the pasts as lists, empty where there is none."""
    known = np.isfinite(past)
    stops = np.concatenate([[0], np.cumsum(known.sum(axis=1))]).astype(np.int32)
    return pa.ListArray.from_arrays(pa.array(stops), pa.array(past[known].astype(np.float32)))


def failures(book: Book) -> None:
    """Say which portfolios have no figures, and why."""
    failed = [
        (name, owner, why) for name, owner, why, state in zip(book.name, book.owner, book.reason, book.state, strict=True) if state is State.FAILED
    ]
    if failed:
        with st.expander(f"{len(failed):,} portfolio{_s(len(failed))} could not be computed", icon=":material/report:"):
            frame = pd.DataFrame(failed[:FEW], columns=["Portfolio", "Owner", "Why"])
            tables.show(Table(frame=frame, widths={"Portfolio": 200, "Why": 900}), key="failed")
            if len(failed) > FEW:
                st.caption(f"The first {FEW} of {len(failed):,}.")
    for problem in book.problems:
        st.warning(literal(problem), icon=":material/report:")


def unfinished(book: Book) -> None:
    """Say what waits for a run, and offer one when it is short."""
    waiting, old = book.count(State.WAITING), book.count(State.OLD_PRICES)
    parts = []
    if waiting:
        parts.append(f"{waiting:,} portfolio{_s(waiting)} {'is' if waiting == 1 else 'are'} not computed yet")
    if old:
        parts.append(f"{old:,} {'rests' if old == 1 else 'rest'} on older prices")
    if book.uploads_waiting:
        parts.append(
            f"{book.uploads_waiting:,} uploaded user{_s(book.uploads_waiting)} {'waits' if book.uploads_waiting == 1 else 'wait'} to be taken in"
        )
    if not parts:
        return
    if any(is_alive(run) for run in runs.latest(desk().store, 1)):
        st.info(f"A run is under way. The page Runs shows how far it is; {waiting + old:,} portfolios wait for it.", icon=":material/schedule:")
        return
    said = " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)
    if waiting + old + book.uploads_waiting > FEW:
        st.info(
            f"{said}. Run `farp refresh` to compute {'it' if waiting + old == 1 else 'them'}, or wait for the nightly run.",
            icon=":material/schedule:",
        )
        return
    with st.container(border=True, key="unfinished"):
        words, action = st.columns([3, 1], vertical_alignment="center")
        words.markdown(f":material/schedule: {said}.")
        with action:
            _compute_now()


@st.fragment
def _compute_now() -> None:
    place = st.empty()
    if not place.button(
        "Compute now",
        icon=":material/calculate:",
        type="primary",
        width="stretch",
        help="Computes what is missing; what is current is left alone.",
        key="compute_now",
    ):
        return
    bar = place.progress(0.0, "Computing …")

    def heard(run: Run) -> None:
        bar.progress(run.users_done / run.users if run.users else 1.0, f"Computing: {run.users_done:,} of {run.users:,} owners")

    try:
        local.refresh(desk(), Request(), on_progress=heard, processes=1)
    except FarpError as error:
        place.error(literal(str(error)), icon=":material/error:")
        return
    st.rerun()


def scatter_table(book: Book) -> Table:
    """Return what the scatter shows: the portfolios, or the cells where they are many."""
    known = np.isfinite(book.volatility) & np.isfinite(book.mean_return)
    if int(known.sum()) > MOST_POINTS:
        rows = [(*cell.volatility, *cell.mean_return, cell.count) for cell in cells_of(book.volatility, book.mean_return)]
        names = ["Volatility from", "Volatility to", "Mean return from", "Mean return to", "Portfolios"]
        formats: dict[str, Formatter] = {**dict.fromkeys(names[:4], percent), "Portfolios": partial(number, decimals=0)}
        return Table(frame=pd.DataFrame(rows, columns=names), formats=formats)
    frame = pd.DataFrame(
        {"Portfolio": book.name, "Owner": book.owner, "Volatility": book.volatility, "Mean return": book.mean_return},
    )[known]
    return Table(frame=frame, formats={"Volatility": percent, "Mean return": percent}, widths={"Portfolio": 220})


def names_table(total: BookTotal) -> Table:
    """Return every name held, the largest gross value first."""
    rows = [(one.ticker, one.name, one.holders, one.gross, one.net) for one in total.held]
    frame = pd.DataFrame(rows, columns=["Ticker", "Name", "Portfolios", "Gross", "Net"])
    amount = partial(money, currency=total.report.base_currency)
    return Table(
        frame=frame, formats={"Portfolios": partial(number, decimals=0), "Gross": amount, "Net": amount}, pinned="Ticker", widths={"Name": 260}
    )


def factors_table(total: BookTotal) -> Table:
    """Return the exposure of the whole to each factor."""
    report = total.report
    if report.factors is None:
        return Table(frame=pd.DataFrame())
    amount: Formatter = partial(money, currency=report.base_currency)
    frame = pd.DataFrame({"Factor": report.factors.factors.names, "Rise of 1 %": report.factors.exposures / 100.0})
    return Table(frame=frame, formats={"Rise of 1 %": amount})


def titles(book: Book) -> list[str]:
    """Return what each portfolio is called in a list of many."""
    return [f"{name} · {owner}" for name, owner in zip(book.name, book.owner, strict=True)]


def _money(amount: float | None, currency: str) -> str:
    return money(amount, currency) if amount is None or abs(amount) < 1e9 else short_money(amount, currency)


def _of_value(fraction: float | None) -> str:
    return f"{percent(fraction, 2)} of value" if fraction is not None else "value is not positive"


def _s(count: int) -> str:
    return "" if count == 1 else "s"
