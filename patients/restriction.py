"""Restricted records, and emergency access to one of them.

Only the care team reaches a restricted record. Anybody who treats patients here can open one in
an emergency: one record, a typed reason, at most an hour, nothing printed or exported but the
red-flag handover sheet, and the privacy lead reviews each use. Open red flags are never hidden.
"""

from __future__ import annotations

from datetime import timedelta
from functools import wraps
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q

from patients.identity import folded, squeezed
from patients.models import CareTeam, EmergencyAccess, EmergencyReview, Patient, RecordNumber
from taperplan.accounts.refusals import NotDoneError
from taperplan.audit import trail
from taperplan.audit.verbs import Verb
from taperplan.words import gettext as _

if TYPE_CHECKING:
    import uuid
    from collections.abc import Callable
    from datetime import date, datetime

    from django.db.models import QuerySet
    from django.http import HttpResponse

    from taperplan.accounts.http import ClinicianRequest
    from taperplan.accounts.models import Clinic, User

    View = Callable[..., HttpResponse]

LASTS = timedelta(minutes=60)


# --- Reading ------------------------------------------------------------------------------


def on_team(user: User, patient: Patient) -> bool:
    return CareTeam.objects.filter(patient=patient, user=user, until=None).exists()


def only_by_emergency(user: User, patient: Patient) -> bool:
    """Whether this person sees the record under emergency access alone. No query if it is open."""
    if patient.archived_at is not None:
        return True
    return patient.restricted and not on_team(user, patient)


def access_of(user: User, patient: Patient, now: datetime) -> EmergencyAccess | None:
    if not only_by_emergency(user, patient):
        return None
    return EmergencyAccess.objects.filter(user=user, patient=patient, until__gt=now).first()


def team_only(view: View) -> View:
    """Below a loaded patient, plan or version: 403 to whoever has emergency access alone."""

    @wraps(view)
    def guarded(request: ClinicianRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        about: Any = kwargs.get("patient") or kwargs.get("plan") or kwargs["version"].plan
        patient = about if isinstance(about, Patient) else about.patient
        if only_by_emergency(request.user, patient):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return guarded


def of_clinic(clinic: Clinic) -> QuerySet[EmergencyAccess]:
    return EmergencyAccess.objects.filter(patient__clinic=clinic).select_related("user", "patient")


def not_reviewed(clinic: Clinic) -> list[EmergencyAccess]:
    """Uses that the privacy lead has not reviewed, the oldest first."""
    return list(of_clinic(clinic).filter(review=None).order_by("at")[:200])


def restricted_record(
    clinic: Clinic, *, number: str, family_name: str, born: date | None
) -> Patient | None:
    """The one restricted or archived record that is named exactly, by its number or by name and
    birth date."""
    closed = Q(restricted=True) | Q(archived_at__isnull=False)
    rows = Patient.objects.filter(closed, clinic=clinic, joined_to=None)
    if number:
        found = RecordNumber.objects.filter(
            clinic=clinic, number_search=squeezed(number)[:120], withdrawn_at=None
        )
        return rows.filter(pk__in=found.values("patient")).first()
    if not family_name or born is None:
        return None
    family = folded(family_name)
    same = [one for one in rows.filter(born=born) if folded(one.family_name) == family]
    return same[0] if len(same) == 1 else None


# --- Acting -------------------------------------------------------------------------------


@transaction.atomic
def restrict(*, patient: Patient, restricted: bool, why: str, now: datetime, by: User) -> Patient:
    """Only the care team decides, so nobody shuts themselves or everybody out.

    Raises:
        NotDoneError: who asks is not on the care team.
    """
    patient = Patient.objects.select_for_update(no_key=True).get(pk=patient.pk)
    if not on_team(by, patient):
        raise NotDoneError(_("Only the care team restricts a record, or opens it again."))
    if patient.restricted == restricted:
        return patient
    patient.restricted = restricted
    patient.revision += 1
    patient.changed_at = now
    patient._history_user = by  # type: ignore[attr-defined]
    patient._history_date = now  # type: ignore[attr-defined]
    patient._change_reason = why  # type: ignore[attr-defined]
    patient.save()
    verb = Verb.RESTRICTED if restricted else Verb.RESTRICTION_LIFTED
    trail.record(verb, patient, patient=patient, by=by)
    return patient


@transaction.atomic
def open_in_emergency(
    *, patient: Patient, token: uuid.UUID, reason: str, now: datetime, by: User
) -> EmergencyAccess:
    """An hour's access to this one record. The same form sent twice is one access."""
    before = EmergencyAccess.objects.filter(pk=token).first()
    if before is not None:
        return before
    if not reason.strip():
        raise NotDoneError(_("Type why this record is needed now."))
    made = EmergencyAccess.objects.create(
        pk=token, patient=patient, user=by, reason=reason, at=now, until=now + LASTS
    )
    trail.record(Verb.EMERGENCY_ACCESS, made, patient=patient, by=by)
    return made


@transaction.atomic
def review(*, access: EmergencyAccess, note: str, now: datetime, by: User) -> EmergencyReview:
    """Raises: NotDoneError when somebody reviews their own use."""
    if access.user_id == by.pk:
        raise NotDoneError(_("Somebody else reviews what you opened."))
    made, new = EmergencyReview.objects.get_or_create(
        access=access, defaults={"note": note, "at": now, "by": by}
    )
    if new:
        trail.record(Verb.EMERGENCY_ACCESS_REVIEWED, access, clinic=by.clinic, by=by)
    return made
