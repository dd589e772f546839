"""When the database does not take it: a plain answer, with what was typed in it to send again.

Stands alone, without query, session or frame. Nothing that was typed is lost: the page holds it,
and every form that records something carries a token, so that sent twice it is recorded once.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from django.db import InterfaceError, InternalError, OperationalError
from django.http import HttpResponse
from django.template import loader
from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.http import HttpRequest

# What the two engines say of it, in their own words.
_FULL = ("disk is full", "no space left")
_READ_ONLY = ("readonly database", "read-only")
_BUSY = ("is locked", "lock timeout", "deadlock", "couldn't get a connection")
PAUSE = "10"


def is_of_the_database(error: BaseException | None) -> bool:
    """Whether the database could not be used; never a fault of what was asked of it."""
    return isinstance(error, (OperationalError, InterfaceError, InternalError))


def page(request: HttpRequest, error: BaseException | None) -> HttpResponse:
    typed = () if request.FILES else tuple(_typed(request))
    context = {"why": _why(error), "typed": typed, "path": request.get_full_path(),
               "saving": request.method == "POST"}  # fmt: skip
    answer = HttpResponse(
        loader.get_template("503.html").render(context), status=HTTPStatus.SERVICE_UNAVAILABLE
    )
    answer["Retry-After"] = PAUSE
    answer["Cache-Control"] = "no-store"
    return answer


def _typed(request: HttpRequest) -> Iterator[tuple[str, str]]:
    if request.method == "POST":
        for name, values in request.POST.lists():
            yield from ((name, value) for value in values)


def _why(error: BaseException | None) -> str:
    said = str(error).casefold()
    if any(words in said for words in _FULL):
        return _("The disk of the database is full.")
    if any(words in said for words in _READ_ONLY):
        return _("The database takes no changes at present.")
    if any(words in said for words in _BUSY):
        return _("The database is busy with something else.")
    return _("The database does not answer.")
