"""What raises a red flag, at which level, and how it may move until it is closed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plans.rules.redflags import (
    ENDED,
    TRANSITIONS,
    CannotMove,
    EscalationState,
    EscalationVerb,
    Facts,
    can_move,
    check_move,
    facts,
    missing_to_close,
    overdue_since,
    raises,
    waits_for_confirming,
)
from plans.rules.symptoms import CATALOGUE

S, V = EscalationState, EscalationVerb


@pytest.mark.parametrize("symptom", CATALOGUE, ids=lambda symptom: symptom.key)
def test_only_a_star_that_is_present_and_confirmed_raises(symptom: object) -> None:
    key, star = symptom.key, symptom.star  # type: ignore[attr-defined]
    assert raises(key, present=True, confirmed=True) is star
    assert not raises(key, present=True, confirmed=False)
    assert not raises(key, present=False, confirmed=True)
    assert waits_for_confirming(key, present=True, confirmed=False) is star


def test_the_whole_way_from_raised_to_closed() -> None:
    state = S.RAISED
    done: list[EscalationVerb] = [V.RAISE]
    for verb in (V.NOTIFY, V.ACKNOWLEDGE, V.CONTACT, V.OUTCOME, V.CLOSE):
        state = check_move(state, verb, facts(done))
        done.append(verb)
    assert state is S.CLOSED


def test_it_cannot_be_closed_without_an_outcome() -> None:
    known = facts([V.RAISE, V.ACKNOWLEDGE, V.CONTACT])
    assert missing_to_close(known) == ("An outcome is not recorded yet.",)
    with pytest.raises(CannotMove, match="outcome"):
        check_move(S.CONTACTED, V.CLOSE, known)


def test_it_cannot_be_closed_on_an_outcome_alone() -> None:
    known = facts([V.RAISE, V.ACKNOWLEDGE, V.OUTCOME])
    with pytest.raises(CannotMove, match="Neither a contact nor an attempt"):
        check_move(S.OUTCOME_RECORDED, V.CLOSE, known)


def test_attempts_count_only_with_what_was_done_instead() -> None:
    tried = [V.RAISE, V.ACKNOWLEDGE, V.ATTEMPT, V.ATTEMPT, V.OUTCOME]
    assert not can_move(S.OUTCOME_RECORDED, V.CLOSE, facts(tried))
    assert can_move(S.OUTCOME_RECORDED, V.CLOSE, facts([*tried, V.INSTEAD]))


def test_a_further_report_needs_its_own_acknowledgement_contact_and_outcome() -> None:
    known = facts([V.RAISE, V.ACKNOWLEDGE, V.CONTACT, V.OUTCOME, V.REPORT])
    assert known == Facts()
    assert check_move(S.OUTCOME_RECORDED, V.REPORT, Facts()) is S.RAISED


def test_a_reopened_red_flag_begins_anew() -> None:
    assert check_move(S.CLOSED, V.REOPEN, Facts()) is S.RAISED
    assert facts([V.RAISE, V.ACKNOWLEDGE, V.CONTACT, V.OUTCOME, V.CLOSE, V.REOPEN]) == Facts()


def test_nothing_is_recorded_before_somebody_says_that_they_deal_with_it() -> None:
    for verb in (V.CONTACT, V.ATTEMPT, V.INSTEAD, V.OUTCOME):
        with pytest.raises(CannotMove, match="Acknowledge the red flag first"):
            check_move(S.RAISED, verb, Facts())


def test_an_acknowledged_red_flag_is_not_acknowledged_twice() -> None:
    with pytest.raises(CannotMove, match="acknowledged already"):
        check_move(S.ACKNOWLEDGED, V.ACKNOWLEDGE, Facts(acknowledged=True))


@pytest.mark.parametrize("state", sorted(ENDED))
def test_an_ended_red_flag_can_only_be_reopened(state: EscalationState) -> None:
    assert set(TRANSITIONS[state]) == {V.REOPEN}
    with pytest.raises(CannotMove, match="Reopen it first"):
        check_move(state, V.OUTCOME, Facts())


def test_an_open_red_flag_can_be_marked_as_an_error_from_everywhere() -> None:
    for state in set(S) - ENDED:
        assert check_move(state, V.MARK_IN_ERROR, Facts()) is S.ENTERED_IN_ERROR


def test_every_state_can_be_reached_and_every_verb_leads_somewhere() -> None:
    reached = {S.RAISED} | {to for moves in TRANSITIONS.values() for to in moves.values()}
    assert reached == set(S)
    used = {verb for moves in TRANSITIONS.values() for verb in moves}
    assert used == set(V) - {V.RAISE}


@given(st.lists(st.sampled_from(list(V)), max_size=30))
def test_however_it_goes_it_closes_only_with_outcome_and_contact(
    verbs: list[EscalationVerb],
) -> None:
    state, done = S.RAISED, [V.RAISE]
    for verb in verbs:
        if not can_move(state, verb, facts(done)):
            continue
        if verb is V.CLOSE:
            known = facts(done)
            assert known.outcomes
            assert known.acknowledged
            assert known.contacts or (known.attempts and known.instead)
        state = check_move(state, verb, facts(done))
        done.append(verb)


def test_a_time_limit_runs_to_the_acknowledgement_and_from_it_to_the_contact() -> None:
    raised = datetime(2026, 11, 24, 8, 42, tzinfo=UTC)
    taken = raised + timedelta(minutes=7)

    def overdue(state: EscalationState, acknowledged_at: datetime | None) -> datetime | None:
        return overdue_since(
            state=state, reported_at=raised, acknowledged_at=acknowledged_at, minutes=15
        )

    assert overdue(S.RAISED, None) == raised + timedelta(minutes=15)
    assert overdue(S.ACKNOWLEDGED, taken) == taken + timedelta(minutes=15)
    assert overdue(S.CONTACTED, taken) is None


def test_without_a_typed_limit_nothing_is_overdue() -> None:
    assert (
        overdue_since(
            state=S.RAISED,
            reported_at=datetime(2026, 11, 24, tzinfo=UTC),
            acknowledged_at=None,
            minutes=None,
        )
        is None
    )
