"""Every stored figure and date of a record is changed, one at a time, and every paper made again:
what differs stands where that figure belongs, and nothing else differs.

Where each figure belongs is kept in `tests/golden/traced.txt`, to be read by a person: a column,
the paper, the places. `WRITE_GOLDEN=1` writes it anew. A figure that is on no paper stands there
too, as "on no paper".
"""

from __future__ import annotations

import dataclasses
import os
import re
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, models, transaction

from patients.models import Patient
from plans.models import AsNeeded, AsNeededSupply, Collection, FollowUp, Supply, Version
from plans.presenters.diary import diary
from plans.presenters.handout import handout
from plans.presenters.handover import handover
from plans.presenters.paper import Printing
from plans.presenters.summary import summary
from plans.presenters.supply_sheet import supply_sheet
from taperplan.accounts.models import Clinic, User
from tests.factories import OtherMedicineFactory, PatientFactory, SharedDecisionFactory
from tests.plans.presenters.test_traced import FIRST, many
from tests.plans.signing import a_plan, sign
from tests.plans.typing import ROUTINE, SEIZURE, completed, keep

pytestmark = [pytest.mark.django_db, pytest.mark.slow, pytest.mark.one_engine]
NOW = datetime(2026, 12, 8, 10, 20, tzinfo=UTC)
GOLDEN = Path(__file__).parents[2] / "golden" / "traced.txt"
WRITE = "WRITE_GOLDEN"
DAY = timedelta(days=1)
NOWHERE = "on no paper"
REFUSED = "refused by the table: another value cannot be kept"
# Keys of the database and of the program, positions and revisions: no figures of a record.
NO_FIGURE = re.compile(r"(^|_)(id|revision|bytes|sequence)$|^id$")
TELLS = re.compile(r"\[\d+\]")


def a_record(clinic: Clinic, clare: User, theo: User) -> Version:
    """One patient with something of everything that has a figure."""
    otto: Patient = PatientFactory(
        clinic=clinic, otto=True, number="DEMO 0042 17", registered_by=clare
    )
    SharedDecisionFactory(patient=otto)
    OtherMedicineFactory(patient=otto)
    version = sign(a_plan(otto, clare), many(), clare, in_force_from=FIRST)
    supply = Supply(
        id=uuid.uuid4(), version=version, number=1, at=NOW, by=clare, pack="blister",
        taking="supervised", until=FIRST + 27 * DAY,
    )  # fmt: skip
    Collection(supply=supply, day=FIRST).save(force_insert=True)
    Collection(supply=supply, day=FIRST + 7 * DAY, moved_from=FIRST + 8 * DAY).save(
        force_insert=True
    )
    needed = AsNeeded.objects.get(product__drug__version=version)
    AsNeededSupply(
        supply=supply, as_needed=needed, quantity_numerator=6, quantity_denominator=1
    ).save(force_insert=True)
    supply.save(force_insert=True)
    told = ROUTINE | {
        f"t-{version.plan.pk.hex[:8]}d1": "as planned",
        "s-tremor": "present", "s-tremor-severity": "mild", "v-pulse": "72", "v-weight": "70.5",
        "next_0": "15", "next_1": "12", "next_2": "2026",
    }  # fmt: skip
    completed(otto, theo, told, now=NOW - 3 * DAY)
    keep(otto, theo, SEIZURE, now=NOW - 2 * DAY)
    FollowUp.objects.filter(patient=otto).update(due_on=NOW.date() + 7 * DAY, how="phone")
    return version


def papers(pk: uuid.UUID, by: User) -> dict[str, Any]:
    version = Version.objects.select_related("plan__patient__clinic", "signed_by", "replaces").get(
        pk=pk
    )
    printing = Printing(clinic=version.plan.patient.clinic, by=by, at=NOW, code="7K4MPQ9XRTCA")
    made: dict[str, Callable[[], Any]] = {
        "handout": lambda: handout(version, printing),
        "diary": lambda: diary(version, version.schedule().step("s2"), printing, discreet=False),
        "supply": lambda: supply_sheet(version, printing),
        "summary": lambda: summary(version.plan.patient, printing),
        "handover": lambda: handover(version.plan.patient, printing),
    }
    return {name: make() for name, make in made.items()}


def figures() -> Iterator[tuple[type[models.Model], models.Field[Any, Any], Any, Any]]:
    """Each stored number and date of the record: model, field, key of its row, value."""
    for model in sorted(apps.get_models(), key=lambda model: model._meta.label):
        if model._meta.app_label not in {"patients", "plans"} or "Historical" in model.__name__:
            continue
        for field in model._meta.concrete_fields:
            number = isinstance(field, models.IntegerField | models.DateField | models.TimeField)
            if not number or field.primary_key or NO_FIGURE.search(field.name):
                continue
            rows = model._default_manager.exclude(**{field.name: None}).order_by("pk")
            for key, value in rows.values_list("pk", field.name):
                yield model, field, key, value


def others(value: Any) -> list[Any]:
    """Other values to put in a figure's place, until one is allowed there."""
    if isinstance(value, time):
        return [value.replace(hour=(value.hour + 1) % 24)]
    if isinstance(value, datetime | date):
        return [value + DAY, value - DAY, value + 7 * DAY]
    if isinstance(value, int):
        return [value + 1, value + 2, value - 1, value * 2]
    return []


def places(before: dict[str, Any], after: dict[str, Any]) -> set[tuple[str, str]]:
    """Which papers differ, and where: without the numbers of rows and runs."""
    return {
        (name, TELLS.sub("", path).removesuffix(".text"))
        for name in before
        for path in changed_anywhere(before[name], after[name])
    }


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Words, and the days and amounts by which a drawing is made, each with its place."""
    if isinstance(value, tuple):
        for number, one in enumerate(value):
            yield from leaves(one, f"{path}[{number}]")
    elif dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            yield from leaves(getattr(value, field.name), f"{path}.{field.name}")
    else:
        yield path, str(value)


def changed_anywhere(before: Any, after: Any) -> set[str]:
    old, new = dict(leaves(before)), dict(leaves(after))
    return {path for path in old.keys() | new.keys() if old.get(path) != new.get(path)}


def traced(version: Version, by: User) -> dict[str, set[tuple[str, str]]]:
    """Of each column, where on which paper its figures are seen."""
    before = papers(version.pk, by)
    found: dict[str, set[tuple[str, str]]] = {}
    for model, field, key, value in figures():
        column = f"{model._meta.label_lower}.{field.name}"
        table, name = model._meta.db_table, field.column
        seen = found.setdefault(column, {("", REFUSED)})
        pk = model._meta.pk
        assert pk is not None
        where = pk.get_db_prep_value(key, connection)
        for other in others(value):
            typed = field.get_db_prep_value(other, connection)
            try:
                with transaction.atomic():
                    with connection.cursor() as cursor:
                        cursor.execute(
                            f"UPDATE {table} SET {name} = %s WHERE {pk.column} = %s",
                            [typed, where],
                        )
                    differ = places(before, papers(version.pk, by))
                    seen.discard(("", REFUSED))
                    seen |= differ
                    raise _BackAgain
            except _BackAgain:
                if differ:
                    break
            except (IntegrityError, ValueError, KeyError, StopIteration):
                # The table or the schedule knows that this cannot be; another figure may.
                continue
    return found


class _BackAgain(Exception):
    """Undoes one change."""


def as_text(found: dict[str, set[tuple[str, str]]]) -> str:
    lines = []
    for column, seen in sorted(found.items()):
        lines.append(column)
        for paper, place in sorted(seen):
            lines.append(f"    {paper} {place}".rstrip() if paper else f"    {place}")
        if not seen:
            lines.append(f"    {NOWHERE}")
    return "\n".join(lines) + "\n"


def test_each_stored_figure_is_on_the_papers_where_it_belongs_and_changes_nothing_else(
    clinic: Clinic, clare: User, theo: User
) -> None:
    version = a_record(clinic, clare, theo)
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        for (name,) in cursor.fetchall():
            cursor.execute(f'DROP TRIGGER "{name}"')
    text = as_text(traced(version, theo))
    if os.environ.get(WRITE):
        GOLDEN.write_text(text)
    assert text == GOLDEN.read_text()
