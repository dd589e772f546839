"""Pages of a plan: its versions, its draft, signing, moving on."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from patients.access import load_patient
from patients.presenters import banner
from plans import access
from plans.access import load_draft, load_plan, load_version
from plans.actions import formulary
from plans.actions import plan as actions
from plans.forms import draft as draft_forms
from plans.forms import plan as forms
from plans.forms.carried import from_taken_over
from plans.presenters import grid as grids
from plans.presenters import plan as presenters
from plans.presenters.change import change_acts, kind_words, ways_of
from plans.presenters.formulary import formulary_lines
from plans.presenters.grid.answer import answer
from plans.presenters.taken_over import beside, row_beside
from plans.rules.draft import shaped
from plans.rules.lifecycle import MoveRefused, PlanState, needs_of
from plans.rules.merge import Side, clashes, merged
from taperplan import formats
from taperplan.accounts.access import require_permission
from taperplan.accounts.roles import Permission
from taperplan.accounts.step_up import step_up

if TYPE_CHECKING:
    import uuid

    from django.http import HttpResponse
    from django.utils.safestring import SafeString

    from patients.models import Patient
    from plans.forms.draft import Removed
    from plans.models import Draft, Plan, Version
    from plans.presenters.grid import Around, FindingRow
    from plans.presenters.grid.answer import Answer
    from taperplan.accounts.http import ClinicianRequest
    from taperplan.accounts.models import User

require_form = require_http_methods(["GET", "HEAD", "POST"])

REFUSED = 422
REMOVED = "removed step"
CARRY = "carry-over:"
STALE = 409


# --- All plans of a patient, one plan -------------------------------------------------------------


@require_form
@require_permission(Permission.VIEW_PATIENTS)
def plans(request: ClinicianRequest, patient: uuid.UUID) -> HttpResponse:
    """Everybody who treats patients reads the list; beginning one is for those who draft."""
    return (_begin if request.method == "POST" else _plans)(request, patient=patient)


@load_patient
def _plans(request: ClinicianRequest, patient: Patient) -> HttpResponse:
    return _page(
        request,
        "plans/plan/plans.html",
        patient,
        plans=presenters.plan_lines(patient, today=request.today),
        begin=_token(request, forms.BEGIN) if request.user.may(Permission.DRAFT_PLAN) else None,
    )


@require_permission(Permission.DRAFT_PLAN)
@load_patient
def _begin(request: ClinicianRequest, patient: Patient) -> HttpResponse:
    form = forms.TokenForm(request.POST, user=request.user, purpose=forms.BEGIN)
    if not form.is_valid():
        messages.warning(request, form.token_error)
        return redirect("plans:plans", patient=patient.pk)
    try:
        made = actions.begin(
            key=form.cleaned_data["token"], patient=patient, now=request.now, by=request.user
        )
    except actions.NotDoneError as refused:
        messages.warning(request, str(refused))
        return redirect("plans:plans", patient=patient.pk)
    return _to_draft(made.plan)


@require_safe
@require_permission(Permission.VIEW_PATIENTS)
@load_plan
def plan(request: ClinicianRequest, plan: Plan) -> HttpResponse:
    page = presenters.plan_page(plan, actions.requests_of(plan), today=request.today)
    may_draft = request.user.may(Permission.DRAFT_PLAN)
    return _page(
        request,
        "plans/plan/plan.html",
        plan.patient,
        plan=plan,
        page=page,
        may_draft=may_draft,
        may_move=request.user.may(Permission.MOVE_PLAN),
        ways=ways_of(plan, page.latest, request.user),
        changes=change_acts(page.latest, plan, request.today) if may_draft else (),
        revise=_token(request, forms.REVISE)
        if may_draft and page.may_revise and not page.draft
        else None,
    )


@require_safe
@require_permission(Permission.VIEW_PATIENTS)
@load_version
def version(request: ClinicianRequest, version: Version) -> HttpResponse:
    return _page(
        request,
        "plans/plan/version.html",
        version.plan.patient,
        plan=version.plan,
        page=presenters.version_page(version, today=request.today),
    )


@require_safe
@require_permission(Permission.VIEW_PATIENTS)
@load_plan
def compare(request: ClinicianRequest, plan: Plan) -> HttpResponse:
    two = access.two_versions(plan, request.GET.get("before", ""), request.GET.get("after", ""))
    if two is None:
        messages.warning(request, _("There is one version to read, and none to compare it with."))
        return redirect("plans:plan", plan=plan.pk)
    return _page(
        request,
        "plans/plan/compare.html",
        plan.patient,
        plan=plan,
        page=presenters.compare_page(*two, today=request.today),
        only_changed="changed" in request.GET,
    )


@require_POST
@require_permission(Permission.DRAFT_PLAN)
@load_plan
def revise(request: ClinicianRequest, plan: Plan) -> HttpResponse:
    form = forms.TokenForm(request.POST, user=request.user, purpose=forms.REVISE)
    if not form.is_valid():
        messages.warning(request, form.token_error)
        return redirect("plans:plan", plan=plan.pk)
    try:
        made = actions.revise(
            key=form.cleaned_data["token"], plan=plan, now=request.now, by=request.user
        )
    except actions.NotDoneError as refused:
        messages.warning(request, str(refused))
        return redirect("plans:plan", plan=plan.pk)
    return _to_draft(made.plan)


# --- The draft ------------------------------------------------------------------------------------


@require_form
@require_permission(Permission.DRAFT_PLAN)
@load_draft
def draft(request: ClinicianRequest, draft: Draft) -> HttpResponse:
    """The editor. Every button of it posts the whole form; autosave posts it too, for JSON."""
    if request.method == "POST":
        return _choose(request, draft) if "yours" in request.POST else _typed(request, draft)
    return _editor(request, draft)


def _typed(request: ClinicianRequest, draft: Draft) -> HttpResponse:
    if "whole" not in request.POST:
        messages.warning(request, _("The form arrived incomplete. Nothing was changed."))
        return _to_draft(draft.plan)
    act = request.POST.get("act", "")
    given = draft_forms.typed(request.POST, draft.cells)
    gone = draft_forms.removed(given.cells, act, request.POST)
    back = _removed(request, draft) if act == "put-back" else None
    if back is not None:
        given = draft_forms.put_back(given.cells, back)
    given = draft_forms.acted(given, act, request.POST)
    if act == "from-formulary":
        entry = formulary.chosen(request.clinic, request.POST.get("formulary", ""))
        given = draft_forms.from_formulary(given, entry) if entry else given
    if act.startswith(CARRY):
        row = row_beside(draft.plan, act.removeprefix(CARRY))
        given = from_taken_over(given, row) if row else given
    try:
        saved = actions.save(
            draft=draft,
            cells=given.cells,
            revision=_revision(request),
            now=request.now,
            by=request.user,
        )
    except actions.StaleDraftError as stale:
        return _conflict(request, draft, stale.draft, given.cells)
    for sentence in given.sentences:
        messages.warning(request, sentence)
    if request.headers.get("Accept") == "application/json":
        return _answer(request, saved)
    if gone is not None:
        _keep_removed(request, saved, gone)
    if act in ("sign", "shift"):
        return redirect(f"plans:{act}", plan=draft.plan_id)
    return _to_draft(draft.plan, at=given.focus)


def _keep_removed(request: ClinicianRequest, draft: Draft, gone: Removed) -> None:
    """Nothing is asked before a step is taken out: it can be put back, until more is saved."""
    request.session[REMOVED] = [str(draft.pk), draft.revision, gone.at, gone.step]


def _removed(request: ClinicianRequest, draft: Draft) -> Removed | None:
    match request.session.get(REMOVED):
        case [str(key), int(revision), int(at), dict(step)] if (key, revision) == (
            str(draft.pk),
            draft.revision,
        ):
            return draft_forms.Removed(at, step)  # type: ignore[arg-type]
    return None


def _revision(request: ClinicianRequest) -> int:
    typed = request.POST.get("revision", "")
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else 0


def _around(request: ClinicianRequest, draft: Draft) -> Around:
    reading, found = actions.read(draft, today=request.today)
    still_open, accepted = actions.parted(reading, found)
    at = request.GET.get("at", "")
    sure = at.removeprefix("sure-").replace("-", ":", 1) if at.startswith("sure-") else ""
    return grids.around(draft.cells, reading, still_open, accepted, focus=at, sure=sure)


def _editor(request: ClinicianRequest, draft: Draft) -> HttpResponse:
    return _page(
        request,
        "plans/plan/draft.html",
        draft.plan.patient,
        plan=draft.plan,
        draft=draft,
        number=draft.replaces.number + 1 if draft.replaces else 1,
        grid=grids.grid(_around(request, draft)),
        removed=_removed(request, draft),
        opened_as=kind_words(draft),
        formulary=formulary_lines(formulary.lines(request.clinic)),
        taken_over=beside(draft.plan),
        saved_at=_clock(draft),
    )


def _clock(draft: Draft) -> str:
    return formats.clock_to_the_second(timezone.localtime(draft.changed_at))


def _answer(request: ClinicianRequest, draft: Draft) -> HttpResponse:
    """What the page shows after an autosave: read-backs, totals, findings; nothing typed."""
    given = _around(request, draft)
    told = answer(given)
    html: dict[str, str] = {
        name: render_to_string(f"plans/plan/_{name}.html", {"grid": told}, request=request)
        for name in ("supply", "waits")
    }
    if request.POST.get("found") != told.found:
        html["findings"] = _findings(told)
    new_layout = grids.layout(draft.cells)
    if request.POST.get("layout") != new_layout:
        whole = {"grid": grids.grid(given)}
        html["grid"] = render_to_string("plans/plan/_grid.html", whole, request=request)
    if request.POST.get("view") == grids.BY_DATE:
        table = {"table": grids.merged(given)}
        html[grids.BY_DATE] = render_to_string("plans/plan/_by_date.html", table, request=request)
    return JsonResponse(
        {
            "revision": draft.revision,
            "saved": _clock(draft),
            "layout": new_layout,
            "found": told.found,
            "cells": told.cells,
            "steps": told.steps,
            "reads": told.reads,
            "products": told.products,
            "html": html,
            "told": [str(message) for message in messages.get_messages(request)],
        }
    )


def _findings(told: Answer) -> str:
    """The list of findings; a row that stood in an earlier answer is not drawn again."""
    rows = [_finding_row(row, get_language() or "") for row in told.findings]
    return render_to_string("plans/plan/_findings.html", {"grid": told, "rows": rows})


@lru_cache(maxsize=1024)
def _finding_row(row: FindingRow, language: str) -> SafeString:
    return render_to_string("plans/plan/_finding.html", {"row": row})


# --- Two people in one draft ----------------------------------------------------------------------


def _conflict(
    request: ClinicianRequest,
    draft: Draft,
    theirs: Draft,
    yours: Any,
    *,
    unchosen: bool = False,
) -> HttpResponse:
    """Both documents, cell by cell, neither chosen beforehand."""
    who = {"name": theirs.changed_by.name, "at": _clock(theirs)}
    if request.headers.get("Accept") == "application/json":
        sentence = _("%(name)s changed this draft at %(at)s. Compare before going on.") % who
        return JsonResponse({"sentence": sentence}, status=STALE)
    standing, _unfit = shaped(theirs.cells)
    document, _unfit = shaped(yours)
    found = clashes(standing, document)
    if not found:
        return _to_draft(draft.plan)
    return _page(
        request,
        "plans/plan/conflict.html",
        draft.plan.patient,
        status=STALE,
        plan=draft.plan,
        theirs=theirs,
        who=who,
        rows=[
            {
                "name": f"choice_{at}",
                "label": clash.place or clash.key,
                "theirs": clash.theirs,
                "yours": clash.yours,
                "chosen": request.POST.get(f"choice_{at}", "") if unchosen else "",
            }
            for at, clash in enumerate(found)
        ],
        yours=json.dumps(document, ensure_ascii=False),
        unchosen=unchosen,
        my_clock=formats.clock_to_the_second(timezone.localtime(request.now)),
    )


def _choose(request: ClinicianRequest, draft: Draft) -> HttpResponse:
    """The chosen cells become the draft; where somebody saved meanwhile, it is shown again."""
    try:
        sent = json.loads(request.POST["yours"])
    except ValueError:
        sent = None
    yours, _unfit = shaped(sent)
    if sent is None or not isinstance(sent, dict):
        messages.warning(request, _("The form arrived incomplete. Nothing was changed."))
        return _to_draft(draft.plan)
    theirs, _unfit = shaped(draft.cells)
    if _revision(request) != draft.revision:
        return _conflict(request, draft, draft, yours)
    found = clashes(theirs, yours)
    chosen = {
        clash.key: Side(answer)
        for at, clash in enumerate(found)
        if (answer := request.POST.get(f"choice_{at}", "")) in tuple(Side)
    }
    if len(chosen) < len(found):
        return _conflict(request, draft, draft, yours, unchosen=True)
    try:
        actions.save(
            draft=draft,
            cells=merged(theirs, yours, chosen),
            revision=draft.revision,
            now=request.now,
            by=request.user,
        )
    except actions.StaleDraftError as stale:
        return _conflict(request, draft, stale.draft, yours)
    messages.success(request, _("The chosen cells are kept."))
    return _to_draft(draft.plan)


@require_form
@require_permission(Permission.DRAFT_PLAN)
@load_draft
def discard(request: ClinicianRequest, draft: Draft) -> HttpResponse:
    form = forms.DiscardForm(request.POST or None, initial={"revision": draft.revision})
    if request.method == "POST" and form.is_valid():
        try:
            actions.discard(
                draft=draft,
                revision=form.cleaned_data["revision"],
                now=request.now,
                by=request.user,
            )
        except actions.StaleDraftError:
            messages.warning(request, _("The draft was changed meanwhile. Nothing was discarded."))
            return _to_draft(draft.plan)
        messages.success(request, _("The draft is discarded."))
        return redirect("plans:plan", plan=draft.plan_id)
    return _page(
        request, "plans/plan/discard.html", draft.plan.patient, plan=draft.plan, draft=draft,
        form=form,
    )  # fmt: skip


# --- Signing, moving on ---------------------------------------------------------------------------


@require_form
@require_permission(Permission.SIGN_PLAN)
@step_up
@load_plan
def sign(request: ClinicianRequest, plan: Plan) -> HttpResponse:
    if request.method == "POST":
        return _sign(request, plan)
    draft = access.draft_of(plan)
    if draft is None:
        return redirect("plans:plan", plan=plan.pk)
    return _sign_page(request, draft)


def _sign(request: ClinicianRequest, plan: Plan) -> HttpResponse:
    form = forms.SignForm(request.POST, not_asked=True, asked=_asked(plan, request.user))
    if not form.is_valid():
        draft = access.draft_of(plan)
        if draft is None:
            return redirect("plans:plan", plan=plan.pk)
        return _sign_page(request, draft, form=form, status=REFUSED)
    try:
        signed = actions.sign(
            key=form.cleaned_data["draft"],
            plan=plan,
            revision=form.cleaned_data["revision"],
            not_asked_reason=form.cleaned_data["not_asked_reason"],
            answers=form.cleaned_data.get("answers", ()),
            now=request.now,
            today=request.today,
            by=request.user,
        )
    except actions.StaleDraftError as stale:
        messages.warning(
            request,
            _("The draft was changed after this page was shown. Read it again before signing."),
        )
        return redirect("plans:sign", plan=stale.draft.plan_id)
    except actions.NotDoneError as refused:
        draft = access.draft_of(plan)
        if draft is None:
            messages.warning(request, str(refused))
            return redirect("plans:plan", plan=plan.pk)
        return _sign_page(request, draft, form=form, sentences=refused.sentences, status=REFUSED)
    messages.success(request, _("Version %(n)d is signed.") % {"n": signed.number})
    return redirect("plans:plan", plan=plan.pk)


def _asked(plan: Plan, by: User) -> list[tuple[str, str]]:
    return [
        (line.key, f"{line.words} ({line.since})")
        for line in presenters.asked_lines(actions.answerable(plan, by))
    ]


def _sign_page(
    request: ClinicianRequest,
    draft: Draft,
    *,
    form: forms.SignForm | None = None,
    sentences: tuple[str, ...] = (),
    status: int = 200,
) -> HttpResponse:
    ready = actions.readiness(draft, today=request.today, by=request.user)
    rows = grids.finding_rows(grids.around(draft.cells, ready.reading, ready.open, ready.accepted))
    # What was typed comes back; which draft it is for is that of the page shown now.
    about = {"draft": str(draft.pk), "revision": str(draft.revision)}
    typed = form.data.get("not_asked_reason", "") if form is not None else ""
    ticked = {"answers": request.POST.getlist("answers")} if form is not None else {}
    shown = forms.SignForm(
        None if form is None else {**about, **ticked, "not_asked_reason": typed},
        initial=about,
        not_asked=bool(ready.gaps.not_asked),
        asked=_asked(draft.plan, request.user),
    )
    if form is not None and ready.gaps.not_asked and not typed.strip():
        shown.add_error("not_asked_reason", _("Type the reason."))
    if ready.gaps.not_asked:
        # Asked for only where something was not asked; then it is not left empty.
        shown.fields["not_asked_reason"].required = True
    return _page(
        request,
        "plans/plan/sign.html",
        draft.plan.patient,
        status=status,
        plan=draft.plan,
        page=presenters.sign_page(
            draft,
            ready.reading,
            tuple((finding.sentence, reason) for finding, reason in ready.accepted),
            today=request.today,
        ),
        rows=[row for row in rows if row.state != "accepted"],
        gaps=ready.gaps,
        barred=ready.refusals,
        ready=ready.ready,
        form=shown,
        sentences=sentences,
    )


@require_form
@require_permission(Permission.MOVE_PLAN)
@load_plan
def move(request: ClinicianRequest, plan: Plan, move: str) -> HttpResponse:
    verb = presenters.verb_of_slug(move)
    if verb is None:
        raise Http404
    try:
        needs = needs_of(PlanState(plan.state), verb)
    except MoveRefused as refused:
        messages.warning(request, refused.sentence)
        return redirect("plans:plan", plan=plan.pk)
    form = forms.MoveForm(
        request.POST if request.method == "POST" else None,
        user=request.user,
        needs=needs,
        today=request.today,
    )
    status = 200
    if request.method == "POST":
        status = REFUSED
        if form.is_valid():
            try:
                actions.move(
                    token=form.cleaned_data["token"],
                    plan=plan,
                    verb=verb,
                    reason=form.cleaned_data["reason"],
                    receiver=form.cleaned_data.get("receiver", ""),
                    accepted_on=form.cleaned_data.get("accepted_on"),
                    now=request.now,
                    by=request.user,
                )
            except actions.NotDoneError as refused:
                form.add_error(None, str(refused))
            else:
                messages.success(request, f"{presenters.MOVE_WORDS[verb].done}.")
                return redirect("plans:plan", plan=plan.pk)
    return _page(
        request, "plans/plan/move.html", plan.patient, plan=plan, form=form, status=status,
        words=presenters.MOVE_WORDS[verb],
    )  # fmt: skip


# --- Inside ---------------------------------------------------------------------------------------


def _page(
    request: ClinicianRequest,
    template: str,
    patient: Patient,
    *,
    status: int = 200,
    **context: Any,
) -> HttpResponse:
    """A page of this patient, with who they are at its head."""
    head = {
        "patient": patient,
        "banner": banner(patient, request.today),
        "tab": "plan",
        "nav": "patients",
    }
    return render(request, template, {**head, **context}, status=status)


def _token(request: ClinicianRequest, purpose: str) -> forms.TokenForm:
    return forms.TokenForm(user=request.user, purpose=purpose)


def _to_draft(plan: Plan, *, at: str = "") -> HttpResponse:
    address = reverse("plans:draft", kwargs={"plan": plan.pk})
    return redirect(f"{address}?{urlencode({'at': at})}" if at else address)
