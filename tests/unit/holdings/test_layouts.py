"""Layouts as brokers, banks and spreadsheets write them, with made-up numbers and expectations worked out by hand."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from farp.holdings import document, read_holdings
from farp.prices.sample import load_sample


@dataclass(frozen=True, kw_only=True)
class File:
    """A file and all that must come of it; `positions` by ticker (raw text where there is none), `asked` the keys of the questions."""

    id: str
    lines: tuple[str, ...]
    positions: dict[str, float]
    cash: dict[str, tuple[str | None, float]] = field(default_factory=dict)
    other: dict[str, str] = field(default_factory=dict)
    warned: tuple[str, ...] = ()
    asked: tuple[str, ...] = ()
    as_of: str | None = None
    currencies: dict[str, str | None] = field(default_factory=dict)
    encoding: str = "utf-8"
    newline: str = "\n"
    filename: str | None = None
    answers: dict[str, str] = field(default_factory=dict)
    size: str = "quantity"

    @property
    def data(self) -> bytes:
        return (self.newline.join(self.lines) + self.newline).encode(self.encoding)


FILES = (
    File(
        id="custodian with account blocks and a total in each",
        lines=(
            "Custody statement,,,,,",
            "Valuation date: 28 December 2022,,,,,",
            "",
            "Account: Growth,,,,,",
            "Security ID,Security description,Nominal,Market price,Market value,CCY",
            'US5949181045,MICROSOFT CORP,100.0000,234.91,"23,491.00",USD',
            'US4781601046,JOHNSON & JOHNSON,20.0000,177.13,"3,542.60",USD',
            'Total Growth,,,,"27,033.60",USD',
            "",
            "Account: Income,,,,,",
            "Security ID,Security description,Nominal,Market price,Market value,CCY",
            'US5949181045,MICROSOFT CORP,11.5000,234.91,"2,701.47",USD',
            "Cash USD,,,,500.25,USD",
            'Total Income,,,,"3,201.72",USD',
            'Grand total,,,,"30,235.32",USD',
        ),
        positions={"MSFT": 111.5, "JNJ": 20.0},
        cash={"Cash USD": ("USD", 500.25)},
        warned=("identifier_is_isin",),
        as_of="2022-12-28",
    ),
    File(
        id="trading platform with long and short in a column and pence",
        lines=(
            "Market|Direction|Size|Currency|Latest|Position value",
            "AAPL|Buy|26|USD|126.37|3285.62",
            "BBY|Sell|150|USD|79.62|11943.00",
            "VOD.L|Buy|1250|GBX|84.10|1051.25",
        ),
        positions={"AAPL": 26.0, "BBY": -150.0, "VOD.L": 1250.0},
        answers={"quantity_column": "2"},
        warned=("unpriced", "mixed_currency"),
        currencies={"VOD.L": "GBP"},
    ),
    File(
        id="flatex, amounts and currencies in turn, the currency under a blank heading",
        lines=(
            "Nummer;Depot;Bezeichnung;Stück/Nominal;WKN;ISIN;Einstandskurs per Datum;;Kurs;;Kursdatum;Börsenplatz;Wert;;Entwicklung",
            "1;900100;PEPSICO INC.;12,500000;851995;US7134481081;150,10;EUR;169,60;EUR;27.12.2022;Xetra;2.120,00;EUR;12,99%",
            "2;900100;EXXON MOBIL;1.150,000000;852549;US30231G1022;61,77;EUR;102,10;EUR;28.12.2022;Tradegate;117.415,00;EUR;65,29%",
        ),
        encoding="cp1252",
        newline="\r\n",
        positions={"PEP": 12.5, "XOM": 1150.0},
        warned=("identifier_is_isin",),
        currencies={"PEP": "EUR"},
        as_of="2022-12-28",
    ),
    File(
        id="comdirect, known by WKN and name only",
        lines=(
            '"Stück/Nom.";"Bezeichnung";"WKN";"Whg.";"Letzter Kurs";"Wert in EUR"',
            '"1.480";"BANK OF AMERICA DL 0,01";"858388";"EUR";"31,02";"45.909,60"',
            '"26";"UNBEKANNTE AG O.N.";"A0ABC1";"EUR";"118,72";"3.086,72"',
        ),
        encoding="cp1252",
        positions={"BAC": 1480.0, "A0ABC1": 26.0},
        warned=("unpriced",),
        asked=("ticker.858388", "ticker.A0ABC1"),
    ),
    File(
        id="Indian broker, grouped by lakh, many columns of quantities",
        lines=(
            ",Equity holdings statement as on 2022-12-28,,,,,,",
            ",,,,,,,",
            ",Symbol,ISIN,Quantity Available,Quantity Long Term,Quantity Pledged (Margin),Average Price,Previous Closing Price,Present value",
            ',INFY-EQ,INE009A01021,"1,00,000",80,40,"1,401.55","1,510.90","15,10,90,000.00"',
            ",TCS-EQ,INE467B01029,15,15,0,3100.10,3260.00,48900.00",
        ),
        positions={"INFY": 100000.0, "TCS": 15.0},
        warned=("unpriced",),
        as_of="2022-12-28",
    ),
    File(
        id="Bloomberg, tabs and UTF-16",
        lines=(
            "Security\tPosition\tPx Last\tMkt Val\tCrncy",
            "BRK/B US Equity\t12\t306.11\t3673.32\tUSD",
            "T US Equity\t1,200\t18.20\t21,840.00\tUSD",
            "ESH3 Index\t-2\t3850.25\t-385025.00\tUSD",
            "EURUSD Curncy\t10000\t1.0630\t10630.00\tUSD",
        ),
        encoding="utf-16",
        newline="\r\n",
        filename="port_20221228.txt",
        positions={"BRK.B": 12.0, "T": 1200.0},
        other={"ESH3 Index": "future", "EURUSD Curncy": "fx"},
        warned=("unpriced",),
        as_of="2022-12-28",
    ),
    File(
        id="Hargreaves style, letterhead first, pence in the heading",
        lines=(
            "Stocks & Shares ISA,,,,",
            "Spreadsheet created at,28-12-2022 17:05:11,,,",
            'Total cash:,"1,200.50",,,',
            "",
            "Code,Stock,Units held,Price (pence),Value (£),Cost (£)",
            'AZN,AstraZeneca plc Ordinary US$0.25,10.00,"11,218.00","1,121.80","1,000.00"',
            ',,Totals,,"1,121.80","1,000.00"',
        ),
        encoding="cp1252",
        positions={"AZN": 10.0},
        warned=("unpriced",),
        currencies={"AZN": "GBP"},
        as_of="2022-12-28",
    ),
    File(
        id="Swissquote, apostrophes and a heading of asset class between the rows",
        lines=(
            "Symbol;Anzahl;Stückkosten;Preis;Währung;Gesamtwert;%-Positionen",
            "Aktien;;;;;;",
            "NESN;1'234;98.50;107.14;CHF;132'210.76;97.57%",
            "PG;21.5;118.20;151.83;USD;3'264.35;2.43%",
            "Zwischensumme;;;;CHF;135'250.10;",
        ),
        positions={"NESN": 1234.0, "PG": 21.5},
        warned=("unpriced", "mixed_currency"),
    ),
    File(
        id="Boursorama, narrow spaces and names of code",
        lines=(
            '"name";"isin";"quantity";"buyingPrice";"lastPrice";"amount"',
            '"COCA COLA";"US1912161007";"1\u202f040";"48,41";"59,91";"62\u202f306,40"',
            '"LIQUIDITÉS";"";"";"";"";"1\u202f200,50"',
        ),
        encoding="utf-8-sig",
        positions={"KO": 1040.0},
        cash={"LIQUIDITÉS": (None, 1200.5)},
        warned=("identifier_is_isin",),
    ),
    File(
        id="Questrade, Canadian and US rows",
        lines=(
            "Equity symbol,Equity description,Quantity,Currency,Market price,Market value",
            "RY.TO,ROYAL BANK OF CANADA,100,CAD,127.30,12730.00",
            "HD,HOME DEPOT INC,31,USD,314.77,9757.87",
            "Cash CAD,,,CAD,,500.00",
            "Cash USD,,,USD,,-20.10",
        ),
        positions={"RY.TO": 100.0, "HD": 31.0},
        cash={"Cash CAD": ("CAD", 500.0), "Cash USD": ("USD", -20.1)},
        warned=("unpriced", "mixed_currency"),
    ),
    File(
        id="eToro: the amount is money when there are units",
        lines=(
            "Ticker,Name,Amount,Units,Avg. Open,Value",
            "AAPL,Apple,$3073.20,26,118.20,$3285.62",
            "ETH,Ethereum,$1000.00,0.75,1333.33,$892.50",
        ),
        positions={"AAPL": 26.0, "ETH-USD": 0.75},
    ),
    File(
        id="DEGIRO in English: the amount is the quantity beside an identifier",
        lines=("Product,Symbol/ISIN,Amount,Closing,Local value,Value in EUR", 'EXXON MOBIL,US30231G1022,1250,"108,62",USD 135775.00,"127735,12"'),
        positions={"XOM": 1250.0},
        warned=("identifier_is_isin",),
    ),
    File(
        id="own sheet of tickers and weights with cash",
        lines=("Ticker,Weight %,As of", "AAPL,40,2022-12-28", "MSFT,55,2022-12-28", "Cash,5,2022-12-28"),
        positions={"AAPL": 0.4, "MSFT": 0.55},
        cash={"Cash": (None, 5000.0)},
        asked=("prices", "portfolio_value"),
        size="weight",
        as_of="2022-12-28",
    ),
    File(
        id="own sheet of values without a currency",
        lines=("Holding;Marktwert", "AAPL;3.285,62", "BBY;-11.943,00", "Summe;-8.657,38"),
        positions={"AAPL": 3285.62, "BBY": -11943.0},
        asked=("as_of", "currency"),
        size="market_value",
    ),
    File(
        id="French sheet, semicolons",
        lines=("Libellé;Symbole;Quantité;Cours;Valorisation;Devise", "Pfizer;PFE;1 040;50,92;52 956,80;USD", "Total;;;;52 956,80;USD"),
        encoding="cp1252",
        positions={"PFE": 1040.0},
    ),
    File(
        id="Italian bank",
        lines=(
            "Titolo;ISIN;Quantità;Prezzo di mercato;Controvalore;Divisa",
            "Merck & Co;US58933Y1055;1.250;110,87;138.587,50;USD",
            "Liquidità;;;;1.000,00;EUR",
        ),
        positions={"MRK": 1250.0},
        cash={"Liquidità": ("EUR", 1000.0)},
        warned=("identifier_is_isin",),
    ),
    File(
        id="Dutch and Spanish words",
        lines=("Naam;Symbool;Aantal;Koers;Waarde;Valuta", "Intel;INTC;1.200;26,20;31.440,00;USD", "Contanten;;;;250,00;EUR"),
        positions={"INTC": 1200.0},
        cash={"Contanten": ("EUR", 250.0)},
        warned=("unpriced",),
    ),
    File(
        id="lots under a row that only names the security",
        lines=("Symbol,Quantity,Price,Value", "KO,,63.84,", "01/03/2020,100,63.84,6384.00", "06/02/2021,15.5,63.84,989.52", "PG,5,151.83,759.15"),
        positions={"KO": 115.5, "PG": 5.0},
    ),
    File(
        id="sep= hint and a note with the delimiter inside quotes",
        lines=("sep=;", "Symbol;Shares;Note", 'GE;33,4815;"bought; then split"', "HD;31;"),
        positions={"GE": 33.4815, "HD": 31.0},
    ),
    File(
        id="options, a bond, a currency and a future beside shares",
        lines=(
            "Symbol,Description,Asset type,Quantity,Price,Market value",
            "JPM,JPMORGAN CHASE,Equity,10,132.29,1322.90",
            "SPY   230120P00380000,SPY Jan 20 2023 380 Put,Option,-2,6.10,-1220.00",
            "912810TM0,UNITED STATES TREASURY 4.000% 11/15/2042,Bond,10000,98.5,9850.00",
            "/ESH23,E-MINI S&P 500,Future,1,3850.25,192512.50",
            "BND,VANGUARD TOTAL BOND MARKET ETF,Fixed Income,12,71.84,862.08",
        ),
        positions={"JPM": 10.0, "BND": 12.0},
        other={"SPY   230120P00380000": "option", "912810TM0": "bond", "/ESH23": "future"},
    ),
    File(
        id="a Frankfurt share is not its US namesake",
        lines=("Ticker,Currency,Quantity,Price,Value", "MRK,EUR,10,180.90,1809.00", "KO,USD,10,63.84,638.40"),
        positions={"MRK": 10.0, "KO": 10.0},
        asked=("listing.MRK",),
        warned=("unpriced", "mixed_currency"),
    ),
    File(
        id="a second table of positions is asked about",
        lines=("Symbol,Shares,Price", "AAPL,26,126.37", "", "Fund code,Fund name,Units,NAV", "VFIAX,VANGUARD 500 INDEX,12.345,354.11"),
        positions={"AAPL": 26.0, "VFIAX": 12.345},
        asked=("table.4",),
        warned=("unpriced",),
    ),
    File(
        id="no currency for cash among several",
        lines=("Symbol,Quantity,Currency,Value", "AAPL,26,USD,3285.62", "SAP.DE,40,EUR,3856.80", "Cash,,,100.00"),
        positions={"AAPL": 26.0, "SAP.DE": 40.0},
        cash={"Cash": ("USD", 100.0)},
        asked=("cash_currency",),
        warned=("unpriced", "mixed_currency"),
    ),
    File(
        id="Schwab, all accounts in blocks",
        lines=(
            '"Positions for All-Accounts as of 05:10 PM ET, 12/28/2022"',
            "",
            '"Individual ...417"',
            '"Symbol","Description","Quantity","Price","Market Value","Security Type"',
            '"AAPL","APPLE INC","210","126.37","$26,537.70","Equity"',
            '"Cash & Cash Investments","--","--","--","$6,044.18","Cash and Money Market"',
            '"Account Total","--","--","--","$32,581.88","--"',
            "",
            '"Roth IRA ...999"',
            '"Symbol","Description","Quantity","Price","Market Value","Security Type"',
            '"AAPL","APPLE INC","10","126.37","$1,263.70","Equity"',
            '"SWVXX","SCHWAB VALUE ADVANTAGE MONEY","1,000","1.00","$1,000.00","Cash and Money Market"',
            '"Account Total","--","--","--","$2,263.70","--"',
        ),
        positions={"AAPL": 220.0},
        cash={"Cash & Cash Investments": ("USD", 6044.18), "SWVXX": ("USD", 1000.0)},
        as_of="2022-12-28",
    ),
    File(
        id="a flexible query: lots under summaries, options and currencies by class",
        lines=(
            '"CurrencyPrimary","AssetClass","Symbol","ISIN","Multiplier","ReportDate","Position","MarkPrice","PositionValue","Side","LevelOfDetail"',
            '"USD","STK","AMD","US0079031078","1","20221228","300","62.81","18843","Long","SUMMARY"',
            '"USD","STK","AMD","US0079031078","1","20221228","300","62.81","18843","Long","LOT"',
            '"USD","STK","BBY","US0865161014","1","20221228","-150","79.62","-11943","Short","SUMMARY"',
            '"USD","OPT","AMD   230120P00060000","","100","20221228","-3","2.05","-615","Short","SUMMARY"',
            '"EUR","CASH","EUR.USD","","1","20221228","1000","1.06","1060","Long","SUMMARY"',
        ),
        positions={"AMD": 300.0, "BBY": -150.0},
        other={"AMD   230120P00060000": "option", "EUR.USD": "fx"},
        as_of="2022-12-28",
    ),
    File(
        id="DKB: two identifiers in a cell, the unit in a column without a heading",
        lines=(
            '"Depotbestand vom:";"28.12.2022";',
            '"Depotgesamtwert in EUR:";"52.913,12";',
            "",
            '"Bestand";"";"ISIN / WKN";"Bezeichnung";"Kurs";"Gewinn / Verlust";"";"Kurswert in Euro";"Verfügbarkeit";',
            '"26,000";"STK";"US0378331005 (865985)";"APPLE INC.";"118,720";"533,52";"EUR";"3.086,72";"frei";',
            '"1.040,000";"STK";"US7170811035 (852009)";"PFIZER INC.";"47,910";"9.880,00";"EUR";"49.826,40";"frei";',
        ),
        encoding="cp1252",
        positions={"AAPL": 26.0, "PFE": 1040.0},
        warned=("identifier_is_isin",),
        as_of="2022-12-28",
    ),
    File(
        id="units in the cells of the quantity",
        lines=("Bezeichnung;ISIN;Stück;Kurs;Wert", "Pfizer;US7170811035;1.040 Stk.;47,91 EUR;49.826,40 EUR", "Verrechnungskonto;;;;1.000,00 EUR"),
        positions={"PFE": 1040.0},
        cash={"Verrechnungskonto": ("EUR", 1000.0)},
        warned=("identifier_is_isin",),
    ),
    File(
        id="interactive investor: pounds, pence and dollars in one column",
        lines=(
            "Symbol,Name,Qty,Price,Market Value £,Market Value,Book Cost",
            'VOD,Vodafone Group,1250,84.10p,"£1,051.25","£1,051.25","£1,266.50"',
            'AAPL,Apple Inc,26,$126.37,"£2,733.21","$3,285.62",£2500',
        ),
        positions={"VOD": 1250.0, "AAPL": 26.0},
        currencies={"VOD": "GBP", "AAPL": "USD"},
        warned=("unpriced",),
    ),
    File(
        id="names and tickers in one column",
        lines=("Holding,Shares,Price,Value", 'VTI,"1,234.567",$191.19,"$236,036.86"', 'Apple Inc,10,$126.37,"$1,263.70"', 'Total,,,"$237,300.56"'),
        positions={"VTI": 1234.567, "AAPL": 10.0},
        asked=("ticker.Apple Inc",),
        warned=("unpriced",),
    ),
)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.id)
def test_layout(file: File) -> None:
    answer = document(read_holdings(file.data, filename=file.filename, answers=file.answers, instruments=load_sample().instruments))
    assert answer["error"] is None
    found = {position["ticker"] or position["raw"]: position[file.size] for position in answer["positions"]}
    assert found == pytest.approx(file.positions)
    assert {cash["label"]: (cash["currency"], cash["value"]) for cash in answer["cash"]} == file.cash
    assert {other["symbol"] or other["name"]: other["kind"] for other in answer["other"]} == file.other
    assert tuple(question["key"] for question in answer["questions"]) == file.asked
    assert sorted(warning["code"] for warning in answer["warnings"]) == sorted(file.warned)
    assert answer["outcome"] == ("needs_user" if file.asked else "ok_with_warnings" if file.warned else "ok")
    assert answer["as_of"] == file.as_of
    held = {position["ticker"] or position["raw"]: position["currency"] for position in answer["positions"]}
    assert {ticker: held[ticker] for ticker in file.currencies} == file.currencies


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.id)
def test_every_line_is_in_exactly_one_place(file: File) -> None:
    answer = document(read_holdings(file.data, filename=file.filename, answers=file.answers, instruments=load_sample().instruments))
    placed = [line for entry in (*answer["positions"], *answer["cash"], *answer["other"]) for line in entry["lines"]]
    placed += [entry["line"] for entry in answer["ignored"]]
    assert sorted(placed) == [number for number, line in enumerate(file.lines, 1) if line]
