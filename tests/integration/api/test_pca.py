"""`/risk/pca`: the numbers of the analysis, and a sentence for what cannot be answered."""

from __future__ import annotations

import datetime as dt
import json

import httpx
import numpy as np
import pytest

from farp.analysis.pca import portfolio_components
from farp.api.topics.pca import PcaAnswer
from farp.service import Desk
from tests.integration.api.conftest import awkward_id

LONG_SHORT = "long-short-equity.user_003"


def ask(api: httpx.Client, **parameters: str) -> httpx.Response:
    return api.get("/risk/pca", params=parameters)


def test_it_is_the_analysis_to_the_last_bit(api: httpx.Client, desk: Desk) -> None:
    answer = ask(api, portfolio_id=LONG_SHORT, lookback="125", as_of_date="2022-06-18").json()
    result = portfolio_components(desk.window(LONG_SHORT, dt.date(2022, 6, 18), 125))
    found = result.components
    parts = answer["components"]
    assert [part["number"] for part in parts] == list(range(1, len(found.explained_ratio) + 1))
    assert [part["explained_pct"] for part in parts] == (100 * found.explained_ratio).tolist()
    assert [part["variance_share_pct"] for part in parts] == (100 * found.variance_shares).tolist()
    assert [part["exposure_amount"] for part in parts] == found.exposures.tolist()
    assert np.array_equal(np.array([part["loadings"] for part in parts]), found.loadings)
    assert [part["reading"] for part in parts] == list(result.readings)
    assert parts[-1]["cumulative_pct"] == pytest.approx(100.0)
    assert answer["components_for_90_pct"] == result.for_most
    assert answer["constant"] == ["CASH:USD"]
    assert (answer["date"], answer["lookback_days"], answer["data_points"]) == ("2022-06-17", 125, 125)


def test_one_share_by_the_definition(api: httpx.Client, desk: Desk) -> None:
    """The eigenvalues of the correlation matrix of the holdings that move, over their number."""
    answer = ask(api, portfolio_id=LONG_SHORT).json()
    window = desk.window(LONG_SHORT)
    moving = [i for i, holding in enumerate(window.holdings) if holding.ticker not in answer["constant"]]
    values = np.linalg.eigvalsh(np.corrcoef(window.returns[moving]))[::-1]
    assert [part["explained_variance"] for part in answer["components"]] == pytest.approx(values.tolist())
    assert answer["components"][0]["explained_pct"] == pytest.approx(100 * values[0] / len(moving))


def test_amounts_stay_where_percentages_are_undefined(api: httpx.Client) -> None:
    (part,) = ask(api, portfolio_id=awkward_id("In Debt")).json()["components"]
    assert part["exposure_pct"] is None
    assert part["exposure_amount"] > 0
    assert (part["leading"], part["reading"]) == (["AAPL"], "AAPL on its own")


@pytest.mark.parametrize("portfolio", [LONG_SHORT, "index-core.user_024", *map(awkward_id, ("In Debt", "Apple", "Euro Bitcoin", "Partly Unknown"))])
def test_every_answer_has_the_documented_shape_and_no_nan(api: httpx.Client, portfolio: str) -> None:
    for lookback in ("60", "252", "all"):
        text = ask(api, portfolio_id=portfolio, lookback=lookback).text
        PcaAnswer.model_validate(json.loads(text, parse_constant=lambda constant: pytest.fail(f"{constant} in the answer")))


@pytest.mark.parametrize(
    ("parameters", "status", "sentence"),
    [
        ({"lookback": "59"}, 422, "lookback must be a whole number of trading days, 60 or more"),
        ({"factors": "GLD"}, 422, "There is no parameter 'factors' at this address"),
        ({"portfolio_id": awkward_id("Cash Only")}, 409, "No holding's price moves in this period"),
        ({"portfolio_id": awkward_id("Empty")}, 409, "Portfolio 'empty.user_900' holds no positions"),
        ({"portfolio_id": "nope"}, 404, "There is no portfolio 'nope'."),
    ],
)
def test_what_cannot_be_answered_is_a_sentence(api: httpx.Client, parameters: dict[str, str], status: int, sentence: str) -> None:
    answer = ask(api, **parameters)
    assert answer.status_code == status
    assert answer.json()["error"]["message"].startswith(sentence)
