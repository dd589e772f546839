"""The rows of one signed version; `schedules` reads them back as one value.

Children are inserted before their parents: doses and as-needed lines, then steps and
products, then drugs, then the version. Once a parent stands, nothing can be added below it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from plans.models.exact import SLOT_LENGTH, Exact, exact_constraint, exact_fields, in_order, one_of
from plans.models.plan import Version
from plans.rules.schedule_words import DrugClass, DrugRole, End, Form, Rhythm, Slot, Unit
from taperplan.audit.append_only import Mutability

if TYPE_CHECKING:
    pass

PARTS = (1, 2, 3, 4, 8)
EVERY_DAY_BITS = 2**31 - 1
LONGEST_CYCLE = 31
KEY_LENGTH = 40


class Drug(models.Model):
    mutability: ClassVar[Mutability] = Mutability.SEALED
    sealed_by: ClassVar[str] = "version"

    id = models.UUIDField(primary_key=True, editable=False)
    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="drugs")
    position = models.PositiveSmallIntegerField()
    # The name that the draft's cells give it; findings, acceptances and comparisons use it.
    key = models.CharField(max_length=KEY_LENGTH)
    name = models.CharField(max_length=120)
    role = models.CharField(max_length=12)
    drug_class = models.CharField(max_length=16)
    end = models.CharField(max_length=8, blank=True)
    review_on = models.DateField(null=True, blank=True)
    end_note = models.TextField(blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["version", "position"], name="drug_position_once"),
            models.UniqueConstraint("version", Lower("name"), name="drug_name_once"),
            models.CheckConstraint(name="drug_has_a_name", condition=~Q(name="")),
            one_of("drug", "role", DrugRole),
            one_of("drug", "drug_class", DrugClass),
            one_of("drug", "end", End, blank=True),
            models.CheckConstraint(
                name="drug_maintained_until_a_review",
                condition=~Q(end=End.MAINTAIN.value) | Q(review_on__isnull=False),
            ),
            models.CheckConstraint(
                name="drug_end_is_stated",
                condition=~Q(end="")
                | Q(role__in=[DrugRole.RESCUE.value, DrugRole.SUPPORTIVE.value]),
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["review_on"], condition=Q(review_on__isnull=False), name="drug_review_due"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.version_id} {self.key}"


class Product(models.Model):
    mutability: ClassVar[Mutability] = Mutability.SEALED
    sealed_by: ClassVar[str] = "drug"

    id = models.UUIDField(primary_key=True, editable=False)
    drug = models.ForeignKey(Drug, on_delete=models.PROTECT, related_name="products")
    position = models.PositiveSmallIntegerField()
    key = models.CharField(max_length=KEY_LENGTH)
    name = models.CharField(max_length=200, blank=True)
    form = models.CharField(max_length=12)
    route = models.CharField(max_length=60, blank=True)
    strength_numerator, strength_denominator = exact_fields(null=True)
    strength = Exact("strength")
    unit = models.CharField(max_length=16, blank=True)
    per_numerator, per_denominator = exact_fields()
    per = Exact("per")
    parts = models.PositiveSmallIntegerField()
    preparation = models.TextField(blank=True)
    wear_hours = models.PositiveSmallIntegerField(null=True, blank=True)
    given_by = models.CharField(max_length=200, blank=True)
    keep_until = models.CharField(max_length=200, blank=True)
    device = models.CharField(max_length=200, blank=True)
    patient_text = models.TextField(blank=True)
    pharmacy_text = models.TextField(blank=True)
    team_text = models.TextField(blank=True)
    stated_supply_numerator, stated_supply_denominator = exact_fields(null=True)
    stated_supply = Exact("stated_supply")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["drug", "position"], name="product_position_once"),
            one_of("product", "form", Form),
            one_of("product", "unit", Unit, blank=True),
            exact_constraint("product", "strength", null=True),
            exact_constraint("product", "per"),
            exact_constraint("product", "stated_supply", null=True, zero=True),
            models.CheckConstraint(
                name="product_strength_has_its_unit",
                condition=(Q(strength_numerator__isnull=True) & Q(unit=""))
                | (Q(strength_numerator__isnull=False) & ~Q(unit="")),
            ),
            models.CheckConstraint(name="product_parts_known", condition=Q(parts__in=PARTS)),
            models.CheckConstraint(
                name="product_counted_is_per_one",
                condition=Q(form__in=[form.value for form in Form if form.measured])
                | Q(per_numerator=1, per_denominator=1),
            ),
            models.CheckConstraint(
                name="product_wear_is_a_time",
                condition=Q(wear_hours__isnull=True) | Q(wear_hours__gt=0),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.drug_id} {self.key}"


class Step(models.Model):
    mutability: ClassVar[Mutability] = Mutability.SEALED
    sealed_by: ClassVar[str] = "version"

    id = models.UUIDField(primary_key=True, editable=False)
    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="steps")
    position = models.PositiveSmallIntegerField()
    key = models.CharField(max_length=KEY_LENGTH)
    first_day = models.DateField()
    from_slot = models.CharField(max_length=SLOT_LENGTH, blank=True)
    last_day = models.DateField(null=True, blank=True)
    rhythm = models.CharField(max_length=8)
    cycle_days = models.PositiveSmallIntegerField()
    cycle_from = models.DateField(null=True, blank=True)
    reason = models.TextField(blank=True)
    patient_text = models.TextField(blank=True)
    pharmacy_text = models.TextField(blank=True)
    team_text = models.TextField(blank=True)
    stated_days = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["version", "position"], name="step_position_once"),
            in_order("step", "first_day", "last_day"),
            models.CheckConstraint(
                name="step_rhythm_and_cycle_agree",
                condition=Q(rhythm=Rhythm.DAILY.value, cycle_days=1)
                | Q(rhythm=Rhythm.WEEKDAYS.value, cycle_days=7)
                | Q(
                    rhythm=Rhythm.CYCLE.value,
                    cycle_days__gte=2,
                    cycle_days__lte=LONGEST_CYCLE,
                ),
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["first_day", "version"], name="step_first_day"),
            models.Index(fields=["last_day", "version"], name="step_last_day"),
        ]

    def __str__(self) -> str:
        return f"{self.version_id} {self.key}"


class Dose(models.Model):
    """A quantity of 0 was typed: "none". A dose that nobody stated has no row."""

    mutability: ClassVar[Mutability] = Mutability.SEALED
    sealed_by: ClassVar[str] = "step"

    step = models.ForeignKey(Step, on_delete=models.PROTECT, related_name="doses")
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="doses")
    slot = models.CharField(max_length=8)
    at = models.TimeField(null=True, blank=True)
    quantity_numerator, quantity_denominator = exact_fields()
    quantity = Exact("quantity")
    on_days = models.IntegerField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            one_of("dose", "slot", Slot),
            models.CheckConstraint(
                name="dose_clock_has_its_time",
                condition=Q(slot=Slot.CLOCK.value, at__isnull=False)
                | (~Q(slot=Slot.CLOCK.value) & Q(at__isnull=True)),
            ),
            exact_constraint("dose", "quantity", zero=True),
            models.CheckConstraint(
                name="dose_on_some_day",
                condition=Q(on_days__gte=1, on_days__lte=EVERY_DAY_BITS),
            ),
            models.UniqueConstraint(
                fields=["step", "product", "slot", "on_days"],
                condition=Q(at__isnull=True),
                name="dose_once_in_a_slot",
            ),
            models.UniqueConstraint(
                fields=["step", "product", "at", "on_days"],
                condition=Q(at__isnull=False),
                name="dose_once_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.step_id} {self.slot}"


class AsNeeded(models.Model):
    mutability: ClassVar[Mutability] = Mutability.SEALED
    sealed_by: ClassVar[str] = "product"

    id = models.UUIDField(primary_key=True, editable=False)
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="as_needed")
    position = models.PositiveSmallIntegerField()
    key = models.CharField(max_length=KEY_LENGTH)
    quantity_numerator, quantity_denominator = exact_fields()
    quantity = Exact("quantity")
    maximum_numerator, maximum_denominator = exact_fields(null=True)
    maximum = Exact("maximum")
    gap_minutes = models.PositiveIntegerField(null=True, blank=True)
    reason = models.TextField(blank=True)
    first_day = models.DateField()
    last_day = models.DateField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            exact_constraint("as_needed", "quantity"),
            exact_constraint("as_needed", "maximum", null=True),
            in_order("as_needed", "first_day", "last_day"),
        ]

    def __str__(self) -> str:
        return f"{self.product_id} {self.key}"
