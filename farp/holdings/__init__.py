"""Read a holdings file of any broker, custodian or spreadsheet: bytes in, a result out; no store, no screen, no network.

The layout is read from the file; no broker is recognised by name. A wrong guess is worse than a question, and a question is worse than a
right reading: what the file shows is read, what it leaves open is asked, and every line ends up somewhere in the result.
"""

from __future__ import annotations

from collections.abc import Mapping

from farp.errors import InvalidInput
from farp.holdings.document import document
from farp.holdings.importer import imported
from farp.holdings.result import HoldingsImport
from farp.portfolio import Instrument

__all__ = ["document", "read_holdings"]


def read_holdings(
    data: bytes,
    *,
    filename: str | None = None,
    answers: Mapping[str, str] | None = None,
    instruments: Mapping[str, Instrument] | None = None,
    limit_bytes: int = 20 * 2**20,
) -> HoldingsImport:
    """Return what the file `data` holds; never raises, an error is in the result as one sentence.

    Parameters
    ----------
    data : the file as uploaded: csv, tsv or text in any common encoding, or xlsx
    filename : its name, in which a date may stand
    answers : the user's answers by question key; ``column.3`` = quantity maps a column by hand
    instruments : what the price source knows by ticker; without it nothing is marked as priced or unpriced
    limit_bytes : the largest file accepted [bytes]

    Examples
    --------
    >>> result = read_holdings(b"Symbol,Shares\\nAAPL,26\\n")
    >>> result.outcome, [(position.ticker, position.quantity) for position in result.positions]
    ('ok', [('AAPL', 26.0)])
    """
    try:
        return imported(data, filename, answers, instruments, limit_bytes)
    except InvalidInput as error:
        return HoldingsImport(outcome="error", error=str(error))
