"""How much a long summary and a large batch take: CPU seconds and memory, printed as a table.

Run it with the settings of the tests, from the root of the repository:

    python benchmarks/paper.py

It makes a database of its own in a temporary folder and leaves nothing behind.
"""

from __future__ import annotations

import os
import resource
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from patients.models import Patient
    from plans.rules.schedule import Schedule
    from taperplan.accounts.models import Clinic, User

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))
STEPS, CHECK_INS, HANDOUTS = 60, 100, 200
NOW = datetime(2026, 11, 24, 10, 20, tzinfo=UTC)


def memory() -> float:
    """The most this process ever held, in MB."""
    unit = 1024 if sys.platform.startswith("linux") else 1
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6


def row(what: str, seconds: float, pages: str) -> None:
    sys.stdout.write(f"{what:<44} {seconds:>7.2f} s CPU {memory():>7.0f} MB  {pages}\n")


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        # Nobody's keys: the database is gone when this ends.
        os.environ.update(
            HTTPS="false", SECRET_KEY="benchmark", TRAIL_KEY="benchmark",  # noqa: S106
            DATABASE_URL=f"sqlite:///{folder}/benchmark.sqlite3",
            DJANGO_SETTINGS_MODULE="taperplan.settings",
        )  # fmt: skip
        import django

        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        call_command("createcachetable", verbosity=0)
        summary_of_a_long_course()
        batch()


def summary_of_a_long_course() -> None:
    from plans.documents import summary as paper
    from plans.presenters.paper import Printing
    from plans.presenters.summary import summary
    from plans.rules.paper import PageSize
    from taperplan.accounts.models import Clinic
    from tests.plans.signing import a_plan, published, sign
    from tests.plans.typing import ROUTINE, completed

    clinic = Clinic.objects.create(name="Benchmark Clinic", time_zone="UTC", demo=True)
    user = a_person(clinic)
    patient = a_patient(clinic, user)
    sign(a_plan(patient, user), longer(published("C")), user)
    for number in range(CHECK_INS):
        completed(
            patient, user,
            ROUTINE | {"s-tremor": "present", "s-tremor-severity": "mild"},
            now=NOW - timedelta(days=CHECK_INS - number),
        )  # fmt: skip
    printing = Printing(clinic=clinic, by=user, at=NOW, code="7K4MPQ9XRTCA")
    row("(before)", 0.0, "")
    for which in ("first", "second"):
        start = time.process_time()
        printed = paper.render(summary(patient, printing), page=PageSize.A4)
        taken = time.process_time() - start
        label = f"summary, {STEPS} steps, {CHECK_INS} check-ins, {which}"
        row(label, taken, f"{printed.pages} pages")


def longer(schedule: Schedule) -> Schedule:
    """The steps again and again, dated one after the other."""
    from dataclasses import replace

    first = schedule.steps[0].first_day
    steps = []
    for number in range(1, STEPS + 1):
        step = schedule.steps[(number - 1) % len(schedule.steps)]
        last = first + timedelta(days=6)
        steps.append(replace(step, key=f"s{number}", number=number, first_day=first, last_day=last))
        first = last + timedelta(days=1)
    return replace(schedule, steps=tuple(steps))


def a_person(clinic: Clinic) -> User:
    from tests.factories import somebody

    return somebody(clinic)


def a_patient(clinic: Clinic, user: User) -> Patient:
    from tests.factories import PatientFactory

    return PatientFactory(
        clinic=clinic, otto=True, number=f"B {uuid.uuid4().hex[:6]}", registered_by=user
    )


def batch() -> None:
    from plans.documents import bundle, handout
    from plans.rules.paper import PageSize, PrintSize
    from tests.plans.documents import samples

    def parts(count: int) -> Iterator[bundle.Part]:
        for number in range(count):
            sheet = samples.handout(3 + number % 10)
            printed = handout.render(sheet, page=PageSize.A4, size=PrintSize.STANDARD)
            yield bundle.Part(printed.content, f"Handout {number}")

    for count in (HANDOUTS // 10, HANDOUTS):
        start = time.process_time()
        pieces = bundle.bundled(parts(count), title="Handouts", author="Clinic", language="en")
        size = sum(len(piece) for piece in pieces)
        row(
            f"batch of {count} handouts, streamed",
            time.process_time() - start,
            f"{size / 1e6:.1f} MB",
        )


if __name__ == "__main__":
    main()
