"""`/runs`, and answers from what a run has stored, over real HTTP."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from farp.api import models
from farp.api.app import create_app
from farp.api.routes_runs import RunAnswer, RunList
from farp.jobs import runs
from farp.jobs.local import refresh
from farp.jobs.runs import Request
from farp.portfolio import Position
from farp.service import Desk, open_desk
from farp.settings import Settings, load_settings
from tests.integration.api.conftest import served


@pytest.fixture
def house(tmp_path: Path) -> Settings:
    """A store of the test's own, small chunks, three users."""
    chosen = load_settings({"FARP_DATA_DIR": str(tmp_path), "REFRESH_CHUNK_USERS": "2"})
    with open_desk(chosen) as desk:
        desk.seed(3, 3)
    return chosen


@pytest.fixture
def office(house: Settings) -> Iterator[Desk]:
    with open_desk(house) as desk:
        yield desk


@pytest.fixture
def client(house: Settings) -> Iterator[httpx.Client]:
    with served(create_app(house)) as address, httpx.Client(base_url=f"{address}/api/v1", timeout=60.0) as opened:
        yield opened


def sentence(answer: httpx.Response, status: int) -> str:
    assert answer.status_code == status, answer.text
    text = str(answer.json()["error"]["message"])
    assert text.endswith(".")
    return text


def test_a_run_is_begun_watched_and_listed(client: httpx.Client, office: Desk) -> None:
    assert client.get("/runs").json() == {"runs": []}
    answer = client.post("/runs")
    assert answer.status_code == 202
    begun = RunAnswer.model_validate_json(answer.content)
    assert (begun.state, begun.workers, begun.users, begun.portfolios.computed) == ("running", "local", 3, 0)
    assert "is in progress" in sentence(client.post("/runs"), 409)
    place = answer.headers["Location"].removeprefix("/api/v1")
    deadline = time.monotonic() + 120
    while client.get(place).json()["state"] == "running" and time.monotonic() < deadline:
        time.sleep(0.1)
    ended = RunAnswer.model_validate_json(client.get(place).content)
    assert (ended.state, ended.users_done, ended.portfolios.computed, ended.failures) == ("finished", 3, 3, [])
    assert ended.price_date == office.history.last_date
    second = client.post("/runs", json={"portfolio_id": office.portfolios()[0].id, "force": True, "as_of_date": "2021-06-30"})
    assert second.status_code == 202
    while client.get(f"/runs/{second.json()['run_id']}").json()["state"] == "running" and time.monotonic() < deadline:
        time.sleep(0.1)
    listed = RunList.model_validate_json(client.get("/runs", params={"limit": "1"}).content).runs
    assert [(run.run_id, run.as_of_date, run.price_date) for run in listed] == [(second.json()["run_id"], dt.date(2021, 6, 30), dt.date(2021, 6, 30))]
    assert len(client.get("/runs").json()["runs"]) == 2


def test_wrong_wishes_are_one_sentence(client: httpx.Client) -> None:
    assert "1 to 500" in sentence(client.get("/runs", params={"limit": "0"}), 422)
    assert "no run" in sentence(client.get("/runs/nothing"), 404).lower()
    assert "nobody" in sentence(client.post("/runs", json={"owner": "nobody"}), 404)
    assert "not both" in sentence(client.post("/runs", json={"owner": "a", "portfolio_id": "b.a"}), 422)
    assert "force" in sentence(client.post("/runs", json={"force": "yes"}), 422)
    assert "as_of_date" in sentence(client.post("/runs", json={"as_of_date": "soon"}), 422)
    assert "everything" in sentence(client.post("/runs", json={"everything": True}), 422)
    assert "JSON" in sentence(client.post("/runs", content=b"[]", headers={"Content-Type": "application/json"}), 422)
    sentence(client.post("/runs", content=b"x=1", headers={"Content-Type": "text/plain"}), 415)
    assert sentence(client.post("/runs", headers={"Origin": "http://elsewhere.example"}), 403)
    assert client.get("/runs").json() == {"runs": []}


def test_factor_contributions_come_from_the_store_while_they_are_current(client: httpx.Client, office: Desk) -> None:
    (key, *_) = [portfolio.id for portfolio in office.portfolios()]
    last = office.history.last_date.isoformat()

    def asked(**more: str) -> dict[str, object]:
        answer = client.get("/risk/factor-contributions", params={"portfolio_id": key, **more})
        assert answer.status_code == 200, answer.text
        models.FactorContributions.model_validate_json(answer.content)
        found: dict[str, object] = answer.json()
        return found

    days = {"now": {}, "last": {"as_of_date": last}, "weekend": {"as_of_date": "2022-12-31"}, "past": {"as_of_date": "2022-06-30"}}
    live = {name: asked(**day) for name, day in days.items()}
    assert not any(answer["from_store"] or answer["computed_at"] for answer in live.values())
    refresh(office, Request())
    stored = {name: asked(**day) for name, day in days.items()}
    assert [name for name, answer in stored.items() if answer["from_store"]] == ["now", "last"], "of the others there is something else to say"
    assert dt.datetime.fromisoformat(str(stored["now"]["computed_at"])) > dt.datetime.now(dt.UTC) - dt.timedelta(minutes=5)
    told = {"from_store", "computed_at"}
    for name, answer in stored.items():
        assert {key: value for key, value in answer.items() if key not in told} == {k: v for k, v in live[name].items() if k not in told}

    office.replace_positions(key, office.portfolio(key).positions, name="Another name")
    assert (asked()["from_store"], asked()["portfolio_name"]) == (True, "Another name")
    office.replace_positions(key, [Position("AAPL", 3.0)])
    changed = asked()
    assert changed["from_store"] is False
    assert [holding["ticker"] for holding in changed["holdings"]] == ["AAPL"]  # type: ignore[attr-defined]
    refresh(office, Request())
    again = asked()
    assert again["from_store"] is True
    assert {**again, **dict.fromkeys(told)} == {**changed, **dict.fromkeys(told)}
    assert runs.latest(office.store)[0].total("computed") == 1
