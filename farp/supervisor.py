"""Run a few child processes as one program: start together, end together, leave nothing behind.

Knows nothing of what the children do; standard library only, so the parent starts fast. Each child gets a pipe as
its standard input that is held open as long as the parent lives: a child that watches it (`farp.serving`) ends by
itself when the parent is killed without a chance to tidy up.
"""

from __future__ import annotations

import errno
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from types import FrameType

from farp.errors import FarpError, InvalidInput

STOP_SIGNALS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))
_PROBE_PAUSE_SECONDS = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Child:
    """One process to run.

    `name` is what messages call it. It counts as ready when `GET ready_path` on `host`:`port` answers with a status
    below 500.
    """

    name: str
    command: tuple[str, ...]
    host: str
    port: int
    ready_path: str = "/"

    @property
    def url(self) -> str:
        """The address a person on this machine can open."""
        return f"http://{_bracketed(reachable_host(self.host))}:{self.port}"


class ChildStopped(FarpError):
    """A child ended, or never became ready, while the others were to go on."""

    def __init__(self, name: str, what: str, last_words: str = "") -> None:
        super().__init__(name, what, last_words)
        self.name = name
        self.what = what
        self.last_words = last_words

    def __str__(self) -> str:
        why = f": {self.last_words}" if self.last_words else "; it said nothing about the cause."
        return f"The {self.name} {self.what}, so everything was stopped{why}"


def reachable_host(host: str) -> str:
    """Return the name under which a server bound to `host` is reached from this machine."""
    return {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}.get(host, host)


def require_free_port(host: str, port: int, *, option: str) -> None:
    """Return if a server can listen on `host`:`port`.

    Raises
    ------
    InvalidInput
        It cannot; the message names the port and the `option` that changes it.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
    except (socket.gaierror, UnicodeError):
        raise InvalidInput(f"{host!r} is no address of this machine; give one with --host, such as 127.0.0.1.") from None
    with socket.socket(family, kind, protocol) as probe:
        if os.name == "posix":  # what servers set too: a port in TIME_WAIT counts as free
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
            # Two reusing sockets may both bind on some systems; only one can listen.
            probe.listen(1)
        except PermissionError:
            raise InvalidInput(f"This account may not listen on port {port}; choose a port above 1023 with {option}.") from None
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise InvalidInput(
                    f"Port {port} on {host} is already in use; stop the program that uses it, or choose another port with {option}."
                ) from None
            raise InvalidInput(f"Cannot listen on port {port} of {host!r} ({error.strerror}); give an address of this machine with --host.") from None


def supervise(
    children: Sequence[Child],
    *,
    on_ready: Callable[[], None],
    environment: Mapping[str, str] | None = None,
    ready_seconds: float = 90.0,
    grace_seconds: float = 5.0,
) -> None:
    """Run `children` until a stop signal (SIGINT, SIGTERM, SIGHUP) arrives, then end them all and return.

    Call it from the main thread. A second stop signal ends the children at once.

    Parameters
    ----------
    children
        Started at the same time, each in a session of its own, so that Ctrl+C in a terminal reaches the parent only.
    on_ready
        Called once, when every child answers.
    environment
        Of the children (default: the parent's own).
    ready_seconds
        How long the children together may take to answer.
    grace_seconds
        How long a child may take to end after SIGTERM before it is killed.

    Raises
    ------
    ChildStopped
        A child could not be started, ended by itself, or did not answer in time; the others have been ended.
    """
    events: SimpleQueue[object] = SimpleQueue()
    running: list[_Running] = []
    with _stop_signals_go_to(events):
        try:
            for child in children:
                running.append(_Running(child, environment, events))
            waiting = {one.child.name for one in running}
            deadline = time.monotonic() + ready_seconds
            while True:
                try:
                    event = events.get(timeout=max(0.0, deadline - time.monotonic()) if waiting else None)
                except Empty:
                    names = " and the ".join(sorted(waiting))
                    raise ChildStopped(names, f"did not answer within {ready_seconds:g} seconds", _last_words(running, waiting)) from None
                if isinstance(event, _Stop):
                    return
                if isinstance(event, _Ended):
                    raise ChildStopped(event.name, event.how, event.last_words)
                if isinstance(event, _Ready):
                    waiting.discard(event.name)
                    if not waiting:
                        on_ready()
        finally:
            _end_all(running, events, grace_seconds)


@dataclass(frozen=True, slots=True)
class _Stop:
    signal_number: int


@dataclass(frozen=True, slots=True)
class _Ready:
    name: str


@dataclass(frozen=True, slots=True)
class _Ended:
    name: str
    how: str
    last_words: str


@dataclass(eq=False)
class _Running:
    """A started child and the two threads that watch it."""

    child: Child
    environment: Mapping[str, str] | None
    events: SimpleQueue[object]
    process: subprocess.Popen[str] = field(init=False)
    lines: deque[str] = field(init=False, default_factory=lambda: deque(maxlen=20))
    stopping: threading.Event = field(init=False, default_factory=threading.Event)

    def __post_init__(self) -> None:
        try:
            self.process = subprocess.Popen(
                self.child.command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                encoding="utf-8",
                errors="replace",
                env=self.environment,
                start_new_session=True,
            )
        except OSError as error:
            raise ChildStopped(self.child.name, "could not be started", str(error)) from None
        threading.Thread(target=self._relay_output_and_wait, daemon=True).start()
        threading.Thread(target=self._probe_until_ready, daemon=True).start()

    def _relay_output_and_wait(self) -> None:
        assert self.process.stdout is not None  # narrows the type: it was opened with a pipe
        for line in self.process.stdout:
            self.lines.append(line.strip())
            with suppress(OSError):  # our own standard error may be gone; the child is watched all the same
                sys.stderr.write(line)
                sys.stderr.flush()
        status = self.process.wait()
        self.events.put(_Ended(self.child.name, _how_it_ended(status), self.last_line()))

    def _probe_until_ready(self) -> None:
        while not self.stopping.is_set() and self.process.poll() is None:
            if _answers(self.child.host, self.child.port, self.child.ready_path):
                self.events.put(_Ready(self.child.name))
                return
            self.stopping.wait(_PROBE_PAUSE_SECONDS)

    def last_line(self) -> str:
        return next((line for line in reversed(self.lines) if line), "")


def _answers(host: str, port: int, path: str) -> bool:
    """Return whether an HTTP server there answers `path` with a status below 500."""
    import http.client  # not needed before the children are on their way

    connection = http.client.HTTPConnection(reachable_host(host), port, timeout=5.0)
    try:
        connection.request("GET", path)
        return connection.getresponse().status < 500
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _how_it_ended(status: int) -> str:
    if status >= 0:
        return f"stopped by itself (exit status {status})"
    try:
        return f"was ended by {signal.Signals(-status).name}"
    except ValueError:
        return f"was ended by signal {-status}"


def _last_words(running: Sequence[_Running], names: set[str]) -> str:
    return next((one.last_line() for one in running if one.child.name in names and one.last_line()), "")


def _end_all(running: Sequence[_Running], events: SimpleQueue[object], grace_seconds: float) -> None:
    """Ask every child to end, wait, and kill what is left when the time is up or a second stop signal comes."""
    for one in running:
        one.stopping.set()
        if one.process.poll() is None:
            one.process.terminate()
    deadline = time.monotonic() + grace_seconds
    while any(one.process.poll() is None for one in running) and time.monotonic() < deadline:
        try:
            if isinstance(events.get(timeout=0.05), _Stop):
                break
        except Empty:
            continue
    for one in running:
        if one.process.poll() is None:
            one.process.kill()
        one.process.wait()
        if one.process.stdin is not None:
            one.process.stdin.close()


@contextmanager
def _stop_signals_go_to(events: SimpleQueue[object]) -> Iterator[None]:
    def note(number: int, frame: FrameType | None) -> None:
        events.put(_Stop(number))  # SimpleQueue.put may be called inside a signal handler

    before = {number: signal.signal(number, note) for number in STOP_SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
