"""Environment -> frozen `Settings`. Read once by an entry point and handed down; importing reads nothing."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from farp.errors import InvalidInput

PRICE_SOURCES = ("sample", "yahoo")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything an operator can set.

    `risk_free_rate` is a fraction a year, `benchmark` a ticker (None: the price source names its own),
    `mongodb_uri` None means SQLite in `data_dir`, `upload_bytes` the largest holdings file. `price_source` None means the one chosen
    in the app, the sample at first; `yahoo_address` is asked in place of Yahoo's own.
    """

    risk_free_rate: float
    benchmark: str | None
    base_currency: str
    price_source: str | None
    yahoo_address: str | None
    mongodb_uri: str | None
    data_dir: Path
    default_portfolio: str | None
    upload_bytes: int


def load_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """Return the settings in `environment` (default: the process's own).

    Raises
    ------
    InvalidInput
        A variable has a value FARP cannot use; the message names the variable and what it takes.
    """
    env = os.environ if environment is None else environment

    def text(name: str) -> str | None:
        return env.get(name, "").strip() or None

    return Settings(
        risk_free_rate=_rate("RISK_FREE_RATE", text("RISK_FREE_RATE") or "0.02"),
        benchmark=text("BENCHMARK"),
        base_currency=_currency("BASE_CURRENCY", text("BASE_CURRENCY") or "USD"),
        price_source=_one_of("PRICE_SOURCE", source, PRICE_SOURCES) if (source := text("PRICE_SOURCE")) else None,
        yahoo_address=_http_address("YAHOO_ADDRESS", text("YAHOO_ADDRESS")),
        mongodb_uri=_mongodb_uri(text("MONGODB_URI")),
        data_dir=Path(text("FARP_DATA_DIR") or _user_data_dir()).expanduser(),
        default_portfolio=text("DEFAULT_PORTFOLIO"),
        upload_bytes=_megabytes("UPLOAD_LIMIT_MB", text("UPLOAD_LIMIT_MB") or "20"),
    )


def _user_data_dir() -> str:
    from platformdirs import user_data_dir

    return user_data_dir("farp", appauthor=False)


def _rate(name: str, value: str) -> float:
    try:
        rate = float(value)
    except ValueError:
        rate = float("nan")
    if not -0.5 < rate < 0.5:
        raise InvalidInput(f"{name} must be a yearly rate as a fraction between -0.5 and 0.5 (2 % is 0.02), got {value!r}.")
    return rate


def _megabytes(name: str, value: str) -> int:
    if not (value.isascii() and value.isdigit() and 1 <= int(value) <= 200):
        raise InvalidInput(f"{name} must be a whole number of megabytes from 1 to 200, got {value!r}.")
    return int(value) * 2**20


def _currency(name: str, value: str) -> str:
    code = value.upper()
    if not (len(code) == 3 and code.isascii() and code.isalpha()):
        raise InvalidInput(f"{name} must be a three-letter currency code such as USD, got {value!r}.")
    return code


def _one_of(name: str, value: str, allowed: tuple[str, ...]) -> str:
    if value not in allowed:
        raise InvalidInput(f"{name} must be one of {', '.join(allowed)}; got {value!r}.")
    return value


def _http_address(name: str, value: str | None) -> str | None:
    if value is not None and not value.startswith(("http://", "https://")):
        raise InvalidInput(f"{name} must begin with http:// or https://; unset it to ask Yahoo itself.")
    return value


def _mongodb_uri(value: str | None) -> str | None:
    if value is not None and not value.startswith(("mongodb://", "mongodb+srv://")):
        raise InvalidInput("MONGODB_URI must begin with mongodb:// or mongodb+srv://; unset it to use SQLite.")
    return value
