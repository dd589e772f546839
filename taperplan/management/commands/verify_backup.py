"""Whether a backup can be restored: it is, into a scratch database, and compared."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from taperplan.backups import work
from taperplan.backups.container import BackupError
from taperplan.management.speaking import Progress


class Command(BaseCommand):
    help = "Restores a backup into a scratch database, compares every table, removes it again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "file", type=Path, nargs="?", help="the newest in BACKUP_DIR if left out"
        )

    def handle(self, *args: Any, file: Path | None, **options: Any) -> None:
        try:
            manifest = work.verify(file or work.newest(settings.BACKUP_DIR), told=Progress())
        except (BackupError, OSError) as error:
            message = f"This backup cannot be relied on. {error}"
            raise CommandError(message) from error
        rows = sum(int(found.split(":")[0]) for found in manifest.tables.values())
        self.stdout.write(
            f"Whole: {len(manifest.tables)} tables, {rows:,} rows, as they were at "
            f"{manifest.made_at}."
        )
