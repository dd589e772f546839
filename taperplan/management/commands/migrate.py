"""Django's own; with `--gently` between the requests of people who go on working.

On PostgreSQL a table that is in use is then waited for half a second and no longer, so that nobody
who works waits for the tables to come; what could not be had is tried again, one migration and so
one table at a time. What is through stays through.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from django.core.management.base import CommandError, CommandParser
from django.core.management.commands import migrate
from django.db import OperationalError, connections
from django.db.backends.signals import connection_created

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

WAITS_MS = 500
MOST_TRIES = 200
PAUSE = 0.5
# PostgreSQL's words for a lock that was not to be had in time, and for one side of a deadlock.
NOT_AVAILABLE = frozenset({"55P03", "40P01"})


def not_to_be_had(error: BaseException | None) -> bool:
    """Whether this error, or one that it came from, says that a table was in use."""
    while error is not None:
        if getattr(error, "sqlstate", "") in NOT_AVAILABLE:
            return True
        error = error.__cause__ or error.__context__
    return False


def _wait_short(*, connection: BaseDatabaseWrapper, **_given: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SET lock_timeout = {WAITS_MS}")


class Command(migrate.Command):
    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--gently", action="store_true", help="while people work: wait for no table for long"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        gently = options.pop("gently", False)
        connection = connections[options["database"]]
        if not gently or connection.vendor != "postgresql":
            super().handle(*args, **options)
            return
        # Each connection that is taken meanwhile, not only the one that stands now.
        connection_created.connect(_wait_short, dispatch_uid="migrate.gently")
        try:
            tries = self._until_through(connection, args, options)
        finally:
            connection_created.disconnect(dispatch_uid="migrate.gently")
            connection.close()
        self.stdout.write(f"Tables that were in use were tried again {tries - 1} times.")

    def _until_through(
        self, connection: BaseDatabaseWrapper, args: tuple[Any, ...], options: dict[str, Any]
    ) -> int:
        for tries in range(1, MOST_TRIES + 1):
            connection.close()
            try:
                super().handle(*args, **options)
            except OperationalError as error:
                if not not_to_be_had(error):
                    raise
                time.sleep(PAUSE)
            else:
                return tries
        raise CommandError(
            f"Not migrated: a table was in use at each of {MOST_TRIES} tries. Nothing of the step "
            "that failed stands; what came before it does."
        )
