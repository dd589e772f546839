"""What a clinic's administrators make of the symptom catalogue. Rows are only added."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q

from plans.models.check_in import KEY_LENGTH, WORD_LENGTH
from plans.models.exact import one_of
from plans.rules.redflags import Level
from plans.rules.symptoms import CATALOGUE, LABEL_LIMIT, Group, Shape
from taperplan.accounts.models import Clinic
from taperplan.audit.append_only import Mutability

if TYPE_CHECKING:
    import uuid


FIXED = sorted(symptom.key for symptom in CATALOGUE if symptom.fixed)
# A row that touches a red flag counts from its confirmation on, every other at once.
_COUNTS = Q(waits=False) | Q(confirmation__isnull=False)


class CatalogueEntryQuerySet(models.QuerySet["CatalogueEntry"]):
    def in_force(self, clinic: Clinic | uuid.UUID) -> CatalogueEntryQuerySet:
        """Of each item the newest row that counts, in the order in which they were written."""
        later = CatalogueEntry.objects.filter(
            _COUNTS, clinic=OuterRef("clinic"), key=OuterRef("key"), number__gt=OuterRef("number")
        )
        return self.filter(_COUNTS, ~Exists(later), clinic=clinic).order_by("written_at", "pk")

    def newest(self, clinic: Clinic) -> CatalogueEntryQuerySet:
        """Of each item the newest row, confirmed or not."""
        later = CatalogueEntry.objects.filter(
            clinic=OuterRef("clinic"), key=OuterRef("key"), number__gt=OuterRef("number")
        )
        return self.filter(~Exists(later), clinic=clinic).order_by("written_at", "pk")


class CatalogueEntry(models.Model):
    """One wording of one item: what it is called, where it stands, for which drugs, its level."""

    mutability: ClassVar[Mutability] = Mutability.APPEND_ONLY

    # The key that came with the form.
    id = models.UUIDField(primary_key=True, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    key = models.CharField(max_length=KEY_LENGTH)
    number = models.PositiveIntegerField()
    label = models.CharField(max_length=LABEL_LIMIT)
    group = models.CharField(max_length=WORD_LENGTH)
    shape = models.CharField(max_length=WORD_LENGTH)
    # Drug classes; none of them: asked whatever the drug.
    classes = models.JSONField()
    level = models.CharField(max_length=WORD_LENGTH, blank=True)
    after = models.CharField(max_length=KEY_LENGTH, blank=True)
    retired = models.BooleanField()
    # Whether it touches a red flag, so that it counts only once it is confirmed.
    waits = models.BooleanField()
    written_at = models.DateTimeField()
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )

    objects = CatalogueEntryQuerySet.as_manager()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["clinic", "key", "number"], name="catalogue_entry_numbered_once"
            ),
            one_of("catalogue_entry", "group", Group),
            one_of("catalogue_entry", "shape", Shape),
            one_of("catalogue_entry", "level", Level, blank=True),
            models.CheckConstraint(name="catalogue_entry_has_a_label", condition=~Q(label="")),
            models.CheckConstraint(
                name="catalogue_entry_never_of_a_fixed_item", condition=~Q(key__in=FIXED)
            ),
            models.CheckConstraint(
                name="catalogue_entry_retired_has_no_level",
                condition=Q(retired=False) | Q(level=""),
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def reference(self) -> str:
        return f"SY-{self.pk.hex[:8]}"


class EntryConfirmation(models.Model):
    """The protocol owner's name under one wording of one item."""

    mutability: ClassVar[Mutability] = Mutability.APPEND_ONLY

    entry = models.OneToOneField(
        CatalogueEntry, on_delete=models.PROTECT, related_name="confirmation"
    )
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"{self.entry_id} confirmed"
