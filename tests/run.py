"""`make test`, `make sweeps`, `make deep`: what runs where, and a word on what did not run.

`make test`: everything on SQLite, what touches a database on PostgreSQL, then a browser.
`make sweeps` (`--sweeps`): every page, width and state once more; `.ci/run` runs it too.
`make deep` (`--deep`): the long ones; the last result stays in `docs/evidence/deep.md`.
With REQUIRE_ALL set, something not run is a failure. Arguments are passed on to pytest.
"""

from __future__ import annotations

import contextlib
import os
import platform
import subprocess
import sys
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from tests.harness import chromium, postgres

QUICK = "not slow and not sweep"
ROOT = Path(__file__).resolve().parent.parent
EVIDENCE = ROOT / "docs" / "evidence" / "deep.md"
NOTHING_CHOSEN = 5
SAMPLE = 40


@dataclass
class Run:
    arguments: list[str]
    lines: list[str] = field(default_factory=list)
    failed: bool = False
    missing: list[str] = field(default_factory=list)

    def pytest(
        self, title: str, mark: str, database: str | None = None, **environment: str
    ) -> None:
        print(f"\n=== {title}", flush=True)
        began = time.monotonic()
        # A browser leaves time to a third, and so does what waits for servers and clocks.
        workers = "3" if mark.startswith(("browser", "slow", "(slow")) else "2"
        command = [sys.executable, "-m", "pytest", "-n", workers, "-m", mark, *self.arguments]
        if mark.startswith("browser") and not self.arguments:
            # Reading the other files takes longer than some of these tests.
            command += with_a_browser()
        environment = {**os.environ, **environment, "TEST_DATABASE_URL": database or ""}
        # Every worker reads the same files: what one has compiled serves the next.
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        process = subprocess.Popen(
            command, env=environment, cwd=ROOT, stdout=subprocess.PIPE, text=True
        )
        last = ""
        assert process.stdout is not None
        for line in process.stdout:
            print(line, end="", flush=True)
            last = line.strip() or last
        code = process.wait()
        # Nothing of this kind among what the arguments name.
        empty = code == NOTHING_CHOSEN and bool(self.arguments)
        self.failed = self.failed or (code != 0 and not empty)
        self.lines.append(f"{title}: {last} ({time.monotonic() - began:.0f} s in all)")

    def quick(self, database: str | None) -> None:
        self.pytest("SQLite", f"not browser and {QUICK}", FEWER_CASES="1")
        with database_or_own(database) as found:
            if found is None:
                self.missing.append(NO_POSTGRES)
            else:
                mark = f"database and not browser and not one_engine and {QUICK}"
                self.pytest("PostgreSQL", mark, found, FEWER_CASES="1")
            if chromium.executable() is None:
                self.missing.append(NO_CHROMIUM)
                return
            self.pytest("Chromium, on SQLite", f"browser and {QUICK}")
            if found is not None:
                mark = f"browser and both_engines and {QUICK}"
                self.pytest("Chromium, on PostgreSQL", mark, found)

    def sweeps(self, database: str | None) -> None:
        self.pytest("Sweeps on SQLite", "(sweep or property) and not browser")
        with database_or_own(database) as found:
            if found is None:
                self.missing.append(NO_POSTGRES)
            else:
                mark = "sweep and database and not browser and not one_engine"
                self.pytest("Sweeps on PostgreSQL", mark, found)
        if chromium.executable() is None:
            self.missing.append(NO_CHROMIUM)
        else:
            self.pytest("Sweeps, in Chromium", "browser and sweep")

    def deep(self, database: str | None) -> None:
        self.pytest("SQLite, long", "slow")
        with database_or_own(database) as found:
            if found is None:
                self.missing.append(NO_POSTGRES)
            else:
                mark = "(slow or one_engine) and database and not browser and not sweep"
                self.pytest("PostgreSQL, long", mark, found)
        self.plant_faults()

    def plant_faults(self) -> None:
        """A sample of what `python -m tests.mutation` plants; whole, it takes most of an hour."""
        title = f"Faults planted in the rules, each {SAMPLE}th"
        print(f"\n=== {title}", flush=True)
        began = time.monotonic()
        done = subprocess.run(
            [sys.executable, "-m", "tests.mutation", "--every", str(SAMPLE)],
            cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False,
        )  # fmt: skip
        print(done.stdout, end="", flush=True)
        self.failed = self.failed or done.returncode != 0
        *_modules, (_all, planted, noticed, share) = [
            [cell.strip() for cell in line.strip("|").split("|")]
            for line in done.stdout.splitlines()
            if line.startswith("| ")
        ] or [["all", "0", "0", "0"]]
        took = time.monotonic() - began
        self.lines.append(f"{title}: {noticed} of {planted} noticed, {share} % ({took:.0f} s)")

    def report(self) -> int:
        print("\n=== In short")
        for line in [*self.lines, *(f"NOT RUN: {reason}" for reason in self.missing)]:
            print(line)
        if self.missing and os.environ.get("REQUIRE_ALL"):
            print("REQUIRE_ALL is set, and something was not run: this is a failure.")
            return 1
        return int(self.failed)

    def keep(self) -> None:
        commit = subprocess.run(
            ["git", "rev-parse", "--short", "HEAD"],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        ).stdout.strip()
        EVIDENCE.parent.mkdir(parents=True, exist_ok=True)
        where = f"Python {platform.python_version()}, {os.cpu_count()} cores"
        lines = [
            "# The last run of `make deep`",
            "",
            f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, at {commit or 'no commit'}, {where}.",
            "",
            *(f"- {line}" for line in self.lines),
            *(f"- NOT RUN: {reason}" for reason in self.missing),
        ]
        EVIDENCE.write_text("\n".join(lines) + "\n", encoding="utf-8")


NO_POSTGRES = "PostgreSQL: no initdb found. Install PostgreSQL, or set TEST_DATABASE_URL."
NO_CHROMIUM = "Browser: no Chromium found. Install it, or set CHROMIUM."


def database_or_own(named: str | None) -> contextlib.AbstractContextManager[str | None]:
    """The PostgreSQL that is named, else one of our own, else none."""
    binaries = postgres.binaries()
    if named or binaries is None:
        return contextlib.nullcontext(named)
    # There a migrated database is made once and copied.
    os.environ["OWN_CLUSTER"] = "1"
    return postgres.throwaway(binaries)


def with_a_browser() -> list[str]:
    """The files whose tests ask for a page; `tests/harness/selection.py` sees none left out."""
    return [
        str(path.relative_to(ROOT))
        for path in sorted((ROOT / "tests").rglob("test_*.py"))
        if any(name in path.read_text(encoding="utf-8") for name in chromium.BROWSER_FIXTURES)
    ]


def main() -> int:
    asked = {"--deep", "--sweeps"}.intersection(sys.argv)
    run = Run([argument for argument in sys.argv[1:] if argument not in asked])
    database = os.environ.get("TEST_DATABASE_URL") or None
    if "--deep" in asked:
        run.deep(database)
        run.keep()
    elif "--sweeps" in asked:
        run.sweeps(database)
    else:
        run.quick(database)
    return run.report()


if __name__ == "__main__":
    sys.exit(main())
