"""A `RiskReport` as plain documents for JSON: the API and `farp risk --json` print these, field for field.

Losses are positive. A `*_pct` field is percent, of net asset value unless it says otherwise, and null when the net asset
value is not positive. `*_amount` fields, values and exposures are money in `currency`. `weight`, `volatility` and rates
are fractions. Nothing is rounded; what is undefined is null, never NaN or infinity.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Sequence
from typing import Protocol

from farp.analysis import RiskReport
from farp.analysis.factors import Explained
from farp.analysis.methods import of_historical
from farp.engine.checks import TRADING_DAYS
from farp.engine.exposure import Exposure
from farp.engine.value_at_risk import ValueAtRisk
from farp.errors import DataError, InsufficientHistory, InvalidInput, NothingToAnalyse
from farp.market import Factor, PriceHistory
from farp.portfolio import UNCLASSIFIED, AssetClass, Instrument, Portfolio, Position
from farp.report.documents.common import (
    Basis,
    JsonObject,
    confidence_percent,
    day,
    excluded_value,
    exclusion_document,
    identity,
    number,
    percent,
    provenance,
    row,
    rows,
)
from farp.report.documents.methods import method_document
from farp.valuation import Exclusion, Holding

SPECIFIC = "Specific"


class ExplainedBasis(Basis, Explained, Protocol):
    """Figures with a factor analysis: a `RiskReport`, or a row of the book."""

    @property
    def as_of(self) -> dt.date:
        """The day of the figures."""

    @property
    def lookback_days(self) -> int | None:
        """Daily returns asked for."""


def summary_document(portfolio: Portfolio) -> JsonObject:
    """Return what a list of portfolios says about one, without any price."""
    return {
        "portfolio_id": portfolio.id,
        "portfolio_name": portfolio.name,
        "description": portfolio.description,
        "owner_id": portfolio.owner_id,
        "owner_name": portfolio.owner_name,
        "created_at": portfolio.created_at.isoformat() if portfolio.created_at else None,
        "base_currency": portfolio.base_currency,
        "position_count": len(portfolio.positions),
    }


def portfolios_document(portfolios: Iterable[Portfolio], default_id: str | None) -> JsonObject:
    """Return the list of portfolios, and which one answers when no id is given."""
    return {"default_portfolio_id": default_id, "portfolios": [summary_document(portfolio) for portfolio in portfolios]}


def portfolio_document(report: RiskReport) -> JsonObject:
    """Return the portfolio with its priced positions; the ones without a usable price are under `excluded`."""
    return {
        **summary_document(report.portfolio),
        "date": report.as_of.isoformat(),
        "portfolio_value": number(report.net_asset_value),
        "total_gross_exposure": number(report.gross),
        "positions": [_position(holding) for holding in report.holdings],
        **provenance(report),
    }


def unpriced_portfolio_document(
    portfolio: Portfolio, history: PriceHistory, requested_as_of: dt.date | None, why: InsufficientHistory | NothingToAnalyse
) -> JsonObject:
    """Return the portfolio with its positions and no price, in the shape of `portfolio_document`; `notes` says why."""
    excluded = [exclusion for exclusion in getattr(why, "exclusions", ()) if isinstance(exclusion, Exclusion)]
    return {
        **summary_document(portfolio),
        "date": None,
        "portfolio_value": None,
        "total_gross_exposure": None,
        "positions": [_unpriced_position(position, history.instrument(position.ticker)) for position in portfolio.positions],
        "requested_as_of_date": day(requested_as_of),
        "source": history.source,
        "source_label": history.source_label,
        "excluded": [exclusion_document(exclusion) for exclusion in excluded],
        "excluded_value": number(excluded_value(excluded)),
        "notes": [str(why)],
    }


def metrics_document(report: RiskReport) -> JsonObject:
    """Return the headline figures: VaR, drawdown, volatility, Sharpe ratio, beta."""
    drawdown, benchmark = report.drawdown, report.benchmark
    return {
        "date": report.as_of.isoformat(),
        "portfolio_value": number(report.net_asset_value),
        "var": {_var_key(figure): _metrics_figure(figure) for figure in report.value_at_risk},
        "drawdown": {
            "current_drawdown_pct": percent(drawdown.current),
            "current_drawdown_amount": number(drawdown.current_amount),
            "max_drawdown_pct": percent(drawdown.maximum),
            "max_drawdown_amount": number(drawdown.maximum_amount),
            "peak_date": day(drawdown.peak_date),
            "peak_value": number(drawdown.peak_value),
            "trough_date": day(drawdown.trough_date),
            "trough_value": number(drawdown.trough_value),
        },
        "volatility": {f"{window}d": number(value) for window, value in report.volatility.items()},
        "sharpe_ratio": {
            **{f"{window}d": number(value) for window, value in report.sharpe_ratio.items()},
            "risk_free_rate": number(report.spec.risk_free_rate),
        },
        "risk_free_rate": number(report.spec.risk_free_rate),
        "beta": number(benchmark.beta) if benchmark else None,
        "benchmark": {"ticker": benchmark.ticker, "name": benchmark.name, "data_points": benchmark.observations} if benchmark else None,
        "change_1d_amount": number(report.change_1d),
        "total_gross_exposure": number(report.gross),
        "lookback_days": report.spec.lookback_days,
        "data_points": report.observations,
        **identity(report.portfolio),
        **provenance(report),
    }


def value_at_risk_document(report: RiskReport, confidence: float, horizon_days: int) -> JsonObject:
    """Return one VaR with everything needed to check it.

    Parameters
    ----------
    confidence
        A fraction, one of `report.spec.confidences`.
    horizon_days
        One of `report.spec.horizons`.

    Raises
    ------
    InvalidInput
        The report was not asked for that figure.
    """
    try:
        figure = report.value_at_risk_at(confidence, horizon_days)
    except KeyError:
        raise InvalidInput(
            f"the report holds VaR at confidence {_listed(report.spec.confidences)} and horizon {_listed(report.spec.horizons)} days,"
            f" not at {confidence!r} and {horizon_days!r}."
        ) from None
    return method_document(of_historical(figure), report, report.spec.lookback_days)


def exposure_document(report: RiskReport, dimension: str | None = None) -> JsonObject:
    """Return long, short, gross and net exposure by bucket, largest gross first.

    Parameters
    ----------
    dimension
        Give only the list of this dimension; None gives the lists of all.

    Raises
    ------
    InvalidInput
        The report has no such dimension.
    """
    if dimension is not None and dimension not in report.exposure:
        raise InvalidInput(f"dimension must be one of {', '.join(report.exposure)}; got {dimension!r}.")
    concentration = report.concentration
    return {
        "date": report.as_of.isoformat(),
        "base_currency": report.base_currency,
        "portfolio_value": number(report.net_asset_value),
        "total_gross_exposure": number(report.gross),
        "total_net_exposure": number(report.net_asset_value),
        **{f"by_{name}": _buckets(name, exposure, report) for name, exposure in report.exposure.items() if dimension in {None, name}},
        "concentration": {
            "largest_5_pct": percent(float(concentration.largest_5)),
            "largest_10_pct": percent(float(concentration.largest_10)),
            "herfindahl": number(float(concentration.herfindahl)),
            "effective_positions": number(float(concentration.effective_positions)),
        },
        **identity(report.portfolio),
        **provenance(report),
    }


def factor_contributions_document(report: ExplainedBasis) -> JsonObject:
    """Return what a front end needs to draw the heatmap of holdings and factors.

    `matrix` has one row for each of `holdings` and one column for each of `columns` (the factors, then "Specific"), in
    percent of the portfolio's variance; it sums to 100.

    Raises
    ------
    DataError
        There is no factor analysis; the message says why.
    """
    analysis = report.factors
    if analysis is None:
        raise DataError(report.no_factors_because)
    regression, contributions = analysis.regression, analysis.contributions
    value, names = report.net_asset_value, analysis.factors.names
    volatility_amount = math.sqrt(contributions.variance * TRADING_DAYS)
    return {
        "date": report.as_of.isoformat(),
        "portfolio_value": number(value),
        "factor_set": analysis.factors.name,
        "columns": [*names, SPECIFIC],
        "factors": [
            _factor(factor, float(exposure), value, float(share))
            for factor, exposure, share in zip(analysis.factors.factors, analysis.exposures, contributions.by_factor[:-1], strict=True)
        ],
        "holdings": [
            {
                "ticker": holding.ticker,
                "name": holding.instrument.name,
                "weight": number(holding.weight),
                "market_value": number(holding.market_value),
                "share_pct": percent(float(share)),
                "r_squared": number(float(r_squared)),
            }
            for holding, share, r_squared in zip(report.holdings, contributions.by_position, regression.r_squared, strict=True)
        ],
        "matrix": rows(contributions.shares, 100.0),
        "row_totals": row(contributions.by_position, 100.0),
        "column_totals": row(contributions.by_factor, 100.0),
        "loadings": rows(regression.loadings),
        "t_statistics": rows(regression.t_statistics),
        "r_squared": row(regression.r_squared),
        "systematic_pct": percent(contributions.systematic),
        "specific_pct": percent(contributions.specific),
        "annual_volatility": number(volatility_amount / value) if value > 0 else None,
        "annual_volatility_amount": number(volatility_amount),
        "lookback_days": report.lookback_days,
        "data_points": regression.observations,
        "condition_number": number(regression.condition_number),
        "collinear": bool(regression.collinear),
        **identity(report.portfolio),
        **provenance(report),
    }


def _position(holding: Holding) -> JsonObject:
    instrument = holding.instrument
    return {
        "ticker": instrument.ticker,
        "name": instrument.name,
        "quantity": number(holding.quantity),
        "price": number(holding.price),
        "price_currency": instrument.currency,
        "fx_rate": number(holding.fx_rate),
        "market_value": number(holding.market_value),
        "weight": number(holding.weight),
        "asset_class": instrument.asset_class.value,
        "currency": instrument.currency,
        "sector": instrument.sector,
        "country": instrument.country,
    }


def _unpriced_position(position: Position, instrument: Instrument | None) -> JsonObject:
    return {
        "ticker": position.ticker,
        "name": instrument.name if instrument else "",
        "quantity": number(position.quantity),
        "price": None,
        "price_currency": instrument.currency if instrument else None,
        "fx_rate": None,
        "market_value": None,
        "weight": None,
        "asset_class": instrument.asset_class.value if instrument else AssetClass.UNCLASSIFIED.value,
        "currency": instrument.currency if instrument else None,
        "sector": instrument.sector if instrument else UNCLASSIFIED,
        "country": instrument.country if instrument else UNCLASSIFIED,
    }


def _metrics_figure(figure: ValueAtRisk) -> JsonObject:
    return {
        "confidence": confidence_percent(figure.confidence),
        "horizon_days": figure.horizon_days,
        "var_pct": percent(figure.fraction),
        "var_amount": number(figure.amount),
        "method": figure.method,
        "expected_shortfall_pct": percent(figure.expected_shortfall_fraction),
        "expected_shortfall_amount": number(figure.expected_shortfall),
        "warning": figure.warning,
    }


def _buckets(dimension: str, exposure: Exposure, report: RiskReport) -> list[JsonObject]:
    columns = (exposure.long, exposure.short, exposure.gross, exposure.net)
    rows = sorted(zip(exposure.buckets, *(column.tolist() for column in columns), strict=True), key=lambda row: (-row[3], row[0]))
    net_total = report.net_asset_value
    return [
        {
            "dimension": dimension,
            "value": bucket,
            "long_exposure": number(long),
            "short_exposure": number(short),
            "gross_exposure": number(gross),
            "net_exposure": number(net),
            "gross_pct": percent(gross / report.gross) if report.gross else None,
            "net_pct": percent(net / net_total) if net_total else None,
        }
        for bucket, long, short, gross, net in rows
    ]


def _factor(factor: Factor, exposure: float, value: float, share: float) -> JsonObject:
    return {
        "name": factor.name,
        "meaning": factor.meaning,
        "legs": [{"ticker": ticker, "weight": number(weight)} for ticker, weight in factor.legs],
        "portfolio_loading": number(exposure / value) if value > 0 else None,
        "exposure_amount": number(exposure),
        "share_pct": percent(share),
    }


def _var_key(figure: ValueAtRisk) -> str:
    return f"{confidence_percent(figure.confidence)}_{figure.horizon_days}d"


def _listed(values: Sequence[float]) -> str:
    return " or ".join(f"{value:g}" for value in values)
