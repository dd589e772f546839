"""The worklist, which is the first page."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from plans.presenters.frame import Frame, alarms_of
from plans.presenters.home import worklist
from taperplan import navigation
from taperplan.accounts.access import require_permission
from taperplan.accounts.roles import Permission

if TYPE_CHECKING:
    from taperplan.accounts.http import ClinicianRequest

LAST_PAGE = 10_000


@require_safe
def home(request: ClinicianRequest) -> HttpResponse:
    """Clinicians see what waits; whoever has no clinical role is led to their own first room."""
    if not request.user.may(Permission.VIEW_PATIENTS):
        door = next(iter(navigation.doors(request)), None)
        if door is not None and door.url != request.path:
            return redirect(door.url)
    return _worklist(request)


@require_permission(Permission.VIEW_PATIENTS)
def _worklist(request: ClinicianRequest) -> HttpResponse:
    frame = Frame(request, flags=True)
    asked = request.GET
    found = worklist(
        user=request.user,
        frame=frame,
        now=request.now,
        today=request.today,
        whose=asked.get("whose", ""),
        show=asked.get("show", ""),
        page=_page(asked.get("page", "")),
    )
    context = {"worklist": found, "frame": frame, "alarms": frame, "nav": "worklist"}
    return render(request, "plans/home/worklist.html", context)


@require_safe
@require_permission(Permission.VIEW_PATIENTS)
def flags_now(request: ClinicianRequest) -> HttpResponse:
    """The bar of open red flags, asked for by a worklist that stands open; nothing where it is
    still as that page shows it, so that no focus is lost."""
    frame = Frame(request, flags=True)
    if request.GET.get("shown", "") == frame.mark:
        return HttpResponse(status=HTTPStatus.NO_CONTENT)
    return render(request, "plans/home/_flags.html", {"frame": frame, "appeared": True})


@require_safe
def alarms(request: ClinicianRequest) -> HttpResponse:
    """What concerns everybody, asked for by any page that stands open; nothing where it shows as
    many already."""
    found = alarms_of(request)
    if request.GET.get("shown", "") == str(len(found)):
        return HttpResponse(status=HTTPStatus.NO_CONTENT)
    return render(request, "components/alarms.html", {"alarms": found, "appeared": bool(found)})


def _page(typed: str) -> int:
    """The page asked for, 1 where what was asked is no page."""
    known = typed.isascii() and typed.isdecimal() and len(typed) < 6
    return min(max(int(typed), 1), LAST_PAGE) if known else 1
