"""What every request carries, when a session ends, and who has not yet shown a second step."""

from __future__ import annotations

from contextlib import contextmanager
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.contrib.auth import SESSION_KEY, logout
from django.contrib.auth.views import redirect_to_login
from django.db import transaction
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.template import loader
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from taperplan import addresses
from taperplan.accounts import session
from taperplan.accounts.http import client_address, is_loopback
from taperplan.accounts.models import Clinic
from taperplan.accounts.second_step import second_step_done
from taperplan.accounts.step_up import confirm_page
from taperplan.audit import journal, trail
from taperplan.audit.verbs import Verb
from taperplan.formats import Place, as_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from django.http import HttpRequest

    GetResponse = Callable[[HttpRequest], HttpResponse]


def unlazy(user: Any) -> Any:
    """What a lazy object stands for; anything else as it is."""
    return getattr(user, "_wrapped", user)


class ClinicMiddleware:
    """Puts the clinic, its day and the moment on the request. Costs no query of its own.

    On the way back: nothing of a signed-in page stays in the browser, and what was refused
    is in the trail.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponse:
        request.now = timezone.now()
        # Everything that follows asks for it, hundreds of times a page: not through what waited for
        # it to be asked for.
        if request.user.is_authenticated:
            request.user = unlazy(request.user)
        membership = getattr(request.user, "membership", None)
        request.membership = membership
        request.clinic = membership.clinic if membership else None
        request.today = request.clinic.day(request.now) if request.clinic else request.now.date()
        clinic, address = request.clinic, client_address(request)
        with _as_there(clinic, address):
            response = self._answer(request)
        if response.streaming and not isinstance(response, FileResponse):
            # What is sent piece by piece is made after this has returned.
            streamed: Any = response
            streamed.streaming_content = _pieces(streamed.streaming_content, clinic, address)
        return response

    def _answer(self, request: Any) -> HttpResponse:
        if not _may_be_served_here(request):
            return render(request, "accounts/demo_is_local.html", status=HTTPStatus.FORBIDDEN)
        was_signed_in = request.user.is_authenticated
        if not was_signed_in and SESSION_KEY in request.session:
            # Of somebody whom no clinic has any more: nothing of it is kept.
            request.session.flush()
        response = self.get_response(request)
        if was_signed_in:
            add_never_cache_headers(response)
            response["Cache-Control"] = "no-store"
            if getattr(request, "journalled", False):
                _say_that_it_is_journalled(request, response)
            if not request.user.is_authenticated:
                response["Clear-Site-Data"] = '"cache", "storage"'
            elif response.status_code in (HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND):
                _record_refusal(request, response)
        return response


@contextmanager
def _as_there(clinic: Clinic | None, address: str) -> Iterator[None]:
    """In here the clinic's words, clock and zone hold, and what is recorded is of this address."""
    token = trail.address.set(address)
    try:
        if clinic is None:
            # In the language that the browser asks for, until it is known who reads.
            with timezone.override(None), as_in(Place()), addresses.of_one_request():
                yield
        else:
            with timezone.override(clinic.zone), clinic.speaking(), addresses.of_one_request():
                yield
    finally:
        trail.address.reset(token)


def _pieces(made: Iterable[bytes], clinic: Clinic | None, address: str) -> Iterator[bytes]:
    pieces = iter(made)
    while True:
        with _as_there(clinic, address):
            piece = next(pieces, None)
        if piece is None:
            return
        yield piece


def _say_that_it_is_journalled(request: Any, response: HttpResponse) -> None:
    """Over the page, which was drawn before its row in the trail was asked for."""
    if not response.streaming and response["Content-Type"].startswith("text/html"):
        bar = loader.render_to_string("components/journalled.html", request=request).encode()
        response.content = response.content.replace(b"<main ", bar + b"<main ", 1)


def _may_be_served_here(request: Any) -> bool:
    """The demo answers this machine only: its passwords are printed and it has no second step."""
    demo = request.clinic.demo if request.clinic else Clinic.objects.filter(demo=True).exists()
    if not demo:
        return True
    host = urlsplit(f"//{request.META.get('HTTP_HOST', '')}").hostname or ""
    return is_loopback(request.META.get("REMOTE_ADDR", "")) and (
        host == "localhost" or is_loopback(host)
    )


def _record_refusal(request: Any, response: HttpResponse) -> None:
    """Which page was refused to whom; addresses that do not exist at all are left out."""
    if request.resolver_match is not None:
        journal.record_read(
            Verb.REFUSED,
            detail={
                "page": request.resolver_match.view_name,
                "verb": request.method,
                "answer": str(response.status_code),
            },
            by=request.user,
        )


class IdleTimeoutMiddleware:
    """Ends a session that nobody uses, or that has lasted too long."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponse:
        if request.user.is_authenticated:
            if why := session.over(request):
                return self._end(request, why)
            if _somebody_is_there(request):
                session.touch(request)
            request.session_ends_in = session.ends_in(request)
        response = self.get_response(request)
        if request.user.is_authenticated:
            response["Session-Ends-In"] = str(session.ends_in(request))
        elif _by_script(request) and response.status_code == HTTPStatus.FOUND:
            # A fragment cannot hold the sign-in page; the script shows its own words.
            return _signed_out()
        return response

    def _end(self, request: Any, why: str) -> HttpResponse:
        request.signed_out_because = why
        with transaction.atomic():
            logout(request)
        if _by_script(request):
            return _signed_out()
        messages.info(
            request,
            _("Nobody used this page for a while, so you were signed out. Sign in to go on.")
            if why == "idle"
            else _("You have been signed in for a whole day's work. Sign in again to go on."),
        )
        return redirect_to_login(_same_page(request), reverse("account_login"))


def _somebody_is_there(request: HttpRequest) -> bool:
    asking = request.method == "GET" and request.path == reverse("session")
    return not asking and session.BACKGROUND not in request.headers


def _by_script(request: HttpRequest) -> bool:
    return "HX-Request" in request.headers


def _signed_out() -> HttpResponse:
    return HttpResponse(
        _("You are signed out. What is typed stays on this page until you sign in again."),
        status=HTTPStatus.UNAUTHORIZED,
        content_type="text/plain; charset=utf-8",
        headers={"HX-Trigger": "session-over"},
    )


def _same_page(request: HttpRequest) -> str:
    """Where to go on after signing in: the page asked for, or the one whose form was sent."""
    if request.method in ("GET", "HEAD"):
        return request.get_full_path()
    came_from = request.headers.get("Referer", "")
    if url_has_allowed_host_and_scheme(came_from, {request.get_host()}, request.is_secure()):
        parts = urlsplit(came_from)
        return f"{parts.path}?{parts.query}" if parts.query else parts.path
    return "/"


# With a password alone, only what leads to a second step. Whoever has one already must use
# it: they cannot add another to walk round it.
TO_ENROL = frozenset({"mfa_activate_totp", "mfa_add_webauthn", "account_reauthenticate"})
TO_CONFIRM = frozenset({"mfa_reauthenticate", "mfa_reauthenticate_webauthn"})
ALWAYS = frozenset({"session"})


class SecondFactorMiddleware:
    """No page without a second step in *this* session, read from its own records.

    An enrolled device proves nothing about who holds this session; a record of its use does.
    A passkey counts as both steps. The demo needs none.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: Any, view: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        if not request.user.is_authenticated or not getattr(view, "login_required", True):
            return None
        if request.clinic.demo or second_step_done(request):
            return None
        page = request.resolver_match.view_name
        enrolled = (
            Authenticator.objects.filter(user=request.user)
            .exclude(type=Authenticator.Type.RECOVERY_CODES)
            .values_list("type", flat=True)
        )
        kinds = set(enrolled)
        if page in ALWAYS or page in (TO_CONFIRM if kinds else TO_ENROL):
            return None
        if not kinds:
            return redirect("mfa_activate_totp")
        return redirect_to_login(_same_page(request), reverse(confirm_page(kinds)))
