"""The note, the decision with its reason, the next date."""

from __future__ import annotations

from datetime import date

from plans.rules.check_in.boxes import says_yes
from plans.rules.check_in.section import Section
from plans.rules.check_in_words import Decision, NextHow
from taperplan import formats
from taperplan.words import gettext as _


class Decided(Section):
    def confidence(self, note: str) -> bool:
        marked = says_yes(self.answers, "in_confidence")
        if marked and not note:
            self.lacks("note", _("The note that was told in confidence"))
        return marked

    def decision(self) -> Decision | None:
        given = self.choice("decision", Decision)
        return Decision(given) if given else None

    def why(self, decision: Decision | None) -> str:
        reason = self.note("decision_reason")
        if decision is None:
            self.lacks("decision_0", _("The decision"))
        elif decision is not Decision.CONTINUE and not reason:
            self.lacks("decision_reason", _("The reason for the decision"))
        return reason

    def next_day(self, happened_on: date) -> date | None:
        day = self.day("next")
        if day is not None and day < happened_on:
            self.refuse(
                "next",
                _("{day} is before this check-in.").format(day=formats.short_day(day)),
            )
            return None
        return day

    def no_next(self, next_on: date | None) -> str:
        reason = self.note("no_next_reason")
        if next_on is not None and reason:
            self.refuse("no_next_reason", _("A next date is typed as well. Keep one of the two."))
            return ""
        if next_on is None and not reason:
            self.lacks("next_0", _("The next check-in date"))
        return reason

    def next_how(self, next_on: date | None) -> NextHow | None:
        given = self.choice("next_how", NextHow)
        if given and next_on is None and self.answers.get("no_next_reason", "").strip():
            self.refuse("next_how", _("No further check-in is typed as well. Keep one of the two."))
        return NextHow(given) if given and next_on is not None else None

    def correction_reason(self) -> str:
        if self.asking.corrected_stars is None:
            return ""
        reason = self.note("correction_reason")
        if not reason:
            self.lacks("correction_reason", _("The reason for the correction"))
        return reason
