"""The peer's rows: the same number of patients, check-ins and symptoms, in its own database."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from benchmarks.seed import FULLER, GIVEN, SYLLABLES

if TYPE_CHECKING:
    from collections.abc import Callable

AT_ONCE = 1000
SYMPTOMS = ("tremor", "nausea", "insomnia")
LAST = datetime.fromisoformat("2026-11-20T09:00:00+00:00")


def fill(*, patients: int, check_ins: int, told: Callable[[int], None]) -> None:
    from django.contrib.auth.models import User
    from django.core.management import call_command
    from django.core.management.color import no_style
    from django.db import connection, transaction

    from benchmarks.peer.records.models import CheckIn, Patient, Plan, Step, Symptom

    call_command("migrate", run_syncdb=True, verbosity=0)
    User.objects.create_superuser("peer", password="peer")  # noqa: S106
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA synchronous=OFF")
    chance = random.Random(9)  # noqa: S311
    plan_key = step_key = visit_key = symptom_key = 0
    for first in range(0, patients, AT_ONCE):
        rows: dict[type, list[object]] = {m: [] for m in (Patient, Plan, Step, CheckIn, Symptom)}
        for number in range(first, min(first + AT_ONCE, patients)):
            family = "".join(chance.choices(SYLLABLES, k=chance.randint(2, 4))).capitalize()
            key = number + 1
            rows[Patient].append(
                Patient(
                    pk=key, family_name=family, given_names=chance.choice(GIVEN),
                    born=date(1930, 1, 1) + timedelta(days=chance.randrange(29000)),
                    number=f"SEED {number:07d}", phone=f"555-{number:07d}", changed_at=LAST,
                )
            )  # fmt: skip
            plan_key += 1
            rows[Plan].append(Plan(pk=plan_key, patient_id=key, title="Taper", state="active"))
            for step in range(6):
                step_key += 1
                rows[Step].append(
                    Step(
                        pk=step_key, plan_id=plan_key, product="Examplazolam 1 mg", slot="bedtime",
                        first_day=date(2026, 9, 1) + timedelta(days=14 * step),
                        quantity=Decimal("0.5"),
                    )
                )  # fmt: skip
            for back in range(check_ins * (3 if number < FULLER else 1)):
                visit_key += 1
                rows[CheckIn].append(
                    CheckIn(
                        pk=visit_key, patient_id=key, happened_at=LAST - timedelta(days=7 * back),
                        how="phone", decision="continue",
                    )
                )  # fmt: skip
                for name in SYMPTOMS:
                    symptom_key += 1
                    rows[Symptom].append(
                        Symptom(pk=symptom_key, check_in_id=visit_key, key=name, severity="mild")
                    )
        with transaction.atomic():
            for model, made in rows.items():
                model._default_manager.bulk_create(made)  # type: ignore[attr-defined]
        told(min(first + AT_ONCE, patients))
    written = (Patient, Plan, Step, CheckIn, Symptom)
    with connection.cursor() as cursor:
        # Rows came with keys of their own: PostgreSQL counts on from the last.
        for statement in connection.ops.sequence_reset_sql(no_style(), written):
            cursor.execute(statement)
        cursor.execute("ANALYZE")
