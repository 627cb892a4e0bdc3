"""Bundled prices and instruments: data only, read by `farp.prices.sample`."""
