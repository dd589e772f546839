"""The list of patients."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.urls import reverse

from patients.models import Patient, RecordNumber
from patients.presenters.banner import State, patient_url, states
from patients.presenters.words import number_in_words, person_in_words, unbroken, word_of
from patients.vocabulary import CareSetting
from taperplan import formats, kept
from taperplan.words import gettext as _

if TYPE_CHECKING:
    import uuid
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date

    from django.db.models import QuerySet

    from patients.access import Found


@dataclass(frozen=True)
class ListRow:
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


def patient_list(page: Found, today: date, address: str) -> PatientList:
    """One query beside the page's own: the record numbers, those of joined records among them.

    `address` is where the list stands, ready for the page's number to be put behind it.
    """
    patients = list(page.rows)
    numbers: dict[object, list[str]] = {patient.pk: [] for patient in patients}
    for patient, joined_to, issuer, number in _numbers([patient.pk for patient in patients]):
        owner = patient if patient in numbers else joined_to
        numbers[owner].append(number_in_words(issuer, number))
    return PatientList(
        rows=tuple(list_row(patient, numbers[patient.pk], today) for patient in patients),
        shown=_shown(page),
        count=page.count,
        newer=f"{address}{page.newer}" if page.newer else "",
        older=f"{address}{page.older}" if page.older else "",
        more=page.more,
    )


_kept_numbers = kept.Kept()


def _numbers(patients: Sequence[uuid.UUID]) -> Iterator[tuple[Any, ...]]:
    def made(marks: kept.Values) -> QuerySet[RecordNumber, tuple[Any, ...]]:
        keys = list(marks.keys.values())
        joined = Patient.objects.filter(joined_to__in=keys).values("pk")
        return (
            RecordNumber.objects.filter(
                Q(patient__in=keys) | Q(patient__in=joined), withdrawn_at=None
            )
            .order_by("recorded_at", "pk")
            .values_list("patient", "patient__joined_to", "issuer", "number")
        )

    if not patients:
        return iter(())
    asked = kept.about({f"patient{n}": key for n, key in enumerate(patients)})
    return _kept_numbers.tuples(len(patients), asked, made)


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


def list_row(patient: Patient, numbers: Sequence[str], today: date) -> ListRow:
    return ListRow(
        name=person_in_words(patient),
        url=patient_url(patient),
        born=formats.date_of_birth(patient.born, patient.died_on or today),
        record=", ".join(numbers),
        prefers=patient.preferred_name,
        phone=unbroken(patient.phone),
        care_setting=word_of(CareSetting, patient.care_setting),
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
    return reverse("patients:register")
