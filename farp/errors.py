"""The exception tree. Entry points map it to a sentence or a status; nobody else catches `FarpError`.

Every exception keeps its constructor's arguments in `args`, so it survives pickling between processes,
and writes its text in `__str__`.
"""

from __future__ import annotations

import datetime as dt


class FarpError(Exception):
    """Anything FARP can explain to its user in one sentence."""


class InvalidInput(FarpError):
    """The caller asked for something impossible; the message says what, and what is allowed."""


class DataError(FarpError):
    """The request is fine, but the data at hand cannot answer it."""


class InsufficientHistory(DataError):
    """Fewer daily returns than the estimate needs."""

    def __init__(self, observations: int, needed: int, because: str = "") -> None:
        super().__init__(observations, needed, because)
        self.observations = observations
        self.needed = needed
        self.because = because

    def __str__(self) -> str:
        reason = f" ({self.because})" if self.because else ""
        return (
            f"There are {self.observations} data points (daily returns) in common, and at least {self.needed} are needed{reason}."
            " Choose a later as-of date or remove the holding with the short history."
        )


class NothingToAnalyse(DataError):
    """No position is left: the portfolio is empty, or every position had to be excluded."""

    def __init__(self, portfolio_id: str, exclusions: tuple[object, ...] = (), as_of: dt.date | None = None) -> None:
        super().__init__(portfolio_id, exclusions, as_of)
        self.portfolio_id = portfolio_id
        self.exclusions = exclusions
        self.as_of = as_of

    def __str__(self) -> str:
        if not self.exclusions:
            return f"Portfolio '{self.portfolio_id}' holds no positions, so there is no risk to compute. Add a position first."
        when = f" on {self.as_of.isoformat()}" if self.as_of else ""
        reasons = "; ".join(str(exclusion).rstrip(".") for exclusion in self.exclusions)
        count = len(self.exclusions)
        return (
            f"Nothing in portfolio '{self.portfolio_id}' can be priced{when}, so there are 0 data points."
            f" {count} position{' is' if count == 1 else 's are'} left out: {reasons}."
        )


class NoPrices(DataError):
    """The price source in use holds no price at all."""

    def __init__(self, source_label: str) -> None:
        super().__init__(source_label)
        self.source_label = source_label

    def __str__(self) -> str:
        return f"There are no prices yet ({self.source_label}). Run `farp prices update`, or press Update on the page Prices."


class NotFound(FarpError):
    """There is no such thing under that id."""

    def __init__(self, kind: str, id: str) -> None:
        super().__init__(kind, id)
        self.kind = kind
        self.id = id

    def __str__(self) -> str:
        return f"There is no {self.kind} '{self.id}'."


class NoPortfolios(NotFound):
    """The store holds no portfolio at all."""

    def __init__(self) -> None:
        super().__init__("portfolio", "default")
        self.args = ()

    def __str__(self) -> str:
        return "There are no portfolios yet. Run `farp seed` to make demo portfolios."


class Conflict(FarpError):
    """It is there already, and the caller did not say that it may be replaced."""

    def __init__(self, kind: str, id: str) -> None:
        super().__init__(kind, id)
        self.kind = kind
        self.id = id

    def __str__(self) -> str:
        return f"There is a {self.kind} '{self.id}' already; choose another name, or say that it may be replaced."


class InProgress(Conflict):
    """It goes on already, and a second one beside it would do the same work."""

    def __str__(self) -> str:
        return f"The {self.kind} '{self.id}' is in progress; wait until it has ended."


class Forbidden(FarpError):
    """It exists, but not for this caller."""


class SourceUnavailable(FarpError):
    """A server or source does not answer; trying again later may help."""
