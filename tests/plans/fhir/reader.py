"""Another program that reads our bundle: it knows FHIR R4, and nothing of how ours was written.

It builds the table of a day from dosages alone. Written from the specification of Dosage and
Timing, with the one extension that says where "none" was stated.
"""

from __future__ import annotations

import json
import re
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

NONE = "urn:taperplan:fhir:stated-none"
TIMES = {"MORN": "morning", "NOON": "midday", "EVE": "evening", "HS": "bedtime"}
WEEK = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
PLAIN = {
    "mL": Fraction(1),
    "mg": Fraction(1),
    "ug": Fraction(1),
    "g": Fraction(1),
    "ug/h": Fraction(1),
}

Taken = tuple[str, str, Fraction]


class Site:
    """The bundle, with its references resolved as a server's own would be."""

    def __init__(self, text: str) -> None:
        bundle = json.loads(text, parse_float=Decimal)
        assert bundle["resourceType"] == "Bundle"
        self.found: dict[str, Any] = {}
        for entry in bundle["entry"]:
            name = f"{entry['resource']['resourceType']}/{entry['resource']['id']}"
            assert entry["fullUrl"].endswith("/" + name)
            assert name not in self.found
            self.found[name] = entry["resource"]

    def all(self, kind: str) -> list[Any]:
        return [one for one in self.found.values() if one["resourceType"] == kind]

    def get(self, reference: dict[str, str]) -> Any:
        return self.found[reference["reference"]]

    def day(self, plan: Any, day: date) -> list[Taken]:
        """(time, request, quantity) of everything that the plan's requests say for a day."""
        taken = []
        for activity in plan["activity"]:
            request = self.get(activity["reference"])
            for dosage in request.get("dosageInstruction", []):
                if "asNeededBoolean" in dosage or "asNeededCodeableConcept" in dosage:
                    continue
                (given,) = dosage["doseAndRate"]
                for time in times(dosage["timing"], day):
                    taken.append((time, request["id"], number(given["doseQuantity"])))
            for extension in request.get("extension", []):
                if extension["url"] == NONE:
                    for time in times(extension["valueTiming"], day):
                        taken.append((time, request["id"], Fraction(0)))
        return sorted(taken)


def times(timing: Any, day: date) -> list[str]:
    """The times of this day at which it happens."""
    repeat = timing["repeat"]
    first = date.fromisoformat(repeat["boundsPeriod"]["start"])
    last = repeat["boundsPeriod"].get("end")
    if day < first or (last is not None and day > date.fromisoformat(last)):
        return []
    assert (repeat["frequency"], repeat["periodUnit"]) == (1, "d")
    if (day - first).days % repeat["period"]:
        return []
    if "dayOfWeek" in repeat and WEEK[day.weekday()] not in repeat["dayOfWeek"]:
        return []
    assert ("when" in repeat) != ("timeOfDay" in repeat)
    named = [TIMES[code] for code in repeat.get("when", [])]
    return named + [clock[:5] for clock in repeat.get("timeOfDay", [])]


def number(quantity: Any) -> Fraction:
    """The figure by its UCUM unit: {tablet}, {1/3 tablet}, mL, mL/3."""
    assert quantity["system"] == "http://unitsofmeasure.org"
    value, code = Fraction(quantity["value"]), quantity["code"]
    if part := re.fullmatch(r"\{1/(\d+) [a-z]+\}|[a-zA-Z]+(?:/h)?/(\d+)", code):
        return value / int(part[1] or part[2])
    assert code in PLAIN or re.fullmatch(r"\{[a-z]+\}", code), code
    return value
