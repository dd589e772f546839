"""The accounts page: who works here, inviting, changing and ending an account."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from taperplan import searches, tokens
from taperplan.accounts import actions, letters
from taperplan.accounts.access import load_membership, require_permission
from taperplan.accounts.forms.base import Conflict, Row, settled
from taperplan.accounts.forms.people import (
    MARKS,
    InviteForm,
    RolesForm,
    rights_as_typed,
)
from taperplan.accounts.limits import Limited, limited
from taperplan.accounts.presenters import (
    Asked,
    account_file,
    account_list,
    account_page,
)
from taperplan.accounts.refusals import DiffersError, NotDoneError
from taperplan.accounts.rights import rights_of
from taperplan.accounts.roles import ROLE_WORDS, Permission, Role
from taperplan.accounts.step_up import step_up

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from django.http import QueryDict

    from taperplan.accounts.http import ClinicianRequest
    from taperplan.accounts.models import Membership, OneTimeLink
    from taperplan.accounts.rights import Rights

MANAGE = Permission.MANAGE_ACCOUNTS
# Where a link waits between being made and being shown, once.
SHOW_ONCE = "taperplan.one-time-link"


@require_http_methods(["GET", "HEAD", "POST"])
@require_permission(MANAGE)
@limited(Limited.SEARCH, asked=searches.SEALED)
def accounts(request: ClinicianRequest) -> HttpResponse:
    if request.method == "POST":
        return searches.answered(request, beside=["state", "role"])
    asked = Asked(
        state=request.GET.get("state", ""),
        role=request.GET.get("role", ""),
        words=searches.asked(request).replace("\0", ""),
        page=_page(request.GET.get("page", "")),
    )
    listed = account_list(request.clinic, asked, today=request.today, by=request.user)
    words = {
        "all": _("All"),
        "active": _("Active"),
        "invited": _("Invited"),
        "deactivated": _("Deactivated"),
    }
    states = [
        {
            "label": f"{words[key]} {count}",
            "query": "" if key == "all" else key,
            "current": (asked.state or "all") == key,
        }
        for key, count in listed.counts.items()
    ]
    roles = [(role.value, capfirst(str(ROLE_WORDS[role]))) for role in Role]
    return render(
        request,
        "accounts/list.html",
        {
            "listed": listed,
            "states": states,
            "search": request.GET.get(searches.SEALED, ""),
            "roles": roles,
            "shown": _("Page %(page)s of %(pages)s") % {"page": listed.page, "pages": listed.pages},
            "newer": _address(request, listed.page - 1) if listed.page > 1 else "",
            "older": _address(request, listed.page + 1) if listed.page < listed.pages else "",
            "token": tokens.issue(request.user, "one-time-link"),
        },
    )


def _address(request: ClinicianRequest, page: int) -> str:
    query = request.GET.copy()
    query["page"] = str(page)
    return f"?{query.urlencode()}"


def _page(typed: str) -> int:
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 6 else 1


@require_safe
@require_permission(MANAGE)
@limited(Limited.FILE)
@step_up
def accounts_file(request: ClinicianRequest) -> HttpResponse:
    """Everybody who has or had an account here, as CSV; formulas are neutralised."""
    content = account_file(request.clinic)
    actions.accounts_exported(count=content.count(b"\r\n") - 1, by=request.user)
    name = f"accounts-{request.today.isoformat()}.csv"
    return HttpResponse(
        content,
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@require_http_methods(["GET", "HEAD", "POST"])
@require_permission(MANAGE)
@step_up
def invite(request: ClinicianRequest) -> HttpResponse:
    form = InviteForm(request.POST if request.method == "POST" else None, user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            link = actions.invite(
                clinic=request.clinic,
                token=form.cleaned_data["token"],
                person=form.person(),
                now=request.now,
                by=request.user,
            )
        except NotDoneError as refused:
            form.add_error("email", refused.sentence)
        except DiffersError:
            form.add_error(
                None,
                _("This form was sent before, with other content. Open it again to invite more."),
            )
        else:
            return _hand_over(request, link)
    return render(request, "accounts/invite.html", {"form": form})


def _hand_over(request: ClinicianRequest, link: OneTimeLink) -> HttpResponse:
    """Mail the link, or show it once to the administrator, who passes it on."""
    if settings.EMAIL_CONFIGURED:
        if letters.send(link, request):
            messages.success(
                request,
                _("The link was mailed to %(email)s.") % {"email": link.membership.user.email},
            )
        else:
            messages.warning(
                request, _("The mail could not be sent. Send it again when mail works.")
            )
        return redirect("accounts:list")
    request.session[SHOW_ONCE] = str(link.pk)
    return redirect("accounts:link", link.membership_id)


@require_safe
@require_permission(MANAGE)
@load_membership
def link(request: ClinicianRequest, membership: Membership) -> HttpResponse:
    """The one-time link, once. Reading the page again shows no link."""
    made = membership.one_time_links.select_related("membership__user").order_by("-number").first()
    shown = request.session.get(SHOW_ONCE)
    url = ""
    if made is not None and shown == str(made.pk):
        del request.session[SHOW_ONCE]
        url = request.build_absolute_uri(letters.path(made))
    return render(
        request, "accounts/link.html", {"membership": membership, "made": made, "url": url}
    )


@require_http_methods(["GET", "HEAD", "POST"])
@require_permission(MANAGE)
@step_up
@load_membership
def change(request: ClinicianRequest, membership: Membership) -> HttpResponse:
    conflict = None
    if request.method == "POST":
        form, conflict, saved = _change(request, membership)
        if saved:
            words = {"name": membership.user.name}
            messages.success(
                request,
                _("The roles of %(name)s are saved, and they are signed out everywhere.") % words,
            )
            return redirect("accounts:list")
        membership.refresh_from_db()
    else:
        form = RolesForm(
            initial={**rights_as_typed(rights_of(membership)), "revision": membership.revision}
        )
    return render(
        request,
        "accounts/change.html",
        {
            "page": account_page(membership, today=request.today, by=request.user),
            "membership": membership,
            "form": form,
            "conflict": conflict,
            "token": tokens.issue(request.user, "one-time-link"),
        },
        status=409 if conflict else 200,
    )


def _change(
    request: ClinicianRequest, membership: Membership
) -> tuple[RolesForm, Conflict | None, bool]:
    """The form, what is to be settled, and whether it was saved."""
    stands = rights_of(membership)
    typed, undecided = settled(request.POST, partial(_put_theirs, stands))
    form = RolesForm(typed)
    if not form.is_valid():
        return form, None, False
    if undecided:
        form.add_error(None, _("Choose theirs or yours for each line."))
        return form, _conflict(form, stands, undecided, membership), False
    try:
        actions.change_roles(
            membership=membership,
            revision=form.cleaned_data["revision"],
            rights=form.rights(),
            by=request.user,
        )
    except NotDoneError as refused:
        form.add_error("roles", refused.sentence)
        return form, None, False
    except DiffersError as differs:
        theirs: Any = differs.stands
        fields = [difference.field for difference in differs.differences]
        return form, _conflict(form, rights_of(theirs), fields, theirs), False
    return form, None, True


def _put_theirs(stands: Rights, typed: QueryDict, field: str) -> None:
    """Tick or untick one box, as it stands."""
    box = "marks" if field in MARKS else "roles"
    held = [name for name in typed.getlist(box) if name != field]
    typed.setlist(box, [*held, field] if stands.columns().get(field) else held)


def _conflict(
    form: RolesForm, stands: Rights, fields: Sequence[str], membership: Membership
) -> Conflict:
    # What is chosen now is compared with what stands now.
    form.data["revision"] = str(membership.revision)  # type: ignore[index]
    held = {True: _("yes"), False: _("no")}
    there, here = stands.columns(), form.rights().columns()
    return Conflict(
        [
            Row(name, right_word(name), theirs=held[there[name]], yours=held[here[name]])
            for name in fields
            if name in there
        ]
    )


def right_word(name: str) -> str:
    marks = {"protocol_owner": _("Protocol owner"), "privacy_lead": _("Privacy lead")}
    return marks.get(name) or capfirst(str(ROLE_WORDS[Role(name)]))


# --- Acts: by POST, then back to the list -------------------------------------------------


def _act(request: ClinicianRequest, done: str, action: Callable[[], object]) -> HttpResponse:
    try:
        action()
    except NotDoneError as refused:
        messages.warning(request, refused.sentence)
    else:
        messages.success(request, done)
    return redirect("accounts:list")


def _new_link(
    request: ClinicianRequest,
    membership: Membership,
    make: Callable[..., OneTimeLink],
) -> HttpResponse:
    try:
        token = tokens.read(request.POST.get("token", ""), request.user, "one-time-link")
        made = make(membership=membership, token=token, now=request.now, by=request.user)
    except tokens.BadToken:
        messages.warning(request, _("This page was open too long. Try again."))
        return redirect("accounts:list")
    except NotDoneError as refused:
        messages.warning(request, refused.sentence)
        return redirect("accounts:list")
    return _hand_over(request, made)


@require_POST
@require_permission(MANAGE)
@load_membership
def invite_again(request: ClinicianRequest, membership: Membership) -> HttpResponse:
    return _new_link(request, membership, actions.invite_again)


@require_POST
@require_permission(MANAGE)
@step_up
@load_membership
def new_password(request: ClinicianRequest, membership: Membership) -> HttpResponse:
    return _new_link(request, membership, actions.make_password_link)


@require_POST
@require_permission(MANAGE)
@load_membership
def withdraw(request: ClinicianRequest, membership: Membership) -> HttpResponse:
    return _act(
        request,
        _("The invitation is withdrawn. Its link does not work any more."),
        lambda: actions.withdraw(membership=membership, now=request.now, by=request.user),
    )


@require_POST
@require_permission(MANAGE)
@step_up
@load_membership
def reactivate(request: ClinicianRequest, membership: Membership) -> HttpResponse:
    return _act(
        request,
        _("%(name)s can sign in again.") % {"name": membership.name},
        lambda: actions.reactivate(membership=membership, by=request.user),
    )


@require_POST
@require_permission(MANAGE)
@step_up
@load_membership
def reset_second_step(request: ClinicianRequest, membership: Membership) -> HttpResponse:
    return _act(
        request,
        _("The second step of %(name)s is reset. The next sign-in sets up a new one.")
        % {"name": membership.name},
        lambda: actions.reset_second_step(membership=membership, by=request.user),
    )
