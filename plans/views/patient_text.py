"""The fixed words of the handout: shown whole, and confirmed by the protocol owner."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from plans.actions import patient_text as actions
from plans.presenters.patient_text import cards
from plans.rules.patient_texts import SetKey
from taperplan.accounts.access import require_permission
from taperplan.accounts.refusals import NotDoneError
from taperplan.accounts.roles import Permission

if TYPE_CHECKING:
    from django.http import HttpResponse

    from taperplan.accounts.http import ClinicianRequest

MANAGE, CONFIRM = Permission.MANAGE_CLINIC, Permission.CONFIRM_PROTOCOL


@require_safe
@require_permission(MANAGE, CONFIRM)
def patient_texts(request: ClinicianRequest) -> HttpResponse:
    context = {
        "here": "patient-texts",
        "cards": cards(request.clinic),
        "may_write": request.user.may(MANAGE),
        "may_confirm": request.user.may(CONFIRM),
    }
    return render(request, "plans/patient_text/list.html", context)


@require_POST
@require_permission(CONFIRM)
def confirm_patient_text(request: ClinicianRequest, key: str) -> HttpResponse:
    if key not in {one.value for one in SetKey}:
        raise Http404
    known = SetKey(key)
    try:
        actions.confirm_text_set(
            clinic=request.clinic,
            key=known,
            digest=request.POST.get("digest", ""),
            now=request.now,
            by=request.user,
        )
    except NotDoneError as refused:
        messages.error(request, refused.sentence)
    else:
        messages.success(request, _("Confirmed: %(words)s.") % {"words": known.words})
    return redirect("plans:patient-texts")
