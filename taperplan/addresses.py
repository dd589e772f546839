"""The address of a page, for a row among many.

Reversing looks through every pattern of that name and tries what it makes; a page of fifty
patients does it a hundred times, each time for another key. Where all that differs is keys, the
text is made once and the keys are put into it.
"""

from __future__ import annotations

import uuid
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from django.urls import get_script_prefix, get_urlconf, reverse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_made: dict[tuple[Any, ...], str] = {}
# Under which prefix, by which set of addresses: what every text hangs on.
_site: ContextVar[tuple[str, Any] | None] = ContextVar("site", default=None)


@contextmanager
def of_one_request() -> Iterator[None]:
    """In here the prefix and the set of addresses are those of now: a page asks for some thirty
    addresses, and Django looks both up, anew for each, where tasks and threads keep theirs."""
    token = _site.set(_looked_up())
    try:
        yield
    finally:
        _site.reset(token)


def _looked_up() -> tuple[str, Any]:
    return get_script_prefix(), get_urlconf()


def address(name: str, **kwargs: Any) -> str:
    """As `reverse(name, kwargs=kwargs)`. Raises: NoReverseMatch."""
    if not kwargs:
        return _text(name, ())
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
    known = (name, _site.get() or _looked_up(), *keys)
    text = _made.get(known)
    if text is None:
        marks = {one: uuid.uuid5(uuid.NAMESPACE_URL, one) for one in keys}
        text = reverse(name, kwargs=marks)
        for one, mark in marks.items():
            text = text.replace(str(mark), f"{{{one}}}")
        _made[known] = text
    return text
