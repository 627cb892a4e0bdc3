"""Backtests of VaR methods as a document."""

from __future__ import annotations

import numpy as np

from farp.analysis.backtest import BacktestAnalysis, MethodBacktest
from farp.engine.backtest import LikelihoodRatio
from farp.market import as_date
from farp.report.documents.common import JsonObject, confidence_percent, day, identity, number, percent, percent_of, provenance, row


def backtest_document(result: BacktestAnalysis, series: bool = False) -> JsonObject:
    """Return the methods, best first; with `series` also the P&L of each tested day and each method's forecasts for it."""
    window = result.window
    daily: JsonObject = {"dates": [str(date) for date in result.dates], "profit_and_loss": row(result.profit_and_loss)} if series else {}
    return {
        "date": window.as_of.isoformat(),
        "portfolio_value": number(window.net_asset_value),
        "confidence": confidence_percent(result.confidence),
        "days": result.days_asked,
        "data_points": result.days,
        "first_day": day(as_date(result.dates[0])),
        "last_day": day(as_date(result.dates[-1])),
        "lookback_days": result.lookback,
        "first_because": result.first_because,
        "methods": [_method(result, place, series) for place in range(len(result.methods))],
        "not_tested": [{"method": one.method, "name": one.name, "message": one.message} for one in result.not_tested],
        **daily,
        **identity(window.portfolio),
        **provenance(window),
        "notes": list(result.notes),
    }


def _method(result: BacktestAnalysis, place: int, series: bool) -> JsonObject:
    one, worth = result.methods[place], result.window.net_asset_value
    found, tail = one.result, one.tail
    daily = {"var_amounts": row(tail.value_at_risk), "expected_shortfall_amounts": row(tail.expected_shortfall)} if series else {}
    return {
        "rank": place + 1,
        "method": one.method,
        "name": one.name,
        "verdict": one.verdict,
        "days_tested": found.days,
        "days_without_forecast": found.days_without_forecast,
        "exceptions": found.count,
        "expected_exceptions": number(found.expected),
        "zone": found.zone.value,
        "cumulative_probability_pct": percent(found.cumulative_probability),
        "coverage": _test(found.coverage),
        "independence": _test(found.independence),
        "conditional_coverage": _test(found.conditional_coverage),
        "expected_shortfall_ratio": number(found.shortfall_ratio),
        "quantile_score_amount": number(one.quantile_score),
        "quantile_score_pct": percent_of(one.quantile_score, worth),
        "mean_var_amount": number(float(np.nanmean(tail.value_at_risk))),
        "mean_var_pct": percent_of(float(np.nanmean(tail.value_at_risk)), worth),
        "settings": {name: number(value) if isinstance(value, float) else value for name, value in one.settings.items()},
        "remarks": [{"text": remark.text, "days": remark.days} for remark in one.remarks],
        "exception_days": _exception_days(result, one),
        **daily,
    }


def _test(test: LikelihoodRatio) -> JsonObject:
    return {
        "statistic": number(test.statistic),
        "degrees_of_freedom": test.degrees_of_freedom,
        "p_value": number(test.p_value),
        "rejected": test.rejected,
    }


def _exception_days(result: BacktestAnalysis, one: MethodBacktest) -> list[JsonObject]:
    return [
        {
            "date": str(result.dates[i]),
            "profit_and_loss": number(result.profit_and_loss[i]),
            "var_amount": number(one.tail.value_at_risk[i]),
            "expected_shortfall_amount": number(one.tail.expected_shortfall[i]),
        }
        for i in np.flatnonzero(one.result.exceptions)
    ]
