"""Who causes the risk of a portfolio: its one-day VaR and expected shortfall by position, sector, asset class, currency, country or factor."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from farp.analysis.alignment import factor_returns
from farp.analysis.factors import collinearity_note
from farp.analysis.window import Window, known
from farp.engine import contribution, factor_model
from farp.engine.checks import Floats, confidence_level
from farp.engine.methods.parametric_normal import parametric_normal
from farp.engine.performance import FLAT
from farp.engine.value_at_risk import Tail, historical_tails, tail_size
from farp.errors import InvalidInput
from farp.format import confidence as shown_confidence
from farp.market import FactorSet, PriceHistory

SPECIFIC = "Specific"
"""What no factor explains, the last part of a breakdown by factor."""
FEW_TAIL_DAYS = 3
"""Parts that rest on so few days say so."""
CANCELLED = 0.01
"""Longs and shorts whose sum is less than this fraction of their sizes all but cancel: there is no "one more unit" of them."""
_ROUNDING = 1e-12


class Breakdown(StrEnum):
    """What the risk is broken down by."""

    POSITION = "position"
    SECTOR = "sector"
    ASSET_CLASS = "asset_class"
    CURRENCY = "currency"
    COUNTRY = "country"
    FACTOR = "factor"


class View(StrEnum):
    """Where the figures come from: the worst days there were, or a normal distribution with mean 0 and their covariance."""

    HISTORICAL = "historical"
    PARAMETRIC = "parametric"


@dataclass(frozen=True, slots=True, kw_only=True)
class Contributor:
    """One part of a breakdown: a holding, a group of holdings, or a factor.

    `holdings` are its places in the window's holdings. `amount` is its net market value, of a factor the P&L of a move of +100 % of it [money],
    None for what is specific; `gross` the sum of the sizes of its market values, None for a factor. `weight` and `gross_weight` are these market values
    over net asset value, None for a factor and where that value is not positive. `share` is its fraction of the ES, in the historical view, or of the
    VaR, the same thing in the parametric one; None where there is no loss to share out. The components are its parts in VaR and ES [money],
    `marginal_value_at_risk` the VaR for one more unit of money in it, spread as it is now (None where its longs and shorts all but cancel),
    `incremental_value_at_risk` the VaR less the VaR without it [money].
    """

    name: str
    holdings: tuple[int, ...]
    amount: float | None
    gross: float | None
    weight: float | None
    gross_weight: float | None
    share: float | None
    component_value_at_risk: float | None
    component_expected_shortfall: float
    marginal_value_at_risk: float | None
    incremental_value_at_risk: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Contributions:
    """VaR and ES of one day [money] and who causes them, the largest part first.

    The components of `contributors` sum to `value_at_risk` and `expected_shortfall`, whatever they are broken down by; with a `group` they are the
    holdings inside it, and sum to its parts. `nothing_because` says in one sentence why there are no
    shares; None when there are.
    """

    window: Window
    by: Breakdown
    view: View
    group: str | None
    confidence: float
    value_at_risk: float
    expected_shortfall: float
    contributors: tuple[Contributor, ...]
    factors: FactorSet | None
    nothing_because: str | None
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Parts:
    """Measures of the parts [money], each (n_parts,); VaR components are NaN where there is nothing to share."""

    value_at_risk: Floats
    expected_shortfall: Floats
    incremental: Floats


class _Row(NamedTuple):
    """What a part is called, the holdings in it, and how large it is [money]."""

    name: str
    holdings: tuple[int, ...]
    amount: float | None


def contributions(
    window: Window,
    history: PriceHistory,
    by: Breakdown = Breakdown.POSITION,
    view: View = View.HISTORICAL,
    confidence: float = 0.95,
    factors: FactorSet | None = None,
    group: str | None = None,
) -> Contributions:
    """Return who causes the one-day VaR and ES of `window`.

    Historical components are those of the ES, scaled to the VaR for the VaR. Parametric ones are Euler's. Incremental figures are computed anew
    without the part, and do not add up.

    Parameters
    ----------
    confidence
        A fraction in (0.5, 1).
    factors
        Of a breakdown by factor; None is the price source's own set.
    group
        One part of a breakdown that is not by position: the answer is about the holdings inside it.

    Raises
    ------
    InvalidInput
        An unknown group, or one inside positions.
    DataError
        By factor: the set is empty, a factor has no price, or there are fewer than 60 days in common.
    """
    confidence_level(confidence)
    if group is not None and by is Breakdown.POSITION:
        raise InvalidInput("A position has no holdings inside it; leave group out, or choose another breakdown than by position.")
    if by is Breakdown.FACTOR:
        return _by_factor(window, history, view, confidence, factors, group)
    labels = None if by is Breakdown.POSITION else labels_of(window, by)
    total, positions = window.profit_and_loss, window.position_profit_and_loss
    rows: list[_Row]
    if labels is None or group is not None:
        inside = _members(labels, group, by) if labels is not None else tuple(range(len(window.holdings)))
        parts = _measured(positions, total, view, confidence)
        rows = [_Row(window.holdings[i].ticker, (i,), float(window.market_values[i])) for i in inside]
        chosen = _Parts(
            value_at_risk=parts.value_at_risk[list(inside)],
            expected_shortfall=parts.expected_shortfall[list(inside)],
            incremental=parts.incremental[list(inside)],
        )
    else:
        chosen = _measured(positions, total, view, confidence, labels)
        rows = []
        for name in dict.fromkeys(labels):
            inside = _members(labels, name, by)
            rows.append(_Row(name, inside, _net(window.market_values[list(inside)])))
    return _composed(window, by, view, group, confidence, rows, chosen, None, ())


def labels_of(window: Window, by: Breakdown) -> tuple[str, ...]:
    """Return the group of each holding in a breakdown by sector, asset class, currency or country."""
    return tuple(str(getattr(holding.instrument, by.value)) for holding in window.holdings)


def _by_factor(window: Window, history: PriceHistory, view: View, confidence: float, factors: FactorSet | None, group: str | None) -> Contributions:
    """Return the breakdown by factor, or the holdings behind one factor."""
    shared = factor_returns(window, history, factors)
    regression = factor_model.regress(shared.holding_returns, shared.factor_returns)
    amounts, positions, total = window.market_values, window.position_profit_and_loss, window.profit_and_loss
    moves, missing = _factor_moves(window, history, shared.factors)
    names = (*shared.factors.names, SPECIFIC)
    if group is None:
        split = contribution.factor_profit_and_loss(amounts, regression.loadings, moves, positions)
        exposures: list[float | None] = [*(regression.loadings.T @ amounts).tolist(), None]
        everyone = tuple(range(len(window.holdings)))
        rows = [_Row(name, everyone, exposure) for name, exposure in zip(names, exposures, strict=True)]
        parts = _measured(split, total, view, confidence)
    else:
        if group not in names:
            raise _unknown_group(group, names)
        through = contribution.position_profit_and_loss_through(names.index(group), amounts, regression.loadings, moves, positions)
        rows = [_Row(holding.ticker, (i,), float(amounts[i])) for i, holding in enumerate(window.holdings)]
        # the rest of the portfolio is a row of its own, so that the rows are the whole portfolio; it is not shown
        whole = _measured(np.vstack([through, total - through.sum(axis=0)]), total, view, confidence)
        parts = _Parts(value_at_risk=whole.value_at_risk[:-1], expected_shortfall=whole.expected_shortfall[:-1], incremental=whole.incremental[:-1])
    notes = [note for note in (collinearity_note(regression),) if note]
    if missing.any():
        days = int(missing.any(axis=0).sum())
        *others, last = [shared.factors.names[k] for k in np.flatnonzero(missing.any(axis=1))]
        without = f"{', '.join(others)} and {last}" if others else last
        notes.append(
            f"On {days} of the {window.observations} days there is no daily move of {without} for want of a price;"
            f" what the holdings made through {'them' if others else 'it'} then counts as {SPECIFIC.lower()}."
        )
    return _composed(window, Breakdown.FACTOR, view, group, confidence, rows, parts, shared.factors, tuple(notes))


def _factor_moves(window: Window, history: PriceHistory, factors: FactorSet) -> tuple[Floats, NDArray[np.bool_]]:
    """Return the factors' returns on the days of the lookback, zero where one is missing, and where: both (n_factors, n_days).

    On the days of the lookback and not only on those that all factors share, so that the parts add up to the figures of every other breakdown.
    """
    places = np.searchsorted(history.dates, window.valuation.dates[-window.observations - 1 :])
    closes = np.array([history.close(ticker)[places] for ticker in factors.tickers])
    moves = closes[:, 1:] / closes[:, :-1] - 1.0
    legs = factors.leg_weights(factors.tickers)
    missing = (legs != 0).astype(np.float64) @ np.isnan(moves) > 0
    return np.where(missing, 0.0, legs @ np.nan_to_num(moves)), missing


def _measured(rows: Floats, total: Floats, view: View, confidence: float, labels: Sequence[str] | None = None) -> _Parts:
    """Return the measures of rows of P&L (n_parts, n_days) that are the whole portfolio, or of their groups."""
    names = [str(row) for row in range(len(rows))] if labels is None else labels
    if view is View.HISTORICAL:
        shortfall = contribution.component_expected_shortfall(rows, confidence, total)
        value = contribution.component_value_at_risk(rows, confidence, total=total)
        incremental = contribution.incremental_value_at_risk(rows, confidence, labels=names)
    else:
        ones, covariance = np.ones(len(rows)), np.atleast_2d(np.cov(rows))
        found = contribution.parametric_contributions(ones, covariance, confidence)
        shortfall, value = found.expected_shortfall_component, np.where(np.isnan(found.percent), np.nan, found.component)
        incremental = contribution.parametric_incremental_value_at_risk(ones, covariance, confidence, names)
    grouped = contribution.by_group(np.stack([value, shortfall]), names)
    return _Parts(value_at_risk=grouped.values[0], expected_shortfall=grouped.values[1], incremental=incremental.values)


def _composed(
    window: Window,
    by: Breakdown,
    view: View,
    group: str | None,
    confidence: float,
    rows: Sequence[_Row],
    parts: _Parts,
    factors: FactorSet | None,
    notes: tuple[str, ...],
) -> Contributions:
    """Return the rows with their measures, sorted, and the sentences that belong to them."""
    tail = _tail(window.profit_and_loss, view, confidence)
    nothing = _nothing_because(window, tail, view, confidence)
    shortfall = float(tail.expected_shortfall)
    weighed = by is not Breakdown.FACTOR or group is not None
    contributors = []
    for i, row in enumerate(rows):
        amount = row.amount
        gross = float(np.abs(window.market_values[list(row.holdings)]).sum()) if weighed else None
        value, part = known(parts.value_at_risk[i]), float(parts.expected_shortfall[i]) + 0.0  # no minus zero
        if nothing is not None and not shortfall < 0:
            value, part = None, 0.0  # what is left of figures that cancel is rounding
        contributors.append(
            Contributor(
                name=row.name,
                holdings=row.holdings,
                amount=amount,
                gross=gross,
                weight=window.of_value(amount) if gross is not None and amount is not None else None,
                gross_weight=window.of_value(gross) if gross is not None else None,
                share=part / shortfall if nothing is None else None,
                component_value_at_risk=value,
                component_expected_shortfall=part,
                marginal_value_at_risk=value / amount if value is not None and amount and abs(amount) >= CANCELLED * (gross or 0.0) else None,
                incremental_value_at_risk=float(parts.incremental[i]),
            )
        )
    return Contributions(
        window=window,
        by=by,
        view=view,
        group=group,
        confidence=confidence,
        value_at_risk=float(tail.value_at_risk),
        expected_shortfall=shortfall,
        contributors=tuple(sorted(contributors, key=lambda part: -part.component_expected_shortfall)),
        factors=factors,
        nothing_because=nothing,
        notes=(*((nothing,) if nothing else ()), *_cautions(tail, view, confidence, window.observations, nothing), *notes),
    )


def _tail(total: Floats, view: View, confidence: float) -> Tail:
    """Return VaR and ES of the portfolio from the same functions as everywhere else."""
    return historical_tails(total, (confidence,))[0] if view is View.HISTORICAL else parametric_normal(total, (confidence,)).tails[0]


def _nothing_because(window: Window, tail: Tail, view: View, confidence: float) -> str | None:
    """Say why there is no loss to share out; None when there is."""
    positions, level = window.position_profit_and_loss, shown_confidence(confidence)
    if not positions.any():
        return "These holdings did not change in value on any day of the window, so there is no risk to share out."
    shortfall = float(tail.expected_shortfall)
    rounding = abs(shortfall) <= FLAT * window.gross
    if view is View.PARAMETRIC:
        found = contribution.parametric_contributions(np.ones(len(positions)), np.atleast_2d(np.cov(positions)), confidence)
        if found.value_at_risk > 0 and not rounding:
            return None
        return "The holdings cancel each other, or gain the same every day: the value does not vary, so there is no risk to share out."
    if rounding or np.isnan(contribution.component_value_at_risk(positions, confidence)).any():
        return f"The holdings cancel each other, or do not move, on the worst days ({level}), so there is no loss to share out."
    if shortfall < 0:
        return f"Even the worst days ({level}) earned money, so there is no loss to share out; the parts are gains, written with a minus sign."
    return None


def _cautions(tail: Tail, view: View, confidence: float, observations: int, nothing: str | None) -> list[str]:
    """Say what makes historical parts unsure or hard to read."""
    if view is View.PARAMETRIC or nothing is not None:
        return []
    said, level = [], shown_confidence(confidence)
    in_tail = math.ceil(tail_size(observations, confidence))
    if in_tail <= FEW_TAIL_DAYS:
        worst = "the single worst day" if in_tail == 1 else f"the {in_tail} worst days"
        said.append(f"At {level} the shares rest on {worst} of {observations}: take them as what happened then, not as a rule.")
    if float(tail.value_at_risk) < 0:
        said.append(f"The value at risk at {level} is below zero, a gain: parts in it have the opposite sign of the parts in the expected shortfall.")
    return said


def _members(labels: Sequence[str], group: str | None, by: Breakdown) -> tuple[int, ...]:
    """Return the places of the holdings of one group."""
    inside = tuple(i for i, label in enumerate(labels) if label == group)
    if not inside:
        raise _unknown_group(str(group), tuple(dict.fromkeys(labels)))
    return inside


def _unknown_group(group: str, names: Sequence[str]) -> InvalidInput:
    shown = group if len(group) <= 40 else f"{group[:40]}…"
    return InvalidInput(f"group must be one of {', '.join(names)}, got {shown!r}.")


def _net(amounts: Floats) -> float:
    """Return the sum, exactly zero where only rounding is left of longs and shorts that cancel."""
    net, gross = float(amounts.sum()), float(np.abs(amounts).sum())
    return net if abs(net) > _ROUNDING * gross else 0.0
