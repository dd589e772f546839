"""When, how, by whom and from where a check-in was told."""

from __future__ import annotations

from datetime import datetime

from plans.rules.check_in.boxes import says_yes
from plans.rules.check_in.section import Section
from plans.rules.check_in_words import TELEPHONED, How, Reporter
from taperplan import formats, grammar, wall_clock
from taperplan.words import gettext as _


class Occasion(Section):
    def how(self) -> How | None:
        given = self.choice("how", How)
        if not given:
            self.lacks("how_0", _("How: visit, phone, video, home or ward"))
            return None
        return How(given)

    def reported_by(self) -> Reporter | None:
        given = self.choice("reported_by", Reporter)
        if not given:
            self.lacks("reported_by_0", _("Who told it"))
            return None
        return Reporter(given)

    def where(self, how: How | None) -> tuple[str, str]:
        where_now = self.text("where_now")
        call_back = self.answers.get("call_back", "").strip()
        if call_back:
            try:
                call_back = grammar.phone(call_back)
            except grammar.Refused as refused:
                self.refuse("call_back", refused.sentence)
                call_back = ""
        if says_yes(self.answers, "as_on_file"):
            where_now = where_now or self.asking.address or _("at home")
            call_back = call_back or self.asking.phone
        if how in TELEPHONED:
            if not where_now:
                self.lacks("where_now", _("Where the patient is now"))
            if not call_back:
                self.lacks("call_back", _("A number to call back"))
        return where_now, call_back

    def typed_moment(self, name: str) -> bool:
        names = (f"{name}_0", f"{name}_1", f"{name}_2", f"{name}_clock")
        return any(self.answers.get(box_, "").strip() for box_ in names)

    def moment(self, name: str, otherwise: datetime | None = None) -> datetime:
        """A typed day and clock time; nothing typed is the time at which the form was opened."""
        # A clock that was set back between opening and completing makes no future of it.
        fallback = min(otherwise or self.asking.opened_at, self.asking.now)
        if not self.typed_moment(name):
            return fallback
        day = self.day(name)
        typed_clock = self.answers.get(f"{name}_clock", "").strip()
        if day is None and not any(r.where == name for r in self.sheet.refusals):
            self.refuse(name, _("Type the day too."))
        if day is None:
            return fallback
        if not typed_clock:
            self.refuse(f"{name}_clock", _("Type the time of day too, as told."))
            return fallback
        try:
            clock = grammar.clock_here(typed_clock, twelve_hours=formats.twelve_hours())
        except grammar.Refused as refused:
            self.refuse(f"{name}_clock", refused.sentence)
            return fallback
        try:
            return wall_clock.moment(day, clock, now=self.asking.now)
        except grammar.Refused as refused:
            missing = wall_clock.missing(day, clock, now=self.asking.now)
            self.refuse(f"{name}_clock" if missing else name, refused.sentence)
            return fallback
