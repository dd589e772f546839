"""How a view reaches a record: only through what its user may see. Unknown and not yours are
the same answer."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any

from django.shortcuts import get_object_or_404

from plans.models import Draft, Plan, Version

if TYPE_CHECKING:
    import uuid
    from collections.abc import Callable

    from django.http import HttpResponse

    from taperplan.accounts.http import ClinicianRequest

    View = Callable[..., HttpResponse]


def load_plan(view: View) -> View:
    """`plan: UUID` of the address becomes the `Plan`, with its patient, in one query."""

    @wraps(view)
    def loaded(
        request: ClinicianRequest, *args: Any, plan: uuid.UUID, **kwargs: Any
    ) -> HttpResponse:
        visible = Plan.objects.visible_to(request.user).select_related("patient__clinic")
        return view(request, *args, plan=get_object_or_404(visible, pk=plan), **kwargs)

    return loaded


def load_draft(view: View) -> View:
    """`plan: UUID` becomes the `Draft` that is open on it, with plan and patient."""

    @wraps(view)
    def loaded(
        request: ClinicianRequest, *args: Any, plan: uuid.UUID, **kwargs: Any
    ) -> HttpResponse:
        visible = Draft.objects.visible_to(request.user).select_related(
            "plan__patient__clinic", "replaces", "changed_by"
        )
        return view(request, *args, draft=get_object_or_404(visible, plan=plan), **kwargs)

    return loaded


def load_version(view: View) -> View:
    """`plan: UUID` and `number: int` become the `Version`, with plan and patient."""

    @wraps(view)
    def loaded(
        request: ClinicianRequest, *args: Any, plan: uuid.UUID, number: int, **kwargs: Any
    ) -> HttpResponse:
        visible = Version.objects.visible_to(request.user).select_related(
            "plan__patient__clinic", "signed_by", "replaces"
        )
        version = get_object_or_404(visible, plan=plan, number=number)
        return view(request, *args, version=version, **kwargs)

    return loaded
