"""Every published schedule typed with keys alone, signed, and every day of it as the source has it
on the grid, the calendar, the handout and the summary.

Nothing is clicked and nothing is filled in: each field is reached by Tab and typed.
"""

from __future__ import annotations

import copy
import re
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from patients.models import Patient
from plans.actions import plan as actions
from plans.models import Draft, Version
from plans.presenters import choices
from plans.rules.cells import read
from plans.rules.grid import groups
from plans.rules.schedule import expected_on
from taperplan.accounts.models import Clinic, User
from tests import doors
from tests.factories import PatientFactory, ready_to_sign, signed_plan
from tests.harness.chromium import OpenPage
from tests.plans.rules.more_published import DISAGREES, DISAGREES_SAYS, MORE
from tests.plans.rules.published import PUBLISHED, Published, exact
from tests.plans.test_every_day import says_the_same_everywhere
from tests.plans.views.test_plan_keyboard import Keyboard

pytestmark = pytest.mark.browser

# The day of a whole clinic types three more of them, on both engines (test_main_job.py).
SOON = {"alternate days"}
LETTERS = [
    pytest.param(letter, marks=pytest.mark.sweep if letter in SOON else pytest.mark.slow)
    for letter in (*PUBLISHED, *MORE)
]


@pytest.fixture
def keys(browser_page: OpenPage, clare: User, clinic: Clinic) -> Keyboard:
    otto: Patient = PatientFactory(clinic=clinic, otto=True)
    ready_to_sign(otto)
    page = browser_page(clare)
    page.goto(reverse("plans:plans", kwargs={"patient": otto.pk}))
    keyboard = Keyboard(page)
    keyboard.reach("^New plan$")
    keyboard.press("Enter")
    page.wait_for_url("**/draft/")
    keyboard.press("Enter")
    page.wait_for_url("**drugs.d1.name**")
    return keyboard


def word(options: Any, value: str) -> str:
    return choices.word(options, value)


def fill(keys: Keyboard, name: str, text: str) -> None:
    if text:
        keys.reach(name)
        keys.type(text)


def type_product(keys: Keyboard, cells: Any, at: int) -> None:
    """One product, with its drug where it is the first of it."""
    product = cells["products"][at]
    drug = next(line for line in cells["drugs"] if line["key"] == product["drug"])
    of_drug = [line["key"] for line in cells["products"] if line["drug"] == drug["key"]]
    if at:
        keys.reach("^Product$", back=True)
        keys.press("Enter", "Tab")
        same = of_drug[0] != product["key"]
        keys.reach(
            f"^Another product of {drug['name']}$" if same else "^A product of another drug$"
        )
        keys.press("Enter")
        keys.page.wait_for_url(f"**{f'products.p{at + 1}.form' if same else '.name'}**")
    if of_drug[0] == product["key"]:
        fill(keys, "^Drug$", drug["name"])
        fill(keys, "^Role$", word(choices.ROLES, drug["role"]))
        fill(keys, "^Class$", word(choices.CLASSES, drug["drug_class"]))
    fill(keys, "^Form$", word(choices.FORMS, product["form"]))
    fill(keys, "^Strength of one$", product["strength"])
    fill(keys, "^Unit$", word(choices.UNITS, product["unit"]))
    fill(keys, "^In how many mL", product["per"])
    fill(keys, "^Splitting$", word(choices.PARTS, product["parts"]))
    for slot in (time for time in product["times"] if ":" not in time):
        keys.reach(f"^{slot}$")
        keys.press("Space")
    fill(keys, "^Clock times$", " ".join(time for time in product["times"] if ":" in time))
    if product["wear_hours"] or product["stated_supply"]:
        keys.reach("^Name on the pack")
        keys.press("Enter")
        fill(keys, "^A patch is worn for$", product["wear_hours"])
        fill(keys, "^Supply that the source states$", product["stated_supply"])
    keys.reach("^Done$")
    keys.press("Enter")
    keys.page.wait_for_url("**at=add-step**")


def type_step(keys: Keyboard, cells: Any, number: int) -> None:
    step = cells["steps"][number - 1]
    keys.reach("^Step$")
    keys.press("Enter")
    assert keys.here() == f"Step {number}, first day"
    keys.type("+" if step["chained"] else step["first_day"])
    fill(keys, f"^Step {number}, days$", step["days"])
    fill(keys, f"^Step {number}, last day$", "open" if step["open"] else step["last_day"])
    if step["rhythm"] != "daily":
        fill(keys, f"^Step {number}, pattern$", word(choices.RHYTHMS, step["rhythm"]))
        fill(keys, f"^Step {number}, days of the cycle$", step["cycle_days"])
    for at, group in enumerate(groups(step)):
        if at:
            keys.reach("^Other days$")
            keys.press("Enter")
            keys.page.wait_for_url(f"**.{at}.on")
        if group.on:
            fill(keys, f"^Step {number}, days {at + 1}$", group.on)
        for (product, time), quantity in sorted(group.quantities.items(), key=in_order(cells)):
            fill(keys, f"^Step {number}, {time}, {label(cells, product)}", quantity)
    if step["from_slot"] or step["stated_days"]:
        keys.reach(f"^Step {number}: more$", back=True)
        keys.press("Enter")
        keys.reach("^Texts and finer points$")
        keys.press("Enter")
        fill(keys, "^Begins on its first day from$", step["from_slot"])
        fill(keys, "^Length that the source states$", step["stated_days"])


def type_as_needed(keys: Keyboard, line: Any) -> None:
    keys.reach("^As-needed line$")
    keys.press("Enter")
    keys.page.wait_for_url("**as_needed.a1.quantity**")
    assert keys.here() == "Each time, number of (mL of)"
    keys.type(line["quantity"])
    fill(keys, "^At most in 24 hours$", line["maximum"])
    fill(keys, "^At least between two$", line["gap"])
    fill(keys, "^First day$", line["first_day"])
    fill(keys, "^Last day, blank when open$", line["last_day"])


def signed(by: User, published: Published) -> Version:
    """What was typed, with its stated end and each finding accepted, signed at a desk."""
    draft = Draft.objects.select_related("plan__patient__clinic", "replaces").get()
    cells: Any = copy.deepcopy(draft.cells)
    cells["in_force_from"] = "first"
    for drug in cells["drugs"]:
        drug["end"] = "stop" if not published.open else "refer"
    for step in cells["steps"]:
        step["reason"] = step["reason"] or "As the source has it."
    today = published.first_day
    draft = actions.save(
        draft=draft, cells=cells, revision=draft.revision, now=draft.changed_at, by=by
    )
    cells = copy.deepcopy(cells)
    cells["acceptances"] = [
        {"code": found.code.value, "subject": found.subject, "reason": "As the source has it."}
        for found in actions.readiness(draft, today=today, by=by).open
    ]
    draft = actions.save(
        draft=draft, cells=cells, revision=draft.revision, now=draft.changed_at, by=by
    )
    return actions.sign(
        key=draft.pk, plan=draft.plan, revision=draft.revision, now=draft.changed_at,
        not_asked_reason="At the next visit.", today=today, by=by,
    )  # fmt: skip


def in_order(cells: Any) -> Any:
    from plans.rules.grid import columns

    order = {column: at for at, column in enumerate(columns(cells))}
    return lambda cell: order[cell[0]]


def label(cells: Any, key: str) -> str:
    """How the column of a product is told from the others: its drug, and its strength."""
    product = next(line for line in cells["products"] if line["key"] == key)
    drug = next(line for line in cells["drugs"] if line["key"] == product["drug"])
    return f"{drug['name']} (liquid )?{product['strength']} "


@pytest.mark.parametrize("letter", LETTERS)
def test_a_published_schedule_is_typed_by_keyboard(
    letter: str, keys: Keyboard, clare: User, clare_client: doors.Client
) -> None:
    published: Published = {**PUBLISHED, **MORE}[letter]
    cells: Any = published.cells()
    for at in range(len(cells["products"])):
        type_product(keys, cells, at)
    for number in range(1, len(cells["steps"]) + 1):
        type_step(keys, cells, number)
    for line in cells["as_needed"]:
        type_as_needed(keys, line)
    expect(keys.page.locator("#autosave")).to_contain_text("Saved")
    keys.press("Control+S")
    expect(keys.page.locator("#sign_waits")).to_be_visible()

    reading = read(Draft.objects.get().cells, today=published.first_day)
    assert [refusal.sentence for refusal in reading.refusals if not refusal.missing] == []
    names = {f"p{at}": line["key"] for at, line in enumerate(cells["products"], 1)}
    for day, run in published.table():
        stated = {
            (time, product): exact(quantity) if quantity != "none" else 0
            for time, quantities in run.doses.items()
            for product, quantity in quantities.items()
        }
        assert {
            (dose.when.token, names[dose.product.key]): dose.quantity
            for dose in expected_on(reading.so_far, day)
        } == stated, day

    assert [
        (str(line.quantity), str(line.maximum), line.gap_minutes, line.first_day, line.last_day)
        for line in reading.so_far.as_needed
    ] == ([("1", "3", 240, published.first_day, published.last_day)] if cells["as_needed"] else [])
    back = {source: typed for typed, source in names.items()}
    version = signed(clare, published)
    says_the_same_everywhere(version, published, clare_client, clare, back)
    # And on the page of the version as the browser draws it.
    keys.page.goto(reverse("plans:version", kwargs={"plan": version.plan_id, "number": 1}))
    expect(keys.page.locator(".read-only-grid:not(.by-date) > table > tbody")).to_have_count(
        len(cells["steps"])
    )


@pytest.mark.slow
def test_a_source_that_contradicts_itself_is_typed_and_reported_exactly(keys: Keyboard) -> None:
    cells: Any = DISAGREES.cells()
    type_product(keys, cells, 0)
    for number in range(1, len(cells["steps"]) + 1):
        type_step(keys, cells, number)
    keys.reach("^Stop$")
    keys.press("Space")
    keys.reach("^In force from$", back=True)
    keys.type("first")
    keys.press("Control+S")

    facts = keys.page.locator("#findings .finding-row")
    expect(facts).to_have_count(5)
    text = " ".join(" ".join(facts.all_inner_texts()).replace("\xa0", " ").split())
    for fact in DISAGREES_SAYS.values():
        assert fact in text, fact


@pytest.mark.slow
def test_days_set_by_a_hospital_are_typed_by_keyboard_and_signed(
    browser_page: OpenPage, clare: User, clinic: Clinic
) -> None:
    otto: Patient = PatientFactory(clinic=clinic, otto=True)
    cells = PUBLISHED["B"].cells()
    plan = signed_plan(otto, clare, cells)
    page = browser_page(clare)
    page.goto(reverse("plans:interrupt", kwargs={"plan": plan.pk}))
    keyboard = Keyboard(page)
    keyboard.reach("^Day$")
    keyboard.row("2", "12", "2026")
    keyboard.reach("^From what time of day")
    keyboard.type("evening")
    keyboard.reach("^Who sets the doses meanwhile")
    keyboard.type("Southfield Hospital")
    keyboard.reach("^Up to a day$")
    keyboard.press("Space")
    keyboard.reach("^Day$")
    keyboard.row("5", "12", "2026")
    keyboard.reach("^Reason$")
    keyboard.type("Fracture.")
    keyboard.reach("^Show the dates$")
    keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text("set by Southfield Hospital, not recorded here")
    keyboard.reach("^Confirm and make the draft$")
    keyboard.press("Enter")
    page.wait_for_url("**/sign/")
    keyboard.reach("^Why it is signed although")
    keyboard.type("At the next visit.")
    keyboard.reach("^Sign version 2$")
    keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/plans/[0-9a-f-]{36}/$"))

    page.goto(reverse("plans:calendar", kwargs={"plan": plan.pk}) + "?month=2026-12")
    days = {" ".join(cell.inner_text().split()) for cell in page.locator("table.calendar td").all()}
    second = next(words for words in days if "Wed 2 Dec 2026" in words)
    assert "Morning clonazepam: 3 tablets" in second
    assert "Evening" not in second
    for day in ("Wed 2 Dec", "Thu 3 Dec", "Fri 4 Dec", "Sat 5 Dec"):
        assert "set by Southfield Hospital" in next(words for words in days if day in words)
    assert "Evening clonazepam: 2 tablets" not in next(w for w in days if "Sun 6 Dec" in w)
    assert "clonazepam: 1 tablet" in next(words for words in days if "Sun 6 Dec 2026" in words)
