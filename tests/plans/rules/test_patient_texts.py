"""The fixed words of a handout: plain, in sets, and known by their digest."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from plans.rules.patient_texts import SetKey, TextSet, keys_for, text_sets
from plans.rules.schedule_words import DrugClass
from tests.plans.rules.reading_age import flesch_kincaid, smog, syllables

GRADE = 6
SETS = pytest.mark.parametrize("one", text_sets(), ids=lambda one: one.key.value)


@pytest.mark.parametrize(
    ("word", "count"),
    [
        ("fit", 1), ("dose", 1), ("doses", 2), ("someone", 2), ("tablet", 2), ("breathe", 1),
        ("alcohol", 3), ("hospital", 3), ("children", 2), ("pregnant", 2), ("machines", 2),
        ("emergency", 4), ("medicine", 3), ("opioid", 3), ("taken", 2), ("called", 1),
        ("hated", 2), ("people", 2), ("steroid", 3), ("even", 2), ("used", 1),
        ("taking", 2), ("yourself", 2), ("worse", 1), ("little", 2), ("antidepressant", 5),
    ],
)  # fmt: skip
def test_syllables_are_counted_as_they_are_said_or_one_more(word: str, count: int) -> None:
    assert count <= syllables(word) <= count + 1


def test_hard_words_read_as_hard() -> None:
    hard = "Benzodiazepine discontinuation necessitates multidisciplinary supervision."
    assert flesch_kincaid(hard) > GRADE
    assert smog(hard) > GRADE
    assert flesch_kincaid("The cat sat. The dog ran.") < GRADE


@SETS
def test_each_set_reads_at_school_year_six_or_lower(one: TextSet) -> None:
    for part in (one.sentences, one.stopping, one.call, one.meanwhile):
        text = " ".join(part)
        assert flesch_kincaid(text) <= GRADE, text
        assert smog(text) <= GRADE, text


@SETS
def test_a_set_names_no_figure_and_judges_nothing(one: TextSet) -> None:
    text = " ".join(one.sentences)
    assert not re.search(r"\d|%", text)
    assert not re.search(r"\b(recommend|suggest|advis|advice|should|safe)", text, re.IGNORECASE)
    assert all(sentence.endswith(".") for sentence in one.sentences)


@SETS
def test_a_set_says_what_stopping_does_when_to_call_and_what_to_keep_to(one: TextSet) -> None:
    assert one.stopping
    assert one.call
    assert one.meanwhile
    assert one.version >= 1


def test_a_plan_has_the_set_of_every_plan_and_those_of_its_drugs_and_no_other() -> None:
    assert keys_for([]) == (SetKey.EVERY_PLAN,)
    assert keys_for([DrugClass.OTHER]) == (SetKey.EVERY_PLAN,)
    assert keys_for([DrugClass.OPIOID, DrugClass.BENZODIAZEPINE, DrugClass.OPIOID]) == (
        SetKey.EVERY_PLAN,
        SetKey.BENZODIAZEPINE,
        SetKey.OPIOID,
    )
    classes = {drug_class.value for drug_class in DrugClass} - {"other"}
    assert {key.value for key in SetKey} == classes | {"every_plan"}


@SETS
def test_another_word_or_another_place_is_another_digest(one: TextSet) -> None:
    assert len(one.digest) == 64
    assert replace(one, stopping=(*one.stopping, "Stop.")).digest != one.digest
    moved = replace(one, call=one.call[:-1], meanwhile=(one.call[-1], *one.meanwhile))
    assert moved.digest != one.digest
    assert replace(one, key=SetKey.EVERY_PLAN, call=("You fall.",)).digest != one.digest


# The words that clinics have confirmed. A change of words is a new number and a new line here.
WORDED = {
    (SetKey.EVERY_PLAN, 1): "3d69b8535443064a",
    (SetKey.BENZODIAZEPINE, 1): "72016382f8cb1f06",
    (SetKey.OPIOID, 1): "8b3824df240b5a30",
    (SetKey.CORTICOSTEROID, 1): "0b9303149739b665",
    (SetKey.ANTIDEPRESSANT, 1): "f39dfc91122e99a0",
}


@SETS
def test_no_word_changes_without_a_new_number(one: TextSet) -> None:
    assert one.digest.startswith(WORDED[one.key, one.version])
    assert WORDED[one.key, one.version]


def test_every_set_stands_under_its_name_as_it_is_asked_for() -> None:
    """Asked for here, and not when the tests are gathered."""
    found = text_sets()

    assert {one.key: one.key.words for one in found} == {
        "every_plan": "Every plan",
        "benzodiazepine": "Benzodiazepine",
        "opioid": "Opioid",
        "corticosteroid": "Corticosteroid",
        "antidepressant": "Antidepressant",
    }
    assert {(one.key, one.version): one.digest[:16] for one in found} == WORDED
    assert [one.sentences for one in found] == [
        (*one.stopping, *one.call, *one.meanwhile) for one in found
    ]
