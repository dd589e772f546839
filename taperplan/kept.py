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
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, connections, models
from django.db.models.query import ModelIterable
from django.utils import timezone

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator, Mapping

    from django.db.backends.base.base import BaseDatabaseWrapper

M = TypeVar("M", bound=models.Model)

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


@dataclass(frozen=True, eq=False)
class _Statement:
    compiler: Any
    names: tuple[str, ...]
    text: str
    parameters: tuple[Any, ...]

    def rows(self, values: Values, connection: BaseDatabaseWrapper) -> Iterator[tuple[Any, ...]]:
        found: Iterator[tuple[Any, ...]] = self.asking(values, connection).results_iter(
            tuple_expected=True
        )
        return found

    def asking(self, values: Values, connection: BaseDatabaseWrapper) -> Any:
        """The compiler with these values. It knows how to read the columns; it is told the text
        instead of making it."""
        filled = tuple(
            _prepared(part.of(values), connection)
            if isinstance(part, (_Key, _Day, _Moment))
            else part
            for part in self.parameters
        )
        compiler = copy.copy(self.compiler)
        compiler.connection = connection
        compiler.as_sql = lambda *_args, **_kwargs: (self.text, filled)
        # How columns are read hangs on the connection, of which each thread has its own.
        known = vars(connection).setdefault("kept_converters", {})
        ask = compiler.get_converters

        def converters(expressions: Any) -> Any:
            found = known.get(self)
            if found is None:
                found = known[self] = ask(expressions)
            return found

        compiler.get_converters = converters
        return compiler


class _Asked:
    """What stands for a queryset where its rows are made into objects."""

    db = DEFAULT_DB_ALIAS
    _known_related_objects: ClassVar[dict[Any, Any]] = {}

    def __init__(self, compiler: Any) -> None:
        self.query = self
        self._compiler = compiler

    def get_compiler(self, *_args: Any, **_kwargs: Any) -> Any:
        return self._compiler


class Kept:
    """The statements of one question, a text for each sort of asker."""

    def __init__(self) -> None:
        self._made: dict[Hashable, _Statement | None] = {}

    def rows(
        self,
        sort: Hashable,
        values: Values,
        make: Callable[[Values], models.QuerySet[Any, dict[str, Any]]],
    ) -> Iterator[dict[str, Any]]:
        """The rows of `make(values)`, which is called with marks and only for a new `sort`.

        Raises: ValueError for a key, a day or a moment in the query that is none of `values`.
        """
        statement, connection = self._statement(sort, values, make)
        if statement is None:
            return iter(())
        names = statement.names
        return (dict(zip(names, row, strict=True)) for row in statement.rows(values, connection))

    def tuples(
        self,
        sort: Hashable,
        values: Values,
        make: Callable[[Values], models.QuerySet[Any, Any]],
    ) -> Iterator[tuple[Any, ...]]:
        """As `rows`, without the names: in the order in which `values_list` named them."""
        statement, connection = self._statement(sort, values, make)
        return iter(()) if statement is None else statement.rows(values, connection)

    def objects(
        self,
        sort: Hashable,
        values: Values,
        make: Callable[[Values], models.QuerySet[M]],
    ) -> list[M]:
        """As `rows`, for a query of objects, with what `select_related` and `annotate` add."""
        statement, connection = self._statement(sort, values, make)
        if statement is None:
            return []
        asked: Any = _Asked(statement.asking(values, connection))
        return list(ModelIterable(asked))

    def _statement(
        self, sort: Hashable, values: Values, make: Callable[[Values], models.QuerySet[Any, Any]]
    ) -> tuple[_Statement | None, BaseDatabaseWrapper]:
        """None where the question can have no answer, whoever asks: nothing is asked then."""
        connection = connections[DEFAULT_DB_ALIAS]
        key = (connection.vendor, sort)
        if key not in self._made:
            marks = values.marks()
            with _at(marks.now):
                try:
                    self._made[key] = _made(make(marks), marks, connection)
                except EmptyResultSet:
                    self._made[key] = None
        return self._made[key], connection


def about(
    keys: Mapping[str, uuid.UUID] | None = None,
    *,
    today: date = _TODAY,
    now: datetime = _NOW,
    **named: uuid.UUID,
) -> Values:
    """The keys by name; the time only where the question has it."""
    return Values(named if keys is None else keys, today, now)


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
    rows: models.QuerySet[Any, Any], marks: Values, connection: BaseDatabaseWrapper
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
