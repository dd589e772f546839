"""The keyboard walked through whole pages: every stop is seen and stands in the order of the page;
and what changes while somebody types is said where a screen reader listens."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from taperplan import formats
from tests.factories import (
    CareTeamFactory,
    PatientFactory,
    draft_plan,
    plan_cells,
    signed_plan,
)
from tests.plans.typing import ROUTINE, SEIZURE, keep

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from patients.models import Patient
    from taperplan.accounts.models import Clinic, User
    from tests.harness.chromium import OpenPage

pytestmark = pytest.mark.slow
MOST = 400
# Where the keyboard is: whether it comes after the stop before, and whether that can be seen.
STOP = """() => {
    const here = document.activeElement, before = window.walkedFrom;
    if (!here || here === document.body) return null;
    window.walkedFrom = here;
    const shown = [here, here.nextElementSibling, here.parentElement].filter(Boolean);
    const ringed = shown.some(e => {
        const style = getComputedStyle(e);
        return (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2)
            || style.boxShadow !== "none";
    });
    const box = here.getBoundingClientRect();
    const after = !before || !before.isConnected
        || Boolean(before.compareDocumentPosition(here) & Node.DOCUMENT_POSITION_FOLLOWING);
    return {what: here.outerHTML.slice(0, 140), ringed, after,
            inside: box.bottom > 0 && box.top < innerHeight
                && box.right > 0 && box.left < innerWidth,
            tabindex: here.tabIndex};
}"""


@pytest.fixture
def otto(clinic: Clinic, clare: User) -> Patient:
    patient: Patient = PatientFactory(clinic=clinic, otto=True, registered_by=clare)
    CareTeamFactory(patient=patient, user=clare)
    return patient


def _walk(page: Page) -> int:
    """Tab to the end of the page. How many stops there were."""
    page.evaluate("window.walkedFrom = null; document.activeElement.blur()")
    for stops in range(MOST):
        page.keyboard.press("Tab")
        stop = page.evaluate(STOP)
        if stop is None or (stops and not stop["after"] and "skip" in stop["what"]):
            return stops
        assert stop["after"], f"{page.url}: out of order: {stop['what']}"
        assert stop["ringed"], f"{page.url}: nothing shows where the keyboard is: {stop['what']}"
        assert stop["inside"], f"{page.url}: out of sight: {stop['what']}"
        assert stop["tabindex"] == 0, stop["what"]
    message = f"{page.url} does not end"
    raise AssertionError(message)


@pytest.mark.parametrize("width", [390, 1280])
def test_every_stop_of_the_keyboard_is_seen_and_in_order(
    width: int, browser_page: OpenPage, clare: User, otto: Patient
) -> None:
    plan = signed_plan(otto, clare, now=timezone.now())
    draft = draft_plan(PatientFactory(clinic=clare.clinic, registered_by=clare), clare)
    page = browser_page(clare, width=width)
    for address in (
        "/",
        "/patients/",
        f"/patients/{otto.pk}/",
        f"/plans/{plan.pk}/",
        f"/plans/{draft.pk}/draft/",
        f"/patients/{otto.pk}/check-ins/new/?how=visit",
    ):
        page.goto(address)
        assert _walk(page) > 5, address


def test_findings_and_saving_are_said_while_somebody_types(
    browser_page: OpenPage, clare: User, otto: Patient
) -> None:
    plan = draft_plan(otto, clare)
    page = browser_page(clare)
    page.goto(f"/plans/{plan.pk}/draft/")
    said = page.locator("#findings-count")
    before = said.inner_text()
    page.locator("[id='steps.s2.0.c1']").focus()
    page.keyboard.type("1,5")

    expect(said).not_to_have_text(before)
    expect(said).to_have_attribute("role", "status")
    expect(page.locator("#autosave")).to_have_attribute("role", "status")
    expect(page.locator("#autosave")).to_contain_text("Saved")


def test_a_new_red_flag_is_announced_on_a_worklist_that_stands_open(
    browser_page: OpenPage, clare: User, theo: User, otto: Patient
) -> None:
    page = browser_page(clare)
    page.goto("/")
    assert not page.locator(".flag-bar").count()
    keep(otto, theo, {**ROUTINE, **SEIZURE}, now=timezone.now())
    # What the page's own clock asks for each half minute, asked for now.
    page.evaluate("""htmx.ajax("GET", document.getElementById("flags-now").dataset.hxGet,
        {target: "#flags-now", swap: "outerHTML"})""")

    expect(page.get_by_role("alert")).to_contain_text("Emergency red flag open")


def test_a_week_of_handouts_says_how_many_are_made_and_then_hands_the_file_over(
    browser_page: OpenPage, clare: User, clinic: Clinic
) -> None:
    now = timezone.now()
    began = formats.short_day(clinic.day(now)).replace("\u00a0", " ")
    cells = plan_cells(in_force_from=began, reason="agreed")
    cells["steps"][0]["first_day"] = began
    for family in ("Sample", "Fixture", "Mockup"):
        patient = PatientFactory(clinic=clinic, family_name=family, ready=True)
        CareTeamFactory(patient=patient, user=clare)
        signed_plan(patient, clare, cells, now=now)
    page = browser_page(clare)
    page.goto("/documents/this-week/")
    page.evaluate("""() => {
        window.said = [];
        new MutationObserver(() => window.said.push(
            document.querySelector("[data-making]").innerText.replace(/\\s+/g, " ")
        )).observe(document.querySelector("[data-making]"),
            {attributes: true, childList: true, subtree: true, characterData: true});
    }""")
    with page.expect_download() as downloaded:
        page.get_by_role("button", name="Print them").click()

    assert downloaded.value.suggested_filename.startswith("handouts-")
    assert downloaded.value.path().read_bytes().startswith(b"%PDF-1.7")
    said = page.evaluate("window.said")
    assert "Making the file 0 of 3" in said[0]
    assert any("3 of 3" in one for one in said)
    expect(page.locator("[data-making]")).to_be_hidden()


def test_what_was_discarded_is_back_by_one_touch(
    browser_page: OpenPage, clare: User, otto: Patient
) -> None:
    draft = keep(otto, clare, {"note": "half a page"}, now=timezone.now()).draft
    page = browser_page(clare, width=390)
    page.goto(f"/check-ins/drafts/{draft.pk}/")
    page.get_by_role("button", name="Discard the draft").click()
    toast = page.locator("#toasts")
    expect(toast).to_contain_text("The draft was discarded.")
    toast.get_by_role("button", name="Undo").click()

    page.wait_for_url(f"**/check-ins/drafts/{draft.pk}/")
    expect(page.locator("#note")).to_have_value("half a page")
