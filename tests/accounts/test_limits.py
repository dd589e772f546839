"""Nobody searches or takes files without end, however many requests arrive at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest
from django.db import IntegrityError, connections, transaction
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from pytest_django import Settings

from taperplan.accounts.limits import Limited, count
from taperplan.accounts.models import Use, User
from taperplan.audit.models import AuditEvent
from taperplan.audit.verbs import Verb
from tests import doors

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
# Named by hand: what hands out a file without ".csv" in its address.
FILES = {
    "document", "week", "print-document", "hand-over", "copy", "worklist-table", "trail", "file",
}  # fmt: skip


@pytest.mark.django_db
def test_a_search_too_many_is_refused_and_in_the_trail(
    clare: User, clare_client: doors.Client, settings: Settings
) -> None:
    settings.LIMITS = {**settings.LIMITS, "search": (3, timedelta(minutes=1))}
    page = reverse("patients:list")
    answers = [
        clare_client.get(page, doors.asking(clare_client, "sample")).status_code
        for _search in range(5)
    ]
    assert answers == [200, 200, 200, 429, 429]
    assert clare_client.get(page).status_code == 200, "the list itself is no search"
    row = AuditEvent.objects.filter(verb=Verb.REFUSED).last()
    assert row is not None
    assert "too often" in row.detail
    assert "sample" not in row.detail


@pytest.mark.django_db
def test_files_are_counted_apart_and_each_person_for_themselves(
    clare: User, theo: User, settings: Settings
) -> None:
    settings.LIMITS = {**settings.LIMITS, "file": (2, timedelta(hours=1))}
    page = reverse("plans:worklist-table")
    client = doors.signed_in(clare)
    assert [client.get(page).status_code for _file in range(3)] == [200, 200, 429]
    assert client.get(reverse("patients:list"), doors.asking(client, "x")).status_code == 200
    assert doors.signed_in(theo).get(page).status_code == 200


@pytest.mark.django_db
def test_the_while_ends_and_the_count_begins_anew(clare: User) -> None:
    assert [count(clare, Limited.SEARCH, NOW) for _search in range(3)] == [1, 2, 3]
    assert count(clare, Limited.SEARCH, NOW + timedelta(seconds=59)) == 4
    assert count(clare, Limited.SEARCH, NOW + timedelta(minutes=1)) == 1
    assert Use.objects.get().began_at == NOW + timedelta(minutes=1)
    # SQLite names the columns, PostgreSQL the constraint: use_one_row_each.
    with pytest.raises(IntegrityError, match=r"kind|use_one_row_each"), transaction.atomic():
        Use.objects.create(user=clare, kind="search", began_at=NOW, times=1)


@pytest.mark.django_db(transaction=True)
def test_requests_at_once_are_counted_as_many_as_they_are(clare: User) -> None:
    gate = Barrier(8)

    def ask(_number: int) -> list[int]:
        gate.wait()
        try:
            return [count(clare, Limited.FILE, NOW) for _time in range(3)]
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        counted = [one for some in pool.map(ask, range(8)) for one in some]
    assert sorted(counted) == list(range(1, 25)), "no two read the same figure"


def test_every_address_that_hands_out_a_file_is_limited() -> None:
    found, without = set(), []

    def walk(resolver: URLResolver) -> None:
        for pattern in resolver.url_patterns:
            if isinstance(pattern, URLResolver):
                walk(pattern)
            elif isinstance(pattern, URLPattern):
                name, written = pattern.name or "", str(pattern.pattern)
                if written.endswith((".csv", ".zip", ".pdf")) or name in FILES:
                    found.add(name)
                    if getattr(pattern.callback, "limited_as", None) is not Limited.FILE:
                        without.append(name)

    walk(get_resolver())
    assert len(found) >= 12
    assert not without
