"""Supplies and lengths: not whole, or other than the source states."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from fractions import Fraction

from plans.rules import wording
from plans.rules.findings.facts import (
    Case,
    Finding,
    FindingCode,
    about,
    readable,
    small_step_name,
    step_name,
)
from plans.rules.schedule import Product, Schedule, first_day, supply
from plans.rules.schedule_words import End
from taperplan import formats
from taperplan.words import gettext as _

_DAY = timedelta(days=1)


def _closed_until(schedule: Schedule, product: Product) -> date | None:
    """The last day of the product's steps; None where one of them has none."""
    lasts = [
        step.last_day
        for step in readable(schedule.steps)
        if any(d.product == product.key and d.quantity for d in step.doses)
    ]
    known = [last for last in lasts if last is not None]
    return max(known) if known and len(known) == len(lasts) else None


def _computed_supply(case: Case, product: Product) -> tuple[Fraction, date, date] | None:
    """The supply of a product and its period; None where a step of it has no last day."""
    first, last = first_day(case.schedule), _closed_until(case.schedule, product)
    if first is None or last is None:
        return None
    lines = supply(case.schedule, first, last)
    # Where somebody else sets the doses on every day of it, there is no line: none is stated.
    quantity = next((ln.quantity for ln in lines if ln.product.key == product.key), Fraction(0))
    return quantity, first, last


def not_whole(case: Case) -> Iterator[Finding]:
    schedule = case.schedule
    for product in schedule.products:
        if product.form.measured or schedule.known_product(product.key) is None:
            continue
        computed = _computed_supply(case, product)
        if computed is None or computed[0].denominator == 1:
            continue
        quantity, first, last = computed
        label = wording.product_label(product, schedule.drug(product.drug))
        yield Finding(
            code=FindingCode.NOT_WHOLE,
            subject=about(product.key, quantity),
            sentence=_("{product}: the supply is not whole {forms}.").format(
                product=label, forms=formats.noun(product.form, 2)
            ),
            detail=_("{quantity} from {days}.").format(
                quantity=wording.quantity_words(product, quantity),
                days=formats.day_range(first, last),
            ),
            where=f"products.{product.key}",
            day=first,
            last_day=last,
            drug=product.drug,
        )


def supply_differs(case: Case) -> Iterator[Finding]:
    schedule = case.schedule
    for product in schedule.products:
        if product.stated_supply is None or schedule.known_product(product.key) is None:
            continue
        computed = _computed_supply(case, product)
        quantity = None if computed is None else computed[0]
        if quantity == product.stated_supply:
            continue
        stated = wording.quantity_words(product, product.stated_supply)
        yield Finding(
            code=FindingCode.SUPPLY_DIFFERS,
            subject=about(product.key, product.stated_supply, quantity),
            sentence=_("{product}: the supply stated differs from the steps.").format(
                product=wording.product_label(product, schedule.drug(product.drug))
            ),
            detail=_("The source states {stated}. A step has no last day.").format(stated=stated)
            if quantity is None
            else _("The source states {stated}. The steps add up to {computed}.").format(
                stated=stated, computed=wording.quantity_words(product, quantity)
            ),
            where=f"products.{product.key}.stated_supply",
            drug=product.drug,
        )


def days_differ(case: Case) -> Iterator[Finding]:
    for step in readable(case.schedule.steps):
        if step.stated_days is None:
            continue
        days = None if step.last_day is None else (step.last_day - step.first_day).days + 1
        if days == step.stated_days:
            continue
        stated = formats.length(step.stated_days)
        yield Finding(
            code=FindingCode.DAYS_DIFFER,
            subject=about(step.key, step.stated_days, days),
            sentence=_("{step}: the days stated differ from its dates.").format(
                step=step_name(step)
            ),
            detail=_("The source states {stated}. The step has no last day.").format(stated=stated)
            if days is None
            else _("The source states {stated}. The dates give {days}.").format(
                stated=stated, days=formats.length(days)
            ),
            where=f"steps.{step.key}.stated_days",
            step=step.key,
            number=step.number,
            day=step.first_day,
        )


def maintain_past_last_day(case: Case) -> Iterator[Finding]:
    for drug in case.schedule.drugs:
        steps = readable(case.schedule.steps_of(drug))
        lasts = [step.last_day for step in steps if step.last_day is not None]
        if drug.end is not End.MAINTAIN or drug.review_on is None or len(lasts) < len(steps):
            continue
        if lasts and max(lasts) + _DAY < drug.review_on:
            step = next(step for step in steps if step.last_day == max(lasts))
            yield Finding(
                code=FindingCode.MAINTAIN_PAST_LAST_DAY,
                subject=about(drug.key, max(lasts), drug.review_on),
                sentence=_("{drug}: maintain until {review}, and {step} ends {last}.").format(
                    drug=drug.name,
                    review=formats.day(drug.review_on),
                    step=small_step_name(step),
                    last=formats.day(max(lasts)),
                ),
                detail=_("No dose stated for {days}.").format(
                    days=formats.day_range(max(lasts) + _DAY, drug.review_on - _DAY)
                ),
                where=f"drugs.{drug.key}.review_on",
                step=step.key,
                number=step.number,
                day=max(lasts) + _DAY,
                last_day=drug.review_on - _DAY,
                drug=drug.key,
            )
