"""What the worked examples of docs/schedule.md print; each prints an answer of the rules."""

from __future__ import annotations

from datetime import date

from plans.rules import wording
from plans.rules.cells import read
from plans.rules.findings import findings
from plans.rules.schedule import (
    Schedule,
    direction,
    expected_on,
    first_day,
    last_day,
    period_totals,
    step_totals,
    supply,
)
from taperplan import formats
from tests.plans.rules.published import PUBLISHED


def typed(letter: str) -> Schedule:
    """A published schedule, read from its cells."""
    published = PUBLISHED[letter]
    schedule = read(published.cells(), today=published.first_day).schedule
    if schedule is None:
        raise ValueError(letter)
    return schedule


def steps(schedule: Schedule) -> None:
    """Each step: its days, its drugs' totals, and their word against the step before."""
    for step in schedule.steps:
        totals = [
            f"{t.drug.name} {wording.step_total_words(t)}"
            f" ({wording.direction_word(direction(schedule, step, t.drug)) or '-'})"
            for t in step_totals(schedule, step)
        ]
        say(
            f"{step.number}. {formats.day_range(step.first_day, step.last_day)}: "
            + "; ".join(totals)
        )


def day(schedule: Schedule, when: date) -> None:
    """What was to be taken on a day."""
    for e in expected_on(schedule, when):
        name = wording.product_name(e.product, e.drug)
        say(f"{e.when.token}: {name}, {wording.dose_words(e.product, e.quantity)}")


def whole(schedule: Schedule, until: date | None = None) -> None:
    """Days, amounts and supply; of an open schedule up to a day."""
    first, last = first_day(schedule), until or last_day(schedule)
    if first is None or last is None:
        say("no last day")
        return
    say(formats.length((last - first).days + 1))
    for total in period_totals(schedule, first, last):
        say(f"{total.drug.name}: {wording.total_words(total)}")
    for line in supply(schedule, first, last):
        label = wording.product_label(line.product, schedule.drug(line.product.drug))
        say(f"{label}: {wording.quantity_words(line.product, line.quantity)}")


def facts(schedule: Schedule) -> None:
    """The findings, with what becomes of a signing."""
    for finding in findings(schedule):
        say(f"{finding.severity.value}: {finding.sentence} {finding.detail}")


def say(words: str) -> None:
    print(words.replace("\u00a0", " "))  # noqa: T201  (a worked example prints its answer)
