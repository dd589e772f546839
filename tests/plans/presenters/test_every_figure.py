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
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, models, transaction

from patients.models import Patient, ReversalMedicine, RiskBenefitReview, Support
from plans.actions.document import Wish, print_document
from plans.actions.patient_text import confirm_text_set
from plans.models import (
    AsNeeded,
    AsNeededSupply,
    Collection,
    Escalation,
    FollowUp,
    Request,
    Supply,
    Told,
    Version,
)
from plans.presenters.diary import diary
from plans.presenters.handout import handout
from plans.presenters.handover import cover, handover
from plans.presenters.paper import Printing
from plans.presenters.summary import summary
from plans.presenters.supply_sheet import supply_sheet
from plans.rules.paper import DocumentKind, PageSize, PrintSize, Recipient
from plans.rules.patient_texts import text_sets
from plans.rules.schedule import Schedule
from taperplan.accounts.models import Clinic, User
from tests.factories import (
    AllergyFactory,
    AnswerFactory,
    ConsentFactory,
    OtherMedicineFactory,
    PatientFactory,
    ResultFactory,
    SharedDecisionFactory,
)
from tests.plans.presenters.test_traced import FIRST, many
from tests.plans.signing import SIGNED_AT, a_plan, sign
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
    """One patient with something of everything that has a figure, and a plan of two versions."""
    otto: Patient = PatientFactory(
        clinic=clinic, otto=True, number="DEMO 0042 17", registered_by=clare
    )
    SharedDecisionFactory(patient=otto)
    OtherMedicineFactory(patient=otto)
    AllergyFactory(patient=otto)
    AnswerFactory(patient=otto, item="indication", answer="yes", detail="panic disorder")
    ResultFactory(patient=otto, next_on=FIRST + 60 * DAY)
    ConsentFactory(patient=otto, until=FIRST + 90 * DAY)
    written = {"patient": otto, "recorded_at": SIGNED_AT, "recorded_by": clare}
    ReversalMedicine.objects.create(
        offered="yes", supplied="yes", name="examploxone", keep_until=FIRST + 300 * DAY, **written
    )
    RiskBenefitReview.objects.create(
        held_on=FIRST - 9 * DAY, note="weighed", next_on=FIRST + 30 * DAY, **written
    )
    Support.objects.create(
        kind="therapy", offered_on=FIRST - 9 * DAY, accepted="yes", detail="Tuesdays", **written
    )
    plan = a_plan(otto, clare)
    first = sign(plan, the_one_before(), clare, in_force_from=FIRST)
    whole = many()
    steps = [
        replace(step, cycle_from=step.first_day) if step.key == "s2" else step
        for step in whole.steps
    ]
    version = sign(
        plan, replace(whole, steps=tuple(steps)), clare, number=2, kind="hold", replaces=first,
        reason="Settling.",
        signed_at=SIGNED_AT + DAY, in_force_from=FIRST + 2 * DAY,
        hold_from=FIRST + 7 * DAY, hold_until=FIRST + 20 * DAY,
        away_from=FIRST + 24 * DAY, away_until=FIRST + 26 * DAY, away_where="Eastfield Hospital",
    )  # fmt: skip
    Told.objects.create(
        version=version, audience="pharmacy", who="Corner Pharmacy", answer="told", how="by phone",
        told_at=NOW - 5 * DAY, token=uuid.uuid4(), at=NOW - 4 * DAY, by=clare,
    )  # fmt: skip
    Request.objects.create(
        id=uuid.uuid4(), patient=otto, plan=plan, asked="hold", words="as agreed",
        given_by=clare, given_at=NOW - 2 * DAY, read_back=True, at=NOW - DAY, by=theo,
    )  # fmt: skip
    wish = Wish(
        kind=DocumentKind.SUPPLY, page=PageSize.A4, size=PrintSize.STANDARD,
        recipient=Recipient.OWN_TEAM,
    )  # fmt: skip
    print_document(key=uuid.uuid4(), patient=otto, plan=plan, wish=wish, now=NOW - 4 * DAY, by=theo)
    for one in text_sets():
        confirm_text_set(clinic=clinic, key=one.key, digest=one.digest, now=NOW, by=clare)
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
        "a-1-product": f"{version.plan.pk.hex[:8]}p1", "a-1-from": "1 12 2026",
        "a-1-to": "2 12 2026", "a-1-quantity": "1/2",
        "scale-1": "CIWA-B", "scale-1-total": "14", "scale-1-on": "4 12 2026",
        "s-tremor": "present", "s-tremor-severity": "mild", "s-tremor-interference": "1",
        "s-fall": "present", "s-fall-how_many": "2", "v-pulse": "72", "v-weight": "70.5",
        "next_0": "15", "next_1": "12", "next_2": "2026",
    }  # fmt: skip
    completed(otto, theo, told, now=NOW - 3 * DAY)
    keep(otto, theo, SEIZURE, now=NOW - 2 * DAY)
    Escalation.objects.update(acknowledged_at=NOW - DAY, acknowledged_by=clare)
    FollowUp.objects.filter(patient=otto).update(due_on=NOW.date() + 7 * DAY, how="phone")
    return version


def the_one_before() -> Schedule:
    """What the first version planned: one drug of the three, and more of it."""
    whole = many()
    steps = [
        replace(step, doses=(replace(step.doses[0], quantity=Fraction(4)), *step.doses[1:]))
        for step in whole.steps[:2]
    ]
    return replace(
        whole, drugs=whole.drugs[:1], products=whole.products[:2], steps=tuple(steps), as_needed=()
    )


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
        # The other sheets of a transfer package are those above.
        "cover": lambda: cover(
            version.plan.patient, printing, recipient="Southfield Clinic", ground="treatment",
            contents=("Clinician summary: 3 pages",),
        ),
    }  # fmt: skip
    return {name: make() for name, make in made.items()}


# How a row of a schedule leads to its version.
VERSION_OF = {
    "Version": "pk", "Drug": "version", "Product": "drug__version", "Step": "version",
    "Dose": "step__version", "AsNeeded": "product__drug__version",
}  # fmt: skip


def figures(
    newest: uuid.UUID,
) -> Iterator[tuple[type[models.Model], models.Field[Any, Any], str, Any, Any]]:
    """Each stored number and date of the record: model, field, what it is called, key of its row,
    value. A row of a version that is replaced is called so."""
    for model in sorted(apps.get_models(), key=lambda model: model._meta.label):
        if model._meta.app_label not in {"patients", "plans"} or "Historical" in model.__name__:
            continue
        for field in model._meta.concrete_fields:
            number = isinstance(field, models.IntegerField | models.DateField | models.TimeField)
            if not number or field.primary_key or NO_FIGURE.search(field.name):
                continue
            called = f"{model._meta.label_lower}.{field.name}"
            version = VERSION_OF.get(model.__name__, "pk")
            rows = model._default_manager.exclude(**{field.name: None}).order_by("pk")
            for key, value, of in rows.values_list("pk", field.name, version):
                replaced = model.__name__ in VERSION_OF and of != newest
                yield model, field, f"{called} (replaced)" if replaced else called, key, value


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
    for model, field, column, key, value in figures(version.pk):
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


def without_guards() -> None:
    """Signed rows take a change, until the test ends."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL session_replication_role = replica")
            return
        cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        for (name,) in cursor.fetchall():
            cursor.execute(f'DROP TRIGGER "{name}"')


def test_each_stored_figure_is_on_the_papers_where_it_belongs_and_changes_nothing_else(
    clinic: Clinic, clare: User, theo: User
) -> None:
    version = a_record(clinic, clare, theo)
    without_guards()
    text = as_text(traced(version, theo))
    if os.environ.get(WRITE):
        GOLDEN.write_text(text)
    assert text == GOLDEN.read_text()
