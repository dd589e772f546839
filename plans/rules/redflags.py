"""Which answers raise a red flag, at which level, and what may be done about it.

The red flag is what was recorded; the escalation is what is done about it. Raised by
presence alone: no severity, score or combination decides anything here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from plans.rules.symptoms import is_starred
from taperplan.words import gettext as _

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class Level(StrEnum):
    EMERGENCY = "emergency"
    SAME_DAY = "same_day"

    @property
    def label(self) -> str:
        match self:
            case Level.EMERGENCY:
                return _("emergency")
            case Level.SAME_DAY:
                return _("same day")


# What a clinic may lower to "same day", once its protocol owner confirms it.
LOWERABLE: frozenset[str] = frozenset({"suicidal_thoughts", "abrupt_stop"})


def raises(key: str, *, present: bool, confirmed: bool) -> bool:
    """Whether this answer raises a red flag now: a star, present, pressed and confirmed."""
    return present and confirmed and is_starred(key)


def waits_for_confirming(key: str, *, present: bool, confirmed: bool) -> bool:
    """Pressed and not confirmed: kept, shown in red, and no check-in completes over it."""
    return present and not confirmed and is_starred(key)


class EscalationState(StrEnum):
    RAISED = "raised"
    NOTIFIED = "notified"
    ACKNOWLEDGED = "acknowledged"
    CONTACTED = "contacted"
    OUTCOME_RECORDED = "outcome recorded"
    CLOSED = "closed"
    ENTERED_IN_ERROR = "entered in error"

    @property
    def label(self) -> str:
        match self:
            case EscalationState.RAISED:
                return _("raised")
            case EscalationState.NOTIFIED:
                return _("notified")
            case EscalationState.ACKNOWLEDGED:
                return _("acknowledged")
            case EscalationState.CONTACTED:
                return _("contacted")
            case EscalationState.OUTCOME_RECORDED:
                return _("outcome recorded")
            case EscalationState.CLOSED:
                return _("closed")
            case EscalationState.ENTERED_IN_ERROR:
                return _("entered in error")

    @property
    def open(self) -> bool:
        return self not in ENDED


class EscalationVerb(StrEnum):
    RAISE = "raise"
    REPORT = "report again"
    TAKE_BACK = "take a report back"
    NOTIFY = "notify"
    ACKNOWLEDGE = "acknowledge"
    CONTACT = "record a contact"
    ATTEMPT = "record an attempt"
    INSTEAD = "record what was done instead"
    OUTCOME = "record the outcome"
    CLOSE = "close"
    REOPEN = "reopen"
    MARK_IN_ERROR = "mark as entered in error"


class Source(StrEnum):
    """Where a red flag came from."""

    CHECK_IN = "check-in"
    REPORT = "report"
    CONTACT = "contact"
    CALLS = "calls"


class Reached(StrEnum):
    YES = "yes"
    NO_ANSWER = "no answer"
    LEFT_WORD = "left word"


class MoveHow(StrEnum):
    PHONE = "phone"
    VIDEO = "video"
    IN_PERSON = "in person"


ENDED: frozenset[EscalationState] = frozenset(
    {EscalationState.CLOSED, EscalationState.ENTERED_IN_ERROR}
)
OPEN_STATES: tuple[EscalationState, ...] = tuple(
    state for state in EscalationState if state not in ENDED
)

_S, _V = EscalationState, EscalationVerb

# state -> verb -> state that follows. What is not in it cannot be done.
TRANSITIONS: Mapping[EscalationState, Mapping[EscalationVerb, EscalationState]] = {
    _S.RAISED: {
        _V.REPORT: _S.RAISED,
        _V.TAKE_BACK: _S.RAISED,
        _V.NOTIFY: _S.NOTIFIED,
        _V.ACKNOWLEDGE: _S.ACKNOWLEDGED,
        _V.MARK_IN_ERROR: _S.ENTERED_IN_ERROR,
    },
    _S.NOTIFIED: {
        _V.REPORT: _S.RAISED,
        _V.TAKE_BACK: _S.NOTIFIED,
        _V.NOTIFY: _S.NOTIFIED,
        _V.ACKNOWLEDGE: _S.ACKNOWLEDGED,
        _V.MARK_IN_ERROR: _S.ENTERED_IN_ERROR,
    },
    _S.ACKNOWLEDGED: {
        _V.REPORT: _S.RAISED,
        _V.TAKE_BACK: _S.ACKNOWLEDGED,
        _V.NOTIFY: _S.ACKNOWLEDGED,
        _V.CONTACT: _S.CONTACTED,
        _V.ATTEMPT: _S.ACKNOWLEDGED,
        _V.INSTEAD: _S.ACKNOWLEDGED,
        _V.OUTCOME: _S.OUTCOME_RECORDED,
        _V.MARK_IN_ERROR: _S.ENTERED_IN_ERROR,
    },
    _S.CONTACTED: {
        _V.REPORT: _S.RAISED,
        _V.TAKE_BACK: _S.CONTACTED,
        _V.NOTIFY: _S.CONTACTED,
        _V.CONTACT: _S.CONTACTED,
        _V.ATTEMPT: _S.CONTACTED,
        _V.INSTEAD: _S.CONTACTED,
        _V.OUTCOME: _S.OUTCOME_RECORDED,
        _V.MARK_IN_ERROR: _S.ENTERED_IN_ERROR,
    },
    _S.OUTCOME_RECORDED: {
        _V.REPORT: _S.RAISED,
        _V.TAKE_BACK: _S.OUTCOME_RECORDED,
        _V.NOTIFY: _S.OUTCOME_RECORDED,
        _V.CONTACT: _S.OUTCOME_RECORDED,
        _V.ATTEMPT: _S.OUTCOME_RECORDED,
        _V.INSTEAD: _S.OUTCOME_RECORDED,
        _V.OUTCOME: _S.OUTCOME_RECORDED,
        _V.CLOSE: _S.CLOSED,
        _V.MARK_IN_ERROR: _S.ENTERED_IN_ERROR,
    },
    _S.CLOSED: {_V.REOPEN: _S.RAISED},
    _S.ENTERED_IN_ERROR: {_V.REOPEN: _S.RAISED},
}

# A further report is a new event: it needs its own acknowledgement, contact and outcome.
_BEGINNINGS = frozenset({_V.RAISE, _V.REPORT, _V.REOPEN})


class CannotMove(ValueError):
    """The act is not possible now; ``sentence`` says why, to the person who tried it."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


@dataclass(frozen=True)
class Facts:
    """What stands since the last report: the closing rule looks at nothing older."""

    acknowledged: bool = False
    contacts: int = 0
    attempts: int = 0
    instead: int = 0
    outcomes: int = 0


def facts(verbs: Sequence[EscalationVerb]) -> Facts:
    """Read the moves of one escalation, oldest first."""
    since: list[EscalationVerb] = []
    for verb in verbs:
        since = [] if verb in _BEGINNINGS else [*since, verb]
    return Facts(
        acknowledged=_V.ACKNOWLEDGE in since,
        contacts=since.count(_V.CONTACT),
        attempts=since.count(_V.ATTEMPT),
        instead=since.count(_V.INSTEAD),
        outcomes=since.count(_V.OUTCOME),
    )


def missing_to_close(known: Facts) -> tuple[str, ...]:
    """What closing still waits for, as sentences; empty when it waits for nothing."""
    waits = []
    if not known.acknowledged:
        waits.append(_("Nobody has acknowledged it yet."))
    if not known.contacts and not known.attempts:
        waits.append(_("Neither a contact nor an attempt is recorded yet."))
    elif not known.contacts and not known.instead:
        waits.append(_("What was done instead of a contact is not recorded yet."))
    if not known.outcomes:
        waits.append(_("An outcome is not recorded yet."))
    return tuple(waits)


def check_move(state: EscalationState, verb: EscalationVerb, known: Facts) -> EscalationState:
    """The state that follows.

    Raises:
        CannotMove: with the sentence for the clinician.
    """
    following = TRANSITIONS[state].get(verb)
    if following is None:
        raise CannotMove(_refusal(state, verb))
    if verb is _V.CLOSE and (waits := missing_to_close(known)):
        raise CannotMove(_("The red flag stays open.") + " " + " ".join(waits))
    return following


def can_move(state: EscalationState, verb: EscalationVerb, known: Facts) -> bool:
    try:
        check_move(state, verb, known)
    except CannotMove:
        return False
    return True


def _refusal(state: EscalationState, verb: EscalationVerb) -> str:
    if state in ENDED:
        return _("This red flag is {state}. Reopen it first.").format(state=state.label)
    if verb is _V.ACKNOWLEDGE:
        return _("This red flag is acknowledged already.")
    if verb is _V.REOPEN:
        return _("This red flag is open already.")
    if verb is _V.CLOSE:
        return _("The red flag stays open.") + " " + _("An outcome is not recorded yet.")
    return _("Acknowledge the red flag first: it says who is dealing with it.")


class Segment(StrEnum):
    """The six parts of the life as it is drawn."""

    RAISED = "raised"
    NOTIFIED = "notified"
    ACKNOWLEDGED = "acknowledged"
    CONTACTED = "contacted"
    OUTCOME = "outcome"
    CLOSED = "closed"

    @property
    def label(self) -> str:
        match self:
            case Segment.RAISED:
                return _("Raised")
            case Segment.NOTIFIED:
                return _("Notified")
            case Segment.ACKNOWLEDGED:
                return _("Acknowledged")
            case Segment.CONTACTED:
                return _("Contacted")
            case Segment.OUTCOME:
                return _("Outcome")
            case Segment.CLOSED:
                return _("Closed")


def overdue_since(
    *,
    state: EscalationState,
    reported_at: datetime,
    acknowledged_at: datetime | None,
    minutes: int | None,
) -> datetime | None:
    """When the clinic's own time limit ran out, or None while it has not or none is typed.

    The limit runs to the acknowledgement, and from it to the first contact.
    """
    if minutes is None or state not in (_S.RAISED, _S.NOTIFIED, _S.ACKNOWLEDGED):
        return None
    return (acknowledged_at or reported_at) + timedelta(minutes=minutes)
