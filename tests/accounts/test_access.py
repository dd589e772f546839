"""Closed by default: what is open stands in one list, with its reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.conf import settings
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from taperplan.accounts.access import OPEN_PAGES
from taperplan.accounts.http import client_address
from taperplan.accounts.roles import PERMISSIONS, Permission, Role
from taperplan.audit.models import AuditEvent
from taperplan.audit.verbs import Verb

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.test import RequestFactory

    from tests.doors import Client


def _views(resolver: URLResolver, namespaces: tuple[str, ...] = ()) -> Iterator[tuple[str, object]]:
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            inside = (*namespaces, pattern.namespace) if pattern.namespace else namespaces
            yield from _views(pattern, inside)
        elif isinstance(pattern, URLPattern):
            yield ":".join((*namespaces, pattern.name or "")), pattern.callback


def test_what_needs_no_session_is_what_the_list_says() -> None:
    found = {name for name, view in _views(get_resolver()) if not _needs_a_session(view)}

    assert found == set(OPEN_PAGES)


def _needs_a_session(view: object) -> bool:
    return bool(getattr(view, "login_required", True))


def test_every_page_is_closed_by_middleware() -> None:
    assert "django.contrib.auth.middleware.LoginRequiredMiddleware" in settings.MIDDLEWARE
    assert settings.MIDDLEWARE[-1] == "axes.middleware.AxesMiddleware"
    assert settings.AUTHENTICATION_BACKENDS[0] == "axes.backends.AxesStandaloneBackend"


def test_an_administrator_sees_no_patient_and_an_auditor_reads_the_trail_only() -> None:
    clinical = PERMISSIONS[Role.PRESCRIBER]

    assert not PERMISSIONS[Role.ADMINISTRATOR] & clinical
    assert PERMISSIONS[Role.AUDITOR] == {Permission.READ_TRAIL}


def test_a_monitor_signs_nothing() -> None:
    missing = PERMISSIONS[Role.PRESCRIBER] - PERMISSIONS[Role.MONITOR]

    assert missing == {Permission.DRAFT_PLAN, Permission.SIGN_PLAN, Permission.MOVE_PLAN}


def test_a_refusal_is_in_the_trail(clare_client: Client) -> None:
    assert clare_client.get(reverse("accounts:list")).status_code == 403

    row = AuditEvent.objects.get()
    assert row.verb == Verb.REFUSED
    assert row.detail == '{"answer": "403", "page": "accounts:list", "verb": "GET"}'


def test_a_guessed_address_is_in_the_trail(ada_client: Client) -> None:
    assert ada_client.get(reverse("accounts:change", args=[987654])).status_code == 404
    assert ada_client.get("/no/such/page/").status_code == 404

    assert [row.verb for row in AuditEvent.objects.all()] == [Verb.REFUSED]


@pytest.mark.parametrize(
    ("proxies", "forwarded", "believed"),
    [
        (0, "203.0.113.9", "127.0.0.1"),
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "198.51.100.1, 203.0.113.9", "203.0.113.9"),
        (2, "198.51.100.1, 203.0.113.9, 10.0.0.1", "203.0.113.9"),
        (2, "203.0.113.9", "127.0.0.1"),
        (1, "not an address", "127.0.0.1"),
        (1, "", "127.0.0.1"),
    ],
)
def test_what_a_stranger_says_of_their_address_is_not_believed(
    rf: RequestFactory, settings: object, proxies: int, forwarded: str, believed: str
) -> None:
    settings.PROXIES = proxies  # type: ignore[attr-defined]
    request = rf.get("/", headers={"x-forwarded-for": forwarded} if forwarded else {})

    assert client_address(request) == believed
