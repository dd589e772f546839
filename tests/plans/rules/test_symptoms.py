"""The catalogue holds what a clinic asks about, and nothing is lost from it."""

from __future__ import annotations

import re

import pytest

from plans.rules.catalogue import SHIPPED
from plans.rules.schedule_words import DrugClass
from plans.rules.symptoms import (
    ASKED_AS_SAFETY,
    BY_KEY,
    CATALOGUE,
    SAFETY_QUESTIONS,
    SUICIDE,
    Group,
    Shape,
    Suicide,
    starred,
)

STARS = {
    "seizure",
    "loss_of_consciousness",
    "hard_to_wake",
    "hallucination",
    "confusion",
    "delirium",
    "harm_to_others",
    "psychosis",
    "catatonia",
    "suicidal_thoughts",
    "suicide_plan",
    "slow_breathing",
    "overdose",
    "abrupt_stop",
    "collapse",
}
CODES = {
    "seizure": "91175000",
    "hallucination": "7011001",
    "delirium": "2776000",
    "tremor": "26079004",
    "insomnia": "193462001",
    "anxiety": "48694002",
    "panic_attack": "225624000",
    "headache": "25064002",
    "dizziness": "404640003",
    "nausea": "422587007",
    "palpitations": "80313002",
    "suicidal_thoughts": "6471006",
}


def test_every_item_has_one_key_and_one_name() -> None:
    assert len(BY_KEY) == len(CATALOGUE)
    assert len({symptom.name for symptom in CATALOGUE}) == len(CATALOGUE)
    assert all(re.fullmatch(r"[a-z_]{3,32}", symptom.key) for symptom in CATALOGUE)


def test_every_group_has_something_to_ask() -> None:
    assert {symptom.group for symptom in CATALOGUE} == set(Group) - {Group.OTHER}


def test_fifteen_items_raise_a_red_flag() -> None:
    assert {symptom.key for symptom in starred()} == STARS


def test_only_a_seizure_and_a_hallucination_are_fixed() -> None:
    assert {symptom.key for symptom in CATALOGUE if symptom.fixed} == {"seizure", "hallucination"}


def test_codes_are_those_that_were_given_and_no_others() -> None:
    assert {s.key: s.code for s in CATALOGUE if s.code} == CODES


def test_the_six_safety_questions_come_in_their_order() -> None:
    assert SAFETY_QUESTIONS == (
        "seizure",
        "hallucination",
        "confusion",
        "loss_of_consciousness",
        "suicide",
        "overdose",
    )
    assert all(BY_KEY[key].question for key in SAFETY_QUESTIONS if key != SUICIDE)


def test_events_are_asked_how_many_instead_of_how_severe() -> None:
    events = {symptom.key for symptom in CATALOGUE if symptom.shape is Shape.EVENT}
    assert events == {
        "seizure",
        "loss_of_consciousness",
        "fall",
        "injury",
        "overdose",
        "hospital_visit",
    }


def test_the_opioid_set_is_asked_beside_an_opioid_only() -> None:
    assert BY_KEY["yawning"] in SHIPPED.offered([DrugClass.OPIOID])
    assert BY_KEY["yawning"] not in SHIPPED.offered([DrugClass.BENZODIAZEPINE])


def test_a_star_of_a_class_set_can_be_recorded_whatever_the_drug() -> None:
    assert BY_KEY["collapse"] in SHIPPED.offered([])


def test_none_of_the_rest_never_answers_a_safety_question() -> None:
    denied = {symptom.key for symptom in SHIPPED.rest([], list(DrugClass))}
    assert not denied & ASKED_AS_SAFETY


def test_none_of_the_rest_denies_every_other_star_by_name() -> None:
    denied = {symptom.key for symptom in SHIPPED.rest(["tremor"], [])}
    assert denied >= STARS - ASKED_AS_SAFETY
    assert "tremor" not in denied


@pytest.mark.parametrize(
    ("answer", "item"),
    [
        (Suicide.NONE, ""),
        (Suicide.WISH, "suicidal_thoughts"),
        (Suicide.THOUGHTS, "suicidal_thoughts"),
        (Suicide.PLAN, "suicide_plan"),
        (Suicide.ATTEMPT, "suicide_plan"),
        (Suicide.DECLINED, ""),
        (Suicide.NOT_ASKED_WHY, ""),
    ],
)
def test_a_wish_is_the_first_item_and_a_plan_the_second(answer: Suicide, item: str) -> None:
    assert answer.item == item


def test_a_free_line_is_named_by_its_own_words() -> None:
    assert SHIPPED.label("other_1", "hiccups") == "hiccups"
    assert SHIPPED.label("tremor") == "tremor"
