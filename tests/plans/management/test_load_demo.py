from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from patients.models import Patient
from plans.models import CheckIn, Draft, Escalation, Version
from taperplan.accounts.models import Clinic, User
from taperplan.audit import trail

ROOT = Path(__file__).resolve().parents[3]


def passwords_in(said: str) -> dict[str, str]:
    lines = [line.split() for line in said.splitlines() if "@northfield.example" in line]
    return {email: password for email, password, *_roles in lines}


def test_the_demo_holds_a_whole_clinic_and_a_second_run_serves_what_is_there(db: None) -> None:
    out = StringIO()
    call_command("load_demo", stdout=out)
    clinic = Clinic.objects.get()

    assert clinic.demo
    assert clinic.open_for_patients
    assert Patient.objects.count() == 10
    assert Version.objects.count() == 10
    assert Draft.objects.count() == 1
    assert CheckIn.objects.count() >= 14
    assert Escalation.objects.count() == 1
    assert list(trail.faults()) == []

    passwords = passwords_in(out.getvalue())
    assert len(set(passwords.values())) == len(passwords) == 4

    # No second step in the demo, and only on the machine itself.
    client = Client(headers={"host": "localhost"})
    login = {
        "login": "clare@northfield.example",
        "password": passwords["clare@northfield.example"],
    }
    client.post("/account/sign-in/", login)
    assert client.get("/").status_code == 200

    again = StringIO()
    call_command("load_demo", "--if-empty", stdout=again)
    assert "served as it is" in again.getvalue()
    assert User.objects.count() == 4


def test_the_demo_refuses_any_other_database(clinic: Clinic) -> None:
    with pytest.raises(CommandError, match="not empty"):
        call_command("load_demo", stdout=StringIO())


def test_only_the_loader_reads_the_demo_schedules() -> None:
    readers = {
        path.relative_to(ROOT).as_posix()
        for room in ("taperplan", "patients", "plans")
        for path in (ROOT / room).rglob("*.py")
        if "northfield.json" in path.read_text(encoding="utf-8")
    }

    assert readers == {"plans/management/demo/loader.py"}
