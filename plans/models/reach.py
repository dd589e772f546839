"""Calls that nobody answered, and after how many of them a clinic raises a red flag."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from patients.models import Patient
from plans.models.check_in import LINE, NAME, WORD_LENGTH, CheckIn, Contact
from plans.models.escalation import Escalation, EscalationMove
from plans.rules.redflags import EscalationVerb, Reached
from plans.rules.symptoms import UNANSWERED_CALLS
from taperplan.accounts.models import Clinic
from taperplan.audit.append_only import Mutability

if TYPE_CHECKING:
    from datetime import datetime

    from taperplan.accounts.models import User

_UNANSWERED = (Reached.NO_ANSWER.value, Reached.LEFT_WORD.value)


class CallLimitQuerySet(models.QuerySet["CallLimit"]):
    def in_force(self, clinic: Clinic) -> CallLimit | None:
        return self.filter(clinic=clinic).select_related("written_by").order_by("-number").first()


class CallLimit(models.Model):
    """After how many unanswered calls in a row a same-day red flag is raised, as typed.

    `calls` null: none is raised; until a row stands, none is raised either.
    """

    mutability: ClassVar[Mutability] = Mutability.APPEND_ONLY

    # The key that came with the form.
    id = models.UUIDField(primary_key=True, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField()
    calls = models.PositiveIntegerField(null=True, blank=True)
    written_at = models.DateTimeField()
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )

    objects = CallLimitQuerySet.as_manager()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["clinic", "number"], name="call_limit_numbered_once"),
            models.CheckConstraint(
                name="call_limit_typed", condition=Q(calls__isnull=True) | Q(calls__gt=0)
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def reference(self) -> str:
        return f"CL-{self.pk.hex[:8]}"


class CallAttemptQuerySet(models.QuerySet["CallAttempt"]):
    def visible_to(self, user: User) -> CallAttemptQuerySet:
        return self.filter(patient__in=Patient.objects.visible_to(user))

    def in_a_row(self, patient: Patient) -> CallAttemptQuerySet:
        """Those since somebody spoke with the patient, or the last such red flag was closed."""
        since = _last_heard(patient)
        found = self.filter(patient=patient)
        return found.filter(at__gt=since) if since else found


def _last_heard(patient: Patient) -> datetime | None:
    """When a check-in happened or a contact was made last, or the last flag of this kind ended."""
    spoken = CheckIn.objects.filter(patient=patient).standing().order_by()
    contacts = Contact.objects.filter(patient=patient).order_by()
    closed = EscalationMove.objects.filter(
        escalation__patient=patient,
        escalation__symptom=UNANSWERED_CALLS,
        verb__in=(EscalationVerb.CLOSE.value, EscalationVerb.MARK_IN_ERROR.value),
    ).order_by()
    moments = spoken.values_list("happened_at").union(
        contacts.values_list("happened_at"), closed.values_list("at"), all=True
    )
    return max((moment for (moment,) in moments), default=None)


class CallAttempt(models.Model):
    """A call that did not reach the patient: whom, where, how it ended."""

    mutability: ClassVar[Mutability] = Mutability.APPEND_ONLY

    # The key that came with the form.
    id = models.UUIDField(primary_key=True, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="call_attempts")
    whom = models.CharField(max_length=NAME)
    place = models.CharField(max_length=LINE, blank=True)
    ended = models.CharField(max_length=WORD_LENGTH)
    note = models.TextField(blank=True)
    # The red flag that it raised, where it was the one too many.
    raised = models.ForeignKey(
        Escalation, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )

    objects = CallAttemptQuerySet.as_manager()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(name="call_attempt_names_whom", condition=~Q(whom="")),
            models.CheckConstraint(
                name="call_attempt_reached_nobody", condition=Q(ended__in=_UNANSWERED)
            ),
            models.CheckConstraint(
                name="call_attempt_before_recorded", condition=Q(at__lte=F("recorded_at"))
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["patient", "-at"], name="call_attempt_by_patient"),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def reference(self) -> str:
        return f"CA-{self.pk.hex[:8]}"
