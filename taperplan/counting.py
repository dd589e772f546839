"""How many rows a query finds, or what they say, inside another query."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Func, IntegerField, Subquery, TextField

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.db.models.sql.compiler import SQLCompiler


class RowsOf(Subquery):
    """How many rows a query finds, as one figure inside another query."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) counted)"
    output_field = IntegerField()


class TextsOf(Subquery):
    """Columns of the rows that a query finds, in its order, as JSON says them: `texts_of` reads
    texts and figures, `moment_of` a moment among them."""

    output_field = TextField()

    def __init__(self, queryset: QuerySet[Any, tuple[Any, ...]]) -> None:
        super().__init__(queryset)
        query: Any = queryset.query
        self._columns = ", ".join(f'listed."{name}"' for name in query.selected)

    def as_sql(self, compiler: SQLCompiler, connection: Any, **extra: Any) -> Any:  # type: ignore[override]
        one, all_of_them = "json_array", "json_group_array"
        if connection.vendor == "postgresql":
            one, all_of_them = "json_build_array", "json_agg"
        listed = f"{all_of_them}({one}({self._columns}))"
        if connection.vendor == "postgresql":
            listed += "::text"
        # Nothing typed is in it: the names of our own columns.
        template = f"(SELECT {listed} FROM (%(subquery)s) listed)"  # noqa: S608  # nosec B608
        return super().as_sql(compiler, connection, template=template, **extra)


class AsKept(Func):
    """A column as the database keeps it: SQLite's driver reads every moment that it is told of,
    where a thousand are only put in order."""

    template = "%(expressions)s"

    def as_sqlite(self, compiler: SQLCompiler, connection: Any, **extra: Any) -> Any:
        return self.as_sql(compiler, connection, template="+%(expressions)s", **extra)


def texts_of(found: str | list[list[Any]] | None) -> list[list[Any]]:
    """What a column of `TextsOf` says, row by row. One that stood within another may be read
    already: SQLite tells JSON from text, and promises neither where it comes out of a subquery."""
    if isinstance(found, list):
        return found
    rows: list[list[Any]] = json.loads(found or "[]")
    return rows


def moment_of(said: str) -> datetime:
    """SQLite keeps moments in UTC and says no zone."""
    at = datetime.fromisoformat(said)
    return at if at.tzinfo else at.replace(tzinfo=UTC)


class KeysOf(Subquery):
    """The column `of` of a query that has another one to be ordered by."""

    template = "(SELECT found.of FROM (%(subquery)s) found)"
