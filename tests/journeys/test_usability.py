"""The five jobs of a day, by keyboard alone and by touch on a phone, with every action counted.

An action is a key that is pressed or a place that is touched; text that is typed is not counted,
nor what a key makes the browser do. The most that each may take stands in `docs/usability.md`,
and this file compares the two.
"""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from plans.models import CheckIn, Document, Escalation, Version
from tests.factories import CareTeamFactory, PatientFactory, plan_cells, signed_plan
from tests.plans.typing import ROUTINE, SEIZURE, completed, keep

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

    from patients.models import Patient
    from plans.models import Plan
    from taperplan.accounts.models import Clinic, User
    from tests.harness.chromium import OpenPage

pytestmark = pytest.mark.slow
DOCUMENT = Path(__file__).parents[2] / "docs" / "usability.md"
JOBS = (
    "Find a patient",
    "Record a routine check-in",
    "Stay on a step",
    "Acknowledge a red flag",
    "Print this week's handouts",
)


def written(job: str, column: int) -> int:
    """The figure of the document: column 1 by keyboard, 2 by touch."""
    row = next(
        line
        for line in DOCUMENT.read_text(encoding="utf-8").splitlines()
        if line.startswith(f"| {job} |")
    )
    return int(row.split("|")[column + 1])


# A choice is touched on its words; the round box itself is hidden below them.
PRESS = "e => (document.querySelector(`label[for='${e.id}']`) ?? e).click()"


class Hands:
    """The keyboard alone. Each press counts, each letter of a text does not."""

    column = 1

    def __init__(self, page: Page) -> None:
        self.page, self.count = page, 0

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)
            self.count += 1

    def type(self, text: str) -> None:
        self.page.keyboard.type(text)

    def reach(self, place: Locator) -> None:
        """Tab until the keyboard is there; a group of choices is reached by any of them."""
        place.first.wait_for()
        if self.page.evaluate("document.activeElement === document.body"):
            # Past the bar, by the link that every page begins with.
            self.press("Tab", "Enter")
        for _press in range(80):
            if place.evaluate_all("all => all.includes(document.activeElement)"):
                return
            self.press("Tab")
        raise AssertionError(f"out of reach: {place}")

    def do(self, place: Locator, key: str = "Enter") -> None:
        self.reach(place)
        self.press(key)

    def fill(self, place: Locator, text: str) -> None:
        self.reach(place)
        self.type(text)

    def choose(self, place: Locator) -> None:
        self.do(place, "Space")


class Finger:
    """Touch on a phone. Each touch counts; a text is typed where the finger was."""

    column = 2

    def __init__(self, page: Page) -> None:
        self.page, self.count = page, 0

    def do(self, place: Locator, key: str = "") -> None:
        place.first.click()
        self.count += 1

    def fill(self, place: Locator, text: str) -> None:
        self.do(place)
        self.page.keyboard.type(text)

    def choose(self, place: Locator) -> None:
        place.first.evaluate(PRESS)
        self.count += 1


@pytest.fixture
def otto(clinic: Clinic, clare: User) -> Patient:
    """A plan in force that changes this week, and a check-in of four days ago."""
    patient: Patient = PatientFactory(clinic=clinic, otto=True, registered_by=clare, ready=True)
    CareTeamFactory(patient=patient, user=clare)
    now = timezone.now()
    began = clinic.day(now) - timedelta(days=5)
    first = f"{began.day} {began:%b} {began.year}"
    cells = plan_cells(in_force_from=first, reason="agreed")
    cells["steps"][0]["first_day"] = first
    signed_plan(patient, clare, cells, now=now - timedelta(days=5))
    due = clinic.day(now)
    next_on = {"next_0": str(due.day), "next_1": str(due.month), "next_2": str(due.year)}
    completed(patient, clare, {**ROUTINE, **next_on}, now=now - timedelta(days=4))
    return patient


@pytest.fixture(params=["keyboard", "touch"])
def by(request: pytest.FixtureRequest, browser_page: OpenPage, clare: User) -> Hands | Finger:
    if request.param == "keyboard":
        return Hands(browser_page(clare))
    return Finger(browser_page(clare, width=390))


def ends(by: Hands | Finger, job: str) -> None:
    assert by.count == written(job, by.column), f"{job}: {by.count} actions by {type(by).__name__}"


def test_find_a_patient(by: Hands | Finger, otto: Patient) -> None:
    by.page.goto("/")
    option = by.page.get_by_role("option", name="SAMPLE, Otto")
    if isinstance(by, Hands):
        by.press("/")
        by.type("sam ot")
        option.wait_for()
        by.press("ArrowDown", "Enter")
    else:
        by.do(by.page.get_by_role("link", name="Search", exact=True))
        expect(by.page.locator("#patient-q")).to_be_focused()
        by.page.keyboard.type("sam ot")
        by.do(option)
    by.page.wait_for_url(f"**/patients/{otto.pk}/")
    ends(by, JOBS[0])


def test_record_a_routine_check_in(by: Hands | Finger, otto: Patient) -> None:
    page = by.page
    page.goto(f"/patients/{otto.pk}/")
    if isinstance(by, Hands):
        by.press("c")
        expect(page.locator("#s-seizure_0")).to_be_focused()
        by.press("n", "n", "n", "n", "1", "n")
    else:
        by.do(page.get_by_role("link", name="Record a check-in"))
        questions = page.locator("[data-safety-question]")
        questions.first.wait_for()
        for number in range(questions.count()):
            by.choose(questions.nth(number).locator("input[type=radio]"))
    by.do(page.locator("#rest-button"), "Space")
    plan = Version.objects.get().plan
    drug = Version.objects.get().drugs.get()
    by.choose(page.locator(f"[name='t-{plan.pk.hex[:8]}{drug.key}']"))
    by.choose(page.locator("[name=decision]"))
    by.fill(page.locator("#next_0"), "1")
    by.fill(page.locator("#next_1"), "12")
    by.fill(page.locator("#next_2"), "2099")
    by.choose(page.locator("[name=how]"))
    by.choose(page.locator("[name=reported_by]"))
    page.wait_for_selector("#to-complete:has-text('Nothing is missing.')")
    if isinstance(by, Hands):
        by.press("Control+Enter")
    else:
        by.do(page.locator("[data-complete]:visible"))
    page.wait_for_url(re.compile(r"/check-ins/[0-9a-f-]{36}/$"))
    assert CheckIn.objects.count() == 2
    ends(by, JOBS[1])


def test_stay_on_a_step(by: Hands | Finger, otto: Patient, clinic: Clinic) -> None:
    page, plan = by.page, otto.plans.get()
    page.goto(f"/patients/{otto.pk}/")
    _stay(by, page, plan, clinic)
    page.wait_for_url(re.compile(r"/plans/[0-9a-f-]{36}/(#.*)?$"))
    assert plan.versions.count() == 2
    ends(by, JOBS[2])


def _stay(by: Hands | Finger, page: Page, plan: Plan, clinic: Clinic) -> None:
    if isinstance(by, Hands):
        by.press("h")
        page.wait_for_url(f"**/plans/{plan.pk}/")
        by.press("h")
    else:
        by.do(page.get_by_role("link", name="Stay or change the plan"))
        by.do(page.get_by_role("link", name="Stay on this dose"))
    day = clinic.day(timezone.now())
    page.wait_for_url(f"**/plans/{plan.pk}/hold/")
    for number, part in enumerate((day.day, day.month, day.year)):
        by.fill(page.locator(f"[name=from_day_{number}]"), str(part))
    by.choose(page.locator("[name=how_long]"))
    by.fill(page.locator("[name=days]"), "7")
    by.fill(page.locator("[name=reason]"), "Sleep is worse.")
    if isinstance(by, Hands):
        by.press("Control+Enter")
    else:
        by.do(page.get_by_role("button", name="Show the dates"))
    by.do(page.get_by_role("button", name="Confirm and make the draft"))
    page.wait_for_url(re.compile("/sign/"))
    if page.locator("[name=not_asked_reason]").count():
        by.fill(page.locator("[name=not_asked_reason]"), "Asked at the next visit.")
    by.do(page.get_by_role("button", name=re.compile("^Sign version")))


def test_acknowledge_a_red_flag(by: Hands | Finger, otto: Patient, clare: User) -> None:
    keep(otto, clare, {**ROUTINE, **SEIZURE}, now=timezone.now())
    by.page.goto("/")
    if isinstance(by, Hands):
        by.press("j", "a", "Enter")
    else:
        by.do(by.page.get_by_role("button", name="Acknowledge"))
    by.page.wait_for_url("**/red-flags/**")
    assert Escalation.objects.get().state == "acknowledged"
    ends(by, JOBS[3])


def test_print_this_weeks_handouts(by: Hands | Finger, otto: Patient) -> None:
    page = by.page
    page.goto("/")
    if isinstance(by, Hands):
        by.press("p")
    else:
        by.do(page.get_by_role("link", name="Print this week's handouts"))
    page.wait_for_url("**/documents/this-week/")
    with page.expect_download() as downloaded:
        by.do(page.get_by_role("button", name="Print them"))
    downloaded.value.path()  # the whole file has come
    assert Document.objects.count() == 1
    ends(by, JOBS[4])
