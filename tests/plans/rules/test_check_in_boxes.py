"""The boxes of a check-in by name, and the red flags that are in them."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest

from plans.rules import check_in as rules
from plans.rules.catalogue import SHIPPED, Entry, catalogue
from plans.rules.check_in import (
    TELEPHONED,
    AskedKind,
    Decision,
    How,
    NextHow,
    Reporter,
    Scale,
    TakenAs,
    YesNo,
    beyond,
    box,
    confirming,
    happened_on,
    is_box,
    pressed,
    raised,
    red_flag_boxes,
    rest_of,
    row_of,
    scales_asked,
    settle,
    state_of,
    suicide_of,
    to_be_confirmed,
    unanswered_safety,
    unconfirmed,
    without,
)
from plans.rules.limits import Limit
from plans.rules.redflags import Level
from plans.rules.schedule_words import DrugClass
from plans.rules.symptoms import ASKED_AS_SAFETY, Group, Shape
from plans.rules.vital_words import Side, Vital, VitalUnit
from tests.plans.rules.check_in_in_full import ASKING

# --- Words ---------------------------------------------------------------------------------------


def test_every_choice_has_its_words() -> None:
    assert {how: (how.label, how.heading) for how in How} == {
        "visit": ("visit", "Check-in at a visit"),
        "phone": ("phone", "Check-in by phone"),
        "video": ("video", "Check-in by video"),
        "home": ("home", "Check-in at home"),
        "ward": ("ward", "Check-in on the ward"),
    }
    assert TELEPHONED == (How.PHONE, How.VIDEO)
    assert [one.label for one in Reporter] == ["patient", "carer", "observed"]
    assert [one.label for one in YesNo] == ["yes", "no", "not known"]
    assert [one.label for one in TakenAs] == [
        "as planned", "some missed", "extra taken", "stopped", "ran out", "not known",
    ]  # fmt: skip
    assert [one.label for one in AskedKind] == [
        "staying on the dose in force", "a change of the plan", "stopping the taper",
    ]  # fmt: skip
    assert {one: (one.label, one.asked) for one in Decision} == {
        "continue": ("continue", None),
        "hold": ("stay on this dose", "hold"),
        "change the plan": ("change the plan", "change"),
        "stop the taper": ("stop the taper", "stop"),
        "refer": ("refer", None),
        "escalate": ("escalate", None),
    }
    assert [one.label for one in NextHow] == ["in person", "by telephone", "by video", "home visit"]


@pytest.mark.parametrize(
    ("classes", "sedatives", "not_asked"),
    [
        ([], False, {"COWS", "CIWA-Ar"}),
        ([DrugClass.BENZODIAZEPINE], False, {"COWS", "CIWA-Ar"}),
        ([DrugClass.OPIOID], False, {"CIWA-Ar"}),
        ([], True, set()),
        ([DrugClass.OPIOID], True, set()),
    ],
)
def test_two_scales_are_of_one_substance_alone(
    classes: list[DrugClass], sedatives: bool, not_asked: set[str]
) -> None:
    asked = scales_asked(classes, sedatives=sedatives)

    assert [*asked] == [scale for scale in Scale if scale not in not_asked]


# --- Names of boxes ------------------------------------------------------------------------------

BOXES = """
how reported_by reporter_name where_now call_back as_on_file rest listed mood alcohol_and_drugs
driving note in_confidence decision decision_reason no_next_reason correction_reason next_0 next_1
next_2 next_how happened_0 happened_1 happened_2 happened_clock told_0 told_1 told_2 told_clock
phq9-item9 phq9-item9-confirmed suicide suicide-words suicide-confirmed s-suicide-by
s-tremor s-tremor-severity s-other_1 s-other_3-words s-own_0123456789ab s-own_0123456789ab-by
t-0a1b2c3d1 t-0a1b2c3d1-last_product a-1-product a-12-to v-pulse v-pulse-sure v-pulse-emergency
v-pulse-same_day scale-1 scale-9-total s-vital_pulse_emergency-removed
"""
NO_BOXES = """
How rest- next_3 told_3 phq9-item9-sure phq9 suicide- suicide-also suicide-A s- s-hiccups
s-hiccups-severity s-other_4 s-tremor- s-tremor-S s-tremor-severity-more t-0a1b2c3 t-0a1b2c3d
t-0A1b2c3d1 a-0-product a-1 a-100-product a-1-p v- v-pulse-also v-Pulse scale-0 scale-10 scale-
s-vital_pulse_emergency s-vital_pulse_emergency-confirmed xs-tremor s-tremorx$ csrfmiddlewaretoken
"""


@pytest.mark.parametrize("name", BOXES.split())
def test_a_check_in_has_this_box(name: str) -> None:
    assert is_box(name) is True


@pytest.mark.parametrize("name", NO_BOXES.split())
def test_a_check_in_has_no_such_box(name: str) -> None:
    assert is_box(name) is False


def test_the_box_of_a_symptom_is_named_by_its_key_and_its_part() -> None:
    assert box("tremor") == "s-tremor"
    assert box("tremor", "severity") == "s-tremor-severity"
    assert (rules.NOTE_LIMIT, rules.LINE_LIMIT, rules.NAME_LIMIT) == (4000, 300, 200)
    assert (rules.AMOUNT_LINES, rules.SCALE_LINES) == (12, 4)


@pytest.mark.parametrize(
    ("key", "row", "fills"),
    [
        ("tremor", "row-tremor", {"s-tremor-confirmed": "yes"}),
        ("other_2", "row-other_2", {"s-other_2-confirmed": "yes"}),
        ("own_0123456789ab", "row-own_0123456789ab", {"s-own_0123456789ab-confirmed": "yes"}),
        ("suicide", "row-suicide", {"suicide-confirmed": "yes"}),
        ("suicidal_thoughts", "row-suicide", {"s-suicidal_thoughts-confirmed": "yes"}),
        ("suicide_plan", "row-suicide", {"s-suicide_plan-confirmed": "yes"}),
        ("phq9-item9", "row-phq9-item9", {"phq9-item9-confirmed": "yes"}),
        ("vital_pulse_emergency", "field_v-pulse", {"v-pulse-emergency": "140"}),
        ("vital_bp_lying_same_day", "field_v-bp_lying", {"v-bp_lying-same_day": ""}),
        ("hiccups", "rest", {}),
    ],
)
def test_each_question_has_its_row_and_its_confirming_key(
    key: str, row: str, fills: dict[str, str]
) -> None:
    assert row_of(key) == row
    assert confirming(key, {"v-pulse": " 140 "}) == fills


@pytest.mark.parametrize(
    ("key", "given", "state"),
    [
        ("seizure", "yes", "present"),
        ("seizure", "no", "none"),
        ("seizure", "declined", "declined"),
        ("seizure", "not-asked", "could not be asked"),
        ("seizure", "present", None),
        ("tremor", "present", "present"),
        ("tremor", "none", "none"),
        ("tremor", "declined", "declined"),
        ("tremor", "not-asked", None),
        ("tremor", "yes", None),
        ("tremor", "", None),
    ],
)
def test_what_was_answered_about_an_item(key: str, given: str, state: str | None) -> None:
    assert state_of({f"s-{key}": given}, key) == state
    assert state_of({}, key) is None


@pytest.mark.parametrize(
    ("given", "answer"),
    [
        ("none", "none"),
        ("wish", "wish to be dead"),
        ("thoughts", "thoughts"),
        ("plan", "thoughts with plan or means"),
        ("attempt", "attempt or self-harm since"),
        ("declined", "declined"),
        ("not-asked", "could not be asked"),
        ("", None),
        ("yes", None),
    ],
)
def test_what_was_answered_about_suicide(given: str, answer: str | None) -> None:
    assert suicide_of({"suicide": given}) == answer
    assert unanswered_safety({"suicide": given})[4:] == (
        ("suicide", "overdose") if answer is None else ("overdose",)
    )


def test_the_safety_questions_without_an_answer_come_in_their_order() -> None:
    assert unanswered_safety({}) == (
        "seizure", "hallucination", "confusion", "loss_of_consciousness", "suicide", "overdose",
    )  # fmt: skip
    assert unanswered_safety({"s-seizure": "no", "s-confusion": "declined"}) == (
        "hallucination", "loss_of_consciousness", "suicide", "overdose",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        (("24", "11", "2026"), date(2026, 11, 24)),
        ((" 24 ", " Nov ", " 2026 "), date(2026, 11, 24)),
        (("31", "11", "2026"), date(2026, 1, 1)),
        (("", "", ""), date(2026, 1, 1)),
        (("24", "", "2026"), date(2026, 1, 1)),
    ],
)
def test_the_day_of_a_check_in_is_the_typed_one_where_it_can_be_read(
    typed: tuple[str, str, str], day: date
) -> None:
    answers = {f"happened_{place}": part for place, part in enumerate(typed)}

    assert happened_on(answers, date(2026, 1, 1)) == day
    assert happened_on({**answers, "happened_3": "x"}, date(2026, 1, 1)) == day
    assert happened_on({}, date(2026, 1, 1)) == date(2026, 1, 1)


def test_the_rest_is_what_has_no_answer() -> None:
    answers = {"s-tremor": "present", "s-headache": "none", "s-nausea": "yes"}
    offered = {symptom.key for symptom in SHIPPED.offered([])}

    assert {symptom.key for symptom in rest_of(answers, [])} == (
        offered - {*ASKED_AS_SAFETY} - {"tremor", "headache"}
    )
    own = catalogue([Entry("own_0123456789ab", "hiccups", Group.GUT, Shape.SEVERITY)])
    assert "own_0123456789ab" in {symptom.key for symptom in rest_of({}, [], own)}


# --- Red flags in the boxes ----------------------------------------------------------------------

PULSE = Limit(Vital.PULSE, Side.ABOVE, Level.EMERGENCY, Fraction(130), VitalUnit.PER_MINUTE)
FAST = Limit(Vital.PULSE, Side.ABOVE, Level.SAME_DAY, Fraction(110), VitalUnit.PER_MINUTE)
KNOWN = catalogue([], limits=[PULSE, FAST])


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ({}, {}),
        ({"s-tremor": "present"}, {}),
        ({"s-tremor": "present", "s-tremor-confirmed": "yes"}, {"tremor": True}),
        ({"s-seizure": "yes"}, {"seizure": False}),
        ({"s-seizure": "no", "s-seizure-confirmed": "yes"}, {}),
        ({"s-seizure": "yes", "s-seizure-confirmed": "yes"}, {"seizure": True}),
        ({"s-seizure": "yes", "s-seizure-confirmed": "no"}, {"seizure": False}),
        ({"s-suicidal_thoughts": "yes"}, {}),
        ({"s-suicide_plan": "yes"}, {}),
        ({"suicide": "none", "suicide-confirmed": "yes"}, {}),
        ({"suicide": "wish"}, {"suicidal_thoughts": False}),
        ({"suicide": "wish", "suicide-confirmed": "yes"}, {"suicidal_thoughts": True}),
        ({"suicide": "plan"}, {"suicide_plan": False}),
        ({"suicide": "plan", "suicide-confirmed": "no"}, {"suicide_plan": False}),
        (
            {"suicide": "attempt", "suicide-confirmed": "yes", "suicide-also": "x"},
            {"suicide_plan": True, "suicidal_thoughts": True},
        ),
        ({"phq9-item9": "0", "phq9-item9-confirmed": "yes"}, {}),
        ({"phq9-item9": "1"}, {"suicidal_thoughts": False}),
        ({"phq9-item9": "2"}, {"suicidal_thoughts": False}),
        ({"phq9-item9": "3"}, {"suicidal_thoughts": False}),
        ({"phq9-item9": "1", "phq9-item9-confirmed": "yes"}, {"suicidal_thoughts": True}),
        ({"phq9-item9": "3", "phq9-item9-confirmed": "yes"}, {"suicidal_thoughts": True}),
        ({"phq9-item9": "2", "phq9-item9-confirmed": "yes"}, {"suicidal_thoughts": True}),
        ({"phq9-item9": "3", "phq9-item9-confirmed": "no"}, {"suicidal_thoughts": False}),
        ({"phq9-item9": "4", "phq9-item9-confirmed": "yes"}, {}),
        ({"v-pulse": " 131 "}, {"vital_pulse_emergency": False}),
        ({"v-pulse": "131", "v-pulse-emergency": "131"}, {"vital_pulse_emergency": True}),
        ({"v-pulse": "131", "v-pulse-emergency": "130"}, {"vital_pulse_emergency": False}),
        ({"v-pulse": "111"}, {"vital_pulse_same_day": False}),
        ({"v-pulse": "110"}, {}),
        ({"v-pulse": "", "v-pulse-emergency": ""}, {}),
    ],
)
def test_what_is_pressed_and_what_is_confirmed(
    answers: dict[str, str], expected: dict[str, bool]
) -> None:
    assert pressed(answers, KNOWN) == expected
    assert raised(answers) == {key for key, confirmed in expected.items() if confirmed}
    assert to_be_confirmed(answers, KNOWN) == tuple(
        key for key, confirmed in expected.items() if not confirmed
    )


def test_figures_beyond_a_limit_are_found_box_by_box() -> None:
    low = Limit(Vital.OXYGEN, Side.BELOW, Level.SAME_DAY, Fraction(92), VitalUnit.PERCENT)
    known = catalogue([], limits=[PULSE, low])
    answers = {"v-pulse": "140", "v-oxygen": " 90 ", "v-weight": "70"}

    assert [one.key for one in beyond(answers, known)] == [
        "vital_pulse_emergency", "vital_oxygen_same_day",
    ]  # fmt: skip
    assert beyond(answers, SHIPPED) == ()


SEIZURE = {"s-seizure": "yes", "s-seizure-confirmed": "yes"}
THOUGHTS = {"suicide": "thoughts", "suicide-confirmed": "yes"}
PLAN = {"suicide": "plan", "suicide-confirmed": "yes"}
ALSO = {"suicide-also": "suicidal_thoughts"}
NINE = {"phq9-item9": "2", "phq9-item9-confirmed": "yes"}
MOOD = {"mood": "low"}
THIN = {"v-weight": "30", "v-weight-sure": "30", "v-weight-same_day": "30"}
HIGH = {"v-pulse": "140", "v-pulse-sure": "140", "v-pulse-emergency": "140"}


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ({}, {"mood": "low", "s-seizure": "yes"}, {"mood": "low", "s-seizure": "yes"}),
        # A confirming key counts for stars, for figures beyond a limit, and where it stood.
        ({}, SEIZURE, SEIZURE),
        ({}, {"s-tremor": "present", "s-tremor-confirmed": "yes"}, {"s-tremor": "present"}),
        (
            {"s-tremor-confirmed": "yes"},
            {"s-tremor": "none", "s-tremor-confirmed": "yes"},
            {"s-tremor": "none", "s-tremor-confirmed": "yes"},
        ),
        ({}, HIGH, HIGH),
        ({}, {"v-pulse": "100", "v-pulse-emergency": "100"}, {"v-pulse": "100"}),
        ({}, ALSO, {}),
        # What raised a red flag stays.
        (SEIZURE, {}, SEIZURE),
        (SEIZURE, {"s-seizure": "no"}, SEIZURE),
        (SEIZURE, {"s-seizure": "no", "s-seizure-note": "x"}, SEIZURE | {"s-seizure-note": "x"}),
        (HIGH, {"v-pulse": "84"}, HIGH),
        (
            {"v-pulse": "140", "v-pulse-emergency": "140"},
            {"v-pulse": "84", "v-pulse-sure": "84"},
            {"v-pulse": "140", "v-pulse-emergency": "140", "v-pulse-sure": "84"},
        ),
        (THOUGHTS, {}, THOUGHTS),
        (THOUGHTS, {"suicide": "none"}, THOUGHTS),
        (THOUGHTS, {"suicide": "thoughts"}, THOUGHTS),
        (THOUGHTS, {"suicide": "wish"}, {"suicide": "wish", "suicide-confirmed": "yes"}),
        # It got worse: both stand.
        (THOUGHTS, {"suicide": "plan"}, {"suicide": "plan"} | ALSO),
        (THOUGHTS, PLAN, PLAN | ALSO),
        # A plan does not become a thought.
        (PLAN, {"suicide": "thoughts"}, PLAN),
        (PLAN, {"suicide": "attempt"}, {"suicide": "attempt", "suicide-confirmed": "yes"}),
        (PLAN, {"suicide": "declined"}, PLAN),
        (PLAN | ALSO, {}, PLAN | ALSO),
        (PLAN | ALSO, {"suicide": "none"}, PLAN | ALSO),
        # Not confirmed, it may be typed over.
        ({"suicide": "thoughts"}, {"suicide": "none"}, {"suicide": "none"}),
        ({"suicide": "thoughts"}, {"suicide": "plan"}, {"suicide": "plan"}),
        # The ninth item.
        (NINE, {}, NINE),
        (NINE, {"phq9-item9": "0"}, NINE),
        (NINE, {"phq9-item9": "3"}, NINE | {"phq9-item9": "3"}),
        (NINE, {"phq9-item9": "1"}, NINE | {"phq9-item9": "1"}),
        (NINE, {"phq9-item9": "2"}, NINE),
        (NINE | {"phq9-item9": "1"}, {}, NINE | {"phq9-item9": "1"}),
        (NINE | {"phq9-item9": "1"}, {"phq9-item9": "2"}, NINE),
        (NINE | {"phq9-item9": "3"}, {"phq9-item9": ""}, NINE | {"phq9-item9": "3"}),
        # Several at once.
        (SEIZURE | HIGH | THIN, {"v-pulse": "84", "mood": "low"}, SEIZURE | HIGH | THIN | MOOD),
        ({"phq9-item9": "2"}, {"phq9-item9": "0"}, {"phq9-item9": "0"}),
        (
            THOUGHTS | {"phq9-item9": "2"},
            THOUGHTS,
            THOUGHTS | {"phq9-item9": "2", "phq9-item9-confirmed": ""},
        ),
        (THOUGHTS | {"phq9-item9": "0"}, THOUGHTS, THOUGHTS),
    ],
)
def test_a_later_page_loses_no_red_flag(
    old: dict[str, str], new: dict[str, str], expected: dict[str, str]
) -> None:
    assert settle(old, new, catalogue=KNOWN) == expected


def test_what_belongs_to_a_corrected_check_in_is_answered_anew() -> None:
    assert settle(SEIZURE, {"s-seizure": "no"}, free=["seizure"]) == {"s-seizure": "no"}
    assert settle(SEIZURE | HIGH, {}, free=["seizure"]) == HIGH
    assert settle(HIGH, {}, free=["vital_pulse_emergency"]) == {}
    assert settle(THOUGHTS, {"suicide": "none"}, free=["suicidal_thoughts"]) == {"suicide": "none"}
    assert settle(PLAN | ALSO, {}, free=["suicidal_thoughts"]) == PLAN
    assert settle(NINE, {"phq9-item9": "0"}, free=["suicidal_thoughts"]) == {"phq9-item9": "0"}


EVERYTHING = {"mood": "low", **SEIZURE, **PLAN, **ALSO, **NINE, **HIGH}


@pytest.mark.parametrize(
    ("key", "gone"),
    [
        ("seizure", {*SEIZURE}),
        ("suicide_plan", {*PLAN}),
        ("suicidal_thoughts", {*ALSO, *NINE}),
        ("vital_pulse_emergency", {*HIGH}),
        ("vital_pulse_same_day", {"v-pulse", "v-pulse-sure"}),
        ("tremor", set()),
    ],
)
def test_taken_back_only_its_own_boxes_are_empty(key: str, gone: set[str]) -> None:
    left = {name: text for name, text in EVERYTHING.items() if name not in gone}

    assert without(EVERYTHING, key) == left


def test_taken_back_thoughts_leave_no_answer_about_suicide() -> None:
    assert without(THOUGHTS | SEIZURE, "suicidal_thoughts") == SEIZURE
    assert without(THOUGHTS, "seizure") == THOUGHTS


def test_with_no_confirming_key_pressed_the_words_stay() -> None:
    assert unconfirmed(EVERYTHING) == {
        "mood": "low", "s-seizure": "yes", "suicide": "plan", "phq9-item9": "2",
        "v-pulse": "140", "v-pulse-sure": "140",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("keys", "kept"),
    [
        ([], set()),
        (["seizure"], {"s-seizure", "s-seizure-confirmed", "s-seizure-note"}),
        (["suicide_plan"], {*PLAN, *ALSO, *NINE}),
        (["suicidal_thoughts"], {*PLAN, *ALSO, *NINE}),
        (["vital_pulse_emergency"], {*HIGH}),
        (["vital_pulse_same_day"], {"v-pulse", "v-pulse-sure"}),
        (["seizure", "vital_pulse_emergency"], {*HIGH, *SEIZURE, "s-seizure-note"}),
    ],
)
def test_even_a_stale_page_keeps_the_boxes_of_a_red_flag(keys: list[str], kept: set[str]) -> None:
    answers = EVERYTHING | {"s-seizure-note": "x", "s-seizures": "y"}

    assert red_flag_boxes(answers, keys) == {
        name: text for name, text in answers.items() if name in kept
    }


def test_who_denied_nothing_is_not_among_those_who_did() -> None:
    answers = {
        "reported_by": "observed",
        "rest": "none",
        "suicide": "none",
        "s-suicide-by": "carer",
    }
    for symptom in ASKING.catalogue.symptoms:
        none = "no" if symptom.key in ASKED_AS_SAFETY else "none"
        answers |= {box(symptom.key): none, box(symptom.key, "by"): "carer"}
    found = rules.read(answers, ASKING)

    assert [*found.denied] == ["carer"]
    assert set(found.denied["carer"]) == {one.key for one in ASKING.catalogue.symptoms}
