"""Pages of the patients room. Each view: who may, load, act, redirect."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from patients import access, actions, forms, presenters
from patients.access import load_patient, load_recorded
from patients.presenters import differences
from patients.presenters import history as past
from patients.restriction import team_only
from patients.vocabulary import Kind, TeamRole
from taperplan import searches
from taperplan.accounts.access import require_permission
from taperplan.accounts.limits import Limited, limited
from taperplan.accounts.refusals import DiffersError, NotDoneError
from taperplan.accounts.roles import Permission

if TYPE_CHECKING:
    import uuid

    from django.http import HttpResponse, QueryDict

    from patients.models import Patient, Recorded
    from patients.presenters.differences import Side
    from patients.presenters.listing import ListRow
    from taperplan.accounts.http import ClinicianRequest

require_form = require_http_methods(["GET", "HEAD", "POST"])


# --- The list, registering ----------------------------------------------------------------


@require_form
@require_permission(Permission.VIEW_PATIENTS)
@limited(Limited.SEARCH, asked=searches.SEALED)
def listing(request: ClinicianRequest) -> HttpResponse:
    if request.method == "POST":
        return searches.answered(request, beside=["mine"])
    text, mine = searches.asked(request), "mine" in request.GET
    page = access.find(request.user, text, mine=mine, page=request.GET.get("page", "1"))
    asked = {searches.SEALED: request.GET[searches.SEALED]} if text else {}
    kept = {**asked, **({"mine": "1"} if mine else {})}
    shown = presenters.patient_list(page, request.today, f"?{urlencode({**kept, 'page': ''})}")
    response = render(
        request,
        "patients/list.html",
        {"list": shown, "text": text, "mine": mine, "nav": "patients", **_list_words(asked, mine)},
    )
    if text.strip():
        access.searched(request, shown.count)
    return response


@require_POST
@require_permission(Permission.VIEW_PATIENTS)
def suggestions(request: ClinicianRequest) -> HttpResponse:
    """The list below a search while one types: a few patients, each a door to their page."""
    text = searches.typed(request)[: searches.LONGEST]
    rows = presenters.suggested(access.suggested(request.user, text), request.today)
    response = render(request, "patients/_suggestions.html", {"rows": rows, "text": text.strip()})
    access.searched(request, len(rows))
    return response


@require_form
@require_permission(Permission.REGISTER_PATIENT)
def register(request: ClinicianRequest) -> HttpResponse:
    form = forms.RegisterForm(_sent(request), user=request.user, today=request.today)
    context: dict[str, Any] = {"form": form, "nav": "patients"}
    if request.method == "POST" and form.is_valid():
        found = _look_for_others(request, form)
        if not found:
            try:
                patient = actions.register(
                    clinic=request.clinic,
                    token=form.cleaned_data["token"],
                    identity=form.identity(),
                    numbers=form.numbers(),
                    now=request.now,
                    by=request.user,
                )
            except DiffersError as differs:
                found = _sent_before(request, form, differs)
            except NotDoneError as refused:
                form.add_error(None, refused.sentence)
            else:
                messages.success(
                    request,
                    _("%(who)s is registered.") % {"who": presenters.person_in_words(patient)},
                )
                return redirect("patients:intake", patient=patient.pk)
        context.update(found)
    return render(request, "patients/register.html", context)


def _look_for_others(request: ClinicianRequest, form: forms.RegisterForm) -> dict[str, Any]:
    """Who holds this number, who may be the same person; nothing when the form came before."""
    numbers, clinic = form.numbers(), request.clinic
    holder = next(
        (
            found
            for issuer, number in numbers
            if (found := access.holder_of(clinic, issuer, number))
        ),
        None,
    )
    possible = access.possible_duplicates(clinic, form.identity(), numbers)
    # Asked last: the same form, sent twice at once, may have registered them a moment ago.
    if not (holder or possible) or access.is_registered(clinic, form.cleaned_data["token"]):
        return {}
    if holder is not None:
        row = presenters.possible_rows([holder], request.today)[0]
        form.add_error("number", _taken(form.cleaned_data["number"], row))
        return {"holder": row}
    if form.says_another(possible):
        return {}
    if form.cleaned_data["shown"]:
        form.add_error(
            "another",
            _("Open the record if it is the same person. If it is not, tick this."),
        )
    return {
        "possible": presenters.possible_rows(possible, request.today),
        "shown": " ".join(str(patient.pk) for patient in possible),
    }


def _taken(number: str, row: ListRow) -> str:
    return _("%(number)s already belongs to %(who)s, born %(born)s.") % {
        "number": number,
        "who": row.name,
        "born": row.born,
    }


def _sent_before(
    request: ClinicianRequest, form: forms.RegisterForm, differs: DiffersError
) -> dict[str, Any]:
    form.renew_token()
    return {
        "before": presenters.possible_rows([differs.stands], request.today)[0],
        "sides": differences.sides_of_patient(differs.differences),
    }


def _list_words(asked: dict[str, str], mine: bool) -> dict[str, Any]:
    """The addresses beside the list, and what is said when it is empty."""
    register_url = presenters.register_url()
    return {
        "register_url": register_url,
        "all_url": f"?{urlencode(asked)}",
        "mine_url": f"?{urlencode({**asked, 'mine': '1'})}",
        "empty_title": _("Nobody is yours yet") if mine else _("No patient is registered"),
        "empty_text": _(
            "Patients on whose care team you are stand here. A patient's intake says who is on it."
        )
        if mine
        else _("The first one is registered here."),
        "empty_acts": [
            {
                "label": _("Register a patient"),
                "url": register_url,
                "look": "primary",
                "icon": "starts",
            }
        ],
    }


# --- Intake -------------------------------------------------------------------------------


@require_safe
@require_permission(Permission.VIEW_PATIENTS)
@load_patient
def intake(request: ClinicianRequest, patient: Patient) -> HttpResponse:
    page = presenters.intake_page(patient, request.clinic.zone)
    return _page(request, "patients/intake.html", patient, page=page)


@require_form
@require_permission(Permission.ASSESS_PATIENT)
@load_patient
def assess(request: ClinicianRequest, patient: Patient) -> HttpResponse:
    given: dict[str, Any] = {"user": request.user, "patient": patient, "today": request.today}
    if request.method != "POST":
        form = forms.AssessForm(
            **given,
            standing=presenters.answers(patient),
            seen=presenters.last_answer(patient),
        )
        return _assess_page(request, patient, form)
    form = forms.AssessForm(request.POST, **given)
    sides: tuple[Side, ...] = ()
    if form.is_valid():
        try:
            written = actions.assess(
                patient=patient,
                token=form.cleaned_data["token"],
                seen=form.cleaned_data["seen"],
                answers=form.answers(),
                now=request.now,
                by=request.user,
            )
        except DiffersError as differs:
            sides = differences.answer_sides(differs.differences)
            form.show_both((side.name for side in sides), seen=str(presenters.last_answer(patient)))
        except NotDoneError as refused:
            form.add_error(None, refused.sentence)
        else:
            messages.success(request, _("Assessment saved.") if written else _("Unchanged."))
            return redirect("patients:intake", patient=patient.pk)
    return _assess_page(request, patient, form, sides)


@require_POST
@require_permission(Permission.ASSESS_PATIENT)
@load_patient
def no_allergies(request: ClinicianRequest, patient: Patient) -> HttpResponse:
    try:
        actions.record_no_allergies(patient=patient, now=request.now, by=request.user)
    except NotDoneError as refused:
        messages.error(request, refused.sentence)
    return redirect(_intake(patient, Kind.ALLERGY))


@require_form
@require_permission(Permission.ASSESS_PATIENT)
@load_patient
def record(request: ClinicianRequest, patient: Patient, kind: Kind) -> HttpResponse:
    form = forms.RECORD_FORMS[kind](
        _sent(request), user=request.user, patient=patient, today=request.today
    )
    if request.method == "POST" and form.is_valid():
        try:
            actions.record(
                kind=kind,
                patient=patient,
                token=form.cleaned_data["token"],
                values=form.values(),
                now=request.now,
                by=request.user,
            )
        except DiffersError as differs:
            return _record_page(request, patient, kind, form, differs)
        except NotDoneError as refused:
            form.add_error(None, refused.sentence)
        else:
            messages.success(request, _("Saved."))
            if "another" in request.POST:
                return redirect("patients:record", patient=patient.pk, kind=kind)
            return redirect(_intake(patient, kind))
    return _record_page(request, patient, kind, form)


@require_form
@require_permission(Permission.ASSESS_PATIENT)
@load_patient
@load_recorded
def correct(
    request: ClinicianRequest, patient: Patient, kind: Kind, recorded: Recorded
) -> HttpResponse:
    stands = access.values_of(kind, recorded)
    given: dict[str, Any] = {
        "user": request.user, "patient": patient, "today": request.today, "corrects": True,
    }  # fmt: skip
    if request.method != "POST":
        if not access.is_standing(kind, recorded):
            return _was_changed(request, patient, kind)
        form = forms.RECORD_FORMS[kind](**given, values=stands)
        return _record_page(request, patient, kind, form, corrected=recorded)
    form = forms.RECORD_FORMS[kind](request.POST, **given)
    if form.is_valid():
        try:
            actions.record(
                kind=kind,
                patient=patient,
                token=form.cleaned_data["token"],
                values=form.values(stands),
                replaces=recorded,
                why=form.cleaned_data["why"],
                now=request.now,
                by=request.user,
            )
        except DiffersError as differs:
            return _record_page(request, patient, kind, form, differs, corrected=recorded)
        except NotDoneError as refused:
            form.add_error(None, refused.sentence)
        else:
            messages.success(request, _("Corrected. What stood before is in the history."))
            return redirect(_intake(patient, kind))
    return _record_page(request, patient, kind, form, corrected=recorded)


@require_form
@require_permission(Permission.ASSESS_PATIENT)
@load_patient
@load_recorded
def strike(
    request: ClinicianRequest, patient: Patient, kind: Kind, recorded: Recorded
) -> HttpResponse:
    form = forms.WhyForm(
        _sent(request),
        user=request.user,
        purpose=f"patients.strike:{recorded.pk}",
        today=request.today,
    )
    if request.method == "POST" and form.is_valid():
        try:
            actions.strike(
                kind=kind,
                row=recorded,
                token=form.cleaned_data["token"],
                why=form.cleaned_data["why"],
                now=request.now,
                by=request.user,
            )
        except DiffersError:
            return _was_changed(request, patient, kind)
        except NotDoneError as refused:
            form.add_error(None, refused.sentence)
        else:
            messages.success(request, _("Struck out. It stays in the history."))
            return redirect(_intake(patient, kind))
    elif request.method != "POST" and not access.is_standing(kind, recorded):
        return _was_changed(request, patient, kind)
    return _act_page(
        request,
        patient,
        form,
        title=_("Strike out: %(what)s")
        % {"what": presenters.title_of(kind, access.values_of(kind, recorded))},
        text=_("It counts no longer and stays readable in the history."),
        act=_("Strike out"),
        lines=presenters.lines_of(kind, access.values_of(kind, recorded)),
        back=_intake(patient, kind),
    )


@require_form
@require_permission(Permission.ASSESS_PATIENT)
@load_patient
def withdraw_consent(
    request: ClinicianRequest, patient: Patient, consent: uuid.UUID
) -> HttpResponse:
    row = access.consent_of(patient, consent)
    form = forms.WithdrawConsentForm(
        _sent(request), user=request.user, consent=consent, today=request.today
    )
    if request.method == "POST" and form.is_valid():
        try:
            actions.withdraw_consent(
                consent=row,
                token=form.cleaned_data["token"],
                withdrawn_on=form.cleaned_data["withdrawn_on"],
                how=form.cleaned_data["how"],
                now=request.now,
                by=request.user,
            )
        except DiffersError:
            form.add_error(None, _("This consent was withdrawn already. The intake shows how."))
        except NotDoneError as refused:
            form.add_error(None, refused.sentence)
        else:
            messages.success(request, _("Withdrawal recorded."))
            return redirect(_intake(patient, Kind.CONSENT))
    return _act_page(
        request,
        patient,
        form,
        title=_("Withdraw a consent"),
        text="",
        act=_("Record the withdrawal"),
        lines=presenters.lines_of(Kind.CONSENT, access.values_of(Kind.CONSENT, row)),
        back=_intake(patient, Kind.CONSENT),
    )


# --- Particulars ----------------------------------------------------------------------


@require_form
@require_permission(Permission.AMEND_PATIENT)
@load_patient
def amend(request: ClinicianRequest, patient: Patient, part: str) -> HttpResponse:
    if request.method != "POST":
        form = forms.AmendForm(part=part, patient=patient, today=request.today)
        return _amend_page(request, patient, part, form)
    form = forms.AmendForm(request.POST, part=part, today=request.today)
    sides: tuple[Side, ...] = ()
    if form.is_valid():
        try:
            actions.amend(
                patient=patient,
                revision=form.cleaned_data["revision"],
                changes=form.changes(),
                why=form.cleaned_data["why"],
                now=request.now,
                by=request.user,
            )
        except DiffersError as differs:
            sides = differences.sides_of_patient(differs.differences)
            form.show_both((side.name for side in sides), revision=str(differs.revision))
        except NotDoneError as refused:
            form.add_error(None, refused.sentence)
        else:
            messages.success(request, _("Amended."))
            return redirect(f"{_intake(patient)}#{part}")
    return _amend_page(request, patient, part, form, sides)


@require_form
@require_permission(Permission.AMEND_PATIENT)
@load_patient
def add_number(request: ClinicianRequest, patient: Patient) -> HttpResponse:
    form = forms.NumberForm(_sent(request), user=request.user, patient=patient, today=request.today)
    if request.method == "POST" and form.is_valid():
        try:
            actions.add_number(
                patient=patient,
                token=form.cleaned_data["token"],
                issuer=form.cleaned_data["issuer"],
                number=form.cleaned_data["number"],
                now=request.now,
                by=request.user,
            )
        except actions.NumberTakenError as taken:
            row = presenters.possible_rows([taken.holder], request.today)[0]
            form.add_error("number", _taken(form.cleaned_data["number"], row))
        except DiffersError as differs:
            form.add_error(
                None,
                _("This form was sent before, with the number %(number)s. Open it anew for more.")
                % {"number": differs.stands.number},
            )
        except NotDoneError as refused:
            form.add_error(None, refused.sentence)
        else:
            messages.success(request, _("Record number added."))
            return redirect(f"{_intake(patient)}#numbers")
    return _act_page(
        request,
        patient,
        form,
        title=_("Add a record number"),
        text="",
        act=_("Add"),
        back=f"{_intake(patient)}#numbers",
    )


@require_form
@require_permission(Permission.AMEND_PATIENT)
@load_patient
def withdraw_number(
    request: ClinicianRequest, patient: Patient, record_number: uuid.UUID
) -> HttpResponse:
    number = access.number_of(patient, record_number)
    form = forms.WhyForm(_sent(request), today=request.today)
    if request.method == "POST" and form.is_valid():
        try:
            actions.withdraw_number(
                number=number, why=form.cleaned_data["why"], now=request.now, by=request.user
            )
        except NotDoneError as refused:
            form.add_error(None, refused.sentence)
        else:
            messages.success(request, _("Record number withdrawn."))
            return redirect(f"{_intake(patient)}#numbers")
    return _act_page(
        request,
        patient,
        form,
        title=_("Withdraw the record number %(number)s") % {"number": number.number},
        text=_("It finds this patient no longer and may be given to another record."),
        act=_("Withdraw the number"),
        back=f"{_intake(patient)}#numbers",
    )


@require_safe
@require_permission(Permission.VIEW_PATIENTS)
@load_patient
def history(request: ClinicianRequest, patient: Patient) -> HttpResponse:
    zone = request.clinic.zone
    return _page(
        request,
        "patients/history.html",
        patient,
        tab="history",
        amendments=past.identity_history(patient, zone),
        superseded=past.superseded_rows(patient, zone),
        answers=past.answer_history(patient, zone),
        joinings=past.joinings(patient, zone),
        disclosures=past.disclosures(patient, zone),
    )


# --- The care team --------------------------------------------------------------------


@require_form
@require_permission(Permission.AMEND_PATIENT)
@load_patient
@team_only
def team(request: ClinicianRequest, patient: Patient) -> HttpResponse:
    form = forms.TeamForm(
        _sent(request),
        user=request.user,
        patient=patient,
        people=access.clinicians(request.clinic),
        today=request.today,
    )
    if request.method == "POST" and form.is_valid():
        try:
            actions.put_on_care_team(
                patient=patient,
                token=form.cleaned_data["token"],
                user=access.clinician(request.clinic, form.cleaned_data["who"]),
                role=TeamRole(form.cleaned_data["role"]),
                today=request.today,
                by=request.user,
            )
        except NotDoneError as refused:
            form.add_error(None, refused.sentence)
        else:
            messages.success(request, _("Put on the care team."))
            return redirect(f"{_intake(patient)}#team")
    return _act_page(
        request,
        patient,
        form,
        title=_("Put somebody on the care team"),
        text=_("Whoever is on the care team has this patient among theirs on the worklist."),
        act=_("Put on the care team"),
        back=f"{_intake(patient)}#team",
    )


@require_form
@require_permission(Permission.AMEND_PATIENT)
@load_patient
@team_only
def team_off(request: ClinicianRequest, patient: Patient, team_member: uuid.UUID) -> HttpResponse:
    row = access.team_row_of(patient, team_member)
    if request.method == "POST":
        try:
            actions.take_off_care_team(row=row, today=request.today, by=request.user)
        except NotDoneError as refused:
            messages.error(request, refused.sentence)
        else:
            messages.success(request, _("Taken off the care team."))
        return redirect(f"{_intake(patient)}#team")
    return _act_page(
        request,
        patient,
        None,
        title=_("Take %(who)s off the care team") % {"who": row.user.name},
        text=_("This patient is then no longer among theirs on the worklist."),
        act=_("Take off the care team"),
        back=f"{_intake(patient)}#team",
    )


# --- Died, transferred ----------------------------------------------------------------


@require_form
@require_permission(Permission.AMEND_PATIENT)
@load_patient
def died(request: ClinicianRequest, patient: Patient) -> HttpResponse:
    form = forms.DiedForm(_sent(request), born=patient.born, today=request.today)
    if request.method == "POST" and form.is_valid():
        try:
            actions.mark_died(
                patient=patient,
                died_on=form.cleaned_data["died_on"],
                told_by=form.cleaned_data["told_by"],
                now=request.now,
                by=request.user,
            )
        except DiffersError as differs:
            form.add_error(None, _marked_already(differs.stands))
        except NotDoneError as refused:
            form.add_error(None, refused.sentence)
        else:
            messages.success(request, _("Marked as died."))
            return redirect(presenters.patient_url(patient))
    return _act_page(
        request,
        patient,
        form,
        title=_("Mark as died"),
        text=_("The patient leaves due lists, batch prints and reminders at once."),
        act=_("Mark as died"),
        back=_intake(patient),
    )


@require_form
@require_permission(Permission.AMEND_PATIENT)
@load_patient
def transferred(request: ClinicianRequest, patient: Patient) -> HttpResponse:
    form = forms.TransferForm(_sent(request), today=request.today)
    if request.method == "POST" and form.is_valid():
        try:
            actions.mark_transferred(
                patient=patient,
                receiver=form.cleaned_data["receiver"],
                accepted_on=form.cleaned_data["accepted_on"],
                told_by=form.cleaned_data["told_by"],
                now=request.now,
                by=request.user,
            )
        except DiffersError as differs:
            form.add_error(None, _marked_already(differs.stands))
        except NotDoneError as refused:
            form.add_error(None, refused.sentence)
        else:
            messages.success(request, _("Marked as transferred."))
            return redirect(presenters.patient_url(patient))
    return _act_page(
        request,
        patient,
        form,
        title=_("Mark as transferred"),
        text=_(
            "A transfer counts from the day on which the receiver accepted. Until then check-ins "
            "stay due here."
        ),
        act=_("Mark as transferred"),
        back=_intake(patient),
    )


@require_form
@require_permission(Permission.AMEND_PATIENT)
@load_patient
def take_back(request: ClinicianRequest, patient: Patient) -> HttpResponse:
    form = forms.WhyForm(_sent(request), today=request.today)
    if request.method == "POST" and form.is_valid():
        try:
            actions.take_back_mark(
                patient=patient, why=form.cleaned_data["why"], now=request.now, by=request.user
            )
        except NotDoneError as refused:
            form.add_error(None, refused.sentence)
        else:
            messages.success(request, _("Taken back. Due lists show this patient again."))
            return redirect(presenters.patient_url(patient))
    return _act_page(
        request,
        patient,
        form,
        title=_("Take the mark back"),
        text=_("For a mark set by mistake, or a patient who has come back."),
        act=_("Take the mark back"),
        back=_intake(patient),
    )


# --- Two records of one person ----------------------------------------------------------


@require_form
@require_permission(Permission.JOIN_RECORDS)
@limited(Limited.SEARCH, asked=searches.SEALED)
@load_patient
@team_only
def find_to_join(request: ClinicianRequest, patient: Patient) -> HttpResponse:
    if request.method == "POST":
        return searches.answered(request)
    text = searches.asked(request)
    rows = access.others(request.user, patient, text)
    return _page(
        request,
        "patients/find_to_join.html",
        patient,
        text=text,
        rows=presenters.joinable_rows(patient, rows, request.today),
    )


@require_form
@require_permission(Permission.JOIN_RECORDS)
@load_patient
@team_only
def join(request: ClinicianRequest, patient: Patient, other_patient: uuid.UUID) -> HttpResponse:
    other = access.other_record(request.user, other_patient)
    rows = presenters.possible_rows([patient, other], request.today)
    records = [
        (str(one.pk), presenters.row_in_words(row))
        for one, row in zip((patient, other), rows, strict=True)
    ]
    form = forms.JoinForm(
        _sent(request),
        user=request.user,
        records=records,
        purpose=f"patients.join:{patient.pk}:{other.pk}",
        today=request.today,
    )
    if request.method == "POST" and form.is_valid():
        keeps_other = form.cleaned_data["keep"] == str(other.pk)
        away, into = (patient, other) if keeps_other else (other, patient)
        try:
            actions.join(
                patient=away,
                into=into,
                token=form.cleaned_data["token"],
                why=form.cleaned_data["why"],
                now=request.now,
                by=request.user,
            )
        except NotDoneError as refused:
            form.add_error(None, refused.sentence)
        else:
            messages.success(request, _("Joined. Both record numbers are kept."))
            return redirect(presenters.patient_url(into))
    access.viewed(request, other)
    return _page(
        request, "patients/join.html", patient, form=form, rows=rows, back=_intake(patient)
    )


@require_form
@require_permission(Permission.JOIN_RECORDS)
@load_patient
@team_only
def part(request: ClinicianRequest, patient: Patient) -> HttpResponse:
    form = forms.WhyForm(
        _sent(request),
        user=request.user,
        purpose=f"patients.part:{patient.pk}",
        today=request.today,
    )
    if request.method == "POST" and form.is_valid():
        try:
            actions.part(
                patient=patient,
                token=form.cleaned_data["token"],
                why=form.cleaned_data["why"],
                now=request.now,
                by=request.user,
            )
        except NotDoneError as refused:
            form.add_error(None, refused.sentence)
        else:
            messages.success(request, _("Parted. Each record has what is its own."))
            return redirect(presenters.patient_url(patient))
    return _act_page(
        request,
        patient,
        form,
        title=_("Part this record from the other one"),
        text=_("For two records that were joined by mistake. Each keeps what is its own."),
        act=_("Part the records"),
        back=_intake(patient),
    )


# --- Inside ---------------------------------------------------------------------------


def _sent(request: ClinicianRequest) -> QueryDict | None:
    """What a form was sent with, be it nothing at all."""
    return request.POST if request.method == "POST" else None


def _page(
    request: ClinicianRequest,
    template: str,
    patient: Patient,
    *,
    tab: str = "intake",
    **context: Any,
) -> HttpResponse:
    """A page of this patient, with who they are at its head."""
    banner = presenters.banner(patient, request.today)
    return render(
        request,
        template,
        {"patient": patient, "tab": tab, "banner": banner, "nav": "patients", **context},
    )


def _act_page(
    request: ClinicianRequest, patient: Patient, form: forms.Form | None, **context: Any
) -> HttpResponse:
    """One act on one page: what it does, what is asked for it, the button that does it."""
    return _page(request, "patients/act.html", patient, form=form, **context)


def _amend_page(
    request: ClinicianRequest,
    patient: Patient,
    part: str,
    form: forms.AmendForm,
    sides: tuple[Side, ...] = (),
) -> HttpResponse:
    return _page(
        request,
        "patients/amend.html",
        patient,
        form=form,
        sides=sides,
        title=presenters.part_title(part),
        back=f"{_intake(patient)}#{part}",
        changed=presenters.last_amendment(patient, request.clinic.zone) if sides else "",
    )


def _assess_page(
    request: ClinicianRequest,
    patient: Patient,
    form: forms.AssessForm,
    sides: tuple[Side, ...] = (),
) -> HttpResponse:
    return _page(
        request,
        "patients/assess.html",
        patient,
        form=form,
        sides=sides,
        options=form.options,
        back=_intake(patient),
    )


def _record_page(
    request: ClinicianRequest,
    patient: Patient,
    kind: Kind,
    form: forms.RecordForm,
    differs: DiffersError | None = None,
    *,
    corrected: Recorded | None = None,
) -> HttpResponse:
    """The form of a row. After a difference it is sent on top of the row that stands."""
    sides: tuple[Side, ...] = ()
    if differs is not None:
        corrected = None if differs.stands.struck else differs.stands
        sides = differences.sides_of(kind, differs.differences) if corrected else ()
        form.show_both(side.name for side in sides)
    return _page(
        request,
        "patients/record.html",
        patient,
        form=form,
        kind=kind,
        sides=sides,
        stands=presenters.who_recorded(differs.stands, request.clinic.zone) if differs else "",
        struck=differs is not None and corrected is None,
        corrected=corrected,
        title=presenters.record_title(kind, corrects=corrected is not None),
        action=presenters.record_url(patient, kind, corrected),
        back=_intake(patient, kind),
    )


def _was_changed(request: ClinicianRequest, patient: Patient, kind: Kind) -> HttpResponse:
    messages.warning(
        request, _("Somebody corrected it or struck it out meanwhile. This is what stands now.")
    )
    return redirect(_intake(patient, kind))


def _marked_already(patient: Patient) -> str:
    stands = "; ".join(state.words for state in presenters.states(patient))
    return _("It is marked already: %(stands)s. Take that mark back first.") % {"stands": stands}


def _intake(patient: Patient, kind: Kind | None = None) -> str:
    address = presenters.intake_url(patient)
    return f"{address}#{kind.value}" if kind else address
