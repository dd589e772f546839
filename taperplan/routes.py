"""`path`, as Django's, but a pattern is compiled when an address is first tried against it.

With the first name that is turned into an address Django compiles the patterns of all of them, to
read back the text that it has just written: a server waited for 190 before its first page.
"""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING, Any, overload

from django import urls
from django.urls import URLPattern, URLResolver
from django.urls.resolvers import RoutePattern

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpResponseBase


class Expression:
    """A compiled pattern; for its text alone it need not be compiled."""

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern

    @cached_property
    def _compiled(self) -> re.Pattern[str]:
        return re.compile(self.pattern)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._compiled, name)


class Route(RoutePattern):
    def __init__(self, route: str, name: str | None = None, *, is_endpoint: bool) -> None:
        super().__init__(route, name, is_endpoint=is_endpoint)
        self._said, self._whole = route, is_endpoint
        expression: Any = Expression(vars(self)["_regex"])
        self.regex = expression

    def match(self, path: str) -> tuple[str, tuple[Any, ...], dict[str, Any]] | None:
        if self.converters:
            return super().match(path)
        fits = path == self._said if self._whole else path.startswith(self._said)
        return (path[len(self._said) :], (), {}) if fits else None


@overload
def path(
    route: str,
    view: Callable[..., HttpResponseBase],
    kwargs: dict[str, Any] | None = None,
    name: str | None = None,
) -> URLPattern: ...


@overload
def path(route: str, view: tuple[Any, str | None, str | None]) -> URLResolver: ...


def path(
    route: str, view: Any, kwargs: dict[str, Any] | None = None, name: str | None = None
) -> URLPattern | URLResolver:
    """Of a view, or of the addresses that `include()` found."""
    made: URLPattern | URLResolver = urls.path(route, view, kwargs, name)
    made.pattern = Route(route, name, is_endpoint=isinstance(made, URLPattern))
    return made
