"""Later dates of a draft, moved: typed, shown, confirmed. No dose is touched."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from plans.access import load_draft
from plans.actions import plan as actions
from plans.forms.shift import ShiftForm
from plans.presenters.change import draft_preview, shift_steps
from plans.rules.shift import ShiftRefused, shifted
from plans.views.pages import REFUSED, page_of
from taperplan.accounts.access import require_permission
from taperplan.accounts.roles import Permission

if TYPE_CHECKING:
    from django.http import HttpResponse

    from plans.models import Draft
    from taperplan.accounts.http import ClinicianRequest


@require_http_methods(["GET", "HEAD", "POST"])
@require_permission(Permission.DRAFT_PLAN)
@load_draft
def shift(request: ClinicianRequest, draft: Draft) -> HttpResponse:
    """Typed first; then the dates before and after are shown; `confirm` writes them."""
    posted = request.method == "POST"
    form = ShiftForm(
        request.POST if posted else None,
        steps=shift_steps(draft.cells, today=request.today),
        initial={"revision": draft.revision},
    )
    shown: Any = None
    if posted and form.is_valid():
        given = form.cleaned_data
        try:
            cells = shifted(draft.cells, given["step"], given["by"], today=request.today)
            if request.POST.get("act") == "confirm":
                return _confirmed(request, draft, cells, given["revision"])
        except ShiftRefused as refused:
            form.add_error(None, refused.sentence)
        else:
            if request.POST.get("act") != "edit":
                shown = draft_preview(draft.cells, cells, today=request.today)
    return page_of(
        request,
        "plans/change/shift.html",
        draft.plan.patient,
        status=REFUSED if posted and form.errors else 200,
        plan=draft.plan,
        form=form,
        preview=shown,
        kept=[(name, request.POST[name]) for name in form.fields if name in request.POST]
        if shown
        else [],
    )


def _confirmed(request: ClinicianRequest, draft: Draft, cells: Any, revision: int) -> HttpResponse:
    try:
        actions.save(draft=draft, cells=cells, revision=revision, now=request.now, by=request.user)
    except actions.StaleDraftError:
        messages.warning(
            request, _("The draft was changed meanwhile. Look at its dates before moving them.")
        )
    else:
        messages.success(request, _("The dates are moved. No dose was touched."))
    return redirect("plans:draft", plan=draft.plan_id)
