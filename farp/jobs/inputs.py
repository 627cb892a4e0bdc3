"""What a stored result was computed from, as one text: equal inputs give equal results, so a result with the inputs of now is current."""

from __future__ import annotations

import datetime as dt
import hashlib
from functools import lru_cache

import numpy as np

from farp.analysis import AnalysisSpec
from farp.market import PriceHistory
from farp.portfolio import Portfolio

RESULTS_VERSION = 3
"""Raised with every change of what is stored, so that results of an older FARP are computed anew."""


class Inputs:
    """Fingerprints of portfolios at one price source, day and spec; the prices are looked at once."""

    def __init__(self, history: PriceHistory, as_of: dt.date | None, spec: AnalysisSpec) -> None:
        """Take the fingerprint of the prices up to `as_of`."""
        self._common = repr((RESULTS_VERSION, _prices(history, as_of), spec))
        self.basis = hashlib.blake2b(self._common.encode(), digest_size=16).hexdigest()
        """What all portfolios share: prices and spec."""

    def of(self, portfolio: Portfolio) -> str:
        """Return the fingerprint of everything a result of `portfolio` depends on; its name and description are not part of that."""
        content = repr((portfolio.id, portfolio.base_currency, portfolio.positions, self._common))
        return hashlib.blake2b(content.encode(), digest_size=16).hexdigest()


@lru_cache(maxsize=4)
def _prices(history: PriceHistory, as_of: dt.date | None) -> str:
    stop = len(history.dates) if as_of is None else int(np.searchsorted(history.dates, np.datetime64(as_of, "D"), side="right"))
    prices = hashlib.blake2b(digest_size=16)
    prices.update(np.ascontiguousarray(history.dates[:stop]).tobytes())
    prices.update(np.asfortranarray(history.closes[:stop]).tobytes(order="F"))
    known = (history.source, history.benchmark, history.factors, sorted(history.instruments.items()), history.tickers)
    prices.update(repr(known).encode())
    return prices.hexdigest()
