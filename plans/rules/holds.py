"""Staying on a dose, going on after it, and days for which somebody else sets the doses.

Dates only: no dose is made or changed here, and no step is added, so nothing reads as "same".
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

from plans.rules.schedule import Away, Drug, Schedule, Step, begins_before, in_force
from taperplan import formats, grammar
from taperplan.words import gettext as _

_DAY = timedelta(days=1)


class HoldRefused(ValueError):
    """Why the dates cannot be moved so; ``sentence`` is for the clinician."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


@dataclass(frozen=True)
class Moved:
    """A step whose dates a preview shows before and after; ``after`` None: left out."""

    before: Step
    after: Step | None


def held(schedule: Schedule, from_day: date, days: int | None) -> Schedule:
    """Stay on the doses of ``from_day`` for so many days more, or (None) without a last day.

    The steps in force that have a last day are longer by ``days``; what begins after them is as
    many days later. An open hold leaves them without a last day and the later steps out: the
    prescriber then states the end and a review date before it can be signed. Side-by-side steps
    of a drug kept unchanged, and as-needed lines, that go on anyway are not touched.
    Raises ``HoldRefused`` where no step is in force, or the one in force has no last day.
    """
    if days is not None and days < 1:
        raise HoldRefused(_("Staying on a dose lasts one day or more."))
    standing = [step for step in schedule.steps if in_force(step, from_day)]
    if not standing:
        raise HoldRefused(_("No step is in force on {day}.").format(day=formats.day(from_day)))
    ends = [step.last_day for step in standing if step.last_day is not None]
    if not ends:
        raise HoldRefused(_("The step in force has no last day."))
    staying = {step.key for step in _staying(standing)}
    steps: list[Step] = []
    for step in schedule.steps:
        later = step.first_day > from_day
        if step.key in staying and step.last_day is not None:
            last = None if days is None else _later(step.last_day, days)
            steps.append(replace(step, last_day=last))
        elif later and days is not None:
            steps.append(_shifted(step, days))
        elif not later:
            steps.append(step)
    return replace(schedule, steps=tuple(_numbered(steps)))


def _staying(standing: list[Step]) -> list[Step]:
    """Of the steps in force, those still in force as the day ends: one that hands over to
    another at a time of this day has had its last dose and stays as it is."""
    handed = {
        step.key
        for step in standing
        for other in standing
        if other.from_slot is not None
        and step.last_day == other.first_day
        and begins_before(step, other)
    }
    return [step for step in standing if step.key not in handed]


def _later(day: date, days: int) -> date:
    moved = day + timedelta(days=days)
    if moved.year > grammar.LAST_YEAR:
        raise HoldRefused(
            _("The last day goes beyond the year {last}.").format(last=grammar.LAST_YEAR)
        )
    return moved


def _shifted(step: Step, days: int) -> Step:
    return replace(
        step,
        first_day=_later(step.first_day, days),
        last_day=None if step.last_day is None else _later(step.last_day, days),
        cycle_from=None if step.cycle_from is None else _later(step.cycle_from, days),
    )


def _numbered(steps: list[Step]) -> list[Step]:
    return [replace(step, number=number) for number, step in enumerate(steps, 1)]


def resumed(schedule: Schedule, before: Schedule, from_day: date) -> Schedule:
    """Go on after an open hold: what ``before`` (the version before the hold) had still to come.

    The earliest step that waits begins on ``from_day`` (where none waits, the last step has ended
    by then); the others, and the ends of steps left open, stand as far from it as they did.
    Doses are untouched, and the stated ends of ``before`` come back: those typed for the hold
    were for the hold.
    Raises ``HoldRefused`` where nothing waits, or ``from_day`` is not after an open step began.
    """
    kept = {step.key for step in schedule.steps}
    waiting = [step for step in before.steps if step.key not in kept]
    was = {step.key: step for step in before.steps}
    left_open = [step.key for step in schedule.steps if step.last_day is None]
    ends = [last for key in left_open if (s := was.get(key)) and (last := s.last_day) is not None]
    if waiting:
        change = min(step.first_day for step in waiting)
    elif ends:
        change = min(ends) + _DAY
    else:
        raise HoldRefused(_("No step waits to go on."))
    days = (from_day - change).days
    closed = [_closed(step, was.get(step.key), days, from_day) for step in schedule.steps]
    order = {step.key: place for place, step in enumerate(before.steps)}
    steps = closed + [_shifted(step, days) for step in waiting]
    steps.sort(key=lambda step: order.get(step.key, len(order)))
    back = replace(schedule, steps=tuple(_numbered(steps)))
    return replace(back, drugs=_ends_of(back, before))


def _closed(step: Step, was: Step | None, days: int, from_day: date) -> Step:
    """A step that the hold left open, with its end again; any other as it is."""
    if step.last_day is not None or was is None or was.last_day is None:
        return step
    last = _later(was.last_day, days)
    if last < step.first_day:
        raise HoldRefused(
            _("{day} is not after the first day of step {number}, {first}.").format(
                day=formats.day(from_day),
                number=formats.number(step.number),
                first=formats.day(step.first_day),
            )
        )
    return replace(step, last_day=last)


def _ends_of(schedule: Schedule, before: Schedule) -> tuple[Drug, ...]:
    """The stated ends of the version before the hold: those typed for the hold were for it."""
    was = {drug.key: drug for drug in before.drugs}
    return tuple(
        replace(
            drug,
            end=was[drug.key].end,
            review_on=was[drug.key].review_on,
            end_note=was[drug.key].end_note,
        )
        if drug.key in was
        else drug
        for drug in schedule.drugs
    )


def interrupted(
    schedule: Schedule, from_day: date, until: date | None, *, where: str, why: str = ""
) -> Schedule:
    """Days for which the plan answers "set by ..., not recorded here". ``until`` None: open.

    No step is moved: what comes after is a restart, which a prescriber signs. Days that somebody
    else set before stay theirs up to the day before ``from_day``.
    Raises ``HoldRefused`` where days beyond these are set by somebody already.
    """
    if until is not None and until < from_day:
        raise HoldRefused(
            _("The last day, {last}, is before the first day, {first}.").format(
                last=formats.day(until), first=formats.day(from_day)
            )
        )
    if not where.strip():
        raise HoldRefused(_("Who sets the doses is not typed."))
    away = Away(first_day=from_day, last_day=until, where=where.strip(), why=why.strip())
    return replace(schedule, away=(*(_before(one, away) for one in schedule.away), away))


def _before(one: Away, away: Away) -> Away:
    """An interruption as it stands beside another that is typed after it."""
    if one.first_day < away.first_day:
        if one.last_day is None:
            return replace(one, last_day=away.first_day - _DAY)
        if one.last_day < away.first_day:
            return one
        if away.last_day is None or one.last_day <= away.last_day:
            return replace(one, last_day=away.first_day - _DAY)
    elif away.last_day is not None and away.last_day < one.first_day:
        return one
    raise HoldRefused(
        _("{days} is set by {where} already.").format(
            days=formats.day_range(one.first_day, one.last_day), where=one.where
        )
    )


def restarted(schedule: Schedule, from_day: date, *, later: bool) -> Schedule:
    """Go on after an interruption; its days stay answered by whoever set the doses on them.

    ``later``: what was not over when it began is later by its days, doses untouched: the step in
    course ends later, those after it move. Else the dates stay as they are signed.
    Raises ``HoldRefused`` where nothing is interrupted, or ``from_day`` is not after its first day.
    """
    if not schedule.away:
        raise HoldRefused(_("This plan is not interrupted."))
    away = max(schedule.away, key=lambda one: one.first_day)
    if from_day <= away.first_day:
        raise HoldRefused(
            _("{day} is not after the first day of the interruption, {first}.").format(
                day=formats.day(from_day), first=formats.day(away.first_day)
            )
        )
    last = from_day - _DAY if away.last_day is None else min(away.last_day, from_day - _DAY)
    others = tuple(one for one in schedule.away if one is not away)
    steps = schedule.steps
    if later:
        days = (last - away.first_day).days + 1
        steps = tuple(_after_away(step, away.first_day, days) for step in schedule.steps)
    return replace(schedule, steps=steps, away=(*others, replace(away, last_day=last)))


def _after_away(step: Step, first: date, days: int) -> Step:
    if step.first_day >= first:
        return _shifted(step, days)
    if step.last_day is not None and step.last_day >= first:
        return replace(step, last_day=_later(step.last_day, days))
    return step


def moved(before: Schedule, after: Schedule) -> tuple[Moved, ...]:
    """The steps whose dates differ, for the preview that a prescriber confirms."""
    steps = {step.key: step for step in after.steps}
    return tuple(
        Moved(before=step, after=now)
        for step in before.steps
        if (now := steps.get(step.key)) is None
        or (now.first_day, now.last_day) != (step.first_day, step.last_day)
    )


def stays_until(schedule: Schedule, from_day: date) -> date | None:
    """The day up to which the doses of ``from_day`` go on; None: until the clinic tells."""
    lasts = [step.last_day for step in schedule.steps if in_force(step, from_day)]
    return min((last for last in lasts if last is not None), default=None)


def holding_on(hold_from: date | None, hold_until: date | None, day: date) -> bool:
    """Whether the patient stays on a dose on this day; ``hold_until`` None: until told."""
    return hold_from is not None and hold_from <= day and (hold_until is None or day <= hold_until)


def staying_words(dose: str, hold_until: date | None) -> str:
    """As "Staying on 1 mg until Wed 2 Dec 2026"; never the bare word hold."""
    if hold_until is None:
        return _("Staying on {dose}. Your clinic will tell you the next change.").format(dose=dose)
    return _("Staying on {dose} until {day}").format(dose=dose, day=formats.day(hold_until))
