"""The fixed words of the handout: shown whole, and confirmed by the protocol owner."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from plans.actions import patient_text as actions
from plans.forms.patient_text import WithdrawForm
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


@require_http_methods(["GET", "HEAD", "POST"])
@require_permission(CONFIRM)
def withdraw_patient_text(request: ClinicianRequest, key: str) -> HttpResponse:
    card = next(
        (one for one in cards(request.clinic) if one.words.key.value == key and one.confirmed), None
    )
    if card is None:
        raise Http404
    form = WithdrawForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        actions.withdraw_text_set(
            clinic=request.clinic,
            key=card.words.key,
            why=form.cleaned_data["why"],
            now=request.now,
            by=request.user,
        )
        messages.success(request, _("Withdrawn: %(words)s.") % {"words": card.words.key.words})
        return redirect("plans:patient-texts")
    context = {
        "here": "patient-texts",
        "form": form,
        "card": card,
        "may_write": request.user.may(MANAGE),
    }
    status = 422 if form.errors else 200
    return render(request, "plans/patient_text/withdraw.html", context, status=status)
