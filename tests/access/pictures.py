"""`make screenshots`: every page at three widths, light and dark, to be looked at.

No test by its name: it is run alone, for people's eyes. The pictures are in `var/screenshots`,
which git ignores; an argument of `make screenshots ONLY=plans:home` takes pages whose name holds
it. What a picture cannot show by itself is written beside it: pages that scroll sideways, words
that are cut off.
"""

from __future__ import annotations

import os
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image

from tests.access.pages import NAMES, pages

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from taperplan.accounts.models import User
    from tests.access.world import World
    from tests.harness.chromium import OpenPage

FOLDER = Path(__file__).resolve().parent.parent.parent / "var" / "screenshots"
WIDTHS = (390, 768, 1280)
ONLY = os.environ.get("ONLY", "")
# A page that scrolls sideways, and elements whose words do not fit into them.
FAULTS = """() => {
    const page = document.documentElement, found = [];
    if (page.scrollWidth > page.clientWidth) found.push("scrolls sideways");
    for (const e of document.querySelectorAll("main *, header *")) {
        const style = getComputedStyle(e);
        const hides = ["hidden", "clip"].includes(style.overflowX) && style.clipPath === "none";
        if (!hides || !e.offsetParent || e.clientWidth < 3) continue;
        if (e.scrollWidth > e.clientWidth + 1) found.push("cut off: " + e.outerHTML.slice(0, 120));
    }
    return found;
}"""


def _take(page: Page, name: str, how: str) -> list[str]:
    """Without the toast that the last act left and with the bars where the page begins."""
    page.evaluate("() => document.querySelectorAll('.toast').forEach(e => e.remove())")
    # A picture further down comes when somebody scrolls there; nobody does here.
    page.evaluate("""() => Promise.all([...document.images].map(image => {
        image.loading = "eager";
        return image.decode().catch(() => null);
    }))""")
    page.add_style_tag(content=".bottom-bar { position: static !important; }")
    path = FOLDER / f"{name.replace(':', '.')}.{how}.png"
    page.screenshot(path=path, full_page=True)
    return [f"{path.name}: {fault}" for fault in page.evaluate(FAULTS)]


def _without_policy(page: Page) -> None:
    """The picture's own style would break the content policy; tests keep that elsewhere."""
    page.route("**/*", _unguarded)


def _unguarded(route: Any) -> None:
    if route.request.resource_type != "document":
        route.continue_()
        return
    answer = route.fetch(max_redirects=0)
    headers = {k: v for k, v in answer.headers.items() if k != "content-security-policy"}
    route.fulfill(response=answer, headers=headers)


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_every_page_is_pictured(*, dark: bool, world: World, browser_page: OpenPage) -> None:
    world.fill()
    FOLDER.mkdir(parents=True, exist_ok=True)
    todo = list(pages([name for name in NAMES if ONLY in name], world))
    faults: list[str] = []
    for width in WIDTHS:
        doors_open: dict[User | None, Page] = {}
        for name, url, person in todo:
            if person not in doors_open:
                doors_open[person] = browser_page(person, width=width, dark=dark)
                _without_policy(doors_open[person])
            page = doors_open[person]
            page.goto(url)
            faults += _take(page, name, f"{width}.{'dark' if dark else 'light'}")
        for page in doors_open.values():
            page.context.close()
    (FOLDER / f"faults.{'dark' if dark else 'light'}.txt").write_text("\n".join(faults))
    assert todo


HELP = FOLDER.parent.parent / "taperplan" / "static" / "taperplan" / "help"


def test_the_pages_of_help_show_the_demo_clinic(browser_page: OpenPage) -> None:
    """The pictures beside each job, of the demo's invented people and drugs. They are kept in
    the repository; `tests/frame/test_help.py` says which there must be."""
    from django.utils import timezone

    from patients.models import Patient
    from plans.management.demo.loader import Demo
    from plans.models import Escalation, Heartbeat, Outbox
    from taperplan.accounts.models import User

    Demo().load(tell=lambda _done, _of, _what: None)
    Heartbeat.objects.create(id=Heartbeat.ONLY, at=timezone.now(), worker="pictures")
    Outbox.objects.update(told_at=timezone.now())
    clare = User.objects.get(email="clare@northfield.example")
    otto, albert, marigold = (
        Patient.objects.get(family_name__iexact=name) for name in ("Sample", "Dummy", "Demo")
    )
    flag = Escalation.objects.get()
    page = browser_page(clare, width=1000, height=650)
    HELP.mkdir(exist_ok=True)

    def keep(name: str) -> None:
        """In few colours: a page of help weighs no more than another."""
        picture = Image.open(BytesIO(page.screenshot())).convert("RGB")
        picture.quantize(48, dither=Image.Dither.NONE).save(HELP / f"{name}.png", optimize=True)

    def take(name: str, url: str) -> None:
        page.goto(url)
        keep(name)

    take("worklist", "/")
    take("check-in", f"/patients/{albert.pk}/check-ins/new/")
    take("plan", f"/plans/{otto.plans.get().pk}/")
    take("red-flag", f"/red-flags/{flag.pk}/")
    take("documents", "/documents/")
    take("grid", f"/plans/{marigold.plans.get().pk}/draft/")
    page.goto("/patients/")
    page.locator("#patient-q").press_sequentially("sa")
    page.get_by_role("option").first.wait_for()
    keep("search")
