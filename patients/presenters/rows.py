"""What was written down about a person, of every kind, in one statement.

Nine tables would be nine statements on a page that may take eighteen with all its frame. So
their rows are read together, each typed field as text, and put back into its own type here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db.models import CharField, F, TextField, Value
from django.db.models.functions import Cast

from patients.models import RECORDED, RiskBenefitReview
from patients.presenters.words import Line, label, written
from patients.vocabulary import Kind
from taperplan import formats
from taperplan.words import gettext as _

if TYPE_CHECKING:
    import uuid
    from collections.abc import Callable, Iterator, Mapping
    from datetime import datetime

    from django.db.models import Expression, QuerySet

    from patients.models import Patient, Recorded

# What stands for a row at a glance; the other fields are said below it.
TITLES: dict[Kind, str] = {
    Kind.ALLERGY: "substance",
    Kind.MEDICINE: "name",
    Kind.CONTACT: "name",
    Kind.DECISION: "agreement",
    Kind.SUPPORT: "kind",
    Kind.REVERSAL: "name",
    Kind.RESULT: "name",
    Kind.REVIEW: "",
    Kind.CONSENT: "whom",
}
_MOST_FIELDS = max(len(model.typed) for model in RECORDED.values())


@dataclass(frozen=True)
class Written:
    """A row that stands. The last two are of a consent only."""

    kind: Kind
    pk: uuid.UUID
    recorded_at: datetime
    recorded_by: str
    values: Mapping[str, Any]
    withdrawn_on: date | None = None
    withdrawn_how: str = ""

    @property
    def title(self) -> str:
        return title_of(self.kind, self.values)

    @property
    def lines(self) -> tuple[Line, ...]:
        return lines_of(self.kind, self.values)


@dataclass(frozen=True)
class Superseded(Written):
    """A row that was corrected or struck out: when, by whom, why."""

    ended_at: datetime = None  # type: ignore[assignment]
    ended_by: str = ""
    struck: bool = False
    why: str = ""


def values_of(kind: Kind, row: Recorded) -> dict[str, Any]:
    return {field: getattr(row, field) for field in RECORDED[kind].typed}


def title_of(kind: Kind, values: Mapping[str, Any]) -> str:
    field = TITLES[kind]
    if field and (words := written(RECORDED[kind], field, values[field])):
        return words[:1].upper() + words[1:] if field in ("agreement", "kind") else words
    if RECORDED[kind] is RiskBenefitReview:
        held = values["held_on"]
        return _("Held {day}").format(day=formats.short_day(held)) if held else _("Date set")
    return kind.words[:1].upper() + kind.words[1:]


def lines_of(kind: Kind, values: Mapping[str, Any]) -> tuple[Line, ...]:
    model = RECORDED[kind]
    return tuple(
        Line(label(model, field), words, "")
        for field in model.typed
        if field != TITLES[kind] and (words := written(model, field, values[field]))
    )


def standing(patient: Patient) -> dict[Kind, list[Written]]:
    """What counts now, newest first, by kind."""
    found: dict[Kind, list[Written]] = {kind: [] for kind in Kind}
    rows = _together(
        lambda model: model._default_manager.filter(
            patient=patient, struck=False, **{"replaced_by": None}
        ),
        _withdrawal,
    )
    for kind, pk, at, by, values, (withdrawn_on, how) in rows:
        day = _date(withdrawn_on)
        found[kind].append(Written(kind, pk, at, by, values, day, how))
    for written_rows in found.values():
        written_rows.sort(key=lambda row: row.recorded_at, reverse=True)
    return found


def superseded(patient: Patient) -> list[Superseded]:
    """What counts no longer, by when it ended, newest first."""
    rows = _together(
        lambda model: model._default_manager.filter(
            patient=patient, **{"replaced_by__isnull": False}
        ),
        lambda _model: (
            F("replaced_by__recorded_at"),
            F("replaced_by__recorded_by__name"),
            F("replaced_by__struck"),
            F("replaced_by__why"),
        ),
    )
    found = [
        Superseded(
            kind, pk, at, by, values,
            ended_at=ended_at, ended_by=ended_by, struck=bool(struck), why=why,
        )
        for kind, pk, at, by, values, (ended_at, ended_by, struck, why) in rows
    ]  # fmt: skip
    return sorted(found, key=lambda row: row.ended_at, reverse=True)


def _withdrawal(model: type[Recorded]) -> tuple[Expression | F, ...]:
    if model is RECORDED[Kind.CONSENT]:
        return (_text("withdrawal__withdrawn_on"), _text("withdrawal__how"))
    return (_nothing(), _nothing())


def _text(field: str) -> Cast:
    return Cast(F(field), TextField())


def _nothing() -> Cast:
    return Cast(Value(None), TextField())


def _together(
    of: Callable[[type[Recorded]], QuerySet[Any]],
    beside: Callable[[type[Recorded]], tuple[Expression | F, ...]],
) -> Iterator[tuple[Kind, uuid.UUID, datetime, str, dict[str, Any], tuple[Any, ...]]]:
    """The rows of all kinds; `beside` are further columns, the same number for each model."""
    parts = [
        of(model)
        .order_by()
        .values_list(
            Cast(Value(kind.value), CharField(max_length=20)),
            "pk",
            "recorded_at",
            "recorded_by__name",
            *beside(model),
            *(_text(field) for field in model.typed),
            *(_nothing() for _missing in range(_MOST_FIELDS - len(model.typed))),
        )
        for kind, model in RECORDED.items()
    ]
    for row in parts[0].union(*parts[1:], all=True):
        kind = Kind(row[0])
        model = RECORDED[kind]
        rest = row[4:]
        extra, texts = rest[: len(rest) - _MOST_FIELDS], rest[len(rest) - _MOST_FIELDS :]
        values = {
            field: model._meta.get_field(field).to_python(text)  # type: ignore[union-attr]
            for field, text in zip(model.typed, texts, strict=False)
        }
        yield kind, row[1], row[2], row[3], values, extra


def _date(text: str | None) -> date | None:

    return date.fromisoformat(text) if text else None
