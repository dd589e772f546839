"""What a clinic must have before it takes a real patient. Pure: a snapshot in, lines out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from taperplan.words import gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterator

PEOPLE_ON_THE_LADDER = 2


@dataclass(frozen=True)
class Snapshot:
    """What stands in the clinic now, as plain facts."""

    protocol_owner: bool = False
    levels_confirmed: bool = False
    emergency_text_confirmed: bool = False
    same_day_text_confirmed: bool = False
    # Texts that were written and of which no wording was ever confirmed.
    texts_unconfirmed: int = 0
    people_on_ladder: int = 0
    time_limits: bool = False
    test_acknowledged: bool = False
    emergency_number: bool = False
    out_of_hours_number: bool = False
    crisis_number: bool = False


@dataclass(frozen=True)
class Line:
    """One line of the checklist. `page` is the URL name of where it is mended."""

    text: str
    missing: str
    done: bool
    page: str


def lines(snapshot: Snapshot) -> tuple[Line, ...]:
    return tuple(_lines(snapshot))


def missing(snapshot: Snapshot) -> tuple[Line, ...]:
    return tuple(line for line in _lines(snapshot) if not line.done)


def _lines(now: Snapshot) -> Iterator[Line]:
    yield Line(
        _("A prescriber is the protocol owner"),
        _("no prescriber is the protocol owner"),
        now.protocol_owner,
        "accounts:list",
    )
    yield Line(
        _("The levels of symptoms are confirmed"),
        _("the levels of symptoms are not confirmed"),
        now.levels_confirmed,
        "accounts:levels",
    )
    yield Line(
        _("What to do on an emergency red flag is confirmed"),
        _("what to do on an emergency red flag is not confirmed"),
        now.emergency_text_confirmed,
        "accounts:texts",
    )
    yield Line(
        _("What to do on a same-day red flag is confirmed"),
        _("what to do on a same-day red flag is not confirmed"),
        now.same_day_text_confirmed,
        "accounts:texts",
    )
    yield Line(
        _("Every other text that was written is confirmed"),
        _("a text was written and not confirmed"),
        now.texts_unconfirmed == 0,
        "accounts:texts",
    )
    yield Line(
        _("Two people stand on the escalation ladder, each with minutes"),
        _("fewer than two people stand on the escalation ladder"),
        now.people_on_ladder >= PEOPLE_ON_THE_LADDER,
        "accounts:ladder",
    )
    yield Line(
        _("The time limits of both levels are typed"),
        _("the time limits of both levels are not typed"),
        now.time_limits,
        "accounts:ladder",
    )
    yield Line(
        _("A test message was acknowledged by somebody on the ladder"),
        _("no test message was acknowledged by somebody on the ladder"),
        now.test_acknowledged,
        "accounts:ladder",
    )
    yield Line(
        _("The emergency number is typed"),
        _("the emergency number is not typed"),
        now.emergency_number,
        "accounts:numbers",
    )
    yield Line(
        _("The out-of-hours number is typed"),
        _("the out-of-hours number is not typed"),
        now.out_of_hours_number,
        "accounts:numbers",
    )
    yield Line(
        _("The number of the crisis line is typed"),
        _("the number of the crisis line is not typed"),
        now.crisis_number,
        "accounts:numbers",
    )
