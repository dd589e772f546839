"""What a clinician wrote for the emergency team, beside a red flag. Rows are only added."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from plans.models.escalation import Escalation
from taperplan.audit.append_only import Mutability

if TYPE_CHECKING:
    from plans.models.escalation import EscalationQuerySet


class HandoverNoteQuerySet(models.QuerySet["HandoverNote"]):
    def standing(self, escalation: Escalation) -> HandoverNote | None:
        """The newest: what the handover sheet prints."""
        return (
            self.filter(escalation=escalation)
            .select_related("written_by")
            .order_by("-number")
            .first()
        )

    def of(self, escalations: EscalationQuerySet) -> HandoverNoteQuerySet:
        """The newest of each of these red flags."""
        later = HandoverNote.objects.filter(
            escalation=models.OuterRef("escalation"), number__gt=models.OuterRef("number")
        )
        return self.filter(~models.Exists(later), escalation__in=escalations)


class HandoverNote(models.Model):
    """Situation, background, assessment, what was done; each as typed, any of them empty.

    The newest row of a red flag stands; the ones before it stay readable.
    """

    mutability: ClassVar[Mutability] = Mutability.APPEND_ONLY

    # The key that came with the form.
    id = models.UUIDField(primary_key=True, editable=False)
    escalation = models.ForeignKey(
        Escalation, on_delete=models.PROTECT, related_name="handover_notes"
    )
    number = models.PositiveIntegerField()
    situation = models.TextField(blank=True)
    background = models.TextField(blank=True)
    assessment = models.TextField(blank=True)
    done = models.TextField(blank=True)
    written_at = models.DateTimeField()
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )

    objects = HandoverNoteQuerySet.as_manager()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["escalation", "number"], name="handover_note_number_once"
            ),
            models.CheckConstraint(
                name="handover_note_says_something",
                condition=~Q(situation="", background="", assessment="", done=""),
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def reference(self) -> str:
        return f"HN-{self.pk.hex[:8]}"
