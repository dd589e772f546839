"""The records officer's room: find a record, its accounting and copy, archive, hold, keep."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from patients import copies, records
from patients.access import viewed
from patients.keeping import LegalHold, RetentionPeriod, Tombstone
from patients.presenters import records as presenters
from patients.records_forms import CopyForm, KeepForm, RetentionForm
from taperplan import searches, tables
from taperplan.accounts.access import require_permission
from taperplan.accounts.limits import Limited, limited, sent
from taperplan.accounts.refusals import DiffersError, NotDoneError
from taperplan.accounts.roles import Permission
from taperplan.accounts.step_up import step_up

if TYPE_CHECKING:
    import uuid
    from collections.abc import Callable

    from patients.models import Patient
    from taperplan.accounts.http import ClinicianRequest

    View = Callable[..., HttpResponse]

require_form = require_http_methods(["GET", "HEAD", "POST"])
KEEP = Permission.KEEP_RECORDS


def load_record(view: View) -> View:
    """`patient: UUID` becomes the record, restricted and archived ones too. Unknown and another
    clinic's are the same 404; what is shown leaves a row in the trail."""

    @wraps(view)
    def loaded(
        request: ClinicianRequest, *args: Any, patient: uuid.UUID, **kwargs: Any
    ) -> HttpResponse:
        found = get_object_or_404(records.kept_by(request.user), pk=patient)
        response = view(request, *args, patient=found, **kwargs)
        if response.status_code == 200 and response["Content-Type"].startswith("text/html"):
            viewed(request, found)
        return response

    return loaded


@require_form
@require_permission(KEEP)
@limited(Limited.SEARCH, asked=searches.SEALED)
def room(request: ClinicianRequest) -> HttpResponse:
    if request.method == "POST":
        return searches.answered(request)
    asked = searches.asked(request).replace("\0", "")
    found = records.find(request.user, asked)
    if asked.strip():
        records.searched(found=len(found), by=request.user)
    context = {
        "nav": "records",
        "q": asked,
        "found": [presenters.line(one, request.today) for one in found],
        "due": presenters.due_lines(records.due(request.user, request.today)),
        "period": presenters.period(RetentionPeriod.objects.in_force(request.clinic)),
        "stones": presenters.stones(records.tombstones(request.clinic)),
    }
    return render(request, "patients/records/room.html", context)


@require_safe
@require_permission(KEEP)
@load_record
def record(request: ClinicianRequest, patient: Patient) -> HttpResponse:
    context = {
        "nav": "records",
        "record": presenters.line(patient, request.today),
        "disclosures": presenters.accounting(records.disclosures(patient)),
        "holds": presenters.holds(records.holds(patient)),
        "due": presenters.due_line(records.due_of(patient, request.today)),
    }
    return render(request, "patients/records/record.html", context)


@require_safe
@require_permission(KEEP)
@limited(Limited.FILE)
@step_up
@load_record
def accounting(request: ClinicianRequest, patient: Patient) -> HttpResponse:
    """What left, to whom and on which ground, as a table to hand to the patient."""
    rows = presenters.accounting(records.disclosures(patient))
    records.accounted(patient, rows=len(rows), by=request.user)
    content = tables.write(presenters.ACCOUNTING, [row.cells for row in rows])
    response = HttpResponse(content, content_type="text/csv; charset=utf-8")
    name = f"accounting-{patient.reference}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


@require_form
@require_permission(KEEP)
@sent(Limited.FILE)
@step_up
@load_record
def copy(request: ClinicianRequest, patient: Patient) -> HttpResponse:
    form = CopyForm(_sent(request), user=request.user, patient=patient, today=request.today)
    if request.method == "POST" and form.is_valid():
        file = copies.copy_of(patient=patient, wish=form.said(), now=request.now, by=request.user)
        response = FileResponse(
            file,
            as_attachment=True,
            filename=f"record-{patient.reference}.zip",
            content_type="application/zip",
        )
        response["X-Content-Type-Options"] = "nosniff"
        return response  # type: ignore[return-value]
    return _act(
        request,
        patient,
        form,
        title=_("Copy of the whole record"),
        text=_(
            "One file with every row and every printed document of this record, as a page to read "
            "and as data. It stands in the patient's accounting. What was told in confidence by a "
            "third person is left out of a copy for the patient."
        ),
        act=_("Make the copy"),
    )


@require_form
@require_permission(KEEP)
@load_record
def archive(request: ClinicianRequest, patient: Patient) -> HttpResponse:
    away = patient.archived_at is None
    title = _("Archive the record") if away else _("Take the record out of the archive")
    return _keep(
        request,
        patient,
        lambda why, _token: records.archive(
            patient=patient, away=away, why=why, now=request.now, by=request.user
        ),
        title=title,
        text=_(
            "An archived record stands in no list and no search of clinicians. They reach it in "
            "an emergency only; you take it out again here."
        ),
    )


@require_form
@require_permission(KEEP)
@load_record
def hold(request: ClinicianRequest, patient: Patient) -> HttpResponse:
    return _keep(
        request,
        patient,
        lambda why, token: records.hold(
            patient=patient, token=token, why=why, now=request.now, by=request.user
        ),
        title=_("Place a legal hold"),
        text=_("While it lasts this record is neither due nor destroyed."),
    )


@require_form
@require_permission(KEEP)
@load_record
def end_hold(request: ClinicianRequest, patient: Patient, legal_hold: uuid.UUID) -> HttpResponse:
    held = get_object_or_404(LegalHold, patient=patient, pk=legal_hold)
    return _keep(
        request,
        patient,
        lambda why, _token: records.end_hold(held=held, why=why, now=request.now, by=request.user),
        title=_("End the legal hold"),
        text=held.why,
    )


@require_form
@require_permission(KEEP)
@step_up
@load_record
def destroy(request: ClinicianRequest, patient: Patient) -> HttpResponse:
    """The first of two approvals, or the second, with which the record is gone."""
    form = KeepForm(_sent(request), user=request.user, patient=patient, today=request.today)
    if request.method == "POST" and form.is_valid():
        try:
            made = records.approve(
                patient=patient,
                token=form.cleaned_data["token"],
                why=form.cleaned_data["why"],
                today=request.today,
                now=request.now,
                by=request.user,
            )
        except NotDoneError as refused:
            form.add_error(None, refused.sentence)
        else:
            if isinstance(made, Tombstone):
                messages.success(request, _("The record is destroyed. Its tombstone stays."))
                return redirect("patients:records")
            messages.success(request, _("Approved. A second person approves it too."))
            return redirect("patients:record-kept", patient=patient.pk)
    return _act(
        request,
        patient,
        form,
        title=_("Approve the destruction"),
        text=_(
            "Two people approve. With the second approval every row and every document of this "
            "record is deleted from the database, and cannot be brought back from it. The trail "
            "keeps its rows, which name nobody."
        ),
        act=_("Approve"),
    )


@require_form
@require_permission(KEEP)
def retention(request: ClinicianRequest) -> HttpResponse:
    standing = RetentionPeriod.objects.in_force(request.clinic)
    form = RetentionForm(_sent(request), user=request.user, standing=standing, today=request.today)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            records.write_period(
                clinic=request.clinic,
                token=said["token"],
                number=int(said["read"]),
                after_last_entry=said["after_last_entry"],
                after_death=said["after_death"],
                until_age=said["until_age"],
                source=said["source"],
                now=request.now,
                by=request.user,
            )
        except DiffersError:
            form.add_error(
                None, _("Somebody wrote another period meanwhile. Open this page again.")
            )
        else:
            messages.success(request, _("The period is written."))
            return redirect("patients:records")
    context = {"nav": "records", "form": form, "period": presenters.period(standing)}
    return render(request, "patients/records/retention.html", context)


def _sent(request: ClinicianRequest) -> Any:
    return request.POST if request.method == "POST" else None


def _keep(
    request: ClinicianRequest,
    patient: Patient,
    do: Callable[[str, uuid.UUID], object],
    *,
    title: str,
    text: str,
) -> HttpResponse:
    form = KeepForm(_sent(request), user=request.user, patient=patient, today=request.today)
    if request.method == "POST" and form.is_valid():
        try:
            do(form.cleaned_data["why"], form.cleaned_data["token"])
        except NotDoneError as refused:
            form.add_error(None, refused.sentence)
        else:
            messages.success(request, _("Written down."))
            return redirect("patients:record-kept", patient=patient.pk)
    return _act(request, patient, form, title=title, text=text, act=title)


def _act(
    request: ClinicianRequest, patient: Patient, form: Any, *, title: str, text: str, act: str
) -> HttpResponse:
    context = {
        "nav": "records",
        "form": form,
        "record": presenters.line(patient, request.today),
        "title": title,
        "text": text,
        "act": act,
    }
    return render(request, "patients/records/act.html", context)
