"""How many rows a query finds, or what they say, inside another query."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.db.models import IntegerField, Subquery, TextField

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.db.models.sql.compiler import SQLCompiler


class RowsOf(Subquery):
    """How many rows a query finds, as one figure inside another query."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) counted)"
    output_field = IntegerField()


class TextsOf(Subquery):
    """Columns of text of the rows that a query finds, in its order: `texts_of` reads them."""

    output_field = TextField()

    def __init__(self, queryset: QuerySet[Any, tuple[str, ...]]) -> None:
        super().__init__(queryset)
        query: Any = queryset.query
        self._columns = ", ".join(f'listed."{name}"' for name in query.values_select)

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


def texts_of(found: str | None) -> list[list[str]]:
    """What a column of `TextsOf` says: the texts of each row."""
    rows: list[list[str]] = json.loads(found or "[]")
    return rows
