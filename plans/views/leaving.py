"""Deactivating somebody: first what they hold, then who takes it, then the end of the account."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from patients.access import clinician, clinicians, prescribers
from plans.actions import leaving as actions
from plans.forms.leaving import LeavingForm
from plans.presenters.leaving import held_by
from taperplan.accounts.access import load_membership, require_permission
from taperplan.accounts.refusals import NotDoneError
from taperplan.accounts.roles import Permission
from taperplan.accounts.step_up import step_up

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.http import HttpResponse

    from plans.presenters.leaving import Kind
    from taperplan.accounts.http import ClinicianRequest
    from taperplan.accounts.models import Clinic, Membership, User


def _people(clinic: Clinic, chosen: Mapping[tuple[Kind, str], str]) -> dict[tuple[Kind, str], User]:
    found = {key: clinician(clinic, key) for key in set(chosen.values())}
    return {item: found[key] for item, key in chosen.items()}


@require_http_methods(["GET", "HEAD", "POST"])
@require_permission(Permission.MANAGE_ACCOUNTS)
@step_up
@load_membership
def leaving(request: ClinicianRequest, membership: Membership) -> HttpResponse:
    held = held_by(membership)
    leaver = str(membership.user_id)
    form = LeavingForm(
        request.POST if request.method == "POST" else None,
        held=held,
        clinicians=[pair for pair in clinicians(request.clinic) if pair[0] != leaver],
        prescribers=[pair for pair in prescribers(request.clinic) if pair[0] != leaver],
    )
    if request.method == "POST" and form.is_valid():
        try:
            actions.deactivate(
                membership=membership,
                to=_people(request.clinic, form.to()),
                now=request.now,
                today=request.today,
                by=request.user,
            )
        except NotDoneError as refused:
            form.add_error(None, refused.sentence)
        else:
            words = {"name": membership.name}
            messages.success(
                request, _("%(name)s is deactivated and signed out everywhere.") % words
            )
            return redirect("accounts:list")
    return render(
        request,
        "plans/leaving/leaving.html",
        {"nav": "accounts", "membership": membership, "held": held, "form": form},
    )
