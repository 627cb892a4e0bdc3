"""Saved hypothetical scenarios: one library for the house, for a scenario is asked of every portfolio and there are no logins that could own it.

A scenario is known by its name, whatever its capitals. It is a document of its own under an id made from that:

    {_id, scenario_name, scenario_desc, mode, saved_at, shocks: [{kind, name, size}, ...]}     sizes are fractions
"""

from __future__ import annotations

import datetime as dt
import hashlib
import math
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import replace as changed
from typing import Any

from farp.engine.stress_library import EXAMPLES, HISTORICAL_SCENARIOS, HypotheticalScenario, Shock, ShockKind, ShockMode
from farp.errors import Conflict, DataError, FarpError, InvalidInput, NotFound
from farp.service.portfolios import DESCRIPTION_LENGTH, NAME_LENGTH
from farp.store.protocol import SCENARIOS, Document, Store

BUILT_IN = frozenset(scenario.id for scenario in (*HISTORICAL_SCENARIOS, *EXAMPLES))
MOST_SCENARIOS = 200


def scenario_id(name: str) -> str:
    """Return the id of a scenario called `name`, unless another name has it already.

    Examples
    --------
    >>> scenario_id("Oil at $150, dollar up")
    'oil-at-150-dollar-up'
    """
    return _words(name) or _unique_id(name)


def same_name(one: str, other: str) -> bool:
    """Return whether two names are of the same scenario: capitals, blanks and ways to write a letter make no difference."""
    return _plain(one) == _plain(other)


def save_scenario(store: Store, scenario: HypotheticalScenario, *, replace: bool = False, now: dt.datetime | None = None) -> HypotheticalScenario:
    """Write `scenario` under its name, in place of the one that has it, and return it as stored.

    Raises
    ------
    InvalidInput
        The name is empty, too long or that of a built-in scenario, or there are too many scenarios.
    Conflict
        There is one of that name already and `replace` is False.
    """
    document = _document(scenario, now)
    there = _id_of(store, document["scenario_name"])
    if there is None and store.count(SCENARIOS) >= MOST_SCENARIOS:
        raise InvalidInput(f"There are {MOST_SCENARIOS} saved scenarios already, which is the most; delete one first.")
    return _written(store, document, there, replace)


def replace_scenario(store: Store, id: str, scenario: HypotheticalScenario) -> HypotheticalScenario:
    """Give saved scenario `id` other shocks; under another name it is renamed. Errors as in `save_scenario`, and NotFound."""
    find_scenario(store, id)
    document = _document(scenario)
    there = _id_of(store, document["scenario_name"])
    if there == id or (there is None and scenario_id(document["scenario_name"]) == id):
        return scenario_of(store.update(SCENARIOS, id, lambda _: document | {"_id": id}))
    renamed = _written(store, document, there, replace=False)
    store.delete(SCENARIOS, id)
    return renamed


def delete_scenario(store: Store, id: str) -> None:
    """Remove a saved scenario; NotFound when there is none."""
    if id in BUILT_IN:
        raise InvalidInput(f"{id} is a built-in scenario and stays.")
    if not id or "\0" in id or not store.delete(SCENARIOS, id):
        raise NotFound("saved scenario", id)


def find_scenario(store: Store, id: str) -> HypotheticalScenario:
    """Return one saved scenario; NotFound when there is none, DataError when it cannot be read."""
    document = store.get(SCENARIOS, id) if id and "\0" not in id else None
    if document is None:
        raise NotFound("saved scenario", id)
    return scenario_of(document)


def list_scenarios(store: Store, *, on_error: Callable[[FarpError], None] | None = None) -> tuple[HypotheticalScenario, ...]:
    """Return the saved scenarios by id; one that cannot be read raises DataError, or is handed to `on_error` and the others are returned."""
    scenarios = []
    for document in store.list(SCENARIOS):
        try:
            scenarios.append(scenario_of(document))
        except DataError as error:
            if on_error is None:
                raise
            on_error(error)
    return tuple(scenarios)


def scenario_of(document: Mapping[str, Any]) -> HypotheticalScenario:
    """Return the scenario a stored document holds, else raise DataError that names it."""
    key = str(document.get("_id"))
    try:
        shocks = [Shock(kind=ShockKind(entry["kind"]), name=entry["name"], size=_size(entry["size"])) for entry in document["shocks"]]
        scenario = HypotheticalScenario(
            id=key,
            name=str(document["scenario_name"]),
            what=str(document.get("scenario_desc", "")),
            mode=ShockMode(document["mode"]),
            shocks=tuple(shocks),
        )
    except (KeyError, TypeError, ValueError, AttributeError, InvalidInput) as error:
        why = f"{error} is missing" if isinstance(error, KeyError) else str(error).rstrip(".")
        raise DataError(f"The saved scenario {key!r} cannot be used: {why}. Delete it and save it again.") from error
    return scenario if scenario.name.strip() else changed(scenario, name=key)


def _document(scenario: HypotheticalScenario, now: dt.datetime | None = None) -> Document:
    name = one_line(scenario.name, "A scenario's name", 1, NAME_LENGTH)
    if any(same_name(name, known.name) for known in (*HISTORICAL_SCENARIOS, *EXAMPLES)):
        raise InvalidInput(f"{name!r} is the name of a built-in scenario; choose another one.")
    return {
        "scenario_name": name,
        "scenario_desc": one_line(scenario.what, "A scenario's description", 0, DESCRIPTION_LENGTH),
        "mode": scenario.mode.value,
        "shocks": [{"kind": shock.kind.value, "name": shock.name, "size": shock.size} for shock in scenario.shocks],
        "saved_at": now or dt.datetime.now(dt.UTC),
    }


def _id_of(store: Store, name: str) -> str | None:
    """Return the id of the saved scenario called `name`; None when there is none."""
    return next((str(document["_id"]) for document in store.list(SCENARIOS) if same_name(str(document.get("scenario_name", "")), name)), None)


def _written(store: Store, document: Document, there: str | None, replace: bool) -> HypotheticalScenario:
    """Write `document` under the id `there` that has its name, or under the first id of its own that no other name has."""
    name = document["scenario_name"]
    keys = [there] if there is not None else [key for key in (scenario_id(name), _unique_id(name)) if key not in BUILT_IN]
    for key in keys:
        there = key

        def written(before: Document | None, key: str = key) -> Document:
            if before is not None and not same_name(str(before.get("scenario_name", "")), name):
                return before  # another scenario's: it stays, and the next id is tried
            if before is not None and not replace:
                raise Conflict("scenario", key)
            return document | {"_id": key}

        kept = store.update(SCENARIOS, key, written)
        if same_name(str(kept.get("scenario_name", "")), name):
            return scenario_of(kept)
    raise Conflict("scenario", str(there))


def _words(name: str) -> str:
    ascii_name = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode("ascii").lower()
    return re.sub(r"[^a-z0-9]+", "-", ascii_name).strip("-")[:60].rstrip("-")


def _unique_id(name: str) -> str:
    """Return an id that no other name makes: its words, where it has any, and a few digits of its checksum."""
    digits = hashlib.sha256(_plain(name).encode("utf-8", "surrogatepass")).hexdigest()[:10]
    return f"{_words(name) or 'scenario'}-{digits}"


def _plain(name: str) -> str:
    return unicodedata.normalize("NFKC", " ".join(name.split())).casefold()


def _size(value: object) -> float:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else math.nan


def one_line(text: str, what: str, fewest: int, most: int) -> str:
    """Return `text` on one line, else raise `InvalidInput`."""
    shown = " ".join(text.split())
    if not fewest <= len(shown) <= most:
        raise InvalidInput(f"{what} has {fewest} to {most} characters, got {len(shown)}.")
    if not shown.isprintable() and shown:
        raise InvalidInput(f"{what} holds a character that cannot be shown; leave it out.")
    return shown
