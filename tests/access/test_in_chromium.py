"""Every page in a real browser: axe finds nothing, with and without errors showing, and
nothing scrolls sideways. At 320 px whenever the checks run by themselves; dark, wide, in
forced colours and at 200 % in `make deep`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.access.pages import NAMES, pages
from tests.harness.chromium import assert_fits, assert_no_violations

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.access.world import World
    from tests.harness.chromium import OpenPage

SCORES = [NAMES[at : at + 20] for at in range(0, len(NAMES), 20)]
ERRORS = ".error-summary, .is-invalid, [aria-invalid=true]"
# Finds the button of the one form of the page that asks for something.
FIND = """() => {
    const forms = [...document.querySelectorAll("main form[method=post]")].filter(form =>
        [...form.elements].some(e => e.offsetParent && e.matches(
            "input:not([type=hidden]):not([type=submit]), select, textarea")));
    if (forms.length !== 1 || forms[0].matches("[data-hx-post]")) return false;
    const send = [...forms[0].querySelectorAll(".btn-primary")].find(e => e.offsetParent);
    if (!send) return false;
    forms[0].noValidate = true;
    send.setAttribute("data-send", "");
    return true;
}"""


def _look(page: Page, url: str) -> None:
    page.goto(url)
    assert_no_violations(page)
    assert_fits(page)


def _sent(page: Page) -> bool:
    """Whether a page came back; some forms answer with a file."""
    from playwright.sync_api import Error

    try:
        with page.expect_navigation():
            # A file that a script would fetch is asked for as the form itself asks.
            page.locator("[data-send]").evaluate(
                "e => e.form.matches('[data-file]') ? e.form.submit() : e.click()"
            )
    except Error as error:
        if "ERR_ABORTED" not in error.message:
            raise
        return False
    return True


@pytest.mark.parametrize(
    "how",
    [
        pytest.param({"width": 320}, id="narrow", marks=pytest.mark.sweep),
        pytest.param({"width": 1280}, id="wide", marks=pytest.mark.slow),
        pytest.param({"width": 768, "dark": True}, id="dark", marks=pytest.mark.slow),
        pytest.param(
            {"width": 390, "forced_colors": True}, id="forced colours", marks=pytest.mark.slow
        ),
        pytest.param({"width": 1280, "zoom": 2}, id="200 %", marks=pytest.mark.slow),
    ],
)
@pytest.mark.parametrize("names", SCORES, ids=lambda names: f"{names[0]} to {names[-1]}")
def test_a_page_breaks_no_rule_with_and_without_errors(
    names: list[str], how: dict[str, Any], world: World, browser_page: OpenPage
) -> None:
    world.fill()
    todo = [(url, person) for _name, url, person in pages(names, world)]
    doors_open = {person: browser_page(person, **how) for person in {who for _, who in todo}}
    for url, person in todo:
        _look(doors_open[person], url)
    # Only then: sending a form may change what another page shows.
    for url, person in todo:
        page = doors_open[person]
        page.goto(url)
        if page.evaluate(FIND) and page.locator("[data-send]").is_visible():
            if not _sent(page):
                continue
            if page.locator(ERRORS).count():
                assert_no_violations(page)
                assert_fits(page)
