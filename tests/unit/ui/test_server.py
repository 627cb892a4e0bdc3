"""The ASGI layers in front of the user interface, and where `app.py` is looked for."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

import farp
from farp.errors import FarpError
from farp.ui.server import SameOrigin, SecurityHeaders, app_script

Headers = list[tuple[bytes, bytes]]


def answer(layer: type[SecurityHeaders] | type[SameOrigin], scope: dict[str, Any], headers: Headers) -> list[dict[str, Any]]:
    """Return what a client gets from an application that answers with `headers`, behind `layer`."""
    sent: list[dict[str, Any]] = []

    async def application(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"hello"})

    async def receive() -> dict[str, Any]:
        return {}

    async def send(message: Any) -> None:
        sent.append(message)

    # in a thread of its own: Playwright, where it ran before in this process, leaves a running loop in this one
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, layer(application)(scope, receive, send)).result()
    return sent


def test_every_answer_carries_the_security_headers_beside_its_own() -> None:
    start, body = answer(SecurityHeaders, {"type": "http"}, [(b"content-type", b"text/html")])
    headers = dict(start["headers"])
    assert headers[b"content-type"] == b"text/html"
    assert headers[b"x-content-type-options"] == b"nosniff"
    assert headers[b"x-frame-options"] == b"SAMEORIGIN"
    assert headers[b"referrer-policy"] == b"same-origin"
    assert body == {"type": "http.response.body", "body": b"hello"}


def test_a_header_the_application_set_itself_is_kept_and_not_doubled() -> None:
    start, _ = answer(SecurityHeaders, {"type": "http"}, [(b"X-Frame-Options", b"DENY")])
    assert [value for name, value in start["headers"] if name.lower() == b"x-frame-options"] == [b"DENY"]


def test_the_content_policy_names_no_outside_host() -> None:
    start, _ = answer(SecurityHeaders, {"type": "http"}, [])
    policy = dict(start["headers"])[b"content-security-policy"].decode()
    directives = {name: set(values) for name, *values in (directive.split() for directive in policy.split(";"))}
    own = {"'self'", "'none'", "'unsafe-inline'", "'unsafe-eval'", "'wasm-unsafe-eval'", "data:", "blob:"}
    assert directives["default-src"] == {"'self'"}
    assert set().union(*directives.values()) <= own


@pytest.mark.parametrize(
    ("headers", "passes"),
    [
        ([(b"host", b"127.0.0.1:8501"), (b"origin", b"http://127.0.0.1:8501")], True),
        ([(b"Host", b"Risk.Example.com"), (b"Origin", b"https://risk.example.com")], True),
        ([(b"host", b"127.0.0.1:8501")], True),  # no browser leaves the origin out
        ([(b"host", b"127.0.0.1:8501"), (b"origin", b"http://127.0.0.1:8000")], False),
        ([(b"host", b"127.0.0.1:8501"), (b"origin", b"https://elsewhere.example.com")], False),
        ([(b"host", b"127.0.0.1:8501"), (b"origin", b"null")], False),
        ([(b"origin", b"http://127.0.0.1:8501")], False),
        ([(b"host", b"a"), (b"origin", b"http://[")], False),
    ],
)
def test_only_pages_of_the_same_origin_may_open_a_websocket(headers: Headers, passes: bool) -> None:
    sent = answer(SameOrigin, {"type": "websocket", "headers": headers}, [])
    assert (sent[0]["type"] == "http.response.start") is passes
    assert passes or [message["type"] for message in sent] == ["websocket.close"]


def test_a_missing_app_script_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(farp, "__file__", str(tmp_path / "farp/__init__.py"))
    with pytest.raises(FarpError, match=r"needs '.*app\.py', which is not there"):
        app_script()


def test_the_app_script_is_found_beside_the_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "app.py").touch()
    monkeypatch.setattr(farp, "__file__", str(tmp_path / "farp/__init__.py"))
    assert app_script() == (tmp_path / "app.py").resolve()
