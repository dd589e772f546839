"""Facts about a schedule that a prescriber mends or accepts with a reason before signing.

Each names its step, day and figure. None says what to type, and none judges a dose: a gap, an
overlap, lower, same and higher are facts about one drug, never about rows.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple

from plans.rules import wording
from plans.rules.draft import dose_path
from plans.rules.past import past_differences
from plans.rules.schedule import (
    Direction,
    Dose,
    Drug,
    DrugRole,
    DrugTotal,
    End,
    Form,
    Product,
    Rhythm,
    Schedule,
    Step,
    Unit,
    counts_at,
    days_worn,
    direction,
    earlier_step,
    expected_on,
    first_day,
    in_force,
    position,
    step_totals,
    supply,
)
from plans.rules.typed import typed_days_of
from taperplan import formats
from taperplan.words import gettext as _

_DAY = timedelta(days=1)
_LONGEST_SUBJECT = 120


class Severity(StrEnum):
    REFUSE = "refuse"
    REASON = "reason"


class FindingCode(StrEnum):
    END_BEFORE_START = "end_before_start"
    NO_STATED_END = "no_stated_end"
    STOP_WITHOUT_LAST_DAY = "stop_without_last_day"
    STATED_TWICE = "stated_twice"
    UNKNOWN_PRODUCT = "unknown_product"
    GAP = "gap"
    OVERLAP = "overlap"
    SILENT = "silent"
    SAME = "same"
    HIGHER = "higher"
    NOT_TO_BE_SPLIT = "not_to_be_split"
    NO_MAXIMUM = "no_maximum"
    TWO_STRENGTHS = "two_strengths"
    ENDS_IN_CYCLE = "ends_in_cycle"
    ENDS_IN_WEAR = "ends_in_wear"
    NOT_WHOLE = "not_whole"
    MAINTAIN_PAST_LAST_DAY = "maintain_past_last_day"
    DAYS_DIFFER = "days_differ"
    SUPPLY_DIFFERS = "supply_differs"
    PAST_DIFFERS = "past_differs"
    OTHER_PLAN = "other_plan"


REFUSED = frozenset(
    {
        FindingCode.END_BEFORE_START,
        FindingCode.NO_STATED_END,
        FindingCode.STOP_WITHOUT_LAST_DAY,
        FindingCode.STATED_TWICE,
        FindingCode.UNKNOWN_PRODUCT,
    }
)
"""What refuses a signing; every other finding can be accepted with a reason."""


@dataclass(frozen=True)
class Finding:
    """One fact. ``subject`` holds what it is about and its figures, so that an acceptance stands
    for this fact only and falls away when a figure changes. ``where`` is the path of a cell.
    ``drugs``: the keys where several drugs share one gap; then ``drug`` is None."""

    code: FindingCode
    subject: str
    sentence: str
    detail: str
    where: str
    step: str | None = None
    number: int | None = None
    day: date | None = None
    last_day: date | None = None
    drug: str | None = None
    drugs: tuple[str, ...] = ()

    @property
    def severity(self) -> Severity:
        return Severity.REFUSE if self.code in REFUSED else Severity.REASON


class Elsewhere(NamedTuple):
    """A drug of another active plan of this patient."""

    plan: str
    drug: str


@dataclass(frozen=True)
class _Case:
    schedule: Schedule
    today: date | None
    replaced: Schedule | None
    elsewhere: tuple[Elsewhere, ...]
    do_not_split: Collection[str]


def findings(
    schedule: Schedule,
    *,
    today: date | None = None,
    replaced: Schedule | None = None,
    elsewhere: Iterable[Elsewhere | tuple[str, str]] = (),
    do_not_split: Collection[str] = (),
) -> tuple[Finding, ...]:
    """Every finding, what refuses a signing first, then by step.

    ``replaced`` is the schedule of the version that this one replaces; with ``today``, past days
    are compared with it. ``elsewhere``: drugs of the patient's other active plans.
    ``do_not_split``: keys of products that the clinic marks so, whatever the plan says.
    """
    case = _Case(
        schedule=schedule,
        today=today,
        replaced=replaced,
        elsewhere=tuple(Elsewhere(*other) for other in elsewhere),
        do_not_split=do_not_split,
    )
    found = [finding for rule in _RULES for finding in rule(case)]
    found.sort(key=lambda f: (f.severity is not Severity.REFUSE, f.number or 0))
    return tuple(found)


def standing(
    found: Iterable[Finding], accepted: Iterable[tuple[str, str, str]]
) -> tuple[tuple[Finding, ...], tuple[tuple[Finding, str], ...]]:
    """Part findings into those still open, and those accepted with their reason.

    ``accepted`` holds (code, subject, reason); one without a reason accepts nothing, and what
    refuses a signing cannot be accepted.
    """
    reasons = {(code, subject): reason for code, subject, reason in accepted if reason.strip()}
    still_open: list[Finding] = []
    settled: list[tuple[Finding, str]] = []
    for finding in found:
        reason = reasons.get((finding.code.value, finding.subject))
        if reason is None or finding.severity is Severity.REFUSE:
            still_open.append(finding)
        else:
            settled.append((finding, reason))
    return tuple(still_open), tuple(settled)


def _subject(*parts: object) -> str:
    words = "/".join(part.isoformat() if isinstance(part, date) else str(part) for part in parts)
    if len(words) <= _LONGEST_SUBJECT:
        return words
    return f"{words[:40]}/{hashlib.sha256(words.encode()).hexdigest()[:32]}"


def _step(step: Step) -> str:
    return _("Step {number}").format(number=formats.number(step.number))


def _small_step(step: Step) -> str:
    return _("step {number}").format(number=formats.number(step.number))


def _dose_place(schedule: Schedule, step: Step, dose: Dose) -> str:
    product = schedule.product(dose.product)
    label = wording.product_label(product, schedule.drug(product.drug))
    return ", ".join([_step(step), wording.when_label(dose.when.token), label])


def _dose_where(step: Step, dose: Dose) -> str:
    return dose_path(step.key, dose.product, dose.when.token, typed_days_of(step, dose))


def _readable(steps: Iterable[Step]) -> list[Step]:
    return [s for s in steps if s.last_day is None or s.first_day <= s.last_day]


# What refuses a signing


def _end_before_start(case: _Case) -> Iterator[Finding]:
    for step in case.schedule.steps:
        if step.last_day is not None and step.last_day < step.first_day:
            yield Finding(
                code=FindingCode.END_BEFORE_START,
                subject=_subject(step.key, step.first_day, step.last_day),
                sentence=_("{step} ends on {last}, before its first day, {first}.").format(
                    step=_step(step),
                    last=formats.day(step.last_day),
                    first=formats.day(step.first_day),
                ),
                detail="",
                where=f"steps.{step.key}.last_day",
                step=step.key,
                number=step.number,
                day=step.last_day,
            )


def _no_stated_end(case: _Case) -> Iterator[Finding]:
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
            subject=_subject(drug.key),
            sentence=sentence.format(drug=drug.name),
            detail=_("A plan without a stated end cannot be signed."),
            where=where,
            drug=drug.key,
        )


def _stop_without_last_day(case: _Case) -> Iterator[Finding]:
    for drug in case.schedule.drugs:
        open_steps = [s for s in case.schedule.steps_of(drug) if s.last_day is None]
        if drug.end is End.STOP and open_steps:
            step = open_steps[-1]
            yield Finding(
                code=FindingCode.STOP_WITHOUT_LAST_DAY,
                subject=_subject(drug.key, step.key),
                sentence=_("{drug}: the stated end is stop, and {step} has no last day.").format(
                    drug=drug.name, step=_small_step(step)
                ),
                detail=_("{step} begins on {first}.").format(
                    step=_step(step), first=formats.day(step.first_day)
                ),
                where=f"steps.{step.key}.last_day",
                step=step.key,
                number=step.number,
                drug=drug.key,
            )


def _stated_twice(case: _Case) -> Iterator[Finding]:
    for step in case.schedule.steps:
        known = [dose for dose in step.doses if dose.product in _keys(case.schedule)]
        for place, dose in enumerate(known):
            for other in known[:place]:
                same_cell = (other.product, other.when) == (dose.product, dose.when)
                if same_cell and other.on_days & dose.on_days:
                    product = case.schedule.product(dose.product)
                    yield Finding(
                        code=FindingCode.STATED_TWICE,
                        subject=_subject(step.key, dose.product, dose.when.token, place),
                        sentence=_("{place}: stated twice for the same days.").format(
                            place=_dose_place(case.schedule, step, dose)
                        ),
                        detail=_("{one}, and {other}.").format(
                            one=wording.quantity_words(product, other.quantity),
                            other=wording.quantity_words(product, dose.quantity),
                        ),
                        where=_dose_where(step, dose),
                        step=step.key,
                        number=step.number,
                        drug=product.drug,
                    )


def _unknown_product(case: _Case) -> Iterator[Finding]:
    known = _keys(case.schedule)
    for step in case.schedule.steps:
        for dose in step.doses:
            if dose.product not in known:
                yield Finding(
                    code=FindingCode.UNKNOWN_PRODUCT,
                    subject=_subject(step.key, dose.product, dose.when.token),
                    sentence=_("{step}, {time}: the product is not in the plan.").format(
                        step=_step(step), time=wording.when_label(dose.when.token)
                    ),
                    detail="",
                    where=_dose_where(step, dose),
                    step=step.key,
                    number=step.number,
                )
    for line in case.schedule.as_needed:
        if line.product not in known:
            yield Finding(
                code=FindingCode.UNKNOWN_PRODUCT,
                subject=_subject(line.key, line.product),
                sentence=_("As-needed line: the product is not in the plan."),
                detail="",
                where=f"as_needed.{line.key}.product",
            )


def _keys(schedule: Schedule) -> frozenset[str]:
    drugs = {drug.key for drug in schedule.drugs}
    return frozenset(p.key for p in schedule.products if p.drug in drugs)


# Days


class _Hole(NamedTuple):
    """Days between a drug's first and last step that no step states. ``silent``: the step of
    other drugs that is in force then, if one is."""

    first: date
    last: date
    before: Step
    after: Step
    silent: Step | None


def _holes(schedule: Schedule, drug: Drug) -> Iterator[_Hole]:
    steps = _readable(schedule.steps_of(drug))
    others = [step for step in _readable(schedule.steps) if step not in steps]
    until: Step | None = None
    for step in steps:
        if until is not None and until.last_day is not None:
            if until.last_day + _DAY < step.first_day:
                stretch = until.last_day + _DAY, step.first_day - _DAY
                for first, last, silent in _silent_parts(*stretch, others):
                    yield _Hole(first, last, until, step, silent)
            if step.last_day is None or step.last_day > until.last_day:
                until = step
        elif until is None:
            until = step


def _silent_parts(
    first: date, last: date, others: Sequence[Step]
) -> Iterator[tuple[date, date, Step | None]]:
    """Cut a stretch of days where the step of other drugs that is in force changes."""
    edges = {first, last + _DAY}
    for step in others:
        edges |= {step.first_day} if first < step.first_day <= last else set()
        if step.last_day is not None and first <= step.last_day < last:
            edges.add(step.last_day + _DAY)
    parts: list[tuple[date, date, Step | None]] = []
    for begin, end in pairwise(sorted(edges)):
        silent = next((step for step in others if in_force(step, begin)), None)
        if parts and parts[-1][2] is silent:
            parts[-1] = (parts[-1][0], end - _DAY, silent)
        else:
            parts.append((begin, end - _DAY, silent))
    yield from parts


def _gap(case: _Case) -> Iterator[Finding]:
    """Days that no step states. One finding for all drugs that share the same days and steps."""
    shared: dict[tuple[date, date, str, str], list[Drug]] = {}
    steps: dict[str, Step] = {}
    for drug in case.schedule.drugs:
        for hole in _holes(case.schedule, drug):
            if hole.silent is None:
                key = (hole.first, hole.last, hole.before.key, hole.after.key)
                shared.setdefault(key, []).append(drug)
                steps |= {hole.before.key: hole.before, hole.after.key: hole.after}
    for (first, last, before_key, after_key), drugs in shared.items():
        before, after = steps[before_key], steps[after_key]
        days = (last - first).days + 1
        yield Finding(
            code=FindingCode.GAP,
            subject=_subject(first, last, *(drug.key for drug in drugs)),
            sentence=_("{place}: no dose stated for {days}.").format(
                place=_first_day_of(case.schedule, after, drugs),
                days=formats.day_range(first, last),
            ),
            detail=" ".join(
                [
                    _ends(before),
                    _begins(after),
                    _("{days} between them.").format(days=formats.length(days)),
                ]
            ),
            where=f"steps.{after.key}.first_day",
            step=after.key,
            number=after.number,
            day=first,
            last_day=last,
            drug=drugs[0].key if len(drugs) == 1 else None,
            drugs=tuple(drug.key for drug in drugs),
        )
    yield from _gap_within_a_day(case)


def _first_day_of(schedule: Schedule, step: Step, drugs: Sequence[Drug]) -> str:
    parts = [_step(step), _("first day")]
    if len(drugs) < len(schedule.drugs):
        parts.append(formats.listing([drug.name for drug in drugs]))
    return ", ".join(parts)


def _ends(step: Step) -> str:
    if step.last_day is None:
        return _("{step} has no last day.").format(step=_step(step))
    return _("{step} ends {day}.").format(step=_step(step), day=formats.day(step.last_day))


def _begins(step: Step) -> str:
    if step.from_slot is None:
        return _("{step} begins {day}.").format(step=_step(step), day=formats.day(step.first_day))
    return _("{step} begins {day} {at}.").format(
        step=_step(step),
        day=formats.day(step.first_day),
        at=formats.at(step.from_slot.token),
    )


def _gap_within_a_day(case: _Case) -> Iterator[Finding]:
    """A step that begins at a time of day, and no step states the day before that time."""
    for drug in case.schedule.drugs:
        steps = _readable(case.schedule.steps_of(drug))
        for step in steps:
            earlier = earlier_step(case.schedule, step, drug)
            slot, day = step.from_slot, step.first_day
            if slot is None or earlier is None or any(in_force(s, day) for s in steps if s != step):
                continue
            doses = [
                *case.schedule.doses_of(earlier, drug),
                *case.schedule.doses_of(step, drug),
            ]
            if any(dose.when < slot for dose in doses):
                yield Finding(
                    code=FindingCode.GAP,
                    subject=_subject(day, slot.token, drug.key),
                    sentence=_("{place}: no dose stated for {day} before {time}.").format(
                        place=_first_day_of(case.schedule, step, [drug]),
                        day=formats.day(day),
                        time=wording.when_label(slot.token),
                    ),
                    detail=f"{_ends(earlier)} {_begins(step)}",
                    where=f"steps.{step.key}.from_slot",
                    step=step.key,
                    number=step.number,
                    day=day,
                    last_day=day,
                    drug=drug.key,
                )


def _silent(case: _Case) -> Iterator[Finding]:
    for drug in case.schedule.drugs:
        for hole in _holes(case.schedule, drug):
            if hole.silent is not None:
                yield Finding(
                    code=FindingCode.SILENT,
                    subject=_subject(drug.key, hole.silent.key, hole.first, hole.last),
                    sentence=_("{step}, {drug}: no dose stated for {days}.").format(
                        step=_step(hole.silent),
                        drug=drug.name,
                        days=formats.day_range(hole.first, hole.last),
                    ),
                    detail=_("{drug} is stated in {before} and in {after}.").format(
                        drug=drug.name,
                        before=_small_step(hole.before),
                        after=_small_step(hole.after),
                    ),
                    where=f"steps.{hole.silent.key}.doses",
                    step=hole.silent.key,
                    number=hole.silent.number,
                    day=hole.first,
                    last_day=hole.last,
                    drug=drug.key,
                )


def _overlap(case: _Case) -> Iterator[Finding]:
    for drug in case.schedule.drugs:
        steps = _readable(case.schedule.steps_of(drug))
        for place, later in enumerate(steps):
            for earlier in steps[:place]:
                shared = _shared_days(case.schedule, drug, earlier, later)
                if shared is None:
                    continue
                first, last = shared
                yield Finding(
                    code=FindingCode.OVERLAP,
                    subject=_subject(
                        drug.key, earlier.key, later.key, first, "open" if last is None else last
                    ),
                    sentence=_("{place}: stated in two steps, {days}.").format(
                        place=f"{_step(later)}, {drug.name}",
                        days=formats.day_range(first, last),
                    ),
                    detail=f"{_ends(earlier)} {_begins(later)}",
                    where=f"steps.{later.key}.first_day",
                    step=later.key,
                    number=later.number,
                    day=first,
                    last_day=last,
                    drug=drug.key,
                )


def _shared_days(
    schedule: Schedule, drug: Drug, earlier: Step, later: Step
) -> tuple[date, date | None] | None:
    """The days of both steps; none where one hands over to the other at a time of day."""
    first = max(earlier.first_day, later.first_day)
    lasts = [step.last_day for step in (earlier, later) if step.last_day is not None]
    last = min(lasts, default=None)
    if last is not None and last < first:
        return None
    handed = schedule.handed_over(earlier, drug)
    if handed is not None and earlier.last_day == later.first_day and later.from_slot is not None:
        return None
    return first, last


# Doses


def _not_lower(case: _Case) -> Iterator[Finding]:
    for step in _readable(case.schedule.steps):
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
                subject=_subject(
                    step.key,
                    total.drug.key,
                    *_figures(was.mean),
                    "to",
                    *_figures(total.mean),
                ),
                sentence=sentence.format(
                    step=_step(step), drug=total.drug.name, before=_small_step(before)
                ),
                detail=_("{before}: {was}. {step}: {now}.").format(
                    before=_step(before),
                    was=wording.a_day(was),
                    step=_step(step),
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


def _not_to_be_split(case: _Case) -> Iterator[Finding]:
    schedule = case.schedule
    for step in schedule.steps:
        for dose in step.doses:
            if dose.product not in _keys(schedule):
                continue
            product = schedule.product(dose.product)
            if _splits(product, dose.quantity, case.do_not_split):
                yield Finding(
                    code=FindingCode.NOT_TO_BE_SPLIT,
                    subject=_subject(
                        step.key, product.key, dose.when.token, dose.on_days, dose.quantity
                    ),
                    sentence=_("{place}: {quantity} typed.").format(
                        place=_dose_place(schedule, step, dose),
                        quantity=wording.quantity_words(product, dose.quantity),
                    ),
                    detail=_splitting(product, case.do_not_split),
                    where=_dose_where(step, dose),
                    step=step.key,
                    number=step.number,
                    day=step.first_day,
                    drug=product.drug,
                )
    for line in schedule.as_needed:
        if line.product not in _keys(schedule):
            continue
        product = schedule.product(line.product)
        if _splits(product, line.quantity, case.do_not_split):
            label = wording.product_label(product, schedule.drug(product.drug))
            yield Finding(
                code=FindingCode.NOT_TO_BE_SPLIT,
                subject=_subject(line.key, product.key, line.quantity),
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
    return not product.form.measured and parts > 0 and (quantity * parts).denominator != 1


def _splitting(product: Product, do_not_split: Collection[str]) -> str:
    form = formats.noun(product.form)
    parts = _parts(product, do_not_split)
    if parts == 1:
        return _("This {form} is marked: do not split.").format(form=form)
    return _("This {form} may be split into {parts} parts.").format(
        form=form, parts=formats.number(parts)
    )


def _no_maximum(case: _Case) -> Iterator[Finding]:
    for line in case.schedule.as_needed:
        if line.maximum is None and line.product in _keys(case.schedule):
            product = case.schedule.product(line.product)
            label = wording.product_label(product, case.schedule.drug(product.drug))
            yield Finding(
                code=FindingCode.NO_MAXIMUM,
                subject=_subject(line.key, product.key),
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


def _two_strengths(case: _Case) -> Iterator[Finding]:
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
                subject=_subject(drug.key, form, *(f"{k[0]}" for k in sorted(kinds))),
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


def _ends_in_cycle(case: _Case) -> Iterator[Finding]:
    for step in _readable(case.schedule.steps):
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
                subject=_subject(step.key, step.last_day, place, step.cycle_days),
                sentence=sentence.format(
                    step=_step(step),
                    last=formats.day(step.last_day),
                    place=place,
                    cycle=step.cycle_days,
                ),
                detail=_("{step} is {days} long.").format(
                    step=_step(step), days=formats.length(days)
                ),
                where=f"steps.{step.key}.last_day",
                step=step.key,
                number=step.number,
                day=step.last_day,
            )


def _ends_in_wear(case: _Case) -> Iterator[Finding]:
    for step in _readable(case.schedule.steps):
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
                    subject=_subject(step.key, product.key, dose.when.token, applied, off),
                    sentence=_(
                        "{step} ends {last}. The {drug} patch of {applied} is worn until {off}."
                    ).format(
                        step=_step(step),
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


# Totals


def _closed_until(schedule: Schedule, product: Product) -> date | None:
    """The last day of the product's steps; None where one of them has none."""
    lasts = [
        step.last_day
        for step in _readable(schedule.steps)
        if any(d.product == product.key and d.quantity for d in step.doses)
    ]
    known = [last for last in lasts if last is not None]
    return max(known) if known and len(known) == len(lasts) else None


def _computed_supply(schedule: Schedule, product: Product) -> Fraction | None:
    first, last = first_day(schedule), _closed_until(schedule, product)
    if first is None or last is None:
        return None
    lines = {line.product.key: line.quantity for line in supply(schedule, first, last)}
    return lines.get(product.key)


def _not_whole(case: _Case) -> Iterator[Finding]:
    schedule = case.schedule
    for product in schedule.products:
        if product.form.measured or product.key not in _keys(schedule):
            continue
        quantity = _computed_supply(schedule, product)
        first, last = first_day(schedule), _closed_until(schedule, product)
        if quantity is None or first is None or last is None or quantity.denominator == 1:
            continue
        label = wording.product_label(product, schedule.drug(product.drug))
        yield Finding(
            code=FindingCode.NOT_WHOLE,
            subject=_subject(product.key, quantity),
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


def _supply_differs(case: _Case) -> Iterator[Finding]:
    schedule = case.schedule
    for product in schedule.products:
        if product.stated_supply is None or product.key not in _keys(schedule):
            continue
        quantity = _computed_supply(schedule, product)
        if quantity == product.stated_supply:
            continue
        stated = wording.quantity_words(product, product.stated_supply)
        yield Finding(
            code=FindingCode.SUPPLY_DIFFERS,
            subject=_subject(product.key, product.stated_supply, quantity),
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


def _days_differ(case: _Case) -> Iterator[Finding]:
    for step in _readable(case.schedule.steps):
        if step.stated_days is None:
            continue
        days = None if step.last_day is None else (step.last_day - step.first_day).days + 1
        if days == step.stated_days:
            continue
        stated = formats.length(step.stated_days)
        yield Finding(
            code=FindingCode.DAYS_DIFFER,
            subject=_subject(step.key, step.stated_days, days),
            sentence=_("{step}: the days stated differ from its dates.").format(step=_step(step)),
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


def _maintain_past_last_day(case: _Case) -> Iterator[Finding]:
    for drug in case.schedule.drugs:
        steps = _readable(case.schedule.steps_of(drug))
        lasts = [step.last_day for step in steps if step.last_day is not None]
        if drug.end is not End.MAINTAIN or drug.review_on is None or len(lasts) < len(steps):
            continue
        if lasts and max(lasts) + _DAY < drug.review_on:
            step = next(step for step in steps if step.last_day == max(lasts))
            yield Finding(
                code=FindingCode.MAINTAIN_PAST_LAST_DAY,
                subject=_subject(drug.key, max(lasts), drug.review_on),
                sentence=_("{drug}: maintain until {review}, and {step} ends {last}.").format(
                    drug=drug.name,
                    review=formats.day(drug.review_on),
                    step=_small_step(step),
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


# Beside this plan


def _other_plan(case: _Case) -> Iterator[Finding]:
    for drug in case.schedule.drugs:
        plans = [o.plan for o in case.elsewhere if o.drug.casefold() == drug.name.casefold()]
        for plan in dict.fromkeys(plans):
            yield Finding(
                code=FindingCode.OTHER_PLAN,
                subject=_subject(drug.key, plan),
                sentence=_("{drug} is in two active plans.").format(drug=drug.name),
                detail=_("The other plan: {plan}.").format(plan=plan),
                where=f"drugs.{drug.key}.name",
                drug=drug.key,
            )


def _past_differs(case: _Case) -> Iterator[Finding]:
    if case.replaced is None or case.today is None:
        return
    for first, last in past_differences(case.schedule, case.replaced, before=case.today):
        yield Finding(
            code=FindingCode.PAST_DIFFERS,
            subject=_subject(first, last),
            sentence=_("{days}: past, and not as in the version replaced.").format(
                days=formats.day_range(first, last)
            ),
            detail=_("On {day}: {now} In the version replaced: {was}").format(
                day=formats.day(first),
                now=_day_in_words(case.schedule, first),
                was=_day_in_words(case.replaced, first),
            ),
            where="steps",
            day=first,
            last_day=last,
        )


def _day_in_words(schedule: Schedule, day: date) -> str:
    doses = [
        f"{wording.product_name(e.product, e.drug)} {formats.at(e.when.token)}, "
        f"{wording.dose_words(e.product, e.quantity)}"
        for e in expected_on(schedule, day)
    ]
    return ("; ".join(doses) or _("no dose stated")) + "."


_RULES = (
    _end_before_start,
    _no_stated_end,
    _stop_without_last_day,
    _stated_twice,
    _unknown_product,
    _gap,
    _overlap,
    _silent,
    _not_lower,
    _not_to_be_split,
    _no_maximum,
    _two_strengths,
    _ends_in_cycle,
    _ends_in_wear,
    _not_whole,
    _maintain_past_last_day,
    _days_differ,
    _supply_differs,
    _past_differs,
    _other_plan,
)
