"""A device where somebody signed in before, known again by a signed cookie.

The cookie opens nothing. It names a device so that guesses made there are counted apart from
those made elsewhere: who floods an account with wrong passwords from outside stops strangers,
and not the person at their own desk. It holds a random name and a keyed digest of the address.
"""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.core import signing
from django.utils.crypto import constant_time_compare, salted_hmac

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from taperplan.accounts.models import User

_SALT = "taperplan.device"
LASTS = timedelta(days=180)


def known_for(request: HttpRequest, email: str) -> str:
    """The device's name if this account signed in at it, else ""."""
    try:
        name, owner = signing.loads(
            request.COOKIES.get(settings.DEVICE_COOKIE_NAME, ""), salt=_SALT, max_age=LASTS
        )
    except (signing.BadSignature, ValueError, TypeError):
        return ""
    return str(name) if constant_time_compare(owner, _of(email)) else ""


def remember(request: HttpRequest, response: HttpResponse, user: User) -> None:
    response.set_cookie(
        settings.DEVICE_COOKIE_NAME,
        signing.dumps([secrets.token_hex(8), _of(user.email)], salt=_SALT),
        max_age=LASTS,
        path="/",
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Strict",
    )


def _of(email: str) -> str:
    return salted_hmac(_SALT, email.strip().lower(), algorithm="sha256").hexdigest()
