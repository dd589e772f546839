"""After a restore: what is held until somebody says so, and what was done about the gap."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q

from plans.models.escalation import Escalation
from taperplan.accounts.models import Clinic
from taperplan.audit.append_only import Mutability
from taperplan.audit.models import Restore


def held(path: str = "") -> Exists:
    """Of a red flag: last reported before a restore, and nobody has let it go on since.

    What became of it in the meantime is not in this database: whoever was told may have seen the
    person, or nobody knows of it. A machine must not choose.
    """
    let_go = Released.objects.filter(
        escalation=OuterRef(OuterRef(f"{path}pk")), at__gte=OuterRef("at")
    )
    return Exists(Restore.objects.filter(~Exists(let_go), at__gte=OuterRef(f"{path}reported_at")))


def since_restored(moment: str) -> Exists:
    """Whether a restore came after this moment."""
    return Exists(Restore.objects.filter(at__gte=OuterRef(moment)))


class Released(models.Model):
    """Somebody let the notices of a red flag from before a restore go on."""

    mutability: ClassVar[Mutability] = Mutability.APPEND_ONLY

    escalation = models.ForeignKey(Escalation, on_delete=models.PROTECT, related_name="released")
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"{self.escalation_id} goes on since {self.at}"


class GapAnswerQuerySet(models.QuerySet["GapAnswer"]):
    def open_gaps(self, clinic: Clinic) -> models.QuerySet[Restore]:
        """Restores of which nobody of the clinic has said what was done about them."""
        mine = self.filter(restore=OuterRef("pk"), clinic=clinic)
        return Restore.objects.filter(~Exists(mine))


class GapAnswer(models.Model):
    """What a clinic did about what was recorded between a backup and its restore."""

    mutability: ClassVar[Mutability] = Mutability.APPEND_ONLY

    # The key that came with the form.
    id = models.UUIDField(primary_key=True, editable=False)
    restore = models.ForeignKey(Restore, on_delete=models.PROTECT, related_name="answers")
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    text = models.TextField()
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    objects = GapAnswerQuerySet.as_manager()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["restore", "clinic"], name="gap_answered_once"),
            models.CheckConstraint(name="gap_answer_says_what", condition=~Q(text="")),
        ]

    def __str__(self) -> str:
        return f"{self.restore_id} answered at {self.at}"
