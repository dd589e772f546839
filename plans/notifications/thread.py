"""The same loop as a thread, where a clinic runs one process. Begun by the server's hook only.

A request never begins it and never waits for it. Where a worker of its own runs beside, or the
server has several processes, the lease keeps them from telling anything twice.
"""

from __future__ import annotations

import atexit
import threading

from plans.notifications.worker import Notifier


def start() -> threading.Event:
    """Begin the loop in a thread of this process; the event stops it, and so does the exit."""
    stop = threading.Event()
    thread = threading.Thread(target=Notifier().run, args=(stop,), name="notifier", daemon=True)
    thread.start()
    atexit.register(stop.set)
    return stop
