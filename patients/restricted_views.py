"""Restricting a record, opening one in an emergency, and reviewing who did."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from patients import forms, presenters, restriction
from patients.access import load_patient
from patients.presenters import banner
from taperplan.accounts.access import require_permission
from taperplan.accounts.refusals import NotDoneError
from taperplan.accounts.roles import Permission

if TYPE_CHECKING:
    import uuid

    from django.http import HttpResponse

    from patients.models import Patient
    from taperplan.accounts.http import ClinicianRequest

require_form = require_http_methods(["GET", "HEAD", "POST"])


@require_form
@require_permission(Permission.AMEND_PATIENT)
@load_patient
@restriction.team_only
def restrict(request: ClinicianRequest, patient: Patient) -> HttpResponse:
    """Restricts an open record, opens a restricted one."""
    lift = patient.restricted
    form = forms.WhyForm(request.POST if request.method == "POST" else None, today=request.today)
    if request.method == "POST" and form.is_valid():
        try:
            restriction.restrict(
                patient=patient,
                restricted=not lift,
                why=form.cleaned_data["why"],
                now=request.now,
                by=request.user,
            )
        except NotDoneError as refused:
            form.add_error(None, refused.sentence)
        else:
            done = _("The record is open to the clinic again.") if lift else _("Restricted.")
            messages.success(request, done)
            return redirect(presenters.patient_url(patient))
    title = _("Open the record to the clinic") if lift else _("Restrict the record")
    context = {
        "patient": patient,
        "banner": banner(patient, request.today),
        "tab": "intake",
        "form": form,
        "title": title,
        "text": _(
            "A restricted record is reached by the care team only. Others open it in an "
            "emergency, for an hour, with a reason, and the privacy lead reviews each use. Open "
            "red flags stay visible to everybody who treats patients here."
        ),
        "act": title,
        "back": presenters.intake_url(patient),
    }
    return render(request, "patients/act.html", context)


@require_form
@require_permission(Permission.VIEW_PATIENTS)
def emergency(request: ClinicianRequest) -> HttpResponse:
    """One restricted record, named exactly, for an hour. Nothing is listed here."""
    form = forms.EmergencyForm(
        request.POST if request.method == "POST" else None, user=request.user, today=request.today
    )
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        found = restriction.restricted_record(
            request.clinic,
            number=said["number"],
            family_name=said["family_name"],
            born=said["born"],
        )
        if found is None:
            form.add_error(
                None,
                _("No restricted record is named exactly so. Type its number as it is written."),
            )
        else:
            restriction.open_in_emergency(
                patient=found,
                token=said["token"],
                reason=said["reason"],
                now=request.now,
                by=request.user,
            )
            return redirect(presenters.patient_url(found))
    return render(request, "patients/emergency.html", {"nav": "patients", "form": form})


@require_safe
@require_permission(Permission.REVIEW_ACCESS)
def reviews(request: ClinicianRequest) -> HttpResponse:
    rows = presenters.emergency_rows(restriction.not_reviewed(request.clinic), request.now)
    return render(request, "patients/reviews.html", {"nav": "reviews", "rows": rows})


@require_form
@require_permission(Permission.REVIEW_ACCESS)
def review(request: ClinicianRequest, emergency_access: uuid.UUID) -> HttpResponse:
    found = get_object_or_404(restriction.of_clinic(request.clinic), pk=emergency_access)
    if hasattr(found, "review"):
        raise Http404
    form = forms.EmergencyReviewForm(
        request.POST if request.method == "POST" else None, today=request.today
    )
    if request.method == "POST" and form.is_valid():
        try:
            restriction.review(
                access=found, note=form.cleaned_data["note"], now=request.now, by=request.user
            )
        except NotDoneError as refused:
            form.add_error(None, refused.sentence)
        else:
            messages.success(request, _("Reviewed."))
            return redirect("patients:reviews")
    row = presenters.emergency_rows([found], request.now)[0]
    return render(request, "patients/review.html", {"nav": "reviews", "form": form, "row": row})
