"""Writes the trail's last row and digest to the file of anchors. Run it daily."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from taperplan.audit import anchors, journal


class Command(BaseCommand):
    help = "Anchors the trail: its last row and digest, to the file TRAIL_ANCHORS. Run it daily."

    def handle(self, *args: Any, **options: Any) -> None:
        if joined := journal.join():
            self.stdout.write(f"{joined} rows of the journal joined the trail.")
        anchor = anchors.write()
        self.stdout.write(f"Row {anchor.number} is anchored." if anchor else "The trail is empty.")
