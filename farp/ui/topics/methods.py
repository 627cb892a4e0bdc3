"""The page on VaR methods: help texts, cards, tables."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import pandas as pd
import streamlit as st

from farp.analysis import Window
from farp.analysis.methods import MethodComparison, MethodFigure, MethodView, NoFigure
from farp.charts.methods import comparison_bars, method_histogram
from farp.charts.theme import Palette
from farp.engine.methods import ASSUMES, METHODS
from farp.format import MISSING, day, money, number, percent
from farp.report.methods import EXPLAINED, apart_in_words, facts, listed, range_in_words
from farp.ui import cards, tables
from farp.ui.cards import Card
from farp.ui.charts import chart
from farp.ui.tables import Formatter, Table
from farp.ui.text import literal

PENDING = "Being computed …"

HISTORICAL = (
    "**VaR by historical simulation**: the house's own figure, the one on the overview. On all but the worst days of the lookback a loss stays below it.\n\n"
    "The quantile of the daily profit and loss of today's holdings × √days."
)
RANGE = (
    "**90 % range** (below the figure): if the same kind of days came again, the historical VaR would lie here nine times of ten.\n\n"
    "From binomial order statistics of the days of the lookback, × √days. A difference between methods that is smaller than this range may be chance."
)
LOWEST = (
    "**Lowest and highest**: the methods with the smallest and the largest VaR at this confidence and horizon.\n\n"
    "A Cornish-Fisher figure outside what the expansion is valid for is shown below but does not count here."
)
SPREAD = (
    "**Spread**: the highest VaR over the lowest.\n\n"
    "Near 1 the choice of method hardly matters. From about 1.5 on, ask which assumption fits; the page Backtest shows which one held."
)
BARS = (
    "**Bars**: the VaR by each method. **Ticks**: its expected shortfall, the average loss beyond the VaR. **Shaded**: the 90 % range of the historical VaR;"
    " methods inside it differ from it by no more than chance explains.\n\n"
    "One day's figures × √days. The methods are defined on the page Methodology."
)
TABLE = (
    "**VaR**: the loss that is not exceeded at this confidence. **ES**, expected shortfall: the average loss beyond it.\n\n"
    "Percent is of net asset value. Every method looks at the same days of the lookback."
)
METHOD = "Shows below what this method was told, what it found, and how it sees the days."
FACTS = "What was chosen for this method and what it estimated from the days of the lookback; amounts are of one day."
VIEW = (
    "**Bars**: how often each daily profit and loss of today's holdings occurred in the lookback; red beyond this method's VaR of one day.\n\n"
    "**Line**: the same days as the method counts them (re-weighted or rescaled), or the distribution it fits to them."
    " Where the line is below the red bars, the method thinks less of large losses than the days have shown."
)


def side_by_side(comparison: MethodComparison, pending: Sequence[str], palette: Palette) -> None:
    """Draw cards, chart, sentence, table and remarks; with methods `pending`, under keys of their own, for the whole is drawn again."""
    suffix = "_pending" if pending else ""
    method_cards(comparison, f"methods{suffix}")
    chart(
        "The same risk by every method",
        comparison_bars(comparison, palette, pending),
        lambda: methods_table(comparison, pending),
        key=f"methods{suffix}",
        help=BARS,
    )
    st.markdown(literal(apart_in_words(comparison)))
    st.subheader("Side by side", anchor=False, help=TABLE)
    tables.show(methods_table(comparison, pending), key=f"methods_table{suffix}")
    method_remarks(comparison)


def explained(method: str) -> None:
    """Draw how a method works."""
    st.markdown(literal(EXPLAINED[method]))


def no_figure(row: NoFigure) -> None:
    """Draw why a method has no answer."""
    st.info(literal(row.message), icon=":material/info:")


def in_detail(view: MethodView, window: Window, palette: Palette, *, final: bool) -> None:
    """Draw the days as a method sees them, and what it was told and found; when not `final`, under keys of their own."""
    left, right = st.columns([6, 5], gap="large")
    with left:
        chart(
            f"One day as seen by {view.tail.name}",
            method_histogram(view, window.profit_and_loss, window.base_currency, palette),
            lambda: view_table(view, window),
            key="method_view" if final else "method_view_pending",
            help=VIEW,
        )
        if view.no_curve_because:
            st.caption(literal(view.no_curve_because))
    with right:
        st.subheader("Chosen and fitted", anchor=False, help=FACTS)
        method_facts(view.tail, window.base_currency)


def method_cards(comparison: MethodComparison, key: str = "methods") -> None:
    """Draw the historical figure, the lowest, the highest, and how far they are apart."""
    currency, historical = comparison.window.base_currency, comparison.historical
    shown: list[Card] = []
    if historical is not None:
        span = range_in_words(historical, currency)
        shown.append(
            Card(
                label="Historical VaR",
                value=money(historical.amount, currency),
                beside=span or "too few days for a range",
                help=f"{HISTORICAL}\n\n{RANGE}",
            )
        )
    for label, figure in (("Lowest", comparison.lowest), ("Highest", comparison.highest)):
        if figure is not None:
            shown.append(Card(label=label, value=money(figure.amount, currency), beside=figure.name, help=LOWEST))
    ratio = comparison.ratio
    without = listed([figure.name for figure in comparison.not_compared]) if comparison.not_compared else ""
    shown.append(
        Card(
            label="Spread",
            value=MISSING if ratio is None else f"× {number(ratio)}",
            beside=f"without {without}" if without else "highest over lowest",
            help=SPREAD,
        ),
    )
    cards.draw(shown, key=key)


def methods_table(comparison: MethodComparison, pending: Sequence[str] = ()) -> Table:
    """Return one row for each method; `pending` are those still being computed."""
    rows = {row.method: row for row in comparison.rows}
    amount = partial(money, currency=comparison.window.base_currency)
    fraction = partial(percent, decimals=2)
    frame = pd.DataFrame([_row(method, rows.get(method)) for method in METHODS if method in rows or method in pending])
    money_columns, percent_columns = ("VaR", "ES"), ("VaR, %", "ES, %")
    return Table(
        frame=frame.astype(dict.fromkeys((*money_columns, *percent_columns), "float64")),
        formats={"VaR": amount, "VaR, %": fraction, "ES": amount, "ES, %": fraction},
        help={
            "VaR": "The loss that is not exceeded at this confidence.",
            "VaR, %": "VaR in percent of net asset value.",
            "ES": "Expected shortfall: the average loss beyond that confidence.",
            "ES, %": "Expected shortfall in percent of net asset value.",
            "Assumes": "What the method takes for granted.",
        },
        widths={"Method": 190, "Assumes": 420},
    )


def method_remarks(comparison: MethodComparison) -> None:
    """Draw what must be known before figures are used: each sentence once, after the names of the methods it is about."""
    about: dict[str, list[str]] = {}
    for row in comparison.rows:
        for sentence in (row.message,) if isinstance(row, NoFigure) else row.remarks:
            about.setdefault(sentence, []).append(row.name)
    if about:
        st.caption("  \n".join(f"**{literal(listed(names))}**: {literal(sentence)}" for sentence, names in about.items()))


def method_facts(figure: MethodFigure, currency: str) -> None:
    """Draw what was chosen for a method and what it estimated, each with its meaning."""
    lines = [f"**{literal(fact.name)}** {literal(fact.value)}  \n:small[{literal(fact.meaning)}]" for fact in facts(figure, currency)]
    st.markdown("\n\n".join(lines))


def view_table(view: MethodView, window: Window) -> Table:
    """Return the days behind the histogram, and as the method counts them where it counts days."""
    amount = partial(money, currency=window.base_currency)
    frame = pd.DataFrame({"Day": window.dates.astype("datetime64[s]"), "Profit and loss": window.profit_and_loss})
    formats: dict[str, Formatter] = {"Day": day, "Profit and loss": amount}
    if view.sample is not None and view.weights is not None:
        frame["As counted"], frame["Weight"] = view.sample, view.weights
        formats |= {"As counted": amount, "Weight": partial(percent, decimals=2)}
    return Table(frame=frame, formats=formats)


def _row(method: str, row: MethodFigure | NoFigure | None) -> dict[str, object]:
    figures: dict[str, object] = dict.fromkeys(("VaR", "VaR, %", "ES", "ES, %"))
    if isinstance(row, MethodFigure):
        figures = {"VaR": row.amount, "VaR, %": row.fraction, "ES": row.expected_shortfall, "ES, %": row.expected_shortfall_fraction}
    return {"Method": METHODS[method], **figures, "Assumes": ASSUMES[method] if row else PENDING}
