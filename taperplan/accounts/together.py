"""The library's pages, each with its session and its row in the trail in one transaction.

The library commits an authenticator, then says so, then the session is saved on the way out:
three commits. Here they are one. A refused code is an answer, not an error, so what it counted
stays. Reads need no transaction: on SQLite it would take the write lock.
"""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any

from allauth.account.authentication import (
    AUTHENTICATION_METHODS_SESSION_KEY,
    get_authentication_records,
)
from allauth.mfa.models import Authenticator
from django.db import transaction
from django.views.decorators.http import require_http_methods

from taperplan.audit import trail
from taperplan.audit.verbs import Verb

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpResponse

    from taperplan.accounts.models import User

    View = Callable[..., HttpResponse]

CODES = Authenticator.Type.RECOVERY_CODES


def kept_together(view: View) -> View:
    @wraps(view)
    def together(request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method != "POST":
            return view(request, *args, **kwargs)
        with transaction.atomic():
            response = view(request, *args, **kwargs)
            _keep_session(request)
        return response

    return together


def page(view: View, keep: Callable[[View], View] = kept_together) -> View:
    """What the library's views would also take, a PUT, is handled as a POST there."""
    return require_http_methods(["GET", "HEAD", "POST"])(keep(view))


def second_step_kept(view: View) -> View:
    """Of a page that sets or removes a second step: what changed stands in the trail with it.

    Read from the table itself, because the library speaks of some changes only after its commit.
    """

    @wraps(view)
    def together(request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method != "POST":
            return view(request, *args, **kwargs)
        user = request.user
        with transaction.atomic():
            before = _steps(user)
            response = view(request, *args, **kwargs)
            after = _steps(user)
            set_now = {key: kind for key, kind in after.items() if key not in before}
            gone = {key: kind for key, kind in before.items() if key not in after}
            if CODES in set_now.values():  # new codes in place of the old: one act
                gone = {key: kind for key, kind in gone.items() if kind != CODES}
            _note_in_session(request, set_now)
            _keep_session(request)
            for verb, steps in ((Verb.SECOND_STEP_SET, set_now), (Verb.SECOND_STEP_REMOVED, gone)):
                for kind in steps.values():
                    trail.record(verb, user, detail={"kind": kind}, by=user)
        return response

    return together


def _steps(user: User) -> dict[int, str]:
    if not user.is_authenticated:
        return {}
    return dict(Authenticator.objects.filter(user=user).order_by("pk").values_list("pk", "type"))


def _note_in_session(request: Any, set_now: dict[int, str]) -> None:
    """Its code or key was just given in this session: that is a second step."""
    records = [
        {
            "method": "mfa",
            "at": request.now.timestamp(),
            "type": kind,
            "id": key,
            "reauthenticated": True,
        }
        for key, kind in set_now.items()
        if kind != CODES
    ]
    if records:
        request.session[AUTHENTICATION_METHODS_SESSION_KEY] = [
            *get_authentication_records(request, request.user),
            *records,
        ]


def _keep_session(request: Any) -> None:
    if request.session.modified and not request.session.is_empty():
        request.session.save()
