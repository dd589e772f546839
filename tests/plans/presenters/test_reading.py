"""The chart read day by day: exact for each day, and the same as what is drawn."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from patients.models import Patient
from plans.models import Plan
from plans.presenters.reading import Runs, reading
from plans.rules.schedule import day_totals
from plans.rules.wording import total_words
from taperplan.accounts.models import Clinic, User
from tests.factories import PatientFactory
from tests.plans.signing import a_plan, published, sign
from tests.plans.typing import ROUTINE, SEIZURE, completed

pytestmark = [pytest.mark.django_db, pytest.mark.one_engine]
TODAY = date(2026, 12, 15)


@pytest.fixture
def otto(clinic: Clinic, clare: User) -> Patient:
    return PatientFactory(clinic=clinic, otto=True, registered_by=clare)


def words_on(runs: Runs, day: int) -> str:
    found = [words for first, last, words in runs if first <= day <= last]
    assert len(found) < 2
    return found[0] if found else ""


@pytest.mark.parametrize("letter", ["C", "D", "F"])
def test_each_day_reads_exactly_what_the_schedule_says_of_it(
    otto: Patient, clare: User, letter: str
) -> None:
    version = sign(a_plan(otto, clare), published(letter), clare)
    plan = Plan.objects.select_related("patient__clinic").get(pk=version.plan_id)
    schedule = version.schedule()

    found = reading(plan, TODAY)

    assert found is not None
    first = date.fromisoformat(found["first"])
    for ahead in range(found["days"]):
        day = first + timedelta(days=ahead)
        said = "; ".join(f"{one.drug.name} {total_words(one)}" for one in day_totals(schedule, day))
        assert words_on(found["planned"], ahead) == said, day


def test_a_check_in_and_a_red_flag_are_read_on_their_day(otto: Patient, clare: User) -> None:
    version = sign(a_plan(otto, clare), published("C"), clare)
    completed(otto, clare, {**ROUTINE, **SEIZURE})
    plan = Plan.objects.select_related("patient__clinic").get(pk=version.plan_id)

    found = reading(plan, TODAY)

    assert found is not None
    ((first, last, words),) = found["symptoms"]
    assert first == last
    assert words.startswith(("1 present", "2 present", "3 present"))
    assert found["flags"] == [(first, first, "red flag: seizure")]


def test_a_plan_that_is_not_signed_has_nothing_to_read(otto: Patient, clare: User) -> None:
    plan = a_plan(otto, clare)

    assert reading(Plan.objects.select_related("patient__clinic").get(pk=plan.pk), TODAY) is None
