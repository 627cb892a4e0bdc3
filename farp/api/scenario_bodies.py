"""A hypothetical scenario in the body of a request: read strictly, with sentences that name what is allowed."""

from __future__ import annotations

import json
import math
from typing import Any

from starlette.requests import Request

from farp.api.bodies import json_object
from farp.engine.stress_library import HypotheticalScenario, Shock, ShockKind, ShockMode
from farp.errors import InvalidInput
from farp.parameters import quoted
from farp.service.portfolios import DESCRIPTION_LENGTH, NAME_LENGTH
from farp.service.scenarios import one_line

LIMIT_BYTES = 64 * 1024
EXAMPLE = '{"name": "Oil up", "mode": "direct", "shocks": [{"kind": "sector", "name": "Energy", "size_pct": 20}]}'
_SHOCK_FIELDS = ("kind", "name", "size_pct")


async def scenario_body(request: Request, *, named: bool, more: tuple[str, ...] = ()) -> tuple[HypotheticalScenario, dict[str, Any]]:
    """Return the scenario that the body describes, and the body itself; `named` asks for a name, `more` are further fields."""
    document = await json_object(request, LIMIT_BYTES, ("name", "what", "mode", "shocks", *more), EXAMPLE)
    for field in ("name", "shocks") if named else ("shocks",):
        if field not in document:
            raise InvalidInput(f"{field} is missing; send an object such as {EXAMPLE}.")
    shocks = document["shocks"]
    if not isinstance(shocks, list):
        raise InvalidInput(f"shocks must be a list of objects with {', '.join(_SHOCK_FIELDS)}, got {_shown(shocks)}.")
    name, what = _text(document, "name"), _text(document, "what")
    scenario = HypotheticalScenario(
        name=one_line(name, "A scenario's name", int(named), NAME_LENGTH) or "Hypothetical scenario",
        what=one_line(what, "A scenario's description", 0, DESCRIPTION_LENGTH),
        mode=_mode(document.get("mode", ShockMode.DIRECT.value)),
        shocks=tuple(_shock(item, f"shocks[{i}]") for i, item in enumerate(shocks)),
    )
    return scenario, document


def flag(document: dict[str, Any], name: str) -> bool:
    """Return whether the field `name` is true; without it, it is false."""
    value = document.get(name, False)
    if not isinstance(value, bool):
        raise InvalidInput(f"{name} must be true or false, got {_shown(value)}.")
    return value


def _shock(item: Any, where: str) -> Shock:
    if not isinstance(item, dict) or set(item) != set(_SHOCK_FIELDS):
        raise InvalidInput(f"{where} must be an object with {', '.join(_SHOCK_FIELDS)} and nothing else, got {_shown(item)}.")
    kind, name, size = item["kind"], item["name"], item["size_pct"]
    kinds = [str(known) for known in ShockKind]
    if kind not in kinds:
        raise InvalidInput(f"{where}.kind must be one of {', '.join(kinds)}, got {_shown(kind)}.")
    if not isinstance(name, str):
        raise InvalidInput(f"{where}.name must be text, got {_shown(name)}.")
    if isinstance(size, bool) or not isinstance(size, int | float):
        raise InvalidInput(f"{where}.size_pct must be a number of percent such as -20, got {_shown(size)}.")
    try:
        fraction = float(size) / 100.0
    except OverflowError:
        fraction = math.inf
    return Shock(kind=ShockKind(kind), name=name.strip(), size=fraction)


def _mode(value: Any) -> ShockMode:
    modes = [str(mode) for mode in ShockMode]
    if value not in modes:
        raise InvalidInput(f"mode must be {' or '.join(modes)}, got {_shown(value)}.")
    return ShockMode(value)


def _text(document: dict[str, Any], name: str) -> str:
    value = document.get(name, "")
    if not isinstance(value, str):
        raise InvalidInput(f"{name} must be text, got {_shown(value)}.")
    return value


def _shown(value: Any) -> str:
    return quoted(value) if isinstance(value, str) else json.dumps(value)[:60]
