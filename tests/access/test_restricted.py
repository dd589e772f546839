"""A restricted record is not there for whoever is not on its care team, at any address."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pytest
from django.urls import reverse
from django.utils import timezone

from patients import restriction
from patients.models import Disclosure, EmergencyAccess, Patient
from plans.models import Document
from taperplan.accounts.models import Clinic, User
from taperplan.audit.models import AuditEvent
from taperplan.audit.verbs import Verb
from tests import doors, factories
from tests.access import rows
from tests.access.engine import (
    CLINICAL,
    NEVER,
    ROLES,
    addresses,
    quiet_fault,
    sent,
    url_of,
)
from tests.access.world import is_thing
from tests.conftest import person

if TYPE_CHECKING:
    from tests.access.world import World

ROWS = rows.collected()
ARCHIVED = datetime(2026, 1, 5, tzinfo=UTC)
# Reached through an open red flag: nobody on duty is kept from it.
ON_DUTY = frozenset[str]()
# Named by something of the record; the rest name accounts, texts and the like.
NOT_OF_A_PATIENT = {
    "membership", "protocol_text", "level_set", "test_message", "emergency_access", "absence",
    "person", "formulary_entry", "ladder", "time_limits", "own_session", "notice",
    "patient_import",
}  # fmt: skip


def of_a_patient() -> list[str]:
    return [
        address.name
        for address in addresses()
        if any(is_thing(name) and name not in NOT_OF_A_PATIENT for name in address.parameters)
    ]


@pytest.mark.parametrize(
    ("role", "closed"),
    [
        ("prescriber", {"restricted": True}),
        pytest.param("monitor", {"restricted": True}, marks=pytest.mark.sweep),
        pytest.param(
            "monitor", {"archived_at": datetime(2026, 1, 5, tzinfo=UTC)}, marks=pytest.mark.sweep
        ),
        pytest.param(
            "prescriber", {"archived_at": datetime(2026, 1, 5, tzinfo=UTC)}, marks=pytest.mark.sweep
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "-".join(value),
)
def test_no_address_shows_a_restricted_record_to_somebody_else(
    role: str, closed: dict[str, object], world: World, clinic: Clinic
) -> None:
    """Nor an archived one. Open red flags alone stay reachable: nobody on duty may be kept from
    one."""
    known = {address.name: address for address in addresses()}
    urls = {name: url_of(ROWS[name], known[name], world) for name in of_a_patient()}
    nina = person("Nina Neu", clinic, **{role: True})
    client = doors.signed_in(nina)
    Patient.objects.filter(clinic=clinic).update(**closed)
    still_open = set()
    for name, url in urls.items():
        for answer in (client.get(url), client.post(url)):
            if answer.status_code not in (403, 404, 405):
                still_open.add(name)
            elif answer.status_code != 405:
                assert world.mark not in answer.content.decode(), name

    flags = {name for name in urls if "escalation" in known[name].parameters}
    assert still_open <= flags, sorted(still_open - flags)
    assert len(urls) > 40


# Who may reach a closed record: the records officer, at the addresses of their own room; and
# whoever is on duty, at an open red flag's.
CLOSED: dict[str, dict[str, object]] = {
    "restricted": {"restricted": True},
    "archived": {"archived_at": ARCHIVED},
}


@pytest.mark.sweep
@pytest.mark.one_engine
@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("state", CLOSED)
def test_every_verb_on_a_closed_record_answers_as_is_written(
    role: str, state: str, world: World, clinic: Clinic
) -> None:
    """GET, HEAD, OPTIONS, POST (what the form would take), PUT, PATCH, DELETE; as every role."""
    known = {address.name: address for address in addresses()}
    names = of_a_patient()
    world.fill()
    urls = {name: url_of(ROWS[name], known[name], world) for name in names}
    forms = {name: dict(row.data(world)) if (row := ROWS[name]).data else {} for name in names}
    client = doors.signed_in(person("Nina Neu", clinic, **{role: True}))
    client.raise_request_exception = False
    Patient.objects.filter(clinic=clinic).update(**CLOSED[state])
    found = []
    for name, url in urls.items():
        row, flag = ROWS[name], "escalation" in known[name].parameters
        for verb in ("GET", "POST", "HEAD", "OPTIONS", *NEVER):
            own = row.expected("POST" if verb == "POST" else "GET", role, names_an_object=True)
            answer, written = sent(client, verb, url, forms[name], row.reading_writes)
            if role in CLINICAL:
                # What is theirs on an open record is not there on a closed one.
                expected = own if set(own) <= {403, 405} else (404,)
                if flag or name in ON_DUTY:
                    continue
            else:
                expected = own
            if verb in ("GET", "POST", "HEAD"):
                allowed = (*expected, 403, 404, 405) if role in CLINICAL else (*expected, 405, 404)
                fault = (
                    "" if answer.status_code in allowed else f"{answer.status_code}, not {expected}"
                )
                if role in CLINICAL and written:
                    fault = f"wrote {sorted(written)}"
            else:
                fault = quiet_fault(verb, answer, written)
            if fault:
                found.append(f"{name}: {verb} as {role} on one {state}: {fault}")
            if role in CLINICAL and world.mark in answer.content.decode("utf-8", "replace"):
                found.append(f"{name}: {verb} as {role} on one {state}: shows it")
    assert not found, "\n".join(found)


def test_lists_and_searches_leave_a_restricted_record_out(world: World, clinic: Clinic) -> None:
    world.fill()
    nina = doors.signed_in(person("Nina Neu", clinic, prescriber=True))
    name = world.patient.family_name
    search = f"/patients/?{urlencode(doors.asking(nina, name))}"
    pages = [reverse("patients:list"), reverse("plans:documents"), search]
    assert name.upper() in nina.get(pages[0]).content.decode().upper()
    Patient.objects.filter(clinic=clinic).update(restricted=True)

    for page in pages:
        shown = nina.get(page).content.decode().replace(f'value="{name}"', "")
        assert name.upper() not in shown.upper(), page


def test_emergency_access_opens_one_record_for_an_hour_and_nothing_leaves_it(
    world: World, clinic: Clinic
) -> None:
    patient = world.patient
    patient.restricted = True
    patient.save()
    number = patient.numbers.filter(withdrawn_at=None).first()
    assert number is not None
    nina = person("Nina Neu", clinic, prescriber=True)
    client = doors.signed_in(nina)
    page = reverse("plans:patient", args=[patient.pk])
    form = client.get(reverse("patients:emergency"))
    token = form.context["form"]["token"].value()
    assert client.get(page).status_code == 404

    refused = client.post(reverse("patients:emergency"), {"number": number.number, "token": token})
    assert refused.status_code == 200, "a reason is typed"
    typed = {"number": number.number, "reason": "Found unconscious at home", "token": token}
    answer = client.post(reverse("patients:emergency"), typed)

    assert answer["Location"] == page
    shown = client.get(page).content.decode()
    assert "Emergency access to this restricted record, until" in shown
    assert EmergencyAccess.objects.get(user=nina).until - timezone.now() <= timedelta(minutes=60)
    for closed in ("plans:hand-over", "patients:team", "patients:find-to-join"):
        assert client.get(reverse(closed, args=[patient.pk])).status_code == 403, closed
    row = AuditEvent.objects.get(verb=Verb.EMERGENCY_ACCESS)
    assert row.patient.endswith(str(patient.pk))
    assert "unconscious" not in row.detail

    # The privacy lead sees the use, its age and the reason, and not their own.
    lead = doors.signed_in(world.clare)
    listed = lead.get(reverse("patients:reviews")).content.decode()
    assert "Found unconscious at home" in listed
    used = EmergencyAccess.objects.get(user=nina)
    lead.post(reverse("patients:review", args=[used.pk]), {"note": "In order."})
    assert "Found unconscious" not in lead.get(reverse("patients:reviews")).content.decode()

    late = timezone.now() + timedelta(minutes=61)
    assert restriction.access_of(nina, patient, late) is None


def opened_in_an_emergency(world: World, clinic: Clinic) -> doors.Client:
    """Somebody who is not on the care team, with this one record open for an hour."""
    Patient.objects.filter(pk=world.patient.pk).update(restricted=True)
    nina = person("Nina Neu", clinic, prescriber=True)
    restriction.open_in_emergency(
        patient=world.patient, token=uuid.uuid4(), reason="At night", now=timezone.now(), by=nina
    )
    return doors.signed_in(nina)


# Drawn on the page itself, and the words that are read from the drawing there.
DRAWINGS = {"plans:chart", "plans:chart-dark", "plans:chart-days"}


@pytest.mark.one_engine
@pytest.mark.sweep
def test_no_address_hands_out_a_file_under_emergency_access(world: World, clinic: Clinic) -> None:
    world.fill()
    known = {address.name: address for address in addresses()}
    client = opened_in_an_emergency(world, clinic)
    files, seen = [], 0
    for name in of_a_patient():
        answer = client.get(url_of(ROWS[name], known[name], world))
        seen += answer.status_code == 200
        page = answer.headers.get("Content-Type", "").startswith("text/html")
        attached = "attachment" in answer.headers.get("Content-Disposition", "")
        if answer.status_code == 200 and name not in DRAWINGS and (attached or not page):
            files.append(name)
    assert not files
    assert seen > 20, "the record itself is open"
    whole = client.get(reverse("plans:worklist-table"))
    assert world.patient.given_names not in whole.content.decode()


def test_the_batch_of_the_week_leaves_out_what_was_opened_in_an_emergency(
    world: World, clinic: Clinic
) -> None:
    world.plan  # noqa: B018  (made: its first step begins today, so that it is in the batch)
    page, name = reverse("plans:week"), world.patient.family_name.upper()
    assert name in doors.signed_in(world.clare).get(page).content.decode().upper()
    client = opened_in_an_emergency(world, clinic)
    assert name not in client.get(page).content.decode().upper()


def test_the_handover_sheet_leaves_under_emergency_access_with_its_disclosure(
    world: World, clinic: Clinic
) -> None:
    world.escalation  # noqa: B018  (made: its red flag is what is handed over)
    client = opened_in_an_emergency(world, clinic)
    page = reverse("plans:print-document", args=[world.patient.pk])

    def sent(**other: str) -> int:
        form = client.get(page).context["form"]
        typed = {
            "kind": "handover",
            "page": "A4",
            "size": "standard",
            "recipient": "emergency team",
        }
        typed |= {"token": form["token"].value(), "recipient_name": "Ambulance crew", **other}
        typed |= {"ground": "emergency", "facility": "Test Hospital", "emergency": "A seizure"}
        typed |= {"why": "Taken to hospital"}
        typed["what"] = next(
            value
            for value, _words in form.fields["what"].choices
            if value.startswith(other.get("what", "handover"))
        )
        return client.post(page, typed).status_code

    assert sent(what="summary") == 422
    assert sent(recipient="own team") == 422, "what leaves stands in the accounting"
    assert not Disclosure.objects.exists()
    assert sent() == 302
    assert Disclosure.objects.get().recipient == "Ambulance crew"
    made = Document.objects.get()
    assert client.get(reverse("plans:document", args=[made.pk])).status_code == 200


def test_whose_red_flag_it_is_stands_only_where_it_may_be_seen(
    world: World, clinic: Clinic
) -> None:
    flag = world.escalation
    Patient.objects.filter(pk=world.patient.pk).update(restricted=True)
    nina = doors.signed_in(person("Nina Neu", clinic, prescriber=True))
    name = world.patient.family_name.upper()
    for page in ("plans:home", "plans:escalations", "plans:flags-now"):
        shown = nina.get(reverse(page)).content.decode()
        assert name not in shown.upper(), page
        assert str(flag.pk) in shown, "the red flag itself stays in sight"
        assert "Restricted record" in shown
    opened = nina.get(reverse("plans:red-flag", args=[flag.pk]))
    assert name in opened.content.decode().upper(), "whoever acts on it learns whose it is"
    row = AuditEvent.objects.filter(verb=Verb.VIEWED).last()
    assert row is not None
    assert row.patient.endswith(str(world.patient.pk))


def test_an_emergency_access_that_has_run_out_opens_nothing(world: World, clinic: Clinic) -> None:
    world.patient.restricted = True
    world.patient.save()
    nina = person("Nina Neu", clinic, monitor=True)
    began = timezone.now() - timedelta(minutes=61)
    restriction.open_in_emergency(
        patient=world.patient, token=uuid.uuid4(), reason="At night", now=began, by=nina
    )
    page = reverse("plans:patient", args=[world.patient.pk])
    assert doors.signed_in(nina).get(page).status_code == 404


def test_only_the_care_team_restricts_a_record(world: World, clare: User, theo: User) -> None:
    page = reverse("patients:restrict", args=[world.patient.pk])
    nina = person("Nina Neu", world.clinic, monitor=True)
    answer = doors.signed_in(nina).post(page, {"why": "Asked for it"})
    assert "Only the care team restricts" in answer.content.decode()

    factories.CareTeamFactory(patient=world.patient, user=nina, role="monitor")
    answer = doors.signed_in(nina).post(page, {"why": "Asked for it"})
    assert answer.status_code == 302
    world.patient.refresh_from_db()
    assert world.patient.restricted
    shown = doors.signed_in(nina).get(reverse("plans:patient", args=[world.patient.pk]))
    assert "Restricted: reached by the care team only" in shown.content.decode()
    assert AuditEvent.objects.filter(verb=Verb.RESTRICTED).exists()
