"""Take down an instruction that a prescriber gives by telephone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from plans.access import load_plan
from plans.actions import instruction as actions
from plans.actions.plan import NotDoneError
from plans.forms.instruction import InstructionForm
from plans.rules.check_in import AskedKind
from plans.views.pages import REFUSED, page_of
from taperplan.accounts.access import require_permission
from taperplan.accounts.roles import Permission

if TYPE_CHECKING:
    from django.http import HttpResponse

    from plans.models import Plan
    from taperplan.accounts.http import ClinicianRequest


@require_http_methods(["GET", "HEAD", "POST"])
@require_permission(Permission.RECORD_CHECK_IN)
@load_plan
def instruction(request: ClinicianRequest, plan: Plan) -> HttpResponse:
    posted = request.method == "POST"
    form = InstructionForm(
        request.POST if posted else None,
        user=request.user,
        about=plan.pk,
        now=request.now.astimezone(request.clinic.zone),
        prescribers=actions.prescribers(request.clinic, request.user),
    )
    if posted and form.is_valid():
        given = form.cleaned_data
        try:
            actions.take(
                key=form.form_key,
                plan=plan,
                given_by=given["given_by"],
                given_at=given["at"],
                asked=AskedKind(given["asked"]),
                words=given["words"],
                read_back=given["read_back"] == "yes",
                now=request.now,
                by=request.user,
            )
        except NotDoneError as refused:
            form.add_error("given_by", str(refused))
        else:
            messages.success(request, _("It is kept, and waits for the prescriber's signature."))
            return redirect("plans:plan", plan=plan.pk)
    return page_of(
        request,
        "plans/change/instruction.html",
        plan.patient,
        status=REFUSED if posted else 200,
        plan=plan,
        form=form,
    )
