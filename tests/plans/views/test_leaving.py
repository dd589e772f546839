"""Nobody is deactivated before somebody else holds what they held."""

from __future__ import annotations

import json
import uuid
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from django.urls import reverse

from patients.models import CareTeam, Patient
from plans.models import Draft, Escalation
from plans.presenters.leaving import Kind, held_by
from taperplan.accounts.models import Clinic, User
from taperplan.audit.models import AuditEvent
from taperplan.audit.verbs import Verb
from tests import factories
from tests.conftest import person
from tests.plans.typing import ROUTINE, SEIZURE, completed, keep

if TYPE_CHECKING:
    from tests.doors import Client

pytestmark = pytest.mark.django_db


@pytest.fixture
def bea(clinic: Clinic) -> User:
    return person("Bea Zweit", clinic, prescriber=True)


@pytest.fixture
def patient(clinic: Clinic, clare: User) -> Patient:
    """Clare signed this patient's plan, drafts the next version and raised a red flag."""
    now = datetime.now(UTC)
    found: Patient = factories.PatientFactory(
        clinic=clinic, registered_by=clare, registered_at=now, ready=True, family_name="Secretson"
    )
    factories.CareTeamFactory(patient=found, user=clare, role="prescriber")
    plan = factories.signed_plan(found, clare)
    from plans.actions import plan as actions

    actions.revise(key=uuid.uuid4(), plan=plan, now=now, by=clare)
    keep(found, clare, {"note": "half typed"}, now=now)
    completed(found, clare, {**ROUTINE, **SEIZURE}, now=now - timedelta(hours=1))
    return found


def page(user: User) -> str:
    return reverse("plans:leaving", args=[user.memberships.get().pk])


def test_the_administrator_sees_references_and_counts_and_no_patient(
    ada_client: Client, clare: User, patient: Patient
) -> None:
    shown = ada_client.get(page(clare)).content.decode()

    draft = Draft.objects.get()
    assert draft.reference in shown
    assert Escalation.objects.get().reference in shown
    assert draft.plan.reference in shown
    assert "Secretson" not in shown
    assert "seizure" not in shown.lower()


def test_nobody_leaves_before_each_thing_is_given_to_a_person(
    ada_client: Client, clare: User, bea: User, theo: User, patient: Patient
) -> None:
    answer = ada_client.post(page(clare), {})

    assert answer.status_code == 200
    assert "Choose who takes these." in answer.content.decode()
    clare.refresh_from_db()
    assert clare.memberships.get().active

    kinds = [one.kind for one in held_by(clare.memberships.get())]
    assert set(kinds) >= {Kind.DRAFTS, Kind.RED_FLAGS, Kind.PLANS}
    wrong = ada_client.post(page(clare), {kind.value: str(theo.pk) for kind in kinds})
    assert "Choose somebody from the list." in wrong.content.decode(), "a monitor signs no plan"

    taken = ada_client.post(page(clare), {kind.value: str(bea.pk) for kind in kinds})

    assert taken["Location"] == reverse("accounts:list")
    assert not clare.memberships.get().active
    assert not CareTeam.objects.filter(user=clare, until=None).exists()
    assert CareTeam.objects.filter(
        user=bea, patient=patient, role="prescriber", until=None
    ).exists()
    rows = AuditEvent.objects.filter(verb=Verb.HANDED_OVER)
    assert rows.count() == len(kinds)
    assert all(bea.reference in row.detail for row in rows)
    assert AuditEvent.objects.filter(verb=Verb.DEACTIVATED).exists()


def test_each_item_can_go_to_somebody_else_than_the_rest_of_its_kind(
    ada_client: Client, clare: User, bea: User, theo: User, clinic: Clinic, patient: Patient
) -> None:
    now = datetime.now(UTC)
    other: Patient = factories.PatientFactory(
        clinic=clinic, registered_by=clare, registered_at=now, ready=True
    )
    keep(other, clare, {"note": "half typed"}, now=now)
    held = {one.kind: one for one in held_by(clare.memberships.get())}
    drafts = held[Kind.DRAFTS]
    alone = next(reference for reference, about in drafts.items if about == other.pk)
    everything = {kind.value: str(bea.pk) for kind in held}

    shown = ada_client.get(page(clare)).content.decode()
    assert f'name="drafts-{alone}"' in shown
    rest = {**everything, "drafts": "", f"drafts-{alone}": str(theo.pk)}
    refused = ada_client.post(page(clare), rest).content.decode()
    assert "Choose who takes these." in refused, "the other drafts are nobody's yet"
    assert clare.memberships.get().active

    taken = ada_client.post(page(clare), {**everything, f"drafts-{alone}": str(theo.pk)})

    assert taken.status_code == 302
    assert CareTeam.objects.filter(user=theo, patient=other, until=None).exists()
    assert not CareTeam.objects.filter(user=bea, patient=other, until=None).exists()
    assert CareTeam.objects.filter(user=bea, patient=patient, until=None).exists()
    rows = AuditEvent.objects.filter(verb=Verb.HANDED_OVER, detail__contains='"drafts"')
    said = [json.loads(row.detail) for row in rows]
    counts = {one["to"]: one["count"] for one in said}
    assert counts == {theo.reference: "1", bea.reference: str(drafts.count - 1)}


def test_every_item_given_singly_needs_no_choice_for_the_rest(
    ada_client: Client, clare: User, bea: User, patient: Patient
) -> None:
    typed: dict[str, str] = {}
    for one in held_by(clare.memberships.get()):
        names = [f"{one.kind.value}-{each}" for each in one.references]
        typed |= dict.fromkeys(names if one.count > 1 else [one.kind.value], str(bea.pk))

    assert ada_client.post(page(clare), typed)["Location"] == reverse("accounts:list")
    assert not clare.memberships.get().active


def test_another_active_prescriber_on_the_team_keeps_the_plan(
    clare: User, bea: User, patient: Patient
) -> None:
    factories.CareTeamFactory(patient=patient, user=bea, role="prescriber")

    assert Kind.PLANS not in [one.kind for one in held_by(clare.memberships.get())]
    bea.memberships.update(deactivated_at=datetime.now(UTC))
    assert Kind.PLANS in [one.kind for one in held_by(clare.memberships.get())]


def test_whoever_holds_nothing_leaves_at_once(ada_client: Client, theo: User) -> None:
    assert "holds no draft" in ada_client.get(page(theo)).content.decode()
    assert ada_client.post(page(theo))["Location"] == reverse("accounts:list")
    assert not theo.memberships.get().active
