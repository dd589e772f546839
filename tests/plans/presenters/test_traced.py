"""Every figure on paper comes from a row: change the row's figure, and the paper changes there and
nowhere else."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from typing import Any

import pytest

from patients.models import Patient
from plans.models import FollowUp, Version
from plans.presenters.handout import handout
from plans.presenters.paper import Printing
from plans.presenters.supply_sheet import supply_sheet
from plans.rules.check_in_words import NextHow
from plans.rules.schedule import AsNeeded, Dose, Drug, Product, Schedule, Step, When
from plans.rules.schedule_words import DrugClass, DrugRole, End, Form, Rhythm, Unit
from taperplan import formats
from taperplan.accounts.models import Clinic, User
from tests.factories import PatientFactory
from tests.plans.signing import a_plan, published, sign

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 18, 10, 20, tzinfo=UTC)
FIRST = date(2026, 11, 30)
DAY = timedelta(days=1)


def many() -> Schedule:
    """Four products of three drugs: two strengths in one slot, a liquid, a patch, alternating
    days, an open step and an as-needed line."""

    def product(key: str, drug: str, form: Form, strength: Fraction, **more: Any) -> Product:
        unit = Unit.MICROGRAM_PER_HOUR if form is Form.PATCH else Unit.MG
        return Product(key, drug, "", form, strength=strength, unit=unit, **more)

    def dose(product: str, time: str, quantity: Fraction | int, on: int = 1) -> Dose:
        return Dose(product, When.of(time), Fraction(quantity), on)

    def step(number: int, first: date, last: date | None, *doses: Dose, **more: Any) -> Step:
        values: dict[str, Any] = {"rhythm": Rhythm.DAILY, "cycle_days": 1} | more
        return Step(
            key=f"s{number}", number=number, first_day=first, from_slot=None, last_day=last,
            cycle_from=None, doses=doses, **values,
        )  # fmt: skip

    return Schedule(
        drugs=(
            Drug("d1", "examplazepam", DrugRole.TAPERED, DrugClass.BENZODIAZEPINE, End.STOP),
            Drug("d2", "placebodone", DrugRole.TAPERED, DrugClass.OPIOID, End.REFER),
            Drug(
                "d3", "mockisone", DrugRole.UNCHANGED, DrugClass.OTHER, End.MAINTAIN,
                FIRST + 90 * DAY,
            ),
        ),
        products=(
            product("p1", "d1", Form.TABLET, Fraction(5), parts=2),
            product("p2", "d1", Form.TABLET, Fraction(1), parts=4),
            product("p3", "d2", Form.LIQUID, Fraction(125), per=Fraction(5), parts=1),
            product("p4", "d3", Form.PATCH, Fraction(12), wear_hours=72, parts=1),
        ),
        steps=(
            step(
                1, FIRST, FIRST + 6 * DAY, dose("p1", "bedtime", 1), dose("p2", "bedtime", 2),
                dose("p2", "morning", Fraction(1, 2)),
            ),
            step(
                2, FIRST + 7 * DAY, FIRST + 20 * DAY, dose("p1", "bedtime", 1, 0b01),
                dose("p2", "bedtime", 3, 0b10), rhythm=Rhythm.CYCLE, cycle_days=2,
            ),
            step(3, FIRST, FIRST + 13 * DAY, dose("p3", "08:00", 4), dose("p3", "evening", 0)),
            step(
                4, FIRST, None, dose("p4", "morning", 1, 0b001), rhythm=Rhythm.CYCLE,
                cycle_days=3,
            ),
        ),
        as_needed=(
            AsNeeded("a1", "p2", Fraction(1), Fraction(3), 240, "panic", FIRST, FIRST + 30 * DAY),
        ),
    )  # fmt: skip


SCHEDULES: dict[str, Callable[[], Schedule]] = {
    "C": lambda: published("C"),
    "F": lambda: published("F"),
    "many": many,
}


def texts(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Every word of a sheet with the place where it stands."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, tuple):
        for number, one in enumerate(value):
            yield from texts(one, f"{path}[{number}]")
    elif dataclasses.is_dataclass(value):
        for one in dataclasses.fields(value):
            yield from texts(getattr(value, one.name), f"{path}.{one.name}")


def changed(before: Any, after: Any) -> set[str]:
    old, new = dict(texts(before)), dict(texts(after))
    return {path for path in old.keys() | new.keys() if old.get(path) != new.get(path)}


# --- what is changed, and where alone the handout may differ ----------------------------------
Place = str
"""A regular expression of places in the sheet."""


def with_step(schedule: Schedule, step: Step, **fields: Any) -> Schedule:
    steps = tuple(replace(one, **fields) if one.key == step.key else one for one in schedule.steps)
    return replace(schedule, steps=steps)


def perturbations(schedule: Schedule) -> Iterator[tuple[str, Schedule, Place]]:
    for step in schedule.steps:
        row = rf"{{row:{step.key}}}"
        for number, dose in enumerate(step.doses):
            more = replace(dose, quantity=dose.quantity + 1)
            doses = (*step.doses[:number], more, *step.doses[number + 1 :])
            yield f"{step.key} dose {number}", with_step(schedule, step, doses=doses), row
        if step.last_day is not None:
            # What ends a day later moves the row of the drug's end too, where it is the last, and
            # the row that it overlaps then says so.
            later = with_step(schedule, step, last_day=step.last_day + DAY)
            yield f"{step.key} last day", later, rf"{row}|{{ends}}|{{beside}}"
            begun = with_step(schedule, step, first_day=step.first_day + DAY)
            yield f"{step.key} first day", begun, rf"{row}|{{beside}}"
    for number, product in enumerate(schedule.products):
        assert product.strength is not None
        other = replace(product, strength=product.strength + 1)
        products = (*schedule.products[:number], other, *schedule.products[number + 1 :])
        rows = "|".join(
            f"{{row:{step.key}}}"
            for step in schedule.steps
            if any(dose.product == product.key for dose in step.doses)
        )
        taken = any(one.product == product.key for one in schedule.as_needed)
        aside = r"|\.as_needed" if taken else ""
        place = rf"\.products\[{number}\]|{rows}{aside}"
        yield f"{product.key} strength", replace(schedule, products=products), place
    for needed in schedule.as_needed:
        figures: dict[str, Any] = {
            "quantity": needed.quantity + 1,
            "maximum": (needed.maximum or 0) + 1,
            "gap_minutes": (needed.gap_minutes or 0) + 60,
            "first_day": needed.first_day + DAY,
            "last_day": (needed.last_day or FIRST) + DAY,
        }
        for field, value in figures.items():
            other_needed = replace(needed, **{field: value})
            yield (
                f"as needed {field}",
                replace(schedule, as_needed=(other_needed,)),
                r"\.as_needed",
            )
    for number, drug in enumerate(schedule.drugs):
        if drug.review_on is not None:
            other_drug = replace(drug, review_on=drug.review_on + DAY)
            drugs = (*schedule.drugs[:number], other_drug, *schedule.drugs[number + 1 :])
            yield f"{drug.key} review", replace(schedule, drugs=drugs), "{ends}"


def places(sheet: Any, schedule: Schedule) -> Callable[[str], str]:
    """Where the row of each step stands, and its calendar; where the rows of the ends stand."""
    rows: dict[str, list[str]] = {step.key: [] for step in schedule.steps}
    ends: list[str] = []
    beside: list[str] = []
    for number, table in enumerate(sheet.tables):
        for place, row in enumerate(table.rows):
            at = rf"\.tables\[{number}\]\.rows\[{place}\]"
            if row.end:
                ends.append(at)
            beside.append(rf"{at}\.notes")
            for step in schedule.steps:
                quantities = {
                    formats.quantity(dose.quantity, schedule.product(dose.product).form)
                    for dose in step.doses
                }
                words = " ".join(run.text for t in row.takings for line in t.what for run in line)
                if row.first == formats.day(step.first_day) and any(q in words for q in quantities):
                    rows[step.key].append(at)
        for place, calendar in enumerate(table.calendars):
            for step in schedule.steps:
                if formats.day(step.first_day) in calendar.heading:
                    rows[step.key].append(rf"\.tables\[{number}\]\.calendars\[{place}\]")

    def filled(pattern: str) -> str:
        pattern = re.sub(r"\{row:(\w+)\}", lambda m: "|".join(rows[m[1]]), pattern)
        pattern = pattern.replace("{ends}", "|".join(ends) or "nowhere")
        return pattern.replace("{beside}", "|".join(beside))

    return filled


@pytest.fixture
def otto(clinic: Clinic, clare: User) -> Patient:
    return PatientFactory(clinic=clinic, otto=True, number="DEMO 0042 17", registered_by=clare)


@pytest.fixture
def printing(clinic: Clinic, theo: User) -> Printing:
    return Printing(clinic=clinic, by=theo, at=NOW, code="7K4MPQ9XRTCA")


@pytest.mark.parametrize("name", sorted(SCHEDULES))
def test_each_figure_of_a_schedule_is_on_the_handout_where_it_belongs_and_nowhere_else(
    name: str,
    otto: Patient,
    clare: User,
    printing: Printing,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    schedule = SCHEDULES[name]()
    version = sign(a_plan(otto, clare), schedule, clare)
    before = handout(version, printing)
    filled = places(before, schedule)
    tried = 0
    for what, other, place in perturbations(schedule):
        monkeypatch.setattr(version, "schedule", lambda other=other: other)
        found = changed(before, handout(version, printing))
        assert found, f"{what} is not on the paper"
        allowed = re.compile(filled(place))
        astray = sorted(path for path in found if not allowed.match(path))
        assert not astray, (what, astray)
        tried += 1
    assert tried > 10


@pytest.mark.parametrize("name", ["C", "many"])
def test_each_dose_is_counted_for_the_pharmacy_in_its_own_step_and_product_alone(
    name: str,
    otto: Patient,
    clare: User,
    printing: Printing,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    schedule = SCHEDULES[name]()
    version = sign(a_plan(otto, clare), schedule, clare)
    before = supply_sheet(version, printing)
    for step in schedule.steps:
        if step.last_day is None:
            continue
        for number, dose in enumerate(step.doses):
            more = replace(dose, quantity=dose.quantity + 1)
            doses = (*step.doses[:number], more, *step.doses[number + 1 :])
            other = with_step(schedule, step, doses=doses)
            monkeypatch.setattr(version, "schedule", lambda other=other: other)
            found = changed(before, supply_sheet(version, printing))
            assert len(found) == 1, (step.key, number, found)
            assert next(iter(found)).endswith(".cells[3][0].text")


def test_what_stands_around_the_schedule_is_traced_too(
    otto: Patient, clinic: Clinic, clare: User, printing: Printing
) -> None:
    version: Version = sign(a_plan(otto, clare), published("C"), clare)
    FollowUp.objects.create(
        patient=otto, due_on=FIRST, as_of=NOW, safety_open=False, set_at=NOW, set_by=clare
    )
    before = handout(version, printing)

    def differs(place: str) -> None:
        found = changed(before, handout(version, printing))
        assert found
        astray = sorted(path for path in found if not re.match(place, path))
        assert not astray

    patient = version.plan.patient
    patient.born += DAY
    differs(r"\.person\.born")
    patient.born -= DAY
    version.number += 1
    differs(r"\.made|\.footing\.identity|\.name")
    version.number -= 1
    version.signed_at += DAY
    differs(r"\.made")
    version.signed_at -= DAY
    printing.clinic.emergency = "555-0123"
    differs(r"\.numbers\[0\]")
    printing.clinic.emergency = before.numbers[0].number
    FollowUp.objects.update(due_on=FIRST + DAY)
    differs(r"\.next_check_in")
    FollowUp.objects.update(due_on=FIRST)
    said = {"": ""}
    for how in NextHow:
        FollowUp.objects.update(how=how.value)
        differs(r"\.next_check_in")
        passage = handout(version, printing).next_check_in
        assert passage is not None
        said[how] = passage.lines[0][1].text
    assert len(set(said.values())) == len(NextHow) + 1
    assert patient.phone in said[NextHow.PHONE]
