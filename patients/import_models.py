"""A table of existing patients while it is being taken in.

It keeps names only until all of them are registered or it is given up. Then the file and every row
are gone: who is registered stands in their own record.
"""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar, Self

from django.db import models
from django.db.models import Q

from taperplan.accounts.models import Clinic, User
from taperplan.accounts.roles import Permission
from taperplan.audit.append_only import Mutability

FILE_NAME = 200


class ImportState(StrEnum):
    """`LOOKED`: nothing is registered by the last look. `REGISTERING`: batches wait."""

    LOOKED = "looked at"
    REGISTERING = "registering"
    DONE = "done"
    GIVEN_UP = "given up"

    @property
    def over(self) -> bool:
        return self in (ImportState.DONE, ImportState.GIVEN_UP)


class PatientImportQuerySet(models.QuerySet["PatientImport"]):
    def visible_to(self, user: User) -> Self:
        """Of the clinic that `user` works in, for those who register patients there."""
        if user.membership is None or not user.may(Permission.REGISTER_PATIENT):
            return self.none()
        return self.filter(clinic=user.membership.clinic)


class PatientImport(models.Model):
    """Changed by compare-and-swap on `revision`."""

    mutability: ClassVar[Mutability] = Mutability.MUTABLE

    id = models.UUIDField(primary_key=True, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    file_name = models.CharField(max_length=FILE_NAME)
    sha256 = models.CharField(max_length=64)
    content = models.BinaryField(null=True)
    state = models.CharField(max_length=12)
    # By our names of the fields: the column that each is read from.
    mapping = models.JSONField()
    # What the last look found: columns, faults, rows held for a person to decide.
    found = models.JSONField()
    # By line: "new" or "same".
    decisions = models.JSONField()
    rows = models.PositiveIntegerField()
    fresh = models.PositiveIntegerField()
    here = models.PositiveIntegerField()
    revision = models.PositiveIntegerField()
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = PatientImportQuerySet.as_manager()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="patient_import_known_state",
                condition=Q(state__in=[one.value for one in ImportState]),
            ),
            models.CheckConstraint(
                name="patient_import_over_keeps_nothing",
                condition=Q(ended_at__isnull=True) | Q(content__isnull=True),
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["clinic", "-made_at"], name="patient_import_by_clinic"),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def reference(self) -> str:
        return f"PI-{self.pk.hex[:8]}"


class ImportBatch(models.Model):
    """Rows that come in together or not at all; afterwards only how many they were."""

    mutability: ClassVar[Mutability] = Mutability.MUTABLE

    patient_import = models.ForeignKey(
        PatientImport, on_delete=models.PROTECT, related_name="batches"
    )
    number = models.PositiveIntegerField()
    people = models.JSONField(null=True)
    many = models.PositiveIntegerField()
    registered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["patient_import", "number"], name="import_batch_numbered_once"
            ),
            models.CheckConstraint(
                name="import_batch_registered_keeps_nothing",
                condition=Q(registered_at__isnull=True) | Q(people__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.patient_import_id} {self.number}"
