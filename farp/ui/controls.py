"""Choices of a page that live in its link: a shared address shows what the sender saw, and a page remembers them for its session.

Streamlit's own `bind="query-params"` writes the label of an option and not its value, and drops what it does not know.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import streamlit as st

from farp import parameters
from farp.engine.value_at_risk import QuantileRule
from farp.errors import FarpError
from farp.format import days as shown_days
from farp.market import FactorSet
from farp.ui import link
from farp.ui.desk import desk
from farp.ui.tables import RULES
from farp.ui.text import literal

LONGEST_TEXT = 100
_LOOKBACKS = {"60": "60 days", "125": "125 days (half a year)", "252": "252 days (a year)", "504": "504 days", "1260": "1,260 days (five years)"}


def choice(label: str, options: Mapping[str, str], *, key: str, default: str, help: str, disabled: bool = False) -> str:
    """Draw a list of `options` (value: what is shown) and return the value chosen; `key` is its name in the link."""

    def known(text: str) -> str:
        if text not in options:
            raise KeyError
        return text

    asked = linked(key, default, known, f"one of {', '.join(options)}")
    st.session_state[key] = asked if asked in options else default  # another page may know this name with other options
    picked = st.selectbox(label, list(options), format_func=lambda value: options[value], key=key, help=help, disabled=disabled)
    keep(key, picked)
    return picked


def segments(label: str, options: Mapping[str, str], *, key: str, default: str, help: str) -> str:
    """Draw a few `options` side by side and return the value chosen."""

    def known(text: str) -> str:
        if text not in options:
            raise KeyError
        return text

    asked = linked(key, default, known, f"one of {', '.join(options)}")
    st.session_state[key] = asked if asked in options else default
    picked = st.segmented_control(label, list(options), format_func=lambda value: options[value], key=key, help=help, required=True)
    chosen = str(picked or default)
    keep(key, chosen)
    return chosen


def text(label: str, *, key: str, placeholder: str, help: str) -> str:
    """Draw a field for a few words and return them without blanks around."""
    asked = linked(key, "", lambda said: said[:LONGEST_TEXT], "some words")
    st.session_state[key] = asked
    picked = st.text_input(label, key=key, placeholder=placeholder, max_chars=LONGEST_TEXT, help=help)
    return str(keep(key, picked.strip()))


def number(
    label: str, *, key: str, default: float, low: float, high: float, step: float, help: str, format: str = "%g", whole: bool = False
) -> float:
    """Draw a field for a number from `low` to `high` and return it."""

    def usable(value: float) -> bool:
        return low <= value <= high and (not whole or value.is_integer())  # NaN is not

    def known(text: str) -> float:
        value = parameters.decimal(text)
        if not usable(value):
            raise ValueError
        return value

    asked = float(linked(key, default, known, f"a {'whole ' if whole else ''}number from {low:g} to {high:g}"))
    cast: Callable[[float], Any] = int if whole else float
    st.session_state[key] = cast(asked if usable(asked) else default)
    picked = st.number_input(label, min_value=cast(low), max_value=cast(high), step=cast(step), format="%d" if whole else format, key=key, help=help)
    return float(keep(key, picked, written=f"{picked:.10g}"))


def confidence(*, key: str = "confidence", default: float = 95.0) -> float:
    """Draw the confidence, any from 90 to 99.9 %, and return it as a fraction."""
    percent = number(
        "Confidence, %",
        key=key,
        default=default,
        low=90.0,
        high=99.9,
        step=0.5,
        help="How sure the figure is to hold: at 95 % a loss is larger on one day in twenty. Any value from 90 to 99.9.",
    )
    return parameters.confidence(f"{percent:.10g}")


def horizon(*, key: str = "horizon", default: int = 1) -> int:
    """Draw the horizon, 1 to 60 trading days, and return it."""
    days = number(
        "Horizon, days",
        key=key,
        default=default,
        low=1,
        high=parameters.LONGEST_HORIZON,
        step=1,
        help="How long the holdings are kept, in trading days. Figures of one day are scaled by the square root of time.",
        whole=True,
    )
    return parameters.horizon(str(int(days)))


def lookback(*, key: str = "lookback", default: str = "252", all_days: bool = True) -> int | None:
    """Draw the lookback and return it in trading days; None is all there is. A link may name any number of days from 60 on."""

    def known(text: str) -> str:
        asked = parameters.lookback(text)
        if asked is None and not all_days:
            raise ValueError
        return parameters.ALL_DAYS if asked is None else str(asked)

    allowed = f"a whole number of days from {parameters.SHORTEST_LOOKBACK}" + (f", or {parameters.ALL_DAYS}" if all_days else "")
    asked = linked(key, default, known, allowed)
    options = dict(_LOOKBACKS) | ({parameters.ALL_DAYS: "All there is"} if all_days else {})
    if asked == parameters.ALL_DAYS and not all_days:  # chosen on a page that offers it
        asked = default
    if asked not in options:
        options = {asked: shown_days(int(asked)), **options}
    st.session_state[key] = asked
    picked = st.selectbox(
        "Lookback",
        list(options),
        format_func=lambda value: options[value],
        key=key,
        help=f"How many past days the figures rest on. A link may name any number from {parameters.SHORTEST_LOOKBACK}: `{key}=400`.",
    )
    return parameters.lookback(keep(key, picked))


def rule(*, key: str = "rule") -> QuantileRule:
    """Draw how the quantile is read off the sorted losses, and return it."""
    picked = choice(
        "Quantile rule",
        {value.value: name[0].upper() + name[1:] for value, name in RULES.items()},
        key=key,
        default=QuantileRule.LINEAR.value,
        help="How a quantile between two days is read off. Linear interpolation is what Excel's PERCENTILE.INC does.",
    )
    return QuantileRule(picked)


def factors(*, key: str = "factors") -> FactorSet | None:
    """Draw the choice of factors and return a set of the tickers chosen; None is the price source's own set."""
    from farp.analysis.alignment import MOST_FACTORS, chosen_factors

    history = desk().history

    def known(text: str) -> list[str]:
        tickers = list(parameters.tickers(text))
        chosen_factors(tickers, history)
        return tickers

    asked = linked(key, [], known, "known tickers separated by commas")
    st.session_state[key] = asked
    instruments = history.instruments
    picked = st.multiselect(
        "Factors",
        list(history.tickers),
        format_func=lambda ticker: f"{ticker} · {instruments[ticker].name}" if ticker in instruments else ticker,
        key=key,
        max_selections=MOST_FACTORS,
        placeholder=f"House set ({len(history.factors.names)} factors)",
        help="Explain the holdings by other tickers than the house's factors: type a part of a name or ticker. Empty: the house set.",
    )
    keep(key, picked, written=",".join(picked))
    return chosen_factors(picked, history) if picked else None


def linked(key: str, default: Any, known: Callable[[str], Any], allowed: str) -> Any:
    """Return what a control shall show: what the link says if that is news, else what was chosen before, else `default`.

    `known` turns the link's text into a value and raises ValueError, KeyError or a `FarpError` for what cannot be used, which is said.
    """
    said = link.news(key)
    if said is not None:
        try:
            return known(said)
        except (KeyError, ValueError, FarpError) as error:
            because = str(error) if isinstance(error, FarpError) else f"{key} has to be {allowed}."
            st.warning(literal(f"The link's {key} {said[:40]!r} cannot be used, so the default is shown. {because}"), icon=":material/link_off:")
            return default
    if key in st.session_state:
        return st.session_state[key]
    return st.session_state.get(f"_kept_{key}", default)


def keep(key: str, value: Any, written: str | None = None) -> Any:
    """Remember `value` for the session and write it into the link; return it."""
    st.session_state[f"_kept_{key}"] = value
    link.note(key, str(value) if written is None else written)
    return value


def row(count: int, widths: Sequence[float] | None = None) -> Any:
    """Return `count` columns for controls, their labels on one line."""
    return st.columns(list(widths) if widths else count, vertical_alignment="top", gap="medium")
