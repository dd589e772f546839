"""Limits of vital signs: only what a person typed, said in words, flagged once confirmed."""

from __future__ import annotations

from fractions import Fraction

import pytest

from plans.rules import check_in as rules
from plans.rules import limits, vitals
from plans.rules.catalogue import SHIPPED, catalogue
from plans.rules.limits import Limit, Side
from plans.rules.reach import told
from plans.rules.redflags import Level
from plans.rules.vitals import Field, Vital, VitalUnit
from taperplan import grammar

EMERGENCY, SAME_DAY = Level.EMERGENCY, Level.SAME_DAY
PULSE = Limit(Vital.PULSE, Side.ABOVE, EMERGENCY, Fraction(130), VitalUnit.PER_MINUTE)
FAST = Limit(Vital.PULSE, Side.ABOVE, SAME_DAY, Fraction(110), VitalUnit.PER_MINUTE)
KNOWN = catalogue([], limits=[PULSE, FAST])
KEY = limits.key_of(Field.PULSE, EMERGENCY)


def test_nothing_is_beyond_a_limit_that_nobody_typed() -> None:
    assert SHIPPED.limits == ()
    for place in limits.LIMITED:
        assert limits.beyond(place, "300/200" if place.value.startswith("bp") else "99", ()) is None


@pytest.mark.parametrize(
    ("typed", "level"),
    [("110", None), ("111", SAME_DAY), ("130", SAME_DAY), ("131", EMERGENCY), ("fast", None)],
)
def test_beyond_is_more_than_the_limit_and_the_graver_level_is_told(
    typed: str, level: Level | None
) -> None:
    found = limits.beyond(Field.PULSE, typed, KNOWN.limits)
    assert (found.level if found else None) is level


def test_the_words_say_the_figure_the_limit_and_whose_it_is() -> None:
    found = limits.beyond(Field.PULSE, "140", KNOWN.limits)
    assert found is not None
    assert found.told == "Pulse 140\u00a0/min: above 130\u00a0/min, the clinic's limit"
    low = Limit(Vital.DIASTOLIC_LYING, Side.BELOW, SAME_DAY, Fraction(50), VitalUnit.MMHG, True)
    found = limits.beyond(Field.BP_LYING, "96/44", [low])
    assert found is not None
    expected = "BP lying 96/44\u00a0mmHg: below 50\u00a0mmHg, the limit for this patient"
    assert found.told == expected
    assert told(found.key, found.told) == found.told


def test_a_limit_of_the_patient_stands_in_the_place_of_the_clinics_and_of_no_other() -> None:
    own = Limit(Vital.PULSE, Side.ABOVE, SAME_DAY, Fraction(120), VitalUnit.PER_MINUTE, True)
    assert set(limits.in_force([PULSE, FAST, own])) == {PULSE, own}


@pytest.mark.parametrize(
    ("typed", "beyond"), [("101", True), ("38.4", True), ("100.4 F", False), ("38", False)]
)
def test_a_figure_is_compared_in_the_unit_of_the_limit_exactly(typed: str, beyond: bool) -> None:
    typed = typed if "." in typed or "F" in typed or typed == "38" else f"{typed} F"
    hot = Limit(Vital.TEMPERATURE, Side.ABOVE, EMERGENCY, Fraction(38), VitalUnit.CELSIUS)
    assert (limits.beyond(Field.TEMPERATURE, typed, [hot]) is not None) is beyond


def test_a_pound_is_what_it_is_by_definition() -> None:
    light = Limit(Vital.WEIGHT, Side.BELOW, SAME_DAY, Fraction(50), VitalUnit.KG)
    assert limits.beyond(Field.WEIGHT, "110.23 lb", [light]) is not None
    assert limits.beyond(Field.WEIGHT, "110.24 lb", [light]) is None


@pytest.mark.parametrize("typed", ["", "1e2", "120/80", "1_0", "4000", "-5"])
def test_a_limit_is_read_by_the_grammar_of_the_check_in(typed: str) -> None:
    for vital in (Vital.PULSE, Vital.SYSTOLIC_LYING):
        with pytest.raises(grammar.Refused):
            limits.read((vital, Side.ABOVE, EMERGENCY), typed, of_patient=False)


def test_two_limits_that_leave_no_figure_between_them_are_named() -> None:
    low = Limit(Vital.PULSE, Side.BELOW, EMERGENCY, Fraction(131), VitalUnit.PER_MINUTE)
    assert limits.contradictions([PULSE, low]) == ((low, PULSE),)
    assert limits.contradictions([PULSE, FAST]) == ()


# --- in a draft ------------------------------------------------------------------------------


def test_pressed_and_not_confirmed_it_is_to_be_confirmed() -> None:
    answers = {"v-pulse": "140"}
    assert rules.to_be_confirmed(answers, KNOWN) == (KEY,)
    assert rules.raised(answers) == frozenset()
    confirmed = answers | rules.confirming(KEY, answers)
    assert rules.to_be_confirmed(confirmed, KNOWN) == ()
    assert rules.raised(confirmed) == {KEY}


def test_what_is_half_typed_raises_nothing_and_another_figure_is_another_answer() -> None:
    """The figure that was confirmed is kept with the confirming key; "14" on the way is none."""
    confirmed = {"v-pulse": "140", "v-pulse-emergency": "140"}
    for typed in ("1", "14", "1400", "104"):
        assert rules.raised({**confirmed, "v-pulse": typed}) == frozenset()


def test_what_was_raised_is_not_typed_over_by_a_later_or_a_stale_page() -> None:
    old = {"v-pulse": "140", "v-pulse-emergency": "140"}
    for new in ({}, {"v-pulse": "84"}, {"v-pulse": "84", "v-pulse-emergency": "84"}):
        assert rules.raised(rules.settle(old, new, catalogue=KNOWN)) == {KEY}
        # Even where the clinic has changed its limits since.
        assert rules.raised(rules.settle(old, new)) == {KEY}
    assert rules.raised(rules.without(old, KEY)) == frozenset()
    assert "v-pulse" not in rules.without(old, KEY)


def test_no_page_confirms_a_figure_that_is_beyond_no_limit() -> None:
    forged = {"v-pulse": "84", "v-pulse-emergency": "84"}
    assert "v-pulse-emergency" not in rules.settle({}, forged, catalogue=KNOWN)
    # A same-day figure is not made an emergency, nor the other way round.
    high = {"v-pulse": "115", "v-pulse-emergency": "115", "v-pulse-same_day": "115"}
    settled = rules.settle({}, high, catalogue=KNOWN)
    assert rules.raised(settled) == {limits.key_of(Field.PULSE, SAME_DAY)}


def test_every_box_of_a_limit_is_a_box_of_the_check_in() -> None:
    for key, name in limits.confirming_boxes().items():
        assert rules.is_box(name)
        assert rules.is_box(rules.box(key, "removed"))
        assert not rules.is_box(rules.box(key))
        assert len(key) <= 32


def test_the_bounds_of_what_a_body_can_show_are_no_limits() -> None:
    """An unlikely figure is asked for again; it raises nothing by itself."""
    for (vital, unit), bounds in vitals.BOUNDS.items():
        for value in (bounds.possible[0], bounds.possible[1]):
            figure = vitals.Measured(vital, value, unit)
            assert limits.crossed(figure, SHIPPED.limits) is None
