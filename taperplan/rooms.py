"""Views that are imported when somebody first asks for one of them.

    views = Room("plans.views.limits")
    urlpatterns = [path("clinic/limits/", views.of_clinic, name="limits")]

Every address has its name from the start; what answers it, with its forms, presenters and paper,
is read with the first request, so that a server answers its first page without having read them
all. `open_all` reads the rest. `manage.py check` does too, and names whatever is not there.
"""

from __future__ import annotations

import threading
from importlib import import_module
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ViewDoesNotExist
from django.urls import URLPattern, URLResolver, get_resolver, resolve, reverse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from django.http import HttpRequest, HttpResponseBase

# Two threads that import parts of one package from its two ends would wait for each other.
_one_at_a_time = threading.RLock()


class Room:
    """A module of views by its dotted name; its attributes are the views, not yet imported."""

    def __init__(self, module: str) -> None:
        self._module = module

    def __getattr__(self, name: str) -> Named:
        return Named(self._module, name)


class Named:
    """A view by its name. It is what `path()` takes and what middleware sees: every attribute but
    its name (`login_required`, `csrf_exempt`) is the view's own.
    """

    def __init__(self, module: str, name: str) -> None:
        self.__module__ = module
        self.__name__ = self.__qualname__ = name
        self._view: Callable[..., HttpResponseBase] | None = None

    @property
    def view(self) -> Callable[..., HttpResponseBase]:
        """Raises: ViewDoesNotExist."""
        if self._view is None:
            with _one_at_a_time:
                try:
                    self._view = getattr(import_module(self.__module__), self.__name__)
                except AttributeError:
                    message = f"{self.__module__} has no view {self.__name__}."
                    raise ViewDoesNotExist(message) from None
        return self._view

    def __call__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return self.view(request, *args, **kwargs)

    def __getattr__(self, name: str) -> Any:
        # Django asks this of every view when it first reverses any name; we have none of a class.
        if name == "view_class":
            raise AttributeError(name)
        return getattr(self.view, name)

    def __repr__(self) -> str:
        return f"<{self.__module__}.{self.__name__}>"


def open_one(name: str) -> None:
    """Imports what answers the address of that name, which takes nothing. Raises as `open_all`."""
    view = resolve(reverse(name)).func
    if isinstance(view, Named):
        view.view  # noqa: B018  (asked for what it imports)


def named_views() -> list[Named]:
    """Of every address, in their order."""

    def walk(resolver: URLResolver) -> Iterator[Named]:
        for one in resolver.url_patterns:
            if isinstance(one, URLResolver):
                yield from walk(one)
            elif isinstance(one, URLPattern) and isinstance(one.callback, Named):
                yield one.callback

    return list(walk(get_resolver()))


def open_all() -> None:
    """Imports what answers each address. Raises: ViewDoesNotExist, ImportError."""
    for one in named_views():
        one.view  # noqa: B018  (asked for what it imports)
