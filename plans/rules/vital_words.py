"""The vocabularies of vital signs and of their limits."""

from __future__ import annotations

from enum import StrEnum

from taperplan.words import gettext as _


class Vital(StrEnum):
    """One figure each; a blood pressure is two."""

    SYSTOLIC_LYING = "systolic lying"
    DIASTOLIC_LYING = "diastolic lying"
    SYSTOLIC_STANDING = "systolic standing"
    DIASTOLIC_STANDING = "diastolic standing"
    PULSE = "pulse"
    TEMPERATURE = "temperature"
    BREATHING = "breathing rate"
    OXYGEN = "oxygen saturation"
    WEIGHT = "weight"
    HOURS_SLEPT = "hours slept"


# Those that a limit may be typed for: hours slept are told, not measured.
FIGURES: tuple[Vital, ...] = tuple(one for one in Vital if one is not Vital.HOURS_SLEPT)


class VitalUnit(StrEnum):
    MMHG = "mmHg"
    PER_MINUTE = "/min"
    CELSIUS = "°C"
    FAHRENHEIT = "°F"
    PERCENT = "%"
    KG = "kg"
    LB = "lb"
    HOURS = "h"


class Side(StrEnum):
    BELOW = "below"
    ABOVE = "above"

    @property
    def label(self) -> str:
        return _("below") if self is Side.BELOW else _("above")
