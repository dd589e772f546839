"""One's own sessions and the clinic one works in."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import transaction

from taperplan.accounts.models import Membership, User
from taperplan.accounts.refusals import NotDoneError
from taperplan.audit import trail
from taperplan.audit.verbs import Verb
from taperplan.words import gettext as _

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime


@transaction.atomic
def end_sessions(*, sessions: Sequence[UserSession], by: User) -> int:
    """End these sessions of one's own at once; none that is already over is counted."""
    keys = [session.session_key for session in sessions if session.user_id == by.pk]
    ended, _each = Session.objects.filter(session_key__in=keys).delete()
    UserSession.objects.filter(session_key__in=keys, user=by).delete()
    if ended:
        trail.record(Verb.SESSIONS_ENDED, by, detail={"count": str(ended)}, by=by)
    return ended


@transaction.atomic
def choose_clinic(*, membership: Membership, now: datetime, by: User) -> Membership:
    """Work in another of one's clinics from here on, in every window.

    Raises:
        NotDoneError: the account there has ended meanwhile.
    """
    found = Membership.objects.standing().filter(pk=membership.pk, user=by).first()
    if found is None:
        raise NotDoneError(_("You have no account in this clinic now."))
    found.chosen_at = now
    found.save(update_fields=["chosen_at"])
    trail.record(Verb.CLINIC_CHOSEN, by, clinic=found.clinic, by=by)
    return found


def end_every_session(user: User) -> None:
    """Renews the mark that is part of every session's hash."""
    User.objects.filter(pk=user.pk).update(session_mark=uuid.uuid4())
