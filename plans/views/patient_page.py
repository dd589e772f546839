"""A patient's page: the first room of their record."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.shortcuts import render
from django.views.decorators.http import require_safe

from patients.access import load_patient
from patients.presenters import banner
from plans.presenters.patient_page import patient_page
from taperplan.accounts.access import require_permission
from taperplan.accounts.roles import Permission

if TYPE_CHECKING:
    from django.http import HttpResponse

    from patients.models import Patient
    from taperplan.accounts.http import ClinicianRequest


@require_safe
@require_permission(Permission.VIEW_PATIENTS)
@load_patient
def overview(request: ClinicianRequest, patient: Patient) -> HttpResponse:
    page = patient_page(
        patient,
        user=request.user,
        now=request.now,
        today=request.today,
        show=request.GET.get("story", ""),
        before=_moment(request.GET.get("before", "")),
        address_of_page=request.path,
    )
    context = {
        "patient": patient,
        "banner": banner(patient, request.today),
        "tab": "overview",
        "nav": "patients",
        "page": page,
    }
    return render(request, "plans/patient/overview.html", context)


def _moment(typed: str) -> datetime | None:
    """The moment that an "older" link names; None where what stands there is none."""
    if len(typed) > 40:
        return None
    try:
        moment = datetime.fromisoformat(typed)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None and 1900 < moment.year < 2300 else None
