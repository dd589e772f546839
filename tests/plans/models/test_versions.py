"""A signed version stays as it was signed, and is read back as one value."""

from __future__ import annotations

import re
import uuid
from datetime import date, time
from fractions import Fraction

import pytest
from django.db import DatabaseError, connection, models, transaction
from pytest_django import DjangoAssertNumQueries

from plans.models import (
    Acceptance,
    AsNeeded,
    AsNeededSupply,
    Collection,
    Dose,
    Drug,
    Move,
    Plan,
    Product,
    Step,
    Supply,
    TakenOver,
    Told,
    Version,
)
from plans.models.exact import exact
from plans.models.schedules import schedules
from plans.rules.schedule import Away, When
from plans.rules.schedule_words import Slot
from taperplan.accounts.models import User
from taperplan.audit import append_only
from tests.plans.models.rows import NOW, Rows, a_patient, a_plan, rows


@pytest.fixture
def plan(clare: User) -> Plan:
    return a_plan(a_patient(clare), clare)


@pytest.fixture
def whole(plan: Plan, clare: User) -> Rows:
    return rows(plan, clare)


def beside(version: Version, whole: Rows, by: User) -> dict[type[models.Model], models.Model]:
    """One row of each append-only kind that stands beside a version."""
    supply = Supply(
        id=uuid.uuid4(), version=version, number=1, pack="blister", taking="home", at=NOW, by=by
    )
    Collection(supply=supply, day=date(2026, 12, 1)).save(force_insert=True)
    AsNeededSupply(
        supply=supply, as_needed=whole.as_needed, **exact("quantity", Fraction(10))
    ).save(force_insert=True)
    supply.save(force_insert=True)
    Told.objects.create(
        version=version,
        audience="pharmacy",
        answer="told",
        how="phone",
        told_at=NOW,
        token=uuid.uuid4(),
        at=NOW,
        by=by,
    )
    TakenOver.objects.create(
        id=uuid.uuid4(), patient=version.plan.patient, plan=version.plan, set_by="Dr Fiktiv",
        source="letter", as_told="x", at=NOW, by=by,
    )  # fmt: skip
    Move.objects.create(
        plan=version.plan,
        number=1,
        verb="sign",
        state="active",
        version=version,
        at=NOW,
        by=by,
        token=uuid.uuid4(),
    )
    return {Supply: supply}


APPEND_ONLY = (
    "plans_acceptance",
    "plans_asneeded",
    "plans_asneededsupply",
    "plans_collection",
    "plans_dose",
    "plans_drug",
    "plans_move",
    "plans_product",
    "plans_step",
    "plans_supply",
    "plans_takenover",
    "plans_told",
    "plans_version",
)


@pytest.mark.parametrize("table", APPEND_ONLY)
@pytest.mark.parametrize("verb", ["UPDATE", "DELETE"])
def test_a_signed_row_is_neither_changed_nor_removed(
    table: str, verb: str, whole: Rows, clare: User
) -> None:
    whole.others = [Acceptance(version=whole.version, code="gap", sentence="1 day", reason="seen")]
    beside(whole.insert(), whole, clare)
    change = {"UPDATE": f'UPDATE "{table}" SET id = id', "DELETE": f'DELETE FROM "{table}"'}

    with (
        pytest.raises(DatabaseError, match=f"{table} is append-only: {verb.lower()} refused"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(change[verb])


def test_sqlite_does_not_rewrite_a_row_through_a_replacing_insert(whole: Rows) -> None:
    if connection.vendor != "sqlite":
        return
    whole.insert()

    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute('INSERT OR REPLACE INTO "plans_version" SELECT * FROM "plans_version"')


@pytest.mark.parametrize(
    ("kind", "table"),
    [
        ("drug", "plans_drug"),
        ("product", "plans_product"),
        ("step", "plans_step"),
        ("dose", "plans_dose"),
        ("as_needed", "plans_asneeded"),
    ],
)
def test_nothing_is_added_to_a_signed_version(kind: str, table: str, whole: Rows) -> None:
    whole.insert()
    row = getattr(whole, kind)
    values = {f.attname: getattr(row, f.attname) for f in row._meta.concrete_fields}
    values["id"] = uuid.uuid4() if isinstance(row.pk, uuid.UUID) else None
    for name, value in (("position", 9), ("name", "placebam"), ("slot", "morning")):
        if name in values:
            values[name] = value

    with pytest.raises(DatabaseError, match=f"{table} is sealed"), transaction.atomic():
        type(row)(**values).save(force_insert=True)


def test_nothing_is_accepted_after_signing(whole: Rows) -> None:
    version = whole.insert()

    with (
        pytest.raises(DatabaseError, match="plans_acceptance is sealed"),
        transaction.atomic(),
    ):
        Acceptance(version=version, code="gap", sentence="1 day", reason="seen").save()


def test_nothing_is_added_to_an_arrangement_of_supply(whole: Rows, clare: User) -> None:
    supply = beside(whole.insert(), whole, clare)[Supply]

    with pytest.raises(DatabaseError, match="plans_collection is sealed"), transaction.atomic():
        Collection(supply_id=supply.pk, day=date(2026, 12, 8)).save()
    with (
        pytest.raises(DatabaseError, match="plans_asneededsupply is sealed"),
        transaction.atomic(),
    ):
        AsNeededSupply(
            supply_id=supply.pk, as_needed=whole.as_needed, **exact("quantity", Fraction(1))
        ).save()


def test_every_trigger_of_a_plan_is_tried_here() -> None:
    tried = {f"{table}_no_{verb}" for table in APPEND_ONLY for verb in ("update", "delete")}
    tried |= {
        f"{table}_sealed"
        for table in (
            "plans_drug",
            "plans_product",
            "plans_step",
            "plans_dose",
            "plans_asneeded",
            "plans_acceptance",
            "plans_collection",
            "plans_asneededsupply",
        )
    }
    mine = {
        trigger.name
        for model in (
            Acceptance, AsNeeded, AsNeededSupply, Collection, Dose, Drug, Move, Product, Step,
            Supply, TakenOver, Told, Version,
        )
        for trigger in append_only.triggers()
        if trigger.table == model._meta.db_table
    }  # fmt: skip

    assert mine == tried


def test_a_version_whose_drug_was_never_written_is_refused_at_the_end(whole: Rows) -> None:
    whole.step.save(force_insert=True)

    with pytest.raises(DatabaseError):
        connection.check_constraints(["plans_step"])

    transaction.set_rollback(True)


def test_what_was_signed_is_read_back_exactly_in_five_queries(
    plan: Plan, whole: Rows, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    whole.dose.slot, whole.dose.at = "clock", time(22, 15)
    version = whole.insert()

    with django_assert_num_queries(5):
        schedule = version.schedule()

    (product,) = schedule.products
    (step,) = schedule.steps
    (dose,) = step.doses
    assert product.strength == Fraction(1, 2)
    assert dose.quantity == Fraction(3, 2)
    assert dose.when == When(Slot.CLOCK, time(22, 15))
    assert schedule.as_needed[0].maximum == Fraction(3)
    assert (step.first_day, step.last_day) == (date(2026, 11, 30), date(2026, 12, 6))
    assert schedule.away == ()


def test_many_versions_cost_no_more_queries_than_one(
    plan: Plan, whole: Rows, clare: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    versions = [whole.insert()]
    for number in range(2, 6):
        versions.append(
            rows(
                plan,
                clare,
                number=number,
                kind="change",
                reason="asked",
                replaces=versions[-1],
            ).insert()
        )

    with django_assert_num_queries(5):
        read = schedules(versions)

    assert [len(read[version.pk].steps) for version in versions] == [1, 1, 1, 1, 1]


def test_an_interruption_says_for_which_days_somebody_else_sets_the_doses(
    plan: Plan, clare: User
) -> None:
    version = rows(
        plan,
        clare,
        away_from=date(2026, 12, 1),
        away_where="Ward 5, Testville",
        away_why="surgery",
    ).insert()

    assert version.schedule().away == (
        Away(date(2026, 12, 1), None, "Ward 5, Testville", "surgery"),
    )


def test_the_version_before_counts_until_the_day_and_slot_of_the_next(
    plan: Plan, whole: Rows, clare: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    first = whole.insert()
    second = rows(
        plan,
        clare,
        number=2,
        kind="change",
        replaces=first,
        reason="asked",
        in_force_from=date(2026, 12, 3),
        in_force_slot="evening",
    ).insert()

    with django_assert_num_queries(1):
        before = plan.version_on(date(2026, 11, 29))
    assert before is None
    assert plan.version_on(date(2026, 12, 2)) == first
    assert plan.version_on(date(2026, 12, 3), When(Slot.MIDDAY)) == first
    assert plan.version_on(date(2026, 12, 3), When(Slot.EVENING)) == second
    assert plan.version_on(date(2026, 12, 3)) == second


def test_a_plan_of_another_clinic_is_not_there(plan: Plan, clare: User, sam: User) -> None:
    assert list(Plan.objects.visible_to(clare)) == [plan]
    assert list(Plan.objects.visible_to(sam)) == []


def test_an_administrator_sees_no_plan(plan: Plan, whole: Rows, ada: User) -> None:
    whole.insert()

    assert list(Plan.objects.visible_to(ada)) == []
    assert list(Version.objects.visible_to(ada)) == []


def test_a_reference_names_no_person(plan: Plan, whole: Rows) -> None:
    version = whole.insert()

    assert re.fullmatch(r"PL-[0-9a-f]{8}", plan.reference)
    assert version.reference == f"{plan.reference}-v1"
