"""Facts as they come out of a record, made by hand around a schedule."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from plans.fhir import people, plan, record
from plans.fhir.bundle import COLLECTION, bundle
from plans.rules import cells
from plans.rules.lifecycle import PlanState
from plans.rules.schedule import first_day
from plans.sheets.exchange import Accepted, Act, Named, Number, SignedVersion, Subject
from tests.plans.rules.published import PUBLISHED

if TYPE_CHECKING:
    from plans.fhir.writing import Resource
    from plans.rules.schedule import Schedule

BASE = "https://clinic.example/fhir"
CLINIC = Named(str(uuid.UUID(int=1)), "Northfield Test Clinic", "555-0110")
CLARE = Named(str(uuid.UUID(int=2)), "Clare Exampleton")
PATIENT = str(uuid.UUID(int=3))
VERSION = str(uuid.UUID(int=4))


def subject(**changed: Any) -> Subject:
    said = {
        "key": PATIENT,
        "clinic": CLINIC,
        "family": "Sample",
        "given": "Otto",
        "preferred": "",
        "born": date(1956, 11, 21),
        "sex": "male",
        "phone": "555-0142",
        "address": "",
        "language": "English",
        "died_on": None,
        "numbers": (Number("", "DEMO 0042 17"),),
        "latin": "Otto Sample",
    }
    return Subject(**{**said, **changed})


def version(schedule: Schedule, **changed: Any) -> SignedVersion:
    said = {
        "key": VERSION,
        "patient": PATIENT,
        "plan": str(uuid.UUID(int=5)),
        "number": 1,
        "title": "A plan",
        "state": PlanState.ACTIVE,
        "replaces": "",
        "superseded": False,
        "in_force_from": first_day(schedule) or date(2026, 2, 20),
        "in_force_when": None,
        "until": None,
        "hold": None,
        "assessment": "",
        "reason": "as agreed",
        "patient_text": "",
        "pharmacy_text": "",
        "missed_dose_text": "call us",
        "signed_at": datetime(2026, 2, 19, 9, 30, tzinfo=UTC),
        "signed_by": CLARE,
        "schedule": schedule,
        "accepted": (Accepted("gap", "1 day between them.", "A day of travel."),),
    }
    return SignedVersion(**{**said, **changed})


def resources(schedule: Schedule, **changed: Any) -> list[Resource]:
    return [
        people.organization(CLINIC),
        people.patient(subject()),
        *plan.resources(version(schedule, **changed)),
        record.act(act()),
        people.practitioner(CLARE),
    ]


def act() -> Act:
    return Act(
        number=7,
        patient=PATIENT,
        clinic=CLINIC.key,
        verb="signed",
        at=datetime(2026, 2, 19, 9, 30, tzinfo=UTC),
        by=CLARE,
        kind="version",
        key=VERSION,
    )


def exported(schedule: Schedule, **changed: Any) -> str:
    return "".join(bundle(COLLECTION, resources(schedule, **changed), base=BASE))


def published(letter: str) -> Schedule:
    chosen = PUBLISHED[letter]
    found = cells.read(chosen.cells(), today=chosen.first_day).schedule
    assert found is not None
    return found
