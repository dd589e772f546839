"""The same form, sent eight times at once: pressed twice, sent again, refreshed."""

from __future__ import annotations

import os
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TYPE_CHECKING, Any

import pytest
from django.apps import apps
from django.db import connection, connections, transaction

from taperplan.audit import trail
from taperplan.audit.append_only import LOCAL_APPS
from taperplan.audit.models import AuditEvent, Restore
from tests import doors
from tests.access import rows
from tests.access.engine import ROLES, addresses, url_of
from tests.access.rows.plans import no_draft

if TYPE_CHECKING:
    from tests.access.world import World

TIMES = 8
ON_POSTGRESQL = bool(os.environ.get("TEST_DATABASE_URL"))
ROWS = rows.collected()
# Every form that records something: its row says how it is filled in, with a token.
FORMS = {
    address.name: address
    for address in addresses()
    if address.name in ROWS
    and ROWS[address.name].data is not None
    and any(302 in ROWS[address.name].expected("POST", r, names_an_object=True) for r in ROLES)
}


def _a_restore(world: World) -> None:
    """Just now: what was recorded after the backup is missing, and nobody said what was done."""
    Restore.objects.create(made_at=world.now, at=world.now)


# One draft a plan: the one that stands would be given back, and nothing made.
BEFORE = {"plans:revise": no_draft, "plans:restored": _a_restore}


def _counts() -> Counter[str]:
    """How many rows each table has; of the trail only what was done, not what was looked at."""
    counts: Counter[str] = Counter()
    for model in apps.get_models():
        if model._meta.app_label in LOCAL_APPS and model is not AuditEvent:
            counts[model._meta.db_table] = model._default_manager.count()
    counts["trail"] = AuditEvent.objects.exclude(verb__in=["viewed", "refused"]).count()
    return counts


# `make test` tries one third of them on SQLite and the other two on PostgreSQL, where writers
# take no turns; `make sweeps` each on both.
TRIED = [
    pytest.param(name, marks=pytest.mark.sweep if bool(place % 3) != ON_POSTGRESQL else ())
    for place, name in enumerate(sorted(FORMS))
]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", TRIED)
def test_the_same_form_sent_eight_times_at_once_makes_one_record(name: str, world: World) -> None:
    row = ROWS[name]
    assert row.data is not None
    url, data = url_of(row, FORMS[name], world), dict(row.data(world))
    if "token" not in data:
        # It records nothing: a search, a choice of what is shown.
        return
    if name in BEFORE:
        BEFORE[name](world)
    before = _counts()
    # Whoever may record it; others may be led away with a word.
    for role in ROLES:
        if 302 not in row.expected("POST", role, names_an_object=True):
            continue
        person = world.people[role]
        with transaction.atomic():
            assert doors.signed_in(person).post(url, data).status_code == 302, "not taken at all"
            once = _counts() - before
            transaction.set_rollback(True)
        if once:
            break
    assert once, "sent once, it recorded nothing"

    clients = [doors.signed_in(person) for _ in range(TIMES)]
    gate = Barrier(TIMES)

    def send(client: doors.Client) -> Any:
        gate.wait()
        try:
            return client.post(url, data).status_code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(TIMES) as threads:
        answers = list(threads.map(send, clients))

    assert set(answers) <= {200, 302}, answers
    assert _counts() - before == once
    assert list(trail.faults()) == []
    assert connection.vendor in ("sqlite", "postgresql")
