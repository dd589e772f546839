"""Texts, levels, ladder and limits: written by administrators, confirmed by the protocol owner."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from taperplan.accounts import actions
from taperplan.accounts.access import require_permission
from taperplan.accounts.actions.protocol import people_for_the_ladder
from taperplan.accounts.forms.base import DIFFERS, Conflict, Row, settled
from taperplan.accounts.forms.clinic import (
    LadderForm,
    LevelsForm,
    TestMessageForm,
    TextForm,
    TimeLimitsForm,
    ladder_as_typed,
    levels_as_typed,
    rungs_shown,
)
from taperplan.accounts.ladder import Standing
from taperplan.accounts.models import (
    Confirmation,
    Ladder,
    LevelSet,
    ProtocolText,
    TestMessage,
    TimeLimits,
    Webhook,
)
from taperplan.accounts.models.protocol import LOWERABLE
from taperplan.accounts.presenters import ladder_lines, text_rows, told_now
from taperplan.accounts.refusals import DiffersError, NotDoneError
from taperplan.accounts.roles import Permission

if TYPE_CHECKING:
    import uuid
    from collections.abc import Callable, Mapping

    from django.http import HttpResponse, QueryDict

    from taperplan.accounts.forms.clinic import NumberedForm
    from taperplan.accounts.http import ClinicianRequest

MANAGE, CONFIRM = Permission.MANAGE_CLINIC, Permission.CONFIRM_PROTOCOL


def write_numbered(
    request: ClinicianRequest,
    make: Callable[[Any], NumberedForm],
    write: Callable[[Any], object],
    current: Callable[[], tuple[int, Mapping[str, str]]],
) -> tuple[NumberedForm, Conflict | None, bool]:
    """Send a form that writes the next row. When another row came first: theirs and yours.

    The whole form is one line: a text, a ladder, a set of levels is kept as one or the other.
    """

    def put_theirs(typed: QueryDict, field: str) -> None:
        for name, value in current()[1].items():
            typed[name] = value

    typed, undecided = settled(request.POST, put_theirs)
    form = make(typed)
    if not form.is_valid():
        return form, None, False
    if undecided:
        # No number that was ever read: so the action shows both again, and writes nothing.
        form.cleaned_data["number"] = -1
        form.add_error(None, _("Choose theirs or yours."))
    try:
        write(form)
    except NotDoneError as refused:
        form.add_error(None, refused.sentence)
        return form, None, False
    except DiffersError as differs:
        theirs = "; ".join(str(one.stands) for one in differs.differences)
        yours = "; ".join(str(one.sent) for one in differs.differences)
    else:
        return form, None, True
    typed["number"] = str(current()[0])
    return form, Conflict([Row("all", _("What was typed"), theirs=theirs, yours=yours)]), False


# --- Texts --------------------------------------------------------------------------------


@require_safe
@require_permission(MANAGE, CONFIRM)
def texts(request: ClinicianRequest) -> HttpResponse:
    return render(
        request,
        "accounts/texts.html",
        {
            "here": "texts",
            "rows": text_rows(request.clinic),
            "may_write": request.user.may(MANAGE),
            "may_confirm": request.user.may(CONFIRM),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@require_permission(MANAGE)
def text(request: ClinicianRequest, kind: str) -> HttpResponse:
    if kind not in ProtocolText.Kind.values:
        raise Http404
    known = ProtocolText.Kind(kind)
    conflict = None

    def current() -> tuple[int, Mapping[str, str]]:
        row = ProtocolText.objects.newest(request.clinic).filter(kind=kind).first()
        return (row.number, {"text": row.text}) if row else (0, {"text": ""})

    def write(form: Any) -> object:
        return actions.write_text(
            clinic=request.clinic,
            token=form.cleaned_data["token"],
            kind=known,
            number=form.cleaned_data["number"],
            text=form.cleaned_data["text"],
            now=request.now,
            by=request.user,
        )

    if request.method == "POST":
        form, conflict, saved = write_numbered(
            request, lambda data: TextForm(data, user=request.user), write, current
        )
        if saved:
            messages.success(request, _("Saved. It takes effect when it is confirmed."))
            return redirect("accounts:texts")
    else:
        number, values = current()
        form = TextForm(initial={**values, "number": number}, user=request.user)
    return render(
        request,
        "accounts/text.html",
        {"here": "texts", "form": form, "conflict": conflict, "label": known.label},
        status=409 if conflict else 200,
    )


@require_POST
@require_permission(CONFIRM)
def confirm_text(request: ClinicianRequest, protocol_text: uuid.UUID) -> HttpResponse:
    row = get_object_or_404(ProtocolText, clinic=request.clinic, pk=protocol_text)
    return confirm_row(
        request,
        lambda: actions.confirm_text(text=row, now=request.now, by=request.user),
        "accounts:texts",
    )


def confirm_row(
    request: ClinicianRequest, confirm: Callable[[], object], page: str
) -> HttpResponse:
    try:
        confirm()
    except NotDoneError as refused:
        messages.warning(request, refused.sentence)
    else:
        messages.success(request, _("Confirmed with your name. It is in force now."))
    return redirect(page)


# --- Levels -------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@require_permission(MANAGE, CONFIRM)
def levels(request: ClinicianRequest) -> HttpResponse:
    may_write = request.user.may(MANAGE)
    conflict = None

    def current() -> tuple[int, Mapping[str, str]]:
        row = LevelSet.objects.newest(request.clinic)
        return (row.number if row else 0), levels_as_typed(row)

    def write(form: Any) -> object:
        return actions.write_levels(
            clinic=request.clinic,
            token=form.cleaned_data["token"],
            number=form.cleaned_data["number"],
            same_day=form.same_day(),
            now=request.now,
            by=request.user,
        )

    if request.method == "POST" and not may_write:
        raise PermissionDenied
    if request.method == "POST":
        form, conflict, saved = write_numbered(
            request, lambda data: LevelsForm(data, user=request.user), write, current
        )
        if saved:
            messages.success(request, _("Saved. It takes effect when it is confirmed."))
            return redirect("accounts:levels")
    else:
        number, values = current()
        form = LevelsForm(initial={**values, "number": number}, user=request.user)
    newest = (
        LevelSet.objects.filter(clinic=request.clinic)
        .select_related("written_by", "confirmation__confirmed_by")
        .order_by("-number")
        .first()
    )
    return render(
        request,
        "accounts/levels.html",
        {
            "here": "levels",
            "form": form,
            "conflict": conflict,
            "newest": newest,
            "same_day": [LOWERABLE[key] for key in newest.same_day] if newest else [],
            "confirmation": getattr(newest, "confirmation", None),
            "may_write": may_write,
            "may_confirm": request.user.may(CONFIRM),
        },
        status=409 if conflict else 200,
    )


@require_POST
@require_permission(CONFIRM)
def confirm_levels(request: ClinicianRequest, level_set: uuid.UUID) -> HttpResponse:
    row = get_object_or_404(LevelSet, clinic=request.clinic, pk=level_set)
    return confirm_row(
        request,
        lambda: actions.confirm_levels(levels=row, now=request.now, by=request.user),
        "accounts:levels",
    )


# --- Escalation: ladder, limits, test message ---------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@require_permission(MANAGE, CONFIRM)
def ladder(request: ClinicianRequest) -> HttpResponse:
    if request.method == "POST" and not request.user.may(MANAGE):
        raise PermissionDenied
    people = people_for_the_ladder(request.clinic)
    conflict = None

    pager = Webhook.objects.in_force(request.clinic) is not None

    def current() -> tuple[int, Mapping[str, str]]:
        row = Ladder.objects.newest(request.clinic)
        shown = rungs_shown(row)
        return (row.number if row else 0), ladder_as_typed(row, people, shown)

    def make(data: Any) -> LadderForm:
        shown = rungs_shown(Ladder.objects.newest(request.clinic))
        return LadderForm(data, user=request.user, people=people, rungs=shown, pager=pager)

    def write(form: Any) -> object:
        return actions.write_ladder(
            clinic=request.clinic,
            token=form.cleaned_data["token"],
            number=form.cleaned_data["number"],
            rungs=form.rungs(),
            now=request.now,
            by=request.user,
        )

    if request.method == "POST":
        form, conflict, saved = write_numbered(request, make, write, current)
        if saved:
            messages.success(request, _("The ladder is saved."))
            return redirect("accounts:ladder")
        return _escalation(request, ladder_form=form, conflict=conflict)
    return _escalation(request)


@require_POST
@require_permission(MANAGE)
def time_limits(request: ClinicianRequest) -> HttpResponse:
    def current() -> tuple[int, Mapping[str, str]]:
        row = TimeLimits.objects.newest(request.clinic)
        return (row.number if row else 0), _limits_as_typed(row)

    def write(form: Any) -> object:
        return actions.write_time_limits(
            clinic=request.clinic,
            token=form.cleaned_data["token"],
            number=form.cleaned_data["number"],
            emergency=form.cleaned_data["emergency_minutes"],
            same_day=form.cleaned_data["same_day_minutes"],
            now=request.now,
            by=request.user,
        )

    form, conflict, saved = write_numbered(
        request, lambda data: TimeLimitsForm(data, user=request.user), write, current
    )
    if saved:
        messages.success(request, _("The time limits are saved."))
        return redirect("accounts:ladder")
    return _escalation(request, limits_form=form, limits_conflict=conflict)


def _limits_as_typed(row: TimeLimits | None) -> dict[str, str]:
    names = ("emergency_minutes", "same_day_minutes")
    return {name: str(getattr(row, name)) if row else "" for name in names}


@require_POST
@require_permission(CONFIRM)
def confirm_ladder(request: ClinicianRequest, ladder: uuid.UUID) -> HttpResponse:
    row = get_object_or_404(Ladder, clinic=request.clinic, pk=ladder)
    return confirm_row(
        request,
        lambda: actions.confirm_ladder(ladder=row, now=request.now, by=request.user),
        "accounts:ladder",
    )


@require_POST
@require_permission(CONFIRM)
def confirm_time_limits(request: ClinicianRequest, limits: uuid.UUID) -> HttpResponse:
    row = get_object_or_404(TimeLimits, clinic=request.clinic, pk=limits)
    return confirm_row(
        request,
        lambda: actions.confirm_time_limits(limits=row, now=request.now, by=request.user),
        "accounts:ladder",
    )


@require_POST
@require_permission(MANAGE)
def send_test(request: ClinicianRequest) -> HttpResponse:
    people = Standing(request.clinic, request.now).people
    pager = Webhook.objects.in_force(request.clinic) is not None
    form = TestMessageForm(request.POST, user=request.user, people=people, pager=pager)
    if form.is_valid():
        try:
            actions.send_test(
                clinic=request.clinic,
                token=form.cleaned_data["token"],
                to=form.to(),
                channel=form.channel(),
                now=request.now,
                by=request.user,
            )
        except NotDoneError as refused:
            form.add_error(None, refused.sentence)
        else:
            words = {"name": form.to().name}
            messages.success(
                request,
                _("Handed to the notifier. It stands on the page of %(name)s until acknowledged.")
                % words,
            )
            return redirect("accounts:ladder")
    return _escalation(request, test_form=form)


def _escalation(
    request: ClinicianRequest,
    *,
    ladder_form: Any = None,
    conflict: Conflict | None = None,
    limits_form: Any = None,
    limits_conflict: Conflict | None = None,
    test_form: Any = None,
) -> HttpResponse:
    """The page of all three; the form that was sent comes back as typed."""
    clinic = request.clinic
    newest = Ladder.objects.select_related("written_by").newest(clinic)
    limits = TimeLimits.objects.select_related("written_by").newest(clinic)
    now_standing = Standing(clinic, request.now)
    pager = Webhook.objects.in_force(clinic) is not None
    people = people_for_the_ladder(clinic)
    if ladder_form is None:
        shown = rungs_shown(newest)
        ladder_form = LadderForm(
            initial={
                **ladder_as_typed(newest, people, shown),
                "number": newest.number if newest else 0,
            },
            user=request.user,
            people=people,
            rungs=shown,
            pager=pager,
        )
    if limits_form is None:
        limits_form = TimeLimitsForm(
            initial={**_limits_as_typed(limits), "number": limits.number if limits else 0},
            user=request.user,
        )
    tests = (
        TestMessage.objects.filter(clinic=clinic)
        .select_related("to", "acknowledgement")
        .order_by("-sent_at")[:10]
    )
    standing = now_standing.people
    return render(
        request,
        "accounts/ladder.html",
        {
            "here": "ladder",
            "ladder": newest,
            "ladder_lines": ladder_lines(newest),
            "ladder_confirmation": _confirmation(newest),
            "limits": limits,
            "limits_confirmation": _confirmation(limits),
            "left": now_standing.leavers,
            "told_now": told_now(now_standing),
            "ladder_form": ladder_form,
            "conflict": conflict,
            "limits_form": limits_form,
            "limits_conflict": limits_conflict,
            "test_form": test_form
            or TestMessageForm(user=request.user, people=standing, pager=pager),
            "forms": [ladder_form, limits_form, *([test_form] if test_form else [])],
            "tests": tests,
            "differs": DIFFERS,
            "may_write": request.user.may(MANAGE),
            "may_confirm": request.user.may(CONFIRM),
        },
        status=409 if conflict or limits_conflict else 200,
    )


def _confirmation(row: Ladder | TimeLimits | None) -> Confirmation | None:
    if row is None:
        return None
    of = {"ladder": row} if isinstance(row, Ladder) else {"limits": row}
    return Confirmation.objects.filter(**of).select_related("confirmed_by").first()
