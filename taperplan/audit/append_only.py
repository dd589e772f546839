"""Tables that the database itself keeps from being rewritten.

Every model declares whether its rows may change. For those that may not, triggers refuse
UPDATE and DELETE; for the sealed ones also an INSERT below a parent that stands already,
so children are inserted first and the parent last (foreign keys are deferred on both engines).

SQLite rebuilds a table on many alterations and drops its triggers without a word, and fails
when a trigger of another table names the one rebuilt. So on SQLite all are dropped before
migrating; on both engines all are installed after, and serving refuses while one is missing.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple

from django.apps import apps
from django.db import connections, transaction
from django.db.models.signals import post_migrate, pre_migrate

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from django.db import models
    from django.db.backends.base.base import BaseDatabaseWrapper

LOCAL_APPS = frozenset({"accounts", "audit", "patients", "plans"})


class Mutability(StrEnum):
    MUTABLE = "mutable"
    APPEND_ONLY = "append-only"
    SEALED = "sealed"


class Trigger(NamedTuple):
    """One refusal: `name` is unique in the database, `event` is an SQL verb."""

    name: str
    table: str
    event: str
    message: str
    when: str = ""


def declared(model: type[models.Model]) -> Mutability:
    """What `model` declares; the history tables of simple-history are append-only."""
    if hasattr(model, "history_id") or model.__name__.startswith("Historical"):
        return Mutability.APPEND_ONLY
    return Mutability(model.mutability)  # type: ignore[attr-defined]


def protected() -> Iterator[type[models.Model]]:
    for model in apps.get_models():
        if model._meta.app_label in LOCAL_APPS and declared(model) is not Mutability.MUTABLE:
            yield model


def triggers() -> list[Trigger]:
    return [trigger for model in protected() for trigger in _triggers_of(model)]


def names(vendor: str) -> Iterator[str]:
    """What `standing_on` is called, without what each says: every process asks for it before it
    serves anything."""
    for model in protected():
        table = model._meta.db_table
        yield from (_refusing("UPDATE", table), _refusing("DELETE", table))
        if _sealed_by(model):
            yield f"{table}_sealed"
        if vendor != "sqlite":
            yield _refusing("TRUNCATE", table)


def _refusing(event: str, table: str) -> str:
    return f"{table}_no_{event.lower()}"


def _sealed_by(model: type[models.Model]) -> str:
    """The field of the parent that seals a row; "" where none does."""
    return getattr(model, "sealed_by", "") if declared(model) is Mutability.SEALED else ""


def _triggers_of(model: type[models.Model]) -> Iterator[Trigger]:
    table = model._meta.db_table
    for event in ("UPDATE", "DELETE"):
        permit = _permit_of(model) if event == "DELETE" else None
        yield Trigger(
            name=_refusing(event, table),
            table=table,
            event=event,
            message=f"{table} is append-only: {event.lower()} refused",
            # The names are those of our own tables.
            when=f'NOT EXISTS (SELECT 1 FROM "{permit}")'  # noqa: S608  # nosec B608
            if permit
            else "",
        )
    if sealed_by := _sealed_by(model):
        field: Any = model._meta.get_field(sealed_by)
        parent = field.related_model._meta
        yield Trigger(
            name=f"{table}_sealed",
            table=table,
            event="INSERT",
            message=f"{table} is sealed: insert refused",
            when=(
                # The names are those of our own tables and columns.
                f'EXISTS (SELECT 1 FROM "{parent.db_table}" '  # noqa: S608  # nosec B608
                f'WHERE "{parent.pk.column}" = NEW."{field.column}")'
            ),
        )


def _permit_of(model: type[models.Model], seen: frozenset[Any] = frozenset()) -> str:
    """The table whose row, inside a transaction alone, lets rows of `model` go; "" where nothing
    does. It is declared by the model on which `model` hangs (`deleted_under`)."""
    kept: Any = getattr(model, "instance_type", model)
    if (permit := getattr(kept, "deleted_under", None)) is not None:
        return str(permit._meta.db_table)
    above = {field.related_model for field in kept._meta.concrete_fields if field.is_relation}
    return max((_permit_of(one, seen | above) for one in above - seen), default="")


def standing_on(vendor: str) -> list[Trigger]:
    """Every trigger of an engine. PostgreSQL empties a table past its row triggers: not ours."""
    if vendor == "sqlite":
        return triggers()
    return [*triggers(), *truncations()]


def truncations() -> list[Trigger]:
    return [
        Trigger(
            name=_refusing("TRUNCATE", model._meta.db_table),
            table=model._meta.db_table,
            event="TRUNCATE",
            message=f"{model._meta.db_table} is append-only: truncate refused",
        )
        for model in protected()
    ]


def create_sql(trigger: Trigger, vendor: str) -> list[str]:
    when = f"WHEN ({trigger.when})" if trigger.when else ""
    if vendor == "sqlite":
        statement = (
            f'CREATE TRIGGER "{trigger.name}" BEFORE {trigger.event} ON "{trigger.table}" '
            f"FOR EACH ROW {when} "
            f"BEGIN SELECT RAISE(ABORT, '{trigger.message}'); END"
        )
        return [statement]
    # PostgreSQL allows no subquery in WHEN, so the condition stands inside the function.
    body = f"RAISE EXCEPTION '{trigger.message}' USING ERRCODE = 'integrity_constraint_violation';"
    if trigger.when:
        body = f"IF {trigger.when} THEN {body} END IF;"
    answer = {"DELETE": "OLD", "TRUNCATE": "NULL"}.get(trigger.event, "NEW")
    each = "STATEMENT" if trigger.event == "TRUNCATE" else "ROW"
    function = (
        f'CREATE OR REPLACE FUNCTION "{trigger.name}"() RETURNS trigger LANGUAGE plpgsql AS '
        f"$$ BEGIN {body} RETURN {answer}; END $$"
    )
    statement = (
        f'CREATE TRIGGER "{trigger.name}" BEFORE {trigger.event} ON "{trigger.table}" '
        f'FOR EACH {each} EXECUTE FUNCTION "{trigger.name}"()'
    )
    return [function, statement]


def present(connection: BaseDatabaseWrapper, *, disabled: bool = False) -> set[str]:
    """The names of the triggers that stand in the database, and act unless `disabled` too."""
    if connection.vendor == "sqlite":
        sql = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    else:
        sql = "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal"
        sql += "" if disabled else " AND tgenabled <> 'D'"
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return {name for (name,) in cursor.fetchall()}


def missing(connection: BaseDatabaseWrapper) -> list[str]:
    there = present(connection)
    return sorted(name for name in names(connection.vendor) if name not in there)


def install(connection: BaseDatabaseWrapper, chosen: Sequence[Trigger] | None = None) -> None:
    """Put every trigger back, or those chosen, all at once. Safe to repeat.

    On PostgreSQL a trigger that stands and acts is left alone and only its function is written
    again: dropping it would wait for everybody who uses its table, and they for us.
    """
    wanted = standing_on(connection.vendor) if chosen is None else chosen
    tables = set(connection.introspection.table_names())
    left = present(connection) if connection.vendor == "postgresql" else set()
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        drop(connection, [trigger for trigger in wanted if trigger.name not in left])
        for trigger in wanted:
            if trigger.table in tables:
                *functions, create = create_sql(trigger, connection.vendor)
                for statement in functions if trigger.name in left else [*functions, create]:
                    cursor.execute(statement)


def drop(connection: BaseDatabaseWrapper, chosen: Sequence[Trigger] | None = None) -> None:
    wanted = standing_on(connection.vendor) if chosen is None else chosen
    there = present(connection, disabled=True)
    on_sqlite = connection.vendor == "sqlite"
    with connection.cursor() as cursor:
        for trigger in wanted:
            if trigger.name in there:
                on_table = "" if on_sqlite else f' ON "{trigger.table}"'
                cursor.execute(f'DROP TRIGGER "{trigger.name}"{on_table}')


def connect() -> None:
    """Called once by the audit app. Migrating is the frame's work, not the domain's."""
    pre_migrate.connect(_before_migrating, dispatch_uid="append_only.drop")
    post_migrate.connect(_after_migrating, dispatch_uid="append_only.install")


def _before_migrating(*, app_config: Any, using: str, **_: Any) -> None:
    connection = connections[using]
    if connection.vendor == "sqlite":
        drop(connection)


def _after_migrating(*, app_config: Any, using: str, **_: Any) -> None:
    # Once, when the last of our apps has its tables.
    if app_config.label == "plans":
        install(connections[using])
