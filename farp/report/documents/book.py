"""A row of the book as a document: what the nightly job writes beside each portfolio, in the words of `metrics_document`."""

from __future__ import annotations

from farp.analysis import AnalysisSpec
from farp.analysis.book import Headline
from farp.market import PriceHistory
from farp.report.documents.common import (
    JsonObject,
    confidence_percent,
    day,
    excluded_value,
    exclusion_document,
    number,
    percent,
    percent_of,
)


def headline_document(row: Headline, history: PriceHistory, spec: AnalysisSpec) -> JsonObject:
    """Return the headline figures of one portfolio; every field that `metrics_document` has too is equal to its."""
    value = row.net_asset_value
    return {
        "date": row.as_of.isoformat(),
        "portfolio_value": number(value),
        "total_gross_exposure": number(row.gross),
        "var": {
            f"{confidence_percent(confidence)}_{horizon}d": {
                "confidence": confidence_percent(confidence),
                "horizon_days": horizon,
                "var_pct": percent_of(amount, value),
                "var_amount": number(amount),
                "expected_shortfall_pct": percent_of(row.expected_shortfall[confidence, horizon], value),
                "expected_shortfall_amount": number(row.expected_shortfall[confidence, horizon]),
            }
            for (confidence, horizon), amount in row.value_at_risk.items()
        },
        "drawdown": {
            "current_drawdown_pct": percent(row.current_drawdown),
            "current_drawdown_amount": number(row.current_drawdown_amount),
            "max_drawdown_pct": percent(row.maximum_drawdown),
            "max_drawdown_amount": number(row.maximum_drawdown_amount),
            "peak_date": day(row.peak_date),
            "trough_date": day(row.trough_date),
        },
        "volatility": {f"{window}d": number(figure) for window, figure in row.volatility.items()},
        "sharpe_ratio": {f"{window}d": number(figure) for window, figure in row.sharpe_ratio.items()},
        "risk_free_rate": spec.risk_free_rate,
        "beta": number(row.beta),
        "exposure": {
            dimension: {bucket: {"long": long, "short": short} for bucket, (long, short) in buckets.items()}
            for dimension, buckets in row.exposure.items()
        },
        "concentration": {
            "largest_5_pct": percent(float(row.concentration.largest_5)),
            "largest_10_pct": percent(float(row.concentration.largest_10)),
            "herfindahl": number(float(row.concentration.herfindahl)),
            "effective_positions": number(float(row.concentration.effective_positions)),
        },
        "lookback_days": spec.lookback_days,
        "data_points": row.observations,
        "source": history.source,
        "source_label": history.source_label,
        "excluded": [exclusion_document(exclusion) for exclusion in row.excluded],
        "excluded_value": number(excluded_value(row.excluded)),
    }
