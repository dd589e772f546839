"""Files for other programs."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, cast

from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from patients.access import load_patient
from patients.presenters import banner
from patients.restriction import team_only
from patients.vocabulary import Ground
from plans.actions import exchange as actions
from plans.actions import fhir_import as importing
from plans.fhir import reading
from plans.fhir.guard import Refused
from plans.forms.exchange import HandOverForm, TakeOverForm
from plans.presenters import document as documents
from plans.presenters import files
from plans.presenters.frame import Frame
from plans.presenters.home import worklist
from plans.rules.columns import WORKLIST
from plans.rules.exchange import FileKind
from plans.rules.paper import Recipient
from taperplan.accounts.access import require_permission
from taperplan.accounts.limits import Limited, limited, sent
from taperplan.accounts.refusals import NotDoneError
from taperplan.accounts.roles import Permission

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from patients.models import Patient
    from taperplan.accounts.http import ClinicianRequest
    from taperplan.columns import Values

REFUSED = 422
# More than a worklist ever holds.
EVERY_ROW = 1_000_000


@require_http_methods(["GET", "HEAD", "POST"])
@require_permission(Permission.PRINT_DOCUMENT)
@sent(Limited.FILE)
@load_patient
@team_only
def hand_over(request: ClinicianRequest, patient: Patient) -> HttpResponse:
    form = HandOverForm(
        request.POST if request.method == "POST" else None,
        user=request.user,
        today=request.today,
        consents=documents.offer(patient, request.today).consents,
        what=request.GET.get("what", ""),
    )
    if request.method == "POST" and form.is_valid():
        return _handed(request, patient, form.cleaned_data)
    return _page(request, patient, form)


def _handed(request: ClinicianRequest, patient: Patient, said: dict[str, Any]) -> HttpResponse:
    recipient, ground = Recipient(said["recipient"]), said["ground"]
    if not recipient.named:
        ground = Ground.PATIENT.value if recipient is Recipient.PATIENT else ""
    chosen = uuid.UUID(said["consent"]) if ground == Ground.CONSENT.value else None
    handing = actions.Handing(
        what=FileKind(said["what"]),
        recipient=recipient,
        recipient_name=said["recipient_name"] if recipient.named else "",
        ground=Ground(ground) if ground else None,
        consent=documents.consent_in_force(patient, chosen, request.today),
        why=said["why"] if recipient.named else "",
        facility=said["facility"] if recipient.named else "",
        emergency=said["emergency"] if recipient.named else "",
    )
    actions.hand_over(
        key=said["token"], patient=patient, handing=handing, now=request.now, by=request.user
    )
    base = request.build_absolute_uri("/fhir")
    response = StreamingHttpResponse(
        actions.content(handing.what, patient, now=request.now, base=base, by=request.user),
        content_type=handing.what.content_type,
    )
    name = f"{patient.reference}-{handing.what.value}.{handing.what.ending}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["X-Content-Type-Options"] = "nosniff"
    # Sent a piece at a time; whatever wraps a page takes it for one.
    return cast("HttpResponse", response)


def _page(request: ClinicianRequest, patient: Patient, form: HandOverForm) -> HttpResponse:
    context = {
        "form": form,
        "patient": patient,
        "banner": banner(patient, request.today),
        "tab": "documents",
        "nav": "patients",
        "action": reverse("plans:hand-over", kwargs={"patient": patient.pk}),
        "back": reverse("plans:patient-documents", kwargs={"patient": patient.pk}),
        "may_draft": request.user.may(Permission.DRAFT_PLAN),
    }
    status = REFUSED if form.errors else 200
    return render(request, "plans/exchange/hand_over.html", context, status=status)


@require_safe
@require_permission(Permission.VIEW_PATIENTS)
@limited(Limited.FILE)
def worklist_table(request: ClinicianRequest) -> HttpResponse:
    """The whole worklist, for whoever works through it on paper."""
    rows = list(_worklist_rows(request))
    actions.worklist_taken(rows=len(rows), by=request.user)
    response = HttpResponse(WORKLIST.write(rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="worklist.csv"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _worklist_rows(request: ClinicianRequest) -> Iterator[Values]:
    """Every row of every group, in as many statements as the page takes."""
    found = worklist(
        user=request.user,
        frame=Frame(request, flags=True, leaving=True),
        now=request.now,
        today=request.today,
        whose=request.GET.get("whose", ""),
        most=EVERY_ROW,
    )
    yield from files.worklist_rows(found.groups)


# --- A plan from another program -------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@require_permission(Permission.DRAFT_PLAN)
@load_patient
@team_only
def take_over(request: ClinicianRequest, patient: Patient) -> HttpResponse:
    """A file is read and shown; it is kept as history once, and nothing of it is in a draft."""
    form = TakeOverForm(
        request.POST if request.method == "POST" else None,
        request.FILES if request.method == "POST" else None,
        user=request.user,
        today=request.today,
    )
    told = None
    if request.method == "POST" and form.is_valid():
        data = form.data_of_file
        said = form.cleaned_data
        source = importing.source(set_by=said["set_by"], words=said["source"], data=data)
        try:
            found = reading.read(data)
            importing.take_over(
                key=said["token"],
                patient=patient,
                told=found,
                source=source,
                now=request.now,
                by=request.user,
            )
        except (Refused, NotDoneError) as refused:
            form.add_error("file", refused.sentence)
        else:
            told = found
    context = {
        "form": None if told else form,
        "told": told,
        "earlier": files.taken_over(patient, request.clinic.zone),
        "patient": patient,
        "banner": banner(patient, request.today),
        "tab": "plan",
        "nav": "patients",
        "action": reverse("plans:take-over", kwargs={"patient": patient.pk}),
        "back": reverse("plans:plans", kwargs={"patient": patient.pk}),
    }
    status = REFUSED if form.errors else 200
    return render(request, "plans/exchange/take_over.html", context, status=status)
