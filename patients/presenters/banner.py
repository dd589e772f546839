"""Who this is, at the head of each of their pages and beside each of their names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Value
from django.urls import NoReverseMatch, reverse

from patients.models import Allergy, ContactPerson, Patient, RecordNumber, of_person
from patients.presenters.words import (
    allergies_in_words,
    number_in_words,
    person_in_words,
    speaks,
    support_in_words,
    unbroken,
    word_of,
)
from patients.vocabulary import Answer, CareSetting, ContactKind, Sex
from taperplan import addresses, formats, kept
from taperplan.words import gettext as _

if TYPE_CHECKING:
    import uuid
    from collections.abc import Callable
    from datetime import date

    from django.db.models import QuerySet

    from patients.access import Listed


@dataclass(frozen=True)
class State:
    """Something that changes how the whole record is read: `kind` is a tag's name."""

    kind: str
    words: str
    url: str = ""


@dataclass(frozen=True)
class Banner:
    """Who this is, at the head of each of their pages."""

    family: str
    given: str
    # For whoever cannot read the letters of the name.
    latin: str
    # What page titles say instead of the name: titles stay in histories and screen captures.
    reference: str
    born: str
    record: str
    url: str
    prefers: str
    sex: str
    speaks: str
    telephone: str
    no_messages: bool
    allergies: str
    support_person: str
    care_setting: str
    states: tuple[State, ...]

    @property
    def name(self) -> str:
        return f"{self.family}, {self.given}"


def patient_url(patient: Patient | Listed) -> str:
    """The overview of the patient; it belongs to another room."""
    try:
        return addresses.address("plans:patient", patient=patient.pk)
    except NoReverseMatch:
        return reverse("patients:intake", kwargs={"patient": patient.pk})


def patient_urls() -> Callable[[uuid.UUID], str]:
    """`patient_url` for the rows of one page."""
    try:
        return addresses.each("plans:patient", "patient")
    except NoReverseMatch:
        return addresses.each("patients:intake", "patient")


def banner(patient: Patient, today: date) -> Banner:
    """One query, or two where the patient came without the record that it is joined to."""
    numbers, allergies, supports = _banner_rows(patient)
    return Banner(
        family=formats.capitals(patient.family_name),
        given=patient.given_names,
        latin=patient.latin_name,
        reference=patient.reference,
        born=formats.date_of_birth(patient.born, patient.died_on or today),
        record=", ".join(numbers),
        url=patient_url(patient),
        prefers=patient.preferred_name,
        sex=word_of(Sex, patient.sex),
        speaks=speaks(patient),
        telephone=unbroken(patient.phone),
        no_messages=patient.may_message == Answer.NO,
        allergies=allergies_in_words(patient, allergies),
        support_person=", ".join(supports),
        care_setting=word_of(CareSetting, patient.care_setting),
        states=states(patient),
    )


def _banner_rows(patient: Patient) -> tuple[list[str], list[str], list[str]]:
    """Record numbers, allergies and support persons, oldest first, in one statement."""
    rows = _kept_rows.tuples("", kept.about(patient=patient.pk), _asked_rows)
    found: dict[str, list[str]] = {"n": [], "a": [], "s": []}
    for what, _at, first, second in sorted(rows, key=lambda row: (row[1], row[3])):
        match what:
            case "n":
                found[what].append(number_in_words(first, second))
            case "a":
                found[what].append(first)
            case _:
                found[what].append(support_in_words(first, second))
    return found["n"], found["a"], found["s"]


_kept_rows = kept.Kept()


def _asked_rows(marks: kept.Values) -> QuerySet[Any, tuple[Any, ...]]:
    patient = Patient(pk=marks.keys["patient"])
    numbers: QuerySet[Any, tuple[Any, ...]] = (
        RecordNumber.objects.filter(of_person(patient), withdrawn_at=None)
        .order_by()
        .values_list(Value("n"), "recorded_at", "issuer", "number")
    )
    allergies = (
        Allergy.objects.filter(patient=patient)
        .standing()
        .order_by()
        .values_list(Value("a"), "recorded_at", "substance", "reaction")
    )
    people = (
        ContactPerson.objects.filter(patient=patient, kind=ContactKind.SUPPORT.value)
        .standing()
        .order_by()
        .values_list(Value("s"), "recorded_at", "name", "may_contact")
    )
    return numbers.union(allergies, people, all=True)


def states(patient: Patient | Listed) -> tuple[State, ...]:
    found = []
    if patient.restricted:
        found.append(State("restricted", _("Restricted: reached by the care team only")))
    if patient.died_on is not None:
        words = _("Died {day}, told by {source}").format(
            day=formats.short_day(patient.died_on), source=patient.died_told_by
        )
        found.append(State("died", words))
    if patient.transfer_accepted_on is not None:
        words = _("Transferred to {receiver}, accepted {day}").format(
            receiver=patient.transferred_to,
            day=formats.short_day(patient.transfer_accepted_on),
        )
        found.append(State("transferred", words))
    if patient.joined_to is not None:
        words = _("Joined to another record: {person}").format(
            person=person_in_words(patient.joined_to)
        )
        found.append(State("archived", words, patient_url(patient.joined_to)))
    return tuple(found)
