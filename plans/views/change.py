"""Stay on a dose, go on, interrupt, restart: typed, shown, confirmed; then a draft to sign."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from plans.access import load_plan
from plans.actions import change as actions
from plans.actions import plan as plan_actions
from plans.forms import change as forms
from plans.presenters import change as presenters
from plans.rules.lifecycle import VersionKind
from plans.views.pages import REFUSED, page_of
from taperplan.accounts.access import require_permission
from taperplan.accounts.roles import Permission

if TYPE_CHECKING:
    from django.http import HttpResponse

    from plans.models import Plan
    from taperplan.accounts.http import ClinicianRequest

_FORMS: dict[str, type[forms.ChangeForm]] = {
    "hold": forms.StayForm,
    "resume": forms.GoOnForm,
    "interrupt": forms.InterruptForm,
    "restart": forms.RestartForm,
}


@require_http_methods(["GET", "HEAD", "POST"])
@require_permission(Permission.DRAFT_PLAN)
@load_plan
def change(request: ClinicianRequest, plan: Plan, change: str) -> HttpResponse:
    """Typed first; then what it does is shown; `confirm` makes the draft."""
    kind = presenters.KINDS[change]
    posted = request.method == "POST"
    form = _FORMS[change](request.POST if posted else None, user=request.user)
    shown, status = None, 200
    try:
        actions.check(plan, kind)
    except plan_actions.NotDoneError as refused:
        messages.warning(request, str(refused))
        return redirect("plans:plan", plan=plan.pk)
    if posted and form.is_valid():
        try:
            asked = replace(
                _asked(request, plan, kind, form.cleaned_data),
                from_slot=form.cleaned_data["from_slot"],
            )
            if request.POST.get("act") == "confirm":
                return _drafted(request, plan, form, asked)
        except plan_actions.NotDoneError as refused:
            form.add_error(None, str(refused))
            status = REFUSED
        else:
            if request.POST.get("act") != "edit":
                shown = presenters.preview(
                    kind, asked.before, asked.after, asked.from_day, asked.from_slot
                )
    elif posted:
        status = REFUSED
    return page_of(
        request,
        "plans/change/change.html",
        plan.patient,
        status=status,
        plan=plan,
        form=form,
        words=presenters.change_words(kind),
        preview=shown,
        waits=actions.waits_for(plan),
        kept=[
            (name, value)
            for name, values in request.POST.lists()
            if name not in ("act", "csrfmiddlewaretoken")
            for value in values
        ]
        if shown
        else [],
    )


def _asked(
    request: ClinicianRequest, plan: Plan, kind: VersionKind, given: dict[str, Any]
) -> actions.Change:
    from_day, reason = given["from_day"], given["reason"]
    match kind:
        case VersionKind.HOLD:
            return actions.staying(
                plan=plan, from_day=from_day, days=given["days"], until=given["until"],
                reason=reason, today=request.today,
            )  # fmt: skip
        case VersionKind.RESUME:
            return actions.going_on(
                plan=plan, from_day=from_day, reason=reason, today=request.today
            )
        case VersionKind.INTERRUPT:
            return actions.interrupting(
                plan=plan, from_day=from_day, until=given["until"], where=given["where"],
                reason=reason,
            )  # fmt: skip
        case _:
            return actions.restarting(
                plan=plan, from_day=from_day, later=given["dates"] == "later", reason=reason
            )


def _drafted(
    request: ClinicianRequest, plan: Plan, form: forms.ChangeForm, asked: actions.Change
) -> HttpResponse:
    draft = actions.draft(
        key=form.cleaned_data["token"], plan=plan, change=asked, now=request.now, by=request.user
    )
    ready = plan_actions.readiness(draft, today=request.today, by=request.user)
    if ready.reading.refusals or ready.open:
        messages.success(request, _("The draft is made. It waits for what is listed below it."))
        return redirect("plans:draft", plan=plan.pk)
    messages.success(request, _("The draft is made. Read it and sign it."))
    return redirect("plans:sign", plan=plan.pk)
