"""Every evening: what a clinic works from while the service does not answer, sealed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from plans.actions import downtime
from taperplan.accounts.models import Clinic
from taperplan.management.speaking import Progress

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(BaseCommand):
    help = "Writes each clinic's downtime pack, a PDF that opens with the clinic's passphrase."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--to", type=Path, help="the folder; DOWNTIME_DIR unless named here")
        parser.add_argument(
            "--passphrases", action="store_true", help="print each clinic's passphrase, and no more"
        )

    def handle(self, *args: Any, to: Path | None, passphrases: bool, **options: Any) -> None:
        secret, folder, now = settings.DOWNTIME_KEY, to or settings.DOWNTIME_DIR, timezone.now()
        clinics = Clinic.objects.order_by("name", "pk")
        try:
            for clinic in clinics:
                if passphrases:
                    words = downtime.passphrase(secret, clinic)
                    self.stdout.write(f"{words}  {clinic.name}, {clinic.reference}")
                    continue
                made = downtime.make(
                    clinic=clinic, folder=folder, secret=secret, now=now, told=Progress()
                )
                self.stdout.write(f"{made.name}, {made.stat().st_size / 1e6:.1f} MB.")
                downtime.thin(folder, clinic, keep=max(settings.DOWNTIME_KEEP, 1))
        except (downtime.NoPackError, OSError) as error:
            message = f"No downtime pack was made. {error}"
            raise CommandError(message) from error
