"""What a line of the book shows of the past: the value of today's quantities at a few days, and the mean return, for a whole group at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from farp.analysis.book import Group
from farp.analysis.window import known
from farp.engine.checks import TRADING_DAYS, Floats
from farp.engine.returns import simple_returns, weighted_sum

POINTS = 24


@dataclass(frozen=True, kw_only=True)
class Past:
    """`value` [money] at up to 24 days spread over the lookback, first and last among them; `mean_return` a year [fraction], None if NAV <= 0."""

    value: Floats
    mean_return: float | None


def pasts(group: Group) -> Iterator[Past]:
    """Yield the past of every portfolio of `group`, in its order."""
    prices = group.prices[:, -group.observations - 1 :]
    shown = prices[:, spread(prices.shape[-1])]
    value = weighted_sum(group.market_values, shown / prices[:, -1:])
    profit = weighted_sum(group.market_values, simple_returns(prices).mean(axis=-1, keepdims=True))[:, 0]
    net_asset_value = value[:, -1]
    mean = np.full(len(profit), np.nan)
    np.divide(TRADING_DAYS * profit, net_asset_value, out=mean, where=net_asset_value > 0)
    for row, mean_return in zip(value, mean, strict=True):
        yield Past(value=row, mean_return=known(mean_return))


def spread(count: int, points: int = POINTS) -> NDArray[np.intp]:
    """Return the places of `points` of `count` values, evenly spread, first and last among them; all places when there are fewer.

    Examples
    --------
    >>> spread(9, 5).tolist(), spread(3, 5).tolist()
    ([0, 2, 4, 6, 8], [0, 1, 2])
    """
    return np.linspace(0, count - 1, min(points, count)).round().astype(np.intp)
