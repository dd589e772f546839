"""Whether this very session has seen a second step."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allauth.account.authentication import get_authentication_records

if TYPE_CHECKING:
    from django.http import HttpRequest


def second_step_done(request: HttpRequest) -> bool:
    """Read from the session's own records; no query. A passkey counts as both steps."""
    return any(
        record.get("method") == "mfa"
        for record in get_authentication_records(request, request.user)
    )
