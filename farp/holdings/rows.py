"""Rows -> what each is: a position, cash, another instrument, a lot inside a position, a total, a heading of a group, a note."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from farp.holdings.columns import Columns, is_day, is_move, looks_like_date, looks_like_ticker, side_of
from farp.holdings.decimal_mark import Marks, agrees, cell
from farp.holdings.identifiers import is_cusip, is_isin, isin_in
from farp.holdings.instruments import kind_of, may_be_bond, normalised
from farp.holdings.numbers import PENCE, Number, currency_code, fold, is_missing, looks_numeric
from farp.holdings.table import Row
from farp.holdings.words import is_cash, is_group, is_pending, is_total, label_currency, plain
from farp.portfolio import Instrument

_MONEY_FUND = re.compile(r"^[A-Z]{3}XX$")
_CASH_SYMBOL = re.compile(
    r"^(?:\$+CASH|\$\$?CASH_?(?P<a>[A-Z]{3})?|(?:CASH|CUR|FX|CCY)[:_.\-](?P<b>[A-Z]{3})|(?P<c>[A-Z]{3})[:_.\- ]?CASH|CASH[ _]?(?P<d>[A-Z]{3}))$"
)
_CASH_CLASS = re.compile(
    r"^(?:cash|cash and .*|cash money market|cash equivalents?|money market.*|barmittel|liquiditat|liquide mittel|liquidites?|liquidita|efectivo|contanten|kontanter|sweep.*|bargeld|konto|especes)$"
)
_ISIN_FORM = re.compile(r"[A-Z]{2}[A-Z0-9]{9}[0-9]")
_SHORT_CLASS = re.compile(r"^short(?: (?:stocks?|positions?|equity|equities|shares?|sales?|etfs?))?$")
_EMBEDDED = re.compile(r"\((?P<symbol>(?:[A-Z]{2,10}:)?[A-Z][A-Z0-9.\-]{0,9})\)\s*$")
_SUMMARY = frozenset(["summary", "position", "positions", "consolidated", "netted", "net", "account_total"])
_LOT = frozenset({"lot", "lots", "tax lot", "taxlot", "closed lot", "detail", "open lot"})


@dataclass(frozen=True, slots=True)
class Line:
    """One row as understood. `quote` is the currency its price is stated in, `currency` the best there is; money is not in pence."""

    row: Row
    kind: str
    label: str = ""
    symbol: str = ""
    isin: str | None = None
    cusip: str | None = None
    name: str = ""
    code: str = ""
    quantity: float | None = None
    value: float | None = None
    weight: float | None = None
    price: float | None = None
    currency: str | None = None
    quote: str | None = None
    side: int = 0
    action: str = ""
    multiplier: float | None = None
    account: str = ""
    reason: str = ""
    other_kind: str = ""
    base_value: float | None = None
    percent: bool = False
    side_from_type: bool = False
    class_text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What is needed to understand a row: the columns, the decimal mark, what the price source knows."""

    columns: Columns
    marks: Marks
    instruments: Mapping[str, Instrument] | None
    quantity_column: int | None
    value_column: int | None
    base_column: int | None = None

    def known(self, symbol: str) -> bool:
        """Whether the price source has `symbol`."""
        return self.instruments is not None and normalised(symbol) in self.instruments


def understood(row: Row, context: Context) -> Line:
    """Return what `row` is."""
    marks, width = context.marks, len(row.cells)
    texts = {meaning: row.cells[at] for meaning, at in context.columns.index.items() if at < width and row.cells[at]}
    read = texts.get
    symbol = read("symbol", "")
    isin_text = fold(texts["isin"]).upper() if "isin" in texts else ""
    isin = isin_in(isin_text) if isin_text else None
    name = read("name", "")
    if isin is None and not symbol and not isin_text:
        isin = isin_in(name)
    if isin is None and len(symbol) == 12 and is_isin(fold(symbol).upper()):
        isin, symbol = fold(symbol).upper(), ""
    elif not symbol and isin_text and isin is None:
        symbol = texts["isin"]  # a column of ISINs that also holds tickers
    elif symbol and not isin_text and _ISIN_FORM.fullmatch(fold(symbol).upper()):
        isin_text, symbol = fold(symbol).upper(), ""
    mistyped = isin_text if isin is None and _ISIN_FORM.fullmatch(isin_text) else ""
    if mistyped and symbol == texts.get("isin"):
        symbol = ""
    embedded = _EMBEDDED.search(name) if not symbol and isin is None else None
    cusip_text = fold(texts["cusip"]).upper() if "cusip" in texts else ""
    code = next((texts[key] for key in ("wkn", "cusip", "sedol", "valor") if key in texts), "") or mistyped
    label = symbol or name or isin or code
    quantity = marks.number(row, context.quantity_column)
    value = marks.number(row, context.value_column)
    base = marks.number(row, context.base_column)
    price = marks.number(row, context.columns.index["price"]) if "price" in texts else None
    weight = marks.number(row, context.columns.index["weight"]) if "weight" in texts else None
    currency, quote = _currencies(row, context, quantity, value, price)
    pence = quote in PENCE
    typed_short = "side" not in texts and "class" in texts and bool(_SHORT_CLASS.match(plain(texts["class"])))
    line = Line(
        row=row,
        kind="position",
        label=label,
        symbol=embedded["symbol"] if embedded and (":" in embedded["symbol"] or context.known(embedded["symbol"])) else symbol,
        isin=isin,
        cusip=cusip_text if is_cusip(cusip_text) else None,
        name=name,
        code=code,
        quantity=_net(quantity, marks.number(row, context.columns.index["short_quantity"]) if "short_quantity" in texts else None),
        value=_out_of_pence(value),
        base_value=_out_of_pence(base),
        weight=weight.value if weight else None,
        percent=bool(weight and weight.percent),
        price=price.value / (100.0 if pence else 1.0) if price else None,
        currency=PENCE.get(currency or "", currency),
        quote=PENCE.get(quote or "", quote),
        side=side_of(texts["side"]) if "side" in texts else -1 if typed_short else 0,
        side_from_type=typed_short,
        class_text=read("class", ""),
        action=read("action", ""),
        multiplier=_value(marks.number(row, context.columns.index["multiplier"])) if "multiplier" in texts else None,
        account=read("account", ""),
    )
    return _classified(line, context)


def _net(quantity: Number | None, short: Number | None) -> float | None:
    """The quantity held: what is long less what a column of its own says is short."""
    held = quantity.value if quantity and not quantity.percent else None
    if short is None or short.value == 0.0:
        return held
    return (held or 0.0) - abs(short.value)


def changed(line: Line, **changes: object) -> Line:
    """Return `line` with some fields replaced."""
    values = {name: getattr(line, name) for name in Line.__slots__}
    return Line(**(values | changes))


def _classified(line: Line, context: Context) -> Line:
    row, columns = line.row, context.columns
    record = plain(_text(row, columns.get("record")))
    if record in _LOT:
        return changed(line, kind="lot", reason="a lot, already inside the row that sums it up")
    if not line.label or line.label is line.name:
        found = _total_label(row, line)
        if found:
            return changed(line, kind="total", label=found, reason="a total of other rows", value=_any_value(line, context))
    elif is_total(line.label) and not (line.quantity and line.isin):
        return changed(line, kind="total", reason="a total of other rows", value=_any_value(line, context))
    if not any(row.cells):
        return changed(line, kind="note", reason="a row without content")
    if line.label and is_day(line.label) and not line.isin:
        return changed(line, kind="lot", reason="a lot, already inside the row above it")
    cash = _cash(line, context)
    if cash is not None:
        return cash
    if line.quantity is None and is_group(line.label) and not line.isin and not context.known(line.label):
        return changed(line, kind="group", reason="the heading or the subtotal of a group of rows")
    return _instrument(line, context)


def _instrument(line: Line, context: Context) -> Line:  # noqa: PLR0912 - one case per kind of row
    row = line.row
    class_text = _text(row, context.columns.get("class"))
    known = context.known(line.symbol) if line.symbol else False
    missing_symbol = is_missing(line.symbol) and not known and line.symbol.casefold() in {"null", "none", "", "-", "--", "n/a", "#n/a"}
    if missing_symbol:
        line = changed(line, symbol="", label=line.name or line.isin or line.code)
    sized = line.quantity is not None or line.value is not None or line.weight is not None
    kind = kind_of(line.symbol, line.name, class_text, known) if line.label else None
    percent_of_par = line.quantity is not None and line.price is not None and line.value is not None and may_be_bond(line.symbol, class_text)
    if kind is None and percent_of_par and not value_agrees(line) and agrees(line.quantity or 0.0, (line.price or 0.0) / 100.0, line.value or 0.0):
        kind = "bond"
    if kind and sized:
        return changed(line, kind="other", other_kind=kind)
    if not line.label:
        return changed(line, kind="note", reason="no security is named in this row" if sized else "a note, not a position")
    size_text = _text(row, context.quantity_column)
    named_security = bool(line.isin or line.code or (line.symbol and looks_like_ticker(line.symbol)))
    if context.quantity_column is not None:
        if line.quantity is None:
            if size_text and not is_missing(size_text):
                if named_security or line.price is not None or line.value is not None:
                    return changed(line, kind="bad_number", reason=f"its quantity '{size_text[:40]}' is not a number")
                return changed(line, kind="note", reason="a note, not a position")
            if line.value is not None and line.value != 0.0:
                return changed(line, kind="value_only") if named_security else changed(line, kind="other", other_kind="unrecognised")
            if named_security and (len(row.filled) > 1 or (len(row.cells) > 1 and len(line.symbol) <= 6 and line.symbol == line.symbol.upper())):
                return changed(line, kind="no_quantity", reason="it states no quantity (a watch-list row?)")
            return changed(line, kind="note", reason="a note, not a position")
        if line.quantity == 0.0:
            return changed(line, kind="zero", reason="its quantity is zero")
        return line
    if not sized:
        return changed(
            line, kind="no_quantity" if named_security and len(row.filled) > 1 else "note", reason="it states neither a quantity nor a value"
        )
    if line.value == 0.0 or (line.value is None and line.weight == 0.0):
        return changed(line, kind="zero", reason="its size is zero")
    return line


def _cash(line: Line, context: Context) -> Line | None:
    """The row as cash, None when it is not."""
    symbol = fold(line.symbol).upper()
    class_text = plain(_text(line.row, context.columns.get("class")))
    at_par = line.price is None or abs(line.price - 1.0) < 1e-9
    coded, code, fund = _cash_symbol(symbol)
    by_symbol = coded or (fund and at_par)
    by_symbol = by_symbol or (is_cash(symbol) and (at_par or symbol not in {"CASH", "EURO"}) and not context.known(symbol))
    bare = currency_code(symbol) if symbol and symbol.isalpha() else None
    if bare and not context.known(symbol):
        pairing = (
            not line.name or is_cash(line.name) or plain(line.name) in {plain(symbol), "cash", "currency"} or class_text in {"cash", "currency", "fx"}
        )
        by_symbol = by_symbol or (at_par and pairing) or (is_cash(line.name) and at_par)
    by_name = is_cash(line.name) and line.isin is None and (not line.symbol or (at_par and not context.known(symbol)))
    first = line.row.filled[0] if line.row.filled else ""
    by_first = not line.label and is_cash(first)
    by_class = bool(_CASH_CLASS.match(class_text)) and at_par and not context.known(symbol) and line.isin is None
    if (
        by_class
        and line.quantity is not None
        and line.price is None
        and line.symbol
        and line.value is None
        and plain(_heading(context, "class")) in {"type", "typ", "tipo", "art"}
    ):
        by_class = False  # an account type such as Cash or Margin beside a share
    if not (by_symbol or by_name or by_first or by_class):
        return None
    amount = line.value
    if amount is None and line.quantity is not None and at_par:
        amount = line.quantity
    currency = code or line.currency
    if amount is None and line.base_value is not None:
        amount = line.base_value
        currency = code or context.columns.currencies.get(context.base_column if context.base_column is not None else -1) or currency
    if amount is None:
        amount = _only_number(line, context)
    label = line.label or first
    weighed = amount is None or (context.value_column is None and context.quantity_column is None)
    if weighed and line.weight is not None:
        return changed(
            line, kind="cash", label=label, value=None, currency=code or (bare if by_symbol else None) or label_currency(label), reason="cash"
        )
    if amount is None:
        return changed(line, kind="note", label=label, reason="cash without an amount")
    if line.side < 0:
        amount = -abs(amount)
    stated = label_currency(label) or (label_currency(line.name) if line.name != label else None)
    if bare and by_symbol:
        currency = bare
    kind_reason = "pending" if is_pending(label) else "cash"
    explicit = _cell_currency(line.row, context)
    return changed(
        line,
        kind="cash",
        label=label,
        value=amount,
        currency=code or (bare if by_symbol else None) or explicit or stated or currency,
        reason=kind_reason,
    )


@lru_cache(maxsize=4096)
def _cash_symbol(symbol: str) -> tuple[bool, str | None, bool]:
    """Whether a symbol is one of cash, the currency it names, and whether it is a money-market fund's."""
    coded = _CASH_SYMBOL.match(symbol)
    code = next((group for group in coded.groups() if group), None) if coded else None
    return bool(coded and (code is None or currency_code(code))) or symbol.endswith("**"), code, bool(_MONEY_FUND.match(symbol))


def _heading(context: Context, meaning: str) -> str:
    column = context.columns.get(meaning)
    return context.columns.readings[column].header if column is not None and column < len(context.columns.readings) else ""


def _cell_currency(row: Row, context: Context) -> str | None:
    return currency_code(_text(row, context.columns.get("currency")))


def _only_number(line: Line, context: Context) -> float | None:
    """The amount of a row that has exactly one number, wherever it stands."""
    numbers = {
        number.value
        for column in range(len(line.row.cells))
        if line.row.cells[column] and (number := context.marks.number(line.row, column)) is not None and not number.percent
    }
    return next(iter(numbers)) if len(numbers) == 1 else None


def _any_value(line: Line, context: Context) -> float | None:
    """What a total row states: its value, or its only amount."""
    return line.value if line.value is not None else line.base_value if context.value_column is None else None


def _total_label(row: Row, line: Line) -> str | None:
    """The label of a total in a row that names no security, wherever it stands."""
    if line.isin or line.symbol:
        return None
    return next((text for text in row.filled[:6] if not looks_numeric(text) and is_total(text)), None)


def _text(row: Row, column: int | None) -> str:
    return cell(row, column)


def _value(number: Number | None) -> float | None:
    return number.value if number else None


def _out_of_pence(number: Number | None) -> float | None:
    if number is None:
        return None
    return number.value / 100.0 if number.currency in PENCE else number.value


def _currencies(row: Row, context: Context, quantity: Number | None, value: Number | None, price: Number | None) -> tuple[str | None, str | None]:
    """Return the currency to report, and the one the price is known to be in."""
    columns = context.columns
    stated = currency_code(_text(row, columns.get("currency")))
    beside_price = price.currency if price else None
    heading = columns.currencies.get(columns.index.get("price", -1))
    quote = beside_price or ("GBX" if heading == "GBX" and stated in {None, "GBP"} else stated) or heading
    rest = value.currency if value else None
    by_value = columns.currencies.get(context.value_column if context.value_column is not None else -1)
    by_quantity = quantity.currency if quantity else None
    return stated or quote or rest or by_value or by_quantity, quote


def value_agrees(line: Line) -> bool | None:
    """Whether quantity x price is the value; None when the row does not state all three."""
    if line.quantity is None or line.price is None or line.value is None or line.value == 0.0 or line.price == 0.0:
        return None
    if agrees(line.quantity, line.price, line.value):
        return True
    # British, South African and Israeli prices are in hundredths, whether the file says so or not
    hundredths = line.currency in PENCE.values() or line.quote in PENCE.values() or line.symbol.upper().endswith((".L", ".JO", ".TA", " LN"))
    return hundredths and agrees(line.quantity, line.price / 100.0, line.value)


def off_by_power(line: Line) -> bool:
    """Whether quantity x price misses the value by a factor of 10, 100, 1,000 ... as a misread decimal mark does."""
    if line.quantity is None or line.price is None or not line.value or not line.price or not line.quantity:
        return False
    ratio = abs(line.quantity * line.price / line.value)
    return any(abs(ratio / 10.0**power - 1.0) < 0.005 for power in (-6, -5, -4, -3, -2, -1, 1, 2, 3, 4, 5, 6))


def is_history(rows: Sequence[Row], columns: Columns, header: Sequence[str]) -> bool:
    """Whether a table lists what was bought and sold rather than what is held.

    What happened on each row, on different days, without what the holdings are worth now; Yahoo's lots name purchases too, but quote a
    current price.
    """
    phrases = [plain(text) for text in header]
    joined = set(phrases)
    action = columns.get("action")
    moves = [text for row in rows[:500] if (text := cell(row, action))]
    acts = bool(moves) and sum(map(is_move, moves)) >= 0.6 * len(moves) and len(moves) >= 0.5 * min(len(rows), 500)
    day = columns.get("purchase_date") if columns.get("purchase_date") is not None else columns.get("date")
    days = {cell(row, day)[:10] for row in rows[:500] if cell(row, day)}
    if day is None:
        days = {text[:10] for row in rows[:50] for text in row.cells if looks_like_date(text) and len(text) >= 8}
    current = {
        "current price",
        "last price",
        "market value",
        "current value",
        "market price",
        "aktueller kurs",
        "marktwert",
        "kurswert",
        "mkt val",
        "last",
        "ltp",
        "cost basis",
    }
    held_now = bool(joined & current) or columns.get("weight") is not None
    traces = sum(
        any(re.search(pattern, phrase) for phrase in phrases)
        for pattern in (
            r"\b(?:order|auftrags?|ordre|orden|ordine)\b.*\b(?:id|nr|no|number|nummer)\b|^order id$|ref(?:erence)? ?(?:no|number|id)|transaction id|^transaktionsnummer|trade id",
            r"\b(?:commissions?|fees?|gebuhr\w*|transaktionsgebuhren|frais|kosten|comisi\w*|commissioni|provision|courtage|kommission)\b|brokerage",
            r"settle\w*|valuta datum|valutadatum|process date|run date|activity date|execution|ausfuhrung\w*|ausfuhrungs\w*|trade time|execution time",
            r"\b(?:time|uhrzeit|heure|hora|ora|tijd|timestamp)\b",
            r"\b(?:net amount|principal amount|proceeds|gross amount|subtotal|net proceeds|gesamt|total amount|amount|betrag|saldo|balance)\b",
        )
    )
    if acts and days and not held_now:
        return True
    if (
        len(days) > 1
        and not held_now
        and joined & {"balance", "saldo", "running balance", "solde", "kontostand"}
        and not {"symbol", "isin", "cusip", "wkn"} & set(columns.index)
    ):
        return True  # a bank statement
    if (
        acts
        and len(moves) >= 2
        and any(not re.match(r"^(?:buy|sell|kauf|verkauf|achat|vente|long|short|b|s)\b", plain(text)) for text in moves)
        and days
    ):
        return not (joined & {"market value", "current value", "current price"})
    sides = columns.get("side")
    if sides is not None and days and not held_now:
        words = {plain(cell(row, sides)) for row in rows[:500]} - {""}
        if words and words <= {"buy", "sell", "b", "s", "kauf", "verkauf", "achat", "vente", "compra", "venta"}:
            return True
    return bool(days) and not held_now and traces >= 3 and columns.get("quantity") is not None
