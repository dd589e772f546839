"""How long a record is kept, what holds it, and what stays when it is destroyed.

Nothing is destroyed by itself: a period that the clinic typed makes a record due, two named
people approve, and a tombstone without a clinical word stays. While a legal hold lasts a record
is neither due nor destroyed.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from taperplan.accounts.models import Clinic, User
from taperplan.audit.append_only import Mutability

if TYPE_CHECKING:
    from collections.abc import Callable

    from patients.models import Patient

LINE = 200
LONGEST = 200
# Asked before a record is put away or destroyed: a sentence says what still goes on.
obstacles: list[Callable[[Patient], str]] = []


class RetentionPeriodQuerySet(models.QuerySet["RetentionPeriod"]):
    def in_force(self, clinic: Clinic) -> RetentionPeriod | None:
        return self.filter(clinic=clinic).order_by("-number").first()


class RetentionPeriod(models.Model):
    """The years that a clinic typed. There is no other: where none stands nothing is due."""

    mutability: ClassVar[Mutability] = Mutability.APPEND_ONLY

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="retention")
    number = models.PositiveIntegerField()
    after_last_entry = models.PositiveSmallIntegerField(_("years after the last entry"))
    after_death = models.PositiveSmallIntegerField(_("years after death"), null=True)
    until_age = models.PositiveSmallIntegerField(_("not before this age"), null=True)
    source = models.CharField(_("which rule says so"), max_length=LINE)
    written_at = models.DateTimeField()
    written_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    objects = RetentionPeriodQuerySet.as_manager()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["clinic", "number"], name="retention_numbered_once"),
            models.CheckConstraint(
                name="retention_years_typed",
                condition=Q(after_last_entry__gte=1, after_last_entry__lte=LONGEST) & ~Q(source=""),
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def reference(self) -> str:
        return f"RP-{self.pk.hex[:8]}"


class LegalHold(models.Model):
    """This record is kept whatever its period says, until the hold ends."""

    mutability: ClassVar[Mutability] = Mutability.APPEND_ONLY

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey("patients.Patient", on_delete=models.PROTECT, related_name="holds")
    why = models.CharField(_("why it is held"), max_length=LINE)
    at = models.DateTimeField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(name="legal_hold_says_why", condition=~Q(why="")),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def reference(self) -> str:
        return f"LH-{self.pk.hex[:8]}"


class LegalHoldEnd(models.Model):
    mutability: ClassVar[Mutability] = Mutability.APPEND_ONLY

    hold = models.OneToOneField(LegalHold, on_delete=models.PROTECT, related_name="ended")
    why = models.CharField(_("why it ends"), max_length=LINE)
    at = models.DateTimeField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(name="legal_hold_end_says_why", condition=~Q(why="")),
        ]

    def __str__(self) -> str:
        return f"{self.hold_id} ended"


class Approval(models.Model):
    """One named person agreed that this record is destroyed. It takes two, under one period."""

    mutability: ClassVar[Mutability] = Mutability.APPEND_ONLY

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey(
        "patients.Patient", on_delete=models.PROTECT, related_name="approvals"
    )
    period = models.ForeignKey(RetentionPeriod, on_delete=models.PROTECT, related_name="+")
    # The day of the last entry then: with a later one the approval counts no longer.
    last_entry = models.DateField()
    why = models.CharField(_("why it may go"), max_length=LINE)
    at = models.DateTimeField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(name="approval_says_why", condition=~Q(why="")),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def reference(self) -> str:
        return f"AP-{self.pk.hex[:8]}"


class Tombstone(models.Model):
    """What stays of a record that was destroyed: which, when, by whom, under which rule.

    Its key is the record's. `sha256` is of everything that was destroyed, in one order.
    """

    mutability: ClassVar[Mutability] = Mutability.APPEND_ONLY

    id = models.UUIDField(primary_key=True, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="tombstones")
    period = models.ForeignKey(RetentionPeriod, on_delete=models.PROTECT, related_name="+")
    last_entry = models.DateField()
    rows = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    first_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    first_why = models.CharField(max_length=LINE)
    second_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    second_why = models.CharField(max_length=LINE)
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="tombstone_by_two", condition=~Q(first_by=models.F("second_by"))
            ),
            models.CheckConstraint(
                name="tombstone_says_why", condition=~Q(first_why="") & ~Q(second_why="")
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def reference(self) -> str:
        return f"P-{self.pk.hex[:8]}"


class DestructionPermit(models.Model):
    """Stands inside the transaction of one destruction and is never committed: while it stands
    the triggers of a patient's tables let rows go. Other connections never see it."""

    mutability: ClassVar[Mutability] = Mutability.MUTABLE
    ONLY: ClassVar[int] = 1

    id = models.PositiveSmallIntegerField(primary_key=True, editable=False)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(name="permit_only_one", condition=Q(id=1)),
        ]

    def __str__(self) -> str:
        return "permit"
