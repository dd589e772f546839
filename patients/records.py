"""The records officer's work: a record's copy, its archive, what holds it, how long it is kept.

What hangs on a patient is found by walking the tables themselves, so that a table made tomorrow
is in the copy, and is destroyed, without a line here.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import DEFAULT_DB_ALIAS, models, transaction
from django.db.models import Max
from django.utils import timezone

from patients.access import hits
from patients.keeping import (
    Approval,
    DestructionPermit,
    LegalHold,
    LegalHoldEnd,
    RetentionPeriod,
    Tombstone,
    obstacles,
)
from patients.models import Disclosure, Joining, Patient, of_one_person
from taperplan.accounts.models import User
from taperplan.accounts.refusals import Difference, DiffersError, NotDoneError
from taperplan.accounts.roles import Permission
from taperplan.audit import trail
from taperplan.audit.models import AuditEvent
from taperplan.audit.verbs import Verb
from taperplan.words import gettext as _

if TYPE_CHECKING:
    import uuid
    from collections.abc import Iterable, Iterator

    from django.db.models import QuerySet

    from taperplan.accounts.models import Clinic

Rows = dict[type[models.Model], set[Any]]

AT_ONCE = 500
LISTED = 100
# Rows that say who looked, not what was written.
_READING = (
    Verb.VIEWED, Verb.SEARCHED, Verb.REFUSED, Verb.REPRINTED, Verb.EXPORTED, Verb.READ_BY_PROGRAM,
    Verb.ARCHIVED, Verb.TAKEN_OUT_OF_ARCHIVE, Verb.HELD, Verb.HOLD_ENDED, Verb.DESTRUCTION_APPROVED,
)  # fmt: skip


# --- Finding ------------------------------------------------------------------------------


def kept_by(user: User) -> QuerySet[Patient]:
    """Every record of the clinic, restricted and archived ones too, for the records officer."""
    if user.membership is None or not user.may(Permission.KEEP_RECORDS):
        return Patient.objects.none()
    return Patient.objects.filter(clinic=user.membership.clinic).select_related("clinic")


def find(user: User, text: str) -> list[Patient]:
    """By parts of names, birth date, record number or phone. Two queries."""
    if not text.strip():
        return []
    rows = hits(Patient.objects.filter(pk__in=kept_by(user).values("pk")), text)
    return list(rows.prefetch_related("numbers").order_by("-changed_at", "pk")[:50])


def searched(*, found: int, by: User) -> None:
    trail.record(Verb.SEARCHED, detail={"found": str(found), "where": "records"}, by=by)


def disclosures(patient: Patient) -> list[Disclosure]:
    """The patient's accounting, the newest first: all that left, of joined records too."""
    rows = Disclosure.objects.filter(patient__in=of_one_person([patient]))
    return list(rows.select_related("disclosed_by", "consent").order_by("-disclosed_at", "pk"))


def accounted(patient: Patient, *, rows: int, by: User) -> None:
    """The accounting was handed out."""
    trail.record(
        Verb.EXPORTED,
        patient,
        patient=patient,
        detail={"what": "accounting of disclosures", "rows": str(rows)},
        by=by,
    )


def holds(patient: Patient) -> list[LegalHold]:
    rows = LegalHold.objects.filter(patient=patient).select_related("by", "ended__by")
    return list(rows.order_by("-at"))


def tombstones(clinic: Clinic) -> list[Tombstone]:
    rows = Tombstone.objects.filter(clinic=clinic).select_related("first_by", "second_by")
    return list(rows.order_by("-at")[:LISTED])


# --- Everything that hangs on a patient -----------------------------------------------------


def rows_of(patients: Iterable[Patient]) -> Rows:
    """The keys of every row that hangs on these records, and on those joined to them, by model."""
    found: Rows = {Patient: set(of_one_person(patients))}
    waiting: list[tuple[type[models.Model], set[Any]]] = [(Patient, found[Patient])]
    while waiting:
        model, keys = waiting.pop()
        for relation in model._meta.related_objects:
            child: Any = relation.related_model
            new = _below(child, relation.field.name, keys) - found.get(child, set())
            if new:
                found.setdefault(child, set()).update(new)
                waiting.append((child, new))
        written: Any = getattr(model, "history", None)
        if written is not None:
            kept = written.model
            found[kept] = set(kept.objects.filter(id__in=list(keys)).values_list("pk", flat=True))
    return found


def _below(model: Any, field: str, keys: set[Any]) -> set[Any]:
    below: set[Any] = set()
    for some in _some(keys):
        below |= set(
            model._base_manager.filter(**{f"{field}__in": some}).values_list("pk", flat=True)
        )
    return below


def _some(keys: Iterable[Any]) -> Iterator[list[Any]]:
    """A part at a time: engines take only so many values in a statement."""
    ordered = sorted(keys, key=str)
    for start in range(0, len(ordered), AT_ONCE):
        yield ordered[start : start + AT_ONCE]


def in_order(rows: Rows) -> Iterator[tuple[Any, models.Model]]:
    """Every row, by table and key: one order that depends on nothing else."""
    for model in sorted(rows, key=lambda one: one._meta.label):
        for some in _some(rows[model]):
            yield from ((model, row) for row in model._base_manager.filter(pk__in=some))


def as_data(row: models.Model) -> dict[str, Any]:
    """The columns of a row; of bytes their digest."""
    return {
        field.attname: hashlib.sha256(bytes(value)).hexdigest()
        if isinstance(field, models.BinaryField)
        else value
        for field in row._meta.concrete_fields
        for value in [getattr(row, field.attname)]
    }


def _digest(rows: Rows) -> tuple[int, str]:
    made, count = hashlib.sha256(), 0
    for model, row in in_order(rows):
        line = [model._meta.label, as_data(row)]
        made.update(json.dumps(line, cls=DjangoJSONEncoder, sort_keys=True).encode() + b"\n")
        count += 1
    return count, made.hexdigest()


def _hanging() -> set[type[models.Model]]:
    """Every table that hangs on a patient."""
    found: set[type[models.Model]] = {Patient}
    waiting: list[type[models.Model]] = [Patient]
    while waiting:
        below: set[Any] = {one.related_model for one in waiting.pop()._meta.related_objects}
        waiting.extend(below - found)
        found |= below
    return found


def _of_others(rows: Rows) -> list[str]:
    """Rows that hang on another patient's record as well, which stays."""
    tied = []
    ours = _hanging()
    for model, keys in rows.items():
        if model is Joining:
            continue
        for field in model._meta.concrete_fields:
            above: Any = field.related_model
            if not field.is_relation or above not in ours or model is Patient:
                continue
            goes = rows.get(above, set())
            for some in _some(keys):
                links = model._base_manager.filter(pk__in=some).values_list(
                    field.attname, flat=True
                )
                if any(link is not None and link not in goes for link in links):
                    tied.append(str(model._meta.verbose_name))
    return sorted(set(tied))


# --- The archive --------------------------------------------------------------------------


@transaction.atomic
def archive(*, patient: Patient, away: bool, why: str, now: datetime, by: User) -> Patient:
    """Put a record away, or take it out again. While it is away clinicians reach it in an
    emergency only. Raises: NotDoneError while something still goes on."""
    patient = Patient.objects.select_for_update(no_key=True).get(pk=patient.pk)
    if (patient.archived_at is not None) == away:
        return patient
    if away:
        _nothing_goes_on(patient)
    patient.archived_at = now if away else None
    patient.revision += 1
    patient.changed_at = now if not away else patient.changed_at
    patient._history_user = by  # type: ignore[attr-defined]
    patient._history_date = now  # type: ignore[attr-defined]
    patient._change_reason = why  # type: ignore[attr-defined]
    patient.save()
    verb = Verb.ARCHIVED if away else Verb.TAKEN_OUT_OF_ARCHIVE
    trail.record(verb, patient, patient=patient, by=by)
    return patient


def _nothing_goes_on(patient: Patient) -> None:
    if patient.joined_to_id is not None:
        raise NotDoneError(_("This record is joined to another one. Open that one."))
    for obstacle in obstacles:
        if sentence := obstacle(patient):
            raise NotDoneError(sentence)


# --- Legal hold ---------------------------------------------------------------------------


@transaction.atomic
def hold(*, patient: Patient, token: uuid.UUID, why: str, now: datetime, by: User) -> LegalHold:
    """The same form twice is one hold."""
    Patient.objects.select_for_update(no_key=True).get(pk=patient.pk)
    made, new = LegalHold.objects.get_or_create(
        pk=token, defaults={"patient": patient, "why": why, "at": now, "by": by}
    )
    if new:
        trail.record(Verb.HELD, made, patient=patient, by=by)
    return made


@transaction.atomic
def end_hold(*, held: LegalHold, why: str, now: datetime, by: User) -> LegalHoldEnd:
    patient = Patient.objects.select_for_update(no_key=True).get(pk=held.patient_id)
    made, new = LegalHoldEnd.objects.get_or_create(
        hold=held, defaults={"why": why, "at": now, "by": by}
    )
    if new:
        trail.record(Verb.HOLD_ENDED, held, patient=patient, by=by)
    return made


# --- How long a record is kept --------------------------------------------------------------


@transaction.atomic
def write_period(
    *,
    clinic: Clinic,
    token: uuid.UUID,
    number: int,
    after_last_entry: int,
    after_death: int | None,
    until_age: int | None,
    source: str,
    now: datetime,
    by: User,
) -> RetentionPeriod:
    """`number` is the period that was read (0: none). Raises: DiffersError, when another was
    written meanwhile."""
    clinic = type(clinic).objects.select_for_update(no_key=True).get(pk=clinic.pk)
    if (before := RetentionPeriod.objects.filter(pk=token).first()) is not None:
        return before
    standing = RetentionPeriod.objects.in_force(clinic)
    if standing is not None and standing.number != number:
        raise DiffersError(
            standing,
            [Difference("after_last_entry", str(standing.after_last_entry), str(after_last_entry))],
        )
    made = RetentionPeriod.objects.create(
        pk=token,
        clinic=clinic,
        number=number + 1,
        after_last_entry=after_last_entry,
        after_death=after_death,
        until_age=until_age,
        source=source,
        written_at=now,
        written_by=by,
    )
    trail.record(Verb.RETENTION_WRITTEN, made, clinic=clinic, by=by)
    return made


def later(day: date, years: int) -> date:
    """The same day so many years later; of 29 February the first of March."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, month=3, day=1)


def due_on(patient: Patient, period: RetentionPeriod, last_entry: date) -> date:
    """From when on the record may be destroyed: the latest of what the clinic typed."""
    days = [later(last_entry, period.after_last_entry)]
    if patient.died_on is not None and period.after_death is not None:
        days.append(later(patient.died_on, period.after_death))
    if period.until_age is not None:
        days.append(later(patient.born, period.until_age))
    return max(days)


def last_entries(patients: Iterable[Patient]) -> dict[uuid.UUID, date]:
    """The day of the last thing that was written down of each, by the trail. One query."""
    found = {
        patient.pk: timezone.localtime(patient.changed_at, patient.clinic.zone).date()
        for patient in patients
    }
    keys = {f"patient:{key}": key for key in found}
    rows = (
        AuditEvent.objects.filter(patient__in=list(keys))
        .exclude(verb__in=[verb.value for verb in _READING])
        .order_by()
        .values("patient")
        .annotate(last=Max("at"))
    )
    for row in rows:
        key = keys[row["patient"]]
        found[key] = max(found[key], _day(row["last"]))
    return found


def _day(written: str) -> date:
    return datetime.fromisoformat(written).date()


@dataclass(frozen=True)
class Due:
    patient: Patient
    last_entry: date
    due_on: date
    approved_by: User | None


def due(user: User, today: date) -> list[Due]:
    """Records whose period is over, the longest due first: nothing happens to them by itself."""
    clinic = user.clinic
    period = RetentionPeriod.objects.in_force(clinic) if clinic is not None else None
    if period is None:
        return []
    rows = list(
        kept_by(user)
        .filter(joined_to=None)
        .exclude(pk__in=_held())
        .filter(changed_at__date__lte=later(today, -period.after_last_entry))
        .order_by("changed_at", "pk")[:LISTED]
    )
    entries = last_entries(rows)
    found = [
        Due(one, entries[one.pk], due_on(one, period, entries[one.pk]), None)
        for one in rows
        if due_on(one, period, entries[one.pk]) <= today
    ]
    first = _first_approvals([one.patient for one in found], period)
    return [
        Due(one.patient, one.last_entry, one.due_on, _approver(first.get(one.patient.pk), one))
        for one in sorted(found, key=lambda one: one.due_on)
    ]


def _held() -> QuerySet[Any]:
    return LegalHold.objects.filter(ended=None).values("patient")


def _first_approvals(
    patients: Iterable[Patient], period: RetentionPeriod
) -> dict[uuid.UUID, Approval]:
    rows = Approval.objects.filter(patient__in=list(patients), period=period)
    return {row.patient_id: row for row in rows.select_related("by").order_by("-at")}


def _approver(approval: Approval | None, one: Due) -> User | None:
    """Whose approval still counts: nothing was written since."""
    return approval.by if approval is not None and approval.last_entry == one.last_entry else None


def due_of(patient: Patient, today: date) -> Due | None:
    """Whether this one record is due, and who approved so far."""
    period = RetentionPeriod.objects.in_force(patient.clinic)
    if period is None or patient.joined_to_id is not None:
        return None
    if LegalHold.objects.filter(patient=patient, ended=None).exists():
        return None
    last = last_entries([patient])[patient.pk]
    day = due_on(patient, period, last)
    if day > today:
        return None
    one = Due(patient, last, day, None)
    return Due(
        patient, last, day, _approver(_first_approvals([patient], period).get(patient.pk), one)
    )


# --- Destroying -----------------------------------------------------------------------------


@transaction.atomic
def approve(
    *, patient: Patient, token: uuid.UUID, why: str, today: date, now: datetime, by: User
) -> Tombstone | Approval:
    """The first of two approves; with the second, another person, the record is destroyed.

    Raises:
        NotDoneError: not due, held, something goes on, the same person twice, or rows that
            hang on another record too.
    """
    stands = Tombstone.objects.filter(pk=patient.pk).first()
    if stands is not None:
        return stands
    patient = (
        Patient.objects.select_for_update(no_key=True, of=("self",))
        .select_related("clinic")
        .get(pk=patient.pk)
    )
    if (before := Approval.objects.filter(pk=token).first()) is not None:
        return before
    one = due_of(patient, today)
    period = RetentionPeriod.objects.in_force(patient.clinic)
    if one is None or period is None:
        raise NotDoneError(_("This record is not due, or a legal hold keeps it."))
    _nothing_goes_on(patient)
    if one.approved_by is None:
        made = Approval.objects.create(
            pk=token, patient=patient, period=period, last_entry=one.last_entry, why=why,
            at=now, by=by,
        )  # fmt: skip
        trail.record(Verb.DESTRUCTION_APPROVED, made, patient=patient, by=by)
        return made
    if one.approved_by.pk == by.pk:
        raise NotDoneError(_("You approved it already. Somebody else approves it too."))
    first = _first_approvals([patient], period)[patient.pk]
    return _destroy(patient, one, period, first, why, now=now, by=by)


def _destroy(
    patient: Patient,
    one: Due,
    period: RetentionPeriod,
    first: Approval,
    why: str,
    *,
    now: datetime,
    by: User,
) -> Tombstone:
    rows = rows_of([patient])
    if tied := _of_others(rows):
        raise NotDoneError(
            _("Part of this record hangs on another patient's record too: {what}.").format(
                what=", ".join(tied)
            )
        )
    count, digest = _digest(rows)
    stone = Tombstone.objects.create(
        pk=patient.pk,
        clinic=patient.clinic,
        period=period,
        last_entry=one.last_entry,
        rows=count,
        sha256=digest,
        first_by=first.by,
        first_why=first.why,
        second_by=by,
        second_why=why,
        at=now,
    )
    permit = DestructionPermit.objects.create(id=DestructionPermit.ONLY)
    # Foreign keys are looked at when the transaction ends, so the order does not matter.
    for model, keys in rows.items():
        for some in _some(keys):
            model._base_manager.filter(pk__in=some)._raw_delete(DEFAULT_DB_ALIAS)
    permit.delete()
    trail.record(
        Verb.DESTROYED,
        stone,
        patient=patient,
        clinic=patient.clinic,
        detail={"rows": str(count), "first": f"user:{first.by_id}"},
        by=by,
    )
    return stone
