"""Everything that changes a person's record: atomic, by a named person, with its trail row last.

Every action locks the patient first, so that of two at once one comes second and sees what the
first did. The form's token is the key of what is made: the second arrival of the same form
finds the first one's row, and gives it back where both agree.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from django.db import transaction

from patients.identity import (
    AMENDABLE,
    Identity,
    digits,
    name_search,
    squeezed,
)
from patients.intake import Given
from patients.models import (
    RECORDED,
    Allergy,
    AssessmentAnswer,
    CareTeam,
    Consent,
    ConsentWithdrawal,
    Joining,
    Parting,
    Patient,
    RecordNumber,
)
from patients.vocabulary import Allergies, Answer, Item, Kind, TeamRole
from taperplan.accounts.models import Clinic, User
from taperplan.accounts.refusals import Difference, DiffersError, NotDoneError
from taperplan.audit import trail
from taperplan.audit.verbs import Verb
from taperplan.words import gettext as _

if TYPE_CHECKING:
    import uuid
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime

    from patients.models import Recorded


class NumberTakenError(NotDoneError):
    """The record number belongs to somebody else already."""

    def __init__(self, holder: Patient) -> None:
        super().__init__(_("This record number already belongs to another patient."))
        self.holder = holder


# --- Registering and amending -----------------------------------------------------------


@transaction.atomic
def register(
    *,
    clinic: Clinic,
    token: uuid.UUID,
    identity: Identity,
    numbers: Sequence[tuple[str, str]] = (),
    now: datetime,
    by: User,
) -> Patient:
    """Register a person. `numbers` are (issuer, number), the issuer empty for the clinic's own.

    Raises:
        NotDoneError: the clinic is not open for patients.
        NumberTakenError: a number belongs to another record.
        DiffersError: this form was sent before, with other content.
    """
    # One registration of a clinic at a time: the same form eight times, the same number twice.
    clinic = Clinic.objects.select_for_update(no_key=True).get(pk=clinic.pk)
    if not clinic.open_for_patients:
        raise NotDoneError(
            _("The clinic is not open for patients yet. Its checklist says what is missing.")
        )
    before = Patient.objects.filter(pk=token).first()
    if before is not None:
        return _same_registration(before, identity, numbers)
    patient = Patient(
        pk=token,
        clinic=clinic,
        registered_at=now,
        registered_by=by,
        **asdict(identity),
    )
    _save(patient, why="", now=now, by=by, new=True)
    for issuer, number in numbers:
        _give_number(patient, None, issuer, number, now=now, by=by)
    trail.record(Verb.REGISTERED, patient, patient=patient, by=by)
    return patient


def _same_registration(
    before: Patient, identity: Identity, numbers: Sequence[tuple[str, str]]
) -> Patient:
    """Compare with what was registered then, not with what was amended since."""
    first = before.history.get(revision=1)
    differences = [
        Difference(field, getattr(first, field), value)
        for field, value in asdict(identity).items()
        if getattr(first, field) != value
    ]
    kept = {
        (row.issuer, row.number) for row in before.numbers.filter(recorded_at=before.registered_at)
    }
    for issuer, number in numbers:
        if (issuer, number) not in kept:
            stands = ", ".join(sorted(number for _issuer, number in kept))
            differences.append(Difference("number", stands, number))
    if differences:
        raise DiffersError(before, differences)
    return before


@transaction.atomic
def amend(
    *,
    patient: Patient,
    revision: int,
    changes: Mapping[str, object],
    why: str = "",
    now: datetime,
    by: User,
) -> Patient:
    """Change particulars, if nobody changed the same ones since `revision` was read.

    Others' changes to other fields stay as they are: nobody's are lost.

    Raises:
        DiffersError: somebody else changed one of these fields meanwhile, to something else.
    """
    if unknown := set(changes) - set(AMENDABLE):
        raise ValueError(f"not amendable: {sorted(unknown)}")
    patient = _locked(patient)
    if patient.revision != revision:
        changes = _rebased(patient, revision, changes)
    changed = {field: value for field, value in changes.items() if getattr(patient, field) != value}
    if not changed:
        return patient
    for field, value in changed.items():
        setattr(patient, field, value)
    if patient.died_on is not None and patient.born > patient.died_on:
        raise NotDoneError(_("This date of birth is after the day of death that is recorded."))
    _save(patient, why=why, now=now, by=by)
    trail.record(
        Verb.AMENDED, patient, patient=patient, detail={"fields": str(len(changed))}, by=by
    )
    return patient


def _rebased(
    patient: Patient, revision: int, changes: Mapping[str, object]
) -> Mapping[str, object]:
    """The changes on top of what stands now. Where one field was changed by both, everything
    that the others changed is shown with both sides; else theirs and these are both kept."""
    read = patient.history.filter(revision=revision).first()
    moved = {
        field
        for field in changes
        if read is None or getattr(read, field) != getattr(patient, field)
    }
    differing = [one for one in _differences(patient, changes) if one.field in moved]
    if any(read is None or getattr(read, one.field) != one.sent for one in differing):
        raise DiffersError(patient, differing)
    return {field: value for field, value in changes.items() if field not in moved}


@transaction.atomic
def add_number(
    *, patient: Patient, token: uuid.UUID, issuer: str, number: str, now: datetime, by: User
) -> RecordNumber:
    """Raises: NumberTakenError, DiffersError."""
    Clinic.objects.select_for_update(no_key=True).get(pk=patient.clinic_id)
    patient = _locked(patient)
    before = RecordNumber.objects.filter(pk=token).first()
    if before is not None:
        _same(before, {"issuer": issuer, "number": number})
        return before
    row = _give_number(patient, token, issuer, number, now=now, by=by)
    _touch(patient, now)
    trail.record(Verb.NUMBER_ADDED, row, patient=patient, by=by)
    return row


@transaction.atomic
def withdraw_number(*, number: RecordNumber, why: str, now: datetime, by: User) -> RecordNumber:
    """A number typed in error: it stays in the record as withdrawn and finds nobody."""
    patient = _locked(number.patient)
    number = RecordNumber.objects.get(pk=number.pk)
    if number.withdrawn_at is not None:
        return number
    number.withdrawn_at, number.withdrawn_by, number.withdrawn_why = now, by, why
    number.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawn_why"])
    _touch(patient, now)
    trail.record(Verb.NUMBER_WITHDRAWN, number, patient=patient, by=by)
    return number


def _give_number(
    patient: Patient,
    token: uuid.UUID | None,
    issuer: str,
    number: str,
    *,
    now: datetime,
    by: User,
) -> RecordNumber:
    issuer_search, number_search = squeezed(issuer)[:240], squeezed(number)[:120]
    held = (
        RecordNumber.objects.select_related("patient")
        .filter(
            clinic_id=patient.clinic_id,
            issuer_search=issuer_search,
            number_search=number_search,
            withdrawn_at=None,
        )
        .first()
    )
    if held is not None:
        raise NumberTakenError(held.patient)
    row = RecordNumber(
        patient=patient,
        clinic_id=patient.clinic_id,
        issuer=issuer,
        number=number,
        issuer_search=issuer_search,
        number_search=number_search,
        recorded_at=now,
        recorded_by=by,
    )
    if token is not None:
        row.pk = token
    row.save(force_insert=True)
    return row


# --- The assessment -------------------------------------------------------------------


def answers_of(patient: Patient, *, until: int | None = None) -> dict[Item, Given]:
    """The answers as they stand, or as they stood after the row `until`. One query."""
    rows = AssessmentAnswer.objects.filter(patient=patient).order_by("pk")
    if until is not None:
        rows = rows.filter(pk__lte=until)
    return {
        Item(item): Given(Answer(answer), detail)
        for item, answer, detail in rows.values_list("item", "answer", "detail")
    }


@transaction.atomic
def assess(
    *,
    patient: Patient,
    token: uuid.UUID,
    seen: int,
    answers: Mapping[Item, Given],
    now: datetime,
    by: User,
) -> int:
    """Record the answers that differ from those read; the number of rows written.

    `seen` is the last answer's key when the form was drawn (0: none yet).

    Raises:
        DiffersError: one of these items was answered otherwise meanwhile, or this form was
            sent before with other answers.
    """
    patient = _locked(patient)
    read = answers_of(patient, until=seen)
    sent = {item: given for item, given in answers.items() if read.get(item) != given}
    before = {
        Item(row.item): Given(Answer(row.answer), row.detail)
        for row in AssessmentAnswer.objects.filter(patient=patient, entry=token)
    }
    standing = answers_of(patient)
    if before:
        resent = {item: given for item, given in sent.items() if before.get(item) != given}
        _same_answers(patient, standing, resent)
        return len(before)
    moved = [item for item in answers if standing.get(item) != read.get(item)]
    if any(item in sent and sent[item] != standing.get(item) for item in moved):
        _same_answers(patient, standing, {item: answers[item] for item in moved})
    rows = [
        AssessmentAnswer(
            patient=patient,
            entry=token,
            item=item.value,
            answer=given.answer.value,
            detail=given.detail,
            recorded_at=now,
            recorded_by=by,
        )
        for item, given in sent.items()
        if standing.get(item) != given
    ]
    if not rows:
        return 0
    AssessmentAnswer.objects.bulk_create(rows)
    _touch(patient, now)
    trail.record(Verb.ASSESSED, patient, patient=patient, detail={"items": str(len(rows))}, by=by)
    return len(rows)


def _same_answers(
    patient: Patient, stands: Mapping[Item, Given], sent: Mapping[Item, Given]
) -> None:
    differences = [
        Difference(item.key, stands.get(item), given)
        for item, given in sent.items()
        if stands.get(item) != given
    ]
    if differences:
        raise DiffersError(patient, differences)


# --- What is written down row by row ------------------------------------------------------


@transaction.atomic
def record(
    *,
    kind: Kind,
    patient: Patient,
    token: uuid.UUID,
    values: Mapping[str, object],
    replaces: Recorded | None = None,
    why: str = "",
    now: datetime,
    by: User,
) -> Recorded:
    """Write one thing down; with `replaces`, as a correction of that row.

    Raises:
        DiffersError: the row was corrected or struck out meanwhile, or this form was sent
            before with other content.
    """
    model = RECORDED[kind]
    patient = _locked(patient)
    row, is_new = _append(
        model, patient, token, values, replaces, struck=False, why=why, now=now, by=by
    )
    if not is_new:
        return row
    if kind is Kind.ALLERGY:
        _set_allergies(patient, Allergies.LISTED, now=now, by=by)
    _touch(patient, now)
    trail.record(Verb.CORRECTED if replaces else Verb.RECORDED, row, patient=patient, by=by)
    return row


@transaction.atomic
def strike(
    *, kind: Kind, row: Recorded, token: uuid.UUID, why: str, now: datetime, by: User
) -> Recorded:
    """Strike out a row: it stays readable in the history and counts no longer.

    Raises:
        DiffersError: the row was corrected or struck out meanwhile.
    """
    model = RECORDED[kind]
    patient = _locked(row.patient)
    values = {field: getattr(row, field) for field in model.typed}
    struck, is_new = _append(
        model, patient, token, values, row, struck=True, why=why, now=now, by=by
    )
    if not is_new:
        return struck
    if kind is Kind.ALLERGY and not Allergy.objects.filter(patient=patient).standing().exists():
        # Nobody has said that there are none: that is asked again.
        _set_allergies(patient, Allergies.NOT_ASKED, now=now, by=by)
    _touch(patient, now)
    trail.record(Verb.STRUCK_OUT, struck, patient=patient, by=by)
    return struck


@transaction.atomic
def record_no_allergies(*, patient: Patient, now: datetime, by: User) -> Patient:
    """Asked: none known. Refused while an allergy stands in the list."""
    patient = _locked(patient)
    if Allergy.objects.filter(patient=patient).standing().exists():
        raise NotDoneError(
            _("Allergies are listed. Strike them out before recording that none is known.")
        )
    if patient.allergies_status != Allergies.NONE_KNOWN:
        _set_allergies(patient, Allergies.NONE_KNOWN, now=now, by=by)
        trail.record(Verb.RECORDED, patient, patient=patient, detail={"what": "allergies"}, by=by)
    return patient


@transaction.atomic
def withdraw_consent(
    *, consent: Consent, token: uuid.UUID, withdrawn_on: date, how: str, now: datetime, by: User
) -> ConsentWithdrawal:
    """Raises: DiffersError, when it was withdrawn already with other words or day."""
    patient = _locked(consent.patient)
    before = ConsentWithdrawal.objects.filter(consent=consent).first()
    if before is not None:
        _same(before, {"withdrawn_on": withdrawn_on, "how": how})
        return before
    row = ConsentWithdrawal(
        pk=token,
        consent=consent,
        withdrawn_on=withdrawn_on,
        how=how,
        recorded_at=now,
        recorded_by=by,
    )
    row.save(force_insert=True)
    _touch(patient, now)
    trail.record(Verb.CONSENT_WITHDRAWN, row, patient=patient, by=by)
    return row


def _append(
    model: type[Recorded],
    patient: Patient,
    token: uuid.UUID,
    values: Mapping[str, object],
    replaces: Recorded | None,
    *,
    struck: bool,
    why: str,
    now: datetime,
    by: User,
) -> tuple[Recorded, bool]:
    """The row, and whether it is new: not where this very form made it before, nor where
    nothing differs from what stands."""
    before = model._default_manager.filter(pk=token, patient=patient).first()
    if before is not None:
        _same(before, values)
        return before, False
    if replaces is not None:
        stands = model._default_manager.filter(replaces=replaces.pk).first() or replaces
        differences = _differences(stands, values)
        if stands.struck == struck and not differences:
            return stands, False
        if stands != replaces:
            raise DiffersError(stands, differences)
    fields: dict[str, Any] = {**values, "pk": token, "replaces": replaces}
    row = model(**fields, patient=patient, struck=struck, why=why, recorded_at=now, recorded_by=by)
    row.save(force_insert=True)
    return row, True


# --- Died, transferred ----------------------------------------------------------------


@transaction.atomic
def mark_died(*, patient: Patient, died_on: date, told_by: str, now: datetime, by: User) -> Patient:
    """The patient leaves every due list at once. Raises: DiffersError, NotDoneError."""
    patient = _locked(patient)
    if died_on < patient.born:
        raise NotDoneError(_("This day is before the date of birth."))
    if patient.died_on is not None:
        _same(patient, {"died_on": died_on, "died_told_by": told_by})
        return patient
    patient.died_on, patient.died_told_by = died_on, told_by
    _save(patient, why="", now=now, by=by)
    trail.record(Verb.MARKED_DIED, patient, patient=patient, by=by)
    return patient


@transaction.atomic
def mark_transferred(
    *,
    patient: Patient,
    receiver: str,
    accepted_on: date,
    told_by: str,
    now: datetime,
    by: User,
) -> Patient:
    """Needs a named receiver and the day on which they accepted. Raises: DiffersError."""
    patient = _locked(patient)
    values = {
        "transferred_to": receiver,
        "transfer_accepted_on": accepted_on,
        "transfer_told_by": told_by,
    }
    if patient.transfer_accepted_on is not None:
        _same(patient, values)
        return patient
    for field, value in values.items():
        setattr(patient, field, value)
    _save(patient, why="", now=now, by=by)
    trail.record(Verb.MARKED_TRANSFERRED, patient, patient=patient, by=by)
    return patient


@transaction.atomic
def take_back_mark(*, patient: Patient, why: str, now: datetime, by: User) -> Patient:
    """Marked as died or transferred by mistake, or come back: both marks go, with a reason."""
    patient = _locked(patient)
    if patient.died_on is None and patient.transfer_accepted_on is None:
        return patient
    patient.died_on, patient.died_told_by = None, ""
    patient.transferred_to, patient.transfer_accepted_on, patient.transfer_told_by = "", None, ""
    _save(patient, why=why, now=now, by=by)
    trail.record(Verb.MARK_TAKEN_BACK, patient, patient=patient, by=by)
    return patient


# --- Two records of one person ----------------------------------------------------------


@transaction.atomic
def join(
    *,
    patient: Patient,
    into: Patient,
    token: uuid.UUID,
    why: str,
    now: datetime,
    by: User,
) -> Joining:
    """`patient` is joined to `into`, which stays; both keep their numbers and all that is theirs.

    Raises:
        NotDoneError: the same record, another clinic's, or one that is joined already.
    """
    before = Joining.objects.filter(pk=token).first()
    if before is not None:
        return before
    # Always in the same order, so that two joinings at once do not wait for each other.
    rows = {
        row.pk: row
        for row in Patient.objects.select_for_update(no_key=True)
        .filter(pk__in=[patient.pk, into.pk])
        .order_by("pk")
    }
    patient, into = rows[patient.pk], rows[into.pk]
    _check_joinable(patient, into)
    joining = Joining(pk=token, patient=patient, into=into, why=why, at=now, by=by)
    joining.save(force_insert=True)
    patient.joined_to = into
    _save(patient, why=why, now=now, by=by)
    _touch(into, now)
    trail.record(Verb.JOINED, patient, patient=patient, detail={"into": into.reference}, by=by)
    return joining


def _check_joinable(patient: Patient, into: Patient) -> None:
    if patient.pk == into.pk:
        raise NotDoneError(_("These are one and the same record."))
    if patient.clinic_id != into.clinic_id:
        raise NotDoneError(_("The two records are not of one clinic."))
    if patient.joined_to_id is not None:
        raise NotDoneError(_("This record is joined to another one already."))
    if into.joined_to_id is not None:
        raise NotDoneError(
            _("The record to keep is itself joined to another one. Join to that one.")
        )
    if patient.joined.exists():
        raise NotDoneError(
            _("Other records are joined to this one. Join the other record to this one instead.")
        )


@transaction.atomic
def part(*, patient: Patient, token: uuid.UUID, why: str, now: datetime, by: User) -> Parting:
    """The two records stand apart again, each with what is its own."""
    before = Parting.objects.filter(pk=token).first()
    if before is not None:
        return before
    patient = Patient.objects.select_for_update(no_key=True).get(pk=patient.pk)
    joining = Joining.objects.filter(patient=patient, parting=None).order_by("-at").first()
    if joining is None or patient.joined_to_id is None:
        raise NotDoneError(_("This record is not joined to another one."))
    parting = Parting(pk=token, joining=joining, why=why, at=now, by=by)
    parting.save(force_insert=True)
    patient.joined_to = None
    _save(patient, why=why, now=now, by=by)
    trail.record(
        Verb.PARTED, patient, patient=patient, detail={"from": joining.into.reference}, by=by
    )
    return parting


# --- The care team --------------------------------------------------------------------


@transaction.atomic
def put_on_care_team(
    *, patient: Patient, token: uuid.UUID, user: User, role: TeamRole, today: date, by: User
) -> CareTeam:
    """Somebody of this clinic looks after this patient from today. Twice is once."""
    patient = _locked(patient)
    member = user.memberships.filter(clinic_id=patient.clinic_id, deactivated_at=None).first()
    if member is None or not member.clinical:
        raise NotDoneError(_("This person does not treat patients in this clinic."))
    if role is TeamRole.PRESCRIBER and not member.prescriber:
        raise NotDoneError(_("This person is not a prescriber in this clinic."))
    standing = CareTeam.objects.filter(patient=patient, user=user, role=role.value, until=None)
    if (row := standing.first()) is not None:
        return row
    if (row := CareTeam.objects.filter(pk=token).first()) is not None:
        return row
    row = CareTeam(pk=token, patient=patient, user=user, role=role.value, since=today)
    row.save(force_insert=True)
    trail.record(
        Verb.PUT_ON_CARE_TEAM, patient, patient=patient, detail={"who": user.reference}, by=by
    )
    return row


@transaction.atomic
def take_off_care_team(*, row: CareTeam, today: date, by: User) -> CareTeam:
    patient = _locked(row.patient)
    row = CareTeam.objects.select_related("user").get(pk=row.pk)
    if row.until is None:
        row.until = max(today, row.since)
        row.save(update_fields=["until"])
        trail.record(
            Verb.TAKEN_OFF_CARE_TEAM,
            patient,
            patient=patient,
            detail={"who": row.user.reference},
            by=by,
        )
    return row


# --- Inside ---------------------------------------------------------------------------


def _locked(patient: Patient) -> Patient:
    """The row as it stands, held until the transaction ends; refused when joined away."""
    row = Patient.objects.select_for_update(no_key=True).get(pk=patient.pk)
    if row.joined_to_id is not None:
        raise NotDoneError(
            _("This record is joined to another one. Open that one and record it there.")
        )
    return row


def _save(patient: Patient, *, why: str, now: datetime, by: User, new: bool = False) -> None:
    patient.name_search = name_search(
        patient.family_name, patient.given_names, patient.preferred_name, patient.latin_name
    )
    patient.phone_search = digits(patient.phone)
    patient.changed_at = now
    if not new:
        patient.revision += 1
    patient._history_user = by  # type: ignore[attr-defined]
    patient._history_date = now  # type: ignore[attr-defined]
    patient._change_reason = why or None  # type: ignore[attr-defined]
    patient.save(force_insert=new)


def _touch(patient: Patient, now: datetime) -> None:
    """Something of theirs changed: they stand first in the list. The particulars did not."""
    Patient.objects.filter(pk=patient.pk).update(changed_at=now)


def _set_allergies(patient: Patient, status: Allergies, *, now: datetime, by: User) -> None:
    if patient.allergies_status != status:
        patient.allergies_status = status.value
        _save(patient, why="", now=now, by=by)


def _same(row: object, values: Mapping[str, object]) -> None:
    differences = _differences(row, values)
    if differences:
        raise DiffersError(row, differences)


def _differences(row: object, values: Mapping[str, object]) -> list[Difference]:
    return [
        Difference(field, getattr(row, field), value)
        for field, value in values.items()
        if getattr(row, field) != value
    ]
