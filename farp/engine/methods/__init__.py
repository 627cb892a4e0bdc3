"""Eight ways to a VaR and its ES, all answering with an `Estimate`: P&L of shape (..., n_days) in, one figure a row out.

Monte Carlo alone needs the P&L of each position, shape (..., n_positions, n_days), and a random generator.
"""

from __future__ import annotations

from farp.engine.methods.age_weighted import AGE_WEIGHTED
from farp.engine.methods.cornish_fisher import CORNISH_FISHER
from farp.engine.methods.filtered_historical import FILTERED_HISTORICAL
from farp.engine.methods.garch_filtered import GARCH_FILTERED
from farp.engine.methods.monte_carlo import MONTE_CARLO
from farp.engine.methods.parametric_normal import PARAMETRIC_NORMAL
from farp.engine.methods.student_t import STUDENT_T
from farp.engine.value_at_risk import HISTORICAL_SIMULATION

METHODS = {
    HISTORICAL_SIMULATION: "Historical simulation",
    PARAMETRIC_NORMAL: "Normal",
    STUDENT_T: "Student t",
    CORNISH_FISHER: "Cornish-Fisher",
    MONTE_CARLO: "Monte Carlo",
    AGE_WEIGHTED: "Age-weighted",
    FILTERED_HISTORICAL: "Filtered historical (EWMA)",
    GARCH_FILTERED: "GARCH-filtered",
}
"""The methods in the order in which they are shown, and their names for reading."""

ASSUMES = {
    HISTORICAL_SIMULATION: "Tomorrow is one of the past days, each as likely",
    PARAMETRIC_NORMAL: "A bell curve as wide as the past days",
    STUDENT_T: "A bell curve with fatter tails, fitted",
    CORNISH_FISHER: "A bell curve bent by skewness and kurtosis",
    MONTE_CARLO: "100,000 drawn days; holdings move jointly normal",
    AGE_WEIGHTED: "Past days, the recent ones more likely",
    FILTERED_HISTORICAL: "Past days, each scaled to today's volatility",
    GARCH_FILTERED: "Past days, scaled to the volatility GARCH(1,1) expects",
}
"""What each method takes for granted, in a few words."""
