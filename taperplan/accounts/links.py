"""One-time links: whoever holds one may set the password of the account it was made for.

The token is keyed over the link's row and over what using it changes (the password, the day
of joining), so it dies when it is used; and over the mark that ends all sessions, so it dies
when the second step is reset. A later link, a withdrawal or its age end it too.
Opening it changes nothing: mail scanners open links.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.utils.crypto import constant_time_compare, salted_hmac

from taperplan.accounts.models import Membership, OneTimeLink

if TYPE_CHECKING:
    from datetime import datetime

_SALT = "taperplan.one-time-link"
_HEX = 32


def token(link: OneTimeLink) -> str:
    membership = link.membership
    user = membership.user
    value = (
        f"{link.pk.hex}:{user.password}:{user.email}:{user.session_mark}:{membership.accepted_at}"
    )
    return link.pk.hex + salted_hmac(_SALT, value, algorithm="sha256").hexdigest()


def find(typed: str, *, now: datetime) -> OneTimeLink | None:
    """The link that `typed` opens, if it still opens anything."""
    try:
        key = uuid.UUID(hex=typed[:_HEX])
    except ValueError:
        return None
    link = (
        OneTimeLink.objects.select_related("membership__user", "membership__clinic")
        .filter(pk=key)
        .first()
    )
    if link is None or not constant_time_compare(token(link), typed):
        return None
    return link if _alive(link, now) else None


def _alive(link: OneTimeLink, now: datetime) -> bool:
    wanted = (
        Membership.State.INVITED
        if link.purpose == OneTimeLink.Purpose.INVITATION
        else Membership.State.ACTIVE
    )
    return (
        now < link.expires_at
        and link.membership.state is wanted
        and link.membership.user.is_active
        and not link.membership.one_time_links.filter(number__gt=link.number).exists()
    )
