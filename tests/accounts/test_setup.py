"""The first real start, and that the demo and a clinic never share a database."""

from __future__ import annotations

import re
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from taperplan.accounts import actions
from taperplan.accounts.models import Clinic, Membership, User
from taperplan.accounts.refusals import NotDoneError
from taperplan.accounts.rights import NewPerson, Rights
from taperplan.accounts.roles import Role
from taperplan.audit.models import AuditEvent
from tests.accounts.conftest import give_password
from tests.conftest import PASSWORD
from tests.doors import Client

pytestmark = pytest.mark.django_db

GIVEN = {
    "clinic": "Northfield Clinic",
    "time_zone": "Europe/Berlin",
    "name": "Ada Fiktiv",
    "email": "ada@northfield.example",
}
ADMINISTRATOR = NewPerson(
    "ada@northfield.example", "Ada Fiktiv", Rights(frozenset({Role.ADMINISTRATOR}))
)


def setup(**options: Any) -> str:
    out = StringIO()
    call_command("setup", **{**GIVEN, **options}, stdout=out)
    return out.getvalue()


def link_in(text: str) -> str:
    found = re.search(r"/accounts/join/[0-9a-f]+/", text)
    assert found is not None
    return found.group()


def set_up_demo() -> Clinic:
    return actions.set_up_clinic(
        name="Northfield Demo Clinic",
        time_zone="Europe/Berlin",
        administrator=ADMINISTRATOR,
        demo=True,
        now=timezone.now(),
    ).clinic


def test_the_first_administrator_comes_in_by_the_link_that_is_printed() -> None:
    printed = setup(address="https://taper.example/")
    assert "https://taper.example/accounts/join/" in printed

    Client().post(link_in(printed), {"password": PASSWORD, "again": PASSWORD})

    clinic = Clinic.objects.get()
    assert not clinic.demo
    assert not clinic.open_for_patients
    assert Membership.objects.get().roles == {Role.ADMINISTRATOR}
    assert give_password(Client(), GIVEN["email"]).status_code == 302
    assert AuditEvent.objects.order_by("number")[0].verb == "clinic set up"


def test_a_solo_prescriber_is_everything_at_once() -> None:
    setup(prescriber=True, protocol_owner=True)

    membership = Membership.objects.get()
    assert membership.roles == {Role.ADMINISTRATOR, Role.PRESCRIBER}
    assert membership.protocol_owner


def test_setting_up_twice_is_refused() -> None:
    setup()

    with pytest.raises(CommandError, match="not empty"):
        setup(clinic="Another")
    assert Clinic.objects.count() == 1


def test_a_lost_first_link_is_printed_anew_while_nobody_has_come_in() -> None:
    first = link_in(setup())
    second = link_in(setup(new_link=True))

    assert Client().get(first).status_code == 404
    Client().post(second, {"password": PASSWORD, "again": PASSWORD})
    with pytest.raises(CommandError, match="not empty"):
        setup(new_link=True)


def test_setup_refuses_a_demo_database() -> None:
    set_up_demo()

    for options in ({}, {"new_link": True}):
        with pytest.raises(CommandError, match=r"demo|not empty"):
            setup(**options)


def test_the_demo_refuses_the_database_of_a_clinic() -> None:
    setup()

    with pytest.raises(NotDoneError, match="not empty"):
        set_up_demo()
    assert not Clinic.objects.filter(demo=True).exists()


def test_the_demo_refuses_a_database_that_holds_anybody() -> None:
    User.objects.create_user(email="somebody@x.example", name="Somebody")

    with pytest.raises(NotDoneError, match="not empty"):
        set_up_demo()


def test_people_of_the_demo_sign_in_at_once_and_only_there(other_clinic: Clinic) -> None:
    other_clinic.delete()
    demo = set_up_demo()
    monitor = NewPerson("theo@demo.example", "Theo Mocksen", Rights(frozenset({Role.MONITOR})))
    for person in (ADMINISTRATOR, monitor):
        actions.add_demo_person(clinic=demo, person=person, password=PASSWORD, now=timezone.now())

    client = Client(HTTP_HOST="localhost")
    assert give_password(client, monitor.email)["Location"] == "/"
    real = Clinic(name="Real", time_zone="UTC")
    with pytest.raises(NotDoneError, match="Only the demo"):
        actions.add_demo_person(clinic=real, person=monitor, password="x", now=timezone.now())


@pytest.mark.parametrize(
    ("option", "typed"),
    [
        ("email", "not an address"),
        ("time_zone", "Mars/Olympus"),
        ("clinic", ""),
        ("name", "two\nlines"),
    ],
)
def test_what_makes_no_sense_is_refused_and_nothing_is_made(option: str, typed: str) -> None:
    with pytest.raises(CommandError):
        setup(**{option: typed})

    assert not Clinic.objects.exists()
    assert not User.objects.exists()
