"""A schedule out as CSV, and in from CSV or a pasted table, as a draft."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from patients.access import load_patient
from patients.restriction import team_only
from plans.access import load_plan, load_version
from plans.actions import plan as plan_actions
from plans.actions import table as actions
from plans.forms.table import TableForm
from plans.presenters import files
from plans.rules import columns
from plans.rules import table as rules
from plans.views.calendar import csv_file
from plans.views.pages import REFUSED, page_of
from taperplan import tables
from taperplan.accounts.access import require_permission
from taperplan.accounts.limits import Limited, limited
from taperplan.accounts.roles import Permission

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpResponse

    from patients.models import Patient
    from plans.models import Plan, Version
    from taperplan.accounts.http import ClinicianRequest

require_form = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
@require_permission(Permission.VIEW_PATIENTS)
@limited(Limited.FILE)
@load_version
@team_only
def schedule_csv(request: ClinicianRequest, version: Version) -> HttpResponse:
    rows = files.schedule_rows(version)
    return csv_file(request, version.plan, f"v{version.number}-schedule", columns.SCHEDULE, rows)


@require_form
@require_permission(Permission.DRAFT_PLAN)
@load_patient
def begin(request: ClinicianRequest, patient: Patient) -> HttpResponse:
    """A new plan from a table."""
    return _import(request, patient, None, actions.begin_with, {"patient": patient})


@require_form
@require_permission(Permission.DRAFT_PLAN)
@load_plan
def revise(request: ClinicianRequest, plan: Plan) -> HttpResponse:
    """The next version of a plan from a table."""
    return _import(request, plan.patient, plan, actions.revise_with, {"plan": plan})


def _import(
    request: ClinicianRequest,
    patient: Patient,
    plan: Plan | None,
    act: Callable[..., Any],
    of: dict[str, Any],
) -> HttpResponse:
    posted = request.method == "POST"
    form = TableForm(
        request.POST if posted else None, request.FILES if posted else None, user=request.user
    )
    faults: tuple[tables.Fault, ...] = ()
    if posted and form.is_valid():
        try:
            table = tables.read(form.cleaned_data["data"])
            found = rules.cells_of(table, today=request.today)
            faults = found.faults
        except tables.Unreadable as unreadable:
            faults = unreadable.faults
        if not faults:
            try:
                made = act(
                    key=form.cleaned_data["token"], cells=found.cells, now=request.now,
                    by=request.user, **of,
                )  # fmt: skip
            except plan_actions.NotDoneError as refused:
                form.add_error(None, str(refused))
            else:
                messages.success(
                    request, _("The table is a draft now. Compare it with its source.")
                )
                return redirect("plans:draft", plan=made.plan_id)
    return page_of(
        request,
        "plans/change/import.html",
        patient,
        status=REFUSED if posted else 200,
        plan=plan,
        form=form,
        faults=[
            {"line": fault.line, "column": fault.column, "sentence": fault.sentence}
            for fault in faults[:100]
        ],
        columns=rules.COLUMNS,
    )
