"""How the clinic is told: rota, hours, deputies, pager. Written by administrators; who is away,
by themselves too."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from taperplan.accounts import actions
from taperplan.accounts.access import require_permission
from taperplan.accounts.actions.protocol import people_for_the_ladder
from taperplan.accounts.forms.notices import (
    AbsenceForm,
    PagerForm,
    WeekForm,
    absence_lines,
    lines_shown,
    week_as_typed,
)
from taperplan.accounts.models import Absence, Webhook, Week
from taperplan.accounts.refusals import NotDoneError
from taperplan.accounts.roles import Permission
from taperplan.accounts.views.protocol import MANAGE, confirm_row, write_numbered

if TYPE_CHECKING:
    import uuid
    from collections.abc import Mapping

    from django.http import HttpResponse

    from taperplan.accounts.http import ClinicianRequest

ACT = Permission.ACKNOWLEDGE_ESCALATION


@require_http_methods(["GET", "HEAD", "POST"])
@require_permission(MANAGE)
def rota(request: ClinicianRequest) -> HttpResponse:
    return _week(request, Week.Kind.ROTA)


@require_http_methods(["GET", "HEAD", "POST"])
@require_permission(MANAGE)
def notice_hours(request: ClinicianRequest) -> HttpResponse:
    return _week(request, Week.Kind.HOURS)


def _week(request: ClinicianRequest, kind: Week.Kind) -> HttpResponse:
    people = people_for_the_ladder(request.clinic) if kind is Week.Kind.ROTA else None
    conflict = None

    def current() -> tuple[int, Mapping[str, Any]]:
        row = Week.objects.in_force(request.clinic, kind)
        return (row.number, week_as_typed(row.as_spans(), people)) if row else (0, {})

    def make(data: Any) -> WeekForm:
        lines = sum(1 for name in data if name.startswith("begins_"))
        return WeekForm(data, user=request.user, people=people, lines=max(lines, 1))

    def write(form: Any) -> object:
        return actions.write_week(
            clinic=request.clinic,
            token=form.cleaned_data["token"],
            kind=kind,
            number=form.cleaned_data["number"],
            spans=form.spans(),
            now=request.now,
            by=request.user,
        )

    if request.method == "POST":
        form, conflict, saved = write_numbered(request, make, write, current)
        if saved:
            messages.success(
                request,
                _("The rota is saved.") if kind is Week.Kind.ROTA else _("The hours are saved."),
            )
            return redirect("accounts:rota" if kind is Week.Kind.ROTA else "accounts:notice-hours")
    else:
        number, values = current()
        stands = Week.objects.in_force(request.clinic, kind)
        form = WeekForm(
            initial={**values, "number": number},
            user=request.user,
            people=people,
            lines=lines_shown(stands.as_spans() if stands else []),
        )
    return render(
        request,
        "accounts/week.html",
        {"here": "ladder", "form": form, "conflict": conflict, "is_rota": kind is Week.Kind.ROTA},
        status=409 if conflict else 200,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@require_permission(MANAGE, ACT)
def deputies(request: ClinicianRequest) -> HttpResponse:
    """Administrators write anybody's, everybody their own."""
    anybody = request.user.may(MANAGE)
    people = people_for_the_ladder(request.clinic)
    form = AbsenceForm(
        request.POST if request.method == "POST" else None,
        user=request.user,
        people=people,
        anybody=anybody,
    )
    if request.method == "POST" and form.is_valid():
        try:
            actions.write_absence(
                token=form.cleaned_data["token"],
                person=form.person(),
                deputy=form.deputy(),
                first_day=form.cleaned_data["first_day"],
                last_day=form.cleaned_data["last_day"],
                now=request.now,
                by=request.user,
            )
        except NotDoneError as refused:
            form.add_error(None, refused.sentence)
        else:
            messages.success(request, _("The deputy is saved."))
            return redirect("accounts:deputies")
    rows = Absence.objects.standing().filter(clinic=request.clinic, last_day__gte=request.today)
    if not anybody:
        rows = rows.filter(person=request.user)
    shown = rows.select_related("person", "deputy").order_by("first_day", "pk")[:100]
    return render(
        request,
        "accounts/deputies.html",
        {
            "here": "ladder",
            "nav": "" if anybody else "me",
            "form": form,
            "anybody": anybody,
            "lines": absence_lines(list(shown)),
        },
    )


@require_POST
@require_permission(MANAGE, ACT)
def end_absence(request: ClinicianRequest, absence: uuid.UUID) -> HttpResponse:
    row = get_object_or_404(Absence, clinic=request.clinic, pk=absence)
    if row.person_id != request.user.pk and not request.user.may(MANAGE):
        raise PermissionDenied
    actions.end_absence(absence=row, now=request.now, by=request.user)
    messages.success(request, _("The absence is ended."))
    return redirect("accounts:deputies")


@require_http_methods(["GET", "HEAD", "POST"])
@require_permission(MANAGE)
def pager(request: ClinicianRequest) -> HttpResponse:
    conflict = None

    def current() -> tuple[int, Mapping[str, str]]:
        row = Webhook.objects.newest(request.clinic)
        return (row.number, {"url": row.url}) if row else (0, {"url": ""})

    def write(form: Any) -> object:
        return actions.write_pager(
            clinic=request.clinic,
            token=form.cleaned_data["token"],
            number=form.cleaned_data["number"],
            url=form.cleaned_data["url"],
            now=request.now,
            by=request.user,
        )

    if request.method == "POST":
        form, conflict, saved = write_numbered(
            request, lambda data: PagerForm(data, user=request.user), write, current
        )
        if saved:
            messages.success(request, _("The pager's address is saved."))
            return redirect("accounts:pager")
    else:
        number, values = current()
        form = PagerForm(initial={**values, "number": number}, user=request.user)
    stands = Webhook.objects.in_force(request.clinic)
    return render(
        request,
        "accounts/pager.html",
        {"here": "ladder", "form": form, "conflict": conflict, "stands": stands},
        status=409 if conflict else 200,
    )


__all__ = ["confirm_row", "deputies", "end_absence", "notice_hours", "pager", "rota"]
