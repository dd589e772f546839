"""Asking once more who is there, before an act that counts: signing, exporting, changing rights.

Whoever gave a password, code or passkey in this session a short while ago is not asked. A page
is asked for when it is opened, so that nothing typed is lost; what is sent from it may come later.
"""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from allauth.account.authentication import get_authentication_records
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import timedelta

    from django.http import HttpResponse

    View = Callable[..., HttpResponse]


def gave_lately(request: Any, within: timedelta) -> bool:
    """Whether a step was given within this time; no query. The demo asks for none."""
    if request.clinic.demo:
        return True
    last = max(
        (record["at"] for record in get_authentication_records(request, request.user)), default=0
    )
    return bool(request.now.timestamp() - last < within.total_seconds())


def step_up(view: View) -> View:
    @wraps(view)
    def asked(request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        opened = request.method in ("GET", "HEAD")
        within = settings.STEP_UP_TO_OPEN if opened else settings.STEP_UP_TO_SEND
        if gave_lately(request, within):
            return view(request, *args, **kwargs)
        kinds = Authenticator.objects.filter(user=request.user).values_list("type", flat=True)
        return redirect_to_login(_same_page(request), reverse(confirm_page(set(kinds))))

    asked.asks_again = True  # type: ignore[attr-defined]
    return asked


def _same_page(request: Any) -> str:
    """The page opened, or the one that what was sent came from: an act has no page of its own."""
    came_from = request.headers.get("Referer", "")
    if request.method in ("GET", "HEAD") or not url_has_allowed_host_and_scheme(
        came_from, {request.get_host()}, request.is_secure()
    ):
        return str(request.get_full_path())
    parts = urlsplit(came_from)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def confirm_page(kinds: set[str]) -> str:
    """Where this person shows what they have: the app's code, else a passkey, else the password."""
    if Authenticator.Type.TOTP in kinds:
        return "mfa_reauthenticate"
    if Authenticator.Type.WEBAUTHN in kinds:
        return "mfa_reauthenticate_webauthn"
    return "account_reauthenticate"
