"""The trail: one chain, that nobody rewrites without being found out."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from io import StringIO
from threading import Barrier
from typing import TYPE_CHECKING

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, IntegrityError, connection, connections, transaction

from taperplan.accounts.models import Clinic, User
from taperplan.audit import append_only, chain, trail
from taperplan.audit.models import AuditEvent
from taperplan.audit.verbs import Verb

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_django import Settings

THREADS = 8
ROWS_EACH = 6


def execute(sql: str, *values: str | int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, list(values))


@pytest.fixture
def rows(clare: User, clinic: Clinic) -> list[AuditEvent]:
    return [trail.record(Verb.VIEWED, clinic, by=clare) for _row in range(5)]


@pytest.fixture
def unguarded(rows: list[AuditEvent]) -> Iterator[None]:
    """Somebody with the whole database in their hands: the triggers are gone."""
    append_only.drop(connection)
    yield
    append_only.install(connection)


def test_a_row_says_who_what_where_and_when(clare: User, clinic: Clinic) -> None:
    row = trail.record(Verb.VIEWED, clinic, detail={"rows": "3"}, by=clare)

    assert row.actor == f"user:{clare.pk}"
    assert row.clinic == str(clinic.pk)
    assert row.target == f"clinic:{clinic.pk}"
    assert json.loads(row.detail) == {"rows": "3"}
    assert row.at.endswith("+00:00")


def test_each_row_follows_the_one_before_it(rows: list[AuditEvent]) -> None:
    assert [row.previous for row in rows[1:]] == [row.digest for row in rows[:-1]]
    assert rows[0].previous == chain.GENESIS
    assert list(trail.faults()) == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_auditevent SET verb = 'x'",
        "DELETE FROM audit_auditevent",
        "UPDATE audit_auditevent SET number = number + 100",
    ],
)
def test_the_database_refuses_to_rewrite_the_trail(rows: list[AuditEvent], statement: str) -> None:
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        execute(statement)

    assert AuditEvent.objects.count() == 5


def test_a_row_has_one_successor(rows: list[AuditEvent]) -> None:
    fork = AuditEvent(number=99, at="", verb="x", previous=rows[0].digest, digest="x")

    with pytest.raises(IntegrityError), transaction.atomic():  # audit_one_successor
        fork.save(force_insert=True)


# --- Found out ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "column", ["at", "verb", "target", "patient", "clinic", "actor", "actor_name", "detail"]
)
def test_a_changed_column_is_found(unguarded: None, column: str) -> None:
    execute(f"UPDATE audit_auditevent SET {column} = 'forged' WHERE number = 3")

    assert next(trail.faults()) == (3, "was changed after it was written")


def test_a_row_taken_out_is_found(unguarded: None) -> None:
    execute("DELETE FROM audit_auditevent WHERE number = 3")

    assert next(trail.faults()) == (4, "row 3 is missing")


def test_a_row_put_in_is_found(unguarded: None, rows: list[AuditEvent]) -> None:
    execute(
        "INSERT INTO audit_auditevent (number, at, verb, target, patient, clinic, actor, "
        "actor_name, address, detail, previous, digest) "
        "VALUES (6, '', 'viewed', '', '', '', '', '', '', '', %s, %s)",
        rows[-1].digest,
        "f" * 64,
    )

    assert next(trail.faults()) == (6, "was changed after it was written")


def test_two_rows_changed_round_are_found(unguarded: None) -> None:
    execute("UPDATE audit_auditevent SET number = 99 WHERE number = 2")
    execute("UPDATE audit_auditevent SET number = 2 WHERE number = 3")
    execute("UPDATE audit_auditevent SET number = 3 WHERE number = 99")

    assert next(trail.faults())[0] == 2


def test_a_chain_made_anew_without_the_key_is_found(
    unguarded: None, rows: list[AuditEvent], settings: Settings
) -> None:
    """Whoever can write the table but does not hold the key cannot close the chain again."""
    key, settings.TRAIL_KEY = settings.TRAIL_KEY, "a guess"
    previous = rows[1].digest
    for row in AuditEvent.objects.filter(number__gte=3).order_by("number"):
        row.verb, row.previous = "forged", previous
        row.digest = previous = trail.digest(row)
        execute(
            "UPDATE audit_auditevent SET verb = %s, previous = %s, digest = %s WHERE number = %s",
            row.verb,
            row.previous,
            row.digest,
            row.number,
        )
    settings.TRAIL_KEY = key

    assert next(trail.faults()) == (3, "was changed after it was written")


def test_verify_trail_names_the_first_bad_row_and_fails(unguarded: None) -> None:
    execute("UPDATE audit_auditevent SET actor_name = 'nobody' WHERE number IN (2, 4)")

    with pytest.raises(CommandError, match=r"^Row 2 was changed after it was written") as failed:
        call_command("verify_trail")
    assert failed.value.returncode == 1


def test_verify_trail_gives_the_head_of_a_whole_trail(rows: list[AuditEvent]) -> None:
    out = StringIO()
    call_command("verify_trail", stdout=out)

    assert out.getvalue().startswith(f"5 rows, whole. Head {rows[-1].digest}")


def test_an_empty_trail_is_whole(db: None) -> None:
    out = StringIO()
    call_command("verify_trail", stdout=out)

    assert out.getvalue() == "The trail is empty.\n"


# --- Many at once -------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_eight_who_write_at_once_keep_one_chain(clare: User, clinic: Clinic) -> None:
    gate = Barrier(THREADS)

    def write() -> None:
        gate.wait()
        try:
            for _row in range(ROWS_EACH):
                with transaction.atomic():
                    trail.record(Verb.VIEWED, clinic, by=clare)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(THREADS) as pool:
        for future in [pool.submit(write) for _thread in range(THREADS)]:
            future.result()

    assert AuditEvent.objects.count() == THREADS * ROWS_EACH
    assert list(trail.faults()) == []


@pytest.mark.django_db(transaction=True)
def test_an_act_that_fails_leaves_no_row_and_no_gap(clare: User, clinic: Clinic) -> None:
    trail.record(Verb.VIEWED, clinic, by=clare)
    with transaction.atomic():
        trail.record(Verb.AMENDED, clinic, by=clare)
        transaction.set_rollback(True)

    trail.record(Verb.VIEWED, clinic, by=clare)

    assert [row.number for row in AuditEvent.objects.order_by("number")] == [1, 2]
    assert list(trail.faults()) == []
