"""What was expected since the last check-in: each day by the version in force on it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from patients.models import Patient
from plans.models import Version
from plans.models.schedules import schedules
from plans.presenters.check_in import Around, around
from plans.presenters.check_in_expected import TakenPeriod, days_of, taken_periods
from plans.rules.cells import read
from plans.rules.schedule import Schedule
from taperplan.accounts.models import Clinic, User
from tests import factories
from tests.factories import PatientFactory
from tests.plans.signing import a_plan, sign
from tests.plans.typing import NOW, ROUTINE, completed

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 24)


def of_tablets(quantity: str, *, from_: str = "18 Nov 2026", **more: object) -> Schedule:
    """One tablet strength at bedtime, so many of it, without a last day."""
    cells = factories.plan_cells(in_force_from=from_, reason="agreed")
    step = {**cells["steps"][0], "first_day": from_, "days": "", "last_day": "31 Dec 2026"}
    step["doses"] = [{**step["doses"][0], "quantity": quantity, **more}]
    cells["steps"] = [step]
    reading = read(cells, today=DAY)
    assert reading.schedule is not None, reading.refusals
    return reading.schedule


@pytest.fixture
def otto(clinic: Clinic, clare: User) -> Patient:
    return PatientFactory(clinic=clinic, otto=True, registered_by=clare)


def before(patient: Patient, by: User) -> Around:
    return around(patient, answers=ROUTINE, opened_at=NOW, now=NOW, by=by)


def periods(found: Around) -> tuple[TakenPeriod, ...]:
    ((_prefix, versions),) = found.versions.items()
    (drug,) = found.drugs.values()
    return taken_periods(versions, schedules(versions), drug.key, found.period)


def two_versions(patient: Patient, by: User, **more: object) -> tuple[Version, Version]:
    plan = a_plan(patient, by)
    first = sign(plan, of_tablets("2"), by, in_force_from=date(2026, 11, 18))
    fields = {"number": 2, "kind": "change", "replaces": first, "reason": "slept badly", **more}
    second = sign(plan, of_tablets("1"), by, in_force_from=date(2026, 11, 22), **fields)
    return first, second


def test_a_period_over_two_versions_asks_each_for_its_own_days(otto: Patient, clare: User) -> None:
    _first, second = two_versions(otto, clare)
    completed(otto, clare, {**ROUTINE}, now=NOW - timedelta(days=5))
    found = before(otto, clare)
    assert found.version == second
    earlier, later = periods(found)
    assert earlier.days.endswith("3\u00a0days, version 1")
    assert later.days.endswith("2\u00a0days, version 2")
    assert earlier.doses[0].startswith("2\u00a0tablets")
    assert later.doses[0].startswith("1\u00a0tablet")


def test_a_version_from_an_evening_leaves_the_morning_to_the_one_before(
    otto: Patient, clare: User
) -> None:
    plan = a_plan(otto, clare)
    first = sign(plan, of_tablets("2", time="morning"), clare, in_force_from=date(2026, 11, 18))
    sign(
        plan, of_tablets("1", time="morning"), clare, number=2, kind="change", replaces=first,
        reason="slept badly", in_force_from=date(2026, 11, 22), in_force_slot="evening",
    )  # fmt: skip
    completed(otto, clare, {**ROUTINE}, now=NOW - timedelta(days=5))
    found = periods(before(otto, clare))
    assert [one.doses[0][:1] for one in found] == ["2", "2", "1"]
    assert [one.days.rpartition(", ")[2] for one in found] == [
        "version 1",
        "version 1 and 2",
        "version 2",
    ]


def test_a_drug_that_the_new_version_dropped_can_still_be_answered(
    otto: Patient, clare: User
) -> None:
    plan = a_plan(otto, clare)
    cells = of_tablets("2")
    first = sign(plan, cells, clare, in_force_from=date(2026, 11, 18))
    other = of_tablets("1")
    renamed = type(other)(
        drugs=tuple(
            type(d)(**{**d.__dict__, "key": "d9", "name": "otherazepam"}) for d in other.drugs
        ),
        products=tuple(type(p)(**{**p.__dict__, "drug": "d9"}) for p in other.products),
        steps=other.steps,
    )
    sign(
        plan, renamed, clare, number=2, kind="change", replaces=first, reason="changed over",
        in_force_from=date(2026, 11, 22),
    )  # fmt: skip
    completed(otto, clare, {**ROUTINE}, now=NOW - timedelta(days=5))
    found = before(otto, clare)
    assert [drug.name for drug in found.drugs.values()] == ["otherazepam", "examplazepam"]
    assert found.asking.drugs[1].name == "examplazepam"


def test_the_day_itself_is_not_compared_and_the_time_has_an_end() -> None:
    assert days_of(None) == ()
    assert days_of((DAY, DAY)) == ()
    assert days_of((DAY - timedelta(days=2), DAY)) == (date(2026, 11, 22), date(2026, 11, 23))
    assert len(days_of((date(2020, 1, 1), DAY))) == 93
    assert days_of((date(2020, 1, 1), DAY))[-1] == DAY - timedelta(days=1)
