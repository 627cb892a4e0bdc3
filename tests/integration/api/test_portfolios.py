"""`/portfolios` and `/health`."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from farp import __version__
from farp.api import models
from farp.api.app import create_app
from farp.service import Desk
from farp.settings import Settings, load_settings

from .conftest import served


def test_the_list_names_every_portfolio_and_the_default(api: httpx.Client, desk: Desk) -> None:
    answer = api.get("/portfolios").json()
    models.PortfolioList.model_validate(answer)
    assert [entry["portfolio_id"] for entry in answer["portfolios"]] == [portfolio.id for portfolio in desk.portfolios()]
    assert answer["default_portfolio_id"] == desk.default_portfolio_id()
    first = answer["portfolios"][0]
    assert first["position_count"] == len(desk.portfolio(first["portfolio_id"]).positions)
    assert "@" not in str(answer), "e-mail addresses are nobody else's business"


def test_every_listed_id_can_be_asked_for(api: httpx.Client) -> None:
    for entry in api.get("/portfolios").json()["portfolios"]:
        answer = api.get(f"/portfolios/{entry['portfolio_id']}")
        assert answer.status_code == 200
        models.PortfolioAnswer.model_validate(answer.json())


@pytest.mark.parametrize(
    ("id", "date", "tickers", "excluded", "note"),
    [
        ("empty.user_900", None, [], [], "Portfolio 'empty.user_900' holds no positions, so there is no risk to compute."),
        ("only-unknown.user_900", None, ["NOSUCH"], ["NOSUCH"], "Nothing in portfolio 'only-unknown.user_900' can be priced"),
        ("bitcoin.user_900", "2014-12-10", ["BTC-USD"], [], "data points (daily returns) in common"),
        ("apple.user_900", "0001-01-01", ["AAPL"], ["AAPL"], "Nothing in portfolio 'apple.user_900' can be priced"),
    ],
)
def test_what_cannot_be_priced_is_shown_without_prices(
    api: httpx.Client, id: str, date: str | None, tickers: list[str], excluded: list[str], note: str
) -> None:
    response = api.get(f"/portfolios/{id}", params={"as_of_date": date} if date else {})
    assert response.status_code == 200
    answer = response.json()
    models.PortfolioAnswer.model_validate(answer)
    assert (answer["portfolio_id"], answer["portfolio_value"], answer["date"], answer["requested_as_of_date"]) == (id, None, None, date)
    assert [position["ticker"] for position in answer["positions"]] == tickers
    assert {position["market_value"] for position in answer["positions"]} <= {None}
    assert [entry["ticker"] for entry in answer["excluded"]] == excluded
    assert len(answer["notes"]) == 1
    assert note in answer["notes"][0]


def test_a_bad_date_of_a_portfolio_that_cannot_be_priced_is_refused(api: httpx.Client) -> None:
    assert api.get("/portfolios/empty.user_900", params={"as_of_date": "soon"}).status_code == 422
    assert api.get("/portfolios/nope.user_900").status_code == 404


def test_positions_have_the_fields_of_the_contract_and_add_up(api: httpx.Client, desk: Desk) -> None:
    answer = api.get("/portfolios/euro-bitcoin.user_900").json()
    positions = {position["ticker"]: position for position in answer["positions"]}

    assert set(positions) == {"BTC-USD", "CASH:EUR", "AAPL"}
    for position in positions.values():
        assert set(position) >= {"ticker", "quantity", "market_value", "weight", "asset_class", "currency", "sector"}
        assert position["market_value"] == pytest.approx(position["quantity"] * position["price"] * position["fx_rate"])
        assert position["weight"] == pytest.approx(position["market_value"] / answer["portfolio_value"])
    assert sum(position["market_value"] for position in positions.values()) == pytest.approx(answer["portfolio_value"])
    assert positions["AAPL"]["market_value"] < 0
    assert (positions["CASH:EUR"]["asset_class"], positions["CASH:EUR"]["price_currency"]) == ("FX", "EUR")
    assert positions["CASH:EUR"]["fx_rate"] == pytest.approx(1.064, abs=0.02)
    assert answer["date"] == str(desk.report("euro-bitcoin.user_900").as_of)


def test_an_id_may_be_percent_encoded_and_have_a_date(api: httpx.Client) -> None:
    answer = api.get("/portfolios/tech%2Dgrowth%2Euser_002", params={"as_of_date": "2021-03-01"}).json()
    assert (answer["portfolio_id"], answer["date"]) == ("tech-growth.user_002", "2021-03-01")


def test_health_says_what_is_configured(api: httpx.Client) -> None:
    answer = api.get("/health").json()
    models.Health.model_validate(answer)
    assert answer["status"] == "ok"
    assert answer["version"] == __version__
    assert answer["users"] == 25
    assert answer["last_price_date"] == "2022-12-28"
    assert httpx.get(api.base_url.copy_with(path="/health")).json() == answer


def test_an_empty_store_says_how_to_fill_it(tmp_path: Path) -> None:
    with served(create_app(load_settings({"FARP_DATA_DIR": str(tmp_path)}))) as address:
        assert httpx.get(f"{address}/api/v1/portfolios").json() == {"default_portfolio_id": None, "portfolios": []}
        answer = httpx.get(f"{address}/api/v1/risk/metrics")
    assert answer.status_code == 404
    assert answer.json()["error"]["message"] == "There are no portfolios yet. Run `farp seed` to make demo portfolios."


def test_the_default_portfolio_and_the_risk_free_rate_can_be_set(settings: Settings) -> None:
    environment = {"FARP_DATA_DIR": str(settings.data_dir), "DEFAULT_PORTFOLIO": "single-stock.user_008", "RISK_FREE_RATE": "0.03"}
    with served(create_app(load_settings(environment))) as address:
        answer = httpx.get(f"{address}/api/v1/risk/metrics").json()
        assert httpx.get(f"{address}/api/v1/portfolios").json()["default_portfolio_id"] == "single-stock.user_008"
    assert answer["portfolio_id"] == "single-stock.user_008"
    assert answer["risk_free_rate"] == 0.03
