"""A random portfolio, a random way of writing it down, and what a reader must make of the bytes.

`Layout` is plain data, so that a test can write the same portfolio twice with one thing changed. Quantities are exact decimals.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from tests.property.holdings.workbook import workbook

KNOWN = ("AAPL", "MSFT", "JNJ", "XOM", "PFE", "KO", "SPY", "TLT", "GLD", "AMZN", "NVDA", "PG", "IBM", "MO", "GE", "HD", "BND", "BTC-USD")
UNKNOWN = ("TSLA", "V", "T", "ORCL", "TRUE", "NA", "ON", "TTE", "MRK.DE", "SAP.DE", "ASML.AS", "VOD.L")
SHARE_CLASSES = ("BRK.B", "BRK/B", "BRK-B", "BRK B")
NAMES = {
    "TTE": "TOTAL ENERGIES SE",
    "AAPL": "APPLE INC",
    "JNJ": "JOHNSON & JOHNSON",
    "MO": 'ALTRIA "BIG MO" GROUP; INC',
    "PG": "PROCTER & GAMBLE CO, THE",
    "KO": "COCA-COLA CO (THE)",
    "SAP.DE": "SAP Aktiengesellschaft für Systeme",
    "BND": "VANGUARD TOTAL BOND MARKET ETF",
    "TRUE": "TRUECAR INC",
    "V": "VISA INC - CLASS A | COMMON",
    "NA": "NANO LABS LTD",
    "T": "AT&T INC",
    "TLT": "ISHARES 20+ YEAR TREASURY BOND",
}
FOREIGN = {"MRK.DE": "EUR", "SAP.DE": "EUR", "ASML.AS": "EUR", "VOD.L": "GBP", "TTE": "EUR"}

WORDS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "en": {
        "symbol": ("Symbol", "Ticker", "Ticker Symbol", "SYMBOL", "Instrument"),
        "name": ("Description", "Name", "Security Name", "Company Name"),
        "quantity": ("Quantity", "Shares", "Units", "Qty", "quantity", "Qty (Quantity)"),
        "price": ("Price", "Last Price", "Current Price", "Close Price"),
        "value": ("Market Value", "Value", "Current Value", "Mkt Val (Market Value)", "Total Value"),
        "currency": ("Currency", "CCY", "Ccy"),
        "account": ("Account", "Account Number", "Account Name"),
        "side": ("Side", "Long/Short", "Position Side"),
    },
    "de": {
        "symbol": ("Symbol", "Ticker", "Kürzel"),
        "name": ("Bezeichnung", "Name", "Wertpapier"),
        "quantity": ("Bestand", "Anzahl", "Stück", "Stueck", "Menge"),
        "price": ("Kurs", "Schlusskurs", "Aktueller Kurs"),
        "value": ("Marktwert", "Wert", "Kurswert"),
        "currency": ("Währung", "Whg."),
        "account": ("Depot", "Konto", "Depotnummer"),
        "side": ("Long/Short", "Richtung"),
    },
    "fr": {
        "symbol": ("Symbole", "Ticker"),
        "name": ("Libellé", "Nom", "Désignation"),
        "quantity": ("Quantité", "quantite", "Qté"),
        "price": ("Cours", "Dernier cours"),
        "value": ("Valeur", "Valorisation", "Valeur de marché"),
        "currency": ("Devise",),
        "account": ("Compte",),
        "side": ("Sens", "Long/Short"),
    },
    "es": {
        "symbol": ("Símbolo", "Ticker"),
        "name": ("Descripción", "Nombre"),
        "quantity": ("Cantidad", "Títulos"),
        "price": ("Precio", "Cotización"),
        "value": ("Valor de mercado", "Valor"),
        "currency": ("Divisa", "Moneda"),
        "account": ("Cuenta",),
        "side": ("Long/Short",),
    },
    "it": {
        "symbol": ("Simbolo", "Ticker"),
        "name": ("Descrizione", "Nome", "Titolo"),
        "quantity": ("Quantità", "quantita"),
        "price": ("Prezzo", "Prezzo di mercato"),
        "value": ("Valore di mercato", "Controvalore"),
        "currency": ("Valuta", "Divisa"),
        "account": ("Conto",),
        "side": ("Long/Short",),
    },
    "nl": {
        "symbol": ("Symbool", "Ticker"),
        "name": ("Naam", "Product"),
        "quantity": ("Aantal",),
        "price": ("Koers", "Slotkoers"),
        "value": ("Waarde", "Marktwaarde"),
        "currency": ("Valuta",),
        "account": ("Rekening",),
        "side": ("Long/Short",),
    },
    "pt": {
        "symbol": ("Símbolo", "Ticker"),
        "name": ("Nome", "Descrição"),
        "quantity": ("Quantidade",),
        "price": ("Preço", "Cotação"),
        "value": ("Valor de mercado", "Valor"),
        "currency": ("Moeda",),
        "account": ("Conta",),
        "side": ("Long/Short",),
    },
    "sv": {
        "symbol": ("Symbol", "Ticker"),
        "name": ("Namn",),
        "quantity": ("Antal",),
        "price": ("Kurs", "Senast"),
        "value": ("Marknadsvärde", "Värde"),
        "currency": ("Valuta",),
        "account": ("Konto",),
        "side": ("Long/Short",),
    },
}
EXTRAS = (
    "Volume",
    "Day Change",
    "Day Change %",
    "Cost Basis",
    "Total Gain/Loss",
    "Pledged Qty",
    "Purchase Date",
    "% of Account",
    "52 Week High",
    "Notes",
)
TITLES = (
    ("Portfolio positions",),
    ("Positions for account Individual ...417 as of 05:02 PM ET, 2022/12/28",),
    ("Report", "Holdings"),
    ("Client", "William Brown", "", "Advisor", "J. Doe"),
    ("Generated", "2022-12-28 17:02:11"),
)
FOOTERS = (
    ("The data and information in this file is provided to you solely for your use, and is not for distribution.",),
    ("Date downloaded 12/28/2022 5:41 PM ET",),
    ("Prices are delayed by 15 minutes; values may differ.",),
    ("*** End of report ***",),
)
ACCOUNTS = ("Z90417733", "ROLLOVER IRA", "Individual - TOD")


@dataclass(frozen=True, slots=True, kw_only=True)
class Lot:
    """`quantity` units of `ticker`, written as `spelling`."""

    ticker: str
    spelling: str
    quantity: Decimal
    price: Decimal
    currency: str
    account: str

    @property
    def value(self) -> Decimal:
        return (self.quantity * self.price).quantize(Decimal("0.01"), ROUND_HALF_UP)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cash:
    """An amount of `currency` in `account`."""

    label: str
    currency: str
    amount: Decimal
    account: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """What is held."""

    lots: tuple[Lot, ...]
    cash: tuple[Cash, ...] = ()

    @property
    def quantities(self) -> dict[str, Decimal]:
        total: dict[str, Decimal] = {}
        for lot in self.lots:
            total[lot.ticker] = total.get(lot.ticker, Decimal(0)) + lot.quantity
        return total

    @property
    def balances(self) -> dict[str, Decimal]:
        total: dict[str, Decimal] = {}
        for cash in self.cash:
            total[cash.currency] = total.get(cash.currency, Decimal(0)) + cash.amount
        return total


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """How a book is written down."""

    words: Mapping[str, str]
    columns: tuple[str, ...]
    delimiter: str = ","
    decimal: str = "."
    thousands: str = ""
    negative: str = "-"
    money: str = ""
    encoding: str = "utf-8"
    newline: str = "\n"
    quoting: str = "minimal"
    places: int | None = None
    titles: tuple[tuple[str, ...], ...] = ()
    footers: tuple[tuple[str, ...], ...] = ()
    blank_before: int = 0
    blank_after: int = 0
    total: bool = False
    trailing: int = 0
    blocks: bool = False
    side_signed: bool = False
    workbook: str = ""
    noise: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """The bytes, the file name, and on which physical lines what stands."""

    data: bytes
    filename: str
    lots: Mapping[str, tuple[int, ...]]
    cash: tuple[int, ...]
    lines: tuple[int, ...]
    weighable: bool
    """Whether the file itself shows which mark is the decimal one: price and value stand beside each quantity."""


# --- drawing ---------------------------------------------------------------------------------------------------------------------


def random_book(rng: random.Random, most: int = 7, foreign: bool = True, cash: bool = True) -> Book:
    """A book of 1 to `most` lots; no two lots of a ticker cancel out."""
    accounts = rng.sample(ACCOUNTS, rng.choice((1, 1, 2, 3)))
    spell = rng.choice((_plain, _plain, _plain, _dot_us, _bloomberg, _exchange, _lower))
    lots: list[Lot] = []
    for _ in range(rng.randint(1, most)):
        ticker = rng.choice(KNOWN if rng.random() < 0.7 else UNKNOWN)
        spelling = spell(ticker)
        if rng.random() < 0.12:
            ticker, spelling = "BRK.B", rng.choice(SHARE_CLASSES)
        if ticker in FOREIGN and not foreign:
            continue
        lots.append(
            Lot(
                ticker=ticker,
                spelling=spelling,
                quantity=random_quantity(rng),
                price=Decimal(rng.randint(102, 99999)) / 100,
                currency=FOREIGN.get(ticker, "USD"),
                account=rng.choice(accounts),
            )
        )
    if not lots:
        lots = [Lot(ticker="AAPL", spelling="AAPL", quantity=Decimal(26), price=Decimal("126.37"), currency="USD", account=accounts[0])]
    held = Book(lots=tuple(lots)).quantities
    lots = [lot for lot in lots if held[lot.ticker] != 0] or lots[:1]
    balances = []
    if cash:
        for currency in rng.sample(("USD", "EUR", "GBP") if foreign else ("USD",), rng.choice((0, 1, 1)) if not foreign else rng.choice((0, 1, 2))):
            amount = Decimal(rng.randint(-50_000, 5_000_000)) / 100
            label = "CASH" if currency == "USD" else f"Cash ({currency})"
            balances.append(Cash(label=label, currency=currency, amount=amount, account=accounts[0]))
    return Book(lots=tuple(lots), cash=tuple(balances))


def random_quantity(rng: random.Random) -> Decimal:
    kind = rng.random()
    if kind < 0.45:
        quantity = Decimal(rng.randint(1, 999))
    elif kind < 0.65:
        quantity = Decimal(rng.randint(1000, 2_500_000))
    elif kind < 0.9:
        quantity = Decimal(rng.randint(1, 9_999_999)) / Decimal(10) ** rng.randint(1, 4)
    else:
        quantity = Decimal(rng.randint(1, 9999)) / 1000
    return -quantity if rng.random() < 0.15 else quantity


def _plain(ticker: str) -> str:
    return ticker


def _lower(ticker: str) -> str:
    return ticker.lower()


def _us(ticker: str) -> bool:
    return "." not in ticker and "-" not in ticker and ticker not in FOREIGN


def _dot_us(ticker: str) -> str:
    return f"{ticker}.US" if _us(ticker) else ticker


def _bloomberg(ticker: str) -> str:
    return f"{ticker} US Equity" if _us(ticker) else ticker


def _exchange(ticker: str) -> str:
    return f"NYSE:{ticker}" if _us(ticker) else ticker


def random_layout(rng: random.Random, book: Book) -> Layout:
    """A layout that can carry `book`."""
    language = rng.choice(("en", "en", "en", "en", "de", "de", "fr", "es", "it", "nl", "pt", "sv"))
    words = {field: rng.choice(choices) for field, choices in WORDS[language].items()}
    decimal = "." if language == "en" or rng.random() < 0.15 else ","
    marks = {".": ("", "", ",", ",", "'", "\u2019"), ",": ("", "", ".", ".", "\u00a0", "\u202f", " ")}
    columns = ["symbol", "quantity"]
    columns += [field for field, share in (("name", 0.6), ("price", 0.8), ("value", 0.8), ("account", 0.3)) if rng.random() < share]
    if book.cash and "value" not in columns:
        columns.append("value")
    currencies = {lot.currency for lot in book.lots} | set(book.balances)
    if currencies != {"USD"} or rng.random() < 0.3:
        columns.append("currency")
    if any(lot.quantity < 0 for lot in book.lots) and rng.random() < 0.4:
        columns.append("side")
    columns += rng.sample(EXTRAS, rng.choice((0, 0, 1, 2, 4)))
    rng.shuffle(columns)
    kind = rng.random()
    return Layout(
        words=words,
        columns=tuple(columns),
        delimiter=rng.choice((",", ",", ";", "\t", "|") if decimal == "." else (";", ";", "\t", ",", "|")),
        decimal=decimal,
        thousands=rng.choice(marks[decimal]),
        negative=rng.choice(("-", "-", "(", "\u2212")),
        money="" if "currency" in columns or currencies != {"USD"} else rng.choice(("", "", "$", "USD ")),
        encoding=rng.choice(("utf-8", "utf-8", "utf-8-sig", "utf-16", "utf-16-be-bom", "cp1252")),
        newline=rng.choice(("\n", "\r\n", "\r\n", "\r")),
        quoting=rng.choice(("minimal", "minimal", "all", "text")),
        places=rng.choice((None, None, 4)),
        titles=tuple(rng.sample(TITLES, rng.choice((0, 0, 1, 2)))),
        footers=tuple(rng.sample(FOOTERS, rng.choice((0, 0, 1, 2)))),
        blank_before=rng.choice((0, 1)),
        blank_after=rng.choice((0, 1, 2)),
        total=len(currencies) == 1 and "value" in columns and rng.random() < 0.4,
        trailing=rng.choice((0, 0, 0, 1, 2)),
        blocks=len({lot.account for lot in book.lots}) > 1 and rng.random() < 0.5,
        side_signed=rng.random() < 0.5,
        workbook=rng.choice(("shared", "inline")) if kind < 0.12 else "",
        noise=rng.randint(0, 2**31),
    )


# --- writing ---------------------------------------------------------------------------------------------------------------------


def number(value: Decimal, layout: Layout, places: int | None = None, grouped: bool = True) -> str:
    """`value` with the layout's marks; `places` None: as many decimals as it has."""
    plain = f"{abs(value):f}" if places is None else f"{abs(value):.{places}f}"
    whole, _, fraction = plain.partition(".")
    if places is None:
        fraction = fraction.rstrip("0")
    if grouped and layout.thousands and len(whole) > 3:
        groups = []
        while whole:
            groups.insert(0, whole[-3:])
            whole = whole[:-3]
        whole = layout.thousands.join(groups)
    text = whole + (layout.decimal + fraction if fraction else "")
    if value >= 0:
        return text
    return f"({text})" if layout.negative == "(" else layout.negative + text


def money(value: Decimal, layout: Layout) -> str:
    text = number(abs(value), layout, 2)
    if value >= 0:
        return layout.money + text
    return f"({layout.money}{text})" if layout.negative == "(" else layout.negative + layout.money + text


def written(book: Book, layout: Layout) -> Written:
    """Write `book` down as `layout` says."""
    rows: list[list[object]] = []
    lots: dict[str, list[int]] = {}
    cash: list[int] = []
    rows += [list(title) for title in layout.titles]
    rows += [[] for _ in range(layout.blank_before if layout.titles else 0)]
    header: list[object] = [layout.words.get(column, column) for column in layout.columns]
    accounts = list(dict.fromkeys(lot.account for lot in book.lots)) if layout.blocks else [None]
    for position, account in enumerate(accounts):
        if layout.blocks:
            rows += [[]] * (position > 0) + [[f"Account: {account}"]]
        rows.append(header)
        for index, lot in enumerate(book.lots):
            if account is None or lot.account == account:
                rows.append(_lot_cells(lot, layout, index))
                lots.setdefault(lot.ticker, []).append(len(rows))
        if position == 0:
            for balance in book.cash:
                rows.append(_cash_cells(balance, layout))
                cash.append(len(rows))
    if layout.total:
        rows.append(_total_cells(book, layout))
    if layout.footers:
        rows += [[] for _ in range(layout.blank_after)]
        rows += [list(footer) for footer in layout.footers]
    if layout.workbook:
        data = workbook(rows, shared=layout.workbook == "shared")
        filename = "positions.xlsx"
    else:
        lines = [_line(row, layout) for row in rows]
        data = _encoded(layout.newline.join(lines) + layout.newline, layout.encoding)
        filename = "positions.tsv" if layout.delimiter == "\t" else "positions.csv"
    return Written(
        data=data,
        filename=filename,
        lots={ticker: tuple(lines) for ticker, lines in lots.items()},
        cash=tuple(cash),
        lines=tuple(i for i, row in enumerate(rows, 1) if row),
        weighable={"price", "value"} <= set(layout.columns) or bool(layout.workbook),
    )


def _lot_cells(lot: Lot, layout: Layout, index: int) -> list[object]:
    noise = random.Random(f"{layout.noise} {index}")
    short = lot.quantity < 0
    unsigned = "side" in layout.columns and not layout.side_signed
    cells: dict[str, object] = {
        "symbol": lot.spelling,
        "name": NAMES.get(lot.ticker, f"{lot.ticker} CORP"),
        "quantity": _amount(abs(lot.quantity) if unsigned else lot.quantity, layout, layout.places),
        "price": _money(lot.price, layout),
        "value": _money(lot.value, layout),
        "currency": lot.currency,
        "account": lot.account,
        "side": "Short" if short else "Long",
        "Volume": _amount(Decimal(noise.randint(10_000, 90_000_000)), layout, 0),
        "Day Change": _money(Decimal(noise.randint(-900, 900)) / 100, layout),
        "Day Change %": f"{number(Decimal(noise.randint(-900, 900)) / 100, layout, 2)}%",
        "Cost Basis": _money(Decimal(noise.randint(1000, 9_000_000)) / 100, layout),
        "Total Gain/Loss": _money(Decimal(noise.randint(-100_000, 9_000_000)) / 100, layout),
        "Pledged Qty": _amount(Decimal(noise.choice((0, 0, 5, 10))), layout, 0),
        "Purchase Date": f"20{noise.randint(10, 22)}-0{noise.randint(1, 9)}-1{noise.randint(0, 9)}",
        "% of Account": f"{number(Decimal(noise.randint(1, 9900)) / 100, layout, 2)}%",
        "52 Week High": _money(lot.price * Decimal("1.1"), layout),
        "Notes": noise.choice(("", "added, after dip", "Kauf in 3 Tranchen; Rest 2023", 'the "core" part', "long term")),
    }
    return [cells[column] for column in layout.columns]


def _cash_cells(balance: Cash, layout: Layout) -> list[object]:
    cells: dict[str, object] = {
        "symbol": balance.label,
        "name": "Cash balance",
        "value": _money(balance.amount, layout),
        "currency": balance.currency,
        "account": balance.account,
    }
    return [cells.get(column, "") for column in layout.columns]


def _total_cells(book: Book, layout: Layout) -> list[object]:
    total = sum((lot.value for lot in book.lots), Decimal(0)) + sum((cash.amount for cash in book.cash), Decimal(0))
    cells: dict[str, object] = {"symbol": "Total", "value": _money(total, layout)}
    return [cells.get(column, "") for column in layout.columns]


def _amount(value: Decimal, layout: Layout, places: int | None) -> object:
    return value if layout.workbook else number(value, layout, places)


def _money(value: Decimal, layout: Layout) -> object:
    return value if layout.workbook else money(value, layout)


def _line(row: Sequence[object], layout: Layout) -> str:
    cells = [*row, *[""] * (layout.trailing if row else 0)]
    return layout.delimiter.join(_quoted(str(cell), layout) for cell in cells)


def _quoted(text: str, layout: Layout) -> str:
    special = any(mark in text for mark in (layout.delimiter, '"', "\n", "\r"))
    wanted = layout.quoting == "all" or (layout.quoting == "text" and text[:1].isalpha())
    return '"' + text.replace('"', '""') + '"' if special or wanted else text


def _encoded(text: str, encoding: str) -> bytes:
    if encoding == "utf-16-be-bom":
        return b"\xfe\xff" + text.encode("utf-16-be")
    if encoding == "utf-16":
        return b"\xff\xfe" + text.encode("utf-16-le")
    if encoding == "cp1252":
        # what cp1252 has no character for is written the way such a program writes it
        text = text.replace("\u202f", "\u00a0").replace("\u2212", "-")
    return text.encode(encoding)
