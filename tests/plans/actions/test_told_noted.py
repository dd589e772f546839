"""Of which plans it is noted that everybody was told: never of one whose version still waits."""

from __future__ import annotations

import importlib
import random
import threading
import uuid
from contextlib import suppress
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from django.apps import apps
from django.db import connection
from django.db.models import F, QuerySet

from plans.actions import plan as plans
from plans.actions import told as told_actions
from plans.actions.told import Telling, record
from plans.models import Plan, Told, Version
from plans.models.plan import EXPECTED_AUDIENCES, Answer, Audience
from plans.presenters.waiting import Waiting, Whose
from plans.rules.lifecycle import PlanState, PlanVerb
from tests.factories import DRAFTED, PatientFactory, next_version, signed_plan
from tests.plans.actions.test_at_once import at_once

if TYPE_CHECKING:
    from taperplan.accounts.models import Clinic, User

pytestmark = pytest.mark.django_db
TODAY = DRAFTED.date()


def telling(audience: Audience) -> Telling:
    who = "A neighbour" if audience is Audience.OTHER else ""
    return Telling(audience, Answer.NOT_NEEDED, who=who, reason="Nobody is named.")


def tell(version: Version, *audiences: Audience, by: User) -> None:
    for audience in audiences:
        record(version=version, telling=telling(audience), token=uuid.uuid4(), now=DRAFTED, by=by)


def tell_as_before(version: Version, audience: Audience, by: User) -> None:
    """As code does that does not know the note."""
    Told.objects.create(
        version=version, audience=audience.value, who="A neighbour", answer="not needed",
        reason="None", token=uuid.uuid4(), at=DRAFTED, by=by,
    )  # fmt: skip


def sign_as_before(plan: Plan, by: User) -> None:
    before = Plan.objects.values("signed_at", "told_revision").get(pk=plan.pk)
    next_version(plan, by)
    Plan.objects.filter(pk=plan.pk).update(**before)


def listed(by: User) -> set[uuid.UUID]:
    return set(Waiting(by, TODAY, Whose.EVERYBODY).told_open.values_list("pk", flat=True))


def owed() -> set[uuid.UUID]:
    """The same from the rows themselves, one plan after the other."""
    found = set()
    for plan in Plan.objects.filter(state=PlanState.ACTIVE.value):
        newest = Version.objects.filter(plan=plan).latest("number")
        told = {row.audience for row in Told.objects.filter(version=newest)}
        if set(EXPECTED_AUDIENCES) - told:
            found.add(newest.pk)
    return found


def noted() -> set[uuid.UUID]:
    """The newest versions of the plans that the note leaves out."""
    plans_noted = Plan.objects.filter(state="active", told_revision=F("revision"))
    return {Version.objects.filter(plan=one).latest("number").pk for one in plans_noted}


def test_the_last_who_is_told_takes_the_version_off_the_list(clinic: Clinic, clare: User) -> None:
    plan = signed_plan(PatientFactory(clinic=clinic), clare)
    first = plan.versions.get()
    assert plan.signed_at == first.signed_at

    tell(first, *EXPECTED_AUDIENCES[:3], EXPECTED_AUDIENCES[0], Audience.OTHER, by=clare)
    assert (listed(clare), noted()) == ({first.pk}, set())
    tell(first, EXPECTED_AUDIENCES[3], by=clare)
    assert (listed(clare), noted()) == (set(), {first.pk})

    second = next_version(plan, clare)
    assert (listed(clare), noted()) == ({second.pk}, set())
    tell(first, *EXPECTED_AUDIENCES, by=clare)
    assert (listed(clare), noted()) == ({second.pk}, set())


def test_code_that_does_not_know_the_note_hides_no_version(clinic: Clinic, clare: User) -> None:
    plan = signed_plan(PatientFactory(clinic=clinic), clare)
    tell(plan.versions.get(), *EXPECTED_AUDIENCES, by=clare)

    sign_as_before(plan, clare)
    second = plan.versions.latest("number")
    assert listed(clare) == {second.pk}

    for audience in EXPECTED_AUDIENCES:
        tell_as_before(second, audience, clare)
    assert (listed(clare), noted()) == (set(), set())


def test_what_is_noted_agrees_with_the_told_lists_after_any_acts(
    clinic: Clinic, clare: User
) -> None:
    chance = random.Random(7)  # noqa: S311  # an order of acts, no secret
    made = [signed_plan(PatientFactory(clinic=clinic), clare) for _plan in range(4)]
    seen: set[str] = set()
    ever: set[uuid.UUID] = set()
    for _act in range(50):
        plan = Plan.objects.select_related("patient__clinic").get(pk=chance.choice(made).pk)
        versions = list(plan.versions.order_by("number"))
        version = versions[-1] if chance.random() < 0.9 else chance.choice(versions)
        act = chance.choices(
            ["tell", "tell as before", "all", "sign", "sign as before", "move"], [8, 3, 3, 2, 1, 1]
        )[0]
        if act.startswith("sign") and plan.state == "entered in error":
            continue
        seen.add(act)
        match act:
            case "tell":
                tell(version, chance.choice(list(Audience)), by=clare)
            case "tell as before":
                tell_as_before(version, chance.choice(list(Audience)), clare)
            case "all":
                tell(version, *EXPECTED_AUDIENCES, by=clare)
            case "sign":
                next_version(plan, clare)
            case "sign as before":
                sign_as_before(plan, clare)
            case _:
                verb = chance.choice([PlanVerb.STOP, PlanVerb.COMPLETE, PlanVerb.BEGIN_AFTERCARE])
                try:
                    plans.move(
                        token=uuid.uuid4(), plan=plan, verb=verb, reason="agreed", now=DRAFTED,
                        by=clare,
                    )  # fmt: skip
                except plans.NotDoneError:
                    continue
        assert listed(clare) == owed(), act
        assert not noted() & owed(), act
        ever |= noted()
    assert len(seen) == 6
    assert len(ever) > 3


def step() -> Any:
    return importlib.import_module("plans.migrations.0012_plan_told_noted")


def run(found: Any) -> None:
    found.note(apps, SimpleNamespace(connection=connection))


def test_the_step_that_brings_the_note_writes_down_what_is_known(
    clinic: Clinic, clare: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    told, partly, stopped, none = made = [
        signed_plan(PatientFactory(clinic=clinic), clare) for _plan in range(4)
    ]
    tell(told.versions.get(), *EXPECTED_AUDIENCES, by=clare)
    tell(partly.versions.get(), *EXPECTED_AUDIENCES[:3], Audience.OTHER, by=clare)
    later = next_version(none, clare)
    Plan.objects.update(signed_at=None, told_revision=None)
    Plan.objects.filter(pk=stopped.pk).update(state="stopped")
    monkeypatch.setattr(step(), "AT_ONCE", 1)

    run(step())
    run(step())

    assert noted() == {told.versions.get().pk}
    assert listed(clare) == owed() == {partly.versions.get().pk, later.pk}
    assert list(
        Plan.objects.filter(pk__in=[one.pk for one in made]).exclude(pk=stopped.pk)
        .exclude(signed_at=None).values_list("pk", flat=True).order_by("pk")
    ) == sorted(one.pk for one in (told, partly, none))  # fmt: skip
    assert Plan.objects.get(pk=none.pk).signed_at == later.signed_at


def test_a_plan_that_moves_under_the_step_is_left_to_be_looked_at(
    clinic: Clinic, clare: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = signed_plan(PatientFactory(clinic=clinic), clare)
    tell(plan.versions.get(), *EXPECTED_AUDIENCES, by=clare)
    Plan.objects.update(signed_at=None, told_revision=None)
    found, filtering = step(), QuerySet.filter

    def moved(rows: Any, *conditions: Any, **named: Any) -> Any:
        if "revision" in named:  # what is about to be written was read: a version comes between
            filtering(Plan._base_manager.all(), pk=plan.pk).update(revision=F("revision") + 1)
        return filtering(rows, *conditions, **named)

    monkeypatch.setattr(QuerySet, "filter", moved)
    run(found)
    monkeypatch.undo()

    assert noted() == set()


@pytest.mark.django_db(transaction=True)
def test_the_last_two_told_at_once_are_both_counted(
    clinic: Clinic, clare: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each counts once the other has written too, where nothing makes it wait before that."""
    both, count = threading.Barrier(2), told_actions._note

    def once_both_have_written(plan: Plan, version: Version) -> None:
        with suppress(threading.BrokenBarrierError):
            both.wait(0.5)
        count(plan, version)

    plan = signed_plan(PatientFactory(clinic=clinic), clare)
    version = plan.versions.get()
    tell(version, *EXPECTED_AUDIENCES[:2], by=clare)
    monkeypatch.setattr(told_actions, "_note", once_both_have_written)

    answers = at_once(
        *(lambda one=one: tell(version, one, by=clare) for one in EXPECTED_AUDIENCES[2:])
    )

    assert not [one for one in answers if isinstance(one, Exception)]
    assert noted() == {version.pk}
