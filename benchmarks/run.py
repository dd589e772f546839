"""The product beside a plain Django admin with the same data: medians and ratios, in one run.

    python -m benchmarks.run --patients 10000 [--folder DIR] [--only PART ...] [--write]
    python -m benchmarks.run --patients 100000 --folder LARGE --smaller DIR --only pages
    python -m benchmarks.run --patients 10000 --only pages --engine PostgreSQL

Two processes answer in turn, one request at a time, through their whole stack of middleware and
templates (the test client, so that no web server is measured): each round asks every page of
both once, so that a slow moment of the machine meets both. The databases in the folder are made
where they are missing and used again where they stand. With the folder of a smaller run the list of
patients is asked of both sizes in the same rounds. On PostgreSQL both are made anew, in one server
that waits for its disk as a clinic's does. Then a two-page handout beside plain platypus,
two workers beside two of the admin and of one with the product's libraries, a backup with its
verified restore, and eight people who write at once on either engine.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks import service

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    Table = tuple[tuple[str, str, str, float], ...]

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "benchmarks" / "RESULTS.md"
WARM = 2
SQLITE, POSTGRESQL = "SQLite", "PostgreSQL"
PARTS = ("pages", "papers", "workers", "backup", "writers")

# What is compared, with what, and the most that it may be.
TABLE: Table = (
    ("patient list, 50 rows", "list", "peer:list", 0.6),
    ("patient list, 50 rows, to an empty signed-in view", "list", "empty", 4.0),
    ("the same to an empty page in the frame of every page", "list", "framed", 4.0),
    ("search by part of a name", "search", "peer:search", 0.25),
    ("patient page, 20 check-ins", "page20", "peer:page20", 0.25),
    ("patient page, 60 check-ins", "page60", "peer:page60", 0.2),
    ("patient page, 500 check-ins, to one with 20", "page500", "page20", 1.3),
    ("saving a check-in, 5 symptoms", "save", "peer:save", 1.0),
)
SIZES: Table = (
    ("patient list, 50 rows, to its own time at the smaller size", "list", "small:list", 1.3),
)
# A search is held to its ratio where a clinic is large: a small one is read through in no time.
SEARCHED = 100_000


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


def environments(folder: Path, server: str = "") -> tuple[dict[str, str], dict[str, str]]:
    """With the databases in the folder, or those of PostgreSQL at `server`."""
    common = {"HTTPS": "false", "SECRET_KEY": "benchmark", "TRAIL_KEY": "benchmark"}
    ours = common | {
        "DATABASE_URL": f"{server}/ours" if server else f"sqlite:///{folder / 'ours.sqlite3'}",
        "DJANGO_SETTINGS_MODULE": "taperplan.settings",
        "STATICFILES_BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage",
        "STATIC_ROOT": str(ROOT / "taperplan" / "static"),
        "VAR_DIR": str(folder / "var"),
    }
    peer = common | {
        "PEER_DATABASE": f"{server}/peer" if server else str(folder / "peer.sqlite3"),
        "DJANGO_SETTINGS_MODULE": "benchmarks.peer.settings",
    }
    return ours, peer


@contextmanager
def sides(folder: Path, smaller: Path | None, engine: str) -> Iterator[dict[str, Side]]:
    with ExitStack() as stack:
        server = stack.enter_context(_server()) if engine == POSTGRESQL else ""
        ours, peer = environments(folder, server)
        made = {"": Side("asked_ours", ours), "peer:": Side("asked_peer", peer)}
        if smaller is not None:
            made["small:"] = Side("asked_ours", environments(smaller)[0])
        for side in made.values():
            stack.callback(side.close)
        yield made


@contextmanager
def _server() -> Iterator[str]:
    """A PostgreSQL of our own with two empty databases."""
    import psycopg

    from tests.harness import postgres

    binaries = postgres.binaries()
    if binaries is None:
        raise SystemExit("PostgreSQL is not installed here.")
    with postgres.cluster(binaries, durable=True) as made:
        with psycopg.connect(made.url, autocommit=True) as connection:
            connection.execute("CREATE DATABASE ours")
            connection.execute("CREATE DATABASE peer")
        yield made.url.rpartition("/")[0]


def main() -> None:
    parser = argparse.ArgumentParser(description="The product beside a plain Django admin.")
    parser.add_argument("--patients", type=int, default=10_000)
    parser.add_argument("--check-ins", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--writers", type=int, default=8)
    parser.add_argument("--saves", type=int, default=200, help="of each writer")
    parser.add_argument("--only", nargs="*", choices=PARTS, default=PARTS, help="all unless named")
    parser.add_argument("--folder", type=Path, help="where the databases stand; else a new one")
    parser.add_argument("--smaller", type=Path, help="the folder of a run with fewer patients")
    parser.add_argument(
        "--engine", choices=(SQLITE, POSTGRESQL), default=SQLITE, help="of the rows of pages"
    )
    parser.add_argument("--write", action="store_true", help="add the result to RESULTS.md")
    asked = parser.parse_args()
    if asked.engine == POSTGRESQL and (set(asked.only) != {"pages"} or asked.smaller):
        parser.error("on PostgreSQL the pages are asked alone: --only pages, without --smaller")
    began = time.monotonic()
    with ExitStack() as stack:
        folder = asked.folder or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        folder.mkdir(parents=True, exist_ok=True)
        lines = heading(asked)
        days: tuple[dict[str, Any], ...] = ()
        if {"pages", "backup", "workers"} & set(asked.only):
            with sides(folder, asked.smaller, asked.engine) as found:
                for side in found.values():
                    side.ask("fill", str(asked.patients), str(asked.check_ins))
                if "pages" in asked.only:
                    table = TABLE + (SIZES if asked.smaller else ())
                    lines += report(measured(found, table, asked.rounds), table, asked.patients)
                    if asked.engine == POSTGRESQL:
                        lines += ["", "What the server works is in the clock's figure alone."]
                days = (found[""].ask("day"), found["peer:"].ask("day"))
        lines += service_rows(asked, folder, days)
    lines += ["", f"All of it: {(time.monotonic() - began) / 60:.1f} minutes.", ""]
    text = "\n".join(lines)
    sys.stdout.write(text)
    if asked.write:
        with RESULTS.open("a", encoding="utf-8") as file:
            file.write("\n" + text)


def service_rows(asked: Any, folder: Path, days: tuple[dict[str, Any], ...]) -> list[str]:
    """The rows that are not of a page: what is measured, ours, beside it, the ratio or limit."""
    ours, peer = environments(folder)
    rows: list[tuple[str, str, str, str, bool]] = []
    work: Mapping[str, Callable[[], list[tuple[str, str, str, str, bool]]]] = {
        "papers": lambda: _papers(ours, asked.rounds),
        "workers": lambda: _workers(ours, peer, days, asked.rounds),
        "backup": lambda: _backup(ours, folder, asked),
        "writers": lambda: _writers(ours, asked),
    }
    for name, measure in work.items():
        if name in asked.only:
            rows += measure()
    if not rows:
        return []
    lines = ["", "| work | ours | beside it | at most | |", "|---|---|---|---|---|"]
    for words, mine, theirs, most, holds in rows:
        verdict = "holds" if holds else "**misses**"
        lines.append(f"| {words} | {mine} | {theirs} | {most} | {verdict} |")
    return lines


def _ratio(
    words: str, unit: str, mine: float, theirs: float, most: float
) -> tuple[str, str, str, str, bool]:
    ratio = mine / theirs
    return (
        words, f"{mine:.2f} {unit}", f"{theirs:.2f} {unit}, ratio {ratio:.2f}", f"{most}",
        ratio <= most,
    )  # fmt: skip


def _papers(ours: dict[str, str], rounds: int) -> list[tuple[str, str, str, str, bool]]:
    done = subprocess.run(  # noqa: S603  # our own module
        [sys.executable, "-m", "benchmarks.papers", str(max(rounds, 9))],
        env={**os.environ, **ours}, cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    found = json.loads(done.stdout)
    words = f"handout of {found['ours pages']:.0f} pages, tagged, to plain platypus"
    return [_ratio(words, "ms CPU", found["ours"], found["plain"], 1.5)]


def _workers(
    ours: dict[str, str], peer: dict[str, str], days: tuple[dict[str, Any], ...], rounds: int
) -> list[tuple[str, str, str, str, bool]]:
    found: dict[str, list[float]] = {}
    ready = service.DEPLOYED
    # Compiled before they run, as an installed site is; the first start of each is not counted.
    compiled = tempfile.mkdtemp()
    kept = {"PYTHONPYCACHEPREFIX": compiled, "PYTHONDONTWRITEBYTECODE": ""}
    deployed = kept | service.ONE_HEAP
    libraries = {"DJANGO_SETTINGS_MODULE": "benchmarks.peer.libraries"}
    day, peers_day = days
    admin = "benchmarks.peer.wsgi"
    sides = (
        ("ours", "taperplan.wsgi", "/account/sign-in/", ours | deployed, ready, day),
        ("bare", admin, "/admin/login/", peer | kept, (), peers_day),
        ("preloaded", admin, "/admin/login/", peer | deployed, ready, peers_day),
        ("libraries", admin, "/account/login/", peer | deployed | libraries, ready, peers_day),
    )
    for number in range(rounds + 1):
        for name, *how in sides if number % 2 else reversed(sides):
            told = service.start_and_memory(*how)
            for what, value in told.items() if number else ():
                found.setdefault(f"{name} {what}", []).append(value)
    shutil.rmtree(compiled)
    one = {name: statistics.median(values) for name, values in found.items()}
    rows = []
    for name, words in (
        ("bare", "an admin as gunicorn starts it"),
        ("preloaded", "an admin preloaded like ours"),
        ("libraries", "that admin with the product's libraries and nothing of it"),
    ):
        for what, unit, said, most in (
            ("memory", "MB", "memory of two web workers", 1.3),
            ("used", "MB", "the same after rounds of a day's pages", 1.3),
            ("start", "s", "cold start to the first page", 1.5),
            ("worked", "s CPU", "the same, the processor's time", 1.5),
        ):
            mine, theirs = one[f"ours {what}"], one[f"{name} {what}"]
            rows.append(_ratio(f"{said}, to {words}", unit, mine, theirs, most))
    return rows


def _backup(
    ours: dict[str, str], folder: Path, asked: Any
) -> list[tuple[str, str, str, str, bool]]:
    """Of the rows that the pages were measured with, and of as many on PostgreSQL."""
    from tests.harness import postgres

    rows = [_kept("SQLite", service.backup(ours, folder))]
    if (binaries := postgres.binaries()) is not None:
        with postgres.throwaway(binaries) as url:
            environment = {**ours, "DATABASE_URL": url, "VAR_DIR": str(folder / "postgresql")}
            service.seeded(environment, asked.patients, asked.check_ins)
            rows.append(_kept("PostgreSQL", service.backup(environment, folder)))
    return rows


def _kept(engine: str, found: dict[str, float]) -> tuple[str, str, str, str, bool]:
    whole = found["backup"] + found["verify"]
    said = f"{found['backup']:.0f} s + {found['verify']:.0f} s, {found['size']:.0f} MB"
    return f"backup and verified restore, {engine}", said, "", "5 minutes", whole <= 300


def _writers(ours: dict[str, str], asked: Any) -> list[tuple[str, str, str, str, bool]]:
    from tests.harness import postgres

    rows = []
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        urls = {"SQLite": f"sqlite:///{folder / 'writers.sqlite3'}"}
        if (binaries := postgres.binaries()) is not None:
            urls["PostgreSQL"] = stack.enter_context(postgres.throwaway(binaries))
        for engine, url in urls.items():
            environment = {**ours, "DATABASE_URL": url, "VAR_DIR": str(folder / engine)}
            found = service.writers(environment, many=asked.writers, saves=asked.saves)
            said = (
                f"{found['errors']:.0f} errors, {found['found']:,.0f} of "
                f"{found['promised']:,.0f} found, {found['seconds']:.0f} s"
            )
            holds = not found["errors"] and found["found"] == found["promised"]
            words = f"{asked.writers} writers, {asked.saves} saves each, {engine}"
            rows.append((words, said, "", "0 errors, 0 lost", holds))
    return rows


def measured(sides: Mapping[str, Side], table: Table, rounds: int) -> dict[str, list[float]]:
    found: dict[str, list[float]] = {}
    works = sorted({name for _words, *pair, _most in table for name in pair})
    for number in range(rounds + WARM):
        # Turn about, so that neither always has the other's heat.
        for work in works if number % 2 else reversed(works):
            side, _colon, name = work.rpartition(":")
            took = sides[f"{side}:" if side else ""].ask("time", name, str(number))
            if number >= WARM:
                found.setdefault(work, []).append(took["cpu"])
                found.setdefault(f"{work} wall", []).append(took["ms"])
                found.setdefault(f"{work} queries", []).append(took["queries"])
    return found


def heading(asked: Any) -> list[str]:
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
    title = f"{asked.patients:,} patients, {visits} check-ins, {asked.engine}"
    machine = f"{processor}, {os.cpu_count()} cores, Python {platform.python_version()}"
    return [
        f"## {datetime.now(UTC):%d %b %Y, %H:%M} UTC: {title}",
        "",
        f"{machine}, load average {load} as it began; {asked.rounds} interleaved rounds.",
    ]


def report(found: dict[str, list[float]], table: Table, patients: int) -> list[str]:
    lines = [
        "",
        "Medians of the processor's time, in ms, with the clock's on the wall in brackets. The",
        "ratio is of the processor's: on a machine that others use, the clock shows who waits.",
        "",
        "| work | ours | queries | beside it | queries | ratio | at most | |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for words, mine, theirs, most in table:
        ratio = _median(found, mine) / _median(found, theirs)
        cells = [words]
        for side in (mine, theirs):
            wall, queries = (_median(found, f"{side} {what}") for what in ("wall", "queries"))
            cells += [f"{_median(found, side):.1f} ({wall:.0f})", f"{queries:.0f}"]
        verdict = "holds" if ratio <= most else "**misses**"
        if mine == "search" and patients < SEARCHED:
            verdict = f"of {SEARCHED:,} patients"
        cells += [f"{ratio:.2f}", str(most), verdict]
        lines.append(f"| {' | '.join(cells)} |")
    return lines


def _median(found: dict[str, list[float]], what: str) -> float:
    return statistics.median(found[what])


if __name__ == "__main__":
    main()
