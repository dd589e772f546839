"""Setting a clinic up, its numbers and hours, and opening it for patients."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.db import connection, transaction

from taperplan.accounts import checklist
from taperplan.accounts.actions.people import _link, _locked
from taperplan.accounts.models import Clinic, Membership, OneTimeLink, User
from taperplan.accounts.refusals import Difference, DiffersError, NotDoneError
from taperplan.accounts.snapshot import take
from taperplan.audit import trail
from taperplan.audit.verbs import Verb
from taperplan.words import gettext as _

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from taperplan.accounts.rights import NewPerson

AMENDABLE = (
    "name",
    "time_zone",
    "paper",
    "clock",
    "week_begins",
    "language",
    "file_title",
    "telephone",
    "hours",
    "out_of_hours",
    "emergency",
    "crisis",
)
# One number for the one lock under which a first clinic is made on PostgreSQL.
_LOCK = 7_301_956


@transaction.atomic
def set_up_clinic(
    *,
    name: str,
    time_zone: str,
    administrator: NewPerson,
    demo: bool = False,
    contacts: Mapping[str, str] | None = None,
    now: datetime,
) -> Membership:
    """The first clinic and its first administrator, in an empty database only.

    The administrator of a real clinic comes in by a one-time link (`first_link`); people of a
    demo get their passwords from `add_demo_person`.

    Raises:
        NotDoneError: the database holds a clinic or a person already.
    """
    _alone()
    if Clinic.objects.filter(demo=True).exists():
        raise NotDoneError(
            _("This database holds the demo. Give the clinic a database of its own.")
        )
    if Clinic.objects.exists() or User.objects.exists():
        raise NotDoneError(_("This database is not empty. It is set up once, when it is empty."))
    clinic = Clinic(name=name, time_zone=time_zone, demo=demo, **(contacts or {}))
    clinic.full_clean()
    clinic.save(force_insert=True)
    administrator.rights.check()
    user = User.objects.create_user(
        email=administrator.email, name=administrator.name, **administrator.particulars
    )
    membership = Membership.objects.create(
        user=user,
        clinic=clinic,
        invited_at=None if demo else now,
        invited_name="" if demo else administrator.name,
        **administrator.rights.columns(),
    )
    if not demo:
        _link(membership, uuid.uuid4(), OneTimeLink.Purpose.INVITATION, now=now, by=None)
    detail = {"demo": "yes"} if demo else None
    trail.record(Verb.CLINIC_SET_UP, clinic, clinic=clinic, detail=detail, by=None)
    return membership


@transaction.atomic
def add_demo_person(*, clinic: Clinic, person: NewPerson, password: str, now: datetime) -> User:
    """Somebody of the demo, with a password at once. Refuses any other clinic.

    The administrator made with the demo is found by their address and gets their password.
    """
    if not clinic.demo:
        raise NotDoneError(_("Only the demo has people who were not invited."))
    person.rights.check()
    user = User.objects.filter(email=person.email).first()
    if user is None:
        user = User.objects.create_user(
            email=person.email, password=password, name=person.name, **person.particulars
        )
        Membership.objects.create(user=user, clinic=clinic, **person.rights.columns())
    else:
        user.set_password(password)
        user.save(update_fields=["password"])
    detail = {"roles": str(person.rights)}
    trail.record(Verb.INVITATION_ACCEPTED, user, clinic=clinic, detail=detail, by=user)
    return user


@transaction.atomic
def new_first_link(*, now: datetime) -> OneTimeLink:
    """Another link for the first administrator, while nobody has ever come in.

    Raises:
        NotDoneError: no clinic stands, it is the demo, or somebody has joined.
    """
    _alone()
    membership = Membership.objects.select_related("user", "clinic").order_by("pk").first()
    if membership is None or membership.clinic.demo or Membership.objects.standing().exists():
        raise NotDoneError(_("This database is not empty. It is set up once, when it is empty."))
    membership.invited_at = now
    membership.save(update_fields=["invited_at"])
    link = _link(membership, uuid.uuid4(), OneTimeLink.Purpose.INVITATION, now=now, by=None)
    trail.record(Verb.INVITED_AGAIN, membership.user, clinic=membership.clinic, by=None)
    return link


@transaction.atomic
def amend_clinic(
    *, clinic: Clinic, revision: int, changes: Mapping[str, object], by: User
) -> Clinic:
    """Change particulars that nobody else has changed since `revision`.

    Raises:
        DiffersError: somebody saved first, and one of these fields is not as sent.
    """
    if unknown := set(changes) - set(AMENDABLE):
        message = f"not amendable: {sorted(unknown)}"
        raise ValueError(message)
    clinic = _locked(clinic)
    changed = {name: value for name, value in changes.items() if getattr(clinic, name) != value}
    if not changed:
        return clinic
    if clinic.revision != revision:
        raise DiffersError(
            clinic,
            [Difference(name, getattr(clinic, name), value) for name, value in changed.items()],
        )
    for name, value in changed.items():
        setattr(clinic, name, value)
    _save(clinic, by)
    trail.record(
        Verb.CLINIC_AMENDED, clinic, clinic=clinic, detail={"fields": ", ".join(changed)}, by=by
    )
    return clinic


@transaction.atomic
def open_clinic(*, clinic: Clinic, now: datetime, by: User) -> Clinic:
    """Raises: NotDoneError while a line of the checklist is open."""
    clinic = _locked(clinic)
    if clinic.open_for_patients:
        return clinic
    missing = checklist.missing(take(clinic))
    if missing:
        raise NotDoneError(
            _("Not yet: %(missing)s.") % {"missing": "; ".join(line.missing for line in missing)}
        )
    clinic.opened_at, clinic.opened_by = now, by
    _save(clinic, by)
    trail.record(Verb.CLINIC_OPENED, clinic, clinic=clinic, by=by)
    return clinic


def _save(clinic: Clinic, by: User) -> None:
    clinic.revision += 1
    clinic._history_user = by  # type: ignore[attr-defined]
    clinic.save()


def _alone() -> None:
    """Two setups at once: the second waits, and finds the database no longer empty."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
