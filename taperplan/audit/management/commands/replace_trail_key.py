"""The trail goes on under another key: the rows before stay verifiable with the old one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError

from taperplan.audit import trail
from taperplan.audit.keys import NoKeyError

if TYPE_CHECKING:
    from django.core.management.base import CommandParser


class Command(BaseCommand):
    help = (
        "Closes the trail under the key that it is open under and opens it under TRAIL_KEY. "
        "First give every process both: the new key as TRAIL_KEY, the old one in "
        "TRAIL_KEYS_BEFORE."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--lost",
            action="store_true",
            help="Nobody has the old key any more: its rows cannot be verified from now on.",
        )

    def handle(self, *args: Any, lost: bool, **options: Any) -> None:
        try:
            rows = trail.replace_key(lost=lost)
        except NoKeyError as missing:
            message = f"{str(missing).capitalize()}. Add it to TRAIL_KEYS_BEFORE."
            raise CommandError(message) from missing
        if not rows:
            self.stdout.write("The trail is open under TRAIL_KEY already.")
            return
        for row in rows:
            self.stdout.write(f"Row {row.number}: {row.verb} {row.key}. Digest {row.digest}.")
        self.stdout.write("Anchor it now: manage.py anchor_trail.")
