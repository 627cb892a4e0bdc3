"""Sentences for answers a server gives rarely."""

from __future__ import annotations

import pytest
from pymongo.errors import ConfigurationError, ExecutionTimeout, OperationFailure, PyMongoError

from farp.errors import SourceUnavailable
from farp.store.mongo import explained


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (OperationFailure("Authentication failed for s3cret", 18), "DB refuses this user; correct user and password in MONGODB_URI"),
        (OperationFailure("not authorized s3cret", 13), "DB refuses this user"),
        (ExecutionTimeout("too slow s3cret", 50), "DB does not answer; start the server"),
        (ConfigurationError("no such host s3cret"), "The address of DB cannot be resolved or used"),
        (OperationFailure("disk s3cret", 14031), r"DB could not do what was asked \(OperationFailure, code 14031\)"),
        (PyMongoError("s3cret"), r"DB could not do what was asked \(PyMongoError\)"),
    ],
)
def test_explained(error: PyMongoError, sentence: str) -> None:
    answer = explained(error, "DB")
    with pytest.raises(SourceUnavailable, match=sentence):
        raise answer
    assert "s3cret" not in str(answer)
