"""The page on backtests: help texts, cards, tables, and the slow methods with their progress."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from farp.analysis import Window
from farp.analysis.backtest import (
    ALL,
    FAST_METHODS,
    LIGHT_CONFIDENCES,
    LIGHT_DAYS,
    PATHS,
    BacktestAnalysis,
    DaysRemark,
    Forecast,
    MethodBacktest,
    NotTested,
    forecast,
)
from farp.analysis.methods import SLOW_METHODS
from farp.charts.backtest import expected
from farp.engine.backtest import Backtest, Progress, probability
from farp.engine.methods import METHODS
from farp.engine.methods.monte_carlo import MONTE_CARLO
from farp.format import confidence, money, number, percent
from farp.format import day as shown_day
from farp.ui import cards
from farp.ui.cards import Card
from farp.ui.desk import kept
from farp.ui.tables import Table
from farp.ui.text import literal

FIRST = "first"
UNTIL_THEN = "Until then, everything below is of the six fast methods alone: the ranking, and with it the method shown first, may change."

TESTED = "How many of the last days are tested: what the VaR of the evening before said about each, and what came. Basel tests 250."
BEHIND = "How many days before it each forecast rests on. It knows nothing of the day it is tested on, nor of any later one."
WITH = (
    "Six methods take milliseconds. Monte Carlo and GARCH-filtered are worked out again for each of the days tested, which takes seconds, with 500"
    " days twice as many as with 250; the result is kept for an hour."
)
SHOWN = "Whose days are drawn below: the first in the ranking, or one you choose."
EXCEPTIONS = (
    "**Exceptions**: days on which today's holdings would have lost more than the VaR of the evening before.\n\n"
    "A VaR of 99 % should see one on 1 day of 100: n × (1 − confidence) of n days. Fewer is not better: it means that the VaR was too high."
)
LIGHT = (
    "**Basel traffic light**: how unlikely so many exceptions are if the VaR is right.\n\n"
    "Beside it: the chance of no more exceptions than these if the VaR is right, P(X ≤ exceptions) with X ~ Binomial(days, 1 − confidence). Green below 95 %, yellow from 95 %, red from 99.99 %. Of 250 days at 99 %:"
    " yellow from 5 exceptions, red from 10. The light sees too many exceptions, never too few."
)
BOTH = (
    "**Conditional coverage** (Christoffersen): would chance give such a number *and* such a spacing of exceptions?\n\n"
    "The probability of a result at least as odd if the VaR is right. Below 0.05 the method is rejected. It joins Kupiec's test of the number and"
    " Christoffersen's of independence: the sum of both statistics, χ² with 2 degrees of freedom."
)
RATIO = (
    "**Loss ÷ expected shortfall**: the mean over exception days. 1: on bad days as much was lost as the expected shortfall said;"
    " above: more. It rests on as few days as there are exceptions."
)
CHART = (
    "Bars: what today's holdings would have made or lost on each day. Line: minus the VaR that was known the evening before, from the days before it."
    " Red: days that lost more than the VaR."
)
RANKING = (
    "**How methods are ranked**: each rule only decides where the ones before leave methods level.\n\n"
    "1. A red light comes last.\n2. Rejected by conditional coverage (p below 0.05) comes after not rejected.\n3. A yellow light comes after green.\n"
    "4. The lower quantile score comes first: it adds what was lost beyond the VaR to a charge of 1 − confidence on what the VaR was too high by.\n"
    "5. Then the ratio of loss to expected shortfall nearer to 1, then the order of the list of methods."
)
NUMBER = (
    "Kupiec's test: probability of a number of exceptions at least as odd if the VaR is right, χ² with 1 degree of freedom. Below 0.05: rejected."
)
SPACING = (
    "Christoffersen's test of independence: is an exception as likely after an exception as after a calm day? χ² with 1 degree of freedom."
    " Below 0.05: they come too close together (or too evenly)."
)
SCORE = (
    "Mean of max(loss − VaR, 0) + (1 − confidence) × (VaR − loss) over the tested days, in money: lower is better. A VaR that is too low, too high"
    " or late pays."
)
MEAN_VAR = "Mean of the tested days' VaR: what the method asks to be held on average."
LIGHTS = (
    "Exceptions and Basel light of every method at 95 and 99 %, over 250 and 500 days. The top row says how many were to be expected."
    " Two lights of one method are not independent: they share days. Monte Carlo and GARCH-filtered have lights over no more days than are tested."
)


def fast_forecasts(window: Window, confidences: Sequence[float], days: int, lookback: int, *depends_on: object) -> list[Forecast]:
    """Return the forecasts of the methods that take milliseconds; `depends_on` says what `window` is made of."""
    return [
        _kept(partial(forecast, window, method, confidences, days, lookback), method, confidences, days, lookback, *depends_on)
        for method in FAST_METHODS
    ]


def slow_forecasts(window: Window, confidences: Sequence[float], days: int, lookback: int, *depends_on: object) -> list[Forecast] | None:
    """Return the forecasts of the methods that take seconds; None where one has yet to be worked out.

    Those kept for more days serve as well: the figures of a day do not depend on how many days are tested.
    """
    del window
    for count in (LIGHT_DAYS[-1], days):
        try:
            return [_kept(_not_yet, method, confidences, count, lookback, *depends_on) for method in SLOW_METHODS]
        except _NotYetError:
            continue
    return None


def work_out_slow_forecasts(window: Window, confidences: Sequence[float], days: int, lookback: int, *depends_on: object) -> None:
    """Work out and keep the forecasts of the methods that take seconds, with a bar that says how far it is."""
    st.caption(UNTIL_THEN)
    for method in SLOW_METHODS:
        key = (method, confidences, days, lookback, *depends_on)
        try:
            _kept(_not_yet, *key)
        except _NotYetError:
            # not inside `kept`: what a cached function draws would be drawn again each time its answer is taken from memory
            text = f"Testing {METHODS[method]}: a new forecast for each of the days …"
            bar = st.progress(0.0, text)
            result = forecast(window, method, confidences, days, lookback, _shown_by(bar, text))
            bar.empty()
            _kept(partial(_itself, result), *key)


def left_out(choice: str) -> list[NotTested]:
    """Return the methods that take seconds as not tested yet, with what to do about it on the page."""
    message = "Its test is under way." if choice == ALL else "It takes seconds: choose “All eight” above."
    return [NotTested(method=method, name=METHODS[method], message=message) for method in SLOW_METHODS]


def levels(level: float) -> tuple[float, ...]:
    """Return the confidences to forecast at: those of the lights, and the one chosen."""
    return tuple(dict.fromkeys((*LIGHT_CONFIDENCES, level)))


def shown_options(choice: str) -> dict[str, str]:
    """Return the methods whose days can be drawn when "fast" or "all" are tested."""
    return {FIRST: "First in the ranking", **{method: METHODS[method] for method in METHODS if choice == ALL or method in FAST_METHODS}}


def chosen(result: BacktestAnalysis, shown: str) -> MethodBacktest:
    """Return the method whose days are drawn; the first in the ranking also where the one wanted is not tested (yet)."""
    return next((one for one in result.methods if one.method == shown), result.methods[0])


def method_cards(result: BacktestAnalysis, one: MethodBacktest) -> None:
    """Draw what the backtest found about one method."""
    found = one.result
    ratio = found.shortfall_ratio
    cards.draw(
        [
            Card(
                label=f"Exceptions, VaR {confidence(result.confidence)}",
                value=str(found.count),
                beside=f"{expected(found.expected)} expected in {found.days} days",
                help=EXCEPTIONS,
            ),
            Card(
                label="Basel light",
                value=found.zone.value.capitalize(),
                beside="too few days to judge"
                if found.too_few_days
                else f"{percent(found.cumulative_probability, _decimals(found.cumulative_probability))} chance of no more",
                help=LIGHT,
            ),
            Card(
                label="Number and spacing",
                value="Rejected" if found.conditional_coverage.rejected else "Not rejected",
                beside=f"p-value {probability(found.conditional_coverage.p_value)}",
                help=BOTH,
            ),
            Card(
                label="Loss ÷ ES",
                value=number(ratio),
                beside=f"on {found.count} exception day{'' if found.count == 1 else 's'}" if ratio is not None else "no exception to compare",
                help=RATIO,
            ),
        ],
        key="backtest",
    )


def verdicts(result: BacktestAnalysis) -> None:
    """Write a sentence about each method, and what was not tested."""
    lines = []
    for place, one in enumerate(result.methods, start=1):
        remarks = "".join(f" *{literal(on_days(remark, result.days))}*" for remark in one.remarks)
        lines.append(f"{place}. {literal(one.verdict)}{remarks}")
    st.markdown("\n".join(lines))
    st.caption("  \n".join(literal(f"{missing.name} was not tested. {missing.message}") for missing in result.not_tested))
    if any(one.method == MONTE_CARLO for one in result.methods):
        st.caption(
            f"Monte Carlo draws {PATHS:,} days for each forecast, always the same random numbers; its VaR at 99 % is then uncertain by about 1 %."
        )


def on_days(remark: DaysRemark, days: int) -> str:
    """Return a remark as a sentence that ends with how many of the tested days it is about."""
    return f"{remark.text.removesuffix('.')} (on {remark.days} of {days} days)."


def ranking(result: BacktestAnalysis) -> Table:
    """Return the methods as ranked, with what the ranking and the tests rest on."""
    rows = [
        {
            "Rank": place,
            "Method": one.name,
            "Exceptions": one.result.count,
            "Expected": one.result.expected,
            "Light": one.result.zone.value.capitalize(),
            "p-value: number": one.result.coverage.p_value,
            "p-value: spacing": one.result.independence.p_value,
            "p-value: both": one.result.conditional_coverage.p_value,
            "Loss ÷ ES": one.result.shortfall_ratio,
            "Quantile score": one.quantile_score,
            "Mean VaR": float(np.nanmean(one.tail.value_at_risk)),
        }
        for place, one in enumerate(result.methods, start=1)
    ]
    frame = pd.DataFrame(rows)
    frame["Loss ÷ ES"] = pd.to_numeric(frame["Loss ÷ ES"])
    amount = partial(money, currency=result.window.base_currency)
    tests = ("p-value: number", "p-value: spacing", "p-value: both")
    return Table(
        frame=frame,
        formats={
            "Expected": expected,
            **dict.fromkeys(tests, probability),
            "Loss ÷ ES": number,
            "Quantile score": amount,
            "Mean VaR": amount,
        },
        help={
            "Exceptions": "Days that lost more than the VaR.",
            "Light": "Basel traffic light: how unlikely so many exceptions are.",
            "p-value: number": NUMBER,
            "p-value: spacing": SPACING,
            "p-value: both": "Conditional coverage: both together. Below 0.05: rejected.",
            "Loss ÷ ES": "Mean of loss ÷ expected shortfall on exception days; 1 is right.",
            "Quantile score": SCORE,
            "Mean VaR": MEAN_VAR,
        },
    )


def days_tested(result: BacktestAnalysis, one: MethodBacktest) -> Table:
    """Return each tested day with its P&L, VaR and ES, and whether it was an exception."""
    frame = pd.DataFrame(
        {
            "Day": result.dates.astype("datetime64[s]"),
            "Profit and loss": result.profit_and_loss,
            "VaR": one.tail.value_at_risk,
            "ES": one.tail.expected_shortfall,
            "Exception": np.where(one.result.exceptions, "yes", ""),
        }
    )
    amount = partial(money, currency=result.window.base_currency)
    return Table(frame=frame, formats={"Day": shown_day, "Profit and loss": amount, "VaR": amount, "ES": amount})


def lights(methods: Sequence[str], found: Sequence[Sequence[Backtest | None]]) -> Table:
    """Return every light as a row."""
    rows = [
        {
            "Method": METHODS[method],
            "Confidence": confidence(light.confidence),
            "Days": light.days,
            "Exceptions": light.count,
            "Expected": light.expected,
            "Light": light.zone.value.capitalize(),
            "p-value: number": light.coverage.p_value,
            "p-value: spacing": light.independence.p_value,
            "p-value: both": light.conditional_coverage.p_value,
        }
        for method, line in zip(methods, found, strict=True)
        for light in line
        if light is not None
    ]
    tests = dict.fromkeys(("p-value: number", "p-value: spacing", "p-value: both"), probability)
    return Table(frame=pd.DataFrame(rows), formats={"Expected": expected, **tests})


def _shown_by(bar: DeltaGenerator, text: str) -> Progress:
    def show(share: float) -> None:
        bar.progress(share, text)

    return show


class _NotYetError(Exception):
    """Nothing is kept yet."""


def _not_yet() -> Forecast:
    raise _NotYetError


def _itself(result: Forecast) -> Forecast:
    return result


def _kept(compute: Callable[[], Forecast], *depends_on: object) -> Forecast:
    return kept("backtest", compute, *depends_on)


def _decimals(fraction: float) -> int:
    """Return as many decimals as tell a percentage close to 100 from it."""
    return 0 if fraction < 0.9 else 1 if fraction < 0.99 else 2 if fraction < 0.9999 else 4
