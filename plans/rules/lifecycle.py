"""The life of a plan: its states, what moves it between them, and which version counts.

Holding and interrupted are not states: they are read from the version in force.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Protocol, TypeVar, assert_never

from plans.rules.schedule import Expected, Schedule, When, expected_on
from taperplan.words import gettext as _


class PlanState(StrEnum):
    DRAFT = "draft"
    ACTIVE = "active"
    AFTERCARE = "aftercare"
    COMPLETED = "completed"
    STOPPED = "stopped"
    TRANSFERRED = "transferred"
    LOST_TO_CONTACT = "lost to contact"
    ENTERED_IN_ERROR = "entered in error"


class PlanVerb(StrEnum):
    SIGN = "sign"
    HOLD = "hold"
    RESUME = "resume"
    INTERRUPT = "interrupt"
    RESTART = "restart"
    BEGIN_AFTERCARE = "begin aftercare"
    COMPLETE = "complete"
    STOP = "stop"
    TRANSFER = "transfer"
    LOSE_CONTACT = "lose contact"
    ENTER_IN_ERROR = "enter in error"


class VersionKind(StrEnum):
    """What a version does to the one that it replaces."""

    FIRST = "first"
    CHANGE = "change"
    HOLD = "hold"
    RESUME = "resume"
    INTERRUPT = "interrupt"
    RESTART = "restart"


class Need(StrEnum):
    """What must be typed or signed before a move."""

    VERSION = "a signed version"
    REASON = "a reason"
    RECEIVER = "who takes over"
    ACCEPTED = "when they accepted"


@dataclass(frozen=True)
class Transition:
    source: PlanState
    verb: PlanVerb
    target: PlanState
    needs: frozenset[Need] = frozenset()


_SIGNED = frozenset({Need.VERSION})
_SIGNED_WITH_REASON = frozenset({Need.VERSION, Need.REASON})
_REASON = frozenset({Need.REASON})
_HANDED_OVER = frozenset({Need.RECEIVER, Need.ACCEPTED})


def _rows(
    sources: Iterable[PlanState], verb: PlanVerb, target: PlanState, needs: frozenset[Need]
) -> list[Transition]:
    return [Transition(source, verb, target, needs) for source in sources]


_UNDER_WAY = (PlanState.ACTIVE, PlanState.AFTERCARE)
_OVER = (
    PlanState.COMPLETED,
    PlanState.STOPPED,
    PlanState.TRANSFERRED,
    PlanState.LOST_TO_CONTACT,
)

TRANSITIONS: tuple[Transition, ...] = (
    Transition(PlanState.DRAFT, PlanVerb.SIGN, PlanState.ACTIVE, _SIGNED),
    Transition(PlanState.ACTIVE, PlanVerb.SIGN, PlanState.ACTIVE, _SIGNED_WITH_REASON),
    Transition(PlanState.ACTIVE, PlanVerb.HOLD, PlanState.ACTIVE, _SIGNED_WITH_REASON),
    Transition(PlanState.ACTIVE, PlanVerb.RESUME, PlanState.ACTIVE, _SIGNED_WITH_REASON),
    Transition(PlanState.ACTIVE, PlanVerb.INTERRUPT, PlanState.ACTIVE, _SIGNED_WITH_REASON),
    *_rows((*_UNDER_WAY, *_OVER), PlanVerb.RESTART, PlanState.ACTIVE, _SIGNED_WITH_REASON),
    Transition(PlanState.ACTIVE, PlanVerb.BEGIN_AFTERCARE, PlanState.AFTERCARE),
    *_rows(_UNDER_WAY, PlanVerb.COMPLETE, PlanState.COMPLETED, frozenset()),
    *_rows(_UNDER_WAY, PlanVerb.STOP, PlanState.STOPPED, _REASON),
    *_rows(_UNDER_WAY, PlanVerb.TRANSFER, PlanState.TRANSFERRED, _HANDED_OVER),
    *_rows(_UNDER_WAY, PlanVerb.LOSE_CONTACT, PlanState.LOST_TO_CONTACT, _REASON),
    *_rows(
        (PlanState.DRAFT, *_UNDER_WAY, *_OVER),
        PlanVerb.ENTER_IN_ERROR,
        PlanState.ENTERED_IN_ERROR,
        _REASON,
    ),
)
"""Every move there is. What is not here cannot be done; the diagram is drawn from it."""

_BY_MOVE: Mapping[tuple[PlanState, PlanVerb], Transition] = {
    (t.source, t.verb): t for t in TRANSITIONS
}


class MoveRefused(ValueError):
    """A move that the table does not hold, or that waits for something; ``sentence`` says which."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


def can_move(state: PlanState, verb: PlanVerb) -> bool:
    """Whether the table has this move; what it needs may still be missing."""
    return (state, verb) in _BY_MOVE


def moves_from(state: PlanState) -> tuple[PlanVerb, ...]:
    return tuple(t.verb for t in TRANSITIONS if t.source is state)


def needs_of(state: PlanState, verb: PlanVerb) -> frozenset[Need]:
    """What this move asks for. Raises ``MoveRefused`` where there is no such move."""
    return _transition(state, verb).needs


def _transition(state: PlanState, verb: PlanVerb) -> Transition:
    transition = _BY_MOVE.get((state, verb))
    if transition is None:
        raise MoveRefused(
            _("This plan is {state}. It cannot be {done}.").format(
                state=state_word(state), done=_done(verb)
            )
        )
    return transition


def check_move(
    state: PlanState,
    verb: PlanVerb,
    *,
    reason: str = "",
    receiver: str = "",
    accepted: date | None = None,
    signed: bool = False,
) -> PlanState:
    """The state after a move. Raises ``MoveRefused`` with a sentence for the clinician.

    ``signed``: a version is signed with this move, in the same transaction.
    """
    transition = _transition(state, verb)
    given = {
        Need.VERSION: signed,
        Need.REASON: bool(reason.strip()),
        Need.RECEIVER: bool(receiver.strip()),
        Need.ACCEPTED: accepted is not None,
    }
    for need in Need:
        if need in transition.needs and not given[need]:
            raise MoveRefused(_lacks(need))
    return transition.target


def _lacks(need: Need) -> str:
    match need:
        case Need.VERSION:
            return _("No version is signed.")
        case Need.REASON:
            return _("The reason is not typed.")
        case Need.RECEIVER:
            return _("Who takes over is not typed. Until then check-ins stay due.")
        case Need.ACCEPTED:
            return _("When they accepted is not typed. Until then check-ins stay due.")
        case _:
            assert_never(need)


def state_word(state: PlanState) -> str:
    match state:
        case PlanState.DRAFT:
            return _("draft")
        case PlanState.ACTIVE:
            return _("active")
        case PlanState.AFTERCARE:
            return _("aftercare")
        case PlanState.COMPLETED:
            return _("completed")
        case PlanState.STOPPED:
            return _("stopped")
        case PlanState.TRANSFERRED:
            return _("transferred")
        case PlanState.LOST_TO_CONTACT:
            return _("lost to contact")
        case PlanState.ENTERED_IN_ERROR:
            return _("entered in error")
        case _:
            assert_never(state)


_DONE = {
    PlanVerb.SIGN: lambda: _("signed"),
    PlanVerb.HOLD: lambda: _("kept on one dose"),
    PlanVerb.RESUME: lambda: _("resumed"),
    PlanVerb.INTERRUPT: lambda: _("interrupted"),
    PlanVerb.RESTART: lambda: _("restarted"),
    PlanVerb.BEGIN_AFTERCARE: lambda: _("moved to aftercare"),
    PlanVerb.COMPLETE: lambda: _("completed"),
    PlanVerb.STOP: lambda: _("stopped"),
    PlanVerb.TRANSFER: lambda: _("transferred"),
    PlanVerb.LOSE_CONTACT: lambda: _("marked as lost to contact"),
    PlanVerb.ENTER_IN_ERROR: lambda: _("marked as entered in error"),
}


def _done(verb: PlanVerb) -> str:
    return _DONE[verb]()


def verb_of(kind: VersionKind) -> PlanVerb:
    """The move that signing a version of this kind is."""
    match kind:
        case VersionKind.FIRST | VersionKind.CHANGE:
            return PlanVerb.SIGN
        case VersionKind.HOLD:
            return PlanVerb.HOLD
        case VersionKind.RESUME:
            return PlanVerb.RESUME
        case VersionKind.INTERRUPT:
            return PlanVerb.INTERRUPT
        case VersionKind.RESTART:
            return PlanVerb.RESTART
        case _:
            assert_never(kind)


def diagram() -> str:
    """The table as a Mermaid state diagram, for ``docs/states.md``."""
    lines = ["stateDiagram-v2", f"    [*] --> {_node(PlanState.DRAFT)}"]
    lines += [
        f"    {_node(state)} : {state.value}" for state in PlanState if _node(state) != state.value
    ]
    lines += [f"    {_node(t.source)} --> {_node(t.target)} : {t.verb.value}" for t in TRANSITIONS]
    lines.append(f"    {_node(PlanState.ENTERED_IN_ERROR)} --> [*]")
    return "\n".join(lines) + "\n"


def _node(state: PlanState) -> str:
    return state.value.replace(" ", "_")


class InForce(Protocol):
    """What of a version says from when it counts."""

    @property
    def number(self) -> int: ...

    @property
    def in_force_from(self) -> date: ...

    @property
    def in_force_when(self) -> When | None: ...


V = TypeVar("V", bound=InForce)


def version_on(versions: Iterable[V], day: date, slot: When | None = None) -> V | None:
    """The version that answers for a day at a time of day; without ``slot``, as the day ends.

    Of those that are in force by then, the one signed last: a version is the whole schedule, and
    until it is in force the one before stays so.
    """
    standing: V | None = None
    for version in versions:
        begun = version.in_force_from < day or (
            version.in_force_from == day
            and (slot is None or version.in_force_when is None or not slot < version.in_force_when)
        )
        if begun and (standing is None or version.number > standing.number):
            standing = version
    return standing


def expected_in_force(
    versions: Iterable[V], schedules: Mapping[int, Schedule], day: date
) -> tuple[tuple[V, Expected], ...]:
    """What was to be taken on a day, each time of day from the version in force then.

    ``schedules`` by version number; those that can count on this day are enough.
    """
    known = sorted(versions, key=lambda version: version.number)
    found = [
        (version, expected)
        for version in known
        if version.number in schedules
        for expected in expected_on(schedules[version.number], day)
        if (standing := version_on(known, day, expected.when)) is not None
        and standing.number == version.number
    ]
    found.sort(key=lambda pair: pair[1].when.place)
    return tuple(found)
