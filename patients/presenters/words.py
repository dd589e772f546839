"""The words of what is kept: one place where a field's value becomes text."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from patients.intake import Given
from patients.models import ContactPerson, Patient, Result, Support
from patients.vocabulary import (
    Agreement,
    Allergies,
    Answer,
    CareSetting,
    ContactKind,
    Ground,
    Kind,
    ResultKind,
    Sex,
    SupportKind,
    TeamRole,
)
from taperplan import formats
from taperplan.words import gettext as _

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from patients.access import Listed

WORDS: dict[str, type[StrEnum]] = {
    "sex": Sex,
    "care_setting": CareSetting,
    "may_message": Answer,
    "may_send_letters": Answer,
    "interpreter": Answer,
    "allergies_status": Allergies,
    "may_contact": Answer,
    "accepted": Answer,
    "offered": Answer,
    "supplied": Answer,
    "agreement": Agreement,
    "role": TeamRole,
    "ground": Ground,
}
KINDS_OF: dict[type[Any], type[StrEnum]] = {
    ContactPerson: ContactKind,
    Support: SupportKind,
    Result: ResultKind,
}


def word_of(words: type[StrEnum], value: str) -> str:
    """The words of a kept value; "" for nothing recorded."""
    return str(words(value).words) if value else ""  # type: ignore[attr-defined]


def unbroken(text: str) -> str:
    return text.replace(" ", formats.NBSP)


def written(model: type[Any], field: str, value: Any) -> str:
    """Any field's value as it is read on screen; "" for nothing recorded."""
    if value is None or value == "":
        return ""
    if field == "kind" and model in KINDS_OF:
        return word_of(KINDS_OF[model], value)
    if field in WORDS:
        return word_of(WORDS[field], value)
    if field == "born":
        return formats.short_day(value)
    if hasattr(value, "isoformat"):
        return formats.day(value)
    return str(value)


def label(model: type[Any], field: str) -> str:
    """The field's name, with a capital, as it stands before its value."""
    words = str(model._meta.get_field(field).verbose_name)
    return words[:1].upper() + words[1:]


def number_in_words(issuer: str, number: str) -> str:
    number = unbroken(number)
    return f"{number} ({issuer})" if issuer else number


def person_in_words(patient: Patient | Listed) -> str:
    return formats.family_given(patient.family_name, patient.given_names)


def speaks(patient: Patient) -> str:
    if patient.interpreter != Answer.YES:
        return patient.language
    if not patient.language:
        return _("interpreter needed")
    return _("{language}, interpreter needed").format(language=patient.language)


def support_in_words(name: str, may_contact: str) -> str:
    match Answer(may_contact):
        case Answer.YES:
            return _("{name}, may be called").format(name=name)
        case Answer.NO:
            return _("{name}, may not be called").format(name=name)
        case Answer.NOT_ASKED:
            return _("{name}, consent to call not asked").format(name=name)


def allergies_in_words(patient: Patient, listed: Sequence[str]) -> str:
    if listed:
        return ", ".join(listed)
    return Allergies(patient.allergies_status).words


@dataclass(frozen=True)
class Line:
    """A name and its value; `value` "" is said by `nothing`."""

    label: str
    value: str
    nothing: str


def particular(field: str, value: Any) -> Line:
    """A patient's own field; nobody asked and nobody recorded are said apart."""
    if WORDS.get(field) is Answer and value == Answer.NOT_ASKED:
        return Line(label(Patient, field), "", Answer.NOT_ASKED.words)
    return Line(label(Patient, field), written(Patient, field, value), _("not recorded"))


def section_title(kind: Kind) -> str:
    return {
        Kind.ALLERGY: _("Allergies"),
        Kind.MEDICINE: _("Other medicines"),
        Kind.CONTACT: _("People and services"),
        Kind.DECISION: _("Shared decision"),
        Kind.SUPPORT: _("Supports"),
        Kind.REVERSAL: _("Overdose-reversal medicine"),
        Kind.RESULT: _("Checks and results"),
        Kind.REVIEW: _("Risk-benefit reviews"),
        Kind.CONSENT: _("Consents"),
    }[kind]


def recorded_in_words(at: datetime, who: str, zone: ZoneInfo) -> str:
    return _("{when}, {who}").format(when=formats.moment(at.astimezone(zone)), who=who)


def answer_in_words(given: Given | None) -> str:
    """ "" for not asked; what was answered otherwise."""
    match given:
        case None | Given(answer=Answer.NOT_ASKED):
            return ""
        case Given(answer=Answer.NO, detail=""):
            return _("asked: none")
        case Given(answer=Answer.NO, detail=detail):
            return _("asked: none; {detail}").format(detail=detail)
        case Given(detail=detail):
            return detail
