"""From what was uploaded or fed (`user_portfolios`) to what FARP works on (`portfolios`), without losing what users changed since."""

from __future__ import annotations

import hashlib
from typing import Any

from farp.store.codec import encode
from farp.store.protocol import Document
from farp.store.users import converted

CONVERTED_FROM = "converted_from"


def with_uploads(found: Document | None, upload: Document | None, base_currency: str) -> Document:
    """Return the `portfolios` document of a user whose `user_portfolios` document is `upload`; `found` itself when nothing is new.

    A new upload is converted. One that is other than what `found` was converted from replaces the portfolios it names and leaves the rest; one that
    is the same changes nothing, so what the user edited since stays.

    Raises
    ------
    DataError, InvalidInput
        The upload cannot be read; the message names user and field.
    """
    if upload is None:
        assert found is not None  # a user is in one of the two collections
        return found
    mark = hashlib.blake2b(
        encode({"_id": "upload"} | {key: upload[key] for key in ("portfolio", "portfolios") if key in upload}), digest_size=16
    ).hexdigest()
    if found is None:
        return {**converted(upload, base_currency=base_currency), CONVERTED_FROM: mark}
    known = found.get(CONVERTED_FROM)
    if known == mark:
        return found
    if known is None:  # converted by a FARP that kept no mark: what is there stands
        return {**found, CONVERTED_FROM: mark}
    new: dict[str, Any] = {entry["portfolio_id"]: entry for entry in converted(upload, base_currency=base_currency)["portfolios"]}
    entries = [new.pop(entry["portfolio_id"], entry) for entry in found["portfolios"]]
    return {**found, "portfolios": [*entries, *new.values()], CONVERTED_FROM: mark}
