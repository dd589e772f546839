"""Prints as lines of a list, and what the form of a print offers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, cast

from django.core.paginator import Paginator
from django.db.models import Max, OuterRef, Subquery
from django.urls import reverse

from patients.models import Consent
from plans.models import Document, Escalation, Plan, Step, Version
from plans.rules.lifecycle import PlanState, state_word
from plans.rules.paper import (
    DocumentKind,
    NotPrintable,
    PrintSize,
    Recipient,
    check_of_a_plan,
    grouped,
)
from plans.rules.redflags import Level
from taperplan import formats
from taperplan.words import gettext as _
from taperplan.words import ngettext

if TYPE_CHECKING:
    import uuid
    from collections.abc import Iterable, Sequence
    from datetime import date
    from zoneinfo import ZoneInfo

    from patients.models import Patient
    from plans.models.document import DocumentQuerySet
    from plans.sheets.paper import Column, Line, Listing
    from taperplan.accounts.models import User

PAGE = 50


@dataclass(frozen=True)
class PrintLine:
    """One print. `superseded` says by what; "" while it is the newest of its plan."""

    title: str
    plan: str
    detail: str
    recipient: str
    printed: str
    check_code: str
    superseded: str
    url: str
    patient: str
    born: str
    patient_url: str
    reference: str


@dataclass(frozen=True)
class Printable:
    """Something that can be printed: `why_not` says why not now, "" when it can."""

    value: str
    label: str
    why_not: str


@dataclass(frozen=True)
class OpenFlagLine:
    key: str
    words: str


@dataclass(frozen=True)
class PrintOffer:
    """What the print form offers: what, by which consent, beside which open red flags."""

    what: tuple[Printable, ...]
    steps: tuple[tuple[str, str], ...]
    consents: tuple[tuple[str, str], ...]
    flags: tuple[OpenFlagLine, ...]

    @property
    def printable(self) -> list[tuple[str, str]]:
        return [(one.value, one.label) for one in self.what if not one.why_not]

    @property
    def withheld(self) -> tuple[Printable, ...]:
        return tuple(one for one in self.what if one.why_not)

    @property
    def flag_words(self) -> str:
        return ", ".join(flag.words for flag in self.flags)


@dataclass(frozen=True)
class TableRow:
    """A row of a sheet's table for the page, where each cell says its column on a narrow one."""

    cells: tuple[tuple[Column, Line], ...]
    note: Line


def table_rows(listing: Listing) -> tuple[TableRow, ...]:
    return tuple(
        TableRow(tuple(zip(listing.columns, row.cells, strict=True)), row.note)
        for row in listing.rows
    )


# --- lists ------------------------------------------------------------------------------------
@dataclass(frozen=True)
class PrintList:
    """One page of prints, newest first; `newer` and `older` are addresses or ""."""

    lines: tuple[PrintLine, ...]
    shown: str
    newer: str
    older: str


def of_patient(patient: Patient, zone: ZoneInfo, page: str) -> PrintList:
    return _list(Document.objects.about(patient), zone, page)


def of_clinic(user: User, zone: ZoneInfo, page: str) -> PrintList:
    """The prints of everybody whom `user` may see."""
    return _list(Document.objects.visible_to(user), zone, page)


def _list(rows: DocumentQuerySet, zone: ZoneInfo, number: str) -> PrintList:
    """Three queries: how many, the page, the newest version of each plan on it."""
    found = (
        rows.without_content()
        .select_related("plan", "version", "printed_by", "patient")
        .order_by("-printed_at", "pk")
    )
    page = Paginator(found, PAGE).get_page(number)
    documents = list(page.object_list)
    newest = _newest_numbers(documents)
    return PrintList(
        lines=tuple(_line(document, zone, newest) for document in documents),
        shown=_("{first} to {last} of {count}").format(
            first=formats.number(page.start_index()),
            last=formats.number(page.end_index()),
            count=formats.number(page.paginator.count),
        ),
        newer=f"?page={page.previous_page_number()}" if page.has_previous() else "",
        older=f"?page={page.next_page_number()}" if page.has_next() else "",
    )


def _newest_numbers(documents: list[Document]) -> dict[object, int]:
    plans = {document.plan_id for document in documents if document.plan_id is not None}
    rows = Version.objects.filter(plan__in=plans).order_by().values("plan")
    return {row["plan"]: row["newest"] for row in rows.annotate(newest=Max("number"))}


def _line(document: Document, zone: ZoneInfo, newest: dict[object, int]) -> PrintLine:
    patient = document.patient
    return PrintLine(
        title=title(document),
        plan=document.version.title if document.version is not None else "",
        detail=_detail(document),
        recipient=_recipient(document),
        printed=_("{when}, {who}").format(
            when=formats.moment(document.printed_at.astimezone(zone)),
            who=document.printed_by.name,
        ),
        check_code=grouped(document.check_code),
        superseded=_superseded(document, newest),
        url=reverse("plans:document", kwargs={"document": document.pk}),
        patient=formats.family_given(patient.family_name, patient.given_names),
        born=formats.short_day(patient.born),
        patient_url=reverse("plans:patient-documents", kwargs={"patient": patient.pk}),
        reference=document.reference,
    )


def opened(document: Document, zone: ZoneInfo) -> PrintLine:
    """One print as whoever opens it has to know it. One query."""
    return _line(document, zone, _newest_numbers([document]))


def title(document: Document) -> str:
    """As "Patient handout, plan version 2"."""
    words = DocumentKind(document.kind).words
    if document.version is None:
        return words
    return _("{kind}, plan version {number}").format(kind=words, number=document.version.number)


def _detail(document: Document) -> str:
    pages = ngettext("{n} page", "{n} pages", document.pages).format(n=document.pages)
    parts = [document.page_size, PrintSize(document.print_size).words, pages]
    if document.unprintable:
        parts.append(
            ngettext(
                "{n} letter could not be printed",
                "{n} letters could not be printed",
                document.unprintable,
            ).format(n=formats.number(document.unprintable))
        )
    return ", ".join(parts)


def _recipient(document: Document) -> str:
    words = Recipient(document.recipient).words
    name = document.recipient_name
    return _("{recipient}: {name}").format(recipient=words, name=name) if name else words


def _superseded(document: Document, newest: dict[object, int]) -> str:
    """Why this paper no longer says what counts."""
    if document.version is None or document.plan is None:
        return ""
    last = newest.get(document.plan_id, document.version.number)
    if last > document.version.number:
        return _("Superseded by version {number}").format(number=last)
    state = PlanState(document.plan.state)
    if state in (PlanState.ACTIVE, PlanState.AFTERCARE, PlanState.LOST_TO_CONTACT):
        return ""
    return _("The plan is {state}").format(state=state_word(state))


# --- the form -----------------------------------------------------------------------------------
_OF_EACH_PLAN = (DocumentKind.HANDOUT, DocumentKind.DIARY, DocumentKind.SUPPLY)


def offer(patient: Patient, today: date) -> PrintOffer:
    """Five queries: plans with their newest version, its steps that are not over, consents in
    force, open red flags, whether any red flag was ever recorded."""
    newest = Version.objects.filter(plan=OuterRef("pk")).order_by("-number")
    plans = list(
        Plan.objects.filter(patient=patient)
        .annotate(
            newest=Subquery(newest.values("number")[:1]), version=Subquery(newest.values("pk")[:1])
        )
        .exclude(state=PlanState.ENTERED_IN_ERROR.value)
        .order_by("-begun_at", "pk")
    )
    steps = _steps(plans, today)
    what: list[Printable] = []
    for plan in plans:
        reasons: set[str] = set()
        for kind in _OF_EACH_PLAN:
            one = _of_plan(kind, plan, patient)
            has_days = any(key.startswith(f"{plan.pk}:") for key, _label in steps)
            if kind is DocumentKind.DIARY and not one.why_not and not has_days:
                one = replace(one, why_not=_("Every step of this plan is over."))
            # One reason is said once, at the handout.
            if kind is DocumentKind.HANDOUT or not (one.why_not and reasons):
                what.append(one)
            if one.why_not:
                reasons.add(one.why_not)
    flagged = Escalation.objects.about(patient).exclude(state="entered in error").exists()
    for kind in (DocumentKind.SUMMARY, DocumentKind.HANDOVER, DocumentKind.TRANSFER):
        why_not = ""
        if kind is DocumentKind.HANDOVER and not flagged:
            why_not = _("No red flag is recorded, so there is nothing to hand over.")
        what.append(Printable(kind.value, kind.words, why_not))
    return PrintOffer(
        what=tuple(what),
        steps=tuple(steps),
        consents=tuple(
            (str(consent.pk), f"{consent.whom}: {consent.what}")
            for consent in consents_in_force(patient, today)
        ),
        flags=tuple(
            OpenFlagLine(
                str(flag.pk),
                _("{symptom} ({level})").format(symptom=flag.label, level=Level(flag.level).label),
            )
            for flag in Escalation.objects.about(patient)
            .still_open()
            .order_by("level", "reported_at", "pk")
        ),
    )


def _steps(plans: Sequence[Plan], today: date) -> list[tuple[str, str]]:
    """The steps of the newest versions that are not over, as "plan:step"."""
    by_version = {plan.version: plan for plan in plans if plan.version}  # type: ignore[attr-defined]
    rows = Step.objects.filter(version__in=by_version).order_by("version", "position")
    found = []
    for row in rows:
        if row.last_day is not None and row.last_day < today:
            continue
        plan = by_version[row.version_id]
        label = _("Step {number}, {days}").format(
            number=row.position, days=formats.day_range(row.first_day, row.last_day)
        )
        if len(by_version) > 1:
            label = f"{_plan_name(plan)}: {label}"
        found.append((f"{plan.pk}:{row.key}", label))
    return found


def _plan_name(plan: Plan) -> str:
    zone = plan.patient.clinic.zone
    return plan.title or _("plan begun {day}").format(
        day=formats.short_day(plan.begun_at.astimezone(zone).date())
    )


def _of_plan(kind: DocumentKind, plan: Plan, patient: Patient) -> Printable:
    number: int | None = plan.newest  # type: ignore[attr-defined]
    plan.patient = patient
    why_not = ""
    try:
        check_of_a_plan(
            kind,
            state=plan.state,
            signed=number is not None,
            patient_died=patient.died_on is not None,
        )
    except NotPrintable as refused:
        why_not = refused.sentence
    label = _("{kind}: {plan}").format(kind=kind.words, plan=_plan_name(plan))
    if number is not None:
        label = _("{kind}: {plan}, version {number}").format(
            kind=kind.words, plan=_plan_name(plan), number=number
        )
    return Printable(f"{kind.value}:{plan.pk}", label, why_not)


def consents_in_force(patient: Patient, today: date) -> list[Consent]:
    """The consents that stand today: begun, neither ended, replaced, struck out nor withdrawn."""
    rows = Consent.objects.filter(
        patient=patient, withdrawal=None, replaced_by=None, struck=False, since__lte=today
    )
    return [
        consent
        for consent in cast("Iterable[Consent]", rows.order_by("whom", "pk"))
        if consent.until is None or consent.until >= today
    ]


def consent_in_force(patient: Patient, key: uuid.UUID | None, today: date) -> Consent | None:
    """The consent that was chosen, while it stands."""
    if key is None:
        return None
    return next((one for one in consents_in_force(patient, today) if one.pk == key), None)
