"""A small HTTP server on loopback that speaks the part of Yahoo Finance that yfinance asks for: cookie, crumb, chart, quote."""

from tests.yahoo_server.server import Instance, YahooServer, at_noon

__all__ = ["Instance", "YahooServer", "at_noon"]
