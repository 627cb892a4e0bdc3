import numpy as np
import pytest
from arch.univariate import GARCH, ConstantMean, Normal

from farp.engine.methods.filtered_historical import rescaled_to_last
from farp.engine.methods.garch_filtered import fit_garch, garch_filtered, next_variance
from farp.engine.value_at_risk import historical_tails
from farp.errors import DataError, InsufficientHistory, InvalidInput


def garch_path(days, seed, omega=0.05, alpha=0.1, beta=0.85):
    rng = np.random.default_rng(seed)
    variance, moves = omega / (1 - alpha - beta), []
    for _ in range(days):
        moves.append(rng.normal() * np.sqrt(variance))
        variance = omega + alpha * moves[-1] ** 2 + beta * variance
    return np.array(moves)


def diverging():
    """Moves that grow by a third a day: no GARCH fits them, and the optimiser does not converge."""
    return np.exp(np.linspace(0, 30, 100)) * np.random.default_rng(4).choice([-1.0, 1.0], 100)


def test_next_variance_by_hand():
    assert float(next_variance(0.1, 0.2, 0.5, -3.0, 4.0)) == pytest.approx(0.1 + 1.8 + 2.0)


def test_the_parameters_of_a_long_path_are_found():
    fit = fit_garch(garch_path(6000, 1))
    assert (fit.alpha, fit.beta) == pytest.approx((0.1, 0.85), abs=0.03)
    assert fit.omega == pytest.approx(0.05, abs=0.03)
    assert fit.mean == pytest.approx(0.0, abs=0.05)


def test_the_forecast_is_that_of_the_package():
    moves = garch_path(400, 2)
    fit = fit_garch(moves)
    theirs = ConstantMean(moves, volatility=GARCH(1, 0, 1), distribution=Normal(), rescale=False).fix([fit.mean, fit.omega, fit.alpha, fit.beta])
    assert fit.variances[:-1] == pytest.approx(np.asarray(theirs.conditional_volatility) ** 2, rel=1e-9)
    assert fit.variances[-1] == pytest.approx(float(theirs.forecast(horizon=1, reindex=False).variance.iloc[-1, 0]), rel=1e-9)
    assert fit.log_likelihood == pytest.approx(theirs.loglikelihood, rel=1e-9)


def test_the_figures_are_historical_on_the_rescaled_days():
    moves = garch_path(300, 3) + 0.2
    fit = fit_garch(moves)
    rescaled = fit.mean + rescaled_to_last(moves - fit.mean, fit.variances)[0]
    result = garch_filtered(moves, (0.95, 0.99))
    for one, other in zip(result.tails, historical_tails(rescaled, (0.95, 0.99)), strict=True):
        assert float(one.value_at_risk) == float(other.value_at_risk)
        assert float(one.expected_shortfall) == float(other.expected_shortfall)
    assert float(result.fitted["volatility"]) == np.sqrt(fit.variances[-1])


def test_a_fit_in_money_is_the_fit_in_fractions():
    moves = garch_path(300, 3)
    one, other = fit_garch(moves), fit_garch(moves * 1e6)
    assert (other.mean, other.omega, other.alpha, other.beta) == pytest.approx((one.mean * 1e6, one.omega * 1e12, one.alpha, one.beta), rel=1e-4)


@pytest.mark.parametrize("profit", [np.zeros(100), np.full(100, 0.1)], ids=["nothing", "constant"])
def test_a_series_that_does_not_move_is_a_sentence(profit):
    with pytest.raises(DataError, match="does not move; use another method"):
        garch_filtered(profit, (0.95,))
    with pytest.raises(DataError, match="does not move"):
        fit_garch(profit)


def test_a_fit_that_does_not_converge_is_a_sentence():
    with pytest.raises(DataError, match="did not converge on these 100 days"):
        garch_filtered(diverging(), (0.95,))


def test_in_a_batch_a_failed_row_is_nan_and_named_and_costs_no_other():
    good = garch_path(100, 5)
    batch = garch_filtered(np.stack([good, np.zeros(100), diverging()]), (0.95, 0.99))
    alone = garch_filtered(good, (0.95, 0.99))
    for one, many in zip(alone.tails, batch.tails, strict=True):
        assert many.value_at_risk[0] == float(one.value_at_risk)
        assert np.isnan(many.value_at_risk[1:]).all()
        assert np.isnan(many.expected_shortfall[1:]).all()
    assert "does not move" in batch.remarks_on((1,))[0]
    assert "did not converge" in batch.remarks_on((2,))[0]
    assert batch.remarks_on((0,)) == alone.remarks_on()


def test_few_days_and_lasting_shocks_are_pointed_out():
    assert "fewer than 250 days" in garch_filtered(garch_path(249, 5), (0.95,)).remarks_on()[0]
    assert not any("fewer" in sentence for sentence in garch_filtered(garch_path(250, 5), (0.95,)).remarks_on())
    growing = np.random.default_rng(1).normal(size=400) * np.exp(np.linspace(0, 5, 400))
    result = garch_filtered(growing, (0.95,))
    assert float(result.fitted["alpha"] + result.fitted["beta"]) >= 0.999
    assert "never forgets a shock" in result.remarks_on()[0]


def test_too_short_a_past_says_why():
    with pytest.raises(InsufficientHistory, match=r"There are 59 data points .* \(a GARCH\(1,1\) estimates four parameters\)"):
        fit_garch(garch_path(59, 1))
    with pytest.raises(InvalidInput, match="one series"):
        fit_garch(np.ones((2, 100)))
