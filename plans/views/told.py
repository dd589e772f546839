"""The told list of a version: who knows of it, and who is still open."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from plans.access import load_version
from plans.actions import told as actions
from plans.forms.told import ToldForm
from plans.presenters import told as presenters
from plans.views.pages import REFUSED, page_of
from taperplan.accounts.access import require_permission
from taperplan.accounts.roles import Permission

if TYPE_CHECKING:
    from django.http import HttpResponse

    from plans.models import Version
    from taperplan.accounts.http import ClinicianRequest


@require_http_methods(["GET", "HEAD", "POST"])
@require_permission(Permission.RECORD_CHECK_IN)
@load_version
def told(request: ClinicianRequest, version: Version) -> HttpResponse:
    posted = request.method == "POST"
    form = ToldForm(
        request.POST if posted else None,
        user=request.user,
        about=version.pk,
        now=request.now.astimezone(request.clinic.zone),
        audiences=presenters.audiences(),
    )
    if posted and form.is_valid():
        given = form.cleaned_data
        actions.record(
            version=version,
            telling=actions.telling(given),
            token=form.form_key,
            now=request.now,
            by=request.user,
        )
        messages.success(request, _("It is recorded."))
        return redirect("plans:told", plan=version.plan_id, number=version.number)
    return page_of(
        request,
        "plans/change/told.html",
        version.plan.patient,
        status=REFUSED if posted else 200,
        plan=version.plan,
        version=version,
        lines=presenters.told_lines(version),
        form=form,
    )
