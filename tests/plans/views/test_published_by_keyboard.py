"""Every published schedule typed with keys alone, and every day of it as the source has it.

Nothing is clicked and nothing is filled in: each field is reached by Tab and typed.
"""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from patients.models import Patient
from plans.models import Draft
from plans.presenters import choices
from plans.rules.cells import read
from plans.rules.grid import groups
from plans.rules.schedule import expected_on
from taperplan.accounts.models import Clinic, User
from tests.factories import PatientFactory, ready_to_sign
from tests.harness.chromium import OpenPage
from tests.plans.rules.more_published import MORE
from tests.plans.rules.published import PUBLISHED, Published, exact
from tests.plans.views.test_plan_keyboard import Keyboard

pytestmark = pytest.mark.browser

QUICK = {"alternate days"}
LETTERS = [
    pytest.param(letter, marks=() if letter in QUICK else pytest.mark.slow)
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
    if product["wear_hours"]:
        keys.reach("^Name on the pack")
        keys.press("Enter")
        fill(keys, "^A patch is worn for$", product["wear_hours"])
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
    if step["from_slot"]:
        keys.reach(f"^Step {number}: more$", back=True)
        keys.press("Enter")
        keys.reach("^Texts and finer points$")
        keys.press("Enter")
        fill(keys, "^Begins on its first day from$", step["from_slot"])


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
def test_a_published_schedule_is_typed_by_keyboard(letter: str, keys: Keyboard) -> None:
    published: Published = {**PUBLISHED, **MORE}[letter]
    cells: Any = published.cells()
    for at in range(len(cells["products"])):
        type_product(keys, cells, at)
    for number in range(1, len(cells["steps"]) + 1):
        type_step(keys, cells, number)
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
