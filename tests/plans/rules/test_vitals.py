"""Vital signs: refused when impossible, asked again when unlikely, never judged."""

from __future__ import annotations

import inspect
from fractions import Fraction

import pytest

from plans.rules import vitals
from plans.rules.vitals import BOUNDS, Field, Vital, VitalUnit, read
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
