"""A clinic's day, from signing in to the paper that goes home, by keyboard alone.

A person with a second step, in a clinic that has opened; not the demo.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.urls import reverse
from playwright.sync_api import Page, expect

from patients.models import Patient
from plans.models import CheckIn, Document, Escalation, Version
from taperplan.accounts.models import Clinic, User
from taperplan.audit import trail
from tests.conftest import PASSWORD
from tests.factories import PatientFactory, ready_to_sign
from tests.harness.chromium import OpenPage, assert_no_violations, code, enrol
from tests.plans.documents.reading import words
from tests.plans.rules.published import PUBLISHED, Published
from tests.plans.views.test_plan_keyboard import Keyboard, check_as_published

NOW = datetime(2026, 11, 24, 8, 41, tzinfo=UTC)
CLASSES = {"opioid": "opioid", "benzodiazepine": "benzo", "other": "another"}


@pytest.fixture(autouse=True)
def _the_day() -> Iterator[None]:
    with time_machine.travel(NOW, tick=True):
        yield


@pytest.fixture
def otto(clinic: Clinic) -> Patient:
    patient: Patient = PatientFactory(clinic=clinic, otto=True, number="N 0042 17")
    ready_to_sign(patient)
    return patient


# --- What a person does ------------------------------------------------------------------------


def come_in(page: Page, user: User, secret: str) -> Keyboard:
    keys = Keyboard(page)
    page.goto("/")
    page.wait_for_url(f"**{reverse('account_login')}**")
    keys.reach("^Work email address$")
    keys.row(user.email, PASSWORD)
    keys.press("Enter")
    page.wait_for_url(f"**{reverse('mfa_authenticate')}**")
    keys.reach("^Code from your authenticator")
    keys.type(code(secret))
    keys.press("Enter")
    page.wait_for_url(re.compile(r"//[^/]+/$"))
    return keys


def type_product(keys: Keyboard, cells: dict[str, object]) -> None:
    times = [str(time) for time in cells["times"]]  # type: ignore[attr-defined]
    keys.reach("^Form$")
    keys.choose("tablet")
    keys.press("Tab")
    keys.row(str(cells["strength"]), "")
    keys.choose("mg")
    keys.reach("^Splitting$")
    keys.type("do")
    for slot in (time for time in times if ":" not in time):
        keys.reach(f"^{slot}$")
        keys.press("Space")
    keys.reach("^Clock times$")
    keys.type(" ".join(time for time in times if ":" in time))
    keys.reach("^Done$")
    keys.press("Enter")
    keys.page.wait_for_url("**at=add-step**")


def type_plan(keys: Keyboard, patient: Patient, published: Published) -> Version:
    """A published schedule, cell by cell, and the signature under it."""
    page, cells = keys.page, published.cells()
    page.goto(reverse("plans:plans", kwargs={"patient": patient.pk}))
    keys.reach("^New plan$")
    keys.press("Enter")
    page.wait_for_url("**/draft/")
    keys.reach("^Product$")
    keys.press("Enter")
    page.wait_for_url("**drugs.d1.name**")
    (drug,) = cells["drugs"]
    keys.reach("^Drug$")
    keys.row(drug["name"], "")
    keys.choose(drug["role"], CLASSES[drug["drug_class"]])
    for place, product in enumerate(cells["products"]):
        if place:
            keys.reach("^Product$", back=True)
            keys.press("Enter", "Tab", "Enter")
            page.wait_for_url(f"**products.p{place + 1}.form**")
        type_product(keys, dict(product))
    type_steps(keys, published)
    end(keys, drug)
    keys.reach("^In force from$", back=True)
    keys.type(cells["in_force_from"])
    keys.reach("^Name of the plan$", back=True)
    keys.type(f"Schedule {published.letter}")
    expect(page.locator("#sign")).not_to_have_class(re.compile("btn-wait"))
    keys.reach("^Sign…$", back=True)
    keys.press("Enter")
    page.wait_for_url("**/sign/")
    keys.reach("^Why it is signed although")
    keys.type("At the next visit.")
    keys.reach("^Sign version 1$")
    keys.press("Enter")
    page.wait_for_url(re.compile(r"/plans/[0-9a-f-]{36}/$"))
    return Version.objects.get(title=f"Schedule {published.letter}")


def type_steps(keys: Keyboard, published: Published) -> None:
    cells = published.cells()
    strengths = {product["key"]: product["strength"] for product in cells["products"]}
    reasons = []
    for number, step in enumerate(cells["steps"], start=1):
        if number == 1:
            keys.press("Enter")
            keys.row(step["first_day"], step["days"])
        else:
            # The first time the row follows the one above; from then on it is copied so.
            keys.press("Control+Shift+D" if number == 2 else "Control+D")
            keys.row(step["days"], "open" if step["open"] else "")
        for dose in sorted(step["doses"], key=lambda dose: place_of(dose, cells)):
            strength = strengths[dose["product"]]
            keys.reach(rf"^Step {number}, {dose['time']}, .* {strength}\smg tablet")
            keys.type(dose["quantity"])
        if step["reason"]:
            reasons.append((number, step["reason"]))
    for number, reason in reversed(reasons):
        keys.reach(f"^Step {number}, reason$", back=(number, reason) != reasons[-1])
        keys.type(reason)


ORDER = ("06:00", "morning", "08:00", "midday", "14:00", "evening", "20:00", "bedtime", "22:00")


def place_of(dose: object, cells: object) -> tuple[int, int]:
    """From left to right: the products in their order, each by its times of day."""
    keys = [product["key"] for product in cells["products"]]  # type: ignore[index]
    return keys.index(dose["product"]), ORDER.index(dose["time"])  # type: ignore[index]


def end(keys: Keyboard, drug: object) -> None:
    if drug["end"] == "stop":  # type: ignore[index]
        keys.reach("^Stop$")
        keys.press("Space")
        return
    # One stop for the group; inside it the arrows choose.
    keys.reach("^Stop$")
    keys.press("ArrowDown")
    assert keys.here().startswith("Maintain at this dose")
    keys.reach("^Review on$")
    keys.type(drug["review_on"])  # type: ignore[index]


def record_a_seizure(keys: Keyboard, patient: Patient) -> CheckIn:
    """The safety questions by their keys: seizure yes and confirmed, the others no or none."""
    page = keys.page
    page.goto(reverse("plans:check-ins", kwargs={"patient": patient.pk}))
    keys.press("c")
    page.wait_for_url("**/new/**")
    expect(page.locator("[data-safety-question=seizure] input:focus")).to_be_visible()
    keys.press("y", "Enter")
    for question, key in (
        ("hallucination", "n"),
        ("confusion", "n"),
        ("loss_of_consciousness", "n"),
        ("suicide", "1"),
        ("overdose", "n"),
    ):
        expect(page.locator(f"[data-safety-question={question}] input:focus")).to_be_visible()
        keys.press(key)
    pick(keys, "decision", "continue")
    keys.reach("^Day$")
    keys.row("1", "12", "2026")
    pick(keys, "how", "visit")
    pick(keys, "reported_by", "patient")
    expect(page.locator("#autosave")).to_contain_text("Saved")
    expect(page.locator("#complete_waits")).to_be_empty()
    keys.press("Control+Enter")
    page.wait_for_url(re.compile(r"/check-ins/[0-9a-f-]{36}/$"))
    assert_no_violations(page)
    return CheckIn.objects.get()


def answer_the_red_flag(keys: Keyboard) -> Escalation:
    """Acknowledged in the bar, then contacted, its outcome recorded, closed."""
    page = keys.page
    flag = Escalation.objects.get()
    keys.reach("^Acknowledge$")
    keys.press("Enter")
    expect(page.locator("body")).to_contain_text("acknowledged")
    page.goto(reverse("plans:red-flag", kwargs={"escalation": flag.pk}))
    keys.reach("^Who was called$")
    keys.row("Otto Sample", "555-0142")
    pick(keys, "how", "phone")
    pick(keys, "reached", "yes")
    keys.reach("^What was said and agreed")
    keys.type("Is at home, not alone.")
    keys.reach("^Add the contact$")
    keys.press("Enter")
    expect(page.locator("table.contacts")).to_contain_text("Is at home, not alone.")
    keys.reach("^What happened to the person")
    keys.type("Seen by the emergency team, stays at home.")
    keys.reach("^Record the outcome$")
    keys.press("Enter")
    expect(page.locator("table.contacts")).to_contain_text("stays at home")
    keys.reach("^Close")
    keys.press("Enter")
    page.wait_for_url("**/close/")
    assert_no_violations(page)
    keys.reach("^Close")
    keys.press("Enter")
    expect(page.locator("main")).to_contain_text("This red flag is closed.")
    flag.refresh_from_db()
    return flag


def print_document(keys: Keyboard, patient: Patient, what: str, recipient: str) -> bytes:
    """Printed, and opened from the list by its link: the bytes that come down."""
    page = keys.page
    page.goto(reverse("plans:print-document", kwargs={"patient": patient.pk}))
    pick(keys, "what", what)
    pick(keys, "recipient", recipient)
    keys.reach("^Print$")
    keys.press("Enter")
    page.wait_for_url(re.compile(r"/documents/(#.*)?$"))
    document = Document.objects.order_by("-printed_at").first()
    assert document is not None
    address = reverse("plans:document", kwargs={"document": document.pk})
    expect(page.locator(f"a[href='{address}']").first).to_be_visible()
    answer = page.request.get(address)
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.body() == bytes(document.content)
    return answer.body()


def pick(keys: Keyboard, group: str, value: str) -> None:
    """One answer of a group: Tab into it, then its arrows."""
    for _press in range(250):
        if keys.page.evaluate("document.activeElement.name") == group:
            break
        keys.press("Tab")
    for _press in range(40):
        here = keys.page.evaluate("[document.activeElement.value, document.activeElement.checked]")
        if here == [value, True]:
            return
        keys.press("Space" if here[0] == value else "ArrowDown")
    raise AssertionError(f"{group} has no {value}")


# --- What the paper says -----------------------------------------------------------------------


class Reader:
    """Finds one text after the other, as an eye that goes down the page."""

    def __init__(self, document: bytes) -> None:
        self.text, self.at = words(document), 0

    def then(self, *texts: str) -> None:
        for text in texts:
            found = self.text.find(text, self.at)
            assert found >= 0, f"{text!r} does not follow {self.text[self.at - 80 : self.at]!r}"
            self.at = found + len(text)

    def after(self, text: str) -> None:
        self.at = 0
        self.then(text)


def day(which: date) -> str:
    return f"{which:%a} {which.day} {which:%b} {which.year}"


def dose(quantity: str, strength: str, name: str = "") -> str:
    """As on paper: "4 tablets of 15 mg (60 mg)"; a stated none is said in words."""
    of = f"{name} {strength} mg".strip()
    if quantity == "0":
        return f"no tablet of {of}"
    amount = Decimal(quantity) * Decimal(strength)
    return f"{quantity} tablet{'s' * (quantity != '1')} of {of} ({amount.normalize():f} mg)"


def read_handout(document: bytes, published: Published) -> None:
    """Every date, every number of days, every dose, in the order of the source."""
    cells = published.cells()
    strengths = {product["key"]: product["strength"] for product in cells["products"]}
    page, first = Reader(document), published.first_day
    page.after("What to take")
    for run in published.runs:
        page.then(day(first))
        if run.days > 1:
            page.then(day(first + timedelta(days=run.days - 1)))
        page.then(str(run.days))
        for time in sorted(run.doses, key=ORDER.index):
            if len(run.doses) > 1:
                page.then(time.capitalize())
            for product, quantity in run.doses[time].items():
                page.then(dose(quantity, strengths[product]))
        first += timedelta(days=run.days)
    page.then(day(first))
    if published.open:
        page.then("2 tablets of 100 mg (200 mg)", "until your review on Mon 1 Mar 2027")
    else:
        page.then("Stop.")


def read_summary(document: bytes, schedules: list[Published]) -> None:
    """Each plan: the total of each step a day, each dose, and the totals of the source."""
    page = Reader(document)
    page.then("Allergies none known")
    for published in schedules:
        cells = published.cells()
        name = cells["drugs"][0]["name"]
        strengths = {product["key"]: product["strength"] for product in cells["products"]}
        page.then(f"Schedule {published.letter}", "The same as a table")
        for run in published.runs:
            page.then(str(run.days), f"{run.totals['d1']} mg")
        page.then("Doses of each step")
        for run in published.runs:
            for time in sorted(run.doses, key=ORDER.index):
                for product, quantity in run.doses[time].items():
                    page.then(dose(quantity, strengths[product], name))
        page.then("Totals for a supply")
        page.then(f"{next(iter(published.supply.values()))} tablets")
        if not published.open:
            page.then(f"{name} in all {published.amounts['d1']} mg")
    page.then("Check-ins", "seizure", "Red flags", "acknowledged", "Is at home, not alone.")
    page.then("stays at home", "closed")


# --- The day ----------------------------------------------------------------------------------


@pytest.mark.both_engines
def test_a_clinics_day_by_keyboard_alone(
    browser_page: OpenPage, clare: User, otto: Patient
) -> None:
    secret = enrol(clare)
    page = browser_page()
    keys = come_in(page, clare, secret)

    versions = {letter: type_plan(keys, otto, PUBLISHED[letter]) for letter in "ABD"}
    for letter, version in versions.items():
        names = dict(
            zip(
                ("p1", "p2"),
                [product["key"] for product in PUBLISHED[letter].cells()["products"]],
                strict=False,
            )
        )
        check_as_published(version, PUBLISHED[letter], names)
    check_in = record_a_seizure(keys, otto)
    flag = answer_the_red_flag(keys)
    assert (check_in.recorded_by, flag.acknowledged_by) == (clare, clare)

    for letter, version in versions.items():
        what = f"handout:{version.plan_id}"
        read_handout(print_document(keys, otto, what, "patient"), PUBLISHED[letter])
    summary = print_document(keys, otto, "summary", "own team")
    read_summary(summary, [PUBLISHED[letter] for letter in "ABD"])
    assert list(trail.faults()) == []
