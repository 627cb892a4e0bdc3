import math

import numpy as np
import pytest
from scipy import integrate, stats

from farp.engine.methods.cornish_fisher import cornish_fisher, cornish_fisher_quantile, cornish_fisher_tail, monotone
from farp.engine.methods.parametric_normal import normal_tail

MOMENTS = [(0.0, 0.0), (-0.5, 1.0), (0.4, 0.8), (-1.0, 3.0), (0.0, 2.0)]


def edgeworth(z, skew, kurtosis):
    third, fourth = z**3 - 3 * z, z**4 - 6 * z**2 + 3
    sixth = z**6 - 15 * z**4 + 45 * z**2 - 15
    return stats.norm.pdf(z) * (1 + skew * third / 6 + kurtosis * fourth / 24 + skew**2 * sixth / 72)


def test_quantile_by_hand():
    # z = -2, S = -0.6, K = 1.2: -2 + 3(-0.1) + (-8 + 6)(0.05) - (-16 + 10)(0.01)
    assert float(cornish_fisher_quantile(-2.0, -0.6, 1.2)) == pytest.approx(-2.0 - 0.3 - 0.1 + 0.06, abs=1e-12)


@pytest.mark.parametrize(("skew", "kurtosis"), MOMENTS)
@pytest.mark.parametrize("confidence", [0.9, 0.95, 0.99])
def test_es_is_the_mean_of_the_edgeworth_density_below_the_quantile(skew, kurtosis, confidence):
    tail = cornish_fisher_tail(0.2, 3.0, skew, kurtosis, confidence)
    quantile = float(cornish_fisher_quantile(stats.norm.ppf(1 - confidence), skew, kurtosis))
    mean, _ = integrate.quad(lambda z: z * edgeworth(z, skew, kurtosis), -15, quantile)
    assert float(tail.value_at_risk) == pytest.approx(-0.2 - 3.0 * quantile, rel=1e-12)
    assert float(tail.expected_shortfall) == pytest.approx(-0.2 - 3.0 * min(mean / (1 - confidence), quantile), rel=1e-7)


def test_without_skew_and_kurtosis_it_is_the_normal():
    ours, normal = cornish_fisher_tail(0.1, 2.0, 0.0, 0.0, 0.975), normal_tail(0.1, 2.0, 0.975)
    assert float(ours.value_at_risk) == pytest.approx(float(normal.value_at_risk), rel=1e-14)
    assert float(ours.expected_shortfall) == pytest.approx(float(normal.expected_shortfall), rel=1e-14)


@pytest.mark.parametrize("up_to", [math.inf, -1.2815515655446004, -2.3263478740408408])
def test_monotone_is_what_the_expansion_does_on_a_fine_grid(up_to):
    skew, kurtosis = np.meshgrid(np.linspace(-2.5, 2.5, 21), np.linspace(-1.0, 10.0, 23))
    grid = np.linspace(-60, min(up_to, 60), 200_001)[:, None]
    for row in range(len(kurtosis)):
        values = cornish_fisher_quantile(grid, skew[row], kurtosis[row])
        rises = (np.diff(values, axis=0) >= -1e-12).all(axis=0)
        assert monotone(skew[row], kurtosis[row], up_to).tolist() == rises.tolist()


def test_the_moments_are_the_samples():
    moves = np.random.default_rng(1).gamma(2.0, size=200)
    result = cornish_fisher(moves, (0.95,))
    assert float(result.fitted["skewness"]) == pytest.approx(stats.skew(moves), rel=1e-12)
    assert float(result.fitted["excess_kurtosis"]) == pytest.approx(stats.kurtosis(moves), rel=1e-12)
    quantile = cornish_fisher_quantile(stats.norm.ppf(0.05), stats.skew(moves), stats.kurtosis(moves))
    assert float(result.tails[0].value_at_risk) == pytest.approx(-moves.std(ddof=1) * float(quantile), rel=1e-12)


def test_a_lottery_leaves_the_domain_and_the_result_says_so():
    moves = np.tile([1.0, 0.0, 0.0, 0.0, 0.0], 20)  # skewness 1.5, excess kurtosis 0.25: the expansion turns round in the lower tail
    result = cornish_fisher(moves, (0.95, 0.99))
    assert result.remarks_on()[0].startswith("Skewness and kurtosis lie outside the range")
    assert any("not monotone in the tail at 99 %" in sentence for sentence in result.remarks_on((), 0.99))
    assert not any("at 99 %" in sentence for sentence in result.remarks_on((), 0.95))


def test_a_sample_with_fat_tails_is_inside_the_domain_and_nothing_is_said():
    moves = stats.t(8).ppf((np.arange(250) + 0.5) / 250)
    result = cornish_fisher(moves, (0.95, 0.99))
    assert 0.5 < float(result.fitted["excess_kurtosis"]) < 2
    assert result.remarks == ()


def test_a_shortfall_below_the_value_at_risk_becomes_it_and_says_so():
    moves = np.append(np.random.default_rng(8).normal(size=40), -25.0)  # the corrections outgrow the density they correct
    result = cornish_fisher(moves, (0.6, 0.95, 0.99, 0.999))
    floored = [tail for tail in result.tails if float(tail.expected_shortfall) == float(tail.value_at_risk)]
    assert floored
    for tail in floored:
        assert any("came out below the VaR" in sentence for sentence in result.remarks_on((), tail.confidence))
