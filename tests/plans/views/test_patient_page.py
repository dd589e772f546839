"""A patient's page: today's dose in words, what comes next, what happened, and what it costs."""

from __future__ import annotations

import re
import uuid
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
import time_machine
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import Resolver404, resolve

from plans.actions import check_in as check_in_actions
from plans.actions import plan as plan_actions
from plans.presenters.story import MOST
from plans.rules.lifecycle import PlanVerb
from tests import doors
from tests.factories import (
    AnswerFactory,
    CareTeamFactory,
    PatientFactory,
    draft_plan,
    next_version,
    plan_cells,
    signed_plan,
)
from tests.plans import signing
from tests.plans.typing import NOW, ROUTINE, SEIZURE, completed, keep

if TYPE_CHECKING:
    from collections.abc import Iterator

    from patients.models import Patient
    from taperplan.accounts.models import Clinic, User

BUDGET = 18
ASKED = {"decision": "change the plan", "decision_reason": "sleep is worse"}


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    """Tue 24 Nov 2026, in the morning."""
    with time_machine.travel(NOW + timedelta(minutes=7), tick=False):
        yield


@pytest.fixture
def otto(clinic: Clinic) -> Patient:
    patient: Patient = PatientFactory(clinic=clinic, otto=True, number="DEMO 0042 17")
    return patient


def page(user: User, patient: Patient, query: str = "") -> str:
    response = doors.signed_in(user).get(f"/patients/{patient.pk}/{query}")
    assert response.status_code == 200
    return " ".join(response.content.decode().replace("\u00a0", " ").split())


def running(patient: Patient, by: User, **changed: Any) -> Any:
    """A plan that has run since Wed 18 Nov: 3 mg, from 25 Nov 2 mg, from 2 Dec 1 mg."""
    cells = plan_cells(in_force_from="18 Nov 2026", reason="agreed", **changed)
    cells["steps"][0]["first_day"] = "18 Nov 2026"
    return signed_plan(patient, by, cells, now=NOW - timedelta(days=6))


def test_today_is_said_in_words_and_then_as_tablets(otto: Patient, clare: User) -> None:
    running(otto, clare)

    shown = page(clare, otto)

    assert "Expected today, Tue 24 Nov 2026" in shown
    assert '<p class="now">1 mg in the morning and 2 mg at bedtime</p>' in shown
    assert "Bedtime: 2 tablets of examplazepam 1 mg" in shown
    assert "Plan day 7 of 21." in shown


def test_the_next_change_and_the_end_are_dated(otto: Patient, clare: User) -> None:
    running(otto, clare)

    shown = page(clare, otto)

    assert "Next change, Wed 25 Nov 2026" in shown
    assert '<p class="next">1 mg in the morning and 1 mg at bedtime</p>' in shown
    assert "Step 2, in 1 day." in shown
    assert "Stop after Tue 8 Dec 2026" in shown


def test_staying_on_a_dose_never_reads_as_the_bare_word_hold(otto: Patient, clare: User) -> None:
    schedule = signing.published("C")
    plan = signing.a_plan(otto, clare)
    with transaction.atomic():
        signing.sign(
            plan,
            schedule,
            clare,
            in_force_from=date(2026, 9, 24),
            kind="hold",
            hold_from=date(2026, 11, 19),
            hold_until=date(2026, 12, 2),
        )

    shown = page(clare, otto)

    assert "Staying on this dose, day 6 of 14." in shown
    assert " hold" not in shown.lower().replace("on hold", " hold")


def test_days_with_another_team_say_who_sets_the_doses(otto: Patient, clare: User) -> None:
    plan = signing.a_plan(otto, clare)
    with transaction.atomic():
        signing.sign(
            plan,
            signing.published("C"),
            clare,
            in_force_from=date(2026, 9, 24),
            away_from=date(2026, 11, 20),
            away_until=date(2026, 11, 30),
            away_where="Eastfield Hospital",
        )

    assert "Set by Eastfield Hospital, not recorded here" in page(clare, otto)


def test_a_plan_that_has_not_begun_says_when(otto: Patient, clare: User) -> None:
    signed_plan(otto, clare)

    assert "Begins Mon 30 Nov 2026" in page(clare, otto)


def test_without_a_plan_the_page_says_so_and_types_nothing(otto: Patient, clare: User) -> None:
    shown = page(clare, otto)

    assert "No plan yet" in shown
    assert "No date is set" in shown
    assert '<input type="text"' not in shown


def test_the_open_red_flag_stands_above_the_banner(otto: Patient, clare: User, theo: User) -> None:
    keep(otto, theo, {**ROUTINE, **SEIZURE})

    shown = page(clare, otto)

    flag = shown.index("Emergency red flag open: seizure recorded present")
    assert flag < shown.index('class="banner"')
    assert "/acknowledge/" in shown
    assert "Report now" in shown


def test_the_next_check_in_says_when_it_is_late(otto: Patient, clare: User) -> None:
    answers = {**ROUTINE, "next_0": "20", "next_1": "11"}
    completed(otto, clare, answers, now=NOW - timedelta(days=9))

    shown = page(clare, otto)

    assert "Fri 20 Nov 2026" in shown
    assert "4 days overdue" in shown


def test_what_was_asked_for_stands_above_the_plan(otto: Patient, clare: User, theo: User) -> None:
    running(otto, clare)
    completed(otto, theo, {**ROUTINE, **ASKED})

    shown = page(clare, otto)

    assert shown.index("Asked for, not yet signed") < shown.index("Expected today")
    assert "Decline with a reason" in shown
    assert "Decline with a reason" not in page(theo, otto)


def test_what_is_not_asked_and_what_is_none_are_two_things(otto: Patient, clare: User) -> None:
    AnswerFactory(patient=otto, item="seizures", answer="no")
    CareTeamFactory(patient=otto, user=clare)

    shown = page(clare, otto)

    assert "<dt>History of seizures</dt> <dd>asked: none</dd>" in shown
    assert '<dt>Living situation</dt> <dd><span class="not-there">not asked</span></dd>' in shown
    assert "<dt>Prescriber</dt> <dd>Clare Exampleton</dd>" in shown


def test_the_story_is_newest_first_and_can_be_narrowed(otto: Patient, clare: User) -> None:
    running(otto, clare)
    completed(otto, clare, now=NOW - timedelta(days=1))
    keep(otto, clare, {**ROUTINE, **SEIZURE})

    shown = page(clare, otto)
    flags = page(clare, otto, "?story=flags")

    story = shown[shown.index('id="story"') :]
    order = [
        story.index(fact)
        for fact in ("Red flag raised: seizure", "Check-in at a visit", "Version 1 signed")
    ]
    assert order == sorted(order)
    assert "Red flag raised: seizure" in flags
    assert "Version 1 signed" not in flags


def _ways(shown: str) -> set[str]:
    """Where one press leads to from a page: its links, and its buttons that send at once."""
    found = re.findall(r'<(?:a\b[^>]*?href|form\b[^>]*?action)="([^"#?]+)', shown)
    return {name for path in found if (name := _name_of(path))}


def _name_of(path: str) -> str:
    try:
        return resolve(path).view_name
    except Resolver404:
        return ""


@pytest.mark.one_engine
def test_nothing_that_a_day_asks_for_is_more_than_two_actions_away(
    otto: Patient, clare: User
) -> None:
    plan = running(otto, clare)
    keep(otto, clare, {**ROUTINE, **SEIZURE})
    client = doors.signed_in(clare)

    one = _ways(page(clare, otto))
    two = one | _ways(client.get(f"/plans/{plan.pk}/").content.decode())
    two |= _ways(client.get(f"/patients/{otto.pk}/check-ins/").content.decode())

    assert one >= {
        "plans:check-in-new", "plans:check-in-edit", "plans:acknowledge", "plans:red-flag",
        "plans:contact-new", "plans:report", "plans:print-document", "plans:plan",
        "plans:patient-documents", "patients:intake", "patients:history", "plans:version",
        "plans:chart-table",
    }  # fmt: skip
    assert two >= {
        "plans:hold", "plans:interrupt", "plans:instruction", "plans:calendar", "plans:supply",
        "plans:told", "plans:move", "plans:call-attempt", "plans:patient-limits",
    }  # fmt: skip


def test_a_check_in_entered_in_error_stays_in_the_story_and_says_so(
    otto: Patient, clare: User
) -> None:
    wrong = completed(otto, clare, now=NOW - timedelta(days=1))
    check_in_actions.enter_in_error(
        check_in=wrong,
        reason="it was told about somebody else",
        right_patient=None,
        key=uuid.uuid4(),
        frozen_now=NOW,
        by=clare,
    )

    assert "Entered in error." in page(clare, otto)


def test_what_is_older_is_reached_in_turn_and_nothing_is_left_out(
    otto: Patient, clare: User
) -> None:
    for days in range(MOST + 5):
        completed(otto, clare, now=NOW - timedelta(days=days + 1))

    first = page(clare, otto)
    assert first.count('class="story-row') == MOST
    older = first[first.index("before=") : first.index("#story", first.index("before="))]
    second = page(clare, otto, f"?{older}")

    assert second.count('class="story-row') == 5


@pytest.mark.parametrize(
    "query", ["?before=yesterday", "?before=0001-01-01T00:00:00%2B00:00", "?story=x&before=9"]
)
def test_an_address_with_nonsense_in_it_is_the_page_all_the_same(
    otto: Patient, clare: User, query: str
) -> None:
    page(clare, otto, query)


def test_a_plan_that_is_over_is_named_and_its_doses_are_not(otto: Patient, clare: User) -> None:
    plan = running(otto, clare)
    plan_actions.move(
        token=uuid.uuid4(), plan=plan, verb=PlanVerb.STOP, reason="as agreed", now=NOW, by=clare
    )

    shown = page(clare, otto)

    assert "Plans that are over" in shown
    assert "Expected today" not in shown


def everything(patient: Patient, by: User, many: int) -> None:
    """So many of each thing that happens to a patient."""
    for one in range(many):
        drugs = [{**plan_cells()["drugs"][0], "name": f"examplazepam {uuid.uuid4().hex}"}]
        plan = running(patient, by, drugs=drugs)
        next_version(plan, by, now=NOW - timedelta(hours=1))
        draft_plan(patient, by)
        when = NOW - timedelta(days=1, minutes=one)
        completed(patient, by, {**ROUTINE, **ASKED}, now=when)


@pytest.mark.one_engine
@pytest.mark.parametrize("most", [10, pytest.param(100, marks=pytest.mark.slow)])
def test_the_page_costs_the_same_for_one_ten_and_a_hundred(
    otto: Patient, clare: User, most: int
) -> None:
    CareTeamFactory(patient=otto, user=clare)
    AnswerFactory(patient=otto, item="seizures", answer="no")
    keep(otto, clare, {**ROUTINE, **SEIZURE})
    counted = {}
    for many, more in ((1, 1), (most, most - 1)):
        everything(otto, clare, more)
        client = doors.signed_in(clare)
        client.get("/")  # the first of a session notes that somebody is there
        with CaptureQueriesContext(connection) as queries:
            assert client.get(f"/patients/{otto.pk}/").status_code == 200
        counted[many] = len(queries)

    assert set(counted.values()) == {counted[1]}
    assert counted[1] <= BUDGET, counted
