"""The page as a whole: its parts in their order, its heading, what it waits for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plans.presenters.check_in_form.figures import Figures
from plans.presenters.check_in_form.part import Drawing, Part
from plans.presenters.check_in_form.parts import Box, FormPage, Option
from plans.presenters.check_in_form.symptoms import Symptoms
from plans.presenters.check_in_form.words import (
    day_words,
    next_words,
    rows_pattern,
    safety_pattern,
    saved_at,
    to_complete,
    waits_for,
)
from plans.presenters.check_in_since import since_last
from plans.presenters.escalation import protocols
from plans.rules import vitals
from plans.rules.check_in import TELEPHONED, Decision, How, NextHow, Reporter, unanswered_safety
from plans.rules.redflags import Level
from plans.rules.symptoms import SAFETY_QUESTIONS
from taperplan import formats
from taperplan.words import gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from plans.models import CheckInDraft
    from plans.presenters.check_in import Around


def form_page(
    draft: CheckInDraft, around: Around, *, now: datetime, tried: bool = False
) -> FormPage:
    """`tried`: somebody pressed Complete, so what was refused is said in a summary too."""
    return _Page(Drawing(draft, around, now=now, tried=tried)).page()


class _Page(Part):
    def page(self) -> FormPage:
        drawing = self.drawing
        symptoms, figures = Symptoms(drawing), Figures(drawing)
        safety = tuple(symptoms.safety(key) for key in SAFETY_QUESTIONS)
        rows = symptoms.rows()
        open_ = len(unanswered_safety(self.typed))
        complete = to_complete(drawing.reading, drawing.catalogue)
        boxes_of_vitals = [figures.vital(place) for place in vitals.Field]
        notes = self.notes()
        when = self.around.asking.opened_at
        how = self.typed.get("how", "")
        texts = protocols(self.around.patient)
        return FormPage(
            heading=self.heading(how),
            safety=safety,
            safety_pattern=safety_pattern(),
            safety_words=safety_pattern().format(n=len(safety) - open_, all=len(safety)),
            rows=rows,
            rows_words=symptoms.rows_words(rows),
            rows_pattern=rows_pattern(),
            blank=symptoms.blank(),
            addable=symptoms.addable(rows),
            catalogue=symptoms.catalogue(),
            rest=symptoms.rest(),
            taken=figures.taken(),
            taken_since=figures.taken_since(),
            amounts=figures.amounts(),
            vitals=tuple(boxes_of_vitals[:4]),
            more_vitals=tuple(boxes_of_vitals[4:]),
            more_vitals_open=any(b.box.value for b in boxes_of_vitals[4:]),
            scales=figures.scales(),
            item_nine=symptoms.item_nine(),
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
                self.box(f"next_{place}", words) for place, words in enumerate(day_words())
            ),
            next_error=drawing.errors.get("next", ""),
            next_words=next_words(drawing.reading, drawing.now.astimezone(drawing.zone).date()),
            next_how=self.choice(
                "next_how",
                _("How it takes place, where you know it"),
                (Option(one.value, one.label) for one in NextHow),
            ),
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
            when=formats.moment(drawing.reading.happened_at.astimezone(drawing.zone)),
            in_force=self.in_force(when),
            happened_open=any(
                self.typed.get(name, "")
                for name in ("happened_0", "happened_clock", "told_0", "told_clock")
            ),
            correction=self.box("correction_reason", _("The reason for the correction"))
            if self.around.asking.corrected_stars is not None
            else None,
            complete=complete,
            waits=waits_for(drawing.reading),
            first=complete[0].where if complete else "",
            refused=tuple(
                {"href": one.where, "text": one.words}
                for one in (complete if drawing.tried else ())
            ),
            protocol=texts[Level.EMERGENCY],
            protocol_same_day=texts[Level.SAME_DAY],
            protocol_shown=self.graver(drawing.pressed),
            saved=saved_at(drawing.draft.changed_at, drawing.zone)
            if drawing.draft.revision
            else "",
            listed=self.typed.get("listed", ""),
            far=how in [one.value for one in TELEPHONED],
            happened_boxes=tuple(self.box(f"happened_{n}", w) for n, w in enumerate(day_words())),
            told_boxes=tuple(self.box(f"told_{n}", w) for n, w in enumerate(day_words())),
            amounts_open=any(name.startswith("a-") for name in self.typed),
            last=drawing.last,
            since=since_last(self.around),
            raised_words=symptoms.raised_words(),
        )

    def graver(self, pressed: Iterable[str]) -> str:
        """The graver level of what is answered; empty where nothing raises a red flag."""
        found = {self.drawing.catalogue.level(key) for key in pressed}
        return next((level.value for level in Level if level in found), "")

    def heading(self, how: str) -> str:
        if self.around.asking.corrected_stars is not None:
            return _("Correct a check-in")
        return How(how).heading if how in [one.value for one in How] else _("Check-in")

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

    def notes(self) -> dict[str, Box]:
        return {
            "mood": self.box("mood", _("Mood")),
            "alcohol_and_drugs": self.box("alcohol_and_drugs", _("Alcohol and other drugs")),
            "driving": self.box("driving", _("Driving, as told")),
            "note": self.box("note", _("Note")),
        }
