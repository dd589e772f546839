"""A bundle written piece by piece: what it holds is never all in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plans.fhir.writing import Resource, dumps, element

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

COLLECTION = "collection"
SEARCHSET = "searchset"

_CODES = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
PART_2 = (
    {"system": _CODES, "code": "42CFRPart2", "display": "42 CFR Part2"},
    {"system": _CODES, "code": "NORDSCLCD", "display": "no redisclosure without consent directive"},
)
"""Labels of a clinic under 42 CFR Part 2 on what it discloses (HL7 v3 ActCode)."""


def entry(found: Resource, base: str, *, search: bool = False) -> str:
    return dumps(
        element(
            fullUrl=f"{base}/{found['resourceType']}/{found['id']}",
            resource=found,
            search={"mode": "match"} if search else None,
        )
    )


def bundle(
    kind: str,
    found: Iterable[Resource],
    *,
    base: str,
    key: str = "",
    itself: str = "",
    part_2: bool = False,
) -> Iterator[str]:
    """The text of a bundle of `kind`; `base` is where its resources would be asked for."""
    head = element(
        resourceType="Bundle",
        id=key,
        meta={"security": list(PART_2)} if part_2 else None,
        type_=kind,
        link=[{"relation": "self", "url": itself}] if itself else [],
    )
    yield dumps(head)[:-1]
    opened = False
    for one in found:
        yield ",\n" if opened else ',"entry":[\n'
        yield entry(one, base, search=kind == SEARCHSET)
        opened = True
    yield "]}\n" if opened else "}\n"
