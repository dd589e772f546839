"""Gunicorn for a clinic that runs one process: the notifier lives in it as a thread.

    gunicorn --config deploy/gunicorn.conf.py taperplan.wsgi

A clinic that runs `manage.py run_notifier` beside its server leaves this file out; with both,
nothing is told twice.
"""

from __future__ import annotations

import logging
import threading
from typing import Any

# Seconds after which a process that nobody hurries reads ahead what first pages need.
AT_LEISURE = 2


def post_worker_init(worker: Any) -> None:
    """Called in each server process once Django is loaded."""
    from plans.notifications import thread

    worker.notifier = thread.start()
    worker.warming = threading.Timer(AT_LEISURE, warm)
    worker.warming.daemon = True
    worker.warming.start()


def warm() -> None:
    from plans.presenters.warm import warm

    try:
        warm()
    except Exception:  # a database that is not there yet: pages say so, and come without this
        logging.getLogger("taperplan").warning("First pages take longer.", exc_info=True)


def worker_exit(server: Any, worker: Any) -> None:
    if hasattr(worker, "notifier"):
        worker.notifier.set()
        worker.warming.cancel()
