"""Limits of vital signs: the clinic's by its administrators, a patient's by a prescriber."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from patients.access import load_patient
from patients.presenters import banner
from plans.actions import limits as actions
from plans.forms.limits import LimitsForm
from plans.presenters import limits as presenters
from taperplan.accounts.access import require_permission
from taperplan.accounts.refusals import NotDoneError
from taperplan.accounts.roles import Permission

if TYPE_CHECKING:
    import uuid

    from django.http import HttpResponse

    from patients.models import Patient
    from taperplan.accounts.http import ClinicianRequest

MANAGE, CONFIRM = Permission.MANAGE_CLINIC, Permission.CONFIRM_PROTOCOL
require_form = require_http_methods(["GET", "HEAD", "POST"])


@require_form
@require_permission(MANAGE, CONFIRM)
def of_clinic(request: ClinicianRequest) -> HttpResponse:
    page = presenters.page_of(request.clinic)
    form = _form(request, page, None) if request.user.may(MANAGE) else None
    if request.method == "POST" and form is None:
        messages.warning(request, _("An administrator types the limits of the clinic."))
        return redirect("plans:limits")
    if form is not None and request.method == "POST" and _written(request, form, None):
        messages.success(request, _("Saved. They count once the protocol owner confirms them."))
        return redirect("plans:limits")
    context = {
        "here": "limits",
        "may_write": request.user.may(MANAGE),
        "may_confirm": request.user.may(CONFIRM),
    }
    return _page(request, "plans/limits/clinic.html", page, form, **context)


@require_form
@require_permission(Permission.VIEW_PATIENTS)
@load_patient
def of_patient(request: ClinicianRequest, patient: Patient) -> HttpResponse:
    if patient.joined_to is not None:
        return redirect("plans:patient-limits", patient=patient.joined_to.pk)
    page = presenters.page_of(request.clinic, patient)
    form = _form(request, page, patient) if request.user.may(Permission.SIGN_PLAN) else None
    here = reverse("plans:patient-limits", kwargs={"patient": patient.pk})
    if request.method == "POST" and form is None:
        messages.warning(request, _("A prescriber types the limits for a patient."))
        return redirect(here)
    if form is not None and request.method == "POST" and _written(request, form, patient):
        messages.success(request, _("Saved. They count from now on."))
        return redirect(here)
    context = {
        "patient": patient,
        "banner": banner(patient, request.today),
        "tab": "check-ins",
        "nav": "patients",
    }
    return _page(request, "plans/limits/patient.html", page, form, **context)


@require_POST
@require_permission(CONFIRM)
def confirm(request: ClinicianRequest, limit_set: uuid.UUID) -> HttpResponse:
    row = presenters.waiting(request.clinic, limit_set)
    if row is None:
        raise Http404
    try:
        actions.confirm_limits(limits=row, now=request.now, by=request.user)
    except NotDoneError as refused:
        messages.warning(request, refused.sentence)
    else:
        messages.success(request, _("Confirmed with your name. It is in force now."))
    return redirect("plans:limits")


def _form(request: ClinicianRequest, page: presenters.Page, patient: Patient | None) -> LimitsForm:
    return LimitsForm(
        request.POST if request.method == "POST" else None,
        user=request.user,
        about=patient.pk if patient else request.clinic.pk,
        of_patient=patient is not None,
        # What somebody typed in the set before; nothing else ever stands in a box.
        initial={"number": page.number, **page.typed},
    )


def _written(request: ClinicianRequest, form: LimitsForm, patient: Patient | None) -> bool:
    if not form.is_valid():
        return False
    try:
        actions.write_limits(
            clinic=request.clinic,
            patient=patient,
            token=form.form_key,
            number=form.cleaned_data["number"],
            lines=form.lines,
            now=request.now,
            by=request.user,
        )
    except NotDoneError as refused:
        form.add_error(None, refused.sentence)
        return False
    return True


def _page(
    request: ClinicianRequest,
    template: str,
    page: presenters.Page,
    form: LimitsForm | None,
    **context: object,
) -> HttpResponse:
    context |= {
        "page": page,
        "form": form,
        "headings": presenters.headings(),
        "lines": presenters.lines_of(page, form),
    }
    return render(request, template, context)
