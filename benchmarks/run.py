"""The product beside a plain Django admin with the same data: medians and ratios, in one run.

    python -m benchmarks.run --patients 10000 [--folder DIR] [--rounds 9] [--write]

Two processes answer in turn, one request at a time, through their whole stack of middleware and
templates (the test client, so that no web server is measured): each round asks every page of
both once, so that a slow moment of the machine meets both. The databases in the folder are made
where they are missing and used again where they stand.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "benchmarks" / "RESULTS.md"
WARM = 2

# What is compared, with what, and the most that it may be.
TABLE = (
    ("patient list, 50 rows", "list", "peer:list", 0.6),
    ("patient list, 50 rows, to an empty signed-in view", "list", "empty", 4.0),
    ("search by part of a name", "search", "peer:search", 0.25),
    ("patient page, 20 check-ins", "page20", "peer:page20", 0.25),
    ("patient page, 60 check-ins", "page60", "peer:page60", 0.2),
    ("saving a check-in, 5 symptoms", "save", "peer:save", 1.0),
)


class Side:
    """One process that answers what it is asked and says how long it took."""

    def __init__(self, name: str, environment: dict[str, str]) -> None:
        self._process = subprocess.Popen(  # noqa: S603  # our own modules
            [sys.executable, "-m", f"benchmarks.{name}"],
            env={**os.environ, **environment}, cwd=ROOT, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip

    def ask(self, *words: str) -> dict[str, Any]:
        assert self._process.stdin is not None  # noqa: S101
        assert self._process.stdout is not None  # noqa: S101
        self._process.stdin.write(json.dumps(words) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise SystemExit(f"{words} was not answered")
        found: dict[str, Any] = json.loads(line)
        return found

    def close(self) -> None:
        assert self._process.stdin is not None  # noqa: S101
        self._process.stdin.close()
        self._process.wait(30)


@contextmanager
def sides(folder: Path) -> Iterator[tuple[Side, Side]]:
    common = {"HTTPS": "false", "SECRET_KEY": "benchmark", "TRAIL_KEY": "benchmark"}
    ours = common | {
        "DATABASE_URL": f"sqlite:///{folder / 'ours.sqlite3'}",
        "DJANGO_SETTINGS_MODULE": "taperplan.settings",
        "STATICFILES_BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage",
        "STATIC_ROOT": str(ROOT / "taperplan" / "static"),
    }
    peer = common | {
        "PEER_DATABASE": str(folder / "peer.sqlite3"),
        "DJANGO_SETTINGS_MODULE": "benchmarks.peer.settings",
    }
    with ExitStack() as stack:
        made = [Side("asked_ours", ours), Side("asked_peer", peer)]
        for side in made:
            stack.callback(side.close)
        yield made[0], made[1]


def main() -> None:
    parser = argparse.ArgumentParser(description="The product beside a plain Django admin.")
    parser.add_argument("--patients", type=int, default=10_000)
    parser.add_argument("--check-ins", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--folder", type=Path, help="where the databases stand; else a new one")
    parser.add_argument("--write", action="store_true", help="add the result to RESULTS.md")
    asked = parser.parse_args()
    with ExitStack() as stack:
        folder = asked.folder or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        folder.mkdir(parents=True, exist_ok=True)
        with sides(folder) as (ours, peer):
            for side in (ours, peer):
                side.ask("fill", str(asked.patients), str(asked.check_ins))
            text = report(measured(ours, peer, asked.rounds), ours, peer, asked)
    sys.stdout.write(text)
    if asked.write:
        with RESULTS.open("a", encoding="utf-8") as file:
            file.write("\n" + text)


def measured(ours: Side, peer: Side, rounds: int) -> dict[str, list[float]]:
    found: dict[str, list[float]] = {}
    works = sorted({name for _words, *pair, _most in TABLE for name in pair})
    for number in range(rounds + WARM):
        # Turn about, so that neither always has the other's heat.
        for work in works if number % 2 else reversed(works):
            side = peer if work.startswith("peer:") else ours
            took = side.ask("time", work.removeprefix("peer:"), str(number))
            if number >= WARM:
                found.setdefault(work, []).append(took["cpu"])
                found.setdefault(f"{work} wall", []).append(took["ms"])
                found.setdefault(f"{work} queries", []).append(took["queries"])
    return found


def report(found: dict[str, list[float]], ours: Side, peer: Side, asked: Any) -> str:
    processor = next(
        (
            line.split(":", 1)[1].strip()
            for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
            if line.startswith("model name")
        ),
        platform.processor(),
    )
    load = ", ".join(f"{one:.1f}" for one in os.getloadavg())
    visits = f"{asked.patients * asked.check_ins:,}"
    title = f"{asked.patients:,} patients, {visits} check-ins, SQLite"
    machine = f"{processor}, {os.cpu_count()} cores, Python {platform.python_version()}"
    lines = [
        f"## {datetime.now(UTC):%d %b %Y, %H:%M} UTC: {title}",
        "",
        f"{machine}, load average {load}; {asked.rounds} interleaved rounds.",
        "",
        "Medians of the processor's time, in ms, with the clock's on the wall in brackets. The",
        "ratio is of the processor's: on a machine that others use, the clock shows who waits.",
        "",
        "| work | ours | queries | beside it | queries | ratio | at most | |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for words, mine, theirs, most in TABLE:
        ratio = _median(found, mine) / _median(found, theirs)
        cells = [words]
        for side in (mine, theirs):
            wall, queries = (_median(found, f"{side} {what}") for what in ("wall", "queries"))
            cells += [f"{_median(found, side):.1f} ({wall:.0f})", f"{queries:.0f}"]
        cells += [f"{ratio:.2f}", str(most), "holds" if ratio <= most else "**misses**"]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _median(found: dict[str, list[float]], what: str) -> float:
    return statistics.median(found[what])


if __name__ == "__main__":
    main()
