"""What the tables refuse whoever writes them, and what they keep as it was written."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.apps import apps
from django.db import DatabaseError, IntegrityError, connection, models, transaction

from patients.models import (
    RECORDED,
    AssessmentAnswer,
    ConsentWithdrawal,
    Disclosure,
    Joining,
    Parting,
    Patient,
    RecordNumber,
    of_one_person,
)
from patients.vocabulary import Kind
from taperplan.accounts.models import Clinic, User
from taperplan.audit.append_only import Mutability
from tests.factories import (
    REGISTERED,
    AllergyFactory,
    AnswerFactory,
    CareTeamFactory,
    ConsentFactory,
    ContactPersonFactory,
    OtherMedicineFactory,
    PatientFactory,
    RecordedFactory,
    RecordNumberFactory,
    ResultFactory,
    SharedDecisionFactory,
)

TODAY = date(2026, 11, 24)


def a_row(kind: Kind, patient: Patient, /, **fields: Any) -> Any:
    """A sound row of each kind, but for `fields`."""
    sound: dict[Kind, dict[str, Any]] = {
        Kind.SUPPORT: {"kind": "family", "offered_on": TODAY, "accepted": "yes"},
        Kind.REVERSAL: {"offered": "yes", "supplied": "no"},
        Kind.REVIEW: {"held_on": TODAY},
    }
    made: dict[Kind, type[RecordedFactory]] = {
        Kind.ALLERGY: AllergyFactory,
        Kind.MEDICINE: OtherMedicineFactory,
        Kind.CONTACT: ContactPersonFactory,
        Kind.DECISION: SharedDecisionFactory,
        Kind.RESULT: ResultFactory,
        Kind.CONSENT: ConsentFactory,
    }
    if kind in made:
        return made[kind](patient=patient, **fields)
    return RECORDED[kind]._default_manager.create(
        patient=patient,
        recorded_at=REGISTERED,
        recorded_by=patient.registered_by,
        **{**sound[kind], **fields},
    )


def refused(name: str, write: Callable[[], object]) -> None:
    """Refused by the constraint of this name, or on its columns where the engine names those."""
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        write()


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("patient_has_a_name", {"family_name": ""}),
        ("patient_has_a_name", {"given_names": ""}),
        ("patient_has_a_name", {"name_search": ""}),
        ("patient_born_within_reach", {"born": date(1, 1, 1)}),
        ("patient_sex_known_word", {"sex": "robot"}),
        ("patient_setting_known_word", {"care_setting": "cellar"}),
        ("patient_may_message_known_word", {"may_message": ""}),
        ("patient_letters_known_word", {"may_send_letters": "perhaps"}),
        ("patient_interpreter_known_word", {"interpreter": "maybe"}),
        ("patient_allergies_known_word", {"allergies_status": "some"}),
        ("patient_death_has_date_and_source", {"died_on": TODAY}),
        ("patient_death_has_date_and_source", {"died_told_by": "a sister"}),
        ("patient_died_after_birth", {"died_on": date(1900, 1, 1), "died_told_by": "a sister"}),
        ("patient_transfer_is_whole", {"transferred_to": "Eastfield"}),
        ("patient_transfer_is_whole", {"transfer_accepted_on": TODAY}),
        ("patient_transfer_is_whole", {"transfer_told_by": "Eastfield"}),
    ],
)
def test_a_patient_that_makes_no_sense_is_refused(
    otto: Patient, name: str, fields: dict[str, Any]
) -> None:
    refused(name, lambda: Patient.objects.filter(pk=otto.pk).update(**fields))


def test_a_record_is_never_joined_to_itself(otto: Patient) -> None:
    refused(
        "patient_not_joined_to_itself",
        lambda: Patient.objects.filter(pk=otto.pk).update(joined_to=otto.pk),
    )


@pytest.mark.parametrize(
    ("name", "kind", "fields"),
    [
        ("allergy_has_substance", Kind.ALLERGY, {"substance": ""}),
        ("medicine_has_name", Kind.MEDICINE, {"name": ""}),
        ("medicine_has_source", Kind.MEDICINE, {"source": ""}),
        ("contact_has_name", Kind.CONTACT, {"name": ""}),
        ("contact_kind_known_word", Kind.CONTACT, {"kind": "a cousin"}),
        ("contact_consent_known_word", Kind.CONTACT, {"may_contact": ""}),
        ("support_kind_known_word", Kind.SUPPORT, {"kind": "luck"}),
        ("support_accepted_known_word", Kind.SUPPORT, {"accepted": "so so"}),
        ("reversal_offered_known_word", Kind.REVERSAL, {"offered": ""}),
        ("reversal_supplied_known_word", Kind.REVERSAL, {"supplied": ""}),
        ("result_has_name", Kind.RESULT, {"name": ""}),
        ("result_has_value", Kind.RESULT, {"value": ""}),
        ("result_kind_known_word", Kind.RESULT, {"kind": "rumour"}),
        ("result_next_after_this", Kind.RESULT, {"next_on": date(2020, 1, 1)}),
        ("decision_has_options", Kind.DECISION, {"options": ""}),
        ("decision_has_wants", Kind.DECISION, {"wants": ""}),
        ("decision_has_present", Kind.DECISION, {"present": ""}),
        ("decision_agreement_known_word", Kind.DECISION, {"agreement": "perhaps"}),
        ("decision_not_agreed_says_why", Kind.DECISION, {"agreement": "not agreed"}),
        ("review_held_or_set", Kind.REVIEW, {"held_on": None}),
        ("review_next_after_held", Kind.REVIEW, {"next_on": TODAY}),
        ("consent_has_may_tell", Kind.CONSENT, {"may_tell": ""}),
        ("consent_has_whom", Kind.CONSENT, {"whom": ""}),
        ("consent_has_what", Kind.CONSENT, {"what": ""}),
        ("consent_has_purpose", Kind.CONSENT, {"purpose": ""}),
        ("consent_has_how_withdrawn", Kind.CONSENT, {"how_withdrawn": ""}),
        ("consent_has_how_signed", Kind.CONSENT, {"how_signed": ""}),
        ("consent_has_an_end", Kind.CONSENT, {"until_event": ""}),
        ("consent_ends_after_it_begins", Kind.CONSENT, {"until": date(2020, 1, 1)}),
    ],
)
def test_a_row_that_makes_no_sense_is_refused(
    otto: Patient, name: str, kind: Kind, fields: dict[str, Any]
) -> None:
    refused(name, lambda: a_row(kind, otto, **fields))


STRUCK = {
    Kind.ALLERGY: "allergy_struck_says_what_and_why",
    Kind.MEDICINE: "medicine_struck_says_what_and_why",
    Kind.CONTACT: "contact_struck_says_what_and_why",
    Kind.DECISION: "decision_struck_says_what_and_why",
    Kind.SUPPORT: "support_struck_says_what_and_why",
    Kind.REVERSAL: "reversal_struck_says_what_and_why",
    Kind.RESULT: "result_struck_says_what_and_why",
    Kind.REVIEW: "review_struck_says_what_and_why",
    Kind.CONSENT: "consent_struck_says_what_and_why",
}
OWN_SUCCESSOR = {
    Kind.ALLERGY: "allergy_not_its_own_successor",
    Kind.MEDICINE: "medicine_not_its_own_successor",
    Kind.CONTACT: "contact_not_its_own_successor",
    Kind.DECISION: "decision_not_its_own_successor",
    Kind.SUPPORT: "support_not_its_own_successor",
    Kind.REVERSAL: "reversal_not_its_own_successor",
    Kind.RESULT: "result_not_its_own_successor",
    Kind.REVIEW: "review_not_its_own_successor",
    Kind.CONSENT: "consent_not_its_own_successor",
}


@pytest.mark.parametrize("kind", Kind)
def test_only_what_stands_is_struck_out_and_with_a_reason(otto: Patient, kind: Kind) -> None:
    name = STRUCK[kind]
    row = a_row(kind, otto)

    refused(name, lambda: a_row(kind, otto, struck=True, why="a mistake"))
    refused(name, lambda: a_row(kind, otto, struck=True, replaces=row))


@pytest.mark.parametrize("kind", Kind)
def test_a_row_is_replaced_once_and_never_by_itself(otto: Patient, kind: Kind) -> None:
    row = a_row(kind, otto)
    a_row(kind, otto, replaces=row)
    own = uuid.uuid4()

    refused("replaces_id", lambda: a_row(kind, otto, replaces=row))
    refused(
        OWN_SUCCESSOR[kind],
        lambda: a_row(kind, otto, id=own, replaces_id=own),
    )


def test_a_record_number_stands_once_in_a_clinic(
    otto: Patient, clinic: Clinic, other_clinic: Clinic
) -> None:
    RecordNumberFactory(patient=otto, number="DEMO 77 88")
    other = PatientFactory(clinic=clinic)

    RecordNumberFactory(patient=other, number="DEMO 77 88", issuer="Eastfield")
    RecordNumberFactory(patient=PatientFactory(clinic=other_clinic), number="DEMO 77 88")
    with pytest.raises(IntegrityError), transaction.atomic():  # record_number_once
        RecordNumberFactory(patient=other, number="demo-77-88")


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("record_number_not_empty", {"number": ""}),
        ("record_number_not_empty", {"number_search": ""}),
        ("record_number_withdrawn_by_and_why", {"withdrawn_at": REGISTERED}),
        ("record_number_withdrawn_by_and_why", {"withdrawn_why": "a mistake"}),
    ],
)
def test_a_record_number_that_makes_no_sense_is_refused(
    otto: Patient, name: str, fields: dict[str, Any]
) -> None:
    number = RecordNumberFactory(patient=otto)

    refused(name, lambda: RecordNumber.objects.filter(pk=number.pk).update(**fields))


def test_an_answer_comes_once_in_an_entry(otto: Patient) -> None:
    first = AnswerFactory(patient=otto, item="seizures")

    with pytest.raises(IntegrityError), transaction.atomic():  # answer_once_in_an_entry
        AnswerFactory(patient=otto, item="seizures", entry=first.entry)


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("answer_item_known_word", {"item": "luck"}),
        ("answer_known_word", {"answer": "perhaps"}),
        ("answer_yes_has_detail", {"answer": "yes", "detail": ""}),
    ],
)
def test_an_answer_that_makes_no_sense_is_refused(
    otto: Patient, name: str, fields: dict[str, Any]
) -> None:
    refused(name, lambda: AnswerFactory(patient=otto, **fields))


def test_a_withdrawal_says_how_and_comes_once(otto: Patient, clare: User) -> None:
    consent = ConsentFactory(patient=otto)
    given = {"withdrawn_on": TODAY, "recorded_at": REGISTERED, "recorded_by": clare}

    refused(
        "consent_withdrawal_says_how",
        lambda: ConsentWithdrawal.objects.create(consent=consent, how="", **given),
    )
    ConsentWithdrawal.objects.create(consent=consent, how="by word", **given)
    with pytest.raises(IntegrityError), transaction.atomic():
        ConsentWithdrawal.objects.create(consent=consent, how="again", **given)


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("disclosure_ground_known_word", {"ground": "a whim"}),
        ("disclosure_names_recipient_and_content", {"recipient": ""}),
        ("disclosure_names_recipient_and_content", {"what": ""}),
        ("disclosure_by_consent_names_it", {"ground": "consent"}),
    ],
)
def test_a_disclosure_names_recipient_content_and_ground(
    otto: Patient, clare: User, name: str, fields: dict[str, Any]
) -> None:
    sound = {
        "patient": otto, "recipient": "Eastfield", "what": "summary", "ground": "treatment",
        "disclosed_at": REGISTERED, "disclosed_by": clare,
    }  # fmt: skip

    assert Disclosure.objects.create(**sound)
    refused(name, lambda: Disclosure.objects.create(**{**sound, **fields}))


def test_a_care_team_row_that_makes_no_sense_is_refused(otto: Patient, clare: User) -> None:
    CareTeamFactory(patient=otto, user=clare)

    refused("care_team_role_known_word", lambda: CareTeamFactory(
        patient=otto, user=clare, role="friend"
    ))  # fmt: skip
    refused("care_team_ends_after_it_begins", lambda: CareTeamFactory(
        patient=otto, user=clare, until=date(2020, 1, 1)
    ))  # fmt: skip
    with pytest.raises(IntegrityError), transaction.atomic():  # care_team_once_at_a_time
        CareTeamFactory(patient=otto, user=clare)


def test_joining_and_parting_say_why_and_take_two(otto: Patient, clare: User) -> None:
    other = PatientFactory(clinic=otto.clinic)
    given = {"at": REGISTERED, "by": clare}

    refused("joining_says_why", lambda: Joining.objects.create(
        patient=otto, into=other, why="", **given
    ))  # fmt: skip
    refused("joining_takes_two", lambda: Joining.objects.create(
        patient=otto, into=otto, why="same", **given
    ))  # fmt: skip
    joining = Joining.objects.create(patient=otto, into=other, why="same", **given)
    refused("parting_says_why", lambda: Parting.objects.create(
        joining=joining, why="", **given
    ))  # fmt: skip


@pytest.mark.parametrize("kind", Kind)
def test_what_was_written_down_is_never_changed_nor_removed(otto: Patient, kind: Kind) -> None:
    row = a_row(kind, otto)

    _kept(row)


def test_answers_withdrawals_disclosures_and_joinings_are_never_changed_nor_removed(
    otto: Patient, clare: User
) -> None:
    other = PatientFactory(clinic=otto.clinic)
    joining = Joining.objects.create(
        patient=other, into=otto, why="one person", at=REGISTERED, by=clare
    )
    for row in (
        AnswerFactory(patient=otto),
        ConsentWithdrawal.objects.create(
            consent=ConsentFactory(patient=otto), withdrawn_on=TODAY, how="by word",
            recorded_at=REGISTERED, recorded_by=clare,
        ),
        Disclosure.objects.create(
            patient=otto, recipient="Eastfield", what="summary", ground="treatment",
            disclosed_at=REGISTERED, disclosed_by=clare,
        ),
        joining,
        Parting.objects.create(joining=joining, why="a mistake", at=REGISTERED, by=clare),
        otto.history.get(),
    ):  # fmt: skip
        _kept(row)


def _kept(row: models.Model) -> None:
    meta = row._meta
    key = meta.pk.get_db_prep_value(row.pk, connection)
    table, column = meta.db_table, meta.pk.column
    for statement in (
        f'UPDATE "{table}" SET "{column}" = "{column}" WHERE "{column}" = %s',
        f'DELETE FROM "{table}" WHERE "{column}" = %s',
    ):
        with (
            pytest.raises(DatabaseError, match="append-only"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement, [key])


def test_every_table_says_whether_its_rows_may_change() -> None:
    for model in apps.get_app_config("patients").get_models():
        if not model.__name__.startswith("Historical"):
            assert isinstance(getattr(model, "mutability", None), Mutability), model


def test_nothing_of_a_patient_goes_when_another_row_goes() -> None:
    for model in apps.get_app_config("patients").get_models():
        for field in model._meta.get_fields():
            if isinstance(field, models.ForeignKey) and not model.__name__.startswith("Hist"):
                assert field.remote_field.on_delete is models.PROTECT, field


def test_a_reference_names_nobody(otto: Patient, clare: User) -> None:
    rows: list[Any] = [otto, RecordNumberFactory(patient=otto)]
    rows += [CareTeamFactory(patient=otto, user=clare)]
    rows += [a_row(kind, otto) for kind in Kind]
    rows += [AnswerFactory(patient=otto)]

    assert all(str(row) == row.reference for row in rows)
    assert not any("otto" in row.reference.casefold() for row in rows)
    assert len({row.reference for row in rows}) == len(rows)


def test_whoever_died_was_transferred_or_joined_leaves_due_lists(
    otto: Patient, clinic: Clinic
) -> None:
    PatientFactory(clinic=clinic, died=True)
    PatientFactory(clinic=clinic, transferred=True)
    joined = PatientFactory(clinic=clinic, joined_to=otto)

    assert list(Patient.objects.under_care()) == [otto]
    assert otto.under_care
    assert not joined.under_care
    assert of_one_person([otto]) == [otto.pk, joined.pk]


def test_mine_are_those_whose_care_team_i_am_on_now(
    otto: Patient, clinic: Clinic, clare: User, theo: User
) -> None:
    CareTeamFactory(patient=otto, user=clare)
    CareTeamFactory(patient=otto, user=theo, role="monitor", until=TODAY)

    assert list(Patient.objects.cared_for_by(clare)) == [otto]
    assert list(Patient.objects.cared_for_by(theo)) == []


def test_a_patient_is_seen_by_those_who_treat_in_this_clinic_and_by_nobody_else(
    otto: Patient, clare: User, theo: User, ada: User, ole: User, sam: User
) -> None:
    assert list(Patient.objects.visible_to(clare)) == [otto]
    assert list(Patient.objects.visible_to(theo)) == [otto]
    for user in (ada, ole, sam):
        assert list(Patient.objects.visible_to(user)) == []
    row = AllergyFactory(patient=otto)
    assert list(type(row).objects.visible_to(clare)) == [row]
    for user in (ada, ole, sam):
        assert list(type(row).objects.visible_to(user)) == []


def test_the_latest_answer_of_an_item_counts(otto: Patient) -> None:
    from patients.presenters import answers

    AnswerFactory(patient=otto, item="seizures", answer="yes", detail="one, 2019")
    AnswerFactory(patient=otto, item="seizures", answer="no", detail="")

    assert {item.value: given.answer.value for item, given in answers(otto).items()} == {
        "seizures": "no"
    }
    assert AssessmentAnswer.objects.count() == 2
