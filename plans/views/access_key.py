"""Keys: to programs, issued by an administrator; to one's own calendar."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from plans.access import load_access_key, load_calendar_key
from plans.actions import access_key as actions
from plans.forms.access_key import CalendarForm, KeyForm
from plans.presenters import access_key as presenters
from plans.presenters.feed import feed
from plans.rules.exchange import KeyKind
from taperplan.accounts.access import require_permission
from taperplan.accounts.refusals import NotDoneError
from taperplan.accounts.roles import Permission

if TYPE_CHECKING:
    from django.http import HttpRequest

    from plans.models import AccessKey
    from taperplan.accounts.http import ClinicianRequest

REFUSED = 422
require_form = require_http_methods(["GET", "HEAD", "POST"])


@require_form
@require_permission(Permission.MANAGE_CLINIC)
def programs(request: ClinicianRequest) -> HttpResponse:
    form = KeyForm(
        request.POST if request.method == "POST" else None,
        user=request.user,
        today=request.today,
        people=presenters.clinicians(request.clinic),
    )
    made = ""
    if request.method == "POST" and form.is_valid():
        made = _issue(request, form)
    return _programs(request, form, made)


def _issue(request: ClinicianRequest, form: KeyForm) -> str:
    person = presenters.person(request.clinic, form.person)
    reach = actions.Reach(
        recipient=form.cleaned_data["recipient"],
        parts=form.parts_said,
        ground=form.ground_said,
        why=form.cleaned_data["why"],
        ends_at=form.ends_at,
    )
    try:
        if person is None:
            raise NotDoneError(_("A clinician of this clinic answers for the key."))
        made = actions.issue(
            token=form.cleaned_data["token"],
            clinic=request.clinic,
            reach=reach,
            answers_for=person,
            now=request.now,
            by=request.user,
        )
    except NotDoneError as refused:
        form.add_error(None, refused.sentence)
        return ""
    if not made:
        form.add_error(None, _("This form has made its key already. A key is shown once."))
    return made


def _programs(request: ClinicianRequest, form: KeyForm, made: str) -> HttpResponse:
    context = {
        "here": "programs",
        "may_write": True,
        "form": None if made else form,
        "made": made,
        "keys": presenters.lines(request.user, KeyKind.PROGRAM, request.now),
        "base": request.build_absolute_uri("/fhir"),
    }
    status = REFUSED if form.errors else 200
    return render(request, "plans/exchange/programs.html", context, status=status)


@require_POST
@require_permission(Permission.MANAGE_CLINIC)
@load_access_key
def revoke(request: ClinicianRequest, access_key: AccessKey) -> HttpResponse:
    actions.revoke(key=access_key, now=request.now, by=request.user)
    messages.success(request, _("The key is revoked. It opens nothing any more."))
    return redirect("plans:programs")


# --- One's own calendar ----------------------------------------------------------------------


@require_form
@require_permission(Permission.VIEW_PATIENTS)
def calendar(request: ClinicianRequest) -> HttpResponse:
    form = CalendarForm(
        request.POST if request.method == "POST" else None, user=request.user, today=request.today
    )
    address = ""
    if request.method == "POST" and form.is_valid():
        text = actions.issue_calendar(
            token=form.cleaned_data["token"], now=request.now, by=request.user
        )
        if text:
            path = reverse("plans:calendar-feed", kwargs={"text": text})
            address = request.build_absolute_uri(path)
        else:
            form.add_error(None, _("This form has made its address already. It is shown once."))
    context: dict[str, Any] = {
        "form": form,
        "address": address,
        "keys": presenters.lines(request.user, KeyKind.CALENDAR, request.now),
        "nav": "worklist",
    }
    status = REFUSED if form.errors else 200
    return render(request, "plans/exchange/calendar.html", context, status=status)


@require_POST
@require_permission(Permission.VIEW_PATIENTS)
@load_calendar_key
def revoke_calendar(request: ClinicianRequest, access_key: AccessKey) -> HttpResponse:
    actions.revoke(key=access_key, now=request.now, by=request.user)
    messages.success(request, _("The address is revoked. It shows nothing any more."))
    return redirect("plans:my-calendar")


@login_not_required
@require_safe
def calendar_feed(request: HttpRequest, text: str) -> HttpResponse:
    """Dates for a calendar program; unknown, revoked and ended are the same answer."""
    asked: Any = request
    held = actions.holder(text, KeyKind.CALENDAR, now=asked.now)
    if held is None:
        raise Http404
    if not actions.admit(held, now=asked.now):
        return HttpResponse(status=429, headers={"Retry-After": "60"})
    actions.calendar_read(held=held)
    with held.key.clinic.speaking():
        found = feed(held.user, held.key.clinic.day(asked.now))
    response = HttpResponse(found, content_type="text/calendar; charset=utf-8")
    response["Cache-Control"] = "no-store"
    return response
