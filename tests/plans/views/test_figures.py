"""A clinic's figures are counts, and nobody is found by them, not by subtraction either."""

from __future__ import annotations

import csv
import io
import uuid
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from patients.models import Patient
from plans.models import CheckIn, Escalation, EscalationMove, Plan
from plans.presenters.figures import csv as csv_of
from plans.presenters.figures import figures, lines
from plans.rules import columns
from plans.rules.figures import SMALLEST, Answered, Done, Seen, answered, outcomes, protected
from taperplan.audit.models import AuditEvent
from tests import doors, factories
from tests.plans.models.rows import a_patient, a_plan
from tests.plans.typing import ROUTINE, completed

if TYPE_CHECKING:
    from taperplan.accounts.models import Clinic, User

TODAY = date(2026, 11, 24)
NOW = datetime(2026, 11, 24, 8, 41, tzinfo=UTC)


@settings(deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.integers(0, 12), min_size=1, max_size=7))
def test_no_small_cell_is_shown_or_had_by_subtraction(counts: list[int]) -> None:
    line = protected(counts)
    shown = [count for count in line.cells if count is not None]
    kept = [count for count, cell in zip(counts, line.cells, strict=True) if cell is None]

    assert not [count for count in (*shown, line.total or 0) if 0 < count < SMALLEST]
    assert all(cell in (None, count) for cell, count in zip(line.cells, counts, strict=True))
    assert line.total in (None, sum(counts))
    if line.total is not None and kept:
        assert len(kept) > 1
        assert line.total - sum(shown) >= SMALLEST
    if not [count for count in counts if 0 < count < SMALLEST]:
        assert line.cells == tuple(counts)


@pytest.mark.parametrize(
    ("counts", "cells", "total"),
    [
        ((7, 3, 20), (None, None, 20), 30),
        ((0, 3, 20), (0, None, None), 23),
        ((2, 2, 20), (None, None, None), 24),
        ((3, 3, 20), (None, None, 20), 26),
        ((3, 0, 0), (None, 0, 0), None),
        ((0, 0), (0, 0), 0),
        ((5, 6), (5, 6), 11),
    ],
)
def test_what_is_kept_back(
    counts: tuple[int, ...], cells: tuple[int | None, ...], total: int | None
) -> None:
    line = protected(counts)
    assert (line.cells, line.total) == (cells, total)


def day(number: int) -> date:
    return date(2026, 11, number)


def test_a_date_is_met_by_the_next_check_in_or_is_not() -> None:
    row = [
        Seen(day(1), day(5)),
        Seen(day(4), day(10)),
        Seen(day(12), day(15)),
        Seen(day(16), day(18), missed=day(15)),
        Seen(day(19), day(24)),
        Seen(day(20), day(22)),
    ]
    found = outcomes(row, today=TODAY, expected=True)
    assert found == [
        (day(5), Done.BY_THE_DATE),
        (day(10), Done.LATER),
        (day(15), Done.NOT_DONE),
        (day(18), Done.LATER),
        (day(22), Done.NOT_DONE),
    ]
    # Who died or was transferred is waited for no more.
    assert outcomes(row, today=TODAY, expected=False) == found[:-1]


@pytest.mark.parametrize(
    ("seconds", "band"),
    [
        (None, Answered.NOT_YET), (0, Answered.QUARTER), (900, Answered.QUARTER),
        (901, Answered.HOUR), (3600, Answered.HOUR), (3601, Answered.HOURS),
        (14400, Answered.HOURS), (86400, Answered.DAY), (86401, Answered.LONGER),
    ],
)  # fmt: skip
def test_minutes_to_an_acknowledgement(seconds: float | None, band: Answered) -> None:
    assert answered(seconds) is band


# --- On the page -------------------------------------------------------------------------------


def flagged(patient: Patient, by: User, minutes: int, symptom: str) -> None:
    raised = NOW - timedelta(days=3)
    flag = Escalation.objects.create(
        id=uuid.uuid4(), patient=patient, symptom=symptom, label=symptom, level="emergency",
        state="acknowledged", revision=2, raised_at=raised, raised_by=by, reported_at=raised,
        acknowledged_at=raised + timedelta(minutes=minutes), acknowledged_by=by,
    )  # fmt: skip
    EscalationMove.objects.create(
        escalation=flag, number=2, verb="acknowledge", state="acknowledged", by=by,
        at=raised + timedelta(minutes=minutes), recorded_at=raised,
    )  # fmt: skip


@pytest.fixture
def clinic_of_nine(clinic: Clinic, clare: User) -> Clinic:
    for number in range(9):
        patient = a_patient(clare)
        a_plan(patient, clare, state="active" if number < 6 else "stopped")
        flagged(patient, clare, 10 if number < 7 else 90, "seizure")
    return clinic


def test_each_figure_is_counted_and_small_ones_are_kept_back(
    clinic_of_nine: Clinic, other_clinic: Clinic, sam: User
) -> None:
    a_plan(a_patient(sam), sam, state="active")

    found = {table.key: table for table in figures(clinic_of_nine, TODAY).tables}

    assert [table.rows[-1].key for table in found.values()] == ["2026-11"] * 3 + [""]
    (states,) = found["plans"].rows
    said = dict(zip(found["plans"].words, states.cells, strict=True))
    assert (said["active"], said["stopped"], said["draft"], states.total) == ("", "", "0", "9")
    assert found["red-flags"].rows[-1].cells == ("9", "0")
    waited = dict(
        zip(found["acknowledged"].words, found["acknowledged"].rows[-1].cells, strict=True)
    )
    assert (waited["15 minutes"], waited["4 hours"], waited["not yet"]) == ("", "", "0")
    # What is kept back is not drawn either.
    assert found["acknowledged"].rows[-1].pieces == ()

    whole = figures(clinic_of_nine, TODAY)
    assert columns.FIGURES.read(csv_of(whole)) == tuple(lines(whole))
    assert ("plans", "", "active", None) in lines(whole)


def due(day_: int, month: int) -> dict[str, str]:
    return {**ROUTINE, "next_0": str(day_), "next_1": str(month)}


def test_check_ins_are_counted_by_the_month_in_which_they_were_due(
    clinic: Clinic, clare: User
) -> None:
    patients = [factories.PatientFactory(clinic=clinic) for _number in range(6)]
    for number, patient in enumerate(patients):
        factories.signed_plan(patient, clare)
        completed(patient, clare, now=NOW - timedelta(days=40), answers=due(20, 10))
        if number:
            completed(patient, clare, now=NOW - timedelta(days=30), answers=due(1, 12))
    assert CheckIn.objects.count() == 11
    table = figures(clinic, TODAY).tables[0]
    by = {row.key: row for row in table.rows}
    assert by["2026-10"].total == "6"
    assert by["2026-10"].cells == ("0", "", "")
    assert by["2026-11"].total == "0"
    assert list(by) == ["2026-09", "2026-10", "2026-11"]


def test_the_page_and_its_table_say_the_same_and_name_nobody(
    clinic_of_nine: Clinic, ada_client: doors.Client, theo_client: doors.Client
) -> None:
    page = ada_client.get(reverse("plans:figures")).content.decode()
    answer = theo_client.get(reverse("plans:figures-table"))
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))

    assert "kept back" in page
    assert "Sample" not in page
    assert "Sample" not in answer.content.decode()
    assert {row["figure"] for row in rows} == {"check-ins", "red-flags", "acknowledged", "plans"}
    assert {row["count"] for row in rows if row["what"] == "15 minutes"} == {"0", "kept back"}
    assert AuditEvent.objects.filter(verb="exported").count() == 1
    assert Plan.objects.count() == 9


def test_the_figures_of_a_long_year_cost_a_few_statements(
    clinic_of_nine: Clinic, ada_client: doors.Client, django_assert_max_num_queries: object
) -> None:
    with django_assert_max_num_queries(10):  # type: ignore[operator]
        ada_client.get(reverse("plans:figures"))


def test_whoever_may_see_the_figures_finds_them_and_no_room_that_is_shut(
    theo_client: doors.Client, clare_client: doors.Client, ada_client: doors.Client, clinic: Clinic
) -> None:
    address = reverse("plans:figures")
    for client in (theo_client, clare_client):
        assert f'href="{address}"' in client.get(reverse("plans:home")).content.decode()
        assert reverse("plans:my-calendar") in client.get(address).content.decode()
    texts = reverse("accounts:texts")
    assert texts not in theo_client.get(address).content.decode()
    assert texts in ada_client.get(address).content.decode()
