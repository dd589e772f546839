"""What refuses a signing: a schedule that could not be read, or has no stated end."""

from __future__ import annotations

from collections.abc import Iterator

from plans.rules import wording
from plans.rules.findings.facts import (
    Case,
    Finding,
    FindingCode,
    about,
    dose_place,
    dose_where,
    small_step_name,
    step_name,
)
from plans.rules.schedule import Dose, When
from plans.rules.schedule_words import DrugRole, End
from taperplan import formats
from taperplan.words import gettext as _


def end_before_start(case: Case) -> Iterator[Finding]:
    for step in case.schedule.steps:
        if step.last_day is not None and step.last_day < step.first_day:
            yield Finding(
                code=FindingCode.END_BEFORE_START,
                subject=about(step.key, step.first_day, step.last_day),
                sentence=_("{step} ends on {last}, before its first day, {first}.").format(
                    step=step_name(step),
                    last=formats.day(step.last_day),
                    first=formats.day(step.first_day),
                ),
                detail="",
                where=f"steps.{step.key}.last_day",
                step=step.key,
                number=step.number,
                day=step.last_day,
            )


def no_stated_end(case: Case) -> Iterator[Finding]:
    for drug in case.schedule.drugs:
        beside = drug.role in (DrugRole.RESCUE, DrugRole.SUPPORTIVE)
        if drug.end is None and (case.schedule.steps_of(drug) or not beside):
            sentence, where = _("{drug}: the end is not stated."), f"drugs.{drug.key}.end"
        elif drug.end is End.MAINTAIN and drug.review_on is None:
            sentence = _("{drug}: maintain until a review, and its date is not stated.")
            where = f"drugs.{drug.key}.review_on"
        else:
            continue
        yield Finding(
            code=FindingCode.NO_STATED_END,
            subject=about(drug.key),
            sentence=sentence.format(drug=drug.name),
            detail=_("A plan without a stated end cannot be signed."),
            where=where,
            drug=drug.key,
        )


def stop_without_last_day(case: Case) -> Iterator[Finding]:
    for drug in case.schedule.drugs:
        open_steps = [s for s in case.schedule.steps_of(drug) if s.last_day is None]
        if drug.end is End.STOP and open_steps:
            step = open_steps[-1]
            yield Finding(
                code=FindingCode.STOP_WITHOUT_LAST_DAY,
                subject=about(drug.key, step.key),
                sentence=_("{drug}: the stated end is stop, and {step} has no last day.").format(
                    drug=drug.name, step=small_step_name(step)
                ),
                detail=_("{step} begins on {first}.").format(
                    step=step_name(step), first=formats.day(step.first_day)
                ),
                where=f"steps.{step.key}.last_day",
                step=step.key,
                number=step.number,
                drug=drug.key,
            )


def stated_twice(case: Case) -> Iterator[Finding]:
    known = case.schedule.known_product
    for step in case.schedule.steps:
        stated: dict[tuple[str, When], list[Dose]] = {}
        for place, dose in enumerate(d for d in step.doses if known(d.product)):
            above = stated.setdefault((dose.product, dose.when), [])
            above.append(dose)
            for other in above[:-1]:
                if other.on_days & dose.on_days:
                    product = case.schedule.product(dose.product)
                    yield Finding(
                        code=FindingCode.STATED_TWICE,
                        subject=about(step.key, dose.product, dose.when.token, place),
                        sentence=_("{place}: stated twice for the same days.").format(
                            place=dose_place(case.schedule, step, dose)
                        ),
                        detail=_("{one}, and {other}.").format(
                            one=wording.quantity_words(product, other.quantity),
                            other=wording.quantity_words(product, dose.quantity),
                        ),
                        where=dose_where(step, dose),
                        step=step.key,
                        number=step.number,
                        drug=product.drug,
                    )


def unknown_product(case: Case) -> Iterator[Finding]:
    known = case.schedule.known_product
    for step in case.schedule.steps:
        for dose in step.doses:
            if known(dose.product) is None:
                yield Finding(
                    code=FindingCode.UNKNOWN_PRODUCT,
                    subject=about(step.key, dose.product, dose.when.token),
                    sentence=_("{step}, {time}: the product is not in the plan.").format(
                        step=step_name(step), time=wording.when_label(dose.when.token)
                    ),
                    detail="",
                    where=dose_where(step, dose),
                    step=step.key,
                    number=step.number,
                )
    for line in case.schedule.as_needed:
        if known(line.product) is None:
            yield Finding(
                code=FindingCode.UNKNOWN_PRODUCT,
                subject=about(line.key, line.product),
                sentence=_("As-needed line: the product is not in the plan."),
                detail="",
                where=f"as_needed.{line.key}.product",
            )
