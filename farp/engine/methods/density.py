"""The distribution of a day's P&L that a method assumes, as a curve to be drawn over the days it was fitted to."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import gammaln

from farp.engine.checks import Floats
from farp.engine.methods.cornish_fisher import cornish_fisher_quantile, monotone
from farp.engine.methods.parametric_normal import normal_density
from farp.errors import InvalidInput

REACH = 6.0
"""Standard deviations to each side; beyond, the curves cannot be told from the axis."""
POINTS = 241


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """A density: `values` of P&L [money or fraction], rising, and `density` per unit of them, both of shape (n_points,)."""

    values: Floats
    density: Floats


def normal_density_curve(deviation: float) -> Curve:
    """Return the density of a normal with mean zero and standard deviation `deviation` > 0.

    Examples
    --------
    >>> round(float(normal_density_curve(2.0).density.max()), 4)
    0.1995
    """
    s = _positive(deviation)
    z = np.linspace(-REACH, REACH, POINTS)
    return Curve(values=s * z, density=normal_density(z) / s)


def student_t_density(deviation: float, degrees_of_freedom: float) -> Curve:
    """Return the density of a Student t with mean zero and standard deviation (not scale) `deviation` > 0.

    Parameters
    ----------
    degrees_of_freedom
        Above 2; infinity is the normal.

    Raises
    ------
    InvalidInput
        `deviation` is not positive, or `degrees_of_freedom` not above 2.
    """
    v = degrees_of_freedom
    if not v > 2.0:
        raise InvalidInput(f"degrees_of_freedom must be above 2, else a Student t has no variance, got {v!r}.")
    if math.isinf(v):
        return normal_density_curve(deviation)
    s = _positive(deviation)
    z = np.linspace(-REACH, REACH, POINTS)
    constant = float(gammaln((v + 1) / 2) - gammaln(v / 2)) - 0.5 * math.log(math.pi * (v - 2))
    return Curve(values=s * z, density=np.exp(constant - (v + 1) / 2 * np.log1p(z * z / (v - 2))) / s)


def cornish_fisher_density(deviation: float, skewness: float, excess_kurtosis: float) -> Curve | None:
    """Return the density whose quantile function is the Cornish-Fisher expansion, ``phi(z) / w'(z)`` at ``w(z)``; None where that is none.

    With ``w' = 1 + z S/3 + (z^2 - 1) K/8 - (6z^2 - 5) S^2/36``, the slope of `cornish_fisher_quantile`.

    Examples
    --------
    >>> cornish_fisher_density(1.0, -2.0, 1.0) is None  # its quantiles fall somewhere: outside the domain of the expansion
    True
    """
    s = _positive(deviation)
    if not monotone(skewness, excess_kurtosis):
        return None
    z = np.linspace(-REACH, REACH, POINTS)
    slope = cornish_fisher_slope(z, skewness, excess_kurtosis)
    rising = slope > 1e-6  # where it only just rises, the density has no bound
    return Curve(values=s * cornish_fisher_quantile(z, skewness, excess_kurtosis)[rising], density=normal_density(z)[rising] / slope[rising] / s)


def cornish_fisher_slope(z: ArrayLike, skewness: float, excess_kurtosis: float) -> Floats:
    """Return the slope of `cornish_fisher_quantile` at `z`, shape (...,)."""
    points = np.asarray(z, dtype=np.float64)
    square = points * points
    return np.asarray(1.0 + points * skewness / 3 + (square - 1) * excess_kurtosis / 8 - (6 * square - 5) * skewness * skewness / 36)


def _positive(deviation: float) -> float:
    if not 0.0 < deviation < math.inf:
        raise InvalidInput(f"deviation must be positive and finite, got {deviation!r}.")
    return float(deviation)
