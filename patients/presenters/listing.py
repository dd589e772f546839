"""The list of patients."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from django.urls import reverse

from patients.presenters.banner import State, patient_url, patient_urls, states
from patients.presenters.words import number_in_words, person_in_words, unbroken, word_of
from patients.vocabulary import CareSetting
from taperplan import formats
from taperplan.addresses import address
from taperplan.counting import texts_of
from taperplan.words import gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from patients.access import Found, Listed
    from patients.models import Patient


class ListRow(NamedTuple):
    name: str
    url: str
    born: str
    record: str
    prefers: str
    phone: str
    care_setting: str
    states: tuple[State, ...]


@dataclass(frozen=True)
class PatientList:
    rows: tuple[ListRow, ...]
    shown: str
    count: int
    newer: str
    older: str
    more: bool


def patient_list(page: Found, today: date, here: str) -> PatientList:
    """`here` is where the list stands, ready for the page's number to be put behind it."""
    url_of = patient_urls()
    # All of them in one reading.
    numbers = texts_of("[" + ",".join(one.numbers or "[]" for one in page.rows) + "]")
    # A few settings, each of many people.
    words = {one: word_of(CareSetting, one) for one in {row.care_setting for row in page.rows}}
    return PatientList(
        rows=tuple(
            list_row(
                one,
                [number_in_words(*texts) for texts in its_numbers],
                today,
                url_of(one.pk),
                words[one.care_setting],
            )
            for one, its_numbers in zip(page.rows, numbers, strict=True)
        ),
        shown=_shown(page),
        count=page.count,
        newer=f"{here}{page.newer}" if page.newer else "",
        older=f"{here}{page.older}" if page.older else "",
        more=page.more,
    )


def _shown(page: Found) -> str:
    words = (
        _("{first} to {last} of more than {count}")
        if page.more
        else _("{first} to {last} of {count}")
    )
    return words.format(
        first=formats.number(page.start),
        last=formats.number(page.end),
        count=formats.number(page.count),
    )


def suggested(patients: Iterable[Patient], today: date) -> tuple[ListRow, ...]:
    """Rows of patients who come with their numbers."""
    return tuple(
        list_row(
            patient,
            [
                number_in_words(one.issuer, one.number)
                for one in sorted(patient.numbers.all(), key=lambda row: row.recorded_at)
                if one.withdrawn_at is None
            ],
            today,
        )
        for patient in patients
    )


def list_row(
    patient: Patient | Listed,
    numbers: Sequence[str],
    today: date,
    url: str = "",
    care_setting: str | None = None,
) -> ListRow:
    """`url`, `care_setting`: where the words of many rows are known already."""
    if care_setting is None:
        care_setting = word_of(CareSetting, patient.care_setting)
    return ListRow(
        name=person_in_words(patient),
        url=url or patient_url(patient),
        born=formats.date_of_birth(patient.born, patient.died_on or today),
        record=", ".join(numbers),
        prefers=patient.preferred_name,
        phone=unbroken(patient.phone),
        care_setting=care_setting,
        states=states(patient),
    )


def possible_rows(patients: Iterable[Patient], today: date) -> tuple[ListRow, ...]:
    """Possible duplicates; they came with their numbers."""
    return tuple(
        list_row(
            patient,
            [
                number_in_words(row.issuer, row.number)
                for row in patient.numbers.all()
                if row.withdrawn_at is None
            ],
            today,
        )
        for patient in patients
    )


def joinable_rows(
    patient: Patient, others: Iterable[Patient], today: date
) -> tuple[tuple[ListRow, str], ...]:
    """Records to join to, each with the address that puts the two side by side."""
    others = list(others)
    return tuple(
        (
            row,
            reverse("patients:join", kwargs={"patient": patient.pk, "other_patient": other.pk}),
        )
        for other, row in zip(others, possible_rows(others, today), strict=True)
    )


def row_in_words(row: ListRow) -> str:
    words = _("{name}, born {born}").format(name=row.name, born=row.born)
    return f"{words}, {row.record}" if row.record else words


def register_url() -> str:
    return address("patients:register")
