"""Changing a running plan on its pages: typed, shown, confirmed, signed."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from patients.models import Patient
from plans.models import Draft, Plan
from taperplan.accounts.models import Clinic, User
from tests import doors
from tests.factories import PatientFactory, signed_plan

STAY = {
    "from_day_0": "2", "from_day_1": "12", "from_day_2": "2026",
    "how_long": "days", "days": "14", "reason": "Sleep is worse.",
}  # fmt: skip


@pytest.fixture
def plan(clinic: Clinic, clare: User) -> Plan:
    otto: Patient = PatientFactory(clinic=clinic, otto=True)
    made: Plan = signed_plan(otto, clare)
    return made


def url(plan: Plan, name: str) -> str:
    return reverse(f"plans:{name}", kwargs={"plan": plan.pk})


def sent(client: doors.Client, plan: Plan, name: str, **typed: str) -> Any:
    """The form as it was given out, with what is typed."""
    page = client.get(url(plan, name))
    given = {"token": page.context["form"]["token"].value()}
    return client.post(url(plan, name), {**given, **typed})


def test_dates_are_shown_before_and_after_and_nothing_is_drafted_yet(
    plan: Plan, clare_client: doors.Client
) -> None:
    page = sent(clare_client, plan, "hold", **STAY)

    body = page.content.decode()
    assert "Staying on 3 mg until Sun 20 Dec 2026" in body.replace("\u00a0", " ")
    assert "Ends 14 days later. Dose unchanged." in body.replace("\u00a0", " ")
    assert 'value="confirm"' in body
    assert not Draft.objects.exists()


def test_what_was_confirmed_is_a_draft_ready_to_be_signed(
    plan: Plan, clare_client: doors.Client
) -> None:
    done = sent(clare_client, plan, "hold", **STAY, act="confirm")

    assert done.headers["Location"] == url(plan, "sign")
    body = clare_client.get(url(plan, "sign")).content.decode().replace("\u00a0", " ")
    assert "until Sun 20 Dec 2026" in body
    assert "Sleep is worse." in body


def test_a_stay_without_a_last_day_waits_for_the_stated_end(
    plan: Plan, clare_client: doors.Client
) -> None:
    done = sent(
        clare_client, plan, "hold", **{**STAY, "how_long": "open", "days": ""}, act="confirm"
    )

    assert done.headers["Location"] == url(plan, "draft")
    body = clare_client.get(url(plan, "draft")).content.decode().replace("\u00a0", " ")
    assert "Staying on the dose of Wed 2 Dec 2026" in body


@pytest.mark.parametrize(
    ("typed", "refused"),
    [
        ({"how_long": ""}, "Choose one answer."),
        ({"days": ""}, "Nothing is typed here yet."),
        ({"how_long": "open"}, "another answer is chosen above"),
        ({"reason": " "}, "Type the reason."),
        ({"from_day_0": "1", "from_day_1": "10"}, "No step is in force on Thu 1 Oct 2026."),
        ({"days": "14.5"}, "14.5"),
    ],
)
def test_what_cannot_be_read_is_refused_and_comes_back_as_typed(
    plan: Plan, clare_client: doors.Client, typed: dict[str, str], refused: str
) -> None:
    page = sent(clare_client, plan, "hold", **{**STAY, **typed})

    body = page.content.decode().replace("\u00a0", " ")
    assert page.status_code == 422
    assert refused in body
    assert 'name="from_day_2" value="2026"' in body
    assert not Draft.objects.exists()


def test_an_interruption_says_who_sets_the_doses(plan: Plan, clare_client: doors.Client) -> None:
    typed = {
        "from_day_0": "2", "from_day_1": "12", "from_day_2": "2026", "ends": "open",
        "where": "Southfield Hospital", "reason": "Fracture.",
    }  # fmt: skip

    page = sent(clare_client, plan, "interrupt", **typed)
    body = page.content.decode().replace("\u00a0", " ")
    assert "set by Southfield Hospital, not recorded here" in body

    sent(clare_client, plan, "interrupt", **typed, act="confirm")
    assert Draft.objects.get().away_until is None


def test_a_change_may_begin_at_a_time_of_day(plan: Plan, clare_client: doors.Client) -> None:
    typed = {
        "from_day_0": "2", "from_day_1": "12", "from_day_2": "2026", "from_slot": "evening",
        "ends": "open", "where": "Southfield Hospital", "reason": "Fracture.",
    }  # fmt: skip

    shown = sent(clare_client, plan, "interrupt", **typed).content.decode().replace("\u00a0", " ")
    assert "In force from Wed 2 Dec 2026 in the evening." in shown
    assert 'name="from_slot" value="evening"' in shown

    sent(clare_client, plan, "interrupt", **typed, act="confirm")
    cells = Draft.objects.get().cells
    assert (cells["in_force_from"], cells["in_force_slot"]) == ("2 Dec 2026", "evening")


def test_a_running_plan_offers_what_can_be_done_to_it_and_a_monitor_none(
    plan: Plan, clare_client: doors.Client, theo_client: doors.Client
) -> None:
    mine = clare_client.get(url(plan, "plan")).content.decode()
    theirs = theo_client.get(url(plan, "plan")).content.decode()

    assert url(plan, "hold") in mine
    assert url(plan, "interrupt") in mine
    assert url(plan, "resume") not in mine
    assert url(plan, "hold") not in theirs


def test_what_is_typed_can_be_changed_before_it_is_confirmed(
    plan: Plan, clare_client: doors.Client
) -> None:
    page = sent(clare_client, plan, "hold", **STAY, act="edit")

    assert 'name="days" value="14"' in page.content.decode()
    assert not Draft.objects.exists()
