"""One's own page: particulars, what waits for one's confirmation or answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from taperplan.accounts import actions
from taperplan.accounts.actions.people import PROFILE
from taperplan.accounts.forms.base import Conflict, Row, settled
from taperplan.accounts.forms.people import ProfileForm
from taperplan.accounts.models import TestMessage
from taperplan.accounts.own_sessions import clinics_of, live, session_rows
from taperplan.accounts.presenters import waiting_confirmations, waiting_tests
from taperplan.accounts.refusals import DiffersError, NotDoneError

if TYPE_CHECKING:
    from django.http import HttpResponse, QueryDict

    from taperplan.accounts.http import ClinicianRequest
    from taperplan.accounts.models import User


@require_http_methods(["GET", "HEAD", "POST"])
def me(request: ClinicianRequest) -> HttpResponse:
    conflict = None
    if request.method == "POST":
        form, conflict, saved = _amend(request)
        if saved:
            messages.success(request, _("Your particulars are saved."))
            return redirect("accounts:me")
    else:
        form = ProfileForm(initial=_stands(request.user))
    return render(
        request,
        "accounts/me.html",
        {
            "nav": "me",
            "form": form,
            "conflict": conflict,
            "tests": waiting_tests(request.user),
            "confirmations": waiting_confirmations(request.user),
            "sessions": session_rows(request),
            "clinics": clinics_of(request.user),
        },
        status=409 if conflict else 200,
    )


@require_POST
def end_session(request: ClinicianRequest, own_session: int) -> HttpResponse:
    """One of one's own; another person's is answered as one that never was."""
    found = get_object_or_404(live(request.user), pk=own_session)
    if found.session_key == request.session.session_key:
        messages.warning(request, _("This is the session you are in. Sign out instead."))
    else:
        actions.end_sessions(sessions=[found], by=request.user)
        messages.success(request, _("That session is ended."))
    return redirect("accounts:me")


@require_POST
def end_other_sessions(request: ClinicianRequest) -> HttpResponse:
    others = live(request.user).exclude(session_key=request.session.session_key)
    actions.end_sessions(sessions=list(others), by=request.user)
    messages.success(request, _("Every other session of yours is ended."))
    return redirect("accounts:me")


@require_POST
def choose_clinic(request: ClinicianRequest) -> HttpResponse:
    typed = request.POST.get("membership", "")
    found = next((one for one in clinics_of(request.user) if str(one.pk) == typed), None)
    if found is None:
        raise Http404
    try:
        actions.choose_clinic(membership=found, now=request.now, by=request.user)
    except NotDoneError as refused:
        messages.warning(request, refused.sentence)
        return redirect("accounts:me")
    words = {"clinic": found.clinic.name}
    messages.success(request, _("You work in %(clinic)s now, in every window.") % words)
    return redirect("/")


def _stands(user: User) -> dict[str, object]:
    return {name: getattr(user, name) for name in (*PROFILE, "revision")}


def _amend(request: ClinicianRequest) -> tuple[ProfileForm, Conflict | None, bool]:
    def put_theirs(typed: QueryDict, field: str) -> None:
        value = _stands(request.user).get(field, "")
        typed[field] = ("on" if value else "") if isinstance(value, bool) else str(value)

    typed, undecided = settled(request.POST, put_theirs)
    form = ProfileForm(typed)
    if not form.is_valid():
        return form, None, False
    stands: User = request.user
    if undecided:
        form.add_error(None, _("Choose theirs or yours for each line."))
    else:
        try:
            actions.amend_profile(
                revision=form.cleaned_data["revision"], changes=form.changes(), by=request.user
            )
        except DiffersError as differs:
            stands = differs.stands
            undecided = [difference.field for difference in differs.differences]
        else:
            return form, None, True
    typed["revision"] = str(stands.revision)
    rows = [
        Row(
            name,
            str(form.fields[name].label),
            theirs=_word(getattr(stands, name)),
            yours=_word(form.cleaned_data[name]),
        )
        for name in undecided
        if name in PROFILE
    ]
    return form, Conflict(rows), False


def _word(value: object) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return capfirst(str(value))


@require_http_methods(["GET", "HEAD", "POST"])
def test_message(request: ClinicianRequest, test_message: str) -> HttpResponse:
    """Opening it acknowledges nothing; its button does."""
    message = get_object_or_404(
        TestMessage.objects.visible_to(request.user).select_related("sent_by", "clinic"),
        pk=test_message,
    )
    if request.method == "POST":
        actions.acknowledge_test(message=message, now=request.now, by=request.user)
        messages.success(request, _("Test message acknowledged."))
        return redirect("accounts:me")
    answer = getattr(message, "acknowledgement", None)
    return render(
        request, "accounts/test_message.html", {"nav": "me", "message": message, "answer": answer}
    )


test_message.__test__ = False  # type: ignore[attr-defined]
