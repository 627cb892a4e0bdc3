"""Whatever is asked, the answer is JSON with one sentence; never HTML, never a traceback."""

from __future__ import annotations

import json
import logging
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import numpy as np
import pytest
from fastapi import FastAPI
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from farp.api import models
from farp.api.app import create_app
from farp.api.headers import HEADERS
from farp.errors import DataError, FarpError, Forbidden, InsufficientHistory, SourceUnavailable
from farp.settings import Settings

from .conftest import served

FIGURES = ("/risk/metrics", "/risk/var", "/risk/exposure", "/risk/factor-contributions")


def refusal(answer: httpx.Response, status: int) -> dict[str, Any]:
    """Check that `answer` is a JSON error with `status`; return its body."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/json"
    for name, value in HEADERS.items():
        assert answer.headers[name] == value
    models.Error.model_validate(answer.json())
    error: dict[str, Any] = answer.json()["error"]
    assert error["status"] == status
    assert error["message"].endswith(".")
    assert "Traceback" not in answer.text
    return error


@pytest.mark.parametrize("id", ["nope", "nope.user_001", "tech-growth.user_999", "../etc/passwd", "Ünïcode.user_001", "a b", "'; --", "💣.user_001"])
def test_an_unknown_portfolio_is_404(api: httpx.Client, id: str) -> None:
    for path in FIGURES:
        error = refusal(api.get(path, params={"portfolio_id": id}), 404)
        assert error["type"] == "not_found"
        assert id in error["message"]
    if "/" not in id:
        assert refusal(api.get(f"/portfolios/{quote(id)}"), 404)["type"] == "not_found"


@pytest.mark.parametrize("path", FIGURES)
@pytest.mark.parametrize(
    "date",
    ["yesterday", "28.12.2022", "2022-13-01", "2022-02-30", "20221228", "2022-W52-3", "2022-12-28T00:00", "2022-1-1", "٢٠٢٢-١٢-٢٨", " 2022-12-28"],
)
def test_a_bad_date_is_422_naming_the_form(api: httpx.Client, path: str, date: str) -> None:
    error = refusal(api.get(path, params={"as_of_date": date}), 422)
    assert error["type"] == "invalid_input"
    assert error["message"] == f"as_of_date must be a date in the form YYYY-MM-DD such as 2022-12-28, got {date!r}."


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("confidence=42", "confidence must be a percentage from 90 to 99.9 such as 95 or 97.5, got '42'."),
        ("confidence=89.9", "confidence must be a percentage from 90 to 99.9 such as 95 or 97.5, got '89.9'."),
        ("confidence=99.95", "confidence must be a percentage from 90 to 99.9 such as 95 or 97.5, got '99.95'."),
        ("confidence=0.95", "confidence must be a percentage from 90 to 99.9 such as 95 or 97.5, got '0.95'."),
        ("confidence=abc", "confidence must be a percentage from 90 to 99.9 such as 95 or 97.5, got 'abc'."),
        ("confidence=NaN", "confidence must be a percentage from 90 to 99.9 such as 95 or 97.5, got 'NaN'."),
        ("confidence=1e2", "confidence must be a percentage from 90 to 99.9 such as 95 or 97.5, got '1e2'."),
        ("confidence=95%25", "confidence must be a percentage from 90 to 99.9 such as 95 or 97.5, got '95%'."),
        ("horizon=0", "horizon must be a whole number from 1 to 60 days, got '0'."),
        ("horizon=61", "horizon must be a whole number from 1 to 60 days, got '61'."),
        ("horizon=-1", "horizon must be a whole number from 1 to 60 days, got '-1'."),
        ("horizon=2.5", "horizon must be a whole number from 1 to 60 days, got '2.5'."),
        ("lookback=59", "lookback must be a whole number of trading days, 60 or more (at most 100000), or all, got '59'."),
        (
            "method=magic",
            "method must be historical_simulation, parametric_normal, student_t, cornish_fisher, monte_carlo, age_weighted, filtered_historical"
            " or garch_filtered, got 'magic'.",
        ),
        ("rule=hazen", "rule must be linear, order_statistic or centered, got 'hazen'."),
        ("confidence=95&confidence=99", "confidence is given more than once; give it once."),
        ("confidence=", "confidence is empty; give a value, or leave it out for the default."),
        ("confidence", "confidence is empty; give a value, or leave it out for the default."),
        ("portfolio_id=%20", "portfolio_id is empty; give a value, or leave it out for the default."),
        ("portfolio_id=a%00b", "portfolio_id holds a control character such as NUL or a line break; leave it out."),
        ("portfolio_id=" + "x" * 5000, "portfolio_id has 5000 characters, and at most 200 are allowed."),
        (
            "as_of=2022-06-01",
            "There is no parameter 'as_of' at this address; it takes portfolio_id, method, confidence, horizon, lookback, rule, as_of_date.",
        ),
        (
            "Confidence=95",
            "There is no parameter 'Confidence' at this address; it takes portfolio_id, method, confidence, horizon, lookback, rule, as_of_date.",
        ),
        (
            "x" * 100 + "=1",
            f"There is no parameter '{'x' * 40}…' at this address; it takes portfolio_id, method, confidence, horizon, lookback, rule, as_of_date.",
        ),
    ],
)
def test_bad_parameters_are_422_naming_what_is_allowed(api: httpx.Client, query: str, message: str) -> None:
    assert refusal(api.get(f"/risk/var?{query}"), 422)["message"] == message


def test_a_bad_dimension_is_422_naming_the_allowed_ones(api: httpx.Client) -> None:
    error = refusal(api.get("/risk/exposure?dimension=planet"), 422)
    assert error["message"] == "dimension must be asset_class, currency or sector, got 'planet'."


@pytest.mark.parametrize("path", ["/health", "/portfolios"])
def test_an_address_without_parameters_says_so(api: httpx.Client, path: str) -> None:
    assert refusal(api.get(f"{path}?page=2"), 422)["message"] == "There is no parameter 'page' at this address; it takes none."


def test_an_id_in_the_path_is_checked_like_one_in_the_query(api: httpx.Client) -> None:
    assert "control character" in refusal(api.get("/portfolios/a%00b"), 422)["message"]
    assert "at most 200" in refusal(api.get(f"/portfolios/{'x' * 300}"), 422)["message"]


@pytest.mark.parametrize("path", ["/nope", "/risk", "/risk/metrics/more", "/static/nope.js", "/static/..%2fapp.py", "/%F0%9F%92%A3"])
def test_an_unknown_address_is_404_and_points_to_the_documentation(api: httpx.Client, path: str) -> None:
    assert "/api/v1/docs lists the addresses" in refusal(api.get(path), 404)["message"]


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
def test_figures_answer_get_only(api: httpx.Client, method: str) -> None:
    answer = api.request(method, "/risk/metrics", headers={"Origin": "http://elsewhere.example"})
    assert "answers GET only" in refusal(answer, 405)["message"]
    assert answer.headers["allow"] == "GET"
    assert not any(name.startswith("access-control") for name in answer.headers), "no other site may read the figures"


@pytest.mark.parametrize(
    ("path", "methods"),
    [("/portfolios", "GET, POST"), ("/portfolios/apple.user_900", "DELETE, GET, PUT"), ("/portfolios/apple.user_900/positions.csv", "GET")],
)
def test_another_method_is_405_naming_those_there_are(api: httpx.Client, path: str, methods: str) -> None:
    answer = api.request("PATCH", path)
    assert f"answers {methods} only" in refusal(answer, 405)["message"]
    assert answer.headers["allow"] == methods


@pytest.mark.parametrize("name", ["empty", "only-unknown"])
def test_nothing_to_analyse_is_409_with_0_data_points(api: httpx.Client, name: str) -> None:
    for path in FIGURES:
        error = refusal(api.get(path, params={"portfolio_id": f"{name}.user_900"}), 409)
        assert (error["type"], error["data_points"]) == ("nothing_to_analyse", 0)
        assert [excluded["ticker"] for excluded in error["excluded"]] == ([] if name == "empty" else ["NOSUCH"])


def test_too_short_a_history_is_409_saying_how_many(api: httpx.Client) -> None:
    # Bitcoin's prices begin on 28 November 2014
    error = refusal(api.get("/risk/var", params={"portfolio_id": "bitcoin.user_900", "as_of_date": "2014-12-10"}), 409)
    assert error["type"] == "insufficient_history"
    assert error["data_points"] == np.busday_count("2014-11-28", "2014-12-10")
    assert error["needed"] == 20
    assert f"{error['data_points']} data points" in error["message"]


def test_a_day_before_all_prices_is_409(api: httpx.Client) -> None:
    assert refusal(api.get("/risk/metrics?as_of_date=0001-01-01"), 409)["data_points"] == 0


def test_no_factor_analysis_is_409_with_the_reason(api: httpx.Client) -> None:
    # the factor funds began in 2013
    asked = {"portfolio_id": "apple.user_900", "as_of_date": "2010-06-01"}
    assert api.get("/risk/metrics", params=asked).status_code == 200
    error = refusal(api.get("/risk/factor-contributions", params=asked), 409)
    assert error["type"] == "data_error"
    assert error["message"].startswith("There is no factor analysis: ")


text = st.text(max_size=30) | st.sampled_from(["95", "99", "1", "10", "sector", "2022-06-01", "tech-growth.user_002", "NaN", "1e999", "null"])
names = st.sampled_from(["portfolio_id", "as_of_date", "confidence", "horizon", "dimension"]) | st.text(max_size=8)


@hypothesis_settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(path=st.sampled_from([*FIGURES, "/portfolios", "/health"]), query=st.lists(st.tuples(names, text), max_size=4))
def test_any_query_gets_json_and_never_a_server_error(api: httpx.Client, path: str, query: list[tuple[str, str]]) -> None:
    encoded = "&".join(f"{quote(name, safe='', errors='replace')}={quote(value, safe='', errors='replace')}" for name, value in query)
    answer = api.get(f"{path}?{encoded}")
    assert answer.status_code in {200, 404, 409, 422}
    assert answer.headers["content-type"] == "application/json"
    assert json.loads(answer.content)
    if answer.status_code != 200:
        refusal(answer, answer.status_code)


@hypothesis_settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(raw=st.binary(max_size=40))
def test_any_bytes_after_the_question_mark_get_json(api: httpx.Client, raw: bytes) -> None:
    # "%" stays as it is, so that broken escapes are tried too
    query = b"".join(bytes([byte]) if 32 < byte < 127 and byte != ord("#") else b"%%%02x" % byte for byte in raw)
    target = b"/api/v1/risk/var?" + query
    with socket.create_connection((api.base_url.host, api.base_url.port or 80), timeout=30.0) as connection:
        connection.sendall(b"GET " + target + b" HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        received = b"".join(iter(lambda: connection.recv(65536), b""))
    head, _, body = received.partition(b"\r\n\r\n")
    assert head.split()[1] in {b"200", b"404", b"409", b"422"}, received
    assert json.loads(body)


def failing_app(settings: Settings, error: Exception) -> FastAPI:
    app = create_app(settings)

    @app.get("/api/v1/fail")
    def fail() -> None:
        raise error

    @app.get("/api/v1/typed")
    def typed(count: int) -> int:
        return count

    return app


@pytest.mark.parametrize(
    ("error", "status", "type"),
    [
        (Forbidden("This portfolio belongs to somebody else."), 403, "forbidden"),
        (SourceUnavailable("The store does not answer; try again."), 503, "source_unavailable"),
        (DataError("The document cannot be used."), 409, "data_error"),
        (InsufficientHistory(7, 20), 409, "insufficient_history"),
        (FarpError("Something else."), 500, "internal"),
    ],
)
def test_every_kind_of_error_has_its_status(settings: Settings, error: FarpError, status: int, type: str) -> None:
    with served(failing_app(settings, error)) as address:
        answer = httpx.get(f"{address}/api/v1/fail")
        assert "count" in refusal(httpx.get(f"{address}/api/v1/typed?count=many"), 422)["message"]
    assert refusal(answer, status) == answer.json()["error"]
    assert (answer.json()["error"]["type"], answer.json()["error"]["message"]) == (type, str(error))
    assert answer.headers.get("retry-after") == ("5" if status == 503 else None)


def test_a_mistake_of_ours_is_a_sentence_for_the_caller_and_a_traceback_in_the_log(settings: Settings, caplog: pytest.LogCaptureFixture) -> None:
    log = logging.getLogger("uvicorn.error")
    try:
        with served(failing_app(settings, ZeroDivisionError("secret detail"))) as address:
            log.addHandler(caplog.handler)  # not before: starting the server sets up its logging anew
            answer = httpx.get(f"{address}/api/v1/fail")
    finally:
        log.removeHandler(caplog.handler)
    error = refusal(answer, 500)
    assert error["type"] == "internal"
    assert "secret detail" not in answer.text
    assert "ZeroDivisionError: secret detail" in caplog.text


@pytest.mark.parametrize(
    ("name", "value", "words"), [("BENCHMARK", "NOSUCH", "BENCHMARK 'NOSUCH'"), ("RISK_FREE_RATE", "lots", "RISK_FREE_RATE must be")]
)
def test_a_wrong_setting_stops_the_server_with_one_sentence(tmp_path: Path, name: str, value: str, words: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "farp.serving", "farp.api.app:create_app", "--host", "127.0.0.1", "--port", "0"],
        env={**os.environ, "FARP_DATA_DIR": str(tmp_path), name: value},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.startswith(words)
    assert done.stderr.count("\n") == 1
