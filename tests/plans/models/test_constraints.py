"""The tables refuse what is impossible, whoever writes to them."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from django.db import IntegrityError, models, transaction

from plans.models import (
    Acceptance,
    AsNeeded,
    AsNeededSupply,
    Collection,
    Dose,
    Draft,
    Drug,
    FormularyEntry,
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
from taperplan.accounts.models import User
from tests.plans.models.rows import NOW, Rows, a_patient, a_plan, rows

MINE = (
    Plan,
    Version,
    Move,
    Acceptance,
    Told,
    TakenOver,
    Draft,
    FormularyEntry,
    Drug,
    Product,
    Step,
    Dose,
    AsNeeded,
    Supply,
    Collection,
    AsNeededSupply,
)


@pytest.fixture
def plan(clare: User) -> Plan:
    return a_plan(a_patient(clare), clare)


@pytest.fixture
def whole(plan: Plan, clare: User) -> Rows:
    return rows(plan, clare)


def change(kind: str, /, **fields: Any) -> Callable[[Rows], models.Model]:
    """One row of a whole version, with something impossible in it."""

    def build(whole: Rows) -> models.Model:
        row: models.Model = getattr(whole, kind)
        for name, value in fields.items():
            setattr(row, name, value)
        return row

    return build


def another(kind: str, /, **fields: Any) -> Callable[[Rows], models.Model]:
    """A second row of a kind, beside the one that stands."""

    def build(whole: Rows) -> models.Model:
        first: models.Model = getattr(whole, kind)
        first.save(force_insert=True)
        values = {f.attname: getattr(first, f.attname) for f in first._meta.concrete_fields}
        if isinstance(first.pk, uuid.UUID):
            values["id"] = uuid.uuid4()
        else:
            del values["id"]
        return type(first)(**(values | fields))

    return build


def beside(build: Callable[[Rows, User], models.Model]) -> Callable[[Rows], models.Model]:
    return lambda whole: build(whole, whole.version.signed_by)


def twice(build: Callable[[Rows, User], models.Model]) -> Callable[[Rows], models.Model]:
    def second(whole: Rows) -> models.Model:
        build(whole, whole.version.signed_by).save(force_insert=True)
        return build(whole, whole.version.signed_by)

    return second


def a_move(whole: Rows, by: User, **fields: Any) -> Move:
    values: dict[str, Any] = {
        "plan": whole.version.plan,
        "number": 1,
        "verb": "stop",
        "state": "stopped",
        "at": NOW,
        "by": by,
        "reason": "asked to",
        "token": uuid.uuid4(),
    }
    return Move(**(values | fields))


def told(whole: Rows, by: User, **fields: Any) -> Told:
    values: dict[str, Any] = {
        "version": whole.version,
        "audience": "pharmacy",
        "answer": "told",
        "how": "by phone",
        "told_at": NOW,
        "token": uuid.uuid4(),
        "at": NOW,
        "by": by,
    }
    return Told(**(values | fields))


def taken_over(whole: Rows, by: User, **fields: Any) -> TakenOver:
    values: dict[str, Any] = {
        "id": uuid.uuid4(),
        "patient": whole.version.plan.patient,
        "plan": whole.version.plan,
        "set_by": "Dr Fiktiv",
        "source": "letter",
        "as_told": "1 mg at bedtime",
        "at": NOW,
        "by": by,
    }
    return TakenOver(**(values | fields))


def a_draft(whole: Rows, by: User, **fields: Any) -> Draft:
    values: dict[str, Any] = {
        "id": uuid.uuid4(),
        "plan": whole.version.plan,
        "kind": "change",
        "cells": {},
        "opened_at": NOW,
        "opened_by": by,
        "changed_at": NOW,
        "changed_by": by,
    }
    return Draft(**(values | fields))


def an_entry(whole: Rows, by: User, **fields: Any) -> FormularyEntry:
    values: dict[str, Any] = {
        "id": uuid.uuid4(),
        "clinic": whole.version.plan.patient.clinic,
        "drug": "examplazepam",
        "form": "tablet",
        **exact("strength", Fraction(1)),
        "unit": "mg",
        **exact("per", Fraction(1)),
        "do_not_split": False,
        "written_at": NOW,
        "written_by": by,
    }
    return FormularyEntry(**(values | fields))


def a_supply(whole: Rows, by: User, **fields: Any) -> Supply:
    values: dict[str, Any] = {
        "id": uuid.UUID(int=5) if not fields else uuid.uuid4(),
        "version": whole.version,
        "number": 1,
        "pack": "blister",
        "taking": "home",
        "at": NOW,
        "by": by,
    }
    return Supply(**(values | fields))


def accepted(whole: Rows, by: User, reason: str = "seen") -> Acceptance:
    return Acceptance(
        version=whole.version, code="gap", subject="s1", sentence="1 day", reason=reason
    )


def as_needed_supply(whole: Rows, by: User, quantity: Fraction = Fraction(10)) -> AsNeededSupply:
    return AsNeededSupply(
        supply_id=uuid.UUID(int=5), as_needed=whole.as_needed, **exact("quantity", quantity)
    )


HALF = Fraction(1, 2)
CASES: dict[str, list[Callable[[Rows], models.Model]]] = {
    "plan_state_known": [lambda whole: Plan(
        id=uuid.uuid4(), patient=whole.version.plan.patient, state="paused", begun_at=NOW,
        begun_by=whole.version.signed_by)],
    "version_number_once": [another("version", digest="1" * 64)],
    "version_first_or_replaces_with_reason": [
        change("version", number=2),
        change("version", number=0),
        change("version", number=2, replaces_id=uuid.uuid4(), reason=""),
        change("version", number=1, replaces_id=uuid.uuid4(), reason="why"),
    ],
    "version_kind_known": [change("version", kind="pause")],
    "version_hold_until_in_order": [
        change("version", hold_from=date(2026, 12, 2), hold_until=date(2026, 12, 1)),
        change("version", hold_until=date(2026, 12, 1)),
    ],
    "version_away_until_in_order": [
        change("version", away_from=date(2026, 12, 2), away_until=date(2026, 12, 1)),
    ],
    "version_hold_has_a_first_day": [change("version", kind="hold")],
    "version_interruption_has_a_first_day": [
        change("version", kind="interrupt"),
        change("version", kind="interrupt", away_from=date(2026, 12, 2)),
    ],
    "version_digest_whole": [change("version", digest=""), change("version", digest="abc")],
    "move_number_once": [twice(a_move)],
    "move_verb_known": [beside(lambda w, by: a_move(w, by, verb="pause"))],
    "move_state_known": [beside(lambda w, by: a_move(w, by, state="paused"))],
    "move_transfer_names_its_receiver": [
        beside(lambda w, by: a_move(w, by, verb="transfer", state="transferred")),
        beside(lambda w, by: a_move(w, by, verb="transfer", receiver="Dr Fiktiv")),
    ],
    "move_signs_its_version": [
        beside(lambda w, by: a_move(w, by, verb="sign", state="active")),
        beside(lambda w, by: a_move(w, by, version=w.version)),
    ],
    "move_says_why": [beside(lambda w, by: a_move(w, by, reason=""))],
    "acceptance_has_a_reason": [beside(lambda w, by: accepted(w, by, reason=""))],
    "acceptance_once": [twice(accepted)],
    "told_audience_known": [beside(lambda w, by: told(w, by, audience="neighbour"))],
    "told_how_or_why_not": [
        beside(lambda w, by: told(w, by, how="")),
        beside(lambda w, by: told(w, by, told_at=None)),
        beside(lambda w, by: told(w, by, answer="not needed", reason="")),
        beside(lambda w, by: told(w, by, answer="perhaps")),
    ],
    "told_other_is_named": [beside(lambda w, by: told(w, by, audience="other"))],
    "taken_over_says_from_whom_and_what": [
        beside(lambda w, by: taken_over(w, by, set_by="")),
        beside(lambda w, by: taken_over(w, by, source="")),
        beside(lambda w, by: taken_over(w, by, as_told="")),
    ],
    "taken_over_days_in_order": [
        beside(lambda w, by: taken_over(
            w, by, since=date(2026, 11, 2), until=date(2026, 11, 1))),
    ],
    "draft_kind_known": [beside(lambda w, by: a_draft(w, by, kind="pause"))],
    "draft_away_until_in_order": [
        beside(lambda w, by: a_draft(w, by, away_until=date(2026, 11, 1))),
    ],
    "draft_hold_has_a_first_day": [beside(lambda w, by: a_draft(w, by, kind="hold"))],
    "draft_interruption_has_a_first_day": [
        beside(lambda w, by: a_draft(w, by, kind="interrupt", away_where="a ward")),
        beside(lambda w, by: a_draft(w, by, kind="interrupt", away_from=date(2026, 11, 1))),
    ],
    "formulary_has_a_drug": [beside(lambda w, by: an_entry(w, by, drug=""))],
    "formulary_form_known": [beside(lambda w, by: an_entry(w, by, form="powder"))],
    "formulary_unit_known": [beside(lambda w, by: an_entry(w, by, unit="grain"))],
    "formulary_strength_exact": [beside(lambda w, by: an_entry(w, by, strength_numerator=0))],
    "formulary_per_exact": [beside(lambda w, by: an_entry(w, by, per_numerator=0))],
    "formulary_strength_has_its_unit": [beside(lambda w, by: an_entry(w, by, unit=""))],
    "formulary_retired_by_somebody": [beside(lambda w, by: an_entry(w, by, retired_at=NOW))],
    "formulary_line_once": [twice(lambda w, by: an_entry(w, by, drug="Examplazepam"))],
    "drug_position_once": [another("drug", name="placebam")],
    "drug_name_once": [another("drug", position=2, name="EXAMPLAZEPAM")],
    "drug_has_a_name": [change("drug", name="")],
    "drug_role_known": [change("drug", role="main")],
    "drug_drug_class_known": [change("drug", drug_class="sedative")],
    "drug_end_known": [change("drug", end="later")],
    "drug_maintained_until_a_review": [change("drug", end="maintain")],
    "drug_end_is_stated": [change("drug", end=""), change("drug", end="", role="introduced")],
    "product_position_once": [another("product")],
    "product_form_known": [change("product", form="potion")],
    "product_unit_known": [change("product", unit="U")],
    "product_strength_exact": [
        change("product", strength=Fraction(0)),
        change("product", strength_denominator=None),
        change("product", strength_numerator=-1),
        change("product", strength_denominator=10_001),
    ],
    "product_per_exact": [change("product", form="liquid", per=Fraction(0))],
    "product_stated_supply_exact": [change("product", stated_supply_numerator=1)],
    "product_strength_has_its_unit": [
        change("product", unit=""),
        change("product", strength=None),
    ],
    "product_parts_known": [change("product", parts=0), change("product", parts=5)],
    "product_counted_is_per_one": [change("product", per=Fraction(5))],
    "product_wear_is_a_time": [change("product", wear_hours=0)],
    "step_position_once": [another("step")],
    "step_last_day_in_order": [change("step", last_day=date(2026, 11, 29))],
    "step_rhythm_and_cycle_agree": [
        change("step", cycle_days=2),
        change("step", rhythm="weekdays", cycle_days=6),
        change("step", rhythm="cycle", cycle_days=1),
        change("step", rhythm="cycle", cycle_days=32),
        change("step", rhythm="monthly", cycle_days=30),
    ],
    "dose_slot_known": [change("dose", slot="teatime")],
    "dose_clock_has_its_time": [
        change("dose", slot="clock"),
        change("dose", at=NOW.time()),
    ],
    "dose_quantity_exact": [
        change("dose", quantity_numerator=-1),
        change("dose", quantity_denominator=0),
        change("dose", quantity_denominator=10_001),
    ],
    "dose_on_some_day": [change("dose", on_days=0), change("dose", on_days=-1)],
    "dose_once_in_a_slot": [another("dose")],
    "dose_once_at_a_time": [
        lambda whole: another("dose")(
            Rows(**{**vars(whole), "dose": change("dose", slot="clock", at=NOW.time())(whole)})
        )
    ],
    "as_needed_quantity_exact": [change("as_needed", quantity=Fraction(0))],
    "as_needed_maximum_exact": [change("as_needed", maximum=Fraction(0))],
    "as_needed_last_day_in_order": [change("as_needed", last_day=date(2026, 11, 29))],
    "supply_number_once": [twice(lambda w, by: a_supply(w, by, id=uuid.uuid4()))],
    "supply_pack_known": [beside(lambda w, by: a_supply(w, by, pack="bag"))],
    "supply_taking_known": [beside(lambda w, by: a_supply(w, by, taking="posted"))],
    "collection_day_once": [
        twice(lambda w, by: Collection(supply_id=uuid.UUID(int=5), day=date(2026, 12, 1)))
    ],
    "as_needed_supply_once": [twice(as_needed_supply)],
    "as_needed_supply_quantity_exact": [
        beside(lambda w, by: as_needed_supply(w, by, Fraction(-1))),
    ],
}  # fmt: skip


@pytest.mark.parametrize(
    ("name", "build"), [(name, build) for name, builds in CASES.items() for build in builds]
)
def test_the_table_refuses(name: str, build: Callable[[Rows], models.Model], whole: Rows) -> None:
    constraint = next(c for model in MINE for c in model._meta.constraints if c.name == name)

    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        build(whole).save(force_insert=True)

    words = str(refused.value)
    # SQLite names the columns of a plain unique constraint, and no more.
    columns = [f"_{field}" for field in getattr(constraint, "fields", ())]
    assert name in words or (columns and "UNIQUE" in words)


def test_every_named_constraint_has_been_tripped() -> None:
    named = {c.name for model in MINE for c in model._meta.constraints}

    assert named - CASES.keys() == set()
    assert CASES.keys() - named == set()


def test_a_whole_version_is_taken(whole: Rows) -> None:
    whole.insert()

    assert Version.objects.count() == 1


def test_a_version_is_replaced_once(whole: Rows, plan: Plan, clare: User) -> None:
    first = whole.insert()
    second = rows(plan, clare, number=2, kind="change", replaces=first, reason="asked").insert()

    with pytest.raises(IntegrityError), transaction.atomic():
        rows(plan, clare, number=3, kind="change", replaces=first, reason="asked").insert()

    assert list(Version.objects.filter(replaces=first)) == [second]


def test_states_in_the_table_are_those_of_the_rules() -> None:
    from plans.rules.lifecycle import PlanState

    assert set(PlanState) == {s for s, _word in Plan._meta.get_field("state").flatchoices}
