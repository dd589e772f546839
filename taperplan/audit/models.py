"""The trail: what happened, who did it, from where. Text only, so it outlives what it names."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from taperplan.audit.append_only import Mutability


class AuditEvent(models.Model):
    """One link of the chain. `digest` is keyed over this row and the digest before it."""

    mutability: ClassVar[Mutability] = Mutability.APPEND_ONLY

    number = models.BigIntegerField(primary_key=True)
    at = models.CharField(max_length=32)
    verb = models.CharField(max_length=40)
    target = models.CharField(max_length=80, blank=True)
    patient = models.CharField(max_length=80, blank=True)
    clinic = models.CharField(max_length=80, blank=True)
    actor = models.CharField(max_length=80, blank=True)
    actor_name = models.CharField(max_length=254, blank=True)
    address = models.CharField(max_length=64, blank=True)
    detail = models.TextField(blank=True)
    # The name of the key that it is sealed with; empty: as the row before.
    key = models.CharField(max_length=12, blank=True, default="", db_default="")
    previous = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["previous"], name="audit_one_successor"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["clinic", "patient", "number"], name="audit_by_patient"),
            models.Index(fields=["clinic", "actor", "number"], name="audit_by_actor"),
            models.Index(fields=["clinic", "at"], name="audit_by_moment"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.verb} {self.target}"


class Restore(models.Model):
    """That this database came out of a backup: as of when, and when it was put back.

    Written by the restore itself, in one piece with the data, so that nothing restored is ever
    there without it. What was written between the two moments is missing.
    """

    mutability: ClassVar[Mutability] = Mutability.APPEND_ONLY

    made_at = models.DateTimeField()
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"restored at {self.at} as of {self.made_at}"
