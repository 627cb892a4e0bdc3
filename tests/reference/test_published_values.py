"""Published numbers with their source and convention (the JSON files beside this module) against FARP's functions.

Where a source uses another convention, the test brings FARP's figure to it and says so; FARP's own definition stays.
"""

from __future__ import annotations

import importlib.util
import json
from importlib import resources
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from arch.data import sp500
from scipy.special import ndtr

from farp.engine.backtest import (
    Transitions,
    christoffersen_independence,
    conditional_coverage,
    cumulative_probability,
    kupiec,
    traffic_light,
)
from farp.engine.contribution import parametric_contributions
from farp.engine.drawdown import drawdowns
from farp.engine.exposure import concentration, exposure
from farp.engine.factor_model import CovarianceEstimator, collinearity, factor_covariance, regress
from farp.engine.methods.cornish_fisher import cornish_fisher_quantile
from farp.engine.methods.filtered_historical import ewma_variances
from farp.engine.methods.garch_filtered import fit_garch, next_variance
from farp.engine.methods.parametric_normal import normal_tail, parametric_normal
from farp.engine.pca import principal_components
from farp.engine.performance import (
    alpha,
    beta,
    downside_deviation,
    downside_potential,
    kurtosis,
    omega_ratio,
    sharpe_ratio,
    sortino_ratio,
    volatility,
)
from farp.engine.value_at_risk import QuantileRule, historical_expected_shortfall, historical_tails, historical_value_at_risk

HERE = Path(__file__).parent
REFERENCES = {
    reference["id"]: reference
    for name in ("reference_values.json", "more_values.json")
    for reference in json.loads((HERE / name).read_text(encoding="utf-8"))["references"]
}

LATER = {}
"""What FARP does not compute yet, and why."""


def percent(values):
    """Percent as fractions; the sources' first missing value left out (FARP refuses gaps)."""
    return np.array([value for value in values if value is not None]) / 100


def wealth(returns):
    """The sources start the path at 1 before the first return; FARP's value path has that day as well."""
    return np.cumprod(np.concatenate([[1.0], 1.0 + returns]))


def quantile(returns, cutoff, rule=QuantileRule.LINEAR):
    """The quantile with the sign of the return: FARP's VaR is a loss."""
    return -float(historical_tails(returns, (1 - cutoff,), rule, minimum=1)[0].value_at_risk)


def empyrical_var_percentile(given):
    return [quantile(given["returns"], cutoff) for cutoff in given["cutoff"]]


def skfolio_aapl_var95(given):
    # read from the package's folder: importing skfolio needs solvers that FARP has no use for
    spec = importlib.util.find_spec("skfolio")
    prices = pd.read_csv(Path(spec.origin).parent / "datasets" / "data" / "sp500_dataset.csv.gz")[given["column"]]
    returns = prices.pct_change().dropna().to_numpy()
    assert len(returns) == 8312
    return float(historical_value_at_risk(returns, 0.95, QuantileRule.ORDER_STATISTIC))


def analystprep_hs_order_statistic(given):
    # the source takes the [n (1 - c) + 1]-th worst loss, FARP the ceil(n (1 - c))-th: one rank worse. FARP's figure with one of the
    # four worst days taken out of 300 is the source's (299 * 1 % = 2.99, the third worst of what is left)
    profit = np.array([*given["five_worst"], *[0.0] * (given["n"] - 5)])
    assert float(historical_value_at_risk(profit, given["alpha"], QuantileRule.ORDER_STATISTIC)) == -given["five_worst"][2]
    return float(historical_value_at_risk(profit[1:], given["alpha"], QuantileRule.ORDER_STATISTIC))


def normal_value_at_risk(deviation, z):
    """The sources round the normal quantile; FARP takes a confidence, so it gets the one that belongs to their quantile."""
    return float(normal_tail(0.0, deviation, float(ndtr(z))).value_at_risk)


def positions_with(amounts, volatility, correlation):
    """250 days of P&L of two positions whose sample covariance is exactly the given one."""
    moves = np.random.default_rng(0).normal(size=(2, 250))
    white = np.linalg.solve(np.linalg.cholesky(np.cov(moves)), moves)
    covariance = np.outer(volatility, volatility) * [[1.0, correlation], [correlation, 1.0]]
    return np.array(amounts)[:, None] * (np.linalg.cholesky(covariance) @ white)


def hull_msft_att_10day(given):
    positions = positions_with(list(given["positions"].values()), given["daily_vol"], given["corr"])
    together = parametric_normal(positions.sum(axis=0), (float(ndtr(given["z"])),))
    msft, att = (float(parametric_normal(profit, (float(ndtr(given["z"])),)).over(given["h"])[0].value_at_risk) for profit in positions)
    portfolio = float(together.over(given["h"])[0].value_at_risk)
    return {
        "msft_10d": msft,
        "att_10d": att,
        "sd_1d": float(together.fitted["deviation"]),
        "portfolio_10d": portfolio,
        "benefit": msft + att - portfolio,
    }


def hull_msft_1day(given):
    return normal_value_at_risk(given["position"] * given["daily_vol"], given["z"])


def quantlib_gaussian_var_es_2sigma(given):
    # the source floors both at zero, which none of its cases reaches
    tail = normal_tail(given["mu"], given["sigma"], given["confidence"])
    return [*tail.value_at_risk.tolist(), *tail.expected_shortfall.tolist()]


def hull_cornish_fisher_skew_only(given):
    # the source stops at the first skewness term; FARP's expansion has the square of the skewness as well
    z, skew = given["z"], given["skew"]
    w = float(cornish_fisher_quantile(z, skew, 0.0)) + (2 * z**3 - 5 * z) * skew**2 / 36
    return {"w": w, "quantile": given["mu"] + w * given["sigma"]}


def of_test(test):
    return [test.statistic, test.p_value]


def mathworks_pof_57(given):
    return of_test(kupiec(given["N"], given["x"], 1 - given["p"]))


def mathworks_pof_17(given):
    return mathworks_pof_57(given)


def mathworks_transitions(given):
    return Transitions(calm_calm=given["N00"], calm_hit=given["N01"], hit_calm=given["N10"], hit_hit=given["N11"])


def mathworks_cci(given):
    return of_test(christoffersen_independence(mathworks_transitions(given)))


def mathworks_cc(given):
    coverage = kupiec(given["N"], given["x"], 1 - given["p"])
    return of_test(conditional_coverage(coverage, christoffersen_independence(mathworks_transitions(given))))


def basel_traffic_light_250(given):
    zones = [traffic_light(given["n"], count, 1 - given["p"]).value for count in given["exceptions"]]
    assert zones == ["green"] * 5 + ["yellow"] * 5 + ["red"]
    return [100 * cumulative_probability(given["n"], count, 1 - given["p"]) for count in given["exceptions"]]


def hull_q10_19_ewma_garch_update(given):
    move, variance = given["price1"] / given["price0"] - 1, given["vol"] ** 2
    ewma = float(ewma_variances([move], given["lam"], initial=variance)[-1])
    garch = float(next_variance(given["omega"], given["alpha"], given["beta"], move, variance))
    return {"ewma_var": ewma, "ewma_vol": ewma**0.5, "garch_vol": garch**0.5}


def arch_sp500_garch11_fit(_):
    closes = sp500.load()["Adj Close"]
    returns = 100 * closes.pct_change().dropna().to_numpy()
    assert len(returns) == 5030
    fit = fit_garch(returns)
    return [fit.mean, fit.omega, fit.alpha, fit.beta]


def empyrical_max_drawdown(given):
    paths = (given["mixed"]["mixed_returns_pct"], given["negative_pct"], given["all_negative_pct"], given["udu_pct"])
    return [-float(drawdowns(wealth(percent(path))).maximum) for path in paths]


def empyrical_annual_vol(given):
    # FARP annualises daily returns only; for weeks and months the factor is exchanged
    daily, other = percent(given["daily"]["mixed_returns_pct"]), percent(given["weekly_monthly"]["weekly_or_monthly_pct"])
    periods = [(daily, 252), (other, 52), (other, 12)]
    return [float(volatility(returns, len(returns))) * np.sqrt(count / 252) for returns, count in periods]


def empyrical_sharpe(given):
    # the source takes the risk-free rate off each day; FARP takes a yearly rate, so a series is taken off before
    mixed, rate = percent(given["mixed"]["mixed_returns_pct"]), percent(given["rf_series_for_second_pct"])[1:]
    samples = (mixed, mixed - rate, percent(given["positive_pct"]), percent(given["negative_pct"]))
    return [float(sharpe_ratio(returns, len(returns), 0.0)) for returns in samples]


def empyrical_alpha_beta(given):
    # FARP's alpha is 252 daily ones (as its Sharpe ratio takes 252 means); the source compounds the daily one
    returns, benchmark = percent(given["mixed"]["mixed_returns_pct"]), percent(given["benchmark_pct"])
    return [(1 + float(alpha(returns, benchmark, 0.0)) / 252) ** 252 - 1, float(beta(returns, benchmark))]


def bionicturtle_cad_usd_component_incremental(given):
    deviations = np.array(given["vol"])
    covariance = np.outer(deviations, deviations) * np.array([[1, given["corr"]], [given["corr"], 1]])
    result = parametric_contributions(given["positions"], covariance, 0.95)
    return [result.component[0], result.incremental[0], result.value_at_risk]


def bacon_downside_omega_kappa(given):
    # monthly returns: FARP's Sortino ratio is sqrt(252) times the source's Kappa of order 2, its target a rate a year
    returns, target = np.array(given["portfolio"]), 0.005
    return [
        float(downside_deviation(returns, target)),
        float(downside_potential(returns, target)),
        float(downside_deviation(-returns, -target)),
        float(downside_potential(-returns, -target)),
        float(omega_ratio(returns, target)) - 1,
        float(sortino_ratio(returns, 252 * target)) / np.sqrt(252),
        float(omega_ratio(returns)),
    ]


def bacon_kurtosis(_):
    # kurtosis by moments and less 3
    excess = float(kurtosis(REFERENCES["bacon_downside_omega_kappa"]["input"]["portfolio"]))
    return [excess + 3, excess]


def sklearn_pca_doctest(given):
    # singular values of the centred data: roots of the explained variance times n - 1
    returns = np.array(given["X"]).T
    result = principal_components(returns, [1.0, 1.0], standardise=False, minimum=2)
    return [*result.explained_ratio, *np.sqrt(result.explained_variance * (result.observations - 1))]


def sklearn_ledoit_wolf_doctest(_):
    sample = np.random.RandomState(0).multivariate_normal(mean=[0, 0], cov=[[0.4, 0.2], [0.2, 0.8]], size=50)
    result = factor_covariance(sample.T, CovarianceEstimator.LEDOIT_WOLF)
    return [*result.covariance.ravel(), result.shrinkage]


def fundterms_exposure(given):
    result = exposure([given["long"], given["short"]], ["fund", "fund"])
    return [float(result.gross[0]), float(result.net[0])]


def regression_figures(y, x):
    """Return intercept and loadings, standard errors of the loadings, t, R2 and the residual deviation in one list."""
    result = regress(y, x, minimum=3)
    figures = [result.intercepts[0], *result.loadings[0], *result.standard_errors[0], *result.t_statistics[0], result.r_squared[0]]
    return [*figures, result.residual_variance[0] ** 0.5]


def nist_longley_ols(_):
    data = sm.datasets.longley.load_pandas()
    return regression_figures(data.endog.to_numpy(), data.exog.to_numpy().T)


def longley_variance_inflation(_):
    return list(collinearity(sm.datasets.longley.load_pandas().exog.to_numpy().T).variance_inflation)


def nist_norris_ols(_):
    file = resources.files("scipy.stats.tests") / "data" / "nist_linregress" / "Norris.dat"
    y, x = np.array([line.split() for line in file.read_text().splitlines()[60:] if line.strip()], dtype=np.float64).T
    assert len(y) == 36
    figures = regression_figures(y, x)
    return [figures[0], figures[1], figures[2], *figures[4:]]  # NIST gives no t-statistic here


def numpy_hyndman_fan_quantiles(given):
    return [quantile(given["returns"], given["cutoff"], rule) for rule in (QuantileRule.LINEAR, QuantileRule.CENTERED)]


def hull_500_scenarios_expected_shortfall(given):
    profit = -np.array([*given["five_worst"], *np.linspace(250_000, -300_000, given["n"] - 5)])
    return [
        float(historical_value_at_risk(profit, given["confidence"], QuantileRule.ORDER_STATISTIC)),
        float(historical_expected_shortfall(profit, given["confidence"])),
    ]


def doj_herfindahl_four_firms(given):
    return float(concentration(given["shares_pct"]).herfindahl) * 10_000


def expected_regression(expected):
    # intercepts have no standard error in FARP
    t = expected.get("t", [None])[1:]
    return [*expected["beta"], *expected["se"][1:], *t, expected["r2"], expected["resid_sd"]]


COVERED = {
    empyrical_var_percentile: None,
    skfolio_aapl_var95: None,
    analystprep_hs_order_statistic: None,
    hull_msft_att_10day: None,
    hull_msft_1day: None,
    quantlib_gaussian_var_es_2sigma: lambda expected: [*expected["var"], *expected["es"]],
    hull_cornish_fisher_skew_only: None,
    mathworks_pof_57: None,
    mathworks_pof_17: None,
    mathworks_cci: None,
    mathworks_cc: None,
    basel_traffic_light_250: None,
    hull_q10_19_ewma_garch_update: None,
    arch_sp500_garch11_fit: lambda expected: expected["params"],
    empyrical_max_drawdown: None,
    empyrical_annual_vol: None,
    empyrical_sharpe: None,
    empyrical_alpha_beta: None,
    bionicturtle_cad_usd_component_incremental: lambda expected: [expected[name] for name in ("component_first", "incremental_first", "portfolio")],
    bacon_downside_omega_kappa: None,
    bacon_kurtosis: lambda expected: [expected["moment"], expected["excess"]],
    sklearn_pca_doctest: lambda expected: [*expected["ratio"], *expected["sv"]],
    sklearn_ledoit_wolf_doctest: lambda expected: [*np.ravel(expected["cov"]), expected["shrinkage"]],
    fundterms_exposure: lambda expected: [expected["gross"], expected["net"]],
    nist_longley_ols: expected_regression,
    nist_norris_ols: expected_regression,
    longley_variance_inflation: None,
    numpy_hyndman_fan_quantiles: lambda expected: [expected["linear"], expected["centered"]],
    hull_500_scenarios_expected_shortfall: lambda expected: [expected["var"], expected["es"]],
    doj_herfindahl_four_firms: None,
}
"""The function that computes FARP's figures of a reference, and which of the published ones they are (None: all)."""


@pytest.mark.parametrize(("compute", "part"), COVERED.items(), ids=lambda item: getattr(item, "__name__", ""))
def test_published_value(compute, part):
    reference = REFERENCES[compute.__name__]
    expected = part(reference["expected"]) if part else reference["expected"]
    given, kind = reference["tolerance"], "rel" if reference["tolerance_kind"] == "relative" else "abs"
    computed = compute(reference["input"])
    if isinstance(expected, dict):
        assert list(computed) == list(expected)
        computed, expected = list(computed.values()), list(expected.values())
    if not isinstance(given, list):
        computed, expected, given = [computed], [expected], [given]
    for one, published, tolerance in zip(computed, expected, given, strict=True):
        assert one == pytest.approx(published, **({"rel": 0.0, "abs": 0.0} | {kind: tolerance}))


def test_every_reference_is_covered_or_has_a_reason():
    covered = {compute.__name__ for compute in COVERED}
    assert covered | set(LATER) == set(REFERENCES)
    assert not covered & set(LATER)
    assert all(LATER.values())


def test_every_reference_says_where_it_is_from_and_what_it_means():
    for reference in REFERENCES.values():
        assert reference["source"]
        assert reference["definition"]
