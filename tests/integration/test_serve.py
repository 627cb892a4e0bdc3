"""Real processes: started together, ended together, nothing left behind, one sentence when something is wrong."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from farp.errors import InvalidInput
from farp.supervisor import Child, require_free_port

PATIENCE_SECONDS = 30.0

TINY_APP = """
import os
from pathlib import Path
from farp.errors import SourceUnavailable

def create_app():
    async def app(scope, receive, send):
        if scope["type"] == "lifespan":
            await receive()
            await send({"type": "lifespan.startup.complete"})
            await receive()
            Path(__file__).with_name(f"tidied-{os.getpid()}").touch()
            await send({"type": "lifespan.shutdown.complete"})
            return
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": str(os.getpid()).encode()})
    return app

def create_app_without_prices():
    raise SourceUnavailable("The price source 'sample' does not answer; try again later.")
"""

PARENT = """
import sys
from farp.errors import FarpError
from farp.supervisor import Child, supervise

ui_port, api_port, ui_command, api_command, ready_seconds, grace_seconds = eval(sys.argv[1])
children = [
    Child(name="user interface", command=ui_command, host="127.0.0.1", port=ui_port),
    Child(name="API", command=api_command, host="127.0.0.1", port=api_port),
]
try:
    supervise(children, on_ready=lambda: print("ready", flush=True), ready_seconds=ready_seconds, grace_seconds=grace_seconds)
except FarpError as error:
    print(error, file=sys.stderr)
    sys.exit(1)
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until(condition: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, f"waited {PATIENCE_SECONDS:g} s in vain until {what}"
        time.sleep(0.05)


def alive(pid: int) -> bool:
    """Whether `pid` still runs; a zombie that nobody has collected yet does not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    stat = Path(f"/proc/{pid}/stat")
    with contextlib.suppress(OSError):
        return stat.read_text().rpartition(")")[2].split()[0] != "Z"
    return not stat.parent.parent.joinpath("self").exists()


class Supervised:
    """A parent process with its two children, and what it says."""

    def __init__(self, folder: Path, *, api: tuple[str, ...] | str = "tiny:create_app", ready_seconds: float = 30.0, grace_seconds: float = 5.0):
        (folder / "tiny.py").write_text(TINY_APP, encoding="utf-8")
        self.ui_port, self.api_port = free_port(), free_port()
        api_command = self.serving(api, self.api_port) if isinstance(api, str) else api
        arguments = (self.ui_port, self.api_port, self.serving("tiny:create_app", self.ui_port), api_command, ready_seconds, grace_seconds)
        self.process = subprocess.Popen(
            [sys.executable, "-c", PARENT, repr(arguments)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=os.environ | {"PYTHONPATH": str(folder)},
            start_new_session=True,
        )

    @staticmethod
    def serving(factory: str, port: int) -> tuple[str, ...]:
        return (sys.executable, "-m", "farp.serving", factory, "--host", "127.0.0.1", "--port", str(port), "--end-with-parent")

    def wait_until_ready(self) -> tuple[int, int]:
        """Return the process ids of the two children, as they report them."""
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == "ready\n"
        ui, api = (int(urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5).read()) for port in (self.ui_port, self.api_port))
        return ui, api

    def finish(self) -> tuple[int, str]:
        """Return the exit status and everything said."""
        output, errors = self.process.communicate(timeout=PATIENCE_SECONDS)
        return self.process.returncode, output + errors


@pytest.fixture
def supervised(tmp_path: Path) -> Iterator[Callable[..., Supervised]]:
    started: list[Supervised] = []

    def start(**options: object) -> Supervised:
        started.append(Supervised(tmp_path, **options))  # type: ignore[arg-type]
        return started[-1]

    yield start
    for one in started:
        if one.process.poll() is None:
            one.process.terminate()
            one.process.wait(PATIENCE_SECONDS)
        for stream in (one.process.stdout, one.process.stderr):
            assert stream is not None
            stream.close()


def press_control_c(process: subprocess.Popen[str]) -> None:
    os.killpg(process.pid, signal.SIGINT)  # a terminal signals the whole foreground group


@pytest.mark.parametrize("stop", [press_control_c, subprocess.Popen.terminate], ids=["Ctrl+C", "SIGTERM"])
def test_stopping_ends_both_quietly(supervised: Callable[..., Supervised], stop: Callable[[subprocess.Popen[str]], None], tmp_path: Path) -> None:
    running = supervised()
    children = running.wait_until_ready()

    stop(running.process)

    assert running.finish() == (0, "")
    assert not any(alive(pid) for pid in children)
    assert all((tmp_path / f"tidied-{pid}").exists() for pid in children), "each had the time to tidy up"
    require_free_port("127.0.0.1", running.ui_port, option="--ui-port")
    require_free_port("127.0.0.1", running.api_port, option="--api-port")


def test_one_child_that_dies_takes_the_other_along_and_is_named(supervised: Callable[..., Supervised]) -> None:
    running = supervised()
    ui, api = running.wait_until_ready()

    os.kill(api, signal.SIGKILL)

    status, said = running.finish()
    assert status == 1
    assert said == "The API was ended by SIGKILL, so everything was stopped; it said nothing about the cause.\n"
    assert not alive(ui)


def test_a_child_that_cannot_start_says_why_in_one_sentence(supervised: Callable[..., Supervised]) -> None:
    status, said = supervised(api="tiny:create_app_without_prices").finish()

    assert status == 1
    assert "Traceback" not in said
    why = "The price source 'sample' does not answer; try again later."
    assert said == f"{why}\nThe API stopped by itself (exit status 1), so everything was stopped: {why}\n"


def test_a_child_that_never_answers_is_given_up(supervised: Callable[..., Supervised]) -> None:
    silent = (sys.executable, "-c", "import time; time.sleep(600)")

    status, said = supervised(api=silent, ready_seconds=3.0).finish()

    assert status == 1
    assert "The API did not answer within 3 seconds, so everything was stopped" in said


def test_a_command_that_does_not_exist_is_named(supervised: Callable[..., Supervised]) -> None:
    status, said = supervised(api=("/no/such/program",)).finish()

    assert status == 1
    assert "The API could not be started, so everything was stopped" in said


def test_children_do_not_outlive_a_parent_that_is_killed(supervised: Callable[..., Supervised]) -> None:
    running = supervised()
    children = running.wait_until_ready()

    running.process.kill()
    running.process.wait(PATIENCE_SECONDS)

    wait_until(lambda: not any(alive(pid) for pid in children), "both children are gone")


STUBBORN = """
import os, signal, sys
from http.server import BaseHTTPRequestHandler, HTTPServer

signal.signal(signal.SIGTERM, signal.SIG_IGN)

class Answer(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(str(os.getpid()).encode())
    def log_message(self, *arguments):
        pass

HTTPServer(("127.0.0.1", int(sys.argv[1])), Answer).serve_forever()
"""


@pytest.mark.parametrize(("grace_seconds", "signals"), [(0.5, 1), (600.0, 2)], ids=["time is up", "second Ctrl+C"])
def test_a_child_that_ignores_the_request_is_killed(supervised: Callable[..., Supervised], grace_seconds: float, signals: int) -> None:
    port = free_port()
    running = supervised(api=(sys.executable, "-c", STUBBORN, str(port)), grace_seconds=grace_seconds)
    # The parent looks for the API on the port it chose itself, so this child is never ready; it only has to be up.
    wait_until(lambda: _accepts(port), "the stubborn child listens")
    stubborn = int(urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5).read())

    for _ in range(signals):
        press_control_c(running.process)
        time.sleep(0.5)

    assert running.finish() == (0, "")
    assert not alive(stubborn)


def _accepts(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


# --- the command line ---------------------------------------------------------------------------------------------


def farp_serve(*options: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "farp.cli", "serve", *options],
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        env=os.environ | environment,
        check=False,
    )


@pytest.mark.parametrize("option", ["--ui-port", "--api-port"])
def test_a_port_in_use_is_named_with_the_option_that_changes_it(tmp_path: Path, option: str) -> None:
    other = {"--ui-port": "--api-port", "--api-port": "--ui-port"}[option]
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        answer = farp_serve(option, str(port), other, str(free_port()), FARP_DATA_DIR=str(tmp_path / "data"))

    assert answer.returncode == 1
    assert answer.stderr == (
        f"farp: Port {port} on 127.0.0.1 is already in use; stop the program that uses it, or choose another port with {option}.\n"
    )
    assert answer.stdout == ""
    assert not (tmp_path / "data").exists(), "nothing may be started or seeded before the ports are known to be free"


def test_one_port_for_both_is_refused() -> None:
    answer = farp_serve("--ui-port", "8600", "--api-port", "8600")
    assert answer.returncode != 0
    assert "Traceback" not in answer.stderr
    assert "cannot share port 8600" in " ".join(answer.stderr.replace("│", " ").split())


def test_a_wrong_setting_is_one_sentence() -> None:
    answer = farp_serve("--ui-port", str(free_port()), "--api-port", str(free_port()), RISK_FREE_RATE="two percent")
    assert answer.returncode == 1
    assert answer.stderr.startswith("farp: RISK_FREE_RATE must be")
    assert answer.stderr.count("\n") == 1


# --- ports and addresses ------------------------------------------------------------------------------------------


def test_a_port_that_was_just_in_use_counts_as_free() -> None:
    with socket.socket() as server:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        server.bind(("127.0.0.1", 0))
        server.listen()
        port = server.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)) as client:
            accepted, _ = server.accept()
            accepted.close()  # the server's side closes first and keeps the port in TIME_WAIT
            assert client.recv(1) == b""
    require_free_port("127.0.0.1", port, option="--ui-port")


@pytest.mark.parametrize("host", ["no such host", "203.0.113.7"])
def test_an_address_of_another_machine_is_refused(host: str) -> None:
    with pytest.raises(InvalidInput, match="--host"):
        require_free_port(host, free_port(), option="--ui-port")


@pytest.mark.parametrize(
    ("host", "url"),
    [("127.0.0.1", "http://127.0.0.1:80"), ("0.0.0.0", "http://127.0.0.1:80"), ("::", "http://[::1]:80"), ("localhost", "http://localhost:80")],
)
def test_the_address_shown_can_be_opened(host: str, url: str) -> None:
    assert Child(name="API", command=(), host=host, port=80).url == url
