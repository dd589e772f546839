"""The records officer: a copy of everything, the archive, holds, periods, and two who destroy."""

from __future__ import annotations

import io
import json
import uuid
import zipfile
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from patients import copies, keeping, records
from patients.keeping import (
    Approval,
    DestructionPermit,
    LegalHold,
    LegalHoldEnd,
    RetentionPeriod,
    Tombstone,
)
from patients.models import Allergy, Disclosure, Patient
from patients.vocabulary import Ground
from plans.models import CheckIn
from taperplan.accounts.models import Clinic, User
from taperplan.accounts.refusals import DiffersError, NotDoneError
from taperplan.audit import trail
from taperplan.audit.models import AuditEvent
from taperplan.audit.verbs import Verb
from tests import doors, factories
from tests.access.conftest import world as world
from tests.access.world import World
from tests.conftest import person

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
FAR = NOW.replace(year=2046)
TODAY = FAR.date()


@pytest.fixture
def rita(clinic: Clinic) -> User:
    return person("Rosa Arkiv", clinic, records_officer=True)


@pytest.fixture
def karl(clinic: Clinic) -> User:
    return person("Karl Kopie", clinic, records_officer=True)


@pytest.fixture
def otto(clinic: Clinic, clare: User) -> Patient:
    patient: Patient = factories.PatientFactory(
        clinic=clinic, otto=True, registered_by=clare, registered_at=NOW
    )
    Patient.objects.filter(pk=patient.pk).update(changed_at=NOW)
    factories.AllergyFactory(patient=patient)
    return patient


def period(clinic: Clinic, by: User, **typed: Any) -> RetentionPeriod:
    return records.write_period(
        clinic=clinic, token=uuid.uuid4(), number=0,
        **{"after_last_entry": 10, "after_death": None, "until_age": None, "source": "R", **typed},
        now=NOW, by=by,
    )  # fmt: skip


def approve(patient: Patient, by: User, **other: Any) -> Tombstone | Approval:
    sent = {"token": uuid.uuid4(), "why": "Past its period", "today": TODAY, "now": FAR, **other}
    return records.approve(patient=patient, by=by, **sent)


# --- The period ---------------------------------------------------------------------------


def test_nothing_is_due_before_the_clinic_typed_a_period(otto: Patient, rita: User) -> None:
    assert records.due(rita, TODAY) == []
    shown = doors.signed_in(rita).get(reverse("patients:retention")).content.decode()
    assert 'name="after_last_entry"' in shown
    assert "No period is typed yet." in shown


def test_a_record_is_due_the_typed_years_after_its_last_entry_and_not_a_day_before(
    otto: Patient, rita: User, clinic: Clinic
) -> None:
    period(clinic, rita)
    assert records.due(rita, date(2036, 11, 21)) == []
    (one,) = records.due(rita, date(2036, 11, 22))
    assert one.due_on == date(2036, 11, 22)
    # Something written down later, by anybody, moves it.
    trail.record(Verb.RECORDED, otto, patient=otto, by=rita)
    assert records.last_entries([otto])[otto.pk] == timezone.now().date()
    trail.record(Verb.VIEWED, otto, patient=otto, by=rita)


@pytest.mark.parametrize(
    ("typed", "died", "expected"),
    [
        ({"until_age": 100}, None, date(2056, 11, 21)),
        ({"after_death": 30}, date(2026, 1, 5), date(2056, 1, 5)),
        ({"after_death": 30}, None, date(2036, 11, 22)),
    ],
)
def test_the_latest_of_what_was_typed_counts(
    typed: dict[str, int], died: date | None, expected: date, otto: Patient, rita: User
) -> None:
    otto.died_on = died
    assert records.due_on(otto, period(otto.clinic, rita, **typed), NOW.date()) == expected


def test_a_day_that_is_not_there_counts_as_the_first_of_march() -> None:
    assert records.later(date(2024, 2, 29), 1) == date(2025, 3, 1)
    assert records.later(date(2024, 2, 29), 4) == date(2028, 2, 29)


def test_two_who_write_a_period_at_once_do_not_overwrite_each_other(
    clinic: Clinic, rita: User
) -> None:
    period(clinic, rita)
    with pytest.raises(DiffersError):
        period(clinic, rita, after_last_entry=20)


def test_years_are_typed_and_of_a_number(rita: User) -> None:
    client = doors.signed_in(rita)
    page = reverse("patients:retention")
    form = client.get(page).context["form"]
    hidden = {"token": form["token"].value(), "read": "0"}
    for wrong in ("", "0", "ten", "1e1", "9999"):
        answer = client.post(page, {**hidden, "after_last_entry": wrong, "source": "R"})
        assert answer.status_code == 200, wrong
    assert client.post(page, {**hidden, "after_last_entry": "10", "source": "R"}).status_code == 302
    assert "10 years after the last entry" in client.get(page).content.decode()


# --- Hold, archive ------------------------------------------------------------------------


def test_a_held_record_is_neither_due_nor_destroyed(
    otto: Patient, rita: User, karl: User, clinic: Clinic
) -> None:
    period(clinic, rita)
    held = records.hold(patient=otto, token=uuid.uuid4(), why="Claim", now=NOW, by=rita)
    assert records.due(rita, TODAY) == []
    with pytest.raises(NotDoneError, match="legal hold"):
        approve(otto, rita)
    records.end_hold(held=held, why="Settled", now=NOW, by=karl)
    assert len(records.due(rita, TODAY)) == 1


def test_an_archived_record_is_out_of_reach_until_it_is_taken_out(
    otto: Patient, rita: User, clare: User
) -> None:
    officer, clinician = doors.signed_in(rita), doors.signed_in(clare)
    page, act = (
        reverse("plans:patient", args=[otto.pk]),
        reverse("patients:archive", args=[otto.pk]),
    )
    assert clinician.get(page).status_code == 200

    def put(why: str) -> None:
        token = officer.get(act).context["form"]["token"].value()
        assert officer.post(act, {"why": why, "token": token}).status_code == 302

    put("Left the clinic")
    assert clinician.get(page).status_code == 404
    assert otto.family_name.upper() not in clinician.get("/patients/").content.decode().upper()
    found = clinician.post("/patients/", {"q": otto.family_name}, follow=True).content.decode()
    assert str(otto.pk) not in found
    assert officer.get(reverse("patients:record-kept", args=[otto.pk])).status_code == 200
    put("Came back")
    assert clinician.get(page).status_code == 200
    verbs = list(AuditEvent.objects.filter(patient__endswith=str(otto.pk)).values_list("verb"))
    assert (Verb.ARCHIVED.value,) in verbs
    assert (Verb.TAKEN_OUT_OF_ARCHIVE.value,) in verbs


def test_what_goes_on_is_not_put_away(world: World) -> None:
    world.check_in  # noqa: B018  (made: its red flag is open)
    with pytest.raises(NotDoneError, match="red flag is open"):
        records.archive(
            patient=world.patient, away=True, why="x", now=NOW, by=world.people["records_officer"]
        )


# --- The copy -----------------------------------------------------------------------------


def copied(patient: Patient, by: User, ground: Ground) -> zipfile.ZipFile:
    wish = copies.Wish(uuid.uuid4(), "Otto Sample", ground, "Asked at the desk")
    with copies.copy_of(patient=patient, wish=wish, now=NOW, by=by) as file:
        return zipfile.ZipFile(io.BytesIO(file.read()))


def test_a_copy_holds_every_row_and_print_of_the_record_and_is_accounted_for(
    world: World,
) -> None:
    world.fill()
    officer = world.people["records_officer"]
    client = doors.signed_in(officer)
    page = reverse("patients:copy", args=[world.patient.pk])
    form = client.get(page).context["form"]
    typed = {
        "recipient": "A court",
        "ground": "law",
        "why": "Order 12",
        "token": form["token"].value(),
    }
    answer = client.post(page, typed)
    content = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        whole = json.loads(file.read("record.json"))
        text = file.read("record.html").decode()
        sums = json.loads(file.read("manifest.json"))
        prints = [name for name in file.namelist() if name.endswith(".pdf")]
    rows = records.rows_of([world.patient])
    assert {"patient", "allergy", "plan", "version", "check in", "escalation"} <= set(
        whole["tables"]
    )
    count = sum(
        len(keys) for model, keys in rows.items() if model._meta.model_name not in copies._OURS
    )
    # The disclosure of this very copy is a row of it.
    assert sum(map(len, whole["tables"].values())) == count
    assert world.words("Otto") in text
    assert len(prints) == 1
    assert set(sums) == {"record.json", "record.html", "READ ME.txt", *prints}
    assert Disclosure.objects.filter(recipient="A court", ground="law").count() == 1
    row = AuditEvent.objects.filter(verb=Verb.EXPORTED).last()
    assert row is not None
    assert "whole record" in row.detail
    assert "Order 12" not in row.detail


def test_what_was_told_in_confidence_is_left_out_of_the_patients_copy(world: World) -> None:
    made = world.check_in
    marked = CheckIn.objects.get(pk=made.pk)
    whole = records.as_data(marked)
    assert whole["note"]
    kept = copies._without_note({**whole, "in_confidence": True})
    assert world.mark not in kept["note"]
    draft = {"answers": {"note": "secret", "in_confidence": "yes"}}
    assert copies._told_in_confidence(draft)
    assert "secret" not in json.dumps(copies._without_note(draft))


def test_the_accounting_is_a_file_with_every_disclosure(world: World, rita: User) -> None:
    copied(world.patient, rita, Ground.PATIENT)
    client = doors.signed_in(rita)
    answer = client.get(reverse("patients:accounting", args=[world.patient.pk]))
    assert answer["Content-Type"].startswith("text/csv")
    assert "Otto Sample" in answer.content.decode()
    assert "Copy of the whole record" in answer.content.decode()


# --- Two who destroy ------------------------------------------------------------------------


def test_one_person_destroys_nothing_and_two_leave_a_tombstone(
    world: World, other_patient_of: Patient, rita: User, karl: User
) -> None:
    world.check_in  # noqa: B018  (made: a whole record with plan, check-in, red flag)
    world.document  # noqa: B018
    world.recorded  # noqa: B018
    gone_on = keeping.obstacles[:]
    keeping.obstacles.clear()
    try:
        period(world.clinic, rita)
        late = TODAY + timedelta(days=400)
        rows = records.rows_of([world.patient])
        assert len(rows) > 15
        first = approve(world.patient, rita, today=late)
        assert isinstance(first, Approval)
        with pytest.raises(NotDoneError, match="Somebody else"):
            approve(world.patient, rita, today=late)
        assert Patient.objects.filter(pk=world.patient.pk).exists()
        stone = approve(world.patient, karl, today=late)
    finally:
        keeping.obstacles.extend(gone_on)
    assert isinstance(stone, Tombstone)
    assert {stone.first_by, stone.second_by} == {rita, karl}
    for model, keys in rows.items():
        assert not model._base_manager.filter(pk__in=list(keys)).exists(), model
    assert Patient.objects.filter(pk=other_patient_of.pk).exists()
    assert Allergy.objects.filter(patient=other_patient_of).exists()
    assert not DestructionPermit.objects.exists()
    assert list(trail.faults()) == []
    assert approve(world.patient, karl) == stone, "the same form again finds it"
    shown = doors.signed_in(rita).get(reverse("patients:records")).content.decode()
    assert stone.reference in shown


@pytest.fixture
def other_patient_of(world: World) -> Patient:
    other: Patient = world.other_patient
    factories.AllergyFactory(patient=other)
    return other


def test_an_approval_counts_no_longer_once_something_was_written(
    otto: Patient, rita: User, karl: User, clinic: Clinic
) -> None:
    period(clinic, rita)
    approve(otto, rita)
    Patient.objects.filter(pk=otto.pk).update(changed_at=NOW.replace(year=2030))
    again = approve(otto, karl)
    assert isinstance(again, Approval), "it is the first one again"


def test_what_hangs_on_two_records_is_not_torn_apart(
    otto: Patient, rita: User, karl: User, clinic: Clinic, clare: User
) -> None:
    other = factories.PatientFactory(clinic=clinic, registered_by=clare)
    consent = factories.ConsentFactory(patient=other)
    Disclosure.objects.create(
        patient=otto, recipient="R", what="W", ground="consent", consent=consent,
        disclosed_at=NOW, disclosed_by=clare,
    )  # fmt: skip
    period(clinic, rita)
    approve(otto, rita)
    with pytest.raises(NotDoneError, match="hangs on another"):
        approve(otto, karl)
    assert Patient.objects.filter(pk=otto.pk).exists()


def test_without_a_permit_nobody_deletes_a_row_of_a_record(otto: Patient) -> None:
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Allergy.objects.filter(patient=otto)._raw_delete("default")
    # The trail lets nothing go, whatever stands.
    DestructionPermit.objects.create(id=1)
    trail.record(Verb.VIEWED, otto, by=None)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        AuditEvent.objects.all()._raw_delete("default")


# --- What the tables refuse -----------------------------------------------------------------


def test_a_permit_that_somebody_wrote_and_left_is_not_well(clinic: Clinic) -> None:
    """It would let rows of a record go: whoever watches the service hears of it at once."""
    assert doors.Client().get(reverse("healthz")).status_code == 200

    DestructionPermit.objects.create(id=DestructionPermit.ONLY)

    assert doors.Client().get(reverse("healthz")).status_code == 503


def test_the_tables_of_keeping_refuse_what_makes_no_sense(
    otto: Patient, rita: User, karl: User, clinic: Clinic
) -> None:
    written = period(clinic, rita)
    held = LegalHold.objects.create(patient=otto, why="x", at=NOW, by=rita)
    of_period = {"clinic": clinic, "written_at": NOW, "written_by": rita, "source": "R"}
    stone = {
        "id": uuid.uuid4(), "clinic": clinic, "period": written, "last_entry": NOW.date(),
        "rows": 1, "sha256": "0" * 64, "first_by": rita, "first_why": "a", "second_by": karl,
        "second_why": "b", "at": NOW,
    }  # fmt: skip
    refused: list[tuple[str, Any, dict[str, Any]]] = [
        ("retention_years_typed", RetentionPeriod, {
            **of_period, "number": 2, "after_last_entry": 0,
        }),
        ("legal_hold_says_why", LegalHold, {"patient": otto, "why": "", "at": NOW, "by": rita}),
        ("legal_hold_end_says_why", LegalHoldEnd, {"hold": held, "why": "", "at": NOW, "by": rita}),
        ("approval_says_why", Approval, {
            "patient": otto, "period": written, "last_entry": NOW.date(), "why": "", "at": NOW,
            "by": rita,
        }),
        ("tombstone_by_two", Tombstone, {**stone, "second_by": rita}),
        ("tombstone_says_why", Tombstone, {**stone, "first_why": ""}),
        ("permit_only_one", DestructionPermit, {"id": 2}),
    ]  # fmt: skip
    for name, model, values in refused:
        with pytest.raises(IntegrityError, match=name), transaction.atomic():
            model.objects.create(**values)
    # SQLite names the columns, PostgreSQL the constraint: retention_numbered_once.
    with pytest.raises(IntegrityError, match="number"), transaction.atomic():
        RetentionPeriod.objects.create(**of_period, number=1, after_last_entry=1)
