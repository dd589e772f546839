from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction

from taperplan.accounts.models import Clinic, User
from taperplan.audit import append_only, trail
from taperplan.audit.models import AuditEvent
from taperplan.audit.verbs import Verb


def test_each_row_follows_the_one_before_it(clare: User, clinic: Clinic) -> None:
    first = trail.record(Verb.VIEWED, clinic, by=clare)
    second = trail.record(Verb.VIEWED, clinic, by=clare)

    assert second.previous == first.digest
    assert list(trail.faults()) == []


@pytest.mark.parametrize("statement", ["UPDATE audit_auditevent SET verb = 'x'", "DELETE FROM audit_auditevent"])
def test_the_database_refuses_to_rewrite_the_trail(clare: User, statement: str) -> None:
    trail.record(Verb.VIEWED, by=clare)

    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)

    assert AuditEvent.objects.count() == 1


def test_every_trigger_stands_after_migrating(db: None) -> None:
    assert append_only.missing(connection) == []
