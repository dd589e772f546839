"""The five jobs of a day in a plain Django admin over this product's own models, counted.

    python -m benchmarks.plain_admin

Django's admin as it comes, every model registered, everything permitted, over the demo clinic in
a database that this script makes. Chromium does each job twice, by touch at 390 px and by the
keyboard alone, and counts as `tests/journeys/test_usability.py` does: every place that is touched,
two for a choice of a list; every key that is pressed, a Tab too; typed text not at all. What the
admin then made of it is looked up in the tables; each way has a database of its own.
"""

from __future__ import annotations

import io
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Locator, Page

ROOT = Path(__file__).resolve().parents[1]
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")


def set_up(folder: Path) -> None:
    os.environ.update(
        DJANGO_SETTINGS_MODULE="taperplan.settings", HTTPS="false", SECRET_KEY="benchmark",  # noqa: S106
        TRAIL_KEY="benchmark", DATABASE_URL=f"sqlite:///{folder / 'admin.sqlite3'}",
        STATICFILES_BACKEND="django.contrib.staticfiles.storage.StaticFilesStorage",
        DJANGO_ALLOW_ASYNC_UNSAFE="true",
    )  # fmt: skip
    from django.conf import settings

    settings.INSTALLED_APPS = [*settings.INSTALLED_APPS, "django.contrib.admin"]
    settings.ROOT_URLCONF = "benchmarks.plain_admin"
    settings.LOGIN_REQUIRED = False
    settings.SILENCED_SYSTEM_CHECKS = ["admin.E408", "admin.E409", "admin.E410", "admin.E403"]
    templates: Any = settings.TEMPLATES
    templates[0]["OPTIONS"]["context_processors"] = [
        "django.template.context_processors.request",
        "django.contrib.auth.context_processors.auth",
        "django.contrib.messages.context_processors.messages",
    ]
    import django

    django.setup()
    settings.MIDDLEWARE = [
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
        "benchmarks.plain_admin.signed_in",
    ]
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    call_command("load_demo", stdout=io.StringIO())


def signed_in(get_response: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Signing in is left out of the count: whoever comes is the first prescriber."""

    def middleware(request: Any) -> Any:
        from taperplan.accounts.models import User

        request.user = User.objects.get(email="clare@northfield.example")
        request.user.is_staff = True
        return get_response(request)

    return middleware


def site() -> Any:
    from django.apps import apps
    from django.contrib import admin

    base: Any = admin.ModelAdmin

    class Open(admin.AdminSite):
        def has_permission(self, request: Any) -> bool:
            return True

    class Plain(base):
        def has_module_permission(self, request: Any) -> bool:
            return True

        def has_permitted(self, request: Any, obj: Any = None) -> bool:
            return True

        has_view_permission = has_change_permission = has_delete_permission = has_permitted
        has_add_permission = has_module_permission

        def log_change(self, *args: Any) -> None:
            """The admin's own log wants a user of Django's own."""

        log_addition = log_change

    made = Open()
    for model in apps.get_models():
        if model._meta.app_label in ("patients", "plans"):
            names = {"Patient": ("family_name", "given_names")}.get(model.__name__, ())
            made.register(model, type("A", (Plain,), {"search_fields": names}))
    return made.urls


def __getattr__(name: str) -> Any:
    if name == "urlpatterns":
        from django.urls import path

        found = globals().setdefault("_patterns", [])
        if not found:
            found.append(path("admin/", site()))
        return found
    raise AttributeError(name)


class Finger:
    """By touch."""

    how = "touch"

    def __init__(self, page: Page, base: str) -> None:
        self.page, self.base, self.count = page, base, 0

    def begin(self) -> None:
        self.count = 0
        self.page.goto(f"{self.base}/admin/")

    def touch(self, place: Locator) -> None:
        place.first.click()
        self.count += 1

    def type(self, place: Locator, text: str) -> None:
        self.touch(place)
        self.page.keyboard.type(text)

    def choose(self, place: Locator, nth: int = 1) -> None:
        """The list, and the line in it."""
        place.select_option(index=nth)
        self.count += 2

    def write_over(self, place: Locator, text: str) -> None:
        """A text in the place of another: it is touched, and what stands there is replaced."""
        self.touch(place)
        place.fill(text)

    def fill_required(self) -> None:
        """Every box and list that is asked for and is empty."""
        page = self.page
        page.locator("input[name=_save]").wait_for()
        asked = page.locator("#content-main .form-row:has(label.required, fieldset.required)")
        for row in range(asked.count()):
            line = asked.nth(row)
            for box in line.locator("select").all():
                if not box.input_value():
                    self.choose(box)
            for box in line.locator("input[type=text], textarea").all():
                if box.input_value():
                    continue
                name = box.get_attribute("name") or ""
                text = (
                    "2026-11-24" if name.endswith("_0") else "09:00" if name.endswith("_1") else ""
                )
                number = name.endswith(("minutes", "number", "revision"))
                self.type(box, text or ("1" if number else "{}" if "denied" in name else "visit"))

    def to_save(self) -> None:
        self.touch(self.page.locator("input[name=_save]"))

    def save(self) -> str:
        self.to_save()
        self.page.wait_for_load_state()
        if self.page.locator(".errornote").count():
            return "refused by its own form: " + "; ".join(
                self.page.locator(".errorlist li").all_inner_texts()
            )
        if "Server Error" in self.page.title() or self.page.locator(".success").count() == 0:
            return "refused by the database"
        return "saved"


class Hands(Finger):
    """The keyboard alone: Tab, or Shift and Tab where that is nearer, until the place is there."""

    how = "keyboard"

    def press(self, key: str) -> None:
        self.page.keyboard.press(key)
        self.count += 1

    def reach(self, place: Locator) -> None:
        """By the nearest way: forward, backward, or past the head by the link that skips it."""
        place.first.wait_for()
        forward, backward, skipping = place.first.evaluate(FAR)
        way = min((forward, backward, skipping), key=lambda presses: abs(presses or 999))
        if way is skipping and skipping not in (forward, backward):
            self.press("Tab")
            self.press("Enter")
            way = skipping - 2
        elif way is backward and backward != forward:
            for _press in range(backward):
                self.press("Shift+Tab")
            way = 0
        for _press in range(max(way, 0)):
            if place.first.evaluate(HERE):
                return
            self.press("Tab")
        for _press in range(60):
            if place.first.evaluate(HERE):
                return
            self.press("Tab")
        message = f"out of reach: {place}"
        raise RuntimeError(message)

    def touch(self, place: Locator) -> None:
        self.reach(place)
        if place.first.evaluate("e => e.matches('a, button, [type=submit]')"):
            self.press("Enter")

    def choose(self, place: Locator, nth: int = 1) -> None:
        """Arrows down to the line."""
        self.reach(place)
        for _press in range(nth):
            self.press("ArrowDown")

    def to_save(self) -> None:
        """Enter in a line of text sends the form: no way to the button is needed."""
        if self.page.evaluate("document.activeElement.matches('input[type=text]')"):
            self.press("Enter")
        else:
            super().to_save()


HERE = "e => e === document.activeElement"
# How many presses away: forward, backward, and past the head of the page by its first link; 999
# where there is no such way.
FAR = """e => {
    const all = [...document.querySelectorAll("a[href], button, input, select, textarea, summary")]
        .filter(x => !x.disabled && x.type !== "hidden" && x.offsetParent && x.tabIndex >= 0);
    const here = all.indexOf(document.activeElement), there = all.indexOf(e), none = 999;
    if (here === there) return [0, 0, 0];
    const main = document.querySelector("#content-start, #content");
    const first = all.findIndex(x => main && main.contains(x));
    const forward = there > here ? there - here : none;
    const backward = here < 0 ? all.length - there : there < here ? here - there : none;
    return [forward, backward, here < 0 && first > 2 && there >= first ? 3 + there - first : none];
}"""


def jobs(finger: Finger) -> list[tuple[str, int, str]]:
    from plans.models import CheckIn, Escalation, EscalationMove

    page, found = finger.page, []

    finger.begin()
    finger.touch(page.locator(".model-patient th a"))
    finger.type(page.locator("#searchbar"), "sample otto")
    finger.touch(page.locator("#changelist-search input[type=submit]"))
    finger.touch(page.locator("#result_list tbody th a"))
    found.append(("Find a patient", finger.count, page.title()))

    finger.begin()
    before = CheckIn.objects.count()
    finger.touch(page.locator(".model-checkin .addlink"))
    finger.fill_required()
    answer = finger.save()
    made = CheckIn.objects.count() - before
    found.append(("Record a routine check-in", finger.count, f"{answer}; {made} made"))

    finger.begin()
    finger.touch(page.locator(".model-version th a"))
    finger.touch(page.locator("#result_list tbody th a"))
    finger.type(page.locator("input[name=hold_from]"), "2026-11-25")
    answer = finger.save()
    found.append(("Stay on a step", finger.count, answer))

    finger.begin()
    flag = Escalation.objects.get()
    moves = EscalationMove.objects.filter(escalation=flag).count()
    finger.touch(page.locator(".model-escalation th a"))
    finger.touch(page.locator("#result_list tbody th a"))
    state = page.locator("input[name=state]")
    finger.write_over(state, "acknowledged")
    for link in page.locator(".field-acknowledged_at .datetimeshortcuts a:first-child").all():
        finger.touch(link)
    if not page.locator(".field-acknowledged_at input").first.input_value():
        finger.type(page.locator(".field-acknowledged_at input").first, "2026-11-24")
        finger.type(page.locator(".field-acknowledged_at input").nth(1), "09:00")
    finger.choose(page.locator("select[name=acknowledged_by]"))
    answer = finger.save()
    added = EscalationMove.objects.filter(escalation=flag).count() - moves
    found.append(("Acknowledge a red flag", finger.count, f"{answer}; {added} moves beside it"))

    finger.begin()
    finger.touch(page.locator(".model-document .addlink"))
    there = page.locator("[name=content]").count()
    found.append((
        "Print this week's handouts", finger.count,
        "no field for the paper and nothing that makes it" if not there else "a field for bytes",
    ))  # fmt: skip
    return found


def main(how: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        set_up(Path(folder))
        import threading
        from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

        from django.contrib.staticfiles.handlers import StaticFilesHandler
        from django.core.handlers.wsgi import WSGIHandler
        from playwright.sync_api import sync_playwright

        class Quiet(WSGIRequestHandler):
            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
                pass

        server = make_server("127.0.0.1", 0, StaticFilesHandler(WSGIHandler()), WSGIServer, Quiet)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        way = Hands if how == Hands.how else Finger
        width = 1280 if way is Hands else 390
        with sync_playwright() as play:
            browser = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
            page = browser.new_page(
                viewport={"width": width, "height": 844}, has_touch=way is Finger
            )
            page.set_default_timeout(8000)
            rows = jobs(way(page, f"http://127.0.0.1:{server.server_port}"))
            browser.close()
        server.shutdown()
    for job, count, what in rows:
        sys.stdout.write(f"| {job}, by {how} | {count} | {what} |\n")


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    if len(sys.argv) > 1:
        main(sys.argv[1])
    else:
        for one in (Finger, Hands):
            command = [sys.executable, "-m", "benchmarks.plain_admin", one.how]
            subprocess.run(command, cwd=ROOT, check=True)  # noqa: S603  # this very file
