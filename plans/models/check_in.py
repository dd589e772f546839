"""What was asked, told and measured on one day, and what the clinician decided then.

A draft is the answers exactly as they were typed. Completing reads them once and seals a
check-in under the same key: its rows are inserted first and the check-in last, after which
the database refuses any change below it. A correction is a further check-in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q

from patients.models import Patient, of_person
from plans.models.exact import Exact, exact_constraint, exact_fields, in_order, one_of
from plans.models.plan import Plan, Version
from plans.models.schedule import Drug, Product
from plans.rules.check_in_words import (
    TELEPHONED,
    AskedKind,
    ContactHow,
    Decision,
    DraftState,
    How,
    Kind,
    NextHow,
    Reporter,
    TakenAs,
    YesNo,
)
from plans.rules.symptoms import Severity, Suicide
from plans.rules.vital_words import Vital, VitalUnit
from taperplan.audit.append_only import Mutability

if TYPE_CHECKING:
    from taperplan.accounts.models import User

KEY_LENGTH = 32
WORD_LENGTH = 24
LINE = 300
NAME = 200
PHONE = 40


class CheckInDraftQuerySet(models.QuerySet["CheckInDraft"]):
    def visible_to(self, user: User) -> CheckInDraftQuerySet:
        return self.filter(patient__in=Patient.objects.visible_to(user))

    def still_open(self) -> CheckInDraftQuerySet:
        return self.filter(state=DraftState.OPEN.value)


class CheckInDraft(models.Model):
    """What is being typed: one flat document of boxes, each the text that was typed.

    It stays after completing: what a person typed is the source of what was sealed, and what
    was recorded on the wrong patient opens from it again. Its key is the check-in's key.
    """

    mutability: ClassVar[Mutability] = Mutability.MUTABLE

    id = models.UUIDField(primary_key=True, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="check_in_drafts")
    corrects = models.ForeignKey(
        "CheckIn", on_delete=models.PROTECT, null=True, blank=True, related_name="corrections"
    )
    state = models.CharField(max_length=WORD_LENGTH)
    answers = models.JSONField()
    revision = models.PositiveIntegerField(default=1, editable=False)
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )

    objects = CheckInDraftQuerySet.as_manager()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            one_of("check_in_draft", "state", DraftState),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["patient", "opened_at"],
                condition=Q(state="open"),
                name="check_in_draft_open",
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def reference(self) -> str:
        return f"CI-{self.pk.hex[:8]}-draft"


class CheckInQuerySet(models.QuerySet["CheckIn"]):
    def visible_to(self, user: User) -> CheckInQuerySet:
        return self.filter(patient__in=Patient.objects.visible_to(user))

    def about(self, patient: Patient) -> CheckInQuerySet:
        """Of this record and of those that are joined to it."""
        return self.filter(of_person(patient))

    def standing(self) -> CheckInQuerySet:
        """Neither corrected by a later one nor entered in error."""
        return self.filter(
            ~Exists(CheckIn.objects.filter(supersedes=OuterRef("pk"))),
            ~Exists(EnteredInError.objects.filter(check_in=OuterRef("pk"))),
        )

    def newest_first(self) -> CheckInQuerySet:
        return self.order_by("-happened_at", "-recorded_at", "-pk")


class CheckIn(models.Model):
    """One check-in, sealed. Three times are kept: happened, told to us, recorded.

    `denied` is one document, who answered -> catalogue keys; with the rows of what was present
    and what was declined it is the whole answer, and a key in none of them was not asked.
    """

    mutability: ClassVar[Mutability] = Mutability.SEALED

    id = models.UUIDField(primary_key=True, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="check_ins")
    kind = models.CharField(max_length=WORD_LENGTH)
    version = models.ForeignKey(
        Version, on_delete=models.PROTECT, null=True, blank=True, related_name="check_ins"
    )
    period_from = models.DateField(null=True, blank=True)
    period_until = models.DateField(null=True, blank=True)
    supersedes = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="superseded_by"
    )
    correction_reason = models.TextField(blank=True)

    happened_at = models.DateTimeField()
    told_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    how = models.CharField(max_length=WORD_LENGTH)
    reported_by = models.CharField(max_length=WORD_LENGTH)
    reporter_name = models.CharField(max_length=NAME, blank=True)
    where_now = models.CharField(max_length=LINE, blank=True)
    call_back = models.CharField(max_length=PHONE, blank=True)

    denied = models.JSONField()
    rest_denied = models.BooleanField()

    suicide = models.CharField(max_length=32)
    suicide_asked_by = models.CharField(max_length=NAME, blank=True)
    suicide_why_not = models.TextField(blank=True)
    suicide_words = models.TextField(blank=True)
    suicide_earlier_attempts = models.TextField(blank=True)
    suicide_means = models.TextField(blank=True)
    suicide_means_done = models.TextField(blank=True)
    suicide_protects = models.TextField(blank=True)
    suicide_safety_plan = models.TextField(blank=True)
    suicide_copy_given = models.CharField(max_length=WORD_LENGTH, blank=True)
    suicide_told = models.TextField(blank=True)

    mood = models.TextField(blank=True)
    alcohol_and_drugs = models.TextField(blank=True)
    driving = models.TextField(blank=True)
    note = models.TextField(blank=True)
    in_confidence = models.BooleanField()

    decision = models.CharField(max_length=WORD_LENGTH)
    decision_reason = models.TextField(blank=True)
    next_on = models.DateField(null=True, blank=True)
    next_how = models.CharField(max_length=WORD_LENGTH, blank=True, default="", db_default="")
    no_next_reason = models.TextField(blank=True)

    objects = CheckInQuerySet.as_manager()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            one_of("check_in", "kind", Kind),
            one_of("check_in", "how", How),
            one_of("check_in", "reported_by", Reporter),
            one_of("check_in", "suicide", Suicide),
            one_of("check_in", "suicide_copy_given", YesNo, blank=True),
            one_of("check_in", "decision", Decision),
            one_of("check_in", "next_how", NextHow, blank=True),
            in_order("check_in", "period_from", "period_until"),
            models.CheckConstraint(
                name="check_in_baseline_has_no_version",
                condition=Q(kind=Kind.BASELINE.value, version__isnull=True)
                | (~Q(kind=Kind.BASELINE.value) & Q(version__isnull=False)),
            ),
            models.CheckConstraint(
                name="check_in_correction_says_why",
                condition=Q(supersedes__isnull=True, correction_reason="")
                | (Q(supersedes__isnull=False) & ~Q(correction_reason="")),
            ),
            models.CheckConstraint(
                name="check_in_happened_before_recorded",
                condition=Q(happened_at__lte=F("recorded_at"), told_at__lte=F("recorded_at")),
            ),
            models.CheckConstraint(
                name="check_in_far_away_says_where",
                condition=~Q(how__in=[how.value for how in TELEPHONED])
                | (~Q(where_now="") & ~Q(call_back="")),
            ),
            models.CheckConstraint(
                name="check_in_decision_says_why",
                condition=Q(decision=Decision.CONTINUE.value) | ~Q(decision_reason=""),
            ),
            models.CheckConstraint(
                name="check_in_next_date_or_why_none",
                condition=Q(next_on__isnull=False, no_next_reason="")
                | (Q(next_on__isnull=True) & ~Q(no_next_reason="")),
            ),
            models.CheckConstraint(
                name="check_in_next_how_of_a_date",
                condition=Q(next_how="") | Q(next_on__isnull=False),
            ),
            models.CheckConstraint(
                name="check_in_suicide_not_asked_says_why",
                condition=~Q(suicide=Suicide.NOT_ASKED_WHY.value) | ~Q(suicide_why_not=""),
            ),
            models.CheckConstraint(
                name="check_in_confidence_about_a_note",
                condition=Q(in_confidence=False) | ~Q(note=""),
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["patient", "-happened_at"], name="check_in_by_patient"),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def reference(self) -> str:
        return f"CI-{self.pk.hex[:8]}"


class PresentSymptom(models.Model):
    """One thing that was present. Events have their own questions instead of a severity."""

    mutability: ClassVar[Mutability] = Mutability.SEALED
    sealed_by: ClassVar[str] = "check_in"

    check_in = models.ForeignKey(CheckIn, on_delete=models.PROTECT, related_name="present")
    key = models.CharField(max_length=KEY_LENGTH)
    # What it was called then; a later relabelling does not reach back.
    label = models.CharField(max_length=NAME)
    answered_by = models.CharField(max_length=WORD_LENGTH)
    event = models.BooleanField()
    # Whether it was starred then, whatever the clinic's catalogue says since.
    star = models.BooleanField()
    severity = models.CharField(max_length=WORD_LENGTH, blank=True)
    interference = models.PositiveSmallIntegerField(null=True, blank=True)
    onset = models.CharField(max_length=LINE, blank=True)
    note = models.TextField(blank=True)
    how_many = models.PositiveIntegerField(null=True, blank=True)
    when_each = models.CharField(max_length=LINE, blank=True)
    how_long = models.CharField(max_length=LINE, blank=True)
    witnessed_by = models.CharField(max_length=LINE, blank=True)
    injured = models.CharField(max_length=WORD_LENGTH, blank=True)
    first_ever = models.CharField(max_length=WORD_LENGTH, blank=True)
    ambulance_or_hospital = models.CharField(max_length=WORD_LENGTH, blank=True)
    last_dose_before = models.CharField(max_length=LINE, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["check_in", "key"], name="present_symptom_once"),
            one_of("present_symptom", "answered_by", Reporter),
            one_of("present_symptom", "severity", Severity, blank=True),
            one_of("present_symptom", "injured", YesNo, blank=True),
            one_of("present_symptom", "first_ever", YesNo, blank=True),
            one_of("present_symptom", "ambulance_or_hospital", YesNo, blank=True),
            models.CheckConstraint(
                name="present_symptom_event_has_no_severity",
                condition=Q(event=False) | Q(severity="", interference__isnull=True),
            ),
            models.CheckConstraint(
                name="present_symptom_interference_0_to_3",
                condition=Q(interference__isnull=True) | Q(interference__lte=3),
            ),
            models.CheckConstraint(name="present_symptom_has_a_label", condition=~Q(label="")),
        ]

    def __str__(self) -> str:
        return f"{self.check_in_id} {self.key}"


class DeclinedSymptom(models.Model):
    """Asked and declined, could not answer, or could not be asked (then with why)."""

    mutability: ClassVar[Mutability] = Mutability.SEALED
    sealed_by: ClassVar[str] = "check_in"

    check_in = models.ForeignKey(CheckIn, on_delete=models.PROTECT, related_name="declined")
    key = models.CharField(max_length=KEY_LENGTH)
    label = models.CharField(max_length=NAME)
    could_be_asked = models.BooleanField()
    why = models.TextField(blank=True)
    answered_by = models.CharField(max_length=WORD_LENGTH)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["check_in", "key"], name="declined_symptom_once"),
            one_of("declined_symptom", "answered_by", Reporter),
            models.CheckConstraint(
                name="declined_symptom_not_asked_says_why",
                condition=Q(could_be_asked=True) | ~Q(why=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.check_in_id} {self.key}"


class VitalSign(models.Model):
    """One figure. What was not measured has no row: it is not recorded, never 0."""

    mutability: ClassVar[Mutability] = Mutability.SEALED
    sealed_by: ClassVar[str] = "check_in"

    check_in = models.ForeignKey(CheckIn, on_delete=models.PROTECT, related_name="vital_signs")
    vital = models.CharField(max_length=WORD_LENGTH)
    value_numerator, value_denominator = exact_fields()
    unit = models.CharField(max_length=WORD_LENGTH)
    typed = models.CharField(max_length=NAME)
    # The limit that it was beyond when it was recorded, in words; empty: none.
    beyond = models.CharField(max_length=NAME, blank=True, default="", db_default="")

    value = Exact("value")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["check_in", "vital"], name="vital_sign_once"),
            one_of("vital_sign", "vital", Vital),
            one_of("vital_sign", "unit", VitalUnit),
            exact_constraint("vital_sign", "value", zero=True),
        ]

    def __str__(self) -> str:
        return f"{self.check_in_id} {self.vital}"


class Taken(models.Model):
    """What was taken of one drug since the last check-in, as told. Not known stays not known."""

    mutability: ClassVar[Mutability] = Mutability.SEALED
    sealed_by: ClassVar[str] = "check_in"

    check_in = models.ForeignKey(CheckIn, on_delete=models.PROTECT, related_name="taken")
    drug = models.ForeignKey(Drug, on_delete=models.PROTECT, related_name="taken")
    answer = models.CharField(max_length=WORD_LENGTH)
    note = models.TextField(blank=True)
    last_product = models.CharField(max_length=LINE, blank=True)
    last_strength = models.CharField(max_length=LINE, blank=True)
    last_amount = models.CharField(max_length=LINE, blank=True)
    last_when = models.CharField(max_length=LINE, blank=True)
    in_hand = models.CharField(max_length=LINE, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["check_in", "drug"], name="taken_drug_once"),
            one_of("taken", "answer", TakenAs),
        ]

    def __str__(self) -> str:
        return f"{self.check_in_id} {self.answer}"


class TakenAmount(models.Model):
    """An amount of one product on each day of a range, as typed; an as-needed dose by its day."""

    mutability: ClassVar[Mutability] = Mutability.SEALED
    sealed_by: ClassVar[str] = "check_in"

    check_in = models.ForeignKey(CheckIn, on_delete=models.PROTECT, related_name="taken_amounts")
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="taken_amounts")
    position = models.PositiveSmallIntegerField()
    first_day = models.DateField()
    last_day = models.DateField()
    quantity_numerator, quantity_denominator = exact_fields()
    typed = models.CharField(max_length=NAME)

    quantity = Exact("quantity")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["check_in", "position"], name="taken_amount_position_once"
            ),
            in_order("taken_amount", "first_day", "last_day"),
            exact_constraint("taken_amount", "quantity", zero=True),
        ]

    def __str__(self) -> str:
        return f"{self.check_in_id} {self.position}"


class ScaleTotal(models.Model):
    """A total as its rater gave it. No band, no colour, no action belongs to it."""

    mutability: ClassVar[Mutability] = Mutability.SEALED
    sealed_by: ClassVar[str] = "check_in"

    check_in = models.ForeignKey(CheckIn, on_delete=models.PROTECT, related_name="scale_totals")
    scale = models.CharField(max_length=WORD_LENGTH)
    version = models.CharField(max_length=NAME, blank=True)
    total_numerator, total_denominator = exact_fields()
    rated_on = models.DateField()
    rater = models.CharField(max_length=NAME)

    total = Exact("total")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["check_in", "scale"], name="scale_total_once"),
            models.CheckConstraint(name="scale_total_names_its_rater", condition=~Q(rater="")),
            exact_constraint("scale_total", "total", zero=True),
        ]

    def __str__(self) -> str:
        return f"{self.check_in_id} {self.scale}"


class EnteredInError(models.Model):
    """A named person says that this check-in is of another patient, and why."""

    mutability: ClassVar[Mutability] = Mutability.APPEND_ONLY

    check_in = models.OneToOneField(
        CheckIn, on_delete=models.PROTECT, related_name="entered_in_error"
    )
    reason = models.TextField()
    # Where what was typed was opened again, on the right patient.
    reopened_as = models.ForeignKey(
        CheckInDraft, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(name="entered_in_error_says_why", condition=~Q(reason="")),
        ]

    def __str__(self) -> str:
        return f"{self.check_in_id}"


class ContactQuerySet(models.QuerySet["Contact"]):
    def visible_to(self, user: User) -> ContactQuerySet:
        return self.filter(patient__in=Patient.objects.visible_to(user))


class Contact(models.Model):
    """A call, message or letter that is not a check-in."""

    mutability: ClassVar[Mutability] = Mutability.APPEND_ONLY

    id = models.UUIDField(primary_key=True, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="contacts")
    how = models.CharField(max_length=WORD_LENGTH)
    with_whom = models.CharField(max_length=NAME)
    about = models.TextField()
    agreed = models.TextField(blank=True)
    question = models.TextField(blank=True)
    question_to = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="questions",
    )
    happened_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )

    objects = ContactQuerySet.as_manager()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            one_of("contact", "how", ContactHow),
            models.CheckConstraint(
                name="contact_says_with_whom_about_what",
                condition=~Q(with_whom="") & ~Q(about=""),
            ),
            models.CheckConstraint(
                name="contact_question_to_a_named_person",
                condition=Q(question="", question_to__isnull=True)
                | (~Q(question="") & Q(question_to__isnull=False)),
            ),
            models.CheckConstraint(
                name="contact_happened_before_recorded",
                condition=Q(happened_at__lte=F("recorded_at")),
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["patient", "-happened_at"], name="contact_by_patient"),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def reference(self) -> str:
        return f"CO-{self.pk.hex[:8]}"


class RequestQuerySet(models.QuerySet["Request"]):
    def visible_to(self, user: User) -> RequestQuerySet:
        return self.filter(patient__in=Patient.objects.visible_to(user))

    def unanswered(self) -> RequestQuerySet:
        """Asked for, not yet signed. One of a check-in that no longer stands asks no more."""
        return self.filter(
            ~Exists(RequestAnswer.objects.filter(request=OuterRef("pk"))),
            ~Exists(CheckIn.objects.filter(supersedes=OuterRef("check_in"))),
            ~Exists(EnteredInError.objects.filter(check_in=OuterRef("check_in"))),
        )


class Request(models.Model):
    """Asked for, not yet signed: a change of plan that waits for a prescriber.

    With `given_by` it is an instruction that a prescriber gave by telephone, in the words used.
    """

    mutability: ClassVar[Mutability] = Mutability.APPEND_ONLY

    id = models.UUIDField(primary_key=True, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="requests")
    plan = models.ForeignKey(
        Plan, on_delete=models.PROTECT, null=True, blank=True, related_name="requests"
    )
    # The check-in of the same key, where one asked for it.
    check_in = models.OneToOneField(
        CheckIn, on_delete=models.PROTECT, null=True, blank=True, related_name="request"
    )
    asked = models.CharField(max_length=WORD_LENGTH)
    words = models.TextField()
    given_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="instructions",
    )
    read_back = models.BooleanField(null=True, blank=True)
    # When an instruction was given by telephone.
    given_at = models.DateTimeField(null=True, blank=True)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    objects = RequestQuerySet.as_manager()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            one_of("request", "asked", AskedKind),
            models.CheckConstraint(name="request_has_words", condition=~Q(words="")),
            models.CheckConstraint(
                name="request_given_by_telephone_was_read_back",
                condition=Q(given_by__isnull=True, read_back__isnull=True, given_at__isnull=True)
                | Q(given_by__isnull=False, read_back__isnull=False, given_at__isnull=False),
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["patient", "at"], name="request_by_patient"),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def reference(self) -> str:
        return f"RQ-{self.pk.hex[:8]}"


class RequestAnswer(models.Model):
    """A prescriber's answer: the version that was signed, or why not."""

    mutability: ClassVar[Mutability] = Mutability.APPEND_ONLY

    request = models.OneToOneField(Request, on_delete=models.PROTECT, related_name="answer")
    version = models.ForeignKey(
        Version, on_delete=models.PROTECT, null=True, blank=True, related_name="answers"
    )
    declined_because = models.TextField(blank=True)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="request_answer_signed_or_declined_with_reason",
                condition=Q(version__isnull=False, declined_because="")
                | (Q(version__isnull=True) & ~Q(declined_because="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.request_id}"


class FollowUpQuerySet(models.QuerySet["FollowUp"]):
    def visible_to(self, user: User) -> FollowUpQuerySet:
        # Each row asks for its own patient: nearly everybody has one, and few days are asked for.
        of_row = Patient.objects.visible_to(user).filter(pk=models.OuterRef("patient_id"))
        return self.filter(models.Exists(of_row))


class FollowUp(models.Model):
    """When the next check-in of a patient is due, as a person typed it. One row a patient."""

    mutability: ClassVar[Mutability] = Mutability.MUTABLE

    patient = models.OneToOneField(Patient, on_delete=models.PROTECT, related_name="follow_up")
    due_on = models.DateField(null=True, blank=True)
    # How it takes place, where somebody chose it.
    how = models.CharField(max_length=WORD_LENGTH, blank=True, default="", db_default="")
    check_in = models.ForeignKey(
        CheckIn, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    # When that check-in happened: an older one, written down later, does not set the date back.
    as_of = models.DateTimeField()
    # Whether it left a safety question open; the patient then stays on the worklist.
    safety_open = models.BooleanField()
    set_at = models.DateTimeField()
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    objects = FollowUpQuerySet.as_manager()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            one_of("follow_up", "how", NextHow, blank=True),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["due_on"], name="follow_up_due"),
            models.Index(
                fields=["patient"], condition=Q(safety_open=True), name="follow_up_safety_open"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.patient_id} {self.due_on}"


class MissedCheckIn(models.Model):
    """A check-in that was due and did not happen, with what was tried and the new date."""

    mutability: ClassVar[Mutability] = Mutability.APPEND_ONLY

    id = models.UUIDField(primary_key=True, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="missed_check_ins")
    due_on = models.DateField()
    tried = models.TextField()
    next_on = models.DateField(null=True, blank=True)
    next_how = models.CharField(max_length=WORD_LENGTH, blank=True, default="", db_default="")
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["patient", "due_on"], name="missed_check_in_once"),
            one_of("missed_check_in", "next_how", NextHow, blank=True),
            models.CheckConstraint(
                name="missed_check_in_says_what_was_tried", condition=~Q(tried="")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.patient_id} {self.due_on}"

    @property
    def reference(self) -> str:
        return f"MC-{self.pk.hex[:8]}"
