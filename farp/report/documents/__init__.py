"""Results as plain documents for JSON, one module a topic: what the API sends and the commands print with `--json`."""
