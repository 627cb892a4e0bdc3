"""The page on factors: help texts, controls, cards, tables."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np
import pandas as pd
import streamlit as st

from farp.analysis.factors import PortfolioFactors, RollingLoadings
from farp.charts.factors import MOST_LINES
from farp.engine.factor_model import COLLINEAR_ABOVE, CovarianceEstimator
from farp.format import MISSING, money, number, percent
from farp.format import day as shown_day
from farp.ui import cards, controls
from farp.ui.cards import Card
from farp.ui.tables import Formatter, Table
from farp.ui.text import literal

VIEWS = {
    "contributions": "Share of variance",
    "loadings": "Loadings",
    "rolling": "Loadings over time",
    "alike": "Alike factors",
    "statistics": "Regression",
}
ROLLING_WINDOWS = {"60": "60 days", "125": "125 days (half a year)", "252": "252 days (a year)", "504": "504 days (two years)"}
_ESTIMATORS = {CovarianceEstimator.SAMPLE.value: "Sample", CovarianceEstimator.LEDOIT_WOLF.value: "Ledoit-Wolf (shrunk)"}

VIEW = "What the charts below show. The settings above apply to all of them."
COVARIANCE = (
    "How the ups and downs of the factors are estimated.\n\n"
    "**Sample**: as they were. **Ledoit-Wolf**: drawn a little towards independent factors of equal size, by the amount that is expected to be closest"
    " to the truth; steadier with many factors and few days. It changes shares and volatility, not loadings."
)
SYSTEMATIC = (
    "**Systematic share**: the part of the variance that comes through the factors. The rest belongs to single holdings.\n\n"
    "w′B F B′w ÷ variance, with holdings w, loadings B and the factors' covariance F, over the lookback."
)
SPECIFIC = (
    "**Specific share**: the part of the variance that no factor explains; it shrinks as positions are spread.\n\n"
    "Σ w² × residual variance ÷ variance. The holdings' own moves are taken as independent of each other."
)
VOLATILITY = (
    "**Volatility in the model**: square root of factor plus specific variance × √252.\n\n"
    "*Measured* is the volatility of today's holdings over the same days. A wide gap says that holdings share moves that no factor here explains."
)
CONDITION = (
    "**Condition number** of the factors: how far they can be told apart. 1: unrelated; above 30: so alike that single loadings are a matter of chance.\n\n"
    "Largest ÷ smallest singular value of the factors' returns, centred and scaled to equal size. The view *Alike factors* names those that are alike;"
    " two of many can be so while the number is still low."
)
WATERFALL = (
    "**How the variance adds up**: each factor's share, then what no factor explains, to 100 %.\n\n"
    "A share is exposure × covariance of the portfolio with the factor ÷ variance. A negative one takes risk away:"
    " the portfolio moves against that factor while the others carry it along."
)
HEATMAP = (
    "**Share of the portfolio's variance** by holding (row) and factor (column), in percent; everything adds up to 100.\n\n"
    "Each holding is regressed on the factors over the lookback. A cell is weight × loading × the portfolio's covariance with the factor ÷ variance."
    " *Specific* is what no factor explains. Negative (blue) cells reduce the risk."
)
LOADINGS = (
    "**Loadings**: how far a holding moves when a factor moves by 1 and all other factors stand still (least squares over the lookback)."
    " Faint ones cannot be told from zero."
)
ROLLING = (
    "**Loadings over time**: how far today's holdings would have moved with each factor, refitted on every day over the days before it.\n\n"
    "All factors of the set are in every fit; the lines show those you pick. A loading that drifts says that the portfolio's character changed, or that"
    " the fit is unsure."
)
ROLLING_WINDOW = "Days of each fit. Short windows follow changes fast and swing by chance; long ones are calm and late."
LINES = f"Which factors to draw, at most {MOST_LINES}. Without a choice: those with the largest shares of variance."
ALIKE = (
    "**Correlation of the factors** with each other. Factors that move alike share what they explain, and how it is split between them is unsure.\n\n"
    "The small number is the variance inflation: how much larger the variance of a loading is than if the factor had nothing to do with the others"
    " (1 ÷ (1 − R² on the others)). Above 10 is a warning."
)
PORTFOLIO_TABLE = (
    "The profit and loss of today's holdings, regressed on all factors at once (least squares with intercept over the lookback). A t-statistic beyond ±2"
    " says that the loading is unlikely to be chance."
)
HOLDINGS_TABLE = (
    "R² is how much of a holding's ups and downs the factors explain. A t-statistic beyond ±2 means the loading is unlikely to be chance; "
    "it is left out for a holding that is itself a factor. Loadings are per 1 of factor move."
)


def covariance() -> CovarianceEstimator:
    """Draw the choice of the covariance's estimator and return it."""
    return CovarianceEstimator(controls.choice("Covariance", _ESTIMATORS, key="covariance", default="sample", help=COVARIANCE))


def shown_lines(result: PortfolioFactors) -> list[str]:
    """Draw the choice of factors for the chart of rolling loadings and return their names."""
    names = result.factors.factors.names
    shares = np.abs(np.nan_to_num(result.factors.contributions.by_factor[:-1]))
    largest = [names[i] for i in np.argsort(-shares, kind="stable")[:4]]
    if len(names) == 1:
        return list(names)

    def known(text: str) -> list[str]:
        picked = [part for part in text.split(",") if part]
        if not picked or not set(picked) <= set(names):
            raise ValueError
        return picked[:MOST_LINES]

    key = "lines"
    asked = [name for name in controls.linked(key, [], known, f"names of factors separated by commas, of {', '.join(names)}") if name in names]
    st.session_state[key] = asked
    picked = st.multiselect(
        "Factors shown", list(names), key=key, max_selections=MOST_LINES, placeholder=f"Largest: {', '.join(largest)}", help=LINES
    )
    controls.keep(key, picked, written=",".join(picked))
    return picked or largest


def factor_cards(result: PortfolioFactors) -> None:
    """Draw the split of variance into systematic and specific, the volatility of the model, and how alike the factors are."""
    window, shares, found = result.window, result.factors.contributions, result.collinearity
    days = result.factors.regression.observations
    count = len(result.factors.factors.factors)
    condition = number(found.condition_number, 1) if np.isfinite(found.condition_number) else "dependent"
    verdict = "too alike" if found.collinear else "some alike" if troubled(result) else f"fine below {COLLINEAR_ABOVE:.0f}"
    cards.draw(
        [
            Card(label="Systematic", value=percent(shares.systematic), beside="of variance", help=SYSTEMATIC),
            Card(label="Specific", value=percent(shares.specific), beside="of variance", help=SPECIFIC),
            Card(
                label="Volatility in the model",
                value=_of_value(result, result.model_volatility),
                beside=f"{_of_value(result, result.measured_volatility)} measured",
                help=VOLATILITY,
            ),
            Card(
                label="Condition number",
                value=condition,
                beside=f"{verdict}, {count} factor{'' if count == 1 else 's'}",
                help=CONDITION,
            ),
        ],
        key="factors",
    )
    said = [f"{days} daily returns that holdings and factors have in common"]
    if result.factors.estimator is CovarianceEstimator.LEDOIT_WOLF:
        said.append(f"covariance shrunk by {percent(result.factors.shrinkage)} (Ledoit and Wolf)")
    if window.lookback_days is not None and days < window.lookback_days:
        said.append(f"{window.lookback_days} were asked for")
    said.append(f"factors {', '.join(result.factors.factors.names)}")  # the control cuts what does not fit its line
    st.caption(literal(" · ".join(said)))


def troubled(result: PortfolioFactors) -> bool:
    """Return whether some factors cannot be told apart well."""
    return result.collinearity.collinear or len(result.findings) > 1


def alike_findings(result: PortfolioFactors) -> None:
    """Draw what there is to say about factors that are alike."""
    text = literal(" ".join(result.findings))
    if troubled(result):
        st.warning(text, icon=":material/join_inner:")
    else:
        st.info(text, icon=":material/check:")


def portfolio_regression(result: PortfolioFactors) -> Table:
    """Return loading, standard error, t-statistic and share of variance of each factor, for the portfolio as a whole."""
    window, fit, analysis = result.window, result.portfolio, result.factors
    names = analysis.factors.names
    nav = window.net_asset_value
    columns: dict[str, object] = {"Factor": list(names)}
    if nav > 0:
        columns["Loading"] = analysis.exposures / nav
        columns["Standard error"] = fit.standard_errors[0] / nav
    columns |= {
        "t": fit.t_statistics[0],
        "P&L for +1 %": analysis.exposures / 100.0,
        "Share of variance": analysis.contributions.by_factor[:-1],
        "Variance inflation": result.collinearity.variance_inflation,
    }
    formats: dict[str, Formatter] = {
        "t": partial(number, decimals=1),
        "P&L for +1 %": partial(money, currency=window.base_currency),
        "Share of variance": percent,
        "Variance inflation": _inflation,
    }
    if nav > 0:
        formats |= {"Loading": number, "Standard error": number}
    meanings = {
        "Loading": "Return of the portfolio for a return of 1 of the factor, all others still.",
        "Standard error": "How far the loading may be off by chance: two of them either way hold it with 95 %.",
        "t": "Loading ÷ standard error. Beyond ±2 it is unlikely to be chance. Empty where the factor cannot be told apart.",
        "P&L for +1 %": "What is gained when the factor rises by 1 %, all others still.",
        "Variance inflation": "How much larger the variance of the loading is than if the factor had nothing to do with the others.",
    }
    return Table(frame=pd.DataFrame(columns), formats=formats, help=meanings, pinned="Factor")


def fit_sentence(result: PortfolioFactors) -> str:
    """Return how much of the portfolio's own ups and downs the factors explain, in a sentence."""
    r_squared = float(result.portfolio.r_squared[0])
    if not np.isfinite(r_squared):
        return "The value of these holdings does not move, so there is nothing to explain."
    return f"The factors explain {percent(r_squared)} of the portfolio's ups and downs (R²) over {result.portfolio.observations} days."


def rolling_table(result: RollingLoadings) -> Table:
    """Return the loadings of every factor and R² on each day, the last day first."""
    frame = pd.DataFrame(result.loadings[::-1], columns=list(result.factors.names))
    frame.insert(0, "Day", result.dates[::-1].astype("datetime64[s]"))
    frame["R²"] = result.r_squared[::-1]
    write: Formatter = partial(number, decimals=0) if result.in_money else number
    formats: dict[str, Formatter] = {"Day": shown_day, **dict.fromkeys(result.factors.names, write), "R²": partial(percent, decimals=0)}
    return Table(frame=frame, formats=formats)


def likeness(result: PortfolioFactors) -> Table:
    """Return each factor's variance inflation and its correlations with the others."""
    names: Sequence[str] = result.factors.factors.names
    frame = pd.DataFrame(result.collinearity.correlation, columns=list(names))
    frame.insert(0, "Factor", list(names))
    frame.insert(1, "Variance inflation", result.collinearity.variance_inflation)
    return Table(frame=frame, formats={"Variance inflation": _inflation, **dict.fromkeys(names, number)}, pinned="Factor")


def _of_value(result: PortfolioFactors, amount: float | None) -> str:
    if amount is None:
        return MISSING
    fraction = result.window.of_value(amount)
    return percent(fraction) if fraction is not None else money(amount, result.window.base_currency)


def _inflation(value: float) -> str:
    return "exactly dependent" if np.isinf(value) else number(value, 1)
