"""What brokers call things: column headings and row labels in a dozen languages, folded to plain lower-case words."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from farp.holdings.numbers import CURRENCY_CODES, SIGNS

_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z][a-z])")
_NOT_WORD = re.compile(r"[\W_]+")
_MONEY_SIGNS = re.compile("|".join(sorted((re.escape(sign) for sign in SIGNS if not sign[-1].isalpha() and sign != "Rs."), key=len, reverse=True)))


@lru_cache(maxsize=16384)
def plain(text: str) -> str:
    """Return `text` as lower-case words without accents and punctuation; ``%`` becomes the word percent.

    Examples
    --------
    >>> plain("Stück/Nom."), plain("% of Account"), plain("lastPrice"), plain("Qty (Quantity)")
    ('stuck nom', 'percent of account', 'last price', 'qty quantity')
    """
    if text.isascii() and text.islower() and text.isalpha():
        return text[:200]
    spaced = _CAMEL.sub(" ", text[:200]).replace("%", " percent ").replace("ß", "ss").replace("ø", "o").replace("ł", "l").replace("Ø", "o")
    folded = spaced if spaced.isascii() else "".join(char for char in unicodedata.normalize("NFKD", spaced) if not unicodedata.combining(char))
    return _NOT_WORD.sub(" ", folded).strip().lower()


def _phrases(text: str) -> frozenset[str]:
    return frozenset(plain(phrase) for phrase in text.replace("\n", ",").split(",") if phrase.strip())


HEADINGS: dict[str, frozenset[str]] = {
    "symbol": _phrases(
        """symbol, symbols, ticker, tickers, ticker symbol, stock ticker, stock symbol, security symbol, asset ticker, symbole, símbolo, simbolo,
        symbool, Kürzel, Kuerzel, Börsenkürzel, stock code, code, epic, tidm, mnemonic, mnémo, mnémonique, kortnamn, ric, bloomberg ticker,
        bbg ticker, trading symbol, tradingsymbol, instrument code, scrip, scrip code, coin, slice, fund code, symbol ticker, ticker code, тикер,
        símbolo ticker, symbol isin, isin symbol, symbol cusip, symbol wkn, security id, security identifier, identifier, instrument id, asset id,
        security code, Symbol ISIN, Wertpapierkürzel, código, codigo, codice, sigla, ativo, papel, 代码, 銘柄コード, 證券代號, 证券代码, 종목코드,
        share code, asx code, market code, tckr, tic, bbgid, contract, underlying symbol, Ticker ISIN, Symbol Name"""
    ),
    "isin": _phrases("isin, isin code, code isin, isin number, isin nummer, isin code number, ISIN Nr, codice isin, código isin, isinnr"),
    "wkn": _phrases("wkn, Wertpapierkennnummer, Wertpapierkenn nummer"),
    "cusip": _phrases("cusip, cusip number, cusip no, cusip id, cusip code"),
    "sedol": _phrases("sedol, sedol code, sedol number"),
    "valor": _phrases("valor number, Valor Nr, Valoren, Valorennummer, Valoren Nr, Valorennr, Valornummer"),
    "instrument": _phrases(
        """instrument, security, securities, holding, holdings, investment, investments, stock, stocks, asset, assets, product, produkt, produto,
        produit, Wertpapier, titre, titolo, strumento, instrumento, valor mobiliario, fund, funds, share, equity name, activo, effect, fonds,
        Titel, Gattungsbezeichnung, Papier, instrumento financiero, Valeur mobilière, Finanzinstrument, company ticker, Position name"""
    ),
    "name": _phrases(
        """name, names, description, security name, security description, company, company name, asset name, Bezeichnung, Wertpapiername,
        Wertpapierbezeichnung, Wertpapier Bezeichnung, Titelbezeichnung, libellé, nom, désignation, descripción, nombre, descrizione, nome, naam, omschrijving,
        namn, descrição, investment name, instrument name, stock name, fund name, long name, issuer, issuer name, emittent, holding name,
        denominación, denominazione, denominacion, nazwa, název, nimi, navn, név, product name, produktname, position description, Nom du titre,
        instrument description, isin name, security desc, 名称, 銘柄名, 銘柄, 股票名称, 证券名称, 종목명, название, наименование, Nom de la valeur"""
    ),
    "quantity": _phrases(
        """quantity, quantities, qty, shares, units, qty quantity, Bestand, Anzahl, Stück, Stueck, Stk, Menge, Anteile, Stückzahl, Stueckzahl,
        Stück Nominal, Stück Nominale, Stück Nom, Stueck Nominal, Nominal Stück, Nominale Stück, Nominale, Nominal, quantité, qté, nombre de titres, nombre de parts,
        nombre d actions, nombre, nb titres, parts, aantal, stuks, cantidad, títulos, participaciones, acciones, núm títulos, nº títulos, quantità, qta,
        numero azioni, numero titoli, quantidade, qtd, qtde, qtd total, antal, antall, volym, beholdning, ilość, liczba, liczba akcji, počet, množství,
        mennyiség, määrä, kpl, adet, miktar, cantitate, количество, 数量, 保有数量, 保有株数, 股数, 持仓, 持股数, 수량, 보유수량, no of shares, number of shares,
        num shares, number of units, no of units, shares held, units held, quantity held, held quantity, holding quantity, owned quantity, shares owned, units owned,
        quantity available, available quantity, available qty, qty available, position quantity, current quantity, total quantity, total qty, total shares,
        current shares, share balance, unit balance, share quantity, share count, shares units, units shares, quantity shares, quantity units, net quantity,
        net qty, net position, position size, asset quantity, contracts, open quantity, open qty, position qty, quantity amount, nominal quantity, par, par value,
        face value, face amount, face, quantity par, shares par, shares par value, quantity face value, free qty, stück anzahl, anzahl stück, Anzahl Nominale,
        Bestand Stück, Anzahl Anteile, Stücke, nombre d unités, cant, uds, unidades, Aantal stuks, Stukken, Antal st, Stück Anteile, free quantity,
        settled quantity, trade date quantity, Coin amount, token amount, units balance, Nominal Anzahl, Nominalwert Stück, Quantity Owned, Shares Quantity, long qty, long quantity, quantity long, qty long, long shares, shares long, long units"""
    ),
    "quantity?": _phrases("amount, position, positions, holding, holdings, balance, size, quote, saldo, lots, parts sociales, exposure units"),
    "short_quantity": _phrases(
        "short qty, short quantity, short shares, quantity short, qty short, short units, shares short, short positions qty, Short Menge, Short Stück"
    ),
    "market_value": _phrases(
        """market value, value, mkt val, mkt value, market val, mkt val market value, current value, current market value, cur val, cur value,
        total value, total market value, Marktwert, Wert, Kurswert, Gesamtwert, Depotwert, aktueller Wert, aktueller Kurswert, valeur, valorisation,
        valeur de marché, valeur boursière, valeur actuelle, valeur totale, évaluation, valor, valor de mercado, valor actual, valor total, valoración,
        valore, valore di mercato, valore attuale, valore totale, controvalore, ctv, waarde, marktwaarde, huidige waarde, actuele waarde, totale waarde, valor atual,
        valor de mercado atual, marknadsvärde, markedsværdi, markedsverdi, värde, værdi, verdi, equity, present value, position value, holding value, market value base,
        value base, local value, local market value, fair value, base market value, wartość, wartość rynkowa, hodnota, érték, arvo, markkina arvo, değer, valoare,
        стоимость, 市值, 評価額, 时价评价额, 平가금액, 평가금액, ending value, ending market value, value total, worth, value today, Gegenwert, Bewertung, montant évalué,
        market value local, mv, mval, total current value, value now, last value, net market value, closing value, valorisation totale, valor efectivo, notional value, Kurswert in Euro"""
    ),
    "market_value?": _phrases(
        "amount, montant, importe, importo, Betrag, balance, saldo, solde, total, bedrag, exposure, totale, net value, net liq, quantia, total amount"
    ),
    "weight": _phrases(
        """weight, weights, weighting, weight percent, percent weight, percent of account, percent of portfolio, percent of acct, percent of acct percent of account,
        allocation, current allocation, actual allocation, percent, portfolio percent, percent portfolio, percentage, percentage of portfolio, portfolio weight,
        portfolio weighting, Gewicht, Gewichtung, Anteil, Anteil percent, Anteil in percent, Depotanteil, percent Anteil, poids, poids percent, peso, peso percent,
        percent peso, pondération, weging, wegingspercentage, gewicht percent, percent positionen, allocation percent, percent allocation, percent of total, percent of net assets,
        percent net assets, percent assets, percent of assets, vikt, andel, andel percent, participação, percent of holdings, percent of fund, Weight in percent,
        percent of total portfolio, proportion, fund weight, percent du portefeuille, percent of market value, Portfolioanteil, percent mkt value"""
    ),
    "price": _phrases(
        """price, quote, last price, current price, close price, closing price, last, Kurs, Schlusskurs, aktueller Kurs, letzter Kurs, Kurs aktuell, Preis, aktueller Preis, cours,
        dernier cours, cours actuel, cours de clôture, prix, precio, precio actual, cotización, último precio, último, prezzo, prezzo di mercato, prezzo attuale, quotazione, ultimo prezzo, koers, slotkoers,
        huidige koers, laatste koers, preço, preço atual, cotação, senast, senaste kurs, sista kurs, ltp, last traded price, market price, mkt price, share price, unit price, nav,
        mark, mark price, px last, close, closing, previous closing price, prev close, previous close, spot price, price per share, price pence, last trade, nav price, price share, current nav,
        cena, kurz, cours de bourse, current share price, price local, local price, latest price, quote price, end price, price nav, kurssi, fiyat, ár, preț, цена, 現在値, 现价, 最新价, 현재가, closing nav, latest nav, Kurs Preis"""
    ),
    "currency": _phrases(
        """currency, ccy, crncy, curr, cur, currency code, Währung, Waehrung, Whg, WKZ, Wrg, devise, divisa, moneda, valuta, munt, moeda, price currency, market price currency,
        trading currency, local currency, security currency, instrument currency, quote currency, position currency, Währung percent, Kurswährung, Handelswährung, currency symbol,
        waluta, měna, pénznem, valuutta, para birimi, monedă, валюта, 通貨, 币种, 통화, asset currency, market value currency, Notierungswährung, iso currency, ccy code, currency primary"""
    ),
    "side": _phrases(
        """side, l s, long short, longshort, short long, position side, position direction, direction, Richtung, sens, sentido, position type, b s, buy sell, long or short,
        ls, position long short, Kauf Verkauf, L S indicator, long short indicator"""
    ),
    "action": _phrases(
        """transaction type, action, trans code, transaktion, transaktionstyp, transaction, type of transaction, Buchungstyp, Umsatzart, activity, activity type, event, event type,
        opération, type d opération, operación, operazione, order side, trade type, Transaktionsart, Vorgang, mouvement, trade action, Geschäftsart, Auftragsart, tipo operación"""
    ),
    "class": _phrases(
        """asset type, asset class, asset category, security type, sec type, instrument type, type, typ, tipo, Gattung, Kategorie, category, catégorie, categoría, categoria, Klasse, Anlageklasse,
        Anlageart, Vermögenswertkategorie, product type, product category, security class, asset classification, Wertpapierart, Wertpapiertyp, class, investment type, holding type, Instrumenttyp, Art,
        Assetklasse, type de produit, classe d actifs, soort, asset group, security category, Produkttyp, position class"""
    ),
    "date": _phrases(
        """date, as of, as of date, cob date, snapshot date, snapshot, position date, valuation date, Stichtag, Datum, Bewertungsdatum, holding date, holdings date, report date, statement date, fecha, data,
        date de valorisation, reporting date, effective date, business date, portfolio date, Berichtsdatum, fecha valoración, peildatum, file date, month end, period end, dato, asof, date as of"""
    ),
    "price_date": _phrases(
        "price date, Kursdatum, quote date, last update, last updated, Kurszeit, date cours, date du cours, pricing date, price as of, priced on, Kurs vom, nav date, time of price"
    ),
    "purchase_date": _phrases(
        """trade date, purchase date, purchased, date acquired, acquired, acquisition date, open date, opened, opening date, Kaufdatum, buy date, date bought, bought, settlement date, settle date,
        date purchased, date d achat, fecha compra, lot date, acquisition, trade time, Kauf am, date of purchase, aankoopdatum, open time, holding since, term date, inception date, execution date"""
    ),
    "account": _phrases(
        """account, account number, account name, account no, account id, acct, accountnumber, accountname, Depot, Konto, Kontonummer, Depotnummer, compte, cuenta, conto, rekening, conta, portfolio, portfolio name, client account id,
        account nickname, account registration, account type, client id, numéro de compte, Depotname, Portefeuille, user, owner, sub account, custodian, broker, strategy, book"""
    ),
    "multiplier": _phrases("mult, multiplier, contract size, contract multiplier, Multiplikator, point value, lot size"),
    "record": _phrases("data discriminator, datadiscriminator, discriminator, level of detail, levelofdetail, record type, row type"),
}
"""Meaning -> headings. A question mark: only where nothing better has that meaning."""

DECOYS = _phrases(
    """cost, change, chng, chg, gain, loss, gewinn, verlust, avg, average, einstand, einstands, einstandskurs, einstandswert, einstandspreis, purchase, paid, buying, buy, kauf, kaufkurs, high, low, limit, bid, ask, invested, book,
    yesterday, day, daily, today, unrealized, unrealised, realized, realised, dividend, yield, fee, fees, commission, volume, pledged, discrepant, sold, blocked, locked, min, max, order, sell, selling, venta, verkauf, vente, verkoop, target, model, modell, soll, ziel, objectif, objetivo,
    loan, margin, return, pl, pnl, profit, diff, differenz, entwicklung, performance, prior, accrued, interest, tax, income, moyen, pru, achat, compra, coste, costo, acquisto, carico, medio,
    média, gak, gav, aankoop, variation, var, variazione, rendement, target, estimated, est, annual, expected, ratio, rating, growth, days, deferred, unvested, long term, short term, delta, gamma, theta,
    vega, beta, 52, week, wk, ytd, mtd, open, opening, stop, trigger, alert, original, historical, initial, plusvalia, veille, latente, latentes, reinvest, gv, gl, adjusted, unit cost"""
)

MODIFIERS = frozenset(
    [
        "total",
        "current",
        "latest",
        "your",
        "my",
        "the",
        "of",
        "in",
        "de",
        "du",
        "la",
        "le",
        "der",
        "die",
        "das",
        "per",
        "all",
        "actual",
        "estimate",
        "net",
        "base",
        "local",
        "held",
        "and",
        "a",
        "an",
        "for",
        "at",
        "to",
        "on",
    ]
)
_QUANTITY_WORDS = frozenset(
    [
        "quantity",
        "qty",
        "shares",
        "units",
        "stuck",
        "stueck",
        "bestand",
        "anzahl",
        "quantite",
        "aantal",
        "cantidad",
        "quantita",
        "quantidade",
        "antal",
        "nominal",
        "menge",
    ]
)
_NAME_WORDS = frozenset(
    ["name", "description", "bezeichnung", "libelle", "designation", "descripcion", "descrizione", "nombre", "nome", "naam", "omschrijving"]
)
_OWNER_WORDS = frozenset(
    [
        "account",
        "client",
        "portfolio",
        "user",
        "owner",
        "strategy",
        "adviser",
        "advisor",
        "manager",
        "broker",
        "custodian",
        "bank",
        "depot",
        "konto",
        "compte",
        "cuenta",
        "conto",
        "file",
        "sector",
        "country",
        "exchange",
    ]
)
_VALUE_WORDS = (
    "market value",
    "marktwert",
    "kurswert",
    "current value",
    "mkt val",
    "valor de mercado",
    "valore di mercato",
    "valeur de marche",
    "marktwaarde",
)


@lru_cache(maxsize=16384)
def heading_currency(header: str) -> str | None:
    """Return the currency a heading names: ``Wert in EUR``, ``Value (£)``, ``Price (pence)``."""
    for word in re.findall(r"[A-Za-z]+", header):
        if word in CURRENCY_CODES:
            return str(word)
    words = plain(header).split()
    if "pence" in words or "gbx" in words:
        return "GBX"
    if len(words) > 1 and ("euro" in words or "euros" in words):
        return "EUR"
    sign = _MONEY_SIGNS.search(header)
    return SIGNS.get(sign.group()) if sign else None


@lru_cache(maxsize=16384)
def meanings(header: str) -> tuple[tuple[str, float, str], ...]:  # noqa: PLR0912 - one rule after the other, the surest first
    """Return what a heading may mean as (meaning, confidence, why), the surest first; empty when it means nothing we use."""
    phrase = plain(header)
    if not phrase or len(phrase) > 80:
        return ()
    found: dict[str, tuple[float, str]] = {}

    def look_up(text: str, confidence: float, why: str) -> None:
        for meaning, phrases in HEADINGS.items():
            if text in phrases:
                weak = meaning.endswith("?")
                name = meaning.rstrip("?")
                score = min(confidence, 0.5) if weak else confidence
                if score > found.get(name, (0.0, ""))[0]:
                    found[name] = (score, why)

    look_up(phrase, 0.95, "heading")
    tokens = [token for token in phrase.split() if not (token.upper() in CURRENCY_CODES or token in {"pence", "euro", "euros"})]
    bare = " ".join(tokens)
    if bare and bare != phrase:
        look_up(bare, 0.93, "heading without its currency")
    if not found and not DECOYS.intersection(tokens) and "long term" not in bare and "short term" not in bare:
        outside = plain(re.sub(r"[(\[].*?[)\]]", " ", header))
        inside = plain(" ".join(re.findall(r"[(\[](.*?)[)\]]", header)))
        for text in (outside, inside):
            if text and text != phrase:
                look_up(text, 0.9, "part of the heading")
        short = " ".join(token for token in tokens if token not in MODIFIERS)
        if short:
            look_up(short, 0.85, "heading without filling words")
        if not found and _QUANTITY_WORDS.intersection(tokens) and len(tokens) <= 5:
            found["quantity"] = (0.6, "a word of the heading")
        if not found and any(word in phrase for word in _VALUE_WORDS):
            found["market_value"] = (0.6, "words of the heading")
        if not found and tokens and tokens[0] in {"price", "kurs", "cours", "koers", "precio", "prezzo"} and "percent" not in tokens:
            found["price"] = (0.6, "a word of the heading")
        if not found and "currency" in tokens:
            found["currency"] = (0.4, "a word of the heading")
        if not found and "isin" in tokens:
            found["isin"] = (0.8, "a word of the heading")
        if not found and {"symbol", "ticker"} & set(tokens):
            found["symbol"] = (0.7, "a word of the heading")
        if not found and _NAME_WORDS.intersection(tokens) and not _OWNER_WORDS.intersection(tokens):
            found["name"] = (0.6, "a word of the heading")
    return tuple((meaning, score, why) for meaning, (score, why) in sorted(found.items(), key=lambda item: -item[1][0]))


# --- row labels ---------------------------------------------------------------------------------------------------------------------

_TOTAL = re.compile(
    r"^(?:(?:grand|sub|overall|account|portfolio|group|net|estimated|asset|cash|stock|stocks|equity|position|positions|etf|etfs|funds?|bonds?|current|long|short|section|combined|all)[ -]*)*"
    r"(?:sub ?totals?|totals?|totaux|totaal|totale|totali|summe|gesamt|gesamtsumme|gesamtwert|zwischensumme|endsumme|insgesamt|gesamtbestand|gesamtdepot|totalt|summa|soma|suma|razem|celkem|yhteensa|osszesen|sous total|subtotaal|subtotale|sum|"
    r"総計|合計|合计|итого|총계)\b"
)
_TOTAL_ENDINGS = re.compile(r"\b(?:sub ?totals?|totals?|gesamt|summe|totale|totaal)$")
_TOTAL_LABELS = _phrases(
    """account value, net account value, total account value, portfolio value, total portfolio value, net liquidating value, net asset value, market value total, Depotwert, Gesamtdepotwert, Depotbestand gesamt, valeur totale, valor de la cartera, patrimonio, total assets,
    balance total, account balance, total balance, Depotvolumen, valorisation totale, portefeuillewaarde, Gesamtvermögen, valeur du portefeuille, valore del portafoglio, grand total"""
)
_NOT_TOTAL = re.compile(
    r"\b(?:total(?:energies)? (?:energies|se|sa|bond|stock|world|us|return|intl|international|market|gabon|system|site)|totalenergies)\b|^sum(?:itomo|mit)"
)

GROUPS = _phrases(
    """stocks, equities, equity, shares, etfs, etf, funds, mutual funds, bonds, fixed income, options, futures, cash, crypto, cryptocurrencies, commodities, other, others, Aktien, Anleihen, Fonds, Investmentfonds, Zertifikate, Optionsscheine, Rohstoffe,
    Renten, Sonstige, actions, obligations, fonds, liquidités, acciones, fondos, bonos, renta fija, renta variable, azioni, obbligazioni, fondi, aandelen, obligaties, fondsen, ações, fundos, aktier, fonder, Barvermögen, Wertpapiere, securities, summary,
    large cap, small cap, emerging markets, real estate, alternatives, Kryptowährungen, Edelmetalle, metals, positions, holdings, stocks etfs, etps, ETPs, trackers, warrants, derivatives, us stocks, us equity, international equity"""
)

_CASH = re.compile(
    r"^(?:(?:total|net|settled|available|free|uninvested|account|ending|usd|eur|gbp|chf|cad|aud|us|euro|trade|margin|client|brokerage|your|canadian|u s|us dollar|sweep|core|uninvested) )*(?:cash)(?: (?:balance|balances|account|accounts|cash fund ftx cash|cash investments|and cash investments|and cash equivalents|"
    r"and cash|equivalents|cash equivalents|and sweep vehicle|sweep vehicle|and money market|money market|and money market funds|sweep|available|position|positions|holdings?|held|deposit|at bank|in bank|value|usd|eur|gbp|chf|cad|aud|sek|nok|dkk|jpy|component|reserve|reserves|core|settled|on hand|in lieu|money market fund|fund|and equivalents|management account|credit|debit|inr|hkd|sgd|pln|nzd|mxn|brl|zar|us dollar|euro|u s dollar|dollar|dollars|cash))*$"
)
_CASH_WORDS = _phrases(
    """margin debit, margin balance, debit balance, credit balance, margin loan, money market, money market fund, money market funds, money accounts, money account, held in money market, sweep, bank sweep, bank deposit sweep, bank deposit, core position, core account, deposit, deposits, fdic insured deposit account, insured bank deposit, settlement fund, us dollar, us dollars, u s dollar, euro, euros, british pound, pound sterling, swiss franc, canadian dollar, japanese yen,
    Barbestand, Barmittel, Barguthaben, Guthaben, Kontoguthaben, Girokonto, Verrechnungskonto, Referenzkonto, Tagesgeld, Tagesgeldkonto, Liquidität, liquide Mittel, Kasse, Kontostand, Geldkonto, Abwicklungskonto, Cashkonto, Festgeld, Bargeld,
    espèces, liquidités, liquidité, compte espèces, solde espèces, numéraire, solde, trésorerie, disponibilités, contanten, liquide middelen, liquiditeiten, saldo, geldrekening, spaarrekening, efectivo, liquidez, tesorería, saldo en efectivo, saldo disponible, cuenta corriente,
    liquidità, contanti, conto corrente, saldo liquido, dinheiro, saldo em conta, caixa, disponível, conta corrente, kontanter, likvida medel, kontanta medel, tillgängligt belopp, konto, current account, checking account, savings account, free funds, free cash, ledger balance, buying power cash, client money, gotówka, hotovost, kontantbeholdning, cash and sweep"""
)
_PENDING = re.compile(
    r"^(?:pending activity|pending|unsettled(?: cash| activity| trades?)?|net unsettled.*|pending (?:trades?|transactions?|cash)|offene buchungen|unsettled funds|accrued interest|accruals?|dividend accruals?)$"
)
_NOT_HELD = re.compile(
    r"\b(?:closed (?:positions?|lots?|trades?)|sold positions?|watch ?lists?|realized|realised|(?:open|pending|working) orders?|geschlossene|verkaufte|beobachtungsliste|merkliste|cerradas|fermees|chiuse)\b"
)
_SHORT_TITLE = re.compile(
    r"^(?:positions? )?shorts?(?: (?:positions?|sales?|stocks?|equit(?:y|ies)|sells?|holdings?|\d+))*$|^leerverkaufe|^positions? (?:a decouvert|courtes|vendeuses)|^posiciones cortas|^posizioni corte"
)
_CODE_IN_LABEL = re.compile(r"\b(" + "|".join(sorted(CURRENCY_CODES)) + r")\b")


@lru_cache(maxsize=8192)
def is_total(label: str) -> bool:
    """Whether a row label is that of a total or a subtotal, not of a company whose name contains the word."""
    phrase = plain(label)
    if not phrase or len(phrase) > 60:
        return False
    if phrase in _TOTAL_LABELS:
        return True
    if _NOT_TOTAL.search(phrase):
        return False
    return bool(_TOTAL.match(phrase)) or (bool(_TOTAL_ENDINGS.search(phrase)) and len(phrase.split()) <= 5)


@lru_cache(maxsize=8192)
def is_group(label: str) -> bool:
    """Whether a row label is a heading of a group of rows such as an asset class: ``Aktien``, ``Stocks (2)``."""
    return re.sub(r"(?: \d+)+$", "", plain(label)) in GROUPS


@lru_cache(maxsize=8192)
def is_cash(label: str) -> bool:
    """Whether a row label is one of cash, a sweep account or a money-market fund."""
    phrase = plain(label)
    if not phrase or len(phrase) > 60:
        return False
    if _CASH.match(phrase) or phrase in _CASH_WORDS or _PENDING.match(phrase):
        return True
    words = phrase.split()
    bare = " ".join(word for word in words if word.upper() not in CURRENCY_CODES and not word.isdigit())
    return len(bare) < len(phrase) and bool(bare) and (bare in _CASH_WORDS or bool(_CASH.match(bare)))


def title_mode(label: str) -> str:
    """Return what a title says of the rows below it: "short", "closed" (sold, watched, ordered: not held), or ""."""
    phrase = plain(label)
    if len(phrase) > 60:
        return ""
    if _NOT_HELD.search(phrase):
        return "closed"
    return "short" if _SHORT_TITLE.search(phrase) else ""


def is_pending(label: str) -> bool:
    """Whether a row label is one of activity not settled yet."""
    return bool(_PENDING.match(plain(label)))


def label_currency(label: str) -> str | None:
    """Return the currency code that stands in a row label such as ``Cash (EUR)``."""
    found = _CODE_IN_LABEL.search(label.upper()) if not label.isupper() or len(label) < 60 else None
    if found:
        return str(found.group(1))
    names = {"us dollar": "USD", "u s dollar": "USD", "euro": "EUR", "pound": "GBP", "swiss franc": "CHF", "canadian dollar": "CAD", "yen": "JPY"}
    phrase = plain(label)
    return next((code for name, code in names.items() if re.search(rf"\b{name}s?\b", phrase)), None)
