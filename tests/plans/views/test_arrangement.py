"""The supply arrangement: every figure and day typed, sums computed from what is signed."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.urls import reverse

from patients.models import Patient
from plans.models import Plan, Supply
from plans.rules.collection_days import CollectionDay, Refused, read, typed, weekdays
from taperplan.accounts.models import Clinic, User
from taperplan.audit.models import AuditEvent
from taperplan.audit.verbs import Verb
from tests import doors
from tests.factories import PatientFactory, plan_cells, signed_plan

NOON = {"pack": "blister", "taking": "home"}


@pytest.fixture
def plan(clinic: Clinic, clare: User) -> Plan:
    """Three steps of 7 days from Mon 30 Nov 2026, and an as-needed line."""
    otto: Patient = PatientFactory(clinic=clinic, otto=True)
    cells = plan_cells()
    from plans.rules.draft import blank_as_needed

    line: Any = blank_as_needed("a1")
    line.update(product="p1", quantity="1", maximum="2", gap="6 h", first_day="30 Nov 2026")
    cells["as_needed"] = [line]
    made: Plan = signed_plan(otto, clare, cells)
    return made


def url(plan: Plan) -> str:
    return reverse("plans:arrangement", kwargs={"plan": plan.pk, "number": 1})


def send(client: doors.Client, plan: Plan, **given: str) -> Any:
    token = client.get(url(plan)).context["form"]["token"].value()
    return client.post(url(plan), {"token": token, **NOON, **given})


def words(response: Any) -> str:
    return str(response.content.decode().replace("\u00a0", " "))


def test_each_collection_says_what_it_holds(plan: Plan, clare_client: doors.Client) -> None:
    done = send(
        clare_client, plan, needed_a1="4",
        collections="30 Nov 2026\n7 Dec 2026 evening\n14 Dec 2026 for 15 Dec 2026",
    )  # fmt: skip
    assert done.status_code == 302

    page = words(clare_client.get(url(plan)))
    # 21 tablets of the first step and the next morning's; then from that evening; then the rest.
    assert "examplazepam 1 mg tablet: 22 tablets" in page
    assert "examplazepam 1 mg tablet: 13 tablets" in page
    assert "examplazepam 1 mg tablet: 7 tablets" in page
    assert "moved from Tue 15 Dec 2026" in page
    assert "examplazepam 1 mg tablet: 4 tablets" in page
    assert AuditEvent.objects.filter(verb=Verb.SUPPLY_ARRANGED).count() == 1


def test_the_last_collection_lasts_as_long_as_is_typed(
    plan: Plan, clare_client: doors.Client
) -> None:
    typed_day = {"until_0": "6", "until_1": "12", "until_2": "2026"}
    send(clare_client, plan, collections="30 Nov 2026", **typed_day)

    page = words(clare_client.get(url(plan)))
    assert "up to and with Sun 6 Dec 2026" in page
    assert "21 tablets" in page


def test_no_as_needed_quantity_is_computed(plan: Plan, clare_client: doors.Client) -> None:
    send(clare_client, plan, collections="30 Nov 2026")

    assert not Supply.objects.get().as_needed.exists()
    field = clare_client.get(url(plan)).content.decode().split('name="needed_a1"')[1][:200]
    assert 'value="' not in field.split(">")[0]


def test_chosen_weekdays_are_listed_and_can_be_moved_before_anything_is_recorded(
    plan: Plan, clare_client: doors.Client
) -> None:
    page = send(
        clare_client, plan, act="list", weekdays="0", collections="2 Dec 2026",
        list_first_0="30", list_first_1="11", list_first_2="2026",
        list_last_0="14", list_last_1="12", list_last_2="2026",
    )  # fmt: skip

    assert page.status_code == 200
    assert "2 Dec 2026\n30 Nov 2026\n7 Dec 2026\n14 Dec 2026" in page.content.decode()
    assert not Supply.objects.exists()


def test_a_later_arrangement_stands_above_the_earlier_one(
    plan: Plan, clare_client: doors.Client
) -> None:
    send(clare_client, plan, collections="30 Nov 2026")
    send(clare_client, plan, collections="1 Dec 2026")

    assert list(Supply.objects.order_by("number").values_list("number", flat=True)) == [1, 2]
    page = words(clare_client.get(url(plan)))
    assert "Tue 1 Dec 2026" in page
    assert '<th scope="row">Mon 30 Nov 2026' not in page


def test_a_monitor_reads_it_and_types_none(plan: Plan, theo_client: doors.Client) -> None:
    assert "Record the arrangement" not in theo_client.get(url(plan)).content.decode()
    assert theo_client.post(url(plan), NOON).status_code == 403


@pytest.mark.parametrize(
    ("given", "refused"),
    [
        ({"collections": ""}, "Nothing is typed here yet."),
        ({"collections": "30 Nov 2026\n31 Nov 2026"}, "Line 2:"),
        ({"collections": "30 Nov 2026\n30 Nov 2026"}, "Line 2: Mon 30 Nov 2026 is there twice."),
        ({"collections": "30 Nov 2026", "pack": ""}, "Choose one answer."),
        ({"collections": "30 Nov 2026", "needed_a1": "1,5"}, "1,5 has a comma"),
        (
            {"collections": "30 Nov 2026", "until_0": "1", "until_1": "11", "until_2": "2026"},
            "is before the last collection",
        ),
    ],
)
def test_what_cannot_be_read_is_refused(
    plan: Plan, clare_client: doors.Client, given: dict[str, str], refused: str
) -> None:
    page = send(clare_client, plan, **given)

    assert page.status_code == 422
    assert refused in words(page)
    assert not Supply.objects.exists()


def test_a_typed_day_reads_back_as_itself() -> None:
    days = (
        CollectionDay(date(2026, 11, 30)),
        CollectionDay(date(2026, 12, 7), "evening"),
        CollectionDay(date(2026, 12, 24), "08:00", date(2026, 12, 25)),
    )
    assert read("\n".join(map(typed, days))) == days
    assert [one.day.day for one in weekdays(date(2026, 11, 30), date(2026, 12, 6), {0, 2})] == [
        30, 2,
    ]  # fmt: skip


def test_more_lines_than_are_kept_are_refused() -> None:
    with pytest.raises(Refused, match="More than 400"):
        read("x\n" * 401)
