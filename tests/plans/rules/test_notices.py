"""What went wrong on a notice's way, in words; and when no notifier lives."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from plans.rules import notices
from plans.rules.notices import LATE, SILENCE, TRIES, Fault, NotDelivered, fault_words, lives
from plans.rules.reach import is_flag, label, told
from plans.rules.symptoms import UNANSWERED_CALLS

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def test_every_fault_says_what_went_wrong() -> None:
    assert {fault: fault.label for fault in Fault} == {
        "no mail server": "no mail server is set",
        "unreachable": "the server cannot be reached",
        "too slow": "the server does not answer in time",
        "broke off": "the server broke off",
        "refused": "the server refused the message",
        "address refused": "the mail server refused the address",
        "not signed in": "the server refused our password",
        "no pager": "no pager address is typed, or this installation does not allow it",
        "left": "this person does not work here any more",
        "unexpected": "something that was not foreseen; the log has its kind",
    }
    assert fault_words("too slow") == "the server does not answer in time"
    assert fault_words("") == ""


def test_what_was_not_handed_over_names_its_fault() -> None:
    failed = NotDelivered(Fault.BROKE_OFF)

    assert failed.fault is Fault.BROKE_OFF
    assert str(failed) == "broke off"


@pytest.mark.parametrize(
    ("ago", "alive"),
    [(0, True), (1, True), (60, True), (61, False), (-1, True), (-60, True), (-61, False)],
)
def test_a_notifier_lives_for_a_minute_after_its_beat(
    ago: int, alive: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notices, "SILENCE", SILENCE)

    assert lives(NOW - ago * SECOND, NOW) is alive
    assert lives(None, NOW) is False


def test_silence_and_lateness_are_a_minute_and_three_tries() -> None:
    assert (SILENCE, LATE, TRIES) == (60 * SECOND, 60 * SECOND, 3)


# --- Who cannot be reached -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("attempts", "limit", "flag_is_open", "raised"),
    [
        (3, None, False, False),
        (2, 3, False, False),
        (3, 3, False, True),
        (4, 3, False, True),
        (4, 3, True, False),
        (1, 1, False, True),
    ],
)
def test_so_many_unanswered_calls_as_the_clinic_typed_raise_one_flag(
    attempts: int, limit: int | None, flag_is_open: bool, raised: bool
) -> None:
    assert is_flag(attempts, limit, open_now=flag_is_open) is raised


def test_a_symptom_is_recorded_present_and_what_was_counted_or_measured_stands_by_itself() -> None:
    assert told("seizure", "seizure") == "seizure recorded present"
    calls = label(3)
    assert calls == "unanswered calls (3 in a row)"
    assert told(UNANSWERED_CALLS, calls) == calls
    assert told("unanswered_calls", calls) == calls
    assert told("vital_pulse_emergency", "pulse 140/min") == "pulse 140/min"
    assert told("vital_pulse", "pulse 140/min") == "pulse 140/min recorded present"
