"""The documentation page works without a network, and the schema says what the routes do."""

from __future__ import annotations

import json
import re
from importlib import resources

import httpx
import pytest

from farp.engine.methods import METHODS

PAGES = ("/", "/docs", "/api/v1/docs")


@pytest.mark.parametrize("path", PAGES)
def test_the_page_loads_nothing_from_elsewhere(api: httpx.Client, path: str) -> None:
    page = httpx.get(api.base_url.copy_with(path=path), follow_redirects=True)
    assert page.status_code == 200
    assert page.headers["content-type"].startswith("text/html")
    assert page.url.path == "/api/v1/docs"
    assert "//" not in page.text, "an address with a host"
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "http" not in policy

    addresses = re.findall(r'(?:src|href|data-openapi)="([^"]+)"', page.text)
    assert len(addresses) == 5
    for address in addresses:
        answer = httpx.get(api.base_url.copy_with(path=address))
        assert answer.status_code == 200, address
        assert answer.headers["x-content-type-options"] == "nosniff"
    assert "<script>" not in page.text, "the policy forbids scripts in the page"


def test_the_script_of_the_page_asks_nobody_else() -> None:
    static = resources.files("farp.api").joinpath("static")
    script = static.joinpath("docs.js").read_text(encoding="utf-8")
    assert "validatorUrl: null" in script
    assert "http" not in script
    assert "Apache License" in static.joinpath("swagger-ui.LICENSE.txt").read_text(encoding="utf-8")


def test_the_schema_describes_every_answer_and_parameter(api: httpx.Client) -> None:
    schema = api.get("/openapi.json").json()
    assert {path: set(methods) for path, methods in schema["paths"].items()} == {
        "/api/v1/risk/metrics": {"get"},
        "/api/v1/risk/var": {"get"},
        "/api/v1/risk/exposure": {"get"},
        "/api/v1/risk/factor-contributions": {"get"},
        "/api/v1/risk/backtest": {"get"},
        "/api/v1/risk/contributions": {"get"},
        "/api/v1/risk/correlation": {"get"},
        "/api/v1/risk/factors": {"get"},
        "/api/v1/risk/pca": {"get"},
        "/api/v1/risk/performance": {"get"},
        "/api/v1/risk/sensitivity": {"get"},
        "/api/v1/risk/stress": {"get", "post"},
        "/api/v1/risk/reverse-stress": {"get"},
        "/api/v1/scenarios": {"get", "post"},
        "/api/v1/scenarios/{scenario_id}": {"put", "delete"},
        "/api/v1/portfolios": {"get", "post"},
        "/api/v1/portfolios/{portfolio_id}": {"get", "put", "delete"},
        "/api/v1/portfolios/{portfolio_id}/positions.csv": {"get"},
        "/api/v1/prices": {"get"},
        "/api/v1/runs": {"get", "post"},
        "/api/v1/runs/{run_id}": {"get"},
        "/api/v1/health": {"get"},
    }
    for path, methods in schema["paths"].items():
        for method, described in methods.items():
            for status, answer in described["responses"].items():
                content = answer.get("content", {}).get("application/json", {}).get("schema")
                if int(status) >= 400:
                    refused = method in {"post", "put"} and status == "422" and path.startswith("/api/v1/portfolios")
                    assert content == {"$ref": f"#/components/schemas/{'RefusedImport' if refused else 'Error'}"}, (method, path, status)
                elif status != "204" and not path.endswith(".csv"):
                    assert "$ref" in json.dumps(content), (method, path, status)
    for described in (schema["paths"]["/api/v1/portfolios"]["post"], schema["paths"]["/api/v1/portfolios/{portfolio_id}"]["put"]):
        bodies = described["requestBody"]["content"]
        assert set(bodies["multipart/form-data"]["schema"]["properties"]) >= {"file", "name", "owner", "answers", "answer", "replace", "dry_run"}
        assert set(bodies["application/json"]["schema"]["properties"]) >= {"name", "owner", "positions", "replace"}
    for reference in re.findall(r'"\$ref": "#/components/schemas/([^"]+)"', json.dumps(schema)):
        assert reference in schema["components"]["schemas"], reference
    assert "$defs" not in json.dumps(schema)
    parameters = {parameter["name"]: parameter["schema"] for parameter in schema["paths"]["/api/v1/risk/var"]["get"]["parameters"]}
    assert list(parameters) == ["portfolio_id", "method", "confidence", "horizon", "lookback", "rule", "as_of_date"]
    assert (parameters["confidence"]["default"], parameters["horizon"]["default"]) == ("95", "1")
    assert (parameters["method"]["enum"], parameters["method"]["default"]) == (list(METHODS), "historical_simulation")
    assert (parameters["rule"]["enum"], parameters["rule"]["default"]) == (["linear", "order_statistic", "centered"], "linear")
    assert set(schema["components"]["schemas"]["MetricsFigures"]["properties"]) == {"95_1d", "95_10d", "99_1d", "99_10d"}


@pytest.mark.parametrize("path", ["/risk/metrics", "/portfolios", "/health"])
def test_figures_are_never_cached(api: httpx.Client, path: str) -> None:
    headers = api.get(path).headers
    assert headers["cache-control"] == "no-store"
    assert headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert headers["referrer-policy"] == "no-referrer"
