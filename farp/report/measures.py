"""The measures of performance: what each is called, how it is written and what it means. One list for screen and terminal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from farp.analysis.performance import Figures, Relative
from farp.format import number, percent


class Past(Enum):
    """Which of the two pasts of today's holdings a measure rests on."""

    WEIGHTS = "weights"
    QUANTITIES = "quantities"


PASTS = {Past.WEIGHTS: "Daily returns: today's weights kept every day", Past.QUANTITIES: "Value: today's quantities kept throughout"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One figure: the field it is in, its name, how it is written, what it means, its formula, and which past it rests on."""

    field: str
    name: str
    write: Callable[[float | None], str]
    meaning: str
    formula: str
    past: Past = Past.WEIGHTS


def written(measure: Measure, figures: Figures | Relative | None) -> str:
    """Return the figure as text, a dash where it is undefined."""
    return measure.write(value_of(measure, figures))


def value_of(measure: Measure, figures: Figures | Relative | None) -> float | None:
    """Return the figure, None where it is undefined."""
    value: float | None = getattr(figures, measure.field, None)
    return value


def _percent_2(value: float | None) -> str:
    return percent(value, 2)


def _whole_percent(value: float | None) -> str:
    return percent(value, 0)


OWN = (
    Measure(
        field="total_return",
        name="Return over the lookback",
        write=percent,
        meaning="What the whole lookback brought.",
        formula="(1 + r₁) × (1 + r₂) × … − 1, with the daily returns r",
    ),
    Measure(
        field="annual_return",
        name="Return a year",
        write=percent,
        meaning="The same as a yearly rate.",
        formula="(1 + return over the lookback) to the power of 252 ÷ days, − 1",
    ),
    Measure(
        field="mean_return",
        name="Mean return a year",
        write=percent,
        meaning="The average day, 252 times. The ratios below start from it.",
        formula="252 × mean daily return, nothing compounded",
    ),
    Measure(
        field="volatility",
        name="Volatility a year",
        write=percent,
        meaning="How much the value swings.",
        formula="√252 × standard deviation (n − 1) of the daily returns",
    ),
    Measure(
        field="sharpe_ratio",
        name="Sharpe ratio",
        write=number,
        meaning="Reward for each unit of swing. Below zero: cash did better.",
        formula="(mean return a year − risk-free rate) ÷ volatility a year",
    ),
    Measure(
        field="sortino_ratio",
        name="Sortino ratio",
        write=number,
        meaning="The same, but only days below the risk-free rate are risk.",
        formula="(mean return a year − risk-free rate) ÷ (√252 × root of the mean squared shortfall below it, over all days)",
    ),
    Measure(
        field="omega_ratio",
        name="Omega ratio",
        write=number,
        meaning="Gains for each unit of loss. 1: they weigh the same.",
        formula="Sum of all daily gains ÷ sum of all daily losses",
    ),
    Measure(
        field="skewness",
        name="Skewness",
        write=number,
        meaning="Below 0: the far-out days are losses; above: gains.",
        formula="m₃ ÷ m₂ to the power of 1.5, with the central moments m (divisor n)",
    ),
    Measure(
        field="kurtosis",
        name="Excess kurtosis",
        write=number,
        meaning="Above 0: more far-out days than a normal distribution has.",
        formula="m₄ ÷ m₂² − 3, with the central moments m (divisor n)",
    ),
    Measure(
        field="best_day",
        name="Best day",
        write=_percent_2,
        meaning="The largest gain of a day.",
        formula="Largest daily return",
    ),
    Measure(
        field="worst_day",
        name="Worst day",
        write=_percent_2,
        meaning="The largest loss of a day.",
        formula="Smallest daily return",
    ),
    Measure(
        field="positive_days",
        name="Days with a gain",
        write=_whole_percent,
        meaning="How often a day ends higher.",
        formula="Days with a return above zero ÷ all days",
    ),
    Measure(
        field="value_return",
        name="Growth of the value a year",
        write=percent,
        meaning="What today's quantities gained, as a yearly rate.",
        formula="(last value ÷ first value) to the power of 252 ÷ days, − 1",
        past=Past.QUANTITIES,
    ),
    Measure(
        field="maximum_drawdown",
        name="Maximum drawdown",
        write=percent,
        meaning="The deepest fall from a high to a later low.",
        formula="(peak − trough) ÷ peak, of the value",
        past=Past.QUANTITIES,
    ),
    Measure(
        field="calmar_ratio",
        name="Calmar ratio",
        write=number,
        meaning="Growth for each unit of the deepest fall.",
        formula="Growth of the value a year ÷ maximum drawdown",
        past=Past.QUANTITIES,
    ),
)
"""Of one series alone; the benchmark has them too."""

AGAINST = (
    Measure(
        field="beta",
        name="Beta",
        write=number,
        meaning="How far the portfolio moves when the benchmark moves by 1.",
        formula="Covariance with the benchmark ÷ variance of the benchmark",
    ),
    Measure(
        field="alpha",
        name="Alpha a year",
        write=percent,
        meaning="What came on top of what beta alone would have brought.",
        formula="Mean return − risk-free rate − beta × (benchmark's mean return − risk-free rate), Jensen's",
    ),
    Measure(
        field="correlation",
        name="Correlation",
        write=number,
        meaning="1: moves as the benchmark; 0: unrelated; −1: opposite.",
        formula="Covariance ÷ product of the standard deviations",
    ),
    Measure(
        field="tracking_error",
        name="Tracking error a year",
        write=percent,
        meaning="How far the returns stray from the benchmark's.",
        formula="√252 × standard deviation (n − 1) of the daily returns less the benchmark's",
    ),
    Measure(
        field="information_ratio",
        name="Information ratio",
        write=number,
        meaning="Reward for each unit of straying.",
        formula="(mean return − benchmark's mean return) ÷ tracking error",
    ),
    Measure(
        field="up_capture",
        name="Up capture",
        write=_whole_percent,
        meaning="Share of the benchmark's gains that came along.",
        formula="Sum of returns on days the benchmark rose ÷ the benchmark's own sum on these days",
    ),
    Measure(
        field="down_capture",
        name="Down capture",
        write=_whole_percent,
        meaning="Share of its losses; below zero: gained while it fell.",
        formula="Sum of returns on days the benchmark fell ÷ the benchmark's own sum on these days",
    ),
)
"""Of the portfolio against the benchmark, on the days they share."""
