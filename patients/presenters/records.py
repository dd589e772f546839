"""The records officer's pages in finished words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils import timezone

from patients.presenters.words import person_in_words
from patients.vocabulary import Ground
from taperplan import formats
from taperplan.words import gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from patients.keeping import LegalHold, RetentionPeriod, Tombstone
    from patients.models import Disclosure, Patient
    from patients.records import Due

ACCOUNTING = ("disclosed at", "recipient", "facility", "what", "ground", "reason", "by")


@dataclass(frozen=True)
class RecordLine:
    key: str
    reference: str
    name: str
    born: str
    numbers: str
    state: str
    archived: bool
    url: str


@dataclass(frozen=True)
class AccountingLine:
    when: str
    recipient: str
    facility: str
    what: str
    ground: str
    why: str
    who: str

    @property
    def cells(self) -> tuple[str, ...]:
        return (
            self.when, self.recipient, self.facility, self.what, self.ground, self.why, self.who,
        )  # fmt: skip


@dataclass(frozen=True)
class HoldLine:
    why: str
    since: str
    ended: str
    url: str


@dataclass(frozen=True)
class DueLine:
    reference: str
    last_entry: str
    due_on: str
    approved: str
    url: str


@dataclass(frozen=True)
class StoneLine:
    reference: str
    when: str
    who: str
    rows: str


def line(patient: Patient, today: date) -> RecordLine:
    states = []
    if patient.restricted:
        states.append(_("restricted"))
    if patient.archived_at is not None:
        day = formats.day(timezone.localdate(patient.archived_at))
        states.append(_("archived on {day}").format(day=day))
    if patient.joined_to_id is not None:
        states.append(_("joined to another record"))
    return RecordLine(
        key=str(patient.pk),
        reference=patient.reference,
        name=person_in_words(patient),
        born=formats.date_of_birth(patient.born, today),
        numbers=", ".join(row.number for row in patient.numbers.all() if row.withdrawn_at is None),
        state="; ".join(states),
        archived=patient.archived_at is not None,
        url=reverse("patients:record-kept", kwargs={"patient": patient.pk}),
    )


def accounting(rows: Iterable[Disclosure]) -> list[AccountingLine]:
    return [
        AccountingLine(
            when=formats.moment(timezone.localtime(row.disclosed_at)),
            recipient=row.recipient,
            facility=row.facility,
            what=row.what,
            ground=Ground(row.ground).words,
            why=row.why or row.emergency,
            who=row.disclosed_by.name,
        )
        for row in rows
    ]


def holds(rows: Iterable[LegalHold]) -> list[HoldLine]:
    return [
        HoldLine(
            why=row.why,
            since=_("since {day}, by {name}").format(
                day=formats.day(timezone.localdate(row.at)), name=row.by.name
            ),
            ended=_ended(row),
            url="" if _ended(row) else _url("patients:hold-end", row),
        )
        for row in rows
    ]


def _ended(row: LegalHold) -> str:
    ended = getattr(row, "ended", None)
    if ended is None:
        return ""
    day = formats.day(timezone.localdate(ended.at))
    return _("ended on {day}, by {name}: {why}").format(day=day, name=ended.by.name, why=ended.why)


def _url(name: str, row: LegalHold) -> str:
    return reverse(name, kwargs={"patient": row.patient_id, "legal_hold": row.pk})


def due_line(one: Due | None) -> DueLine | None:
    if one is None:
        return None
    approved = ""
    if one.approved_by is not None:
        approved = _("approved by {name}").format(name=one.approved_by.name)
    return DueLine(
        reference=one.patient.reference,
        last_entry=formats.day(one.last_entry),
        due_on=formats.day(one.due_on),
        approved=approved,
        url=reverse("patients:record-kept", kwargs={"patient": one.patient.pk}),
    )


def due_lines(found: Iterable[Due]) -> list[DueLine]:
    return [made for one in found if (made := due_line(one)) is not None]


def period(standing: RetentionPeriod | None) -> str:
    """In words; "" where the clinic has typed none."""
    if standing is None:
        return ""
    parts = [_("{n} years after the last entry").format(n=standing.after_last_entry)]
    if standing.after_death is not None:
        parts.append(_("{n} years after death").format(n=standing.after_death))
    if standing.until_age is not None:
        parts.append(_("not before the age of {n}").format(n=standing.until_age))
    return _("{parts} (whichever is latest; {source})").format(
        parts=", ".join(parts), source=standing.source
    )


def stones(rows: Iterable[Tombstone]) -> list[StoneLine]:
    return [
        StoneLine(
            reference=row.reference,
            when=formats.moment(timezone.localtime(row.at)),
            who=_("{first} and {second}").format(
                first=row.first_by.name, second=row.second_by.name
            ),
            rows=formats.number(row.rows),
        )
        for row in rows
    ]
