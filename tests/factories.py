"""Synthetic people and plans, obviously so. Each area keeps its own section."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import factory

from patients.identity import digits, name_search, squeezed
from patients.models import (
    Allergy,
    AssessmentAnswer,
    CareTeam,
    Consent,
    ContactPerson,
    OtherMedicine,
    Patient,
    RecordNumber,
    Result,
    SharedDecision,
)
from patients.vocabulary import Agreement, Allergies, Answer, CareSetting, ContactKind, Sex
from taperplan.accounts.models import Clinic, Membership, User

# --- Patients -------------------------------------------------------------------------

REGISTERED = datetime(2026, 9, 1, 8, 30, tzinfo=UTC)


def somebody(clinic: Clinic) -> User:
    """Whoever does a thing in a clinic when the test does not say who."""
    member = Membership.objects.filter(clinic=clinic).select_related("user").first()
    if member is not None:
        return member.user
    user = User.objects.create_user(
        email=f"registrar@{str(clinic.pk)[:8]}.example", name="Rita Registrar"
    )
    Membership.objects.create(user=user, clinic=clinic, monitor=True)
    return user


class PatientFactory(factory.django.DjangoModelFactory[Patient]):
    """`PatientFactory(clinic=clinic)`; traits: otto, zoe, giorgos, obrien; assessed, ready
    (everything that signing waits for), died, transferred. `number="DEMO 0042 17"` gives one."""

    class Meta:
        model = Patient
        skip_postgeneration_save = True

    clinic: Any = None
    family_name = factory.Sequence(lambda n: f"Fixture{n:03d}")
    given_names = "Sample"
    born = date(1970, 4, 3)
    registered_at = REGISTERED
    changed_at = factory.SelfAttribute("registered_at")
    registered_by = factory.LazyAttribute(lambda made: somebody(made.clinic))
    preferred_name = ""
    phone = ""
    name_search = factory.LazyAttribute(
        lambda made: name_search(made.family_name, made.given_names, made.preferred_name)
    )
    phone_search = factory.LazyAttribute(lambda made: digits(made.phone))

    class Params:
        otto = factory.Trait(
            family_name="Sample",
            given_names="Otto",
            preferred_name="Otto",
            born=date(1956, 11, 21),
            sex=Sex.MALE.value,
            phone="555-0142",
            language="English",
            care_setting=CareSetting.OUTPATIENT.value,
            allergies_status=Allergies.NONE_KNOWN.value,
        )
        zoe = factory.Trait(
            family_name="Fixture", given_names="Zoë", born=date(1990, 7, 8), phone="555-0139"
        )
        giorgos = factory.Trait(
            family_name="Δείγμα", given_names="Γιώργος", born=date(1968, 1, 30)
        )
        obrien = factory.Trait(
            family_name="O'Brien-Beispiel", given_names="Ida", born=date(1957, 2, 28)
        )
        died = factory.Trait(died_on=date(2026, 10, 2), died_told_by="Ingrid Sample, sister")
        transferred = factory.Trait(
            transferred_to="Eastfield Test Clinic",
            transfer_accepted_on=date(2026, 10, 5),
            transfer_told_by="Eastfield Test Clinic, by letter",
        )

    @factory.post_generation
    def number(self: Patient, create: bool, extracted: str | None, **kwargs: Any) -> None:  # type: ignore[misc]
        if extracted:
            RecordNumberFactory(patient=self, number=extracted)

    @factory.post_generation
    def ready(self: Patient, create: bool, extracted: bool, **kwargs: Any) -> None:  # type: ignore[misc]
        """Everything stands that signing a plan waits for on the patient's side."""
        if extracted:
            AnswerFactory(patient=self, item="indication", answer="yes", detail="panic disorder")
            SharedDecisionFactory(patient=self)
            self.allergies_status = Allergies.NONE_KNOWN.value
            self.save()


class RecordNumberFactory(factory.django.DjangoModelFactory[RecordNumber]):
    class Meta:
        model = RecordNumber

    patient: Any = None
    clinic = factory.SelfAttribute("patient.clinic")
    issuer = ""
    number = factory.Sequence(lambda n: f"DEMO {n:04d}")
    issuer_search = factory.LazyAttribute(lambda made: squeezed(made.issuer))
    number_search = factory.LazyAttribute(lambda made: squeezed(made.number))
    recorded_at = REGISTERED
    recorded_by = factory.SelfAttribute("patient.registered_by")


class RecordedFactory(factory.django.DjangoModelFactory[Any]):
    """Something written down about a patient."""

    class Meta:
        abstract = True

    patient: Any = None
    recorded_at = REGISTERED
    recorded_by = factory.SelfAttribute("patient.registered_by")


class AllergyFactory(RecordedFactory):
    class Meta:
        model = Allergy

    substance = "examplamycin"
    reaction = "rash"


class OtherMedicineFactory(RecordedFactory):
    class Meta:
        model = OtherMedicine

    name = "inventostatin"
    source = "the patient's own list"
    as_of = date(2026, 9, 1)


class ContactPersonFactory(RecordedFactory):
    class Meta:
        model = ContactPerson

    kind = ContactKind.SUPPORT.value
    name = "Ingrid Sample"
    relation = "sister"
    phone = "555-0143"
    may_contact = Answer.YES.value


class ResultFactory(RecordedFactory):
    class Meta:
        model = Result

    kind = "laboratory"
    name = "sample marker"
    value = "within range"
    dated = date(2026, 9, 1)


class SharedDecisionFactory(RecordedFactory):
    class Meta:
        model = SharedDecision

    decided_on = date(2026, 9, 1)
    options = "staying as it is; reducing slowly"
    wants = "to reduce, and to sleep"
    present = "the patient and Ingrid Sample"
    agreement = Agreement.AGREED.value


class ConsentFactory(RecordedFactory):
    class Meta:
        model = Consent

    may_tell = "Northfield Test Clinic"
    whom = "Ingrid Sample"
    what = "dates of visits"
    purpose = "bringing the patient"
    since = date(2026, 9, 1)
    until_event = "the end of the plan"
    how_withdrawn = "by word to any of the team"
    how_signed = "on paper, kept in the file"


class AnswerFactory(RecordedFactory):
    class Meta:
        model = AssessmentAnswer

    entry = factory.Faker("uuid4", cast_to=None)
    item = "seizures"
    answer = "no"


class CareTeamFactory(factory.django.DjangoModelFactory[CareTeam]):
    class Meta:
        model = CareTeam

    patient: Any = None
    user: Any = None
    role = "prescriber"
    since = date(2026, 9, 1)
