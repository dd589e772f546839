"""A red flag's life in full: every word, every act that is possible, every sentence."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from plans.rules.redflags import (
    ENDED,
    LOWERABLE,
    OPEN_STATES,
    TRANSITIONS,
    CannotMove,
    EscalationState,
    EscalationVerb,
    Facts,
    Level,
    Segment,
    can_move,
    check_move,
    facts,
    missing_to_close,
    overdue_since,
    raises,
    waits_for_confirming,
)

READY = Facts(acknowledged=True, contacts=1, attempts=0, instead=0, outcomes=1)


def test_every_state_level_and_part_has_its_word() -> None:
    assert {level: level.label for level in Level} == {
        "emergency": "emergency",
        "same_day": "same day",
    }
    assert {state: (state.label, state.open) for state in EscalationState} == {
        "raised": ("raised", True),
        "notified": ("notified", True),
        "acknowledged": ("acknowledged", True),
        "contacted": ("contacted", True),
        "outcome recorded": ("outcome recorded", True),
        "closed": ("closed", False),
        "entered in error": ("entered in error", False),
    }
    assert [segment.label for segment in Segment] == [
        "Raised", "Notified", "Acknowledged", "Contacted", "Outcome", "Closed",
    ]  # fmt: skip
    assert tuple(state for state in EscalationState if state.open) == OPEN_STATES
    assert {"suicidal_thoughts", "abrupt_stop"} == LOWERABLE


MOVES = """
raised: report again > raised, take a report back > raised, notify > notified,
    acknowledge > acknowledged, mark as entered in error > entered in error
notified: report again > raised, take a report back > notified, notify > notified,
    acknowledge > acknowledged, mark as entered in error > entered in error
acknowledged: report again > raised, take a report back > acknowledged, notify > acknowledged,
    record a contact > contacted, record an attempt > acknowledged,
    record what was done instead > acknowledged, record the outcome > outcome recorded,
    mark as entered in error > entered in error
contacted: report again > raised, take a report back > contacted, notify > contacted,
    record a contact > contacted, record an attempt > contacted,
    record what was done instead > contacted, record the outcome > outcome recorded,
    mark as entered in error > entered in error
outcome recorded: report again > raised, take a report back > outcome recorded,
    notify > outcome recorded, record a contact > outcome recorded,
    record an attempt > outcome recorded, record what was done instead > outcome recorded,
    record the outcome > outcome recorded, close > closed,
    mark as entered in error > entered in error
closed: reopen > raised
entered in error: reopen > raised
"""


def test_what_can_be_done_in_each_state_and_what_follows() -> None:
    written = {}
    for line in MOVES.replace("\n    ", " ").strip().splitlines():
        state, moves = line.split(": ")
        written[state] = dict(move.split(" > ") for move in moves.split(", "))

    assert written == TRANSITIONS
    for state in EscalationState:
        for verb in EscalationVerb:
            assert can_move(state, verb, READY) is (verb in written[state])
            if verb in written[state]:
                assert check_move(state, verb, READY) is EscalationState(written[state][verb])


def refusal(state: EscalationState, verb: EscalationVerb, known: Facts = READY) -> str:
    with pytest.raises(CannotMove) as refused:
        check_move(state, verb, known)
    assert str(refused.value) == refused.value.sentence
    return refused.value.sentence


FIRST = "Acknowledge the red flag first: it says who is dealing with it."


@pytest.mark.parametrize(
    ("state", "verb", "sentence"),
    [
        ("closed", "acknowledge", "This red flag is closed. Reopen it first."),
        ("closed", "notify", "This red flag is closed. Reopen it first."),
        ("closed", "close", "This red flag is closed. Reopen it first."),
        ("entered in error", "close", "This red flag is entered in error. Reopen it first."),
        ("acknowledged", "acknowledge", "This red flag is acknowledged already."),
        ("contacted", "acknowledge", "This red flag is acknowledged already."),
        ("raised", "reopen", "This red flag is open already."),
        ("contacted", "reopen", "This red flag is open already."),
        ("raised", "close", "The red flag stays open. An outcome is not recorded yet."),
        ("contacted", "close", "The red flag stays open. An outcome is not recorded yet."),
        ("raised", "record a contact", FIRST),
        ("notified", "record the outcome", FIRST),
        ("raised", "raise", FIRST),
    ],
)
def test_what_cannot_be_done_is_refused_with_its_sentence(
    state: str, verb: str, sentence: str
) -> None:
    assert refusal(EscalationState(state), EscalationVerb(verb)) == sentence


NOBODY = "Nobody has acknowledged it yet."
NO_CONTACT = "Neither a contact nor an attempt is recorded yet."
NOT_INSTEAD = "What was done instead of a contact is not recorded yet."
NO_OUTCOME = "An outcome is not recorded yet."


@pytest.mark.parametrize(
    ("known", "waits"),
    [
        (READY, []),
        (Facts(), [NOBODY, NO_CONTACT, NO_OUTCOME]),
        (Facts(acknowledged=True), [NO_CONTACT, NO_OUTCOME]),
        (Facts(acknowledged=True, attempts=1), [NOT_INSTEAD, NO_OUTCOME]),
        (Facts(acknowledged=True, attempts=1, instead=1), [NO_OUTCOME]),
        (Facts(acknowledged=True, instead=1), [NO_CONTACT, NO_OUTCOME]),
        (Facts(acknowledged=True, attempts=1, instead=1, outcomes=1), []),
        (Facts(acknowledged=True, contacts=1, attempts=1, outcomes=2), []),
        (Facts(contacts=1, outcomes=1), [NOBODY]),
    ],
)
def test_closing_names_everything_it_waits_for(known: Facts, waits: list[str]) -> None:
    state, verb = EscalationState.OUTCOME_RECORDED, EscalationVerb.CLOSE

    assert missing_to_close(known) == tuple(waits)
    assert can_move(state, verb, known) is (not waits)
    if waits:
        assert refusal(state, verb, known) == " ".join(["The red flag stays open.", *waits])
    else:
        assert check_move(state, verb, known) is EscalationState.CLOSED


@pytest.mark.parametrize("beginning", ["raise", "report again", "reopen"])
def test_only_what_was_done_since_the_last_report_counts(beginning: str) -> None:
    done = ["acknowledge", "record an attempt", "record an attempt", "record a contact",
            "record what was done instead", "record the outcome", "notify"]  # fmt: skip
    counted = Facts(acknowledged=True, contacts=1, attempts=2, instead=1, outcomes=1)

    def since(*verbs: str) -> Facts:
        return facts([EscalationVerb(verb) for verb in verbs])

    assert since() == Facts() == Facts(False, 0, 0, 0, 0)
    assert since(*done) == counted
    assert since(beginning, *done) == counted
    assert since(*done, beginning) == Facts()
    assert since(*done, "take a report back") == counted
    assert since(*done, beginning, "record a contact") == Facts(contacts=1)


@pytest.mark.parametrize(
    ("key", "present", "confirmed", "raised", "waits"),
    [
        ("seizure", True, True, True, False),
        ("seizure", True, False, False, True),
        ("seizure", False, True, False, False),
        ("seizure", False, False, False, False),
        ("tremor", True, True, False, False),
        ("tremor", True, False, False, False),
    ],
)
def test_a_star_that_is_present_and_confirmed_raises_a_flag(
    key: str, present: bool, confirmed: bool, raised: bool, waits: bool
) -> None:
    assert raises(key, present=present, confirmed=confirmed) is raised
    assert waits_for_confirming(key, present=present, confirmed=confirmed) is waits


@pytest.mark.parametrize("state", EscalationState)
def test_the_limit_of_a_clinic_runs_to_the_acknowledgement_and_to_the_first_contact(
    state: EscalationState,
) -> None:
    reported = datetime(2026, 11, 24, 8, tzinfo=UTC)
    seen = reported + timedelta(minutes=20)
    runs = state in ("raised", "notified", "acknowledged")

    def limit(acknowledged: datetime | None, minutes: int | None) -> datetime | None:
        return overdue_since(
            state=state, reported_at=reported, acknowledged_at=acknowledged, minutes=minutes
        )

    assert limit(None, 15) == (reported + timedelta(minutes=15) if runs else None)
    assert limit(seen, 15) == (seen + timedelta(minutes=15) if runs else None)
    assert limit(None, None) is None
    assert {EscalationState.CLOSED, EscalationState.ENTERED_IN_ERROR} == ENDED
