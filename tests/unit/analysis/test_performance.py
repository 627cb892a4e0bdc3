"""Performance by hand on small markets, and to the last bit the same as the report's figures."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from farp.analysis import analyse, window_of
from farp.analysis.performance import EXTRA_DAYS, Figures, PerformanceAnalysis, performance_of
from farp.market import PriceHistory
from farp.prices.sample import load_sample
from tests.markets import holding, market, portfolio, wandering, weekdays

RATE = 0.02


def of(
    prices: PriceHistory, /, lookback: int | None = 252, rolling: int | None = None, as_of: dt.date | None = None, **quantities: float
) -> PerformanceAnalysis:
    return performance_of(window_of(portfolio(**quantities), prices, as_of, lookback, EXTRA_DAYS), prices, RATE, rolling)


def zigzag(days: int = 41) -> np.ndarray:
    """Closes that gain 10 % and lose 5 % in turn."""
    return 100.0 * np.concatenate([[1.0], np.cumprod(np.where(np.arange(days - 1) % 2, 0.95, 1.10))])


def test_one_holding_by_hand() -> None:
    """40 days, +10 % and -5 % in turn."""
    result = of(market({"A": zigzag()}), A=1)
    assert not any("lost more than they are worth" in note for note in result.notes)
    figures = result.figures
    assert figures is not None
    growth = 1.10 * 0.95
    deviation = 0.075 * np.sqrt(40 / 39)
    assert figures.total_return == pytest.approx(growth**20 - 1)
    assert figures.annual_return == pytest.approx(growth**126 - 1)
    assert figures.mean_return == pytest.approx(252 * 0.025)
    assert figures.volatility == pytest.approx(np.sqrt(252) * deviation)
    assert figures.sharpe_ratio == pytest.approx((6.3 - RATE) / (np.sqrt(252) * deviation))
    shortfall = np.sqrt(0.5 * (0.05 + RATE / 252) ** 2)
    assert figures.sortino_ratio == pytest.approx((6.3 - RATE) / (np.sqrt(252) * shortfall))
    assert figures.omega_ratio == pytest.approx(2.0)
    assert figures.skewness == pytest.approx(0.0, abs=1e-9)
    assert figures.kurtosis == pytest.approx(-2.0)
    assert (figures.best_day, figures.worst_day, figures.positive_days) == (pytest.approx(0.10), pytest.approx(-0.05), 0.5)
    assert figures.value_return == pytest.approx(growth**126 - 1)
    assert figures.maximum_drawdown == pytest.approx(0.05)
    assert figures.calmar_ratio == pytest.approx((growth**126 - 1) / 0.05)
    assert figures.observations == 40


def test_weights_and_quantities_are_two_pasts() -> None:
    """A doubles and stands still thereafter, cash does not move: today 2 of 3, then 1 of 2."""
    closes = np.concatenate([[1.0], np.full(40, 2.0)])
    prices = market({"A": closes})
    result = performance_of(window_of(holding({"A": 1, "CASH:USD": 1}), prices, None, 252, EXTRA_DAYS), prices, RATE)
    assert result.figures is not None
    assert result.figures.total_return == pytest.approx(2 / 3)  # today's weights: two thirds of +100 %
    assert result.figures.value_return == pytest.approx((3 / 2) ** (252 / 40) - 1)  # today's quantities: from 2 to 3


def test_the_calmar_ratio_rests_on_quantities_alone() -> None:
    prices = load_sample()
    figures = of(prices, AAPL=100, NVDA=-100, UST10Y=200).figures
    assert figures is not None
    assert figures.value_return is not None
    assert figures.maximum_drawdown is not None
    assert figures.annual_return != pytest.approx(figures.value_return, rel=0.05)
    assert figures.calmar_ratio == figures.value_return / figures.maximum_drawdown


def test_the_figures_of_the_report_to_the_last_bit() -> None:
    prices, holdings = load_sample(), portfolio(AAPL=100, XOM=-50, UST10Y=200)
    report, result = analyse(holdings, prices), of(prices, rolling=60, AAPL=100, XOM=-50, UST10Y=200)
    assert result.figures is not None
    assert result.benchmark is not None
    assert result.benchmark.relative is not None
    assert report.benchmark is not None
    assert result.rolling is not None
    assert result.figures.volatility == report.volatility[252]
    assert result.figures.sharpe_ratio == report.sharpe_ratio[252]
    assert result.figures.maximum_drawdown == report.drawdown.maximum
    assert result.benchmark.relative.beta == report.benchmark.beta
    assert result.rolling.volatility.values.tolist() == report.rolling_volatility[60].values.tolist()
    assert result.rolling.sharpe_ratio.dates.tolist() == report.rolling_sharpe_ratio[60].dates.tolist()
    assert (result.worst_drawdowns[0].peak, result.worst_drawdowns[0].trough) == (report.drawdown.peak_date, report.drawdown.trough_date)


def test_a_portfolio_that_is_the_benchmark() -> None:
    prices = market({"A": wandering(400, 3)})
    result = of(prices, A=5, rolling=60)
    assert result.benchmark is not None
    for name in Figures.__slots__:
        assert getattr(result.benchmark.figures, name) == pytest.approx(getattr(result.figures, name)), name
    relative = result.benchmark.relative
    assert relative is not None
    assert (relative.beta, relative.correlation, relative.up_capture, relative.down_capture) == tuple([pytest.approx(1.0)] * 4)
    assert relative.alpha == pytest.approx(0.0, abs=1e-12)
    assert relative.tracking_error == pytest.approx(0.0, abs=1e-12)
    assert relative.information_ratio is None
    assert result.rolling is not None
    assert result.rolling.beta.values == pytest.approx(np.ones(252))
    assert result.rolling.total_return.values == pytest.approx(result.rolling.benchmark_total_return.values)


def test_half_the_benchmark_and_half_cash() -> None:
    prices = market({"B": wandering(300, 4)})
    last = float(prices.close("B")[-1])
    result = performance_of(window_of(holding({"B": 1, "CASH:USD": last}), prices, None, 252, EXTRA_DAYS), prices, RATE)
    assert result.benchmark is not None
    relative, theirs = result.benchmark.relative, result.benchmark.figures
    assert relative is not None
    assert theirs.volatility is not None
    assert relative.beta == pytest.approx(0.5)
    assert relative.correlation == pytest.approx(1.0)
    assert relative.alpha == pytest.approx(-RATE / 2)  # cash earns nothing here, and half the rate is missing
    assert relative.tracking_error == pytest.approx(theirs.volatility / 2)
    assert (relative.up_capture, relative.down_capture) == (pytest.approx(0.5), pytest.approx(0.5))


def test_a_short_moves_against_the_benchmark() -> None:
    prices = market({"B": wandering(300, 4)})
    result = performance_of(window_of(holding({"B": -1, "CASH:USD": 2000.0}), prices, None, 252, EXTRA_DAYS), prices, RATE)
    assert result.benchmark is not None
    assert result.benchmark.relative is not None
    assert result.benchmark.relative.correlation == pytest.approx(-1.0)
    assert result.benchmark.relative.up_capture is not None
    assert result.benchmark.relative.up_capture < 0


def test_rolling_figures_end_today_and_begin_with_the_lookback() -> None:
    prices = market({"A": wandering(400, 3), "B": wandering(400, 5)}, benchmark="B")
    result = of(prices, A=1, lookback=100, rolling=20)
    rolling = result.rolling
    assert rolling is not None
    closes = prices.close("A")
    assert len(rolling.total_return.values) == 100
    assert rolling.total_return.values[-1] == pytest.approx(closes[-1] / closes[-21] - 1)
    assert rolling.total_return.values[0] == pytest.approx(closes[-100] / closes[-120] - 1)
    assert rolling.beta.dates[-1] == prices.dates[-1]
    assert of(prices, A=1, lookback=None, rolling=252).rolling is not None
    assert len(of(prices, A=1, lookback=None, rolling=252).rolling.beta.values) == 399 - 252 + 1  # type: ignore[union-attr]


def test_too_few_days_for_a_rolling_window_leave_it_empty() -> None:
    rolling = of(market({"A": wandering(100, 3)}), A=1, rolling=252).rolling
    assert rolling is not None
    assert not len(rolling.total_return.values)
    assert not len(rolling.beta.values)
    assert of(market({"A": wandering(100, 3)}), A=1).rolling is None


def test_months_compound_and_the_incomplete_are_marked() -> None:
    """The lookback begins with the return of 3 October, from the close of 30 September, and ends on 28 December."""
    days = weekdays(63)
    assert str(days[0]) == "2022-10-03"
    prices = market({"A": np.linspace(100.0, 162.0, 63)})
    calendar = of(prices, A=1).calendar
    assert calendar is not None
    assert calendar.returns.years.tolist() == [2022]
    november = prices.close("A")[days.astype("datetime64[M]") == np.datetime64("2022-11")]
    october = prices.close("A")[days.astype("datetime64[M]") == np.datetime64("2022-10")]
    assert calendar.returns.months[0, 10] == pytest.approx(november[-1] / october[-1] - 1)
    assert calendar.partial == {(2022, 10), (2022, 12)}  # the first return is that of 4 October
    assert calendar.partial_years == {2022}
    assert (calendar.first, calendar.last) == ((2022, 10), (2022, 12))


def test_a_month_is_whole_when_the_window_begins_on_its_eve_and_ends_on_its_last_day() -> None:
    prices = market({"A": wandering(500, 1)}, dates=weekdays(500, dt.date(2022, 12, 30)))
    december = of(prices, A=1, lookback=22).calendar  # 1 to 30 December
    assert december is not None
    assert (december.first, december.last, december.partial) == ((2022, 12), (2022, 12), frozenset())
    assert december.partial_years == {2022}
    whole_year = of(prices, A=1, lookback=260).calendar  # 3 January, after the close of 31 December, to 30 December
    assert whole_year is not None
    assert whole_year.partial == whole_year.partial_years == frozenset()


def test_a_month_goes_on_when_there_are_prices_after_the_day_asked_for() -> None:
    prices = market({"A": wandering(500, 1)})
    calendar = of(prices, A=1, as_of=dt.date(2022, 6, 29)).calendar
    assert calendar is not None
    assert (2022, 6) in calendar.partial
    ended = of(prices, A=1, as_of=dt.date(2022, 6, 30)).calendar
    assert ended is not None
    assert (2022, 6) not in ended.partial


def test_a_month_that_ends_before_a_holiday_is_whole() -> None:
    days = weekdays(500)
    open_days = days[days != np.datetime64("2022-06-30")]
    calendar = of(market({"A": wandering(len(open_days), 1)}, dates=open_days), A=1, as_of=dt.date(2022, 6, 29)).calendar
    assert calendar is not None
    assert calendar.last == (2022, 6)
    assert (2022, 6) not in calendar.partial


def test_falls_with_dates_and_lengths() -> None:
    values = np.concatenate([np.linspace(100, 120, 30), [90.0, 100.0, 125.0, 110.0, 115.0]])
    prices = market({"A": values})
    deepest, second = of(prices, A=1).worst_drawdowns
    dates = [day.item() for day in prices.dates]
    assert (deepest.depth, deepest.amount) == (pytest.approx(0.25), pytest.approx(30.0))
    assert (deepest.peak, deepest.trough, deepest.recovery) == (dates[29], dates[30], dates[32])
    assert (deepest.to_trough, deepest.to_recovery, deepest.length) == (1, 2, 3)
    assert (second.peak, second.trough, second.recovery) == (dates[32], dates[33], None)
    assert (second.to_trough, second.to_recovery, second.length) == (1, None, 2)


def test_without_a_positive_value_there_are_falls_in_money_and_no_returns() -> None:
    result = of(market({"A": zigzag()}), A=-1, rolling=20)
    assert result.window.net_asset_value < 0
    assert result.figures is result.calendar is result.rolling is None
    assert result.benchmark is not None
    assert result.benchmark.relative is None
    assert result.benchmark.figures.total_return is not None
    assert result.worst_drawdowns[0].depth is None
    assert result.worst_drawdowns[0].amount > 0


def test_what_stands_still_has_no_ratios() -> None:
    result = of(market({"S": np.full(80, 5.0), "B": wandering(80, 1)}, benchmark="B"), S=1, rolling=20)
    figures = result.figures
    assert figures is not None
    assert (figures.total_return, figures.volatility, figures.maximum_drawdown, figures.positive_days) == (0.0, 0.0, 0.0, 0.0)
    assert figures.sharpe_ratio is figures.omega_ratio is figures.skewness is figures.kurtosis is figures.calmar_ratio is None
    assert result.benchmark is not None
    assert result.benchmark.relative is not None
    assert (result.benchmark.relative.beta, result.benchmark.relative.correlation) == (0.0, None)
    assert result.worst_drawdowns == ()
    assert result.rolling is not None
    assert not len(result.rolling.sharpe_ratio.values)


def test_a_day_that_lost_more_than_everything_is_said_and_compounds_to_nothing() -> None:
    """A short against cash: as the price doubled in a day, today's amounts would have lost twice their value."""
    closes = np.concatenate([np.full(30, 50.0), np.full(20, 100.0)])
    prices = market({"A": closes, "B": wandering(50, 2)}, benchmark="B")
    result = performance_of(window_of(holding({"A": -2, "CASH:USD": 300.0}), prices, None, 252, EXTRA_DAYS), prices, RATE)
    assert result.figures is not None
    assert result.figures.total_return is result.figures.annual_return is None
    assert result.figures.worst_day == pytest.approx(-2.0)
    assert result.calendar is not None
    assert np.isnan(result.calendar.returns.year).all()
    assert any(note.startswith("On one day today's holdings would have lost more than they are worth") for note in result.notes)


def test_a_benchmark_with_holes_is_compared_on_the_days_there_are() -> None:
    other = wandering(60, 7)
    other[10:25] = np.nan
    result = of(market({"A": wandering(60, 3), "B": other}, benchmark="B"), A=1)
    assert result.benchmark is not None
    assert result.benchmark.figures.observations == 44
    assert any("The benchmark shares 44 of the 59 days" in note for note in result.notes)
    assert any("scaled up from 59 days" in note for note in result.notes)


def test_without_a_benchmark_the_rest_stands() -> None:
    other = wandering(60, 7)
    other[:50] = np.nan
    result = of(market({"A": wandering(60, 3), "B": other}, benchmark="B"), A=1, rolling=20)
    assert result.benchmark is None
    assert result.figures is not None
    assert result.rolling is not None
    assert not len(result.rolling.beta.values)
    assert any(note.startswith("There is no benchmark to compare with: ") for note in result.notes)


def test_growth_of_a_value_with_shorts_far_from_its_return_is_said() -> None:
    """The short doubled: its amount of today is more than it was, and so was what it lost."""
    prices = market({"A": np.linspace(50.0, 100.0, 300), "B": np.linspace(100.0, 110.0, 300)}, benchmark="B")

    def said(**quantities: float) -> list[str]:
        return [note for note in of(prices, **quantities).notes if "keep today's quantities" in note]

    (note,) = said(A=-1.5, B=2)
    assert note.startswith("Growth of the value (\N{MINUS SIGN}")
    assert "With 214\N{THIN SPACE}% of the value short" in note
    assert not said(A=1, B=2), "no shorts"
    assert not said(A=-0.01, B=2), "next to none, and no difference"
