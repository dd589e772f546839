"""A clinic's existing patients taken in from a table, killed twice on the way, and run to its end.

    python -m benchmarks.importing --rows 100000

On a new SQLite file in a temporary folder, by the command that a site uses. The first two runs are
ended with SIGKILL while they register; the third goes on from there, and those whom it holds as
perhaps the same person are decided as new. Then everybody is counted: each row of the table is one
patient and none is there twice. Writes benchmarks/import.md.
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import os
import platform
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from benchmarks.seed import SYLLABLES

ROOT = Path(__file__).resolve().parent.parent
TOLD = ROOT / "benchmarks" / "import.md"
BY = "clare@northfield.example"
KILLS = 2
_PEOPLE = (
    "from patients.models import Patient, RecordNumber as N;"
    "n = N.objects.filter(number__startswith='IMPORT');"
    "print(Patient.objects.filter(numbers__in=n).distinct().count(),"
    " n.values('number').distinct().count(), n.count())"
)


def table(file: Path, rows: int) -> None:
    chance = random.Random(9)  # noqa: S311  # synthetic names, no secret
    with file.open("w", encoding="utf-8", newline="") as opened:
        written = csv.writer(opened)
        written.writerow(["surname", "first name", "date of birth", "sex", "phone", "number"])
        for number in range(rows):
            born = date(1930, 1, 1) + timedelta(days=chance.randrange(80 * 365))
            family, given = ("".join(chance.choices(SYLLABLES, k=k)).capitalize() for k in (4, 3))
            written.writerow(
                [
                    family, given, born.isoformat(),
                    chance.choice(["female", "male"]), f"555-{number:07d}", f"IMPORT {number:06d}",
                ]
            )  # fmt: skip


def manage(environment: dict[str, str], *words: str) -> str:
    done = subprocess.run(  # noqa: S603  # our own command
        [sys.executable, "manage.py", *words],
        env=environment, cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise SystemExit(done.stdout[-2000:] + done.stderr[-2000:])
    return done.stdout


def people(environment: dict[str, str]) -> tuple[int, int, int]:
    """Patients of the table, different numbers, and numbers."""
    said = manage(environment, "shell", "--no-imports", "-c", _PEOPLE)
    patients, numbers, all_of_them = map(int, said.split()[-3:])
    return patients, numbers, all_of_them


def numbered(environment: dict[str, str]) -> int:
    """How many numbers of the table are there, asked beside the run that writes them."""
    file = environment["DATABASE_URL"].removeprefix("sqlite:///")
    with contextlib.closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as beside:
        asked = "SELECT count(*) FROM patients_recordnumber WHERE number LIKE 'IMPORT%'"
        return int(beside.execute(asked).fetchone()[0])


def killed(environment: dict[str, str], words: tuple[str, ...], at: int) -> int:
    """A run that is ended hard once so many are registered; how many then are."""
    run = subprocess.Popen(  # noqa: S603  # our own command
        [sys.executable, "manage.py", *words],
        env=environment, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    while run.poll() is None and numbered(environment) < at:
        time.sleep(0.05)
    if run.poll() is not None:
        raise SystemExit(f"ended by itself with {run.returncode}")
    run.send_signal(signal.SIGKILL)
    run.wait()
    return people(environment)[0]


def decided(file: Path) -> tuple[str, ...]:
    """Whoever may be somebody who is there already, decided by a person: each is new."""
    held = file.with_name(f"{file.stem}.held.csv")
    if not held.exists():
        return ()
    to = file.with_name("decided.csv")
    with held.open(encoding="utf-8-sig", newline="") as read, to.open("w", newline="") as written:
        rows = csv.reader(read)
        out = csv.writer(written)
        out.writerow(next(rows))
        out.writerows([*row[:-1], "new"] for row in rows)
    return "--decisions", str(to)


def main() -> None:
    parser = argparse.ArgumentParser(description="An import, killed twice and run to its end.")
    parser.add_argument("--rows", type=int, default=100_000)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        environment = {
            **os.environ, "HTTPS": "false", "SECRET_KEY": "benchmark", "TRAIL_KEY": "benchmark",
            "DATABASE_URL": f"sqlite:///{folder / 'import.sqlite3'}", "VAR_DIR": str(folder),
        }  # fmt: skip
        for words in (("migrate", "--verbosity", "0"), ("createcachetable",), ("load_demo",)):
            manage(environment, *words)
        file = folder / "patients.csv"
        table(file, asked.rows)
        words = ("import_patients", str(file), "--by", BY)
        began = time.monotonic()
        manage(environment, *words)
        looked = time.monotonic() - began
        began = time.monotonic()
        stood = [
            killed(environment, (*words, "--write"), asked.rows * n // (KILLS + 1))
            for n in range(1, KILLS + 1)
        ]
        said = manage(environment, *words, "--write")
        decisions = decided(file)
        manage(environment, *words, "--write", *decisions)
        took = time.monotonic() - began
        patients, numbers, all_of_them = people(environment)
        if not patients == numbers == all_of_them == asked.rows:
            raise SystemExit(f"{patients} patients, {numbers} numbers of {all_of_them}")
        if any(one % 200 for one in stood):
            raise SystemExit(f"a batch came in by half: {stood}")
        manage(environment, *words, "--write", *decisions)
        again = people(environment)[0] - patients
    if again:
        raise SystemExit(f"{again} were registered once more")
    line = next(line for line in said.splitlines() if " rows:" in line)
    made = f"{datetime.now(UTC):%d %b %Y, %H:%M} UTC"
    machine = f"{os.cpu_count()} cores (Python {platform.python_version()}"
    load = f"load average {os.getloadavg()[0]:.1f} at the end"
    here = ", ".join(f"{one:,}" for one in stood)
    speed = f"{asked.rows / took:,.0f} a second"
    TOLD.write_text(
        f"""# {asked.rows:,} existing patients from a table

`python -m benchmarks.importing --rows {asked.rows}`, {made}, SQLite, one machine with
{machine}, {load}).

| | |
|---|---|
| looked through, nothing written | {looked:.0f} s |
| written, with {KILLS} runs ended by SIGKILL on the way | {took:.0f} s, {speed} |
| patients there when it was killed | {here}: whole batches of 200 |
| what the last run said | {line} |
| there at the end | {patients:,} patients with {numbers:,} numbers, none twice |
| the same file once more | nobody is registered |
""",
        encoding="utf-8",
    )


if __name__ == "__main__":
    main()
