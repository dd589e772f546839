"""Red flags: reported, listed, answered. Opening a page acknowledges nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from patients.access import load_patient
from patients.presenters import banner
from plans.access import load_escalation
from plans.actions import escalation as actions
from plans.actions.handover import Handover, NoteDiffersError, write_handover_note
from plans.forms.escalation import (
    CloseForm,
    ContactForm,
    InErrorForm,
    InsteadForm,
    OutcomeForm,
    ReopenForm,
    ReportForm,
)
from plans.forms.handover import PARTS, HandoverForm
from plans.presenters import escalation as presenters
from plans.presenters.catalogue import catalogue_of
from plans.presenters.handover_note import handover_note
from plans.rules.redflags import Level, MoveHow, Reached, Source
from taperplan.accounts.access import require_permission
from taperplan.accounts.refusals import NotDoneError
from taperplan.accounts.roles import Permission

if TYPE_CHECKING:
    from django.forms import Form
    from django.http import HttpResponse

    from patients.models import Patient
    from plans.models import Escalation
    from taperplan.accounts.http import ClinicianRequest

require_form = require_http_methods(["GET", "HEAD", "POST"])
TAB = "red-flags"


# --- lists ------------------------------------------------------------------------------------


@require_safe
@require_permission(Permission.VIEW_PATIENTS)
def clinic_list(request: ClinicianRequest) -> HttpResponse:
    flags = presenters.clinic_flags(request.user, now=request.now)
    return render(request, "plans/escalation/list.html", {"flags": flags, "nav": TAB})


@require_safe
@require_permission(Permission.VIEW_PATIENTS)
@load_patient
def patient_list(request: ClinicianRequest, patient: Patient) -> HttpResponse:
    flags = presenters.patient_flags(patient, now=request.now)
    return _of_patient(request, patient, "plans/escalation/of_patient.html", flags=flags)


# --- Report now -------------------------------------------------------------------------------


@require_form
@require_permission(Permission.REPORT_RED_FLAG)
@load_patient
def report(request: ClinicianRequest, patient: Patient) -> HttpResponse:
    form = ReportForm(
        _sent(request),
        user=request.user,
        about=patient.pk,
        catalogue=catalogue_of(request.clinic),
    )
    if request.method == "POST" and form.is_valid():
        escalation = actions.report_red_flag(
            patient=patient.joined_to or patient,
            report=actions.Report(
                symptom=form.cleaned_data["symptom"],
                source=Source.REPORT,
                text=form.cleaned_data["text"],
                happened=form.cleaned_data["happened"],
                said_by=form.cleaned_data["said_by"],
                form=form.form_key,
            ),
            frozen_now=request.now,
            by=request.user,
        )
        return redirect("plans:red-flag", escalation=escalation.pk)
    return _of_patient(
        request,
        patient,
        "plans/escalation/report.html",
        form=form,
        protocol=presenters.protocol(patient, Level.EMERGENCY),
    )


# --- one red flag -----------------------------------------------------------------------------


@require_safe
@require_permission(Permission.VIEW_PATIENTS)
@load_escalation
def red_flag(request: ClinicianRequest, escalation: Escalation) -> HttpResponse:
    return _page(request, escalation)


@require_POST
@require_permission(Permission.ACKNOWLEDGE_ESCALATION)
@load_escalation
def acknowledge(request: ClinicianRequest, escalation: Escalation) -> HttpResponse:
    try:
        actions.acknowledge(escalation=escalation, frozen_now=request.now, by=request.user)
    except NotDoneError as refused:
        messages.warning(request, refused.sentence)
    else:
        messages.success(request, _("Red flag acknowledged by you."))
    return redirect("plans:red-flag", escalation=escalation.pk)


@require_POST
@require_permission(Permission.ACKNOWLEDGE_ESCALATION)
@load_escalation
def contact(request: ClinicianRequest, escalation: Escalation) -> HttpResponse:
    form = _contact_form(request, escalation, request.POST)
    if not form.is_valid():
        return _page(request, escalation, contact=form)
    given = form.cleaned_data
    try:
        actions.record_contact(
            escalation=escalation,
            contact=actions.ContactMade(
                whom=given["whom"],
                place=given["place"],
                how=MoveHow(given["how"]),
                reached=Reached(given["reached"]),
                text=given["text"],
                at=given["at"],
            ),
            acknowledging=bool(given.get("dealing")),
            form=form.form_key,
            frozen_now=request.now,
            by=request.user,
        )
    except NotDoneError as refused:
        form.add_error(None, refused.sentence)
        return _page(request, escalation, contact=form)
    messages.success(request, _("The contact is recorded."))
    return redirect("plans:red-flag", escalation=escalation.pk)


@require_POST
@require_permission(Permission.ACKNOWLEDGE_ESCALATION)
@load_escalation
def instead(request: ClinicianRequest, escalation: Escalation) -> HttpResponse:
    form = InsteadForm(request.POST, **_given(request, escalation), now=_local(request))
    if not form.is_valid():
        return _page(request, escalation, instead=form)
    try:
        actions.record_done_instead(
            escalation=escalation,
            text=form.cleaned_data["text"],
            at=form.cleaned_data["at"],
            form=form.form_key,
            frozen_now=request.now,
            by=request.user,
        )
    except NotDoneError as refused:
        form.add_error(None, refused.sentence)
        return _page(request, escalation, instead=form)
    messages.success(request, _("What was done instead is recorded."))
    return redirect("plans:red-flag", escalation=escalation.pk)


@require_POST
@require_permission(Permission.ACKNOWLEDGE_ESCALATION)
@load_escalation
def outcome(request: ClinicianRequest, escalation: Escalation) -> HttpResponse:
    form = OutcomeForm(request.POST, **_given(request, escalation))
    if not form.is_valid():
        return _page(request, escalation, outcome=form)
    try:
        actions.record_outcome(
            escalation=escalation,
            text=form.cleaned_data["text"],
            form=form.form_key,
            frozen_now=request.now,
            by=request.user,
        )
    except NotDoneError as refused:
        form.add_error(None, refused.sentence)
        return _page(request, escalation, outcome=form)
    messages.success(request, _("The outcome is recorded."))
    return redirect("plans:red-flag", escalation=escalation.pk)


@require_POST
@require_permission(Permission.ACKNOWLEDGE_ESCALATION)
@load_escalation
def handover(request: ClinicianRequest, escalation: Escalation) -> HttpResponse:
    form = HandoverForm(request.POST, **_given(request, escalation), auto_id="handover_%s")
    if not form.is_valid():
        return _page(request, escalation, handover=form)
    try:
        write_handover_note(
            escalation=escalation,
            key=form.form_key,
            number=form.cleaned_data["number"],
            handover=Handover(**{part: form.cleaned_data[part] for part in PARTS}),
            frozen_now=request.now,
            by=request.user,
        )
    except NoteDiffersError as differs:
        # What was typed stays; sent again, it is written after theirs, which is now shown.
        read = request.POST.copy()
        read["number"] = str(differs.stands.number)
        form = HandoverForm(read, **_given(request, escalation), auto_id="handover_%s")
        form.add_error(None, differs.sentence)
        return _page(request, escalation, handover=form)
    messages.success(request, _("Saved for the handover sheet."))
    return redirect("plans:red-flag", escalation=escalation.pk)


# --- what cannot be undone has a page of its own, which names the patient and the act -----------


@require_form
@require_permission(Permission.ACKNOWLEDGE_ESCALATION)
@load_escalation
def close(request: ClinicianRequest, escalation: Escalation) -> HttpResponse:
    form = CloseForm(_sent(request), **_given(request, escalation))
    if request.method == "POST" and form.is_valid():
        try:
            actions.close(
                escalation=escalation, form=form.form_key, frozen_now=request.now, by=request.user
            )
        except NotDoneError as refused:
            form.add_error(None, refused.sentence)
        else:
            messages.success(request, _("Red flag closed."))
            return redirect("plans:red-flag", escalation=escalation.pk)
    return _act_page(request, escalation, form, _("Close the red flag"))


@require_form
@require_permission(Permission.ACKNOWLEDGE_ESCALATION)
@load_escalation
def reopen(request: ClinicianRequest, escalation: Escalation) -> HttpResponse:
    form = ReopenForm(_sent(request), **_given(request, escalation))
    if request.method == "POST" and form.is_valid():
        try:
            actions.reopen(
                escalation=escalation,
                reason=form.cleaned_data["text"],
                form=form.form_key,
                frozen_now=request.now,
                by=request.user,
            )
        except NotDoneError as refused:
            form.add_error(None, refused.sentence)
        else:
            messages.success(request, _("Red flag opened again."))
            return redirect("plans:red-flag", escalation=escalation.pk)
    return _act_page(request, escalation, form, _("Open the red flag again"))


@require_form
@require_permission(Permission.ACKNOWLEDGE_ESCALATION)
@load_escalation
def in_error(request: ClinicianRequest, escalation: Escalation) -> HttpResponse:
    form = InErrorForm(_sent(request), **_given(request, escalation))
    if request.method == "POST" and form.is_valid():
        try:
            actions.mark_in_error(
                escalation=escalation,
                reason=form.cleaned_data["text"],
                form=form.form_key,
                frozen_now=request.now,
                by=request.user,
            )
        except NotDoneError as refused:
            form.add_error(None, refused.sentence)
        else:
            messages.success(request, _("Red flag marked as entered in error."))
            return redirect("plans:red-flag", escalation=escalation.pk)
    return _act_page(request, escalation, form, _("Mark the red flag as entered in error"))


# --- drawing ----------------------------------------------------------------------------------


def _sent(request: ClinicianRequest) -> Any:
    return request.POST if request.method == "POST" else None


def _local(request: ClinicianRequest) -> Any:
    return request.now.astimezone(request.clinic.zone)


def _given(request: ClinicianRequest, escalation: Escalation) -> dict[str, Any]:
    return {"user": request.user, "about": escalation.pk}


def _contact_form(
    request: ClinicianRequest, escalation: Escalation, data: Any = None
) -> ContactForm:
    return ContactForm(
        data,
        **_given(request, escalation),
        now=_local(request),
        acknowledged=escalation.acknowledged_at is not None,
        auto_id="contact_%s",
    )


def _page(request: ClinicianRequest, escalation: Escalation, **bound: Form) -> HttpResponse:
    given = _given(request, escalation)
    written = handover_note(escalation, now=request.now)
    forms = {
        "contact": _contact_form(request, escalation),
        "instead": InsteadForm(**given, now=_local(request), auto_id="instead_%s"),
        "outcome": OutcomeForm(**given, auto_id="outcome_%s"),
        "handover": HandoverForm(
            initial={"number": written.number, **written.typed} if written else {"number": 0},
            **given,
            auto_id="handover_%s",
        ),
        **bound,
    }
    page = presenters.flag_page(escalation, now=request.now)
    return _of_patient(
        request,
        escalation.patient,
        "plans/escalation/red_flag.html",
        page=page,
        escalation=escalation,
        bound=next(iter(bound.values()), None),
        forms=list(bound.values()),
        may_act=request.user.may(Permission.ACKNOWLEDGE_ESCALATION),
        contact_form=forms["contact"],
        instead_form=forms["instead"],
        outcome_form=forms["outcome"],
        handover_form=forms["handover"],
        written=written,
    )


def _act_page(
    request: ClinicianRequest, escalation: Escalation, form: Form, act: str
) -> HttpResponse:
    return _of_patient(
        request,
        escalation.patient,
        "plans/escalation/act.html",
        form=form,
        act=act,
        page=presenters.flag_page(escalation, now=request.now),
        escalation=escalation,
    )


def _of_patient(
    request: ClinicianRequest, patient: Patient, template: str, **context: Any
) -> HttpResponse:
    context |= {
        "patient": patient,
        "banner": banner(patient, request.today),
        "tab": TAB,
        "nav": TAB,
    }
    return render(request, template, context)
