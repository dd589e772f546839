"""The doors: who may come in. Which record they reach is `visible_to` of its query set."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpResponse

    from taperplan.accounts.http import ClinicianRequest
    from taperplan.accounts.roles import Permission

    View = Callable[..., HttpResponse]


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
