"""Same and higher, what is split, a maximum, two strengths, cycles and patches cut short."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date, timedelta
from fractions import Fraction

from plans.rules import wording
from plans.rules.findings.facts import (
    Case,
    Finding,
    FindingCode,
    about,
    dose_place,
    dose_where,
    readable,
    small_step_name,
    step_name,
)
from plans.rules.schedule import (
    Direction,
    Dose,
    DrugTotal,
    Product,
    Schedule,
    Step,
    counts_at,
    days_worn,
    direction,
    earlier_step,
    position,
    step_totals,
)
from plans.rules.schedule_words import DrugRole, Form, Rhythm, Unit
from taperplan import formats
from taperplan.words import gettext as _

_DAY = timedelta(days=1)


def not_lower(case: Case) -> Iterator[Finding]:
    for step in readable(case.schedule.steps):
        if step.reason:
            continue
        for total in step_totals(case.schedule, step):
            way = direction(case.schedule, step, total.drug)
            unchanged = total.drug.role is DrugRole.UNCHANGED and way is Direction.SAME
            if way not in (Direction.SAME, Direction.HIGHER) or unchanged:
                continue
            before = earlier_step(case.schedule, step, total.drug)
            if before is None:
                continue
            was = next(
                t for t in step_totals(case.schedule, before) if t.drug.key == total.drug.key
            )
            same = way is Direction.SAME
            sentence = (
                _("{step}, {drug}: same as {before}, reason not typed.")
                if same
                else _("{step}, {drug}: higher than {before}, reason not typed.")
            )
            yield Finding(
                code=FindingCode.SAME if same else FindingCode.HIGHER,
                subject=about(
                    step.key,
                    total.drug.key,
                    *_figures(was.mean),
                    "to",
                    *_figures(total.mean),
                ),
                sentence=sentence.format(
                    step=step_name(step), drug=total.drug.name, before=small_step_name(before)
                ),
                detail=_("{before}: {was}. {step}: {now}.").format(
                    before=step_name(before),
                    was=wording.a_day(was),
                    step=step_name(step),
                    now=wording.a_day(total),
                ),
                where=f"steps.{step.key}.reason",
                step=step.key,
                number=step.number,
                day=step.first_day,
                drug=total.drug.key,
            )


def _figures(total: DrugTotal) -> list[str]:
    return [f"{amount.value} {amount.unit}" for amount in total.amounts] + [
        f"{count.product.key} {count.quantity}" for count in total.counts
    ]


def not_to_be_split(case: Case) -> Iterator[Finding]:
    schedule = case.schedule
    for step in schedule.steps:
        for dose in step.doses:
            product = schedule.known_product(dose.product)
            if product is not None and _splits(product, dose.quantity, case.do_not_split):
                yield Finding(
                    code=FindingCode.NOT_TO_BE_SPLIT,
                    subject=about(
                        step.key, product.key, dose.when.token, dose.on_days, dose.quantity
                    ),
                    sentence=_("{place}: {quantity} typed.").format(
                        place=dose_place(schedule, step, dose),
                        quantity=wording.quantity_words(product, dose.quantity),
                    ),
                    detail=_splitting(product, case.do_not_split),
                    where=dose_where(step, dose),
                    step=step.key,
                    number=step.number,
                    day=step.first_day,
                    drug=product.drug,
                )
    for line in schedule.as_needed:
        product = schedule.known_product(line.product)
        if product is not None and _splits(product, line.quantity, case.do_not_split):
            label = wording.product_label(product, schedule.drug(product.drug))
            yield Finding(
                code=FindingCode.NOT_TO_BE_SPLIT,
                subject=about(line.key, product.key, line.quantity),
                sentence=_("As needed, {product}: {quantity} typed.").format(
                    product=label, quantity=wording.quantity_words(product, line.quantity)
                ),
                detail=_splitting(product, case.do_not_split),
                where=f"as_needed.{line.key}.quantity",
                drug=product.drug,
            )


def _parts(product: Product, do_not_split: Collection[str]) -> int:
    return 1 if product.key in do_not_split else product.parts


def _splits(product: Product, quantity: Fraction, do_not_split: Collection[str]) -> bool:
    """Whether a quantity needs a part into which the product is not split (0: not known yet)."""
    parts = _parts(product, do_not_split)
    return not product.form.measured and parts > 0 and parts % quantity.denominator != 0


def _splitting(product: Product, do_not_split: Collection[str]) -> str:
    form = formats.noun(product.form)
    parts = _parts(product, do_not_split)
    if parts == 1:
        return _("This {form} is marked: do not split.").format(form=form)
    return _("This {form} may be split into {parts} parts.").format(
        form=form, parts=formats.number(parts)
    )


def no_maximum(case: Case) -> Iterator[Finding]:
    for line in case.schedule.as_needed:
        product = case.schedule.known_product(line.product)
        if line.maximum is None and product is not None:
            label = wording.product_label(product, case.schedule.drug(product.drug))
            yield Finding(
                code=FindingCode.NO_MAXIMUM,
                subject=about(line.key, product.key),
                sentence=_("As needed, {product}: no maximum in 24 hours stated.").format(
                    product=label
                ),
                detail=_("Each time: {quantity}.").format(
                    quantity=wording.quantity_words(product, line.quantity)
                ),
                where=f"as_needed.{line.key}.maximum",
                day=line.first_day,
                drug=product.drug,
            )


def two_strengths(case: Case) -> Iterator[Finding]:
    for drug in case.schedule.drugs:
        for form in (Form.LIQUID, Form.DROP):
            kinds: dict[tuple[Fraction, bool], Product] = {}
            for product in case.schedule.products_of(drug):
                if product.form is form and product.strength is not None and product.unit:
                    kinds.setdefault(_concentration(product), product)
            if len(kinds) < 2:
                continue
            labels = [formats.strength(p.strength, p.unit, p.form, p.per) for p in kinds.values()]
            yield Finding(
                code=FindingCode.TWO_STRENGTHS,
                subject=about(drug.key, form, *(f"{k[0]}" for k in sorted(kinds))),
                sentence=_("{drug} {form}: {n} strengths in one plan.").format(
                    drug=drug.name,
                    form=formats.noun(form),
                    n=formats.number(len(kinds)),
                ),
                detail=_("{strengths}.").format(strengths=formats.listing(labels)),
                where=f"products.{list(kinds.values())[-1].key}.strength",
                drug=drug.key,
            )


def _concentration(product: Product) -> tuple[Fraction, bool]:
    """Comparable strengths of one liquid; units of activity stand apart from mass."""
    factor = {Unit.MG: 1000, Unit.G: 1_000_000}.get(product.unit or Unit.MICROGRAM, 1)
    return (product.strength or 0) * factor / product.per, product.unit is Unit.UNIT


def ends_in_cycle(case: Case) -> Iterator[Finding]:
    for step in readable(case.schedule.steps):
        whole = (1 << step.cycle_days) - 1
        if step.last_day is None or all(d.on_days & whole == whole for d in step.doses):
            continue
        days = (step.last_day - step.first_day).days + 1
        if step.rhythm is Rhythm.CYCLE:
            place = position(step, step.last_day) + 1
            inside = place != step.cycle_days
            sentence = _("{step} ends on {last}, day {place} of its cycle of {cycle} days.")
        else:
            place = days % 7
            inside = place != 0
            sentence = _("{step} ends on {last}, inside its week.")
        if inside:
            yield Finding(
                code=FindingCode.ENDS_IN_CYCLE,
                subject=about(step.key, step.last_day, place, step.cycle_days),
                sentence=sentence.format(
                    step=step_name(step),
                    last=formats.day(step.last_day),
                    place=place,
                    cycle=step.cycle_days,
                ),
                detail=_("{step} is {days} long.").format(
                    step=step_name(step), days=formats.length(days)
                ),
                where=f"steps.{step.key}.last_day",
                step=step.key,
                number=step.number,
                day=step.last_day,
            )


def ends_in_wear(case: Case) -> Iterator[Finding]:
    for step in readable(case.schedule.steps):
        if step.last_day is None:
            continue
        for dose in step.doses:
            product = case.schedule.known_product(dose.product)
            if product is None or product.form is not Form.PATCH or dose.quantity == 0:
                continue
            applied = _last_application(case.schedule, step, dose, product)
            if applied is None:
                continue
            off = applied + days_worn(product, dose.when) * _DAY
            if off > step.last_day + _DAY:
                yield Finding(
                    code=FindingCode.ENDS_IN_WEAR,
                    subject=about(step.key, product.key, dose.when.token, applied, off),
                    sentence=_(
                        "{step} ends {last}. The {drug} patch of {applied} is worn until {off}."
                    ).format(
                        step=step_name(step),
                        last=formats.day(step.last_day),
                        drug=case.schedule.drug(product.drug).name,
                        applied=formats.day(applied),
                        off=formats.day(off),
                    ),
                    detail=_("A patch is worn for {hours} hours.").format(
                        hours=formats.number(product.wear_hours or 0)
                    ),
                    where=f"steps.{step.key}.last_day",
                    step=step.key,
                    number=step.number,
                    day=step.last_day,
                    drug=product.drug,
                )


def _last_application(schedule: Schedule, step: Step, dose: Dose, product: Product) -> date | None:
    drug = schedule.drug(product.drug)
    day = step.last_day
    while day is not None and day >= step.first_day:
        if dose.on_days >> position(step, day) & 1 and counts_at(
            schedule, step, drug, day, dose.when
        ):
            return day
        if step.last_day is not None and (step.last_day - day).days > step.cycle_days:
            return None
        day -= _DAY
    return None
