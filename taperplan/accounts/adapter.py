"""allauth, told how this house signs people in: nobody signs up by themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.account.internal.stagekit import clear_login
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from taperplan.accounts import device, session
from taperplan.accounts.backends import may_sign_in
from taperplan.accounts.http import client_address
from taperplan.audit import trail
from taperplan.audit.verbs import Verb

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from taperplan.accounts.models import User

# Said after each of its acts, and known to the person who just acted.
_QUIET = frozenset({"account/messages/logged_in.txt"})


class AccountAdapter(DefaultAccountAdapter):
    error_messages = {  # noqa: RUF012  (the library's attribute)
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": _(
            "This email address and password do not belong together. Type both again."
        ),
        "too_many_login_attempts": _("Too many attempts. Wait a few minutes, then try again."),
        "rate_limited": _("Too many attempts. Wait a few minutes, then try again."),
        "incorrect_password": _("This is not your password. Type it again."),
        "enter_current_password": _("Type your present password."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        return client_address(request)

    def get_logout_redirect_url(self, request: HttpRequest) -> str:
        return reverse("account_login")

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """Guesses from elsewhere are counted apart from those at a device where this account
        signed in before: a stranger who knows every address of a clinic locks nobody out.
        """
        key: str = super()._get_login_attempts_cache_key(request, **credentials)
        return f"{key}:{device.known_for(request, str(credentials.get('email', '')))}"

    def post_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse:
        response: HttpResponse = super().post_login(request, user, **kwargs)
        device.remember(request, response, user)
        return response

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError:
            trail.record(Verb.SIGN_IN_REFUSED, detail={"why": "too many attempts"}, by=None)
            raise

    def pre_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse | None:
        """Whoever no clinic has is refused, by passkey as by password, in the same words."""
        return None if may_sign_in(user) else self._refuse(request)

    def login(self, request: HttpRequest, user: User) -> None:
        if not may_sign_in(user):  # ended between the first step and the second
            raise ImmediateHttpResponse(self._refuse(request))
        # The session and its row in the trail are kept together or not at all. Guesses were
        # counted before, outside, so a refusal always counts.
        with transaction.atomic():
            super().login(request, user)
            session.begin(request, user)
            # Signing in is as fresh as confirming it is you: the first minutes ask no second time.
            records = request.session.get(AUTHENTICATION_METHODS_SESSION_KEY) or []
            if records:
                records[-1]["reauthenticated"] = True
                request.session[AUTHENTICATION_METHODS_SESSION_KEY] = records
            UserSession.objects.create_from_request(request)
            request.session.save()
            steps = [record.get("type") or record.get("method", "") for record in records]
            trail.record(Verb.SIGNED_IN, user, detail={"with": " and ".join(steps)}, by=user)

    def _refuse(self, request: HttpRequest) -> HttpResponse:
        clear_login(request)
        messages.error(request, self.error_messages["email_password_mismatch"])
        return redirect("account_login")

    def add_message(self, request: HttpRequest, level: int, *args: Any, **kwargs: Any) -> None:
        if args and args[0] in _QUIET:
            return
        super().add_message(request, level, *args, **kwargs)


class SecondStepAdapter(DefaultMFAAdapter):
    error_messages = {  # noqa: RUF012  (the library's attribute)
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": _("This code is not the one shown now. Type the 6 digits again."),
        "cannot_delete_authenticator": _(
            "This is your only second step. Add another before you remove it."
        ),
    }

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        return has_another(authenticator)


def has_another(authenticator: Authenticator) -> bool:
    """Whether its owner keeps a second step when this one goes."""
    others = Authenticator.objects.filter(user_id=authenticator.user_id).exclude(
        pk=authenticator.pk
    )
    return bool(others.exclude(type=Authenticator.Type.RECOVERY_CODES).exists())
