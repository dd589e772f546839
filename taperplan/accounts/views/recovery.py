"""Recovery codes: how many are left, and new ones, which are shown once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allauth.account.decorators import reauthentication_required
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.flows import can_generate_recovery_codes
from django.http import Http404
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from taperplan.accounts import recovery
from taperplan.accounts.together import second_step_kept

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpResponse

    from taperplan.accounts.http import ClinicianRequest

    View = Callable[..., HttpResponse]


def asked_again(view: View) -> View:
    """Whoever gave the second step some minutes ago gives it again."""
    asked: View = reauthentication_required(app="allauth.mfa")(view)
    return asked


@require_safe
@asked_again
def recovery_codes(request: ClinicianRequest) -> HttpResponse:
    row = Authenticator.objects.filter(user=request.user, type=recovery.KIND).first()
    if row is None:
        raise Http404
    context = {"left": len(row.wrap().get_unused_codes()), "total": recovery.COUNT}
    return render(request, "mfa/recovery_codes/index.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@asked_again
def new_recovery_codes(request: ClinicianRequest) -> HttpResponse:
    if not can_generate_recovery_codes(request.user):
        raise Http404
    if request.method != "POST":
        row = Authenticator.objects.filter(user=request.user, type=recovery.KIND).first()
        left = len(row.wrap().get_unused_codes()) if row else 0
        return render(request, "mfa/recovery_codes/generate.html", {"left": left})
    # Hashing takes a while, so it is done before the transaction begins.
    codes, data = recovery.made()
    return second_step_kept(_replaced)(request, codes, data)


def _replaced(request: ClinicianRequest, codes: list[str], data: dict[str, Any]) -> HttpResponse:
    """The codes stand in this answer and nowhere else."""
    recovery.replace(request.user, data)
    shown = [f"{code[:4]} {code[4:8]} {code[8:]}" for code in codes]
    context = {"codes": shown, "left": len(codes), "total": recovery.COUNT}
    return render(request, "mfa/recovery_codes/index.html", context)


__all__ = ["new_recovery_codes", "recovery_codes"]
