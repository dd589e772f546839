"""One's own page: particulars, what waits for one's confirmation or answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from taperplan.accounts import actions
from taperplan.accounts.actions.people import PROFILE
from taperplan.accounts.forms.base import Conflict, Row, settled
from taperplan.accounts.forms.people import ProfileForm
from taperplan.accounts.models import TestMessage
from taperplan.accounts.presenters import waiting_confirmations, waiting_tests
from taperplan.accounts.refusals import DiffersError

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
        },
        status=409 if conflict else 200,
    )


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
