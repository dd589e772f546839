"""Django's own, and then each table in a migration of its own.

On PostgreSQL a migration holds every table it changes until it ends. One table at a time is had
between the requests of people who go on working; several at once are not (`docs/scaling.md`).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from django.core.management.commands import makemigrations
from django.db.migrations import Migration

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.migrations.operations.base import Operation

_NUMBER = re.compile(r"^(\d+)")


def table_of(operation: Operation) -> str:
    """The model that an operation changes, in small letters; "" where it does not say."""
    named: str = getattr(operation, "model_name_lower", "") or getattr(operation, "name_lower", "")
    return named


def split(operations: Iterable[Operation]) -> list[tuple[str, list[Operation]]]:
    """Runs of operations on one table, in an order in which each finds what it needs.

    What needs nothing but its own table joins the last run on that table. What leads to another
    table stays in its place: that one may be made just before.
    """
    runs: list[tuple[str, list[Operation]]] = []
    for operation in operations:
        table = table_of(operation)
        field = getattr(operation, "field", None)
        leads = field is not None and field.remote_field is not None
        before = next((run for run in reversed(runs) if run[0] == table), None)
        if runs and runs[-1][0] == table:
            before = runs[-1]
        elif leads or not table:
            before = None
        if before is None:
            runs.append((table, [operation]))
        else:
            before[1].append(operation)
    return runs


def one_table_each(migration: Migration) -> list[Migration]:
    """The same operations as a chain of migrations. The first migration of an app stays whole:
    nobody works while it runs."""
    runs = split(migration.operations)
    match = _NUMBER.match(migration.name)
    if migration.initial or len(runs) < 2 or match is None:
        return [migration]
    app, number = migration.app_label, int(match[1])
    made: list[Migration] = []
    for place, (table, operations) in enumerate(runs):
        rest = migration.name[len(match[1]) :]
        one = Migration(f"{number + place:04d}{rest}_{table}", app)
        after = [(app, made[-1].name)] if made else [*migration.dependencies]
        # Of this one alone: the class has lists of its own.
        vars(one).update(operations=operations, dependencies=after)
        made.append(one)
    return made


class Command(makemigrations.Command):
    def write_migration_files(
        self,
        changes: dict[str, list[Migration]],
        update_previous_migration_paths: dict[str, str] | None = None,
    ) -> None:
        if update_previous_migration_paths is None:
            changes = self._split(changes)
        super().write_migration_files(changes, update_previous_migration_paths)

    def _split(self, changes: dict[str, list[Migration]]) -> dict[str, list[Migration]]:
        ends: dict[Any, Any] = {}
        found: dict[str, list[Migration]] = {}
        for app, migrations in changes.items():
            found[app] = []
            for migration in migrations:
                chain = one_table_each(migration)
                ends[app, migration.name] = (app, chain[-1].name)
                found[app] += chain
        # Whoever needs another app's migration needs the whole of it.
        for chain in found.values():
            for migration in chain:
                needed = [
                    ends.get(tuple(one), one) if one[0] != migration.app_label else one
                    for one in migration.dependencies
                ]
                vars(migration).update(dependencies=needed)
        return found
