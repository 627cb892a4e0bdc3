"""`/risk/correlation`: the numbers of the analysis in the clustered order, and a sentence for what cannot be answered."""

from __future__ import annotations

import datetime as dt
import json

import httpx
import numpy as np
import pytest

from farp.analysis.correlation import correlations
from farp.api.topics.correlation import CorrelationAnswer
from farp.service import Desk

LONG_SHORT = "long-short-equity.user_003"


def ask(api: httpx.Client, **parameters: str) -> httpx.Response:
    return api.get("/risk/correlation", params=parameters)


def test_the_matrix_is_the_analysis_to_the_last_bit_and_its_rows_are_the_tickers(api: httpx.Client, desk: Desk) -> None:
    answer = ask(api, portfolio_id=LONG_SHORT).json()
    result = correlations(desk.window(LONG_SHORT))
    order = result.correlation.order
    assert answer["tickers"] == [result.window.holdings[i].ticker for i in order]
    expected = result.correlation.matrix[np.ix_(order, order)]
    assert np.array_equal(np.array(answer["matrix"], dtype=float), expected, equal_nan=True)
    assert answer["average_correlation"] == result.average
    assert answer["diversification_ratio"] == result.diversification_ratio
    assert (answer["date"], answer["lookback_days"], answer["data_points"], answer["portfolio_id"]) == ("2022-12-28", 252, 252, LONG_SHORT)


def test_one_correlation_by_the_definition(api: httpx.Client, desk: Desk) -> None:
    answer = ask(api, portfolio_id=LONG_SHORT).json()
    window = desk.window(LONG_SHORT)
    a, b = answer["tickers"][:2]
    rows = {holding.ticker: window.returns[i] for i, holding in enumerate(window.holdings)}
    assert answer["matrix"][0][1] == pytest.approx(np.corrcoef(rows[a], rows[b])[0, 1], rel=1e-9)


def test_lookback_and_day_change_the_answer_and_are_stated(api: httpx.Client, desk: Desk) -> None:
    short = ask(api, portfolio_id=LONG_SHORT, lookback="60", as_of_date="2022-06-18").json()
    result = correlations(desk.window(LONG_SHORT, lookback_days=60, as_of=dt.date(2022, 6, 18)))
    assert short["average_correlation"] == result.average
    assert (short["lookback_days"], short["data_points"], short["date"], short["requested_as_of_date"]) == (60, 60, "2022-06-17", "2022-06-18")
    everything = ask(api, portfolio_id=LONG_SHORT, lookback="all").json()
    assert everything["lookback_days"] is None
    assert everything["data_points"] > 1000


def test_the_answer_about_every_portfolio_fits_its_model(api: httpx.Client, desk: Desk) -> None:
    for portfolio in desk.portfolios():
        answer = ask(api, portfolio_id=portfolio.id)
        json.loads(answer.text, parse_constant=pytest.fail)
        if answer.status_code != 200:
            assert answer.status_code == 409
            assert answer.json()["error"]["message"].endswith(".")
            continue
        fitted = CorrelationAnswer.model_validate_json(answer.content)
        assert len(fitted.matrix) == len(fitted.tickers)
        assert {len(row) for row in fitted.matrix} == {len(fitted.tickers)}


def test_the_model_refuses_a_field_too_many(api: httpx.Client) -> None:
    answer = ask(api).json()
    with pytest.raises(ValueError, match="surprise"):
        CorrelationAnswer.model_validate(answer | {"surprise": 1})


@pytest.mark.parametrize(
    ("id", "average", "ratio"),
    [("cash-only.user_900", None, None), ("apple.user_900", None, 1.0)],
)
def test_what_is_undefined_is_null(api: httpx.Client, id: str, average: None, ratio: float | None) -> None:
    answer = ask(api, portfolio_id=id).json()
    assert answer["average_correlation"] is average
    assert answer["diversification_ratio"] == (ratio if ratio is None else pytest.approx(ratio))
    if ratio is None:
        assert answer["matrix"] == [[None]]


def test_what_is_left_out_is_listed(api: httpx.Client) -> None:
    answer = ask(api, portfolio_id="partly-unknown.user_900").json()
    assert answer["tickers"] == ["AAPL"]
    assert [one["ticker"] for one in answer["excluded"]] == ["NOSUCH", "MSFT"]


@pytest.mark.parametrize(
    ("parameters", "status", "sentence"),
    [
        ({"lookback": "59"}, 422, "lookback must be a whole number of trading days, 60 or more"),
        ({"lookback": "half"}, 422, "lookback must be"),
        ({"lookback": ""}, 422, "lookback is empty"),
        ({"lookbak": "60"}, 422, "There is no parameter 'lookbak' at this address; it takes portfolio_id, lookback, as_of_date."),
        ({"as_of_date": "yesterday"}, 422, "as_of_date must be a date"),
        ({"portfolio_id": "nope"}, 404, "There is no portfolio 'nope'."),
        ({"portfolio_id": "empty.user_900"}, 409, "Portfolio 'empty.user_900' holds no positions"),
        ({"portfolio_id": "only-unknown.user_900"}, 409, "Nothing in portfolio 'only-unknown.user_900' can be priced"),
        ({"as_of_date": "1990-01-15", "portfolio_id": "dividend-income.user_006"}, 409, "data points"),
    ],
)
def test_a_bad_request_is_a_sentence(api: httpx.Client, parameters: dict[str, str], status: int, sentence: str) -> None:
    answer = ask(api, **parameters)
    assert answer.status_code == status
    assert sentence in answer.json()["error"]["message"]
