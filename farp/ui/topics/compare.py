"""The page that puts up to four portfolios side by side: the choice, help texts, tables."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
import pandas as pd
import streamlit as st

from farp.analysis import RiskReport
from farp.charts.compare import MOST, Named, loadings_of
from farp.errors import FarpError
from farp.format import MISSING, confidence, day, money, number, percent
from farp.ui import controls
from farp.ui.desk import current_book, desk, load_report, portfolio_labels
from farp.ui.tables import Formatter, Table
from farp.ui.text import literal

_KEY = "with"
DISTRIBUTIONS = (
    "**How each portfolio's days ended**: the share of the last 252 days on which it gained or lost so much, in percent of its own value, of today's"
    " holdings. The bins are the same for all. A wider outline swings more; one with a long left end has rare, large losses."
)
FACTORS = (
    "**What moves each of them**: how many percent of its value a portfolio gains when one factor rises by 1 % and the others stand still:"
    " Σ weight × loading, regressed on the factors over the last 252 days."
)


def picked() -> list[str]:
    """Draw the choice of portfolios and return their ids."""
    labels, _ = portfolio_labels()

    def known(text: str) -> list[str]:
        ids = list(dict.fromkeys(filter(None, text.split(","))))
        if unknown := [one for one in ids if one not in labels]:
            raise FarpError(f"There is no portfolio '{unknown[0]}'.")
        if len(ids) > MOST:
            raise FarpError(f"It names {len(ids)} portfolios, and {MOST} can be compared.")
        return ids

    asked = controls.linked(_KEY, [], known, "ids of portfolios separated by commas")
    st.session_state[_KEY] = [one for one in asked if one in labels]  # one may have been deleted since
    chosen = st.multiselect(
        "Portfolios",
        list(labels),
        format_func=lambda id: labels.get(id, id),
        key=_KEY,
        max_selections=MOST,
        placeholder=f"Type a part of a name or owner; up to {MOST}",
        help="The choice is part of the page's link.",
    )
    controls.keep(_KEY, chosen, written=",".join(chosen))
    return list(chosen)


def reports(ids: Sequence[str]) -> list[Named]:
    """Return the reports of portfolios; says which cannot be computed, and why."""
    portfolios = [desk().portfolio(one) for one in ids]
    names = [portfolio.name for portfolio in portfolios]
    found = []
    for portfolio in portfolios:
        title = portfolio.name if names.count(portfolio.name) == 1 else f"{portfolio.name} · {portfolio.owner_id}"
        try:
            found.append(Named(title=title, report=load_report(portfolio, None)))
        except FarpError as error:
            st.warning(f"**{literal(title)}** is left out. {literal(str(error))}", icon=":material/filter_alt:")
    return found


def notes(compared: Sequence[Named]) -> None:
    """Say what each report leaves out or rests on."""
    for one in compared:
        said = list(one.report.notes)
        if one.report.excluded:
            tickers = ", ".join(exclusion.ticker for exclusion in one.report.excluded[:3]) + (" …" if len(one.report.excluded) > 3 else "")
            said.insert(0, f"{len(one.report.excluded)} position{'' if len(one.report.excluded) == 1 else 's'} left out ({tickers}).")
        if said:
            st.caption(f"**{literal(one.title)}**: {literal(' '.join(said))}")


def metrics(compared: Sequence[Named]) -> Table:
    """Return one row a measure, one column a portfolio, written as on the other pages."""
    titles = _columns(compared)
    rows = [[label, *(write(one.report) for one in compared)] for label, write in _MEASURES.items()]
    stress = _worst_stress([one.report.portfolio.id for one in compared])
    rows.append(["Worst historical stress", *stress])
    return Table(frame=pd.DataFrame(rows, columns=["Measure", *titles]), widths={"Measure": 220} | dict.fromkeys(titles, 190))


def distribution_table(compared: Sequence[Named]) -> Table:
    """Return each portfolio's daily returns, day by day."""
    parts = [
        pd.Series(one.report.profit_and_loss / one.report.net_asset_value, index=one.report.dates.astype("datetime64[s]"), name=title)
        for one, title in zip(compared, _columns(compared), strict=True)
        if one.report.net_asset_value > 0
    ]
    frame = pd.concat(parts, axis=1).sort_index().rename_axis("Day").reset_index() if parts else pd.DataFrame()
    write: Formatter = partial(percent, decimals=2)
    return Table(frame=frame, formats={"Day": day, **{str(part.name): write for part in parts}})


def factor_table(compared: Sequence[Named]) -> Table:
    """Return each portfolio's loading on each factor."""
    frame = pd.DataFrame({title: loadings_of(one.report) for one, title in zip(compared, _columns(compared), strict=True)})
    titles = [str(title) for title in frame.columns]
    write: Formatter = number
    return Table(frame=frame.rename_axis("Factor").reset_index(), formats=dict.fromkeys(titles, write))


def _columns(compared: Sequence[Named]) -> list[str]:
    """Return a heading for each portfolio, none twice."""
    return [one.title if [other.title for other in compared].count(one.title) == 1 else one.report.portfolio.id for one in compared]


def _share(fraction: float | None) -> str:
    return percent(fraction, 2)


def _tail(level: float, of: Callable[[RiskReport, float], tuple[float, float | None]]) -> Callable[[RiskReport], str]:
    def written(report: RiskReport) -> str:
        amount, fraction = of(report, level)
        return money(amount, report.base_currency) + (f" ({_share(fraction)})" if fraction is not None else "")

    return written


def _value_at_risk(report: RiskReport, level: float) -> tuple[float, float | None]:
    figure = report.value_at_risk_at(level, 1)
    return figure.amount, figure.fraction


def _expected_shortfall(report: RiskReport, level: float) -> tuple[float, float | None]:
    figure = report.value_at_risk_at(level, 1)
    return figure.expected_shortfall, figure.expected_shortfall_fraction


def _gross(report: RiskReport) -> str:
    share = f" ({percent(report.gross / report.net_asset_value, 0)})" if report.net_asset_value > 0 else ""
    return money(report.gross, report.base_currency) + share


_MEASURES: dict[str, Callable[[RiskReport], str]] = {
    "Value": lambda report: money(report.net_asset_value, report.base_currency),
    "Gross exposure": _gross,
    f"VaR {confidence(0.95)}, 1 day": _tail(0.95, _value_at_risk),
    f"VaR {confidence(0.99)}, 1 day": _tail(0.99, _value_at_risk),
    f"Expected shortfall {confidence(0.95)}, 1 day": _tail(0.95, _expected_shortfall),
    "Volatility, 1 year": lambda report: percent(report.volatility[252]),
    "Sharpe ratio, 1 year": lambda report: number(report.sharpe_ratio[252]),
    "Beta": lambda report: number(report.benchmark.beta if report.benchmark else None),
    "Maximum drawdown": lambda report: (
        percent(report.drawdown.maximum) if report.drawdown.maximum is not None else money(report.drawdown.maximum_amount, report.base_currency)
    ),
    "Positions": lambda report: f"{len(report.holdings)}",
    "Effective positions": lambda report: number(float(report.concentration.effective_positions), 1),
    "Largest five, of gross": lambda report: percent(float(report.concentration.largest_5), 0),
    "As of": lambda report: day(report.as_of),
}


def _worst_stress(ids: Sequence[str]) -> list[str]:
    """Return the worst crisis of each as the last run stored it."""
    book = current_book()
    written = []
    for one in ids:
        place = book.id.index(one) if one in book.id else None
        if place is None or not np.isfinite(book.worst_stress[place]):
            written.append(MISSING)
            continue
        share = book.of_value(book.worst_stress)[place]
        amount = percent(float(share)) if np.isfinite(share) else money(float(book.worst_stress[place]), book.currency[place])
        written.append(f"{amount}, {book.worst_stress_name[place]}")
    return written
