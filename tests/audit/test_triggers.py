"""The database itself refuses to change, take away or add to what must stay.

Every trigger is tripped by SQL, on both engines, on a row made for it. The row is bare: what a
CHECK asks of it is set aside for the moment, and whom it points at is asked only on commit,
which does not come.
"""

from __future__ import annotations

import uuid
from contextlib import contextmanager
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING, Any

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, models, transaction

from taperplan.audit import append_only

if TYPE_CHECKING:
    from collections.abc import Iterator

TRIGGERS = append_only.triggers()
MODELS = {model._meta.db_table: model for model in apps.get_models()}
BARE: dict[type[models.Field[Any, Any]], Any] = {
    models.BinaryField: b"x",
    models.BooleanField: False,
    models.CharField: "x",
    models.DateField: date(2026, 1, 1),
    models.DateTimeField: datetime(2026, 1, 1, tzinfo=UTC),
    models.IntegerField: 1,
    models.JSONField: {},
    models.TextField: "x",
    models.TimeField: time(8),
}


def _bare(field: models.Field[Any, Any]) -> Any:
    if field.related_model is not None:
        return _bare(field.target_field)  # type: ignore[attr-defined]
    if isinstance(field, models.UUIDField):
        return uuid.uuid4()
    kinds = [kind for kind in type(field).__mro__ if kind in BARE]
    return BARE[kinds[0]]


def _insert(model: type[models.Model], **values: Any) -> models.Model:
    """A row of `model`, beside its actions and its checks."""
    bare = {
        field.attname: _bare(field)
        for field in model._meta.concrete_fields
        if not isinstance(field, models.AutoField)
    }
    row = model(**(bare | values))
    row.save_base(raw=True, force_insert=True)
    return row


@contextmanager
def _unchecked() -> Iterator[None]:
    """Without CHECK constraints, inside a transaction that is taken back."""
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA ignore_check_constraints = ON")
        else:
            for model in MODELS.values():
                for constraint in model._meta.constraints:
                    if isinstance(constraint, models.CheckConstraint):
                        cursor.execute(
                            f'ALTER TABLE "{model._meta.db_table}" '
                            f'DROP CONSTRAINT IF EXISTS "{constraint.name}"'
                        )
        try:
            yield
        finally:
            if connection.vendor == "sqlite":
                # Past Django, which takes no statement after the refusal.
                connection.connection.execute("PRAGMA ignore_check_constraints = OFF")
            transaction.set_rollback(True)


def _trip(trigger: append_only.Trigger) -> None:
    model = MODELS[trigger.table]
    if trigger.event == "INSERT":
        field: Any = model._meta.get_field(model.sealed_by)  # type: ignore[attr-defined]
        first = _insert(model)
        parent = getattr(first, field.attname)
        _insert(field.related_model, **{field.target_field.attname: parent})
        _insert(model, **{field.attname: parent})
        return
    _insert(model)
    column = next(f.column for f in model._meta.concrete_fields if not f.primary_key)
    with connection.cursor() as cursor:
        if trigger.event == "UPDATE":
            cursor.execute(f'UPDATE "{trigger.table}" SET "{column}" = "{column}"')
        else:
            cursor.execute(f'DELETE FROM "{trigger.table}"')


@pytest.mark.django_db
@pytest.mark.parametrize("trigger", TRIGGERS, ids=lambda trigger: trigger.name)
def test_the_database_refuses(trigger: append_only.Trigger) -> None:
    with _unchecked(), pytest.raises(DatabaseError, match=trigger.message):
        _trip(trigger)


@pytest.mark.django_db
def test_without_its_trigger_a_row_can_be_rewritten() -> None:
    trigger = next(trigger for trigger in TRIGGERS if trigger.event == "UPDATE")
    on_table = "" if connection.vendor == "sqlite" else f' ON "{trigger.table}"'
    with _unchecked(), connection.cursor() as cursor:
        cursor.execute(f'DROP TRIGGER "{trigger.name}"{on_table}')

        _trip(trigger)
        assert append_only.missing(connection) == [trigger.name]


def test_every_table_that_keeps_what_happened_has_its_triggers() -> None:
    keeps = {model._meta.db_table for model in append_only.protected()}

    assert {trigger.table for trigger in TRIGGERS if trigger.event == "UPDATE"} == keeps
    assert {trigger.table for trigger in TRIGGERS if trigger.event == "DELETE"} == keeps


@pytest.mark.parametrize("vendor", ["sqlite", "postgresql"])
def test_what_serving_waits_for_is_every_trigger_by_its_name(vendor: str) -> None:
    standing = [trigger.name for trigger in append_only.standing_on(vendor)]

    assert sorted(append_only.names(vendor)) == sorted(standing)
    assert len(standing) == len(set(standing)) > 100
