"""Our `path` compiles later than Django's. Nothing else about an address differs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from django.http import HttpResponse
from django.urls import NoReverseMatch, Resolver404, URLPattern, URLResolver, get_resolver
from django.urls.resolvers import RegexPattern, RoutePattern

from taperplan.routes import Route, path

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.http import HttpRequest

pytestmark = pytest.mark.one_engine

KEY = "0f8fad5b-d9cb-469f-a165-70867728950e"
# What every converter of ours and of Django takes, and what none of them does.
TYPED = (KEY, "1", "allergy", "names", "handout", "a-slug", "text", "Patient", "", "\n", "é/..")


def here(request: HttpRequest, **_: object) -> HttpResponse:
    return HttpResponse()


def _plain(resolver: URLResolver) -> URLResolver:
    """The same addresses as Django's own `path` would have made them."""
    patterns: list[Any] = []
    for one in resolver.url_patterns:
        pattern: Any = one.pattern
        if isinstance(pattern, Route):
            whole = isinstance(one, URLPattern)
            pattern = RoutePattern(str(pattern), pattern.name, is_endpoint=whole)
        if isinstance(one, URLResolver):
            below = _plain(one).url_patterns
            patterns.append(
                URLResolver(pattern, below, one.default_kwargs, one.app_name, one.namespace)
            )
        else:
            patterns.append(URLPattern(pattern, one.callback, one.default_args, one.name))
    return URLResolver(RegexPattern(r"^/"), patterns)


@pytest.fixture(scope="module")
def both() -> tuple[URLResolver, URLResolver]:
    return get_resolver(), _plain(get_resolver())


def _found(resolver: URLResolver, address: str) -> tuple[Any, ...] | None:
    try:
        match = resolver.resolve(address)
    except Resolver404:
        return None
    return match.func, match.args, match.kwargs, match.view_name, match.route


def _named(resolver: URLResolver, before: str = "") -> Iterator[tuple[str, str, tuple[Any, ...]]]:
    """Of every name what stands before it, and its forms: text with places, pattern, what is given
    beside, converters."""
    for name in resolver.reverse_dict:
        if isinstance(name, str):
            for form in resolver.reverse_dict.getlist(name):
                yield name, before, form
    for prefix, below in resolver.namespace_dict.values():
        yield from _named(below, before + prefix.replace("\\", ""))


def _addresses(resolver: URLResolver) -> set[str]:
    """Of every name, filled with what its places take, and spoiled in every way that we know."""
    made = set()
    for _name, before, (forms, _pattern, _given, converters) in _named(resolver):
        for text, places in forms:
            fitting = {
                place: next(
                    (one for one in TYPED if re.fullmatch(converters[place].regex, one)), KEY
                )
                if place in converters
                else KEY
                for place in places
            }
            filled = f"/{before}{text % fitting}"
            made |= {filled[:-1], *(filled + spoilt for spoilt in ("", "x", "/", "\n"))}
            made |= {
                f"/{before}{text % {**fitting, place: one}}" for place in places for one in TYPED
            }
    return made


def test_every_name_has_the_address_that_django_would_give_it(
    both: tuple[URLResolver, URLResolver],
) -> None:
    ours, plain = both

    names = [(name, before, form[:3]) for name, before, form in _named(ours)]
    assert names == [(name, before, form[:3]) for name, before, form in _named(plain)]
    assert len(names) > 150


def test_every_address_finds_what_it_would_find_with_django(
    both: tuple[URLResolver, URLResolver],
) -> None:
    ours, plain = both
    addresses = _addresses(ours)

    differing = [one for one in addresses if _found(ours, one) != _found(plain, one)]

    assert differing == []
    found = {match[3] for one in addresses if (match := _found(ours, one)) is not None}
    assert len(found) > 150
    assert any(_found(ours, one) is None for one in addresses)


def test_every_address_of_ours_is_made_by_our_path() -> None:
    def walk(resolver: URLResolver) -> Iterator[Any]:
        for one in resolver.url_patterns:
            yield one.pattern
            if isinstance(one, URLResolver):
                yield from walk(one)

    foreign = [str(one) for one in walk(get_resolver()) if type(one) is RoutePattern]

    assert foreign == []


def test_nothing_is_compiled_before_it_is_looked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    made = path("things/<uuid:thing>/", here, name="thing")
    resolver = URLResolver(RegexPattern(r"^/"), [made])

    with monkeypatch.context() as watched:
        watched.setattr("taperplan.routes.re.compile", None)
        assert resolver.reverse("thing", thing=KEY) == f"things/{KEY}/"
    assert resolver.resolve(f"/things/{KEY}/").url_name == "thing"


def test_what_django_refuses_is_refused() -> None:
    with pytest.raises(NoReverseMatch):
        URLResolver(RegexPattern(r"^/"), [path("a/<int:n>/", here, name="a")]).reverse("a", n="x")
    with pytest.raises(Resolver404):
        URLResolver(RegexPattern(r"^/"), [path("a/", here)]).resolve("/a")
    with pytest.raises(TypeError, match="view must be a callable"):
        path("a/", "not a view")  # type: ignore[call-overload]
