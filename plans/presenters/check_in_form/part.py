"""What every part of the page is drawn from: the draft, what stands around it, what was read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from plans.models.schedules import schedules
from plans.presenters.check_in import last_time
from plans.presenters.check_in_form.parts import Box, Choice, Option
from plans.rules.check_in import pressed, read

if TYPE_CHECKING:
    import uuid
    from collections.abc import Iterable
    from datetime import datetime

    from plans.models import CheckInDraft
    from plans.presenters.check_in import Around
    from plans.rules.schedule import Schedule


class Drawing:
    """One draft, read once for all parts of its page."""

    def __init__(self, draft: CheckInDraft, around: Around, *, now: datetime, tried: bool) -> None:
        self.draft, self.around, self.now, self.tried = draft, around, now, tried
        self.typed: Mapping[str, str] = draft.answers
        self.reading = read(self.typed, around.asking)
        self.errors = {refusal.where: refusal.sentence for refusal in self.reading.refusals}
        self.catalogue = around.asking.catalogue
        self.pressed = pressed(self.typed, self.catalogue)
        self.free = around.asking.corrected_stars or frozenset()
        self.zone = around.patient.clinic.zone
        self.schedules: Mapping[uuid.UUID, Schedule] = schedules(
            (version for versions in around.versions.values() for version in versions),
            around.drug_rows,
        )
        self.last = last_time(around)


class Part:
    def __init__(self, drawing: Drawing) -> None:
        self.drawing = drawing
        self.typed, self.around = drawing.typed, drawing.around

    def box(self, name: str, words: str, help_: str = "") -> Box:
        return Box(name, words, self.typed.get(name, ""), self.drawing.errors.get(name, ""), help_)

    def choice(self, name: str, words: str, options: Iterable[Option]) -> Choice:
        found = tuple(options)
        value = self.typed.get(name, "")
        known = value if value in {option.value for option in found} else ""
        return Choice(name, words, found, known, self.drawing.errors.get(name, ""))
