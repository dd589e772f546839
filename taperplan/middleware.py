"""What every request carries, and when a session ends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils import timezone

from taperplan.audit import trail

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

    GetResponse = Callable[[HttpRequest], HttpResponse]


class ClinicMiddleware:
    """Puts the clinic, its day and the moment on the request. Costs no query of its own."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponse:
        request.now = timezone.now()
        membership = getattr(request.user, "membership", None)
        request.membership = membership
        request.clinic = membership.clinic if membership else None
        request.today = (
            request.clinic.day(request.now) if request.clinic else request.now.date()
        )
        token = trail.address.set(request.META.get("REMOTE_ADDR", "")[:64])
        try:
            return self.get_response(request)
        finally:
            trail.address.reset(token)


class IdleTimeoutMiddleware:
    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponse:
        return self.get_response(request)


class SecondFactorMiddleware:
    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponse:
        return self.get_response(request)
