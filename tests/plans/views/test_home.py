"""The worklist: what stands on it, in which order, and what it costs."""

from __future__ import annotations

import re
import uuid
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from patients.models import Patient, RiskBenefitReview
from patients.vocabulary import Item
from plans.actions import change
from plans.actions import plan as plan_actions
from plans.presenters import frame, home, waiting
from plans.presenters.home import MOST, OVERVIEW
from plans.presenters.waiting import Waiting, Whose
from taperplan.kept import Kept
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
from tests.plans.typing import NOW, ROUTINE, SEIZURE, completed, keep

if TYPE_CHECKING:
    from collections.abc import Iterator

    from taperplan.accounts.models import Clinic, User

BUDGET = 10
CHANGE = {"decision": "change the plan", "decision-reason": "sleep is worse"}


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    """Tue 24 Nov 2026, in the morning: the day of the other tests."""
    with time_machine.travel(NOW + timedelta(minutes=7), tick=False):
        yield


def page(user: User, query: str = "") -> str:
    response = doors.signed_in(user).get(f"/{query}")
    assert response.status_code == 200
    return response.content.decode().replace("\u00a0", " ")


def frame_of(user: User) -> frame.Frame:
    assert user.clinic is not None
    asking = SimpleNamespace(user=user, clinic=user.clinic, now=NOW, today=user.clinic.day(NOW))
    return frame.Frame(asking, flags=True)


def test_a_red_flag_stands_first_and_can_be_acknowledged_in_one_press(
    clinic: Clinic, clare: User, theo: User
) -> None:
    keep(PatientFactory(clinic=clinic, otto=True), theo, {**ROUTINE, **SEIZURE})

    shown = page(clare)

    assert "Emergency red flag open: seizure recorded present" in shown
    assert shown.index("Red flags <span") < shown.index("Check-ins begun <span")
    assert "not acknowledged for 7 min" in shown
    assert "/acknowledge/" in shown


def test_a_red_flag_of_anybody_is_shown_to_whoever_looks_at_their_own(
    clinic: Clinic, clare: User, theo: User
) -> None:
    CareTeamFactory(patient=PatientFactory(clinic=clinic), user=clare)
    keep(PatientFactory(clinic=clinic, otto=True), theo, {**ROUTINE, **SEIZURE})

    shown = page(clare, "?whose=mine")

    assert "SAMPLE, Otto" in shown
    assert "Check-ins begun <span" not in shown


def test_check_ins_late_and_due_say_so_in_words(clinic: Clinic, clare: User) -> None:
    late, due, later = (PatientFactory(clinic=clinic) for _patient in range(3))
    for patient, day in ((late, "20"), (due, "24"), (later, "25")):
        completed(
            patient,
            clare,
            {**ROUTINE, "next_0": day, "next_1": "11"},
            now=NOW - timedelta(days=9),
        )

    shown = page(clare)

    assert "4 days overdue" in shown
    assert "Fri 20 Nov 2026" in shown
    assert "Due today" in shown
    assert later.family_name.upper() not in shown


def test_a_step_that_changes_this_week_names_both_doses(clinic: Clinic, clare: User) -> None:
    cells = plan_cells(in_force_from="18 Nov 2026", reason="agreed")
    cells["steps"][0]["first_day"] = "18 Nov 2026"
    signed_plan(PatientFactory(clinic=clinic), clare, cells, now=NOW - timedelta(days=6))

    shown = page(clare)

    assert "<b>3 mg</b> to <b>2 mg</b>" in shown
    assert "Step 2 of 3 · planned, version 1" in shown
    assert "In 1 day" in shown


def test_the_last_day_of_a_drug_says_what_happens_then(clinic: Clinic, clare: User) -> None:
    cells = plan_cells(in_force_from="5 Nov 2026", reason="agreed")
    cells["steps"][0]["first_day"] = "5 Nov 2026"
    signed_plan(PatientFactory(clinic=clinic), clare, cells, now=NOW - timedelta(days=20))

    assert "<b>1 mg</b>, then <b>stop</b>" in page(clare)


def test_a_plan_whose_last_dated_day_is_near_stands_among_those_that_end(
    clinic: Clinic, clare: User
) -> None:
    cells = plan_cells(in_force_from="5 Nov 2026", reason="agreed")
    cells["steps"][0]["first_day"] = "5 Nov 2026"
    near = signed_plan(PatientFactory(clinic=clinic), clare, cells, now=NOW - timedelta(days=20))
    later = plan_cells(in_force_from="18 Nov 2026", reason="agreed")
    later["steps"][0]["first_day"] = "18 Nov 2026"
    signed_plan(PatientFactory(clinic=clinic), clare, later, now=NOW - timedelta(days=6))

    shown = page(clare, "?show=ending")

    assert shown.count("data-row") == 1
    assert str(near.patient_id) in shown
    assert "Last dated day of the plan: <b>Wed 25 Nov 2026</b>" in shown
    assert "Ends in 1 day" in shown


def test_a_stay_that_ends_this_week_says_until_when(clinic: Clinic, clare: User) -> None:
    cells = plan_cells(in_force_from="18 Nov 2026", reason="agreed")
    cells["steps"][0]["first_day"] = "18 Nov 2026"
    plan = signed_plan(PatientFactory(clinic=clinic), clare, cells, now=NOW - timedelta(days=6))
    today = NOW.date()
    staying = change.staying(
        plan=plan, from_day=today, until=date(2026, 11, 27), reason="Sleep is worse.", today=today
    )
    draft = change.draft(key=uuid.uuid4(), plan=plan, change=staying, now=NOW, by=clare)
    assert "Stays that end <span" not in page(clare)
    plan_actions.sign(
        key=draft.pk,
        plan=plan,
        revision=draft.revision,
        not_asked_reason="Asked at the next visit.",
        now=NOW,
        today=today,
        by=clare,
    )

    shown = page(clare, "?show=staying")

    assert "Staying on this dose until <b>Fri 27 Nov 2026</b>" in shown
    assert "Ends in 3 days" in shown


def test_a_notice_that_reached_nobody_stands_right_below_the_red_flags(
    clinic: Clinic, clare: User, theo: User
) -> None:
    keep(PatientFactory(clinic=clinic, otto=True), theo, {**ROUTINE, **SEIZURE})

    shown = page(clare, "?whose=mine")

    assert shown.index("Red flags <span") < shown.index("Notices not delivered <span")
    assert "tell the on-call clinician by phone" in shown


def test_a_draft_of_whom_not_everything_was_asked_leads_to_the_intake(
    clinic: Clinic, clare: User
) -> None:
    plan = draft_plan(PatientFactory(clinic=clinic), clare)

    assert f"/patients/{plan.patient_id}/intake/" in page(clare, "?show=intake")

    for item in Item:
        AnswerFactory(patient=plan.patient, item=item.value, answer="no", detail="")

    assert "Intake items open <span" not in page(clare)


def test_one_glance_tells_mine_from_the_teams(clinic: Clinic, clare: User) -> None:
    CareTeamFactory(patient=draft_plan(PatientFactory(clinic=clinic), clare).patient, user=clare)
    draft_plan(PatientFactory(clinic=clinic), clare)

    shown = " ".join(page(clare).split())

    assert 'Mine <span class="how-many">1</span>' in shown
    assert 'Team <span class="how-many">2</span>' in shown


def test_the_figures_of_the_two_lists_hang_on_nothing_that_is_chosen(
    clinic: Clinic, clare: User
) -> None:
    """Where everything is shown they are the sum of its groups, elsewhere counted apart."""
    everything(clinic, clare, 2)
    CareTeamFactory(patient=PatientFactory(clinic=clinic, family_name="Mine"), user=clare)
    draft_plan(PatientFactory(clinic=clinic, family_name="Other"), clare)

    shown = [page(clare, f"?whose={whose}{show}") for whose in ("mine", "team")
             for show in ("", "&show=reviews", "&show=drafts")]  # fmt: skip
    figures = {
        tuple(re.findall(r'(?:Mine|Team) <span class="how-many">(\d+)', one)) for one in shown
    }

    assert len(figures) == 1
    ((mine, team),) = figures
    assert 0 <= int(mine) < int(team)


def test_a_version_that_is_replaced_changes_nothing(clinic: Clinic, clare: User) -> None:
    cells = plan_cells(in_force_from="18 Nov 2026", reason="agreed")
    cells["steps"][0]["first_day"] = "18 Nov 2026"
    plan = signed_plan(PatientFactory(clinic=clinic), clare, cells, now=NOW - timedelta(days=6))
    longer = [{**cells["steps"][0], "days": "21"}, *cells["steps"][1:]]
    next_version(
        plan, clare, steps=longer, in_force_from="22 Nov 2026", now=NOW - timedelta(days=2)
    )

    assert "<b>3 mg</b> to <b>2 mg</b>" not in page(clare)


def test_what_was_asked_for_stands_on_the_prescribers_list_until_answered(
    clinic: Clinic, clare: User, theo: User
) -> None:
    completed(
        PatientFactory(clinic=clinic), theo, {**ROUTINE, **CHANGE, "decision_reason": "worse"}
    )

    assert "Asked for, not yet signed <span" in page(clare)
    assert "Asked for, not yet signed <span" not in page(theo)


def test_a_declined_safety_question_keeps_the_patient_on_the_list(
    clinic: Clinic, clare: User
) -> None:
    completed(PatientFactory(clinic=clinic), clare, {**ROUTINE, "s-seizure": "declined"})

    assert "Safety questions open <span" in page(clare)


def test_a_draft_is_named_by_the_title_that_was_typed(clinic: Clinic, clare: User) -> None:
    draft_plan(PatientFactory(clinic=clinic), clare)

    shown = page(clare)

    assert "Drafts not signed <span" in shown
    assert "Plan: Examplazepam, reducing" in shown


def test_nothing_waiting_is_said_in_a_sentence(clinic: Clinic, clare: User) -> None:
    shown = page(clare)

    assert "Nothing is waiting for you" in shown
    assert "No red flag is open." in shown


def test_the_figure_in_the_bar_is_the_number_of_rows_that_wait_for_an_act(
    clinic: Clinic, clare: User
) -> None:
    everything(clinic, clare, 2)

    shown = page(clare)

    dated_ahead = shown.count("planned, version")
    assert dated_ahead == 2
    # Who is not told yet stands on the list; the bar would read every plan in force to count it.
    not_told = shown.count("Not everybody is told")
    assert not_told
    # Beside the red flag and the draft, which are counted, stand what they still lack.
    lacking = shown.count("Not asked yet") + shown.count("Not delivered")
    rows = shown.count("data-row") - dated_ahead - not_told - lacking
    assert f'<span class="count">{rows}</span>' in " ".join(shown.split())


def test_an_administrator_is_led_to_the_accounts(ada: User) -> None:
    response = doors.signed_in(ada).get("/")

    assert response.status_code == 302
    assert response["Location"].startswith("/accounts/")


def test_a_group_shows_so_many_and_says_how_many_there_are(clinic: Clinic, clare: User) -> None:
    for _patient in range(MOST + 3):
        draft_plan(PatientFactory(clinic=clinic), clare)

    shown = page(clare)
    drafts = page(clare, "?whose=team&show=drafts")
    rest = page(clare, "?whose=team&show=drafts&page=2")

    assert f"{OVERVIEW} of {MOST + 3} are shown." in shown
    assert drafts.count("data-row") == MOST
    assert rest.count("data-row") == 3


def test_a_long_group_is_counted_so_far_and_on_its_own_pages_to_the_end_of_each(
    clinic: Clinic, clare: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever the count says, each row stands on one page, and none on two."""
    monkeypatch.setattr(home, "COUNTED", 2)
    monkeypatch.setattr(home, "COUNTED_DEAR", 2)
    monkeypatch.setattr(home, "_kept", Kept())
    for _patient in range(5):
        cells = plan_cells(in_force_from="18 Nov 2026", reason="agreed")
        cells["steps"][0]["first_day"] = "18 Nov 2026"
        signed_plan(PatientFactory(clinic=clinic), clare, cells, now=NOW - timedelta(days=6))
        draft_plan(PatientFactory(clinic=clinic), clare)

    for key in ("changing", "told", "drafts"):
        found = [
            home.worklist(
                user=clare, frame=frame_of(clare), now=NOW, today=NOW.date(), whose="team",
                show=key, page=page, most=2,
            )
            for page in (1, 2, 3)
        ]  # fmt: skip
        groups = [one.groups[0] for one in found]

        assert [group.how_many for group in groups] == ["more than 2", "more than 4", "5"], key
        assert [len(group.rows) for group in groups] == [2, 2, 1], key
        assert len({row.url for group in groups for row in group.rows}) == 5, key
        assert [bool(one.older) for one in found] == [True, True, False], key

    whole = home.worklist(
        user=clare, frame=frame_of(clare), now=NOW, today=NOW.date(), whose="team", most=2
    )
    for group in whole.groups:
        assert (group.how_many, group.more_words) == (
            "more than 2", "2 of more than 2 are shown.",
        ), group.key  # fmt: skip


def test_what_waits_is_counted_so_far_in_the_bar_and_on_both_lists(
    clinic: Clinic, clare: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (waiting, frame):
        monkeypatch.setattr(module, "MOST_WAITING", 3)
        monkeypatch.setattr(module, "_kept", Kept(), raising=False)
    monkeypatch.setattr(home, "_kept", Kept())
    keep(PatientFactory(clinic=clinic, otto=True), clare, {**ROUTINE, **SEIZURE})
    for _patient in range(2):
        draft_plan(PatientFactory(clinic=clinic), clare)
    assert '<span class="count">4</span>' in " ".join(page(clare).split())

    CareTeamFactory(patient=draft_plan(PatientFactory(clinic=clinic), clare).patient, user=clare)
    shown = " ".join(page(clare).split())

    assert '<span class="count">2</span>' in shown
    assert 'Mine <span class="how-many">2</span>' in shown
    assert 'Team <span class="how-many">4+</span>' in shown


@pytest.mark.parametrize("whose", [Whose.EVERYBODY, Whose.MINE])
def test_looking_up_mine_one_by_one_finds_the_same(
    clinic: Clinic, clare: User, theo: User, whose: Whose
) -> None:
    everything(clinic, clare, 2)
    for number, patient in enumerate(Patient.objects.order_by("pk")):
        CareTeamFactory(patient=patient, user=(clare, theo)[number % 2])
        if number % 4 == 0:
            CareTeamFactory(patient=patient, user=clare, role="monitor")
    many = Waiting(clare, NOW.date(), whose)
    few = replace(many, few=True)

    for key, branch in home._branches(many, NOW).items():
        other = home._branches(few, NOW)[key]
        if branch.keys is not None and other.keys is not None:
            assert list(branch.keys(99)) == list(other.keys(99)), key
            # Whose is left to chance; that there is something is not.
            assert whose is Whose.MINE or list(branch.keys(99)), key
        else:
            assert list(branch.rows) == list(other.rows), key


@pytest.mark.parametrize(
    "query",
    [
        "?page=0",
        "?page=-1",
        "?page=%D9%A1",
        "?page=1e9",
        "?show=nonsense",
        "?whose=x",
        "?page=99999",
    ],
)
def test_an_address_with_nonsense_in_it_is_a_page_all_the_same(
    clinic: Clinic, clare: User, query: str
) -> None:
    page(clare, query)


def everything(clinic: Clinic, by: User, many: int) -> None:
    """So many of each thing that a worklist can show."""
    ago = NOW - timedelta(days=9)
    for _one in range(many):
        keep(PatientFactory(clinic=clinic), by, {**ROUTINE, **SEIZURE})
        for day in ("20", "24"):
            late = {**ROUTINE, "next_0": day, "next_1": "11", "s-seizure": "declined"}
            completed(PatientFactory(clinic=clinic, number=str(uuid.uuid4())), by, late, now=ago)
        draft_plan(PatientFactory(clinic=clinic), by)
        cells = plan_cells(in_force_from="18 Nov 2026", reason="agreed")
        cells["steps"][0]["first_day"] = "18 Nov 2026"
        signed_plan(PatientFactory(clinic=clinic), by, cells, now=NOW - timedelta(days=6))
        completed(
            PatientFactory(clinic=clinic), by, {**ROUTINE, **CHANGE, "decision_reason": "worse"}
        )


@pytest.mark.one_engine
@pytest.mark.parametrize("most", [10, pytest.param(100, marks=pytest.mark.slow)])
def test_the_worklist_costs_the_same_for_one_ten_and_a_hundred(
    clinic: Clinic, clare: User, most: int
) -> None:
    counted = {}
    for many, more in ((1, 1), (most, most - 1)):
        everything(clinic, clare, more)
        client = doors.signed_in(clare)
        client.get("/")  # the first of a session notes that somebody is there
        with CaptureQueriesContext(connection) as queries:
            assert client.get("/").status_code == 200
        counted[many] = len(queries)

    assert set(counted.values()) == {counted[1]}
    assert counted[1] <= BUDGET, counted


def test_a_worklist_that_stands_open_learns_of_a_new_red_flag(
    clinic: Clinic, clare: User, theo: User
) -> None:
    client = doors.signed_in(clare)
    shown = client.get("/").content.decode()
    ask = shown[shown.index("/red-flags/now/?shown=") :].split('"')[0]
    assert client.get(ask).status_code == 204

    keep(PatientFactory(clinic=clinic, otto=True), theo, {**ROUTINE, **SEIZURE})
    told = client.get(ask)

    assert told.status_code == 200
    assert 'role="alert"' in told.content.decode()
    assert "seizure recorded present" in told.content.decode()


def test_asking_for_red_flags_keeps_no_session_alive(clinic: Clinic, clare: User) -> None:
    assert "Taperplan-Background" in page(clare)


def test_a_day_is_the_clinics_and_not_the_servers(clinic: Clinic, clare: User) -> None:
    with time_machine.travel(datetime(2026, 11, 24, 23, 30, tzinfo=UTC), tick=False):
        assert "Wednesday 25 November 2026" in page(clare)


def test_a_risk_benefit_review_stands_there_until_a_later_one_is_recorded(
    clinic: Clinic, clare: User
) -> None:
    otto = PatientFactory(clinic=clinic, otto=True)
    row = {"patient": otto, "recorded_by": clare}
    late = (NOW - timedelta(days=3)).date()
    RiskBenefitReview.objects.create(next_on=late, recorded_at=NOW - timedelta(days=90), **row)

    shown = page(clare, "?whose=team")
    assert "Risk-benefit reviews due" in shown
    assert "3 days overdue" in shown

    RiskBenefitReview.objects.create(held_on=NOW.date(), recorded_at=NOW, **row)
    assert "Risk-benefit reviews due <span" not in page(clare, "?whose=team")


def test_a_check_in_that_was_begun_is_one_press_away(clinic: Clinic, clare: User) -> None:
    kept = keep(PatientFactory(clinic=clinic, otto=True), clare, {"note": "half"})
    assert f"/check-ins/drafts/{kept.draft.pk}/" in page(clare)
