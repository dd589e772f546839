"""A plan taken over stands beside the draft; a row carried over brings no figure with it."""

from __future__ import annotations

import json
import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.urls import reverse
from hypothesis import HealthCheck, given, settings

from plans.actions import fhir_import, taken_over
from plans.actions import plan as plan_actions
from plans.fhir import reading
from plans.fhir.guard import Refused
from plans.forms.carried import from_taken_over
from plans.forms.draft import Typed
from plans.models import Draft, TakenOver, TakenOverRow
from plans.rules.draft import Cells, blank_document, shaped
from tests import doors, factories
from tests.plans.fhir import facts
from tests.plans.fhir.test_reading import hl7_taper
from tests.plans.rules.published import PUBLISHED
from tests.plans.rules.strategies import schedules
from tests.plans.views import plan_form

if TYPE_CHECKING:
    from patients.models import Patient
    from plans.rules.carried import CarriedRow
    from plans.rules.schedule import Schedule
    from taperplan.accounts.models import Clinic, User

NOW = datetime(2026, 11, 24, 8, 41, tzinfo=UTC)
# Of a row that is carried over, what may hold something.
STEP = {"key", "rhythm", "cycle_days", "doses"}
PRODUCT = {"key", "drug", "form", "strength", "unit", "per", "times"}
LINE = {"key", "product"}


def carried(cells: Cells, *rows: CarriedRow) -> Cells:
    given = Typed(cells)
    for row in rows:
        given = from_taken_over(given, row)
    assert given.refusals == ()
    return given.cells


def assert_no_figure(cells: Cells) -> None:
    """Nothing is said but drug, form, strength, pattern and slots."""
    assert not [name for name, value in cells.items() if isinstance(value, str) and value]
    for drug in cells["drugs"]:
        assert {name for name, value in drug.items() if value} == {"key", "name"}
    for product in cells["products"]:
        assert {name for name, value in product.items() if value} <= PRODUCT
    for step in cells["steps"]:
        assert {name for name, value in step.items() if value} <= STEP
        assert {dose["quantity"] for dose in step["doses"]} <= {""}
        assert step["cycle_days"] == "" or step["rhythm"] == "cycle"
    for line in cells["as_needed"]:
        assert {name for name, value in line.items() if value} == LINE


def rows_of(schedule: Schedule) -> tuple[CarriedRow, ...]:
    return reading.read(facts.exported(schedule).encode()).rows


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(schedule=schedules(away=True))
def test_no_figure_of_any_plan_crosses_into_a_draft(schedule: Schedule) -> None:
    try:
        rows = rows_of(schedule)
    except Refused:
        return
    for row in rows:
        assert_no_figure(carried(blank_document(), row))
        assert not {"quantity", "first", "last", "days"} & set(json.dumps(row.pattern()).split('"'))


@pytest.mark.parametrize("letter", PUBLISHED)
def test_a_row_of_our_own_file_has_the_slots_and_the_pattern_of_its_step(letter: str) -> None:
    schedule = facts.published(letter)
    strengths = {(schedule.drug(p.drug).name, p.form.value, p.strength) for p in schedule.products}
    rows = rows_of(schedule)
    cells = carried(blank_document(), *rows)

    assert_no_figure(cells)
    assert len(cells["products"]) <= len(strengths)
    told = {(step["rhythm"], step["cycle_days"], len(step["doses"])) for step in cells["steps"]}
    for step in schedule.steps:
        stated = {(d.product, d.when, d.on_days) for d in step.doses if d.quantity}
        if stated and step.from_slot is None and not letter.startswith(("G", "J")):
            cycle = str(step.cycle_days) if step.rhythm.value == "cycle" else ""
            assert (step.rhythm.value, cycle, len(stated)) in told


def test_a_strength_is_read_from_a_figure_with_its_unit_and_never_from_a_name() -> None:
    told = hl7_taper()
    (one, *_rest) = reading.read(json.dumps(told).encode()).rows
    assert (one.products[0].drug, one.products[0].strength) == (
        "Prednisone 5mg tablet (Product)",
        "",
    )

    ingredient: dict[str, Any] = {
        "itemCodeableConcept": {"text": "prednisone"},
        "strength": {
            "numerator": {"value": 5, "code": "mg"},
            "denominator": {"value": 1, "code": "TAB"},
        },
    }
    told["contained"][0] |= {"ingredient": [ingredient], "form": {"coding": [{"code": "TAB"}]}}
    (one, *_rest) = reading.read(json.dumps(told).encode()).rows
    assert (one.products[0].drug, one.products[0].form, one.products[0].strength,
            one.products[0].unit) == ("prednisone", "tablet", "5", "mg")  # fmt: skip

    for strange in (
        {"value": 5, "code": "mg/kg"}, {"value": -5, "code": "mg"}, {"value": 5, "code": "[iU]"},
        {"value": 0, "code": "mg"}, {"value": 123456, "code": "mg"}, {"value": 5}, {},
    ):  # fmt: skip
        ingredient["strength"]["numerator"] = strange
        (one, *_rest) = reading.read(json.dumps(told).encode()).rows
        assert (one.products[0].strength, one.products[0].unit) == ("", ""), strange


# --- On the page -------------------------------------------------------------------------------


@pytest.fixture
def otto(clinic: Clinic) -> Patient:
    patient: Patient = factories.PatientFactory(clinic=clinic, otto=True)
    return patient


@pytest.fixture
def draft(otto: Patient, clare: User) -> Draft:
    made = plan_actions.begin(key=uuid.uuid4(), patient=otto, now=NOW, by=clare)
    assert isinstance(made, Draft)
    return made


def take_over(patient: Patient, by: User, letter: str = "C") -> None:
    data = facts.exported(facts.published(letter)).encode()
    fhir_import.take_over(
        key=uuid.uuid4(),
        patient=patient,
        told=reading.read(data),
        source=fhir_import.source(set_by="Southfield Hospital", words="a file", data=data),
        now=NOW,
        by=by,
    )


def test_what_was_told_stands_beside_the_draft_and_a_row_is_carried_over_blank(
    otto: Patient, clare: User, clare_client: doors.Client, draft: Draft
) -> None:
    take_over(otto, clare)
    taken_over.take_over(
        key=uuid.uuid4(), patient=otto, set_by="Dr Fiktiv", source="a letter",
        as_told="half a tablet at night\n\nto be reduced", now=NOW, by=clare,
    )  # fmt: skip
    url = reverse("plans:draft", kwargs={"plan": draft.plan_id})

    response = clare_client.get(url)
    page = response.content.decode()
    for words in (
        "As told, not signed here", "Set by Southfield Hospital; from: a file",
        "Set by Dr Fiktiv; from: a letter", "half a tablet at night", "to be reduced",
    ):  # fmt: skip
        assert words in page
    row = TakenOverRow.objects.order_by("number").first()
    assert row is not None
    assert row.said.splitlines()[0] in page.replace("&#x27;", "'")

    clare_client.post(url, {**plan_form.fields(response), "act": f"carry-over:{row.pk}"})
    draft.refresh_from_db()
    cells, _unfit = shaped(draft.cells)
    assert_no_figure(cells)
    assert [(p["form"], p["strength"], p["unit"]) for p in cells["products"]] == [
        ("tablet", "0.5", "mg")
    ]
    assert len(cells["steps"]) == 1

    # What was typed meanwhile stays; the product that stands is the product of the next row.
    form = {**plan_form.fields(clare_client.get(url)), "act": f"carry-over:{row.pk + 1}"}
    clare_client.post(url, {**form, "steps.s1.first_day": "1 Dec 2026"})
    draft.refresh_from_db()
    cells, _unfit = shaped(draft.cells)
    assert cells["steps"][0]["first_day"] == "1 Dec 2026"
    assert len(cells["products"]) == 1
    assert len(cells["steps"]) == 2


def test_a_row_of_somebody_else_s_plan_is_not_carried_over(
    otto: Patient, clinic: Clinic, clare: User, clare_client: doors.Client, draft: Draft
) -> None:
    other: Patient = factories.PatientFactory(clinic=clinic, born=otto.born)
    take_over(other, clare)
    url = reverse("plans:draft", kwargs={"plan": draft.plan_id})
    response = clare_client.get(url)
    assert "Southfield" not in response.content.decode()

    for key in (str(TakenOverRow.objects.first().pk), "0", "x", "", "9" * 30):  # type: ignore[union-attr]
        form = plan_form.fields(clare_client.get(url))
        clare_client.post(url, {**form, "act": f"carry-over:{key}"})
    draft.refresh_from_db()
    assert shaped(draft.cells)[0]["steps"] == []


@pytest.mark.parametrize(
    ("constraint", "number", "said"),
    [("taken_over_row_number_once", 1, "a line"), ("taken_over_row_says_something", 99, "")],
)
def test_a_row_has_its_number_once_and_says_something(
    otto: Patient, clare: User, constraint: str, number: int, said: str
) -> None:
    take_over(otto, clare)
    kept = TakenOver.objects.get()
    broken = TakenOverRow(taken_over=kept, number=number, said=said, pattern={})

    with pytest.raises(IntegrityError) as found, transaction.atomic():
        broken.save()
    # SQLite names the columns of a unique key, not the key.
    assert constraint in str(found.value) or "taken_over_id" in str(found.value)


def test_a_row_that_was_taken_over_is_never_changed(otto: Patient, clare: User) -> None:
    take_over(otto, clare)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        TakenOverRow.objects.update(said="other")
    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("DELETE FROM plans_takenoverrow")
