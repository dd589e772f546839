"""A clinic under 42 CFR Part 2 sends its notice with every record that leaves."""

from __future__ import annotations

import json
import uuid
import zipfile
from datetime import UTC, datetime
from typing import Any

import pytest

from patients import copies
from patients.models import Patient
from patients.vocabulary import Ground
from plans.actions.exchange import content
from plans.documents import handover as handover_paper
from plans.documents import summary as summary_paper
from plans.documents import supply as supply_paper
from plans.presenters.handover import cover, handover
from plans.presenters.paper import Printing
from plans.presenters.summary import summary
from plans.presenters.supply_sheet import supply_sheet
from plans.rules.exchange import FileKind
from plans.rules.paper import PageSize
from taperplan.accounts import actions
from taperplan.accounts.models import Clinic, ProtocolText, User
from tests.factories import PatientFactory, signed_plan
from tests.plans.documents.reading import squeezed, words

pytestmark = [pytest.mark.django_db, pytest.mark.one_engine]
NOW = datetime(2026, 12, 15, 9, 58, tzinfo=UTC)
NOTICE = "42 CFR part 2 prohibits unauthorized use or disclosure of these records."


def declare(clinic: Clinic, ada: User, clare: User, *, confirm: bool = True) -> None:
    text = actions.write_text(
        clinic=clinic, token=uuid.uuid4(), kind=ProtocolText.Kind.PART_2, number=0, text=NOTICE,
        now=NOW, by=ada,
    )  # fmt: skip
    if confirm:
        actions.confirm_text(text=text, now=NOW, by=clare)


def papers(clinic: Clinic, by: User) -> list[str]:
    patient: Patient = PatientFactory(clinic=clinic, registered_by=by, ready=True)
    version = signed_plan(patient, by).versions.get()
    printing = Printing(clinic=clinic, by=by, at=NOW, code="7K4MPQ9XRTCA")
    package = cover(patient, printing, recipient="Ward 4", ground="consent", contents=["Summary"])
    sheets = [
        summary_paper.render(summary(patient, printing), page=PageSize.A4),
        handover_paper.render(handover(patient, printing), page=PageSize.A4),
        handover_paper.render(package, page=PageSize.A4),
        supply_paper.render(supply_sheet(version, printing), page=PageSize.A4),
    ]
    return [words(sheet.content) for sheet in sheets]


def test_the_clinic_s_confirmed_notice_stands_on_what_leaves(
    clinic: Clinic, ada: User, clare: User
) -> None:
    clare.memberships.update(protocol_owner=True)
    declare(clinic, ada, clare)

    for text in papers(clinic, clare):
        assert squeezed(NOTICE) in text


def test_it_stands_on_nobody_else_s_and_not_before_it_is_confirmed(
    clinic: Clinic, other_clinic: Clinic, ada: User, clare: User, sam: User
) -> None:
    declare(clinic, ada, clare, confirm=False)
    assert not any("42CFR" in text.replace(" ", "") for text in papers(clinic, clare))
    clare.memberships.update(protocol_owner=True)
    actions.confirm_text(text=ProtocolText.objects.get(), now=NOW, by=clare)

    Clinic.objects.filter(pk=other_clinic.pk).update(opened_at=NOW, opened_by=sam)
    other_clinic.refresh_from_db()
    assert not any("42CFR" in text.replace(" ", "") for text in papers(other_clinic, sam))


def files(clinic: Clinic, by: User) -> tuple[dict[str, Any], str]:
    """The record as FHIR, and what stands on top of the copy of the whole record."""
    patient: Patient = PatientFactory(clinic=clinic, registered_by=by, ready=True)
    pieces = content(FileKind.FHIR, patient, now=NOW, base="https://clinic.example/fhir", by=by)
    wish = copies.Wish(uuid.uuid4(), "Ward 4", Ground.LAW, "asked by a court")
    with copies.copy_of(patient=patient, wish=wish, now=NOW, by=by) as file:
        read_me = zipfile.ZipFile(file).read("READ ME.txt").decode()
    return json.loads(b"".join(pieces)), read_me


def test_a_file_that_leaves_is_labelled_or_has_the_notice_with_it(
    clinic: Clinic, ada: User, clare: User
) -> None:
    bundle, read_me = files(clinic, clare)
    assert "meta" not in bundle
    assert NOTICE not in read_me
    clare.memberships.update(protocol_owner=True)
    declare(clinic, ada, clare)

    bundle, read_me = files(clinic, clare)

    labels = [label["code"] for label in bundle["meta"]["security"]]
    assert labels == ["42CFRPart2", "NORDSCLCD"]
    assert NOTICE in read_me
