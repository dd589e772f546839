"""Gunicorn for a clinic that runs one process: the notifier lives in it as a thread.

    gunicorn --config deploy/gunicorn.conf.py taperplan.wsgi

A clinic that runs `manage.py run_notifier` beside its server leaves this file out; with both,
nothing is told twice.
"""

from __future__ import annotations

import logging
from typing import Any


def post_worker_init(worker: Any) -> None:
    """Called in each server process once Django is loaded, before it takes a request."""
    from plans.notifications import thread
    from plans.presenters.warm import warm

    worker.notifier = thread.start()
    try:
        warm()
    except Exception:  # a database that is not there yet: pages say so, and come without this
        logging.getLogger("taperplan").warning("The first page will take longer.", exc_info=True)


def worker_exit(server: Any, worker: Any) -> None:
    if hasattr(worker, "notifier"):
        worker.notifier.set()
