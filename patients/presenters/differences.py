"""Both sides of a difference: what stands and what was sent, neither chosen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from patients.models import RECORDED, Patient
from patients.presenters.words import answer_in_words, label, written
from patients.vocabulary import Item
from taperplan.words import gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterable

    from patients.vocabulary import Kind


_ITEMS = {item.key: item for item in Item}


@dataclass(frozen=True)
class Side:
    """One field as it stands and as it was sent; neither is chosen."""

    name: str
    label: str
    theirs: str
    yours: str


def sides(model: type[Any], differences: Iterable[Any]) -> tuple[Side, ...]:
    return tuple(
        Side(
            name=one.field,
            label=_("Record number") if one.field == "number" else label(model, one.field),
            theirs=written(model, one.field, one.stands),
            yours=written(model, one.field, one.sent),
        )
        for one in differences
    )


def sides_of_patient(differences: Iterable[Any]) -> tuple[Side, ...]:
    return sides(Patient, differences)


def sides_of(kind: Kind, differences: Iterable[Any]) -> tuple[Side, ...]:
    return sides(RECORDED[kind], differences)


def answer_sides(differences: Iterable[Any]) -> tuple[Side, ...]:
    return tuple(
        Side(
            name=one.field,
            label=_ITEMS[one.field].words,
            theirs=answer_in_words(one.stands) or _("not asked"),
            yours=answer_in_words(one.sent) or _("not asked"),
        )
        for one in differences
    )
