"""A result -> a table on screen: numbers stay numbers (they sort), and read as `farp.format` writes them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from farp import format as written
from farp.analysis import RiskReport, Series
from farp.analysis.factors import Explained
from farp.engine.value_at_risk import QuantileRule
from farp.portfolio import called
from farp.valuation import Exclusion

ROWS_IN_FULL = 30
PINNED_PIXELS = 110
Formatter = Callable[[Any], str]
RULES = {
    QuantileRule.LINEAR: "linear interpolation",
    QuantileRule.ORDER_STATISTIC: "order statistic",
    QuantileRule.CENTERED: "centred (Hazen)",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A frame, how each column reads, and which columns deserve an explanation."""

    frame: pd.DataFrame
    formats: dict[str, Formatter] = field(default_factory=dict)
    help: dict[str, str] = field(default_factory=dict)
    pinned: str | None = None
    widths: dict[str, int] = field(default_factory=dict)  # px, where Streamlit's guess from the first rows cuts longer ones


def show(table: Table, *, key: str | None = None, selectable: bool = False, height: int | None = None) -> int | None:
    """Draw `table` in full up to `ROWS_IN_FULL` rows; with `selectable`, return the row that was clicked."""
    config: dict[str, Any] = {}
    for column in table.frame.columns:
        options: dict[str, Any] = {"help": table.help.get(column), "pinned": column == table.pinned}
        if column in table.widths:
            options["width"] = table.widths[column]
        if column == table.pinned:
            options["width"] = PINNED_PIXELS
        elif column in table.formats:
            options["alignment"] = "right"
        config[column] = st.column_config.Column(**options)
    styled = table.frame.style.format({column: _readable(write) for column, write in table.formats.items()})
    drawn: dict[str, Any] = {"hide_index": True, "column_config": config, "key": key, "placeholder": written.MISSING}
    drawn["height"] = height or ("content" if len(table.frame) <= ROWS_IN_FULL else "auto")
    if not selectable:
        st.dataframe(styled, **drawn)
        return None
    state = st.dataframe(styled, on_select="rerun", selection_mode="single-row", **drawn)
    rows = state["selection"]["rows"]
    return int(rows[0]) if rows and int(rows[0]) < len(table.frame) else None


def _readable(write: Formatter) -> Formatter:
    return lambda value: written.MISSING if pd.isna(value) else write(value)


def value_at_risk(report: RiskReport) -> Table:
    """Return the VaR table: one row per confidence and horizon."""
    rows = []
    for figure in report.value_at_risk:
        low = written.money(figure.interval_low, report.base_currency)
        high = written.money(figure.interval_high, report.base_currency) if figure.interval_high is not None else "open"
        rows.append(
            {
                "Confidence": written.confidence(figure.confidence),
                "Horizon": written.days(figure.horizon_days),
                "VaR": figure.amount,
                "VaR, % of value": figure.fraction,
                "ES": figure.expected_shortfall,
                "ES, % of value": figure.expected_shortfall_fraction,
                "90 % range of VaR": f"{low} to {high}",
                "Overlapping": figure.overlapping_amount,
                "Tail days": f"{figure.tail_observations} of {figure.observations}",
                "Method": "historical simulation",
                "Rule": RULES[figure.rule],
            }
        )
    amount = partial(written.money, currency=report.base_currency)
    fraction = partial(written.percent, decimals=2)
    return Table(
        frame=_frame(rows, numeric=("VaR", "VaR, % of value", "ES", "ES, % of value", "Overlapping")),
        formats={"VaR": amount, "VaR, % of value": fraction, "ES": amount, "ES, % of value": fraction, "Overlapping": amount},
        help={
            "VaR": "The loss that is not exceeded at this confidence.",
            "ES": "The average loss beyond that confidence.",
            "90 % range of VaR": "Holds the true VaR with 90 % probability; open where the window is too short to bound it.",
            "Overlapping": "VaR of all ten-day runs inside the window, instead of one day × √10.",
            "Tail days": "How many of the days in the window the ES averages over.",
            "Rule": "How the quantile is read between two days.",
        },
    )


def tail_days(report: RiskReport, days: tuple[int, ...]) -> Table:
    """Return the days of the tail, worst first; `days` are indices into `report.dates`."""
    amount = partial(written.money, currency=report.base_currency)
    rows = []
    for day in days:
        worst = int(report.position_profit_and_loss[:, day].argmin())
        rows.append(
            {
                "Day": report.dates[day].item(),
                "Profit and loss": float(report.profit_and_loss[day]),
                "% of value": float(report.profit_and_loss[day]) / report.net_asset_value if report.net_asset_value > 0 else None,
                "Largest loss": called(report.holdings[worst].ticker),
                "It lost": float(report.position_profit_and_loss[worst, day]),
            }
        )
    return Table(
        frame=_frame(rows, numeric=("Profit and loss", "% of value", "It lost")),
        formats={"Day": written.day, "Profit and loss": amount, "% of value": partial(written.percent, decimals=2), "It lost": amount},
    )


def day_by_position(report: RiskReport, day: int) -> Table:
    """Return what each position gained or lost on one day, worst first."""
    rows = [
        {"Ticker": called(holding.ticker), "Name": holding.instrument.name, "Profit and loss": float(amount)}
        for holding, amount in zip(report.holdings, report.position_profit_and_loss[:, day], strict=True)
    ]
    rows.sort(key=lambda row: float(str(row["Profit and loss"])))
    return Table(frame=_frame(rows, numeric=("Profit and loss",)), formats={"Profit and loss": partial(written.money, currency=report.base_currency)})


def profit_and_loss(report: RiskReport) -> Table:
    """Return the daily profit and loss behind the histogram."""
    frame = pd.DataFrame({"Day": report.dates.astype("datetime64[s]"), "Profit and loss": report.profit_and_loss})
    return Table(frame=frame, formats={"Day": written.day, "Profit and loss": partial(written.money, currency=report.base_currency)})


def series(columns: dict[str, Series], write: Formatter) -> Table:
    """Return dated series side by side."""
    parts = [pd.Series(item.values, index=item.dates.astype("datetime64[s]"), name=name) for name, item in columns.items() if len(item.values)]
    frame = pd.concat(parts, axis=1).rename_axis("Day").reset_index() if parts else pd.DataFrame(columns=["Day", *columns])
    return Table(frame=frame, formats={"Day": written.day, **{name: write for name in frame.columns if name != "Day"}})


def contributions(report: RiskReport) -> Table:
    """Return each holding's part of expected shortfall and VaR."""
    parts = report.tail_contributions[0]
    total = float(parts.expected_shortfall.sum())
    rows = [
        {
            "Ticker": called(holding.ticker),
            "Name": holding.instrument.name,
            "Weight": holding.weight,
            "Share of ES": float(parts.expected_shortfall[i]) / total if total else None,
            "ES": float(parts.expected_shortfall[i]),
            "VaR (ES shares)": float(parts.value_at_risk[i]) if parts.value_at_risk is not None else None,
        }
        for i, holding in enumerate(report.holdings)
    ]
    rows.sort(key=lambda row: -float(str(row["ES"])))
    amount = partial(written.money, currency=report.base_currency)
    return Table(
        frame=_frame(rows, numeric=("Weight", "Share of ES", "ES", "VaR (ES shares)")),
        formats={"Weight": written.percent, "Share of ES": written.percent, "ES": amount, "VaR (ES shares)": amount},
        help={"VaR (ES shares)": "The VaR, split in the same proportions as the expected shortfall."},
        pinned="Ticker",
    )


def exposure(report: RiskReport, dimension: str, title: str) -> Table:
    """Return long, short, gross and net of each bucket, largest gross first."""
    result = report.exposure[dimension]
    gross, net = float(result.gross.sum()), float(result.net.sum())
    rows = [
        {
            title: written.bucket(bucket),
            "Long": float(result.long[i]),
            "Short": float(result.short[i]),
            "Gross": float(result.gross[i]),
            "Net": float(result.net[i]),
            "% of gross": float(result.gross[i]) / gross if gross else None,
            "% of net": float(result.net[i]) / net if net else None,
        }
        for i, bucket in enumerate(result.buckets)
    ]
    rows.sort(key=lambda row: -float(str(row["Gross"])))
    amount = partial(written.money, currency=report.base_currency)
    money = ("Long", "Short", "Gross", "Net")
    return Table(
        frame=_frame(rows, numeric=(*money, "% of gross", "% of net")),
        formats={**dict.fromkeys(money, amount), "% of gross": written.percent, "% of net": written.percent},
        pinned=title,
    )


def regression(report: Explained) -> Table:
    """Return R2, loadings and t-statistics of each holding."""
    if report.factors is None:
        return Table(frame=pd.DataFrame())
    result, shares = report.factors.regression, report.factors.contributions.by_position
    rows: list[dict[str, object]] = []
    for i, holding in enumerate(report.holdings):
        row: dict[str, object] = {"Ticker": called(holding.ticker), "Share of variance": float(shares[i]), "R²": float(result.r_squared[i])}
        for k, name in enumerate(report.factors.factors.names):
            row[name] = float(result.loadings[i, k])
            row[f"t {name}"] = float(result.t_statistics[i, k])
        rows.append(row)
    rows.sort(key=lambda row: -float(str(row["Share of variance"])) if row["Share of variance"] == row["Share of variance"] else 0.0)
    names = report.factors.factors.names
    formats: dict[str, Formatter] = {"Share of variance": written.percent, "R²": partial(written.percent, decimals=0)}
    formats |= dict.fromkeys(names, written.number)
    formats |= {f"t {name}": partial(written.number, decimals=1) for name in names}
    return Table(frame=_frame(rows, numeric=tuple(formats)), formats=formats, pinned="Ticker")


def variance_shares(report: Explained) -> Table:
    """Return the matrix behind the heatmap: shares of variance, holdings x factors and the specific part."""
    if report.factors is None:
        return Table(frame=pd.DataFrame())
    names = (*report.factors.factors.names, "Specific")
    frame = pd.DataFrame(report.factors.contributions.shares, columns=list(names))
    frame.insert(0, "Ticker", [called(holding.ticker) for holding in report.holdings])
    frame["Total"] = report.factors.contributions.by_position
    frame = frame.sort_values("Total", ascending=False)
    return Table(frame=frame, formats=dict.fromkeys((*names, "Total"), written.percent), pinned="Ticker")


def factor_meanings(report: Explained) -> Table:
    """Return each factor with its legs and what it means."""
    factors = report.factors.factors.factors if report.factors else ()
    rows = [
        {
            "Factor": factor.name,
            "Made of": " ".join(f"{'+' if weight > 0 else written.MINUS} {ticker}" for ticker, weight in factor.legs).removeprefix("+ "),
            "Meaning": factor.meaning,
        }
        for factor in factors
    ]
    return Table(frame=pd.DataFrame(rows))


def provenance(report: RiskReport) -> Table:
    """Return where the numbers come from: source, dates, window, benchmark, factors."""
    benchmark = f"{report.benchmark.name} ({report.benchmark.ticker})" if report.benchmark else "none"
    first, last = report.value.dates[0].item(), report.value.dates[-1].item()
    factors = report.factors
    facts = {
        "Prices": report.source_label,
        "As of": written.day(report.as_of),
        "Asked for": written.day(report.requested_as_of) if report.requested_as_of else "latest",
        "Window": f"{report.observations} daily returns, {written.day(first)} to {written.day(last)}",
        "Window asked for": f"{report.spec.lookback_days} daily returns",
        "Benchmark": benchmark,
        "Factors": f"{', '.join(factors.factors.names)} ({factors.regression.observations} common days)" if factors else "none",
        "Risk-free rate": written.percent(report.spec.risk_free_rate),
        "Portfolio id": report.portfolio.id,
    }
    return Table(frame=pd.DataFrame({"What": list(facts), "Used": list(facts.values())}))


def positions(report: RiskReport) -> Table:
    """Return what is held, with the price used for each."""
    rows = [
        {
            "Ticker": holding.ticker,
            "Name": holding.instrument.name,
            "Quantity": holding.quantity,
            "Price": holding.price,
            "Currency": holding.instrument.currency,
            f"in {report.base_currency}": holding.fx_rate,
            "Market value": holding.market_value,
            "Weight": holding.weight,
            "Asset class": written.bucket(str(holding.instrument.asset_class)),
            "Sector": holding.instrument.sector,
            "Country": holding.instrument.country,
            "Price of": report.as_of,
            "Kind of price": holding.instrument.price_kind,
        }
        for holding in report.holdings
    ]
    rows.sort(key=lambda row: -abs(float(str(row["Market value"]))))
    rate = f"in {report.base_currency}"
    return Table(
        frame=_frame(rows, numeric=("Quantity", "Price", rate, "Market value", "Weight")),
        formats={
            "Quantity": written.quantity,
            "Price": written.price,
            rate: partial(written.number, decimals=4),
            "Market value": partial(written.money, currency=report.base_currency),
            "Weight": written.percent,
            "Price of": written.day,
        },
        help={
            rate: f"What one unit of the position's currency is worth in {report.base_currency}.",
            "Weight": "Share of net asset value.",
            "Kind of price": "What the price source says about this series.",
        },
        pinned="Ticker",
        widths={"Name": 260, "Sector": 170},
    )


def exclusions(excluded: tuple[Exclusion, ...], currency: str) -> Table:
    """Return what was left out and why."""
    rows = [
        {
            "Ticker": exclusion.ticker,
            "Quantity": exclusion.quantity,
            "Why": exclusion.message[:1].upper() + exclusion.message[1:],
            "Last price": written.day(exclusion.last_price_date),
            "Last worth": exclusion.last_value,
        }
        for exclusion in excluded
    ]
    return Table(
        frame=_frame(rows, numeric=("Quantity", "Last worth")),
        formats={"Quantity": written.quantity, "Last worth": partial(written.money, currency=currency)},
    )


def _frame(rows: list[dict[str, Any]], numeric: tuple[str, ...]) -> pd.DataFrame:
    frame = pd.DataFrame(rows)
    return frame.astype({column: "float64" for column in numeric if column in frame})
