"""What was typed into a check-in stands after the server was killed: a real server, a real kill."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

pytestmark = [pytest.mark.slow]
ROOT = Path(__file__).resolve().parent.parent.parent

# Run by a process of its own, so that nothing of this one's database is in the server's.
CLINIC = """
import json, os
import tests.environment
import django
django.setup()
from django.conf import settings
from django.core.management import call_command
from datetime import UTC, datetime
call_command("migrate", verbosity=0, interactive=False)
from taperplan.accounts.models import Clinic, Membership, User
from tests import doors
from tests.factories import PatientFactory
user = User.objects.create_user(email="theo@northfield.example", name="Theo Mocksen")
clinic = Clinic.objects.create(
    name="Northfield Test Clinic", time_zone="Europe/Berlin", opened_by=user,
    opened_at=datetime(2026, 1, 5, tzinfo=UTC),
)
Membership.objects.create(user=user, clinic=clinic, monitor=True)
patient = PatientFactory(clinic=clinic, otto=True, registered_by=user)
session = doors.signed_in(user).cookies[settings.SESSION_COOKIE_NAME].value
print(json.dumps({"patient": str(patient.pk), "cookie": settings.SESSION_COOKIE_NAME,
                  "session": session}))
"""


class Told(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_args: object) -> None:
        return None


class Visitor:
    """A browser without scripts: cookies and forms."""

    def __init__(self, origin: str, cookies: dict[str, str]) -> None:
        self.origin, self.cookies = origin, cookies
        self.opener = urllib.request.build_opener(Told)

    def ask(self, path: str, form: dict[str, str] | None = None) -> tuple[str, str]:
        """The body, and where it leads."""
        data = urllib.parse.urlencode(form).encode() if form is not None else None
        request = urllib.request.Request(f"{self.origin}{path}", data)  # noqa: S310
        request.add_header("Cookie", "; ".join(f"{k}={v}" for k, v in self.cookies.items()))
        try:
            answer = self.opener.open(request, timeout=20)
        except urllib.error.HTTPError as redirect:
            answer = redirect
        for cookie in answer.headers.get_all("Set-Cookie") or []:
            name, _is, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        return answer.read().decode(), answer.headers.get("Location") or ""


@contextmanager
def server(environment: dict[str, str], port: int) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "manage.py", "runserver", "--noreload", f"127.0.0.1:{port}"]
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.DEVNULL)
    try:
        for _try in range(200):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
        process.wait()


def test_a_half_typed_check_in_outlives_a_killed_server(tmp_path: Path) -> None:
    database = f"sqlite:///{tmp_path / 'clinic.sqlite3'}"
    environment = {**os.environ, "TEST_DATABASE_URL": database, "DATABASE_URL": database}
    environment["DJANGO_SETTINGS_MODULE"] = "taperplan.settings"
    made = subprocess.run(
        [sys.executable, "-c", CLINIC], cwd=ROOT, env=environment, capture_output=True, check=True
    )
    clinic = json.loads(made.stdout.splitlines()[-1])
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    visitor = Visitor(f"http://127.0.0.1:{port}", {clinic["cookie"]: clinic["session"]})

    new = f"/patients/{clinic['patient']}/check-ins/new/"
    with server(environment, port) as running:
        page, _to = visitor.ask(new)
        token = re.search(r'name="token" value="([^"]+)"', page)
        guard = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        assert token is not None, page[:2000]
        assert guard is not None
        form = {
            "csrfmiddlewaretoken": guard[1], "token": token[1], "revision": "0", "act": "save",
            "s-seizure": "yes", "s-seizure-confirmed": "yes", "note": "slept badly",
        }  # fmt: skip
        _page, draft = visitor.ask(new, form)
        assert "/check-ins/drafts/" in draft
        running.send_signal(signal.SIGKILL)
        running.wait()

    with server(environment, port):
        page, _to = visitor.ask(draft)
    assert "slept badly" in page
    assert "Emergency red flag open: seizure" in page
    assert re.search(r'value="yes" checked', page)
