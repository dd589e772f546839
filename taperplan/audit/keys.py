"""The keys of the trail: the one it is open under, and those before it.

`TRAIL_KEY` is the site's key; `TRAIL_KEYS_BEFORE` holds older ones, which older rows are sealed
with. A row names its key by an id that tells nothing of the key. Which key new rows are sealed
with is said by the chain itself, so processes that hold both go over together, in the moment in
which `manage.py replace_trail_key` closes the chain under one and opens it under the other.
"""

from __future__ import annotations

import hashlib
import hmac

from django.conf import settings
from django.db import OperationalError


class NoKeyError(OperationalError):
    """The trail is open under a key that this process does not hold: nothing is written."""


def name(key: str) -> str:
    """What a row calls it."""
    return hmac.new(key.encode(), b"the name of a key of the trail", hashlib.sha256).hexdigest()[
        :12
    ]


def held() -> dict[str, str]:
    """By name; the site's own first, then those before it, newest first."""
    return {name(key): key for key in (settings.TRAIL_KEY, *settings.TRAIL_KEYS_BEFORE) if key}


def own() -> str:
    return name(settings.TRAIL_KEY)


def sealing(opened: str) -> str:
    """The name of the key that the next row is sealed with, where the newest says `opened`.

    Raises: NoKeyError.
    """
    if opened not in held():
        message = (
            f"the trail is open under the key {opened or 'of its first rows'}, which is neither "
            "TRAIL_KEY nor one of TRAIL_KEYS_BEFORE"
        )
        raise NoKeyError(message)
    return opened
