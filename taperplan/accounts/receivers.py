"""The trail of refusals, of signing out and of a changed password.

The library speaks of these through signals. Its pages run inside `together.kept_together`, so
each row commits with what it speaks of. Signing in is written by the adapter, the second step
by `together.second_step_kept`.
"""

from __future__ import annotations

import uuid
from typing import Any

from allauth.account.signals import password_changed
from allauth.mfa.signals import authentication_failed
from django.contrib.auth.signals import user_logged_out, user_login_failed
from django.core.management import call_command
from django.db.models.signals import post_migrate
from django.dispatch import receiver

from taperplan.accounts.models import Clinic, Membership, User
from taperplan.audit import trail
from taperplan.audit.verbs import Verb

NOBODY = uuid.UUID(int=0)


@receiver(user_logged_out, dispatch_uid="accounts.signed_out")
def signed_out(request: Any, user: User | None, **_: Any) -> None:
    if user is not None:
        why = getattr(request, "signed_out_because", "")
        trail.record(Verb.SIGNED_OUT, user, detail={"because": why} if why else None, by=user)


@receiver(user_login_failed, dispatch_uid="accounts.refused")
def refused(credentials: dict[str, Any], **_: Any) -> None:
    """Names the account when there is one; what else was typed may be a password, so never it."""
    typed = str(credentials.get("email") or "").strip().lower()
    user = User.objects.filter(email=typed).first() if "\0" not in typed else None
    # Asked of nobody too: an account that is not there takes as many statements as one that is.
    standing = Membership.objects.current_for(user.pk if user else NOBODY)
    _record_refusal(user, standing.clinic if standing else None, "password")


@receiver(authentication_failed, dispatch_uid="accounts.second_step_refused")
def second_step_refused(user: User, **_: Any) -> None:
    _record_refusal(user, user.clinic, "second step")


def _record_refusal(user: User | None, clinic: Clinic | None, step: str) -> None:
    trail.record(
        Verb.SIGN_IN_REFUSED,
        user,
        clinic=clinic,
        detail={"step": step, "account": "known" if user else "unknown"},
        by=None,
    )


@receiver(password_changed, dispatch_uid="accounts.password_changed")
def changed_password(user: User, **_: Any) -> None:
    trail.record(Verb.PASSWORD_CHANGED, user, by=user)


@receiver(post_migrate, dispatch_uid="accounts.cache_table")
def make_cache_table(app_config: Any, using: str, **_: Any) -> None:
    """The limits are kept in a table that no migration makes."""
    if app_config.label == "accounts":
        call_command("createcachetable", database=using, verbosity=0)
