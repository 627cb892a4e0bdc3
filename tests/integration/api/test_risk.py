"""`/risk/...`: exactly the fields of the contract, exactly the numbers of the analysis."""

from __future__ import annotations

import datetime as dt

import httpx
import pytest

from farp.api import models
from farp.service import Desk

ALL_METRICS = {"date", "portfolio_value", "var", "drawdown", "volatility", "sharpe_ratio", "risk_free_rate"}
ALL_VAR = {
    "confidence",
    "horizon_days",
    "var_pct",
    "var_amount",
    "method",
    "portfolio_value",
    "calculation_date",
    "lookback_days",
    "data_points",
}
BUCKET = {"dimension", "value", "long_exposure", "short_exposure", "gross_exposure", "net_exposure", "gross_pct", "net_pct"}
LONG_SHORT = "long-short-equity.user_003"


def test_metrics_have_the_fields_of_the_contract(api: httpx.Client) -> None:
    answer = api.get("/risk/metrics").json()

    assert set(answer) >= ALL_METRICS
    assert answer["date"] == "2022-12-28"
    assert set(answer["var"]) == {"95_1d", "95_10d", "99_1d", "99_10d"}
    for key, figure in answer["var"].items():
        assert set(figure) >= {"confidence", "horizon_days", "var_pct", "var_amount", "method"}
        assert key == f"{figure['confidence']}_{figure['horizon_days']}d"
        assert isinstance(figure["confidence"], int)
        assert figure["method"] == "historical_simulation"
        assert figure["var_amount"] == pytest.approx(figure["var_pct"] / 100.0 * answer["portfolio_value"], rel=1e-12)
    assert set(answer["drawdown"]) == {
        "current_drawdown_pct",
        "current_drawdown_amount",
        "max_drawdown_pct",
        "max_drawdown_amount",
        "peak_date",
        "peak_value",
        "trough_date",
        "trough_value",
    }
    assert set(answer["volatility"]) == {"20d", "60d", "252d"}
    assert set(answer["sharpe_ratio"]) == {"20d", "60d", "252d", "risk_free_rate"}
    assert answer["risk_free_rate"] == answer["sharpe_ratio"]["risk_free_rate"] == 0.02


def test_without_an_id_the_default_portfolio_answers_and_is_named(api: httpx.Client, desk: Desk) -> None:
    default = desk.default_portfolio_id()
    for path in ("/risk/metrics", "/risk/var", "/risk/exposure", "/risk/factor-contributions"):
        answer = api.get(path).json()
        assert answer["portfolio_id"] == default, path
        assert answer["portfolio_name"] == desk.portfolio(default).name, path
    assert api.get("/risk/metrics").json() == api.get("/risk/metrics", params={"portfolio_id": default}).json()


def test_metrics_are_the_numbers_of_the_analysis_to_the_last_bit(api: httpx.Client, desk: Desk) -> None:
    answer = api.get("/risk/metrics", params={"portfolio_id": LONG_SHORT}).json()
    report = desk.report(LONG_SHORT)

    assert report.drawdown.maximum is not None
    assert report.benchmark is not None
    assert answer["portfolio_value"] == report.net_asset_value
    for figure in report.value_at_risk:
        assert figure.fraction is not None
        shown = answer["var"][f"{round(figure.confidence * 100)}_{figure.horizon_days}d"]
        assert shown["var_amount"] == figure.amount
        assert shown["var_pct"] == 100.0 * figure.fraction
        assert shown["expected_shortfall_amount"] == figure.expected_shortfall
    assert answer["drawdown"]["max_drawdown_pct"] == 100.0 * report.drawdown.maximum
    assert answer["drawdown"]["peak_date"] == str(report.drawdown.peak_date)
    assert answer["drawdown"]["trough_value"] == report.drawdown.trough_value
    assert answer["volatility"] == {f"{window}d": value for window, value in report.volatility.items()}
    assert answer["sharpe_ratio"]["252d"] == report.sharpe_ratio[252]
    assert answer["beta"] == report.benchmark.beta


@pytest.mark.parametrize("confidence", [95, 99])
@pytest.mark.parametrize("horizon", [1, 10])
def test_var_has_the_fields_of_the_contract_and_agrees_with_metrics(api: httpx.Client, confidence: int, horizon: int) -> None:
    answer = api.get("/risk/var", params={"confidence": confidence, "horizon": horizon}).json()
    same = api.get("/risk/metrics").json()["var"][f"{confidence}_{horizon}d"]

    assert set(answer) >= ALL_VAR
    assert answer["calculation_date"] == "2022-12-28"
    assert answer["lookback_days"] == answer["data_points"] == 252
    assert {name: answer[name] for name in same} == same
    assert answer["interval"]["low_amount"] <= answer["var_amount"]
    # 252 days cannot bound a 99 % quantile from above: 0.99 ** 252 is more than 5 %
    assert (answer["interval"]["high_amount"] is None) == (confidence == 99)
    assert answer["interval"]["high_pct"] is None or answer["interval"]["high_pct"] > answer["var_pct"]
    assert answer["rule"] == "linear"
    assert (answer["overlapping"] is None) == (horizon == 1)


def test_var_without_parameters_is_95_percent_over_one_day(api: httpx.Client) -> None:
    answer = api.get("/risk/var").json()
    assert (answer["confidence"], answer["horizon_days"]) == (95, 1)
    assert answer == api.get("/risk/var?confidence=95&horizon=1").json()


def test_exposure_has_the_fields_of_the_contract_and_every_dimension_adds_to_the_totals(api: httpx.Client) -> None:
    answer = api.get("/risk/exposure", params={"portfolio_id": LONG_SHORT}).json()

    assert set(answer) >= {"date", "base_currency", "total_gross_exposure", "total_net_exposure", "by_asset_class", "by_currency", "by_sector"}
    for dimension in ("asset_class", "currency", "sector", "country"):
        buckets = answer[f"by_{dimension}"]
        assert all(set(bucket) == BUCKET for bucket in buckets)
        assert {bucket["dimension"] for bucket in buckets} == {dimension}
        assert [bucket["gross_exposure"] for bucket in buckets] == sorted((bucket["gross_exposure"] for bucket in buckets), reverse=True)
        assert sum(bucket["gross_exposure"] for bucket in buckets) == pytest.approx(answer["total_gross_exposure"])
        assert sum(bucket["net_exposure"] for bucket in buckets) == pytest.approx(answer["total_net_exposure"])
        assert sum(bucket["gross_pct"] for bucket in buckets) == pytest.approx(100.0)
        assert sum(bucket["net_pct"] for bucket in buckets) == pytest.approx(100.0)
        for bucket in buckets:
            assert bucket["gross_exposure"] == pytest.approx(bucket["long_exposure"] + bucket["short_exposure"])
            assert bucket["net_exposure"] == pytest.approx(bucket["long_exposure"] - bucket["short_exposure"])
    assert any(bucket["short_exposure"] > 0 for bucket in answer["by_sector"])


@pytest.mark.parametrize("dimension", ["asset_class", "currency", "sector"])
def test_a_dimension_leaves_only_its_own_list(api: httpx.Client, dimension: str) -> None:
    everything = api.get("/risk/exposure").json()
    answer = api.get("/risk/exposure", params={"dimension": dimension}).json()
    assert [name for name in answer if name.startswith("by_")] == [f"by_{dimension}"]
    assert answer == {name: value for name, value in everything.items() if not name.startswith("by_") or name == f"by_{dimension}"}


def test_factor_contributions_are_a_matrix_that_sums_to_100_percent(api: httpx.Client, desk: Desk) -> None:
    answer = api.get("/risk/factor-contributions", params={"portfolio_id": LONG_SHORT}).json()
    report = desk.report(LONG_SHORT)

    matrix = answer["matrix"]
    assert report.factors is not None
    assert answer["columns"] == [*report.factors.factors.names, "Specific"] == [*(factor["name"] for factor in answer["factors"]), "Specific"]
    assert [holding["ticker"] for holding in answer["holdings"]] == [holding.ticker for holding in report.holdings]
    assert len(matrix) == len(answer["holdings"]) == len(answer["loadings"]) == len(answer["t_statistics"]) == len(answer["r_squared"])
    assert {len(row) for row in matrix} == {len(answer["columns"])}
    assert sum(map(sum, matrix)) == pytest.approx(100.0)
    assert [sum(row) for row in matrix] == pytest.approx(answer["row_totals"])
    assert [sum(column) for column in zip(*matrix, strict=True)] == pytest.approx(answer["column_totals"])
    assert answer["column_totals"][-1] == pytest.approx(answer["specific_pct"])
    assert answer["systematic_pct"] + answer["specific_pct"] == pytest.approx(100.0)
    assert matrix[0][0] == 100.0 * report.factors.contributions.shares[0, 0]
    # the model's volatility is near the sample's: the factors plus the residuals reproduce the holdings' variance
    assert answer["annual_volatility"] == pytest.approx(report.volatility[252], rel=0.25)


@pytest.mark.parametrize(
    ("asked", "used", "words"),
    [
        ("2022-06-15", "2022-06-15", None),
        ("2022-12-24", "2022-12-23", "24 Dec 2022 is not a trading day"),
        ("2030-01-01", "2022-12-28", "the prices end on 28 Dec 2022"),
        ("9999-12-31", "2022-12-28", "the prices end on 28 Dec 2022"),
    ],
)
def test_the_answer_states_the_day_used_and_why(api: httpx.Client, asked: str, used: str, words: str | None) -> None:
    for path, name in (
        ("/risk/metrics", "date"),
        ("/risk/var", "calculation_date"),
        ("/risk/exposure", "date"),
        ("/risk/factor-contributions", "date"),
    ):
        answer = api.get(path, params={"as_of_date": asked}).json()
        assert answer[name] == used
        assert answer["requested_as_of_date"] == asked
        assert any(words in note for note in answer["notes"]) if words else answer["notes"] == []


def test_an_earlier_day_gives_the_numbers_of_that_day(api: httpx.Client, desk: Desk) -> None:
    answer = api.get("/risk/var", params={"as_of_date": "2020-03-23", "portfolio_id": "tech-growth.user_002"}).json()
    report = desk.report("tech-growth.user_002", dt.date(2020, 3, 23))
    assert answer["var_amount"] == report.value_at_risk_at(0.95, 1).amount
    assert answer["var_amount"] != api.get("/risk/var", params={"portfolio_id": "tech-growth.user_002"}).json()["var_amount"]


def test_what_is_left_out_is_listed_with_every_answer(api: httpx.Client) -> None:
    for path in ("/risk/metrics", "/risk/var", "/risk/exposure", "/risk/factor-contributions"):
        answer = api.get(path, params={"portfolio_id": "partly-unknown.user_900"}).json()
        unknown, nothing = answer["excluded"]
        assert set(unknown) == {"ticker", "quantity", "reason", "message", "last_price_date", "last_value"}
        assert (unknown["ticker"], unknown["quantity"], unknown["reason"]) == ("NOSUCH", 10.0, "unknown_ticker")
        assert (nothing["ticker"], nothing["reason"]) == ("MSFT", "zero_quantity")
        assert answer["excluded_value"] is None
        assert answer["source_label"] == "Sample data, 28 December 2022"
    assert api.get("/risk/metrics").json()["excluded_value"] == 0.0


def test_a_portfolio_worth_less_than_nothing_has_amounts_and_no_percentages(api: httpx.Client) -> None:
    answer = api.get("/risk/metrics", params={"portfolio_id": "in-debt.user_900"}).json()
    assert answer["portfolio_value"] < 0
    assert {figure["var_pct"] for figure in answer["var"].values()} == {None}
    assert all(figure["var_amount"] > 0 for figure in answer["var"].values())
    assert answer["drawdown"]["max_drawdown_pct"] is None
    assert answer["volatility"] == {"20d": None, "60d": None, "252d": None}
    assert answer["beta"] is None
    assert any("not positive" in note for note in answer["notes"])
    one = api.get("/risk/var", params={"portfolio_id": "in-debt.user_900", "horizon": 10}).json()
    assert (one["var_pct"], one["interval"]["low_pct"], one["overlapping"]["var_pct"]) == (None, None, None)


def test_every_answer_about_every_portfolio_fits_its_model(api: httpx.Client, desk: Desk) -> None:
    answered = 0
    for portfolio in desk.portfolios():
        for path, model in (
            ("/risk/metrics", models.Metrics),
            ("/risk/var?confidence=99&horizon=10", models.ValueAtRisk),
            ("/risk/exposure", models.ExposureAnswer),
            ("/risk/exposure?dimension=sector", models.ExposureAnswer),
            ("/risk/factor-contributions", models.FactorContributions),
            (f"/portfolios/{portfolio.id}", models.PortfolioAnswer),
        ):
            answer = api.get(
                path, params={} if path.startswith("/portfolios") else {**httpx.QueryParams(path.partition("?")[2]), "portfolio_id": portfolio.id}
            )
            assert "NaN" not in answer.text
            assert "Infinity" not in answer.text
            if answer.status_code == 200:
                answered += 1
                fitted = model.model_validate_json(answer.content).model_dump(mode="json", exclude_unset=True)
                assert set(fitted) == set(answer.json())
            else:
                models.Error.model_validate_json(answer.content)
                assert answer.status_code == 409, answer.text
                assert portfolio.owner_id == "user_900"
    assert answered > 24 * 6
