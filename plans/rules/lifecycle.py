"""The life of a plan: its states, what moves it between them, and which version counts.

Holding and interrupted are not states: they are read from the version in force.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol, TypeVar, assert_never

from taperplan.words import gettext as _

if TYPE_CHECKING:
    from plans.rules.schedule import Expected, Schedule, When


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


_S = PlanState
_V = PlanVerb

_WHILE_UNDER_WAY: Mapping[PlanVerb, PlanState] = {
    _V.RESTART: _S.ACTIVE,
    _V.COMPLETE: _S.COMPLETED,
    _V.STOP: _S.STOPPED,
    _V.TRANSFER: _S.TRANSFERRED,
    _V.LOSE_CONTACT: _S.LOST_TO_CONTACT,
    _V.ENTER_IN_ERROR: _S.ENTERED_IN_ERROR,
}
_ONCE_OVER: Mapping[PlanVerb, PlanState] = {
    _V.RESTART: _S.ACTIVE,
    _V.ENTER_IN_ERROR: _S.ENTERED_IN_ERROR,
}

TRANSITIONS: Mapping[PlanState, Mapping[PlanVerb, PlanState]] = {
    _S.DRAFT: {
        _V.SIGN: _S.ACTIVE,
        _V.ENTER_IN_ERROR: _S.ENTERED_IN_ERROR,
    },
    _S.ACTIVE: {
        _V.SIGN: _S.ACTIVE,
        _V.HOLD: _S.ACTIVE,
        _V.RESUME: _S.ACTIVE,
        _V.INTERRUPT: _S.ACTIVE,
        _V.BEGIN_AFTERCARE: _S.AFTERCARE,
        **_WHILE_UNDER_WAY,
    },
    _S.AFTERCARE: _WHILE_UNDER_WAY,
    _S.COMPLETED: _ONCE_OVER,
    _S.STOPPED: _ONCE_OVER,
    _S.TRANSFERRED: _ONCE_OVER,
    _S.LOST_TO_CONTACT: _ONCE_OVER,
    _S.ENTERED_IN_ERROR: {},
}
"""Every move there is: from, by, to. What is not here cannot be done."""

_NEEDS: Mapping[PlanVerb, frozenset[Need]] = {
    _V.SIGN: frozenset({Need.VERSION, Need.REASON}),
    _V.HOLD: frozenset({Need.VERSION, Need.REASON}),
    _V.RESUME: frozenset({Need.VERSION, Need.REASON}),
    _V.INTERRUPT: frozenset({Need.VERSION, Need.REASON}),
    _V.RESTART: frozenset({Need.VERSION, Need.REASON}),
    _V.BEGIN_AFTERCARE: frozenset(),
    _V.COMPLETE: frozenset(),
    _V.STOP: frozenset({Need.REASON}),
    _V.TRANSFER: frozenset({Need.RECEIVER, Need.ACCEPTED}),
    _V.LOSE_CONTACT: frozenset({Need.REASON}),
    _V.ENTER_IN_ERROR: frozenset({Need.REASON}),
}


class MoveRefused(ValueError):
    """A move that the table does not hold, or that waits for something; ``sentence`` says which."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


def can_move(state: PlanState, verb: PlanVerb) -> bool:
    """Whether the table has this move; what it needs may still be missing."""
    return verb in TRANSITIONS[state]


def moves_from(state: PlanState) -> tuple[PlanVerb, ...]:
    return tuple(TRANSITIONS[state])


def needs_of(state: PlanState, verb: PlanVerb) -> frozenset[Need]:
    """What this move asks for. The first version of a plan replaces none and needs no reason.

    Raises ``MoveRefused`` where there is no such move.
    """
    if not can_move(state, verb):
        raise MoveRefused(
            _("This plan is {state}. It cannot be {done}.").format(
                state=state_word(state), done=_done(verb)
            )
        )
    first = (state, verb) == (PlanState.DRAFT, PlanVerb.SIGN)
    return _NEEDS[verb] - {Need.REASON} if first else _NEEDS[verb]


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
    needs = needs_of(state, verb)
    given = {
        Need.VERSION: signed,
        Need.REASON: bool(reason.strip()),
        Need.RECEIVER: bool(receiver.strip()),
        Need.ACCEPTED: accepted is not None,
    }
    for need in Need:
        if need in needs and not given[need]:
            raise MoveRefused(_lacks(need))
    return TRANSITIONS[state][verb]


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
    lines += [
        f"    {_node(source)} --> {_node(target)} : {verb.value}"
        for source, moves in TRANSITIONS.items()
        for verb, target in moves.items()
    ]
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
    from plans.rules.schedule import expected_on

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
