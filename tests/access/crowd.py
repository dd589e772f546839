"""Many patients, each with everything, to see that no page asks more for more of them."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from tests import factories
from tests.plans.typing import SEIZURE, completed, keep

if TYPE_CHECKING:
    from tests.access.world import World


def crowd(world: World, number: int) -> None:
    """`number` further patients: a plan with a new draft, two check-ins, a draft, a red flag."""
    from plans.actions import plan as actions

    for place in range(number):
        patient = factories.PatientFactory(
            clinic=world.clinic,
            family_name=f"Crowd{place:03d}",
            registered_by=world.clare,
            registered_at=world.now,
            number=f"CROWD {place:04d}",
            ready=True,
        )
        factories.CareTeamFactory(patient=patient, user=world.clare, since=world.today)
        factories.AllergyFactory(patient=patient)
        plan = factories.signed_plan(patient, world.clare, world.cells(), now=world.now)
        actions.revise(key=uuid.uuid4(), plan=plan, now=world.now, by=world.clare)
        completed(patient, world.clare, world.answers(), now=world.now)
        completed(patient, world.clare, world.answers(**SEIZURE), now=world.now)
        keep(patient, world.clare, {"note": "half typed"}, now=world.now)


def deepen(world: World, number: int) -> None:
    """`number` further rows about the world's one patient."""
    for place in range(number):
        factories.AllergyFactory(patient=world.patient, substance=f"sample {place}")
        factories.OtherMedicineFactory(patient=world.patient, name=f"sample {place}")
        factories.ContactPersonFactory(patient=world.patient, name=f"Sample {place}")
        factories.ResultFactory(patient=world.patient, name=f"sample {place}")
        completed(world.patient, world.clare, world.answers(), now=world.now)
        keep(world.patient, world.clare, {"note": f"half typed {place}"}, now=world.now)
