"""Where prices come from: one module a source, all with the protocol in `protocol`.

`price_history` gives the bundled sample; what is fetched and kept in the store is put together by `farp.service.prices`.
"""

from __future__ import annotations

import dataclasses
import difflib

from farp.errors import InvalidInput
from farp.market import PriceHistory
from farp.settings import Settings


def price_history(settings: Settings) -> PriceHistory:
    """Return the bundled prices, with the benchmark the settings name.

    Raises
    ------
    InvalidInput
        The settings name another price source, or a benchmark the sample has no prices of.
    """
    if settings.price_source not in {None, "sample"}:
        raise InvalidInput(f"PRICE_SOURCE must be sample, got {settings.price_source!r}.")
    from farp.prices.sample import load_sample

    history = load_sample()
    if settings.benchmark is None or settings.benchmark == history.benchmark:
        return history
    if settings.benchmark not in history:
        raise InvalidInput(
            f"BENCHMARK {settings.benchmark!r} has no prices in the source '{history.source}';"
            f" use one it has, such as {', '.join(_alternatives(settings.benchmark, history))}, or unset it for {history.benchmark}."
        )
    return dataclasses.replace(history, benchmark=settings.benchmark)


def _alternatives(ticker: str, history: PriceHistory) -> list[str]:
    """Tickers that look like a mistyped `ticker`, then the source's own benchmark and the factors' legs."""
    similar = difflib.get_close_matches(ticker.upper(), history.tickers, n=2)
    return list(dict.fromkeys([*similar, history.benchmark, *history.factors.tickers]))[:5]
