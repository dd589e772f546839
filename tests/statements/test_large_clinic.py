"""What waits is found from what waits, not from everybody who is registered."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.db import connection, transaction
from django.db.models import Count, Exists, OuterRef
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from patients.access import find
from patients.models import Patient
from plans.models import Escalation, FollowUp, Outbox, Plan, Step, Told, Version
from plans.presenters import home
from plans.presenters.waiting import Waiting, Whose
from plans.rules.notices import LATE, TRIES
from plans.rules.redflags import EscalationState
from tests import doors
from tests.access.world import World
from tests.factories import CareTeamFactory
from tests.harness.databases import forget_statistics

MANY = 3000
DAY = date(2026, 3, 2)
# How each engine says that it reads every patient, or every patient of a clinic.
EVERYBODY = re.compile(
    r"SCAN patients_patient|SCAN U\d+ .*patients_patient|USING INDEX patients_patient_clinic"
    r"|Seq Scan on patients_patient|patients_patient_clinic\w* on patients_patient"
)


# And how SQLite says that it reads every plan, or every version, step or told list of one: those
# that wait to be told have an index that holds no others.
EVERY_PLAN = re.compile(
    r"SCAN plans_(?:plan|version|step|told|drug)\b(?! USING (?:COVERING )?INDEX plan_to_tell)"
)
PLANS = 600


@pytest.fixture
def crowded(world: World) -> Iterator[World]:
    world.fill()
    like = world.patient
    Patient.objects.bulk_create(
        Patient(
            pk=uuid.uuid4(),
            clinic=like.clinic,
            family_name="CROWD",
            given_names=f"Number {number}",
            name_search=f" crowd number {number}",
            born=date(1970, 1, 1),
            registered_by=like.registered_by,
            registered_at=like.registered_at,
            changed_at=like.changed_at,
        )
        for number in range(MANY)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    yield world
    forget_statistics()


def plan_of(sql: str) -> str:
    """How the engine means to answer."""
    explain = "EXPLAIN QUERY PLAN " if connection.vendor == "sqlite" else "EXPLAIN "
    with connection.cursor() as cursor:
        cursor.execute(explain + sql.replace("%", "%%"), [])
        return "\n".join(str(row[-1]) for row in cursor.fetchall())


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["help", "plans:home"])
def test_no_page_reads_every_patient_of_a_clinic_to_say_what_waits(
    crowded: World, name: str
) -> None:
    client = doors.signed_in(crowded.clare)
    client.get(reverse("help"))
    with CaptureQueriesContext(connection) as captured:
        assert client.get(reverse(name)).status_code == 200
    large = [
        query["sql"] for query in captured.captured_queries if "plans_followup" in query["sql"]
    ]

    assert large
    for sql in large:
        assert not EVERYBODY.search(plan_of(sql)), plan_of(sql)


@pytest.mark.django_db
def test_a_statement_that_reads_every_patient_is_found(crowded: World) -> None:
    of_clinic = Patient.objects.filter(clinic=crowded.patient.clinic_id, family_name="CROWD")
    waiting = Waiting(crowded.clare, date(2026, 3, 2), Whose.EVERYBODY)
    with CaptureQueriesContext(connection) as captured:
        list(of_clinic.values("pk"))
        list(waiting.overdue.values("pk"))
    everybody, few = (query["sql"] for query in captured.captured_queries)

    assert EVERYBODY.search(plan_of(everybody))
    assert not EVERYBODY.search(plan_of(few))


@pytest.mark.django_db
@pytest.mark.one_engine
def test_follow_ups_of_some_days_are_found_from_these_days(crowded: World) -> None:
    some = FollowUp.objects.visible_to(crowded.clare).filter(due_on__range=(DAY, DAY))
    with CaptureQueriesContext(connection) as captured:
        list(some.values("pk"))
    assert not EVERYBODY.search(plan_of(captured[0]["sql"])), plan_of(captured[0]["sql"])


@pytest.mark.django_db
@pytest.mark.one_engine
def test_what_was_told_in_the_years_before_is_not_read_to_say_what_is_stuck(
    crowded: World,
) -> None:
    """Of thousands of red flags that were answered, the frame of a page asks none."""
    flag, people = crowded.escalation, Patient.objects.filter(family_name="CROWD")[:1000]
    clinic = crowded.patient.clinic
    long_ago = [
        Escalation(
            pk=uuid.uuid4(), patient=patient, symptom=flag.symptom, label=flag.label,
            level=flag.level, state=EscalationState.CLOSED.value, revision=3, telling=False,
            raised_at=flag.raised_at, raised_by=flag.raised_by, reported_at=flag.reported_at,
            acknowledged_at=flag.raised_at, acknowledged_by=flag.raised_by,
        )
        for patient in people
    ]  # fmt: skip
    Escalation.objects.bulk_create(long_ago)
    Outbox.objects.bulk_create(
        Outbox(
            pk=uuid.uuid4(), escalation=one, move=1, rung=rung, turn=0, made_at=flag.raised_at,
            due_at=flag.raised_at, told_at=flag.raised_at,
        )
        for one in long_ago
        for rung in (1, 2)
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    stuck = Outbox.objects.stuck(clinic, now=timezone.now(), patience=LATE, tries=TRIES)
    with CaptureQueriesContext(connection) as captured:
        list(stuck.values("pk"))
    steps = plan_of(captured[0]["sql"])
    assert "escalation_unanswered" in steps
    assert not re.search(r"SCAN plans_(outbox|escalation)\b(?! USING)", steps), steps


def planned(world: World) -> None:
    """So many plans in force, of which all but one in twenty were told, with steps of all days."""
    by, at = world.patient.registered_by, world.patient.registered_at
    today = timezone.now().date()
    plans, versions, steps = [], [], []
    for number, patient in enumerate(Patient.objects.filter(family_name="CROWD")[:PLANS]):
        plan = Plan(
            pk=uuid.uuid4(), patient=patient, state="active", begun_at=at, begun_by=by,
            signed_at=at, told_revision=1 if number % 20 else None,
        )  # fmt: skip
        first = today - timedelta(days=number % 60)
        version = Version(
            pk=uuid.uuid4(), plan=plan, number=1, kind="first", in_force_from=first,
            signed_at=at, signed_by=by, digest="0" * 64,
        )  # fmt: skip
        steps += [
            Step(
                pk=uuid.uuid4(), version=version, position=place + 1, key=f"s{place}",
                first_day=first + timedelta(days=14 * place),
                last_day=first + timedelta(days=14 * place + 13), rhythm="daily", cycle_days=1,
            )
            for place in range(3)
        ]  # fmt: skip
        plans.append(plan)
        versions.append(version)
    Plan.objects.bulk_create(plans)
    with transaction.atomic():
        Step.objects.bulk_create(steps)
        Version.objects.bulk_create(versions)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


@pytest.mark.django_db
@pytest.mark.one_engine
def test_no_group_of_a_worklist_reads_every_plan_in_force(crowded: World) -> None:
    planned(crowded)
    now = timezone.now()
    everybody = Waiting(crowded.clare, now.date())
    few = replace(everybody, whose=Whose.MINE, few=True)
    asked = [
        branch.rows.values("pk")[:50] if branch.keys is None else branch.keys(101)[:101]
        for waiting in (everybody, few)
        for branch in home._branches(waiting, now).values()
    ]
    with CaptureQueriesContext(connection) as captured:
        found = [len(rows) for rows in asked]

    assert max(found[: len(found) // 2]) > 30
    assert len(captured) > 20
    for query in captured.captured_queries:
        assert not EVERY_PLAN.search(plan_of(query["sql"])), plan_of(query["sql"])


@pytest.mark.django_db
@pytest.mark.one_engine
def test_a_statement_that_reads_every_plan_in_force_is_found(crowded: World) -> None:
    """As it was: the told list of each newest version, and the latest version of each plan."""
    planned(crowded)
    newest = Version.objects.filter(replaced_by=None, plan__state="active")
    told = Told.objects.filter(version=OuterRef("pk")).values("version").annotate(n=Count("pk"))
    waiting = Waiting(crowded.clare, date(2026, 3, 2), Whose.EVERYBODY)
    with CaptureQueriesContext(connection) as captured:
        list(newest.filter(~Exists(told)).order_by("signed_at").values("pk")[:50])
        list(waiting.told_open.order_by("plan__signed_at").values("pk")[:50])
    everything, few = (query["sql"] for query in captured.captured_queries)

    # The words are SQLite's; PostgreSQL reads so few plans whole whatever is asked.
    assert bool(EVERY_PLAN.search(plan_of(everything))) is (connection.vendor == "sqlite")
    assert not EVERY_PLAN.search(plan_of(few)), plan_of(few)


@pytest.mark.django_db
@pytest.mark.one_engine
def test_mine_are_searched_from_my_team(crowded: World) -> None:
    """However many share the word: of some hundreds of my patients each is asked for it."""
    sought = list(Patient.objects.filter(family_name="CROWD")[:2])
    for patient in sought:
        CareTeamFactory(patient=patient, user=crowded.clare)
    with CaptureQueriesContext(connection) as captured:
        found = find(crowded.clare, "crowd", mine=True)
        find(crowded.clare, "crowd")
    *mine, _others, everybodys = (plan_of(query["sql"]) for query in captured.captured_queries)
    assert found.count == len(sought)
    assert "patient_recent" in everybodys
    for plan in mine:
        assert not EVERYBODY.search(plan), plan
        assert "patient_recent" not in plan, plan
