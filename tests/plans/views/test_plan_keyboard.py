"""Schedules typed in a browser by keyboard alone, and what the grid says meanwhile."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.urls import reverse
from playwright.sync_api import Page, expect

from patients.models import Patient
from plans.models import Draft, Version
from plans.rules.cells import cells_from, read
from plans.rules.schedule import expected_on, supply
from taperplan import grammar
from taperplan.accounts.models import Clinic, User
from tests.doors import signed_in
from tests.factories import (
    PatientFactory,
    draft_plan,
    next_version,
    plan_cells,
    ready_to_sign,
    signed_plan,
)
from tests.harness.chromium import OpenPage, assert_fits, assert_no_violations
from tests.plans.rules.published import PUBLISHED, Published

pytestmark = pytest.mark.browser


class Keyboard:
    """Nothing but keys. `reach` presses Tab until the element of that name has the focus."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.struck = 0

    def here(self) -> str:
        """What a screen reader says of where the keyboard is."""
        said: str = self.page.evaluate(
            """() => { const e = document.activeElement; const by = e.id
                 && document.querySelector(`label[for="${CSS.escape(e.id)}"]`);
               const named = (e.getAttribute("aria-labelledby") || "").split(" ")
                 .map(id => document.getElementById(id)?.textContent || "").join(" ").trim();
               return named || e.getAttribute("aria-label")
                 || by?.textContent || e.textContent || ""; }"""
        )
        return re.sub(r"\s+", " ", said).strip()

    def reach(self, name: str, *, back: bool = False) -> None:
        for _press in range(250):
            if re.search(name, self.here()):
                return
            self.press("Shift+Tab" if back else "Tab")
        raise AssertionError(f"{name} is not reached by Tab; last: {self.here()}")

    def press(self, *keys: str) -> None:
        for key in keys:
            self.struck += 1
            self.page.keyboard.press(key)

    def type(self, text: str) -> None:
        self.struck += len(text)
        self.page.keyboard.type(text)

    def row(self, *cells: str) -> None:
        """Type cells from left to right, Tab between them."""
        for at, cell in enumerate(cells):
            if at:
                self.press("Tab")
            if cell:
                self.type(cell)

    def choose(self, *words: str) -> None:
        """One select after the other, each by the first letters of its word."""
        for at, word in enumerate(words):
            if at:
                self.press("Tab")
            self.type(word)


@pytest.fixture
def otto(clinic: Clinic) -> Patient:
    patient: Patient = PatientFactory(clinic=clinic, otto=True)
    ready_to_sign(patient)
    return patient


@pytest.fixture
def keys(browser_page: OpenPage, clare: User, otto: Patient) -> Keyboard:
    page = browser_page(clare)
    page.goto(reverse("plans:plans", kwargs={"patient": otto.pk}))
    keyboard = Keyboard(page)
    keyboard.reach("^New plan$")
    keyboard.press("Enter")
    page.wait_for_url("**/draft/")
    assert keyboard.here() == "Product"
    keyboard.press("Enter")
    page.wait_for_url("**drugs.d1.name**")
    return keyboard


def product(
    keys: Keyboard, strength: str, slots: tuple[str, ...], clocks: str = "", splitting: str = "do"
) -> None:
    """From the choice of the form on."""
    keys.reach("^Form$")
    keys.choose("tablet")
    keys.press("Tab")
    keys.row(strength, "")
    keys.choose("mg")
    keys.reach("^Splitting$")
    keys.type(splitting)
    for slot in slots:
        keys.reach(f"^{slot}$")
        keys.press("Space")
    keys.reach("^Clock times$")
    keys.type(clocks)
    keys.reach("^Done$")
    keys.press("Enter")
    keys.page.wait_for_url("**at=add-step**")


def drug(keys: Keyboard, name: str, role: str, drug_class: str) -> None:
    keys.reach("^Drug$")
    keys.row(name, "")
    keys.choose(role, drug_class)


def stop(keys: Keyboard) -> None:
    """The stated end of the one drug."""
    keys.reach("^Stop$")
    keys.press("Space")


def sign(keys: Keyboard, published: Published) -> Version:
    keys.reach("^In force from$", back=True)
    keys.type(f"{published.first_day.day} {published.first_day:%b %Y}")
    expect(keys.page.locator("#sign")).not_to_have_class(re.compile("btn-wait"))
    keys.reach("^Sign…$", back=True)
    keys.press("Enter")
    keys.page.wait_for_url("**/sign/")
    keys.reach("^Why it is signed although")
    keys.type("At the next visit.")
    keys.reach("^Sign version 1$")
    keys.press("Enter")
    keys.page.wait_for_url(re.compile(r"/plans/[0-9a-f-]{36}/$"))
    return Version.objects.get()


def check_as_published(version: Version, published: Published, names: Mapping[str, str]) -> None:
    """Every day's doses, and the supply, as the source states them."""
    schedule = version.schedule()
    for day, run in published.table():
        stated = {
            (expected.when.token, names[expected.product.key]): expected.quantity
            for expected in expected_on(schedule, day)
        }
        assert stated == {
            (time, product): Fraction(0) if quantity == "none" else Fraction(quantity)
            for time, doses in run.doses.items()
            for product, quantity in doses.items()
        }, day
    total = {
        names[line.product.key]: line.quantity
        for line in supply(schedule, published.first_day, published.last_day)
    }
    assert total == {key: Fraction(count) for key, count in published.supply.items()}


@pytest.mark.slow
def test_schedule_b_is_typed_by_keyboard_alone_and_signed(keys: Keyboard) -> None:
    published = PUBLISHED["B"]
    drug(keys, "clonazepam", "tapered", "benzo")
    product(keys, "0.125", ("morning", "evening"))
    assert keys.here() == "Step"
    keys.press("Enter")
    assert keys.here() == "Step 1, first day"
    keys.row("30 Nov 2026", "3", "", "3", "3")
    keys.press("Control+Shift+D")
    assert keys.here() == "Step 2, days"
    keys.row("3", "2", "2")
    keys.press("Control+D")
    keys.row("3", "1", "1")
    expect(keys.page.locator("[id='total.s3.d1']")).to_contain_text("0.25\u00a0mg")
    expect(keys.page.locator("[id='total.s3.d1']")).to_contain_text("lower")

    stop(keys)
    version = sign(keys, published)

    check_as_published(version, published, {"p1": "p1"})
    expect(keys.page.locator("main")).to_contain_text("36\u00a0tablets")


@pytest.mark.slow
def test_schedule_a_with_clock_times_is_typed_by_keyboard_alone(keys: Keyboard) -> None:
    published = PUBLISHED["A"]
    drug(keys, "morphine SR", "tapered", "opioid")
    product(keys, "15", ("bedtime",), "06:00 14:00 22:00 08:00 20:00")
    keys.press("Enter")
    # 06:00, 08:00, 14:00, 20:00, bedtime, 22:00
    keys.row("30 Nov 2026", "1", "", "4", "", "4", "", "", "4")
    keys.press("Control+Shift+D")
    keys.row("1", "3", "", "3", "", "", "3")
    for days, doses in (
        ("1", ("2", "", "2", "", "", "2")),
        ("1", ("1", "", "1", "", "", "1")),
        ("3", ("", "1", "", "1")),
        ("4", ("", "", "", "", "1")),
    ):
        keys.press("Control+D")
        keys.row(days, *doses)

    stop(keys)
    version = sign(keys, published)

    check_as_published(version, published, {"p1": "p1"})


@pytest.mark.slow
def test_schedule_d_with_two_strengths_and_an_open_end_is_typed_by_keyboard_alone(
    keys: Keyboard,
) -> None:
    published = PUBLISHED["D"]
    drug(keys, "lamotrigine", "introduced", "another")
    product(keys, "25", ("morning",))
    keys.reach("^Product$", back=True)
    keys.press("Enter", "Tab")
    assert keys.here() == "Another product of lamotrigine"
    keys.press("Enter")
    keys.page.wait_for_url("**products.p2.form**")
    product(keys, "100", ("morning",))
    keys.press("Enter")
    keys.row("30 Nov 2026", "7", "", "1", "0")
    keys.press("Control+Shift+D")
    keys.row("7", "2", "0")
    for small, large in (("3", "0"), ("0", "1"), ("1", "1"), ("2", "1"), ("3", "1")):
        keys.press("Control+D")
        keys.row("7", small, large)
    keys.press("Control+D")
    keys.row("", "open", "", "2")
    expect(keys.page.locator("[id='total.s8.d1']")).to_contain_text("higher")
    for number in range(8, 1, -1):
        keys.reach(f"^Step {number}, reason$", back=number < 8)
        keys.type("Raised week by week, as agreed.")
    keys.reach("^Stop$")
    keys.press("ArrowDown")
    assert keys.here().startswith("Maintain at this dose")
    keys.reach("^Review on$")
    keys.type("1 Mar 2027")

    version = sign(keys, published)

    check_as_published(version, published, {"p1": "p25", "p2": "p100"})
    assert version.schedule().steps[-1].last_day is None


# --- How many keys it takes -----------------------------------------------------------------------

TWELVE = ("6", "5 1/2", "5", "4 1/2", "4", "3 1/2", "3", "2 1/2", "2", "1 1/2", "1", "1/2")
FIGURES = "30 Nov 2026" + "".join(f"14{quantity}" for quantity in TWELVE)


def one_drug(keys: Keyboard) -> None:
    drug(keys, "examplazepam", "tapered", "benzo")
    product(keys, "0.5", ("bedtime",), splitting="may be h")
    keys.struck = 0


def ready_to_sign_with_twelve(keys: Keyboard) -> None:
    """Nothing is waited for, and the draft reads as the twelve steps."""
    expect(keys.page.locator("#sign_waits")).to_have_count(0)
    expect(keys.page.locator("#sign")).to_have_class(re.compile("btn-primary"))
    reading = read(Draft.objects.get().cells, today=date(2026, 11, 24))
    assert reading.schedule is not None
    assert [str(step.doses[0].quantity) for step in reading.schedule.steps] == [
        str(grammar.number(quantity)) for quantity in TWELVE
    ]
    assert reading.schedule.steps[-1].last_day == date(2027, 5, 16)


def test_twelve_steps_take_three_keys_each_beside_their_figures(keys: Keyboard) -> None:
    one_drug(keys)

    keys.press("Enter")
    keys.row("30 Nov 2026", "14", "", TWELVE[0])
    for at, quantity in enumerate(TWELVE[1:]):
        keys.press("Control+D" if at else "Control+Shift+D")
        keys.row("14", quantity)
    expect(keys.page.locator("#sign_waits")).to_have_text("Waits for 1 refused and 1 not typed")
    keys.press("F8")
    assert keys.here() == "Stop"
    keys.press("Space", "F8")
    assert keys.here() == "In force from"
    keys.type("first")

    ready_to_sign_with_twelve(keys)
    assert keys.struck <= len(FIGURES) + 3 * len(TWELVE)


def on_the_clipboard(page: Page, text: str) -> None:
    """As a spreadsheet leaves it there: typed and copied in a page of its own."""
    sheet = page.context.new_page()
    sheet.set_content("<textarea></textarea>")
    sheet.locator("textarea").fill(text)
    sheet.locator("textarea").press("Control+A")
    sheet.keyboard.press("Control+C")
    sheet.close()
    page.bring_to_front()


@pytest.mark.sweep
def test_a_pasted_block_of_twelve_steps_takes_less_than_fifteen_keys(keys: Keyboard) -> None:
    one_drug(keys)
    rows = ["\t".join(["30 Nov 2026", "14", "", "Every day", TWELVE[0]])]
    rows += ["\t".join(["+", "14", "", "", quantity]) for quantity in TWELVE[1:]]
    on_the_clipboard(keys.page, "\r\n".join(rows) + "\r\n")

    keys.press("Enter", "Control+V")
    expect(keys.page.locator("tbody.step")).to_have_count(12)
    expect(keys.page.locator("#sign_waits")).to_have_text("Waits for 1 refused and 1 not typed")
    keys.press("F8", "Space", "F8")
    keys.type("first")

    ready_to_sign_with_twelve(keys)
    assert keys.struck < 15
    # What was pasted goes with one key, and nothing else does.
    keys.page.locator("[id='steps.s12.0.c0']").focus()
    expect(keys.page.locator(".more-row:visible")).to_have_count(0)
    keys.press("Control+Z")
    expect(keys.page.locator("tbody.step")).to_have_count(1)
    assert at(keys.page, "steps.s1.first_day") == ""


@pytest.mark.sweep
def test_what_does_not_fit_in_a_pasted_block_is_named(page: Page) -> None:
    on_the_clipboard(page, "every other day\t2\t1\t9\n\t1,5\t1/2\t")
    page.locator("[id='steps.s2.rhythm']").focus()
    page.keyboard.press("Control+V")

    expect(page.locator("#toasts")).to_contain_text(
        "Not read from what was pasted: every other day, 9"
    )
    assert [at(page, f"steps.s{n}.0.c{c}") for n in (2, 3) for c in (0, 1)] == [
        "2", "1", "1,5", "1/2",
    ]  # fmt: skip
    expect(page.locator("[id='steps.s3.0.c0'] + .read")).to_contain_text("1,5 has a comma")
    page.keyboard.press("Control+Z")
    assert at(page, "steps.s2.0.c0") == "1"


# --- The grid while it is typed in --------------------------------------------------------------


@pytest.fixture
def page(browser_page: OpenPage, clare: User, otto: Patient) -> Page:
    plan = draft_plan(otto, clare)
    page = browser_page(clare)
    page.goto(reverse("plans:draft", kwargs={"plan": plan.pk}))
    return page


def at(page: Page, name: str) -> str:
    return page.locator(f"[id='{name}']").input_value()


@pytest.mark.sweep
def test_what_is_typed_is_saved_and_read_back_without_moving_the_keyboard(page: Page) -> None:
    cell = page.locator("[id='steps.s2.0.c1']")
    cell.focus()
    page.keyboard.type("1/2")

    expect(page.locator("[id='steps.s2.0.c1'] + .read")).to_have_text("half, 0.5\u00a0mg")
    expect(page.locator("#read-back")).to_contain_text("typed 1/2 reads half a tablet of 1\u00a0mg")
    expect(page.locator("[id='total.s2.d1']")).to_contain_text("1.5\u00a0mg")
    expect(page.locator("#autosave")).to_contain_text("Saved")
    expect(cell).to_be_focused()
    assert Draft.objects.get().cells["steps"][1]["doses"][1]["quantity"] == "1/2"


@pytest.mark.sweep
def test_what_cannot_be_read_says_so_at_its_cell_and_stays(page: Page) -> None:
    page.locator("[id='steps.s2.0.c1']").focus()
    page.keyboard.type("1,5")

    expect(page.locator("[id='steps.s2.0.c1'] + .read")).to_have_text(
        "1,5 has a comma. Type a point."
    )
    expect(page.locator("[id='steps.s2.0.c1']")).to_have_attribute("aria-invalid", "true")
    assert at(page, "steps.s2.0.c1") == "1,5"
    expect(page.locator("#findings")).to_contain_text("1,5 has a comma")
    expect(page.locator("#sign_waits")).to_contain_text("Waits for 1 refused")


@pytest.mark.sweep
def test_each_way_of_typing_a_fraction_is_echoed_in_words_or_refused(page: Page) -> None:
    """Half, one and a half: whatever is typed is understood exactly, or says why not."""
    for typed, under, words in (
        ("½", "half, 0.5 mg", "typed ½ reads half a tablet of 1 mg (0.5 mg)"),
        ("1 1/2", "1 and a half, 1.5 mg", "typed 1 1/2 reads 1 and a half tablets of 1 mg"),
        ("0.5", "half, 0.5 mg", "typed 0.5 reads half a tablet of 1 mg (0.5 mg)"),
        ("1/2", "half, 0.5 mg", "typed 1/2 reads half a tablet of 1 mg (0.5 mg)"),
        ("1½", "1 and a half, 1.5 mg", "typed 1½ reads 1 and a half tablets of 1 mg"),
        ("0,5", "0,5 has a comma. Type a point.", "0,5 has a comma. Type a point."),
    ):
        cell = page.locator("[id='steps.s2.0.c1']")
        cell.focus()
        page.keyboard.press("Control+A")
        page.keyboard.type(typed)
        expect(page.locator("[id='steps.s2.0.c1'] + .read")).to_have_text(
            re.compile(f"^{re.escape(under)}$".replace("\\ ", r"\s"))
        )
        expect(page.locator("#read-back")).to_contain_text(words)
        assert at(page, "steps.s2.0.c1") == typed


@pytest.mark.sweep
def test_a_step_taken_out_comes_back_with_what_was_typed(page: Page) -> None:
    page.locator("[id='steps.s2.0.c0']").focus()
    page.keyboard.press("Control+Backspace")
    expect(page.locator("tbody.step")).to_have_count(2)
    expect(page.locator("#toasts")).to_contain_text("Step 2 removed.")
    expect(page.locator("[id='steps.s3.first_day']")).to_have_attribute(
        "aria-label", "Step 2, first day"
    )
    assert len(Draft.objects.get().cells["steps"]) in (2, 3)

    page.keyboard.press("Control+z")

    expect(page.locator("tbody.step")).to_have_count(3)
    assert at(page, "steps.s2.0.c0") == "1"
    expect(page.locator("#autosave")).to_contain_text("Saved")


def test_keys_move_in_the_grid_and_undo_what_was_typed(page: Page) -> None:
    page.locator("[id='steps.s1.0.c0']").focus()
    page.keyboard.type("5")
    page.keyboard.press("Enter")
    expect(page.locator("[id='steps.s2.0.c0']")).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(page.locator("[id='steps.s2.0.c1']")).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(page.locator("[id='steps.s1.0.c1']")).to_be_focused()

    page.keyboard.press("Control+z")

    assert at(page, "steps.s1.0.c0") == "1"


@pytest.mark.sweep
def test_steps_are_inserted_copied_and_moved(page: Page) -> None:
    page.locator("[id='steps.s1.0.c0']").focus()
    page.keyboard.press("Control+Enter")
    page.keyboard.type("1 Jan 2027")
    assert at(page, "steps.s4.first_day") == "1 Jan 2027"
    page.keyboard.press("Alt+ArrowDown")
    keys = page.eval_on_selector_all("tbody.step", "all => all.map(e => e.dataset.step)")
    assert keys == ["s1", "s2", "s4", "s3"]
    page.locator("[id='steps.s3.0.c0']").focus()
    page.keyboard.press("Control+D")
    assert at(page, "steps.s5.0.c0") == at(page, "steps.s5.days") == ""
    assert at(page, "steps.s5.first_day") == "chained"
    expect(page.locator("#autosave")).to_contain_text("Saved")


@pytest.mark.sweep
def test_a_lost_connection_loses_nothing(page: Page) -> None:
    page.context.set_offline(True)
    page.locator("[id='steps.s2.0.c1']").focus()
    page.keyboard.type("2 1/2")
    expect(page.locator("#autosave")).to_contain_text("Everything typed is still here")

    page.context.set_offline(False)

    expect(page.locator("#autosave")).to_contain_text("Saved", timeout=15_000)
    assert Draft.objects.get().cells["steps"][1]["doses"][1]["quantity"] == "2 1/2"


def test_a_session_that_ends_while_typing_loses_nothing(page: Page, clare: User) -> None:
    Session.objects.all().delete()
    page.locator("[id='steps.s2.0.c1']").focus()
    page.keyboard.type("2 1/2")
    expect(page.locator("#cover")).to_be_visible()
    assert Draft.objects.get().cells["steps"][1]["doses"][1]["quantity"] == "1"

    # The same person signs in, in another tab: another session, and another form token.
    cookie: Any = {
        "name": settings.SESSION_COOKIE_NAME,
        "value": signed_in(clare).cookies[settings.SESSION_COOKIE_NAME].value,
        "url": page.url.partition("/plans/")[0],
    }
    page.context.clear_cookies(name=settings.CSRF_COOKIE_NAME)
    page.context.add_cookies([cookie])
    page.locator("#cover [data-back]").click()

    expect(page.locator("#cover")).to_be_hidden()
    expect(page.locator("#autosave")).to_contain_text("Saved", timeout=15_000)
    assert Draft.objects.get().cells["steps"][1]["doses"][1]["quantity"] == "2 1/2"


@pytest.mark.sweep
def test_the_second_of_two_people_is_told_while_typing(page: Page, theo: User) -> None:
    from plans.actions import plan as actions

    draft = Draft.objects.get()
    theirs: Any = {**draft.cells, "title": "Theirs"}
    actions.save(
        draft=draft,
        cells=theirs,
        revision=draft.revision,
        now=draft.changed_at,
        by=theo,
    )
    page.locator("[id='steps.s2.0.c1']").focus()
    page.keyboard.type("3")

    expect(page.locator("#autosave")).to_contain_text("Theo Mocksen changed this draft")
    page.locator("#autosave button").click()

    expect(page.locator("h1")).to_have_text("Theo Mocksen changed 2 cells while you typed")
    assert_no_violations(page)


@pytest.mark.sweep
def test_the_columns_follow_the_product_while_it_is_described(page: Page) -> None:
    page.locator("#product-p1 > summary").click()
    page.locator("[id='products.p1.slots.midday']").check()

    expect(page.locator("[id='steps.s1.0.c2']")).to_have_value("2")
    expect(page.locator(".grid thead")).to_contain_text("Midday")


@pytest.mark.sweep
@pytest.mark.parametrize("width", [320, 390, 768, 1280])
@pytest.mark.parametrize("dark", [False, True])
def test_the_editor_holds_on_every_width(
    width: int, dark: bool, browser_page: OpenPage, clare: User, otto: Patient
) -> None:
    cells = plan_cells()
    cells["steps"][1]["doses"][0]["quantity"] = "1,5"
    cells["steps"][2].update(first_day="1 Jan 2027", chained="")
    plan = draft_plan(otto, clare, cells)
    page = browser_page(clare, width=width, dark=dark)

    page.goto(reverse("plans:draft", kwargs={"plan": plan.pk}))

    assert_fits(page)
    assert_no_violations(page)


@pytest.mark.sweep
def test_the_editor_works_without_scripts(
    browser_page: OpenPage, clare: User, otto: Patient
) -> None:
    plan = draft_plan(otto, clare)
    page = browser_page(clare, scripts=False)
    page.goto(reverse("plans:draft", kwargs={"plan": plan.pk}))

    page.locator("[id='steps.s1.0.c0']").fill("1/2")
    page.get_by_role("button", name="Save", exact=True).last.click()

    assert Draft.objects.get().cells["steps"][0]["doses"][0]["quantity"] == "1/2"


@pytest.mark.sweep
def test_later_dates_are_moved_from_the_editor_after_a_preview(page: Page) -> None:
    page.get_by_role("button", name="Move later dates").click()
    page.get_by_label("From which step on").select_option("s2")
    page.get_by_label("By how many days").fill("4")
    page.locator("label[for=id_way_0]").click()
    page.get_by_role("button", name="Show the dates").click()
    expect(page.locator("main")).to_contain_text("Dates changed: 4 days later.")
    assert_no_violations(page)
    page.get_by_role("button", name="Move these dates").click()

    expect(page.locator("[id='steps.s2.first_day']")).to_have_value("11 Dec 2026")


@pytest.mark.slow
def test_n_goes_from_change_to_change_of_two_versions(
    browser_page: OpenPage, clare: User, otto: Patient
) -> None:
    plan = signed_plan(otto, clare)
    steps: Any = cells_from(plan.versions.get().schedule())["steps"]
    steps[1]["doses"][0]["quantity"] = "0"
    steps[2]["doses"][0]["quantity"] = "1 1/2"
    steps[2]["reason"] = "As agreed."
    next_version(plan, clare, steps=steps)
    page = browser_page(clare)
    page.goto(reverse("plans:compare", kwargs={"plan": plan.pk}))
    expect(page.locator("[data-keys-hint]")).to_be_visible()

    for key, step in (("n", "Step 2"), ("n", "Step 3"), ("n", "Step 2"), ("Shift+N", "Step 3")):
        page.keyboard.press(key)
        expect(page.locator("tr:focus th")).to_have_text(step)
    assert_no_violations(page)


@pytest.mark.sweep
def test_one_drug_at_a_time_is_shown_and_all_of_them_are_kept(
    browser_page: OpenPage, clare: User, otto: Patient
) -> None:
    cells = PUBLISHED["F"].cells()
    for dose in cells["steps"][0]["doses"]:
        dose["quantity"] = "" if dose["product"] == "dzp" else dose["quantity"]
    plan = draft_plan(otto, clare, cells)
    page = browser_page(clare)
    page.goto(reverse("plans:draft", kwargs={"plan": plan.pk}))

    page.get_by_label("Show", exact=True).select_option("diazepam")

    expect(page.locator("#grid [data-column]:visible")).to_have_text(re.compile("Bedtime"))
    expect(page.locator("#grid [data-total]:visible")).to_have_text("diazepam")
    expect(page.locator("tbody.step:visible")).to_have_count(2)
    page.locator("[id='steps.s2.first_day']").focus()
    page.keyboard.press("Enter")
    # Merged by date they are read, not typed in: nothing of the grid is drawn.
    page.get_by_label("Show", exact=True).select_option("all drugs merged by date")
    merged = page.locator("#by-date tbody")
    expect(merged).to_have_count(3)
    expect(page.locator("tbody.step:visible")).to_have_count(0)
    second = " ".join(merged.nth(1).inner_text().split())
    assert "7 Dec 2026 Monday 7 days 13 Dec 2026 Sunday" in second
    assert "1/2 half, 0.25 mg" in second
    assert second.endswith("1.25 mg lower step 2 5 mg starts step 2")
    assert_no_violations(page)
    page.locator("a[data-goes-to]").first.click()
    page.get_by_label("Show", exact=True).select_option("all drugs")
    expect(page.locator("#by-date tbody")).to_have_count(0)
    expect(page.locator("tbody.step:visible")).to_have_count(3)
    page.get_by_role("button", name="Save", exact=True).last.click()
    assert Draft.objects.get().cells["steps"] == cells["steps"]
