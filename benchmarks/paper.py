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
        addresses()
        summary_of_a_long_course()
        batch()


def addresses() -> None:
    """What a server imports with the first requests for its pages; no print pays for it."""
    from taperplan import rooms

    start = time.process_time()
    rooms.open_all()
    row("(once, with the first requests: what answers them)", time.process_time() - start, "")


def summary_of_a_long_course() -> None:
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
        # As in the product: the first who prints loads what sets paper.
        from plans.documents import summary as paper

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
    """This week's handouts as a clinic prints them: each made from its rows, kept with its bytes,
    disclosed and written into the trail while the file goes out piece by piece."""
    from plans.actions.document import print_week
    from plans.presenters.week import week_of
    from plans.rules.paper import PageSize, PrintSize
    from taperplan.accounts.models import Clinic
    from tests.plans.signing import a_plan, published, sign

    for count in (HANDOUTS // 10, HANDOUTS):
        clinic = Clinic.objects.create(name=f"Clinic of {count}", time_zone="UTC", demo=True)
        user = a_person(clinic)
        schedule = published("C")
        for _number in range(count):
            sign(a_plan(a_patient(clinic, user), user), schedule, user)
        week = week_of(user, schedule.steps[1].first_day)
        start, before, size, pieces = time.process_time(), memory(), 0, 0
        for piece in print_week(
            key=uuid.uuid4(), week=week, page=PageSize.A4, size=PrintSize.STANDARD,
            clinic=clinic, now=NOW, by=user,
        ):  # fmt: skip
            size += len(piece)
            pieces += 1
        row(
            f"this week's {len(week.printed)} handouts, kept and streamed",
            time.process_time() - start,
            f"{size / 1e6:.1f} MB in {pieces} pieces, memory +{memory() - before:.1f} MB",
        )


if __name__ == "__main__":
    main()
