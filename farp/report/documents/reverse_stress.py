"""The move that loses a given amount, as a document."""

from __future__ import annotations

from farp.analysis.reverse_stress import ReverseStressAnalysis
from farp.report.documents.common import JsonObject, day, identity, number, percent, provenance
from farp.report.stress_sentences import reverse_stress_in_words


def reverse_stress_document(result: ReverseStressAnalysis) -> JsonObject:
    """Return the likeliest factor move that loses the amount, how far it is, how often it happened, and what each holding loses by it."""
    window, found = result.window, result.result
    return {
        "date": window.as_of.isoformat(),
        "portfolio_value": number(window.net_asset_value),
        "loss_amount": number(found.loss),
        "loss_pct": percent(result.loss_fraction),
        "horizon_days": result.horizon_days,
        "distance": number(found.distance),
        "times_as_bad": found.days_as_bad,
        "times_as_far": found.days_as_far,
        "periods": found.observations,
        "periods_since": day(result.since),
        "worst_amount": number(-result.worst),
        "systematic_pct": percent(result.systematic),
        "in_words": " ".join(reverse_stress_in_words(result)),
        "factor_set": result.factors.name,
        "factors": [
            {
                "name": factor.name,
                "move_pct": percent(float(move)),
                "deviation_pct": percent(float(deviation)),
                "impossible": factor.name in result.impossible,
            }
            for factor, move, deviation in zip(result.factors.factors, found.factor_moves, result.deviations, strict=True)
        ],
        "holdings": [
            {
                "ticker": holding.ticker,
                "name": holding.instrument.name,
                "market_value": number(holding.market_value),
                "profit_and_loss_amount": number(float(amount)),
            }
            for holding, amount in zip(window.holdings, found.profit_and_loss, strict=True)
        ],
        "lookback_days": window.lookback_days,
        "data_points": result.observations,
        **identity(window.portfolio),
        **provenance(window),
    }
