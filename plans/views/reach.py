"""Calls that nobody answered: recorded by clinicians, counted by what the clinic typed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from patients.access import load_patient
from patients.presenters import banner
from plans.actions import reach as actions
from plans.forms.reach import AttemptForm, CallLimitForm
from plans.presenters import reach as presenters
from plans.rules.redflags import Reached
from taperplan.accounts.access import require_permission
from taperplan.accounts.refusals import NotDoneError
from taperplan.accounts.roles import Permission

if TYPE_CHECKING:
    from django.http import HttpResponse

    from patients.models import Patient
    from taperplan.accounts.http import ClinicianRequest

require_form = require_http_methods(["GET", "HEAD", "POST"])


@require_form
@require_permission(Permission.RECORD_CHECK_IN)
@load_patient
def attempt(request: ClinicianRequest, patient: Patient) -> HttpResponse:
    form = AttemptForm(
        request.POST if request.method == "POST" else None,
        user=request.user,
        about=patient.pk,
        now=request.now.astimezone(request.clinic.zone),
    )
    back = reverse("plans:check-ins", kwargs={"patient": patient.pk})
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        made = actions.record_attempt(
            patient=patient.joined_to or patient,
            key=form.form_key,
            call=actions.Unanswered(
                whom=given["whom"],
                place=given["place"],
                ended=Reached(given["ended"]),
                note=given["note"],
                at=given["at"],
            ),
            frozen_now=request.now,
            by=request.user,
        )
        if made.raised_id is not None:
            messages.warning(request, _("The call is recorded, and a red flag is raised."))
            return redirect("plans:red-flag", escalation=made.raised_id)
        messages.success(request, _("The call is recorded."))
        return redirect(back)
    context = {
        "patient": patient,
        "banner": banner(patient, request.today),
        "tab": "check-ins",
        "nav": "patients",
        "form": form,
        "act": _("Record a call that was not answered"),
        "lines": presenters.unanswered(patient, now=request.now),
        "back": back,
    }
    return render(request, "plans/check_in/act.html", context)


@require_form
@require_permission(Permission.MANAGE_CLINIC)
def call_limit(request: ClinicianRequest) -> HttpResponse:
    stands = presenters.call_limit(request.clinic)
    form = CallLimitForm(
        request.POST if request.method == "POST" else None,
        user=request.user,
        about=request.clinic.pk,
        initial={"number": stands.number, "calls": stands.calls},
    )
    if request.method == "POST" and form.is_valid():
        try:
            actions.write_call_limit(
                clinic=request.clinic,
                token=form.form_key,
                number=form.cleaned_data["number"],
                calls=form.cleaned_data["calls"],
                now=request.now,
                by=request.user,
            )
        except NotDoneError as refused:
            form.add_error(None, refused.sentence)
        else:
            messages.success(request, _("Saved. It counts from now on."))
            return redirect("plans:call-limit")
    context = {"here": "calls", "form": form, "stands": stands, "may_write": True}
    return render(request, "plans/reach/limit.html", context)
