"""Performance as a document. Percent fields are of the series itself: a return, a volatility, a fall from the peak."""

from __future__ import annotations

from farp.analysis.performance import BenchmarkPerformance, Calendar, DrawdownSpan, Figures, PerformanceAnalysis, Relative, Rolling
from farp.analysis.window import Series
from farp.report.documents.common import JsonObject, day, identity, number, percent, provenance, row


def performance_document(result: PerformanceAnalysis) -> JsonObject:
    """Return figures of portfolio and benchmark, months, worst falls, and the rolling series when they are asked for."""
    window = result.window
    facts = provenance(window)
    facts["notes"] = [*facts["notes"], *result.notes]
    return {
        "date": window.as_of.isoformat(),
        "risk_free_rate": number(result.risk_free_rate),
        "portfolio": _figures(result.figures) if result.figures else None,
        "benchmark": _benchmark(result.benchmark) if result.benchmark else None,
        "relative": _relative(result.benchmark.relative) if result.benchmark and result.benchmark.relative else None,
        "monthly_returns": _months(result.calendar) if result.calendar else [],
        "yearly_returns": _years(result.calendar) if result.calendar else [],
        "worst_drawdowns": [_span(span) for span in result.worst_drawdowns],
        "rolling": _rolling(result.rolling) if result.rolling else None,
        "lookback_days": window.lookback_days,
        "data_points": window.observations,
        **identity(window.portfolio),
        **facts,
    }


def _figures(figures: Figures) -> JsonObject:
    return {
        "total_return_pct": percent(figures.total_return),
        "annual_return_pct": percent(figures.annual_return),
        "mean_return_pct": percent(figures.mean_return),
        "volatility_pct": percent(figures.volatility),
        "sharpe_ratio": number(figures.sharpe_ratio),
        "sortino_ratio": number(figures.sortino_ratio),
        "omega_ratio": number(figures.omega_ratio),
        "skewness": number(figures.skewness),
        "excess_kurtosis": number(figures.kurtosis),
        "best_day_pct": percent(figures.best_day),
        "worst_day_pct": percent(figures.worst_day),
        "positive_days_pct": percent(figures.positive_days),
        "value_return_pct": percent(figures.value_return),
        "maximum_drawdown_pct": percent(figures.maximum_drawdown),
        "calmar_ratio": number(figures.calmar_ratio),
        "data_points": figures.observations,
    }


def _benchmark(benchmark: BenchmarkPerformance) -> JsonObject:
    return {"ticker": benchmark.ticker, "name": benchmark.name, **_figures(benchmark.figures)}


def _relative(relative: Relative) -> JsonObject:
    return {
        "beta": number(relative.beta),
        "alpha_pct": percent(relative.alpha),
        "correlation": number(relative.correlation),
        "tracking_error_pct": percent(relative.tracking_error),
        "information_ratio": number(relative.information_ratio),
        "up_capture_pct": percent(relative.up_capture),
        "down_capture_pct": percent(relative.down_capture),
        "data_points": relative.observations,
    }


def _months(calendar: Calendar) -> list[JsonObject]:
    """Return the months with days, a month in which the compounded return is undefined as null."""
    first, last = calendar.first, calendar.last
    return [
        {
            "year": year,
            "month": month,
            "return_pct": percent(value),
            "partial": (year, month) in calendar.partial,
        }
        for year, values in zip(calendar.returns.years.tolist(), calendar.returns.months.tolist(), strict=True)
        for month, value in enumerate(values, start=1)
        if first <= (year, month) <= last
    ]


def _years(calendar: Calendar) -> list[JsonObject]:
    return [
        {"year": year, "return_pct": percent(value), "partial": year in calendar.partial_years}
        for year, value in zip(calendar.returns.years.tolist(), calendar.returns.year.tolist(), strict=True)
    ]


def _span(span: DrawdownSpan) -> JsonObject:
    return {
        "drawdown_pct": percent(span.depth),
        "drawdown_amount": number(span.amount),
        "peak_date": day(span.peak),
        "trough_date": day(span.trough),
        "recovery_date": day(span.recovery),
        "days_to_trough": span.to_trough,
        "days_to_recovery": span.to_recovery,
        "length_days": span.length,
    }


def _rolling(rolling: Rolling) -> JsonObject:
    return {
        "window_days": rolling.window,
        "total_return_pct": _series(rolling.total_return, 100.0),
        "volatility_pct": _series(rolling.volatility, 100.0),
        "sharpe_ratio": _series(rolling.sharpe_ratio),
        "beta": _series(rolling.beta),
        "benchmark_total_return_pct": _series(rolling.benchmark_total_return, 100.0),
        "benchmark_volatility_pct": _series(rolling.benchmark_volatility, 100.0),
        "benchmark_sharpe_ratio": _series(rolling.benchmark_sharpe_ratio),
    }


def _series(series: Series, scale: float = 1.0) -> JsonObject:
    return {"dates": [str(date) for date in series.dates.astype("datetime64[D]")], "values": row(series.values, scale)}
