"""The symptom catalogue: kept by administrators, confirmed by the protocol owner."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from plans.actions import catalogue as actions
from plans.forms.catalogue import ItemForm, as_typed
from plans.presenters import catalogue as presenters
from taperplan.accounts.access import require_permission
from taperplan.accounts.refusals import NotDoneError
from taperplan.accounts.roles import Permission

if TYPE_CHECKING:
    import uuid

    from django.http import HttpResponse

    from plans.rules.catalogue import Entry
    from taperplan.accounts.http import ClinicianRequest

MANAGE, CONFIRM = Permission.MANAGE_CLINIC, Permission.CONFIRM_PROTOCOL
require_form = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
@require_permission(MANAGE, CONFIRM)
def catalogue(request: ClinicianRequest) -> HttpResponse:
    return _page(
        request, "plans/catalogue/list.html", page=presenters.catalogue_page(request.clinic)
    )


@require_form
@require_permission(MANAGE)
def add(request: ClinicianRequest) -> HttpResponse:
    known = presenters.catalogue_of(request.clinic)
    form = ItemForm(
        request.POST if request.method == "POST" else None,
        user=request.user,
        about=request.clinic.pk,
        places=presenters.places(known),
        new=True,
        initial={"number": 0},
    )
    if request.method == "POST" and form.is_valid():
        entry = form.entry(actions.own_key(form.form_key))
        if _written(request, form, entry):
            return redirect("plans:catalogue")
    return _page(request, "plans/catalogue/item.html", form=form, item=None)


@require_form
@require_permission(MANAGE, CONFIRM)
def item(request: ClinicianRequest, key: str) -> HttpResponse:
    found = presenters.item_page(request.clinic, key)
    if found is None:
        raise Http404
    form = None
    if request.user.may(MANAGE) and not found.fixed:
        form = ItemForm(
            request.POST if request.method == "POST" else None,
            user=request.user,
            about=request.clinic.pk,
            places=found.places,
            asked=found.asked,
            level=not found.lowered_elsewhere,
            may_retire=found.may_retire,
            initial=as_typed(found.entry, found.number),
        )
    if request.method == "POST" and form is None:
        return _refused(request)
    if request.method == "POST" and form is not None and form.is_valid():
        entry = form.entry(key, found.entry.shape)
        if _written(request, form, entry):
            return redirect("plans:catalogue")
    return _page(request, "plans/catalogue/item.html", form=form, item=found)


@require_POST
@require_permission(CONFIRM)
def confirm(request: ClinicianRequest, catalogue_entry: uuid.UUID) -> HttpResponse:
    row = presenters.waiting_entry(request.clinic, catalogue_entry)
    if row is None:
        raise Http404
    try:
        actions.confirm_entry(entry=row, now=request.now, by=request.user)
    except NotDoneError as refused:
        messages.warning(request, refused.sentence)
    else:
        messages.success(request, _("Confirmed with your name. It is in force now."))
    return redirect("plans:catalogue")


def _written(request: ClinicianRequest, form: ItemForm, entry: Entry) -> bool:
    try:
        row = actions.write_entry(
            clinic=request.clinic,
            token=form.form_key,
            number=form.cleaned_data["number"],
            entry=entry,
            now=request.now,
            by=request.user,
        )
    except NotDoneError as refused:
        form.add_error(None, refused.sentence)
        return False
    if row.waits:
        messages.success(request, _("Saved. It touches a red flag: it counts once confirmed."))
    else:
        messages.success(request, _("Saved. It counts from now on."))
    return True


def _refused(request: ClinicianRequest) -> HttpResponse:
    messages.warning(request, _("Nothing about this item can be changed here."))
    return redirect("plans:catalogue")


def _page(request: ClinicianRequest, template: str, **context: object) -> HttpResponse:
    context |= {
        "here": "symptoms",
        "may_write": request.user.may(MANAGE),
        "may_confirm": request.user.may(CONFIRM),
    }
    return render(request, template, context)
