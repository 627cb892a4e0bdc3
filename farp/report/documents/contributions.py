"""Who causes the risk, as a document."""

from __future__ import annotations

from farp.analysis.contributions import Breakdown, Contributions, Contributor, View
from farp.report.documents.common import JsonObject, confidence_percent, identity, number, percent, provenance

SCALED_SHARES = "expected_shortfall_shares"
EULER = "euler"


def contributions_document(result: Contributions) -> JsonObject:
    """Return VaR and ES with their parts, the largest first."""
    window = result.window
    answer = {
        "date": window.as_of.isoformat(),
        "by": result.by.value,
        "view": result.view.value,
        "group": result.group,
        "confidence": confidence_percent(result.confidence),
        "horizon_days": 1,
        "var_pct": percent(window.of_value(result.value_at_risk)),
        "var_amount": number(result.value_at_risk),
        "expected_shortfall_pct": percent(window.of_value(result.expected_shortfall)),
        "expected_shortfall_amount": number(result.expected_shortfall),
        "component_var_method": SCALED_SHARES if result.view is View.HISTORICAL else EULER,
        "contributions": [_contributor(result, part) for part in result.contributors],
        "factors": list(result.factors.names) if result.factors is not None else None,
        "lookback_days": window.lookback_days,
        "data_points": window.observations,
        **identity(window.portfolio),
        **provenance(window),
    }
    answer["notes"] = [*window.notes, *result.notes]
    return answer


def _contributor(result: Contributions, part: Contributor) -> JsonObject:
    factor = result.by is Breakdown.FACTOR and result.group is None
    return {
        "name": part.name,
        "holdings": [result.window.holdings[i].ticker for i in part.holdings],
        "market_value": None if factor else number(part.amount),
        "gross": number(part.gross),
        "factor_exposure": number(part.amount) if factor else None,
        "weight_pct": percent(part.weight),
        "gross_weight_pct": percent(part.gross_weight),
        "share_pct": percent(part.share),
        "component_var_amount": number(part.component_value_at_risk),
        "component_expected_shortfall_amount": number(part.component_expected_shortfall),
        "marginal_var": number(part.marginal_value_at_risk),
        "incremental_var_amount": number(part.incremental_value_at_risk),
    }
