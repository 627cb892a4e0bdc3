"""Questions and answers in rounds: a changed answer takes back the answers to what was only asked because of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from farp.holdings.result import Question

Rounds = tuple[tuple[Question, ...], ...]


def with_new_questions(rounds: Rounds, questions: Sequence[Question]) -> Rounds:
    """Return `rounds` and, as their last, those of `questions` that were not asked before."""
    asked = {question.key for earlier in rounds for question in earlier}
    new = tuple(question for question in questions if question.key not in asked)
    return (*rounds, new) if new else rounds


def answered(rounds: Rounds, before: Mapping[str, str], now: Mapping[str, str]) -> tuple[dict[str, str], Rounds]:
    """Return the answers to read the file with, and the rounds that stay asked.

    Rounds after the first one in which an answer given `before` is another one `now` fall away: they will be asked again if need be.
    """
    given: dict[str, str] = {}
    for place, questions in enumerate(rounds):
        given |= {question.key: now[question.key] for question in questions if now.get(question.key)}
        if any(question.key in before and before[question.key] != now.get(question.key) for question in questions):
            return given, rounds[: place + 1]
    return given, rounds


def unanswered(rounds: Rounds, now: Mapping[str, str]) -> tuple[Question, ...]:
    """Return the questions for which `now` has no answer."""
    return tuple(question for questions in rounds for question in questions if not now.get(question.key, "").strip())


def proposed_place(question: Question, given: str | None) -> int | None:
    """Return which option to select at first: the answer given before, else the proposed one; None without either."""
    values = [value for value, _ in question.options]
    for answer in (given, question.proposed):
        if answer in values:
            return values.index(answer)
    return None
