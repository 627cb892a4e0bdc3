"""The factor sets FARP ships: data, not code. A factor is named legs of daily returns (see `farp.market.Factor`)."""

from __future__ import annotations

from farp.market import Factor, FactorSet


def _style_factors(market: str) -> tuple[Factor, ...]:
    """Return the five style factors, each an exchange-traded fund less `market`."""
    styles = (
        ("Size", "SIZE", "Smaller companies against the market: positive when the portfolio leans to smaller companies."),
        ("Value", "VLUE", "Cheap companies against the market: positive when the portfolio leans to low prices for the earnings."),
        ("Momentum", "MTUM", "Recent winners against the market: positive when the portfolio leans to shares that have been rising."),
        ("Quality", "QUAL", "Profitable, little-indebted companies against the market: positive when the portfolio leans to them."),
        ("Low volatility", "USMV", "Calm shares against the market: positive when the portfolio leans to shares that move little."),
    )
    return tuple(Factor(name=name, legs=((fund, 1.0), (market, -1.0)), meaning=meaning) for name, fund, meaning in styles)


_MARKET = "US shares as a whole: how much the portfolio moves when the S&P 500 moves."
_RATES = "Treasury notes of about ten years: gains when interest rates fall, loses when they rise."
_GOLD = "The price of gold: how much the portfolio moves when gold moves."

SAMPLE = FactorSet(
    name="sample",
    factors=(
        Factor(name="Market", legs=(("^GSPC", 1.0),), meaning=_MARKET),
        *_style_factors("^GSPC"),
        Factor(
            name="Rates",
            legs=(("UST10Y", 1.0),),
            meaning=_RATES,
            duration_years=8.2,
            duration_source="modified duration of a ten-year Treasury note at par on 28 December 2022, when it yielded 3.88\N{NO-BREAK SPACE}%",
        ),
        Factor(name="Gold", legs=(("GLD", 1.0),), meaning=_GOLD),
        Factor(name="Dollar", legs=(("EURUSD", -1.0),), meaning="The US dollar against the euro: gains when the dollar gets stronger."),
    ),
)

LIVE = FactorSet(
    name="live",
    factors=(
        Factor(name="Market", legs=(("SPY", 1.0),), meaning=_MARKET),
        *_style_factors("SPY"),
        Factor(
            name="Rates",
            legs=(("IEF", 1.0),),
            meaning=_RATES,
            duration_years=7.1,
            duration_source="modified duration of a Treasury note of eight and a half years, the middle of what the fund holds, at par and a yield of 4\N{NO-BREAK SPACE}%",
        ),
        Factor(name="Gold", legs=(("GLD", 1.0),), meaning=_GOLD),
        Factor(name="Dollar", legs=(("UUP", 1.0),), meaning="The US dollar against a basket of currencies: gains when the dollar gets stronger."),
    ),
)
