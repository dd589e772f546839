"""One encrypted file with everything in it, made while people go on working."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from taperplan.backups import work
from taperplan.backups.container import BackupError, Key
from taperplan.management.speaking import Progress


class Command(BaseCommand):
    help = "Writes one encrypted backup of the whole database into a folder."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--to", type=Path, help="the folder; BACKUP_DIR unless named here")
        parser.add_argument("--new-key", action="store_true", help="print a new key, and no more")

    def handle(self, *args: Any, to: Path | None, new_key: bool, **options: Any) -> None:
        if new_key:
            self.stdout.write(Key.new())
            return
        folder, now = to or settings.BACKUP_DIR, timezone.now()
        try:
            made = work.make(folder, now=now, told=Progress())
        except (BackupError, OSError) as error:
            message = f"No backup was made. {error}"
            raise CommandError(message) from error
        size = made.stat().st_size / 1e6
        self.stdout.write(f"{made.name}, {size:.1f} MB, key {work.keys()[0].id}.")
        if settings.BACKUP_KEEP_DAYS:
            gone = work.thin(folder, days=settings.BACKUP_KEEP_DAYS, now=now)
            if gone:
                self.stdout.write(f"Removed {len(gone)} older than the days to keep.")
