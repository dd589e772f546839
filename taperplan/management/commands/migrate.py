"""Django's own; with `--gently` between the requests of people who go on working.

On PostgreSQL a table that is in use is then waited for half a second and no longer, so that nobody
who works waits for the tables to come; what could not be had is tried again, one migration and so
one table at a time. What is through stays through.
"""

from __future__ import annotations

import time
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.core.management.commands import migrate
from django.db import OperationalError, connections

WAITS_MS = 500
MOST_TRIES = 200
PAUSE = 0.5
# PostgreSQL's word for a lock that was not to be had in time.
NOT_AVAILABLE = "55P03"


def not_to_be_had(error: BaseException | None) -> bool:
    """Whether this error, or one that it came from, says that a table was in use."""
    while error is not None:
        if getattr(error, "sqlstate", "") == NOT_AVAILABLE:
            return True
        error = error.__cause__ or error.__context__
    return False


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
        for tries in range(1, MOST_TRIES + 1):
            try:
                with connection.cursor() as cursor:
                    cursor.execute(f"SET lock_timeout = {WAITS_MS}")
                super().handle(*args, **options)
            except OperationalError as error:
                if not not_to_be_had(error):
                    raise
                connection.close()
                time.sleep(PAUSE)
            else:
                with connection.cursor() as cursor:
                    cursor.execute("RESET lock_timeout")
                self.stdout.write(f"Tables that were in use were tried again {tries - 1} times.")
                return
        raise CommandError(
            f"Not migrated: a table was in use at each of {MOST_TRIES} tries. Nothing of the step "
            "that failed stands; what came before it does."
        )
