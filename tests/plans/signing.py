"""Published schedules as signed versions, their rows inserted below the actions."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction

from plans.models import AsNeeded, Dose, Drug, Plan, Product, Step, Version
from plans.rules.cells import read
from tests.plans.rules.published import PUBLISHED

if TYPE_CHECKING:
    from patients.models import Patient
    from plans.rules.schedule import Schedule
    from taperplan.accounts.models import User

SIGNED_AT = datetime(2026, 11, 18, 9, 30, tzinfo=UTC)


def published(letter: str) -> Schedule:
    """A published schedule, read from its cells; a stated end where the source has none."""
    cells = PUBLISHED[letter].cells()
    for drug in cells["drugs"]:
        drug["end"] = drug["end"] or "stop"
    reading = read(cells, today=PUBLISHED[letter].first_day)
    assert reading.schedule is not None, reading.refusals
    return reading.schedule


def a_plan(patient: Patient, by: User, **fields: Any) -> Plan:
    values = {"id": uuid.uuid4(), "state": "active", "begun_at": SIGNED_AT, "begun_by": by}
    return Plan.objects.create(patient=patient, **(values | fields))


def sign(plan: Plan, schedule: Schedule, by: User, **fields: Any) -> Version:
    """Insert `schedule` as a version of `plan`: children first, the version last."""
    values: dict[str, Any] = {
        "id": uuid.uuid4(),
        "number": 1,
        "kind": "first",
        "in_force_from": min(step.first_day for step in schedule.steps),
        "signed_at": SIGNED_AT,
        "digest": "0" * 64,
    }
    version = Version(plan=plan, signed_by=by, **(values | fields))
    drugs = {
        drug.key: Drug(
            id=uuid.uuid4(), version=version, position=place, key=drug.key, name=drug.name,
            role=drug.role.value, drug_class=drug.drug_class.value,
            end=drug.end.value if drug.end else "", review_on=drug.review_on,
            end_note=drug.end_note,
        )
        for place, drug in enumerate(schedule.drugs, start=1)
    }  # fmt: skip
    products = {}
    for place, product in enumerate(schedule.products, start=1):
        row = Product(
            id=uuid.uuid4(), drug=drugs[product.drug], position=place, key=product.key,
            name=product.name, form=product.form.value, route=product.route,
            unit=product.unit.value if product.unit else "", parts=product.parts,
            preparation=product.preparation, wear_hours=product.wear_hours,
            given_by=product.given_by, keep_until=product.keep_until, device=product.device,
            patient_text=product.texts.patient, pharmacy_text=product.texts.pharmacy,
            team_text=product.texts.team,
        )  # fmt: skip
        row.strength, row.per, row.stated_supply = (
            product.strength, product.per, product.stated_supply,
        )  # fmt: skip
        products[product.key] = row
    rows: list[Any] = []
    for place, step in enumerate(schedule.steps, start=1):
        parent = Step(
            id=uuid.uuid4(), version=version, position=place, key=step.key,
            first_day=step.first_day, last_day=step.last_day,
            from_slot=step.from_slot.token if step.from_slot else "",
            rhythm=step.rhythm.value, cycle_days=step.cycle_days, cycle_from=step.cycle_from,
            reason=step.reason, stated_days=step.stated_days,
            patient_text=step.texts.patient, pharmacy_text=step.texts.pharmacy,
            team_text=step.texts.team,
        )  # fmt: skip
        for dose in step.doses:
            child = Dose(
                step=parent, product=products[dose.product], slot=dose.when.slot.value,
                at=dose.when.at, on_days=dose.on_days,
            )  # fmt: skip
            child.quantity = dose.quantity
            rows.append(child)
        rows.append(parent)
    for place, line in enumerate(schedule.as_needed, start=1):
        needed = AsNeeded(
            id=uuid.uuid4(), product=products[line.product], position=place, key=line.key,
            gap_minutes=line.gap_minutes, reason=line.reason, first_day=line.first_day,
            last_day=line.last_day,
        )  # fmt: skip
        needed.quantity, needed.maximum = line.quantity, line.maximum
        rows.append(needed)
    with transaction.atomic():
        for row in [*rows, *products.values(), *drugs.values(), version]:
            row.save(force_insert=True)
    return Version.objects.select_related("plan__patient__clinic", "signed_by", "replaces").get(
        pk=version.pk
    )
