"""`manage.py run_notifier`: tells people of red flags until it is stopped."""

from __future__ import annotations

import signal
import threading
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand

from plans.notifications.worker import Notifier

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(BaseCommand):
    help = "Tells people of red flags until it is stopped. Two at once do not double anything."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--once", action="store_true", help="one round, then stop; for a timer or a test"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        notifier = Notifier()
        if options["once"]:
            notifier.round()
            return
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_received: stop.set())
        self.stdout.write("The notifier runs.")
        notifier.run(stop)
