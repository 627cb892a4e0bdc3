"""The page on stress tests: help texts, cards, tables."""

from __future__ import annotations

import difflib
from functools import partial

import numpy as np
import pandas as pd
import streamlit as st

from farp.analysis.reverse_stress import ReverseStressAnalysis
from farp.analysis.stress import ScenarioKind, StressAnalysis, StressResult, reached_share
from farp.analysis.window import Window
from farp.engine.stress import LEAST_COVERED
from farp.errors import FarpError, InvalidInput
from farp.format import day, money, number, percent
from farp.portfolio import cash_currency
from farp.report.stress_sentences import KIND_NAMES, coverage_in_words
from farp.ui import cards, controls, tables
from farp.ui.cards import Card
from farp.ui.tables import Formatter, Table
from farp.ui.text import literal

SCENARIO = "One scenario by holding. The choice is part of the page's link."
PART = (
    "*What if*: crises of the past and scenarios you saved, on today's holdings. *Build your own*: shocks of your choice."
    " *What would it take*: the likeliest way to a loss you name."
)
RANKING = (
    "What each scenario would make of **today's holdings**, in percent of their value; the largest loss first.\n\n"
    "A crisis of the past takes each holding's own return from the close of its first day to the close of its last, prices and exchange rates"
    " together. A holding without prices then moves as its loadings on the factors say; the paler a bar, the less it rests on own prices alone."
)
WORST_PAST = "**Worst crisis**: the dated scenario in which today's holdings lose most.\n\nΣ market value × return over its dates ÷ net asset value."
WORST_SHOCK = "**Worst shock**: the example or saved scenario in which today's holdings lose most.\n\nΣ market value × move that the shocks imply ÷ net asset value."
BEST = "**Best scenario**: the one in which today's holdings gain most. What helps here hurts a portfolio that is short of it."
REACH = (
    "**With a figure**: how many scenarios the prices at hand can answer.\n\n"
    f"A crisis whose prices reach less than {percent(LEAST_COVERED, 0)} of the gross value has no figure and is listed as such; it is never counted as zero."
)
OUTCOME = "**Outcome**: what the holdings would gain or lose in this scenario, in the base currency.\n\nΣ market value × move of each holding."
OF_VALUE = "**Share of the value**: the outcome ÷ net asset value."
BENCHMARK = "**Benchmark**: how far the benchmark moved between the same two closes, for comparison."
REACHED = (
    "**Own prices**: the share of the gross value (cash in the base currency aside) that had prices on both dates.\n\n"
    "The rest is moved by its loadings on the factors (R² in the table says how good a stand-in that is), or is missing where no factor had a price."
)
DISTANCE = (
    "**How far**: the shocks together, in standard deviations of one day (Mahalanobis distance), so shocks that usually come together count less.\n\n"
    "From the daily returns of the lookback. √21 ≈ 4.6 standard deviations of a day are one of a month."
)
WATERFALL = (
    "What **each holding** adds to the outcome, the largest loss first; each bar begins where the one above it ended.\n\n"
    "Market value × move. ≈ marks a holding that had no price then and is moved by its factor loadings."
)
MODE = (
    "*Only what is named*: each shock moves what it names and nothing else; a factor's shock moves each holding by its loading. Shocks on the same"
    " holding add up.\n\n*Everything follows*: the rest moves by what is to be expected given the shocks, from how they moved together"
    " over the lookback (S_os S_ss⁻¹ × shock)."
)
EDITOR = (
    "One row for each shock, in percent from −100 to 1,000.\n\n"
    "A **currency's** shock is the move of its price in the portfolio's base currency, with prices in that currency unchanged. A shock of the base"
    " currency itself moves every other one: when it gains 10 %, each of them loses 9.1 %. A **sector's** or **asset class's** shock moves all"
    " its members; where everything follows, the group as a whole, and each member by its own beta to it."
)
NAME = "A saved scenario is part of the ranking of every portfolio. Saving under a name that exists replaces it; another name makes another scenario."
RENAME = "Gives the saved scenario you began from this name and these shocks. *Save* keeps it and adds another one."
LOSS = "How much would be lost, in percent of the net asset value."
LOSS_AMOUNT = "How much would be lost, in the base currency: without a positive net asset value there is no share of it."
WITHIN = "How many trading days the move may take: 21 are about a month. The longer, the more ordinary a given loss."
REVERSE_DISTANCE = (
    "**How far**: the loss in standard deviations of what the factors do to this portfolio in that many days.\n\n"
    "loss ÷ √(b′Fb), with b the portfolio's exposures to the factors and F their covariance over the lookback × days. No other move that loses"
    " as much is nearer (Mahalanobis distance)."
)
REVERSE_COUNT = (
    "**How often**: in how many runs of that many days these factors would have cost today's holdings as much.\n\n"
    "Every overlapping run since all factors have prices, with today's loadings. Neighbouring runs share days, so they are not independent."
)
REVERSE_WORST = "**Worst so far**: the largest loss of today's holdings through these factors in any such run."
EXPLAINED = (
    "**Explained**: the share of the portfolio's variance that these factors explain.\n\n"
    "The rest belongs to single holdings: it can add to the loss, and no move of factors says anything about it."
)
FACTOR_MOVES = (
    "The **likeliest** of all factor moves that lose this much: each factor moves in proportion to how it moves together with the portfolio.\n\n"
    "f = −loss × F b ÷ (b′Fb)."
)
REVERSE_WATERFALL = "What each holding loses or gains in that move: market value × Σ loading × factor move. The bars add up to the loss asked for."
FACTOR_PAST = (
    "What the factors would have made of **today's holdings** in every run of that many trading days, dated by its last day; red where the loss asked"
    " for is reached.\n\nToday's exposures × past factor returns, compounded over the run."
)


def ranking_cards(result: StressAnalysis) -> None:
    """Draw the worst crisis, the worst shock, the best scenario and how many have a figure."""
    ranked, currency = result.ranked, result.window.base_currency
    moving = [one for one in ranked if not one.still] or ranked
    past = next((one for one in moving if one.kind is ScenarioKind.HISTORICAL), None)
    shock = next((one for one in moving if one.kind is not ScenarioKind.HISTORICAL), None)
    own = sum(one.priced >= 1.0 for one in ranked)

    def card(label: str, one: StressResult | None, help: str) -> Card:
        if one is None:
            return Card(label=label, value=money(None), beside="none has a figure", help=help)
        value = percent(one.fraction) if one.fraction is not None else money(one.total, currency)
        part = f" · of the {reached_share(one.covered)} reached" if one.partial else ""
        return Card(label=label, value=value, beside=f"{one.scenario.name}{part}", help=help)

    cards.draw(
        [
            card("Worst crisis", past, WORST_PAST),
            card("Worst shock", shock, WORST_SHOCK),
            card("Best scenario", moving[-1] if moving else None, BEST),
            Card(label="With a figure", value=f"{len(ranked)} of {len(result.results)}", beside=f"{own} without stand-ins", help=REACH),
        ],
        key="stress",
    )


def result_cards(result: StressResult, window: Window, benchmark: str) -> None:
    """Draw the outcome of one scenario, and what it is to be measured by."""
    if result.total is None:
        return
    outcome = Card(
        label="Outcome",
        value=money(result.total, window.base_currency),
        beside=f"{percent(result.fraction)} of value" if result.fraction is not None else "value is not positive",
        help=OUTCOME,
    )
    moved = int((result.reached & (np.nan_to_num(result.moves) != 0)).sum())
    lost = int((np.nan_to_num(result.profit_and_loss) < 0).sum())
    counted = Card(label="Holdings that lose", value=str(lost), beside=f"of {moved} that move", help="How many holdings lose money in this scenario.")
    if result.kind is ScenarioKind.HISTORICAL:
        more = [
            Card(label="Benchmark", value=percent(result.benchmark_move), beside=benchmark, help=BENCHMARK),
            Card(label="Own prices", value=percent(result.priced, 0), beside=_rest(result), help=REACHED),
        ]
    else:
        worst = int(np.argmin(np.nan_to_num(result.profit_and_loss)))
        hit = float(result.profit_and_loss[worst])
        more = [
            Card(
                label="Largest loss",
                value=money(min(hit, 0.0), window.base_currency),
                beside=_called(window.holdings[worst].ticker) if hit < 0 else "no holding loses",
                help="The holding that loses most in this scenario.",
            )
        ]
        if result.distance is not None:
            more.append(Card(label="How far", value=number(result.distance, 1), beside="daily standard deviations", help=DISTANCE))
    cards.draw([outcome, counted, *more], key="stress_result")


def reverse_cards(result: ReverseStressAnalysis) -> None:
    """Draw how far, how often, the worst so far, and how much the factors explain."""
    found, window = result.result, result.window
    worst = window.of_value(result.worst)
    cards.draw(
        [
            Card(label="How far", value=f"{number(found.distance, 1)} σ", beside="standard deviations", help=REVERSE_DISTANCE),
            Card(
                label="How often",
                value=f"{found.days_as_bad:,} of {found.observations:,}",
                beside=f"periods since {day(result.since)}",
                help=REVERSE_COUNT,
            ),
            Card(
                label="Worst so far",
                value=money(result.worst, window.base_currency),
                beside=f"{percent(worst)} of value" if worst is not None else "through the factors",
                help=REVERSE_WORST,
            ),
            Card(label="Explained", value=percent(result.systematic, 0), beside="of the variance", help=EXPLAINED),
        ],
        key="reverse",
    )


def loss(window: Window) -> tuple[float | None, float | None]:
    """Draw how much is to be lost and return it as a fraction of net asset value, or as an amount where that is not positive."""
    if window.net_asset_value > 0:
        return controls.number("Loss, % of value", key="loss", default=10.0, low=0.1, high=1000.0, step=1.0, help=LOSS) / 100.0, None
    tenth = float(f"{max(window.gross / 10.0, 1.0):.2g}")
    amount = controls.number(
        f"Loss, {window.base_currency}", key="loss_amount", default=tenth, low=0.01, high=1e15, step=tenth / 10, help=LOSS_AMOUNT, format="%.10g"
    )
    return None, amount


def pick_scenario(result: StressAnalysis) -> StressResult:
    """Draw the choice of a scenario and return its result; the worst one to begin with."""
    options = {one.scenario.id: one.scenario.name for one in (*result.ranked, *result.unavailable)}
    if st.session_state.get("scenario", st.session_state.get("_kept_scenario")) not in options:  # deleted since
        st.session_state.pop("scenario", None)
        st.session_state.pop("_kept_scenario", None)
    first = next(iter(options))

    def known(id: str) -> str:
        if id not in options:
            near = difflib.get_close_matches(id.casefold(), options, 1, 0.5)
            raise InvalidInput(f"There is no scenario of that id{f'; the nearest is {near[0]}' if near else ''}.")
        return id

    asked = controls.linked("scenario", first, known, "")
    st.session_state["scenario"] = asked if asked in options else first
    picked = st.selectbox("Scenario", list(options), format_func=lambda id: options[id], key="scenario", help=SCENARIO)
    return result.result(str(controls.keep("scenario", picked)))


def ranking(result: StressAnalysis) -> Table:
    """Return every scenario with its outcome, those without a figure last."""
    benchmark = result.benchmark_name
    rows = [
        {
            "Scenario": one.scenario.name,
            "Kind": KIND_NAMES[one.kind],
            "Profit and loss": one.total,
            "% of value": one.fraction,
            benchmark: one.benchmark_move,
            "Rests on": (coverage_in_words(one) if one.available else one.because)
            if one.kind is ScenarioKind.HISTORICAL or not one.available
            else "shocks",
        }
        for one in (*result.ranked, *result.unavailable)
    ]
    frame = pd.DataFrame(rows)
    numeric = ["Profit and loss", "% of value", benchmark]
    frame[numeric] = frame[numeric].astype("float64")
    return Table(
        frame=frame,
        formats={"Profit and loss": partial(money, currency=result.window.base_currency), "% of value": percent, benchmark: percent},
        help={"Rests on": REACHED, benchmark: BENCHMARK},
        widths={"Scenario": 190, "Rests on": 330},
    )


def by_holding(result: StressResult, window: Window) -> Table:
    """Return each holding's move and outcome, the largest loss first."""
    order = np.argsort(np.where(result.reached, result.profit_and_loss, np.inf), kind="stable")
    holdings = [window.holdings[i] for i in order]
    columns = {
        "Holding": [holding.ticker for holding in holdings],
        "Name": [holding.instrument.name for holding in holdings],
        "Value": [holding.market_value for holding in holdings],
        "Move": result.moves[order],
        "Profit and loss": result.profit_and_loss[order],
    }
    amount = partial(money, currency=window.base_currency)
    formats: dict[str, Formatter] = {"Value": amount, "Move": percent, "Profit and loss": amount}
    if result.proxied.any():
        columns["Stand-in, R²"] = result.r_squared[order]
        formats["Stand-in, R²"] = partial(percent, decimals=0)
    return Table(
        frame=pd.DataFrame(columns),
        formats=formats,
        help={"Stand-in, R²": "Moved by its factor loadings, which explain this share of its daily variance.", "Move": "In the base currency."},
        pinned="Holding",
    )


def factor_moves_table(result: ReverseStressAnalysis) -> Table:
    """Return the move of each factor, also in its own standard deviations."""
    moves, deviations = result.result.factor_moves, result.deviations
    relative = np.divide(moves, deviations, out=np.full_like(moves, np.nan), where=deviations > 0)
    frame = pd.DataFrame({"Factor": result.factors.names, "Move": moves, "Standard deviation": deviations, "Move ÷ standard deviation": relative})
    formats: dict[str, Formatter] = {
        "Move": partial(percent, decimals=2),
        "Standard deviation": partial(percent, decimals=2),
        "Move ÷ standard deviation": number,
    }
    return Table(frame=frame, formats=formats, pinned="Factor")


def reverse_by_holding(result: ReverseStressAnalysis) -> Table:
    """Return what each holding loses in the move, the largest loss first."""
    window, amounts = result.window, result.result.profit_and_loss
    order = np.argsort(amounts, kind="stable")
    holdings = [window.holdings[i] for i in order]
    frame = pd.DataFrame(
        {
            "Holding": [holding.ticker for holding in holdings],
            "Name": [holding.instrument.name for holding in holdings],
            "Value": [holding.market_value for holding in holdings],
            "Profit and loss": amounts[order],
        }
    )
    amount = partial(money, currency=window.base_currency)
    return Table(frame=frame, formats={"Value": amount, "Profit and loss": amount}, pinned="Holding")


def past_table(result: ReverseStressAnalysis) -> Table:
    """Return every run with what the factors would have made of today's holdings."""
    return tables.series({"Profit and loss": result.past}, partial(money, currency=result.window.base_currency))


def without_bars(result: StressAnalysis) -> tuple[str, ...]:
    """Return one sentence for each scenario without a figure, and one for those that move nothing."""
    said = [f"**{literal(one.scenario.name)}** has no figure. {literal(one.because or '')}" for one in result.unavailable]
    still = [one.scenario.name for one in result.ranked if one.still]
    if still:
        said.append(f"Nothing held is touched by: {', '.join(f'**{literal(name)}**' for name in still)}.")
    return tuple(said)


def warn(error: FarpError) -> None:
    """Draw what went wrong as a sentence; the rest of the page stays."""
    st.warning(literal(str(error)), icon=":material/report:")


def notes(sentences: tuple[str, ...]) -> None:
    """Draw sentences about a result quietly, one below the other."""
    if sentences:
        st.caption("  \n".join(literal(sentence) for sentence in sentences))


def _called(ticker: str) -> str:
    currency = cash_currency(ticker)
    return ticker if currency is None else f"{currency} cash"


def _rest(result: StressResult) -> str:
    if result.priced >= 1.0:
        return "of every holding"
    missing = 1.0 - result.covered
    parts = [f"stand-ins {percent(result.covered - result.priced, 0)}"] if result.covered > result.priced else []
    return ", ".join(parts + ([f"missing {percent(missing, 0)}"] if missing > 1e-9 else []))
