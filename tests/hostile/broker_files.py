"""Files in the layouts of brokers, banks and spreadsheets that are not among the eight examples; every number is made up.

`positions` is what must come out after the proposed answers (a set of tickers where more than one name is right). A file whose `may_ask`
is not set has nothing in it to ask about except tickers without a price.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.property.holdings.workbook import workbook

Name = str | frozenset[str]


@dataclass(frozen=True, kw_only=True)
class File:
    """A file and what it holds. `cash` None: not checked; `other`: kinds of what is recognised and not modelled."""

    id: str
    data: bytes
    filename: str = "positions.csv"
    positions: Mapping[Name, float] = field(default_factory=dict)
    cash: Mapping[str | None, float] | None = field(default_factory=dict)
    other: tuple[str, ...] = ()
    may_ask: bool = False
    must_ask: bool = False
    refused: bool = False


def lines(*rows: str, newline: str = "\r\n", encoding: str = "utf-8") -> bytes:
    return (newline.join(rows) + newline).encode(encoding)


def either(*names: str) -> frozenset[str]:
    return frozenset(names)


FILES = [
    File(
        id="merrill_edge",
        data=lines(
            '"Exported on: 12/28/2022 05:12 PM ET"',
            "",
            '"COB Date","Security #","Symbol","CUSIP #","Security Description","Account Nickname","Account Registration","Account #","Quantity",'
            '"Price ($)","Value ($)","Unrealized Gain/Loss ($)"',
            '"12/27/2022","12345","MSFT","594918104","MICROSOFT CORP","","CMA-Edge","12X-34567","1,250.0000","234.9100","293,637.50","12,004.11"',
            '"12/27/2022","23456","BRKB","084670702","BERKSHIRE HATHAWAY INC","","CMA-Edge","12X-34567","12.0000","306.1100","3,673.32","-187.32"',
            '"12/27/2022","34567","PFE","717081103","PFIZER INC","","CMA-Edge","12X-34567","310.0000","50.9200","15,785.20","-1,187.32"',
            '"","","","","Money accounts","","CMA-Edge","12X-34567","2,114.0000","1.0000","2,114.00",""',
            '"","","","","Total","","","","","","315,210.02",""',
        ),
        positions={"MSFT": 1250.0, either("BRK.B", "BRKB"): 12.0, "PFE": 310.0},
        cash={None: 2114.0},
        may_ask=True,  # BRKB is nobody's ticker as it stands
    ),
    File(
        id="saxo",
        data=lines(
            "Instrument;Symbol;Status;L/S;Amount;Open price;Current price;% price;P/L;Currency;Market value;Exposure (EUR);ISIN",
            "Stocks (2);;;;;;;;1240,5;;;;",
            "Apple Inc.;AAPL:xnas;Open;Long;26;118,20;126,37;6,91;212,42;USD;3285,62;3091,11;US0378331005",
            "Best Buy Co. Inc.;BBY:xnys;Open;Short;-150;74,20;79,62;7,30;-813,00;USD;-11943,00;-11235,6;US0865161014",
        ),
        positions={either("AAPL", "AAPL:XNAS"): 26.0, either("BBY", "BBY:XNYS"): -150.0},
        may_ask=True,
    ),
    File(
        id="flatex",
        data=lines(
            "Nummer;Depot;Bezeichnung;Stück/Nominal;WKN;ISIN;Einstandskurs per Datum;;Kurs;;Kursdatum;Börsenplatz;Wert;;Entwicklung",
            "1;1234567;APPLE INC.;26,000000;865985;US0378331005;98,20;EUR;118,72;EUR;28.12.2022;Tradegate;3.086,72;EUR;20,90%",
            "2;1234567;PFIZER INC. DL-,05;1.040,000000;852009;US7170811035;38,41;EUR;47,91;EUR;28.12.2022;Tradegate;49.826,40;EUR;24,73%",
            encoding="cp1252",
        ),
        positions={"AAPL": 26.0, "PFE": 1040.0},
        may_ask=True,
    ),
    File(
        id="trading_212_pie",
        data=lines(
            "Slice,Name,Invested value,Value,Result,Owned quantity",
            "AAPL,Apple,1000.00,1136.41,136.41,8.99271",
            "KO,Coca-Cola,500.00,511.20,11.20,8.0075",
            "V,Visa,250.00,247.40,-2.60,1.19",
            "Total,,1750.00,1895.01,145.01,",
            newline="\n",
        ),
        positions={"AAPL": 8.99271, "KO": 8.0075, "V": 1.19},
        may_ask=True,  # no currency anywhere
    ),
    File(
        id="trading_212_holdings",
        data=lines(
            "Instrument,Ticker,ISIN,Quantity,Price per share,Price currency,Average price,Value (GBP),Return (GBP)",
            "Apple,AAPL,US0378331005,4.5,126.37,USD,118.10,472.81,30.94",
            "Vodafone,VOD,GB00BH4HKS39,1250,84.10,GBX,101.32,1051.25,-215.25",
            newline="\n",
        ),
        positions={"AAPL": 4.5, either("VOD", "VOD.L"): 1250.0},
        may_ask=True,
    ),
    File(
        id="zerodha_console",
        data=lines(
            ",,,,,,,,,,,",
            ",Client ID,AB1234,,,,,,,,,",
            ",Equity Holdings Statement as on 2022-12-28,,,,,,,,,,",
            ",Summary,,,,,,,,,,",
            ",Invested Value,183000,,,,,,,,,",
            ",Present Value,201000,,,,,,,,,",
            ",,,,,,,,,,,",
            ",Symbol,ISIN,Sector,Quantity Available,Quantity Discrepant,Quantity Long Term,Quantity Pledged (Margin),Quantity Pledged (Loan),"
            "Average Price,Previous Closing Price,Unrealized P&L",
            ",INFY,INE009A01021,IT,120,0,80,40,0,1401.55,1510.90,13122",
            ",TCS,INE467B01029,IT,15,0,15,0,0,3100.10,3260.00,2398.5",
            newline="\n",
        ),
        positions={"INFY": 120.0, "TCS": 15.0},
        may_ask=True,
    ),
    File(
        id="zerodha_kite",
        data=lines(
            '"Instrument","Qty.","Avg. cost","LTP","Invested","Cur. val","P&L","Net chg.","Day chg."',
            '"INFY",120,1401.55,1510.9,168186,181308,13122,7.8,-0.35',
            '"TCS-EQ",15,3100.1,3260,46501.5,48900,2398.5,5.16,0.4',
            newline="\n",
        ),
        positions={"INFY": 120.0, "TCS": 15.0},
        may_ask=True,
    ),
    File(
        id="bloomberg_port",
        data=lines(
            "Security\tPosition\tPx Last\tMkt Val\tCrncy",
            "AAPL US Equity\t26\t126.37\t3285.62\tUSD",
            "BRK/B US Equity\t12\t306.11\t3673.32\tUSD",
            "BBY US Equity\t-150\t79.62\t-11943.00\tUSD",
            "VOD LN Equity\t1,250\t84.10\t1,051.25\tGBP",
        ),
        filename="port.txt",
        positions={"AAPL": 26.0, "BRK.B": 12.0, "BBY": -150.0, either("VOD LN", "VOD.L", "VOD LN EQUITY"): 1250.0},
        may_ask=True,
    ),
    File(
        id="thinkorswim",
        data=lines(
            "\ufeffPosition Statement for 123456789 (margin) on 12/28/22 17:00:01",
            "",
            "None",
            "Instrument,Qty,Days,Trade Price,Mark,Mrk Chng,P/L Open,P/L Day,BP Effect",
            'AAPL,+26,,118.20,126.37,-.52,$212.42,($13.52),"($3,285.62)"',
            'BBY,-150,,74.20,79.62,.11,($813.00),($16.50),"($5,971.50)"',
            ',,,,,Subtotals:,($600.58),($30.02),"($9,257.12)"',
            'Cash & Sweep Vehicle,"$4,310.20"',
            ",,,,,OVERALL TOTALS,($600.58),($30.02),($9257.12)",
        ),
        positions={"AAPL": 26.0, "BBY": -150.0},
        cash=None,
    ),
    File(
        id="td_ameritrade_web",
        data=lines(
            "Positions as of 12/28/2022 17:05,,,,,,",
            "Account 123-456789,,,,,,",
            "Symbol,Description,Quantity,Price,Market value,Cost basis,Gain/Loss $",
            'XOM,EXXON MOBIL CORP,"1,150",108.62,"124,913.00","71,035.50","53,877.50"',
            "KO,COCA COLA CO,415.5,63.84,26525.52,24472.95,2052.57",
            "Cash balance,,,,3310.45,,",
            'Account value,,,,"154,748.97",,',
        ),
        positions={"XOM": 1150.0, "KO": 415.5},
        cash={None: 3310.45},
    ),
    File(
        id="robinhood_spreadsheet",
        data=lines(
            "Name,Symbol,Shares,Price,Average Cost,Total Return,Equity",
            'Apple,AAPL,26.000000,$126.37,$118.20,$212.42,"$3,285.62"',
            "Ford Motor,F,0.123456,$11.20,$12.00,-$0.10,$1.38",
            "Agilent,A,3,$149.10,$120.00,$87.30,$447.30",
            newline="\n",
        ),
        positions={"AAPL": 26.0, "F": 0.123456, "A": 3.0},
    ),
    File(
        id="robinhood_activity",
        data=lines(
            '"Activity Date","Process Date","Settle Date","Instrument","Description","Trans Code","Quantity","Price","Amount"',
            '"12/27/2022","12/27/2022","12/29/2022","AAPL","Apple","Buy","10","$126.37","($1,263.70)"',
            '"12/20/2022","12/20/2022","12/22/2022","AAPL","Apple","Sell","4","$132.00","$528.00"',
            '"12/15/2022","12/15/2022","12/15/2022","AAPL","Cash Div: R/D 2022-11-07","CDIV","","","$2.30"',
            '"12/01/2022","12/01/2022","12/01/2022","","ACH Deposit","ACH","","","$1,000.00"',
        ),
        refused=True,
    ),
    File(
        id="interactive_investor",
        data=lines(
            "\ufeffSymbol,Name,Qty,Price,Day Change,Day Change %,Market Value,Market Value £,Book Cost,Gain,Gain %,Average Price",
            '"VOD","Vodafone Group Plc","1,250","84.10p","-0.20p","-0.24%","£1,051.25","£1,051.25","£1,266.50","-£215.25","-17.00%","101.32p"',
            '"AZN","AstraZeneca Plc","10","11,218p","12p","0.11%","£1,121.80","£1,121.80","£1,000.00","£121.80","12.18%","10,000p"',
            '"Totals","","","","","","£2,173.05","£2,173.05","£2,266.50","-£93.45","",""',
        ),
        positions={either("VOD", "VOD.L"): 1250.0, either("AZN", "AZN.L"): 10.0},
        may_ask=True,
    ),
    File(
        id="hargreaves_lansdown",
        data=lines(
            "HL Vantage Stocks & Shares ISA,,,,,,,",
            "Spreadsheet created at,28-12-2022 17:05:11,,,,,,",
            "Client Name:,Mr W Brown,,,,,,",
            "Client Number:,1234567,,,,,,",
            'Stock value:,"2,173.05",,,,,,',
            'Total cash:,"1,200.50",,,,,,',
            'Total value:,"3,373.55",,,,,,',
            ",,,,,,,",
            "Code,Stock,Units held,Price (pence),Value (£),Cost (£),Gain/loss (£),Gain/loss (%)",
            '"VOD","Vodafone Group plc Ordinary US$0.20 20/21","1,250.00","84.10","1,051.25","1,266.50","-215.25","-17.00"',
            '"AZN","AstraZeneca plc Ordinary US$0.25","10.00","11,218.00","1,121.80","1,000.00","121.80","12.18"',
            ',,Totals,,"2,173.05","2,266.50","-93.45","-4.12"',
            encoding="cp1252",
        ),
        positions={either("VOD", "VOD.L"): 1250.0, either("AZN", "AZN.L"): 10.0},
        cash=None,  # the balance stands above the header: kept or left out, both are right
        may_ask=True,
    ),
    File(
        id="aj_bell",
        data=lines(
            "Investment,Quantity,Price,Value (£),Cost (£),Change (£),Change (%)",
            '"Vodafone Group PLC (LSE:VOD)","1,250","84.10p","1,051.25","1,266.50","-215.25","-17.00"',
            '"Cash GBP","","","1,200.50","","",""',
            newline="\n",
        ),
        positions={either("VOD", "VOD.L", "LSE:VOD", "VODAFONE GROUP PLC (LSE:VOD)", "Vodafone Group PLC (LSE:VOD)"): 1250.0},
        cash={"GBP": 1200.5},
        may_ask=True,
    ),
    File(
        id="comdirect",
        data=lines(
            '"Depotübersicht Wertpapiere vom 28.12.2022";"";',
            "",
            '"Stück/Nom.";"Bezeichnung";"WKN";"Whg.";"Letzter Kurs";"Diff. abs";"Diff. %";"Wert in EUR";"Kaufkurs in EUR";"G/V in EUR";"Notizen";',
            '"26";"APPLE INC.";"865985";"EUR";"118,72";"-0,50";"-0,42 %";"3.086,72";"98,20";"+533,52";"";',
            '"1.040";"PFIZER INC. DL-,05";"852009";"EUR";"47,91";"0,10";"0,21 %";"49.826,40";"38,41";"+9.880,00";"";',
            encoding="cp1252",
        ),
        positions={either("AAPL", "865985"): 26.0, either("PFE", "852009"): 1040.0},
        may_ask=True,
    ),
    File(
        id="consorsbank",
        data=lines(
            "Depotübersicht;123456789;28.12.2022 17:05",
            "",
            "Name;WKN;ISIN;Gattung;Stück/Nominal;Einstandskurs;Aktueller Kurs;Währung/Prozent;Gesamtwert EUR;Entwicklung absolut EUR",
            "APPLE INC.;865985;US0378331005;Aktie;26,00;98,20;118,72;EUR;3.086,72;533,52",
            "BUNDANLEIHE V.15/25;110237;DE0001102374;Anleihe;5.000,00;99,10;97,25;Prozent;4.862,50;-92,50",
            encoding="cp1252",
        ),
        positions={"AAPL": 26.0},
        other=("bond",),
        may_ask=True,
    ),
    File(
        id="ing_diba",
        data=lines(
            "Depotbewertung",
            "Kunde: William Brown;;;",
            "Stand: 28.12.2022;;;",
            "",
            "ISIN;Wertpapiername;Stück/Nominale;Einstandskurs;Währung;Einstandswert;Währung;Kurs;Währung;Kursdatum;Kurswert in Euro;Währung;"
            "Gewinn/Verlust in Euro;Prozent",
            "US0378331005;Apple Inc. Registered Shares o.N.;26,00000;98,20;EUR;2.553,20;EUR;118,72;EUR;28.12.2022;3.086,72;EUR;533,52;20,90",
            "US7170811035;Pfizer Inc. Registered Shares DL -,05;1.040,00000;38,41;EUR;39.946,40;EUR;47,91;EUR;28.12.2022;49.826,40;EUR;9.880,00;24,73",
            encoding="cp1252",
        ),
        positions={"AAPL": 26.0, "PFE": 1040.0},
        may_ask=True,
    ),
    File(
        id="boursorama",
        data=lines(
            '"name";"isin";"quantity";"buyingPrice";"lastPrice";"intradayVariation";"amount";"amountVariation";"variation"',
            '"APPLE";"US0378331005";"26";"98,2";"118,72";"-0,42";"3 086,72";"533,52";"20,9"',
            '"PFIZER";"US7170811035";"1 040";"38,41";"47,91";"0,21";"49 826,4";"9 880";"24,73"',
            newline="\n",
            encoding="utf-8-sig",
        ),
        positions={"AAPL": 26.0, "PFE": 1040.0},
        may_ask=True,
    ),
    File(
        id="fortuneo",
        data=lines(
            "Libellé;Place de cotation;Qté;PRU;Cours;+/- values latentes;Var. veille;Valorisation",
            "APPLE;Nasdaq;26;98,20;118,72;533,52;-0,42%;3 086,72 €",
            "SOCIETE GENERALE;Euronext Paris;120;22,10;23,47;164,40;1,10%;2 816,40 €",
            encoding="cp1252",
        ),
        positions={either("AAPL", "APPLE"): 26.0, either("SOCIETE GENERALE", "GLE", "GLE.PA"): 120.0},
        may_ask=True,
    ),
    File(
        id="swissquote",
        data=lines(
            "Symbol;Anzahl;Stückkosten;Preis;Währung;Gesamtwert;G&V CHF;G&V %;%-Positionen",
            "Aktien;;;;;;;;",
            "NESN;1'234;98.50;107.14;CHF;132'210.76;10'661.76;8.77%;78.20%",
            "AAPL;26;118.20;126.37;USD;3'285.62;212.42;6.91%;1.94%",
            "Zwischensumme Aktien;;;;CHF;135'250.10;;;",
        ),
        positions={"NESN": 1234.0, "AAPL": 26.0},
        may_ask=True,
    ),
    File(
        id="postfinance",
        data=lines(
            "Titel;Symbol;ISIN;Anzahl;Währung;Kurs;Kurswert;Kurswert CHF",
            "Apple Inc;AAPL;US0378331005;26;USD;126.37;3\u2019285.62;3\u2019051.68",
            "Pfizer Inc;PFE;US7170811035;1\u2019040;USD;50.92;52\u2019956.80;49\u2019186.28",
            encoding="utf-8-sig",
        ),
        positions={"AAPL": 26.0, "PFE": 1040.0},
        may_ask=True,
    ),
    File(
        id="avanza",
        data=lines(
            "Kontonummer;Namn;Kortnamn;Volym;Marknadsvärde;GAV (SEK);GAV;Valuta;Land;ISIN;Marknad;Typ",
            "1234567;Apple Inc;AAPL;26;34286,10;1180,22;118,20;USD;US;US0378331005;Nasdaq;STOCK",
            "1234567;Investor B;INVE B;150;28290,00;170,10;170,10;SEK;SE;SE0015811963;Stockholmsbörsen;STOCK",
            newline="\n",
            encoding="utf-8-sig",
        ),
        positions={"AAPL": 26.0, either("INVE B", "INVE.B", "INVE-B", "INVE-B.ST"): 150.0},
        may_ask=True,
    ),
    File(
        id="nordnet",
        data=lines(
            "Namn\tValuta\tAntal\tGAV\tIdag %\tSenaste kurs\tVärde\tVärde SEK\tAvkastning %",
            "Apple Inc\tUSD\t26\t118,20\t-0,42\t126,37\t3\u00a0285,62\t34\u00a0286,10\t6,91",
            "Investor B\tSEK\t1\u00a0150\t170,10\t0,30\t188,60\t216\u00a0890,00\t216\u00a0890,00\t10,88",
            encoding="utf-16",
        ),
        positions={either("AAPL", "APPLE INC", "Apple Inc"): 26.0, either("INVESTOR B", "Investor B", "INVESTOR.B"): 1150.0},
        may_ask=True,
    ),
    File(
        id="questrade",
        data=lines(
            "Symbol,Description,Qty,Average price,Current price,Market value,Open P&L,Currency,Account number",
            "RY.TO,ROYAL BANK OF CANADA,100,118.20,127.30,12730.00,910.00,CAD,12345678",
            "HD,HOME DEPOT INC,31,280.00,314.77,9757.87,1077.87,USD,12345678",
        ),
        positions={"RY.TO": 100.0, "HD": 31.0},
    ),
    File(
        id="wealthsimple",
        data=lines(
            "Account Name,Account Type,Account Classification,Account Number,Symbol,Exchange,MIC,Name,Security Type,Quantity,Position Direction,"
            "Market Price,Market Price Currency,Book Value (CAD),Book Value Currency (CAD),Market Value,Market Value Currency,"
            "Market Unrealized Returns,Market Unrealized Returns Currency",
            "TFSA,TFSA,Registered,H12345678CAD,AAPL,NASDAQ,XNAS,Apple Inc.,EQUITY,26.0000,LONG,126.37,USD,4100.00,CAD,3285.62,USD,212.42,USD",
            "Margin,MARGIN,Taxable,H12345679CAD,BBY,NYSE,XNYS,Best Buy,EQUITY,-150.0000,SHORT,79.62,USD,-15000.00,CAD,-11943.00,USD,-813.00,USD",
            "Margin,MARGIN,Taxable,H12345679CAD,AAPL,NASDAQ,XNAS,Apple Inc.,EQUITY,4.0000,LONG,126.37,USD,600.00,CAD,505.48,USD,10.00,USD",
            "",
            '"As of 2022-12-28 17:05 GMT-05:00"',
            newline="\n",
        ),
        positions={"AAPL": 30.0, "BBY": -150.0},
    ),
    File(
        id="etoro",
        data=lines(
            "Ticker,Name,Amount,Units,Avg. Open,P/L($),P/L(%),Value",
            "AAPL,Apple,$3073.20,26,118.20,$212.42,6.91%,$3285.62",
            "BTC,Bitcoin,$1000.00,0.06,16666.67,-$1.20,-0.12%,$998.80",
            newline="\n",
        ),
        positions={"AAPL": 26.0, either("BTC", "BTC-USD"): 0.06},
        may_ask=True,
    ),
    File(
        id="coinbase",
        data=lines(
            "Asset,Asset Name,Quantity,Spot Price (USD),Value (USD)",
            "BTC,Bitcoin,0.52310077,16642.34,8705.62",
            "ETH,Ethereum,3.1,1190.12,3689.37",
            newline="\n",
        ),
        positions={either("BTC", "BTC-USD"): 0.52310077, either("ETH", "ETH-USD"): 3.1},
        may_ask=True,
    ),
    File(
        id="coinbase_history",
        data=lines(
            '"You can use this transaction report to inform your likely tax obligations."',
            "",
            "Timestamp,Transaction Type,Asset,Quantity Transacted,Spot Price Currency,Spot Price at Transaction,Subtotal,Total,Fees,Notes",
            "2022-11-14T10:04:51Z,Buy,BTC,0.1,USD,16600.10,1660.01,1675.00,14.99,Bought 0.1 BTC",
            "2022-11-20T10:04:51Z,Send,BTC,0.05,USD,16200.10,,,,Sent 0.05 BTC",
            "2022-12-01T10:04:51Z,Rewards Income,ETH,0.001,USD,1200.00,1.20,1.20,0.00,Received 0.001 ETH",
            newline="\n",
        ),
        refused=True,
    ),
    File(
        id="sharesight",
        data=lines(
            "Portfolio valuation as at 28 Dec 2022,,,,,,",
            "My Portfolio,,,,,,",
            ",,,,,,",
            "Market,Code,Name,Qty,Price,Value,% of total",
            "NASDAQ,AAPL,Apple Inc,26,126.37,3285.62,40.1%",
            "NYSE,PFE,Pfizer Inc,96,50.92,4888.32,59.9%",
            "Total,,,,,8173.94,100.0%",
        ),
        positions={"AAPL": 26.0, "PFE": 96.0},
        may_ask=True,
    ),
    File(
        id="ghostfolio_activities",
        data=lines(
            "Date,Code,DataSource,Currency,Price,Quantity,Action,Fee,Note",
            "01-09-2021,MSFT,YAHOO,USD,298.58,5,buy,19.00,",
            "17-11-2021,MSFT,YAHOO,USD,0.62,5,dividend,0.00,",
            "02-01-2022,MSFT,YAHOO,USD,336.32,2,sell,10.00,",
            "03-01-2022,,MANUAL,USD,19.00,1,fee,0.00,platform fee",
            newline="\n",
        ),
        refused=True,
    ),
    File(
        id="google_sheet",
        data=lines(
            "My stocks,,,,",
            "Ticker,Shares,Price,Value,Change today",
            'NASDAQ:AAPL,26,$126.37,"$3,285.62",-0.41%',
            'NYSE:BRK.B,12,$306.11,"$3,673.32",0.12%',
            "NYSEARCA:GLD,40,#N/A,#N/A,#N/A",
            'LON:VOD,1250,£0.84,"£1,051.25",0.00%',
            ",,,,",
            ',,Total,"$8,010.19",',
        ),
        positions={"AAPL": 26.0, "BRK.B": 12.0, either("GLD", "NYSEARCA:GLD"): 40.0, either("LON:VOD", "VOD.L"): 1250.0},
        may_ask=True,
    ),
    File(
        id="excel_merged_title",
        data=workbook(
            [
                [],
                [None, "Family office: holdings", None, None, None, None],
                [None, "as of", 44923, None, None, None],
                [],
                [None, "Ticker", "Company", "Shares", "Last", "Market value"],
                [None, "AAPL", "Apple", 26, 126.37, 3285.62],
                [None, "BRK.B", "Berkshire Hathaway", 12, 306.11, 3673.32],
                [None, "TLT", "Treasuries 20+", 1234.5, 99.85, 123264.825],
                [None, "BBY", "Best Buy", -150, 79.62, -11943],
                [],
                [None, "Total", None, None, None, 118280.765],
            ],
            more={"Notes": [["nothing here"]]},
        ),
        filename="family.xlsx",
        positions={"AAPL": 26.0, "BRK.B": 12.0, "TLT": 1234.5, "BBY": -150.0},
        may_ask=True,
    ),
    File(
        id="m1_finance",
        data=lines(
            "Symbol,Name,Quantity,Avg. Price,Cost Basis,Unrealized Gain ($),Unrealized Gain (%),Value",
            'AAPL,Apple Inc.,26.12345,$118.20,"$3,087.79",$213.43,6.91%,"$3,301.22"',
            'USMV,iShares MSCI USA Min Vol,100.5,$70.00,"$7,035.00",$211.05,3.00%,"$7,246.05"',
            newline="\n",
        ),
        positions={"AAPL": 26.12345, "USMV": 100.5},
    ),
    File(
        id="degiro_english",
        data=lines(
            "Product,Symbol/ISIN,Amount,Closing,Local value,Value in EUR",
            'CASH & CASH FUND & FTX CASH (EUR),,,,EUR 812.04,"812,04"',
            'APPLE INC. - COMMON ST,US0378331005,26,"126,37",USD 3285.62,"3091,11"',
            'MERCK & COMPANY,US58933Y1055,1250,"110,87",USD 138587.50,"130383,12"',
        ),
        positions={"AAPL": 26.0, "MRK": 1250.0},
        cash={"EUR": 812.04},
        may_ask=True,
    ),
    File(
        id="ibkr_german",
        data=lines(
            "Statement,Header,Feldname,Feldwert",
            "Statement,Data,Title,Umsatzübersicht",
            'Statement,Data,Period,"Dezember 28, 2022"',
            "Offene Positionen,Header,DataDiscriminator,Vermögenswertkategorie,Währung,Symbol,Menge,Mult,Einstands Kurs,Kostenbasis,Schlusskurs,Wert,"
            "Unrealisierter G/V,Code",
            "Offene Positionen,Data,Summary,Aktien,USD,AMD,300,1,71.40,21420.65,62.81,18843,-2577.65,",
            "Offene Positionen,Data,Lot,Aktien,USD,AMD,100,1,88.11,8811,62.81,6281,-2530,LT",
            "Offene Positionen,Data,Lot,Aktien,USD,AMD,200,1,63.05,12609.65,62.81,12562,-47.65,ST",
            "Offene Positionen,Data,Summary,Aktien,USD,BBY,-150,1,74.20,-11130,79.62,-11943,-813,",
            "Offene Positionen,Total,,Aktien,USD,,,,,10290.65,,6900,-3390.65,",
            newline="\n",
            encoding="utf-8-sig",
        ),
        positions={"AMD": 300.0, "BBY": -150.0},
        may_ask=True,
    ),
    File(
        id="headerless_pairs",
        data=lines("AAPL,26", "MSFT,140", "XOM,1150", newline="\n"),
        positions={"AAPL": 26.0, "MSFT": 140.0, "XOM": 1150.0},
        may_ask=True,
    ),
    File(
        id="two_quantities_that_disagree",
        data=lines("Symbol,Shares,Units,Price", "AAPL,26,13,126.37", "MSFT,140,70,234.91", newline="\n"),
        must_ask=True,
    ),
    File(
        id="two_snapshots",
        data=lines(
            "Date,Symbol,Quantity,Price,Market Value",
            "2022-11-30,AAPL,20,148.03,2960.60",
            "2022-11-30,MSFT,100,255.14,25514.00",
            "2022-12-28,AAPL,26,126.37,3285.62",
            "2022-12-28,MSFT,140,234.91,32887.40",
            newline="\n",
        ),
        must_ask=True,
    ),
    File(
        id="only_names",
        data=lines("Name,Shares", "Apple Inc,26", "Microsoft Corporation,140", newline="\n"),
        must_ask=True,
    ),
    File(
        id="only_values",
        data=lines("Ticker,Market Value", "AAPL,3285.62", "MSFT,32887.40", newline="\n"),
        must_ask=True,
    ),
    File(
        id="only_weights",
        data=lines("Ticker,Weight", "AAPL,40%", "MSFT,60%", newline="\n"),
        must_ask=True,
    ),
]
