"""The clinic's own page: what is missing before it opens, its numbers, and opening it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from taperplan.accounts import actions, checklist
from taperplan.accounts.access import require_permission
from taperplan.accounts.actions.clinic import AMENDABLE
from taperplan.accounts.forms.base import Conflict, Row, settled
from taperplan.accounts.forms.clinic import NumbersForm
from taperplan.accounts.refusals import DiffersError, NotDoneError
from taperplan.accounts.roles import Permission
from taperplan.accounts.snapshot import take

if TYPE_CHECKING:
    from django.http import HttpResponse, QueryDict

    from taperplan.accounts.http import ClinicianRequest
    from taperplan.accounts.models import Clinic

MANAGE, CONFIRM = Permission.MANAGE_CLINIC, Permission.CONFIRM_PROTOCOL


@require_safe
@require_permission(MANAGE, CONFIRM)
def clinic(request: ClinicianRequest) -> HttpResponse:
    lines = checklist.lines(take(request.clinic))
    return render(
        request,
        "accounts/clinic.html",
        {
            "here": "clinic",
            "lines": lines,
            "first_open": next((line for line in lines if not line.done), None),
            "open_lines": sum(not line.done for line in lines),
            "may_write": request.user.may(MANAGE),
        },
    )


@require_POST
@require_permission(MANAGE)
def open_clinic(request: ClinicianRequest) -> HttpResponse:
    try:
        actions.open_clinic(clinic=request.clinic, now=request.now, by=request.user)
    except NotDoneError as refused:
        messages.warning(request, refused.sentence)
    else:
        messages.success(request, _("The clinic is open for patients."))
    return redirect("accounts:clinic")


@require_http_methods(["GET", "HEAD", "POST"])
@require_permission(MANAGE)
def numbers(request: ClinicianRequest) -> HttpResponse:
    conflict = None
    if request.method == "POST":
        form, conflict, saved = _amend(request)
        if saved:
            messages.success(request, _("Numbers and hours are saved."))
            return redirect("accounts:clinic")
    else:
        form = NumbersForm(initial=_stands(request.clinic))
    return render(
        request,
        "accounts/numbers.html",
        {"here": "numbers", "form": form, "conflict": conflict},
        status=409 if conflict else 200,
    )


def _stands(clinic: Clinic) -> dict[str, object]:
    return {name: getattr(clinic, name) for name in (*AMENDABLE, "revision")}


def _amend(request: ClinicianRequest) -> tuple[NumbersForm, Conflict | None, bool]:
    stands = request.clinic

    def put_theirs(typed: QueryDict, field: str) -> None:
        typed[field] = str(_stands(stands).get(field, ""))

    typed, undecided = settled(request.POST, put_theirs)
    form = NumbersForm(typed)
    if not form.is_valid():
        return form, None, False
    if undecided:
        form.add_error(None, _("Choose theirs or yours for each line."))
    else:
        try:
            actions.amend_clinic(
                clinic=request.clinic,
                revision=form.cleaned_data["revision"],
                changes=form.changes(),
                by=request.user,
            )
        except DiffersError as differs:
            stands = differs.stands
            undecided = [difference.field for difference in differs.differences]
        else:
            return form, None, True
    typed["revision"] = str(stands.revision)
    rows = [
        Row(
            name,
            str(form.fields[name].label),
            theirs=str(getattr(stands, name)),
            yours=str(form.cleaned_data[name]),
        )
        for name in undecided
        if name in AMENDABLE
    ]
    return form, Conflict(rows), False
