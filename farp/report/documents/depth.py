"""Everything the store keeps of one portfolio beside its headline: what the heatmap is drawn from, components, sensitivities, stress.

The fields of `factor_contributions_document` stand at the top, so that the API can answer with them as they are.
"""

from __future__ import annotations

from farp.analysis.book_depth import Depth, Ladders, Replayed
from farp.analysis.pca import PcaAnalysis
from farp.report.documents.common import JsonObject, number, percent, row, rows
from farp.report.documents.report import factor_contributions_document

COMPONENTS = 5
"""Components kept; what is left out of the variance is in their cumulative share."""


def depth_document(found: Depth) -> JsonObject:
    """Return the document of one portfolio; a part that cannot be computed is null, and its reason stands under `because`."""
    because = {}
    if found.no_factors_because is not None:
        because = dict.fromkeys(("factor_contributions", "sensitivity"), found.no_factors_because)
    if found.no_components_because is not None:
        because["pca"] = found.no_components_because
    return {
        **(factor_contributions_document(found) if found.factors else {}),
        "pca": _components(found.components) if found.components else None,
        "sensitivity": _ladders(found.ladders) if found.ladders else None,
        "stress": {
            "scenarios": [_scenario(replay) for replay in found.replays],
            "worst": _scenario(found.worst) if found.worst else None,
        },
        "because": because,
    }


def _components(result: PcaAnalysis) -> JsonObject:
    found = result.components
    return {
        "explained_pct": row(found.explained_ratio[:COMPONENTS], 100.0),
        "variance_share_pct": row(found.variance_shares[:COMPONENTS], 100.0),
        "exposure_amount": row(found.exposures[:COMPONENTS]),
        "readings": list(result.readings[:COMPONENTS]),
        "components_for_90_pct": result.for_most,
    }


def _ladders(found: Ladders) -> list[JsonObject]:
    return [
        {"factor": shock.factor.name, "factor_return_pct": row(shock.returns, 100.0), "profit_and_loss_amount": rungs}
        for shock, rungs in zip(found.shocks, rows(found.profit_and_loss), strict=True)
    ]


def _scenario(replay: Replayed) -> JsonObject:
    return {
        "id": replay.scenario.id,
        "name": replay.scenario.name,
        "profit_and_loss_amount": number(replay.total),
        "profit_and_loss_pct": percent(replay.fraction),
        "covered_pct": percent(replay.covered),
    }
