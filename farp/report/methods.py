"""What can be said in words about VaR methods: what each assumes, what was chosen and fitted, and how far they are apart."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from farp.analysis.methods import MethodComparison, MethodFigure
from farp.engine.methods.age_weighted import AGE_WEIGHTED
from farp.engine.methods.cornish_fisher import CORNISH_FISHER
from farp.engine.methods.filtered_historical import FILTERED_HISTORICAL
from farp.engine.methods.garch_filtered import GARCH_FILTERED
from farp.engine.methods.monte_carlo import MONTE_CARLO
from farp.engine.methods.parametric_normal import PARAMETRIC_NORMAL
from farp.engine.methods.student_t import STUDENT_T
from farp.engine.value_at_risk import HISTORICAL_SIMULATION, QuantileRule, ValueAtRisk
from farp.format import confidence, days, money, number, percent

EXPLAINED = {
    HISTORICAL_SIMULATION: "Sorts the profit and loss of each past day and reads off the quantile. It assumes no shape, and knows no loss that has not happened"
    " in the window.",
    PARAMETRIC_NORMAL: "Takes the mean of a day as zero and the standard deviation of the window. Simple, and too mild where extreme days are more frequent than"
    " under a bell curve.",
    STUDENT_T: "Keeps the standard deviation of the window but lets the tails be fatter; how fat is the degrees of freedom that make the days most likely. Around"
    " 3 to 6 is usual for shares, above 30 is as good as normal.",
    CORNISH_FISHER: "Corrects the bell curve for lopsidedness (skewness) and fat tails (kurtosis) of the days. Good for mild corrections; a few extreme days can"
    " push it beyond what it is valid for.",
    MONTE_CARLO: "Draws 100,000 days on which all holdings move jointly normal with the covariance of the window. For holdings without options it must agree with"
    " the normal method up to chance, and so checks it.",
    AGE_WEIGHTED: "Historical simulation in which each day weighs 2 % less than the one after it. Reacts faster; rests on fewer days.",
    FILTERED_HISTORICAL: "Historical simulation after each day is rescaled by today's volatility over that day's, both exponentially weighted. Keeps the shape of"
    " the days, follows calm and rough times.",
    GARCH_FILTERED: "Filtered historical simulation with the volatilities of a GARCH(1,1), a model fitted to these days. It lets volatility react to a"
    " surprise and then return to its long-run level.",
}
"""How each method works, in two sentences."""

RULES = {
    QuantileRule.LINEAR: "linear interpolation",
    QuantileRule.ORDER_STATISTIC: "order statistic",
    QuantileRule.CENTERED: "centred (Hazen)",
}
FOLLOW_RECENT_DAYS = (AGE_WEIGHTED, FILTERED_HISTORICAL, GARCH_FILTERED)
AS_GOOD_AS_EQUAL = 0.05
"""Methods closer than this fraction are not told apart in words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One setting or fitted parameter of a method as it is read, and what it means."""

    name: str
    value: str
    meaning: str


def facts(figure: MethodFigure, currency: str) -> tuple[Fact, ...]:
    """Return what was chosen for a figure, then what was estimated from the days; parameters are of one day."""

    def amount(value: float) -> str:
        return _money(value, currency)

    settings: dict[str, tuple[str, Callable[[object], str], str]] = {
        "rule": ("Quantile rule", lambda value: RULES[QuantileRule(str(value))], "How the quantile is read off between two days."),
        "interpolation": ("Quantile rule", str, "How the quantile is read off between two days."),
        "decay": ("Decay", lambda value: f"{value:g} a day", "A day weighs, or adds to the volatility, this much of what the day after it does."),
        "mean": ("Mean of a day", str, "The drift of one day is small beside its swings, and a good year is not safety."),
        "paths": ("Simulated days", lambda value: f"{value:,}", "More of them make the figure steadier: at 95 % it is good to about 0.5 %."),
        "seed": ("Seed", str, "The same seed draws the same days, so that the figure can be repeated."),
        "distribution": ("Distribution", lambda value: str(value).replace("_", " "), "What moves are drawn from, or the fit is made with."),
    }
    fitted: dict[str, tuple[str, Callable[[float], str], str]] = {
        "deviation": ("Standard deviation", amount, "How far the profit and loss of a day usually lies from zero."),
        "degrees_of_freedom": ("Degrees of freedom", _degrees, "The smaller, the fatter the tails; above 30 it is as good as normal."),
        "skewness": ("Skewness", number, "Below zero: losses reach further than gains."),
        "excess_kurtosis": ("Excess kurtosis", number, "Above zero: extreme days are more frequent than under a bell curve."),
        "effective_observations": ("Days that count", lambda value: number(value, 0), "So many days of equal weight would be as steady."),
        "volatility": ("Volatility tomorrow", amount, "The standard deviation that is expected for the next day."),
        "largest_scaling": ("Largest scaling", lambda value: f"× {number(value)}", "How much the day that was scaled up most was scaled up."),
        "mean": ("Mean of a day", amount, "The fitted drift of a day."),
        "omega": (
            "Omega",
            lambda value: f"{value:,.0f}" if value >= 100 else f"{value:.4g}",
            "The part of the variance that is always there, in squared money.",
        ),
        "alpha": ("Alpha", lambda value: number(value, 3), "How strongly volatility answers to a surprise."),
        "beta": ("Beta", lambda value: number(value, 3), "How long volatility remembers."),
        "log_likelihood": ("Log-likelihood", lambda value: number(value, 1), "How well the model fits; compares fits to the same days only."),
        "rank": ("Directions", lambda value: number(value, 0), "Independent ways in which the holdings move, each drawn on its own."),
        "condition_number": (
            "Condition number",
            lambda value: "infinite" if math.isinf(value) else f"{value:,.0f}",
            "Largest over smallest variance of these directions; a huge one means that some holdings move alike.",
        ),
    }
    chosen = [
        Fact(name=name, value=write(figure.settings[key]), meaning=meaning)
        for key, (name, write, meaning) in settings.items()
        if key in figure.settings
    ]
    estimated = [
        Fact(name=name, value=write(figure.fitted[key]), meaning=meaning) for key, (name, write, meaning) in fitted.items() if key in figure.fitted
    ]
    return (*chosen, *estimated)


def apart_in_words(comparison: MethodComparison) -> str:
    """Say how far the methods are apart, and what that means."""
    low, high = comparison.lowest, comparison.highest
    if low is None or high is None:
        return "No method has an answer for this portfolio."
    if not any(figure.amount or figure.expected_shortfall for figure in comparison.figures):
        return "These holdings did not change in value on any day of the window, so no method sees a risk."
    left_out = _left_out(comparison)
    if len(comparison.comparable) == 1:
        alone = f"{_setting(comparison)} {high.name} says {_amount(high.amount, comparison)}; there is no other method to compare it with."
        return f"{alone} {left_out}".rstrip()
    sentences = (_range(comparison, low, high), _against_chance(comparison), _recent_days(comparison), left_out)
    return " ".join(sentence for sentence in sentences if sentence)


def range_in_words(figure: ValueAtRisk, currency: str) -> str | None:
    """Return the 90 % range of a historical VaR: ``$9,600 to $12,400``; None when the window is too short for either end."""
    low, high = figure.interval_low, figure.interval_high
    if low is None and high is None:
        return None
    if high is None:
        return f"{_money(low, currency)} or more"
    return f"{_money(high, currency)} or less" if low is None else f"{_money(low, currency)} to {_money(high, currency)}"


def listed(names: Sequence[str]) -> str:
    """Return names as in a sentence.

    Examples
    --------
    >>> listed(["A", "B", "C"]), listed(["A"])
    ('A, B and C', 'A')
    """
    *others, last = names
    return f"{', '.join(others)} and {last}" if others else last


def _range(comparison: MethodComparison, low: MethodFigure, high: MethodFigure) -> str:
    count = len(comparison.comparable)
    said = f"{_setting(comparison)} the {count} methods range from {_amount(low.amount, comparison)} by {low.name} to {_amount(high.amount, comparison)} by {high.name}"
    if comparison.ratio is None:
        return f"{said}."
    apart = comparison.ratio - 1.0
    if apart < AS_GOOD_AS_EQUAL:
        return f"{said}: as good as equal."
    return (
        f"{said}: the highest is {percent(apart, 0)} above the lowest."
        if apart < 1
        else f"{said}: the highest is {number(comparison.ratio, 1)} times the lowest."
    )


def _against_chance(comparison: MethodComparison) -> str:
    """Compare the others with the range in which chance alone puts the historical figure."""
    historical = comparison.historical
    if historical is None:
        return ""
    span = range_in_words(historical, comparison.window.base_currency)
    if span is None:
        return "The window is too short to say how uncertain the historical figure is by chance alone."
    low = -math.inf if historical.interval_low is None else historical.interval_low
    high = math.inf if historical.interval_high is None else historical.interval_high
    others = [figure for figure in comparison.comparable if figure.method != HISTORICAL_SIMULATION]
    below, above = [f.name for f in others if f.amount < low], [f.name for f in others if f.amount > high]
    chance = f"the range of the historical figure that chance alone explains ({span})"
    if not below and not above:
        if historical.interval_high is None:
            return (
                f"No method lies below {chance}. These days are too few to set it an upper end, so being inside it says little,"
                " and they cannot tell which one is right."
            )
        return f"All lie within {chance}, so these days cannot tell which one is right."
    parts = [f"{listed(names)} {'lies' if len(names) == 1 else 'lie'} {side}" for names, side in ((below, "below"), (above, "above")) if names]
    return f"{' and '.join(parts)} {chance}, so the choice of method matters here."


def _left_out(comparison: MethodComparison) -> str:
    """Say which figures do not count in the comparison, and why."""
    return " ".join(
        f"{figure.name} ({_amount(figure.amount, comparison)}) is left out of this comparison: {_continued(figure.not_compared_because or '')}"
        for figure in comparison.not_compared
    )


def _continued(sentence: str) -> str:
    """Return a sentence that does not begin with a name as the end of another."""
    return sentence[:1].lower() + sentence[1:]


def _recent_days(comparison: MethodComparison) -> str:
    """Say whether the methods that follow recent days agree that these are calmer or rougher than the window."""
    historical = comparison.historical
    recent = [figure for figure in comparison.figures if figure.method in FOLLOW_RECENT_DAYS]
    if historical is None or len(recent) < 2 or historical.amount <= 0:
        return ""
    relative = [figure.amount / historical.amount - 1.0 for figure in recent]
    names = listed([figure.name for figure in recent])
    if max(relative) < -AS_GOOD_AS_EQUAL:
        return f"{names}, which follow recent days, are lower than historical simulation: the last weeks were calmer than the window as a whole."
    if min(relative) > AS_GOOD_AS_EQUAL:
        return f"{names}, which follow recent days, are higher than historical simulation: the last weeks were rougher than the window as a whole."
    return ""


def _setting(comparison: MethodComparison) -> str:
    return f"At {confidence(comparison.confidence)} over {days(comparison.horizon_days)}"


def _amount(amount: float, comparison: MethodComparison) -> str:
    currency = comparison.window.base_currency
    return _money(amount, currency) if amount >= 0 else f"a gain of {_money(-amount, currency)}"


def _money(amount: float | None, currency: str) -> str:
    """Return an amount with cents only where they matter."""
    return money(amount, currency, 2 if amount is not None and 0 < abs(amount) < 100 else 0)


def _degrees(value: float) -> str:
    return "infinite (a normal)" if math.isinf(value) else number(value, 1)
