"""Views are imported when somebody first asks for one: what that must not lose."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.core.exceptions import ViewDoesNotExist
from django.http import HttpResponse
from django.urls import URLPattern, URLResolver, get_resolver, path
from django.views.decorators.csrf import csrf_exempt

from taperplan import checks, rooms

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.http import HttpRequest

ROOT = Path(__file__).resolve().parents[2]
# What only some pages need: paper, passkeys, what is asked of other programs' files, what is
# computed of a schedule. Tables need the words of those rules, not their values.
HEAVY = (
    "cryptography",
    "fido2",
    "PIL",
    "pypdf",
    "reportlab",
    "uharfbuzz",
    "vobject",
    "argon2",
    "patients.access",
    "patients.identity",
    "patients.records",
    "taperplan.grammar",
    "plans.rules.carried",
    "plans.rules.catalogue",
    "plans.rules.limits",
    "plans.rules.schedule",
    "plans.rules.vitals",
    "plans.documents",
    "plans.presenters.frame",
    "plans.views",
    "patients.views",
)


@csrf_exempt
def here(request: HttpRequest, word: str = "") -> HttpResponse:
    return HttpResponse(f"here {word}")


def _patterns(resolver: URLResolver) -> Iterator[URLPattern]:
    for one in resolver.url_patterns:
        if isinstance(one, URLResolver):
            yield from _patterns(one)
        else:
            yield one


def test_every_address_names_its_view_and_every_view_is_there() -> None:
    patterns = list(_patterns(get_resolver()))
    unnamed = [str(one.pattern) for one in patterns if not isinstance(one.callback, rooms.Named)]

    assert unnamed == []
    assert len(rooms.named_views()) == len(patterns) > 150
    rooms.open_all()
    assert not [one for one in rooms.named_views() if not callable(one.view)]
    assert checks.every_address_is_answered(None) == []


@pytest.mark.parametrize("named", ["tests.frame.test_rooms.nobody", "tests.frame.nowhere.here"])
def test_a_view_that_is_not_there_is_found_by_the_checks(
    named: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    module, _dot, name = named.rpartition(".")
    planted = path("planted/", getattr(rooms.Room(module), name), name="planted")
    monkeypatch.setattr(get_resolver(), "url_patterns", [planted])

    (found,) = checks.every_address_is_answered(None)

    assert found.id == "taperplan.E007"
    assert named in found.msg
    with pytest.raises((ImportError, ViewDoesNotExist)):
        rooms.open_all()


def test_middleware_sees_what_the_view_says_of_itself() -> None:
    named: Any = rooms.Room(__name__).here

    assert named.csrf_exempt is True
    assert getattr(named, "login_required", True) is True
    assert named(None, word="now").content == b"here now"
    assert (named.__module__, named.__name__) == (__name__, "here")


def test_naming_a_view_and_reversing_its_address_import_nothing() -> None:
    named = rooms.Room("tests.frame.nowhere").here
    pattern = path("nowhere/", named, name="nowhere")

    assert pattern.lookup_str == "tests.frame.nowhere.here"
    assert pattern.resolve("nowhere/") is not None


def _modules_after(script: str) -> set[str]:
    told = subprocess.run(
        [sys.executable, "-c", f"{script}\nimport sys; print(*sys.modules)"],
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "taperplan.settings"},
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return set(told.stdout.split())


def test_a_server_starts_without_the_rooms_that_its_first_page_does_not_need() -> None:
    loaded = _modules_after("import taperplan.wsgi")

    heavy = sorted(one for one in loaded if one.startswith(tuple(f"{it}." for it in HEAVY)))
    assert {"plans.models.check_in", "taperplan.accounts.views.sign_in"} <= loaded
    assert heavy == []
    assert not loaded & set(HEAVY)
