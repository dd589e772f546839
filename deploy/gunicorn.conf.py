"""Gunicorn for a clinic that runs one process: the notifier lives in it as a thread.

    gunicorn --config deploy/gunicorn.conf.py taperplan.wsgi

A clinic that runs `manage.py run_notifier` beside its server leaves this file out; with both,
nothing is told twice.
"""

from __future__ import annotations

from typing import Any


def post_worker_init(worker: Any) -> None:
    """Called in each server process once Django is loaded."""
    from plans.notifications import thread

    worker.notifier = thread.start()


def worker_exit(server: Any, worker: Any) -> None:
    if hasattr(worker, "notifier"):
        worker.notifier.set()
