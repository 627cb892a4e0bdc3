"""The headline document of a book's row says what `metrics_document` says of the portfolio alone."""

from __future__ import annotations

import json
from typing import Any

from farp.analysis import AnalysisSpec, analyse
from farp.analysis.book import grouped, headlines
from farp.portfolio import Portfolio, Position
from farp.prices.sample import load_sample
from farp.report.documents.book import headline_document
from farp.report.documents.report import exposure_document, metrics_document

PORTFOLIOS = [
    Portfolio(
        id="mixed.a", name="Mixed", positions=(Position("AAPL", 10.0), Position("XOM", -5.0), Position("CASH:EUR", 100.0), Position("NOSUCH", 1.0))
    ),
    Portfolio(id="debt.a", name="In debt", positions=(Position("AAPL", 10.0), Position("CASH:USD", -1e6))),
    Portfolio(id="bonds.b", name="Bonds", positions=(Position("UST10Y", 10.0), Position("GLD", 3.0))),
]


def shared(one: Any, other: Any) -> Any:
    """Both cut down to the fields they share, at every level."""
    if isinstance(one, dict):
        return {key: shared(one[key], other[key]) for key in one if key in other}
    return one, other


def differences(pair: Any, where: str = "") -> list[str]:
    if isinstance(pair, dict):
        return [text for key, inner in pair.items() for text in differences(inner, f"{where}.{key}")]
    one, other = pair
    return [] if one == other else [f"{where}: {one!r} and {other!r}"]


def test_every_field_that_both_have_is_equal() -> None:
    history, spec = load_sample(), AnalysisSpec()
    groups, failures = grouped(PORTFOLIOS, history)
    rows = [row for group in groups for row in headlines(group, history)]
    assert (len(rows), failures) == (3, ())
    for row in rows:
        document = json.loads(json.dumps(headline_document(row, history, spec), allow_nan=False))
        report = analyse(row.portfolio, history)
        metrics = json.loads(json.dumps(metrics_document(report)))
        assert differences(shared(document, metrics)) == []
        assert {"date", "portfolio_value", "var", "drawdown", "volatility", "sharpe_ratio", "beta", "excluded"} <= set(document) & set(metrics)
        for bucket in exposure_document(report)["by_sector"]:
            assert document["exposure"]["sector"][bucket["value"]] == {"long": bucket["long_exposure"], "short": bucket["short_exposure"]}
        assert document["concentration"] == exposure_document(report)["concentration"]
