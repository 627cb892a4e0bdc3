"""Correlations of the holdings as a document."""

from __future__ import annotations

from farp.analysis.correlation import CorrelationAnalysis
from farp.report.documents.common import JsonObject, identity, number, provenance, rows


def correlation_document(result: CorrelationAnalysis) -> JsonObject:
    """Return the matrix with its tickers in the clustered order, which puts likes beside each other."""
    window, found = result.window, result.correlation
    order = found.order
    return {
        "date": window.as_of.isoformat(),
        "tickers": [window.holdings[i].ticker for i in order],
        "matrix": rows(found.matrix[order][:, order]),
        "average_correlation": number(result.average),
        "diversification_ratio": number(result.diversification_ratio),
        "lookback_days": window.lookback_days,
        "data_points": found.observations,
        **identity(window.portfolio),
        **provenance(window),
    }
