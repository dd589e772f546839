"""What a restore left open, in words: asked with the alarms of every page, and as a page."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Case, CharField, DateTimeField, Subquery, TextField, Value, When
from django.db.models.functions import Cast, Concat
from django.utils import timezone

from patients.models import in_clinic, within_reach
from plans.models import Escalation, GapAnswer, held
from plans.presenters.escalation import Flag, with_person
from taperplan import formats
from taperplan.audit.models import Restore

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models.expressions import Combinable

    from taperplan.accounts.models import Clinic, User

# Keeps apart what stands in one column. No label holds it: a label is one line.
_BETWEEN = "\n"


class Lines(Subquery):
    """The rows of a query of one text, `line`, as one text of another query."""

    output_field = TextField()

    def as_sqlite(self, compiler: Any, connection: Any, **kwargs: Any) -> Any:
        template = "(SELECT group_concat(line, char(10)) FROM (%(subquery)s) lines)"
        return self.as_sql(compiler, connection, template=template, **kwargs)

    def as_postgresql(self, compiler: Any, connection: Any, **kwargs: Any) -> Any:
        template = "(SELECT string_agg(line, chr(10)) FROM (%(subquery)s) lines)"
        return self.as_sql(compiler, connection, template=template, **kwargs)


@dataclass(frozen=True)
class Named:
    key: uuid.UUID
    label: str

    @property
    def reference(self) -> str:
        return f"RF-{self.key.hex[:8]}"


def asked(clinic: Clinic) -> dict[str, Combinable]:
    gap = GapAnswer.objects.open_gaps(clinic).order_by("-at")
    lines = (
        _held(clinic)
        .annotate(
            line=Concat(Cast("pk", CharField()), Value(" "), "label", output_field=TextField())
        )
        .values("line")
    )
    return {
        "gap_from": Subquery(gap.values("made_at")[:1]),
        "gap_to": Subquery(gap.values("at")[:1]),
        "held": Lines(lines),
    }


def nothing() -> dict[str, Combinable]:
    return {
        "gap_from": Cast(Value(None), DateTimeField()),
        "gap_to": Cast(Value(None), DateTimeField()),
        "held": Cast(Value(None), TextField()),
    }


def read(lines: str) -> list[Named]:
    found = []
    for line in lines.split(_BETWEEN):
        key, _space, label = line.partition(" ")
        found.append(Named(uuid.UUID(key), label))
    return found


def _held(clinic: Clinic) -> Any:
    return (
        Escalation.objects.still_open()
        .filter(held(), in_clinic(clinic.pk))
        .order_by("level", "reported_at", "pk")
    )


# --- the page -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Gap:
    key: int
    made: str
    at: str
    span: str
    answered: str
    text: str


@dataclass(frozen=True)
class Page:
    flags: tuple[Flag, ...]
    gaps: tuple[Gap, ...]

    @property
    def open_gap(self) -> Gap | None:
        return next((gap for gap in self.gaps if not gap.answered), None)


def page(clinic: Clinic, user: User, now: datetime) -> Page:
    rows = (
        _held(clinic)
        .select_related("raised_by", "acknowledged_by", "patient")
        .annotate(
            named=Case(
                When(within_reach(user, "patient__"), then=Value(True)), default=Value(False)
            )
        )
    )
    return Page(
        flags=tuple(with_person(row, clinic, now, None) for row in rows),
        gaps=tuple(_gaps(clinic)),
    )


def open_gap(clinic: Clinic) -> Restore | None:
    return GapAnswer.objects.open_gaps(clinic).order_by("-at").first()


def _gaps(clinic: Clinic) -> list[Gap]:
    answers = {
        answer.restore_id: answer
        for answer in GapAnswer.objects.filter(clinic=clinic).select_related("by")
    }
    found = []
    for one in Restore.objects.order_by("-at"):
        answer = answers.get(one.pk)
        found.append(
            Gap(
                key=one.pk,
                made=formats.moment(timezone.localtime(one.made_at)),
                at=formats.moment(timezone.localtime(one.at)),
                span=formats.duration(one.at - one.made_at),
                answered=f"{answer.by.name}, {formats.moment(timezone.localtime(answer.at))}"
                if answer
                else "",
                text=answer.text if answer else "",
            )
        )
    return found
