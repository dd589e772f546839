"""Days that no step of a drug states, and days that two steps state."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import NamedTuple

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
from plans.rules.schedule import (
    Drug,
    Schedule,
    Step,
    earlier_step,
    in_force,
)
from taperplan import formats
from taperplan.words import gettext as _

_DAY = timedelta(days=1)


class _Hole(NamedTuple):
    """Days between a drug's first and last step that no step states. ``silent``: the step of
    other drugs that is in force then, if one is."""

    first: date
    last: date
    before: Step
    after: Step
    silent: Step | None


def _holes(schedule: Schedule, drug: Drug) -> Iterator[_Hole]:
    steps = readable(schedule.steps_of(drug))
    others = [step for step in readable(schedule.steps) if step not in steps]
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


def gap(case: Case) -> Iterator[Finding]:
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
            subject=about(first, last, *(drug.key for drug in drugs)),
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
    parts = [step_name(step), _("first day")]
    if len(drugs) < len(schedule.drugs):
        parts.append(formats.listing([drug.name for drug in drugs]))
    return ", ".join(parts)


def _ends(step: Step) -> str:
    if step.last_day is None:
        return _("{step} has no last day.").format(step=step_name(step))
    return _("{step} ends {day}.").format(step=step_name(step), day=formats.day(step.last_day))


def _begins(step: Step) -> str:
    if step.from_slot is None:
        return _("{step} begins {day}.").format(
            step=step_name(step), day=formats.day(step.first_day)
        )
    return _("{step} begins {day} {at}.").format(
        step=step_name(step),
        day=formats.day(step.first_day),
        at=formats.at(step.from_slot.token),
    )


def _gap_within_a_day(case: Case) -> Iterator[Finding]:
    """A step that begins at a time of day, and no step states the day before that time."""
    for drug in case.schedule.drugs:
        steps = readable(case.schedule.steps_of(drug))
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
                    subject=about(day, slot.token, drug.key),
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


def silent(case: Case) -> Iterator[Finding]:
    for drug in case.schedule.drugs:
        for hole in _holes(case.schedule, drug):
            if hole.silent is not None:
                yield Finding(
                    code=FindingCode.SILENT,
                    subject=about(drug.key, hole.silent.key, hole.first, hole.last),
                    sentence=_("{step}, {drug}: no dose stated for {days}.").format(
                        step=step_name(hole.silent),
                        drug=drug.name,
                        days=formats.day_range(hole.first, hole.last),
                    ),
                    detail=_("{drug} is stated in {before} and in {after}.").format(
                        drug=drug.name,
                        before=small_step_name(hole.before),
                        after=small_step_name(hole.after),
                    ),
                    where=f"steps.{hole.silent.key}.doses",
                    step=hole.silent.key,
                    number=hole.silent.number,
                    day=hole.first,
                    last_day=hole.last,
                    drug=drug.key,
                )


def overlap(case: Case) -> Iterator[Finding]:
    for drug in case.schedule.drugs:
        steps = readable(case.schedule.steps_of(drug))
        for place, later in enumerate(steps):
            for earlier in steps[:place]:
                shared = _shared_days(case.schedule, drug, earlier, later)
                if shared is None:
                    continue
                first, last = shared
                yield Finding(
                    code=FindingCode.OVERLAP,
                    subject=about(
                        drug.key, earlier.key, later.key, first, "open" if last is None else last
                    ),
                    sentence=_("{place}: stated in two steps, {days}.").format(
                        place=f"{step_name(later)}, {drug.name}",
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
    if earlier.last_day is not None and earlier.last_day < later.first_day:
        return None  # as nearly always
    first = max(earlier.first_day, later.first_day)
    lasts = [step.last_day for step in (earlier, later) if step.last_day is not None]
    last = min(lasts, default=None)
    if last is not None and last < first:
        return None
    handed = schedule.handed_over(earlier, drug)
    if handed is not None and earlier.last_day == later.first_day and later.from_slot is not None:
        return None
    return first, last
