"""Principal components as a document."""

from __future__ import annotations

from farp.analysis.pca import PcaAnalysis
from farp.report.documents.common import JsonObject, identity, number, percent, percent_of, provenance, row


def pca_document(result: PcaAnalysis) -> JsonObject:
    """Return each component with its loadings, in the order of `tickers`, and what the portfolio has in it."""
    window, found = result.window, result.components
    tickers = [holding.ticker for holding in window.holdings]
    return {
        "date": window.as_of.isoformat(),
        "portfolio_value": number(window.net_asset_value),
        "tickers": tickers,
        "components": [
            {
                "number": k + 1,
                "explained_variance": number(float(found.explained_variance[k])),
                "explained_pct": percent(float(found.explained_ratio[k])),
                "cumulative_pct": percent(result.cumulative[k]),
                "exposure_amount": number(float(found.exposures[k])),
                "exposure_pct": percent_of(float(found.exposures[k]), window.net_asset_value),
                "variance_share_pct": percent(float(found.variance_shares[k])),
                "leading": list(leading),
                "reading": result.readings[k],
                "loadings": row(found.loadings[k]),
            }
            for k, leading in enumerate(found.reading_aid(tickers))
        ],
        "components_for_90_pct": result.for_most,
        "constant": list(result.still),
        "lookback_days": window.lookback_days,
        "data_points": found.observations,
        **identity(window.portfolio),
        **provenance(window),
    }
