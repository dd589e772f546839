"""How a view reaches a person's record: only through what its user may see.

Unknown and not yours are the same answer. Whoever is shown a page of a patient leaves a row in
the trail, whichever room drew the page.
"""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any

from django.core.paginator import Page, Paginator
from django.db.models import Exists, OuterRef, Q
from django.shortcuts import get_object_or_404

from patients.identity import (
    Identity,
    alike,
    digits,
    folded,
    same_phone,
    squeezed,
    wanted,
)
from patients.models import RECORDED, CareTeam, Consent, Patient, RecordNumber
from patients.vocabulary import Kind
from taperplan.accounts.models import Membership
from taperplan.audit import journal
from taperplan.audit.verbs import Verb

if TYPE_CHECKING:
    import uuid
    from collections.abc import Callable, Sequence

    from django.http import HttpResponse

    from patients.models import PatientQuerySet, Recorded
    from taperplan.accounts.http import ClinicianRequest
    from taperplan.accounts.models import Clinic, User

    View = Callable[..., HttpResponse]

PAGE = 50
SUGGESTED = 8
_LONGEST_OUTLINE = 2_000


def load_patient(view: View) -> View:
    """`patient: UUID` of the address becomes the `Patient`, with clinic and joined record.

    A page that is shown (not a redirect) is a view, and the trail says so.
    """

    @wraps(view)
    def loaded(
        request: ClinicianRequest, *args: Any, patient: uuid.UUID, **kwargs: Any
    ) -> HttpResponse:
        visible = Patient.objects.visible_to(request.user).select_related("clinic", "joined_to")
        found = get_object_or_404(visible, pk=patient)
        response = view(request, *args, patient=found, **kwargs)
        if response.status_code == 200:
            viewed(request, found)
        return response

    return loaded


def viewed(request: ClinicianRequest, patient: Patient) -> None:
    """One row: this person was shown this page of this patient."""
    match = request.resolver_match
    page = match.view_name if match else ""
    detail = {"page": page}
    if not journal.record_read(
        Verb.VIEWED, patient, patient=patient, detail=detail, by=request.user
    ):
        request.journalled = True


def load_recorded(view: View) -> View:
    """`kind` and `recorded: UUID` become the row that stands, below a loaded patient."""

    @wraps(view)
    def loaded(
        request: ClinicianRequest,
        *args: Any,
        patient: Patient,
        kind: Kind,
        recorded: uuid.UUID,
        **kwargs: Any,
    ) -> HttpResponse:
        rows = RECORDED[kind]._default_manager.filter(patient=patient).select_related("patient")
        row = get_object_or_404(rows, pk=recorded)
        return view(request, *args, patient=patient, kind=kind, recorded=row, **kwargs)

    return loaded


def is_standing(kind: Kind, row: Recorded) -> bool:
    """Whether nobody has corrected this row or struck it out."""
    return not row.struck and not RECORDED[kind]._default_manager.filter(replaces=row.pk).exists()


def values_of(kind: Kind, row: Recorded) -> dict[str, Any]:
    return {field: getattr(row, field) for field in RECORDED[kind].typed}


def number_of(patient: Patient, key: uuid.UUID) -> RecordNumber:
    return get_object_or_404(patient.numbers.select_related("patient"), pk=key)


def team_row_of(patient: Patient, key: uuid.UUID) -> CareTeam:
    return get_object_or_404(patient.team.select_related("patient", "user"), pk=key)


def consent_of(patient: Patient, key: uuid.UUID) -> Consent:
    return get_object_or_404(patient.consents.select_related("patient"), pk=key)


def other_record(user: User, key: uuid.UUID) -> Patient:
    """Another record of the same clinic: one to join to. 404 where it is not visible."""
    return get_object_or_404(Patient.objects.visible_to(user), pk=key)


def find(user: User, text: str = "", *, mine: bool = False, page: int | str = 1) -> Page[Patient]:
    """Patients by parts of names in any order, birth date, record number or phone; those whose
    record changed last first. A joined record is found as the one that it is joined to.

    Two queries: the count and the page. Numbers are read by the presenter.
    """
    visible = Patient.objects.visible_to(user)
    rows = visible.standing()
    if mine:
        rows = rows.cared_for_by(user)
    if text.strip():
        rows = _found(rows, visible, text)
    return Paginator(rows.order_by("-changed_at", "pk"), PAGE).get_page(page)


def suggested(user: User, text: str) -> list[Patient]:
    """The few that the list below the search shows while one types, found as `find` finds them;
    those whose record changed last where nothing is typed yet. Two queries, one for numbers."""
    visible = Patient.objects.visible_to(user)
    rows = visible.standing()
    if text.strip():
        rows = _found(rows, visible, text)
    return list(rows.prefetch_related("numbers").order_by("-changed_at", "pk")[:SUGGESTED])


def _found(rows: PatientQuerySet, visible: PatientQuerySet, text: str) -> PatientQuerySet:
    """Those of `rows` who are asked for, or to whom a record is joined that is asked for.

    The conditions stand on the rows themselves: the database walks them by their last change and
    stops when it has enough of them.
    """
    asked = _asked(text)
    if asked is None:
        return rows.none()
    joined = visible.exclude(joined_to=None).filter(asked).values("joined_to")
    return rows.filter(asked | Q(pk__in=joined))


def hits(visible: PatientQuerySet, text: str) -> PatientQuerySet:
    asked = _asked(text)
    return visible.none() if asked is None else visible.filter(asked)


def _asked(text: str) -> Q | None:
    """Every word, and one of the days; None where nothing is asked for."""
    asked = wanted(text)
    if asked.nothing:
        return None
    found = Q(born__in=asked.days) if asked.days else Q()
    numbers = any(letter.isdigit() for word in asked.words for letter in word)
    for word in asked.words:
        found &= _word(word, numbers=numbers)
    return found


def _word(word: str, *, numbers: bool) -> Q:
    """A name that begins so; with `numbers` also a record number that holds it; in digits alone
    also a phone or a year.

    Record numbers are looked through once, and not once for each patient; a search without any
    digit leaves them alone, so that the commonest one is the quickest.
    """
    found = Q(name_search__contains=f" {word}")
    if numbers:
        held = RecordNumber.objects.filter(number_search__contains=word, withdrawn_at=None)
        found |= Q(pk__in=held.values("patient"))
    if word.isascii() and word.isdigit():
        found |= Q(phone_search__contains=word.lstrip("0") or word)
        if len(word) == 4:
            found |= Q(born__year=int(word))
    return found


def others(user: User, patient: Patient, text: str) -> list[Patient]:
    """Records that may be joined to this one, with their numbers: what was searched for, or
    those that may be of the same person."""
    if text.strip():
        rows = hits(Patient.objects.visible_to(user), text).standing()
        return list(
            rows.exclude(pk=patient.pk)
            .prefetch_related("numbers")
            .order_by("-changed_at", "pk")[:PAGE]
        )
    identity = Identity(patient.family_name, patient.given_names, patient.born, phone=patient.phone)
    return [one for one in possible_duplicates(patient.clinic, identity) if one.pk != patient.pk]


def clinicians(clinic: Clinic) -> list[tuple[str, str]]:
    """Key and name of everybody who treats patients here, by name. One query."""
    rows = (
        Membership.objects.standing()
        .filter(Q(prescriber=True) | Q(monitor=True), clinic=clinic)
        .select_related("user")
        .order_by("user__name")
    )
    return [(str(row.user_id), row.user.name) for row in rows]


def prescribers(clinic: Clinic) -> list[tuple[str, str]]:
    """Key and name of everybody who signs plans here, by name. One query."""
    rows = (
        Membership.objects.standing()
        .filter(prescriber=True, clinic=clinic)
        .select_related("user")
        .order_by("user__name")
    )
    return [(str(row.user_id), row.user.name) for row in rows]


def clinician(clinic: Clinic, key: str) -> User:
    rows = Membership.objects.standing().filter(clinic=clinic).select_related("user")
    return get_object_or_404(rows, user=key).user


def is_registered(clinic: Clinic, key: uuid.UUID) -> bool:
    """Whether this form's record stands already."""
    return Patient.objects.filter(clinic=clinic, pk=key).exists()


def searched(request: ClinicianRequest, found: int) -> None:
    """A search shows names: the trail keeps that it was made and how many it found."""
    detail = {"found": str(found)}
    if not journal.record_read(Verb.SEARCHED, detail=detail, by=request.user):
        request.journalled = True


def holder_of(clinic: Clinic, issuer: str, number: str) -> Patient | None:
    """Whose record number this is already."""
    row = (
        RecordNumber.objects.select_related("patient")
        .filter(
            clinic=clinic,
            issuer_search=squeezed(issuer)[:240],
            number_search=squeezed(number)[:120],
            withdrawn_at=None,
        )
        .first()
    )
    return row.patient if row else None


def possible_duplicates(
    clinic: Clinic, identity: Identity, numbers: Sequence[tuple[str, str]] = ()
) -> tuple[Patient, ...]:
    """Records that may be of the same person: the same birth date and a similar name, the same
    full name, the same phone, or the same number from another issuer. One query."""
    phone = digits(identity.phone)
    names = folded(f"{identity.family_name} {identity.given_names}").split()
    asked = Q(born=identity.born)
    for name in folded(identity.family_name).split()[:4]:
        asked |= Q(name_search__contains=f" {name}")
    if len(phone) >= 6:
        asked |= Q(phone_search__endswith=phone.lstrip("0")[-6:])
    wanted_numbers = [squeezed(number) for _issuer, number in numbers]
    if wanted_numbers:
        rows = RecordNumber.objects.filter(
            patient=OuterRef("pk"), number_search__in=wanted_numbers, withdrawn_at=None
        )
        asked |= Q(Exists(rows))
    candidates = (
        Patient.objects.filter(clinic=clinic, joined_to=None, restricted=False, archived_at=None)
        .filter(asked)
        .prefetch_related("numbers")
        .order_by("-changed_at", "pk")[:_LONGEST_OUTLINE]
    )
    return tuple(
        patient
        for patient in candidates
        if _may_be(patient, identity, names, phone, wanted_numbers)
    )[:10]


def _may_be(
    patient: Patient, identity: Identity, names: list[str], phone: str, numbers: list[str]
) -> bool:
    theirs = patient.name_search.split()
    if patient.born == identity.born and alike(names, theirs):
        return True
    if set(names) <= set(theirs):
        return True
    if phone and same_phone(phone, patient.phone_search):
        return True
    return any(
        row.number_search in numbers for row in patient.numbers.all() if row.withdrawn_at is None
    )
