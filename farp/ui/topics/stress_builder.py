"""The builder of a hypothetical scenario: a small table of shocks that lives in the page's link, saved by name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pandas as pd
import streamlit as st

from farp.analysis.stress import checked, shockable
from farp.charts.words import short
from farp.engine.stress_library import (
    EXAMPLES,
    HIGHEST_SHOCK,
    LOWEST_SHOCK,
    MOST_SHOCKS,
    HypotheticalScenario,
    Shock,
    ShockKind,
    ShockMode,
    shock_of,
    shock_text,
)
from farp.errors import FarpError, InvalidInput
from farp.format import bucket
from farp.service.scenarios import same_name
from farp.ui import controls
from farp.ui.desk import desk
from farp.ui.text import literal
from farp.ui.topics import stress
from farp.ui.upload.editor import ask, due, save_button

WHAT, MOVE = "What moves", "By, %"
SHOCKS, MODE = "shocks", "mode"
SEPARATOR = ";"
MODES = {ShockMode.PROPAGATED.value: "Everything follows", ShockMode.DIRECT.value: "Only what is named"}
_KINDS = {
    ShockKind.FACTOR: "Factor",
    ShockKind.ASSET_CLASS: "Asset class",
    ShockKind.SECTOR: "Sector",
    ShockKind.CURRENCY: "Currency",
    ShockKind.TICKER: "Ticker",
}
_BASE, _VERSION, _NAME, _START, _EDITED = "_shocks_base", "_shocks_version", "scenario_name", "start_from", "_scenario_edited"


def builder(base_currency: str, held: Sequence[str]) -> HypotheticalScenario | None:
    """Draw the builder and return the scenario it holds; None, after saying why, when it holds none.

    Parameters
    ----------
    held
        Tickers of the portfolio, listed before all others.
    """
    saved = desk().scenarios(on_error=stress.warn)
    left, right = controls.row(2, [1, 1])
    with left:
        _start_from(saved)
    with right:
        mode = controls.segments("How it spreads", MODES, key=MODE, default=ShockMode.PROPAGATED.value, help=stress.MODE)
    shocks, problem = _shocks(base_currency, held)
    scenario = None
    if problem is None:
        try:
            name = st.session_state.get(_NAME, "").strip()
            given = HypotheticalScenario(name=name or "Your scenario", mode=ShockMode(mode), shocks=shocks)
            scenario = checked(given, desk().history, base_currency)
        except InvalidInput as error:
            problem = "Add a row: choose what moves, and by how much." if not shocks else str(error)
    if problem is not None:
        st.info(literal(problem), icon=":material/edit_note:")
    _saving(scenario, saved)
    return scenario


def _start_from(saved: Sequence[HypotheticalScenario]) -> None:
    known = {scenario.id: scenario for scenario in (*saved, *EXAMPLES)}

    def start() -> None:
        scenario = known.get(st.session_state[_START] or "")
        if scenario is None:
            return
        _reset(scenario.shocks)
        st.session_state[MODE] = scenario.mode.value
        st.session_state[_NAME] = scenario.name if scenario in saved else ""
        st.session_state[_EDITED] = scenario.id if scenario in saved else None

    st.selectbox(
        "Start from",
        list(known),
        index=None,
        format_func=lambda id: known[id].name if id in known else id,
        key=_START,
        on_change=start,
        placeholder="An example or a saved scenario",
        help="Fills the table below with its shocks. Change them as you like; the scenario itself changes only when you save it.",
    )


def _shocks(base_currency: str, held: Sequence[str]) -> tuple[tuple[Shock, ...], str | None]:
    """Draw the table and return its shocks, and what is wrong with them."""

    def known(text: str) -> tuple[Shock, ...]:
        shocks = _read(text)
        return checked(HypotheticalScenario(name="x", mode=ShockMode.DIRECT, shocks=shocks), desk().history, base_currency).shocks if shocks else ()

    asked: tuple[Shock, ...] = tuple(controls.linked(SHOCKS, EXAMPLES[0].shocks, known, "shocks such as factor:Market=-20 separated by semicolons"))
    key = f"shock_rows_{st.session_state.get(_VERSION, 0)}"
    # a link that is news, or an editor whose edits went away with the page: what was asked for is where the table begins
    if asked != st.session_state.get("_kept_" + SHOCKS) or key not in st.session_state:
        _reset(asked)
        key = f"shock_rows_{st.session_state[_VERSION]}"
    options = {(kind, name): label(kind, name) for kind, name in _ordered(base_currency, held)}
    base: tuple[Shock, ...] = st.session_state[_BASE]
    options |= {(shock.kind, shock.name): label(shock.kind, shock.name) for shock in base if (shock.kind, shock.name) not in options}
    frame = pd.DataFrame(
        {
            WHAT: pd.Series([options[shock.kind, shock.name] for shock in base], dtype="str"),
            MOVE: pd.Series([round(100 * shock.size, 9) for shock in base], dtype="float64"),
        }
    )
    edited = st.data_editor(
        frame,
        key=key,
        num_rows="dynamic",
        hide_index=True,
        height="content",
        column_config={
            WHAT: st.column_config.SelectboxColumn(options=list(options.values()), width=230, help=stress.EDITOR, required=True),
            MOVE: st.column_config.NumberColumn(
                min_value=100 * LOWEST_SHOCK, max_value=100 * HIGHEST_SHOCK, format="%.6g", width=90, help=stress.EDITOR, required=True
            ),
        },
    )
    meant = {shown: what for what, shown in options.items()}
    shocks, problem = rows_to_shocks([(row[0], row[1]) for row in edited.itertuples(index=False)], meant)
    controls.keep(SHOCKS, shocks, written=SEPARATOR.join(map(shock_text, shocks)))
    return shocks, problem


def rows_to_shocks(rows: Sequence[tuple[Any, Any]], meant: dict[str, tuple[ShockKind, str]]) -> tuple[tuple[Shock, ...], str | None]:
    """Return the shocks of the table's `rows` (label, percent), and what is wrong with the first row that is none."""
    shocks: list[Shock] = []
    problem = None
    for number, (what, size) in enumerate(rows, start=1):
        missing = [name for name, value in ((WHAT, what), (MOVE, size)) if value is None or pd.isna(value) or value == ""]
        if len(missing) == 2:
            continue
        if missing:
            problem = problem or f"Row {number} lacks “{missing[0]}”; fill it in or delete the row."
            continue
        if what not in meant:
            problem = problem or f"Row {number} names nothing that can be shocked; choose from the list."
            continue
        kind, name = meant[what]
        try:
            shocks.append(Shock(kind=kind, name=name, size=round(float(size) / 100.0, 12)))
        except (InvalidInput, ValueError, TypeError) as error:
            problem = problem or (str(error) if isinstance(error, FarpError) else f"Row {number} has no number in “{MOVE}”.")
    return tuple(shocks), problem


def label(kind: ShockKind, name: str) -> str:
    """Return what the table calls something that can be shocked."""
    if kind is ShockKind.ASSET_CLASS:
        return f"{_KINDS[kind]} · {bucket(name)}"
    instrument = desk().history.instrument(name) if kind is ShockKind.TICKER else None
    return f"{_KINDS[kind]} · {name}" + (f" · {instrument.name}" if instrument and instrument.name != name else "")


def _ordered(base_currency: str, held: Sequence[str]) -> list[tuple[ShockKind, str]]:
    mine = set(held)
    everything = shockable(desk().history, base_currency)
    return sorted(everything, key=lambda what: (list(ShockKind).index(what[0]), what[0] is ShockKind.TICKER and what[1] not in mine))


def _read(text: str) -> tuple[Shock, ...]:
    shocks = tuple(shock_of(part) for part in text.split(SEPARATOR) if part.strip())
    if len(shocks) > MOST_SHOCKS:
        raise ValueError
    return shocks


def _reset(shocks: Sequence[Shock]) -> None:
    """Begin the table anew with `shocks`."""
    st.session_state[_BASE] = tuple(shocks)
    st.session_state[_VERSION] = st.session_state.get(_VERSION, 0) + 1
    controls.keep(SHOCKS, tuple(shocks), written=SEPARATOR.join(map(shock_text, shocks)))


def _saving(scenario: HypotheticalScenario | None, saved: Sequence[HypotheticalScenario]) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="saving_scenario"):
        name = st.text_input("Name", key=_NAME, max_chars=80, placeholder="To save it, give it a name", help=stress.NAME, width=320).strip()
        there = next((known for known in saved if name and same_name(known.name, name)), None)
        edited = next((known for known in saved if known.id == st.session_state.get(_EDITED)), None)
        kept_already = there is not None and scenario is not None and _alike(there, scenario)
        label = "Save" if there is None else "Saved" if kept_already else "Save changes"
        pressed = save_button(label, key="save_scenario", disabled=scenario is None or not name or kept_already)
        renamed = edited is not None and there is None and scenario is not None and name and _rename_button(edited)
        if there is not None:
            with st.popover("Delete", icon=":material/delete:"):
                st.write(f"Delete **{literal(there.name)}** for every portfolio?")
                st.button("Delete it", key="delete_scenario", on_click=_delete, args=(there.id,))
    said = st.session_state.pop("_scenario_said", None)
    if said:
        st.toast(literal(said), icon=":material/check:")
    if (pressed or renamed) and scenario is not None:
        before = edited if renamed else there
        wanted = replace(scenario, what=before.what) if before is not None else scenario  # the table has no field for it
        try:
            kept = desk().replace_scenario(edited.id, wanted) if renamed and edited else desk().save_scenario(wanted, replace=there is not None)
        except FarpError as error:
            stress.warn(error)
        else:
            st.session_state[_EDITED] = kept.id
            st.session_state["_scenario_said"] = (
                f"{edited.name} is now called {kept.name}." if renamed and edited else f"{kept.name} is saved and part of the ranking."
            )
            st.rerun()


def _rename_button(edited: HypotheticalScenario) -> bool:
    """Draw the button that gives the scenario begun from another name; return whether that is to be done now."""
    st.button(
        f"Rename {literal(short(edited.name, 30))}",
        key="rename_scenario",
        icon=":material/edit:",
        help=stress.RENAME,
        on_click=ask,
        args=("rename_scenario_asked",),
    )
    return bool(due("rename_scenario_asked"))


def _alike(one: HypotheticalScenario, other: HypotheticalScenario) -> bool:
    """Return whether saving `other` over `one` would change nothing."""
    return (one.name, one.mode, *map(shock_text, one.shocks)) == (other.name, other.mode, *map(shock_text, other.shocks))


def _delete(id: str) -> None:
    try:
        desk().delete_scenario(id)
    except FarpError as error:  # somebody else was faster
        st.session_state["_scenario_said"] = str(error)
    else:
        st.session_state["_scenario_said"] = "The scenario is deleted."
    st.session_state[_NAME], st.session_state[_EDITED] = "", None
