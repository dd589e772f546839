"""The frame in a real browser: seen by axe, by keyboard, narrow, dark, in forced colours."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.utils import timezone
from playwright.sync_api import expect

from tests import doors
from tests.conftest import PASSWORD
from tests.factories import CareTeamFactory, PatientFactory, draft_plan, signed_plan
from tests.harness.chromium import assert_fits, assert_no_violations, code, enrol
from tests.plans.typing import ROUTINE, SEIZURE, completed, keep

if TYPE_CHECKING:
    from datetime import datetime

    from playwright.sync_api import Page

    from patients.models import Patient
    from taperplan.accounts.models import Clinic, User
    from tests.harness.chromium import OpenPage

IDLE = int(settings.IDLE_TIMEOUT.total_seconds() * 1000)  # milliseconds
FRAME = ("/", "/help/", "/about/", "/accessibility/", "/components/", "/nowhere/")


@pytest.fixture
def otto(clinic: Clinic, clare: User, now: datetime) -> Patient:
    """Somebody with everything on their page: a plan, a check-in, a draft, an open red flag."""
    patient: Patient = PatientFactory(clinic=clinic, otto=True, number="DEMO 0042 17")
    CareTeamFactory(patient=patient, user=clare)
    signed_plan(patient, clare, now=now)
    completed(patient, clare, {**ROUTINE, "next_2": "2199"}, now=now)
    keep(patient, clare, {**ROUTINE, **SEIZURE}, now=now)
    draft_plan(patient, clare, now=now)
    return patient


@pytest.fixture
def now() -> datetime:
    return timezone.now()


def _origin(page: Page) -> str:
    parts = urlsplit(page.url)
    return f"{parts.scheme}://{parts.netloc}"


def focused(page: Page) -> str:
    text: str = page.evaluate("() => (document.activeElement.innerText || '').trim()")
    return text


@pytest.mark.sweep
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_axe_finds_nothing_on_the_pages_of_the_frame(
    browser_page: OpenPage, clare: User, dark: bool
) -> None:
    page = browser_page(clare, dark=dark)
    for address in FRAME:
        page.goto(address)
        assert_no_violations(page)


@pytest.mark.parametrize(
    "width", [320, *(pytest.param(wide, marks=pytest.mark.sweep) for wide in (390, 768, 1280))]
)
def test_axe_finds_nothing_on_the_worklist_and_the_patients_page(
    browser_page: OpenPage, clare: User, otto: Patient, width: int
) -> None:
    page = browser_page(clare, width=width, dark=width == 768)
    for address in ("/", f"/patients/{otto.pk}/", f"/patients/{otto.pk}/?story=flags"):
        page.goto(address)
        assert_no_violations(page)
        assert_fits(page)


@pytest.mark.sweep
@pytest.mark.parametrize("width", [320, 768])
def test_no_page_of_the_frame_scrolls_sideways(
    browser_page: OpenPage, clare: User, width: int
) -> None:
    page = browser_page(clare, width=width)
    for address in FRAME:
        page.goto(address)
        assert_fits(page)


@pytest.mark.sweep
def test_who_it_is_stays_on_top_while_that_leaves_the_page_four_fifths(
    browser_page: OpenPage, clare: User, otto: Patient
) -> None:
    page = browser_page(clare)
    page.goto(f"/patients/{otto.pk}/")
    block = page.locator(".sticky-block")
    expect(block).to_have_css("position", "sticky")

    page.set_viewport_size({"width": 1280, "height": 300})
    expect(block).to_have_css("position", "static")


@pytest.mark.sweep
def test_nothing_scrolls_sideways_when_a_page_is_shown_twice_as_large(
    browser_page: OpenPage, clare: User, otto: Patient
) -> None:
    """A window of 1280 at 200 % leaves a page half as many points."""
    page = browser_page(clare, width=640, height=450)
    for address in ("/", f"/patients/{otto.pk}/", "/components/"):
        page.goto(address)
        assert_fits(page)


@pytest.mark.sweep
def test_forced_colours_keep_every_state_apart(browser_page: OpenPage, clare: User) -> None:
    page = browser_page(clare, forced_colors=True)
    page.goto("/components/")

    chosen = page.locator("#light-list input:checked + label").first
    assert chosen.evaluate("e => getComputedStyle(e).outlineStyle") == "solid"
    emergency = page.locator(".tag-emergency").first
    assert emergency.evaluate("e => getComputedStyle(e).borderTopWidth") == "3px"


def test_the_first_key_leads_past_the_bar(browser_page: OpenPage, clare: User) -> None:
    page = browser_page(clare)
    page.goto("/")
    page.keyboard.press("Tab")
    assert focused(page) == "Skip to the content"
    page.keyboard.press("Enter")

    assert page.evaluate("() => document.activeElement.id") == "content"


@pytest.mark.sweep
def test_keys_lead_from_room_to_room(browser_page: OpenPage, clare: User) -> None:
    page = browser_page(clare)
    page.goto("/help/")
    for keys, title in (("gp", "Patients"), ("gr", "Red flags"), ("gw", "Worklist")):
        for key in keys:
            page.keyboard.press(key)
        page.wait_for_function(f"() => document.title.startsWith({title!r})")
    page.keyboard.press("/")

    assert page.evaluate("() => document.activeElement.id") == "bar-search"


@pytest.mark.sweep
def test_a_letter_in_a_text_field_is_a_letter(browser_page: OpenPage, clare: User) -> None:
    page = browser_page(clare)
    page.goto("/help/")
    page.locator("#bar-search").press_sequentially("gw?")

    assert page.locator("#bar-search").input_value() == "gw?"
    assert page.url.endswith("/help/")


@pytest.mark.sweep
def test_letters_do_nothing_for_whoever_switched_them_off(
    browser_page: OpenPage, clare: User
) -> None:
    clare.single_keys = False
    clare.save()
    page = browser_page(clare)
    page.goto("/help/")
    for key in "gp?":
        page.keyboard.press(key)

    assert page.url.endswith("/help/")
    assert not page.locator("#keys-dialog").is_visible()


@pytest.mark.sweep
def test_the_list_of_keys_opens_and_closes(browser_page: OpenPage, clare: User) -> None:
    page = browser_page(clare)
    page.goto("/help/")
    page.keyboard.press("?")
    assert page.locator("#keys-dialog").is_visible()
    page.keyboard.press("Escape")

    assert not page.locator("#keys-dialog").is_visible()


def test_rows_are_walked_opened_and_acted_on_by_key(
    browser_page: OpenPage, clare: User, otto: Patient
) -> None:
    page = browser_page(clare)
    page.goto("/")
    page.keyboard.press("j")
    assert focused(page) == "SAMPLE, Otto"
    page.keyboard.press("a")
    # A key brings the button; it takes Enter to acknowledge.
    assert focused(page).startswith("Acknowledge")
    assert page.url.endswith("/")
    page.keyboard.press("j")
    page.keyboard.press("k")
    page.keyboard.press("Enter")

    page.wait_for_url(f"**/patients/{otto.pk}/")


@pytest.mark.sweep
def test_a_refused_form_is_announced_and_leads_to_its_field(
    browser_page: OpenPage, clare: User
) -> None:
    page = browser_page(clare)
    page.goto("/account/password/")
    page.get_by_role("button", name="Change the password").click()
    page.wait_for_selector("#error-summary")

    assert "error" in page.title()
    assert page.evaluate("() => document.activeElement.id") == "error-summary"
    page.locator("#error-summary a").first.click()
    assert page.evaluate("() => document.activeElement.tagName") == "INPUT"
    assert_no_violations(page)


def test_signing_in_asks_for_the_second_step_and_shows_what_is_wrong(
    browser_page: OpenPage, clare: User
) -> None:
    secret = enrol(clare)
    page = browser_page(width=390)
    page.goto("/account/sign-in/")
    assert_no_violations(page)
    page.locator("input[name=login]").fill(clare.email)
    page.locator("input[name=password]").fill("wrong")
    page.locator("input[name=password]").press("Enter")
    page.wait_for_selector("#error-summary")
    assert_no_violations(page)
    assert page.locator("input[name=login]").input_value() == clare.email

    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("input[name=password]").press("Enter")
    page.wait_for_selector("input[name=code]")
    assert_no_violations(page)
    page.locator("input[name=code]").fill(code(secret))
    page.locator("input[name=code]").press("Enter")
    page.wait_for_selector("h1")
    for address in ("/account/second-step/", "/account/second-step/recovery-codes/"):
        page.goto(address)
        assert_no_violations(page)
        assert_fits(page)


@pytest.mark.sweep
def test_setting_up_the_second_step_shows_a_picture_and_its_secret(
    browser_page: OpenPage, clare: User
) -> None:
    page = browser_page(clare)
    page.goto("/account/second-step/app/")
    page.locator("input[name=password]").fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()
    page.wait_for_selector("#authenticator_secret")

    assert page.locator("img.qr").is_visible()
    assert page.locator("#authenticator_secret").inner_text()
    assert_no_violations(page)


@pytest.mark.sweep
def test_a_password_can_be_shown_and_hidden(browser_page: OpenPage, db: None) -> None:
    page = browser_page()
    page.goto("/account/sign-in/")
    show = page.locator("[data-show]")
    show.click()
    assert page.locator("#id_password").get_attribute("type") == "text"
    assert show.get_attribute("aria-pressed") == "true"
    show.click()

    assert page.locator("#id_password").get_attribute("type") == "password"


def the_servers_clock_stands(page: Page) -> None:
    """The browser's clock is turned, the server's is not: what pages ask by themselves would
    bring its time with it."""
    page.clock.install()
    page.route("**/alarms/**", lambda route: route.fulfill(status=204))


@pytest.mark.sweep
def test_a_session_about_to_end_says_so_and_can_be_kept(
    browser_page: OpenPage, clare: User
) -> None:
    page = browser_page(clare)
    the_servers_clock_stands(page)
    page.goto("/help/")
    page.locator("#bar-search").fill("typed")
    page.clock.fast_forward(IDLE - 30_000)
    assert page.locator("#idle-dialog").is_visible()
    assert_no_violations(page)
    page.get_by_role("button", name="Stay signed in").click()
    page.locator("#idle-dialog").wait_for(state="hidden")

    assert page.locator("#bar-search").input_value() == "typed"


@pytest.mark.sweep
def test_a_session_that_ended_covers_the_page_and_keeps_what_was_typed(
    browser_page: OpenPage, clare: User
) -> None:
    page = browser_page(clare)
    the_servers_clock_stands(page)
    page.goto("/help/")
    page.locator("#bar-search").fill("typed")
    page.clock.fast_forward(IDLE + 2_000)
    assert page.locator("#cover").is_visible()
    assert_no_violations(page)
    page.get_by_role("button", name="I have signed in").click()
    page.locator("#cover").wait_for(state="hidden")

    assert page.locator("#bar-search").input_value() == "typed"


@pytest.mark.sweep
def test_somebody_else_who_signs_in_does_not_see_what_was_typed(
    browser_page: OpenPage, clare: User, theo: User
) -> None:
    page = browser_page(clare)
    the_servers_clock_stands(page)
    page.goto("/help/")
    page.locator("#bar-search").fill("typed")
    page.clock.fast_forward(IDLE + 2_000)
    name = settings.SESSION_COOKIE_NAME
    other = doors.signed_in(theo).cookies[name].value
    page.context.add_cookies([{"name": name, "value": other, "url": _origin(page)}])
    page.get_by_role("button", name="I have signed in").click()
    page.wait_for_url(lambda url: not url.endswith("/help/"))

    assert page.locator("#bar-search").input_value() == ""


@pytest.mark.sweep
def test_what_an_act_said_becomes_a_toast_that_can_be_closed(
    browser_page: OpenPage, clare: User, otto: Patient
) -> None:
    page = browser_page(clare)
    page.goto("/")
    page.locator(".flag-bar").get_by_role("button", name="Acknowledge").click()
    toast = page.locator(".toast")
    toast.wait_for()
    assert "acknowledged" in toast.inner_text()
    toast.locator("[data-close], button").last.click()

    assert page.locator(".toast").count() == 0


@pytest.mark.sweep
def test_the_pages_work_without_scripts(browser_page: OpenPage, clare: User, otto: Patient) -> None:
    page = browser_page(clare, scripts=False)
    page.goto("/")
    page.locator(".flag-bar").get_by_role("link", name="Open the red flag").click()

    assert "seizure" in page.locator("h1").inner_text().lower()


@pytest.mark.sweep
def test_a_printed_page_keeps_who_the_flag_and_the_light_drawing_and_drops_the_buttons(
    browser_page: OpenPage, clare: User, otto: Patient
) -> None:
    page = browser_page(clare, dark=True)
    page.goto(f"/patients/{otto.pk}/")
    page.emulate_media(media="print")

    for kept in (".banner", ".flag-bar", ".chart .for-light", ".table", ".foot"):
        assert page.locator(kept).first.is_visible(), kept
    for dropped in (".bar", ".tabs", ".btn", ".chart .for-dark", ".bottom-bar"):
        assert not page.locator(dropped).first.is_visible(), dropped
