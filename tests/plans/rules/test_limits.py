"""Limits of vital signs: only what a person typed, said in words, flagged once confirmed."""

from __future__ import annotations

from fractions import Fraction

import pytest

from plans.rules import check_in as rules
from plans.rules import limits, vitals
from plans.rules.catalogue import SHIPPED, catalogue
from plans.rules.limits import Limit
from plans.rules.reach import told
from plans.rules.redflags import Level
from plans.rules.vital_words import FIGURES, Side, Vital, VitalUnit
from plans.rules.vitals import Field
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


# --- Word by word -------------------------------------------------------------------------------


def limit(vital: Vital, side: Side, value: str, unit: VitalUnit, *, own: bool = False) -> Limit:
    return Limit(vital, side, SAME_DAY, Fraction(value), unit, own)


@pytest.mark.parametrize(
    ("one", "words"),
    [
        (
            limit(Vital.PULSE, Side.BELOW, "50", VitalUnit.PER_MINUTE),
            "below 50\u00a0/min, the clinic's limit",
        ),
        (
            limit(Vital.PULSE, Side.ABOVE, "1200", VitalUnit.PER_MINUTE),
            "above 1,200\u00a0/min, the clinic's limit",
        ),
        (
            limit(Vital.PULSE, Side.BELOW, "50", VitalUnit.PER_MINUTE, own=True),
            "below 50\u00a0/min, the limit for this patient",
        ),
        (
            limit(Vital.TEMPERATURE, Side.ABOVE, "38.5", VitalUnit.CELSIUS, own=True),
            "above 38.5\u00a0°C, the limit for this patient",
        ),
    ],
)
def test_a_limit_is_told_with_its_side_its_unit_and_whose_it_is(one: Limit, words: str) -> None:
    assert one.words == words
    assert [side.label for side in Side] == ["below", "above"]
    assert one.cell == (one.vital, one.side, one.level)


@pytest.mark.parametrize(
    ("side", "value", "beyond"),
    [
        (Side.BELOW, "49.9", True),
        (Side.BELOW, "50", False),
        (Side.BELOW, "50.1", False),
        (Side.ABOVE, "49.9", False),
        (Side.ABOVE, "50", False),
        (Side.ABOVE, "50.1", True),
    ],
)
def test_beyond_is_beyond_and_not_at_the_limit(side: Side, value: str, beyond: bool) -> None:
    one = limit(Vital.WEIGHT, side, "50", VitalUnit.KG)

    assert one.crossed(vitals.Measured(Vital.WEIGHT, Fraction(value), VitalUnit.KG)) is beyond
    assert not one.crossed(vitals.Measured(Vital.OXYGEN, Fraction(value), VitalUnit.PERCENT))


@pytest.mark.parametrize(
    ("fahrenheit", "beyond"), [("100.4", False), ("100.5", True), ("212", True), ("32", False)]
)
def test_a_degree_fahrenheit_is_what_it_is_by_definition(fahrenheit: str, beyond: bool) -> None:
    hot = limit(Vital.TEMPERATURE, Side.ABOVE, "38", VitalUnit.CELSIUS)
    figure = vitals.Measured(Vital.TEMPERATURE, Fraction(fahrenheit), VitalUnit.FAHRENHEIT)

    assert hot.crossed(figure) is beyond
    # And the other way round.
    other = limit(Vital.TEMPERATURE, Side.BELOW, fahrenheit, VitalUnit.FAHRENHEIT)
    told = vitals.Measured(Vital.TEMPERATURE, Fraction(38), VitalUnit.CELSIUS)
    assert other.crossed(told) is beyond


BOXES = """
systolic_lying diastolic_lying systolic_standing diastolic_standing pulse temperature
breathing_rate oxygen_saturation weight
"""


def test_each_figure_but_hours_slept_has_four_boxes() -> None:
    sides = ("below-emergency", "below-same_day", "above-same_day", "above-emergency")

    assert [*limits.CELLS] == [f"{name}-{side}" for name in BOXES.split() for side in sides]
    assert limits.CELLS["breathing_rate-below-same_day"] == (Vital.BREATHING, Side.BELOW, SAME_DAY)
    assert Field.HOURS_SLEPT not in limits.LIMITED
    assert len(limits.LIMITED) == len(Field) - 1
    assert [*limits.PLACE] == [*FIGURES]
    for name, cell in limits.CELLS.items():
        assert limits.name_of(cell) == name


@pytest.mark.parametrize(
    ("vital", "label"),
    [
        (Vital.SYSTOLIC_LYING, "BP lying, upper figure"),
        (Vital.DIASTOLIC_LYING, "BP lying, lower figure"),
        (Vital.SYSTOLIC_STANDING, "BP standing, upper figure"),
        (Vital.DIASTOLIC_STANDING, "BP standing, lower figure"),
        (Vital.PULSE, "Pulse"),
        (Vital.OXYGEN, "SpO2"),
    ],
)
def test_a_figure_of_two_is_named_upper_or_lower(vital: Vital, label: str) -> None:
    assert limits.figure_label(vital) == label


def test_a_limit_is_kept_with_what_was_typed() -> None:
    cell = (Vital.TEMPERATURE, Side.ABOVE, EMERGENCY)
    found = limits.read(cell, " 101.5 F ", of_patient=True)

    assert found.typed == "101.5 F"
    assert found.limit == Limit(*cell, Fraction(203, 2), VitalUnit.FAHRENHEIT, True)
    assert limits.read(cell, "39", of_patient=False).limit.of_patient is False


@pytest.mark.parametrize(
    ("low", "high", "contradict"),
    [
        (("50", VitalUnit.KG), ("49", VitalUnit.KG), True),
        (("50", VitalUnit.KG), ("50", VitalUnit.KG), False),
        (("50", VitalUnit.KG), ("51", VitalUnit.KG), False),
        (("50", VitalUnit.KG), ("110", VitalUnit.LB), True),
        (("50", VitalUnit.KG), ("111", VitalUnit.LB), False),
    ],
)
def test_limits_contradict_where_no_figure_is_left_between_them(
    low: tuple[str, VitalUnit], high: tuple[str, VitalUnit], contradict: bool
) -> None:
    below = limit(Vital.WEIGHT, Side.BELOW, *low)
    above = limit(Vital.WEIGHT, Side.ABOVE, *high)
    other = limit(Vital.PULSE, Side.ABOVE, "1", VitalUnit.PER_MINUTE)

    expected = ((below, above),) if contradict else ()
    assert limits.contradictions([below, other, above]) == expected
    assert limits.contradictions([above, below]) == expected
    assert limits.contradictions([below, other]) == ()


def test_the_graver_of_two_limits_is_told_whichever_stands_first() -> None:
    figure = vitals.Measured(Vital.PULSE, Fraction(140), VitalUnit.PER_MINUTE)

    assert limits.crossed(figure, [FAST, PULSE]) is PULSE
    assert limits.crossed(figure, [PULSE, FAST]) is PULSE
    assert limits.crossed(figure, []) is None
    low = limit(Vital.DIASTOLIC_LYING, Side.BELOW, "50", VitalUnit.MMHG)
    high = Limit(Vital.SYSTOLIC_LYING, Side.ABOVE, EMERGENCY, Fraction(180), VitalUnit.MMHG)
    found = limits.beyond(Field.BP_LYING, "190/44", [low, high])
    assert found is not None
    assert (found.level, found.place, found.key) == (
        EMERGENCY, Field.BP_LYING, "vital_bp_lying_emergency",
    )  # fmt: skip
    assert found.words == {
        Vital.SYSTOLIC_LYING: "above 180\u00a0mmHg, the clinic's limit",
        Vital.DIASTOLIC_LYING: "below 50\u00a0mmHg, the clinic's limit",
    }
    assert found.told == (
        "BP lying 190/44\u00a0mmHg: above 180\u00a0mmHg, the clinic's limit "
        "and below 50\u00a0mmHg, the clinic's limit"
    )


@pytest.mark.parametrize(
    ("place", "typed", "words"),
    [
        (Field.BP_LYING, "138 / 84 mmHg", "BP lying 138/84\u00a0mmHg"),
        (Field.WEIGHT, "150 lb", "Weight 150\u00a0lb"),
        (Field.WEIGHT, "much", "Weight"),
        (Field.WEIGHT, "", "Weight"),
    ],
)
def test_a_box_is_told_by_its_name_and_what_can_be_read(
    place: Field, typed: str, words: str
) -> None:
    assert limits.in_words(place, typed) == words


def test_a_flag_of_a_figure_is_known_by_its_box_and_its_level() -> None:
    assert limits.of_key("vital_bp_lying_same_day") == (Field.BP_LYING, SAME_DAY)
    assert limits.of_key("vital_hours_slept_same_day") is None
    assert limits.of_key("seizure") is None
    assert limits.label("vital_oxygen_emergency") == "SpO2 beyond a limit"
    boxes = limits.confirming_boxes()
    assert len(boxes) == 2 * len(limits.LIMITED)
    assert boxes["vital_pulse_emergency"] == "v-pulse-emergency"
    assert boxes["vital_bp_standing_same_day"] == "v-bp_standing-same_day"


@pytest.mark.parametrize("side", Side)
def test_a_pound_is_0_45359237_kg_to_the_last_figure(side: Side) -> None:
    hundred = vitals.Measured(Vital.WEIGHT, Fraction(100), VitalUnit.LB)

    assert not limit(Vital.WEIGHT, side, "45.359237", VitalUnit.KG).crossed(hundred)
    beyond = "45.359238" if side is Side.BELOW else "45.359236"
    assert limit(Vital.WEIGHT, side, beyond, VitalUnit.KG).crossed(hundred)
