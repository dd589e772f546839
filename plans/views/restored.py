"""After a restore: what is missing, and whose notices are held."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from plans.access import load_escalation
from plans.actions import restored as actions
from plans.forms.restored import GapForm
from plans.presenters import restored as presenters
from taperplan.accounts.access import require_permission
from taperplan.accounts.roles import Permission

if TYPE_CHECKING:
    from django.http import HttpResponse

    from plans.models import Escalation
    from taperplan.accounts.http import ClinicianRequest


@require_http_methods(["GET", "HEAD", "POST"])
@require_permission(Permission.ACKNOWLEDGE_ESCALATION)
def restored(request: ClinicianRequest) -> HttpResponse:
    form = GapForm(
        request.POST if request.method == "POST" else None,
        user=request.user,
        about=request.clinic.pk,
    )
    if request.method == "POST" and form.is_valid():
        gap = presenters.open_gap(request.clinic)
        if gap is None:
            messages.info(request, _("Nothing was recorded: no gap waits for an answer now."))
        else:
            actions.answer_gap(
                restore=gap,
                clinic=request.clinic,
                text=form.cleaned_data["text"],
                form=form.form_key,
                frozen_now=request.now,
                by=request.user,
            )
            messages.success(request, _("What was done about the gap is recorded."))
        return redirect("plans:restored")
    return render(
        request,
        "plans/escalation/restored.html",
        {
            "page": presenters.page(request.clinic, request.user, request.now),
            "form": form,
            "nav": "red-flags",
        },
    )


@require_POST
@require_permission(Permission.ACKNOWLEDGE_ESCALATION)
@load_escalation
def go_on(request: ClinicianRequest, escalation: Escalation) -> HttpResponse:
    if actions.let_go_on(escalation=escalation, frozen_now=request.now, by=request.user):
        messages.success(request, _("The notices of this red flag go on."))
    return redirect("plans:restored")
