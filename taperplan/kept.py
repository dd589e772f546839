"""A statement whose text is written once and whose values change with every request.

Making the text of a large query costs the ORM more than the database takes to answer it. Where
every page asks the same, the text is made once for each sort of asker, from `Marks` in place of
whoever asks, and kept; a request only puts its values in. What the query is stays written in
the ORM, in one place, and a value that no mark accounts for is refused when the text is made.
"""

from __future__ import annotations

import copy
import re
import uuid
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import DEFAULT_DB_ALIAS, connections, models
from django.utils import timezone

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator, Mapping

    from django.db.backends.base.base import BaseDatabaseWrapper

# Marks of time stand in centuries of their own, so that "a day before" is still known for one.
_TODAY = date(1601, 6, 15)
_NOW = datetime(1701, 6, 15, 12, tzinfo=UTC)
_FIELDS: tuple[tuple[type, models.Field[Any, Any]], ...] = (
    (uuid.UUID, models.UUIDField()),
    (datetime, models.DateTimeField()),
    (date, models.DateField()),
)
# How engines that have no such types write a key, a day and a moment.
_WRITTEN = re.compile(r"[0-9a-f]{32}|[0-9]{4}-[0-9]{2}-[0-9]{2}([ T][0-9:.]+)?")
_moment: ContextVar[datetime | None] = ContextVar("moment", default=None)


def now() -> datetime:
    """The time that a query is asked at: a mark while a text is being made."""
    return _moment.get() or timezone.now()


@dataclass(frozen=True)
class Values:
    """What differs from one request to the next. Keys by name, and the time in two forms."""

    keys: Mapping[str, uuid.UUID]
    today: date
    now: datetime

    def marks(self) -> Values:
        """The same names with marks for values: no request has these."""
        return Values({name: _mark(name) for name in self.keys}, _TODAY, _NOW)


@dataclass(frozen=True)
class _Key:
    name: str

    def of(self, values: Values) -> uuid.UUID:
        return values.keys[self.name]


@dataclass(frozen=True)
class _Day:
    ahead: timedelta

    def of(self, values: Values) -> date:
        return values.today + self.ahead


@dataclass(frozen=True)
class _Moment:
    ahead: timedelta

    def of(self, values: Values) -> datetime:
        return values.now + self.ahead


@dataclass(frozen=True)
class _Statement:
    compiler: Any
    names: tuple[str, ...]
    text: str
    parameters: tuple[Any, ...]

    def rows(self, values: Values, connection: BaseDatabaseWrapper) -> Iterator[dict[str, Any]]:
        filled = tuple(
            _prepared(part.of(values), connection)
            if isinstance(part, (_Key, _Day, _Moment))
            else part
            for part in self.parameters
        )
        # The compiler knows how to read the columns; it is told the text instead of making it.
        compiler = copy.copy(self.compiler)
        compiler.connection = connection
        compiler.as_sql = lambda *_args, **_kwargs: (self.text, filled)
        for row in compiler.results_iter():
            yield dict(zip(self.names, row, strict=True))


class Kept:
    """The statements of one question, a text for each sort of asker."""

    def __init__(self) -> None:
        self._made: dict[Hashable, _Statement] = {}

    def rows(
        self,
        sort: Hashable,
        values: Values,
        make: Callable[[Values], models.QuerySet[Any, dict[str, Any]]],
    ) -> Iterator[dict[str, Any]]:
        """The rows of `make(values)`, which is called with marks and only for a new `sort`.

        Raises: ValueError for a key, a day or a moment in the query that is none of `values`.
        """
        connection = connections[DEFAULT_DB_ALIAS]
        key = (connection.vendor, sort)
        statement = self._made.get(key)
        if statement is None:
            marks = values.marks()
            with _at(marks.now):
                statement = _made(make(marks), marks, connection)
            self._made[key] = statement
        return statement.rows(values, connection)


@contextmanager
def _at(moment: datetime) -> Iterator[None]:
    token = _moment.set(moment)
    try:
        yield
    finally:
        _moment.reset(token)


def _mark(name: str) -> uuid.UUID:
    return uuid.uuid5(uuid.NAMESPACE_OID, f"mark of {name}")


def _made(
    rows: models.QuerySet[Any, dict[str, Any]], marks: Values, connection: BaseDatabaseWrapper
) -> _Statement:
    query: Any = rows.query
    compiler = query.get_compiler(connection=connection)
    text, parameters = compiler.as_sql()
    places = {_prepared(key, connection): _Key(name) for name, key in marks.keys.items()}
    names = query.selected or (*query.values_select, *query.annotation_select)
    return _Statement(
        compiler=compiler,
        names=tuple(names),
        text=text,
        parameters=tuple(_place(part, places) for part in parameters),
    )


def _place(part: Any, places: Mapping[Any, _Key]) -> Any:
    if isinstance(part, (str, uuid.UUID)) and part in places:
        return places[part]
    time = part
    if isinstance(part, str) and _WRITTEN.fullmatch(part) and "-" in part:
        time = datetime.fromisoformat(part) if ":" in part else date.fromisoformat(part)
    if isinstance(time, datetime) and time.year in (_NOW.year - 1, _NOW.year, _NOW.year + 1):
        return _Moment(time.replace(tzinfo=UTC) - _NOW)
    if isinstance(time, date) and time.year in (_TODAY.year - 1, _TODAY.year, _TODAY.year + 1):
        return _Day(time - _TODAY)
    if isinstance(time, (date, uuid.UUID)) or (isinstance(part, str) and _WRITTEN.fullmatch(part)):
        message = f"a kept statement holds a value that is none of its marks: {part!r}"
        raise ValueError(message)
    return part


def _prepared(value: Any, connection: BaseDatabaseWrapper) -> Any:
    for kind, field in _FIELDS:
        if isinstance(value, kind):
            return field.get_db_prep_value(value, connection)
    raise TypeError(type(value).__name__)
