"""Every environment variable: what it defaults to, what it takes, and the sentence when it is wrong."""

from __future__ import annotations

import dataclasses
import datetime as dt
from pathlib import Path

import pytest

from farp.errors import InvalidInput
from farp.settings import load_settings


def test_an_empty_environment_gives_the_defaults() -> None:
    settings = load_settings({})
    assert settings.risk_free_rate == 0.02
    assert settings.benchmark is None
    assert settings.base_currency == "USD"
    assert settings.price_source is None, "the one chosen in the app, which is the sample at first"
    assert settings.yahoo_address is None
    assert settings.mongodb_uri is None
    assert settings.default_portfolio is None
    assert settings.upload_bytes == 20 * 2**20
    assert settings.celery_broker_url is None
    assert settings.refresh_at == dt.time(2, 0)
    assert (settings.users_per_chunk, settings.visibility_seconds) == (250, 300)
    assert settings.data_dir.is_absolute()
    assert settings.data_dir.name == "farp"


@pytest.mark.parametrize(
    ("variable", "value", "field", "expected"),
    [
        ("RISK_FREE_RATE", "0.035", "risk_free_rate", 0.035),
        ("RISK_FREE_RATE", "-0.005", "risk_free_rate", -0.005),
        ("RISK_FREE_RATE", "0", "risk_free_rate", 0.0),
        ("RISK_FREE_RATE", " 0.01 ", "risk_free_rate", 0.01),
        ("BENCHMARK", "QQQ", "benchmark", "QQQ"),
        ("BENCHMARK", "  ", "benchmark", None),
        ("BASE_CURRENCY", "eur", "base_currency", "EUR"),
        ("PRICE_SOURCE", "sample", "price_source", "sample"),
        ("PRICE_SOURCE", "yahoo", "price_source", "yahoo"),
        ("CELERY_BROKER_URL", "redis://127.0.0.1:6379/0", "celery_broker_url", "redis://127.0.0.1:6379/0"),
        ("CELERY_BROKER_URL", "amqps://user:secret@host//", "celery_broker_url", "amqps://user:secret@host//"),
        ("REFRESH_AT", "23:30", "refresh_at", dt.time(23, 30)),
        ("REFRESH_CHUNK_USERS", "1", "users_per_chunk", 1),
        ("REFRESH_VISIBILITY_SECONDS", "43200", "visibility_seconds", 43_200),
        ("YAHOO_ADDRESS", "http://127.0.0.1:8999", "yahoo_address", "http://127.0.0.1:8999"),
        ("MONGODB_URI", "mongodb://127.0.0.1:27017/farp", "mongodb_uri", "mongodb://127.0.0.1:27017/farp"),
        ("MONGODB_URI", "mongodb+srv://cluster.example.com/farp", "mongodb_uri", "mongodb+srv://cluster.example.com/farp"),
        ("MONGODB_URI", "", "mongodb_uri", None),
        ("FARP_DATA_DIR", "relative/place", "data_dir", Path("relative/place")),
        ("UPLOAD_LIMIT_MB", "1", "upload_bytes", 2**20),
        ("UPLOAD_LIMIT_MB", " 200 ", "upload_bytes", 200 * 2**20),
        ("DEFAULT_PORTFOLIO", "user_003-long-short-equity", "default_portfolio", "user_003-long-short-equity"),
    ],
)
def test_a_good_value_arrives_in_its_field(variable: str, value: str, field: str, expected: object) -> None:
    changed = load_settings({variable: value})
    assert getattr(changed, field) == expected
    assert dataclasses.replace(changed, **{field: None}) == dataclasses.replace(load_settings({}), **{field: None})


@pytest.mark.parametrize(
    ("variable", "value", "takes"),
    [
        ("RISK_FREE_RATE", "two percent", "fraction between -0.5 and 0.5"),
        ("RISK_FREE_RATE", "2", "fraction between -0.5 and 0.5"),
        ("RISK_FREE_RATE", "0.5", "fraction between -0.5 and 0.5"),
        ("RISK_FREE_RATE", "nan", "fraction between -0.5 and 0.5"),
        ("RISK_FREE_RATE", "inf", "fraction between -0.5 and 0.5"),
        ("BASE_CURRENCY", "DOLLAR", "three-letter currency code"),
        ("BASE_CURRENCY", "U$D", "three-letter currency code"),
        ("BASE_CURRENCY", "ÄÖÜ", "three-letter currency code"),
        ("PRICE_SOURCE", "bloomberg", "one of sample"),
        ("UPLOAD_LIMIT_MB", "0", "whole number of megabytes from 1 to 200"),
        ("UPLOAD_LIMIT_MB", "201", "whole number of megabytes from 1 to 200"),
        ("UPLOAD_LIMIT_MB", "1.5", "whole number of megabytes from 1 to 200"),
        ("UPLOAD_LIMIT_MB", "-1", "whole number of megabytes from 1 to 200"),
        ("UPLOAD_LIMIT_MB", "٢٠", "whole number of megabytes from 1 to 200"),
        ("UPLOAD_LIMIT_MB", "20MB", "whole number of megabytes from 1 to 200"),
        ("MONGODB_URI", "localhost:27017", "mongodb:// or mongodb+srv://"),
        ("CELERY_BROKER_URL", "http://127.0.0.1", "redis://"),
        ("REFRESH_AT", "24:00", "HH:MM"),
        ("REFRESH_AT", "2:00", "HH:MM"),
        ("REFRESH_CHUNK_USERS", "0", "whole number of users from 1 to 10,000"),
        ("REFRESH_VISIBILITY_SECONDS", "1", "whole number of seconds from 2 to 43,200"),
    ],
)
def test_a_bad_value_is_refused_in_one_sentence_that_names_the_variable_and_what_it_takes(variable: str, value: str, takes: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        load_settings({variable: value})
    text = str(refusal.value)
    assert text.startswith(variable)
    assert takes in text
    assert text.endswith(".")
    assert "\n" not in text


def test_a_wrong_database_address_is_not_repeated_because_it_may_hold_a_password() -> None:
    with pytest.raises(InvalidInput) as refusal:
        load_settings({"MONGODB_URI": "postgres://farp:secret@db.example.com"})
    assert "secret" not in str(refusal.value)


def test_a_tilde_in_the_data_directory_is_the_home_directory(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert load_settings({"FARP_DATA_DIR": "~/farp-data"}).data_dir == tmp_path / "farp-data"


def test_without_an_argument_the_environment_of_the_process_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BENCHMARK", "GLD")
    assert load_settings().benchmark == "GLD"


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        load_settings({}).risk_free_rate = 0.1  # type: ignore[misc]
