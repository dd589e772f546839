"""How often one person may search, or take files, in a while: against a session that somebody
else drives, and against a clinic's whole list leaving page by page.

The count is one statement that adds and reads at once, so parallel requests over several
processes are counted as many as they are.
"""

from __future__ import annotations

from enum import StrEnum
from functools import wraps
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import connection
from django.shortcuts import render

from taperplan.accounts.models.limits import Use
from taperplan.audit import trail
from taperplan.audit.verbs import Verb

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from django.http import HttpResponse

    from taperplan.accounts.http import ClinicianRequest
    from taperplan.accounts.models import User

    View = Callable[..., HttpResponse]


class Limited(StrEnum):
    SEARCH = "search"
    FILE = "file"


def count(user: User, kind: Limited, now: datetime) -> int:
    """How often it was in this while, this time included."""
    _most, while_ = settings.LIMITS[kind.value]
    field = Use._meta.get_field("began_at")
    user_key = Use._meta.get_field("user").get_db_prep_value(user.pk, connection)
    moment, before = (field.get_db_prep_value(at, connection) for at in (now, now - while_))
    # The names are those of our own table; every value is a parameter.
    table = Use._meta.db_table
    sql = (
        f'INSERT INTO "{table}" AS held (user_id, kind, began_at, times) '  # noqa: S608  # nosec B608
        "VALUES (%s, %s, %s, 1) ON CONFLICT (user_id, kind) DO UPDATE SET "
        "times = CASE WHEN held.began_at <= %s THEN 1 ELSE held.times + 1 END, "
        "began_at = CASE WHEN held.began_at <= %s THEN excluded.began_at ELSE held.began_at END "
        "RETURNING times"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [user_key, kind.value, moment, before, before])
        (times,) = cursor.fetchone()
    return int(times)


def limited(kind: Limited, *, asked: str = "") -> Callable[[View], View]:
    """429 to whoever asked too often. `asked` names the part of the query without which the
    page is no search; a form that makes a file counts when it is sent."""

    def decorate(view: View) -> View:
        @wraps(view)
        def counted(request: ClinicianRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            counts = request.GET.get(asked, "").strip() if asked else True
            if counts and count(request.user, kind, request.now) > settings.LIMITS[kind.value][0]:
                trail.record(
                    Verb.REFUSED,
                    detail={"why": "too often", "what": kind.value},
                    by=request.user,
                )
                status = HTTPStatus.TOO_MANY_REQUESTS
                return render(request, "accounts/too_often.html", status=status)
            return view(request, *args, **kwargs)

        counted.limited_as = kind  # type: ignore[attr-defined]
        return counted

    return decorate


def sent(kind: Limited) -> Callable[[View], View]:
    """As `limited`, for a page whose form makes the file: opening it is not counted."""

    def decorate(view: View) -> View:
        counted = limited(kind)(view)

        @wraps(view)
        def guarded(request: ClinicianRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            return (counted if request.method == "POST" else view)(request, *args, **kwargs)

        guarded.limited_as = kind  # type: ignore[attr-defined]
        return guarded

    return decorate
