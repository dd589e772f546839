"""The clinic's figures: counts only, on a page and as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from plans.actions import figures as actions
from plans.presenters import figures as presenters
from taperplan.accounts.access import require_permission
from taperplan.accounts.limits import Limited, limited
from taperplan.accounts.roles import Permission
from taperplan.replica import reading

if TYPE_CHECKING:
    from taperplan.accounts.http import ClinicianRequest


@require_safe
@require_permission(Permission.VIEW_PATIENTS, Permission.MANAGE_CLINIC)
def figures(request: ClinicianRequest) -> HttpResponse:
    context = {
        "here": "figures",
        "may_write": request.user.may(Permission.MANAGE_CLINIC),
        # Whoever may only look has no other room of the settings.
        "settings": request.user.may(Permission.MANAGE_CLINIC)
        or request.user.may(Permission.CONFIRM_PROTOCOL),
        "figures": _figures(request),
    }
    return render(request, "plans/figures/figures.html", context)


@require_safe
@require_permission(Permission.VIEW_PATIENTS, Permission.MANAGE_CLINIC)
@limited(Limited.FILE)
def figures_table(request: ClinicianRequest) -> HttpResponse:
    found = _figures(request)
    actions.taken(by=request.user)
    response = HttpResponse(presenters.csv(found), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="figures.csv"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _figures(request: ClinicianRequest) -> presenters.Figures:
    with reading():
        return presenters.figures(request.clinic, request.today)
