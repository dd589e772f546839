"""What axes asks of us: which account was tried, and what to answer when it is locked."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from django.shortcuts import render

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.http import HttpRequest, HttpResponse


def account(request: HttpRequest, credentials: Mapping[str, Any] | None) -> str:
    """The email address tried, as one account has it however it was typed."""
    tried = (credentials or {}).get("email") or request.POST.get("login", "")
    return str(tried).strip().lower().replace("\0", "")[:255]


def answer(
    request: HttpRequest, response: HttpResponse, credentials: Mapping[str, Any] | None
) -> HttpResponse:
    """The same words whether the account exists or not."""
    return render(request, "accounts/locked.html", status=HTTPStatus.TOO_MANY_REQUESTS)
