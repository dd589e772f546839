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
        giorgos = factory.Trait(family_name="Δείγμα", given_names="Γιώργος", born=date(1968, 1, 30))
        obrien = factory.Trait(
            family_name="O'Brien-Beispiel", given_names="Ida", born=date(1957, 2, 28)
        )
        died = factory.Trait(died_on=date(2026, 10, 2), died_told_by="Ingrid Sample, sister")
        transferred = factory.Trait(
            transferred_to="Eastfield Test Clinic",
            transfer_accepted_on=date(2026, 10, 5),
            transfer_told_by="Eastfield Test Clinic, by letter",
        )

    @factory.post_generation  # type: ignore[untyped-decorator]
    def number(self: Patient, create: bool, extracted: str | None, **kwargs: Any) -> None:
        if extracted:
            RecordNumberFactory(patient=self, number=extracted)

    @factory.post_generation  # type: ignore[untyped-decorator]
    def ready(self: Patient, create: bool, extracted: bool, **kwargs: Any) -> None:
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


# --- Plans ------------------------------------------------------------------------------

DRAFTED = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)


def plan_cells(**changed: Any) -> Any:
    """A short taper of an invented drug as typed: three steps of 7 days, morning and bedtime.

    Mon 30 Nov to Sun 20 Dec 2026; 3 mg, 2 mg and 1 mg a day; 42 tablets of 1 mg.
    """
    from plans.rules import draft

    cells: Any = draft.blank_document()
    drug: Any = draft.blank_drug("d1")
    drug.update(name="examplazepam", role="tapered", drug_class="benzodiazepine", end="stop")
    product: Any = draft.blank_product("p1", "d1")
    product.update(form="tablet", strength="1", unit="mg", parts="2", times=["morning", "bedtime"])
    for key, morning, bedtime in (("s1", "1", "2"), ("s2", "1", "1"), ("s3", "1/2", "1/2")):
        step: Any = draft.blank_step(key)
        step.update(rhythm="daily", days="7", chained="yes")
        step["doses"] = [
            {"product": "p1", "time": "morning", "on": "", "quantity": morning},
            {"product": "p1", "time": "bedtime", "on": "", "quantity": bedtime},
        ]
        cells["steps"].append(step)
    cells["steps"][0].update(first_day="30 Nov 2026", chained="")
    cells.update(title="Examplazepam, reducing", in_force_from="30 Nov 2026")
    cells.update(drugs=[drug], products=[product])
    cells.update(changed)
    return cells


def draft_plan(patient: Patient, by: User, cells: Any = None, *, now: datetime = DRAFTED) -> Any:
    """A plan with a draft (`plan.draft`) in which `cells` are typed."""
    import uuid

    from plans.actions import plan as actions
    from plans.models import Draft

    draft = actions.begin(key=uuid.uuid4(), patient=patient, now=now, by=by)
    assert isinstance(draft, Draft)
    typed = plan_cells() if cells is None else cells
    return actions.save(draft=draft, cells=typed, revision=draft.revision, now=now, by=by).plan


def signed_plan(
    patient: Patient,
    by: User,
    cells: Any = None,
    *,
    now: datetime = DRAFTED,
    not_asked_reason: str = "Asked at the next visit.",
) -> Any:
    """A plan whose version 1 is signed; the patient is made ready for it. `plan.versions`."""
    from plans.actions import plan as actions

    ready_to_sign(patient)
    plan = draft_plan(patient, by, cells, now=now)
    actions.sign(
        key=plan.draft.pk,
        plan=plan,
        revision=plan.draft.revision,
        not_asked_reason=not_asked_reason,
        now=now,
        today=patient.clinic.day(now),
        by=by,
    )
    plan.refresh_from_db()
    return plan


def next_version(
    plan: Any,
    by: User,
    *,
    reason: str = "As agreed today.",
    now: datetime = DRAFTED,
    **changed: Any,
) -> Any:
    """The next version of a signed plan, signed: a copy with `changed` cells. Returns it."""
    import uuid

    from plans.actions import plan as actions
    from plans.models import Draft

    draft = actions.revise(key=uuid.uuid4(), plan=plan, now=now, by=by)
    assert isinstance(draft, Draft)
    typed: Any = {**draft.cells, "in_force_from": "7 Dec 2026", "reason": reason, **changed}
    draft = actions.save(draft=draft, cells=typed, revision=draft.revision, now=now, by=by)
    return actions.sign(
        key=draft.pk,
        plan=plan,
        revision=draft.revision,
        not_asked_reason="Asked at the next visit.",
        now=now,
        today=plan.patient.clinic.day(now),
        by=by,
    )


def ready_to_sign(patient: Patient) -> None:
    """Everything stands that signing a plan waits for on the patient's side."""
    if not AssessmentAnswer.objects.filter(patient=patient, item="indication").exists():
        AnswerFactory(patient=patient, item="indication", answer="yes", detail="sample illness")
        SharedDecisionFactory(patient=patient)
    if patient.allergies_status == Allergies.NOT_ASKED.value:
        patient.allergies_status = Allergies.NONE_KNOWN.value
        patient.save()
