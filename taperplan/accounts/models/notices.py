"""How a clinic is told: the week of its rota and hours, who stands in, where pagers listen.

As everything about danger, nothing here is rewritten: a change is a further row.
"""

from __future__ import annotations

import base64
import uuid
from typing import TYPE_CHECKING, ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from taperplan.accounts.models.clinic import Clinic
from taperplan.accounts.models.people import User
from taperplan.accounts.week import Span
from taperplan.audit.append_only import Mutability

if TYPE_CHECKING:
    from datetime import date

EVERY_DAY = 0b111_1111


class WeekQuerySet(models.QuerySet["Week"]):
    def in_force(self, clinic: Clinic, kind: Week.Kind) -> Week | None:
        return self.filter(clinic=clinic, kind=kind).order_by("-number").first()


class Week(models.Model):
    """Who is on call at which hour, or when the clinic is open. Its spans come before it."""

    mutability: ClassVar[Mutability] = Mutability.APPEND_ONLY

    class Kind(models.TextChoices):
        ROTA = "rota", _("Who is on call")
        HOURS = "hours", _("Hours in which a same-day red flag is told")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="weeks")
    kind = models.CharField(max_length=8, choices=Kind)
    number = models.PositiveIntegerField()
    written_at = models.DateTimeField()
    written_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    objects = WeekQuerySet.as_manager()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["clinic", "kind", "number"], name="week_numbered_once"),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def reference(self) -> str:
        return f"W-{self.pk.hex[:8]}"

    def as_spans(self) -> list[Span[User | None]]:
        """One statement."""
        return [
            Span(
                days=frozenset(day for day in range(7) if row.days & 1 << day),
                begins=row.begins,
                ends=row.ends,
                who=row.person,
            )
            for row in self.spans.select_related("person").order_by("position")
        ]


class WeekSpan(models.Model):
    """Some days of the week, from one time to another; in a rota, the person who is on call."""

    mutability: ClassVar[Mutability] = Mutability.SEALED
    sealed_by: ClassVar[str] = "week"

    week = models.ForeignKey(Week, on_delete=models.PROTECT, related_name="spans")
    position = models.PositiveIntegerField()
    # One bit a day, Monday the lowest.
    days = models.PositiveSmallIntegerField()
    begins = models.TimeField()
    ends = models.TimeField()
    person = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["week", "position"], name="week_span_position_once"),
            models.CheckConstraint(
                name="week_span_has_a_day", condition=Q(days__gt=0, days__lte=EVERY_DAY)
            ),
        ]

    def __str__(self) -> str:
        return f"span {self.position}"


class AbsenceQuerySet(models.QuerySet["Absence"]):
    def standing(self) -> AbsenceQuerySet:
        return self.filter(ended=None)

    def on(self, clinic: Clinic, day: date) -> AbsenceQuerySet:
        """Who of the clinic is away on this day."""
        return self.standing().filter(clinic=clinic, first_day__lte=day, last_day__gte=day)


class Absence(models.Model):
    """Somebody is away, and names who is told in their place."""

    mutability: ClassVar[Mutability] = Mutability.APPEND_ONLY

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="absences")
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="absences")
    deputy = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    first_day = models.DateField()
    last_day = models.DateField()
    written_at = models.DateTimeField()
    written_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    objects = AbsenceQuerySet.as_manager()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="absence_deputy_is_another", condition=~Q(deputy=F("person"))
            ),
            models.CheckConstraint(
                name="absence_ends_after_it_begins", condition=Q(last_day__gte=F("first_day"))
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def reference(self) -> str:
        return f"AB-{self.pk.hex[:8]}"


class AbsenceEnd(models.Model):
    """Back before the last day, or never away."""

    mutability: ClassVar[Mutability] = Mutability.APPEND_ONLY

    absence = models.OneToOneField(Absence, on_delete=models.PROTECT, related_name="ended")
    at = models.DateTimeField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"{self.absence_id} ended"


class WebhookQuerySet(models.QuerySet["Webhook"]):
    def newest(self, clinic: Clinic) -> Webhook | None:
        return self.filter(clinic=clinic).order_by("-number").first()

    def in_force(self, clinic: Clinic) -> Webhook | None:
        """Where the clinic's pagers listen; None where it has switched that off."""
        last = self.newest(clinic)
        return last if last is not None and last.url else None


class Webhook(models.Model):
    """An address that pages somebody when it is sent a signed message. Empty: switched off."""

    mutability: ClassVar[Mutability] = Mutability.APPEND_ONLY

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="webhooks")
    number = models.PositiveIntegerField()
    url = models.CharField(max_length=500, blank=True)
    written_at = models.DateTimeField()
    written_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    objects = WebhookQuerySet.as_manager()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["clinic", "number"], name="webhook_numbered_once"),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def reference(self) -> str:
        return f"WH-{self.pk.hex[:8]}"

    @property
    def secret(self) -> bytes:
        """Derived from the site's key and this row: it stands in no table and no backup."""
        return salted_hmac("taperplan.webhook", str(self.pk), algorithm="sha256").digest()

    @property
    def shown_secret(self) -> str:
        return "whsec_" + base64.b64encode(self.secret).decode()
