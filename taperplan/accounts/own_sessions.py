"""One's own sessions and clinics, for one's own page. A fixed number of statements."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db.models import Exists, OuterRef
from django.utils import timezone

from taperplan import formats
from taperplan.accounts.models import Membership
from taperplan.words import gettext as _

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from taperplan.accounts.models import User

_BROWSERS = (("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrom", "Chrome"))
_SYSTEMS = ("Windows", "Android", "iPhone", "iPad", "Mac OS X", "Linux")


@dataclass(frozen=True)
class SessionRow:
    key: int
    device: str
    address: str
    since: str
    this: bool


def live(user: User) -> QuerySet[UserSession]:
    """Sessions that have not run out. One whose mark was renewed ends when it is next used."""
    standing = Session.objects.filter(
        session_key=OuterRef("session_key"), expire_date__gt=timezone.now()
    )
    found: QuerySet[UserSession] = UserSession.objects.filter(Exists(standing), user=user)
    return found


def session_rows(request: Any) -> tuple[SessionRow, ...]:
    this = request.session.session_key
    rows = sorted(
        live(request.user).order_by("-created_at")[:50], key=lambda row: row.session_key != this
    )
    return tuple(
        SessionRow(
            key=row.pk,
            device=_device(row.user_agent),
            address=row.ip or "",
            since=formats.moment(timezone.localtime(row.created_at)),
            this=row.session_key == this,
        )
        for row in rows
    )


def _device(agent: str) -> str:
    """ "Firefox on Windows", as far as the browser says so."""
    browser = next((word for mark, word in _BROWSERS if mark in agent), "")
    if not browser and re.search(r"Version/.*Safari", agent):
        browser = "Safari"
    system = next((word for word in _SYSTEMS if word in agent), "").replace("Mac OS X", "macOS")
    if browser and system:
        return _("%(browser)s on %(system)s") % {"browser": browser, "system": system}
    return browser or system or _("unknown device")


def clinics_of(user: User) -> list[Membership]:
    """Where this person may work now, by name."""
    return list(
        Membership.objects.standing()
        .filter(user=user)
        .select_related("clinic", "user")
        .order_by("clinic__name", "pk")
    )
