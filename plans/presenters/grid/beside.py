"""Beside the steps: the stated ends, as-needed lines, from when the version counts, its texts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from plans.presenters import choices
from plans.presenters.choices import words
from plans.presenters.grid.around import Around
from plans.presenters.grid.shown import AsNeededBox, EndBox, Field, Supply, SupplyLine
from plans.rules import wording
from plans.rules.cells import FIRST_DAY
from plans.rules.draft import DrugCells
from plans.rules.schedule import Schedule, supply
from taperplan import formats


@dataclass(frozen=True)
class Beside:
    around: Around

    def end_box(self, drug: DrugCells) -> EndBox:
        path = f"drugs.{drug['key']}"
        return EndBox(
            drug=drug["key"],
            name=self.around.drug_names[drug["key"]],
            options=tuple(
                (value, word, value == drug["end"]) for value, word in words(choices.ENDS)
            ),
            error=self.around.error(f"{path}.end.stop"),
            review_on=self.around.text(
                f"{path}.review_on", _("Review on"), drug["review_on"], width=10
            ),
            note=self.around.lines_of(
                f"{path}.end_note", _("What happens at the end, in words"), drug["end_note"]
            ),
        )

    def as_needed_boxes(self) -> Iterator[AsNeededBox]:
        options = [("", _("not chosen"))] + [
            (product["key"], self.around.product_words(product["key"]))
            for product in self.around.doc["products"]
        ]
        for number, line in enumerate(self.around.doc["as_needed"], 1):
            path = f"as_needed.{line['key']}"
            yield AsNeededBox(
                key=line["key"],
                number=number,
                fields=(
                    self.around.select(f"{path}.product", _("Product"), line["product"], options),
                    self.around.text(
                        f"{path}.quantity",
                        _("Each time, number of (mL of)"),
                        line["quantity"],
                        width=6,
                        decimal=True,
                    ),
                    self.around.text(
                        f"{path}.maximum",
                        _("At most in 24 hours"),
                        line["maximum"],
                        width=6,
                        decimal=True,
                    ),
                    self.around.text(
                        f"{path}.gap",
                        _("At least between two"),
                        line["gap"],
                        width=6,
                        help=_("With h or min."),
                        decimal=True,
                    ),
                    self.around.text(
                        f"{path}.first_day", _("First day"), line["first_day"], width=10
                    ),
                    self.around.text(
                        f"{path}.last_day",
                        _("Last day, blank when open"),
                        line["last_day"],
                        width=10,
                    ),
                    self.around.text(f"{path}.reason", _("For what"), line["reason"]),
                ),
            )

    def plan_fields(self) -> tuple[Field, ...]:
        slots = (("", _("the start of that day")), *words(choices.SLOTS))
        if self.around.doc["in_force_slot"] not in dict(slots):
            slots = (*slots, (self.around.doc["in_force_slot"], self.around.doc["in_force_slot"]))
        day = self.around.reading.in_force_from
        by_word = self.around.doc["in_force_from"].strip(" ").lower() in FIRST_DAY
        return (
            self.around.text("title", _("Name of the plan"), self.around.doc["title"]),
            self.around.text(
                "in_force_from",
                _("In force from"),
                self.around.doc["in_force_from"],
                width=10,
                unit="" if day is None else formats.day(day) if by_word else formats.weekday(day),
                help=_("A date, or the word first: the first day of the steps."),
            ),
            self.around.select(
                "in_force_slot", _("From what time of day"), self.around.doc["in_force_slot"], slots
            ),
            self.around.lines_of("reason", _("Reason for this version"), self.around.doc["reason"]),
        )

    def text_fields(self) -> tuple[Field, ...]:
        return (
            self.around.lines_of(
                "patient_text",
                _("For the patient, on the handout"),
                self.around.doc["patient_text"],
            ),
            self.around.lines_of(
                "missed_dose_text",
                _("When a dose is missed or vomited"),
                self.around.doc["missed_dose_text"],
            ),
            self.around.lines_of(
                "pharmacy_text", _("For the pharmacy"), self.around.doc["pharmacy_text"]
            ),
            self.around.lines_of(
                "team_text", _("For the team, printed on neither"), self.around.doc["team_text"]
            ),
        )

    def supply(self) -> Supply | None:
        schedule = self.around.reading.so_far
        period = closed_period(schedule)
        if period is None:
            return None
        first, last = period
        return Supply(
            period=formats.day_range(first, last),
            lines=tuple(
                SupplyLine(
                    name=wording.product_label(line.product, schedule.drug(line.product.drug)),
                    words=formats.quantity(line.quantity, line.product.form),
                )
                for line in supply(schedule, first, last)
            ),
        )


def closed_period(schedule: Schedule) -> tuple[date, date] | None:
    """From the first day to the last one that is stated; an open step begins after it."""
    steps = [step for step in schedule.steps if step.last_day and step.last_day >= step.first_day]
    if not steps:
        return None
    return (
        min(step.first_day for step in schedule.steps),
        max(step.last_day for step in steps if step.last_day),
    )
