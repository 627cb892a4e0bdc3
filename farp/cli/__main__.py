"""`python -m farp.cli`."""

from farp.cli.main import app

app()
