"""The days of a plan and the supply of a period, on their pages and as CSV."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from patients.models import Patient
from plans.models import Plan
from taperplan import tables
from taperplan.accounts.models import Clinic, User
from taperplan.audit.models import AuditEvent
from taperplan.audit.verbs import Verb
from tests import doors
from tests.factories import PatientFactory, next_version, plan_cells, signed_plan

DECEMBER = {
    "first_0": "1", "first_1": "12", "first_2": "2026",
    "last_0": "20", "last_1": "12", "last_2": "2026",
}  # fmt: skip


@pytest.fixture
def otto(clinic: Clinic) -> Patient:
    patient: Patient = PatientFactory(clinic=clinic, otto=True)
    return patient


@pytest.fixture
def plan(otto: Patient, clare: User) -> Plan:
    made: Plan = signed_plan(otto, clare)
    return made


def get(client: doors.Client, plan: Plan, name: str, **query: str) -> Any:
    return client.get(reverse(f"plans:{name}", kwargs={"plan": plan.pk}), query)


def words(response: Any) -> str:
    return str(response.content.decode().replace("\u00a0", " "))


def test_each_day_of_a_month_says_what_is_expected(plan: Plan, theo_client: doors.Client) -> None:
    page = words(get(theo_client, plan, "calendar", month="2026-12"))

    assert "December 2026" in page
    assert page.count("examplazepam: half a tablet of 1 mg (0.5 mg)") == 14
    assert "Tue 1 Dec 2026" in page
    assert "no statement" in page


def test_the_month_that_opens_is_the_nearest_to_today(
    plan: Plan, theo_client: doors.Client
) -> None:
    assert get(theo_client, plan, "calendar").status_code == 200
    for nonsense in ("2026-13", "next", "0001-01", "99999-01", "9999-12"):
        assert get(theo_client, plan, "calendar", month=nonsense).status_code == 200


def test_the_day_on_which_a_version_begins_says_so(
    plan: Plan, clare: User, theo_client: doors.Client
) -> None:
    next_version(plan, clare)

    assert "Version 2 in force" in words(get(theo_client, plan, "calendar", month="2026-12"))


def test_the_supply_of_the_whole_plan_is_shown_where_no_period_is_typed(
    plan: Plan, theo_client: doors.Client
) -> None:
    page = words(get(theo_client, plan, "supply"))

    assert "42 tablets" in page
    assert "42 mg" in page
    assert 'value="30"' not in page


def test_the_supply_of_a_typed_period_is_the_sum_of_its_days(
    plan: Plan, theo_client: doors.Client
) -> None:
    page = words(get(theo_client, plan, "supply", **DECEMBER))

    assert "Tue 1 Dec 2026 to Sun 20 Dec 2026" in page
    assert "39 tablets" in page


@pytest.mark.parametrize(
    ("typed", "refused"),
    [
        ({"last_2": "2025"}, "is before Tue 1 Dec 2026"),
        ({"last_2": "2036"}, "longer than 1,100 days"),
        ({"last_0": "31", "last_1": "2"}, "31"),
        ({"first_0": "", "first_1": "", "first_2": ""}, "Nothing is typed here yet."),
    ],
)
def test_a_period_that_is_none_is_refused(
    plan: Plan, theo_client: doors.Client, typed: dict[str, str], refused: str
) -> None:
    page = get(theo_client, plan, "supply", **{**DECEMBER, **typed})

    assert page.status_code == 422
    assert refused in words(page)
    assert get(theo_client, plan, "supply-csv", **{**DECEMBER, **typed}).status_code == 302


def test_a_plan_without_a_last_day_asks_for_a_period(
    otto: Patient, clare: User, theo_client: doors.Client
) -> None:
    cells = plan_cells()
    cells["steps"][2].update(days="", open="yes")
    cells["drugs"][0].update(end="maintain", review_on="1 Mar 2027")
    plan = signed_plan(otto, clare, cells)

    assert "The plan has no last day." in words(get(theo_client, plan, "supply"))
    assert get(theo_client, plan, "calendar-csv").status_code == 302
    assert get(theo_client, plan, "calendar-csv", **DECEMBER).status_code == 200


def test_each_day_as_csv_says_the_same_as_the_page(plan: Plan, theo_client: doors.Client) -> None:
    answer = get(theo_client, plan, "calendar-csv")
    table = tables.read(answer.content)

    assert answer.headers["Content-Disposition"] == (
        f'attachment; filename="{plan.reference}-calendar.csv"'
    )
    assert len(table.rows) == 42
    first = table.rows[0]
    assert (first["day"], first["step"], first["time"]) == ("2026-11-30", "1", "morning")
    assert (first["quantity"], first["in words"]) == ("1", "1 tablet of 1 mg (1 mg)")
    assert AuditEvent.objects.filter(verb=Verb.EXPORTED).count() == 1


def test_totals_as_csv(plan: Plan, theo_client: doors.Client) -> None:
    (row,) = tables.read(get(theo_client, plan, "supply-csv").content).rows

    assert row.cells == {
        "plan": plan.reference, "first day": "2026-11-30", "last day": "2026-12-20",
        "drug": "examplazepam", "product": "", "strength": "1", "unit": "mg", "in mL": "",
        "form": "tablet", "quantity": "42", "in words": "42 tablets",
    }  # fmt: skip


def test_a_plan_that_nobody_signed_has_no_day(
    otto: Patient, clare: User, theo_client: doors.Client
) -> None:
    from tests.factories import draft_plan

    plan = draft_plan(otto, clare)

    assert "No version is signed yet" in words(get(theo_client, plan, "calendar"))
    assert "Not signed yet" in words(get(theo_client, plan, "supply"))
