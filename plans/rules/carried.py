"""A row of somebody else's plan as it is carried over: drug, strength, pattern and slots.

There is no place in it for a quantity, a day or a length, so none crosses.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from plans.rules.schedule_words import Form, Rhythm, Unit
from plans.rules.typed import WEEKDAY_WORDS, typed_number
from taperplan import grammar

_TIME = re.compile(r"morning|midday|evening|bedtime|(?:[01][0-9]|2[0-3]):[0-5][0-9]")
_FIGURE = re.compile(r"[0-9]{1,5}(?:\.[0-9]{1,6})?")
LONGEST_CYCLE = 366


@dataclass(frozen=True, slots=True)
class CarriedProduct:
    """What is taken. A strength that was not read for certain is ""."""

    drug: str
    form: str = ""
    strength: str = ""
    unit: str = ""
    per: str = ""


@dataclass(frozen=True, slots=True)
class CarriedSlot:
    """A place for a quantity: which product, at what time, on which days ("": every day)."""

    product: int
    time: str
    on: str = ""


@dataclass(frozen=True, slots=True)
class CarriedRow:
    """`said`: its lines in the words of the source, to be read beside it. `rhythm` "": the
    pattern was not understood."""

    said: tuple[str, ...]
    products: tuple[CarriedProduct, ...]
    slots: tuple[CarriedSlot, ...] = ()
    rhythm: str = ""
    cycle_days: int = 0
    as_needed: bool = False

    def pattern(self) -> dict[str, Any]:
        """What of it is kept to be carried over."""
        return {
            "products": [
                {name: getattr(product, name) for name in CarriedProduct.__slots__}
                for product in self.products
            ],
            "slots": [[slot.product, slot.time, slot.on] for slot in self.slots],
            "rhythm": self.rhythm,
            "cycle_days": self.cycle_days,
            "as_needed": self.as_needed,
        }


def row_of(said: str, pattern: Mapping[str, Any]) -> CarriedRow:
    """The row that was kept."""
    return CarriedRow(
        said=tuple(said.splitlines()),
        products=tuple(CarriedProduct(**product) for product in pattern["products"]),
        slots=tuple(CarriedSlot(*slot) for slot in pattern["slots"]),
        rhythm=pattern["rhythm"],
        cycle_days=pattern["cycle_days"],
        as_needed=pattern["as_needed"],
    )


# --- What may be in it -----------------------------------------------------------------------


def is_time(text: str) -> bool:
    return _TIME.fullmatch(text) is not None


def strength_text(text: str, divisor: int = 1) -> str:
    """As it may be typed in a draft; "" where it cannot be said there exactly."""
    if not _FIGURE.fullmatch(text) or not 1 <= divisor <= 8:
        return ""
    value = Fraction(text) / divisor
    typed = typed_number(value)
    try:
        return typed if value and grammar.number(typed) == value else ""
    except grammar.Refused:
        return ""


def unit_of(code: str) -> str:
    found = _UNITS.get(code)
    return found.value if found else ""


def form_of(*said: str) -> str:
    """The form that one of these words names for certain."""
    for word in said:
        plain = word.strip("{} ").casefold()
        for form in Form:
            if plain in (form.value, f"{form.value}s"):
                return form.value
        if word in _FORMS:
            return _FORMS[word].value
    return ""


def weekdays(days: Sequence[str]) -> str:
    return " ".join(day for day in WEEKDAY_WORDS if day in days)


def rhythm_word(rhythm: Rhythm | None) -> str:
    return rhythm.value if rhythm else ""


_UNITS = {
    "mg": Unit.MG,
    "g": Unit.G,
    "ug": Unit.MICROGRAM,
    "ug/h": Unit.MICROGRAM_PER_HOUR,
    "{unit}": Unit.UNIT,
}
# HL7's own words for a form of which one is counted.
_FORMS = {"TAB": Form.TABLET, "CAP": Form.CAPSULE}
