"""Read a table of ours back: what another program, or a test of one, takes from it.

One line of JSON for each row, marks against formulas taken off, no statement as null, exact
numbers as text ("1/3" has no end in decimals). A cell that we would not have written is refused.
"""

from __future__ import annotations

import json
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from django.core.management.base import BaseCommand, CommandError

from plans.rules.columns import EVERY
from taperplan.columns import exact
from taperplan.tables import MOST_BYTES, Unreadable

if TYPE_CHECKING:
    from argparse import ArgumentParser
    from typing import Any


class Command(BaseCommand):
    help = "Read a table that this site wrote, and give each row as a line of JSON."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("table", choices=sorted(EVERY), help="which table it is")
        parser.add_argument("file", help="the CSV file")

    def handle(self, *args: Any, **options: Any) -> None:
        dictionary = EVERY[options["table"]]
        try:
            with Path(options["file"]).open("rb") as file:
                rows = dictionary.read(file.read(MOST_BYTES + 1))
        except OSError as error:
            raise CommandError(f"{options['file']}: {error.strerror}") from error
        except Unreadable as unreadable:
            raise CommandError("\n".join(map(str, unreadable.faults))) from unreadable
        for row in rows:
            said = dict(zip(dictionary.heads, map(_plain, row), strict=True))
            self.stdout.write(json.dumps(said, ensure_ascii=False))


def _plain(value: Any) -> Any:
    match value:
        case Fraction():
            return exact(value)
        case date():
            return value.isoformat()
        case _:
            return value
