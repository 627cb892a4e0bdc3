"""The principal components of a portfolio's holdings: how many independent movements there really are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from farp.analysis.window import Window
from farp.engine.pca import PrincipalComponents, principal_components
from farp.portfolio import called

MOST_OF_IT = 0.9
"""The components that explain this much together are "most of it"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PcaAnalysis:
    """Principal components of the holdings' standardised returns over the lookback; arrays over holdings in the order of `window.holdings`.

    `cumulative` (n_components,) is explained together with the components before. `for_most` components explain 90 %. `main` is the one with the
    largest share of the portfolio's variance, None for a portfolio that does not move. `readings` says in a sentence what each component is.
    """

    window: Window
    components: PrincipalComponents
    cumulative: tuple[float, ...]
    for_most: int
    main: int | None
    readings: tuple[str, ...]

    @property
    def still(self) -> tuple[str, ...]:
        """The holdings whose price never moves; they are in no component."""
        return tuple(holding.ticker for holding, constant in zip(self.window.holdings, self.components.constant, strict=True) if constant)


def portfolio_components(window: Window) -> PcaAnalysis:
    """Return the principal components of the holdings over the lookback, and how the portfolio's variance is spread over them.

    Raises
    ------
    DataError
        No holding's price moves.
    """
    found = principal_components(window.returns, window.market_values)
    cumulative = np.minimum(np.cumsum(found.explained_ratio), 1.0)
    shares = found.variance_shares
    return PcaAnalysis(
        window=window,
        components=found,
        cumulative=tuple(float(value) for value in cumulative),
        for_most=int(np.argmax(cumulative >= MOST_OF_IT - 1e-12)) + 1,
        main=int(np.argmax(shares)) if np.isfinite(shares).all() else None,
        readings=readings(found, tuple(called(holding.ticker) for holding in window.holdings)),
    )


def readings(found: PrincipalComponents, names: tuple[str, ...]) -> tuple[str, ...]:
    """Say what each component is by the two holdings that load most on it."""
    said = []
    for loadings, leaders, pair in zip(found.loadings, found.leading, found.reading_aid(names), strict=True):
        moving = loadings[~found.constant]
        if len(pair) == 1:
            said.append(f"{pair[0]} on its own")
            continue
        first, second = pair
        together = loadings[leaders[0]] * loadings[leaders[1]] > 0
        if len(moving) > 2 and (moving > 0).all():
            said.append(f"all holdings together, {first} and {second} most")
        elif together:
            said.append(f"{first} and {second} together")
        else:
            said.append(f"{first} against {second}")
    return tuple(said)
