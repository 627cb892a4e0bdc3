"""Metric cards: a number, a quiet line that puts it in proportion, and its past."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from farp.analysis import RiskReport, Series
from farp.format import confidence, day, money, number, percent
from farp.ui import help_texts
from farp.ui.text import literal

SPARK_POINTS = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One metric. `beside` is the quiet line; `rose` colours it, only where up is good and down is bad."""

    label: str
    value: str
    beside: str
    help: str
    past: Series | None = None
    rose: bool | None = None


def draw(cards: Sequence[Card], key: str = "cards") -> None:
    """Draw `cards` in a grid that puts two to a row on a phone."""
    with st.container(key=f"cards_{key}"):
        for card in cards:
            spark = _thinned(card.past)
            st.metric(
                literal(card.label),
                literal(card.value),
                literal(card.beside),
                # Streamlit reads the direction off a hyphen; ours is a minus sign, so it is told
                delta_color="off" if card.rose is None else "normal" if card.rose else "inverse",
                delta_arrow="off" if card.rose is None else "up" if card.rose else "down",
                help=card.help,
                border=True,
                chart_data=spark,
                chart_type="line",
            )


def headline_cards(report: RiskReport) -> None:
    """Draw the overview's eight cards."""
    currency, level = report.base_currency, report.spec.confidences[0]
    figure, extreme = report.value_at_risk_at(level, 1), report.value_at_risk_at(report.spec.confidences[-1], 1)
    percent_level = confidence(level)
    fall, benchmark = report.drawdown, report.benchmark
    draw(
        [
            Card(
                label="Value",
                value=money(report.net_asset_value, currency),
                beside=f"{money(report.change_1d, currency)} on the day",
                help=help_texts.VALUE,
                past=report.value,
                rose=report.change_1d > 0 if report.change_1d else None,
            ),
            Card(
                label=f"VaR {percent_level}, 1 day",
                value=money(figure.amount, currency),
                beside=_of_value(figure.fraction),
                help=help_texts.VALUE_AT_RISK,
                past=report.rolling_value_at_risk,
            ),
            Card(
                label=f"VaR {confidence(extreme.confidence)}, 1 day",
                value=money(extreme.amount, currency),
                beside=_of_value(extreme.fraction),
                help=help_texts.EXTREME_VALUE_AT_RISK,
                past=report.rolling_extreme_value_at_risk,
            ),
            Card(
                label=f"Expected shortfall {percent_level}",
                value=money(figure.expected_shortfall, currency),
                beside=_of_value(figure.expected_shortfall_fraction),
                help=help_texts.EXPECTED_SHORTFALL,
                past=report.rolling_expected_shortfall,
            ),
            Card(
                label="Volatility, 1 year",
                value=percent(report.volatility[252]),
                beside=f"{percent(report.volatility[20])} last 20 days",
                help=help_texts.VOLATILITY,
                past=report.rolling_volatility[252],
            ),
            Card(
                label="Beta",
                value=number(benchmark.beta if benchmark else None),
                beside=f"to {benchmark.name}" if benchmark else "no benchmark",
                help=help_texts.BETA,
                past=benchmark.rolling_beta if benchmark else None,
            ),
            Card(
                label="Sharpe ratio, 1 year",
                value=number(report.sharpe_ratio[252]),
                beside=f"over {percent(report.spec.risk_free_rate)} risk-free",
                help=help_texts.SHARPE,
                past=report.rolling_sharpe_ratio[252],
            ),
            Card(
                label="Drawdown now",
                value=percent(fall.current) if fall.current is not None else money(fall.current_amount, currency),
                beside=f"worst {percent(fall.maximum) if fall.maximum is not None else money(fall.maximum_amount, currency)}",
                help=help_texts.DRAWDOWN,
                past=fall.underwater if fall.current is not None else None,
            ),
        ],
        key="headline",
    )


def exposure_cards(report: RiskReport) -> None:
    """Draw gross, net, long and short, and how concentrated they are."""
    currency, concentration = report.base_currency, report.concentration
    totals = report.exposure["asset_class"]
    long, short = float(totals.long.sum()), float(totals.short.sum())
    effective = float(concentration.effective_positions)

    def of_value(amount: float) -> str:
        return _of_value(amount / report.net_asset_value if report.net_asset_value > 0 else None)

    draw(
        [
            Card(label="Long", value=money(long, currency), beside=of_value(long), help=help_texts.LONG),
            Card(label="Short", value=money(short, currency), beside=of_value(short), help=help_texts.SHORT),
            Card(label="Gross", value=money(long + short, currency), beside=of_value(long + short), help=help_texts.GROSS),
            Card(label="Net", value=money(long - short, currency), beside=of_value(long - short), help=help_texts.NET),
            Card(label="Largest five", value=percent(float(concentration.largest_5), 0), beside="of gross", help=help_texts.LARGEST_5),
            Card(label="Largest ten", value=percent(float(concentration.largest_10), 0), beside="of gross", help=help_texts.LARGEST_10),
            Card(
                label="Effective positions",
                value=number(effective, 1),
                beside=f"of {len(report.holdings)}",
                help=help_texts.EFFECTIVE,
            ),
            Card(
                label="Herfindahl index",
                value=number(float(concentration.herfindahl), 3),
                beside="1 is a single position",
                help=help_texts.HERFINDAHL,
            ),
        ],
        key="exposure",
    )


def drawdown_cards(report: RiskReport) -> None:
    """Draw maximum and current drawdown with their dates."""
    currency, fall = report.base_currency, report.drawdown
    draw(
        [
            Card(
                label="Drawdown now",
                value=percent(fall.current) if fall.current is not None else money(fall.current_amount, currency),
                beside=f"{money(fall.current_amount, currency)} below the high",
                help=help_texts.DRAWDOWN,
            ),
            Card(
                label="Maximum drawdown",
                value=percent(fall.maximum) if fall.maximum is not None else money(fall.maximum_amount, currency),
                beside=money(fall.maximum_amount, currency),
                help=help_texts.MAXIMUM_DRAWDOWN,
            ),
            Card(label="Peak", value=day(fall.peak_date), beside=money(fall.peak_value, currency), help=help_texts.PEAK),
            Card(label="Trough", value=day(fall.trough_date), beside=money(fall.trough_value, currency), help=help_texts.TROUGH),
        ],
        key="drawdown",
    )


def _of_value(fraction: float | None) -> str:
    return f"{percent(fraction, 2 if abs(fraction) < 0.1 else 0)} of value" if fraction is not None else "value is not positive"


def _thinned(past: Series | None) -> list[float] | None:
    """Return the past in few enough points for a small chart, the last one always among them."""
    if past is None or len(past.values) < 2:
        return None
    step = max(1, -(-len(past.values) // SPARK_POINTS))
    return [float(value) for value in past.values[::-1][::step][::-1]]
