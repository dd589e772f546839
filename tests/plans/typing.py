"""What a clinician types into a check-in, and the arrivals of it."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from plans.actions import check_in as actions
from plans.models import CheckIn
from plans.presenters.check_in import around

if TYPE_CHECKING:
    from collections.abc import Mapping

    from patients.models import Patient
    from taperplan.accounts.models import User

NOW = datetime(2026, 11, 24, 8, 41, tzinfo=UTC)

ROUTINE: dict[str, str] = {
    "how": "visit",
    "reported_by": "patient",
    "s-seizure": "no",
    "s-hallucination": "no",
    "s-confusion": "no",
    "s-loss_of_consciousness": "no",
    "suicide": "none",
    "s-overdose": "no",
    "decision": "continue",
    "next_0": "1",
    "next_1": "12",
    "next_2": "2026",
}
SEIZURE = {"s-seizure": "yes", "s-seizure-confirmed": "yes"}


def keep(
    patient: Patient,
    by: User,
    answers: Mapping[str, str],
    *,
    key: uuid.UUID | None = None,
    revision: int = 0,
    now: datetime = NOW,
) -> actions.Kept:
    return actions.keep(
        patient=patient,
        key=key or uuid.uuid4(),
        answers=answers,
        revision=revision,
        frozen_now=now,
        by=by,
    )


def complete(
    patient: Patient,
    by: User,
    answers: Mapping[str, str] = ROUTINE,
    *,
    key: uuid.UUID | None = None,
    revision: int = 0,
    now: datetime = NOW,
) -> actions.Completed:
    return actions.complete(
        patient=patient,
        key=key or uuid.uuid4(),
        answers=answers,
        revision=revision,
        around=around(patient, answers=answers, opened_at=now, now=now, by=by),
        frozen_now=now,
        by=by,
    )


def completed(
    patient: Patient, by: User, answers: Mapping[str, str] = ROUTINE, *, now: datetime = NOW
) -> CheckIn:
    done = complete(patient, by, answers, now=now)
    assert done.check_in is not None, done.reading
    return done.check_in
