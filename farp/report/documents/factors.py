"""The factor analysis in depth as a document."""

from __future__ import annotations

from farp.analysis.factors import PortfolioFactors, RollingLoadings, alike_pairs, collinearity_note
from farp.report.documents.common import JsonObject, identity, number, percent, provenance, row, rows

SPECIFIC = "Specific"


def factors_document(result: PortfolioFactors, rolling: RollingLoadings | None = None) -> JsonObject:
    """Return loadings, shares of variance, how alike the factors are, and with `rolling` the loadings through time.

    Row i of `matrix`, `loadings` and `t_statistics` belongs to `holdings[i]`; the last column of `matrix` is "Specific". All cells of `matrix` sum to 100.
    """
    window, analysis = result.window, result.factors
    regression, contributions = analysis.regression, analysis.contributions
    note = collinearity_note(regression)
    document = {
        "date": window.as_of.isoformat(),
        "portfolio_value": number(window.net_asset_value),
        "factor_set": analysis.factors.name,
        "covariance": analysis.estimator.value,
        "shrinkage": number(analysis.shrinkage),
        "factors": _factors(result),
        "portfolio_r_squared": number(float(result.portfolio.r_squared[0])),
        "columns": [*analysis.factors.names, SPECIFIC],
        "holdings": [
            {
                "ticker": holding.ticker,
                "name": holding.instrument.name,
                "weight": number(holding.weight),
                "market_value": number(holding.market_value),
                "share_pct": percent(float(share)),
                "r_squared": number(float(r_squared)),
            }
            for holding, share, r_squared in zip(window.holdings, contributions.by_position, regression.r_squared, strict=True)
        ],
        "matrix": rows(contributions.shares, 100.0),
        "column_totals": row(contributions.by_factor, 100.0),
        "loadings": rows(regression.loadings),
        "t_statistics": rows(regression.t_statistics),
        "systematic_pct": percent(contributions.systematic),
        "specific_pct": percent(contributions.specific),
        "annual_volatility": number(window.of_value(result.model_volatility)),
        "annual_volatility_amount": number(result.model_volatility),
        "collinearity": _collinearity(result),
        "rolling": _rolling(rolling) if rolling is not None else None,
        "lookback_days": window.lookback_days,
        "data_points": regression.observations,
        **identity(window.portfolio),
        **provenance(window),
    }
    if note:
        document["notes"] = [*document["notes"], note]
    return document


def _factors(result: PortfolioFactors) -> list[JsonObject]:
    window, analysis, fit = result.window, result.factors, result.portfolio
    return [
        {
            "name": factor.name,
            "meaning": factor.meaning,
            "legs": [{"ticker": ticker, "weight": number(weight)} for ticker, weight in factor.legs],
            "portfolio_loading": number(window.of_value(float(analysis.exposures[k]))),
            "exposure_amount": number(float(analysis.exposures[k])),
            "standard_error_amount": number(float(fit.standard_errors[0, k])),
            "t_statistic": number(float(fit.t_statistics[0, k])),
            "identified": bool(fit.identified[k]),
            "variance_inflation": number(float(result.collinearity.variance_inflation[k])),
            "share_pct": percent(float(analysis.contributions.by_factor[k])),
        }
        for k, factor in enumerate(analysis.factors.factors)
    ]


def _collinearity(result: PortfolioFactors) -> JsonObject:
    found, names = result.collinearity, result.factors.factors.names
    return {
        "condition_number": number(found.condition_number),
        "collinear": bool(found.collinear),
        "correlation": rows(found.correlation),
        "alike": [{"factor": names[i], "other": names[j], "correlation": number(value)} for i, j, value in alike_pairs(found)],
        "findings": list(result.findings),
    }


def _rolling(result: RollingLoadings) -> JsonObject:
    return {
        "window_days": result.window_days,
        "unit": "money" if result.in_money else "fraction",
        "dates": [str(date) for date in result.dates],
        "loadings": {name: row(values) for name, values in zip(result.factors.names, result.loadings.T, strict=True)},
        "r_squared": row(result.r_squared),
    }
