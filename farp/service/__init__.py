"""Use cases: the only place where adapters and analysis meet. Entry points open a `Desk` and call it."""

from farp.service.desk import DEMO_SEED, DEMO_USERS, Desk, SeedOutcome, Status, open_desk, seed_if_empty
from farp.service.imports import Unresolved, answered, assumptions, positions_of, reading_of
from farp.service.portfolios import DEFAULT_OWNER, NAME_LENGTH, currency_code, export_csv, name_from_file

__all__ = [
    "DEFAULT_OWNER",
    "DEMO_SEED",
    "DEMO_USERS",
    "NAME_LENGTH",
    "Desk",
    "SeedOutcome",
    "Status",
    "Unresolved",
    "answered",
    "assumptions",
    "currency_code",
    "export_csv",
    "name_from_file",
    "open_desk",
    "positions_of",
    "reading_of",
    "seed_if_empty",
]
