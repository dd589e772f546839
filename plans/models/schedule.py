"""The rows of one signed version, and how they are read back as one value.

Children are inserted before their parents: doses and as-needed lines, then steps and
products, then drugs, then the version. Once a parent stands, nothing can be added below it.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from plans.models.exact import SLOT_LENGTH, Exact, exact_constraint, exact_fields, in_order, one_of
from plans.models.plan import Version, aways_of
from plans.rules import schedule as rules
from plans.rules.schedule import (
    DrugClass,
    DrugRole,
    End,
    Form,
    Rhythm,
    Slot,
    Unit,
)
from taperplan import kept
from taperplan.audit.append_only import Mutability

if TYPE_CHECKING:
    import uuid
    from collections.abc import Iterable, Sequence

R = TypeVar("R", bound=models.Model)

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


def schedules(
    versions: Iterable[Version], drugs_read: Iterable[Drug] | None = None
) -> dict[uuid.UUID, rules.Schedule]:
    """The schedules of many versions in five queries, in the order in which they were typed.

    `drugs_read`: all drugs of these versions, in their order, where they were read already.
    """
    versions = list(versions)
    keys = [version.pk for version in versions]
    if drugs_read is None:
        drugs = _grouped(_asked(Drug, "version", keys), "version_id")
    else:
        drugs = defaultdict(list)
        for drug in drugs_read:
            drugs[drug.version_id].append(drug)
    products = _grouped(_asked(Product, "drug__version", keys), "version_of")
    steps = _grouped(_asked(Step, "version", keys), "version_id")
    doses = defaultdict(list)
    for dose in _asked(Dose, "step__version", keys):
        doses[dose.step_id].append(dose)
    as_needed = _grouped(_asked(AsNeeded, "product__drug__version", keys), "version_of")
    return {
        version.pk: _schedule(
            version,
            drugs[version.pk],
            products[version.pk],
            steps[version.pk],
            doses,
            as_needed[version.pk],
        )
        for version in versions
    }


_kept = kept.Kept()
# Of so few versions at once, which is what a page asks for, the statement is kept.
_FEW = 6


def _asked(model: type[R], path: str, keys: Sequence[uuid.UUID]) -> Iterable[R]:
    """The rows of these versions in their typed order, each with its `version_of`."""

    def made(keys: Sequence[uuid.UUID]) -> models.QuerySet[Any]:
        order = ("pk",) if model is Dose else ("position", "pk")
        rows = model._default_manager.filter(**{f"{path}__in": keys}).order_by(*order)
        return rows.annotate(version_of=models.F(f"{path}_id")) if "__" in path else rows

    if not 0 < len(keys) <= _FEW:
        return made(keys)
    named = kept.about({f"version{n}": key for n, key in enumerate(keys)})
    return _kept.objects((model, len(keys)), named, lambda marks: made(list(marks.keys.values())))


def _grouped(rows: Iterable[Any], name: str) -> dict[Any, list[Any]]:
    grouped: dict[Any, list[Any]] = defaultdict(list)
    for row in rows:
        grouped[getattr(row, name)].append(row)
    return grouped


def _schedule(
    version: Version,
    drugs: list[Drug],
    products: list[Product],
    steps: list[Step],
    doses: dict[uuid.UUID, list[Dose]],
    as_needed: list[AsNeeded],
) -> rules.Schedule:
    drug_keys = {drug.pk: drug.key for drug in drugs}
    product_keys = {product.pk: product.key for product in products}
    return rules.Schedule(
        drugs=tuple(_drug(drug) for drug in drugs),
        products=tuple(_product(product, drug_keys[product.drug_id]) for product in products),
        steps=tuple(
            _step(number, step, tuple(_dose(dose, product_keys) for dose in doses[step.pk]))
            for number, step in enumerate(steps, start=1)
        ),
        as_needed=tuple(_as_needed(line, product_keys[line.product_id]) for line in as_needed),
        away=aways_of(version),
    )


def _texts(row: Any) -> rules.Texts:
    return rules.Texts(patient=row.patient_text, pharmacy=row.pharmacy_text, team=row.team_text)


def _drug(drug: Drug) -> rules.Drug:
    return rules.Drug(
        key=drug.key,
        name=drug.name,
        role=DrugRole(drug.role),
        drug_class=DrugClass(drug.drug_class),
        end=End(drug.end) if drug.end else None,
        review_on=drug.review_on,
        end_note=drug.end_note,
    )


def _product(product: Product, drug: str) -> rules.Product:
    return rules.Product(
        key=product.key,
        drug=drug,
        name=product.name,
        form=Form(product.form),
        route=product.route,
        strength=product.strength,
        unit=Unit(product.unit) if product.unit else None,
        per=product.per,
        parts=product.parts,
        stated_supply=product.stated_supply,
        preparation=product.preparation,
        wear_hours=product.wear_hours,
        given_by=product.given_by,
        keep_until=product.keep_until,
        device=product.device,
        texts=_texts(product),
    )


def _step(number: int, step: Step, doses: tuple[rules.Dose, ...]) -> rules.Step:
    return rules.Step(
        key=step.key,
        number=number,
        first_day=step.first_day,
        from_slot=rules.When.of(step.from_slot) if step.from_slot else None,
        last_day=step.last_day,
        rhythm=Rhythm(step.rhythm),
        cycle_days=step.cycle_days,
        cycle_from=step.cycle_from,
        doses=doses,
        reason=step.reason,
        stated_days=step.stated_days,
        texts=_texts(step),
    )


def _dose(dose: Dose, products: dict[uuid.UUID, str]) -> rules.Dose:
    return rules.Dose(
        product=products[dose.product_id],
        when=rules.When(Slot(dose.slot), dose.at),
        quantity=dose.quantity,
        on_days=dose.on_days,
    )


def _as_needed(line: AsNeeded, product: str) -> rules.AsNeeded:
    return rules.AsNeeded(
        key=line.key,
        product=product,
        quantity=line.quantity,
        maximum=line.maximum,
        gap_minutes=line.gap_minutes,
        reason=line.reason,
        first_day=line.first_day,
        last_day=line.last_day,
    )
