"""The days of a plan, supply totals of a period, and both as CSV."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from patients.restriction import team_only
from plans.access import load_plan
from plans.actions.export import exported
from plans.forms.period import PeriodForm
from plans.presenters import calendar as presenters
from plans.rules import columns
from plans.views.pages import CSV, REFUSED, page_of
from taperplan.accounts.access import require_permission
from taperplan.accounts.limits import Limited, limited
from taperplan.accounts.roles import Permission

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from plans.models import Plan
    from plans.presenters.calendar import Course
    from taperplan.accounts.http import ClinicianRequest
    from taperplan.columns import Dictionary, Values


@require_safe
@require_permission(Permission.VIEW_PATIENTS)
@load_plan
def calendar(request: ClinicianRequest, plan: Plan) -> HttpResponse:
    course = presenters.course(plan)
    first = presenters.month_of(request.GET.get("month", ""), course.period, request.today)
    return page_of(
        request,
        "plans/calendar/calendar.html",
        plan.patient,
        plan=plan,
        month=presenters.month(course, first, request.today),
        signed=bool(course.versions),
    )


@require_safe
@require_permission(Permission.VIEW_PATIENTS)
@load_plan
def supply(request: ClinicianRequest, plan: Plan) -> HttpResponse:
    """Totals of the period that is typed; of the whole plan where none is and it has an end."""
    course = presenters.course(plan)
    form = _form(request)
    asked = _asked(course, form)
    return page_of(
        request,
        "plans/calendar/supply.html",
        plan.patient,
        status=REFUSED if form.is_bound and not form.is_valid() else 200,
        plan=plan,
        form=form,
        period=presenters.period(course, *asked) if asked else None,
        signed=bool(course.versions),
    )


@require_safe
@require_permission(Permission.VIEW_PATIENTS)
@limited(Limited.FILE)
@load_plan
@team_only
def calendar_csv(request: ClinicianRequest, plan: Plan) -> HttpResponse:
    course = presenters.course(plan)
    asked = _asked(course, _form(request))
    if asked is None:
        return _no_period(request, plan)
    rows = presenters.day_rows(course, *asked)
    return csv_file(request, plan, "calendar", columns.DAYS, rows)


@require_safe
@require_permission(Permission.VIEW_PATIENTS)
@limited(Limited.FILE)
@load_plan
@team_only
def supply_csv(request: ClinicianRequest, plan: Plan) -> HttpResponse:
    course = presenters.course(plan)
    asked = _asked(course, _form(request))
    if asked is None:
        return _no_period(request, plan)
    rows = presenters.supply_rows(course, *asked)
    return csv_file(request, plan, "supply", columns.SUPPLY, rows)


def _form(request: ClinicianRequest) -> PeriodForm:
    typed = request.GET if "first_0" in request.GET else None
    return PeriodForm(typed, most_days=presenters.MOST_DAYS)


def _asked(course: Course, form: PeriodForm) -> tuple[date, date] | None:
    if form.is_bound:
        return (form.cleaned_data["first"], form.cleaned_data["last"]) if form.is_valid() else None
    first, last = course.period
    whole = first is not None and last is not None and (last - first).days < presenters.MOST_DAYS
    return (first, last) if whole and first and last else None


def _no_period(request: ClinicianRequest, plan: Plan) -> HttpResponse:
    messages.warning(request, _("Type the period: its first and its last day."))
    return redirect("plans:supply", plan=plan.pk)


def csv_file(
    request: ClinicianRequest,
    plan: Plan,
    what: str,
    dictionary: Dictionary,
    rows: Iterable[Values],
) -> HttpResponse:
    """A file whose name says which plan and what, and nothing of the patient."""
    data = dictionary.write(rows)
    exported(plan=plan, what=f"{what} csv", by=request.user)
    response = HttpResponse(data, content_type=CSV)
    response["Content-Disposition"] = f'attachment; filename="{plan.reference}-{what}.csv"'
    return response
