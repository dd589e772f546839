"""Which of our fixed words for patients a clinic has confirmed as its own."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q, lookups
from django.db.models.functions import Length

from plans.models.exact import one_of
from plans.rules.patient_texts import SetKey
from taperplan.accounts.models import Clinic
from taperplan.audit.append_only import Mutability


class ConfirmedTextSetQuerySet(models.QuerySet["ConfirmedTextSet"]):
    def of(self, clinic: Clinic) -> dict[tuple[str, str], ConfirmedTextSet]:
        """By set and digest: a set whose words were changed since then is not among them, nor
        one whose confirmation was withdrawn."""
        rows = self.filter(clinic=clinic, withdrawal=None).select_related("confirmed_by")
        return {(row.key, row.digest): row for row in rows}


class ConfirmedTextSet(models.Model):
    """The protocol owner's name under the very words of one set."""

    mutability: ClassVar[Mutability] = Mutability.APPEND_ONLY

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    key = models.CharField(max_length=16)
    version = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    # As they were read and confirmed: a later release may know other words only.
    words = models.TextField()
    # How often these very words were confirmed: 2 is the first after a withdrawal.
    number = models.PositiveSmallIntegerField()
    confirmed_at = models.DateTimeField()
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )

    objects = ConfirmedTextSetQuerySet.as_manager()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            one_of("confirmed_text_set", "key", SetKey),
            models.UniqueConstraint(
                fields=["clinic", "key", "digest", "number"], name="confirmed_text_set_once"
            ),
            models.CheckConstraint(
                name="confirmed_text_set_says_something", condition=~Q(words="")
            ),
            models.CheckConstraint(
                name="confirmed_text_set_version_counted", condition=Q(version__gt=0)
            ),
            models.CheckConstraint(
                name="confirmed_text_set_digest_whole",
                condition=lookups.Exact(Length(F("digest")), 64),
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def reference(self) -> str:
        return f"TS-{self.key}-{self.version}"


class WithdrawnTextSet(models.Model):
    """The end of a confirmation: from then on the set is not printed."""

    mutability: ClassVar[Mutability] = Mutability.APPEND_ONLY

    confirmed = models.OneToOneField(
        ConfirmedTextSet, on_delete=models.PROTECT, related_name="withdrawal"
    )
    why = models.CharField(max_length=200)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(name="withdrawn_text_set_says_why", condition=~Q(why="")),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def reference(self) -> str:
        return f"TSW-{self.pk}"
