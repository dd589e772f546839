"""Every word of ours on paper can be translated: in a language made of brackets, whatever stands
outside them was typed by somebody, or is a figure or a unit."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from django.utils import translation

from patients.models import Patient
from plans.models import Version
from plans.presenters.paper import Printing
from taperplan import words
from taperplan.accounts.models import Clinic, User
from tests.factories import PatientFactory
from tests.plans.documents.reading import read_aloud
from tests.plans.presenters import test_read_aloud as papers

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 24, 10, 20, tzinfo=UTC)
OPEN, CLOSE = (
    "\N{LEFT-POINTING DOUBLE ANGLE QUOTATION MARK}",
    "\N{RIGHT-POINTING DOUBLE ANGLE QUOTATION MARK}",
)
# What is the same in every language that is written in Latin letters, and the time of day.
UNITS = {"mg", "mL"}


class Brackets:
    """A language in which every sentence is a third longer and stands in brackets."""

    def gettext(self, message: str) -> str:
        return f"{OPEN}{message}{'~' * (len(message) // 3)}{CLOSE}" if message else message

    def ngettext(self, singular: str, plural: str, number: int) -> str:
        return self.gettext(singular if number == 1 else plural)

    def pgettext(self, context: str, message: str) -> str:
        return self.gettext(message)

    def npgettext(self, context: str, singular: str, plural: str, number: int) -> str:
        return self.ngettext(singular, plural, number)


def outside(text: str) -> str:
    """What stands in no bracket."""
    depth, kept = 0, []
    for letter in text:
        depth += letter == OPEN
        if depth == 0:
            kept.append(letter)
        depth -= letter == CLOSE
    assert depth == 0
    return "".join(kept)


@pytest.fixture
def printing(clinic: Clinic, theo: User) -> Printing:
    return Printing(clinic=clinic, by=theo, at=NOW, code="7K4MPQ9XRTCA")


def typed(version: Version, clinic: Clinic) -> set[str]:
    """The words that somebody typed, and that are printed as they are."""
    texts = [
        "SAMPLE Otto DEMO clonazepam diazepam panic disorder examplamycin rash inventostatin",
        "Ring us from the shop Blister please Knows the plan well Leave it out take the next",
        "staying as it is reducing slowly to reduce and to sleep the patient and Ingrid Sample",
        # The catalogue's own words are kept with the answer.
        "tremor seizure",
        "Clare Exampleton Theo Mocksen English P PL the patient's own list",
        version.digest, version.plan.reference, version.plan.patient.reference,
        clinic.name, clinic.hours,
    ]  # fmt: skip
    return {word for text in texts for word in re.findall(r"[^\W\d_]+", text)}


@pytest.mark.parametrize("letter", ["C", "F"])
def test_whatever_nobody_typed_is_translated_on_every_paper(
    letter: str,
    clinic: Clinic,
    clare: User,
    theo: User,
    printing: Printing,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    otto: Patient = PatientFactory(
        clinic=clinic, otto=True, number="DEMO 0042 17", registered_by=clare
    )
    version = papers.whole_record(otto, clinic, clare, theo, letter)
    known = typed(version, clinic)
    translator: Any = translation
    # What was said before is remembered; here the words of one language change meanwhile.
    monkeypatch.setattr(words, "_translator", translation)
    for name in ("gettext", "ngettext", "pgettext", "npgettext"):
        monkeypatch.setattr(translator._trans, name, getattr(Brackets(), name))
    for made in (
        papers._handout, papers._diary, papers._supply, papers._summary, papers._handover,
    ):  # fmt: skip
        text = read_aloud(made(version, printing))
        assert CLOSE in text
        strange = set(re.findall(r"[^\W\d_]+", outside(text))) - known - UNITS
        assert not strange, f"{made.__name__}: {sorted(strange)} in {outside(text)}"
