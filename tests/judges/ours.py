"""What neither of the two validators sees: figures with noise, units nobody knows, keys and event
codes outside their lists, empty elements, references that lead nowhere."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

UNITS = re.compile(
    r"(?:ug/h|ug|mg|g|mL|h|min|d|mm\[Hg\]|/min|Cel|\[degF\]|%|kg|\[lb_av\])(?:/[3-8])?"
    r"|\{(?:1/[3-8] )?[a-z]+\}"
)
# Figures that are divided by what is not a power of 10 carry their divisor in the unit.
DIVIDED = re.compile(r"\{1/\d+ [a-z]+\}|.+/\d+")
EVENTS = frozenset({"MORN", "NOON", "EVE", "HS"})
KEY = re.compile(r"[A-Za-z0-9\-.]{1,64}")
# A quarter of an eighth has five decimals; what has more was not typed by anybody.
MOST_DECIMALS = 8


def faults(text: str) -> Iterator[str]:
    whole = json.loads(text, parse_float=Decimal)
    found = [entry["resource"] for entry in whole.get("entry", [])]
    names = {f"{one['resourceType']}/{one['id']}" for one in found}
    for one in found:
        where = f"{one['resourceType']}/{one['id']}"
        if not KEY.fullmatch(one["id"]):
            yield f"{where}: the key {one['id']!r}"
        for fault in _inside(one, names):
            yield f"{where}: {fault}"


def _inside(value: Any, names: set[str]) -> Iterator[str]:
    match value:
        case dict():
            yield from _of_object(value, names)
            for item in value.values():
                yield from _inside(item, names)
        case list():
            if not value:
                yield "an empty list"
            for item in value:
                yield from _inside(item, names)
        case Decimal():
            if -int(value.as_tuple().exponent) > MOST_DECIMALS or value == value.to_integral():
                yield f"the figure {value}"
        case "" | None:
            yield "an empty value"
        case _:
            return


def _of_object(value: dict[str, Any], names: set[str]) -> Iterator[str]:
    if not value:
        yield "an empty object"
    if value.get("system") == "http://unitsofmeasure.org" and not UNITS.fullmatch(value["code"]):
        yield f"the unit {value['code']!r}"
    for code in value.get("when", []) if "period" in value else []:
        if code not in EVENTS:
            yield f"the event {code!r}"
    if "reference" in value and isinstance(value["reference"], str):
        reference = value["reference"]
        if reference not in names:
            yield f"a reference to {reference!r}, which is nowhere"
