"""A page of one patient, with who they are at its head."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.shortcuts import render

from patients.presenters import banner

if TYPE_CHECKING:
    from django.http import HttpResponse

    from patients.models import Patient
    from taperplan.accounts.http import ClinicianRequest

REFUSED = 422
CSV = "text/csv; charset=utf-8"


def page_of(
    request: ClinicianRequest,
    template: str,
    patient: Patient,
    *,
    status: int = 200,
    tab: str = "plan",
    **context: Any,
) -> HttpResponse:
    head = {
        "patient": patient,
        "banner": banner(patient, request.today),
        "tab": tab,
        "nav": "patients",
    }
    return render(request, template, {**head, **context}, status=status)
