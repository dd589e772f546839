"""The page on which a check-in is typed: every box with the text that stands in it.

Nothing is chosen beforehand. A box shows what a person typed in this draft, and nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from plans.models.schedule import schedules
from plans.presenters.check_in import last_time, taken_periods
from plans.presenters.escalation import Protocol, protocol
from plans.rules import vitals
from plans.rules.check_in import (
    AMOUNT_LINES,
    SCALE_LINES,
    TELEPHONED,
    Decision,
    How,
    Reporter,
    Scale,
    TakenAs,
    YesNo,
    box,
    pressed,
    raised,
    read,
    rest_of,
    state_of,
    unanswered_safety,
)
from plans.rules.redflags import Level
from plans.rules.symptoms import (
    ASKED_AS_SAFETY,
    BY_KEY,
    OTHER_LINES,
    SAFETY_QUESTIONS,
    SUICIDAL_THOUGHTS,
    SUICIDE,
    SUICIDE_PLAN,
    Shape,
    Symptom,
    label,
    offered,
)
from plans.rules.wording import product_label
from taperplan import formats, grammar
from taperplan.words import gettext as _
from taperplan.words import ngettext

if TYPE_CHECKING:
    import uuid
    from collections.abc import Iterable, Sequence
    from datetime import date, datetime
    from zoneinfo import ZoneInfo

    from plans.models import CheckInDraft
    from plans.presenters.check_in import Around, LastTime, TakenPeriod
    from plans.rules.check_in import Reading
    from plans.rules.schedule import DrugClass, Schedule

BLANK = "__key__"
SUICIDE_PARTS = (
    "asked_by",
    "words",
    "earlier_attempts",
    "means",
    "means_done",
    "protects",
    "safety_plan",
    "told",
)
EVENT_PARTS = ("how_many", "when_each", "how_long", "witnessed_by", "last_dose")


@dataclass(frozen=True)
class Box:
    """One input: its name (also its id), its label, what was typed and what is wrong with it."""

    name: str
    label: str
    value: str = ""
    error: str = ""
    help: str = ""


@dataclass(frozen=True)
class Option:
    value: str
    label: str
    look: str = ""
    icon: str = "tick"


@dataclass(frozen=True)
class Choice:
    """Answers of which one may be chosen; `value` is empty until a person has chosen."""

    name: str
    label: str
    options: tuple[Option, ...]
    value: str = ""
    error: str = ""


@dataclass(frozen=True)
class Confirm:
    """Whether a starred item waits for its confirming key or has raised its red flag."""

    key: str
    label: str
    waits: bool
    raised: bool
    removed: Box | None = None


@dataclass(frozen=True)
class Item:
    """A safety question or a symptom row."""

    key: str
    name: str
    label: str
    answer: Choice
    shape: str
    star: bool
    present: bool
    boxes: Mapping[str, Box]
    choices: Mapping[str, Choice]
    confirm: Confirm | None
    last: str = ""
    group: str = ""
    unanswered: bool = False


@dataclass(frozen=True)
class TakenRow:
    name: str
    drug: str
    expected: tuple[TakenPeriod, ...]
    answer: Choice
    boxes: Mapping[str, Box]
    open: bool


@dataclass(frozen=True)
class AmountRow:
    number: int
    product: Choice
    boxes: Mapping[str, Box]


@dataclass(frozen=True)
class VitalBox:
    box: Box
    unit: str
    sure: Box | None = None
    sure_given: bool = False


@dataclass(frozen=True)
class ScaleRow:
    number: int
    scale: Choice
    boxes: Mapping[str, Box]


@dataclass(frozen=True)
class ToComplete:
    where: str
    words: str
    done: bool = False


@dataclass(frozen=True)
class Rest:
    """What "none of the rest was present" would deny, its stars by name."""

    chosen: bool
    count: int
    words: str
    stars: str


@dataclass(frozen=True)
class FormPage:
    heading: str
    safety: tuple[Item, ...]
    safety_words: str
    safety_pattern: str
    rows: tuple[Item, ...]
    rows_words: str
    rows_pattern: str
    blank: Item
    addable: tuple[tuple[str, tuple[Option, ...]], ...]
    catalogue: tuple[dict[str, str], ...]
    rest: Rest
    taken: tuple[TakenRow, ...]
    taken_since: str
    amounts: tuple[AmountRow, ...]
    vitals: tuple[VitalBox, ...]
    more_vitals: tuple[VitalBox, ...]
    more_vitals_open: bool
    scales: tuple[ScaleRow, ...]
    item_nine: Item
    scales_open: bool
    notes: Mapping[str, Box]
    notes_open: bool
    in_confidence: bool
    decision: Choice
    decision_reason: Box
    next_boxes: tuple[Box, ...]
    next_error: str
    next_words: str
    no_next: Box
    how: Choice
    reported_by: Choice
    boxes: Mapping[str, Box]
    as_on_file: bool
    on_file: str
    when: str
    in_force: str
    happened_open: bool
    correction: Box | None
    complete: tuple[ToComplete, ...]
    waits: str
    first: str
    refused: tuple[dict[str, str], ...]
    protocol: Protocol
    protocol_hidden: bool
    saved: str
    listed: str
    far: bool
    happened_boxes: tuple[Box, ...]
    told_boxes: tuple[Box, ...]
    amounts_open: bool
    last: LastTime | None
    raised_words: str
    flags: Mapping[str, str] = field(default_factory=dict)


def form_page(
    draft: CheckInDraft, around: Around, *, now: datetime, tried: bool = False
) -> FormPage:
    """`tried`: somebody pressed Complete, so what was refused is said in a summary too."""
    return _Page(draft, around, now=now, tried=tried).page()


def to_complete(reading: Reading) -> tuple[ToComplete, ...]:
    """What is missing or refused, in the order of the page, each with where to go."""
    refused = [
        ToComplete(_target(r.where), f"{box_label(r.where)}: {r.sentence}")
        for r in reading.refusals
    ]
    missing = [ToComplete(_target(m.where), m.words) for m in reading.missing]
    return (*refused, *missing)


def waits_for(reading: Reading) -> str:
    """As "Waits for: 2 safety questions, the decision."; empty when nothing is missing."""
    words = [missing.words[:1].lower() + missing.words[1:] for missing in reading.missing]
    if reading.refusals:
        count = len(reading.refusals)
        words.insert(0, ngettext("{n} thing to mend", "{n} things to mend", count).format(n=count))
    if not words:
        return ""
    return _("Waits for {what}.").format(what=formats.listing(words[:4] + _more(words[4:])))


def _more(words: Sequence[str]) -> list[str]:
    return [_("{n} more").format(n=len(words))] if words else []


def _target(where: str) -> str:
    return f"{where}_0" if where in ("next", "happened", "told") else where


class _Page:
    def __init__(self, draft: CheckInDraft, around: Around, *, now: datetime, tried: bool) -> None:
        self.draft, self.around, self.now, self.tried = draft, around, now, tried
        self.typed: Mapping[str, str] = draft.answers
        self.reading = read(self.typed, around.asking)
        self.errors = {refusal.where: refusal.sentence for refusal in self.reading.refusals}
        self.pressed = pressed(self.typed)
        self.free = around.asking.corrected_stars or frozenset()
        self.zone = around.patient.clinic.zone
        self.read_schedules: Mapping[uuid.UUID, Schedule] = schedules(around.versions)
        self.last = last_time(around)

    # --- small parts

    def box(self, name: str, words: str, help_: str = "") -> Box:
        return Box(name, words, self.typed.get(name, ""), self.errors.get(name, ""), help_)

    def choice(self, name: str, words: str, options: Iterable[Option]) -> Choice:
        found = tuple(options)
        value = self.typed.get(name, "")
        known = value if value in {option.value for option in found} else ""
        return Choice(name, words, found, known, self.errors.get(name, ""))

    def page(self) -> FormPage:
        safety = tuple(self.safety(key) for key in SAFETY_QUESTIONS)
        rows = self.rows()
        open_ = len(unanswered_safety(self.typed))
        complete = to_complete(self.reading)
        boxes_of_vitals = [self.vital(place) for place in vitals.Field]
        notes = self.notes()
        when = self.around.asking.opened_at
        how = self.typed.get("how", "")
        return FormPage(
            heading=self.heading(how),
            safety=safety,
            safety_pattern=safety_pattern(),
            safety_words=safety_pattern().format(n=len(safety) - open_, all=len(safety)),
            rows=rows,
            rows_words=self.rows_words(rows),
            rows_pattern=rows_pattern(),
            blank=self.blank(),
            addable=self.addable(rows),
            catalogue=self.catalogue(),
            rest=self.rest(),
            taken=self.taken(),
            taken_since=self.taken_since(),
            amounts=self.amounts(),
            vitals=tuple(boxes_of_vitals[:4]),
            more_vitals=tuple(boxes_of_vitals[4:]),
            more_vitals_open=any(b.box.value for b in boxes_of_vitals[4:]),
            scales=self.scales(),
            item_nine=self.item_nine(),
            scales_open=any(n.startswith(("scale-", "phq9-")) and t for n, t in self.typed.items()),
            notes=notes,
            notes_open=any(notes[n].value for n in ("mood", "alcohol_and_drugs", "driving")),
            in_confidence=self.typed.get("in_confidence", "") == "yes",
            decision=self.choice(
                "decision",
                _("Decision of the clinician"),
                (Option(one.value, one.label) for one in Decision),
            ),
            decision_reason=self.box("decision_reason", _("Reason")),
            next_boxes=tuple(
                self.box(f"next_{place}", words) for place, words in enumerate(_day_words())
            ),
            next_error=self.errors.get("next", ""),
            next_words=next_words(self.reading, self.now.astimezone(self.zone).date()),
            no_next=self.box("no_next_reason", _("No further check-in, because")),
            how=self.choice("how", _("How"), (Option(one.value, one.label) for one in How)),
            reported_by=self.choice(
                "reported_by", _("Told by"), (Option(one.value, one.label) for one in Reporter)
            ),
            boxes=self.plain_boxes(),
            as_on_file=self.typed.get("as_on_file", "") == "yes",
            on_file=", ".join(
                filter(None, [self.around.asking.address or _("at home"), self.around.asking.phone])
            ),
            when=formats.moment(self.reading.happened_at.astimezone(self.zone)),
            in_force=self.in_force(when),
            happened_open=any(
                self.typed.get(name, "")
                for name in ("happened_0", "happened_clock", "told_0", "told_clock")
            ),
            correction=self.box("correction_reason", _("The reason for the correction"))
            if self.around.asking.corrected_stars is not None
            else None,
            complete=complete,
            waits=waits_for(self.reading),
            first=complete[0].where if complete else "",
            refused=tuple(
                {"href": one.where, "text": one.words} for one in (complete if self.tried else ())
            ),
            protocol=protocol(self.around.patient, Level.EMERGENCY),
            protocol_hidden=not self.pressed,
            saved=saved_at(self.draft.changed_at, self.zone) if self.draft.revision else "",
            listed=self.typed.get("listed", ""),
            far=how in [one.value for one in TELEPHONED],
            happened_boxes=tuple(self.box(f"happened_{n}", w) for n, w in enumerate(_day_words())),
            told_boxes=tuple(self.box(f"told_{n}", w) for n, w in enumerate(_day_words())),
            amounts_open=any(name.startswith("a-") for name in self.typed),
            last=self.last,
            raised_words=self.raised_words(),
        )

    def heading(self, how: str) -> str:
        if self.around.asking.corrected_stars is not None:
            return _("Correct a check-in")
        return How(how).heading if how in [one.value for one in How] else _("Check-in")

    def raised_words(self) -> str:
        words = [label(key) for key in sorted(raised(self.typed))]
        if not words:
            return ""
        return _("{what} recorded present. Raised now, at any severity.").format(
            what=_upper(formats.listing(words))
        )

    def plain_boxes(self) -> dict[str, Box]:
        clock_help = _("With a colon, as told.")
        return {
            "reporter_name": self.box("reporter_name", _("Name of who told it")),
            "where_now": self.box("where_now", _("Where the patient is now")),
            "call_back": self.box("call_back", _("Number to call back")),
            "happened_clock": self.box("happened_clock", _("Time of day"), clock_help),
            "happened": self.box("happened", _("Happened")),
            "told_clock": self.box("told_clock", _("Time of day"), clock_help),
            "told": self.box("told", _("Told to us")),
        }

    def in_force(self, opened: datetime) -> str:
        version = self.around.version
        if version is None:
            return _("no signed version: this is a baseline")
        title = version.plan.title or version.title
        words = _("version {n}").format(n=formats.number(version.number))
        return f"{title}, {words}" if title else words

    # --- symptoms

    def confirm(self, key: str, item: str = "") -> Confirm | None:
        """For the box of `key`; `item` is the catalogue item that it records, where they differ."""
        asked = item or key
        if asked not in BY_KEY or not BY_KEY[asked].star:
            return None
        removed = None
        if asked in self.free:
            removed = self.box(
                box(asked, "removed"), _("Why the red flag was an error, where it is taken away")
            )
        return Confirm(
            key=asked,
            label=_upper(label(asked)),
            waits=self.pressed.get(asked) is False,
            raised=self.pressed.get(asked) is True,
            removed=removed,
        )

    def item_boxes(self, key: str, symptom: Symptom | None) -> dict[str, Box]:
        words = {
            "onset": _("Began"),
            "note": symptom.note_label if symptom else _("In the person's words"),
            "why": _("Why it could not be asked"),
            "how_many": _("How many"),
            "when_each": _("When each"),
            "how_long": _("How long"),
            "witnessed_by": _("Witnessed by"),
            "last_dose": _("Last dose before it"),
            "words": _("What"),
        }
        return {part: self.box(box(key, part), text) for part, text in words.items()}

    def item_choices(self, key: str, words: str) -> dict[str, Choice]:
        yes_no = tuple(Option(one.value, one.label) for one in YesNo)
        return {
            "severity": self.choice(
                box(key, "severity"),
                _("{symptom}, severity").format(symptom=words),
                (
                    Option("mild", _("Mild")),
                    Option("moderate", _("Moderate")),
                    Option("severe", _("Severe")),
                ),
            ),
            "interference": self.choice(
                box(key, "interference"),
                _("{symptom}, interferes with daily life, 0 to 3").format(symptom=words),
                (Option(str(n), str(n)) for n in range(4)),
            ),
            "by": self.choice(
                box(key, "by"), _("Answered by"), (Option(r.value, r.label) for r in Reporter)
            ),
            "injured": self.choice(box(key, "injured"), _("Injured"), yes_no),
            "first_ever": self.choice(box(key, "first_ever"), _("First ever"), yes_no),
            "ambulance": self.choice(box(key, "ambulance"), _("Ambulance or hospital"), yes_no),
        }

    def safety(self, key: str) -> Item:
        if key == SUICIDE:
            return self.suicide()
        symptom = BY_KEY[key]
        answer = self.choice(
            box(key),
            symptom.asked_as,
            (
                Option("no", _("No")),
                Option("yes", _("Yes"), "red", "red-flag"),
                Option("declined", _("Declined")),
                Option("not-asked", _("Could not be asked")),
            ),
        )
        return Item(
            key=key,
            name=box(key),
            label=symptom.asked_as,
            answer=answer,
            shape=symptom.shape.value,
            star=True,
            present=answer.value == "yes",
            boxes=self.item_boxes(key, symptom),
            choices=self.item_choices(key, _upper(symptom.label)),
            confirm=self.confirm(key),
            unanswered=not answer.value,
        )

    def suicide(self) -> Item:
        """One question over two catalogue items; none of its seven answers is preset."""
        answer = self.choice(
            SUICIDE,
            BY_KEY[SUICIDAL_THOUGHTS].asked_as,
            (
                Option("none", _("None")),
                Option("wish", _("Wish to be dead"), "red", "red-flag"),
                Option("thoughts", _("Thoughts"), "red", "red-flag"),
                Option("plan", _("Thoughts with plan or means"), "red", "red-flag"),
                Option("attempt", _("Attempt or self-harm since"), "red", "red-flag"),
                Option("declined", _("Declined")),
                Option("not-asked", _("Could not be asked")),
            ),
        )
        words = {
            "asked_by": _("Who asked"),
            "words": _("In the person's own words"),
            "earlier_attempts": _("Earlier attempts"),
            "means": _("Access to means"),
            "means_done": _("What was done about means"),
            "protects": _("What protects"),
            "safety_plan": _("Safety plan made or reviewed"),
            "told": _("Who was told"),
            "why": _("Why it could not be asked"),
        }
        item = SUICIDE_PLAN if answer.value in ("plan", "attempt") else SUICIDAL_THOUGHTS
        present = answer.value in ("wish", "thoughts", "plan", "attempt")
        return Item(
            key=SUICIDE,
            name=SUICIDE,
            label=BY_KEY[SUICIDAL_THOUGHTS].asked_as,
            answer=answer,
            shape="suicide",
            star=True,
            present=present,
            boxes={part: self.box(f"suicide-{part}", text) for part, text in words.items()},
            choices={
                "copy_given": self.choice(
                    "suicide-copy_given",
                    _("Copy of the safety plan given"),
                    (Option(one.value, one.label) for one in YesNo),
                )
            },
            confirm=self.confirm(SUICIDE, item),
            unanswered=not answer.value,
        )

    def item_nine(self) -> Item:
        answer = self.choice(
            "phq9-item9",
            _("PHQ-9, item 9"),
            (
                Option("0", "0"),
                *(Option(str(n), str(n), "red", "red-flag") for n in range(1, 4)),
            ),
        )
        above = answer.value in ("1", "2", "3")
        confirmed = self.typed.get("phq9-item9-confirmed", "") == "yes"
        return Item(
            key="phq9-item9",
            name="phq9-item9",
            label=answer.label,
            answer=answer,
            shape="presence",
            star=True,
            present=above,
            boxes={},
            choices={},
            confirm=Confirm(
                key=SUICIDAL_THOUGHTS,
                label=_upper(label(SUICIDAL_THOUGHTS)),
                waits=above and not confirmed,
                raised=above and confirmed,
            ),
        )

    def row(self, key: str, last: str = "") -> Item:
        symptom = BY_KEY.get(key)
        words = label(key, self.typed.get(box(key, "words"), "")) if key != BLANK else ""
        if key in OTHER_LINES and not self.typed.get(box(key, "words"), ""):
            words = _("other, in your words")
        star = bool(symptom and symptom.star)
        answer = self.choice(
            box(key),
            _upper(words),
            (
                Option("", _("Not asked"), "quiet"),
                Option("none", _("None")),
                Option("present", _("Present"), *(("red", "red-flag") if star else ())),
                Option("declined", _("Declined")),
            ),
        )
        return Item(
            key=key,
            name=box(key),
            label=_upper(words),
            answer=answer,
            shape=symptom.shape.value if symptom else Shape.SEVERITY.value,
            star=star,
            present=answer.value == "present",
            boxes=self.item_boxes(key, symptom),
            choices=self.item_choices(key, _upper(words)),
            confirm=self.confirm(key),
            last=last,
            group=symptom.group.label if symptom else "",
        )

    def blank(self) -> Item:
        """The row that the script copies for a symptom chosen by search."""
        made = self.row(BLANK)
        confirm = Confirm(key=BLANK, label="", waits=False, raised=False)
        return Item(**{**made.__dict__, "label": "__label__", "confirm": confirm})

    def rows(self) -> tuple[Item, ...]:
        """Last time's symptoms to answer again, then what else was answered or put on the list."""
        last = self.last.present if self.last else {}
        listed = self.typed.get("listed", "").split()
        keys = [key for key in last if key in BY_KEY and key not in ASKED_AS_SAFETY]
        for key in (*BY_KEY, *OTHER_LINES):
            if key in ASKED_AS_SAFETY or key in keys:
                continue
            if key in listed or state_of(self.typed, key) is not None:
                keys.append(key)
        return tuple(self.row(key, last.get(key, "")) for key in keys)

    def rows_words(self, rows: Sequence[Item]) -> str:
        answered = sum(1 for row in rows if row.answer.value)
        return rows_pattern().format(n=answered, all=len(rows))

    def addable(self, rows: Sequence[Item]) -> tuple[tuple[str, tuple[Option, ...]], ...]:
        shown = {row.key for row in rows}
        groups: dict[str, list[Option]] = {}
        for symptom in offered(self.around.asking.classes):
            if symptom.key not in shown and symptom.key not in ASKED_AS_SAFETY:
                option = Option(symptom.key, _upper(symptom.label))
                groups.setdefault(symptom.group.label, []).append(option)
        free = [key for key in OTHER_LINES if key not in shown][:1]
        if free:
            groups[_("other")] = [Option(free[0], _("Other, in your words"))]
        return tuple((group, tuple(options)) for group, options in groups.items())

    def catalogue(self) -> tuple[dict[str, str], ...]:
        """What the search finds; the words by which it finds are never shown."""
        found = [
            {
                "key": symptom.key,
                "label": _upper(symptom.label),
                "group": symptom.group.label,
                "shape": symptom.shape.value,
                "star": "yes" if symptom.star else "",
                "note": symptom.note_label,
                "also": " ".join(symptom.also),
            }
            for symptom in offered(self.around.asking.classes)
            if symptom.key not in ASKED_AS_SAFETY
        ]
        found += [
            {
                "key": key,
                "label": _("Other, in your words"),
                "group": _("other"),
                "shape": Shape.SEVERITY.value,
                "star": "",
                "note": _("In the person's words"),
                "also": "free text",
            }
            for key in OTHER_LINES
        ]
        return tuple(found)

    def rest(self) -> Rest:
        return rest_words(self.typed, self.around.asking.classes)

    # --- what was taken

    def taken_since(self) -> str:
        if self.around.last is None:
            return _("Was taken")
        day = self.around.last.happened_at.astimezone(self.zone).date()
        return _("Since {day}, was taken").format(day=formats.day(day))

    def taken(self) -> tuple[TakenRow, ...]:
        rows = []
        for key, drug in self.around.drugs.items():
            name = f"t-{key}"
            words = {
                "note": _("What was missed, extra or changed, as told"),
                "last_product": _("Last dose: product"),
                "last_strength": _("Strength on the label"),
                "last_amount": _("Amount"),
                "last_when": _("When"),
                "in_hand": _("What is left in hand"),
            }
            rows.append(
                TakenRow(
                    name=name,
                    drug=drug.name,
                    expected=taken_periods(
                        self.read_schedules.get(drug.version_id),
                        drug.key,
                        self.around,
                    ),
                    answer=self.choice(
                        name,
                        f"{drug.name}: {self.taken_since()}",
                        (Option(one.value, one.label) for one in TakenAs),
                    ),
                    boxes={p: self.box(f"{name}-{p}", text) for p, text in words.items()},
                    open=any(self.typed.get(f"{name}-{part}", "") for part in words),
                )
            )
        return tuple(rows)

    def amounts(self) -> tuple[AmountRow, ...]:
        if not self.around.drugs:
            return ()
        options = self.products()
        filled = [
            n
            for n in range(1, AMOUNT_LINES + 1)
            if any(name.startswith(f"a-{n}-") and text for name, text in self.typed.items())
        ]
        shown = min(max(filled, default=0) + 2, AMOUNT_LINES)
        rows = []
        for number in range(1, shown + 1):
            name = f"a-{number}"
            words = {
                "from": _("First day"),
                "to": _("Last day, where there are several"),
                "quantity": _("How many each day"),
            }
            rows.append(
                AmountRow(
                    number,
                    self.choice(f"{name}-product", _("Product"), options),
                    {p: self.box(f"{name}-{p}", text) for p, text in words.items()},
                )
            )
        return tuple(rows)

    def products(self) -> tuple[Option, ...]:
        options = []
        for version in self.around.versions:
            schedule = self.read_schedules[version.pk]
            plan = version.plan_id.hex[:8]
            options += [
                Option(f"{plan}{product.key}", product_label(product, schedule.drug(product.drug)))
                for product in schedule.products
            ]
        return tuple(options)

    # --- figures, notes, dates

    def vital(self, place: vitals.Field) -> VitalBox:
        name = f"v-{place.value}"
        shown = self.box(name, place.label)
        sure = None
        if any(missing.where == f"{name}-sure" for missing in self.reading.missing):
            words = _("{typed} is unlikely. Read again, and it is right.")
            sure = Box(
                f"{name}-sure",
                words.format(typed=grammar.echo(shown.value.strip())),
                shown.value.strip(),
            )
        given = self.typed.get(f"{name}-sure", "")
        if given and given == shown.value.strip() and sure is None:
            sure = Box(f"{name}-sure", _("Read again, and it is right."), given)
            return VitalBox(shown, place.unit.value, sure, sure_given=True)
        return VitalBox(shown, place.unit.value, sure)

    def scales(self) -> tuple[ScaleRow, ...]:
        options = tuple(Option(one.value, one.value) for one in Scale)
        words = {
            "total": _("Total"),
            "version": _("Version"),
            "on": _("Date, where it was not this day"),
            "rater": _("Rater, where it was not you"),
        }
        filled = [
            n
            for n in range(1, SCALE_LINES + 1)
            if any(
                self.typed.get(name, "")
                for name in (f"scale-{n}", *(f"scale-{n}-{p}" for p in words))
            )
        ]
        shown = min(max(filled, default=0) + 1, SCALE_LINES)
        return tuple(
            ScaleRow(
                n,
                self.choice(f"scale-{n}", _("Scale"), options),
                {p: self.box(f"scale-{n}-{p}", text) for p, text in words.items()},
            )
            for n in range(1, shown + 1)
        )

    def notes(self) -> dict[str, Box]:
        return {
            "mood": self.box("mood", _("Mood")),
            "alcohol_and_drugs": self.box("alcohol_and_drugs", _("Alcohol and other drugs")),
            "driving": self.box("driving", _("Driving, as told")),
            "note": self.box("note", _("Note")),
        }


def safety_pattern() -> str:
    return _("{n} of {all} answered, no answer is set beforehand")


def rows_pattern() -> str:
    return _("{n} of {all} answered")


def rest_words(answers: Mapping[str, str], classes: Iterable[DrugClass]) -> Rest:
    denied = rest_of(answers, classes)
    stars = [symptom.label for symptom in denied if symptom.star]
    count = len(denied)
    return Rest(
        chosen=answers.get("rest", "") == "none",
        count=count,
        words=ngettext(
            "Records “asked: none” for the {n} symptom not answered above.",
            "Records “asked: none” for the {n} symptoms not answered above.",
            count,
        ).format(n=count)
        + " "
        + _("Can be undone until completed."),
        stars=_("It denies these too: {stars}.").format(stars=formats.listing(stars))
        if stars
        else "",
    )


def asked_again(reading: Reading, answers: Mapping[str, str]) -> list[dict[str, str]]:
    """The unlikely figures, each with the words of its box to tick."""
    words = _("{typed} is unlikely. Read again, and it is right.")
    found = []
    for missing in reading.missing:
        if missing.where.startswith("v-") and missing.where.endswith("-sure"):
            value = answers.get(missing.where.removesuffix("-sure"), "").strip()
            found.append(
                {
                    "name": missing.where,
                    "value": value,
                    "label": words.format(typed=grammar.echo(value)),
                }
            )
    return found


def next_words(reading: Reading, today: date) -> str:
    """The date read back with its weekday, and how far away it is."""
    day = reading.next_on
    if day is None:
        return ""
    days = (day - today).days
    if days < 0:
        return formats.day(day)
    if days == 0:
        return _("{day}, today").format(day=formats.day(day))
    return _("{day}, in {days}").format(day=formats.day(day), days=formats.length(days))


def saved_at(moment: datetime, zone: ZoneInfo) -> str:
    """The clock to the second, as the autosave word says it."""
    return f"{moment.astimezone(zone):%H:%M:%S}"


# --- both sides of a box, where two people typed ---------------------------------------------


def box_label(name: str) -> str:
    """What a box is called where it stands beside another person's."""
    kind, _dash, rest = name.partition("-")
    key, _dash, part = rest.partition("-")
    if kind == "s":
        words = _upper(label(key))
        return f"{words}: {_parts().get(part, part)}" if part else words
    if kind == "v":
        figure = vitals.Field(key).label if key in [f.value for f in vitals.Field] else key
        return f"{figure}: {_('read again')}" if part else figure
    return _upper(name.replace("-", " ").replace("_", " "))


def _parts() -> dict[str, str]:
    return {
        "confirmed": _("confirmed"),
        "severity": _("severity"),
        "interference": _("interference"),
        "onset": _("began"),
        "note": _("words"),
        "why": _("why not"),
        "by": _("answered by"),
        "how_many": _("how many"),
        "when_each": _("when each"),
        "how_long": _("how long"),
        "witnessed_by": _("witnessed by"),
        "last_dose": _("last dose before it"),
        "words": _("words"),
        "removed": _("why an error"),
    }


def answer_words(name: str, value: str) -> str:
    """What stands in a box; empty is "not typed", which the page says."""
    return value.replace("-", " ") if name.startswith("s-") else value


def _day_words() -> tuple[str, str, str]:
    return _("Day"), _("Month"), _("Year")


def _upper(words: str) -> str:
    return words[:1].upper() + words[1:]
