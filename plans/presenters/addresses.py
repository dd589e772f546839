"""Where things stand, for rows that link to pages of other modules."""

from __future__ import annotations

import uuid
from functools import lru_cache
from typing import Any

from django.urls import NoReverseMatch, get_script_prefix, get_urlconf, reverse

# Stands in an address for the one key that differs from row to row.
_KEY = uuid.UUID(int=0)


def address(name: str, **kwargs: Any) -> str:
    """The address of a page, "" while that page does not stand."""
    if len(kwargs) == 1:
        ((of, key),) = kwargs.items()
        if isinstance(key, uuid.UUID):
            return _with_key(name, of, get_script_prefix(), get_urlconf()).replace(
                str(_KEY), str(key)
            )
    try:
        return reverse(name, kwargs=kwargs)
    except NoReverseMatch:
        return ""


@lru_cache(maxsize=512)
def _with_key(name: str, of: str, _prefix: str, _urls: str | None) -> str:
    """The same for every key: a list of fifty rows asks for few addresses."""
    try:
        return reverse(name, kwargs={of: _KEY})
    except NoReverseMatch:
        return ""
