"""Ten years of a patient leave in a stream: soon, and in as much memory as four."""

from __future__ import annotations

import gc
import time
import tracemalloc
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from plans.fhir.bundle import SEARCHSET, bundle
from plans.presenters.exchange import Record
from tests import factories
from tests.plans.typing import ROUTINE, completed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from patients.models import Patient
    from taperplan.accounts.models import Clinic, User

BEGAN = datetime(2016, 11, 24, 9, 0, tzinfo=UTC)
BASE = "https://clinic.example/fhir"
# More than are loaded at once, and all of them.
SOME, YEARS = 4, 10


def pieces(patient: Patient) -> Iterator[str]:
    today = datetime(2026, 11, 24, tzinfo=UTC).date()
    return bundle(SEARCHSET, Record(patient, today).resources(), base=BASE)


def streamed(patient: Patient) -> int:
    return sum(map(len, pieces(patient)))


def held(patient: Patient) -> int:
    """The most that is held at once. What waits for the collector is taken away first: when it
    comes depends on everything else in the process."""
    gc.collect()
    tracemalloc.start()
    most = 0
    for number, _piece in enumerate(pieces(patient)):
        if number % 100 == 0:
            gc.collect()
            most = max(most, tracemalloc.get_traced_memory()[0])
    tracemalloc.stop()
    return most


def seen_weekly(patient: Patient, by: User, years: range) -> None:
    answers = {**ROUTINE, "v-pulse": "92", "s-tremor": "present", "s-tremor-severity": "mild"}
    for week in range(years.start * 52, years.stop * 52):
        completed(patient, by, answers, now=BEGAN + timedelta(weeks=week))


@pytest.mark.slow
@pytest.mark.one_engine
def test_ten_years_stream_in_two_seconds_and_constant_memory(clinic: Clinic, clare: User) -> None:
    patient: Patient = factories.PatientFactory(clinic=clinic, otto=True)
    factories.signed_plan(patient, clare)
    seen_weekly(patient, clare, range(SOME))
    streamed(patient)
    after_some = held(patient)

    seen_weekly(patient, clare, range(SOME, YEARS))
    began = time.thread_time()
    size = streamed(patient)
    took = time.thread_time() - began

    assert size > 1_000_000
    assert took < 2
    assert held(patient) < after_some * 1.2 + 500_000
