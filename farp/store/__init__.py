"""Where portfolios, users and results are kept."""

from __future__ import annotations

from farp.settings import Settings
from farp.store.protocol import Document, Store

__all__ = ["Document", "Store", "open_store"]

SQLITE_FILE = "farp.sqlite"


def open_store(settings: Settings) -> Store:
    """Return the store the operator chose: MongoDB when `mongodb_uri` is set, else SQLite in `data_dir`.

    The caller closes it, or uses it as a context manager. MongoDB is first contacted by the first call;
    `ping` tells whether it answers.

    Raises
    ------
    InvalidInput
        `mongodb_uri` is no MongoDB address.
    SourceUnavailable, DataError
        The SQLite file cannot be created, opened or read.
    """
    if settings.mongodb_uri is not None:
        from farp.store.mongo import MongoStore

        return MongoStore(settings.mongodb_uri)
    from farp.store.sqlite import SqliteStore

    return SqliteStore(settings.data_dir / SQLITE_FILE)
