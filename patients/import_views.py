"""The import of a clinic's existing patients: a room, and each import in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from patients import import_actions as actions
from patients import import_forms as forms
from patients.models import PatientImport
from patients.presenters import importing as presenters
from patients.views import require_form
from taperplan import tables
from taperplan.accounts.access import require_permission
from taperplan.accounts.refusals import NotDoneError
from taperplan.accounts.roles import Permission

if TYPE_CHECKING:
    import uuid
    from collections.abc import Callable

    from django.http import HttpResponse

    from taperplan.accounts.http import ClinicianRequest


def _load(request: ClinicianRequest, key: uuid.UUID) -> PatientImport:
    rows = PatientImport.objects.visible_to(request.user).select_related("clinic")
    return get_object_or_404(rows.defer("content"), pk=key)


def _revision(request: ClinicianRequest) -> int:
    typed = request.POST.get("revision", "")
    return int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 10 else -1


@require_form
@require_permission(Permission.REGISTER_PATIENT)
def room(request: ClinicianRequest) -> HttpResponse:
    sent = request.method == "POST"
    form = forms.FileForm(
        request.POST if sent else None,
        request.FILES if sent else None,
        user=request.user,
        today=request.today,
    )
    context: dict[str, Any] = {"nav": "patients", "form": form, "labels": forms.LABELS.values()}
    if sent and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            made = actions.begin(
                token=form.cleaned_data["token"],
                clinic=request.clinic,
                file_name=file.name or _("a table"),
                data=file.read(),
                now=request.now,
                by=request.user,
            )
        except tables.Unreadable as unreadable:
            context["faults"] = unreadable.faults[: presenters.FAULTS_SHOWN]
        except NotDoneError as refused:
            form.add_error(None, refused.sentence)
        else:
            return redirect("patients:import", patient_import=made.pk)
    context["imports"] = presenters.imports(request.clinic, request.user)
    return render(request, "patients/import/room.html", context)


@require_safe
@require_permission(Permission.REGISTER_PATIENT)
def show(request: ClinicianRequest, patient_import: uuid.UUID) -> HttpResponse:
    return _page(request, _load(request, patient_import))


def _page(
    request: ClinicianRequest, found: PatientImport, form: forms.ColumnsForm | None = None
) -> HttpResponse:
    page = presenters.import_page(found, request.user)
    form = form or forms.ColumnsForm(found=found, columns=page.columns, today=request.today)
    context = {"nav": "patients", "found": found, "page": page, "form": form}
    return render(request, "patients/import/import.html", context)


@require_POST
@require_permission(Permission.REGISTER_PATIENT)
def columns(request: ClinicianRequest, patient_import: uuid.UUID) -> HttpResponse:
    found = _load(request, patient_import)
    form = forms.ColumnsForm(
        request.POST, found=found, columns=found.found["columns"], today=request.today
    )
    if not form.is_valid():
        return _page(request, found, form)
    return _act(
        request,
        found,
        lambda: actions.remap(
            found=found,
            mapping=form.mapping(),
            revision=_revision(request),
            now=request.now,
            by=request.user,
        ),
    )


@require_POST
@require_permission(Permission.REGISTER_PATIENT)
def decide(request: ClinicianRequest, patient_import: uuid.UUID) -> HttpResponse:
    found = _load(request, patient_import)
    decisions = {
        int(name[5:]): request.POST.get(name, "")
        for name in request.POST
        if name.startswith("line-") and name[5:].isascii() and name[5:].isdecimal()
    }
    return _act(
        request,
        found,
        lambda: actions.decide(
            found=found,
            decisions=decisions,
            revision=_revision(request),
            now=request.now,
            by=request.user,
        ),
    )


@require_POST
@require_permission(Permission.REGISTER_PATIENT)
def start(request: ClinicianRequest, patient_import: uuid.UUID) -> HttpResponse:
    found = _load(request, patient_import)
    return _act(
        request,
        found,
        lambda: actions.start(
            found=found, revision=_revision(request), now=request.now, by=request.user
        ),
    )


@require_POST
@require_permission(Permission.REGISTER_PATIENT)
def go_on(request: ClinicianRequest, patient_import: uuid.UUID) -> HttpResponse:
    """One batch. A page with scripts asks for the next by itself; else there is a button."""
    found = _load(request, patient_import)
    return _act(
        request, found, lambda: actions.go_on(found=found, now=request.now, by=request.user)
    )


@require_POST
@require_permission(Permission.REGISTER_PATIENT)
def give_up(request: ClinicianRequest, patient_import: uuid.UUID) -> HttpResponse:
    found = _load(request, patient_import)
    return _act(
        request,
        found,
        lambda: actions.give_up(
            found=found, revision=_revision(request), now=request.now, by=request.user
        ),
    )


def _act(
    request: ClinicianRequest, found: PatientImport, act: Callable[[], PatientImport]
) -> HttpResponse:
    try:
        act()
    except NotDoneError as refused:
        messages.warning(request, refused.sentence)
    return redirect("patients:import", patient_import=found.pk)
