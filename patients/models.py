"""Who the person is, and who looks after them.

What is written down about a person is a `Recorded` row: appended, never changed. A correction
is a new row that names the one it replaces (once: the database refuses a second successor, so
of two people who correct the same row one wins and the other is told), and striking one out is
a row as well. The form's token is its primary key.
"""

from __future__ import annotations

import uuid
from datetime import date
from typing import TYPE_CHECKING, ClassVar, Self, TypeVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from patients.import_models import ImportBatch, PatientImport
from patients.keeping import (
    Approval,
    DestructionPermit,
    LegalHold,
    LegalHoldEnd,
    RetentionPeriod,
    Tombstone,
)
from patients.vocabulary import (
    Agreement,
    Allergies,
    Answer,
    CareSetting,
    ContactKind,
    Ground,
    Item,
    Kind,
    ResultKind,
    Sex,
    SupportKind,
    TeamRole,
)
from taperplan import kept
from taperplan.accounts.models import Clinic, User
from taperplan.accounts.roles import Permission
from taperplan.audit.append_only import Mutability

__all__ = [
    "Approval",
    "ImportBatch",
    "LegalHold",
    "LegalHoldEnd",
    "PatientImport",
    "RetentionPeriod",
    "Tombstone",
]

if TYPE_CHECKING:
    from collections.abc import Iterable
    from enum import StrEnum

NAME = 120
LINE = 200
NOTE = 4_000
EARLIEST_BIRTH = date(1850, 1, 1)


def one_of(
    field: str, words: type[StrEnum], *, name: str, open_: bool = False
) -> models.CheckConstraint:
    """Only a word of the list; with `open_` also the empty text, which is "not recorded"."""
    values = [word.value for word in words] + ([""] if open_ else [])
    return models.CheckConstraint(name=name, condition=Q(**{f"{field}__in": values}))


def within_reach(user: User, path: str = "") -> Q:
    """Not restricted, or on whose care team `user` is, and not archived; or opened in an
    emergency just now.

    `path` leads from the row that is filtered to the patient, with its underscores.
    """
    key = models.OuterRef(f"{path}pk")
    team = CareTeam.objects.filter(patient=key, user=user, until=None)
    opened = EmergencyAccess.objects.filter(patient=key, user=user, until__gt=kept.now())
    stands = Q(**{f"{path}archived_at": None})
    own = stands & (Q(**{f"{path}restricted": False}) | Q(models.Exists(team)))
    return own | Q(models.Exists(opened))


def without_emergency(user: User, path: str = "") -> Q:
    """As `within_reach`, but for what was opened in an emergency: what may leave the clinic."""
    team = CareTeam.objects.filter(patient=models.OuterRef(f"{path}pk"), user=user, until=None)
    stands = Q(**{f"{path}archived_at": None})
    return stands & (Q(**{f"{path}restricted": False}) | Q(models.Exists(team)))


def of_person(patient: Patient, path: str = "patient") -> Q:
    """Of this record and of those that are joined to it, as a condition on what leads there by
    `path`. A list of keys, not a join: with "this one or joined to this one" across a join, a
    database reads every row of everybody."""
    keys = Patient.objects.filter(Q(pk=patient.pk) | Q(joined_to=patient.pk)).values("pk")
    return Q(**{f"{path}__in": keys})


def in_clinic(clinic: uuid.UUID, path: str = "patient") -> Q:
    """About somebody of this clinic, as a condition on rows that are few among its patients:
    each asks for its own patient. By a join, SQLite begins with every patient of the clinic."""
    of_row = models.OuterRef(f"{path}_id")
    return Q(models.Exists(Patient.objects.filter(pk=of_row, clinic=clinic)))


class PatientQuerySet(models.QuerySet["Patient"]):
    def visible_to(self, user: User) -> Self:
        """The patients of the clinic that `user` works in, for those who treat patients."""
        if user.membership is None or not user.may(Permission.VIEW_PATIENTS):
            return self.none()
        return self.filter(within_reach(user), clinic=user.membership.clinic)

    def standing(self) -> Self:
        """Without the records that are joined to another one."""
        return self.filter(joined_to=None)

    def under_care(self) -> Self:
        """Who belongs on a due list: neither died nor transferred, and not joined to another."""
        return self.standing().filter(died_on=None, transfer_accepted_on=None)

    def cared_for_by(self, user: User) -> Self:
        """Whose care team `user` is on now: "mine" on every list."""
        team = CareTeam.objects.filter(patient=models.OuterRef("pk"), user=user, until=None)
        return self.filter(models.Exists(team))


class Patient(models.Model):
    """One record of one person in one clinic, changed by compare-and-swap on `revision`.

    `name_search` and `phone_search` are written by the actions (see `patients.names`).
    """

    mutability: ClassVar[Mutability] = Mutability.MUTABLE
    # What hangs on a patient is deleted by nobody, but under this permit.
    deleted_under: ClassVar[type[models.Model]] = DestructionPermit

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="patients")

    family_name = models.CharField(_("family name"), max_length=NAME)
    given_names = models.CharField(_("given names"), max_length=NAME)
    preferred_name = models.CharField(_("prefers"), max_length=NAME, blank=True)
    # For paper that cannot print the letters of the name, and for whoever cannot read them.
    latin_name = models.CharField(
        _("name in Latin letters"), max_length=NAME, blank=True, default="", db_default=""
    )
    born = models.DateField(_("date of birth"))
    sex = models.CharField(_("sex"), max_length=10, blank=True)
    address = models.TextField(_("home address"), max_length=500, blank=True)
    phone = models.CharField(_("phone"), max_length=40, blank=True)

    may_message = models.CharField(
        _("messages allowed"), max_length=10, default=Answer.NOT_ASKED.value
    )
    may_send_letters = models.CharField(
        _("letters allowed"), max_length=10, default=Answer.NOT_ASKED.value
    )
    who_may_answer = models.CharField(_("who may answer the phone"), max_length=LINE, blank=True)
    language = models.CharField(_("language"), max_length=80, blank=True)
    interpreter = models.CharField(
        _("interpreter needed"), max_length=10, default=Answer.NOT_ASKED.value
    )
    hearing_needs = models.CharField(_("hearing needs"), max_length=LINE, blank=True)
    sight_needs = models.CharField(_("sight needs"), max_length=LINE, blank=True)
    reading_needs = models.CharField(_("reading needs"), max_length=LINE, blank=True)

    care_setting = models.CharField(_("care setting"), max_length=24, blank=True)
    care_setting_why = models.CharField(_("why this setting"), max_length=LINE, blank=True)
    allergies_status = models.CharField(
        _("allergies"), max_length=10, default=Allergies.NOT_ASKED.value
    )

    died_on = models.DateField(_("died on"), null=True, blank=True)
    died_told_by = models.CharField(_("who told us"), max_length=LINE, blank=True)
    transferred_to = models.CharField(_("transferred to"), max_length=LINE, blank=True)
    transfer_accepted_on = models.DateField(_("accepted on"), null=True, blank=True)
    transfer_told_by = models.CharField(_("who told us"), max_length=LINE, blank=True)
    joined_to = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="joined"
    )

    # Reached by the care team only; see `patients.restriction`.
    restricted = models.BooleanField(_("restricted"), default=False, editable=False)

    # Put away by the records officer; see `patients.records`. Reached in an emergency only.
    archived_at = models.DateTimeField(_("archived"), null=True, blank=True, editable=False)

    registered_at = models.DateTimeField(editable=False)
    registered_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField(editable=False)
    revision = models.PositiveIntegerField(default=1, editable=False)
    name_search = models.CharField(max_length=600, editable=False)
    phone_search = models.CharField(max_length=40, blank=True, editable=False)

    history = HistoricalRecords(
        excluded_fields=["name_search", "phone_search", "changed_at"],
        history_change_reason_field=models.CharField(max_length=LINE, null=True),
    )

    objects = PatientQuerySet.as_manager()

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["clinic", "-changed_at", "id"], name="patient_recent"),
            models.Index(fields=["clinic", "born"], name="patient_born"),
            models.Index(fields=["clinic", "name_search"], name="patient_name"),
            models.Index(fields=["clinic", "phone_search"], name="patient_phone"),
            # Few records are joined to another: an index of every row would not be used for them.
            models.Index(
                fields=["joined_to"], condition=Q(joined_to__isnull=False), name="patient_joined"
            ),
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="patient_has_a_name",
                condition=~Q(family_name="") & ~Q(given_names="") & ~Q(name_search=""),
            ),
            models.CheckConstraint(
                name="patient_born_within_reach", condition=Q(born__gte=EARLIEST_BIRTH)
            ),
            one_of("sex", Sex, name="patient_sex_known_word", open_=True),
            one_of("care_setting", CareSetting, name="patient_setting_known_word", open_=True),
            one_of("may_message", Answer, name="patient_may_message_known_word"),
            one_of("may_send_letters", Answer, name="patient_letters_known_word"),
            one_of("interpreter", Answer, name="patient_interpreter_known_word"),
            one_of("allergies_status", Allergies, name="patient_allergies_known_word"),
            models.CheckConstraint(
                name="patient_death_has_date_and_source",
                condition=(Q(died_on=None) & Q(died_told_by=""))
                | (Q(died_on__isnull=False) & ~Q(died_told_by="")),
            ),
            models.CheckConstraint(
                name="patient_died_after_birth",
                condition=Q(died_on=None) | Q(died_on__gte=F("born")),
            ),
            models.CheckConstraint(
                name="patient_transfer_is_whole",
                condition=Q(transfer_accepted_on=None, transferred_to="", transfer_told_by="")
                | (
                    Q(transfer_accepted_on__isnull=False)
                    & ~Q(transferred_to="")
                    & ~Q(transfer_told_by="")
                ),
            ),
            models.CheckConstraint(
                name="patient_not_joined_to_itself",
                condition=Q(joined_to=None) | ~Q(joined_to=F("id")),
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def reference(self) -> str:
        return f"P-{self.pk.hex[:8]}"

    @property
    def under_care(self) -> bool:
        return (
            self.died_on is None and self.transfer_accepted_on is None and self.joined_to_id is None
        )


class RecordNumber(models.Model):
    """A number that someone issued for this person; without an issuer it is the clinic's own.

    A number typed in error is withdrawn, with a reason, and may then be given to another record.
    """

    mutability: ClassVar[Mutability] = Mutability.MUTABLE

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="numbers")
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    issuer = models.CharField(_("issued by"), max_length=NAME, blank=True)
    number = models.CharField(_("record number"), max_length=60)
    issuer_search = models.CharField(max_length=240, blank=True, editable=False)
    number_search = models.CharField(max_length=120, editable=False)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    withdrawn_why = models.CharField(max_length=LINE, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["clinic", "issuer_search", "number_search"],
                condition=Q(withdrawn_at=None),
                name="record_number_once",
            ),
            models.CheckConstraint(
                name="record_number_not_empty",
                condition=~Q(number="") & ~Q(number_search=""),
            ),
            models.CheckConstraint(
                name="record_number_withdrawn_by_and_why",
                condition=Q(withdrawn_at=None, withdrawn_by=None, withdrawn_why="")
                | (
                    Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False) & ~Q(withdrawn_why="")
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def reference(self) -> str:
        return f"N-{self.pk.hex[:8]}"


Row = TypeVar("Row", bound="Recorded", covariant=True)


class RecordedQuerySet(models.QuerySet[Row]):
    def visible_to(self, user: User) -> Self:
        if user.membership is None or not user.may(Permission.VIEW_PATIENTS):
            return self.none()
        return self.filter(within_reach(user, "patient__"), patient__clinic=user.membership.clinic)

    def standing(self) -> Self:
        """What counts now: neither replaced by a later row nor struck out."""
        return self.filter(replaced_by=None, struck=False)


class Recorded(models.Model):
    """One thing written down about a person; see the head of this module."""

    mutability: ClassVar[Mutability] = Mutability.APPEND_ONLY
    letter: ClassVar[str]
    typed: ClassVar[tuple[str, ...]]
    """The fields that a person types, in the order in which they are read."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="%(class)ss")
    replaces = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="replaced_by"
    )
    struck = models.BooleanField(default=False)
    why = models.CharField(_("why it was changed"), max_length=LINE, blank=True)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    objects = RecordedQuerySet.as_manager()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.reference

    @property
    def reference(self) -> str:
        return f"{self.letter}-{self.pk.hex[:8]}"


def recorded_constraints(prefix: str, *required: str) -> list[models.BaseConstraint]:
    """Struck out only what was there, and with a reason; `required` texts are not empty."""
    return [
        models.CheckConstraint(
            name=f"{prefix}_struck_says_what_and_why",
            condition=Q(struck=False) | (Q(replaces__isnull=False) & ~Q(why="")),
        ),
        models.CheckConstraint(
            name=f"{prefix}_not_its_own_successor",
            condition=Q(replaces=None) | ~Q(replaces=F("id")),
        ),
        *(
            models.CheckConstraint(name=f"{prefix}_has_{field}", condition=~Q(**{field: ""}))
            for field in required
        ),
    ]


class Allergy(Recorded):
    letter = "AL"
    typed = ("substance", "reaction", "source")

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="allergies")
    substance = models.CharField(_("allergic to"), max_length=LINE)
    reaction = models.CharField(_("what happened"), max_length=LINE, blank=True)
    source = models.CharField(_("who said so"), max_length=LINE, blank=True)

    class Meta:
        verbose_name = _("allergy")
        constraints: ClassVar[list[models.BaseConstraint]] = recorded_constraints(
            "allergy", "substance"
        )


class OtherMedicine(Recorded):
    """Another medicine, in the words of its source. Nothing is read out of `taken_as`."""

    letter = "OM"
    typed = ("name", "taken_as", "source", "as_of")

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="medicines")
    name = models.CharField(_("medicine"), max_length=LINE)
    taken_as = models.CharField(_("how it is taken, as told"), max_length=LINE, blank=True)
    source = models.CharField(_("source"), max_length=LINE)
    as_of = models.DateField(_("as of"))

    class Meta:
        verbose_name = _("other medicine")
        constraints: ClassVar[list[models.BaseConstraint]] = recorded_constraints(
            "medicine", "name", "source"
        )


class ContactPerson(Recorded):
    letter = "CP"
    typed = ("kind", "name", "relation", "phone", "address", "may_contact", "note")

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="contact_people")
    kind = models.CharField(_("who this is"), max_length=24)
    name = models.CharField(_("name"), max_length=LINE)
    relation = models.CharField(_("relation or organisation"), max_length=LINE, blank=True)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    address = models.TextField(_("address"), max_length=500, blank=True)
    may_contact = models.CharField(
        _("patient consents to contact"), max_length=10, default=Answer.NOT_ASKED.value
    )
    note = models.CharField(_("note"), max_length=LINE, blank=True)

    class Meta:
        verbose_name = _("contact")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *recorded_constraints("contact", "name"),
            one_of("kind", ContactKind, name="contact_kind_known_word"),
            one_of("may_contact", Answer, name="contact_consent_known_word"),
        ]


class Support(Recorded):
    letter = "SU"
    typed = ("kind", "offered_on", "accepted", "detail")

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="supports")
    kind = models.CharField(_("support"), max_length=24)
    offered_on = models.DateField(_("offered on"))
    accepted = models.CharField(_("accepted"), max_length=10)
    detail = models.CharField(_("where, with whom"), max_length=LINE, blank=True)

    class Meta:
        verbose_name = _("support")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *recorded_constraints("support"),
            one_of("kind", SupportKind, name="support_kind_known_word"),
            one_of("accepted", Answer, name="support_accepted_known_word"),
        ]


class ReversalMedicine(Recorded):
    """Medicine that reverses an overdose: offered, supplied, and to whom it was shown."""

    letter = "RM"
    typed = ("offered", "supplied", "name", "shown_to", "keep_until")

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="reversals")
    offered = models.CharField(_("offered"), max_length=10)
    supplied = models.CharField(_("supplied"), max_length=10)
    name = models.CharField(_("medicine"), max_length=LINE, blank=True)
    shown_to = models.CharField(_("shown to"), max_length=LINE, blank=True)
    keep_until = models.DateField(_("keep until"), null=True, blank=True)

    class Meta:
        verbose_name = _("overdose-reversal medicine")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *recorded_constraints("reversal"),
            one_of("offered", Answer, name="reversal_offered_known_word"),
            one_of("supplied", Answer, name="reversal_supplied_known_word"),
        ]


class Result(Recorded):
    """A result as typed: the value is a text, nothing is read out of it."""

    letter = "RE"
    typed = ("kind", "name", "value", "unit", "dated", "next_on")

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="results")
    kind = models.CharField(_("kind"), max_length=32)
    name = models.CharField(_("name"), max_length=LINE)
    value = models.CharField(_("result"), max_length=LINE)
    unit = models.CharField(_("unit"), max_length=40, blank=True)
    dated = models.DateField(_("date"))
    next_on = models.DateField(_("next on"), null=True, blank=True)

    class Meta:
        verbose_name = _("result")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *recorded_constraints("result", "name", "value"),
            one_of("kind", ResultKind, name="result_kind_known_word"),
            models.CheckConstraint(
                name="result_next_after_this",
                condition=Q(next_on=None) | Q(next_on__gte=F("dated")),
            ),
        ]


class SharedDecision(Recorded):
    """What was talked over and decided with the patient; the latest counts for signing."""

    letter = "SD"
    typed = ("decided_on", "options", "wants", "present", "agreement", "why_not")

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="decisions")
    decided_on = models.DateField(_("date"))
    options = models.TextField(_("options discussed"), max_length=NOTE)
    wants = models.TextField(_("what the patient wants"), max_length=NOTE)
    present = models.CharField(_("who was present"), max_length=LINE)
    agreement = models.CharField(_("agreed"), max_length=10)
    why_not = models.TextField(_("why not"), max_length=NOTE, blank=True)

    class Meta:
        verbose_name = _("shared decision")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *recorded_constraints("decision", "options", "wants", "present"),
            one_of("agreement", Agreement, name="decision_agreement_known_word"),
            models.CheckConstraint(
                name="decision_not_agreed_says_why",
                condition=Q(agreement=Agreement.AGREED.value) | ~Q(why_not=""),
            ),
        ]


class RiskBenefitReview(Recorded):
    """A review that was held, the date set for the next, or both. The latest date set counts."""

    letter = "RB"
    typed = ("held_on", "note", "next_on")

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="reviews")
    held_on = models.DateField(_("held on"), null=True, blank=True)
    note = models.TextField(_("what was weighed"), max_length=NOTE, blank=True)
    next_on = models.DateField(_("next review on"), null=True, blank=True)

    class Meta:
        verbose_name = _("risk-benefit review")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *recorded_constraints("review"),
            models.CheckConstraint(
                name="review_held_or_set",
                condition=Q(held_on__isnull=False) | Q(next_on__isnull=False),
            ),
            models.CheckConstraint(
                name="review_next_after_held",
                condition=Q(held_on=None) | Q(next_on=None) | Q(next_on__gt=F("held_on")),
            ),
        ]


class Consent(Recorded):
    """Who may tell whom what, for what, from when and until when. Withdrawing is a row too."""

    letter = "CO"
    typed = (
        "may_tell", "whom", "what", "purpose", "since", "until", "until_event",
        "how_withdrawn", "how_signed",
    )  # fmt: skip

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="consents")
    may_tell = models.CharField(_("who may tell"), max_length=LINE)
    whom = models.CharField(_("whom"), max_length=LINE)
    what = models.TextField(_("what may be told"), max_length=NOTE)
    purpose = models.CharField(_("for what purpose"), max_length=LINE)
    since = models.DateField(_("from"))
    until = models.DateField(_("until"), null=True, blank=True)
    until_event = models.CharField(_("or until this happens"), max_length=LINE, blank=True)
    how_withdrawn = models.CharField(_("how it is withdrawn"), max_length=LINE)
    how_signed = models.CharField(_("how it was signed"), max_length=LINE)

    class Meta:
        verbose_name = _("consent")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *recorded_constraints(
                "consent", "may_tell", "whom", "what", "purpose", "how_withdrawn", "how_signed"
            ),
            models.CheckConstraint(
                name="consent_has_an_end", condition=Q(until__isnull=False) | ~Q(until_event="")
            ),
            models.CheckConstraint(
                name="consent_ends_after_it_begins",
                condition=Q(until=None) | Q(until__gte=F("since")),
            ),
        ]


class ConsentWithdrawal(models.Model):
    mutability: ClassVar[Mutability] = Mutability.APPEND_ONLY

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    consent = models.OneToOneField(Consent, on_delete=models.PROTECT, related_name="withdrawal")
    withdrawn_on = models.DateField(_("withdrawn on"))
    how = models.CharField(_("how, and to whom it was said"), max_length=LINE)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(name="consent_withdrawal_says_how", condition=~Q(how="")),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def reference(self) -> str:
        return f"CW-{self.pk.hex[:8]}"


class Disclosure(models.Model):
    """One row of the accounting: what left the clinic, to whom, on which ground."""

    mutability: ClassVar[Mutability] = Mutability.APPEND_ONLY

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="disclosures")
    recipient = models.CharField(_("recipient"), max_length=LINE)
    facility = models.CharField(_("facility"), max_length=LINE, blank=True)
    what = models.CharField(_("what was disclosed"), max_length=LINE)
    subject = models.CharField(_("reference"), max_length=80, blank=True)
    ground = models.CharField(_("ground"), max_length=12)
    consent = models.ForeignKey(
        Consent, on_delete=models.PROTECT, null=True, blank=True, related_name="disclosures"
    )
    why = models.CharField(_("reason"), max_length=LINE, blank=True)
    emergency = models.CharField(_("nature of the emergency"), max_length=LINE, blank=True)
    disclosed_at = models.DateTimeField(_("disclosed at"))
    disclosed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["patient", "-disclosed_at"], name="disclosure_by_patient"),
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            one_of("ground", Ground, name="disclosure_ground_known_word"),
            models.CheckConstraint(
                name="disclosure_names_recipient_and_content",
                condition=~Q(recipient="") & ~Q(what=""),
            ),
            models.CheckConstraint(
                name="disclosure_by_consent_names_it",
                condition=Q(ground=Ground.CONSENT.value, consent__isnull=False)
                | (~Q(ground=Ground.CONSENT.value) & Q(consent=None)),
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def reference(self) -> str:
        return f"DI-{self.pk.hex[:8]}"


class AssessmentAnswer(models.Model):
    """One answer to one item; the latest row of an item counts.

    `entry` is the form's token: all answers saved together share it, and it comes once.
    """

    mutability: ClassVar[Mutability] = Mutability.APPEND_ONLY

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="answers")
    entry = models.UUIDField()
    item = models.CharField(max_length=24)
    answer = models.CharField(max_length=10)
    detail = models.TextField(max_length=NOTE, blank=True)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["patient", "item", "-id"], name="answer_latest"),
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["entry", "item"], name="answer_once_in_an_entry"),
            one_of("item", Item, name="answer_item_known_word"),
            one_of("answer", Answer, name="answer_known_word"),
            models.CheckConstraint(
                name="answer_yes_has_detail",
                condition=~Q(answer=Answer.YES.value) | ~Q(detail=""),
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def reference(self) -> str:
        return f"AN-{self.pk}"


class CareTeam(models.Model):
    """Who looks after this patient, in which role, from when; `until` is empty while it lasts."""

    mutability: ClassVar[Mutability] = Mutability.MUTABLE

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="team")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="care_teams")
    role = models.CharField(_("role"), max_length=12)
    since = models.DateField(_("from"))
    until = models.DateField(_("until"), null=True, blank=True)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["user", "patient"], name="care_team_now", condition=Q(until=None)),
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            one_of("role", TeamRole, name="care_team_role_known_word"),
            models.UniqueConstraint(
                fields=["patient", "user", "role"],
                condition=Q(until=None),
                name="care_team_once_at_a_time",
            ),
            models.CheckConstraint(
                name="care_team_ends_after_it_begins",
                condition=Q(until=None) | Q(until__gte=F("since")),
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def reference(self) -> str:
        return f"CT-{self.pk.hex[:8]}"


class EmergencyAccess(models.Model):
    """Somebody opened one restricted record in an emergency, with a reason, for an hour at most."""

    mutability: ClassVar[Mutability] = Mutability.APPEND_ONLY

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="emergencies")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="emergencies")
    reason = models.TextField(_("why it is needed now"), max_length=NOTE)
    at = models.DateTimeField()
    until = models.DateTimeField()

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["user", "patient", "until"], name="emergency_access_now"),
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(name="emergency_access_says_why", condition=~Q(reason="")),
            models.CheckConstraint(
                name="emergency_access_ends_after_it_begins", condition=Q(until__gt=F("at"))
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def reference(self) -> str:
        return f"EA-{self.pk.hex[:8]}"


class EmergencyReview(models.Model):
    """The privacy lead looked at one use of emergency access."""

    mutability: ClassVar[Mutability] = Mutability.APPEND_ONLY

    access = models.OneToOneField(EmergencyAccess, on_delete=models.PROTECT, related_name="review")
    note = models.CharField(_("what was found"), max_length=LINE)
    at = models.DateTimeField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(name="emergency_review_says_what", condition=~Q(note="")),
        ]

    def __str__(self) -> str:
        return f"review of {self.access_id}"


class Joining(models.Model):
    """A named person says that two records are of one person. Both keep what is theirs."""

    mutability: ClassVar[Mutability] = Mutability.APPEND_ONLY

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="joinings")
    into = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="joinings_into")
    why = models.CharField(_("reason"), max_length=LINE)
    at = models.DateTimeField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(name="joining_says_why", condition=~Q(why="")),
            models.CheckConstraint(name="joining_takes_two", condition=~Q(patient=F("into"))),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def reference(self) -> str:
        return f"JO-{self.pk.hex[:8]}"


class Parting(models.Model):
    """The joining was a mistake: the two records stand apart again."""

    mutability: ClassVar[Mutability] = Mutability.APPEND_ONLY

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    joining = models.OneToOneField(Joining, on_delete=models.PROTECT, related_name="parting")
    why = models.CharField(_("reason"), max_length=LINE)
    at = models.DateTimeField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(name="parting_says_why", condition=~Q(why="")),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def reference(self) -> str:
        return f"PA-{self.pk.hex[:8]}"


class SearchWord(models.Model):
    """One word by which a patient is found; written by triggers alone (see `patients.searching`).

    No foreign key: it is an index of what stands elsewhere, and goes with it.
    """

    mutability: ClassVar[Mutability] = Mutability.MUTABLE

    kind = models.CharField(max_length=1, editable=False)
    word = models.CharField(max_length=60, editable=False)
    patient_key = models.UUIDField(editable=False)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["kind", "word", "patient_key"],
                name="search_word",
                opclasses=["varchar_ops", "varchar_pattern_ops", "uuid_ops"],
            ),
            models.Index(fields=["patient_key", "kind", "word"], name="search_word_of"),
        ]

    def __str__(self) -> str:
        return f"W-{self.pk}"


RECORDED: dict[Kind, type[Recorded]] = {
    Kind.ALLERGY: Allergy,
    Kind.MEDICINE: OtherMedicine,
    Kind.CONTACT: ContactPerson,
    Kind.DECISION: SharedDecision,
    Kind.SUPPORT: Support,
    Kind.REVERSAL: ReversalMedicine,
    Kind.RESULT: Result,
    Kind.REVIEW: RiskBenefitReview,
    Kind.CONSENT: Consent,
}


def of_one_person(patients: Iterable[Patient]) -> list[uuid.UUID]:
    """The keys of these records and of every record joined to them."""
    keys = [patient.pk for patient in patients]
    return [*keys, *Patient.objects.filter(joined_to__in=keys).values_list("pk", flat=True)]
