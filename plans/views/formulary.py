"""The site formulary: kept by an administrator, read by the grid."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from plans.actions import formulary as actions
from plans.forms.table import TableForm
from plans.presenters.formulary import formulary_lines
from plans.rules import formulary as rules
from plans.views.pages import CSV, REFUSED
from taperplan import tables
from taperplan.accounts.access import require_permission
from taperplan.accounts.limits import Limited, limited
from taperplan.accounts.roles import Permission

if TYPE_CHECKING:
    from taperplan.accounts.http import ClinicianRequest


@require_http_methods(["GET", "HEAD", "POST"])
@require_permission(Permission.MANAGE_CLINIC)
def formulary(request: ClinicianRequest) -> HttpResponse:
    """A table adds the lines that are not there; a line is retired by its button."""
    if request.method == "POST" and "retire" in request.POST:
        if actions.retire(
            clinic=request.clinic, key=request.POST["retire"], now=request.now, by=request.user
        ):
            messages.success(request, _("It is no longer offered. Plans that name it stay."))
        return redirect("plans:formulary")
    posted = request.method == "POST"
    form = TableForm(
        request.POST if posted else None, request.FILES if posted else None, user=request.user
    )
    faults: tuple[tables.Fault, ...] = ()
    if posted and form.is_valid():
        try:
            entries, faults = rules.entries_of(tables.read(form.cleaned_data["data"]))
        except tables.Unreadable as unreadable:
            faults = unreadable.faults
        if not faults:
            added = actions.write(
                clinic=request.clinic, entries=entries, now=request.now, by=request.user
            )
            words = ngettext("%(n)d line is added.", "%(n)d lines are added.", added)
            messages.success(request, words % {"n": added})
            return redirect("plans:formulary")
    return render(
        request,
        "plans/formulary/formulary.html",
        {
            "here": "formulary",
            "may_write": True,
            "form": form,
            "faults": faults[:100],
            "lines": formulary_lines(actions.lines(request.clinic)),
            "columns": rules.COLUMNS,
        },
        status=REFUSED if posted else 200,
    )


@require_safe
@require_permission(Permission.MANAGE_CLINIC)
@limited(Limited.FILE)
def formulary_csv(request: ClinicianRequest) -> HttpResponse:
    entries = [entry for _key, entry in actions.lines(request.clinic)]
    data = tables.write(rules.COLUMNS, rules.rows_of(entries))
    response = HttpResponse(data, content_type=CSV)
    response["Content-Disposition"] = 'attachment; filename="formulary.csv"'
    return response
