"""Saved scenarios on each kind of store."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pytest

from farp.engine.stress_library import EXAMPLES, HypotheticalScenario, Shock, ShockKind, ShockMode
from farp.errors import Conflict, DataError, FarpError, InvalidInput, NotFound
from farp.service.scenarios import (
    MOST_SCENARIOS,
    delete_scenario,
    find_scenario,
    list_scenarios,
    replace_scenario,
    save_scenario,
    scenario_id,
)
from farp.store import Store
from farp.store.protocol import SCENARIOS

NOW = dt.datetime(2022, 12, 28, 21, 0, tzinfo=dt.UTC)


def made(name: str = "Oil up", size: float = 0.2, mode: ShockMode = ShockMode.DIRECT) -> HypotheticalScenario:
    return HypotheticalScenario(name=name, mode=mode, shocks=(Shock(kind=ShockKind.SECTOR, name="Energy", size=size),), what="A guess.")


def test_what_is_saved_comes_back_and_can_be_changed_and_removed(store: Store) -> None:
    saved = save_scenario(store, made(), now=NOW)
    assert (saved.id, saved.name, saved.shocks, saved.mode, saved.what) == ("oil-up", "Oil up", made().shocks, ShockMode.DIRECT, "A guess.")
    assert list_scenarios(store) == (saved,)
    assert find_scenario(store, "oil-up") == saved
    changed = replace_scenario(store, "oil-up", made(size=-0.2, mode=ShockMode.PROPAGATED))
    assert list_scenarios(store) == (changed,)
    assert (changed.shocks[0].size, changed.mode) == (-0.2, ShockMode.PROPAGATED)
    renamed = replace_scenario(store, "oil-up", made("Oil down", -0.3))
    assert list_scenarios(store) == (renamed,)
    assert renamed.id == "oil-down"
    delete_scenario(store, "oil-down")
    assert list_scenarios(store) == ()


def test_an_existing_one_is_replaced_only_when_asked(store: Store) -> None:
    save_scenario(store, made())
    with pytest.raises(Conflict, match="There is a scenario 'oil-up' already"):
        save_scenario(store, made(size=0.5))
    assert list_scenarios(store)[0].shocks[0].size == 0.2
    save_scenario(store, made(size=0.5), replace=True)
    assert [scenario.shocks[0].size for scenario in list_scenarios(store)] == [0.5]
    save_scenario(store, made("Other"))
    with pytest.raises(Conflict):
        replace_scenario(store, "other", made("Oil up"))
    assert len(list_scenarios(store)) == 2


@pytest.mark.parametrize(
    ("one", "other"),
    [("😀", "金价下跌"), ("石油", "Нефть"), ("a/b", "a b"), ("Oil", "Oil 金"), ("a b", "A-B")],
    ids=["emoji", "letters", "sign", "part", "case"],
)
def test_scenarios_of_different_names_never_meet(store: Store, one: str, other: str) -> None:
    first, second = save_scenario(store, made(one, -0.2)), save_scenario(store, made(other, -0.5), replace=True)
    assert first.id != second.id
    assert {scenario.name: scenario.shocks[0].size for scenario in list_scenarios(store)} == {one: -0.2, other: -0.5}
    save_scenario(store, made(other.upper(), -0.7), replace=True)
    assert {scenario.shocks[0].size for scenario in list_scenarios(store)} == {-0.2, -0.7}
    with pytest.raises(Conflict):
        save_scenario(store, made(f" {other} "))
    delete_scenario(store, first.id)
    assert save_scenario(store, made(other, -0.9), replace=True).id == second.id
    assert [scenario.shocks[0].size for scenario in list_scenarios(store)] == [-0.9]


def test_a_name_whose_words_are_a_built_in_ones_has_an_id_of_its_own(store: Store) -> None:
    saved = save_scenario(store, made("Covid 2020!"))
    assert saved.id.startswith("covid-2020-")
    assert find_scenario(store, saved.id) == saved


def test_a_rename_keeps_what_is_there_and_needs_no_room(store: Store) -> None:
    save_scenario(store, made("a b", 0.1))
    renamed = replace_scenario(store, "a-b", made("A/B", 0.2))
    assert (renamed.id, [scenario.name for scenario in list_scenarios(store)]) == ("a-b", ["A/B"])
    store.put_many(SCENARIOS, [{"_id": f"s{i}"} for i in range(MOST_SCENARIOS - 1)])
    assert replace_scenario(store, "a-b", made("Other", 0.3)).id == "other"
    assert store.count(SCENARIOS) == MOST_SCENARIOS


@pytest.mark.parametrize("id", ["nope", "", "a\0b", "oil up"])
def test_what_is_not_there_is_said(store: Store, id: str) -> None:
    for action in (lambda: find_scenario(store, id), lambda: delete_scenario(store, id), lambda: replace_scenario(store, id, made())):
        with pytest.raises(NotFound, match="There is no saved scenario"):
            action()


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("", "A scenario's name has 1 to 80 characters, got 0"),
        ("   ", "got 0"),
        ("x" * 81, "got 81"),
        ("a\x00b", "cannot be shown"),
        ("Covid 2020", "is the name of a built-in scenario"),
        (EXAMPLES[0].name.upper(), "is the name of a built-in scenario"),
    ],
)
def test_a_name_that_cannot_be_used_is_refused_and_nothing_is_written(store: Store, name: str, sentence: str) -> None:
    with pytest.raises(InvalidInput, match=sentence):
        save_scenario(store, made(name))
    assert store.count(SCENARIOS) == 0


def test_built_in_scenarios_stay(store: Store) -> None:
    with pytest.raises(InvalidInput, match="covid-2020 is a built-in scenario and stays"):
        delete_scenario(store, "covid-2020")


@pytest.mark.parametrize(
    "spoilt",
    [
        {"mode": "sideways"},
        {"shocks": []},
        {"shocks": None},
        {"shocks": [{"kind": "sector", "name": "Energy"}]},
        {"shocks": [{"kind": "sector", "name": "Energy", "size": "much"}]},
        {"shocks": [{"kind": "sector", "name": "Energy", "size": True}]},
        {"shocks": [{"kind": "sector", "name": 7, "size": 0.1}]},
        {"shocks": [{"kind": "weather", "name": "Rain", "size": 0.1}]},
        {"shocks": ["Energy"]},
    ],
)
def test_a_document_that_cannot_be_read_is_named_and_hides_no_other(store: Store, spoilt: dict[str, object]) -> None:
    save_scenario(store, made())
    save_scenario(store, made("Spoilt"))
    document = store.get(SCENARIOS, "spoilt")
    assert document is not None
    store.put(SCENARIOS, document | spoilt)
    with pytest.raises(DataError, match="The saved scenario 'spoilt' cannot be used"):
        list_scenarios(store)
    problems: list[FarpError] = []
    assert [scenario.id for scenario in list_scenarios(store, on_error=problems.append)] == ["oil-up"]
    assert len(problems) == 1
    delete_scenario(store, "spoilt")
    assert len(list_scenarios(store)) == 1


def test_there_is_a_most(store: Store) -> None:
    store.put_many(SCENARIOS, [{"_id": f"s{i}"} for i in range(MOST_SCENARIOS)])
    with pytest.raises(InvalidInput, match="200 saved scenarios already"):
        save_scenario(store, made())


def test_of_two_who_save_the_same_name_at_once_one_is_told(store: Store) -> None:
    def save(size: float) -> bool:
        try:
            save_scenario(store, made(size=size))
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(save, [0.1, 0.2, 0.3, 0.4])) == [False, False, False, True]


def test_ids_are_made_of_names() -> None:
    assert scenario_id("Öl auf 150 $!") == "ol-auf-150"
    assert scenario_id("石油").startswith("scenario-")
    assert scenario_id("石油") != scenario_id("金价下跌")
