"""Results as tables for a terminal, one module a topic. Numbers are rounded for reading; `--json` has them in full."""
