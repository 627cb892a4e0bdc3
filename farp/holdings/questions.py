"""Asking: a question takes the user's answer if there is one, else goes on with the proposal and stays open."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from farp.errors import InvalidInput
from farp.holdings.result import Question


class Asker:
    """Collects open questions and hands out answers; one per reading."""

    def __init__(self, answers: Mapping[str, str] | None) -> None:
        self._answers = dict(answers or {})
        self._asked: dict[str, None] = {}
        self._open: dict[str, Question] = {}

    def ask(
        self,
        key: str,
        text: str,
        options: tuple[tuple[str, str], ...] = (),
        proposed: str | None = None,
        accepts: Callable[[str], bool] | None = None,
        form: str = "",
    ) -> str | None:
        """Return the answer to `key`, else what is proposed.

        Parameters
        ----------
        options : (value, label) to choose from; empty means free text
        accepts : which answers beyond the options are allowed
        form : what those look like, in words

        Raises
        ------
        InvalidInput
            The answer given is not one of those allowed.
        """
        self._asked[key] = None
        if key in self._answers:
            answer = self._answers[key].strip()
            if (options or accepts) and answer not in [value for value, _ in options] and not (accepts and accepts(answer)):
                allowed = ", ".join([*(repr(value) for value, _ in options[:12]), *([form] if form else [])])
                raise InvalidInput(f"The answer {answer[:60]!r} to question '{key[:60]}' is not one of those allowed ({allowed}).")
            return answer
        self._open.setdefault(key, Question(key=key, text=text, options=options, proposed=proposed))
        return proposed

    def given(self, key: str) -> str | None:
        """Return the answer to `key` if there is one, without asking for it."""
        if key not in self._answers:
            return None
        self._asked[key] = None
        return self._answers[key].strip()

    @property
    def questions(self) -> tuple[Question, ...]:
        """The questions that are open."""
        return tuple(self._open.values())

    def refuse_unknown(self) -> None:
        """Raise `InvalidInput` if an answer belongs to no question of this file."""
        unknown = [key for key in self._answers if key not in self._asked]
        if unknown:
            asked = ", ".join(f"'{key[:40]}'" for key in list(self._asked)[:8]) or "none"
            raise InvalidInput(f"This file has no question '{unknown[0][:60]}'; its questions are: {asked}.")
