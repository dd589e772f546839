"""Plans taken over from elsewhere: read, and added as told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from patients.access import load_patient
from plans.actions import taken_over as actions
from plans.forms.taken_over import TakenOverForm
from plans.presenters.taken_over import taken_over_lines
from plans.views.pages import REFUSED, page_of
from taperplan.accounts.access import require_permission
from taperplan.accounts.roles import Permission

if TYPE_CHECKING:
    from django.http import HttpResponse

    from patients.models import Patient
    from taperplan.accounts.http import ClinicianRequest


@require_http_methods(["GET", "HEAD", "POST"])
@require_permission(Permission.RECORD_CHECK_IN)
@load_patient
def taken_over(request: ClinicianRequest, patient: Patient) -> HttpResponse:
    posted = request.method == "POST"
    form = TakenOverForm(request.POST if posted else None, user=request.user)
    if posted and form.is_valid():
        given = dict(form.cleaned_data)
        actions.take_over(
            key=given.pop("token"), patient=patient, **given, now=request.now, by=request.user
        )
        messages.success(request, _("It is kept as told. Nothing is set by it."))
        return redirect("plans:taken-over", patient=patient.pk)
    return page_of(
        request,
        "plans/change/taken_over.html",
        patient,
        status=REFUSED if posted else 200,
        form=form,
        lines=taken_over_lines(patient),
    )
