"""The intake as it is read, and what signing a plan waits for on the patient's side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Max
from django.urls import reverse

from patients.intake import Given, SigningGaps, missing_for_signing
from patients.models import (
    AssessmentAnswer,
    CareTeam,
    Patient,
    RecordNumber,
    SharedDecision,
    of_person,
)
from patients.presenters.banner import State, patient_url
from patients.presenters.rows import Written, standing
from patients.presenters.words import (
    Line,
    answer_in_words,
    number_in_words,
    particular,
    person_in_words,
    recorded_in_words,
    section_title,
    word_of,
)
from patients.vocabulary import Allergies, Answer, Item, Kind, TeamRole
from taperplan import formats, kept
from taperplan.words import gettext as _

if TYPE_CHECKING:
    from collections.abc import Sequence
    from zoneinfo import ZoneInfo

    from django.db.models import QuerySet

    from patients.models import Recorded


def signing_gaps(patient: Patient) -> SigningGaps:
    """What signing a plan waits for on the patient's side. Two queries."""
    decided = SharedDecision.objects.filter(patient=patient).standing().exists()
    return missing_for_signing(
        answers(patient),
        identity=bool(patient.family_name and patient.given_names and patient.born),
        allergies_asked=patient.allergies_status != Allergies.NOT_ASKED,
        decision=decided,
    )


def answers(patient: Patient) -> dict[Item, Given]:
    """The latest answer of each item. One query; an answer is a short row."""
    return {
        Item(item): Given(Answer(answer), detail)
        for item, answer, detail in _kept_answers.tuples(
            "", kept.about(patient=patient.pk), _asked_answers
        )
    }


_kept_answers = kept.Kept()


def _asked_answers(marks: kept.Values) -> QuerySet[AssessmentAnswer, tuple[Any, ...]]:
    rows = AssessmentAnswer.objects.filter(patient=marks.keys["patient"]).order_by("pk")
    return rows.values_list("item", "answer", "detail")


@dataclass(frozen=True)
class Entry:
    """One thing written down: what it says, its finer lines, and who wrote it when."""

    title: str
    lines: tuple[Line, ...]
    recorded: str
    change_url: str
    strike_url: str
    withdraw_url: str = ""
    states: tuple[State, ...] = ()


@dataclass(frozen=True)
class Section:
    """One part of the intake. `status`: the word where there is no row."""

    key: str
    title: str
    status: str
    entries: tuple[Entry, ...]
    add_url: str
    add_label: str
    may_say_none: bool = False


@dataclass(frozen=True)
class Part:
    """Particulars that are amended together."""

    key: str
    title: str
    lines: tuple[Line, ...]
    url: str


@dataclass(frozen=True)
class NumberLine:
    number: str
    recorded: str
    withdrawn: str
    url: str


@dataclass(frozen=True)
class TeamLine:
    name: str
    role: str
    since: str
    url: str


@dataclass(frozen=True)
class IntakePage:
    parts: tuple[Part, ...]
    numbers: tuple[NumberLine, ...]
    team: tuple[TeamLine, ...]
    assessment: tuple[Line, ...]
    asked: str
    gaps: SigningGaps
    sections: tuple[Section, ...]
    open: bool
    marked: bool
    joined: State | None


PARTS: dict[str, tuple[str, ...]] = {
    "names": ("family_name", "given_names", "preferred_name", "latin_name", "born", "sex"),
    "contact": ("address", "phone", "may_message", "may_send_letters", "who_may_answer"),
    "needs": ("language", "interpreter", "hearing_needs", "sight_needs", "reading_needs"),
    "care-setting": ("care_setting", "care_setting_why"),
}


def part_title(key: str) -> str:
    return {
        "names": _("Identity"),
        "contact": _("Address, phone and contact"),
        "needs": _("Language and needs"),
        "care-setting": _("Care setting"),
    }[key]


def add_label(kind: Kind) -> str:
    return {
        Kind.ALLERGY: _("Add an allergy"),
        Kind.MEDICINE: _("Add a medicine"),
        Kind.CONTACT: _("Add a contact"),
        Kind.DECISION: _("Record a shared decision"),
        Kind.SUPPORT: _("Add a support"),
        Kind.REVERSAL: _("Record the reversal medicine"),
        Kind.RESULT: _("Add a result"),
        Kind.REVIEW: _("Record a review or its date"),
        Kind.CONSENT: _("Add a consent"),
    }[kind]


def intake_page(patient: Patient, zone: ZoneInfo) -> IntakePage:
    """Four queries, whatever the number of rows."""
    given = answers(patient)
    rows = standing(patient)
    sections = tuple(_section(patient, kind, rows[kind], zone) for kind in Kind)
    decided = any(s.entries for s in sections if s.key == Kind.DECISION)
    gaps = missing_for_signing(
        given,
        identity=bool(patient.family_name and patient.given_names and patient.born),
        allergies_asked=patient.allergies_status != Allergies.NOT_ASKED,
        decision=decided,
    )
    return IntakePage(
        parts=tuple(_part(patient, key) for key in PARTS),
        numbers=_numbers(patient, zone),
        team=_team(patient),
        assessment=tuple(
            Line(item.words, answer_in_words(given.get(item)), _("not asked")) for item in Item
        ),
        asked=_("{asked} of {all} asked").format(
            asked=sum(1 for one in given.values() if one.answer is not Answer.NOT_ASKED),
            all=len(Item),
        ),
        gaps=gaps,
        sections=sections,
        open=patient.joined_to_id is None,
        marked=patient.died_on is not None or patient.transfer_accepted_on is not None,
        joined=(
            State("archived", person_in_words(patient.joined_to), patient_url(patient.joined_to))
            if patient.joined_to
            else None
        ),
    )


def _part(patient: Patient, key: str) -> Part:
    return Part(
        key=key,
        title=part_title(key),
        lines=tuple(particular(field, getattr(patient, field)) for field in PARTS[key]),
        url=reverse("patients:amend", kwargs={"patient": patient.pk, "part": key}),
    )


def _numbers(patient: Patient, zone: ZoneInfo) -> tuple[NumberLine, ...]:
    rows = (
        RecordNumber.objects.filter(of_person(patient))
        .select_related("recorded_by", "withdrawn_by")
        .order_by("recorded_at", "pk")
    )
    return tuple(
        NumberLine(
            number=number_in_words(row.issuer, row.number),
            recorded=recorded_in_words(row.recorded_at, row.recorded_by.name, zone),
            withdrawn=(
                _("Withdrawn {when} by {who}: {why}").format(
                    when=formats.moment(row.withdrawn_at.astimezone(zone)),
                    who=row.withdrawn_by.name if row.withdrawn_by else "",
                    why=row.withdrawn_why,
                )
                if row.withdrawn_at
                else ""
            ),
            url=(
                reverse(
                    "patients:withdraw-number",
                    kwargs={"patient": patient.pk, "record_number": row.pk},
                )
                if row.withdrawn_at is None and row.patient_id == patient.pk
                else ""
            ),
        )
        for row in rows
    )


def _team(patient: Patient) -> tuple[TeamLine, ...]:
    rows = (
        CareTeam.objects.filter(patient=patient, until=None)
        .select_related("user")
        .order_by("since", "user__name")
    )
    return tuple(
        TeamLine(
            name=row.user.name,
            role=word_of(TeamRole, row.role),
            since=formats.short_day(row.since),
            url=reverse("patients:team-off", kwargs={"patient": patient.pk, "team_member": row.pk}),
        )
        for row in rows
    )


def _section(patient: Patient, kind: Kind, rows: Sequence[Written], zone: ZoneInfo) -> Section:
    none_known = kind is Kind.ALLERGY and patient.allergies_status == Allergies.NONE_KNOWN
    if none_known:
        status = _("asked: none known")
    else:
        status = _("not asked") if kind is Kind.ALLERGY else _("not recorded")
    return Section(
        key=kind.value,
        title=section_title(kind),
        status=status,
        entries=tuple(entry(patient, row, zone) for row in rows),
        add_url=reverse("patients:record", kwargs={"patient": patient.pk, "kind": kind.value}),
        add_label=add_label(kind),
        may_say_none=kind is Kind.ALLERGY and not rows and not none_known,
    )


def entry(patient: Patient, row: Written, zone: ZoneInfo) -> Entry:
    keys = {"patient": patient.pk, "kind": row.kind.value, "recorded": row.pk}
    is_open_consent = row.kind is Kind.CONSENT and row.withdrawn_on is None
    return Entry(
        title=row.title,
        lines=row.lines,
        recorded=recorded_in_words(row.recorded_at, row.recorded_by, zone),
        change_url=reverse("patients:correct", kwargs=keys),
        strike_url=reverse("patients:strike", kwargs=keys),
        withdraw_url=(
            reverse("patients:withdraw-consent", kwargs={"patient": patient.pk, "consent": row.pk})
            if is_open_consent
            else ""
        ),
        states=(
            (
                State(
                    "closed",
                    _("Withdrawn {day}: {how}").format(
                        day=formats.short_day(row.withdrawn_on), how=row.withdrawn_how
                    ),
                ),
            )
            if row.withdrawn_on
            else ()
        ),
    )


def last_answer(patient: Patient) -> int:
    """The key of the last answer, kept in the form to see what came after. One query."""
    return AssessmentAnswer.objects.filter(patient=patient).aggregate(last=Max("pk"))["last"] or 0


def intake_url(patient: Patient) -> str:
    return reverse("patients:intake", kwargs={"patient": patient.pk})


def record_url(patient: Patient, kind: Kind, corrected: Recorded | None) -> str:
    """Where the form of a row is sent: to a new row, or on top of the one it corrects."""
    keys = {"patient": patient.pk, "kind": kind.value}
    if corrected is None:
        return reverse("patients:record", kwargs=keys)
    return reverse("patients:correct", kwargs={**keys, "recorded": corrected.pk})


def record_title(kind: Kind, *, corrects: bool) -> str:
    return _("Correct: {what}").format(what=kind.words) if corrects else add_label(kind)


def who_recorded(row: Recorded, zone: ZoneInfo) -> str:
    return recorded_in_words(row.recorded_at, row.recorded_by.name, zone)
