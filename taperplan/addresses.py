"""The address of a page, for a row among many.

Reversing looks through every pattern of that name and tries what it makes; a page of fifty
patients does it a hundred times, each time for another key. Where all that differs is keys, the
text is made once and the keys are put into it.
"""

from __future__ import annotations

import uuid
from typing import Any

from django.urls import get_script_prefix, get_urlconf, reverse

_made: dict[tuple[Any, ...], str] = {}


def address(name: str, **kwargs: Any) -> str:
    """As `reverse(name, kwargs=kwargs)`. Raises: NoReverseMatch."""
    if not all(type(one) is uuid.UUID for one in kwargs.values()):
        return reverse(name, kwargs=kwargs)
    key = (name, get_script_prefix(), get_urlconf(), *kwargs)
    text = _made.get(key)
    if text is None:
        marks = {one: uuid.uuid5(uuid.NAMESPACE_URL, one) for one in kwargs}
        text = reverse(name, kwargs=marks)
        for one, mark in marks.items():
            text = text.replace(str(mark), f"{{{one}}}")
        _made[key] = text
    return text.format(**kwargs)
