"""What reading a holdings file gives: everything that was kept, everything that was not, and what has to be asked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Outcome = Literal["ok", "ok_with_warnings", "needs_user", "error"]
Basis = Literal["quantity", "market_value", "weight"]
Side = Literal["long", "short"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedPosition:
    """One holding, its lots and accounts added up.

    `basis` names the field the file states the size in: `quantity` [units, negative is short], `market_value` [money of `currency`] or
    `weight` [fraction of the portfolio]; the other two are as read, None when the file does not give them for every lot. `ticker` is None
    when the file identifies the holding in a way FARP cannot turn into a ticker; `raw` is what the file calls it. `priced` is None when no
    price source was given. `lots` are the signed sizes that were added up, empty for a single row.
    """

    ticker: str | None
    raw: str
    basis: Basis
    lines: tuple[int, ...]
    name: str = ""
    isin: str | None = None
    quantity: float | None = None
    market_value: float | None = None
    weight: float | None = None
    price: float | None = None
    currency: str | None = None
    side: Side = "long"
    priced: bool | None = None
    lots: tuple[float, ...] = ()
    suggestions: tuple[str, ...] = ()

    @property
    def size(self) -> float:
        """The number in the field that `basis` names."""
        value = {"quantity": self.quantity, "market_value": self.market_value, "weight": self.weight}[self.basis]
        return 0.0 if value is None else value


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedCash:
    """Money, a sweep fund or activity still `pending` (not settled: no cash yet); `currency` is None when the file names none."""

    label: str
    currency: str | None
    value: float
    lines: tuple[int, ...]
    pending: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherInstrument:
    """Recognised and not modelled: `kind` is option, bond, future, fx or unrecognised."""

    symbol: str | None
    name: str
    kind: str
    lines: tuple[int, ...]
    quantity: float | None = None
    value: float | None = None
    currency: str | None = None
    multiplier: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IgnoredLine:
    """A line of the file that became nothing, and why."""

    line: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldingsWarning:
    """Something the user should know; `code` is stable, `text` is a sentence."""

    code: str
    text: str
    lines: tuple[int, ...] = ()
    tickers: tuple[str, ...] = ()
    currencies: tuple[str, ...] = ()
    raw: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Something only the user knows. `options` are (value, label); empty means free text. `proposed` is the answer FARP would choose."""

    key: str
    text: str
    options: tuple[tuple[str, str], ...] = ()
    proposed: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnReading:
    """How a column was understood: `meaning` is "" when it is not used, `confidence` a fraction, `why` a few words."""

    index: int
    header: str
    meaning: str
    confidence: float
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """How the bytes were understood. `delimiter` is "" for a workbook, whose `sheet` is named; `header_line` is None when there is none."""

    encoding: str
    delimiter: str
    decimal_mark: str
    header_line: int | None
    sheet: str | None
    columns: tuple[ColumnReading, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciliation:
    """The total the file states against the sum of the rows kept; `difference` is stated minus kept, all money."""

    stated_total: float
    kept_total: float
    difference: float
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldingsImport:
    """A holdings file as understood. `error` is one sentence when `outcome` is "error", else None.

    `source_lines` gives the beginning of the original text of each line by its 1-based number. `portfolio_value` [money] is the user's
    answer for a file of weights.
    """

    outcome: Outcome
    as_of: dt.date | None = None
    positions: tuple[ImportedPosition, ...] = ()
    cash: tuple[ImportedCash, ...] = ()
    other: tuple[OtherInstrument, ...] = ()
    ignored: tuple[IgnoredLine, ...] = ()
    warnings: tuple[HoldingsWarning, ...] = ()
    questions: tuple[Question, ...] = ()
    error: str | None = None
    layout: Layout | None = None
    reconciliation: Reconciliation | None = None
    source_lines: Mapping[int, str] = field(default_factory=dict)
    portfolio_value: float | None = None
