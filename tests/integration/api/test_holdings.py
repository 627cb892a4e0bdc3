"""Holdings files and positions sent to `/portfolios`: wrong ones first, then every example file, then changing, removing and exporting."""

from __future__ import annotations

import io
import json
import socket
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest

from farp.api import models
from farp.api.app import create_app
from farp.api.bodies import ENVELOPE_BYTES
from farp.holdings import document
from farp.portfolio import Position
from farp.service import Desk, open_desk
from farp.settings import Settings, load_settings

from .conftest import AWKWARD, awkward_id, served
from .test_errors import refusal

EXAMPLES = Path(__file__).parents[2] / "data" / "holdings_examples"
EXPECTED: dict[str, dict[str, Any]] = json.loads((EXAMPLES / "expected.json").read_text(encoding="utf-8"))["files"]
SIMPLE = b"Symbol,Shares\nAAPL,10\nMSFT,5\n"
WEIGHTS = b"Ticker,Weight\nAAPL,60%\nMSFT,40%\n"
LIMIT = 2**20


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings of a store that this module alone writes to, with a small upload limit."""
    from .conftest import awkward_user

    chosen = load_settings({"FARP_DATA_DIR": str(tmp_path_factory.mktemp("holdings")), "UPLOAD_LIMIT_MB": "1"})
    with open_desk(chosen) as desk:
        desk.seed(9)
        desk.store.put("portfolios", awkward_user())
    return chosen


@pytest.fixture(scope="module")
def desk(settings: Settings) -> Iterator[Desk]:
    with open_desk(settings) as opened:
        yield opened


@pytest.fixture(scope="module")
def api(settings: Settings) -> Iterator[httpx.Client]:
    with served(create_app(settings)) as address, httpx.Client(base_url=f"{address}/api/v1", timeout=60.0) as client:
        yield client


def everything(desk: Desk) -> list[Any]:
    return [*desk.store.list("portfolios")]


def upload(
    api: httpx.Client, data: bytes, filename: str = "positions.csv", path: str = "/portfolios", method: str = "POST", **fields: Any
) -> httpx.Response:
    return api.request(method, path, files={"file": (filename, data, "text/csv")}, data=fields)


def saved(answer: httpx.Response, status: int = 201) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    models.Imported.model_validate(answer.json())
    body: dict[str, Any] = answer.json()
    return body


def refused_import(answer: httpx.Response, type: str) -> dict[str, Any]:
    assert answer.status_code == 422, answer.text
    models.RefusedImport.model_validate(answer.json())
    assert (answer.json()["error"]["type"], answer.json()["error"]["status"]) == (type, 422)
    body: dict[str, Any] = answer.json()["import"]
    return body


def zip_of(name: str, data: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, data)
    return packed.getvalue()


# --- wrong input: a sentence, and nothing changed in the store ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"Symbol,Shares\n", id="header only"),
        pytest.param(bytes(range(256)) * 40, id="binary"),
        pytest.param(b"PK\x03\x04" + bytes(200), id="broken xlsx"),
        pytest.param(zip_of("xl/worksheets/sheet1.xml", bytes(2**26)), id="zip bomb"),
        pytest.param(
            b"Date,Action,Symbol,Quantity,Price,Amount\n2022-01-03,Buy,AAPL,5,180,-900\n2022-02-03,Sell,AAPL,5,170,850\n", id="transactions"
        ),
        pytest.param(b"just a sentence about nothing", id="prose"),
        pytest.param(b"a," * 10_000 + b"\n" + b"1," * 10_000, id="ten thousand columns"),
    ],
)
@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_an_unreadable_file_is_422_with_one_sentence_and_changes_nothing(api: httpx.Client, desk: Desk, data: bytes, method: str) -> None:
    before = everything(desk)
    path = "/portfolios" if method == "POST" else "/portfolios/apple.user_900"
    answer = upload(api, data, path=path, method=method)
    read = refused_import(answer, "unreadable_holdings")
    assert (read["outcome"], read["positions"]) == ("error", [])
    assert answer.json()["error"]["message"] == read["error"]
    assert read["error"].endswith(".")
    assert "\n" not in read["error"]
    assert everything(desk) == before


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"nmae": "x"}, "There is no field 'nmae' in this request; it takes file, name, owner,"),
        ({"name": ["a", "b"]}, "name is given more than once; give it once."),
        ({"name": " "}, "name is empty; give a value, or leave it out for the default."),
        ({"name": "x" * 81}, "A portfolio's name needs 1 to 80 characters, got 81."),
        ({"name": "a\x00b"}, "A portfolio's name holds a control character; leave it out."),
        ({"owner": "../me"}, "A user id consists of 1 to 100 letters, digits, _ and -; got '../me'."),
        ({"owner": "a.b"}, "A user id consists of 1 to 100 letters"),
        ({"base_currency": "dollars"}, "The base currency must be a three-letter code such as USD, got 'dollars'."),
        ({"replace": "yes"}, "replace must be true or false, got 'yes'."),
        ({"dry_run": "maybe"}, "dry_run must be true or false, got 'maybe'."),
        ({"portfolio_value": "-5"}, "portfolio_value must be a positive number such as 250000 or 1234.50, got '-5'."),
        ({"portfolio_value": "1e5"}, "portfolio_value must be a positive number"),
        ({"portfolio_value": "0"}, "portfolio_value must be a positive number"),
        ({"as_of_date": "28.12.2022"}, "as_of_date must be a date in the form YYYY-MM-DD such as 2022-12-28, got '28.12.2022'."),
        ({"answer": "decimal_mark"}, "answer must be KEY=VALUE, the key as the question names it, got 'decimal_mark'."),
        ({"answer": ["a=1", "a=2"]}, "answer gives 'a' two different values; give it once."),
        ({"answer": "a=1", "answers": '{"a": "2"}'}, "answers and answer give 'a' different values; give it once."),
        ({"answers": "[1]"}, "answers must be a JSON object of texts"),
        ({"answers": '{"a": {}}'}, "answers must be a JSON object of texts"),
        ({"answers": "{"}, "answers is not JSON: "),
        ({"answers": '{"a": NaN}'}, "answers is not JSON: NaN is not a number JSON knows."),
    ],
)
def test_a_bad_field_is_422_and_changes_nothing(api: httpx.Client, desk: Desk, fields: dict[str, Any], message: str) -> None:
    before = everything(desk)
    error = refusal(upload(api, SIMPLE, **fields), 422)
    assert error["type"] == "invalid_input"
    assert error["message"].startswith(message)
    assert everything(desk) == before


def test_a_form_needs_exactly_one_file_in_its_field_file(api: httpx.Client) -> None:
    assert "has no file in its field 'file'" in refusal(api.post("/portfolios", files={"name": (None, "x")}), 422)["message"]
    assert "has no file in its field 'file'" in refusal(api.post("/portfolios", files={"file": (None, "Symbol,Shares")}), 422)["message"]
    other = api.post("/portfolios", files={"document": ("a.csv", SIMPLE)})
    assert "There is no field 'document'" in refusal(other, 422)["message"]
    assert "name is a file" in refusal(api.post("/portfolios", files={"name": ("a.csv", SIMPLE)}), 422)["message"]
    two = api.post("/portfolios", files=[("file", ("a.csv", SIMPLE)), ("file", ("b.csv", SIMPLE))])
    assert "Too many files" in refusal(two, 422)["message"]
    headers = {"content-type": "multipart/form-data"}
    assert "Missing boundary" in refusal(api.post("/portfolios", content=b"x", headers=headers), 422)["message"]
    headers = {"content-type": "multipart/form-data; boundary=abc"}
    for content in (
        b"",
        b"garbage",
        b"--abc\r\nContent-Disposition: form-data\r\n\r\nx\r\n--abc--\r\n",
        b'--abc\r\nContent-Disposition: form-data; name="file"',
    ):
        refusal(api.post("/portfolios", content=content, headers=headers), 422)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "The body is not JSON: "),
        (b"{", "The body is not JSON: "),
        (b"\xff\xfe\xfd", "The body is not JSON: its text is not UTF-8."),
        (b"[" * 100_000, "The body is nested too deeply to be read as JSON."),
        (b"[]", "The body must be a JSON object"),
        (b'{"name": "x"}', "positions is missing; give a list"),
        (b'{"positions": []}', "name is missing; a portfolio of listed positions needs one."),
        (b'{"name": 5, "positions": []}', "name must be text, got 5."),
        (b'{"name": "x", "positions": [], "replace": "yes"}', 'replace must be true or false, got "yes".'),
        (b'{"name": "x", "positions": {}}', "positions must be a list of objects"),
        (b'{"name": "x", "positions": [], "file": "a"}', "There is no field 'file' in this request; it takes name, owner,"),
        (b'{"name": "x", "positions": [{"ticker": "AAPL"}]}', "positions[0] must be an object with ticker and quantity and nothing else"),
        (b'{"name": "x", "positions": [{"ticker": "A", "quantity": 1, "price": 2}]}', "positions[0] must be an object with ticker and quantity"),
        (b'{"name": "x", "positions": [{"ticker": "A", "quantity": "1"}]}', 'positions[0].quantity must be a number, got "1".'),
        (b'{"name": "x", "positions": [{"ticker": "A", "quantity": true}]}', "positions[0].quantity must be a number, got true."),
        (b'{"name": "x", "positions": [{"ticker": "A", "quantity": NaN}]}', "The body is not JSON: NaN is not a number JSON knows."),
        (b'{"name": "x", "positions": [{"ticker": "A", "quantity": 1e999}]}', "positions[0].quantity is too large"),
        (b'{"name": "x", "positions": [{"ticker": "A", "quantity": 1' + b"0" * 400 + b"}]}", "positions[0].quantity is too large"),
        (b'{"name": "x", "positions": [{"ticker": "A", "quantity": 1' + b"0" * 5000 + b"}]}", "The body is not JSON: Exceeds the limit"),
        (b'{"name": "x", "positions": [{"ticker": " ", "quantity": 1}]}', "positions[0].ticker must be a text of 1 to 64 readable characters"),
        (b'{"name": "x", "positions": [{"ticker": "A\\u0000", "quantity": 1}]}', "positions[0].ticker must be a text of 1 to 64 readable characters"),
        (b'{"name": "x", "positions": [{"ticker": "A\\ud800", "quantity": 1}]}', "positions[0].ticker must be a text of 1 to 64 readable characters"),
        (b'{"name": "x\\ud800", "positions": []}', "A portfolio's name holds a control character"),
        (b'{"name": "x", "positions": [{"ticker": "CASH:EURO", "quantity": 1}]}', "positions[0].ticker is cash without a three-letter currency code"),
        (
            b'{"name": "x", "positions": [{"ticker": "A", "quantity": 1e308}, {"ticker": "A", "quantity": 1e308}]}',
            "The quantity of A must be a finite number",
        ),
    ],
)
def test_bad_json_is_422_and_changes_nothing(api: httpx.Client, desk: Desk, body: bytes, message: str) -> None:
    before = everything(desk)
    for method, path in (("POST", "/portfolios"), ("PUT", "/portfolios/apple.user_900")):
        if method == "PUT" and message.startswith("name is missing"):
            continue
        error = refusal(api.request(method, path, content=body, headers={"content-type": "application/json"}), 422)
        assert error["message"].startswith(message)
    assert everything(desk) == before


@pytest.mark.parametrize("kind", [None, "text/csv", "application/x-www-form-urlencoded", "multipart/mixed; boundary=x", "application/jsonp"])
def test_another_content_type_is_415(api: httpx.Client, kind: str | None) -> None:
    error = refusal(api.post("/portfolios", content=SIMPLE, headers={"content-type": kind} if kind else {}), 415)
    assert error["type"] == "unsupported_media_type"
    assert "multipart/form-data" in error["message"]
    assert "application/json" in error["message"]
    packed = api.post("/portfolios", content=b"{}", headers={"content-type": "application/json", "content-encoding": "gzip"})
    assert "in gzip" in refusal(packed, 415)["message"]


@pytest.mark.parametrize("size", [LIMIT + 1, LIMIT + ENVELOPE_BYTES + 1, 3 * LIMIT, 12 * LIMIT])
def test_a_file_that_is_too_large_is_413_and_changes_nothing(api: httpx.Client, desk: Desk, size: int) -> None:
    before = everything(desk)
    answer = upload(api, b"Symbol,Shares\n" + b"\n" * (size - 14))
    error = refusal(answer, 413)
    assert error["type"] == "too_large"
    assert error["message"].startswith("The upload is larger than the 1 MB allowed")
    assert everything(desk) == before


def test_a_file_of_exactly_the_limit_is_read(api: httpx.Client) -> None:
    data = SIMPLE + b"\n" * (LIMIT - len(SIMPLE))
    assert saved(upload(api, data, dry_run="true"), 200)["import"]["outcome"] == "ok"


def test_a_body_of_unknown_length_is_cut_off_while_it_is_read(api: httpx.Client) -> None:
    sent = 0

    def endless() -> Iterator[bytes]:
        nonlocal sent
        yield b'{"name": "x", "positions": ['
        while True:
            sent += 65536
            yield b" " * 65536

    try:
        answer = api.post("/portfolios", content=endless(), headers={"content-type": "application/json"})
    except httpx.TransportError:
        pass  # the server hung up on us, which is what it should do with somebody who never stops
    else:
        refusal(answer, 413)
    assert sent < 40 * LIMIT
    assert api.get("/health").status_code == 200


def test_a_sender_that_announces_too_much_is_told_without_sending_it_all(api: httpx.Client) -> None:
    head = b"POST /api/v1/portfolios HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 3145728\r\nConnection: close\r\n\r\n"
    with socket.create_connection((api.base_url.host, api.base_url.port or 80), timeout=30.0) as connection:
        connection.sendall(head + b" " * 3 * LIMIT)
        received = b"".join(iter(lambda: connection.recv(65536), b""))
    assert received.split()[1] == b"413"


def test_a_sender_that_hangs_up_leaves_the_server_well(api: httpx.Client, desk: Desk) -> None:
    before = everything(desk)
    head = b"POST /api/v1/portfolios HTTP/1.1\r\nHost: localhost\r\nContent-Type: multipart/form-data; boundary=x\r\nContent-Length: 100000\r\n\r\n"
    part = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\nSymbol,Shares\nAAPL,1\n'
    with socket.create_connection((api.base_url.host, api.base_url.port or 80), timeout=30.0) as connection:
        connection.sendall(head + part)
    assert api.get("/health").status_code == 200
    assert everything(desk) == before


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://127.0.0.1:1", "https://localhost"])
def test_a_page_of_another_site_cannot_change_anything(api: httpx.Client, desk: Desk, origin: str) -> None:
    before = everything(desk)
    for method, path in (("POST", "/portfolios"), ("PUT", "/portfolios/apple.user_900"), ("DELETE", "/portfolios/apple.user_900")):
        answer = api.request(method, path, headers={"origin": origin}, files={"file": ("a.csv", SIMPLE)})
        assert "another site" in refusal(answer, 403)["message"]
    assert everything(desk) == before


def test_a_page_of_this_address_may_change_portfolios(api: httpx.Client) -> None:
    here = str(api.base_url.copy_with(path="/")).rstrip("/")
    answer = api.post("/portfolios", headers={"origin": here}, files={"file": ("a.csv", SIMPLE)}, data={"name": "Same Origin", "owner": "browser"})
    saved(answer)


def test_parameters_in_the_address_are_refused(api: httpx.Client) -> None:
    assert "There is no parameter 'name'" in refusal(api.post("/portfolios?name=x", files={"file": ("a.csv", SIMPLE)}), 422)["message"]


def test_what_is_not_there_cannot_be_replaced_removed_or_exported(api: httpx.Client, desk: Desk) -> None:
    before = everything(desk)
    for unknown in ("nope.user_900", "nope", "nope.nobody", "..user_900"):
        assert refusal(upload(api, SIMPLE, path=f"/portfolios/{unknown}", method="PUT"), 404)["type"] == "not_found"
        assert refusal(api.delete(f"/portfolios/{unknown}"), 404)["type"] == "not_found"
        assert refusal(api.get(f"/portfolios/{unknown}/positions.csv"), 404)["type"] == "not_found"
    for method in ("PUT", "DELETE", "GET"):
        path = "/portfolios/a%00b" + ("/positions.csv" if method == "GET" else "")
        assert "control character" in refusal(api.request(method, path), 422)["message"]
    assert everything(desk) == before


# --- the example files --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", EXPECTED)
def test_every_example_file_becomes_a_portfolio_whose_risk_answers_at_once(api: httpx.Client, desk: Desk, name: str) -> None:
    expected, data = EXPECTED[name], (EXAMPLES / name).read_bytes()
    owner = f"examples_{name[:4].strip('_')}"
    answer = upload(api, data, name, name="Example", owner=owner)
    if expected["outcome"] == "needs_user":
        read = refused_import(answer, "needs_answers")
        assert read["questions"]
        return
    body = saved(answer)
    assert answer.headers["location"] == f"/api/v1/portfolios/example.{owner}"
    assert body["import"] == json.loads(json.dumps(document(desk.read_holdings(data, name))))
    assert body["import"]["outcome"] == expected["outcome"]
    assert {(position["ticker"], position["quantity"]) for position in body["import"]["positions"]} == {
        (position["ticker"], position["quantity"]) for position in expected["positions"]
    }
    # what has no ticker is kept under its ISIN
    assert {position["ticker"]: position["quantity"] for position in body["positions"] if not position["ticker"].startswith("CASH:")} == {
        position["ticker"] or position["isin"]: position["quantity"] for position in expected["positions"]
    }
    pending = {cash["label"]: cash["value"] for cash in body["import"]["cash"] if cash["pending"]}
    assert [item["label"] for item in body["unresolved"]] == [*pending]
    assert pending == ({"Pending Activity": -1016.2} if name.startswith("fidelity") else {})
    cash = sum(position["quantity"] for position in body["positions"] if position["ticker"].startswith("CASH:"))
    assert cash == pytest.approx(sum(entry["value"] for entry in expected["cash"]) - sum(pending.values()))

    saved_id = body["portfolio"]["portfolio_id"]
    assert body["portfolio"] == api.get(f"/portfolios/{saved_id}").json()
    metrics = api.get("/risk/metrics", params={"portfolio_id": saved_id})
    assert metrics.status_code == 200
    assert metrics.json()["var"]["95_1d"]["var_amount"] > 0
    assert api.get("/risk/exposure", params={"portfolio_id": saved_id}).status_code == 200
    assert saved_id in [entry["portfolio_id"] for entry in api.get("/portfolios").json()["portfolios"]]
    unpriced = {
        position["ticker"] or position["isin"] for position in expected["positions"] if position.get("priced") is False or not position["ticker"]
    }
    assert {entry["ticker"] for entry in metrics.json()["excluded"]} == unpriced


# --- saving -------------------------------------------------------------------------------------------------------------------------


def test_a_dry_run_answers_the_same_and_saves_nothing(api: httpx.Client, desk: Desk) -> None:
    before = everything(desk)
    dry = saved(upload(api, SIMPLE, name="Dry", owner="dry", dry_run="true"), 200)
    assert everything(desk) == before
    real = saved(upload(api, SIMPLE, name="Dry", owner="dry", dry_run="false"))
    assert dry == {**real, "portfolio": None}
    assert real["portfolio"]["portfolio_name"] == "Dry"


def test_without_a_name_and_owner_the_file_names_the_portfolio(api: httpx.Client) -> None:
    body = saved(upload(api, SIMPLE, "C:\\Users\\me\\My Positions 2022.v2.csv"))
    assert (body["portfolio"]["portfolio_id"], body["portfolio"]["portfolio_name"]) == ("my-positions-2022-v2.me", "My Positions 2022.v2")
    assert saved(upload(api, SIMPLE, ".csv", owner="nameless"))["portfolio"]["portfolio_name"] in {".csv", "Imported portfolio"}
    assert len(saved(upload(api, SIMPLE, "x" * 300 + ".csv", owner="nameless"))["portfolio"]["portfolio_name"]) == 80


def test_a_name_that_is_taken_is_409_unless_it_may_be_replaced(api: httpx.Client, desk: Desk) -> None:
    first = saved(upload(api, SIMPLE, name="Taken", owner="taker"))
    saved(upload(api, SIMPLE, name="Other", owner="taker"))
    before = everything(desk)
    error = refusal(upload(api, b"Symbol,Shares\nKO,1\n", name="taken!", owner="taker"), 409)
    assert error["type"] == "conflict"
    assert "'taken.taker'" in error["message"]
    assert everything(desk) == before

    second = saved(upload(api, b"Symbol,Shares\nKO,1\n", name="Taken", owner="taker", replace="true"))
    assert [position["ticker"] for position in second["portfolio"]["positions"]] == ["KO"]
    assert second["portfolio"]["created_at"] == first["portfolio"]["created_at"]
    mine = [portfolio.id for portfolio in desk.portfolios() if portfolio.owner_id == "taker"]
    assert mine == ["taken.taker", "other.taker"]


def test_an_upload_does_not_become_the_default_portfolio(api: httpx.Client) -> None:
    before = api.get("/portfolios").json()["default_portfolio_id"]
    saved(upload(api, SIMPLE, name="First Of All", owner="AAA"))
    assert api.get("/portfolios").json()["default_portfolio_id"] == before
    assert api.get("/risk/metrics").json()["portfolio_id"] == before


def test_questions_are_answered_by_sending_the_file_again(api: httpx.Client, desk: Desk) -> None:
    before = everything(desk)
    for dry in ("true", "false"):
        read = refused_import(upload(api, WEIGHTS, name="Weights", owner="asked", dry_run=dry), "needs_answers")
        assert {question["key"] for question in read["questions"]} == {"as_of", "portfolio_value"}
    assert everything(desk) == before
    given = [
        {"answers": json.dumps({"as_of": "2022-12-28", "portfolio_value": 200000})},
        {"answer": ["as_of=2022-12-28", "portfolio_value=200000"]},
        {"portfolio_value": "200000", "as_of_date": "2022-12-28"},
        {"answer": "as_of=latest", "portfolio_value": "200000.00"},
    ]
    for number, fields in enumerate(given):
        body = saved(upload(api, WEIGHTS, name=f"Weights {number}", owner="asked", **fields))
        assert body["portfolio"]["portfolio_value"] == pytest.approx(200000.0)
        weights = {position["ticker"]: position["weight"] for position in body["portfolio"]["positions"]}
        assert weights == pytest.approx({"AAPL": 0.6, "MSFT": 0.4})
        assert body["notes"] == ["Quantities are worked out with the last prices on or before 28 Dec 2022."]


def test_the_day_of_the_prices_turns_weights_into_units(api: httpx.Client, desk: Desk) -> None:
    body = saved(upload(api, WEIGHTS, dry_run="true", portfolio_value="1000", as_of_date="2021-03-01"), 200)
    close = float(desk.history.close("AAPL")[desk.history.dates.searchsorted(np.datetime64("2021-03-01"))])
    assert {position["ticker"]: position["quantity"] for position in body["positions"]}["AAPL"] == pytest.approx(600.0 / close)


def test_the_day_asked_for_goes_before_the_one_in_the_file(api: httpx.Client) -> None:
    data, name = b"Ticker,Market Value,Currency\nAAPL,1000,USD\n", "holdings_2022-12-01.csv"

    def units(**fields: str) -> float:
        body = saved(upload(api, data, name, dry_run="true", **fields), 200)
        return float(body["positions"][0]["quantity"])

    assert upload(api, data, name).json()["import"]["questions"][0]["key"] == "prices"
    stated = units(answer="prices=as_of")
    assert units(as_of_date="2022-12-01") == stated
    assert units(as_of_date="2022-01-03") != stated
    assert units(as_of_date="2022-01-03", answer="prices=as_of") == units(as_of_date="2022-01-03")


def test_a_wrong_answer_is_422_and_says_what_is_allowed(api: httpx.Client) -> None:
    read = refused_import(upload(api, WEIGHTS, answer="nope=1"), "unreadable_holdings")
    assert "no question 'nope'" in read["error"]


def test_cash_without_a_currency_is_taken_as_the_base_currency_and_said_so(api: httpx.Client) -> None:
    name = "vanguard_ofxdownload.csv"
    body = saved(upload(api, (EXAMPLES / name).read_bytes(), name, owner="noted", base_currency="eur"))
    assert body["portfolio"]["base_currency"] == "EUR"
    assert "CASH:EUR" in [position["ticker"] for position in body["positions"]]
    assert body["notes"] == ["The file names no currency for VMFXX; taken as EUR."]


# --- positions as JSON --------------------------------------------------------------------------------------------------------------


def test_listed_positions_become_a_portfolio_with_the_same_result(api: httpx.Client) -> None:
    positions = [{"ticker": "aapl", "quantity": 3}, {"ticker": "NOSUCH", "quantity": -1.5}, {"ticker": "AAPL", "quantity": 4}]
    positions += [{"ticker": "CASH:EUR", "quantity": -20}]
    answer = api.post(
        "/portfolios",
        json={"name": " My  List ", "owner": "lister", "base_currency": "EUR", "description": "by hand", "positions": positions},
    )
    body = saved(answer)
    portfolio = body["portfolio"]
    assert (portfolio["portfolio_id"], portfolio["portfolio_name"], portfolio["base_currency"]) == ("my-list.lister", "My List", "EUR")
    assert portfolio["description"] == "by hand"
    assert {position["ticker"]: position["quantity"] for position in portfolio["positions"]} == {"AAPL": 7.0, "CASH:EUR": -20.0}
    assert [entry["ticker"] for entry in portfolio["excluded"]] == ["NOSUCH"]
    read = body["import"]
    assert read["outcome"] == "ok_with_warnings"
    assert [(item["ticker"], item["quantity"], item["lines"], item["priced"], item["side"]) for item in read["positions"]] == [
        ("AAPL", 7.0, [1, 3], True, "long"),
        ("NOSUCH", -1.5, [2], False, "short"),
    ]
    assert read["cash"] == [{"label": "CASH:EUR", "currency": "EUR", "value": -20.0, "pending": False, "lines": [4]}]
    assert [(warning["code"], warning["tickers"], warning["lines"]) for warning in read["warnings"]] == [("unpriced", ["NOSUCH"], [2])]
    assert api.get("/risk/var", params={"portfolio_id": "my-list.lister"}).status_code == 200


def test_a_portfolio_may_be_empty(api: httpx.Client) -> None:
    body = saved(api.post("/portfolios", json={"name": "Nothing Yet", "owner": "lister", "positions": []}))
    assert body["import"]["outcome"] == "ok"
    assert (body["portfolio"]["positions"], body["portfolio"]["portfolio_value"]) == ([], None)
    assert api.get("/portfolios/nothing-yet.lister").json() == body["portfolio"]


def test_fifty_posts_at_once_for_one_owner_lose_nothing(api: httpx.Client, desk: Desk) -> None:
    def post(i: int) -> int:
        body = {"name": f"At Once {i}", "owner": "crowd", "positions": [{"ticker": "AAPL", "quantity": i + 1}]}
        return api.post("/portfolios", json=body).status_code

    with ThreadPoolExecutor(50) as pool:
        assert set(pool.map(post, range(50))) == {201}
    held = {portfolio.name: portfolio.positions for portfolio in desk.portfolios() if portfolio.owner_id == "crowd"}
    assert held == {f"At Once {i}": (Position("AAPL", i + 1.0),) for i in range(50)}


def test_of_many_posts_of_one_name_exactly_one_wins(api: httpx.Client, desk: Desk) -> None:
    def post(i: int) -> int:
        return api.post("/portfolios", json={"name": "Only One", "owner": "race", "positions": [{"ticker": "AAPL", "quantity": i + 1}]}).status_code

    with ThreadPoolExecutor(12) as pool:
        assert sorted(pool.map(post, range(12))) == [201, *[409] * 11]
    assert [portfolio.name for portfolio in desk.portfolios() if portfolio.owner_id == "race"] == ["Only One"]


# --- replacing, removing, exporting -------------------------------------------------------------------------------------------------


def test_put_replaces_the_positions_and_keeps_the_rest(api: httpx.Client) -> None:
    first = saved(api.post("/portfolios", json={"name": "Put", "owner": "putter", "description": "kept", "base_currency": "GBP", "positions": []}))
    body = saved(upload(api, SIMPLE, path="/portfolios/put.putter", method="PUT"), 200)
    portfolio = body["portfolio"]
    assert {position["ticker"] for position in portfolio["positions"]} == {"AAPL", "MSFT"}
    for field in ("portfolio_id", "portfolio_name", "description", "base_currency", "created_at"):
        assert portfolio[field] == first["portfolio"][field]
    assert api.get("/portfolios/put.putter").json() == portfolio

    changed = {"name": "Put Better", "base_currency": "USD", "description": "new", "owner": "putter", "positions": [{"ticker": "KO", "quantity": 2}]}
    portfolio = saved(api.put("/portfolios/put.putter", json=changed), 200)["portfolio"]
    assert (portfolio["portfolio_id"], portfolio["portfolio_name"]) == ("put.putter", "Put Better")
    assert (portfolio["base_currency"], portfolio["description"]) == ("USD", "new")
    assert api.get("/risk/metrics", params={"portfolio_id": "put.putter"}).json()["portfolio_value"] == portfolio["portfolio_value"]

    dry = saved(api.put("/portfolios/put.putter", json={"positions": [], "dry_run": True}), 200)
    assert dry["portfolio"] is None
    assert api.get("/portfolios/put.putter").json() == portfolio
    assert "belongs to 'putter'" in refusal(api.put("/portfolios/put.putter", json={"positions": [], "owner": "me"}), 422)["message"]
    refused_import(upload(api, WEIGHTS, path="/portfolios/put.putter", method="PUT"), "needs_answers")
    assert api.get("/portfolios/put.putter").json() == portfolio


def test_a_removed_portfolio_is_gone_at_once_and_its_name_is_free(api: httpx.Client) -> None:
    for name in ("Gone", "Stays"):
        saved(api.post("/portfolios", json={"name": name, "owner": "remover", "positions": []}))
    answer = api.delete("/portfolios/gone.remover")
    assert (answer.status_code, answer.content) == (204, b"")
    assert refusal(api.get("/portfolios/gone.remover"), 404)["type"] == "not_found"
    assert refusal(api.delete("/portfolios/gone.remover"), 404)["type"] == "not_found"
    assert api.get("/portfolios/stays.remover").status_code == 200
    saved(api.post("/portfolios", json={"name": "Gone", "owner": "remover", "positions": []}))


@pytest.mark.parametrize("name", [name for name, assets in AWKWARD.items() if assets])
def test_an_export_imports_back_to_the_same_portfolio(api: httpx.Client, desk: Desk, name: str) -> None:
    answer = api.get(f"/portfolios/{awkward_id(name)}/positions.csv")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == f'attachment; filename="{awkward_id(name)}.csv"'
    body = saved(upload(api, answer.content, dry_run="true"), 200)
    # of a position of zero units nothing is held, so the importer leaves it out
    expected = {position.ticker: position.quantity for position in desk.portfolio(awkward_id(name)).positions if position.quantity}
    assert {position["ticker"]: position["quantity"] for position in body["positions"]} == expected
    assert body["unresolved"] == []


def test_every_demo_portfolio_survives_export_and_import(api: httpx.Client, desk: Desk) -> None:
    for portfolio in desk.portfolios():
        if not portfolio.owner_id.startswith("user_00"):
            continue
        body = saved(upload(api, api.get(f"/portfolios/{portfolio.id}/positions.csv").content, dry_run="true"), 200)
        assert {position["ticker"]: position["quantity"] for position in body["positions"]} == {
            position.ticker: position.quantity for position in portfolio.positions
        }, portfolio.id


def test_formula_characters_are_neutralised_on_export(api: httpx.Client) -> None:
    positions = [{"ticker": ticker, "quantity": 1} for ticker in ("=CMD|'/C CALC'!A0", "+A", "-B", "@C", "AAPL")]
    saved(api.post("/portfolios", json={"name": "Formulas", "owner": "hostile", "positions": positions}))
    text = api.get("/portfolios/formulas.hostile/positions.csv").text
    cells = [line.split(",")[0].strip('"') for line in text.splitlines()[1:]]
    assert cells == ["'=CMD|'/C CALC'!A0", "'+A", "'-B", "'@C", "AAPL"]
