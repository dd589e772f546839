"""A schedule in the words that a patient acts on: dated rows, times of day, calendars."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import TYPE_CHECKING

from plans.rules.schedule import PatchAct, When, expected_on, step_on, worn_on
from plans.rules.schedule_words import End, Form, Rhythm, Slot
from plans.rules.wording import days_words, product_name, quantity_words
from plans.sheets.handout import Calendar, CalendarDay, ScheduleRow, ScheduleTable, Taking
from plans.sheets.paper import Line, Run, plain, strong, text_of
from taperplan import formats
from taperplan.words import gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterable

    from plans.models import Version
    from plans.rules.schedule import Dose, Drug, Product, Schedule, Step

_DAY = timedelta(days=1)
# A calendar of a step without a last day shows so many days from its first.
OPEN_CALENDAR_DAYS = 28


# --- one dose -----------------------------------------------------------------------------------
def dose_line(product: Product, drug: Drug, quantity: Fraction, *, named: bool) -> Line:
    """As "**2 tablets of 0.5 mg** (1 mg)"; `named` says the drug too, where a row has several."""
    name = product_name(product, drug)
    if quantity == 0:
        return strong(_nothing_of(product, name, named=named))
    words = quantity_words(product, quantity)
    if product.strength is None or product.unit is None:
        named_words = _("{quantity} of {name}").format(quantity=words, name=name)
        return strong(named_words if named else words)
    of = formats.strength(product.strength, product.unit, product.form, product.per)
    if named:
        of = _("{name} {strength}").format(name=name, strength=of)
    head = _("{quantity} of {strength}").format(quantity=words, strength=of)
    if product.form is Form.PATCH:
        return strong(head)
    total = formats.amount(quantity * product.strength / product.per, product.unit)
    return (Run(head, strong=True), Run(f" ({total})"))


def _nothing_of(product: Product, name: str, *, named: bool) -> str:
    """A stated nothing of one product, never an empty place."""
    none = _("none") if product.form.measured else quantity_words(product, Fraction(0))
    if product.strength is None or product.unit is None:
        return _("{none} of {name}").format(none=none, name=name) if named else none
    of = formats.strength(product.strength, product.unit, product.form, product.per)
    if named:
        of = _("{name} {strength}").format(name=name, strength=of)
    return _("{none} of {strength}").format(none=none, strength=of)


def product_line(product: Product, schedule: Schedule) -> Line:
    """What the patient holds in the hand: name, strength, how it may be cut, how it is made."""
    drug = schedule.drug(product.drug)
    name = product_name(product, drug)
    if product.strength is None or product.unit is None:
        words = _("{name} {forms}, strength not stated.").format(
            name=name, forms=formats.noun(product.form, 2)
        )
    else:
        words = _("{name} {forms} of {strength}.").format(
            name=name,
            forms=formats.noun(product.form, 2),
            strength=formats.strength(product.strength, product.unit, product.form, product.per),
        )
    rest = [_cutting(product)]
    for label, typed in (
        (_("Route: {typed}"), product.route),
        (_("Made ready: {typed}"), product.preparation),
        (_("Measure with: {typed}"), product.device),
        (_("Given by: {typed}"), product.given_by),
        (_("Keep until: {typed}"), product.keep_until),
    ):
        if typed:
            rest.append(_ended(label.format(typed=typed)))
    rest.append(product.texts.patient)
    return plain(" ".join([words, *(part for part in rest if part)]))


def _ended(words: str) -> str:
    """With a full stop, unless the words that were typed end in one of their own."""
    return words if words.endswith((".", "!", "?")) else words + "."


def _cutting(product: Product) -> str:
    match product.parts:
        case 2:
            return _("May be cut in half.")
        case 3:
            return _("May be cut in thirds.")
        case 4:
            return _("May be cut in quarters.")
        case 8:
            return _("May be cut in eighths.")
        case _one:
            return _("Do not cut.") if product.form is Form.TABLET else ""


# --- tables ---------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Track:
    """Drugs that change together, because some step states them together."""

    drugs: tuple[Drug, ...]
    steps: tuple[Step, ...]


def tracks(schedule: Schedule) -> tuple[Track, ...]:
    """Which drugs share a table: two rows of one table are never in force beside each other,
    unless a step says so itself."""
    owner = {drug.key: drug.key for drug in schedule.drugs}

    def root(key: str) -> str:
        while owner[key] != key:
            key = owner[key]
        return key

    for step in schedule.steps:
        keys = [schedule.product(dose.product).drug for dose in step.doses]
        for key in keys[1:]:
            owner[root(key)] = root(keys[0])
    found = []
    for drug in schedule.drugs:
        if root(drug.key) != drug.key:
            continue
        drugs = tuple(one for one in schedule.drugs if root(one.key) == drug.key)
        keys_of = {one.key for one in drugs}
        steps = tuple(
            step
            for step in schedule.steps
            if any(schedule.product(dose.product).drug in keys_of for dose in step.doses)
        )
        if steps:
            found.append(Track(drugs, tuple(sorted(steps, key=_beginning))))
    return tuple(found)


def _beginning(step: Step) -> tuple[date, tuple[int, int], int]:
    place = step.from_slot.place if step.from_slot is not None else (-1, 0)
    return (step.first_day, place, step.number)


def schedule_tables(schedule: Schedule, version: Version) -> tuple[ScheduleTable, ...]:
    found = tracks(schedule)
    return tuple(_Table(schedule, version, track, alone=len(found) == 1).table() for track in found)


class _Table:
    def __init__(self, schedule: Schedule, version: Version, track: Track, *, alone: bool) -> None:
        self.schedule = schedule
        self.version = version
        self.track = track
        self.alone = alone
        self.named = len(track.drugs) > 1
        self.times = sorted({dose.when for step in track.steps for dose in step.doses})
        self.daily = all(step.rhythm is Rhythm.DAILY for step in track.steps)
        self.one_time = self.times[0] if len(self.times) == 1 and self.daily else None

    def table(self) -> ScheduleTable:
        dated = [(step.first_day, self._row(step)) for step in self.track.steps]
        dated += self._away_rows()
        dated += self._end_rows()
        rows = [row for _day, row in sorted(dated, key=lambda pair: pair[0])]
        return ScheduleTable(
            heading=self._heading(),
            labels=(
                _("From"),
                _("Up to and with"),
                _("Days"),
                _("When"),
                self._take_label(),
            ),
            rows=tuple(rows),
            calendars=tuple(
                calendar for step in self.track.steps if (calendar := self._calendar(step))
            ),
        )

    def _heading(self) -> str:
        names = formats.listing([drug.name for drug in self.track.drugs])
        if self.one_time is not None:
            time = formats.at(self.one_time.token)
            if self.alone:
                return _("What to take {at_time}, every day").format(at_time=time)
            return _("What to take of {drugs} {at_time}, every day").format(
                drugs=names, at_time=time
            )
        if self.alone:
            return _("What to take every day") if self.daily else _("What to take")
        if self.daily:
            return _("What to take of {drugs} every day").format(drugs=names)
        return _("What to take of {drugs}").format(drugs=names)

    def _take_label(self) -> str:
        if self.one_time is None:
            return _("Take")
        words = _("{at_time}, take").format(at_time=formats.at(self.one_time.token))
        return words[:1].upper() + words[1:]

    # --- a step
    def _row(self, step: Step) -> ScheduleRow:
        first = formats.day(step.first_day)
        if step.from_slot is not None:
            first = _("{day}, from {time}").format(day=first, time=_time(step.from_slot))
        last, days = "", ""
        if step.last_day is not None:
            last = formats.day(step.last_day)
            until = self._handed_over(step)
            if until is not None:
                last = _("{day}, before {time}").format(day=last, time=_time(until))
            days = formats.number((step.last_day - step.first_day).days + 1)
        return ScheduleRow(
            first=first,
            last=last,
            days=days,
            takings=self._takings(step),
            stacked=_stacked(last, step),
            notes=tuple(self._notes(step)),
        )

    def _handed_over(self, step: Step) -> When | None:
        return next(
            (
                until
                for drug in self.track.drugs
                if (until := self.schedule.handed_over(step, drug)) is not None
            ),
            None,
        )

    def _takings(self, step: Step) -> tuple[Taking, ...]:
        takings: list[Taking] = []
        for when in sorted({dose.when for dose in step.doses}):
            lines = [
                self._dose(step, dose)
                for product in self.schedule.products
                for dose in step.doses
                if dose.when == when and dose.product == product.key
            ]
            label = "" if self.one_time is not None else formats.slot_name(when.token)
            takings.append(Taking(label, tuple(lines)))
        return tuple(takings)

    def _dose(self, step: Step, dose: Dose) -> Line:
        product = self.schedule.product(dose.product)
        drug = self.schedule.drug(product.drug)
        line = dose_line(product, drug, dose.quantity, named=self.named)
        if product.form is Form.PATCH and dose.quantity:
            line = (Run(_("put on") + " "), *line)
        if step.rhythm is Rhythm.DAILY:
            return line
        return (*line, Run(", " + days_words(self.schedule, step, dose)))

    def _notes(self, step: Step) -> Iterable[Line]:
        if self._stays(step):
            yield strong(self._staying())
        if self._calendar(step) is not None:
            yield plain(_("The days stand one by one in the calendar below."))
        if self._beside(step):
            yield plain(_("Other rows count on some of these days too. Take what each row says."))
        if step.texts.patient:
            yield plain(step.texts.patient)

    def _stays(self, step: Step) -> bool:
        """Whether this is the step that a hold keeps in force."""
        day = self.version.hold_from
        return day is not None and any(
            (held := step_on(self.schedule, day, drug)) is not None and held.key == step.key
            for drug in self.track.drugs
        )

    def _staying(self) -> str:
        until = self.version.hold_until
        if until is None:
            return _("Stay on this dose. Your clinic will tell you the next change.")
        return _("Stay on this dose until {day}.").format(day=formats.day(until))

    def _beside(self, step: Step) -> bool:
        """Whether another row of this table is in force on one of its days, beside it."""
        for other in self.track.steps:
            if other.key == step.key:
                continue
            begin = max(step.first_day, other.first_day)
            ends = [day for day in (step.last_day, other.last_day) if day is not None]
            end = min(ends, default=None)
            if end is not None and begin > end:
                continue
            if begin == end and (
                self._handed_over(step) is not None or self._handed_over(other) is not None
            ):
                continue
            return True
        return False

    # --- what is not a step
    def _away_rows(self) -> Iterable[tuple[date, ScheduleRow]]:
        for away in self.schedule.away:
            words = _("Your doses are set by {where}. They are not on this page.")
            last, days = "", ""
            stacked: tuple[str, ...] = ()
            if away.last_day is not None:
                last = formats.day(away.last_day)
                days = formats.number((away.last_day - away.first_day).days + 1)
                stacked = (_("to {day}").format(day=last),)
            row = ScheduleRow(
                first=formats.day(away.first_day),
                last=last,
                days=days,
                takings=(Taking("", (strong(words.format(where=away.where)),)),),
                stacked=stacked,
            )
            yield away.first_day, row

    def _end_rows(self) -> list[tuple[date, ScheduleRow]]:
        rows = []
        for drug in self.track.drugs:
            steps = self.schedule.steps_of(drug)
            days = [step.last_day for step in steps]
            open_ = any(day is None for day in days)
            known = [day for day in days if day is not None]
            after = None if open_ or not known else max(known) + _DAY
            line = self._end(drug)
            if line is None:
                continue
            first = "" if after is None else formats.day(after)
            if after is None and drug.end is End.MAINTAIN and drug.review_on is not None:
                first = formats.day(drug.review_on)
            taking = Taking("", (line,))
            row = ScheduleRow(first=first, last="", days="", takings=(taking,), end=True)
            rows.append((after or drug.review_on or date.max, row))
        return rows

    def _end(self, drug: Drug) -> Line | None:
        match drug.end:
            case End.STOP:
                words = _("No {drug} from this day on.").format(drug=drug.name)
                return (Run(_("Stop."), strong=True), Run(" " + words))
            case End.MAINTAIN:
                day = "" if drug.review_on is None else formats.day(drug.review_on)
                words = _("Stay on the last dose of {drug} until your review on {day}.")
                return (
                    Run(_("Review."), strong=True),
                    Run(" " + words.format(drug=drug.name, day=day)),
                )
            case End.REFER:
                words = _("Another clinic goes on with your {drug}.").format(drug=drug.name)
                note = f" {drug.end_note}" if drug.end_note else ""
                return (Run(words, strong=True), Run(note))
            case _none:
                return None

    # --- calendars
    def _calendar(self, step: Step) -> Calendar | None:
        if step.rhythm is not Rhythm.CYCLE:
            return None
        last = step.last_day or step.first_day + (OPEN_CALENDAR_DAYS - 1) * _DAY
        days = list(self._calendar_days(step, last))
        times = {dose.when.token for dose in step.doses}
        days_ = formats.day_range(step.first_day, last)
        heading = _("Day by day, {days}").format(days=days_)
        if len(times) == 1:
            heading = _("Day by day {at_time}, {days}").format(
                at_time=formats.at(times.pop()), days=days_
            )
        return Calendar(
            heading=heading,
            weekdays=tuple(formats.short_weekday(number) for number in formats.week()),
            days=tuple(days),
            labels=(_("Day"), _("Take")),
        )

    def _calendar_days(self, step: Step, last: date) -> Iterable[CalendarDay]:
        day = step.first_day
        while day <= last:
            yield _calendar_day(day, self._worn(step, day) + self._taken(step, day))
            day += _DAY
        if step.last_day is None:
            return
        # The last patch comes off after the step's last day, each by its own wearing time.
        for _later in range(self._longest_worn(step)):
            off = [worn for worn in worn_on(self.schedule, day) if worn.act is PatchAct.REMOVE]
            if any(worn.step.key == step.key for worn in off):
                yield _calendar_day(day, [_("take off the old patch")])
            day += _DAY

    def _patches(self, step: Step) -> list[Product]:
        products = [self.schedule.product(dose.product) for dose in step.doses]
        return [product for product in products if product.form is Form.PATCH]

    def _longest_worn(self, step: Step) -> int:
        hours = [product.wear_hours or 0 for product in self._patches(step)]
        return max(hours, default=0) // 24 + 1

    def _worn(self, step: Step, day: date) -> list[str]:
        """What is done with patches; the patch of the step before comes off in this one, a patch
        of another drug has a calendar of its own."""
        words = []
        drugs = {product.drug for product in self._patches(step)}
        for worn in worn_on(self.schedule, day):
            before = worn.act is PatchAct.REMOVE and worn.drug.key in drugs
            if worn.step.key != step.key and not before:
                continue
            match worn.act:
                case PatchAct.REMOVE:
                    words.append(_("take off the old patch"))
                case PatchAct.KEEP_ON:
                    words.append(_("keep the patch on"))
                case PatchAct.APPLY:
                    line = dose_line(worn.product, worn.drug, worn.quantity, named=self.named)
                    words.append(_("put on {patch}").format(patch=text_of(line)))
        return words

    def _taken(self, step: Step, day: date) -> list[str]:
        words = []
        times = {dose.when for dose in step.doses}
        for expected in expected_on(self.schedule, day):
            if expected.step.key != step.key or expected.product.form is Form.PATCH:
                continue
            line = dose_line(expected.product, expected.drug, expected.quantity, named=self.named)
            label = "" if len(times) == 1 else formats.slot_name(expected.when.token) + ": "
            words.append(label + text_of(line))
        return words


def _calendar_day(day: date, what: list[str]) -> CalendarDay:
    """A day on which the step says nothing reads "none", never an empty place."""
    return CalendarDay(
        day=formats.day(day),
        short=_("{day} {month}")
        .format(day=day.day, month=formats.short_month(day.month))
        .replace(" ", formats.NBSP),
        weekday=formats.place_in_week(day),
        what=tuple(what or [_("none")]),
    )


def _stacked(last: str, step: Step) -> tuple[str, ...]:
    """The last day and the number of days, as they stand below the first day."""
    if step.last_day is None:
        return ()
    days = formats.length((step.last_day - step.first_day).days + 1)
    return (days,) if step.last_day == step.first_day else (_("to {day}").format(day=last), days)


def _time(when: When) -> str:
    """A time of day after "from" or "before": "the evening", "08:00"."""
    match when.slot:
        case Slot.MORNING:
            return _("the morning")
        case Slot.MIDDAY:
            return _("midday")
        case Slot.EVENING:
            return _("the evening")
        case Slot.BEDTIME:
            return _("bedtime")
        case Slot.CLOCK:
            return when.token
