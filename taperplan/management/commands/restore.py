"""A backup into an empty place. Says how old it is, and what has to be done next."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from taperplan import formats
from taperplan.backups import work
from taperplan.backups.container import BackupError
from taperplan.management.speaking import Progress


class Command(BaseCommand):
    help = "Restores a backup into the empty database that DATABASE_URL names."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        try:
            manifest = work.restore(file, told=Progress())
        except (BackupError, OSError) as error:
            message = f"Nothing was restored. {error}"
            raise CommandError(message) from error
        age = timezone.now() - datetime.fromisoformat(manifest.made_at)
        self.stdout.write(
            f"Restored as it was at {manifest.made_at}, {formats.duration(age)} ago. What was "
            "recorded since then is not in it: look for it on paper and type it again. "
            "Everybody is signed out. The notices of every red flag are held until somebody lets "
            "them go on or closes it: every page names them."
        )
