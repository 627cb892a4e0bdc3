"""Long, short, gross and net exposure by bucket, and concentration. Amounts are money in base currency."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.sparse import csr_array

from farp.engine.checks import Floats, finite
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


def exposure(market_values: ArrayLike | csr_array, labels: Sequence[str]) -> Exposure:
    """Return the exposure of each bucket; every instrument is in exactly one, named by its label.

    ``long = sum of positive MV, short = sum of |negative MV|``.

    Parameters
    ----------
    market_values
        Shape (..., n_tickers) [money], negative is short; or a sparse (n_portfolios, n_tickers) matrix.
    labels
        The bucket of each instrument, length n_tickers.

    Raises
    ------
    InvalidInput
        A market value is not finite, or the labels are not as many as the instruments.

    Examples
    --------
    >>> result = exposure([100.0, -30.0, 20.0], ["Tech", "Tech", "Energy"])
    >>> result.buckets, result.net.tolist()
    (('Tech', 'Energy'), [70.0, 20.0])
    """
    if isinstance(market_values, csr_array):
        amounts, shape = finite(market_values.data, "market_values"), market_values.shape
        row, column = np.repeat(np.arange(shape[0]), np.diff(market_values.indptr)), market_values.indices
    else:
        array = finite(market_values, "market_values")
        amounts, shape = array.reshape(-1), array.shape
        row, column = np.divmod(np.arange(array.size), max(shape[-1], 1))
    if shape[-1] != len(labels):
        raise InvalidInput(f"market_values (..., n_tickers) and labels do not fit: {shape} and {len(labels)} labels.")
    place = {bucket: position for position, bucket in enumerate(dict.fromkeys(labels))}
    bucket_of = np.array([place[label] for label in labels], dtype=np.intp)
    rows = math.prod(shape[:-1])
    cell = row * len(place) + bucket_of[column]

    def total(parts: Floats) -> Floats:
        """Add the parts of each row and bucket in the order in which they are stored, so a row alone gives the same bits."""
        sums = np.bincount(cell, weights=parts, minlength=rows * len(place))
        return sums.astype(np.float64, copy=False).reshape(*shape[:-1], len(place))  # bincount of nothing counts in integers

    return Exposure(buckets=tuple(place), long=total(np.maximum(amounts, 0.0)), short=total(np.maximum(-amounts, 0.0)))


def concentration(market_values: ArrayLike) -> Concentration:
    """Return how much of gross exposure sits in few positions: (..., n_positions) -> (...,); NaN when there is no exposure.

    ``H = sum (|MV_i| / G)^2``, effective number of positions ``1 / H``.

    Examples
    --------
    >>> float(concentration([50.0, -50.0]).effective_positions)
    2.0
    """
    sizes = np.abs(finite(market_values, "market_values"))
    gross = sizes.sum(axis=-1, keepdims=True)
    shares = np.divide(sizes, gross, out=np.full(sizes.shape, np.nan), where=gross > 0)
    ranked = -np.sort(-shares, axis=-1)
    herfindahl = np.where(gross[..., 0] > 0, (shares * shares).sum(axis=-1), np.nan)
    return Concentration(
        largest_5=np.where(gross[..., 0] > 0, ranked[..., :5].sum(axis=-1), np.nan),
        largest_10=np.where(gross[..., 0] > 0, ranked[..., :10].sum(axis=-1), np.nan),
        herfindahl=herfindahl,
        effective_positions=np.asarray(1.0 / herfindahl),
    )
