"""The bundled files of the screen "Upload": a template to fill in, and examples to try."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files

TEMPLATE = "template.csv"


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A bundled file and what it shows."""

    file: str
    title: str
    shows: str


EXAMPLES = (
    Example(file="us_broker.csv", title="US broker", shows="An account export: title lines, an option, a sweep fund and a total."),
    Example(file="german_depot.csv", title="German depot", shows="Semicolons, decimal commas and German headings, holdings in euro and dollar."),
    Example(file="model_weights.csv", title="Model in weights", shows="Tickers and weights only, so FARP asks what the whole is worth."),
)


def content(file: str) -> bytes:
    """Return the bytes of a bundled file."""
    return (files("farp.sample") / "holdings" / file).read_bytes()
