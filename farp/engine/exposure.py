"""Long, short, gross and net exposure by bucket, and concentration. Amounts are money in base currency."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from farp.engine.checks import Floats
from farp.engine.returns import weighted_sum
from farp.errors import InvalidInput


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposure:
    """Long and short (both >= 0) of each bucket, shape (..., n_buckets), in the order of `buckets`."""

    buckets: tuple[str, ...]
    long: Floats
    short: Floats

    @property
    def gross(self) -> Floats:
        """Long plus short."""
        return self.long + self.short

    @property
    def net(self) -> Floats:
        """Long minus short."""
        return self.long - self.short


@dataclass(frozen=True, slots=True, kw_only=True)
class Concentration:
    """Shares of gross exposure, shape (...,): largest five and ten together, Herfindahl index, effective number of positions."""

    largest_5: Floats
    largest_10: Floats
    herfindahl: Floats
    effective_positions: Floats


def exposure(market_values: ArrayLike, labels: Sequence[str]) -> Exposure:
    """Return the exposure of each bucket; every instrument is in exactly one, named by its label.

    ``long = sum of positive MV, short = sum of |negative MV|``.

    Parameters
    ----------
    market_values
        Shape (..., n_tickers) [money], negative is short.
    labels
        The bucket of each instrument, length n_tickers.

    Examples
    --------
    >>> result = exposure([100.0, -30.0, 20.0], ["Tech", "Tech", "Energy"])
    >>> result.buckets, result.net.tolist()
    (('Tech', 'Energy'), [70.0, 20.0])
    """
    array = np.asarray(market_values, dtype=np.float64)
    if array.ndim == 0 or array.shape[-1] != len(labels):
        raise InvalidInput(f"market_values (..., n_tickers) and labels do not fit: {array.shape} and {len(labels)} labels.")
    buckets = tuple(dict.fromkeys(labels))
    membership = np.array([[label == bucket for bucket in buckets] for label in labels], dtype=np.float64).reshape(len(labels), len(buckets))
    return Exposure(
        buckets=buckets,
        long=weighted_sum(np.maximum(array, 0.0), membership),
        short=weighted_sum(np.maximum(-array, 0.0), membership),
    )


def concentration(market_values: ArrayLike) -> Concentration:
    """Return how much of gross exposure sits in few positions: (..., n_positions) -> (...,); NaN when there is no exposure.

    ``H = sum (|MV_i| / G)^2``, effective number of positions ``1 / H``.

    Examples
    --------
    >>> float(concentration([50.0, -50.0]).effective_positions)
    2.0
    """
    sizes = np.abs(np.asarray(market_values, dtype=np.float64))
    gross = sizes.sum(axis=-1, keepdims=True)
    shares = np.divide(sizes, gross, out=np.full(sizes.shape, np.nan), where=gross > 0)
    ranked = -np.sort(-shares, axis=-1)
    herfindahl = (shares * shares).sum(axis=-1)
    return Concentration(
        largest_5=np.asarray(ranked[..., :5].sum(axis=-1)),
        largest_10=np.asarray(ranked[..., :10].sum(axis=-1)),
        herfindahl=np.asarray(herfindahl),
        effective_positions=np.asarray(1.0 / herfindahl),
    )
