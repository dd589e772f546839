"""How often a person searched or took files lately: one row a person and kind."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from taperplan.accounts.models.people import User
from taperplan.audit.append_only import Mutability


class Use(models.Model):
    """Counted by one statement (`limits.count`), so that no two requests read the same figure."""

    mutability: ClassVar[Mutability] = Mutability.MUTABLE

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=8)
    began_at = models.DateTimeField()
    times = models.PositiveIntegerField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["user", "kind"], name="use_one_row_each"),
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.times}"
