"""Values as FHIR writes them: exact decimals, moments, quantities in UCUM, clean text.

Resources are plain dicts. What is not known is left out: `resource` drops it.
"""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from plans.rules.schedule import Product
from plans.rules.schedule_words import Form, Unit
from taperplan import formats

if TYPE_CHECKING:
    from collections.abc import Iterator

Resource = dict[str, Any]
UCUM = "http://unitsofmeasure.org"
# Names of our own; a reader that does not know them loses nothing that changes a dose.
OWN = "urn:taperplan:fhir:"

_SPACES: dict[int, str | None] = dict.fromkeys(
    map(ord, "\u00a0\u1680\u2028\u2029\u202f\u205f\u3000\ufeff\x0b\x0c"), " "
)
_SPACES |= dict.fromkeys(range(0x2000, 0x200B), " ")
_SPACES |= dict.fromkeys({*range(0x20)} - {*map(ord, "\t\n\r\x0b\x0c")})


def text(value: str) -> str:
    """As FHIR takes a text: no control characters, no blanks at its ends, plain spaces."""
    if value.isascii() and value.isprintable():
        return value.strip()
    return value.translate(_SPACES).strip()


def resource(kind: str, key: str, **elements: Any) -> Resource:
    """A resource with its empty elements left out."""
    return {"resourceType": kind, "id": key, **element(**elements)}


def element(**elements: Any) -> dict[str, Any]:
    """An element without what is empty; a trailing underscore is not part of a name."""
    return {
        name.rstrip("_"): value
        for name, value in elements.items()
        # Not empty: 0 and false say something.
        if value or (value is not None and not isinstance(value, str | list | dict))
    }


def words(value: str) -> dict[str, str]:
    """A concept in words alone: no code that is not certain."""
    return element(text=text(value))


def coded(system: str, code: str, value: str = "") -> dict[str, Any]:
    return element(coding=[{"system": system, "code": code}], text=text(value))


def to(kind: str, key: str, display: str = "") -> dict[str, str]:
    """A reference to another resource of the same site."""
    return element(reference=f"{kind}/{key}", display=text(display))


def moment(value: datetime) -> str:
    return value.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def day(value: date | None) -> str | None:
    return None if value is None else value.isoformat()


def period(first: date, last: date | None) -> dict[str, str]:
    return element(start=day(first), end=day(last))


# --- Numbers ---------------------------------------------------------------------------------


def exact(value: Fraction) -> tuple[int | Decimal, int]:
    """A decimal and a divisor that together are exactly `value`; the divisor is 1 or a third."""
    whole = value.denominator
    for factor in (2, 5):
        while whole % factor == 0:
            whole //= factor
    above = value * whole
    if above.denominator == 1:
        return above.numerator, whole
    return Decimal(above.numerator) / Decimal(above.denominator), whole


def quantity(value: Fraction, unit: str, code: str) -> dict[str, Any]:
    """A third has no end in decimals: then the unit is the third, and the figure stays exact."""
    figure, divisor = exact(value)
    if divisor != 1:
        unit = f"1/{divisor} {unit}"
        code = f"{{1/{divisor} {code[1:]}" if code.startswith("{") else f"{code}/{divisor}"
    return {"value": figure, "unit": unit, "system": UCUM, "code": code}


_UNITS: dict[Unit, tuple[str, str]] = {
    Unit.MICROGRAM: ("microgram", "ug"),
    Unit.MG: ("mg", "mg"),
    Unit.G: ("g", "g"),
    # Which unit is meant depends on the drug; UCUM has no code that would be certain.
    Unit.UNIT: ("unit", "{unit}"),
    Unit.MICROGRAM_PER_HOUR: ("microgram per hour", "ug/h"),
}


def strength(product: Product) -> dict[str, Any] | None:
    """Numerator the amount, denominator what holds it; None where it is not stated."""
    if product.strength is None or product.unit is None:
        return None
    return {
        "numerator": quantity(product.strength, *_UNITS[product.unit]),
        "denominator": of_form(product.per, product.form),
    }


def of_form(value: Fraction, form: Form | str) -> dict[str, Any]:
    """A count of tablets, patches ...; a volume in mL of what is measured."""
    if formats.is_measured(form):
        return quantity(value, "mL", "mL")
    return quantity(value, str(form), f"{{{form}}}")


def span(value: int, unit: str) -> dict[str, Any]:
    """A length of time; `unit` is h, min or d."""
    name = {"h": "hour", "min": "minute", "d": "day"}[unit]
    return {"value": value, "unit": name, "system": UCUM, "code": unit}


# --- Text of a resource ------------------------------------------------------------------------

_quoted = json.encoder.encode_basestring
_written = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def dumps(value: Any) -> str:
    """JSON with decimals as they are; the same value gives the same text."""
    try:
        # Quicker, and most resources hold no decimal.
        return _written(value)
    except TypeError:
        return "".join(_pieces(value))


def _pieces(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield _quoted(value)
        case bool():
            yield "true" if value else "false"
        case int():
            yield str(value)
        case Decimal():
            yield format(value, "f")
        case dict():
            yield "{"
            for place, (name, item) in enumerate(value.items()):
                yield f"{',' if place else ''}{_quoted(name)}:"
                yield from _pieces(item)
            yield "}"
        case list() | tuple():
            yield "["
            for place, item in enumerate(value):
                if place:
                    yield ","
                yield from _pieces(item)
            yield "]"
        case _:
            raise TypeError(f"{type(value).__name__} has no place in a resource")
