"""Every schedule gives one daily table: on the grid, the calendar, the handout, the summary."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.urls import reverse

from patients.models import Patient
from plans.models import Version
from plans.presenters.handout import handout
from plans.presenters.paper import Printing
from plans.presenters.plan import shown
from plans.presenters.summary import summary
from plans.rules.cells import read
from taperplan.accounts.models import Clinic, User
from tests import doors
from tests.factories import PatientFactory
from tests.plans import every_day
from tests.plans.rules.more_published import MORE
from tests.plans.rules.published import PUBLISHED, Published
from tests.plans.signing import a_plan, sign

pytestmark = [pytest.mark.django_db, pytest.mark.one_engine]
NOW = datetime(2026, 11, 18, 10, 20, tzinfo=UTC)
ALL = {**PUBLISHED, **MORE}


def says_the_same_everywhere(
    version: Version, published: Published, client: doors.Client, by: User, names: dict[str, str]
) -> None:
    """`names`: how the source's products are called in what was signed."""
    schedule = version.schedule()
    products = {key: schedule.product(names.get(key, key)) for key in published.supply}
    last = published.last_day
    printing = Printing(clinic=version.plan.patient.clinic, by=by, at=NOW, code="7K4MPQ9XRTCA")

    assert every_day.on_the_grid(shown(schedule), last) == every_day.stated(
        published, products, every_day.grid_words(schedule)
    )
    assert every_day.on_the_calendar(
        client, reverse("plans:calendar", kwargs={"plan": version.plan_id}), published
    ) == every_day.stated(published, products, every_day.calendar_words(schedule))
    sheet = handout(version, printing)
    assert every_day.on_the_handout(sheet, last) == every_day.stated(
        published, products, every_day.paper_words(schedule, named=len(schedule.drugs) > 1)
    )
    assert every_day.on_the_summary(
        summary(version.plan.patient, printing), last
    ) == every_day.stated(published, products, every_day.paper_words(schedule, named=True))


@pytest.mark.parametrize(
    "letter",
    [
        pytest.param(letter, marks=pytest.mark.slow if letter == "26 steps" else ())
        for letter in ALL
    ],
)
def test_every_day_reads_the_same_on_grid_calendar_handout_and_summary(
    letter: str, clinic: Clinic, clare: User, clare_client: doors.Client
) -> None:
    published = ALL[letter]
    otto: Patient = PatientFactory(clinic=clinic, otto=True)
    cells = published.cells()
    for drug in cells["drugs"]:
        drug["end"] = drug["end"] or "stop"
    reading = read(cells, today=published.first_day)
    assert reading.schedule is not None
    version = sign(a_plan(otto, clare), reading.schedule, clare)

    says_the_same_everywhere(version, published, clare_client, clare, {})
