"""Whether the trail is whole: every row follows the one before it, and none was rewritten."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from taperplan.audit import anchors, trail
from taperplan.audit.models import AuditEvent


class Command(BaseCommand):
    help = "Walks the trail from its first row. Names the first bad row and ends with 1."

    def handle(self, *args: Any, **options: Any) -> None:
        # Read first: rows may be added while the walk goes on, and those are walked too.
        last = AuditEvent.objects.order_by("-number").first()
        for number, why in trail.faults():
            message = f"Row {number} {why}. Nothing from there on can be relied on."
            raise CommandError(message)
        for number, why in anchors.faults():
            message = f"Row {number} {why}." if number else f"{why[0].upper()}{why[1:]}."
            raise CommandError(message)
        if last is None:
            self.stdout.write("The trail is empty.")
            return
        self.stdout.write(f"{last.number} rows, whole. Head {last.digest}, written {last.at}.")
