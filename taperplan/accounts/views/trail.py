"""The trail, for auditors: who did what, to which record, from where. Reading leaves a row too."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, cast

from django.http import Http404, StreamingHttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from taperplan import searches, tables
from taperplan.accounts.access import require_permission
from taperplan.accounts.forms.trail import TrailForm
from taperplan.accounts.limits import Limited, limited
from taperplan.accounts.roles import Permission
from taperplan.accounts.step_up import step_up
from taperplan.accounts.trail_page import COLUMNS, head, trail_page, trail_rows
from taperplan.audit import trail
from taperplan.audit.verbs import Verb

if TYPE_CHECKING:
    from django.http import HttpResponse, QueryDict

    from taperplan.accounts.http import ClinicianRequest
    from taperplan.accounts.trail_page import TrailPage

# What is asked for beside a person: it names nobody, so it stays in the address.
_PLAIN = ("patient", "verb", "day", "before")


@require_http_methods(["GET", "HEAD", "POST"])
@require_permission(Permission.READ_TRAIL)
@limited(Limited.SEARCH, asked="patient")
def rows(request: ClinicianRequest) -> HttpResponse:
    if request.method == "POST":
        plain = [name for name in request.POST if name.startswith(_PLAIN)]
        return searches.answered(request, request.POST.get("person", ""), beside=plain)
    form = TrailForm(_asked(request), today=request.today)
    asked = form.asked()
    page = trail_page(request.clinic, asked) if asked is not None else None
    trail.record(Verb.TRAIL_READ, detail=form.as_recorded(), by=request.user)
    return render(
        request,
        "audit/list.html",
        {
            "form": form,
            "page": page,
            "shown": _shown(page),
            "older": _older(request, page),
        },
    )


@require_safe
@require_permission(Permission.READ_TRAIL)
@limited(Limited.FILE)
@step_up
def trail_file(request: ClinicianRequest) -> HttpResponse:
    """The rows asked for as CSV, each with the digest before it and its own. The last line names
    the trail's newest row, with which `verify_trail` and the anchors can be compared."""
    form = TrailForm(_asked(request), today=request.today)
    asked = form.asked()
    if asked is None:
        raise Http404
    trail.record(
        Verb.EXPORTED, detail={"what": "trail", **(form.as_recorded() or {})}, by=request.user
    )
    number, digest = head()
    rows = chain(
        trail_rows(request.clinic, asked),
        [("head", str(number), *[""] * (len(COLUMNS) - 3), digest)],
    )
    response = StreamingHttpResponse(
        tables.lines(COLUMNS, rows), content_type="text/csv; charset=utf-8"
    )
    name = f"trail-{request.today.isoformat()}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    # Sent a piece at a time; whatever wraps a page takes it for one.
    return cast("HttpResponse", response)


def _asked(request: ClinicianRequest) -> QueryDict:
    """As the address says it; a person's address is sealed there."""
    data = request.GET.copy()
    data["person"] = searches.asked(request)
    return data


def _shown(page: TrailPage | None) -> str:
    if page is None or not page.rows:
        return ""
    words = {"newest": page.rows[0].number, "oldest": page.rows[-1].number}
    return _("Rows %(newest)s to %(oldest)s") % words


def _older(request: ClinicianRequest, page: TrailPage | None) -> str:
    if page is None or page.older is None:
        return ""
    query = request.GET.copy()
    query["before"] = str(page.older)
    return f"?{query.urlencode()}"
