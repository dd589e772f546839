"""A plan moves only as its table says, and each day has one version that answers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

import pytest

from plans.rules.cells import read
from plans.rules.holds import held
from plans.rules.lifecycle import (
    TRANSITIONS,
    MoveRefused,
    Need,
    PlanState,
    PlanVerb,
    VersionKind,
    can_move,
    check_move,
    diagram,
    expected_in_force,
    moves_from,
    needs_of,
    state_word,
    verb_of,
    version_on,
)
from plans.rules.schedule import When
from tests.plans.rules.published import PUBLISHED

EVERYTHING = {
    "reason": "as agreed",
    "receiver": "Southfield clinic",
    "accepted": date(2026, 12, 1),
    "signed": True,
}


MOVES = [(state, verb) for state, moves in TRANSITIONS.items() for verb in moves]


def test_the_table_speaks_of_every_state_and_uses_every_verb() -> None:
    assert set(TRANSITIONS) == set(PlanState)
    assert {verb for _state, verb in MOVES} == set(PlanVerb)
    reached = {target for moves in TRANSITIONS.values() for target in moves.values()}
    assert reached | {PlanState.DRAFT} == set(PlanState)


@pytest.mark.parametrize("state", PlanState)
@pytest.mark.parametrize("verb", PlanVerb)
def test_a_move_that_the_table_does_not_hold_is_refused(state: PlanState, verb: PlanVerb) -> None:
    target = TRANSITIONS[state].get(verb)
    assert can_move(state, verb) is (target is not None)
    assert (verb in moves_from(state)) is (target is not None)
    if target is not None:
        assert check_move(state, verb, **EVERYTHING) is target  # type: ignore[arg-type]
    else:
        with pytest.raises(MoveRefused, match=rf"^This plan is {state_word(state)}\."):
            check_move(state, verb, **EVERYTHING)  # type: ignore[arg-type]


@pytest.mark.parametrize("move", MOVES, ids=lambda m: f"{m[0]} {m[1]}")
@pytest.mark.parametrize("need", Need)
def test_a_move_waits_for_what_it_needs(move: tuple[PlanState, PlanVerb], need: Need) -> None:
    lacking: dict[Need, dict[str, object]] = {
        Need.VERSION: {"signed": False},
        Need.REASON: {"reason": "  "},
        Need.RECEIVER: {"receiver": ""},
        Need.ACCEPTED: {"accepted": None},
    }
    given = {**EVERYTHING, **lacking[need]}
    if need in needs_of(*move):
        with pytest.raises(MoveRefused) as refused:
            check_move(*move, **given)  # type: ignore[arg-type]
        assert refused.value.sentence.endswith(".")
    else:
        check_move(*move, **given)  # type: ignore[arg-type]


def test_the_first_version_needs_no_reason_and_every_later_one_does() -> None:
    assert needs_of(PlanState.DRAFT, PlanVerb.SIGN) == {Need.VERSION}
    assert needs_of(PlanState.ACTIVE, PlanVerb.SIGN) == {Need.VERSION, Need.REASON}


def test_what_was_entered_in_error_stays_so() -> None:
    assert moves_from(PlanState.ENTERED_IN_ERROR) == ()


def test_a_plan_that_is_over_comes_back_only_by_a_restart_with_a_new_version() -> None:
    over = [
        PlanState.COMPLETED,
        PlanState.STOPPED,
        PlanState.TRANSFERRED,
        PlanState.LOST_TO_CONTACT,
    ]
    for state in over:
        back = [v for v, target in TRANSITIONS[state].items() if target is PlanState.ACTIVE]
        assert back == [PlanVerb.RESTART]
        assert needs_of(state, PlanVerb.RESTART) == {Need.VERSION, Need.REASON}


def test_a_transfer_waits_until_somebody_named_has_accepted() -> None:
    with pytest.raises(MoveRefused, match="Until then check-ins stay due"):
        check_move(PlanState.ACTIVE, PlanVerb.TRANSFER, receiver="Southfield clinic")


def test_every_kind_of_version_is_a_move_from_active_or_draft() -> None:
    for kind in VersionKind:
        verb = verb_of(kind)
        assert can_move(PlanState.DRAFT, verb) or can_move(PlanState.ACTIVE, verb)


def test_the_diagram_is_drawn_from_the_table() -> None:
    drawn = diagram()
    arrows = re.findall(r"^    (\w+) --> (\w+) : (.+)$", drawn, re.MULTILINE)
    assert arrows == [
        (
            state.value.replace(" ", "_"),
            TRANSITIONS[state][verb].value.replace(" ", "_"),
            verb.value,
        )
        for state, verb in MOVES
    ]
    assert drawn.startswith("stateDiagram-v2\n    [*] --> draft\n")


@dataclass(frozen=True)
class Signed:
    number: int
    in_force_from: date
    in_force_when: When | None = None


FIRST = Signed(1, date(2026, 9, 24))
EVENING = Signed(2, date(2026, 12, 7), When.of("evening"))


def test_until_a_version_is_in_force_the_one_before_stays_so() -> None:
    versions = [EVENING, FIRST]
    assert version_on(versions, date(2026, 9, 23)) is None
    assert version_on(versions, date(2026, 12, 6)) is FIRST
    assert version_on(versions, date(2026, 12, 7), When.of("morning")) is FIRST
    assert version_on(versions, date(2026, 12, 7), When.of("evening")) is EVENING
    assert version_on(versions, date(2026, 12, 7), When.of("22:00")) is EVENING
    assert version_on(versions, date(2026, 12, 7)) is EVENING


def test_of_versions_in_force_the_one_signed_last_counts() -> None:
    earlier = Signed(3, date(2026, 12, 1))
    versions = [FIRST, EVENING, earlier]
    assert version_on(versions, date(2026, 12, 9)) is earlier
    assert version_on(versions, date(2026, 11, 30)) is FIRST


def test_each_time_of_a_day_is_answered_by_the_version_in_force_then() -> None:
    one = read(PUBLISHED["C"].cells(), today=date(2026, 9, 1)).so_far
    two = held(one, date(2026, 11, 18), 14)
    late = Signed(2, date(2026, 11, 19), When.of("22:30"))
    answers = expected_in_force([FIRST, late], {1: one, 2: two}, date(2026, 11, 19))
    assert [(v.number, e.step.number) for v, e in answers] == [(1, 5)]
    soon = Signed(2, date(2026, 11, 19))
    answers = expected_in_force([FIRST, soon], {1: one, 2: two}, date(2026, 11, 19))
    assert [(v.number, e.step.number) for v, e in answers] == [(2, 4)]
