"""One whole version as rows, written below the actions: children first, the version last."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from fractions import Fraction
from typing import Any

from patients.models import Patient
from plans.models import AsNeeded, Dose, Drug, Plan, Product, Step, Version
from plans.models.exact import exact
from plans.models.schedule import EVERY_DAY_BITS
from taperplan.accounts.models import User

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
WHOLE = EVERY_DAY_BITS


def a_patient(by: User) -> Patient:
    assert by.clinic is not None
    return Patient.objects.create(
        clinic=by.clinic,
        family_name="Sample",
        given_names="Otto",
        born=date(1956, 11, 21),
        name_search="sample otto",
        registered_at=NOW,
        registered_by=by,
        changed_at=NOW,
    )


def a_plan(patient: Patient, by: User, **fields: Any) -> Plan:
    values: dict[str, Any] = {"id": uuid.uuid4(), "begun_at": NOW, "begun_by": by} | fields
    return Plan.objects.create(patient=patient, **values)


@dataclass
class Rows:
    """The rows of one version, not yet inserted."""

    version: Version
    drug: Drug
    product: Product
    step: Step
    dose: Dose
    as_needed: AsNeeded
    others: list[Any] = field(default_factory=list)

    def insert(self) -> Version:
        for row in (
            self.dose,
            self.as_needed,
            self.step,
            self.product,
            self.drug,
            *self.others,
            self.version,
        ):
            row.save(force_insert=True)
        return self.version


def rows(plan: Plan, by: User, **version: Any) -> Rows:
    first: dict[str, Any] = {
        "id": uuid.uuid4(),
        "plan": plan,
        "number": 1,
        "kind": "first",
        "in_force_from": date(2026, 11, 30),
        "signed_at": NOW,
        "signed_by": by,
        "digest": "0" * 64,
    }
    signed = Version(**(first | version))
    drug = Drug(
        id=uuid.uuid4(),
        version=signed,
        position=1,
        key="d1",
        name="examplazepam",
        role="tapered",
        drug_class="benzodiazepine",
        end="stop",
    )
    product = Product(
        id=uuid.uuid4(),
        drug=drug,
        position=1,
        key="p1",
        form="tablet",
        **exact("strength", Fraction(1, 2)),
        unit="mg",
        **exact("per", Fraction(1)),
        parts=2,
    )
    step = Step(
        id=uuid.uuid4(),
        version=signed,
        position=1,
        key="s1",
        first_day=date(2026, 11, 30),
        last_day=date(2026, 12, 6),
        rhythm="daily",
        cycle_days=1,
    )
    return Rows(
        version=signed,
        drug=drug,
        product=product,
        step=step,
        dose=Dose(
            step=step,
            product=product,
            slot="bedtime",
            **exact("quantity", Fraction(3, 2)),
            on_days=1,
        ),
        as_needed=AsNeeded(
            id=uuid.uuid4(),
            product=product,
            position=1,
            key="a1",
            **exact("quantity", Fraction(1)),
            **exact("maximum", Fraction(3)),
            gap_minutes=240,
            first_day=date(2026, 11, 30),
        ),
    )
