"""`/prices`, and that a running API notices what another process changed."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from farp.api.app import create_app
from farp.api.routes_prices import Prices
from farp.report.documents.prices import prices_document
from farp.service import Desk, open_desk
from farp.settings import load_settings
from tests.integration.api.conftest import served


def test_the_answer_is_the_status_and_fits_its_description(api: httpx.Client, desk: Desk) -> None:
    answer = api.get("/prices")
    assert answer.status_code == 200
    assert answer.json() == prices_document(desk.prices.status())
    model = Prices.model_validate(answer.json())
    assert model.source == "sample"
    assert model.source_fixed is False
    assert model.benchmark == "^GSPC"
    assert model.last_price_date is not None
    series = {one.ticker: one for one in model.series}
    assert series["AAPL"].outcome == "priced"
    assert series["AAPL"].needed_for == ["held"]
    assert series["^GSPC"].needed_for == ["benchmark", "factor"]
    assert series["NOSUCH"].outcome == "missing"
    assert model.missing >= 1


def test_every_jump_in_it_is_a_move_of_more_than_a_quarter(api: httpx.Client) -> None:
    jumps = [jump for one in api.get("/prices").json()["series"] for jump in one["jumps"]]
    assert jumps, "bitcoin fell by more than a quarter in 2020"
    for jump in jumps:
        assert abs(jump["change_pct"]) > 25
        assert jump["change_pct"] == pytest.approx(100 * (jump["after"] / jump["before"] - 1))


def test_a_parameter_it_does_not_take_is_refused(api: httpx.Client) -> None:
    assert api.get("/prices", params={"ticker": "AAPL"}).status_code == 422


def test_a_running_api_takes_up_what_another_process_changes(tmp_path: Path) -> None:
    settings = load_settings({"FARP_DATA_DIR": str(tmp_path)})
    with served(create_app(settings)) as address, httpx.Client(base_url=f"{address}/api/v1", timeout=30.0) as client, open_desk(settings) as other:
        assert client.get("/health").json()["benchmark"] == "^GSPC"
        other.prices.choose_benchmark("QQQ")
        assert client.get("/health").json()["benchmark"] == "QQQ"
        other.prices.choose_source("yahoo")
        health = client.get("/health").json()
        assert health["source"] == "yahoo"
        assert health["last_price_date"] is None
        assert client.get("/prices").json()["last_price_date"] is None
        other.prices.choose_source("sample")
        assert client.get("/health").json()["last_price_date"] == "2022-12-28"


def test_without_prices_figures_are_refused_with_what_to_do(tmp_path: Path) -> None:
    settings = load_settings({"FARP_DATA_DIR": str(tmp_path), "PRICE_SOURCE": "yahoo"})
    with open_desk(settings) as desk:
        desk.seed()
    with served(create_app(settings)) as address, httpx.Client(base_url=f"{address}/api/v1", timeout=30.0) as client:
        answer = client.get("/risk/metrics")
        assert answer.status_code == 409
        assert "There are no prices yet" in answer.json()["error"]["message"]
