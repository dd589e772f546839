"""A clinic under 42 CFR Part 2 sends its notice with every record that leaves."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime

import pytest

from patients.models import Patient
from plans.documents import handover as handover_paper
from plans.documents import summary as summary_paper
from plans.presenters.handover import cover, handover
from plans.presenters.paper import Printing
from plans.presenters.summary import summary
from plans.rules.paper import PageSize
from taperplan.accounts import actions
from taperplan.accounts.models import Clinic, ProtocolText, User
from tests.factories import PatientFactory
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
    printing = Printing(clinic=clinic, by=by, at=NOW, code="7K4MPQ9XRTCA")
    package = cover(patient, printing, recipient="Ward 4", ground="consent", contents=["Summary"])
    sheets = [
        summary_paper.render(summary(patient, printing), page=PageSize.A4),
        handover_paper.render(handover(patient, printing), page=PageSize.A4),
        handover_paper.render(package, page=PageSize.A4),
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

    assert not any("42CFR" in text.replace(" ", "") for text in papers(other_clinic, sam))
