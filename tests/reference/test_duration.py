"""The stated duration of the Rates factor against the Treasury's own par yields, which the sample brings along.

Source: daily par yield curve rates of the US Treasury (farp/sample/treasury_curve.parquet, see farp/sample/README.md). The index behind the factor
was made from the same yields, so the slope of its returns on their changes is its duration.
"""

from __future__ import annotations

from importlib.resources import files

import numpy as np
import pandas as pd
import pytest

from farp.prices.factor_sets import SAMPLE
from farp.prices.sample import load_sample


def test_the_index_loses_its_stated_duration_for_every_point_of_yield() -> None:
    history = load_sample()
    with (files("farp.sample") / "treasury_curve.parquet").open("rb") as file:
        yields = pd.read_parquet(file)["10y"]
    closes = pd.Series(history.close("UST10Y"), index=pd.DatetimeIndex(history.dates)).dropna()
    moves = pd.DataFrame({"return": closes.pct_change(), "yield": yields.reindex(closes.index).diff()}).dropna().tail(60)
    slope = np.polyfit(moves["yield"], moves["return"], 1)[0]
    rates = next(factor for factor in SAMPLE.factors if factor.name == "Rates")
    assert rates.duration_years == pytest.approx(-slope, abs=0.1)
    assert rates.duration_source.endswith("yielded 3.88\N{NO-BREAK SPACE}%")
    assert yields.loc["2022-12-28"] == 0.0388
