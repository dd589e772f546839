"""The safety questions, the rows of symptoms, the search, "none of the rest"."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plans.presenters.check_in_form.part import Part
from plans.presenters.check_in_form.parts import Box, Choice, Confirm, Item, Option, Rest
from plans.presenters.check_in_form.words import rest_words, rows_pattern, upper
from plans.rules.check_in import Reporter, YesNo, box, raised, state_of
from plans.rules.symptoms import (
    ASKED_AS_SAFETY,
    OTHER_LINES,
    SUICIDAL_THOUGHTS,
    SUICIDE,
    SUICIDE_PLAN,
    Shape,
    Symptom,
)
from taperplan import formats
from taperplan.words import gettext as _

if TYPE_CHECKING:
    from collections.abc import Sequence

    from plans.presenters.check_in_form.part import Drawing

BLANK = "__key__"


class Symptoms(Part):
    def __init__(self, drawing: Drawing) -> None:
        super().__init__(drawing)
        self.known = drawing.catalogue

    def red(self, value: str, words: str, key: str) -> Option:
        """An answer that raises the red flag of this item."""
        return Option(value, words, "red", "red-flag", self.known.level(key).value)

    def raised_words(self) -> str:
        words = [self.known.label(key) for key in sorted(raised(self.typed))]
        if not words:
            return ""
        return _("{what} recorded present. Raised now, at any severity.").format(
            what=upper(formats.listing(words))
        )

    def confirm(self, key: str, item: str = "") -> Confirm | None:
        """For the box of `key`; `item` is the catalogue item that it records, where they differ."""
        asked = item or key
        if asked not in self.known.by_key or not self.known.by_key[asked].star:
            return None
        removed = None
        if asked in self.drawing.free:
            removed = self.box(
                box(asked, "removed"), _("Why the red flag was an error, where it is taken away")
            )
        return Confirm(
            key=asked,
            label=upper(self.known.label(asked)),
            waits=self.drawing.pressed.get(asked) is False,
            raised=self.drawing.pressed.get(asked) is True,
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
        symptom = self.known.by_key[key]
        answer = self.choice(
            box(key),
            symptom.asked_as,
            (
                Option("no", _("No")),
                self.red("yes", _("Yes"), key),
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
            choices=self.item_choices(key, upper(symptom.label)),
            confirm=self.confirm(key),
            unanswered=not answer.value,
        )

    def suicide(self) -> Item:
        """One question over two catalogue items; none of its seven answers is preset."""
        answer = self.choice(
            SUICIDE,
            self.known.by_key[SUICIDAL_THOUGHTS].asked_as,
            (
                Option("none", _("None")),
                self.red("wish", _("Wish to be dead"), SUICIDAL_THOUGHTS),
                self.red("thoughts", _("Thoughts"), SUICIDAL_THOUGHTS),
                self.red("plan", _("Thoughts with plan or means"), SUICIDE_PLAN),
                self.red("attempt", _("Attempt or self-harm since"), SUICIDE_PLAN),
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
            label=self.known.by_key[SUICIDAL_THOUGHTS].asked_as,
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
                *(self.red(str(n), str(n), SUICIDAL_THOUGHTS) for n in range(1, 4)),
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
                label=upper(self.known.label(SUICIDAL_THOUGHTS)),
                waits=above and not confirmed,
                raised=above and confirmed,
            ),
        )

    def row(self, key: str, last: str = "") -> Item:
        symptom = self.known.by_key.get(key)
        words = self.known.label(key, self.typed.get(box(key, "words"), "")) if key != BLANK else ""
        if key in OTHER_LINES and not self.typed.get(box(key, "words"), ""):
            words = _("other, in your words")
        star = bool(symptom and symptom.star)
        answer = self.choice(
            box(key),
            upper(words),
            (
                Option("", _("Not asked"), "quiet"),
                Option("none", _("None")),
                self.red("present", _("Present"), key) if star else Option("present", _("Present")),
                Option("declined", _("Declined")),
            ),
        )
        return Item(
            key=key,
            name=box(key),
            label=upper(words),
            answer=answer,
            shape=symptom.shape.value if symptom else Shape.SEVERITY.value,
            star=star,
            present=answer.value == "present",
            boxes=self.item_boxes(key, symptom),
            choices=self.item_choices(key, upper(words)),
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
        last = self.drawing.last.present if self.drawing.last else {}
        listed = self.typed.get("listed", "").split()
        keys = [key for key in last if key in self.known.by_key and key not in ASKED_AS_SAFETY]
        for key in (*self.known.by_key, *(one.key for one in self.known.retired), *OTHER_LINES):
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
        for symptom in self.known.offered(self.around.asking.classes):
            if symptom.key not in shown and symptom.key not in ASKED_AS_SAFETY:
                option = Option(symptom.key, upper(symptom.label))
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
                "label": upper(symptom.label),
                "group": symptom.group.label,
                "shape": symptom.shape.value,
                "star": self.known.level(symptom.key).value if symptom.star else "",
                "note": symptom.note_label,
                "also": " ".join(symptom.also),
            }
            for symptom in self.known.offered(self.around.asking.classes)
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
        return rest_words(self.typed, self.around.asking)
