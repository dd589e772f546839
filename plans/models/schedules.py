"""Signed versions read back, each as one value."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, TypeVar

from django.db import models

from plans.models.plan import Version, aways_of
from plans.models.schedule import AsNeeded, Dose, Drug, Product, Step
from plans.rules import schedule as rules
from plans.rules.schedule_words import DrugClass, DrugRole, End, Form, Rhythm, Slot, Unit
from taperplan import kept

if TYPE_CHECKING:
    import uuid
    from collections.abc import Iterable, Sequence

R = TypeVar("R", bound=models.Model)


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
