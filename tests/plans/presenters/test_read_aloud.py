"""Paper, read aloud, is word for word what the presenter said, in its order; and kept as golden
text, so that a changed word is seen."""

from __future__ import annotations

import os
import textwrap
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from patients.models import Patient
from plans.actions.patient_text import confirm_text_set
from plans.documents import diary as diary_paper
from plans.documents import handout as handout_paper
from plans.documents import handover as handover_paper
from plans.documents import summary as summary_paper
from plans.documents import supply as supply_paper
from plans.models import FollowUp, Version
from plans.presenters.diary import diary
from plans.presenters.handout import handout
from plans.presenters.handover import handover
from plans.presenters.paper import Printing
from plans.presenters.summary import summary
from plans.presenters.supply_sheet import supply_sheet
from plans.rules.paper import PageSize, PrintSize
from plans.rules.patient_texts import text_sets
from taperplan.accounts.models import Clinic, User
from tests.factories import (
    AllergyFactory,
    AnswerFactory,
    OtherMedicineFactory,
    PatientFactory,
    SharedDecisionFactory,
)
from tests.plans.documents import spoken
from tests.plans.documents.reading import read_aloud
from tests.plans.rules.published import PUBLISHED
from tests.plans.signing import a_plan, published, sign
from tests.plans.typing import ROUTINE, SEIZURE, completed, keep

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 24, 10, 20, tzinfo=UTC)
GOLDEN = Path(__file__).parents[2] / "golden"
# Set it to write the golden text anew, and read what has changed before it is committed.
WRITE = "WRITE_GOLDEN"


@pytest.fixture
def otto(clinic: Clinic, clare: User) -> Patient:
    return PatientFactory(clinic=clinic, otto=True, number="DEMO 0042 17", registered_by=clare)


@pytest.fixture
def printing(clinic: Clinic, theo: User) -> Printing:
    return Printing(clinic=clinic, by=theo, at=NOW, code="7K4MPQ9XRTCA")


def whole_record(otto: Patient, clinic: Clinic, clare: User, theo: User, letter: str) -> Version:
    """A plan with everything around it that stands on paper."""
    for one in text_sets():
        confirm_text_set(clinic=clinic, key=one.key, digest=one.digest, now=NOW, by=clare)
    AllergyFactory(patient=otto)
    OtherMedicineFactory(patient=otto)
    SharedDecisionFactory(patient=otto)
    AnswerFactory(patient=otto, item="indication", answer="yes", detail="panic disorder")
    version = sign(
        a_plan(otto, clare), published(letter), clare,
        patient_text="Ring us from the shop.", pharmacy_text="Blister, please.",
        team_text="Knows the plan well.", missed_dose_text="Leave it out, take the next.",
    )  # fmt: skip
    completed(otto, theo, ROUTINE | {"s-tremor": "present", "s-tremor-severity": "mild"})
    keep(otto, theo, SEIZURE)
    FollowUp.objects.filter(patient=otto).update(due_on=NOW.date())
    return version


# Each with its times, patterns and ends of its own; `make test` reads every third of them.
LETTERS = pytest.mark.parametrize(
    "letter",
    [
        pytest.param(letter, marks=pytest.mark.sweep if place % 3 else ())
        for place, letter in enumerate(sorted(PUBLISHED))
    ],
)


@LETTERS
def test_every_paper_of_a_published_schedule_is_read_aloud_as_the_presenter_says_it(
    letter: str, otto: Patient, clinic: Clinic, clare: User, theo: User, printing: Printing
) -> None:
    version = whole_record(otto, clinic, clare, theo, letter)
    sheet = handout(version, printing)
    for size in PrintSize:
        for page in PageSize:
            heard = read_aloud(handout_paper.render(sheet, page=page, size=size).content)
            # The lines to write on stand where a page has room for them.
            heard = heard.removesuffix(f" {sheet.questions_heading}")
            assert heard in {
                spoken.handout(sheet, size, products_beside=beside) for beside in (True, False)
            }
    for page in PageSize:
        whole = summary(otto, printing)
        heard = read_aloud(summary_paper.render(whole, page=page).content)
        assert heard == spoken.summary(whole)
        for_pharmacy = supply_sheet(version, printing)
        heard = read_aloud(supply_paper.render(for_pharmacy, page=page).content)
        assert heard == spoken.supply(for_pharmacy)
        for_team = handover(otto, printing)
        heard = read_aloud(handover_paper.render(for_team, page=page).content)
        assert heard == spoken.handover(for_team)


@LETTERS
def test_every_diary_of_a_published_schedule_has_its_days_and_doses_in_order(
    letter: str, otto: Patient, clare: User, printing: Printing
) -> None:
    version = sign(a_plan(otto, clare), published(letter), clare)
    early = Printing(printing.clinic, printing.by, datetime(2020, 1, 1, tzinfo=UTC), printing.code)
    sheet = diary(version, version.schedule().steps[0], early, discreet=False)
    for size in PrintSize:
        heard = read_aloud(diary_paper.render(sheet, page=PageSize.A4, size=size).content)
        times = {time.when for day in sheet.days for time in day.times}
        heads = {sheet.day_label, sheet.when_label, sheet.take_label, sheet.symptom_label, *times}
        loose = [word for head in heads for word in head.split(" ")]
        kept = [word for word in heard.split(" ") if word not in loose]
        wanted = [word for word in spoken.diary(sheet).split(" ") if word not in loose]
        assert kept == wanted


# --- golden text --------------------------------------------------------------------------------
def _handout(version: Version, printing: Printing) -> bytes:
    sheet = handout(version, printing)
    return handout_paper.render(sheet, page=PageSize.A4, size=PrintSize.STANDARD).content


def _diary(version: Version, printing: Printing) -> bytes:
    sheet = diary(version, version.schedule().steps[-1], printing, discreet=False)
    return diary_paper.render(sheet, page=PageSize.A4, size=PrintSize.STANDARD).content


def _supply(version: Version, printing: Printing) -> bytes:
    return supply_paper.render(supply_sheet(version, printing), page=PageSize.A4).content


def _summary(version: Version, printing: Printing) -> bytes:
    return summary_paper.render(summary(version.plan.patient, printing), page=PageSize.A4).content


def _handover(version: Version, printing: Printing) -> bytes:
    sheet = handover(version.plan.patient, printing)
    return handover_paper.render(sheet, page=PageSize.A4).content


@pytest.mark.parametrize(
    "made", [_handout, _diary, _supply, _summary, _handover], ids=lambda made: made.__name__[1:]
)
@pytest.mark.parametrize("letter", ["C", "F"])
def test_the_words_on_paper_are_the_golden_ones(
    letter: str,
    made: Callable[[Version, Printing], bytes],
    otto: Patient,
    clinic: Clinic,
    clare: User,
    theo: User,
    printing: Printing,
) -> None:
    version = whole_record(otto, clinic, clare, theo, letter)
    text = read_aloud(made(version, printing))
    # What no two runs share is the same here.
    for changing, name in ((otto.reference, "P-0"), (version.plan.reference, "PL-0")):
        text = text.replace(changing, name)
    wrapped = "\n".join(textwrap.wrap(text, 96, break_on_hyphens=False)) + "\n"
    path = GOLDEN / f"{made.__name__[1:]}-{letter.lower()}.txt"
    if os.environ.get(WRITE):
        path.parent.mkdir(exist_ok=True)
        path.write_text(wrapped, encoding="utf-8")
    assert wrapped == path.read_text(encoding="utf-8")
