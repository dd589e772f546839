"""The doors: who may come in. Which record they reach is `visible_to` of its query set."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from django.http import HttpResponse

    from taperplan.accounts.http import ClinicianRequest
    from taperplan.accounts.roles import Permission

    View = Callable[..., HttpResponse]

# Every address that answers without a session, and why. A test compares this list with the
# addresses themselves, both ways.
OPEN_PAGES: Mapping[str, str] = {
    "account_login": "signing in",
    "mfa_authenticate": "the second step of signing in",
    "mfa_login_webauthn": "signing in with a passkey",
    "accounts:join": "the one-time link of an invitation; its token is the key",
    "healthz": "asked by machines whether the service works; says nothing else",
    "about": "the intended purpose, for whoever considers signing in",
    "accessibility": "how the pages can be used, for whoever cannot sign in",
}


def require_permission(permission: Permission) -> Callable[[View], View]:
    """Refuse (403) whoever does not hold `permission` in the clinic they work in now."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: ClinicianRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.may(permission):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        guarded.permission = permission  # type: ignore[attr-defined]
        return guarded

    return decorate
