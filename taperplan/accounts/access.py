"""The doors: who may come in. Which record they reach is `visible_to` of its query set."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404

from taperplan.accounts.models import Membership

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
    "account_logout": "signing out twice is no error",
    "mfa_authenticate": "the second step of signing in",
    "mfa_login_webauthn": "signing in with a passkey",
    "accounts:join": "the one-time link of an invitation; its token is the key",
    "healthz": "asked by machines whether the service works; says nothing else",
    "readyz": "asked by what shares out requests whether this process may have them",
    "about": "the intended purpose, for whoever considers signing in",
    "accessibility": "how the pages can be used, for whoever cannot sign in",
    "plans:fhir-metadata": "what the interface for programs can do; says nothing of anybody",
    "plans:fhir-openapi": "the same in OpenAPI, for whoever writes a program",
    "plans:fhir-patients": "asked by programs; the key that an administrator issued opens it",
    "plans:fhir-everything": "asked by programs; the key that an administrator issued opens it",
    "plans:fhir-search": "asked by programs; the key that an administrator issued opens it",
    "plans:fhir-read": "asked by programs; the key that an administrator issued opens it",
    "plans:calendar-feed": "asked by calendars; the revocable key in it opens it, no clinical word",
    "plans:verify": "whether a paper with this check code still counts, for whoever holds it",
}


def require_permission(*permissions: Permission) -> Callable[[View], View]:
    """Refuse (403) whoever holds none of `permissions` in the clinic they work in now."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: ClinicianRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not any(request.user.may(permission) for permission in permissions):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        guarded.permissions = permissions  # type: ignore[attr-defined]
        return guarded

    return decorate


def load_membership(view: View) -> View:
    """`membership` in the address becomes the account, of the administrator's own clinic or 404."""

    @wraps(view)
    def loaded(request: ClinicianRequest, membership: int, **kwargs: Any) -> HttpResponse:
        found = get_object_or_404(
            Membership.objects.visible_to(request.user).select_related("user", "clinic"),
            pk=membership,
        )
        return view(request, membership=found, **kwargs)

    return loaded
