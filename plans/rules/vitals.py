"""Vital signs as a person types them, and the bounds of what a living body can show.

Two kinds of bound, neither of them a clinical threshold:

- *impossible*: refused. Taken at or beyond the extremes that are published as survived or
  that the instrument can show, so that no true reading is ever refused. Sources: the widest
  ranges accepted by the structured vital-sign archetypes of openEHR (blood pressure 0 to 1000
  mmHg, pulse and respiration from 0, temperature 0 to 100, SpO2 0 to 100 by definition) are
  narrowed to survived extremes: accidental hypothermia 11.8 degrees C (Poland, 2014) and heat
  stroke 46.5 degrees C (Atlanta, 1980); intra-arterial pressure 480/350 mmHg during a leg
  press (MacDougall et al., J Appl Physiol 1985); heart rate 480 a minute (Chhabra et al.,
  Indian Pacing Electrophysiol J 2012); the heaviest person on record 635 kg.
- *unlikely*: kept as typed and asked once more, because a slip of the finger is likelier than
  the reading. It says nothing about the patient, raises nothing, colours nothing.

Thresholds that mean something clinical are empty until a clinic types them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import TYPE_CHECKING

from plans.rules.vital_words import Vital, VitalUnit
from taperplan import grammar
from taperplan.words import gettext as _

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Bounds:
    """Outside `possible` refused; outside `likely` asked again. Both ends belong to it."""

    possible: tuple[Fraction, Fraction]
    likely: tuple[Fraction, Fraction]


def _bounds(low: str, likely_low: str, likely_high: str, high: str) -> Bounds:
    return Bounds(
        possible=(Fraction(low), Fraction(high)),
        likely=(Fraction(likely_low), Fraction(likely_high)),
    )


_SYSTOLIC = _bounds("20", "70", "260", "480")
_DIASTOLIC = _bounds("5", "30", "160", "360")
BOUNDS: Mapping[tuple[Vital, VitalUnit], Bounds] = {
    (Vital.SYSTOLIC_LYING, VitalUnit.MMHG): _SYSTOLIC,
    (Vital.SYSTOLIC_STANDING, VitalUnit.MMHG): _SYSTOLIC,
    (Vital.DIASTOLIC_LYING, VitalUnit.MMHG): _DIASTOLIC,
    (Vital.DIASTOLIC_STANDING, VitalUnit.MMHG): _DIASTOLIC,
    (Vital.PULSE, VitalUnit.PER_MINUTE): _bounds("5", "30", "220", "480"),
    (Vital.TEMPERATURE, VitalUnit.CELSIUS): _bounds("11", "32", "42.5", "47"),
    (Vital.TEMPERATURE, VitalUnit.FAHRENHEIT): _bounds("51.8", "89.6", "108.5", "116.6"),
    (Vital.BREATHING, VitalUnit.PER_MINUTE): _bounds("1", "6", "60", "150"),
    (Vital.OXYGEN, VitalUnit.PERCENT): _bounds("1", "60", "100", "100"),
    (Vital.WEIGHT, VitalUnit.KG): _bounds("1", "25", "300", "700"),
    (Vital.WEIGHT, VitalUnit.LB): _bounds("2", "55", "660", "1540"),
    (Vital.HOURS_SLEPT, VitalUnit.HOURS): _bounds("0", "0", "18", "24"),
}


class Field(StrEnum):
    """The boxes on the screen, in their order."""

    BP_LYING = "bp_lying"
    BP_STANDING = "bp_standing"
    PULSE = "pulse"
    TEMPERATURE = "temperature"
    BREATHING = "breathing"
    OXYGEN = "oxygen"
    WEIGHT = "weight"
    HOURS_SLEPT = "hours_slept"

    @property
    def label(self) -> str:
        match self:
            case Field.BP_LYING:
                return _("BP lying")
            case Field.BP_STANDING:
                return _("BP standing")
            case Field.PULSE:
                return _("Pulse")
            case Field.TEMPERATURE:
                return _("Temperature")
            case Field.BREATHING:
                return _("Breathing rate")
            case Field.OXYGEN:
                return _("SpO2")
            case Field.WEIGHT:
                return _("Weight")
            case Field.HOURS_SLEPT:
                return _("Hours slept")

    @property
    def unit(self) -> VitalUnit:
        """The unit that stands beside the box."""
        return _UNITS[self][0]

    @property
    def units(self) -> tuple[VitalUnit, ...]:
        """Every unit that is read; a further one is typed after the figure."""
        return _UNITS[self]


_UNITS: Mapping[Field, tuple[VitalUnit, ...]] = {
    Field.BP_LYING: (VitalUnit.MMHG,),
    Field.BP_STANDING: (VitalUnit.MMHG,),
    Field.PULSE: (VitalUnit.PER_MINUTE,),
    Field.TEMPERATURE: (VitalUnit.CELSIUS, VitalUnit.FAHRENHEIT),
    Field.BREATHING: (VitalUnit.PER_MINUTE,),
    Field.OXYGEN: (VitalUnit.PERCENT,),
    Field.WEIGHT: (VitalUnit.KG, VitalUnit.LB),
    Field.HOURS_SLEPT: (VitalUnit.HOURS,),
}
_PAIRS: Mapping[Field, tuple[Vital, Vital]] = {
    Field.BP_LYING: (Vital.SYSTOLIC_LYING, Vital.DIASTOLIC_LYING),
    Field.BP_STANDING: (Vital.SYSTOLIC_STANDING, Vital.DIASTOLIC_STANDING),
}
_SINGLE: Mapping[Field, Vital] = {
    Field.PULSE: Vital.PULSE,
    Field.TEMPERATURE: Vital.TEMPERATURE,
    Field.BREATHING: Vital.BREATHING,
    Field.OXYGEN: Vital.OXYGEN,
    Field.WEIGHT: Vital.WEIGHT,
    Field.HOURS_SLEPT: Vital.HOURS_SLEPT,
}


def figures_of(box: Field) -> tuple[Vital, ...]:
    """The figures that one box holds, in the order in which they are written."""
    return _PAIRS[box] if box in _PAIRS else (_SINGLE[box],)


_SUFFIXES: Mapping[VitalUnit, tuple[str, ...]] = {
    VitalUnit.MMHG: ("mmhg",),
    VitalUnit.PER_MINUTE: ("/min", "per min"),
    VitalUnit.CELSIUS: ("°c", "c"),
    VitalUnit.FAHRENHEIT: ("°f", "f"),
    VitalUnit.PERCENT: ("%",),
    VitalUnit.KG: ("kg",),
    VitalUnit.LB: ("lb", "lbs"),
    VitalUnit.HOURS: ("h", "hours", "hour"),
}


@dataclass(frozen=True)
class Measured:
    """One figure with its unit. `unlikely`: to be confirmed by the person who typed it."""

    vital: Vital
    value: Fraction
    unit: VitalUnit
    unlikely: bool = False


def read(box: Field, text: str) -> tuple[Measured, ...]:
    """What was typed in one box; nothing typed is nothing recorded.

    Raises:
        grammar.Refused: with the sentence to stand beside the box.
    """
    typed = text.replace("\u00a0", " ").strip(" ")
    if not typed:
        return ()
    figures, unit = _unit(box, typed)
    if box in _PAIRS:
        return _pressure(box, figures, unit)
    return (_measured(_SINGLE[box], grammar.number(figures), unit, figures),)


def read_figure(vital: Vital, text: str) -> Measured:
    """One figure by itself; of a blood pressure the upper or the lower one. Raises: Refused."""
    place = next(box for box in Field if vital in figures_of(box))
    typed = text.replace("\u00a0", " ").strip(" ")
    figures, unit = _unit(place, typed)
    value = Fraction(grammar.count(figures)) if place in _PAIRS else grammar.number(figures)
    return _measured(vital, value, unit, figures)


def _unit(box: Field, typed: str) -> tuple[str, VitalUnit]:
    lowered = typed.lower()
    for unit in box.units:
        for suffix in sorted(_SUFFIXES[unit], key=len, reverse=True):
            if lowered.endswith(suffix):
                return typed[: -len(suffix)].rstrip(" "), unit
    return typed, box.unit


def _pressure(box: Field, figures: str, unit: VitalUnit) -> tuple[Measured, ...]:
    upper, slash, lower = figures.partition("/")
    if not slash or not re.fullmatch(r"[0-9]+ ?", upper) or not re.fullmatch(r" ?[0-9]+", lower):
        raise grammar.Refused(
            _("{typed} is not a blood pressure. Type two whole numbers with / between.").format(
                typed=grammar.echo(figures)
            )
        )
    systolic, diastolic = grammar.count(upper), grammar.count(lower)
    if diastolic >= systolic:
        raise grammar.Refused(
            _("{typed}: the second figure is not below the first.").format(
                typed=grammar.echo(figures)
            )
        )
    kinds = _PAIRS[box]
    return (
        _measured(kinds[0], Fraction(systolic), unit, figures),
        _measured(kinds[1], Fraction(diastolic), unit, figures),
    )


def _measured(vital: Vital, value: Fraction, unit: VitalUnit, typed: str) -> Measured:
    bounds = BOUNDS[vital, unit]
    low, high = bounds.possible
    if not low <= value <= high:
        sentence = _("{typed} {unit} is beyond what a body can show.").format(
            typed=grammar.echo(typed), unit=unit.value
        )
        if vital is Vital.TEMPERATURE and unit is VitalUnit.CELSIUS:
            sentence += " " + _("Type F after a figure in Fahrenheit.")
        raise grammar.Refused(sentence)
    likely_low, likely_high = bounds.likely
    return Measured(vital, value, unit, unlikely=not likely_low <= value <= likely_high)
