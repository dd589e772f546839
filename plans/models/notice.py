"""What is owed to the people on the ladder, each message that carries it, and the worker's life."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q

from patients.models import EmergencyAccess, in_clinic
from plans.models.check_in import LINE
from plans.models.escalation import Escalation
from plans.models.restored import held
from taperplan.accounts.models import Rung, TestMessage
from taperplan.audit.append_only import Mutability

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from taperplan.accounts.models import Clinic


class OutboxQuerySet(models.QuerySet["Outbox"]):
    def stuck(
        self, clinic: Clinic, *, now: datetime, patience: timedelta, tries: int
    ) -> OutboxQuerySet:
        """Notices that did not reach somebody, of red flags that nobody has acknowledged."""
        old = Q(made_at__lte=now - patience) | Q(made_at__gt=now + patience)
        waiting = (
            Sending.objects.waiting()
            .filter(outbox=OuterRef("pk"))
            .filter(old | Q(tries__gte=tries))
        )
        # Made in the future: the clock was set back.
        due = Q(due_at__lte=now - patience) | Q(made_at__gt=now + patience)
        return self.filter(
            (Q(told_at=None) & due) | Exists(waiting),
            ~held("escalation__"),
            in_clinic(clinic.pk, "escalation__patient"),
            escalation__acknowledged_at=None,
        )


class Outbox(models.Model):
    """A rung that is to be told. The first one is committed with the red flag itself.

    Who stands on the rung is asked when its time comes; `told_at` is when its messages were
    made, in the same transaction as they.
    """

    mutability: ClassVar[Mutability] = Mutability.MUTABLE

    id = models.UUIDField(primary_key=True, editable=False)
    escalation = models.ForeignKey(Escalation, on_delete=models.PROTECT, related_name="outbox")
    # The report that it tells of, or the acknowledgement after which no contact followed.
    move = models.PositiveIntegerField()
    rung = models.PositiveSmallIntegerField()
    # 0 the first time; each reminder is a further row with the next.
    turn = models.PositiveIntegerField()
    made_at = models.DateTimeField()
    due_at = models.DateTimeField()
    told_at = models.DateTimeField(null=True, blank=True)

    objects = OutboxQuerySet.as_manager()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["escalation", "move", "rung", "turn"], name="outbox_one_notice_per_turn"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["due_at"], condition=Q(told_at__isnull=True), name="outbox_waiting"
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def reference(self) -> str:
        return f"NT-{self.pk.hex[:8]}"


class SendingQuerySet(models.QuerySet["Sending"]):
    def waiting(self) -> SendingQuerySet:
        return self.filter(sent_at=None, given_up_at=None)


class Sending(models.Model):
    """One message to one person by one channel. `id` is its Message-ID for as long as it lives:
    a retry carries the same one, a reminder is another sending.
    """

    mutability: ClassVar[Mutability] = Mutability.MUTABLE

    id = models.UUIDField(primary_key=True, editable=False)
    outbox = models.ForeignKey(
        Outbox, on_delete=models.PROTECT, null=True, blank=True, related_name="sendings"
    )
    test = models.OneToOneField(
        TestMessage, on_delete=models.PROTECT, null=True, blank=True, related_name="sending"
    )
    # A use of emergency access, of which the privacy lead is told.
    access = models.ForeignKey(
        EmergencyAccess, on_delete=models.PROTECT, null=True, blank=True, related_name="sendings"
    )
    to = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="sendings",
    )
    address = models.CharField(max_length=254, blank=True)
    channel = models.CharField(max_length=8)
    reference_only = models.BooleanField(default=False)
    made_at = models.DateTimeField()
    next_try_at = models.DateTimeField()
    # The lease. Whoever claimed it may send until then; `claim` is theirs alone.
    claimed_until = models.DateTimeField(null=True, blank=True)
    claim = models.UUIDField(null=True, blank=True)
    tries = models.PositiveIntegerField(default=0, editable=False)
    fault = models.CharField(max_length=LINE, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    given_up_at = models.DateTimeField(null=True, blank=True)

    objects = SendingQuerySet.as_manager()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["outbox", "channel", "address"], name="sending_once_to_each"
            ),
            models.UniqueConstraint(
                fields=["access", "channel", "address"], name="sending_once_of_an_access"
            ),
            models.CheckConstraint(
                name="sending_of_one_thing",
                condition=Q(outbox__isnull=False, test=None, access=None)
                | Q(outbox=None, test__isnull=False, access=None)
                | Q(outbox=None, test=None, access__isnull=False),
            ),
            models.CheckConstraint(
                name="sending_channel_known", condition=Q(channel__in=sorted(Rung.Channel.values))
            ),
            models.CheckConstraint(
                name="sending_sent_or_given_up", condition=Q(sent_at=None) | Q(given_up_at=None)
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["next_try_at"],
                condition=Q(sent_at__isnull=True, given_up_at__isnull=True),
                name="sending_waiting",
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def reference(self) -> str:
        return f"MS-{self.pk.hex[:8]}"


class Heartbeat(models.Model):
    """When a worker last finished a round. One row, whichever worker wrote it."""

    mutability: ClassVar[Mutability] = Mutability.MUTABLE
    ONLY: ClassVar[int] = 1

    id = models.PositiveSmallIntegerField(primary_key=True, editable=False)
    at = models.DateTimeField()
    worker = models.CharField(max_length=80)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(name="heartbeat_only_one", condition=Q(id=1)),
        ]

    def __str__(self) -> str:
        return f"alive at {self.at}"
