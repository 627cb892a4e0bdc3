"""Questions in rounds: what is asked again when an earlier answer changes."""

from __future__ import annotations

from farp.holdings.result import Question
from farp.ui.upload.answers import answered, proposed_place, unanswered, with_new_questions

MARK = Question(key="mark", text="Which mark?", options=((".", "point"), (",", "comma")), proposed=",")
WORTH = Question(key="worth", text="What is it worth?")
BASIS = Question(key="basis", text="Which column?", options=(("a", "A"), ("b", "B")))


def test_new_questions_are_a_new_round_and_old_ones_are_not_asked_twice() -> None:
    rounds = with_new_questions((), [MARK])
    assert with_new_questions(rounds, [MARK, WORTH]) == ((MARK,), (WORTH,))
    assert with_new_questions(rounds, []) == rounds


def test_answers_of_all_rounds_are_given_while_earlier_ones_stand() -> None:
    answers, rounds = answered(((MARK,), (WORTH,)), {"mark": ","}, {"mark": ",", "worth": "1000"})
    assert answers == {"mark": ",", "worth": "1000"}
    assert rounds == ((MARK,), (WORTH,))


def test_a_changed_answer_takes_later_rounds_back() -> None:
    answers, rounds = answered(((MARK,), (WORTH, BASIS)), {"mark": ",", "worth": "1000"}, {"mark": ".", "worth": "1000", "basis": "a"})
    assert answers == {"mark": "."}
    assert rounds == ((MARK,),)


def test_a_changed_answer_of_the_last_round_takes_nothing_back() -> None:
    answers, rounds = answered(((MARK,), (WORTH,)), {"mark": ",", "worth": "10"}, {"mark": ",", "worth": "20"})
    assert answers == {"mark": ",", "worth": "20"}
    assert rounds == ((MARK,), (WORTH,))


def test_blank_answers_are_no_answers() -> None:
    assert unanswered(((MARK, WORTH),), {"mark": ",", "worth": "  "}) == (WORTH,)


def test_the_answer_given_comes_before_the_proposed_one() -> None:
    assert proposed_place(MARK, None) == 1
    assert proposed_place(MARK, ".") == 0
    assert proposed_place(BASIS, None) is None
    assert proposed_place(MARK, "gone") == 1
