"""Check-ins: typed, completed, corrected, listed. A draft can be left at any moment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from patients.access import find, load_patient, other_record
from patients.presenters import banner, person_in_words
from plans.access import load_check_in, load_check_in_draft, load_request
from plans.actions import check_in as actions
from plans.forms import check_in as forms
from plans.presenters import check_in as around_of
from plans.presenters import check_in_form as form_of
from plans.presenters import check_in_story as story_of
from plans.presenters.catalogue import catalogue_of
from plans.presenters.frame import Frame
from plans.rules import check_in as rules
from plans.rules.check_in import ContactHow, DraftState
from taperplan import formats, tokens
from taperplan.accounts.access import require_permission
from taperplan.accounts.refusals import NotDoneError
from taperplan.accounts.roles import Permission

if TYPE_CHECKING:
    import uuid

    from django.http import HttpResponse

    from patients.models import Patient
    from plans.models import CheckIn, CheckInDraft, Request
    from plans.presenters.check_in import Around
    from taperplan.accounts.http import ClinicianRequest

require_form = require_http_methods(["GET", "HEAD", "POST"])
TAB = "check-ins"


# --- the list ---------------------------------------------------------------------------------


@require_safe
@require_permission(Permission.VIEW_PATIENTS)
@load_patient
def listing(request: ClinicianRequest, patient: Patient) -> HttpResponse:
    page = story_of.check_in_list(patient, page=request.GET.get("page", "1"), now=request.now)
    return _of_patient(
        request,
        patient,
        "plans/check_in/list.html",
        list=page,
        may_sign=request.user.may(Permission.SIGN_PLAN),
    )


@require_safe
@require_permission(Permission.VIEW_PATIENTS)
@load_check_in
def check_in(request: ClinicianRequest, check_in: CheckIn) -> HttpResponse:
    return _of_patient(
        request,
        check_in.patient,
        "plans/check_in/check_in.html",
        page=story_of.story(check_in, now=request.now),
        check_in=check_in,
        correct=forms.CorrectForm(user=request.user, about=check_in.pk),
    )


# --- typing -----------------------------------------------------------------------------------


@require_form
@require_permission(Permission.RECORD_CHECK_IN)
@load_patient
def new(request: ClinicianRequest, patient: Patient) -> HttpResponse:
    """A blank check-in. Nothing is stored until something is typed or a button is pressed."""
    if patient.joined_to is not None:
        return redirect("plans:check-in-new", patient=patient.joined_to.pk)
    purpose = f"check-in:{patient.pk}"
    if request.method == "POST":
        try:
            key = tokens.read(request.POST.get("token", ""), request.user, purpose)
        except tokens.BadToken:
            messages.error(
                request,
                _("This form was given to somebody else or for something else. Nothing is saved."),
            )
        else:
            return _arrival(request, patient, key)
    token = tokens.issue(request.user, purpose)
    answers = forms.typed(request.POST if request.method == "POST" else request.GET)
    draft = actions.blank_draft(
        patient=patient,
        key=tokens.read(token, request.user, purpose),
        answers=answers if request.method == "POST" else _how(answers),
        frozen_now=request.now,
        by=request.user,
    )
    return _form(request, patient, draft, token=token)


def _how(answers: dict[str, str]) -> dict[str, str]:
    """The one box that a link may fill: "check-in by phone" was chosen by whoever followed it."""
    return {name: text for name, text in answers.items() if name == "how"}


@require_form
@require_permission(Permission.RECORD_CHECK_IN)
@load_check_in_draft
def edit(request: ClinicianRequest, draft: CheckInDraft) -> HttpResponse:
    if draft.state == DraftState.COMPLETED.value and request.method != "POST":
        return redirect("plans:check-in", check_in=draft.pk)
    if draft.state == DraftState.DISCARDED.value and request.POST.get("act") == "undo":
        return _undone(request, draft)
    if draft.state == DraftState.DISCARDED.value:
        messages.warning(request, _("This draft was discarded."))
        return redirect("plans:check-ins", patient=draft.patient_id)
    if request.method == "POST":
        return _arrival(request, draft.patient, draft.pk, draft)
    return _form(request, draft.patient, draft)


def _arrival(
    request: ClinicianRequest, patient: Patient, key: uuid.UUID, draft: CheckInDraft | None = None
) -> HttpResponse:
    """Whatever a form of a check-in sends: saved first, then what the button says."""
    post = request.POST
    answers = _answers(request, draft)
    revision = post.get("revision", "0")
    given: dict[str, Any] = {
        "patient": patient,
        "key": key,
        "answers": answers,
        "revision": int(revision) if revision.isascii() and revision.isdigit() else 0,
        "frozen_now": request.now,
        "by": request.user,
    }
    try:
        if "take_back" in post:
            return _take_back(request, draft)
        if post.get("act") == "discard" and draft is not None:
            actions.discard(draft=draft, frozen_now=request.now, by=request.user)
            # What undoes it is offered beside the word.
            messages.success(request, _("The draft was discarded."), extra_tags=request.path)
            return redirect("plans:check-ins", patient=patient.pk)
        if post.get("act") == "complete":
            return _complete(request, patient, draft, given)
        kept = actions.keep(**given)
    except actions.DraftClosedError as closed:
        return _closed(request, closed.draft)
    except NotDoneError as refused:
        return _refused(request, patient, refused)
    return _kept(request, kept, answers)


def _undone(request: ClinicianRequest, draft: CheckInDraft) -> HttpResponse:
    try:
        actions.take_out_again(draft=draft, frozen_now=request.now, by=request.user)
    except NotDoneError as refused:
        messages.error(request, refused.sentence)
        return redirect("plans:check-ins", patient=draft.patient_id)
    return redirect("plans:check-in-edit", check_in_draft=draft.pk)


def _answers(request: ClinicianRequest, draft: CheckInDraft | None) -> dict[str, str]:
    """The boxes as they arrived, with the button that was pressed among them."""
    post = request.POST
    answers = forms.typed(post)
    if key := post.get("confirm", ""):
        answers |= rules.confirming(key, answers)
    if post.get("act") == "add" and post.get("add"):
        answers["listed"] = f"{answers.get('listed', '')} {post['add']}".strip()
    if post.get("act") == "rest":
        answers["rest"] = "" if answers.get("rest") == "none" else "none"
    differing = post.getlist("differing")
    if differing and draft is not None:
        answers = forms.settled(post, answers, filter(rules.is_box, differing))
    return answers


def _complete(
    request: ClinicianRequest, patient: Patient, draft: CheckInDraft | None, given: dict[str, Any]
) -> HttpResponse:
    around = _around(request, patient, given["answers"], draft, shown=False)
    done = actions.complete(**given, around=around)
    if done.check_in is None:
        if done.differs:
            return _conflict(request, done, given["answers"])
        return _form(request, patient, done.draft, tried=True)
    if done.differs:
        messages.warning(
            request,
            _(
                "This form was completed before, with other content. What stands is below. "
                "A correction can add what is missing."
            ),
        )
    else:
        messages.success(request, _("The check-in is completed."))
    return redirect("plans:check-in", check_in=done.check_in.pk)


def _kept(request: ClinicianRequest, kept: actions.Kept, answers: dict[str, str]) -> HttpResponse:
    if _by_script(request):
        return _saved(request, kept)
    if kept.differs:
        return _conflict(request, kept, answers)
    url = reverse("plans:check-in-edit", kwargs={"check_in_draft": kept.draft.pk})
    return redirect(f"{url}{_place(request)}")


def _place(request: ClinicianRequest) -> str:
    """Back to where the button stood."""
    post = request.POST
    if key := post.get("confirm", "") or post.get("take_back", ""):
        return f"#{rules.row_of(key)}"
    if post.get("act") == "add" and post.get("add"):
        return f"#{rules.row_of(post['add'])}"
    return "#rest" if post.get("act") == "rest" else ""


def _take_back(request: ClinicianRequest, draft: CheckInDraft | None) -> HttpResponse:
    key = request.POST["take_back"]
    if draft is None:
        raise NotDoneError(_("Nothing was raised yet."))
    kept = actions.take_back(
        draft=draft,
        symptom=key,
        reason=request.POST.get(f"why-{key}", "")[: rules.NOTE_LIMIT],
        frozen_now=request.now,
        by=request.user,
    )
    messages.success(request, _("Taken back. Its red flag is closed as entered in error."))
    return redirect("plans:check-in-edit", check_in_draft=kept.draft.pk)


def _closed(request: ClinicianRequest, draft: CheckInDraft) -> HttpResponse:
    if draft.state == DraftState.COMPLETED.value:
        url = reverse("plans:check-in", kwargs={"check_in": draft.pk})
    else:
        url = reverse("plans:check-ins", kwargs={"patient": draft.patient_id})
    words = _("This check-in is no longer a draft. What was typed since is not saved.")
    if _by_script(request):
        return JsonResponse({"closed": words, "url": url}, status=410)
    messages.warning(request, words)
    return redirect(url)


def _refused(request: ClinicianRequest, patient: Patient, refused: NotDoneError) -> HttpResponse:
    if _by_script(request):
        return JsonResponse({"closed": refused.sentence, "url": request.path}, status=409)
    messages.error(request, refused.sentence)
    return redirect(request.path)


def _by_script(request: ClinicianRequest) -> bool:
    return "application/json" in request.headers.get("Accept", "")


# --- what the script is told --------------------------------------------------------------------


def _saved(request: ClinicianRequest, kept: actions.Kept) -> HttpResponse:
    """Everything on the page that follows from what was saved, in finished words."""
    draft = kept.draft
    around = _around(request, draft.patient, draft.answers, draft)
    reading = rules.read(draft.answers, around.asking)
    missing = form_of.to_complete(reading, around.asking.catalogue)
    rest = form_of.rest_words(draft.answers, around.asking)
    answer: dict[str, Any] = {
        "saved": form_of.saved_at(request.now, request.clinic.zone),
        "revision": draft.revision,
        "url": reverse("plans:check-in-edit", kwargs={"check_in_draft": draft.pk}),
        "raised": sorted(rules.raised(draft.answers)),
        "waits": form_of.waits_for(reading),
        "first": missing[0].where if missing else "",
        "complete": render_to_string("plans/check_in/_to_complete.html", {"complete": missing}),
        "next": form_of.next_words(reading, request.today),
        "rest": rest.words,
        "stars": rest.stars,
        "sure": form_of.asked_again(reading, draft.answers),
        "beyond": {
            name: render_to_string("plans/check_in/_beyond.html", {"beyond": said})
            for name, said in form_of.beyond(draft.answers, around.asking).items()
        },
        "errors": {one.where: one.sentence for one in reading.refusals},
    }
    if kept.differs:
        answer["differs"] = _("{name} saved this check-in meanwhile, in {n} places.").format(
            name=kept.first, n=len(kept.differs)
        )
    if kept.raised:
        frame = Frame(request)
        frame.attend(draft.patient)
        answer["bar"] = render_to_string(
            "components/flag_bar.html",
            {
                "flags": frame.of_patient,
                "summary": frame.of_patient_words,
                "telephone": request.clinic.out_of_hours,
                "appeared": True,
            },
            request=request,
        )
    return JsonResponse(answer, status=409 if kept.differs else 200)


# --- drawing ----------------------------------------------------------------------------------


def _around(
    request: ClinicianRequest,
    patient: Patient,
    answers: dict[str, str],
    draft: CheckInDraft | None,
    *,
    shown: bool = True,
) -> Around:
    return around_of.around(
        patient,
        answers=answers,
        opened_at=draft.opened_at if draft else request.now,
        now=request.now,
        by=request.user,
        corrects=draft.corrects if draft else None,
        corrected_stars=actions.corrected_stars(draft) if draft else None,
        shown=shown,
    )


def _form(
    request: ClinicianRequest,
    patient: Patient,
    draft: CheckInDraft,
    *,
    tried: bool = False,
    token: str = "",
    **context: Any,
) -> HttpResponse:
    around = _around(request, patient, draft.answers, draft)
    page = form_of.form_page(draft, around, now=request.now, tried=tried)
    if token:
        known = around.asking.catalogue
        context["others"] = story_of.open_drafts(patient, known, now=request.now)
        action = reverse("plans:check-in-new", kwargs={"patient": patient.pk})
    else:
        action = reverse("plans:check-in-edit", kwargs={"check_in_draft": draft.pk})
    return _of_patient(
        request,
        patient,
        "plans/check_in/form.html",
        page=page,
        draft=draft,
        token=token,
        action=action,
        error_count=len(page.refused),
        **context,
    )


def _conflict(
    request: ClinicianRequest,
    kept: actions.Kept | actions.Completed,
    mine: dict[str, str],
) -> HttpResponse:
    """Both sides of each box that differs, neither chosen; everything else as it stands."""
    draft = kept.draft
    known = catalogue_of(request.clinic, draft.patient)
    sides = [
        {
            "name": name,
            "label": form_of.box_label(name, known),
            "theirs": form_of.answer_words(name, draft.answers.get(name, "")),
            "yours": form_of.answer_words(name, mine.get(name, "")),
            "mine": mine.get(name, ""),
        }
        for name in kept.differs
    ]
    return _form(request, draft.patient, draft, sides=sides, first=kept.first)


def _of_patient(
    request: ClinicianRequest, patient: Patient, template: str, **context: Any
) -> HttpResponse:
    context |= {
        "patient": patient,
        "banner": banner(patient, request.today),
        "tab": TAB,
        "nav": "patients",
    }
    return render(request, template, context)


# --- corrected, entered in error, missed --------------------------------------------------------


@require_POST
@require_permission(Permission.RECORD_CHECK_IN)
@load_check_in
def correct(request: ClinicianRequest, check_in: CheckIn) -> HttpResponse:
    form = forms.CorrectForm(request.POST, user=request.user, about=check_in.pk)
    if not form.is_valid():
        messages.error(request, _("This form was too old. Press Correct once more."))
        return redirect("plans:check-in", check_in=check_in.pk)
    try:
        draft = actions.open_correction(
            check_in=check_in, key=form.form_key, frozen_now=request.now, by=request.user
        )
    except NotDoneError as refused:
        messages.warning(request, refused.sentence)
        return redirect("plans:check-in", check_in=check_in.pk)
    return redirect("plans:check-in-edit", check_in_draft=draft.pk)


@require_form
@require_permission(Permission.RECORD_CHECK_IN)
@load_check_in
def in_error(request: ClinicianRequest, check_in: CheckIn) -> HttpResponse:
    """Two steps where the right patient is named: found by what was typed, then chosen."""
    found = _candidates(request, check_in.patient)
    form = forms.InErrorForm(
        request.POST if request.method == "POST" else None,
        user=request.user,
        about=check_in.pk,
        found=found,
    )
    if request.method == "POST" and request.POST.get("search", "").strip() and not found:
        form.add_error("search", _("No patient is found by that."))
    if request.method == "POST" and form.is_valid():
        right = form.cleaned_data.get("right", "")
        try:
            draft = actions.enter_in_error(
                check_in=check_in,
                reason=form.cleaned_data["text"],
                right_patient=other_record(request.user, right) if right else None,
                key=form.form_key,
                frozen_now=request.now,
                by=request.user,
            )
        except NotDoneError as refused:
            form.add_error(None, refused.sentence)
        else:
            messages.success(request, _("Marked as entered in error."))
            if draft is not None:
                return redirect("plans:check-in-edit", check_in_draft=draft.pk)
            return redirect("plans:check-in", check_in=check_in.pk)
    return _act_page(
        request,
        check_in.patient,
        form,
        act=_("Mark as entered in error"),
        lines=[story_of.in_one_line(check_in)],
        back=reverse("plans:check-in", kwargs={"check_in": check_in.pk}),
    )


def _candidates(request: ClinicianRequest, wrong: Patient) -> list[tuple[str, str]]:
    text = request.POST.get("search", "")[:200] if request.method == "POST" else ""
    if not text.strip():
        return []
    return [
        (
            str(patient.pk),
            f"{person_in_words(patient)}, {_('born')} {formats.short_day(patient.born)}",
        )
        for patient in find(request.user, text).rows
        if patient.pk != wrong.pk
    ]


@require_form
@require_permission(Permission.RECORD_CHECK_IN)
@load_patient
def missed(request: ClinicianRequest, patient: Patient) -> HttpResponse:
    due_on = story_of.due_on(patient)
    back = reverse("plans:check-ins", kwargs={"patient": patient.pk})
    if due_on is None or due_on > request.today:
        messages.warning(request, _("No check-in was due for this patient."))
        return redirect(back)
    form = forms.MissedForm(
        request.POST if request.method == "POST" else None,
        user=request.user,
        about=patient.pk,
        due_on=due_on,
    )
    if request.method == "POST" and form.is_valid():
        actions.record_missed(
            patient=patient,
            key=form.form_key,
            due_on=due_on,
            tried=form.cleaned_data["tried"],
            next_on=form.cleaned_data["next_on"],
            next_how=form.cleaned_data["next_how"],
            frozen_now=request.now,
            by=request.user,
        )
        messages.success(request, _("The missed check-in is recorded."))
        return redirect(back)
    lines = [_("Due on {day}.").format(day=formats.day(due_on))]
    return _act_page(
        request, patient, form, act=_("Record the missed check-in"), lines=lines, back=back
    )


@require_form
@require_permission(Permission.RECORD_CHECK_IN)
@load_patient
def contact(request: ClinicianRequest, patient: Patient) -> HttpResponse:
    form = forms.ContactForm(
        request.POST if request.method == "POST" else None,
        user=request.user,
        about=patient.pk,
        now=request.now.astimezone(request.clinic.zone),
        colleagues=story_of.colleagues(request.clinic, request.user),
        catalogue=catalogue_of(request.clinic),
    )
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        actions.record_contact(
            patient=patient.joined_to or patient,
            key=form.form_key,
            told=actions.ContactTold(
                how=ContactHow(given["how"]),
                with_whom=given["with_whom"],
                about=given["about"],
                agreed=given["agreed"],
                question=given["question"],
                question_to=story_of.colleague(request.clinic, given["question_to"]),
                happened_at=given["at"],
                symptom=given["symptom"],
            ),
            frozen_now=request.now,
            by=request.user,
        )
        messages.success(request, _("The contact is recorded."))
        return redirect("plans:check-ins", patient=patient.pk)
    return _act_page(
        request,
        patient,
        form,
        act=_("Record a contact"),
        lines=[],
        back=reverse("plans:check-ins", kwargs={"patient": patient.pk}),
    )


@require_form
@require_permission(Permission.SIGN_PLAN)
@load_request
def decline(request: ClinicianRequest, asked: Request) -> HttpResponse:
    form = forms.DeclineForm(
        request.POST if request.method == "POST" else None, user=request.user, about=asked.pk
    )
    back = reverse("plans:check-ins", kwargs={"patient": asked.patient_id})
    if request.method == "POST" and form.is_valid():
        try:
            actions.decline_request(
                request=asked,
                reason=form.cleaned_data["text"],
                frozen_now=request.now,
                by=request.user,
            )
        except NotDoneError as refused:
            form.add_error(None, refused.sentence)
        else:
            messages.success(request, _("Declined, with the reason."))
            return redirect(back)
    return _act_page(
        request,
        asked.patient,
        form,
        act=_("Decline what was asked for"),
        lines=[story_of.asked_in_words(asked)],
        back=back,
    )


def _act_page(
    request: ClinicianRequest,
    patient: Patient,
    form: Any,
    *,
    act: str,
    lines: list[str],
    back: str,
) -> HttpResponse:
    return _of_patient(
        request, patient, "plans/check_in/act.html", form=form, act=act, lines=lines, back=back
    )
