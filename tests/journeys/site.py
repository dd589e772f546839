"""A site of processes of its own: a server, a notifier, a browser without scripts."""

from __future__ import annotations

import html
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
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent

_BEGIN = """
import json, sys
import tests.environment
import django
django.setup()
"""
# Run by a process of its own, so that nothing of this one's database is in the server's.
_CLINIC = """
import uuid
from datetime import UTC, datetime
from django.conf import settings
from django.core.management import call_command
from django.utils import timezone
call_command("migrate", verbosity=0, interactive=False)
call_command("createcachetable", verbosity=0)
from taperplan.accounts import actions
from taperplan.accounts.models import Clinic, Membership, User
from tests import doors
from tests.factories import PatientFactory
user = User.objects.create_user(email="theo@northfield.example", name="Theo Mocksen")
clinic = Clinic.objects.create(
    name="Northfield Test Clinic", time_zone="Europe/Berlin", opened_by=user,
    opened_at=datetime(2026, 1, 5, tzinfo=UTC), out_of_hours="555-0100",
)
Membership.objects.create(user=user, clinic=clinic, monitor=True)
actions.write_ladder(
    clinic=clinic, token=uuid.uuid4(), number=0, rungs=[(user, 5)], now=timezone.now(), by=user
)
patients = [PatientFactory(clinic=clinic, registered_by=user) for _n in range(int(sys.argv[1]))]
session = doors.signed_in(user).cookies[settings.SESSION_COOKIE_NAME].value
print(json.dumps({"patients": [str(one.pk) for one in patients], "session": session,
                  "cookie": settings.SESSION_COOKIE_NAME}))
"""
_STANDS = """
from plans.models import CheckInDraft, Escalation, EscalationMove, Outbox, Sending
from taperplan.audit import trail
print(json.dumps({
    "drafts": [str(key) for key in CheckInDraft.objects.values_list("patient_id", flat=True)],
    "flags": [str(key) for key in Escalation.objects.values_list("patient_id", flat=True)],
    "open": Escalation.objects.still_open().count(),
    "moves": EscalationMove.objects.filter(verb="raise").count(),
    "references": [one.reference for one in Escalation.objects.all()],
    "owed": Outbox.objects.filter(turn=0).count(),
    "sent": [str(one.pk) for one in Sending.objects.exclude(sent_at=None)],
    "waiting": Sending.objects.waiting().count(),
    "tries": max([0, *Sending.objects.values_list("tries", flat=True)]),
    "faults": list(map(str, trail.faults())),
}))
"""


@dataclass
class Site:
    """One database, one mail server, one port."""

    database: str
    mail_port: int
    port: int
    settings: Mapping[str, str] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "TEST_DATABASE_URL": self.database,
            "DATABASE_URL": self.database,
            "DJANGO_SETTINGS_MODULE": "taperplan.settings",
            "EMAIL_URL": f"smtp://127.0.0.1:{self.mail_port}",
            "DEFAULT_FROM_EMAIL": "taperplan@northfield.example",
            "SITE_URL": "http://localhost",
            **self.settings,
        }

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def _told(self, script: str, *arguments: str) -> dict[str, object]:
        done = subprocess.run(
            [sys.executable, "-c", _BEGIN + script, *arguments],
            cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        told: dict[str, object] = json.loads(done.stdout.splitlines()[-1])
        return told

    def make(self, patients: int = 1) -> tuple[Visitor, list[str]]:
        """A clinic with somebody signed in, who is also its whole ladder."""
        told = self._told(_CLINIC, str(patients))
        keys = told["patients"]
        assert isinstance(keys, list)
        return Visitor(self.origin, {str(told["cookie"]): str(told["session"])}), keys

    def stands(self) -> dict[str, object]:
        """What is in the database."""
        return self._told(_STANDS)

    @contextmanager
    def server(self) -> Iterator[subprocess.Popen[bytes]]:
        with self._process("runserver", "--noreload", f"127.0.0.1:{self.port}") as process:
            for _try in range(1200):
                with socket.socket() as probe:
                    if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                        break
                time.sleep(0.1)
            yield process

    @contextmanager
    def notifier(self) -> Iterator[subprocess.Popen[bytes]]:
        with self._process("run_notifier") as process:
            yield process

    @contextmanager
    def _process(self, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
        process = subprocess.Popen(
            [sys.executable, "manage.py", *arguments], cwd=ROOT, env=self.environment,
            stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            yield process
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGKILL)
            process.wait()


@dataclass(frozen=True)
class Answer:
    status: int
    body: str = field(repr=False)
    to: str = ""

    def __str__(self) -> str:
        """What a failed test says of it."""
        words = " ".join(
            re.sub(r"<(script|style|svg).*?</\1>|<[^>]+>", " ", self.body, flags=re.S).split()
        )
        return f"{self.status} {self.to} {words[:800]}"

    def hidden(self) -> dict[str, str]:
        """What the form of the page holds unseen."""
        found = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', self.body)
        return {name: html.unescape(value) for name, value in found}


class _Told(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_args: object) -> None:
        return None


class Visitor:
    """A browser without scripts: cookies and forms."""

    def __init__(self, origin: str, cookies: dict[str, str]) -> None:
        self.origin, self.cookies = origin, cookies
        self.opener = urllib.request.build_opener(_Told)

    def ask(self, path: str, form: Mapping[str, str] | None = None) -> Answer:
        data = urllib.parse.urlencode(form).encode() if form is not None else None
        request = urllib.request.Request(f"{self.origin}{path}", data)  # noqa: S310
        request.add_header("Cookie", "; ".join(f"{k}={v}" for k, v in self.cookies.items()))
        try:
            answer = self.opener.open(request, timeout=60)
        except urllib.error.HTTPError as other:
            answer = other
        for cookie in answer.headers.get_all("Set-Cookie") or []:
            name, _is, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        body = answer.read().decode()
        return Answer(answer.status, body, answer.headers.get("Location") or "")

    def new_check_in(
        self, patient: str, refused: list[Answer] | None = None
    ) -> tuple[str, dict[str, str]]:
        """Where a new check-in is sent, and what its form holds unseen; asked until it is given."""
        path = f"/patients/{patient}/check-ins/new/"
        page = self.ask(path)
        for _try in range(120):
            if page.status == 200:
                break
            assert page.status == 503, str(page)
            if refused is not None:
                refused.append(page)
            time.sleep(0.5)
            page = self.ask(path)
        found = {
            name: re.search(rf'name="{name}" value="([^"]+)"', page.body)
            for name in ("token", "csrfmiddlewaretoken")
        }
        assert all(found.values()), str(page)
        typed = {name: match[1] for name, match in found.items() if match is not None}
        return path, {**typed, "revision": "0", "act": "save"}


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port
