"""Whether a paper is one of ours and still counts: open to whoever holds it.

The code is sent in a form and never in an address, which servers and browsers write down.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from django.contrib.auth.decorators import login_not_required
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from plans.actions.verify import may_try
from plans.forms.verify import CheckCodeForm
from plans.presenters.verify import verified
from taperplan.accounts.http import client_address

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def verify(request: HttpRequest) -> HttpResponse:
    form = CheckCodeForm(request.POST if request.method == "POST" else None)
    status, answer = HTTPStatus.OK, None
    if request.method == "POST":
        if not form.is_valid():
            status = HTTPStatus.UNPROCESSABLE_ENTITY
        elif not may_try(client_address(request)):
            status = HTTPStatus.TOO_MANY_REQUESTS
            form.add_error("code", _("Too many codes were tried from here. Wait one minute."))
        else:
            answer = verified(form.cleaned_data["code"])
    return render(request, "plans/verify.html", {"form": form, "answer": answer}, status=status)
