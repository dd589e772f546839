"""When the service does not answer: the evening's pack has what is needed, for whom it may be."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from io import BytesIO, StringIO
from typing import TYPE_CHECKING

import page
import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pypdf import PdfReader
from pypdf.errors import FileNotDecryptedError

from plans.actions import downtime as actions
from plans.documents import bundle
from plans.documents import downtime as paper
from plans.documents import handover as handover_paper
from plans.models import CheckIn, FollowUp
from plans.presenters.downtime import Making, blank_check_in, cover, sheets, under_treatment
from plans.rules.paper import PageSize
from plans.sheets.paper import Facts, Listing, text_of
from taperplan import formats
from taperplan.audit.models import AuditEvent
from taperplan.audit.verbs import Verb
from tests.factories import (
    AllergyFactory,
    ContactPersonFactory,
    PatientFactory,
    next_version,
    signed_plan,
)
from tests.plans.documents.reading import squeezed
from tests.plans.rules.published import PUBLISHED
from tests.plans.signing import a_plan, published, sign
from tests.plans.typing import NOW, ROUTINE, SEIZURE, completed, keep

if TYPE_CHECKING:
    from pathlib import Path

    from patients.models import Patient
    from plans.rules.schedule import Schedule
    from taperplan.accounts.models import Clinic, User

pytestmark = [pytest.mark.django_db, pytest.mark.one_engine]
SECRET = "a secret of this site, long enough to use"
EVENING = datetime(2026, 11, 24, 18, 30, tzinfo=UTC)
DAY = timedelta(days=1)


def quiet(what: str, done: int, total: int) -> None:
    """Nobody watches."""


def make(clinic: Clinic, folder: Path, now: datetime = EVENING) -> Path:
    return actions.make(clinic=clinic, folder=folder, secret=SECRET, now=now, told=quiet)


def opened(file: Path, clinic: Clinic) -> list[str]:
    reader = PdfReader(BytesIO(file.read_bytes()), password=actions.passphrase(SECRET, clinic))
    return [squeezed(one.extract_text()) for one in reader.pages]


@pytest.fixture
def otto(clinic: Clinic, clare: User) -> Patient:
    return PatientFactory(
        clinic=clinic, otto=True, number="DEMO 0042 17", phone="555-0142", registered_by=clare
    )


def test_the_pack_says_what_is_needed_and_only_its_passphrase_opens_it(
    clinic: Clinic, other_clinic: Clinic, clare: User, theo: User, otto: Patient, tmp_path: Path
) -> None:
    plan = signed_plan(otto, clare)
    AllergyFactory(patient=otto, substance="sampletine")
    ContactPersonFactory(
        patient=otto, kind="support person", name="Ingrid Sample", phone="555-0143"
    )
    keep(otto, theo, SEIZURE)
    FollowUp.objects.update_or_create(
        patient=otto,
        defaults={
            "due_on": date(2026, 12, 1), "as_of": NOW, "safety_open": False,
            "set_at": NOW, "set_by": theo,
        },
    )  # fmt: skip

    file = make(clinic, tmp_path)

    data = file.read_bytes()
    assert b"/AESV3" in data
    assert not any(word in data for word in (b"Otto", b"SAMPLE", b"DEMO 0042"))
    for words in ("", "guess", actions.passphrase(SECRET, other_clinic)):
        reader = PdfReader(BytesIO(data))
        assert not reader.decrypt(words)
        with pytest.raises(FileNotDecryptedError):
            reader.pages[0].extract_text()
    pages = opened(file, clinic)
    assert "SAMPLE, Otto" in pages[0] + pages[1]
    sheet = next(text for text in pages if "Downtime sheet" in text)
    version = plan.versions.get()
    for words in (
        "1 red flag is open", "seizure", "Made Tue 24 Nov 2026, 19:30",
        "SAMPLE, Otto", "born 21 Nov 1956", "DEMO 0042 17", f"version {version.number}, from",
        "Next change", "sampletine", "Ingrid Sample", "555-0143", "555-0142", "Tue 1 Dec 2026",
    ):  # fmt: skip
        assert words in " ".join(pages), words
    for n in range(8):
        assert squeezed(formats.day(date(2026, 11, 24) + n * DAY)) in sheet
    assert sum("Check-in on paper" in text for text in pages) == actions.BLANK_COPIES
    # Its name and its trail row name nobody.
    assert clinic.reference in file.name
    row = AuditEvent.objects.get(verb=Verb.DOWNTIME_PACK)
    assert json.loads(row.detail)["patients"] == "1"
    assert file.stat().st_mode & 0o777 == 0o600


def test_times_are_written_as_the_clinics_clock_is_read(
    clinic: Clinic, otto: Patient, clare: User, tmp_path: Path
) -> None:
    clinic.clock = clinic.Clock.HOURS_12
    clinic.save()
    signed_plan(otto, clare)

    pages = " ".join(opened(make(clinic, tmp_path), clinic))

    assert "Made Tue 24 Nov 2026, 7:30 pm" in pages
    assert "19:30" not in pages


def test_nobody_is_in_it_whom_not_every_clinician_may_see_or_who_is_not_treated_here(
    clinic: Clinic, other_clinic: Clinic, clare: User, sam: User, otto: Patient
) -> None:
    signed_plan(otto, clare)
    others = {}
    for name, where, by in (
        ("Restricted", clinic, clare), ("Archived", clinic, clare), ("Died", clinic, clare),
        ("Stopped", clinic, clare), ("Joined", clinic, clare),
    ):  # fmt: skip
        others[name] = PatientFactory(clinic=where, family_name=name, registered_by=by)
        plan = signed_plan(others[name], by)
        if name == "Stopped":
            plan.state = "stopped"
            plan.save()
    PatientFactory(clinic=clinic, family_name="Planless", registered_by=clare)
    elsewhere = PatientFactory(clinic=other_clinic, family_name="Elsewhere", registered_by=sam)
    sign(a_plan(elsewhere, sam), published("A"), sam)
    change(others["Restricted"], restricted=True)
    change(others["Archived"], archived_at=NOW)
    change(others["Died"], died_on=date(2026, 11, 20), died_told_by="sister")
    # A restricted record that was joined to one that is not: its plan stays with its care team.
    change(others["Joined"], restricted=True, joined_to=otto)

    making = Making(clinic, EVENING)
    keys = under_treatment(clinic)

    assert keys == [otto.pk]
    [sheet] = sheets(making, keys)
    assert [one.heading for one in sheet.paper.sections].count("Contacts and care") == 1
    assert sum(isinstance(one, Listing) for one in sheet.paper.sections) == 1


def change(patient: Patient, **values: object) -> None:
    type(patient).objects.filter(pk=patient.pk).update(**values)


@pytest.mark.parametrize("letter", sorted(PUBLISHED))
def test_the_days_are_those_of_the_schedule(
    letter: str, clinic: Clinic, clare: User, otto: Patient
) -> None:
    schedule: Schedule = published(letter)
    sign(a_plan(otto, clare), schedule, clare)
    first = PUBLISHED[letter].first_day
    at = datetime(first.year, first.month, first.day, 17, 30, tzinfo=UTC)
    [sheet] = sheets(Making(clinic, at), [otto.pk])
    [doses] = [one for one in sheet.paper.sections if isinstance(one, Listing)]

    from plans.rules.schedule import expected_on

    assert len(doses.rows) == 8
    for n, row in enumerate(doses.rows):
        day = first + n * DAY
        assert text_of(row.cells[0]) == formats.day(day)
        expected = expected_on(schedule, day)
        lines = text_of(row.cells[1]).split("\n")
        for one in expected:
            slot = formats.slot_name(one.when.token)
            assert any(line.startswith(f"{slot}: ") for line in lines)
        assert len(lines) >= len(expected)


def test_a_version_that_comes_into_force_within_the_week_answers_from_its_day(
    clinic: Clinic, clare: User, otto: Patient
) -> None:
    plan = signed_plan(otto, clare)
    second = next_version(plan, clare)
    at = datetime(2026, 12, 4, 17, 30, tzinfo=UTC)

    [sheet] = sheets(Making(clinic, at), [otto.pk])

    first = sheet.paper.sections[0]
    assert isinstance(first, Facts)
    said = squeezed(" ".join(text_of(line) for _label, line in first.rows))
    assert "version 1, from" in said
    assert f"version {second.number}, from Mon 7 Dec 2026" in said


def test_the_pack_costs_as_many_statements_a_patient_however_long_the_record(
    clinic: Clinic, clare: User, otto: Patient
) -> None:
    signed_plan(otto, clare)
    making = Making(clinic, EVENING)
    with CaptureQueriesContext(
        connection,
    ) as one:
        list(sheets(making, under_treatment(clinic)))
    for _n in range(3):
        signed_plan(PatientFactory(clinic=clinic, registered_by=clare), clare)
    with CaptureQueriesContext(connection) as four:
        list(sheets(making, under_treatment(clinic)))
    assert len(four) - len(one) <= 3 * 2


def test_every_part_of_it_is_accessible_before_it_is_sealed(
    clinic: Clinic, clare: User, theo: User, otto: Patient
) -> None:
    signed_plan(otto, clare)
    keep(otto, theo, SEIZURE)
    making = Making(clinic, EVENING)
    [sheet] = sheets(making, [otto.pk])
    size = PageSize.A4
    parts = [
        paper.render_cover(cover(making, [sheet.row]), page=size).content,
        handover_paper.render(sheet.paper, page=size).content,
        paper.render_blank(blank_check_in(making), page=size).content,
    ]
    whole = b"".join(
        bundle.bundled(
            [bundle.Part(one, "part") for one in parts],
            title="Downtime pack", author=clinic.name, language="en",
        )
    )  # fmt: skip
    report = page.validate_pdf_bytes(whole, profile=page.ValidationProfile.PDF_UA_1)
    assert [failure.message for failure in report.failures] == []


def test_the_command_makes_one_for_each_clinic_keeps_the_newest_and_says_what_is_missing(
    clinic: Clinic, other_clinic: Clinic, tmp_path: Path, settings: pytest.FixtureRequest
) -> None:
    settings.DOWNTIME_KEY = "short"  # type: ignore[attr-defined]
    with pytest.raises(CommandError, match="at least 32 characters"):
        call_command("downtime_pack", "--to", str(tmp_path))
    assert not list(tmp_path.iterdir())

    settings.DOWNTIME_KEY = SECRET  # type: ignore[attr-defined]
    said = StringIO()
    call_command("downtime_pack", "--to", str(tmp_path), stdout=said)
    assert len(list(tmp_path.glob("*.pdf"))) == 2
    told = StringIO()
    call_command("downtime_pack", "--passphrases", stdout=told)
    words = {line.split()[0] for line in told.getvalue().splitlines()}
    assert words == {actions.passphrase(SECRET, one) for one in (clinic, other_clinic)}
    assert not any(word in said.getvalue() for word in words)

    for hour in range(3):
        make(clinic, tmp_path, EVENING + timedelta(hours=hour))
    gone = actions.thin(tmp_path, clinic, keep=2)
    assert len(list(tmp_path.glob(f"*{clinic.reference}*"))) == 2
    assert gone
    assert len(list(tmp_path.glob(f"*{other_clinic.reference}*"))) == 1
    assert not list(tmp_path.glob(".*"))


def test_a_check_in_entered_later_keeps_when_it_happened_and_was_told(
    clinic: Clinic, clare: User, theo: User, otto: Patient
) -> None:
    signed_plan(otto, clare)
    on_paper = {
        **ROUTINE, "happened_0": "22", "happened_1": "11", "happened_2": "2026",
        "happened_clock": "10:15", "told_0": "22", "told_1": "11", "told_2": "2026",
        "told_clock": "16:40",
    }  # fmt: skip

    made = CheckIn.objects.get(pk=completed(otto, theo, on_paper).pk)

    zone = clinic.zone
    assert made.happened_at == datetime(2026, 11, 22, 10, 15, tzinfo=zone)
    assert made.told_at == datetime(2026, 11, 22, 16, 40, tzinfo=zone)
    assert made.recorded_at == NOW
