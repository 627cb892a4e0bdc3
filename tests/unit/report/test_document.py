"""Documents: exact fields, percent only where the name says so, and nothing JSON has no number for."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import math
from typing import Any

import numpy as np
import pytest

from farp.analysis import AnalysisSpec, RiskReport, analyse
from farp.engine.factor_model import VarianceContributions
from farp.errors import DataError, InvalidInput
from farp.portfolio import AssetClass, Portfolio
from farp.report.documents.common import excluded_value, exclusion_document
from farp.report.documents.report import (
    exposure_document,
    factor_contributions_document,
    metrics_document,
    portfolio_document,
    summary_document,
    value_at_risk_document,
)
from farp.valuation import Exclusion, ExclusionReason
from tests.markets import LAST_DAY, holding, instrument, market, one_factor, wandering

DAYS = 101


def example(quantities: dict[str, float] | None = None, **changes: Any) -> RiskReport:
    """A report on 100 returns of A (US technology), B (US energy) and E (a share in EUR); one EUR costs 2 USD."""
    history = market(
        {
            "A": wandering(DAYS, 1),
            "B": wandering(DAYS, 2, start=50.0),
            "E": wandering(DAYS, 3, start=10.0),
            "EURUSD": np.full(DAYS, 2.0),
            "M": wandering(DAYS, 4),
        },
        instruments=[
            instrument("A", sector="Technology", country="US"),
            instrument("B", sector="Energy", country="US"),
            instrument("E", currency="EUR", sector="Energy", country="DE"),
            instrument("EURUSD", asset_class=AssetClass.FX),
        ],
        benchmark="M",
        factors=one_factor("M"),
    )
    report = analyse(holding(quantities or {"A": 10.0, "B": -4.0, "E": 5.0}), history, spec=AnalysisSpec())
    return dataclasses.replace(report, **changes)


def documents(report: RiskReport) -> list[dict[str, Any]]:
    return [
        metrics_document(report),
        value_at_risk_document(report, 0.95, 1),
        exposure_document(report),
        factor_contributions_document(report),
        portfolio_document(report),
        summary_document(report.portfolio),
    ]


def leaves(value: Any) -> list[Any]:
    match value:
        case dict():
            return [leaf for item in value.values() for leaf in leaves(item)]
        case list():
            return [leaf for item in value for leaf in leaves(item)]
        case _:
            return [value]


def test_only_plain_json_values_of_exact_types_and_no_nan() -> None:
    for document in documents(example()):
        assert {type(leaf) for leaf in leaves(document)} <= {str, int, float, bool, type(None)}
        assert all(math.isfinite(leaf) for leaf in leaves(document) if isinstance(leaf, float))
        assert json.loads(json.dumps(document, allow_nan=False)) == document


def test_nan_and_infinity_become_null() -> None:
    report = example()
    assert report.factors is not None
    regression = dataclasses.replace(report.factors.regression, condition_number=float("inf"), r_squared=np.full(3, np.nan))
    contributions = VarianceContributions(shares=np.full((3, 2), np.nan), variance=0.0)
    broken = dataclasses.replace(
        report,
        factors=dataclasses.replace(report.factors, regression=regression, contributions=contributions),
        volatility={20: None, 252: float("nan")},
    )
    document = factor_contributions_document(broken)
    assert (document["condition_number"], document["collinear"]) == (None, True)
    assert document["matrix"] == [[None, None]] * 3
    assert document["row_totals"] == document["r_squared"] == [None] * 3
    assert document["systematic_pct"] is None
    assert metrics_document(broken)["volatility"] == {"20d": None, "252d": None}


def test_percent_fields_are_percent_of_net_asset_value_and_amounts_money() -> None:
    report = example()
    value = report.net_asset_value
    document = metrics_document(report)
    for key, confidence, days in (("95_1d", 0.95, 1), ("95_10d", 0.95, 10), ("99_1d", 0.99, 1), ("99_10d", 0.99, 10)):
        figure, shown = report.value_at_risk_at(confidence, days), document["var"][key]
        assert shown["var_amount"] == figure.amount
        assert shown["var_pct"] == pytest.approx(100.0 * figure.amount / value, rel=1e-14)
        assert shown["expected_shortfall_pct"] == pytest.approx(100.0 * figure.expected_shortfall / value, rel=1e-14)
        assert (shown["confidence"], shown["horizon_days"]) == (round(100 * confidence), days)
        assert type(shown["confidence"]) is int
    drawdown = report.drawdown
    assert document["drawdown"] == {
        "current_drawdown_pct": 100.0 * (drawdown.current or math.nan),
        "current_drawdown_amount": drawdown.current_amount,
        "max_drawdown_pct": 100.0 * (drawdown.maximum or math.nan),
        "max_drawdown_amount": drawdown.maximum_amount,
        "peak_date": str(drawdown.peak_date),
        "peak_value": drawdown.peak_value,
        "trough_date": str(drawdown.trough_date),
        "trough_value": drawdown.trough_value,
    }
    assert document["volatility"]["60d"] == report.volatility[60]
    assert document["volatility"]["252d"] is None, "100 returns only"
    assert document["data_points"] == 100
    assert document["lookback_days"] == 252


def test_a_confidence_that_is_no_whole_percent_keeps_its_decimals() -> None:
    report = example()
    odd = dataclasses.replace(report.value_at_risk_at(0.99, 1), confidence=0.995)
    assert list(metrics_document(dataclasses.replace(report, value_at_risk=(odd,)))["var"]) == ["99.5_1d"]


def test_one_value_at_risk_says_how_it_was_made() -> None:
    report = example()
    figure = report.value_at_risk_at(0.95, 10)
    document = value_at_risk_document(report, 0.95, 10)
    assert (document["confidence"], document["horizon_days"], document["rule"], document["method"]) == (95, 10, "linear", "historical_simulation")
    assert (document["lookback_days"], document["data_points"], document["tail_observations"]) == (252, 100, 5)
    assert document["calculation_date"] == "2022-12-28"
    assert document["interval"]["probability_pct"] == 90.0
    assert document["interval"]["low_amount"] == figure.interval_low
    assert document["interval"]["low_pct"] == pytest.approx(100.0 * (figure.interval_low or math.nan) / report.net_asset_value)
    assert document["overlapping"] == {
        "var_amount": figure.overlapping_amount,
        "var_pct": pytest.approx(100.0 * (figure.overlapping_amount or math.nan) / report.net_asset_value),
        "data_points": figure.overlapping_observations,
    }
    assert value_at_risk_document(report, 0.95, 1)["overlapping"] is None


@pytest.mark.parametrize(("confidence", "days"), [(0.9, 1), (0.95, 5), (95, 1)])
def test_a_figure_the_report_does_not_hold_is_refused(confidence: float, days: int) -> None:
    with pytest.raises(InvalidInput, match=r"confidence 0\.95 or 0\.99 and horizon 1 or 10 days"):
        value_at_risk_document(example(), confidence, days)


def test_exposure_by_hand() -> None:
    report = example()
    a, b, e = (position.market_value for position in report.holdings)
    assert (a > 0, b < 0, e > 0) == (True, True, True)
    gross, net = a - b + e, a + b + e
    document = exposure_document(report)

    assert document["total_gross_exposure"] == pytest.approx(gross)
    assert document["total_net_exposure"] == pytest.approx(net)
    technology, energy = document["by_sector"]
    assert technology == {
        "dimension": "sector",
        "value": "Technology",
        "long_exposure": pytest.approx(a),
        "short_exposure": 0.0,
        "gross_exposure": pytest.approx(a),
        "net_exposure": pytest.approx(a),
        "gross_pct": pytest.approx(100.0 * a / gross),
        "net_pct": pytest.approx(100.0 * a / net),
    }
    assert energy["short_exposure"] == pytest.approx(-b)
    assert energy["gross_exposure"] == pytest.approx(e - b)
    assert energy["net_exposure"] == pytest.approx(e + b)
    assert {bucket["value"] for bucket in document["by_currency"]} == {"USD", "EUR"}
    assert [bucket["dimension"] for bucket in document["by_asset_class"]] == ["asset_class"]


def test_largest_gross_exposure_comes_first_and_equal_ones_by_name() -> None:
    document = exposure_document(example({"B": 100.0, "A": 1.0}))
    assert [bucket["value"] for bucket in document["by_sector"]] == ["Energy", "Technology"]


def test_a_dimension_leaves_its_own_list_only_and_an_unknown_one_is_refused() -> None:
    assert [name for name in exposure_document(example(), "country") if name.startswith("by_")] == ["by_country"]
    with pytest.raises(InvalidInput, match="dimension must be one of asset_class, currency, sector, country; got 'planet'"):
        exposure_document(example(), "planet")


@pytest.mark.parametrize("net_asset_value", [0.0, -1000.0])
def test_without_a_positive_value_percentages_are_null_and_amounts_stay(net_asset_value: float) -> None:
    quantities = {"A": 1.0, "CASH:USD": -1.0}
    base = example(quantities)
    cash = base.holdings[0].market_value - net_asset_value
    report = example({"A": 1.0, "CASH:USD": -cash})
    assert report.net_asset_value == net_asset_value

    metrics = metrics_document(report)
    assert {figure["var_pct"] for figure in metrics["var"].values()} == {None}
    assert {figure["expected_shortfall_pct"] for figure in metrics["var"].values()} == {None}
    assert metrics["var"]["95_1d"]["var_amount"] > 0
    assert metrics["sharpe_ratio"] == {"20d": None, "60d": None, "252d": None, "risk_free_rate": 0.02}
    one = value_at_risk_document(report, 0.95, 10)
    assert (one["interval"]["low_pct"], one["interval"]["high_pct"], one["overlapping"]["var_pct"]) == (None, None, None)
    assert one["interval"]["low_amount"] > 0
    factors = factor_contributions_document(report)
    assert factors["annual_volatility"] is None
    assert factors["annual_volatility_amount"] > 0
    assert factors["factors"][0]["portfolio_loading"] is None
    assert {position["weight"] for position in portfolio_document(report)["positions"]} == {None}
    net = {bucket["net_pct"] for bucket in exposure_document(report)["by_sector"]}
    assert (net == {None}) == (net_asset_value == 0.0), "shares of a negative total are defined, shares of zero are not"


def test_factor_contributions_sum_to_100_percent_and_name_rows_and_columns() -> None:
    report = example()
    document = factor_contributions_document(report)
    assert document["columns"] == ["Market", "Specific"]
    assert [row["ticker"] for row in document["holdings"]] == ["A", "B", "E"]
    assert np.sum(document["matrix"]) == pytest.approx(100.0)
    assert np.sum(document["matrix"], axis=1) == pytest.approx(document["row_totals"])
    assert np.sum(document["matrix"], axis=0) == pytest.approx(document["column_totals"])
    assert [row["share_pct"] for row in document["holdings"]] == document["row_totals"]
    assert document["factors"][0]["share_pct"] == document["column_totals"][0] == pytest.approx(document["systematic_pct"])
    assert document["factors"][0]["legs"] == [{"ticker": "M", "weight": 1.0}]
    weights = [holding.weight for holding in report.holdings]
    assert document["factors"][0]["portfolio_loading"] == pytest.approx(np.dot(weights, np.array(document["loadings"])[:, 0]))
    # a model with one factor and intercept reproduces the sample variance but for the covariances between residuals
    assert document["annual_volatility"] == pytest.approx(document["annual_volatility_amount"] / report.net_asset_value)
    assert document["annual_volatility"] == pytest.approx(report.profit_and_loss.std(ddof=1) * math.sqrt(252) / report.net_asset_value, rel=0.2)


def test_no_factor_analysis_says_why_in_the_words_of_the_report() -> None:
    why = "There is no factor analysis: the factor set has only 3 daily returns in common with the holdings, and 60 are needed."
    with pytest.raises(DataError) as caught:
        factor_contributions_document(example(factors=None, notes=("There is no beta: too bad.", why), no_factors_because=why))
    assert str(caught.value) == why


def test_positions_carry_price_currency_and_exchange_rate() -> None:
    report = example()
    euro = portfolio_document(report)["positions"][2]
    assert (euro["ticker"], euro["price_currency"], euro["currency"], euro["fx_rate"]) == ("E", "EUR", "EUR", 2.0)
    assert euro["market_value"] == pytest.approx(5.0 * euro["price"] * 2.0)
    assert (euro["asset_class"], euro["sector"], euro["country"], euro["name"]) == ("EQUITY", "Energy", "DE", "The E company")
    assert sum(position["weight"] for position in portfolio_document(report)["positions"]) == pytest.approx(1.0)


def test_exclusions_are_listed_with_what_they_were_last_worth() -> None:
    stale = Exclusion(
        ticker="OLD", quantity=-2.0, reason=ExclusionReason.STALE_PRICE, message="old.", last_price_date=dt.date(2022, 1, 3), last_value=-30.0
    )
    unknown = Exclusion(ticker="NEW", quantity=1.0, reason=ExclusionReason.UNKNOWN_TICKER, message="unknown.")
    nothing = Exclusion(ticker="NIL", quantity=0.0, reason=ExclusionReason.ZERO_QUANTITY, message="zero.")
    assert exclusion_document(stale) == {
        "ticker": "OLD",
        "quantity": -2.0,
        "reason": "stale_price",
        "message": "old.",
        "last_price_date": "2022-01-03",
        "last_value": -30.0,
    }
    for document in documents(example(excluded=(stale, unknown)))[:-1]:
        assert [entry["ticker"] for entry in document["excluded"]] == ["OLD", "NEW"]
        assert document["excluded_value"] == -30.0
    assert excluded_value([unknown]) is None
    assert excluded_value([nothing]) == excluded_value([]) == 0.0


def test_every_answer_names_portfolio_currency_source_and_notes() -> None:
    report = example(requested_as_of=dt.date(2022, 12, 31), notes=("A note.",))
    for document in documents(report)[:-1]:
        assert (document["portfolio_id"], document["portfolio_name"]) == ("p", "A portfolio")
        assert (document["source"], document["source_label"]) == ("made-up", "Made-up prices")
        assert (document["requested_as_of_date"], document["notes"]) == ("2022-12-31", ["A note."])
        assert document.get("currency", document.get("base_currency")) == "USD"
        assert document.get("date", document.get("calculation_date")) == LAST_DAY.isoformat()


def test_a_summary_has_no_figures_and_no_secrets() -> None:
    portfolio = Portfolio(
        id="x.u", name="X", positions=(), description="D", owner_id="u", owner_name="U", created_at=dt.datetime(2022, 1, 3, 4, 5, tzinfo=dt.UTC)
    )
    assert summary_document(portfolio) == {
        "portfolio_id": "x.u",
        "portfolio_name": "X",
        "description": "D",
        "owner_id": "u",
        "owner_name": "U",
        "created_at": "2022-01-03T04:05:00+00:00",
        "base_currency": "USD",
        "position_count": 0,
    }
