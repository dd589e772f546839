"""A file that leaves is whole, is written down, and says nothing that stays here."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import uuid
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import icalendar
import pytest
import vobject
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from patients.models import Disclosure
from patients.models import Patient as Patients
from plans.fhir.bundle import COLLECTION, bundle
from plans.forms.exchange import HAND_OVER, TAKE_OVER
from plans.models import Draft, TakenOver
from plans.presenters import files, home
from plans.presenters.exchange import Record, itself
from plans.rules import cells, columns, table
from plans.rules.exchange import FileKind
from plans.rules.schedule import expected_on
from taperplan import tables, tokens
from taperplan.audit import trail
from taperplan.audit.models import AuditEvent
from taperplan.audit.verbs import Verb
from tests import doors, factories
from tests.plans.fhir.reader import Site
from tests.plans.fhir.test_reading import hl7_taper
from tests.plans.typing import ROUTINE, SEIZURE, completed

if TYPE_CHECKING:
    from patients.models import Patient
    from plans.models import Plan
    from taperplan.accounts.models import Clinic, User


@pytest.fixture
def patient(clinic: Clinic) -> Patient:
    made: Patient = factories.PatientFactory(clinic=clinic, otto=True, number="DEMO 0042 17")
    return made


@pytest.fixture
def plan(patient: Patient, clare: User) -> Plan:
    made: Plan = factories.signed_plan(patient, clare)
    return made


def said(clare: User, what: FileKind, **more: str) -> dict[str, str]:
    return {
        "what": what.value,
        "recipient": "clinician",
        "recipient_name": "Southfield Test Hospital",
        "ground": "treatment",
        "why": "Admitted there today.",
        "token": tokens.issue(clare, HAND_OVER),
        **more,
    }


def handed(client: doors.Client, patient: Patient, typed: dict[str, str]) -> Any:
    return client.post(reverse("plans:hand-over", kwargs={"patient": patient.pk}), typed)


def body(response: Any) -> bytes:
    assert response.status_code == 200
    return b"".join(response.streaming_content)


def test_the_record_goes_out_whole_and_is_accounted_for_once(
    clare: User, clare_client: doors.Client, patient: Patient, plan: Plan
) -> None:
    completed(patient, clare, {**ROUTINE, **SEIZURE, "s-seizure-many": "1", "v-pulse": "92"})
    factories.ConsentFactory(patient=patient)
    typed = said(clare, FileKind.FHIR)

    response = handed(clare_client, patient, typed)
    text = body(response).decode()
    again = body(handed(clare_client, patient, typed)).decode()

    assert again == text
    assert response["Content-Type"] == "application/fhir+json; charset=utf-8"
    assert response["Content-Disposition"].endswith(f'{patient.reference}-fhir.json"')
    site = Site(text)
    for kind in (
        "CarePlan", "MedicationRequest", "Goal", "QuestionnaireResponse", "Observation", "Flag",
        "Task", "Consent", "Practitioner", "Organization", "Provenance", "AuditEvent",
    ):  # fmt: skip
        assert site.all(kind), kind
    row = Disclosure.objects.get(patient=patient)
    assert (row.recipient, row.ground) == ("Southfield Test Hospital", "treatment")
    exported = AuditEvent.objects.filter(verb="exported")
    assert exported.count() == 2
    assert "Southfield" not in "".join(exported.values_list("detail", flat=True))


def test_every_reference_of_a_record_leads_somewhere(
    clare: User, patient: Patient, plan: Plan
) -> None:
    import re

    completed(patient, clare, {**ROUTINE, **SEIZURE, "s-seizure-many": "1"})
    factories.next_version(plan, clare)
    found = {
        f"{one['resourceType']}/{one['id']}": one
        for one in Record(patient, date(2026, 12, 24)).resources()
    }

    text = json.dumps(found, default=str)
    for reference in re.findall(r'"reference": "([^"]+)"', text):
        assert reference in found
    plans = [one for one in found.values() if one["resourceType"] == "CarePlan"]
    assert [one["status"] for one in plans] == ["revoked", "active"]
    assert plans[1]["replaces"] == [{"reference": f"CarePlan/{plans[0]['id']}"}]


def test_what_was_told_in_confidence_stays_here_and_is_said_to(
    clare: User, patient: Patient, plan: Plan
) -> None:
    told = {**ROUTINE, "note": "her brother rang", "in_confidence": "yes"}
    completed(patient, clare, told)

    text = json.dumps(list(Record(patient, date(2026, 12, 1)).resources()), default=str)

    assert "her brother rang" not in text
    assert "told in confidence by a third person; left out" in text


def test_the_trail_says_who_wrote_what_and_not_who_looked_or_was_given_it(
    clare: User, clare_client: doors.Client, patient: Patient, plan: Plan, clinic: Clinic
) -> None:
    other: Patient = factories.PatientFactory(clinic=clinic, family_name="Other")
    clare_client.get(reverse("plans:plan", kwargs={"plan": plan.pk}))
    completed(patient, clare, {**ROUTINE, **SEIZURE, "s-seizure-many": "1"})
    elsewhere = completed(other, clare, ROUTINE)
    # A row about this patient may name what belongs to another.
    trail.record(Verb.CHECK_IN_ENTERED_IN_ERROR, elsewhere, patient=patient, by=clare)
    trail.record(Verb.PUT_ON_CARE_TEAM, patient, patient=patient, by=clare)
    trail.record(Verb.RED_FLAG_RAISED, patient.escalations.get(), patient=patient, by=None)

    def acts() -> list[Any]:
        found = Record(patient, date(2026, 12, 1), clare).resources()
        return [one for one in found if one["resourceType"] == "AuditEvent"]

    before = acts()
    body(handed(clare_client, patient, said(clare, FileKind.FHIR)))
    assert acts() == before
    assert [(one["type"]["code"], *one["entity"][0]["what"].values()) for one in before] == [
        ("signed", f"CarePlan/{plan.versions.get().pk}"),
        ("red flag raised", f"Flag/{patient.escalations.get().pk}"),
        ("check-in completed", f"QuestionnaireResponse/{patient.check_ins.get().pk}"),
        ("red flag raised", f"Flag/{patient.escalations.get().pk}"),
    ]
    asked = [one["agent"][0]["requestor"] for one in before]
    assert asked == [True, True, True, False]
    assert before[0]["agent"][0]["who"]["display"] == clare.name


def test_a_name_in_other_letters_goes_with_the_one_that_everybody_reads(clinic: Clinic) -> None:
    eleni: Patient = factories.PatientFactory(
        clinic=clinic, family_name="Δείγμα", given_names="Ελένη", latin_name="Eleni Deigma"
    )

    names = itself(eleni, date(2026, 12, 1))["name"]

    assert [(one.get("use"), one["text"]) for one in names] == [
        ("official", "Ελένη Δείγμα"),
        (None, "Eleni Deigma"),
    ]
    assert names[1]["extension"][0]["valueCode"] == "ABC"


def test_a_file_without_a_ground_is_refused(
    clare: User, clare_client: doors.Client, patient: Patient, plan: Plan
) -> None:
    response = handed(clare_client, patient, said(clare, FileKind.FHIR, ground="", why=""))

    assert response.status_code == 422
    assert "Choose on what ground it is given." in response.content.decode()
    assert not Disclosure.objects.exists()


def test_what_stays_with_our_own_team_is_in_the_trail_alone(
    clare: User, clare_client: doors.Client, patient: Patient, plan: Plan
) -> None:
    typed = said(clare, FileKind.DAYS, recipient="own team", recipient_name="", ground="", why="")

    body(handed(clare_client, patient, typed))

    assert not Disclosure.objects.exists()
    assert AuditEvent.objects.filter(verb="exported").count() == 1


def test_the_table_of_days_says_what_was_signed(
    clare: User, clare_client: doors.Client, patient: Patient, plan: Plan
) -> None:
    data = body(handed(clare_client, patient, said(clare, FileKind.DAYS)))

    schedule = plan.versions.get().schedule()
    read = tables.read(data)
    day = date(2026, 11, 30)
    for offset in range(21):
        rows = [r for r in read.rows if r["day"] == str(day + timedelta(days=offset))]
        assert [(r["time"], r["quantity"]) for r in rows] == [
            (e.when.token, str(e.quantity).replace("1/2", "0.5"))
            for e in expected_on(schedule, day + timedelta(days=offset))
        ]
    assert len(read.rows) == 42


@pytest.mark.one_engine
@pytest.mark.parametrize("kind", columns.OF_FILE)
def test_a_table_is_read_by_another_program_and_back_by_us(
    kind: FileKind, clare: User, clare_client: doors.Client, patient: Patient
) -> None:
    typed = factories.plan_cells(title="=cmd|' /C calc'!A0")
    typed["drugs"][0]["name"] = "=1+1 examplazepam"
    factories.signed_plan(patient, clare, typed)
    completed(patient, clare, {**ROUTINE, "note": "@SUM(A1)\nslept"})

    data = body(handed(clare_client, patient, said(clare, kind)))

    seen = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), strict=True))
    assert len(seen) > 1
    assert not [cell for row in seen for cell in row if cell[:1] in "=+-@" and cell]
    rows = columns.OF_FILE[kind].read(data)
    assert rows == tuple(files.rows(kind, patient, patient.clinic.day(timezone.now()), clare))
    assert "=1+1 examplazepam" in str(rows) or kind is FileKind.CHECK_INS


@pytest.mark.one_engine
def test_the_worklist_is_whole_in_its_file_and_read_back_as_it_stands(
    clare: User, clare_client: doors.Client, clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(home, "MOST", 1)
    for number in range(3):
        made: Patient = factories.PatientFactory(clinic=clinic, family_name=f"=Sample{number}")
        factories.draft_plan(made, clare)

    response = clare_client.get(reverse("plans:worklist-table"), {"whose": "team"})
    rows = columns.WORKLIST.read(response.content)

    drafts = [row for row in rows if row[0] == "Drafts not signed"]
    assert sorted(str(row[1])[:8] for row in drafts) == [f"=SAMPLE{n}" for n in range(3)]
    page = clare_client.get(reverse("plans:home"), {"whose": "team"}).content.decode()
    assert reverse("plans:worklist-table") in page
    said = AuditEvent.objects.filter(verb="exported").get().detail
    assert json.loads(said)["rows"] == str(len(rows))


@pytest.mark.one_engine
def test_a_schedule_that_was_handed_over_comes_back_as_the_same_schedule(
    clare: User, clare_client: doors.Client, patient: Patient, plan: Plan
) -> None:
    data = body(handed(clare_client, patient, said(clare, FileKind.SCHEDULE)))
    version = plan.versions.get()
    own = reverse("plans:schedule-csv", kwargs={"plan": plan.pk, "number": 1})
    assert clare_client.get(own).content == data

    address = reverse("plans:import-version", kwargs={"plan": plan.pk})
    typed = {"pasted": data.decode("utf-8-sig"), "token": tokens.issue(clare, "import a table")}
    assert clare_client.post(address, typed).status_code == 302

    back = cells.read(Draft.objects.get(plan=plan).cells, today=date(2026, 11, 24)).so_far
    assert list(table.rows_of(back)) == list(table.rows_of(version.schedule()))


def test_what_is_typed_for_the_team_is_in_our_own_file_and_in_none_that_is_handed_over(
    clare: User, clare_client: doors.Client, patient: Patient
) -> None:
    typed = factories.plan_cells()
    typed["products"][0]["team_text"] = "only for us"
    typed["steps"][0]["team_text"] = "and this"
    plan = factories.signed_plan(patient, clare, typed)

    data = body(handed(clare_client, patient, said(clare, FileKind.SCHEDULE))).decode()
    own = reverse("plans:schedule-csv", kwargs={"plan": plan.pk, "number": 1})

    assert "only for us" not in data
    assert "and this" not in data
    assert "only for us" in clare_client.get(own).content.decode()


def test_a_table_of_two_plans_makes_no_draft(
    clare: User, clare_client: doors.Client, patient: Patient, plan: Plan
) -> None:
    typed = factories.plan_cells()
    typed["drugs"][0]["name"] = "otherolam"
    factories.signed_plan(patient, clare, typed)
    data = body(handed(clare_client, patient, said(clare, FileKind.SCHEDULE)))

    address = reverse("plans:import-plan", kwargs={"patient": patient.pk})
    typed = {"pasted": data.decode("utf-8-sig"), "token": tokens.issue(clare, "import a table")}
    page = clare_client.post(address, typed)

    assert page.status_code == 422
    assert "Another plan begins here. Leave the rows of one." in page.content.decode()
    assert not Draft.objects.exists()


@pytest.mark.one_engine
def test_the_days_and_totals_of_a_plan_are_the_same_by_either_door(
    clare: User, clare_client: doors.Client, patient: Patient, plan: Plan
) -> None:
    factories.next_version(plan, clare)
    days = body(handed(clare_client, patient, said(clare, FileKind.DAYS)))
    totals = columns.SUPPLY.read(body(handed(clare_client, patient, said(clare, FileKind.SUPPLY))))

    assert clare_client.get(reverse("plans:calendar-csv", kwargs={"plan": plan.pk})).content == days
    for row in totals:
        first, last = row[1], row[2]
        assert isinstance(first, date)
        assert isinstance(last, date)
        typed = {
            f"first_{n}": str(part) for n, part in enumerate((first.day, first.month, first.year))
        }
        typed |= {
            f"last_{n}": str(part) for n, part in enumerate((last.day, last.month, last.year))
        }
        own = clare_client.get(reverse("plans:supply-csv", kwargs={"plan": plan.pk}), typed)
        assert row in columns.SUPPLY.read(own.content)


def test_supply_between_changes_adds_up(
    clare: User, clare_client: doors.Client, patient: Patient, plan: Plan
) -> None:
    read = tables.read(body(handed(clare_client, patient, said(clare, FileKind.SUPPLY))))

    assert [(r["first day"], r["last day"], r["quantity"]) for r in read.rows] == [
        ("2026-11-30", "2026-12-06", "21"),
        ("2026-12-07", "2026-12-13", "14"),
        ("2026-12-14", "2026-12-20", "7"),
    ]


def test_nobody_else_is_handed_a_file(
    clare: User, sam_client: doors.Client, ada_client: doors.Client, patient: Patient, plan: Plan
) -> None:
    assert handed(sam_client, patient, said(clare, FileKind.FHIR)).status_code == 404
    assert handed(ada_client, patient, said(clare, FileKind.FHIR)).status_code == 403
    assert uuid.UUID(str(patient.pk))
    assert not Disclosure.objects.exists()


@pytest.mark.one_engine
@pytest.mark.parametrize("kind", [FileKind.CALENDAR, FileKind.PATIENT_CALENDAR])
def test_a_calendar_of_a_plan_is_read_alike_by_two_programs(
    kind: FileKind, clare: User, clare_client: doors.Client, patient: Patient
) -> None:
    typed = factories.plan_cells()
    typed["products"][0]["times"] = ["08:00", "bedtime"]
    for step in typed["steps"]:
        for dose in step["doses"]:
            dose["time"] = dose["time"].replace("morning", "08:00")
    factories.signed_plan(patient, clare, typed)
    completed(patient, clare, ROUTINE)

    data = body(handed(clare_client, patient, said(clare, kind)))

    read: Any = icalendar.Calendar.from_ical(data)
    first = {str(event["UID"]): event for event in read.walk("VEVENT")}
    second = {e.uid.value: e for e in vobject.readOne(data.decode()).vevent_list}
    assert first.keys() == second.keys()
    for key, event in first.items():
        assert second[key].dtstart.value == event["DTSTART"].dt
        assert second[key].summary.value == str(event["SUMMARY"])
    days = sorted(str(event["DTSTART"].dt)[:16] for event in first.values())
    # Three steps at the clock on the wall, the check-in, the day after the last dose.
    assert days == [
        "2026-11-30 08:00", "2026-12-01", "2026-12-07 08:00", "2026-12-14 08:00", "2026-12-21",
    ]  # fmt: skip
    titles = {str(event["SUMMARY"]) for event in first.values()}
    if kind is FileKind.PATIENT_CALENDAR:
        assert titles == {"Look at your sheet", "Appointment"}
        for word in ("examplazepam", "mg", "step", clare.name, "Northfield", "Sample", "Otto"):
            assert word.lower() not in data.decode().lower()
    else:
        plan = patient.plans.get().reference
        assert f"{plan}: step 2 begins" in titles
        assert f"{patient.reference}: check-in due" in titles


# --- Taking over -------------------------------------------------------------------------------


def sent(clare: User, content: bytes) -> dict[str, Any]:
    return {
        "file": SimpleUploadedFile("plan.json", content),
        "set_by": "Dr Eva Elsewhere",
        "source": "sent by the ward",
        "token": tokens.issue(clare, TAKE_OVER),
    }


def test_a_plan_of_another_program_is_kept_as_told_and_starts_no_draft(
    clare: User, clare_client: doors.Client, patient: Patient
) -> None:
    address = reverse("plans:take-over", kwargs={"patient": patient.pk})
    content = json.dumps(hl7_taper()).replace("Prednisone", "<b>Prednisone</b>").encode()

    page = clare_client.post(address, sent(clare, content)).content.decode()

    row = TakenOver.objects.get(patient=patient)
    assert row.source_digest == hashlib.sha256(content).hexdigest()
    assert "its text says 7 days, its dates hold 5." in row.as_told
    assert "its text says 7 days, its dates hold 5." in page
    assert "As told, not signed here" in page
    assert "<b>Prednisone</b>" not in page
    assert not patient.plans.exists()
    assert "<b>Prednisone</b>" not in clare_client.get(address).content.decode()


@pytest.mark.parametrize("content", [b"", b"{}", b"[" * 50_000, b"x" * 2_100_000])
def test_what_is_no_plan_is_refused_and_nothing_is_kept(
    content: bytes, clare: User, clare_client: doors.Client, patient: Patient
) -> None:
    address = reverse("plans:take-over", kwargs={"patient": patient.pk})

    assert clare_client.post(address, sent(clare, content)).status_code == 422
    assert not TakenOver.objects.exists()


def exported_of(other: Patient, by: User) -> bytes:
    found = Record(other, date(2026, 12, 1), by).resources()
    return "".join(bundle(COLLECTION, found, base="https://x.example/fhir")).encode()


def test_a_file_about_somebody_else_is_kept_in_nobody_s_record(
    clare: User,
    clare_client: doors.Client,
    patient: Patient,
    clinic: Clinic,
    other_clinic: Clinic,
    sam: User,
) -> None:
    other_clinic.opened_at, other_clinic.opened_by = timezone.now(), sam
    other_clinic.save()
    theirs: Patient = factories.PatientFactory(clinic=other_clinic, born=date(1960, 1, 1))
    twin: Patient = factories.PatientFactory(clinic=clinic, born=patient.born)
    factories.signed_plan(theirs, sam)
    factories.signed_plan(twin, clare)
    address = reverse("plans:take-over", kwargs={"patient": patient.pk})

    for content, sentence in (
        (exported_of(theirs, sam), "It is about somebody born on Fri 1 Jan 1960."),
        (exported_of(twin, clare), "It is about another record of this clinic."),
    ):
        page = clare_client.post(address, sent(clare, content))
        assert page.status_code == 422
        assert sentence in page.content.decode().replace("\u00a0", " ")
    assert not TakenOver.objects.exists()

    # Of one and the same day of birth, as where a patient comes from that clinic to this one: kept
    # as told, and no key of theirs with it.
    Patients.objects.filter(pk=theirs.pk).update(born=patient.born)
    theirs.refresh_from_db()
    page = clare_client.post(address, sent(clare, exported_of(theirs, sam)))
    assert page.status_code == 200
    row = TakenOver.objects.get()
    assert f"It names its patient: {theirs.given_names} {theirs.family_name}" in row.as_told
    assert str(theirs.pk) not in row.as_told
    assert str(theirs.plans.get().pk) not in row.as_told


# --- A restricted record that is joined to this one --------------------------------------------


def test_a_restricted_record_joined_to_this_one_leaves_only_by_its_own_care_team(
    clare: User, theo: User, clinic: Clinic, patient: Patient
) -> None:
    joined: Patient = factories.PatientFactory(clinic=clinic, family_name="Hidden")
    factories.signed_plan(joined, clare)
    Patients.objects.filter(pk=joined.pk).update(joined_to=patient, restricted=True)
    factories.CareTeamFactory(patient=joined, user=clare)

    def left(by: User) -> str:
        found = json.dumps(list(Record(patient, date(2026, 12, 1), by).resources()), default=str)
        files_ = (FileKind.SCHEDULE, FileKind.DAYS, FileKind.CHECK_INS, FileKind.SUPPLY)
        return found + "".join(
            files.table(kind, patient, date(2026, 12, 1), by).decode() for kind in files_
        )

    reference = joined.plans.get().reference
    assert str(joined.pk) in left(clare)
    assert reference in left(clare)
    for word in (str(joined.pk), "Hidden", reference):
        assert word not in left(theo)
