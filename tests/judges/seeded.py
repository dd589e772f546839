"""A seeded clinic of many patients, and plans that nobody thought of: what the judges look at."""

from __future__ import annotations

import random
import uuid
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from tests import factories
from tests.plans.fhir import facts
from tests.plans.rules.published import PUBLISHED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from patients.models import Patient
    from plans.models import Version
    from plans.rules.schedule import Schedule
    from taperplan.accounts.models import User

BASE = "https://clinic.example/fhir"
NOW = datetime(2026, 11, 24, 8, 41, tzinfo=UTC)
# When the plans that begin on 30 November are under way.
LATER = datetime(2026, 12, 10, 8, 41, tzinfo=UTC)
# Those without a finding, so that they are signed as they stand.
PLAIN = ("A", "B", "D", "E dose", "G", "J")
STRANGE = ("Δείγμα", "O'Brien-Beispiel", "<b>Sample</b>", "Samp\u00a0le", "=Sample", "样本")
LATIN = {"Δείγμα": "Deigma", "样本": "Yangben"}


def clinic() -> User:
    """A clinic that is open, and its prescriber."""
    from taperplan.accounts.models import Clinic, Membership, User

    user = User.objects.create_user(email="clare@northfield.example", name="Clare Exampleton")
    made = Clinic.objects.create(
        name="Northfield Test Clinic",
        time_zone="Europe/Berlin",
        telephone="555-0110",
        opened_at=NOW,
        opened_by=user,
    )
    Membership.objects.create(user=user, clinic=made, prescriber=True, protocol_owner=True)
    return user


def patients(user: User, many: int) -> Iterator[Patient]:
    """`many` patients, each with a plan; some with a change, check-ins, red flags, consents,
    prints. The same seed, the same clinic."""
    chance = random.Random(8)  # noqa: S311  (the same every time, not a secret)
    for number in range(many):
        yield _patient(user, number, chance)


def _patient(user: User, number: int, chance: random.Random) -> Patient:
    from plans.actions import check_in as check_ins
    from plans.actions import plan as plan_actions
    from plans.models import Version
    from plans.rules.lifecycle import PlanVerb
    from tests.plans.typing import ROUTINE, SEIZURE, completed

    family = STRANGE[number % len(STRANGE)] if number % 5 == 0 else f"Sample{number:03d}"
    patient: Patient = factories.PatientFactory(
        clinic=user.clinic,
        family_name=family,
        latin_name=LATIN.get(family, ""),
        sex=chance.choice(["female", "male", "other", "unknown", ""]),
        number=f"DEMO {number:04d}",
    )
    plan = factories.signed_plan(patient, user, _cells(chance))
    if number % 3 == 0:
        kept = Version.objects.get(plan=plan)
        factories.next_version(plan, user, in_force_from=_typed(kept.in_force_from, 2))
    if number % 2 == 0:
        answers: dict[str, str] = {**ROUTINE, "v-pulse": "92", "s-tremor": "present"}
        answers |= {"s-tremor-severity": "mild", "note": "sle\u00a0pt <badly>"}
        if number % 8 == 0:
            answers |= {**SEIZURE, "s-seizure-many": "1"}
        if number % 10 == 0:
            answers |= {"suicide": "declined", "s-confusion": "declined"}
        now = NOW
        if number % 6 == 0:
            now = LATER
            answers |= {
                "next_0": "20",
                **_taken(Version.objects.filter(plan=plan).latest("number")),
            }
        seen = completed(patient, user, answers, now=now)
        _answer_red_flags(patient, user, now, reached=number % 16 == 0)
        if number % 22 == 0:
            check_ins.enter_in_error(
                check_in=seen, reason="the wrong tab", right_patient=None, key=uuid.uuid4(),
                frozen_now=now, by=user,
            )  # fmt: skip
    if number % 7 == 0:
        plan_actions.move(
            token=uuid.uuid4(), plan=plan, verb=PlanVerb.STOP, reason="as agreed", now=NOW, by=user
        )
    if number % 4 == 0:
        factories.ConsentFactory(patient=patient)
    if number % 40 == 0:
        _print(patient, user)
    return patient


def _taken(version: Version) -> dict[str, str]:
    """What was taken of each drug, and how much of one product: a third of one, and none."""
    plan = version.plan_id.hex[:8]
    drugs = list(version.drugs.all())
    product = drugs[0].products.all()[0]
    return {
        **{f"t-{plan}{drug.key}": "some missed" for drug in drugs},
        f"t-{plan}{drugs[0].key}-in_hand": "9 tablets",
        "a-1-product": f"{plan}{product.key}",
        "a-1-from": "8 12 2026",
        "a-1-quantity": "1/3",
        "a-2-product": f"{plan}{product.key}",
        "a-2-from": "9 12 2026",
        "a-2-quantity": "0",
    }


def _answer_red_flags(patient: Patient, user: User, now: datetime, *, reached: bool) -> None:
    from plans.actions import escalation as red_flags
    from plans.rules.redflags import MoveHow, Reached

    for flag in patient.escalations.all():
        given: dict[str, Any] = {"escalation": flag, "frozen_now": now, "by": user}
        contact = red_flags.ContactMade(
            whom="Otto",
            how=MoveHow.PHONE,
            reached=Reached.YES if reached else Reached.NO_ANSWER,
            at=now,
            place="555-0142",
            text="asked to come",
        )
        red_flags.record_contact(contact=contact, form=uuid.uuid4(), acknowledging=True, **given)
        if reached:
            red_flags.record_outcome(text="seen here", form=uuid.uuid4(), **given)
            red_flags.close(form=uuid.uuid4(), **given)


def _typed(day: date, later: int) -> str:
    day += timedelta(days=later)
    return f"{day.day} {day:%b} {day.year}"


def _cells(chance: random.Random) -> Any:
    if chance.random() < 0.5:
        return PUBLISHED[chance.choice(PLAIN)].cells()
    return factories.plan_cells()


def _print(patient: Patient, user: User) -> None:
    from plans.actions.document import Wish, print_document
    from plans.rules.paper import DocumentKind, PageSize, PrintSize, Recipient

    wish = Wish(
        kind=DocumentKind.SUMMARY,
        page=PageSize.A4,
        size=PrintSize.STANDARD,
        recipient=Recipient.OWN_TEAM,
    )
    print_document(key=uuid.uuid4(), patient=patient, plan=None, wish=wish, now=NOW, by=user)


def strange_plans(many: int) -> list[str]:
    """Bundles of schedules made by hypothesis: the same ones every time."""
    from hypothesis import HealthCheck, given, settings

    from tests.plans.rules.strategies import schedules

    made: list[str] = []

    @settings(
        max_examples=many,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(schedule=schedules(away=True))
    def each(schedule: Schedule) -> None:
        made.append(facts.exported(schedule))

    each()
    return made
