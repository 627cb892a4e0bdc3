"""Serve one ASGI application under uvicorn as a child of `farp serve`: quiet, and never longer than its parent.

Used as `python -m farp.serving package.module:create_app --host H --port N`. Without a parent that holds standard
input open, such as under a process manager, leave out `--end-with-parent`.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
import time
from collections.abc import Sequence

from farp.errors import FarpError
from farp.processes import one_thread_for_linear_algebra

_GRACE_SECONDS = 4
_WEBSOCKET_BYTES = 200 * 1024 * 1024  # one message; Streamlit's own limit
_WEBSOCKET_PING_SECONDS = 30.0  # proxies drop a connection that stays silent for longer than about a minute


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until SIGTERM or SIGINT; return the exit status."""
    parser = argparse.ArgumentParser(prog="farp.serving")
    parser.add_argument("factory", help="package.module:function that returns the ASGI application")
    parser.add_argument("--host", required=True)
    parser.add_argument("--port", required=True, type=int)
    parser.add_argument("--websockets", action="store_true", help="the application speaks WebSocket")
    parser.add_argument("--end-with-parent", action="store_true", help="end when standard input is closed")
    options = parser.parse_args(arguments)

    one_thread_for_linear_algebra()
    import uvicorn

    if options.end_with_parent:
        threading.Thread(target=_end_when_input_closes, daemon=True).start()
    # uvicorn opens the socket itself (host and port, not a ready-made one): only then does asyncio set TCP_NODELAY.
    server = uvicorn.Server(
        uvicorn.Config(
            options.factory,
            factory=True,
            host=options.host,
            port=options.port,
            log_level="warning",
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=_GRACE_SECONDS - 1,
            ws="websockets-sansio" if options.websockets else "none",
            ws_max_size=_WEBSOCKET_BYTES,
            ws_ping_interval=_WEBSOCKET_PING_SECONDS,
            ws_ping_timeout=_WEBSOCKET_PING_SECONDS,
            ws_per_message_deflate=False,
        )
    )
    try:
        server.run()
    except FarpError as error:  # from the factory: a sentence, not a traceback
        sys.stderr.write(f"{error}\n")
        return 1
    except KeyboardInterrupt:
        return 0
    return 0 if server.started else 3


def _end_when_input_closes() -> None:
    """Wait for end of file on standard input, which means that the parent is gone, then end this process."""
    while os.read(0, 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(_GRACE_SECONDS)
    os._exit(1)  # something holds the interpreter back, and nobody is left to kill it


if __name__ == "__main__":
    sys.exit(main())
