"""What a patient is found by, word by word, in a table that the database itself keeps.

Triggers write it beside every patient and record number, whoever writes those: an older copy of
this program that still runs, an import or a repair leaves nobody who cannot be found. A search
then reads an index from the first letters of a word and not every patient of the clinic.

Of a phone and of a record number every tail from its first sign on is a word, so that any part
of it finds it. SQLite rebuilds tables while migrating, so there the triggers go before and come
after, and the words are written anew; on PostgreSQL they are written once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import CharField, Lookup

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from django.db.backends.base.base import BaseDatabaseWrapper
    from django.db.models.sql.compiler import SQLCompiler

    _Lookup = Lookup[Any]
else:
    _Lookup = Lookup

LONGEST = 60
# Places in a number or phone from which it may be typed; the last sign alone is no tail.
_PLACES = 40

WORDS, PATIENTS, NUMBERS = "patients_searchword", "patients_patient", "patients_recordnumber"
NAME, PHONE, YEAR, NUMBER = "n", "p", "y", "r"

_AFTER = (
    # name, table, event, columns that matter, whose words, which kinds
    ("search_patient_in", PATIENTS, "INSERT", (), 'NEW."id"', (NAME, PHONE, YEAR)),
    (
        "search_patient_new", PATIENTS, "UPDATE", ("name_search", "phone_search", "born"),
        'NEW."id"', (NAME, PHONE, YEAR),
    ),
    ("search_patient_out", PATIENTS, "DELETE", (), 'OLD."id"', ()),
    ("search_number_in", NUMBERS, "INSERT", (), 'NEW."patient_id"', (NUMBER,)),
    (
        "search_number_new", NUMBERS, "UPDATE", ("number_search", "withdrawn_at"),
        'NEW."patient_id"', (NUMBER,),
    ),
    ("search_number_out", NUMBERS, "DELETE", (), 'OLD."patient_id"', (NUMBER,)),
)  # fmt: skip
NAMES = tuple(name for name, *_rest in _AFTER)


@CharField.register_lookup
class Begins(_Lookup):
    """As `startswith`, so that the index of both engines answers it."""

    lookup_name = "begins"

    def as_sql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper
    ) -> tuple[str, tuple[Any, ...]]:
        word, values = self.process_lhs(compiler, connection)
        typed = str(self.rhs)
        return f"({word} >= %s AND {word} < %s)", (*values, typed, *values, typed + "\U0010ffff")

    def as_postgresql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper
    ) -> tuple[str, tuple[Any, ...]]:
        word, values = self.process_lhs(compiler, connection)
        plain = str(self.rhs).replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        return f"{word} LIKE %s", (*values, plain + "%")


def missing(connection: BaseDatabaseWrapper) -> list[str]:
    """The names of the triggers that do not stand, or do not act."""
    if connection.vendor == "sqlite":
        sql = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    else:
        sql = "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'"
    with connection.cursor() as cursor:
        cursor.execute(sql)
        there = {name for (name,) in cursor.fetchall()}
    return [name for name in NAMES if name not in there]


def install(connection: BaseDatabaseWrapper) -> None:
    """Put the triggers back and write every word anew, at once. Safe to repeat."""
    on_sqlite = connection.vendor == "sqlite"
    with transaction.atomic(using=connection.alias):
        drop(connection)
        with connection.cursor() as cursor:
            for name, table, event, columns, key, kinds in _AFTER:
                body = " ".join(f"{one};" for one in _again(key, kinds, on_sqlite=on_sqlite))
                for statement in _create(name, table, event, columns, body, on_sqlite=on_sqlite):
                    cursor.execute(statement)
            cursor.execute(f'DELETE FROM "{WORDS}"')  # nosec B608
            for statement in _written((NAME, PHONE, YEAR, NUMBER), "", on_sqlite=on_sqlite):
                cursor.execute(statement)


def drop(connection: BaseDatabaseWrapper) -> None:
    on_sqlite = connection.vendor == "sqlite"
    tables = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        for name, table, *_rest in _AFTER:
            if table in tables:
                on_table = "" if on_sqlite else f' ON "{table}"'
                cursor.execute(f'DROP TRIGGER IF EXISTS "{name}"{on_table}')


def _create(
    name: str, table: str, event: str, columns: Sequence[str], body: str, *, on_sqlite: bool
) -> list[str]:
    of = f" OF {', '.join(columns)}" if columns else ""
    differs = "IS NOT" if on_sqlite else "IS DISTINCT FROM"
    changed = " OR ".join(f'OLD."{column}" {differs} NEW."{column}"' for column in columns)
    when = f"WHEN ({changed})" if changed else ""
    head = f'CREATE TRIGGER "{name}" AFTER {event}{of} ON "{table}" FOR EACH ROW {when}'
    if on_sqlite:
        return [f"{head} BEGIN {body} END"]
    function = (
        f'CREATE OR REPLACE FUNCTION "{name}"() RETURNS trigger LANGUAGE plpgsql AS '
        f"$$ BEGIN {body} RETURN NULL; END $$"
    )
    return [function, f'{head} EXECUTE FUNCTION "{name}"()']


def _again(key: str, kinds: Sequence[str], *, on_sqlite: bool) -> Iterator[str]:
    """The words of one patient, of some kinds, written anew; of no kind: all of them gone."""
    some = f" AND kind IN ({_listed(kinds)})" if kinds else ""
    yield f'DELETE FROM "{WORDS}" WHERE patient_key = {key}{some}'  # nosec B608
    yield from _written(kinds, key, on_sqlite=on_sqlite)


def _written(kinds: Sequence[str], key: str, *, on_sqlite: bool) -> Iterator[str]:
    """The statements that write the words of the patient `key`, or of everybody."""
    of_patient = f" AND p.id = {key}" if key else ""
    of_number = f" AND r.patient_id = {key}" if key else ""
    patients, numbers = f'"{PATIENTS}" p', f'"{NUMBERS}" r'
    # Every name below is one of our own tables and columns; nothing typed is among them.
    into = f'INSERT INTO "{WORDS}" (kind, word, patient_key)'
    for kind in kinds:
        match kind:
            case "n":
                parts = (
                    "json_each('[' || replace(json_quote(trim(p.name_search)), ' ', '\",\"')"
                    " || ']')"
                    if on_sqlite
                    else "LATERAL (SELECT regexp_split_to_table(trim(p.name_search), ' +')"
                    " AS value) w"
                )
                yield (
                    f"{into} SELECT DISTINCT 'n', substr(value, 1, {LONGEST}), p.id "  # nosec B608
                    f"FROM {patients}, {parts} WHERE value <> ''{of_patient}"
                )
            case "p":
                yield (
                    f"{into} SELECT DISTINCT 'p', substr(p.phone_search, n.value), p.id FROM "  # nosec B608
                    f"{patients}, {_places(on_sqlite=on_sqlite)} "
                    f"WHERE p.phone_search <> '' AND {_tail('p.phone_search')}{of_patient}"
                )
            case "y":
                year = "substr(p.born, 1, 4)" if on_sqlite else "to_char(p.born, 'YYYY')"
                yield f"{into} SELECT 'y', {year}, p.id FROM {patients} WHERE 1 = 1{of_patient}"  # nosec B608
            case _:
                yield (
                    f"{into} SELECT DISTINCT 'r', substr(r.number_search, n.value, {LONGEST}), "  # nosec B608
                    f"r.patient_id FROM {numbers}, {_places(on_sqlite=on_sqlite)} "
                    f"WHERE r.withdrawn_at IS NULL AND {_tail('r.number_search')}{of_number}"
                )


def _places(*, on_sqlite: bool) -> str:
    listed = ",".join(str(place) for place in range(1, _PLACES + 1))
    return (
        f"json_each('[{listed}]') n"
        if on_sqlite
        else f"LATERAL (SELECT generate_series(1, {_PLACES}) AS value) n"
    )


def _tail(column: str) -> str:
    return f"(n.value = 1 OR n.value <= length({column}) - 1)"


def _listed(kinds: Sequence[str]) -> str:
    return ", ".join(f"'{kind}'" for kind in kinds)


def before_migrating(connection: BaseDatabaseWrapper) -> None:
    if connection.vendor == "sqlite":
        drop(connection)


def after_migrating(connection: BaseDatabaseWrapper) -> None:
    if WORDS in connection.introspection.table_names() and missing(connection):
        install(connection)
