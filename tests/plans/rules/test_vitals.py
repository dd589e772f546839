"""Vital signs: refused when impossible, asked again when unlikely, never judged."""

from __future__ import annotations

import inspect
from fractions import Fraction

import pytest

from plans.rules import vitals
from plans.rules.vital_words import Vital, VitalUnit
from plans.rules.vitals import BOUNDS, Field, Measured, figures_of, read, read_figure
from taperplan.grammar import Refused


def test_a_blood_pressure_is_two_exact_figures() -> None:
    upper, lower = read(Field.BP_LYING, "138/84")
    assert (upper.vital, upper.value) == (Vital.SYSTOLIC_LYING, Fraction(138))
    assert (lower.vital, lower.value) == (Vital.DIASTOLIC_LYING, Fraction(84))
    assert upper.unit is VitalUnit.MMHG
    assert not upper.unlikely


def test_nothing_typed_is_nothing_recorded() -> None:
    assert read(Field.PULSE, "  ") == ()


@pytest.mark.parametrize("typed", ["138", "138/", "/84", "138/84/60", "138-84", "138,84", "1e2/84"])
def test_what_is_no_blood_pressure_is_refused_with_its_form(typed: str) -> None:
    with pytest.raises(Refused, match="two whole numbers"):
        read(Field.BP_LYING, typed)


def test_a_second_figure_above_the_first_is_refused() -> None:
    with pytest.raises(Refused, match="not below the first"):
        read(Field.BP_STANDING, "84/138")


@pytest.mark.parametrize(
    ("box", "typed"),
    [
        (Field.PULSE, "920"),
        (Field.PULSE, "0"),
        (Field.TEMPERATURE, "373"),
        (Field.OXYGEN, "101"),
        (Field.WEIGHT, "7000"),
        (Field.BP_LYING, "900/80"),
        (Field.HOURS_SLEPT, "25"),
        (Field.BREATHING, "400"),
    ],
)
def test_what_no_body_shows_is_refused(box: Field, typed: str) -> None:
    with pytest.raises(Refused, match="beyond what a body can show"):
        read(box, typed)


def test_a_fahrenheit_figure_without_its_letter_says_what_to_type() -> None:
    with pytest.raises(Refused, match="Type F after"):
        read(Field.TEMPERATURE, "98.6")
    (measured,) = read(Field.TEMPERATURE, "98.6 F")
    assert (measured.value, measured.unit) == (Fraction("98.6"), VitalUnit.FAHRENHEIT)


def test_a_weight_in_pounds_keeps_its_unit() -> None:
    (measured,) = read(Field.WEIGHT, "150 lb")
    assert (measured.value, measured.unit) == (Fraction(150), VitalUnit.LB)


@pytest.mark.parametrize(
    ("box", "typed"),
    [(Field.PULSE, "240"), (Field.TEMPERATURE, "44"), (Field.OXYGEN, "50"), (Field.WEIGHT, "20")],
)
def test_an_unlikely_figure_is_kept_and_asked_again(box: Field, typed: str) -> None:
    (measured,) = read(box, typed)
    assert measured.unlikely


@pytest.mark.parametrize("typed", ["1_20", "1e2", "\u0669\u0662", "92.", "-92", "NaN", "9" * 400])
def test_only_the_strict_grammar_is_read(typed: str) -> None:
    with pytest.raises(Refused):
        read(Field.PULSE, typed)


def test_every_reading_has_bounds_with_the_likely_inside_the_possible() -> None:
    assert {vital for vital, _unit in BOUNDS} == set(Vital)
    for bounds in BOUNDS.values():
        low, high = bounds.possible
        assert low <= bounds.likely[0] < bounds.likely[1] <= high


def test_bounds_name_their_sources_and_no_clinical_threshold_stands_here() -> None:
    words = inspect.getdoc(vitals) or ""
    assert "openEHR" in words
    assert "empty until a clinic types them" in words
    assert not any(name in dir(vitals) for name in ("THRESHOLDS", "HIGH", "LOW", "ALARM"))


# --- Figure by figure ----------------------------------------------------------------------------

BOXES = """
bp_lying BP lying: systolic lying, diastolic lying in mmHg
bp_standing BP standing: systolic standing, diastolic standing in mmHg
pulse Pulse: pulse in /min
temperature Temperature: temperature in °C, °F
breathing Breathing rate: breathing rate in /min
oxygen SpO2: oxygen saturation in %
weight Weight: weight in kg, lb
hours_slept Hours slept: hours slept in h
"""


def test_each_box_has_its_words_its_figures_and_its_units() -> None:
    assert [
        f"{box.value} {box.label}: {', '.join(figures_of(box))} in {', '.join(box.units)}"
        for box in Field
    ] == BOXES.strip().splitlines()
    assert all(box.unit is box.units[0] for box in Field)


LIMITS = [
    # the lowest possible, the lowest and highest likely, the highest possible
    (Vital.SYSTOLIC_LYING, "", "20", "70", "260", "480"),
    (Vital.SYSTOLIC_STANDING, "", "20", "70", "260", "480"),
    (Vital.DIASTOLIC_LYING, "", "5", "30", "160", "360"),
    (Vital.DIASTOLIC_STANDING, "", "5", "30", "160", "360"),
    (Vital.PULSE, "", "5", "30", "220", "480"),
    (Vital.TEMPERATURE, "", "11", "32", "42.5", "47"),
    (Vital.TEMPERATURE, " F", "51.8", "89.6", "108.5", "116.6"),
    (Vital.BREATHING, "", "1", "6", "60", "150"),
    (Vital.OXYGEN, "", "1", "60", "100", "100"),
    (Vital.WEIGHT, "", "1", "25", "300", "700"),
    (Vital.WEIGHT, " lb", "2", "55", "660", "1540"),
    (Vital.HOURS_SLEPT, "", "0", "0", "18", "24"),
]


@pytest.mark.parametrize(("vital", "unit", "low", "likely_low", "likely_high", "high"), LIMITS)
def test_each_bound_belongs_to_what_it_bounds(
    vital: Vital, unit: str, low: str, likely_low: str, likely_high: str, high: str
) -> None:
    step = Fraction(1) if "." not in low + likely_high and "tolic" in vital else Fraction(1, 10)

    def typed(value: Fraction) -> str:
        return f"{value}{unit}" if value.denominator == 1 else f"{float(value):.1f}{unit}"

    for value in (low, high):
        figure = read_figure(vital, value + unit)
        assert (figure.vital, figure.value) == (vital, Fraction(value))
        assert figure.unlikely is not likely_low_to_high(value, likely_low, likely_high)
    for value in (likely_low, likely_high):
        assert read_figure(vital, value + unit).unlikely is False
    for outside, impossible in (
        (Fraction(likely_low) - step, low == likely_low),
        (Fraction(likely_high) + step, high == likely_high),
    ):
        if not impossible:
            assert read_figure(vital, typed(outside)).unlikely is True
    for beyond in (Fraction(low) - step, Fraction(high) + step):
        if beyond >= 0:
            with pytest.raises(Refused, match="beyond what a body can show"):
                read_figure(vital, typed(beyond))


def likely_low_to_high(value: str, low: str, high: str) -> bool:
    return Fraction(low) <= Fraction(value) <= Fraction(high)


@pytest.mark.parametrize(
    ("box", "typed", "figures"),
    [
        (Field.BP_LYING, "138 / 84", ["138 mmHg", "84 mmHg"]),
        (Field.BP_STANDING, "138/84 mmHg", ["138 mmHg", "84 mmHg"]),
        (Field.BP_LYING, "138/84MMHG", ["138 mmHg", "84 mmHg"]),
        (Field.PULSE, "\u00a072\u00a0/min ", ["72 /min"]),
        (Field.PULSE, "72 per min", ["72 /min"]),
        (Field.TEMPERATURE, "37.2 °C", ["186/5 °C"]),
        (Field.TEMPERATURE, "37.2c", ["186/5 °C"]),
        (Field.TEMPERATURE, "98.6°F", ["493/5 °F"]),
        (Field.OXYGEN, "97 %", ["97 %"]),
        (Field.WEIGHT, "70kg", ["70 kg"]),
        (Field.WEIGHT, "150 lbs", ["150 lb"]),
        (Field.HOURS_SLEPT, "6 1/2 hours", ["13/2 h"]),
        (Field.HOURS_SLEPT, "1 hour", ["1 h"]),
        (Field.HOURS_SLEPT, "7h", ["7 h"]),
        (Field.HOURS_SLEPT, "\u00a0", []),
    ],
)
def test_a_figure_is_read_with_its_unit_or_the_one_beside_the_box(
    box: Field, typed: str, figures: list[str]
) -> None:
    found = read(box, typed)

    assert [f"{one.value} {one.unit}" for one in found] == figures
    assert [one.vital for one in found] == [*figures_of(box)][: len(figures)]


@pytest.mark.parametrize(
    ("box", "typed", "sentence"),
    [
        (
            Field.BP_LYING,
            "138-84",
            "138-84 is not a blood pressure. Type two whole numbers with / between.",
        ),
        (
            Field.BP_LYING,
            "138  /84 mmHg",
            "138  /84 is not a blood pressure. Type two whole numbers with / between.",
        ),
        (
            Field.BP_LYING,
            "120.5/84",
            "120.5/84 is not a blood pressure. Type two whole numbers with / between.",
        ),
        (Field.BP_STANDING, "84/84", "84/84: the second figure is not below the first."),
        (Field.BP_STANDING, "500/84", "500/84 mmHg is beyond what a body can show."),
        (Field.PULSE, "481", "481 /min is beyond what a body can show."),
        (
            Field.TEMPERATURE,
            "98.6",
            "98.6 °C is beyond what a body can show. Type F after a figure in Fahrenheit.",
        ),
        (Field.TEMPERATURE, "37 F", "37 °F is beyond what a body can show."),
        (Field.WEIGHT, "1541 lb", "1541 lb is beyond what a body can show."),
        (
            Field.PULSE,
            "X72",
            "X72 is not a number. Type digits with a point, or a fraction.",
        ),
        (
            Field.PULSE,
            "72X /min",
            "72X is not a number. Type digits with a point, or a fraction.",
        ),
    ],
)
def test_what_is_refused_says_why(box: Field, typed: str, sentence: str) -> None:
    with pytest.raises(Refused) as refused:
        read(box, typed)

    assert refused.value.sentence == sentence


def test_one_figure_of_a_blood_pressure_is_read_by_itself_as_a_whole_number() -> None:
    figure = read_figure(Vital.DIASTOLIC_LYING, "\u00a084 mmHg ")

    assert figure == Measured(Vital.DIASTOLIC_LYING, Fraction(84), VitalUnit.MMHG)
    for typed in ("84.5", "138/84", "", "X84", "84X mmHg"):
        with pytest.raises(Refused):
            read_figure(Vital.SYSTOLIC_LYING, typed)
    assert read_figure(Vital.WEIGHT, "70.5").value == Fraction(141, 2)
