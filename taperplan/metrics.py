"""Counts for whoever watches the service: how many requests, how long, how many queries.

Counts only: no address of a page, no person. Each process keeps its own figures in a small file
that it alone writes, in `METRICS_DIR`; `manage.py serve_metrics` adds them up and answers on this
machine's own address. Nothing is counted where `METRICS_PORT` is 0.
"""

from __future__ import annotations

import mmap
import os
import struct
import threading
import time
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.db import connection

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from django.http import HttpRequest, HttpResponse

# Seconds; a request is counted in the first that holds it, else in the last place.
BOUNDS = (0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
ANSWERS = ("1xx", "2xx", "3xx", "4xx", "5xx")
NAMES = (
    *(f"answer:{answer}" for answer in ANSWERS),
    *(f"within:{bound}" for bound in (*BOUNDS, "+Inf")),
    "seconds",
    "queries",
    "query_seconds",
)
_SIZE = struct.calcsize(f"{len(NAMES)}d")
_GONE = "gone"


class Counts:
    """The figures of one process, kept where the one who adds them up reads them."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._folder = folder
        self._lock = threading.Lock()
        self._open()

    def _open(self) -> None:
        self._process = os.getpid()
        path = self._folder / f"{self._process}.counts"
        path.write_bytes(bytes(_SIZE))
        with path.open("r+b") as file:
            self._figures = mmap.mmap(file.fileno(), _SIZE)

    def add(self, **more: float) -> None:
        with self._lock:
            if self._process != os.getpid():
                # A server that forks after it loaded: each child has a file of its own.
                self._open()
            found = list(struct.unpack_from(f"{len(NAMES)}d", self._figures))
            for name, figure in more.items():
                found[NAMES.index(name)] += figure
            struct.pack_into(f"{len(NAMES)}d", self._figures, 0, *found)


class CountingMiddleware:
    """The outermost: it counts what every other one takes, too."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        if not settings.METRICS_PORT:
            raise MiddlewareNotUsed
        self.get_response = get_response
        self._counts = Counts(settings.METRICS_DIR)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        began, queries = time.perf_counter(), _Queries()
        status = 500
        try:
            with connection.execute_wrapper(queries):
                response = self.get_response(request)
            status = response.status_code
            return response
        finally:
            took = time.perf_counter() - began
            within = next((bound for bound in BOUNDS if took <= bound), "+Inf")
            self._counts.add(
                **{f"answer:{status // 100}xx": 1, f"within:{within}": 1},
                seconds=took,
                queries=queries.many,
                query_seconds=queries.seconds,
            )


class _Queries:
    def __init__(self) -> None:
        self.many, self.seconds = 0, 0.0

    def __call__(
        self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any
    ) -> Any:
        began = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            self.many += 1
            self.seconds += time.perf_counter() - began


# --- added up ---------------------------------------------------------------------------------


def gathered(folder: Path) -> dict[str, float]:
    """The figures of every process, those that have ended included."""
    total = dict.fromkeys(NAMES, 0.0)
    for path in sorted(folder.glob("*.counts")):
        for name, figure in zip(NAMES, _read(path), strict=True):
            total[name] += figure
    return total


def tidy(folder: Path) -> None:
    """The figures of processes that have ended, as one file. Only whoever adds them up does it."""
    ended = [
        path
        for path in folder.glob("*.counts")
        if path.stem.isdecimal() and not Path(f"/proc/{path.stem}").exists()
    ]
    if not ended:
        return
    kept = folder / f"{_GONE}.counts"
    sums = _read(kept) if kept.exists() else (0.0,) * len(NAMES)
    for path in ended:
        sums = tuple(one + other for one, other in zip(sums, _read(path), strict=True))
    part = folder / f"{_GONE}.part"
    part.write_bytes(struct.pack(f"{len(NAMES)}d", *sums))
    part.replace(kept)
    for path in ended:
        path.unlink()


def _read(path: Path) -> tuple[float, ...]:
    data = path.read_bytes()
    if len(data) != _SIZE:
        return (0.0,) * len(NAMES)
    return struct.unpack(f"{len(NAMES)}d", data)


def requests_text(folder: Path) -> str:
    """What the processes counted, as Prometheus reads it."""
    found = gathered(folder)
    within = [found[f"within:{bound}"] for bound in (*BOUNDS, "+Inf")]
    buckets = zip((*BOUNDS, "+Inf"), accumulate(within), strict=True)
    return "".join(
        (
            metric(
                "taperplan_requests_total",
                "counter",
                "Requests answered, by class of answer.",
                ((f'{{answer="{name}"}}', found[f"answer:{name}"]) for name in ANSWERS),
            ),
            metric(
                "taperplan_request_seconds",
                "histogram",
                "How long a request took.",
                (
                    *((f'_bucket{{le="{bound}"}}', figure) for bound, figure in buckets),
                    ("_sum", found["seconds"]),
                    ("_count", sum(within)),
                ),
            ),
            metric(
                "taperplan_queries_total",
                "counter",
                "Statements sent to the database.",
                (("", found["queries"]),),
            ),
            metric(
                "taperplan_query_seconds_total",
                "counter",
                "Time spent waiting for the database.",
                (("", found["query_seconds"]),),
            ),
        )
    )


def metric(name: str, kind: str, about: str, samples: Iterable[tuple[str, float]]) -> str:
    lines = [f"# HELP {name} {about}", f"# TYPE {name} {kind}"]
    lines += [f"{name}{labels} {figure:g}" for labels, figure in samples]
    return "\n".join(lines) + "\n"
