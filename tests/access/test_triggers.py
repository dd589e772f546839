"""The database itself refuses to change, take away or add to what must stay."""

from __future__ import annotations

import uuid

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, models, transaction

from taperplan.audit import append_only
from tests.access.world import World

TRIGGERS = append_only.triggers()
MODELS = {model._meta.db_table: model for model in apps.get_models()}


def _statement(trigger: append_only.Trigger) -> tuple[str, list[object]]:
    """SQL that the trigger is there to refuse, on whatever row its table holds."""
    meta = MODELS[trigger.table]._meta
    key = meta.pk.column
    if trigger.event == "UPDATE":
        column = next(f.column for f in meta.concrete_fields if not f.primary_key)
        return f'UPDATE "{trigger.table}" SET "{column}" = "{column}"', []
    if trigger.event == "DELETE":
        return f'DELETE FROM "{trigger.table}"', []
    columns = ", ".join(f'"{f.column}"' for f in meta.concrete_fields if f.column != key)
    table = f'"{trigger.table}"'
    if isinstance(meta.pk, models.UUIDField):
        new = uuid.uuid4()
        return (
            f'INSERT INTO {table} ("{key}", {columns}) SELECT %s, {columns} FROM {table} LIMIT 1',
            [new.hex if connection.vendor == "sqlite" else new],
        )
    return f"INSERT INTO {table} ({columns}) SELECT {columns} FROM {table} LIMIT 1", []


@pytest.fixture
def everything(world: World) -> World:
    world.fill()
    return world


def test_what_must_stay_is_refused_by_the_database_itself(everything: World) -> None:
    empty, taken = [], []
    for trigger in TRIGGERS:
        if not MODELS[trigger.table].objects.exists():  # type: ignore[attr-defined]
            empty.append(trigger.table)
            continue
        sql, values = _statement(trigger)
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(sql, values)
        except DatabaseError as refused:
            if trigger.message not in str(refused):
                taken.append(f"{trigger.name}: {refused}")
        else:
            taken.append(f"{trigger.name}: not refused")

    assert not taken, "\n".join(taken)
    # A table without a row was not tried: give it one in the world.
    assert not empty, "\n".join(sorted(set(empty)))


def test_a_trigger_that_is_missing_is_noticed(world: World) -> None:
    name = TRIGGERS[0].name
    on_table = "" if connection.vendor == "sqlite" else f' ON "{TRIGGERS[0].table}"'
    with connection.cursor() as cursor:
        cursor.execute(f'DROP TRIGGER "{name}"{on_table}')

    assert append_only.missing(connection) == [name]
