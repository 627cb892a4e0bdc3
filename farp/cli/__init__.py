"""The `farp` command."""

from __future__ import annotations

from farp.cli.main import app

__all__ = ["app"]
