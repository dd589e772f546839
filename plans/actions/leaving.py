"""Ending an account: what the person holds is given to others in the same transaction."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.db import transaction

from patients.actions import put_on_care_team, take_off_care_team
from patients.models import CareTeam, Patient
from patients.vocabulary import TeamRole
from plans.presenters.leaving import Kind, held_by
from taperplan.accounts import actions as accounts
from taperplan.accounts.models import Clinic, Membership
from taperplan.accounts.refusals import NotDoneError
from taperplan.audit import trail
from taperplan.audit.verbs import Verb
from taperplan.words import gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import date, datetime

    from plans.presenters.leaving import Held
    from taperplan.accounts.models import User


@transaction.atomic
def deactivate(
    *,
    membership: Membership,
    to: Mapping[tuple[Kind, str], User],
    now: datetime,
    today: date,
    by: User,
) -> Membership:
    """Give each item, by its reference, to the person named for it, take the leaver off every
    care team, end the account.

    Whoever takes something joins the care team of each patient that it is about, so it stands on
    their worklist as theirs. What the leaver wrote stays as they wrote it.

    Raises:
        NotDoneError: nobody is named for something that the person holds (also when it came
            only after the page was read), or the account cannot be ended.
    """
    Clinic.objects.select_for_update(no_key=True).get(pk=membership.clinic_id)
    held = held_by(membership)
    missing = [
        one.kind.label for one in held if any((one.kind, each) not in to for each in one.references)
    ]
    if missing:
        raise NotDoneError(_("Say who takes: %(what)s.") % {"what": "; ".join(missing)})
    for kind, taker, patients, count in _shares(held, to):
        role = _role_of(taker, membership, kind)
        for patient in Patient.objects.filter(pk__in=patients).select_related("joined_to"):
            put_on_care_team(
                patient=patient.joined_to or patient,
                token=uuid.uuid4(),
                user=taker,
                role=role,
                today=today,
                by=by,
            )
        trail.record(
            Verb.HANDED_OVER,
            membership.user,
            clinic=membership.clinic,
            detail={"what": kind.value, "count": str(count), "to": taker.reference},
            by=by,
        )
    rows = CareTeam.objects.filter(
        user=membership.user, until=None, patient__clinic=membership.clinic, patient__joined_to=None
    )
    for row in rows.select_related("patient", "user"):
        take_off_care_team(row=row, today=today, by=by)
    return accounts.deactivate(membership=membership, now=now, by=by)


def _shares(
    held: Iterable[Held], to: Mapping[tuple[Kind, str], User]
) -> Iterator[tuple[Kind, User, list[uuid.UUID], int]]:
    """What each person takes of each kind: the patients concerned, and how many items."""
    for one in held:
        shares: dict[uuid.UUID, list[uuid.UUID]] = {}
        takers = {}
        for reference, patient in one.items:
            taker = to[one.kind, reference]
            takers[taker.pk] = taker
            shares.setdefault(taker.pk, []).append(patient)
        for key, patients in shares.items():
            yield one.kind, takers[key], patients, len(patients)


def _role_of(taker: User, leaver: Membership, kind: Kind) -> TeamRole:
    """Refused where the taker does not treat patients, or does not sign what must be signed."""
    found = Membership.objects.standing().filter(clinic=leaver.clinic_id, user=taker).first()
    if found is None or not found.clinical or taker.pk == leaver.user_id:
        raise NotDoneError(_("Choose somebody who treats patients in this clinic."))
    if kind.for_prescribers and not found.prescriber:
        raise NotDoneError(_("%(what)s: choose a prescriber.") % {"what": kind.label})
    return TeamRole.PRESCRIBER if found.prescriber else TeamRole.MONITOR
