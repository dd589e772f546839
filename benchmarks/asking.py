"""What both sides of a benchmark do: answer one question a line, with how long it took."""

from __future__ import annotations

import json
import sys
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


class Queries:
    def __init__(self) -> None:
        self.many = 0

    def __call__(
        self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any
    ) -> Any:
        self.many += 1
        return execute(sql, params, many, context)


def as_a_browser(form: Mapping[str, str]) -> tuple[str, str]:
    """What a form without a file is sent as, and how that is called; the test client's own way is
    that of a form with files."""
    return urlencode(form), "application/x-www-form-urlencoded"


def shown(client: Any) -> None:
    """A browser follows where saving leads, and that page takes the words away that say so; else
    they would add up, a cookie of more words with every save."""
    client.cookies.pop("messages", None)


def told(done: int) -> None:
    sys.stderr.write(f"\r{done:>9,} patients")
    sys.stderr.flush()


def timed(work: Callable[[int], Any], number: int) -> dict[str, float]:
    """`work` gives what is to be timed once it has what it needs, and checks the answer after."""
    from django.db import connection

    queries = Queries()
    act, check = work(number)
    with connection.execute_wrapper(queries):
        began, worked = time.perf_counter(), time.process_time()
        answer = act()
        took, work_of_it = time.perf_counter() - began, time.process_time() - worked
    check(answer)
    return {"ms": took * 1000, "cpu": work_of_it * 1000, "queries": queries.many}


def serve(
    fill: Callable[[int, int], None],
    works: Callable[[], Mapping[str, Any]],
    day: Callable[[], Mapping[str, Any]],
) -> None:
    """`day`: the cookies of somebody who is signed in, and the pages that they open."""
    ready: Mapping[str, Any] = {}
    for line in sys.stdin:
        what, *words = json.loads(line)
        if what == "fill":
            fill(int(words[0]), int(words[1]))
            answer: Mapping[str, Any] = {}
        elif what == "day":
            answer = day()
        else:
            ready = ready or works()
            answer = timed(ready[words[0]], int(words[1]))
        sys.stdout.write(json.dumps(dict(answer)) + "\n")
        sys.stdout.flush()
