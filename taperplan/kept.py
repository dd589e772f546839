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
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, connections, models
from django.db.models.expressions import BaseExpression, Col, ColPairs
from django.db.models.query import ModelIterable
from django.db.models.sql import UpdateQuery
from django.utils import timezone

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence

    from django.db.backends.base.base import BaseDatabaseWrapper

M = TypeVar("M", bound=models.Model)

# Marks of time stand in centuries of their own, so that "a day before" is still known for one.
_TODAY = date(1601, 6, 15)
_NOW = datetime(1701, 6, 15, 12, tzinfo=UTC)
_DAYS = date(1501, 6, 15)
_MOMENTS = datetime(1401, 6, 15, 12, tzinfo=UTC)
# The last sign of a word's mark, so that what a query puts behind a word is told apart from it.
_END = "\ue000"
_FIELDS: tuple[tuple[type, models.Field[Any, Any]], ...] = (
    (uuid.UUID, models.UUIDField()),
    (datetime, models.DateTimeField()),
    (date, models.DateField()),
)
# How engines that have no such types write a key, a day and a moment.
_WRITTEN = re.compile(r"[0-9a-f]{32}|[0-9]{4}-[0-9]{2}-[0-9]{2}([ T][0-9:.]+)?")
_PLACE = re.compile("%[s%]")
_moment: ContextVar[datetime | None] = ContextVar("moment", default=None)


def now() -> datetime:
    """The time that a query is asked at: a mark while a text is being made."""
    return _moment.get() or timezone.now()


@dataclass(frozen=True)
class Values:
    """What differs from one request to the next: by name, and the time in two forms."""

    keys: Mapping[str, uuid.UUID]
    today: date
    now: datetime
    # Typed by somebody, so never part of the text.
    words: Mapping[str, str] = field(default_factory=dict)
    days: Mapping[str, date] = field(default_factory=dict)
    moments: Mapping[str, datetime] = field(default_factory=dict)

    def marks(self) -> Values:
        """The same names with marks for values: no request has these."""
        return Values(
            {name: _mark(name) for name in self.keys},
            _TODAY,
            _NOW,
            {name: f"mark of {name}{_END}" for name in self.words},
            {name: _DAYS + timedelta(days=n) for n, name in enumerate(self.days)},
            {name: _MOMENTS + timedelta(days=n) for n, name in enumerate(self.moments)},
        )


class _Key(NamedTuple):
    name: str

    def of(self, values: Values) -> uuid.UUID:
        return values.keys[self.name]


class _Word(NamedTuple):
    """With what the query puts behind it: the end of a range, the sign for any rest."""

    name: str
    behind: str

    def of(self, values: Values) -> str:
        return values.words[self.name] + self.behind


class _NamedDay(NamedTuple):
    name: str

    def of(self, values: Values) -> date:
        return values.days[self.name]


class _NamedMoment(NamedTuple):
    name: str

    def of(self, values: Values) -> datetime:
        return values.moments[self.name]


class _Day(NamedTuple):
    ahead: timedelta

    def of(self, values: Values) -> date:
        return values.today + self.ahead


class _Moment(NamedTuple):
    ahead: timedelta

    def of(self, values: Values) -> datetime:
        return values.now + self.ahead


_MARKED = (_Key, _Word, _NamedDay, _NamedMoment, _Day, _Moment)


class _Statement:
    """`text` names its places, each once, so that a value is handed over once however often the
    statement asks for it. What never changes is written in it: beside a partial index, SQLite
    plans a statement anew for every value that is put in."""

    def __init__(
        self,
        compiler: Any,
        names: tuple[str, ...],
        text: str,
        places: tuple[tuple[str, Any], ...],
    ) -> None:
        self.compiler, self.names, self.text, self.places = compiler, names, text, places

    def rows(self, values: Values, connection: BaseDatabaseWrapper) -> list[tuple[Any, ...]]:
        found = self.raw(values, connection)
        return self._read(found, connection) if found else found

    def raw(self, values: Values, connection: BaseDatabaseWrapper) -> list[tuple[Any, ...]]:
        with _cursor(connection) as cursor:
            cursor.execute(self.text, self._filled(values, connection))
            found: list[tuple[Any, ...]] = cursor.fetchall()
        return found

    def done(self, values: Values, connection: BaseDatabaseWrapper) -> int:
        """How many rows a statement that changes some has changed."""
        with _cursor(connection) as cursor:
            cursor.execute(self.text, self._filled(values, connection))
            changed: int = cursor.rowcount
        return changed

    def _filled(self, values: Values, connection: BaseDatabaseWrapper) -> dict[str, Any]:
        return {
            name: _prepared(part.of(values), connection) if isinstance(part, _MARKED) else part
            for name, part in self.places
        }

    def _read(
        self, rows: list[tuple[Any, ...]], connection: BaseDatabaseWrapper
    ) -> list[tuple[Any, ...]]:
        """As Django reads them, a column at a time."""
        compiler = self.compiler
        if compiler.has_extra_select:
            rows = [row[: compiler.col_count] for row in rows]
        # How columns are read hangs on the connection, of which each thread has its own.
        known = vars(connection).setdefault("kept_converters", {})
        converters = known.get(self)
        if converters is None:
            asked = copy.copy(compiler)
            asked.connection = connection
            fields = [one[0] for one in compiler.select[: compiler.col_count]]
            converters = known[self] = tuple(
                (place, read, expression)
                for place, (reads, expression) in asked.get_converters(fields).items()
                for read in reads
            )
        if not converters:
            return rows
        if len(rows) == 1:
            values = list(rows[0])
            for place, read, expression in converters:
                values[place] = read(values[place], expression, connection)
            return [tuple(values)]
        columns: list[Any] = list(zip(*rows, strict=True))
        for place, read, expression in converters:
            columns[place] = [read(one, expression, connection) for one in columns[place]]
        return list(zip(*columns, strict=True))


def _cursor(connection: BaseDatabaseWrapper) -> Any:
    """One that lets the database plan a text once, where it keeps anything beyond a transaction.
    What is logged is to be read with its values in it."""
    keeps = not connection.settings_dict.get("DISABLE_SERVER_SIDE_CURSORS")
    if connection.vendor != "postgresql" or not keeps or connection.queries_logged:
        return connection.cursor()
    from taperplan import preparing

    return preparing.cursor(connection)


class _Asked:
    """What stands for a queryset, its query and its compiler where rows are made into objects."""

    db = DEFAULT_DB_ALIAS
    _known_related_objects: ClassVar[dict[Any, Any]] = {}

    def __init__(self, compiler: Any, rows: list[tuple[Any, ...]]) -> None:
        self.query = self
        self._rows = rows
        self.select = compiler.select
        self.klass_info = compiler.klass_info
        self.annotation_col_map = compiler.annotation_col_map

    def get_compiler(self, *_args: Any, **_kwargs: Any) -> Any:
        return self

    def execute_sql(self, *_args: Any, **_kwargs: Any) -> list[tuple[Any, ...]]:
        return self._rows

    def results_iter(self, results: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
        return results


class Kept:
    """The statements of one question, a text for each sort of asker; of so many sorts at most."""

    def __init__(self, most: int = 500) -> None:
        self._most = most
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
        return iter(() if statement is None else statement.rows(values, connection))

    def raw(
        self,
        sort: Hashable,
        values: Values,
        make: Callable[[Values], models.QuerySet[Any, Any]],
    ) -> list[tuple[Any, ...]]:
        """As `tuples`, as the database keeps them: where few of many rows will be looked at."""
        statement, connection = self._statement(sort, values, make)
        return [] if statement is None else statement.raw(values, connection)

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
        rows = statement.rows(values, connection)
        asked: Any = _Asked(statement.compiler, rows)
        return list(ModelIterable(asked)) if rows else []

    def update(
        self,
        sort: Hashable,
        values: Values,
        make: Callable[[Values], tuple[models.QuerySet[Any, Any], Mapping[str, Any]]],
    ) -> int:
        """How many rows `make(values)` found and changed: they, and what of them changes."""

        def made(marks: Values) -> models.QuerySet[Any, Any]:
            rows, changes = make(marks)
            query: Any = rows.query.chain(UpdateQuery)
            query.add_update_values(changes)
            rows.query = query
            return rows

        statement, connection = self._statement(sort, values, made)
        return 0 if statement is None else statement.done(values, connection)

    def _statement(
        self, sort: Hashable, values: Values, make: Callable[[Values], models.QuerySet[Any, Any]]
    ) -> tuple[_Statement | None, BaseDatabaseWrapper]:
        """None where the question can have no answer, whoever asks: nothing is asked then."""
        connection = connections[DEFAULT_DB_ALIAS]
        key = (connection.vendor, sort)
        try:
            return self._made[key], connection
        except KeyError:
            marks = values.marks()
        made = None
        with _at(marks.now), suppress(EmptyResultSet):
            made = _made(make(marks), marks, connection)
        if len(self._made) >= self._most:
            self._made.clear()
        self._made[key] = made
        return made, connection


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
    places: dict[Any, Any] = {
        _prepared(key, connection): _Key(name) for name, key in marks.keys.items()
    }
    places |= {_prepared(day, connection): _NamedDay(name) for name, day in marks.days.items()}
    places |= {_prepared(at, connection): _NamedMoment(name) for name, at in marks.moments.items()}
    places |= {word: _Word(name, "") for name, word in marks.words.items()}
    text, named = _written(text, [_place(part, places) for part in parameters], connection.vendor)
    names = query.selected or (*query.values_select, *query.annotation_select)
    return _Statement(compiler=_emptied(compiler), names=tuple(names), text=text, places=named)


def _written(
    text: str, parts: Sequence[Any], vendor: str
) -> tuple[str, tuple[tuple[str, Any], ...]]:
    """The text with what never changes written out, and a name for each of the other places."""
    coming = iter(parts)
    named: dict[Any, str] = {}

    def instead(sign: re.Match[str]) -> str:
        if sign[0] == "%%":
            return sign[0]
        part = next(coming)
        if (literal := _literal(part, vendor)) is not None:
            return literal
        # By its kind too: 1 and Decimal(1) are the same key.
        name = named.setdefault((type(part), part), f"p{len(named)}")
        return f"%({name})s"

    text = _PLACE.sub(instead, text)
    return text, tuple((name, part) for (_kind, part), name in named.items())


def _literal(part: Any, vendor: str) -> str | None:
    """How SQL says it; None for what is not as plain as that."""
    if part is None:
        return "NULL"
    if type(part) is bool and vendor != "sqlite":
        return "true" if part else "false"
    # PostgreSQL's driver has kinds of its own for small and large ones. A limit that is no part of
    # the text would be guessed at.
    if isinstance(part, int):
        return str(int(part)) if part >= 0 else f"({int(part)})"
    if type(part) is str and "\\" not in part and "\0" not in part:
        return "'" + part.replace("'", "''").replace("%", "%%") + "'"
    return None


def _emptied(compiler: Any) -> Any:
    """The compiler with what it reads columns by, and without the query that it was made from: a
    large one is some megabytes, for each sort of asker."""
    columns = compiler.select or ()
    compiler.select = [(_read_by(column), ("", ()), name) for column, _sql, name in columns]
    compiler.query = compiler.where = compiler.having = compiler.qualify = None
    return compiler


def _read_by(column: Any) -> Any:
    """What says how a column is read: it, or where only its type does, something of that type."""
    kind = type(column)
    if isinstance(column, (Col, ColPairs, models.Transform)) or (
        kind.convert_value is not BaseExpression.convert_value
        or kind.get_db_converters is not BaseExpression.get_db_converters
    ):
        return column
    return models.Value(None, output_field=column.output_field)


def _place(part: Any, places: Mapping[Any, Any]) -> Any:
    if isinstance(part, (str, date, uuid.UUID)) and part in places:
        return places[part]
    if isinstance(part, str) and _END in part:
        mark, end, behind = part.partition(_END)
        return _Word(places[mark + end].name, behind)
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
    if type(value) is str:
        return value
    for kind, column in _FIELDS:
        if isinstance(value, kind):
            return column.get_db_prep_value(value, connection)
    raise TypeError(type(value).__name__)
