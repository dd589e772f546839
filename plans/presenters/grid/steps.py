"""The rows of the grid, and the heads of its columns."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from plans.presenters import choices
from plans.presenters.choices import words
from plans.presenters.grid.around import Around
from plans.presenters.grid.shown import (
    Cell,
    Column,
    Field,
    GroupRow,
    Head,
    Quantity,
    Reads,
    StepRow,
    Total,
)
from plans.rules import wording
from plans.rules.cells import StepBack
from plans.rules.draft import ProductCells, StepCells, blank_step
from plans.rules.places import Places
from plans.rules.schedule import Direction, Step
from plans.rules.schedule_words import DrugRole, Rhythm
from taperplan import formats

CHAINED = "chained"
OPEN = "open"


def says(step: int, label: str) -> str:
    """What is spoken for a cell: "Step 2, first day"."""
    return _("Step %(n)d, %(label)s") % {"n": step, "label": label}


@dataclass(frozen=True)
class Steps:
    around: Around

    def columns(self) -> Iterator[Column]:
        places = Places(self.around.doc)
        drugs = {product["key"]: product["drug"] for product in self.around.doc["products"]}
        for at, (product, time) in enumerate(self.around.columns):
            words = self.around.product_words(product)
            when = wording.when_label(time)
            yield Column(
                id=f"c{at}",
                product=product,
                time=time,
                head=formats.slot_name(time),
                says=_("%(time)s, %(product)s, %(counted)s")
                % {
                    "time": when,
                    "product": words,
                    "counted": self.around.counted(product),
                },
                place=f"{when}, {places.column(product)}",
                card=self.cards[at],
                drug=drugs[product],
            )

    @cached_property
    def cards(self) -> tuple[str, ...]:
        """The head of each column where the table is drawn as cards."""
        return tuple(
            f"{formats.slot_name(time)}, {self.around.product_words(product)}"
            for product, time in self.around.columns
        )

    def heads(self) -> tuple[Head, ...]:
        spans = Counter(product for product, _time in self.around.columns)
        return tuple(
            Head(
                key=product["key"],
                name=self.around.drug_name_of(product),
                rest=self.head_rest(product),
                span=spans[product["key"]],
                line=self.around.line_of(product["key"]),
            )
            for product in self.around.doc["products"]
            if spans[product["key"]]
        )

    def head_rest(self, product: ProductCells) -> str:
        read = self.around.read_products.get(product["key"])
        if read is None:
            return _("not complete")
        forms = formats.noun(read.form, 2)
        if read.strength is None or read.unit is None:
            return _("%(forms)s, %(counted)s") % {
                "forms": forms,
                "counted": self.around.counted(product["key"]),
            }
        strength = formats.strength(read.strength, read.unit, read.form, read.per)
        return _("%(strength)s %(forms)s, %(counted)s") % {
            "strength": strength,
            "forms": forms,
            "counted": self.around.counted(product["key"]),
        }

    def cell(
        self, name: str, label: str, value: str, read: str = "", *, step: int, out: str = ""
    ) -> Cell:
        """A cell with what is wrong in it, where something is."""
        state = self.around.state(name)
        return Cell(
            name=name,
            label=label,
            says=says(step, label),
            value=value,
            read=self.around.marks.refused.get(name) or read,
            state=state,
            out=out,
        )

    def rows(self) -> Iterator[StepRow]:
        for number, step in enumerate(self.around.doc["steps"], 1):
            yield self.row(step, number, self.read_steps.get(step["key"]))

    @cached_property
    def read_steps(self) -> Mapping[str, Step]:
        return {step.key: step for step in self.around.reading.so_far.steps}

    def row(self, step: StepCells, number: int, read: Step | None) -> StepRow:
        key = step["key"]
        path = f"steps.{key}"
        back = self.around.reading.partial.steps[key]
        totals = self.totals(back)
        daily = step["rhythm"] not in (Rhythm.CYCLE.value, Rhythm.WEEKDAYS.value)
        patterned = (
            not daily
            or bool(step["cycle_days"].strip())
            or any(group.on.strip() for group in self.around.rows[key])
        )
        first, days, last = self.dates_of(step, number, back)
        return StepRow(
            key=key,
            number=number,
            first=first,
            days=days,
            last=last,
            rhythm=self.cell(f"{path}.rhythm", _("pattern"), step["rhythm"], step=number),
            cycle_days=self.cell(
                f"{path}.cycle_days", _("days of the cycle"), step["cycle_days"], step=number
            ),
            more=self.step_fields(step, path) if self.asks_more(step, path) else (),
            groups=tuple(self.group_rows(step, number)),
            totals=totals,
            reason=self.cell(f"{path}.reason", _("reason"), step["reason"], step=number),
            why=self.why(totals, step),
            daily=daily,
            patterned=patterned,
            days_of=self.days_of(read),
            chained=back.chained,
            dates=self.dates(back.first_day, back.last_day, is_open=back.open),
            findings=self.around.marks.by_step[key],
        )

    def dates_of(self, step: StepCells, number: int, back: StepBack) -> tuple[Cell, Cell, Cell]:
        """First day, days, last day: of the last two one is typed, the other is computed text."""
        path = f"steps.{step['key']}"
        is_open = step["open"] == "yes"
        length_typed = bool(step["days"].strip())
        last_typed = bool(step["last_day"].strip())
        return (
            self.cell(
                f"{path}.first_day",
                _("first day"),
                CHAINED if back.chained else step["first_day"],
                back.first_words,
                step=number,
                out=formats.short_day(back.first_day) if back.chained and back.first_day else "",
            ),
            self.cell(
                f"{path}.days",
                _("days"),
                step["days"],
                self.days_word(back.days, typed=length_typed or last_typed, is_open=is_open),
                step=number,
                out=str(back.days) if back.days and not length_typed else "",
            ),
            self.cell(
                f"{path}.last_day",
                _("last day"),
                OPEN if is_open else step["last_day"],
                back.last_words,
                step=number,
                out=formats.short_day(back.last_day)
                if back.last_day and not last_typed and not is_open
                else "",
            ),
        )

    def totals(self, back: StepBack) -> tuple[Total, ...]:
        return tuple(
            Total(
                id=f"total.{back.key}.{total.drug}",
                drug=self.around.drug_names[total.drug],
                words=total.words,
                way=total.direction.value,
                complete=total.complete,
                line=self.around.lines[total.drug],
            )
            for total in back.totals
        )

    def days_of(self, step: Step | None) -> str:
        """The dates of each day of a pattern: "day 1 of 2: Mon 30 Nov, Wed 2 Dec"."""
        if step is None or step.rhythm is Rhythm.DAILY:
            return ""
        schedule = self.around.reading.so_far
        shown: dict[int, str] = {}
        for dose in step.doses:
            if dose.on_days not in shown and schedule.known_product(dose.product):
                shown[dose.on_days] = _("%(days)s: %(dates)s") % {
                    "days": wording.days_words(schedule, step, dose),
                    "dates": wording.dates_words(step, dose.on_days),
                }
        return " · ".join(shown.values())

    def asks_more(self, step: StepCells, path: str) -> bool:
        """Whether something of the finer points is typed, refused, found, or gone to."""
        names = ("from_slot", "cycle_from", "stated_days", "patient_text", "pharmacy_text",
                 "team_text")  # fmt: skip
        return (
            any(step[name].strip() for name in names)  # type: ignore[literal-required]
            or any(self.around.state(f"{path}.{name}") for name in names)
            or self.around.focus in [f"{path}.{name}" for name in names]
        )

    @staticmethod
    def days_word(days: int | None, *, typed: bool, is_open: bool) -> str:
        if typed:
            return ngettext("day", "days", days or 2)
        return "" if is_open else _("not typed")

    def why(self, totals: tuple[Total, ...], step: StepCells) -> str:
        """ "Why higher (diazepam)"; "" where no reason is asked for and none is typed."""
        unchanged = {
            drug["name"].strip()
            for drug in self.around.doc["drugs"]
            if drug["role"] == DrugRole.UNCHANGED.value
        }
        asked: dict[str, list[str]] = defaultdict(list)
        for total in totals:
            same_as_meant = total.way == Direction.SAME.value and total.drug in unchanged
            if total.way in (Direction.SAME.value, Direction.HIGHER.value) and not same_as_meant:
                asked[wording.direction_word(Direction(total.way))].append(total.drug)
        if not asked:
            return _("Why") if step["reason"].strip() else ""
        ways = [
            word
            if len(self.around.doc["drugs"]) == 1
            else _("%(way)s (%(drugs)s)") % {"way": word, "drugs": formats.listing(drugs)}
            for word, drugs in asked.items()
        ]
        return _("Why %(ways)s") % {"ways": formats.listing(ways)}

    @staticmethod
    def dates(first: date | None, last: date | None, *, is_open: bool) -> str:
        if first is None:
            return _("dates not typed")
        if last is not None:
            days = formats.length((last - first).days + 1)
            return f"{formats.day_range(first, last)} · {days}"
        if is_open:
            return _("from %(day)s, no last day") % {"day": formats.day(first)}
        return _("from %(day)s, length not typed") % {"day": formats.day(first)}

    def group_rows(self, step: StepCells, place: int) -> Iterator[GroupRow]:
        key = step["key"]
        reads, cards = self.reads, self.cards
        for number, row in enumerate(self.around.rows[key]):
            path = f"steps.{key}.{number}"
            doses = []
            for at, (product, time) in enumerate(self.around.columns):
                name = f"{path}.c{at}"
                value = row.quantities.get((product, time), "")
                typed = value.strip(" ")
                refused = self.around.marks.refused.get(name)
                said = reads.get(product, {}).get(typed)
                doses.append(
                    Quantity(
                        name=name,
                        value=value,
                        read=refused or (said[0] if typed and said else self.not_typed),
                        state=self.around.state(name),
                        card=cards[at],
                    )
                )
            label = _("days %(n)d") % {"n": number + 1}
            on = Cell(
                name=f"{path}.on",
                label=label,
                says=says(place, label),
                value=row.on,
                read=self.on_words(step, row.on),
            )
            yield GroupRow(number=number, on=on, doses=tuple(doses))

    @cached_property
    def reads(self) -> Reads:
        return self.around.reading.partial.said

    @cached_property
    def not_typed(self) -> str:
        return _("not typed")

    @staticmethod
    def on_words(step: StepCells, on: str) -> str:
        if on.strip():
            return ""
        return (
            _("every day of the cycle")
            if step["rhythm"] == Rhythm.CYCLE.value
            else _("every day of the week")
        )

    @staticmethod
    def blank(name: str, label: str, read: str = "") -> Cell:
        return Cell(name=name, label=label, value="", read=read, says=says(0, label))

    def blank_row(self) -> StepRow:
        """The row that a new step begins as; its key and number are written in by the page."""
        key = "__key__"
        path = f"steps.{key}"
        step = blank_step(key)
        step["rhythm"] = Rhythm.DAILY.value
        return StepRow(
            key=key,
            number=0,
            first=self.blank(f"{path}.first_day", _("first day"), self.not_typed),
            days=self.blank(f"{path}.days", _("days"), self.not_typed),
            last=self.blank(f"{path}.last_day", _("last day"), self.not_typed),
            rhythm=replace(self.blank(f"{path}.rhythm", _("pattern")), value=step["rhythm"]),
            cycle_days=self.blank(f"{path}.cycle_days", _("days of the cycle")),
            more=self.step_fields(step, path),
            groups=(
                GroupRow(
                    0,
                    self.blank(f"{path}.0.on", _("days %(n)d") % {"n": 1}),
                    tuple(
                        Quantity(f"{path}.0.c{at}", "", self.not_typed, card=card)
                        for at, card in enumerate(self.cards)
                    ),
                ),
            ),
            totals=tuple(
                Total(f"total.{key}.{drug}", name, _("not complete"), "none", False, line)
                for (drug, name), line in zip(
                    self.around.drug_names.items(), self.around.lines.values(), strict=True
                )
            ),
            reason=self.blank(f"{path}.reason", _("reason")),
            why="",
            daily=True,
            patterned=True,
            days_of="",
            chained=False,
            dates=_("dates not typed"),
            findings=0,
        )

    def step_fields(self, step: StepCells, path: str) -> tuple[Field, ...]:
        slots = (("", _("the start of the day")), *words(choices.SLOTS))
        known = {value for value, _word in slots}
        if step["from_slot"] not in known:
            slots = (*slots, (step["from_slot"], step["from_slot"]))
        return (
            self.around.select(
                f"{path}.from_slot", _("Begins on its first day from"), step["from_slot"], slots
            ),
            self.around.text(
                f"{path}.cycle_from",
                _("Cycle counted from"),
                step["cycle_from"],
                width=10,
                help=_("Left blank, from the first day of the step."),
            ),
            self.around.text(
                f"{path}.stated_days",
                _("Length that the source states"),
                step["stated_days"],
                width=6,
                unit=_("days"),
                decimal=True,
                help=_("Compared with the dates, never used."),
            ),
            self.around.lines_of(
                f"{path}.patient_text", _("For the patient, on the handout"), step["patient_text"]
            ),
            self.around.lines_of(
                f"{path}.pharmacy_text", _("For the pharmacy"), step["pharmacy_text"]
            ),
            self.around.lines_of(
                f"{path}.team_text", _("For the team, printed on neither"), step["team_text"]
            ),
        )
