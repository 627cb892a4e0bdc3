"""Whole portfolios on the sample, computed a second time in the plainest way (pandas, loops, statsmodels), to ten digits.

Nothing of FARP's arithmetic is used below: only the closes, the currencies and the list of factors.
"""

from __future__ import annotations

import datetime as dt
import math

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from farp.analysis import analyse
from farp.prices.sample import load_sample
from tests.markets import holding

HISTORY = load_sample()
CLOSES = pd.DataFrame(HISTORY.closes, index=pd.DatetimeIndex(HISTORY.dates), columns=list(HISTORY.tickers))
RISK_FREE_RATE = 0.02

CASES = {
    "one share": ({"AAPL": 100.0}, "USD", None),
    "60/40": ({"AAPL": 40.0, "MSFT": 30.0, "KO": 100.0, "UST10Y": 80.0, "UST2Y": 50.0}, "USD", None),
    "long and short": ({"NVDA": 50.0, "AMD": -40.0, "XOM": 90.0, "CVX": -30.0, "CASH:USD": 20_000.0}, "USD", None),
    "many currencies": ({"AAPL": 100.0, "GLD": 30.0, "CASH:EUR": 50_000.0, "CASH:GBP": -10_000.0, "CASH:JPY": 3e6}, "USD", None),
    "in euro": ({"MSFT": 20.0, "JPM": 30.0, "CASH:JPY": 1e6, "UST10Y": 20.0}, "EUR", None),
    "in yen": ({"MSFT": 20.0, "CASH:EUR": 1000.0}, "JPY", None),
    "with crypto": ({"BTC-USD": 0.5, "GOOG": 60.0, "META": 20.0, "CASH:USD": 5_000.0}, "USD", None),
    "in the crash": ({"JPM": 80.0, "XOM": 60.0, "PG": 40.0, "UST10Y": 30.0}, "USD", dt.date(2020, 3, 23)),
}


def exchange_rate(currency, base):
    """Price of one unit of `currency` in `base` by asking for each quotation in turn."""
    if currency == base:
        return pd.Series(1.0, index=CLOSES.index)
    if currency + base in CLOSES:
        return CLOSES[currency + base]
    if base + currency in CLOSES:
        return 1 / CLOSES[base + currency]
    return exchange_rate(currency, "USD") * exchange_rate("USD", base)


def price_in(base, ticker):
    if ticker.startswith("CASH:"):
        return exchange_rate(ticker[5:], base)
    return CLOSES[ticker] * exchange_rate(HISTORY.instruments[ticker].currency, base)


def window(columns, as_of, days):
    """The last `days` returns on the weekdays all columns share."""
    frame = pd.DataFrame(columns)
    frame = frame[frame.index.day_of_week < 5]
    return frame.loc[: pd.Timestamp(as_of or "2022-12-28")].dropna().iloc[-days - 1 :]


def worst_days(profit, confidence):
    """Mean of the worst n (1 - c) losses, walking down the sorted list."""
    losses, left, total = sorted((-x for x in profit), reverse=True), len(profit) * (1 - confidence), 0.0
    for loss in losses:
        total += loss * min(1.0, left)
        left = max(left - 1.0, 0.0)
    return total / (len(profit) * (1 - confidence))


@pytest.fixture(params=CASES, scope="module")
def case(request):
    held, base, as_of = CASES[request.param]
    report = analyse(holding(held, base), HISTORY, as_of)
    prices = window({ticker: price_in(base, ticker) for ticker in held}, as_of, 252)
    values = pd.Series({ticker: quantity * prices[ticker].iloc[-1] for ticker, quantity in held.items()})
    return report, held, base, as_of, prices, values


def close_to(value, scale=1.0):
    return pytest.approx(value, rel=1e-10, abs=1e-10 * scale)


def test_value_and_window(case):
    report, _, _, _, prices, values = case
    assert report.net_asset_value == close_to(values.sum())
    assert report.gross == close_to(values.abs().sum())
    assert report.as_of == prices.index[-1].date()
    assert report.observations == len(prices) - 1 == 252


@pytest.mark.parametrize("confidence", [0.95, 0.99])
@pytest.mark.parametrize("horizon", [1, 10])
def test_value_at_risk_and_expected_shortfall(case, confidence, horizon):
    report, _, _, _, prices, values = case
    profit = (prices.pct_change().dropna() * values).sum(axis=1)
    figure = report.value_at_risk_at(confidence, horizon)
    assert figure.amount == close_to(-np.percentile(profit, 100 * (1 - confidence)) * math.sqrt(horizon), values.abs().sum())
    assert figure.expected_shortfall == close_to(worst_days(profit, confidence) * math.sqrt(horizon), values.abs().sum())


def test_overlapping_ten_days(case):
    report, _, _, _, prices, values = case
    profit = (prices.pct_change(10).dropna() * values).sum(axis=1)
    assert report.value_at_risk_at(0.95, 10).overlapping_amount == close_to(-np.percentile(profit, 5), values.abs().sum())


def test_volatility_and_sharpe_ratio(case):
    report, _, _, _, prices, values = case
    returns = (prices.pct_change().dropna() * values).sum(axis=1) / values.sum()
    for days in (20, 60, 252):
        annual = returns.tail(days).std() * math.sqrt(252)
        assert report.volatility[days] == close_to(annual)
        assert report.sharpe_ratio[days] == close_to((returns.tail(days).mean() * 252 - RISK_FREE_RATE) / annual)


def test_beta_is_the_slope_of_a_regression(case):
    report, held, base, as_of, _, values = case
    together = window({ticker: price_in(base, ticker) for ticker in held} | {"benchmark": price_in(base, "^GSPC")}, as_of, 252)
    moves = together.pct_change().dropna()
    returns = (moves[list(held)] * values).sum(axis=1) / values.sum()
    slope = sm.OLS(returns.to_numpy(), sm.add_constant(moves["benchmark"].to_numpy())).fit().params[1]
    assert report.benchmark.beta == close_to(slope)


def test_drawdown(case):
    report, held, _, _, prices, _ = case
    path = (prices * pd.Series(held)).sum(axis=1)
    peak, deepest, days = path.iloc[0], 0.0, None
    peak_day = path.index[0]
    for day, value in path.items():
        if value > peak:
            peak, peak_day = value, day
        if (peak - value) / peak > deepest:
            deepest, days = (peak - value) / peak, (peak_day.date(), day.date())
    assert report.drawdown.maximum == close_to(deepest)
    assert (report.drawdown.peak_date, report.drawdown.trough_date) == days
    assert report.drawdown.current == close_to((path.max() - path.iloc[-1]) / path.max())


def test_exposure(case):
    report, held, _, _, _, values = case
    by = report.exposure["currency"]
    for currency, long, short in zip(by.buckets, by.long, by.short, strict=True):
        parts = [values[t] for t in held if (t[5:] if t.startswith("CASH:") else HISTORY.instruments[t].currency) == currency]
        assert long == close_to(sum(max(part, 0.0) for part in parts), values.abs().sum())
        assert short == close_to(sum(max(-part, 0.0) for part in parts), values.abs().sum())
    assert float(report.concentration.herfindahl) == close_to(((values / values.abs().sum()) ** 2).sum())


def test_regression_and_shares_of_variance(case):
    report, held, base, as_of, _, values = case
    legs = {ticker: CLOSES[ticker] for ticker in HISTORY.factors.tickers}
    together = window({("held", t): price_in(base, t) for t in held} | {("leg", t): price for t, price in legs.items()}, as_of, 252)
    moves = together.pct_change().dropna()
    factors = pd.DataFrame({f.name: sum(weight * moves["leg", ticker] for ticker, weight in f.legs) for f in HISTORY.factors.factors})
    assert report.factors.regression.observations == len(moves) == 252
    design = sm.add_constant(factors.to_numpy())
    fits = {t: sm.OLS(moves["held", t].to_numpy(), design).fit() for t in held}
    loadings = np.array([fits[t].params[1:] for t in held])
    assert report.factors.regression.loadings == pytest.approx(loadings, rel=1e-8, abs=1e-10)

    covariance, weights = factors.cov().to_numpy(), values.to_numpy()
    residual = np.array([fits[t].mse_resid for t in held])
    parts = np.zeros((len(held), len(factors.columns) + 1))
    for i in range(len(held)):
        for k in range(len(factors.columns)):
            other = sum(covariance[k, m] * loadings[j, m] * weights[j] for j in range(len(held)) for m in range(len(factors.columns)))
            parts[i, k] = weights[i] * loadings[i, k] * other
        parts[i, -1] = weights[i] ** 2 * residual[i]
    assert report.factors.contributions.shares == pytest.approx(parts / parts.sum(), rel=1e-8, abs=1e-10)
    assert report.factors.contributions.variance == pytest.approx(parts.sum(), rel=1e-9)
