"""What every printed document says about the clinic, the person and the print itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from patients.models import RecordNumber, of_person
from plans.rules.paper import grouped
from plans.sheets.paper import Footing, Letterhead, Line, Passage, Run, plain
from taperplan import formats
from taperplan.accounts.models import Clinic, ProtocolText
from taperplan.words import gettext as _

if TYPE_CHECKING:
    from datetime import date, datetime

    from patients.models import Patient
    from taperplan.accounts.models import User


@dataclass(frozen=True)
class Printing:
    """The print that is being made: by whom, when, under which code."""

    clinic: Clinic
    by: User
    at: datetime
    code: str

    @property
    def language(self) -> str:
        return self.clinic.spoken

    @property
    def today(self) -> date:
        return self.clinic.day(self.at)

    @property
    def local(self) -> datetime:
        return self.at.astimezone(self.clinic.zone)

    def day_of(self, moment: datetime) -> date:
        """The clinic's day of something that happened."""
        return self.clinic.day(moment)

    def titled(self, words: str, patient: Patient) -> str:
        """The title inside the file, with the patient's name where the clinic says so."""
        if self.clinic.file_title != Clinic.FileTitle.NAME:
            return words
        name = patient.latin_name or formats.family_given(patient.family_name, patient.given_names)
        return _("{document}, {name}").format(document=words, name=name)

    def moment(self, moment: datetime) -> str:
        return formats.moment(moment.astimezone(self.clinic.zone))


def purpose() -> str:
    """The intended purpose, as every document says it."""
    return _(
        "Records a schedule set by a clinician and adds up what was typed; "
        "it does not generate, convert or recommend doses."
    )


def unprintable() -> str:
    return _("{mark} stands for letters that this page cannot print. Ask us for them.")


def notice(clinic: Clinic) -> tuple[Line, ...]:
    """The clinic's notice under 42 CFR Part 2, line by line."""
    text = ProtocolText.objects.part_2_notice(clinic)
    return tuple(plain(line.strip()) for line in text.splitlines() if line.strip())


def notice_passage(clinic: Clinic) -> tuple[Passage, ...]:
    lines = notice(clinic)
    return (Passage(_("Notice with this disclosure"), lines),) if lines else ()


def letterhead(clinic: Clinic) -> Letterhead:
    return Letterhead(name=clinic.name, hours=clinic.hours, phone=clinic.telephone)


def footing(patient: Patient, identity: str, printing: Printing) -> Footing:
    words = _("Printed {when}, by {who}. Check code {code}.").format(
        when=formats.moment(printing.local), who=printing.by.name, code=grouped(printing.code)
    )
    if printing.clinic.demo:
        words = _("Synthetic data, no real person.") + " " + words
    return Footing(
        name=formats.family_given(patient.family_name, patient.given_names),
        identity=identity,
        printed=words,
        purpose=purpose(),
        page=_("Page {page} of {pages}"),
        latin=patient.latin_name,
    )


def identifier(patient: Patient) -> str:
    """The one number that paper is filed by: our own first, else the first recorded."""
    numbers = RecordNumber.objects.filter(of_person(patient), withdrawn_at=None)
    row = numbers.order_by("issuer", "recorded_at").values_list("number", "issuer").first()
    if row is None:
        return patient.reference
    number, issuer = row[0].replace(" ", formats.NBSP), row[1]
    return f"{number} ({issuer})" if issuer else number


def labelled(label: str, value: str) -> Line:
    """As "born 21 Nov 1956", the value in strong type."""
    return (Run(f"{label} "), Run(value, strong=True))
