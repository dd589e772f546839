"""New rows, written with a text that is made once for a table and a number of rows.

The ORM writes an INSERT anew for every row that is saved, which takes longer than the database
takes to answer it. What the text is stays Django's: it is made by the ORM the first time, and
where Django would hand over the values otherwise than column by column, it writes the rows itself.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

from django.db import DEFAULT_DB_ALIAS, connections, models
from django.db.models.sql import InsertQuery

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.backends.base.base import BaseDatabaseWrapper

    _Columns = tuple[models.Field[Any, Any], ...]

# More rows at once than these are seldom, and a text for each number of them would add up.
_MOST_ROWS = 20
_made: dict[tuple[str, type[models.Model], int], tuple[str, _Columns] | None] = {}


def insert(*rows: models.Model) -> None:
    """As `bulk_create` writes rows of one table: no signal is sent, a key that the database gives
    is not read. Nothing is done where there are none.

    Raises: IntegrityError as the ORM does.
    """
    if not rows:
        return
    model = type(rows[0])
    connection = connections[DEFAULT_DB_ALIAS]
    key = connection.vendor, model, len(rows)
    if key not in _made:
        _made[key] = _written(model, rows, connection) if len(rows) <= _MOST_ROWS else None
    written = _made[key]
    if written is None:
        model._default_manager.bulk_create(rows)
        return
    text, columns = written
    with connection.cursor() as cursor:
        cursor.execute(text, _values(rows, columns, connection))
    for row in rows:
        row._state.adding = False
        row._state.db = DEFAULT_DB_ALIAS


def _written(
    model: type[models.Model], rows: Sequence[models.Model], connection: BaseDatabaseWrapper
) -> tuple[str, _Columns] | None:
    """None where Django's values are not ours in the same order, or the database may give one."""
    columns = tuple(
        one
        for one in model._meta.concrete_fields
        if not isinstance(one, models.AutoField) and not one.generated
    )
    if any(one.has_db_default() and not one.has_default() for one in columns):
        return None
    query = InsertQuery(model)
    query.insert_values(columns, list(rows))
    statements = query.get_compiler(connection=connection).as_sql()
    if len(statements) != 1:
        return None
    ((text, values),) = statements
    same = list(values) == _values(rows, columns, connection)
    return (text, columns) if same else None


def _values(
    rows: Sequence[models.Model], columns: _Columns, connection: BaseDatabaseWrapper
) -> list[Any]:
    return list(
        itertools.chain.from_iterable(
            (one.get_db_prep_save(one.pre_save(row, add=True), connection) for one in columns)
            for row in rows
        )
    )
