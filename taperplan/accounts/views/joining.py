"""Where a one-time link leads: setting a password, or joining a further clinic."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from taperplan.accounts import actions, links
from taperplan.accounts.actions.people import has_a_clinic
from taperplan.accounts.forms.people import NewPasswordForm
from taperplan.accounts.models import OneTimeLink
from taperplan.accounts.refusals import NotDoneError
from taperplan.accounts.second_step import second_step_done

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_not_required
@sensitive_post_parameters("password", "again")
def join(request: Any, token: str) -> HttpResponse:
    """Opening the link changes nothing; only what is sent from its page does."""
    link = links.find(token, now=request.now)
    if link is None:
        return _gone(request)
    if link.purpose == OneTimeLink.Purpose.INVITATION and has_a_clinic(link.membership.user):
        return _join_another_clinic(request, token, link)
    return _set_password(request, token, link)


def _gone(request: HttpRequest) -> HttpResponse:
    return render(request, "accounts/join_gone.html", status=404)


def _set_password(request: Any, token: str, link: OneTimeLink) -> HttpResponse:
    form = NewPasswordForm(
        request.POST if request.method == "POST" else None, user=link.membership.user
    )
    if request.method == "POST" and form.is_valid():
        try:
            actions.accept(token=token, password=form.cleaned_data["password"], now=request.now)
        except NotDoneError:
            return _gone(request)
        messages.success(request, _("Your password is set. Sign in with it."))
        return redirect("account_login")
    response = render(request, "accounts/join.html", {"form": form, "link": link})
    response["Cache-Control"] = "no-store"
    return response


def _join_another_clinic(request: Any, token: str, link: OneTimeLink) -> HttpResponse:
    """Somebody with a password already: only they, signed in with both steps, can join."""
    is_them = request.user.is_authenticated and request.user.pk == link.membership.user_id
    ready = is_them and (request.clinic.demo or second_step_done(request))
    if request.method == "POST" and ready:
        try:
            actions.join(token=token, now=request.now, by=request.user)
        except NotDoneError:
            return _gone(request)
        words = {"clinic": link.membership.clinic.name}
        messages.success(request, _("You have joined %(clinic)s.") % words)
        return redirect("accounts:me")
    return render(request, "accounts/join_another.html", {"link": link, "ready": ready})
