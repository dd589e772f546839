"""What makes a file of another program no file to be read, found before anything is read in it:
too large, not FHIR, of the wrong kinds, about several people, going round in a circle, holding a
script. Whatever is refused here is refused whole.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from taperplan import formats
from taperplan.words import gettext as _

MOST_BYTES = 2_000_000
MOST_ENTRIES = 2_000
# Two bytes of a file may become an object of seventy; a record of 2 MB has a tenth of this.
MOST_VALUES = 400_000
LONGEST = 300
# More digits than any dose, length or count has; a file that has them is not about one.
MOST_DIGITS = 24
LARGEST_POWER = 6

_POWER = re.compile(r"[eE][+-]?([0-9]+)")
_ACTIVE = re.compile(
    r"<\s*/?\s*(?:script|style|iframe|frame|object|embed|applet|svg|math|img|video|audio|link|meta"
    r"|base|form|input|button)\b|\bjavascript\s*:|<[^>]*\bon[a-z]+\s*=",
    re.IGNORECASE,
)
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2066-\u2069]")


class Refused(ValueError):
    """It is no plan that can be taken over; ``sentence`` says why."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class Figure(str):
    """A number of the source, as the very text that stood there."""

    __slots__ = ()


def _figure(said: str) -> Figure:
    power = _POWER.search(said)
    large = power is not None and int(power[1][:9]) > LARGEST_POWER
    if len(said) > MOST_DIGITS or large:
        shown = said if len(said) <= MOST_DIGITS else f"{said[:MOST_DIGITS]}..."
        words = _("The figure {figure} is larger or longer than any that a person writes.")
        raise Refused(words.format(figure=shown))
    return Figure(said)


def _no_figure(said: str) -> Figure:
    raise ValueError(said)


def clean(value: str) -> str:
    """A text as it may be kept: on one line, of letters that are seen, and no script in it."""
    kept = " ".join(_UNSEEN.sub("", value).split())[:LONGEST]
    if _ACTIVE.search(kept):
        raise Refused(_("A text in it holds a script or a part of a page. That is no plan."))
    return kept


# --- The whole ---------------------------------------------------------------------------------


def resources(data: bytes) -> list[dict[str, Any]]:
    """Raises: Refused."""
    found = list(_inside(_parsed(data)))
    for number, one in enumerate(found, start=1):
        kind = one.get("resourceType")
        if type(kind) is not str:
            raise Refused(_("Resource {number} does not say what it is.").format(number=number))
        _check(one, _SHAPES.get(kind, {}), f"{kind[:40]} {number}")
    _refuse_a_circle(found)
    _refuse_several_people(found)
    return found


def _parsed(data: bytes) -> Mapping[str, Any]:
    if len(data) > MOST_BYTES:
        words = _("The file is longer than {most} MB.").format(most=MOST_BYTES // 1_000_000)
        raise Refused(words)
    if sum(map(data.count, (b",", b"[", b"{"))) > MOST_VALUES:
        words = _("It holds more than {most} values.").format(most=formats.number(MOST_VALUES))
        raise Refused(words)
    try:
        whole = json.loads(data, parse_float=_figure, parse_int=_figure, parse_constant=_no_figure)
    except RecursionError as error:
        raise Refused(_("It is nested too deeply.")) from error
    except Refused:
        raise
    except (ValueError, UnicodeDecodeError) as error:
        raise Refused(_("It is not JSON.")) from error
    if not isinstance(whole, dict) or type(whole.get("resourceType")) is not str:
        raise Refused(_("It is not a FHIR resource."))
    found: Mapping[str, Any] = whole
    return found


def _inside(whole: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The resources of a bundle, or the one resource; a bundle inside a bundle is not opened."""
    if whole["resourceType"] != "Bundle":
        yield dict(whole)
        return
    entries = whole.get("entry")
    if not isinstance(entries, list):
        raise Refused(_("The bundle is empty."))
    if len(entries) > MOST_ENTRIES:
        words = _("The bundle has more than {most} entries.").format(most=MOST_ENTRIES)
        raise Refused(words)
    for number, entry in enumerate(entries, start=1):
        _check(entry, {"resource": {}}, f"entry {number}")
        if "resource" in entry:
            yield entry["resource"]


# --- Kinds -------------------------------------------------------------------------------------

_QUANTITY: Any = {"value": Figure, "unit": str, "code": str, "system": str}
_PERIOD: Any = {"start": str, "end": str}
_REFERENCE: Any = {"reference": str, "display": str}
_CONCEPT: Any = {"text": str, "coding": [{"system": str, "code": str, "display": str}]}
_MEDICATION: Any = {
    "code": _CONCEPT,
    "form": _CONCEPT,
    "ingredient": [
        {
            "itemCodeableConcept": _CONCEPT,
            "itemReference": _REFERENCE,
            "strength": {"numerator": _QUANTITY, "denominator": _QUANTITY},
        }
    ],
}
_DOSAGE: Any = {
    "sequence": Figure,
    "text": str,
    "asNeededBoolean": bool,
    "asNeededCodeableConcept": _CONCEPT,
    "doseAndRate": [{"doseQuantity": _QUANTITY}],
    "timing": {
        "repeat": {
            "boundsPeriod": _PERIOD,
            "frequency": Figure,
            "period": Figure,
            "periodUnit": str,
            "dayOfWeek": [str],
            "timeOfDay": [str],
            "when": [str],
        }
    },
}
# What is read of each kind; what else stands there may be of any kind and is listed.
_SHAPES: Mapping[str, Any] = {
    "MedicationRequest": {
        "id": str,
        "status": str,
        "subject": _REFERENCE,
        "requester": _REFERENCE,
        "groupIdentifier": {"value": str},
        "basedOn": [_REFERENCE],
        "priorPrescription": _REFERENCE,
        "medicationReference": _REFERENCE,
        "medicationCodeableConcept": _CONCEPT,
        "contained": [_MEDICATION],
        "dosageInstruction": [_DOSAGE],
        "dispenseRequest": {"expectedSupplyDuration": _QUANTITY},
    },
    "Medication": {"id": str, **_MEDICATION},
    "CarePlan": {
        "id": str,
        "subject": _REFERENCE,
        "basedOn": [_REFERENCE],
        "partOf": [_REFERENCE],
        "replaces": [_REFERENCE],
    },
    "Patient": {"id": str, "birthDate": str, "name": [{"text": str, "family": str}]},
}


def _check(value: Any, shape: Any, where: str) -> None:
    """Depth and breadth are those of the shape, so nothing in the file makes it long."""
    match shape:
        case dict():
            if not isinstance(value, dict):
                raise _wrong(where)
            for name, inner in shape.items():
                if name in value:
                    _check(value[name], inner, f"{where}.{name}")
        case list():
            if not isinstance(value, list):
                raise _wrong(where)
            for number, one in enumerate(value, start=1):
                _check(one, shape[0], f"{where} {number}")
        case _:
            if type(value) is not shape:
                raise _wrong(where)


def _wrong(where: str) -> Refused:
    words = _("{where} is of another kind than FHIR R4 has there.")
    return Refused(words.format(where=where[:LONGEST]))


# --- Circles, people ----------------------------------------------------------------------------

# What comes before, what is inside: a thing that comes before itself says nothing.
_BEFORE = ("basedOn", "partOf", "replaces", "priorPrescription", "medicationReference")


def name_of(resource: Mapping[str, Any]) -> str:
    return f"{resource.get('resourceType')}/{resource.get('id')}"


def named(reference: str) -> str:
    """Kind and key of a reference, whatever address stands before them."""
    return "/".join(reference.split("/")[-2:])


def _refuse_a_circle(found: list[dict[str, Any]]) -> None:
    """Whatever leads nowhere is taken away until nothing changes; what is left goes round."""
    follows = _references(found)
    into: dict[str, list[str]] = {}
    for source, targets in follows.items():
        for target in targets:
            into.setdefault(target, []).append(source)
    ends = [name for name, targets in follows.items() if not targets]
    while ends:
        end = ends.pop()
        del follows[end]
        for source in into.get(end, ()):
            follows[source].discard(end)
            if not follows[source]:
                ends.append(source)
    if follows:
        name, seen = min(follows), set[str]()
        while name not in seen:
            seen.add(name)
            name = min(follows[name])
        words = _("Its references go round in a circle, by way of {name}.")
        raise Refused(words.format(name=name[:80]))


def _references(found: list[dict[str, Any]]) -> dict[str, set[str]]:
    """What stands in the file, each with what of the file it leads to."""
    follows: dict[str, set[str]] = {}
    for one in found:
        here = name_of(one)
        follows.setdefault(here, set()).update(_leads_to(one, here))
        inside = one.get("contained")
        for part in inside if isinstance(inside, list) else ():
            if isinstance(part, dict):
                within = f"{here}#{part.get('id')}"
                follows.setdefault(within, set()).update(_leads_to(part, here))
    for targets in follows.values():
        targets.intersection_update(follows)
    return follows


def _leads_to(one: Mapping[str, Any], here: str) -> Iterator[str]:
    said: list[Any] = []
    for name in _BEFORE:
        value = one.get(name)
        said += value if isinstance(value, list) else [value]
    inside = one.get("ingredient")
    for part in inside if isinstance(inside, list) else ():
        said.append(part.get("itemReference") if isinstance(part, dict) else None)
    for reference in said:
        to = reference.get("reference") if isinstance(reference, dict) else None
        if isinstance(to, str):
            yield f"{here}{to}" if to.startswith("#") else named(to)


def _refuse_several_people(found: list[dict[str, Any]]) -> None:
    plans = [one for one in found if one["resourceType"] in ("MedicationRequest", "CarePlan")]
    subjects = {
        named(one["subject"].get("reference", "")) for one in plans if one.get("subject")
    } - {""}
    if len(subjects) > 1:
        raise Refused(_("It speaks of more than one patient."))
