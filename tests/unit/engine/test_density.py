"""Curves of the distributions that methods assume, against scipy's."""

import math

import numpy as np
import pytest
from scipy import stats

from farp.engine.methods.cornish_fisher import cornish_fisher_quantile
from farp.engine.methods.density import cornish_fisher_density, cornish_fisher_slope, normal_density_curve, student_t_density
from farp.errors import InvalidInput


def test_the_normal_curve_is_scipys():
    curve = normal_density_curve(2.5)
    assert curve.density == pytest.approx(stats.norm.pdf(curve.values, scale=2.5))
    assert (curve.values[0], curve.values[-1]) == (-15.0, 15.0)


@pytest.mark.parametrize("degrees", [2.05, 4.0, 30.0])
def test_the_t_curve_is_scipys_with_this_standard_deviation(degrees):
    curve = student_t_density(3.0, degrees)
    assert curve.density == pytest.approx(stats.t.pdf(curve.values, degrees, scale=3.0 * math.sqrt((degrees - 2) / degrees)))


def test_a_t_with_infinite_degrees_is_the_normal():
    assert student_t_density(1.0, math.inf).density.tolist() == normal_density_curve(1.0).density.tolist()


def test_without_skewness_and_kurtosis_the_expansion_is_the_normal():
    curve = cornish_fisher_density(2.0, 0.0, 0.0)
    assert curve.density == pytest.approx(stats.norm.pdf(curve.values, scale=2.0))


def test_the_expansions_density_is_that_of_its_own_draws():
    curve = cornish_fisher_density(1.0, -0.4, 1.5)
    draws = cornish_fisher_quantile(np.random.default_rng(1).standard_normal(400_000), -0.4, 1.5)
    edges = np.linspace(-3, 3, 25)
    counted = np.histogram(draws, edges)[0] / len(draws) / np.diff(edges)
    assert counted == pytest.approx(np.interp((edges[1:] + edges[:-1]) / 2, curve.values, curve.density), abs=0.012)
    assert (np.diff(curve.values) > 0).all()


def test_the_slope_is_the_derivative_of_the_quantile():
    z, h = np.linspace(-4, 4, 33), 1e-6
    numeric = (cornish_fisher_quantile(z + h, -0.7, 2.0) - cornish_fisher_quantile(z - h, -0.7, 2.0)) / (2 * h)
    assert cornish_fisher_slope(z, -0.7, 2.0) == pytest.approx(numeric, abs=1e-7)


def test_what_is_no_distribution_has_no_curve():
    assert cornish_fisher_density(1.0, -3.0, 1.0) is None


@pytest.mark.parametrize("deviation", [0.0, -1.0, math.nan, math.inf])
def test_a_deviation_that_is_none_is_refused(deviation):
    for curve in (normal_density_curve, lambda s: student_t_density(s, 5.0), lambda s: cornish_fisher_density(s, 0.0, 0.0)):
        with pytest.raises(InvalidInput, match="deviation must be positive"):
            curve(deviation)


@pytest.mark.parametrize("degrees", [2.0, 1.0, math.nan])
def test_a_t_without_variance_is_refused(degrees):
    with pytest.raises(InvalidInput, match="degrees_of_freedom must be above 2"):
        student_t_density(1.0, degrees)
