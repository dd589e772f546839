"""Twelve processes that write to one SQLite file at once, as a clinic's server would at worst.

Run as `python -m tests.journeys.storm FOLDER ROUNDS`; prints what happened as JSON.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import sys
import time
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

PROCESSES = 12


def main(folder: Path, rounds: int) -> dict[str, Any]:
    os.environ["TEST_DATABASE_URL"] = f"sqlite:///{folder / 'storm.sqlite3'}"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "taperplan.settings")
    import django

    import tests.environment  # noqa: F401  (before Django reads its settings)

    django.setup()
    from django.core.management import call_command
    from django.db import connections

    from patients.models import Patient
    from taperplan.accounts.models import Clinic, Membership, User
    from taperplan.audit import append_only, trail
    from taperplan.audit.models import AuditEvent

    call_command("migrate", verbosity=0, interactive=False)
    clinic = Clinic.objects.create(name="Storm Test Clinic", time_zone="Europe/Berlin", demo=True)
    user = User.objects.create_user(email="clare@storm.example", name="Clare Exampleton")
    Membership.objects.create(user=user, clinic=clinic, prescriber=True)
    # Nothing of this process's connection may live on in the others.
    connections.close_all()

    fork = multiprocessing.get_context("fork")
    outcomes: Any = fork.Queue()
    writers = [
        fork.Process(target=_write, args=(number, rounds, user.pk, clinic.pk, outcomes))
        for number in range(PROCESSES)
    ]
    began = time.monotonic()
    for writer in writers:
        writer.start()
    failures = [failure for _ in writers for failure in outcomes.get(timeout=300)]
    for writer in writers:
        writer.join()
    return {
        "expected": PROCESSES * rounds,
        "registered": Patient.objects.count(),
        "trail": AuditEvent.objects.count(),
        "faults": [list(fault) for fault in trail.faults()],
        "missing": append_only.missing(connections["default"]),
        "failures": failures,
        "seconds": round(time.monotonic() - began, 1),
    }


def _write(number: int, rounds: int, user_key: Any, clinic_key: Any, outcomes: Any) -> None:
    from django.db import connections

    from patients import actions
    from patients.identity import Identity
    from taperplan.accounts.models import Clinic, Membership

    failures = []
    for turn in range(rounds):
        try:
            membership = Membership.objects.current_for(user_key)
            assert membership is not None
            actions.register(
                clinic=Clinic.objects.get(pk=clinic_key),
                token=uuid4(),
                identity=Identity(
                    family_name=f"Sample {number}",
                    given_names=f"Otto {turn}",
                    born=date(1956, 11, 21),
                ),
                now=datetime.now(UTC),
                by=membership.user,
            )
        except Exception as error:  # noqa: BLE001  (whatever it is, it is told)
            failures.append(f"{type(error).__name__}: {error}")
    connections.close_all()
    outcomes.put(failures)


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]), int(sys.argv[2]))))
