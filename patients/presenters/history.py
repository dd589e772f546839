"""What stood before: amendments, rows that count no longer, joinings, disclosures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Q

from patients.identity import AMENDABLE
from patients.intake import Given
from patients.models import AssessmentAnswer, Disclosure, Joining, Patient
from patients.presenters.banner import patient_url
from patients.presenters.rows import Superseded, superseded
from patients.presenters.words import (
    Line,
    answer_in_words,
    label,
    person_in_words,
    recorded_in_words,
    section_title,
    word_of,
    written,
)
from patients.vocabulary import Answer, Ground, Item
from taperplan import formats
from taperplan.words import gettext as _

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class Change:
    label: str
    before: str
    after: str


@dataclass(frozen=True)
class HistoryRow:
    when: str
    who: str
    title: str
    why: str
    changes: tuple[Change, ...]


HISTORIC = (
    *AMENDABLE,
    "allergies_status",
    "died_on",
    "died_told_by",
    "transferred_to",
    "transfer_accepted_on",
    "transfer_told_by",
)


def identity_history(patient: Patient, zone: ZoneInfo) -> tuple[HistoryRow, ...]:
    """What was changed in the particulars, newest first, each with what stood before."""
    rows = list(
        patient.history.select_related("history_user").order_by("history_date", "history_id")
    )
    found = []
    for before, row in zip([None, *rows], rows, strict=False):
        changes = tuple(
            Change(
                label(Patient, field),
                written(Patient, field, getattr(before, field)) if before else "",
                written(Patient, field, getattr(row, field)),
            )
            for field in HISTORIC
            if before is not None and getattr(before, field) != getattr(row, field)
        )
        if before is None:
            title = _("Registered")
        elif before.joined_to_id != row.joined_to_id:
            title = _("Joined to another record") if row.joined_to_id else _("Parted from a record")
        else:
            title = _("Amended")
        found.append(
            HistoryRow(
                when=formats.moment(row.history_date.astimezone(zone)),
                who=row.history_user.name if row.history_user else "",
                title=title,
                why=row.history_change_reason or "",
                changes=changes,
            )
        )
    return tuple(reversed(found))


@dataclass(frozen=True)
class StruckRow:
    """A row that counts no longer: corrected or struck out."""

    kind: str
    title: str
    said: tuple[Line, ...]
    recorded: str
    fate: str


def superseded_rows(patient: Patient, zone: ZoneInfo) -> tuple[StruckRow, ...]:
    """Everything that was written down and counts no longer, newest first. One query."""
    return tuple(
        StruckRow(
            kind=section_title(row.kind),
            title=row.title,
            said=row.lines,
            recorded=recorded_in_words(row.recorded_at, row.recorded_by, zone),
            fate=_fate(row, zone),
        )
        for row in superseded(patient)
    )


def _fate(row: Superseded, zone: ZoneInfo) -> str:
    if row.struck:
        words = _("Struck out {when} by {who}: {why}")
    elif row.why:
        words = _("Corrected {when} by {who}: {why}")
    else:
        words = _("Corrected {when} by {who}")
    return words.format(
        when=formats.moment(row.ended_at.astimezone(zone)), who=row.ended_by, why=row.why
    )


@dataclass(frozen=True)
class AnswerRow:
    when: str
    who: str
    item: str
    answer: str


def answer_history(patient: Patient, zone: ZoneInfo) -> tuple[AnswerRow, ...]:
    rows = (
        AssessmentAnswer.objects.filter(patient=patient)
        .select_related("recorded_by")
        .order_by("-pk")
    )
    return tuple(
        AnswerRow(
            when=formats.moment(row.recorded_at.astimezone(zone)),
            who=row.recorded_by.name,
            item=Item(row.item).words,
            answer=answer_in_words(Given(Answer(row.answer), row.detail)) or _("not asked"),
        )
        for row in rows
    )


@dataclass(frozen=True)
class JoiningRow:
    other: str
    other_url: str
    when: str
    who: str
    why: str
    parted: str
    away: bool


def joinings(patient: Patient, zone: ZoneInfo) -> tuple[JoiningRow, ...]:
    """Every joining of this record, in both directions, those parted again among them."""
    rows = (
        Joining.objects.filter(Q(patient=patient) | Q(into=patient))
        .select_related("patient", "into", "by", "parting__by")
        .order_by("-at")
    )
    found = []
    for row in rows:
        away = row.patient_id == patient.pk
        other = row.into if away else row.patient
        parting = getattr(row, "parting", None)
        found.append(
            JoiningRow(
                other=person_in_words(other),
                other_url=patient_url(other),
                when=formats.moment(row.at.astimezone(zone)),
                who=row.by.name,
                why=row.why,
                parted=(
                    _("Parted {when} by {who}: {why}").format(
                        when=formats.moment(parting.at.astimezone(zone)),
                        who=parting.by.name,
                        why=parting.why,
                    )
                    if parting
                    else ""
                ),
                away=away,
            )
        )
    return tuple(found)


@dataclass(frozen=True)
class DisclosureRow:
    when: str
    recipient: str
    what: str
    ground: str
    who: str


def disclosures(patient: Patient, zone: ZoneInfo) -> tuple[DisclosureRow, ...]:
    rows = (
        Disclosure.objects.filter(patient=patient)
        .select_related("disclosed_by")
        .order_by("-disclosed_at")
    )
    return tuple(
        DisclosureRow(
            when=formats.moment(row.disclosed_at.astimezone(zone)),
            recipient=", ".join(part for part in (row.recipient, row.facility) if part),
            what=row.what,
            ground=", ".join(
                part for part in (word_of(Ground, row.ground), row.why, row.emergency) if part
            ),
            who=row.disclosed_by.name,
        )
        for row in rows
    )


def last_amendment(patient: Patient, zone: ZoneInfo) -> str:
    """Who changed the particulars last, and when."""
    row = patient.history.select_related("history_user").first()
    if row is None:
        return ""
    who = row.history_user.name if row.history_user else ""
    return recorded_in_words(row.history_date, who, zone)
