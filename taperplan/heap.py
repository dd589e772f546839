"""Memory that requests have freed, given back to the system.

Every request opens the database anew and reads its tables, some megabytes, and several are
answered at once. What they free lies between what stays, where the C library keeps it: after a
day's pages a twelfth of a server. It is asked to let go when nobody has been answered for a while:
what is given back must be asked for again, which costs the next page half a millisecond.
"""

from __future__ import annotations

import threading
import time
from typing import Any

from django.core.signals import request_finished, request_started

# Seconds in which nobody is answered.
A_WHILE = 5.0


class Heap:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._under_way = 0
        self._ended = 0.0
        self._waiting = False

    def began(self, **_: Any) -> None:
        with self._lock:
            self._under_way += 1

    def ended(self, **_: Any) -> None:
        with self._lock:
            self._under_way -= 1
            self._ended = time.monotonic()
            if not self._under_way and not self._waiting:
                self._look_again(A_WHILE)

    def _look_again(self, seconds: float) -> None:
        self._waiting = True
        later = threading.Timer(seconds, self._look)
        later.daemon = True
        later.start()

    def _look(self) -> None:
        with self._lock:
            self._waiting = False
            if self._under_way:
                return
            left = self._ended + A_WHILE - time.monotonic()
            if left > 0:
                self._look_again(left)
                return
        give_back()


def give_back() -> None:
    """Where the C library can: musl and macOS cannot."""
    import ctypes

    if trim := getattr(ctypes.CDLL(None), "malloc_trim", None):
        trim(0)


def watch() -> None:
    """Called once by a server, after Django is set up: so the database is closed before."""
    heap = Heap()
    request_started.connect(heap.began, weak=False, dispatch_uid="heap.began")
    request_finished.connect(heap.ended, weak=False, dispatch_uid="heap.ended")
