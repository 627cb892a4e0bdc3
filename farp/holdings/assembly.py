"""Lines -> result: lots and accounts added up, cash and other instruments apart, every line accounted for, what must be asked."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from farp.errors import InvalidInput
from farp.holdings.columns import Columns
from farp.holdings.dates import days
from farp.holdings.decimal_mark import cell
from farp.holdings.identity import Identified, Identifier
from farp.holdings.numbers import currency_code, is_missing
from farp.holdings.questions import Asker
from farp.holdings.reconciliation import reconciled
from farp.holdings.result import (
    Basis,
    HoldingsImport,
    HoldingsWarning,
    IgnoredLine,
    ImportedCash,
    ImportedPosition,
    Layout,
    OtherInstrument,
)
from farp.holdings.rows import Context, Line, changed, off_by_power, understood, value_agrees
from farp.holdings.table import Row
from farp.holdings.tables import Table
from farp.holdings.words import meanings, plain, title_mode
from farp.portfolio import Instrument

_ENDING_CASH = re.compile(
    r"^(?:ending|end|closing|final|schluss|endbar\w*|endsaldo|schlussbar\w*|saldo final|solde final|cash final)\b(?!.*\b(?:settled|abgerechnet\w*)\b)"
)
_SELL = re.compile(r"^(?:sell|sold|verkauf|verkauft|vente|vendu|venta|vendita|verkoop|venda|s|sell short|short)\b")
_MOST_QUESTIONS_OF_A_KIND = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A table to read and how; `title` is the line above its first heading, `text` whether it comes from text with delimiters."""

    table: Table
    context: Context
    title: str = ""
    text: bool = True


@dataclass(slots=True)
class _Reading:
    """What has been collected so far."""

    lines: list[Line] = field(default_factory=list)
    ignored: list[tuple[Row, str]] = field(default_factory=list)
    warnings: list[HoldingsWarning] = field(default_factory=list)

    def warn(self, code: str, text: str, rows: Sequence[Line] = (), tickers: Sequence[str] = ()) -> None:
        numbers = tuple(number for line in rows for number in line.row.lines)
        self.warnings.append(HoldingsWarning(code=code, text=text, lines=numbers, tickers=tuple(tickers)))

    def drop(self, line: Line, reason: str | None = None) -> None:
        self.ignored.append((line.row, reason or line.reason))


def assembled(
    *,
    parts: Sequence[Part],
    cash_table: tuple[Table, Columns] | None,
    ignored: Sequence[tuple[Row, str]],
    warnings: Sequence[HoldingsWarning],
    asker: Asker,
    instruments: Mapping[str, Instrument] | None,
    layout: Layout,
    source_lines: Mapping[int, str],
    filename: str | None,
) -> HoldingsImport:
    """Return the result of a file whose tables, columns and decimal mark are settled.

    Raises
    ------
    InvalidInput
        No row is a holding.
    """
    reading = _Reading(ignored=list(ignored), warnings=list(warnings))
    details: dict[int, list[float]] = {}
    for part in parts:
        lines = [understood(row, part.context) for row in part.table.rows]
        lines = _without_details(lines, part, details, reading)
        reading.lines += _titled(_complete(lines, part, asker, reading), part, asker)
    as_of = _snapshot(reading, parts, asker)
    _ask_of_summaries(reading, asker)
    basis = _basis(parts)
    _check_sizes(reading, asker, basis)
    sections_cash = _cash_section(cash_table, parts[0].context, reading) if cash_table else []
    totals = [line for line in reading.lines if line.kind in {"total", "group"}]
    kept = [line for line in reading.lines if line.kind in {"position", "value_only", "cash", "other"}]
    _drop_the_rest(reading)
    if not kept and not sections_cash:
        where = f" below the headings on line {layout.header_line}" if layout.header_line else ""
        raise InvalidInput(f"No row{where} names a security and how much of it is held; check that the file lists positions and export it again.")
    if as_of is None:
        as_of = _stated_day(parts, reading, source_lines, filename, layout)
    positions = _positions(kept, basis, details, asker, instruments, reading, parts)
    positions, portfolio_value, as_of = _sized_by(basis, positions, asker, as_of)
    balances = _weighed(kept, portfolio_value, parts[0].context, asker)
    cash = _cash([*balances, *sections_cash], positions, asker)
    other = tuple(
        OtherInstrument(
            symbol=line.symbol or None,
            name=line.name,
            kind=line.other_kind,
            lines=line.row.lines,
            quantity=_signed(line.quantity, line),
            value=_signed(line.value, line),
            currency=line.currency,
            multiplier=line.multiplier,
        )
        for line in kept
        if line.kind == "other"
    )
    _warn_of_currencies(positions, parts, reading)
    unknown = [line for line in kept if line.kind == "other" and line.other_kind == "unrecognised"]
    if unknown:
        shown = ", ".join(line.label[:30] for line in unknown[:5])
        reading.warn("unrecognised", f"Rows with a value and no quantity are kept apart: {shown}.", unknown, [line.label for line in unknown])
    if not positions:
        reading.warn("no_positions", "The file holds no position that FARP can model; what was recognised is listed.")
    reconciliation = (
        reconciled(totals, kept, reading.warnings)
        if not sections_cash
        else reconciled(totals, [line for line in kept if line.kind != "cash"], reading.warnings)
    )
    questions = asker.questions
    outcome = "needs_user" if questions else "ok_with_warnings" if reading.warnings else "ok"
    return HoldingsImport(
        outcome=outcome,  # type: ignore[arg-type]
        as_of=as_of,
        positions=positions,
        cash=cash,
        other=other,
        ignored=_ignored(reading.ignored),
        warnings=tuple(reading.warnings),
        questions=questions,
        layout=layout,
        reconciliation=reconciliation,
        source_lines=source_lines,
        portfolio_value=portfolio_value,
    )


def kept_cash(kept: Sequence[Line]) -> list[Line]:
    """The lines that are cash."""
    return [line for line in kept if line.kind == "cash"]


def _ignored(rows: Sequence[tuple[Row, str]]) -> tuple[IgnoredLine, ...]:
    entries = {number: reason for row, reason in rows for number in row.lines if number > 0}
    return tuple(IgnoredLine(line=number, reason=reason) for number, reason in sorted(entries.items()))


# --- lots ---------------------------------------------------------------------------------------------------------------------------


def _without_details(lines: list[Line], part: Part, details: dict[int, list[float]], reading: _Reading) -> list[Line]:
    """Lots that a summary row already contains are its detail; lots without a summary are positions themselves."""
    record = part.context.columns.get("record")
    if record is not None:
        return _recorded_lots(lines, part, details, reading)
    kept: list[Line] = []
    parent: int | None = None
    for line in lines:
        if line.kind != "lot":
            parent = len(kept) if line.kind in {"position", "no_quantity", "value_only", "other"} else None
            kept.append(line)
            continue
        if parent is None or line.quantity is None:
            kept.append(changed(line, kind="note", reason="a row that begins with a date and belongs to no position"))
            continue
        above = kept[parent]
        if above.quantity is None:
            # the row above only names the security: its lots are what is held
            kept.append(changed(line, kind="position", symbol=above.symbol, isin=above.isin, name=above.name, label=above.label, reason=""))
            continue
        details.setdefault(above.row.line, []).append(line.quantity)
        reading.drop(line, f"a lot of {above.label[:40]}, already inside the row above it")
    return [_heading_of_lots(line, kept, at) for at, line in enumerate(kept)]


def _heading_of_lots(line: Line, lines: Sequence[Line], at: int) -> Line:
    following = lines[at + 1] if at + 1 < len(lines) else None
    if (
        line.kind in {"no_quantity", "value_only"}
        and following is not None
        and following.kind == "position"
        and following.label == line.label
        and following.symbol == line.symbol
        and following.row.cells[:1] != line.row.cells[:1]
    ):
        return changed(line, kind="group", reason="the name of a security whose lots follow", value=None)
    return line


def _recorded_lots(lines: list[Line], part: Part, details: dict[int, list[float]], reading: _Reading) -> list[Line]:
    summed = {(line.account, line.label): line.row.line for line in lines if line.kind not in {"lot", "total", "note"}}
    index = {name: column for name, column in part.context.columns.index.items() if name != "record"}
    plain_context = replace(part.context, columns=replace(part.context.columns, index=index))
    kept = []
    for line in lines:
        if line.kind != "lot":
            kept.append(line)
            continue
        parent = summed.get((line.account, line.label))
        if parent is None:
            kept.append(understood(line.row, plain_context))
        else:
            if line.quantity is not None:
                details.setdefault(parent, []).append(line.quantity)
            reading.drop(line, f"a lot of {line.label[:40]}, already inside its summary on line {parent}")
    return kept


def _ask_of_summaries(reading: _Reading, asker: Asker) -> None:
    """A row whose quantity is the sum of the other rows of its security may be their summary: asked, for adding it would double them."""
    groups: dict[tuple[str, str], list[Line]] = {}
    for line in reading.lines:
        if line.kind == "position" and line.quantity is not None and not line.action:
            groups.setdefault((line.account, line.isin or line.symbol or line.label), []).append(line)
    inside: set[int] = set()
    identical: list[Line] = []
    for members in groups.values():
        if len(members) == 2 and members[0].row.cells == members[1].row.cells:
            identical.append(members[1])
        if len(members) < 3:
            continue
        total = math.fsum(line.quantity or 0.0 for line in members)
        summary = next((line for line in members if line.quantity and abs(total - 2.0 * line.quantity) < 1e-9 * abs(total)), None)
        if summary is None:
            continue
        answer = asker.ask(
            f"lots.{summary.row.line}",
            f"Line {summary.row.line} holds as much {summary.label[:40]} as the other lines of it together; is it their sum?",
            (("sum", "Yes, do not count it again"), ("add", "No, it is held beside them")),
            "sum",
        )
        if answer == "sum":
            inside.add(id(summary))
    if identical:
        reading.warn(
            "identical_rows",
            "Some rows are identical and are added up; check that they are not repeated.",
            identical,
            [line.label for line in identical],
        )
    reading.lines = [
        changed(line, kind="dropped", reason="the sum of the other lines of the same security") if id(line) in inside else line
        for line in reading.lines
    ]


# --- damaged rows -------------------------------------------------------------------------------------------------------------------


def _complete(lines: list[Line], part: Part, asker: Asker, reading: _Reading) -> list[Line]:
    """Rows with more cells than headings may have slipped: kept if quantity x price = value, else asked."""
    header = part.table.header
    if header is None or part.table.section:
        return lines
    width = len(header.cells)
    ragged = [line for line in lines if _may_have_slipped(line, width, part)]
    if not ragged:
        return lines
    sized = [line for line in lines if line.kind in {"position", "cash", "other", "bad_number"}]
    first = ragged[0]
    if len(ragged) > 0.5 * len(sized):
        raise InvalidInput(
            f"Line {first.row.line} has {len(first.row.cells)} cells and there are {width} headings, so its numbers cannot be told apart;"
            " export the file with quoted cells or another delimiter."
        )
    answer = asker.ask(
        "ragged_rows",
        f"Line {first.row.line}{' and others have' if len(ragged) > 1 else ' has'} more or fewer cells than there are headings; leave out what may have slipped?",
        (("leave_out", "Leave these lines out"), ("as_read", "Read them as they stand")),
        "leave_out",
    )
    if answer == "as_read":
        return lines
    slipped = {id(line) for line in ragged}
    reading.warn("ragged_rows", "Lines with more or fewer cells than headings are left out.", ragged)
    return [
        changed(line, kind="dropped", reason="it has more or fewer cells than there are headings") if id(line) in slipped else line for line in lines
    ]


def _may_have_slipped(line: Line, width: int, part: Part) -> bool:
    """Whether a row has more or fewer cells than headings, so that a number may stand under the wrong one, and nothing proves otherwise."""
    if line.kind not in {"position", "cash", "other", "bad_number", "value_only"} or value_agrees(line):
        return False
    cells = line.row.cells
    if any(cells[width:]):
        return True
    if not part.text or len(cells) >= width or line.kind in {"cash", "other"}:
        return False
    missing = range(len(cells), width)
    headings = part.table.header.cells if part.table.header else ()
    if any(meanings(headings[at]) for at in missing):
        return True
    numeric = (part.context.value_column, part.context.columns.get("price"))
    return any((text := cell(line.row, at)) and not is_missing(text) and part.context.marks.number(line.row, at) is None for at in numeric)


def _titled(lines: list[Line], part: Part, asker: Asker) -> list[Line]:
    """Rows under a title such as Short positions or Closed positions are what it says, if the user agrees."""
    titled: list[Line] = []
    mode, title, line_of_title = title_mode(part.title), part.title, 0
    for line in lines:
        filled = line.row.filled
        if line.kind in {"note", "group", "total"} and filled and len(filled) <= 2:
            mode, title, line_of_title = title_mode(filled[0]), filled[0], line.row.line
        elif mode and line.kind in {"position", "value_only"}:
            if mode == "closed":
                answer = asker.ask(
                    f"block.{line_of_title}",
                    f"Rows below the title '{title[:60]}' may not be held; leave them out?",
                    (("leave_out", "Yes, leave them out"), ("include", "No, they are held")),
                    "leave_out",
                )
                titled.append(line if answer == "include" else changed(line, kind="dropped", reason=f"below the title '{title[:60]}'"))
                continue
            if not line.side and (line.quantity or line.value or 0.0) > 0.0:
                answer = asker.ask(
                    f"block.{line_of_title}",
                    f"Rows below the title '{title[:60]}' have no minus sign; are they short positions?",
                    (("short", "Yes, they are short"), ("long", "No, they are held")),
                    "short",
                )
                line = changed(line, side=-1) if answer == "short" else line  # noqa: PLW2901 - the row as the title makes it
        titled.append(line)
    return titled


def _drop_the_rest(reading: _Reading) -> None:
    """List what is not kept, with reasons, and warn of what may have been meant."""
    groups: dict[str, list[Line]] = {}
    for line in reading.lines:
        if line.kind in {"position", "value_only", "cash", "other"}:
            continue
        groups.setdefault(line.kind, []).append(line)
        reading.drop(line)
    texts = {
        "no_quantity": "Rows without a quantity are left out: {}.",
        "bad_number": "Rows whose quantity is not a number are left out: {}.",
        "zero": "Rows with a quantity of zero are left out: {}.",
    }
    for kind, text in texts.items():
        lines = groups.get(kind)
        if lines:
            shown = ", ".join(line.label[:30] for line in lines[:5]) + (", ..." if len(lines) > 5 else "")
            reading.warn({"zero": "zero_quantity"}.get(kind, kind), text.format(shown), lines, [line.label for line in lines])


# --- days ---------------------------------------------------------------------------------------------------------------------------


def _snapshot(reading: _Reading, parts: Sequence[Part], asker: Asker) -> dt.date | None:
    """The day of a date column; several days are several snapshots, or purchase dates: asked."""
    context = parts[0].context
    column = context.columns.get("date")
    if column is None:
        return None
    of_line = {id(line): _day(cell(line.row, column), context) for line in reading.lines if line.kind in {"position", "cash", "other", "value_only"}}
    found = sorted({day for day in of_line.values() if day is not None}, reverse=True)
    if len(found) <= 1:
        return found[0] if found else None
    options = (
        *((day.isoformat(), f"Only the rows of {day.isoformat()}") for day in found[:60]),
        ("all", "All rows: the dates are those of purchases"),
    )
    header = parts[0].table.header
    bought = any({"paid", "purchase", "bought", "buy", "cost"} & set(plain(text).split()) for text in (header.cells if header else ()))
    proposed = "all" if bought else found[0].isoformat()
    answer = asker.ask("snapshot", f"The rows bear {len(found)} different dates; which ones are held?", options, proposed)
    if answer == "all":
        return None
    chosen = dt.date.fromisoformat(answer or found[0].isoformat())
    reading.lines = [
        changed(line, kind="dropped", reason=f"of another date ({of_line[id(line)]})")
        if of_line.get(id(line), chosen) not in {chosen, None}
        else line
        for line in reading.lines
    ]
    return chosen


def _day(text: str, context: Context) -> dt.date | None:
    if not text or is_missing(text):
        return None
    found = days(text, day_first=True if context.marks.mark == "," else None)
    return found[0] if found else None


def _stated_day(parts: Sequence[Part], reading: _Reading, source_lines: Mapping[int, str], filename: str | None, layout: Layout) -> dt.date | None:
    """The day the file states: in the price dates, else in the lines around the table, else in its name."""
    day_first = True if layout.decimal_mark == "," else None
    context = parts[0].context
    column = context.columns.get("price_date")
    if column is not None:
        found = [day for line in reading.lines if (day := _day(cell(line.row, column), context)) is not None]
        if found:
            return max(found)
    in_tables = {row.line for part in parts for row in (*part.table.headings,)}
    notes = sorted(
        {
            row.line
            for row, reason in reading.ignored
            if row.line not in in_tables and not reason.startswith(("a lot", "of another date", "it ", "another table"))
        }
    )
    for number in notes:
        found = days(source_lines.get(number, ""), day_first)
        if found:
            return found[-1]
    found = days((filename or "").replace("_", " "), day_first)
    return found[-1] if found else None


# --- sizes --------------------------------------------------------------------------------------------------------------------------


def _basis(parts: Sequence[Part]) -> Basis:
    context = parts[0].context
    if context.quantity_column is not None:
        return "quantity"
    return "market_value" if context.value_column is not None else "weight"


def _check_sizes(reading: _Reading, asker: Asker, basis: Basis) -> None:
    """Ask about a quantity that misses its value by a power of ten; warn of other rows that do not multiply."""
    if basis != "quantity":
        return
    lines = [line for line in reading.lines if line.kind == "position"]
    tested = [(line, value_agrees(line)) for line in lines]
    agreeing = sum(agreed is True for _, agreed in tested)
    failing = [line for line, agreed in tested if agreed is False]
    misread = [line for line in failing if off_by_power(line)]
    replaced: dict[int, Line] = {}
    for line in misread[:_MOST_QUESTIONS_OF_A_KIND]:
        if line.quantity is None or line.price is None or line.value is None:
            continue
        implied = math.copysign(abs(line.value / line.price), line.quantity)
        power = round(math.log10(abs(line.quantity / implied)))
        other = line.quantity / 10.0**power
        answer = asker.ask(
            f"quantity.{line.row.line}",
            f"On line {line.row.line} {line.label[:40]} has a quantity of {line.quantity:,.10g} at {line.price:,.10g}, which is not its value of {line.value:,.10g}; which quantity is right?",
            ((f"{other:.10g}", f"{other:,.10g}, as the value says"), (f"{line.quantity:.10g}", f"{line.quantity:,.10g}, as written")),
            f"{other:.10g}",
        )
        if answer is not None and float(answer) != line.quantity:
            replaced[id(line)] = changed(line, quantity=float(answer))
    if len(misread) > _MOST_QUESTIONS_OF_A_KIND:
        reading.warn("value_differs", "Quantity times price misses the value by a power of ten on many lines.", misread)
    rest = [line for line in failing if line not in misread]
    trusted = {line.currency for line, agreed in tested if agreed}
    rest = [line for line in rest if line.currency in trusted]  # a value in another currency than the price proves nothing
    if rest and agreeing >= 2 * len(rest):
        reading.warn(
            "value_differs", "Quantity times price is not the value on some lines; check their quantities.", rest, [line.label for line in rest]
        )
    opposite = [line for line in lines if (line.quantity or 0.0) > 0.0 > (line.value or 0.0) and not line.side and not line.action]
    for line in opposite[:_MOST_QUESTIONS_OF_A_KIND]:
        answer = asker.ask(
            f"sign.{line.row.line}",
            f"On line {line.row.line} {line.label[:40]} has a quantity of {line.quantity:,.10g} and a negative value; is it held short?",
            (("short", "Yes, it is a short position"), ("long", "No, it is held")),
            "short",
        )
        if answer == "short":
            before = replaced.get(id(line), line)
            replaced[id(line)] = changed(before, quantity=-abs(before.quantity or 0.0))
    if len(opposite) > _MOST_QUESTIONS_OF_A_KIND:
        reading.warn("value_differs", "On many lines the quantity is positive and the value negative; check which are short.", opposite)
    reading.lines = [replaced.get(id(line), line) for line in reading.lines]


def _signed(size: float | None, line: Line) -> float | None:
    """The size with its sign: a short side sets it once, whatever sign is written."""
    if size is None:
        return None
    if line.side < 0 or (line.action and _SELL.match(plain(line.action))):
        return -abs(size)
    return size


def _sized_by(
    basis: Basis, positions: tuple[ImportedPosition, ...], asker: Asker, as_of: dt.date | None
) -> tuple[tuple[ImportedPosition, ...], float | None, dt.date | None]:
    """Ask what values and weights need before they are quantities: the day of the prices, the currency, the portfolio's value."""
    if not positions or (basis == "quantity" and all(position.basis == "quantity" for position in positions)):
        return positions, None, as_of
    if as_of is None:
        answer = asker.ask(
            "as_of",
            "Of which day are these sizes? Quantities are worked out with the prices of that day.",
            (("latest", "The last day with prices"),),
            "latest",
            accepts=_is_day,
            form="a day such as 2022-12-28",
        )
        as_of = dt.date.fromisoformat(answer) if answer and answer != "latest" else None
    else:
        chosen = asker.ask(
            "prices",
            f"The file gives {'weights' if basis == 'weight' else 'market values'} and not all quantities; work them out with the prices of {as_of.isoformat()}?",
            (("as_of", f"Yes, with the prices of {as_of.isoformat()}"), ("latest", "With the last prices there are")),
            "as_of",
        )
        as_of = None if chosen == "latest" else as_of
    if any(position.basis == "market_value" and position.currency is None for position in positions):
        code = asker.ask(
            "currency",
            "The file does not name the currency of its market values; which one is it?",
            (),
            "USD",
            accepts=lambda text: bool(currency_code(text)),
            form="a currency code such as USD",
        )
        positions = tuple(replace(position, currency=position.currency or currency_code(code or "")) for position in positions)
    if basis != "weight":
        return positions, None, as_of
    text = asker.ask(
        "portfolio_value",
        "The file gives weights only; what is the whole portfolio worth? Risk in percent does not depend on it.",
        (),
        "100000",
        accepts=_is_amount,
        form="a number above 0, such as 100000",
    )
    value = float(text or "100000")
    positions = tuple(
        replace(position, market_value=position.weight * value if position.weight is not None else None)
        if position.market_value is None
        else position
        for position in positions
    )
    return positions, value, as_of


def _is_day(text: str) -> bool:
    try:
        dt.date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _is_amount(text: str) -> bool:
    try:
        value = float(text)
    except ValueError:
        return False
    return math.isfinite(value) and value > 0.0


def _weights(lines: Sequence[Line], context: Context, asker: Asker) -> float:
    """What to divide weights by so that they are fractions."""
    column = context.columns.get("weight")
    header = context.columns.readings[column].header if column is not None and column < len(context.columns.readings) else ""
    bare = [line.weight for line in lines if line.weight is not None and not line.percent]
    if not bare:
        return 1.0
    if "percent" in plain(header).split():
        return 100.0
    total = math.fsum(bare)
    if 0.9 <= total <= 1.1:
        return 1.0
    if 90.0 <= total <= 110.0:
        return 100.0
    answer = asker.ask(
        "weight_unit",
        f"The weights add up to {total:,.6g}; are they percentages or fractions?",
        (("percent", "Percentages: 40 is 40 %"), ("fraction", "Fractions: 0.4 is 40 %")),
        "percent" if max(map(abs, bare)) > 2.0 else "fraction",
    )
    return 100.0 if answer == "percent" else 1.0


def _warn_of_weights(lines: Sequence[Line], scale: float, reading: _Reading) -> None:
    """Say when the weights are not those of a whole portfolio; they are never scaled to fit."""
    total = math.fsum((_signed(line.weight, line) or 0.0) / (1.0 if line.percent else scale) for line in lines)
    if abs(total - 1.0) > 0.005:
        reading.warn("weights_do_not_add_up", f"The weights add up to {100.0 * total:,.4g} %, not to 100 %; they are kept as they are.")


# --- positions ----------------------------------------------------------------------------------------------------------------------


def _positions(
    kept: Sequence[Line],
    basis: Basis,
    details: Mapping[int, Sequence[float]],
    asker: Asker,
    instruments: Mapping[str, Instrument] | None,
    reading: _Reading,
    parts: Sequence[Part],
) -> tuple[ImportedPosition, ...]:
    lines = [line for line in kept if line.kind in {"position", "value_only"}]
    scale = _weights(kept, parts[0].context, asker) if basis == "weight" else 1.0
    identifier = Identifier(asker, instruments, lines)
    if basis == "weight":
        _warn_of_weights(kept, scale, reading)
    groups: dict[tuple[str, Basis], list[tuple[Line, Identified]]] = {}
    for line in lines:
        who = identifier.identify(line)
        own: Basis = "market_value" if line.kind == "value_only" else basis
        groups.setdefault((who.key, own), []).append((line, who))
    positions = [_added_up(members, own, scale, details) for (_, own), members in groups.items()]
    sold = [line for line in lines if line.action and _SELL.match(plain(line.action))]
    if sold:
        reading.warn("sell_rows_netted", "Rows marked as sales are subtracted from what was bought.", sold, [line.label for line in sold])
    typed = [line for line in lines if line.side < 0 and line.side_from_type]
    if typed:
        reading.warn("side_from_type", "Rows whose type says short are read as short positions.", typed, [line.label for line in typed])
    reading.warnings += identifier.warnings()
    without = [position for position in positions if position.priced is False or (position.priced is None and position.ticker is None)]
    if without:
        names = tuple(position.ticker or position.isin or position.raw for position in without)
        shown = ", ".join(name[:30] for name in names[:8]) + (", ..." if len(names) > 8 else "")
        reading.warnings.append(
            HoldingsWarning(
                code="unpriced",
                text=f"No prices are known for {shown}: {'it is' if len(names) == 1 else 'they are'} kept and left out of risk.",
                lines=tuple(number for position in without for number in position.lines),
                tickers=names,
            )
        )
    return tuple(positions)


def _added_up(members: Sequence[tuple[Line, Identified]], basis: Basis, scale: float, details: Mapping[int, Sequence[float]]) -> ImportedPosition:
    lines = [line for line, _ in members]
    who = members[0][1]
    quantities = [_signed(line.quantity, line) for line in lines]
    values = [_signed(line.value, line) for line in lines]
    weights = [(weight / (1.0 if line.percent else scale)) if (weight := _signed(line.weight, line)) is not None else None for line in lines]
    sizes = {"quantity": quantities, "market_value": values, "weight": weights}[basis]
    lots = tuple(size for size in sizes if size is not None) if len(lines) > 1 else tuple(details.get(lines[0].row.line, ()))
    currencies = Counter(line.currency for line in lines if line.currency)
    prices = [line.price for line in lines if line.price is not None]
    size = _sum(sizes)
    return ImportedPosition(
        ticker=who.ticker,
        raw=who.raw,
        basis=basis,
        lines=tuple(number for line in lines for number in line.row.lines),
        name=lines[0].name,
        isin=next((line.isin for line in lines if line.isin), None),
        quantity=_sum(quantities) if basis == "quantity" else None,
        market_value=_sum(values),
        weight=_sum(weights),
        price=prices[-1] if prices else None,
        currency=currencies.most_common(1)[0][0] if currencies else None,
        side="short" if size is not None and size < 0 else "long",
        priced=who.priced,
        lots=lots,
        suggestions=who.suggestions,
    )


def _sum(sizes: Sequence[float | None]) -> float | None:
    """The exact sum; None when one of them is missing."""
    present = [size for size in sizes if size is not None]
    return math.fsum(present) if present and len(present) == len(sizes) else None


def _warn_of_currencies(positions: Sequence[ImportedPosition], parts: Sequence[Part], reading: _Reading) -> None:
    """Values in several currencies, and no column that states them in one: they cannot be added up."""
    currencies = tuple(dict.fromkeys(position.currency for position in positions if position.currency))
    if len(currencies) > 1 and all(part.context.base_column is None for part in parts):
        reading.warnings.append(
            HoldingsWarning(
                code="mixed_currency", text=f"Positions are in {', '.join(currencies)}; their values are not added up.", currencies=currencies
            )
        )


# --- cash ---------------------------------------------------------------------------------------------------------------------------


def _cash(lines: Sequence[Line], positions: Sequence[ImportedPosition], asker: Asker) -> tuple[ImportedCash, ...]:
    """Cash lines, those of the same label and currency added up."""
    known = {position.currency for position in positions if position.currency} | {line.currency for line in lines if line.currency}
    nameless = any(line.currency is None for line in lines)
    chosen: str | None = None
    if nameless and len(known) > 1:
        code = asker.ask(
            "cash_currency",
            "The file does not name the currency of its cash; which one is it?",
            (),
            "USD",
            accepts=lambda text: bool(currency_code(text)),
            form="a currency code such as USD",
        )
        chosen = currency_code(code or "")
    groups: dict[tuple[str, str | None], list[Line]] = {}
    for line in lines:
        groups.setdefault((line.label, line.currency or chosen), []).append(line)
    return tuple(
        ImportedCash(
            label=label,
            currency=currency,
            value=math.fsum(line.value or 0.0 for line in members),
            lines=tuple(number for line in members for number in line.row.lines),
            pending=members[0].reason == "pending",
        )
        for (label, currency), members in groups.items()
    )


def _weighed(kept: Sequence[Line], portfolio_value: float | None, context: Context, asker: Asker) -> list[Line]:
    """Cash stated as a share of the portfolio as an amount."""
    lines = kept_cash(kept)
    if all(line.value is not None for line in lines):
        return lines
    scale = _weights(kept, context, asker)
    return [
        line if line.value is not None else changed(line, value=(line.weight or 0.0) / (1.0 if line.percent else scale) * (portfolio_value or 0.0))
        for line in lines
    ]


def _cash_section(found: tuple[Table, Columns], context: Context, reading: _Reading) -> list[Line]:
    """The balances of a section of cash: one line per currency, the final one where several are stated."""
    table, columns = found
    currency_column, value_column = columns.get("currency"), columns.get("market_value")
    labels = {plain(row.cells[0]) for row in table.rows if row.cells}
    final = {label for label in labels if _ENDING_CASH.match(label)}
    lines: list[Line] = []
    for row in (*table.headings, *table.controls):
        reading.ignored.append((row, "the headings or totals of the section of cash"))
    for row in table.rows:
        code = currency_code(cell(row, currency_column))
        amount = context.marks.number(row, value_column)
        if code is None or amount is None:
            reading.ignored.append((row, "the sum of the currencies, or no amount"))
        elif len(labels) > 1 and plain(row.cells[0]) not in final:
            reading.ignored.append((row, "a movement of cash, not its final balance"))
        else:
            lines.append(Line(row=row, kind="cash", label=row.cells[0], value=amount.value, currency=code))
    if table.rows and not lines:
        reading.warn("cash_not_read", "The section of cash states no balance that could be read; add the cash by hand.")
    return lines
