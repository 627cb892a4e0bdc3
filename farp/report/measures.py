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
    """One figure: the field it is in, its name, how it is written, what it means (markdown) and which past it rests on."""

    field: str
    name: str
    write: Callable[[float | None], str]
    meaning: str
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
        meaning="All daily returns compounded: (1 + r₁) × (1 + r₂) × … − 1.",
    ),
    Measure(
        field="annual_return",
        name="Return a year",
        write=percent,
        meaning="The same as a yearly rate: compounded return to the power of 252 ÷ days.",
    ),
    Measure(
        field="mean_return",
        name="Mean return a year",
        write=percent,
        meaning="252 × the mean daily return, nothing compounded. Sharpe and Sortino ratio and alpha start from this one.",
    ),
    Measure(
        field="volatility",
        name="Volatility a year",
        write=percent,
        meaning="How much the value swings: √252 × the standard deviation (n − 1) of the daily returns.",
    ),
    Measure(
        field="sharpe_ratio",
        name="Sharpe ratio",
        write=number,
        meaning="(mean return a year − risk-free rate) ÷ volatility. Below zero: cash would have done better.",
    ),
    Measure(
        field="sortino_ratio",
        name="Sortino ratio",
        write=number,
        meaning="As the Sharpe ratio, but only days below the risk-free rate count as risk:"
        " (mean return a year − risk-free rate) ÷ (√252 × root of the mean squared shortfall, over all days).",
    ),
    Measure(
        field="omega_ratio",
        name="Omega ratio",
        write=number,
        meaning="All daily gains ÷ all daily losses, each added up. 1: they weigh the same.",
    ),
    Measure(
        field="skewness",
        name="Skewness",
        write=number,
        meaning="Which side the far-out days are on: m₃ ÷ m₂^1.5. 0: even; negative: the large surprises are losses.",
    ),
    Measure(
        field="kurtosis",
        name="Excess kurtosis",
        write=number,
        meaning="How far out the extreme days are: m₄ ÷ m₂² − 3. 0: as a normal distribution; positive: more extreme days than that.",
    ),
    Measure(field="best_day", name="Best day", write=_percent_2, meaning="The largest daily return."),
    Measure(field="worst_day", name="Worst day", write=_percent_2, meaning="The smallest daily return."),
    Measure(field="positive_days", name="Days with a gain", write=_whole_percent, meaning="Share of days with a return above zero."),
    Measure(
        field="value_return",
        name="Growth of the value a year",
        write=percent,
        meaning="(last value ÷ first value) to the power of 252 ÷ days, − 1: today's quantities at past prices.",
        past=Past.QUANTITIES,
    ),
    Measure(
        field="maximum_drawdown",
        name="Maximum drawdown",
        write=percent,
        meaning="The deepest fall from a high to a later low: (peak − trough) ÷ peak.",
        past=Past.QUANTITIES,
    ),
    Measure(
        field="calmar_ratio",
        name="Calmar ratio",
        write=number,
        meaning="Growth of the value a year ÷ maximum drawdown, both over the lookback.",
        past=Past.QUANTITIES,
    ),
)
"""Of one series alone; the benchmark has them too."""

AGAINST = (
    Measure(
        field="beta",
        name="Beta",
        write=number,
        meaning="How far the portfolio moves when the benchmark moves by 1: covariance with the benchmark ÷ its variance.",
    ),
    Measure(
        field="alpha",
        name="Alpha a year",
        write=percent,
        meaning="Mean return above what beta alone would have brought (Jensen):"
        " mean return − risk-free rate − beta × (benchmark's mean return − risk-free rate).",
    ),
    Measure(field="correlation", name="Correlation", write=number, meaning="With the benchmark's daily returns, −1 to 1."),
    Measure(
        field="tracking_error",
        name="Tracking error a year",
        write=percent,
        meaning="√252 × the standard deviation (n − 1) of the daily returns less the benchmark's.",
    ),
    Measure(
        field="information_ratio",
        name="Information ratio",
        write=number,
        meaning="Mean return a year less the benchmark's ÷ tracking error.",
    ),
    Measure(
        field="up_capture",
        name="Up capture",
        write=_whole_percent,
        meaning="Sum of the daily returns on days the benchmark rose ÷ the benchmark's own sum. 100 %: gained as much as the benchmark.",
    ),
    Measure(
        field="down_capture",
        name="Down capture",
        write=_whole_percent,
        meaning="The same on days the benchmark fell: less is better; negative: gained while it fell.",
    ),
)
"""Of the portfolio against the benchmark, on the days they share."""
