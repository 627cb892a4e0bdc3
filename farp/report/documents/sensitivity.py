"""Sensitivities as a document: a ladder for each factor, each position's part of it, and a grid of two factors."""

from __future__ import annotations

from farp.analysis.sensitivity import FactorShocks, SensitivityAnalysis
from farp.report.documents.common import JsonObject, identity, number, percent, percent_of, provenance, row, rows


def sensitivity_document(result: SensitivityAnalysis) -> JsonObject:
    """Return every factor with its ladder and the positions behind it; `grid` is null when none was asked for."""
    window = result.window
    facts = provenance(window)
    facts["notes"] = [*facts["notes"], *result.notes]
    return {
        "date": window.as_of.isoformat(),
        "portfolio_value": number(window.net_asset_value),
        "explained_pct": percent(result.r_squared),
        "condition_number": number(result.regression.condition_number),
        "factors": [_factor(result, place) for place in range(len(result.shocks))],
        "grid": _grid(result),
        "lookback_days": window.lookback_days,
        "data_points": result.regression.observations,
        **identity(window.portfolio),
        **facts,
    }


def _factor(result: SensitivityAnalysis, place: int) -> JsonObject:
    window, shock = result.window, result.shocks[place]
    amounts = result.ladder.profit_and_loss[place].tolist()
    return {
        "name": shock.factor.name,
        "tickers": list(shock.factor.tickers),
        **_unit(shock),
        "amount_per_unit": number(float(result.per_unit[place])),
        "t_statistic": number(float(result.t_statistics[place])),
        "ladder": [
            {
                "shock": size,
                "factor_return_pct": percent(move),
                "profit_and_loss_amount": number(amount),
                "profit_and_loss_pct": percent_of(amount, window.net_asset_value),
            }
            for size, move, amount in zip(shock.sizes, shock.returns, amounts, strict=True)
        ],
        "positions": [
            {
                "ticker": holding.ticker,
                "loading": number(float(result.regression.loadings[i, place]) + 0.0),
                "amount_per_unit": number(float(result.position_per_unit[i, place])),
                "share_pct": percent(float(result.ladder.shares[i, place])),
            }
            for i, holding in enumerate(window.holdings)
        ],
    }


def _unit(shock: FactorShocks) -> JsonObject:
    return {
        "unit": "basis_points" if shock.in_basis_points else "percent",
        "duration_years": number(shock.duration_years),
        "duration_source": shock.duration_source or None,
    }


def _grid(result: SensitivityAnalysis) -> JsonObject | None:
    if result.grid is None:
        return None
    first, second = result.shocks[result.grid.first], result.shocks[result.grid.second]
    nav, amounts = result.window.net_asset_value, result.grid.profit_and_loss
    return {
        "rows": first.factor.name,
        "row_unit": _unit(first)["unit"],
        "row_shocks": row(first.sizes),
        "columns": second.factor.name,
        "column_unit": _unit(second)["unit"],
        "column_shocks": row(second.sizes),
        "profit_and_loss_amount": rows(amounts),
        "profit_and_loss_pct": rows(amounts, 100.0 / nav) if nav > 0 else None,
    }
