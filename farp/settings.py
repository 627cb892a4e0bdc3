"""Environment -> frozen `Settings`. Read once by an entry point and handed down; importing reads nothing."""

from __future__ import annotations

import datetime as dt
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from farp.errors import InvalidInput

PRICE_SOURCES = ("sample", "yahoo")
BROKERS = ("redis://", "rediss://", "redis+socket://", "sentinel://", "amqp://", "amqps://")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything an operator can set.

    `risk_free_rate` is a fraction a year, `benchmark` a ticker (None: the price source names its own),
    `mongodb_uri` None means SQLite in `data_dir`, `upload_bytes` the largest holdings file. `price_source` None means the one chosen
    in the app, the sample at first; `yahoo_address` is asked in place of Yahoo's own.

    `celery_broker_url` None means that the book is refreshed in the process that was asked to; `refresh_at` is the time of the nightly run in UTC,
    `users_per_chunk` what a worker takes at once, and after `visibility_seconds` a chunk that nobody finished is given to another worker.
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
    celery_broker_url: str | None
    refresh_at: dt.time
    users_per_chunk: int
    visibility_seconds: int


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
        celery_broker_url=_broker("CELERY_BROKER_URL", text("CELERY_BROKER_URL")),
        refresh_at=_time("REFRESH_AT", text("REFRESH_AT") or "02:00"),
        users_per_chunk=_whole("REFRESH_CHUNK_USERS", text("REFRESH_CHUNK_USERS") or "250", "users", 1, 10_000),
        visibility_seconds=_whole("REFRESH_VISIBILITY_SECONDS", text("REFRESH_VISIBILITY_SECONDS") or "300", "seconds", 2, 43_200),
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


def _whole(name: str, value: str, what: str, least: int, most: int) -> int:
    if not (value.isascii() and value.isdigit() and len(value) <= 9 and least <= int(value) <= most):
        raise InvalidInput(f"{name} must be a whole number of {what} from {least} to {most:,}, got {value!r}.")
    return int(value)


def _time(name: str, value: str) -> dt.time:
    if not re.fullmatch(r"([01][0-9]|2[0-3]):[0-5][0-9]", value, re.ASCII):
        raise InvalidInput(f"{name} must be a time of day in UTC as HH:MM such as 02:00, got {value!r}.")
    return dt.time.fromisoformat(value)


def _broker(name: str, value: str | None) -> str | None:
    if value is not None and not value.startswith(BROKERS):
        raise InvalidInput(f"{name} must begin with {', '.join(BROKERS[:-1])} or {BROKERS[-1]}; unset it to refresh without workers.")
    return value


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
