"""The interface does what its own description says, however it is asked."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.utils import timezone

from patients.vocabulary import Ground
from plans.actions import access_key as actions
from plans.models import CheckIn
from plans.rules.exchange import WHOLE
from tests import factories
from tests.plans.typing import ROUTINE, SEIZURE, completed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from taperplan.accounts.models import Clinic, User


@pytest.fixture
def one_connection() -> Iterator[None]:
    """The handler of a site closes its connection after each request; the test's stays open."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield
    for signal in signals:
        signal.connect(close_old_connections)


@pytest.mark.slow
@pytest.mark.one_engine
@pytest.mark.usefixtures("one_connection")
def test_no_question_finds_an_answer_that_is_not_described(
    clinic: Clinic, clare: User, ada: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Loaded here alone: it takes longer to load than most tests take to run.
    import schemathesis
    from hypothesis import HealthCheck, Phase, given, settings

    patient = factories.PatientFactory(clinic=clinic, otto=True, number="DEMO 0042 17")
    factories.signed_plan(patient, clare)
    completed(patient, clare, {**ROUTINE, **SEIZURE, "s-seizure-many": "1"})
    monkeypatch.setattr(actions, "A_MINUTE", 1_000_000)
    now = timezone.now()
    reach = actions.Reach("Southfield", WHOLE, Ground.TREATMENT, "care", now + timedelta(days=9))
    key = actions.issue(
        token=uuid.uuid4(), clinic=clinic, reach=reach, answers_for=clare, now=now, by=ada
    )
    described = schemathesis.openapi.from_wsgi("/fhir/openapi.json", WSGIHandler())
    stored = CheckIn.objects.count()
    asked = 0

    for found in described.get_all_operations():
        operation = found.ok()  # type: ignore[union-attr]

        @settings(
            max_examples=15,
            deadline=None,
            database=None,
            derandomize=True,
            phases=[Phase.explicit, Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy())
        def each(case: schemathesis.Case[Any]) -> None:
            nonlocal asked
            asked += 1
            case.call_and_validate(headers={"Authorization": f"Bearer {key}"})

        each()

    assert asked > 200
    assert CheckIn.objects.count() == stored
