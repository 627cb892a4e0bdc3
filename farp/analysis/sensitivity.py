"""What a portfolio gains or loses when one factor moves, or two, all others unchanged. P&L is negative when money is lost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from farp.analysis.alignment import FactorReturns, factor_returns
from farp.analysis.factors import collinearity_note
from farp.analysis.window import Window, known
from farp.engine import factor_model
from farp.engine.checks import Floats
from farp.engine.factor_model import Regression
from farp.engine.sensitivity import Ladder, ladder, two_factor_grid
from farp.errors import InvalidInput
from farp.format import MINUS, THIN_SPACE
from farp.market import Factor, FactorSet, PriceHistory

PERCENT_SHOCKS = (-10.0, -7.5, -5.0, -2.5, 0.0, 2.5, 5.0, 7.5, 10.0)
"""Moves of a factor's price [percent]."""

BASIS_POINT_SHOCKS = (-100.0, -75.0, -50.0, -25.0, 0.0, 25.0, 50.0, 75.0, 100.0)
"""Moves of a bond factor's yield [basis points: hundredths of a percentage point]."""

SIGNIFICANT = 2.0
"""A loading whose t-statistic is smaller in size cannot be told from zero with 95 % confidence."""

_PER_PERCENT, _PER_BASIS_POINT = 0.01, 0.0001


@dataclass(frozen=True, slots=True, kw_only=True)
class FactorShocks:
    """How one factor is moved: by percent of its price, or by basis points of its yield where its duration is known.

    `sizes` are in that unit. `returns` are what they mean for the factor's price [fraction]: the percent, or ``-duration x basis points``.
    """

    factor: Factor
    in_basis_points: bool
    sizes: tuple[float, ...]
    returns: tuple[float, ...]
    duration_years: float | None
    duration_source: str

    @property
    def per_unit(self) -> float:
        """The factor's return [fraction] for +1 % or +1 basis point."""
        return -float(self.duration_years or 0.0) * _PER_BASIS_POINT if self.in_basis_points else _PER_PERCENT

    def written(self, size: float) -> str:
        """Return a move with its sign and unit: ``−10 %``, ``+100 bp``."""
        unit = "bp" if self.in_basis_points else "%"
        return f"{f'{size:+g}'.replace('-', MINUS) if size else '0'}{THIN_SPACE}{unit}"

    def in_words(self, size: float) -> str:
        """Return a move as a clause: ``Market loses 10 %``, ``the yield of Rates rises by 100 basis points``."""
        if self.in_basis_points:
            return f"the yield of {self.factor.name} {'rises' if size > 0 else 'falls'} by {abs(size):g} basis points"
        return f"{self.factor.name} {'gains' if size > 0 else 'loses'} {abs(size):g}{THIN_SPACE}%"


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """P&L [money] when two factors move together: `profit_and_loss[a, b]` for shock a of `first` and shock b of `second` (places in the set)."""

    first: int
    second: int
    profit_and_loss: Floats


@dataclass(frozen=True, kw_only=True)
class SensitivityAnalysis:
    """P&L for the shocks of each factor; rows of factors follow `factors`, arrays over holdings `window.holdings`.

    `deviations` (n_factors,) are the standard deviations of the factors' daily returns [fraction], how far each moves on a usual day.
    `t_statistics` (n_factors,) are of the whole portfolio's loadings, NaN where its P&L leaves no residual. `r_squared` is the share of the
    portfolio's variance that the factors explain, None for one that does not move. `grid` is None unless two factors were chosen.
    """

    window: Window
    factors: FactorSet
    shocks: tuple[FactorShocks, ...]
    regression: Regression
    ladder: Ladder
    deviations: Floats
    t_statistics: Floats
    r_squared: float | None
    grid: Grid | None
    notes: tuple[str, ...]

    @property
    def exposures(self) -> Floats:
        """P&L of a move of +100 % of each factor [money], shape (n_factors,)."""
        return self.ladder.exposures

    @property
    def per_unit(self) -> Floats:
        """P&L of +1 % or +1 basis point of each factor [money], shape (n_factors,)."""
        return np.asarray(self.exposures * self.units + 0.0)

    @property
    def position_per_unit(self) -> Floats:
        """The same of each holding [money], shape (n_holdings, n_factors)."""
        return np.asarray(self.ladder.position_exposures * self.units + 0.0)

    @property
    def units(self) -> Floats:
        """Each factor's return for +1 % or +1 basis point [fraction], shape (n_factors,)."""
        return np.array([shock.per_unit for shock in self.shocks])

    @property
    def worst(self) -> Floats:
        """P&L at the end of the ladder that costs money, for each factor [money], zero or negative, shape (n_factors,)."""
        return np.asarray(self.ladder.profit_and_loss.min(axis=1))

    @property
    def worst_rungs(self) -> NDArray[np.intp]:
        """Which rung of the ladder of each factor that is, the first where none costs anything, shape (n_factors,)."""
        return np.asarray(self.ladder.profit_and_loss.argmin(axis=1))

    @property
    def worst_in_days(self) -> Floats:
        """How many usual days the move of `worst_rungs` is: its size over the factor's daily standard deviation, NaN for one that does not move."""
        sizes = np.abs([shock.returns[rung] for shock, rung in zip(self.shocks, self.worst_rungs, strict=True)])
        return np.asarray(np.divide(sizes, self.deviations, out=np.full(len(sizes), np.nan), where=self.deviations > 0))

    @property
    def usual_day(self) -> Floats:
        """P&L of a usual day of each factor against the holdings [money], zero or negative: one daily standard deviation, shape (n_factors,)."""
        return np.asarray(-np.abs(self.exposures) * self.deviations + 0.0)

    @property
    def costliest_day(self) -> int | None:
        """Place of the factor whose usual day costs most, among those that can be told from zero; None where there is none that costs anything."""
        costs = np.where(self.uncertain, 0.0, self.usual_day)
        return int(costs.argmin()) if costs.min() < 0 else None

    @property
    def uncertain(self) -> NDArray[np.bool_]:
        """Whether the portfolio's loading on each factor cannot be told from zero with 95 % confidence, shape (n_factors,).

        Where there is no t-statistic there is no residual to doubt a loading by, unless it is zero, or one split of many between dependent factors.
        """
        doubtful = (self.exposures == 0) | ~self.regression.identified
        return np.where(np.isfinite(self.t_statistics), np.abs(self.t_statistics) < SIGNIFICANT, doubtful)

    @property
    def costliest(self) -> list[int]:
        """Places of the factors: those that cost most first, those that cannot be told from zero last."""
        return [int(place) for place in np.lexsort((self.worst, self.uncertain))]


def sensitivities(window: Window, history: PriceHistory, factors: FactorSet | None = None, grid: Sequence[str] | None = None) -> SensitivityAnalysis:
    """Return the ladder of each of `factors` (default: the price source's own set) over the lookback, and the grid of two of them.

    The loadings are those of the factor model: least squares of each holding on all factors together, so a shock moves one factor and leaves the
    others where they are. A factor with a duration is moved by basis points of yield.

    Parameters
    ----------
    window
        One that reaches back (`extra_days=None`): where a factor has no price on some days, as many common days as the lookback are used.
    grid
        The names of two factors of the set.

    Raises
    ------
    InvalidInput
        A name in `grid` that is not a factor of the set, or twice the same.
    DataError
        A factor has no price, or there are fewer than 60 days in common.
    InsufficientHistory
        More factors than the days allow.
    """
    shared = factor_returns(window, history, factors)
    places = _places(shared.factors, grid) if grid is not None else None
    regression = factor_model.regress(shared.holding_returns, shared.factor_returns)
    shocks = tuple(factor_shocks(factor, history.factors) for factor in shared.factors.factors)
    sizes = np.array([shock.returns for shock in shocks])
    rungs = ladder(window.market_values, without_rounding(regression.loadings, shared), sizes)
    t_statistics, r_squared = _of_portfolio(window, shared)
    return SensitivityAnalysis(
        window=window,
        factors=shared.factors,
        shocks=shocks,
        regression=regression,
        ladder=rungs,
        deviations=shared.factor_returns.std(axis=1, ddof=1),
        t_statistics=t_statistics,
        r_squared=r_squared,
        grid=_grid(rungs, places) if places else None,
        notes=tuple(note for note in (_fewer_days(window, shared), collinearity_note(regression)) if note),
    )


def with_grid(result: SensitivityAnalysis, first: str, second: str) -> SensitivityAnalysis:
    """Return `result` with the grid of two other factors; nothing is estimated anew."""
    places = _places(result.factors, (first, second))
    return replace(result, grid=_grid(result.ladder, places))


def default_pair(factors: FactorSet) -> tuple[str, str] | None:
    """Return the two factors a grid shows first: the first of the set and the first with a duration, else the second; None with fewer than two."""
    names = factors.names
    if len(names) < 2:
        return None
    bond = next((factor.name for factor in factors.factors[1:] if factor.duration_years is not None), names[1])
    return names[0], bond


def factor_shocks(factor: Factor, house: FactorSet) -> FactorShocks:
    """Return the moves of `factor`: of its yield if it has a duration, or is made of the same as a factor of the `house` that has one."""
    bond = next(
        (known_one for known_one in (factor, *house.factors) if known_one.duration_years is not None and known_one.legs == factor.legs),
        None,
    )
    if bond is None or bond.duration_years is None:
        sizes, scale, duration, source = PERCENT_SHOCKS, _PER_PERCENT, None, ""
    else:
        duration, source = bond.duration_years, bond.duration_source
        sizes, scale = BASIS_POINT_SHOCKS, -duration * _PER_BASIS_POINT
    return FactorShocks(
        factor=factor,
        in_basis_points=duration is not None,
        sizes=sizes,
        returns=tuple(size * scale + 0.0 for size in sizes),
        duration_years=duration,
        duration_source=source,
    )


def _places(factors: FactorSet, grid: Sequence[str]) -> tuple[int, int]:
    names = factors.names
    if len(grid) != 2:
        raise InvalidInput(f"grid must be two factors separated by a comma, of {', '.join(names)}; got {len(grid)}.")
    lowered = [name.casefold() for name in names]
    places = []
    for name in grid:
        if name.casefold() not in lowered:
            raise InvalidInput(f"grid names {name[:40]!r}, which is not a factor here; choose two of {', '.join(names)}.")
        places.append(names.index(name) if name in names else lowered.index(name.casefold()))
    if places[0] == places[1]:
        raise InvalidInput(f"grid needs two different factors, got {names[places[0]]} twice; choose two of {', '.join(names)}.")
    return places[0], places[1]


def _grid(rungs: Ladder, places: tuple[int, int]) -> Grid:
    first, second = places
    each = np.ones(len(rungs.position_exposures))
    return Grid(
        first=first,
        second=second,
        profit_and_loss=two_factor_grid(each, rungs.position_exposures, first, second, rungs.shocks[first], rungs.shocks[second]),
    )


def without_rounding(loadings: Floats, shared: FactorReturns) -> Floats:
    """Return the loadings with exact zeros where they move the holding by no more than rounding: gold has no loading on shares beside itself."""
    moved = np.abs(loadings) * shared.factor_returns.std(axis=1)
    return np.where(moved > factor_model.EXACT_FIT * shared.holding_returns.std(axis=1, keepdims=True), loadings, 0.0)


def _of_portfolio(window: Window, shared: FactorReturns) -> tuple[Floats, float | None]:
    """Return t-statistics and R2 of the whole portfolio's P&L; its loadings are the sum of the holdings' (least squares is linear)."""
    moves = factor_model.regress(window.market_values @ shared.holding_returns, shared.factor_returns)
    return moves.t_statistics[0], known(moves.r_squared[0])


def _fewer_days(window: Window, shared: FactorReturns) -> str | None:
    if shared.observations >= window.observations:
        return None
    return f"The factors share {shared.observations} of the {window.observations} days with the holdings; the loadings rest on these."
