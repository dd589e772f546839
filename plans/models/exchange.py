"""Keys that let another program read: what each may read, for whom, until when."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q, lookups
from django.db.models.functions import Length

from patients.vocabulary import Ground
from plans.models.exact import one_of
from plans.rules.exchange import KeyKind
from taperplan.accounts.models import Clinic
from taperplan.accounts.roles import Permission
from taperplan.audit.append_only import Mutability

if TYPE_CHECKING:
    from datetime import datetime

    from taperplan.accounts.models import User

# On these grounds a program may read; the patient reads no key.
KEY_GROUNDS = (Ground.TREATMENT, Ground.CONSENT, Ground.LAW)


class AccessKeyQuerySet(models.QuerySet["AccessKey"]):
    def visible_to(self, user: User) -> AccessKeyQuerySet:
        """The keys of programs for an administrator; for everybody their own calendar's."""
        if user.membership is None:
            return self.none()
        mine = Q(kind=KeyKind.CALENDAR.value, answers_for=user)
        if user.may(Permission.MANAGE_CLINIC):
            mine |= Q(kind=KeyKind.PROGRAM.value)
        return self.filter(mine, clinic=user.membership.clinic)


class AccessKey(models.Model):
    """One key. Its text is shown once and kept only as a digest.

    It sees what the person who answers for it sees, and nothing once that person has left.
    """

    mutability: ClassVar[Mutability] = Mutability.MUTABLE

    id = models.UUIDField(primary_key=True, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="access_keys")
    kind = models.CharField(max_length=12)
    recipient = models.CharField(max_length=200)
    answers_for = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="access_keys"
    )
    # Words of `plans.rules.exchange.Part`, parted by blanks; none for a calendar.
    parts = models.CharField(max_length=200, blank=True)
    ground = models.CharField(max_length=12, blank=True)
    why = models.CharField(max_length=200, blank=True)
    digest = models.CharField(max_length=64)
    issued_at = models.DateTimeField()
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    ends_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    used_at = models.DateTimeField(null=True, blank=True)
    # How often it was used in the minute that began then.
    minute = models.DateTimeField(null=True, blank=True)
    calls = models.PositiveIntegerField(editable=False)

    objects = AccessKeyQuerySet.as_manager()

    class Meta:
        ordering: ClassVar[list[str]] = ["-issued_at", "pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            one_of("access_key", "kind", KeyKind),
            one_of("access_key", "ground", KEY_GROUNDS, blank=True),
            models.CheckConstraint(
                name="access_key_of_a_program_says_what_and_why",
                condition=~Q(kind=KeyKind.PROGRAM.value)
                | (~Q(recipient="") & ~Q(parts="") & ~Q(ground="") & ~Q(why="")),
            ),
            models.CheckConstraint(
                name="access_key_revoked_by_somebody",
                condition=Q(revoked_at=None, revoked_by=None)
                | Q(revoked_at__isnull=False, revoked_by__isnull=False),
            ),
            models.CheckConstraint(
                name="access_key_ends_after_it_begins",
                condition=Q(ends_at__gt=models.F("issued_at")),
            ),
            models.CheckConstraint(
                name="access_key_digest_whole",
                condition=lookups.Exact(Length(models.F("digest")), 64),
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def reference(self) -> str:
        return f"KE-{self.pk.hex[:8]}"

    def alive(self, now: datetime) -> bool:
        return self.revoked_at is None and now < self.ends_at
