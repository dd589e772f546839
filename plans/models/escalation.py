"""What is done about a red flag, from raised to closed. Every move is a numbered row."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from patients.models import Patient, in_clinic, of_person, within_reach
from plans.models.check_in import KEY_LENGTH, LINE, NAME, WORD_LENGTH, CheckInDraft, Contact
from plans.models.exact import one_of
from plans.rules.redflags import (
    ENDED,
    EscalationState,
    EscalationVerb,
    Level,
    MoveHow,
    Reached,
    Source,
)
from taperplan.accounts.roles import Permission
from taperplan.audit.append_only import Mutability

if TYPE_CHECKING:
    from collections.abc import Iterable

    from taperplan.accounts.models import User


STILL_OPEN = ~Q(state__in=sorted(state.value for state in ENDED))


class EscalationQuerySet(models.QuerySet["Escalation"]):
    def visible_to(self, user: User) -> EscalationQuerySet:
        """Of the patients that `user` may see; and every open one of the clinic, restricted or
        not: a red flag that nobody on duty may open would wait."""
        if user.membership is None or not user.may(Permission.VIEW_PATIENTS):
            return self.none()
        return self.filter(
            STILL_OPEN | within_reach(user, "patient__"), in_clinic(user.membership.clinic_id)
        )

    def open_to(self, user: User) -> EscalationQuerySet:
        """`visible_to(user).still_open()`, which asks nothing of a patient but the clinic: a
        count of them is then found from the open ones, whatever is known of the tables."""
        if user.membership is None or not user.may(Permission.VIEW_PATIENTS):
            return self.none()
        return self.filter(STILL_OPEN, in_clinic(user.membership.clinic_id))

    def still_open(self) -> EscalationQuerySet:
        return self.filter(STILL_OPEN)

    def about(self, patient: Patient) -> EscalationQuerySet:
        """Of this record and of those that are joined to it."""
        return self.filter(of_person(patient))

    def open_for(
        self, patients: Iterable[Patient] | models.QuerySet[Patient]
    ) -> EscalationQuerySet:
        """The open red flags of these patients, emergencies first, then the longest waiting."""
        return self.filter(STILL_OPEN, patient__in=patients).order_by("level", "reported_at", "pk")


class Escalation(models.Model):
    """One open red flag for a patient and symptom. Changed only by a move, by compare-and-swap:
    `revision` is the number of its last move.
    """

    mutability: ClassVar[Mutability] = Mutability.MUTABLE

    id = models.UUIDField(primary_key=True, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="escalations")
    symptom = models.CharField(max_length=KEY_LENGTH)
    label = models.CharField(max_length=NAME)
    level = models.CharField(max_length=WORD_LENGTH)
    state = models.CharField(max_length=WORD_LENGTH)
    revision = models.PositiveIntegerField(editable=False)
    raised_at = models.DateTimeField()
    raised_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    # The last report of it: what has to be acknowledged and answered.
    reported_at = models.DateTimeField()
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    acknowledged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    # Whether the ladder still has something to do: set by every report, cleared by the notifier
    # once somebody has answered and everybody whose time had come is told.
    telling = models.BooleanField(default=True, editable=False)

    objects = EscalationQuerySet.as_manager()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["patient", "symptom"],
                condition=STILL_OPEN,
                name="escalation_one_open_per_symptom",
            ),
            one_of("escalation", "level", Level),
            one_of("escalation", "state", EscalationState),
            models.CheckConstraint(
                name="escalation_acknowledged_by_somebody",
                condition=Q(acknowledged_at__isnull=True, acknowledged_by__isnull=True)
                | Q(acknowledged_at__isnull=False, acknowledged_by__isnull=False),
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["patient", "-raised_at"], name="escalation_by_patient"),
            models.Index(fields=["patient"], condition=STILL_OPEN, name="escalation_open"),
            models.Index(fields=["id"], condition=Q(telling=True), name="escalation_telling"),
            # Every page asks whether notices of these are stuck; the others add up over the years.
            models.Index(
                fields=["id"], condition=Q(acknowledged_at=None), name="escalation_unanswered"
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def reference(self) -> str:
        return f"RF-{self.pk.hex[:8]}"

    @property
    def is_open(self) -> bool:
        return EscalationState(self.state).open


class EscalationMove(models.Model):
    """One act on a red flag. Of two at once one gets the number and the other learns who."""

    mutability: ClassVar[Mutability] = Mutability.APPEND_ONLY

    escalation = models.ForeignKey(Escalation, on_delete=models.PROTECT, related_name="moves")
    number = models.PositiveIntegerField()
    verb = models.CharField(max_length=WORD_LENGTH + 8)
    state = models.CharField(max_length=WORD_LENGTH)
    # When it happened; `recorded_at` is when it was written down.
    at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    # None: the system itself (a notice that was delivered).
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    text = models.TextField(blank=True)
    # Of a report: where it came from, when it happened and who said so.
    source = models.CharField(max_length=WORD_LENGTH, blank=True)
    draft = models.ForeignKey(
        CheckInDraft, on_delete=models.PROTECT, null=True, blank=True, related_name="moves"
    )
    contact = models.ForeignKey(
        Contact, on_delete=models.PROTECT, null=True, blank=True, related_name="moves"
    )
    happened = models.CharField(max_length=LINE, blank=True)
    said_by = models.CharField(max_length=NAME, blank=True)
    # Of a contact or an attempt: whom, where, how and whether reached.
    whom = models.CharField(max_length=NAME, blank=True)
    place = models.CharField(max_length=LINE, blank=True)
    how = models.CharField(max_length=WORD_LENGTH, blank=True)
    reached = models.CharField(max_length=WORD_LENGTH, blank=True)
    # The key that came with the form; the same form twice is one row.
    form = models.UUIDField(null=True, blank=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["escalation", "number"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["escalation", "number"], name="escalation_move_number_once"
            ),
            models.UniqueConstraint(
                fields=["escalation", "form", "verb"], name="escalation_move_form_once"
            ),
            one_of("escalation_move", "verb", EscalationVerb),
            one_of("escalation_move", "state", EscalationState),
            one_of("escalation_move", "source", Source, blank=True),
            one_of("escalation_move", "how", MoveHow, blank=True),
            one_of("escalation_move", "reached", Reached, blank=True),
            models.CheckConstraint(
                name="escalation_move_report_has_a_source",
                condition=~Q(verb__in=[EscalationVerb.RAISE.value, EscalationVerb.REPORT.value])
                | ~Q(source=""),
            ),
            models.CheckConstraint(
                name="escalation_move_contact_names_whom",
                condition=~Q(verb__in=[EscalationVerb.CONTACT.value, EscalationVerb.ATTEMPT.value])
                | (~Q(whom="") & ~Q(how="") & ~Q(reached="")),
            ),
            models.CheckConstraint(
                name="escalation_move_says_why",
                condition=~Q(
                    verb__in=[
                        EscalationVerb.OUTCOME.value,
                        EscalationVerb.INSTEAD.value,
                        EscalationVerb.REOPEN.value,
                        EscalationVerb.TAKE_BACK.value,
                        EscalationVerb.MARK_IN_ERROR.value,
                    ]
                )
                | ~Q(text=""),
            ),
            models.CheckConstraint(
                name="escalation_move_by_somebody",
                condition=Q(by__isnull=False) | Q(verb=EscalationVerb.NOTIFY.value),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.escalation_id} {self.number} {self.verb}"
