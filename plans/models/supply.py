"""How a version's medicine is handed out. Every figure in it was typed; none is computed."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from plans.models.exact import SLOT_LENGTH, Exact, exact_constraint, exact_fields, one_of
from plans.models.plan import Version
from plans.models.schedule import AsNeeded
from taperplan.audit.append_only import Mutability


class Pack(models.TextChoices):
    ORIGINAL = "original", _("original pack")
    BLISTER = "blister", _("blister")
    ONE_DAY = "one day", _("one-day packs")


class Taking(models.TextChoices):
    HOME = "home", _("taken home")
    SUPERVISED = "supervised", _("supervised")


class Supply(models.Model):
    """The arrangement for one version; a later one for the same version stands above it."""

    mutability: ClassVar[Mutability] = Mutability.SEALED

    id = models.UUIDField(primary_key=True, editable=False)
    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="supplies")
    number = models.PositiveSmallIntegerField()
    pack = models.CharField(max_length=12, choices=Pack)
    taking = models.CharField(max_length=12, choices=Taking)
    collected_by = models.CharField(max_length=200, blank=True)
    note = models.TextField(blank=True)
    # The last day that the last collection covers; until the next arrangement where not typed.
    until = models.DateField(null=True, blank=True)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["version", "number"], name="supply_number_once"),
            one_of("supply", "pack", Pack.values),
            one_of("supply", "taking", Taking.values),
        ]

    def __str__(self) -> str:
        return f"{self.version_id} {self.number}"


class Collection(models.Model):
    """A day on which medicine is collected, and the time of day from which it counts."""

    mutability: ClassVar[Mutability] = Mutability.SEALED
    sealed_by: ClassVar[str] = "supply"

    supply = models.ForeignKey(Supply, on_delete=models.PROTECT, related_name="collections")
    day = models.DateField()
    # The day from which it was moved by hand, for a holiday.
    moved_from = models.DateField(null=True, blank=True)
    from_slot = models.CharField(max_length=SLOT_LENGTH, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["supply", "day"], name="collection_day_once"),
        ]

    def __str__(self) -> str:
        return f"{self.supply_id} {self.day}"


class AsNeededSupply(models.Model):
    """How many of an as-needed line are handed out at each collection."""

    mutability: ClassVar[Mutability] = Mutability.SEALED
    sealed_by: ClassVar[str] = "supply"

    supply = models.ForeignKey(Supply, on_delete=models.PROTECT, related_name="as_needed")
    as_needed = models.ForeignKey(AsNeeded, on_delete=models.PROTECT, related_name="+")
    quantity_numerator, quantity_denominator = exact_fields()
    quantity = Exact("quantity")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["supply", "as_needed"], name="as_needed_supply_once"),
            exact_constraint("as_needed_supply", "quantity", zero=True),
        ]

    def __str__(self) -> str:
        return f"{self.supply_id} {self.as_needed_id}"
