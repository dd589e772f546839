"""How long `$everything` of a ten-year patient takes, and how much memory: asked as a program asks.

Run it with the settings of the tests, from the root of the repository:

    python -m benchmarks.everything

It makes a database of its own in a temporary folder and leaves nothing behind. With
`--profile`, where the time goes instead.
"""

from __future__ import annotations

import cProfile
import os
import pstats
import resource
import sys
import tempfile
import time
import uuid
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from patients.models import Patient
    from taperplan.accounts.models import User

VERSIONS, YEARS, TIMES = 40, 10, 5
NOW = datetime(2026, 11, 24, 10, 20, tzinfo=UTC)


def memory() -> float:
    """The most this process ever held, in MB."""
    unit = 1024 if sys.platform.startswith("linux") else 1
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        # Nobody's keys: the database is gone when this ends.
        os.environ.update(
            HTTPS="false", SECRET_KEY="benchmark", TRAIL_KEY="benchmark",  # noqa: S106
            DATABASE_URL=f"sqlite:///{folder}/benchmark.sqlite3",
            DJANGO_SETTINGS_MODULE="taperplan.settings", STATIC_ROOT=folder,
        )  # fmt: skip
        import django
        from django.test.utils import setup_test_environment

        django.setup()
        setup_test_environment()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        call_command("createcachetable", verbosity=0)
        patient, key = filled()
        # What a server loads once.
        asked(patient, key)
        if "--profile" in sys.argv:
            profile = cProfile.Profile()
            profile.runcall(asked, patient, key)
            pstats.Stats(profile, stream=sys.stdout).sort_stats("tottime").print_stats(35)
            return
        sys.stdout.write(f"load average {', '.join(f'{one:.1f}' for one in os.getloadavg())}\n\n")
        sys.stdout.write("| resources | MB | CPU s | wall s | first piece after | peak grew by |\n")
        sys.stdout.write("|---|---|---|---|---|---|\n")
        for _turn in range(TIMES):
            sys.stdout.write(asked(patient, key) + "\n")


def filled() -> tuple[Patient, str]:
    """A patient with a plan of forty versions and a check-in in each week of ten years."""
    from django.db import transaction

    from patients.vocabulary import Ground
    from plans.actions import access_key
    from plans.rules.exchange import WHOLE
    from taperplan.accounts.models import Membership
    from tests import factories
    from tests.judges import seeded
    from tests.plans.typing import ROUTINE, completed

    by: User = seeded.clinic()
    Membership.objects.filter(user=by).update(administrator=True)
    by.refresh_from_db()
    clinic = by.clinic
    if clinic is None:
        raise RuntimeError("the clinic was not made")
    answers: dict[str, str] = {**ROUTINE, "v-pulse": "92", "note": "Slept badly twice, walked."}
    for symptom in ("tremor", "insomnia", "anxiety", "nausea", "dizziness"):
        answers |= {f"s-{symptom}": "present", f"s-{symptom}-severity": "mild"}
    with transaction.atomic():
        patient: Patient = factories.PatientFactory(clinic=clinic, otto=True)
        plan = factories.signed_plan(patient, by)
        for number in range(VERSIONS - 1):
            day = datetime(2026, 12, 1, tzinfo=UTC) + timedelta(days=number)
            factories.next_version(plan, by, in_force_from=f"{day.day} {day:%b} {day.year}")
        for week in range(YEARS * 52):
            completed(patient, by, answers, now=NOW - timedelta(weeks=week + 1))
    reach = access_key.Reach(
        "Southfield", WHOLE, Ground.TREATMENT, "shared care", NOW + timedelta(days=30)
    )
    key = access_key.issue(
        token=uuid.uuid4(), clinic=clinic, reach=reach, answers_for=by, now=NOW, by=by
    )
    return patient, key


def asked(patient: Patient, key: str) -> str:
    from django.test import Client

    before, wall, cpu = memory(), time.perf_counter(), time.process_time()
    response: Any = Client().get(
        f"/fhir/Patient/{patient.pk}/$everything", headers={"Authorization": f"Bearer {key}"}
    )
    size = many = 0
    first = 0.0
    for piece in response.streaming_content:
        first = first or time.perf_counter() - wall
        size += len(piece)
        many += piece.count(b'"fullUrl"')
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    return (
        f"| {many:,} | {size / 1e6:.1f} | {cpu:.2f} | {wall:.2f} | {first:.3f} s "
        f"| {memory() - before:.1f} MB |"
    )


if __name__ == "__main__":
    main()
