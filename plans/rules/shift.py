"""Later dates of a draft moved by so many days: dates only, where one is typed."""

from __future__ import annotations

import copy
from datetime import date, timedelta

from plans.rules.cells import read
from plans.rules.draft import Cells, StepCells
from plans.rules.typed import typed_day
from taperplan import formats, grammar
from taperplan.words import gettext as _


class ShiftRefused(ValueError):
    """Why the dates cannot be moved so; ``sentence`` is for the clinician."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


def shifted(cells: Cells, key: str, days: int, *, today: date) -> Cells:
    """The document with the step ``key`` and every step that begins on its day or after it moved
    by ``days`` (earlier where negative). Lengths and doses are not touched; a step that follows
    the one above goes on following it. The step itself gets a date of its own.

    Raises ``ShiftRefused`` where a date of a step that would move cannot be read.
    """
    back = read(cells, today=today).partial.steps
    numbers = {step["key"]: at for at, step in enumerate(cells["steps"], 1)}
    if key not in back:
        raise ShiftRefused(_("This step is not in the draft."))
    first = back[key].first_day
    if first is None:
        raise ShiftRefused(_unread(numbers[key]))
    moved = copy.deepcopy(cells)
    above_moves = False
    for step in moved["steps"]:
        begins = back[step["key"]].first_day
        if begins is None and step["first_day"].strip():
            raise ShiftRefused(_unread(numbers[step["key"]]))
        moves = begins is not None and begins >= first
        if moves and begins is not None:
            follows = step["chained"] == "yes" and above_moves and step["key"] != key
            _move(step, begins, days, numbers[step["key"]], follows=follows)
        above_moves = moves
    return moved


def _unread(number: int) -> str:
    return _("A date of step {number} cannot be read. Mend it first.").format(
        number=formats.number(number)
    )


def _move(step: StepCells, first: date, days: int, number: int, *, follows: bool) -> None:
    if not follows:
        step["first_day"], step["chained"] = typed_day(_moved(first, days)), ""
    for name in ("last_day", "cycle_from"):
        text = step[name]
        if not text.strip():
            continue
        try:
            day = grammar.date(text)
        except grammar.Refused:
            raise ShiftRefused(_unread(number)) from None
        step[name] = typed_day(_moved(day, days))


def _moved(day: date, days: int) -> date:
    moved = day + timedelta(days=days)
    if not grammar.FIRST_YEAR <= moved.year <= grammar.LAST_YEAR:
        raise ShiftRefused(
            _("{first} to {last} are the years of a plan.").format(
                first=grammar.FIRST_YEAR, last=grammar.LAST_YEAR
            )
        )
    return moved
