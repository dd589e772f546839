"""How long it takes to find a patient among many, on SQLite: each search of the page and of the
list that opens while one types, on a database that this script fills itself.

    python benchmarks/search.py [patients]

The figures are in `benchmarks/search.md`.
"""

from __future__ import annotations

import os
import random
import statistics
import sys
import tempfile
import time
import uuid
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from taperplan.accounts.models import User

BEGINNINGS = ("Sam", "Fix", "Dum", "Mock", "Plac", "Spec", "Tri", "Dem", "Fac", "Nul")
ENDINGS = ("ple", "ture", "my", "up", "ebo", "imen", "al", "o", "simile", "lwert")
FAMILIES = [beginning + ending for beginning in BEGINNINGS for ending in ENDINGS]
GIVEN = ("Otto", "Zoë", "Albert", "Inés", "Ruth", "Leo", "Hanna", "Nora", "Łukasz", "Ærø", "Jan")
SEARCHES = [
    "otto", "o", "sample otto", "OTTO sam", "zoe", "lukasz dumup", "21 Nov 1956", "1956-11-21",
    "21.11.1956 otto", "N0004217", "555-0142", "nobody of this name", "qqq",
]  # fmt: skip
TIMES = 5
ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main(many: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        os.environ.update(
            DJANGO_SETTINGS_MODULE="taperplan.settings", HTTPS="false", SECRET_KEY="benchmark",  # noqa: S106
            TRAIL_KEY="benchmark", DATABASE_URL=f"sqlite:///{Path(folder) / 'search.sqlite3'}",
        )  # fmt: skip
        import django

        django.setup()
        from django.core.management import call_command
        from django.db import connection

        from taperplan.measuring import measure as measure_tables

        call_command("migrate", verbosity=0)
        user = fill(many)
        measure_tables(connection)
        say(f"{many} patients; milliseconds of CPU, median of {TIMES} and the most\n")
        say("| typed | found | suggestions | page |\n|---|---|---|---|")
        for text in SEARCHES:
            measure(user, text)


def fill(many: int) -> User:
    from patients.identity import digits, name_search, squeezed
    from patients.models import Patient, RecordNumber
    from taperplan.accounts.models import Clinic, Membership, User

    clinic = Clinic.objects.create(name="Benchmark", time_zone="Europe/Berlin")
    user = User.objects.create_user(email="clare@benchmark.example", name="Clare Exampleton")
    user.membership = Membership.objects.create(user=user, clinic=clinic, prescriber=True)
    chance, now = random.Random(7), datetime(2026, 11, 24, 9, tzinfo=UTC)  # noqa: S311
    for start in range(0, many, 5000):
        people, numbers = [], []
        for place in range(start, min(start + 5000, many)):
            family, given = chance.choice(FAMILIES), chance.choice(GIVEN)
            phone = f"555-{place:07d}"
            person = Patient(
                id=uuid.UUID(int=chance.getrandbits(128)), clinic=clinic, family_name=family,
                given_names=given, born=date(1930, 1, 1) + timedelta(days=chance.randrange(29000)),
                phone=phone, name_search=name_search(family, given), phone_search=digits(phone),
                registered_at=now, registered_by=user,
                changed_at=now - timedelta(minutes=place),
            )  # fmt: skip
            people.append(person)
            number = f"N{place:07d}"
            numbers.append(
                RecordNumber(
                    patient=person, clinic=clinic, number=number, number_search=squeezed(number),
                    recorded_at=now, recorded_by=user,
                )
            )  # fmt: skip
        Patient.objects.bulk_create(people)
        RecordNumber.objects.bulk_create(numbers)
    return user


def measure(user: User, text: str) -> None:
    from patients import access

    def spent(search: object) -> tuple[str, int]:
        taken, found = [], 0
        for _time in range(TIMES):
            begin = time.process_time()
            found = len(search())  # type: ignore[operator]
            taken.append((time.process_time() - begin) * 1000)
        return f"{statistics.median(taken):.0f}, {max(taken):.0f}", found

    few, _shown = spent(lambda: access.suggested(user, text))
    page, _rows = spent(lambda: access.find(user, text).rows)
    found = access.find(user, text)
    count = f"more than {found.count}" if found.more else f"{found.count}"
    say(f"| `{text}` | {count} | {few} | {page} |")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
