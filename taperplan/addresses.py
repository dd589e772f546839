"""The address of a page, for a row among many.

Reversing looks through every pattern of that name and tries what it makes; a page of fifty
patients does it a hundred times, each time for another key. Where all that differs is keys, the
text is made once and the keys are put into it.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from django.urls import get_script_prefix, get_urlconf, reverse

if TYPE_CHECKING:
    from collections.abc import Callable

_made: dict[tuple[Any, ...], str] = {}


def address(name: str, **kwargs: Any) -> str:
    """As `reverse(name, kwargs=kwargs)`. Raises: NoReverseMatch."""
    if not all(type(one) is uuid.UUID for one in kwargs.values()):
        return reverse(name, kwargs=kwargs)
    return _text(name, tuple(kwargs)).format(**kwargs)


def each(name: str, key: str) -> Callable[[uuid.UUID], str]:
    """`address(name, key=...)` for the rows of one page: what it hangs on is asked once.

    Raises: NoReverseMatch.
    """
    before, _mark, behind = _text(name, (key,)).partition(f"{{{key}}}")
    return lambda one: f"{before}{one}{behind}"


def _text(name: str, keys: tuple[str, ...]) -> str:
    """With a place for each key."""
    known = (name, get_script_prefix(), get_urlconf(), *keys)
    text = _made.get(known)
    if text is None:
        marks = {one: uuid.uuid5(uuid.NAMESPACE_URL, one) for one in keys}
        text = reverse(name, kwargs=marks)
        for one, mark in marks.items():
            text = text.replace(str(mark), f"{{{one}}}")
        _made[known] = text
    return text
