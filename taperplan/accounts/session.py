"""How long a session lasts: when it began, when it was last used, when it ends by itself.

Both times are in the session, as seconds. The last use is written at most once a minute, so
a page costs a write only then; the idle limit is counted from what is written, never longer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils import timezone

from taperplan.accounts.models import User

if TYPE_CHECKING:
    from django.http import HttpRequest

BEGAN = "taperplan.began"
SEEN = "taperplan.seen"
WRITE_EVERY = 60
# A page that asks by itself, without anybody there, says so; it keeps no session alive.
BACKGROUND = "Taperplan-Background"


def begin(request: HttpRequest, user: User) -> None:
    now = timezone.now()
    request.session[BEGAN] = request.session[SEEN] = now.timestamp()
    User.objects.filter(pk=user.pk).update(last_seen=now)


def over(request: Any) -> str:
    """Why this session has ended, or "" while it stands."""
    now = request.now.timestamp()
    began, seen = request.session.get(BEGAN), request.session.get(SEEN)
    if began is None or seen is None:
        return ""
    if now - began >= settings.SESSION_ABSOLUTE_TIMEOUT.total_seconds():
        return "absolute"
    if now - seen >= settings.IDLE_TIMEOUT.total_seconds():
        return "idle"
    return ""


def touch(request: Any) -> None:
    """Note that somebody is there: in the session and on the account, once a minute."""
    now = request.now.timestamp()
    if BEGAN not in request.session:
        request.session[BEGAN] = now
    elif now - request.session.get(SEEN, 0) < WRITE_EVERY:
        return
    request.session[SEEN] = now
    User.objects.filter(pk=request.user.pk).update(last_seen=request.now)


def ends_in(request: Any) -> int:
    """Whole seconds until this session ends if nobody does anything."""
    now = request.now.timestamp()
    idle = request.session.get(SEEN, now) + settings.IDLE_TIMEOUT.total_seconds()
    absolute = request.session.get(BEGAN, now) + settings.SESSION_ABSOLUTE_TIMEOUT.total_seconds()
    return max(0, int(min(idle, absolute) - now))
