"""What a page view's row in the trail costs, beside one plain row inserted and committed in turn.

Run it from the root of the repository; with a PostgreSQL of your own in DATABASE_URL, or on a
SQLite file in a temporary folder:

    python benchmarks/trail.py
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
import uuid
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))
ROUNDS = 500


def timed(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return (time.perf_counter() - began) * 1e3


def measure() -> None:
    from django.core.management import call_command
    from django.db import connection, transaction

    from patients.models import Patient
    from taperplan.accounts.models import Clinic, Membership, User
    from taperplan.audit import journal, trail
    from taperplan.audit.verbs import Verb

    call_command("migrate", verbosity=0)
    clinic = Clinic.objects.create(name="Northfield Test Clinic", time_zone="Europe/Berlin")
    user = User.objects.create_user(email=f"{uuid.uuid4()}@northfield.example", name="Clare")
    Membership.objects.create(user=user, clinic=clinic, prescriber=True)
    now = datetime.now(UTC)
    patient = Patient.objects.create(
        clinic=clinic, family_name="Sample", given_names="Otto", name_search=" otto sample",
        born=date(1970, 4, 3), registered_at=now, registered_by=user, changed_at=now,
    )  # fmt: skip
    assert user.membership is not None  # noqa: S101
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE plain_row (id integer PRIMARY KEY, said varchar(300))")

    def plain(number: int) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("INSERT INTO plain_row VALUES (%s, %s)", [number, "x" * 250])

    def viewed() -> None:
        detail = {"page": "plans:patient"}
        journal.record_read(Verb.VIEWED, patient, patient=patient, detail=detail, by=user)

    for number in range(-20, 0):
        plain(number)
        viewed()
    pairs = [(timed(lambda n=n: plain(n)), timed(viewed)) for n in range(ROUNDS)]
    row, of_trail = (statistics.median(some) for some in zip(*pairs, strict=True))
    whole = not list(trail.faults())
    sys.stdout.write(
        f"{connection.vendor}: plain row {row:.2f} ms, row of the trail {of_trail:.2f} ms, "
        f"{of_trail / row:.2f} times; {ROUNDS} of each in turn, medians; whole: {whole}\n"
    )


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        os.environ.setdefault("DATABASE_URL", f"sqlite:///{folder}/trail.sqlite3")
        os.environ.setdefault("VAR_DIR", folder)
        for name in ("SECRET_KEY", "TRAIL_KEY"):
            os.environ.setdefault(name, "only for measuring")
        os.environ.setdefault("HTTPS", "false")
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "taperplan.settings")
        import django

        django.setup()
        measure()
