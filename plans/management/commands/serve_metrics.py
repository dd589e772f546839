"""`manage.py serve_metrics`: figures for Prometheus, on this machine's own address only."""

from __future__ import annotations

import signal
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, connection
from django.utils import timezone

from plans.presenters.watching import standing_text
from taperplan import metrics
from taperplan.backups.work import SUFFIX

if TYPE_CHECKING:
    from argparse import ArgumentParser
    from pathlib import Path

HOME = "127.0.0.1"


def text() -> str:
    """Everything that is counted; without the database, what needs none."""
    metrics.tidy(settings.METRICS_DIR)
    try:
        standing = standing_text(timezone.now())
        up = 1
    except DatabaseError:
        standing, up = "", 0
    alive = metrics.metric(
        "taperplan_database_up", "gauge", "Whether the database answers.", [("", up)]
    )
    return metrics.requests_text(settings.METRICS_DIR) + alive + standing + _files()


def _files() -> str:
    """How old the newest backup and the newest downtime pack are; -1 where there is none."""
    kept = (
        ("backup", "backup", settings.BACKUP_DIR, f"taperplan-*{SUFFIX}"),
        ("downtime_pack", "downtime pack", settings.DOWNTIME_DIR, "taperplan-downtime-*.pdf"),
    )
    return "".join(
        metrics.metric(
            f"taperplan_{name}_age_seconds",
            "gauge",
            f"Since the newest {words} was written; -1 where there is none.",
            [("", _age(folder, pattern))],
        )
        for name, words, folder, pattern in kept
    )


def _age(folder: Path, pattern: str) -> float:
    newest = max((path.stat().st_mtime for path in folder.glob(pattern)), default=None)
    return -1 if newest is None else max(time.time() - newest, 0.0)


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path != "/metrics":
            self.send_error(404)
            return
        try:
            body = text().encode()
        finally:
            connection.close()
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # its own name for it
        """Who asks and when is no news."""


class Command(BaseCommand):
    help = "Serves figures for Prometheus on 127.0.0.1, at the port METRICS_PORT."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="print them and stop")

    def handle(self, *args: Any, **options: Any) -> None:
        settings.METRICS_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)
        if options["once"]:
            self.stdout.write(text(), ending="")
            return
        if not settings.METRICS_PORT:
            raise CommandError("Nothing is counted: METRICS_PORT is 0.")
        server = ThreadingHTTPServer((HOME, settings.METRICS_PORT), Handler)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(
                number, lambda *_received: threading.Thread(target=server.shutdown).start()
            )
        self.stdout.write(f"Figures at http://{HOME}:{settings.METRICS_PORT}/metrics.")
        server.serve_forever()
        server.server_close()
