"""What was in force elsewhere before ours: history, as told, not signed here.

Nothing reads a dose from it. Ours begins where our prescriber signs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from patients.models import Patient
from plans.models.plan import Plan
from taperplan.audit.append_only import Mutability

if TYPE_CHECKING:
    from plans.rules.carried import CarriedRow
    from taperplan.accounts.models import User


class TakenOverQuerySet(models.QuerySet["TakenOver"]):
    def visible_to(self, user: User) -> TakenOverQuerySet:
        return self.filter(patient__in=Patient.objects.visible_to(user))


class TakenOver(models.Model):
    """A plan that somebody else had set, in words: typed from a paper, or read from a file.

    `plan` is the plan of ours that goes on from it, where there is one yet. `as_told` holds its
    lines as they stood in the source, one a line; `source_digest` is the SHA-256 of a file.
    """

    mutability: ClassVar[Mutability] = Mutability.APPEND_ONLY

    id = models.UUIDField(primary_key=True, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="taken_over")
    plan = models.ForeignKey(
        Plan, on_delete=models.PROTECT, null=True, blank=True, related_name="taken_over"
    )
    set_by = models.CharField(max_length=200)
    source = models.CharField(max_length=500)
    source_digest = models.CharField(max_length=64, blank=True)
    since = models.DateField(null=True, blank=True)
    until = models.DateField(null=True, blank=True)
    as_told = models.TextField()
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    objects = TakenOverQuerySet.as_manager()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="taken_over_says_from_whom_and_what",
                condition=~Q(set_by="") & ~Q(source="") & ~Q(as_told=""),
            ),
            # Either day may be unknown; where both are known they are in order.
            models.CheckConstraint(
                name="taken_over_days_in_order",
                condition=Q(since__isnull=True)
                | Q(until__isnull=True)
                | Q(until__gte=models.F("since")),
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def reference(self) -> str:
        return f"TO-{self.pk.hex[:8]}"


class TakenOverRow(models.Model):
    """One row of a plan taken over from a file: its lines, and what of it may be carried into a
    draft (drug, strength, pattern, slots). It has no place for a quantity."""

    mutability: ClassVar[Mutability] = Mutability.APPEND_ONLY

    taken_over = models.ForeignKey(TakenOver, on_delete=models.PROTECT, related_name="rows")
    number = models.PositiveSmallIntegerField()
    said = models.TextField()
    # The document of `plans.rules.carried`.
    pattern = models.JSONField()

    class Meta:
        ordering: ClassVar[list[str]] = ["number"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["taken_over", "number"], name="taken_over_row_number_once"
            ),
            models.CheckConstraint(name="taken_over_row_says_something", condition=~Q(said="")),
        ]

    def __str__(self) -> str:
        return f"{self.taken_over_id}: {self.number}"

    def carried(self) -> CarriedRow:
        from plans.rules.carried import row_of

        return row_of(self.said, self.pattern)
