"""Planned against taken: exact steps, never two drugs on one axis, and a table that agrees."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from itertools import combinations
from xml.etree import ElementTree

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from patients.models import Patient
from plans.documents.chart import DARK, LIGHT, Words, as_svg, draw
from plans.models import CheckIn, Plan, Version
from plans.presenters.chart import axis, chart_of, told_of
from plans.rules.schedule import Dose as RuleDose
from plans.rules.schedule import Drug, When
from plans.rules.schedule_words import DrugClass, DrugRole, End, Rhythm
from plans.sheets.chart import Chart, Mark, Taken
from plans.sheets.paper import text_of
from taperplan import formats
from taperplan.accounts.models import Clinic, User
from tests import doors
from tests.factories import PatientFactory
from tests.plans.documents import samples
from tests.plans.presenters.test_traced import many
from tests.plans.signing import SIGNED_AT, a_plan, published, sign
from tests.plans.typing import ROUTINE, SEIZURE, completed

pytestmark = [pytest.mark.django_db, pytest.mark.one_engine]
TODAY = date(2026, 12, 15)


@pytest.fixture
def otto(clinic: Clinic, clare: User) -> Patient:
    return PatientFactory(clinic=clinic, otto=True, registered_by=clare)


def signed(otto: Patient, clare: User, letter: str, **fields: object) -> Version:
    return sign(a_plan(otto, clare), published(letter), clare, **fields)


def drawn(plan: Plan, today: date = TODAY) -> Chart:
    chart = chart_of(Plan.objects.select_related("patient__clinic").get(pk=plan.pk), today)
    assert chart is not None
    return chart


def test_each_drug_has_a_panel_with_its_own_axis(otto: Patient, clare: User) -> None:
    first, second = drawn(signed(otto, clare, "F").plan).panels
    assert first.heading == "clonazepam, planned mg a day (solid line)"
    assert [(stair.amount, stair.label) for stair in first.stairs] == [
        (Fraction(3, 2), "1.5"),
        (Fraction(5, 4), "1.25"),
        (Fraction(1), "1"),
    ]
    assert [stair.amount for stair in second.stairs] == [Fraction(0), Fraction(5), Fraction(10)]
    assert second.stairs[0].label == "none"
    assert first.ticks[-1].at == Fraction(3, 2)
    assert second.ticks[-1].at == Fraction(10)
    assert all(panel.ticks[0].at == 0 for panel in (first, second))


def test_the_table_says_the_same_figures_and_the_word_against_the_step_before(
    otto: Patient, clare: User
) -> None:
    table = drawn(signed(otto, clare, "F").plan).table
    assert [text_of(cell) for cell in table.rows[1].cells] == [
        "2",
        "Mon\u00a07\u00a0Dec\u00a02026 to Sun\u00a013\u00a0Dec\u00a02026",
        "7",
        "1.25\u00a0mg, lower",
        "5\u00a0mg, starts",
        "not recorded",
    ]


def test_more_drugs_than_columns_share_one(otto: Patient, clare: User) -> None:
    base = published("C")
    drugs = [
        Drug(f"d{n}", f"samplitine {n}", DrugRole.SUPPORTIVE, DrugClass.OTHER, End.STOP)
        for n in range(2, 5)
    ]
    product = base.products[0]
    products = [
        replace(product, key=f"p{n}", drug=drug.key) for n, drug in enumerate(drugs, start=2)
    ]
    extra = tuple(RuleDose(one.key, When.of("bedtime"), Fraction(1), 1) for one in products)
    steps = tuple(replace(step, doses=(*step.doses, *extra)) for step in base.steps)
    schedule = replace(
        base, drugs=(*base.drugs, *drugs), products=(*base.products, *products), steps=steps
    )
    table = drawn(sign(a_plan(otto, clare), schedule, clare).plan).table
    assert [column.label for column in table.columns][3] == "Planned a day"
    assert "clonazepam 2.5\u00a0mg" in text_of(table.rows[0].cells[3])


def test_an_alternating_dose_is_drawn_by_its_exact_mean(otto: Patient, clare: User) -> None:
    base = published("C")
    doses = (
        RuleDose("p1", When.of("bedtime"), Fraction(2), 0b01),
        RuleDose("p1", When.of("bedtime"), Fraction(1), 0b10),
    )
    step = replace(base.steps[0], rhythm=Rhythm.CYCLE, cycle_days=2, doses=doses)
    schedule = replace(base, steps=(step,))
    (panel,) = drawn(sign(a_plan(otto, clare), schedule, clare).plan).panels
    assert [stair.amount for stair in panel.stairs] == [Fraction(3, 4)]


def test_a_step_that_begins_in_the_evening_shows_that_day_by_itself(
    otto: Patient, clare: User
) -> None:
    (panel,) = drawn(signed(otto, clare, "G").plan).panels
    assert [(stair.amount, (stair.last - stair.first).days + 1) for stair in panel.stairs] == [
        (Fraction(4), 2),
        (Fraction(3), 5),
    ]


def test_what_was_told_stands_in_its_own_words_and_the_rest_is_not_recorded(
    otto: Patient, clare: User, theo: User
) -> None:
    plan = signed(otto, clare, "C", in_force_from=date(2026, 9, 24)).plan
    key = f"t-{plan.pk.hex[:8]}d1"
    now = datetime(2026, 11, 24, 8, 41, tzinfo=UTC)
    told = {key: "some missed", f"{key}-note": "two evenings"}
    completed(otto, theo, {**ROUTINE, **told}, now=now)
    first, second = drawn(plan, date(2026, 12, 1)).taken
    assert first.taken is Taken.DIFFERENT
    assert first.label == "some missed: two evenings"
    assert second.taken is Taken.NOT_RECORDED
    assert second.last == date(2026, 12, 1)


def test_symptoms_are_counted_by_severity_and_never_scored(
    otto: Patient, clare: User, theo: User
) -> None:
    plan = signed(otto, clare, "C").plan
    present = {"s-tremor": "present", "s-tremor-severity": "mild"}
    completed(otto, theo, {**ROUTINE, **SEIZURE, **present})
    chart = drawn(plan)
    (pile,) = chart.piles
    assert (pile.mild, pile.moderate, pile.severe, pile.events) == (1, 0, 0, 1)
    shown, asked = map(int, pile.total.split(" of "))
    assert shown == 2
    check_in = CheckIn.objects.get()
    denied = {key for keys in check_in.denied.values() for key in keys}
    assert asked == len(denied | {"tremor", "seizure"})
    assert [flag.label for flag in chart.flags] == ["seizure"]


def test_beside_the_drawing_each_check_in_has_its_counts_and_the_amounts_that_were_told(
    otto: Patient, clare: User, theo: User
) -> None:
    version = signed(otto, clare, "C", in_force_from=date(2026, 9, 24))
    plan = version.plan.pk.hex[:8]
    told = {
        f"t-{plan}d1": "some missed", "a-1-product": f"{plan}p1", "a-1-from": "20 11 2026",
        "a-1-quantity": "1/2", "s-tremor": "present", "s-tremor-severity": "severe",
    }  # fmt: skip
    now = datetime(2026, 11, 24, 8, 41, tzinfo=UTC)
    completed(otto, theo, {**ROUTINE, **told}, now=now)
    chart = drawn(version.plan, date(2026, 12, 1))
    (row,) = chart.told.rows
    assert [text_of(cell) for cell in row.cells] == [
        formats.day(now.date()), "1 of 8", "0", "0", "1", "0",
    ]  # fmt: skip
    assert text_of(row.note) == (
        "Taken Fri\u00a020\u00a0Nov\u00a02026: half a tablet of clonazepam 0.5\u00a0mg"
    )
    patient = Patient.objects.select_related("clinic").get()
    assert told_of(patient) == chart.told


def test_staying_on_a_dose_is_a_band_and_the_version_before_is_drawn_where_it_differed(
    otto: Patient, clare: User
) -> None:
    plan = a_plan(otto, clare)
    first = sign(plan, published("C"), clare)
    sign(
        plan, published("C2"), clare, number=2, kind="hold", replaces=first, reason="Settling.",
        signed_at=SIGNED_AT + timedelta(days=1), in_force_from=date(2026, 11, 19),
        hold_from=date(2026, 11, 19), hold_until=date(2026, 12, 2),
    )  # fmt: skip
    chart = drawn(plan)
    (band,) = chart.holds
    assert (band.first, band.last) == (date(2026, 11, 19), date(2026, 12, 2))
    assert band.label == "staying on this dose"
    (panel,) = chart.panels
    assert panel.earlier[0].first == date(2026, 11, 19)
    assert panel.earlier[0].amount == Fraction(3, 4)
    assert [mark.label for mark in chart.versions] == ["v1 signed", "v2 signed"]


def test_an_open_plan_is_drawn_past_today(otto: Patient, clare: User) -> None:
    chart = drawn(signed(otto, clare, "D").plan, date(2027, 6, 1))
    assert chart.last > date(2027, 6, 1)
    (panel,) = chart.panels
    assert panel.stairs[-1].last == chart.last


def test_a_plan_without_a_signed_version_has_no_chart(otto: Patient, clare: User) -> None:
    assert chart_of(a_plan(otto, clare, state="draft"), TODAY) is None


@pytest.mark.parametrize(
    ("most", "marks"),
    [
        ("0", ["0", "1"]),
        ("1/4", ["0", "1/10", "1/5", "3/10"]),
        ("3/2", ["0", "1/2", "1", "3/2"]),
        ("10", ["0", "5/2", "5", "15/2", "10"]),
        ("180", ["0", "50", "100", "150", "200"]),
    ],
)
def test_axis_marks_are_round_and_reach_the_largest_amount(most: str, marks: list[str]) -> None:
    assert [str(mark) for mark in axis(Fraction(most))] == marks


def test_the_page_s_drawing_carries_no_style_and_escapes_what_was_typed() -> None:
    chart = replace(samples.chart(), described='<script>&"\x07')
    for palette in (LIGHT, DARK):
        svg = as_svg(draw(chart, width=520), palette)
        root = ElementTree.fromstring(svg)  # noqa: S314  (our own drawing)
        assert root.find("{http://www.w3.org/2000/svg}title").text == '<script>&"\ufffd'  # type: ignore[union-attr]
        assert "style=" not in svg
        assert "<script" not in svg
        assert not re.search(r"(?:href|url\()\s*[\"']?http", svg.replace("http://www.w3.org", ""))


@pytest.mark.parametrize("width", [300.0, 520.0, 880.0])
@pytest.mark.parametrize("signed_on", [(2, 3, 4), (19, 21, 23), (27, 28, 29)])
def test_no_two_labels_of_the_drawing_touch(width: float, signed_on: tuple[int, ...]) -> None:
    marks = tuple(Mark(date(2026, 11, day), f"v{day} signed") for day in signed_on)
    today = Mark(date(2026, 11, signed_on[-1]), "today")
    shapes = draw(replace(samples.chart(), versions=marks, today=today), width=width)
    boxes = []
    for item in shapes.items:
        if isinstance(item, Words):
            # As wide as the widest face that a browser sets it in.
            wide = len(item.text) * item.size * (0.69 if item.bold else 0.61)
            left = item.x - wide * {"start": 0, "middle": 0.5, "end": 1}[item.anchor]
            boxes.append((left, left + wide, item.y - item.size * 0.75, item.y, item.text))
    for a, b in combinations(boxes, 2):
        beside = a[1] <= b[0] or b[1] <= a[0]
        assert beside or a[3] <= b[2] or b[3] <= a[2], (a, b)


def test_no_word_of_the_drawing_reaches_beyond_its_edges(otto: Patient, clare: User) -> None:
    """A patch's unit is long: it stands in the heading, and the axis has the figures alone."""
    chart = drawn(sign(a_plan(otto, clare), many(), clare).plan)
    assert [tick.label for tick in chart.panels[2].ticks] == ["0", "5", "10", "15"]
    for item in draw(chart, width=300.0).items:
        if isinstance(item, Words) and item.anchor == "end":
            assert item.x >= len(item.text) * item.size * 0.61, item


def test_the_number_of_queries_does_not_grow_with_the_record(
    otto: Patient, clare: User, theo: User
) -> None:
    plan = signed(otto, clare, "C", in_force_from=date(2026, 9, 24)).plan
    plan = Plan.objects.select_related("patient__clinic").get(pk=plan.pk)
    taken = {f"t-{plan.pk.hex[:8]}d1": "as planned"}
    counted = []
    for count in (1, 4):
        for day in range(count):
            now = datetime(2026, 11, 20 + day, 8, tzinfo=UTC) + timedelta(hours=count)
            completed(
                otto,
                theo,
                {**ROUTINE, **taken, "s-tremor": "present", "s-tremor-severity": "mild"},
                now=now,
            )
        with CaptureQueriesContext(connection) as queries:
            chart_of(plan, TODAY)
        counted.append(len(queries))
    assert counted[0] == counted[1] <= 13


def test_the_page_of_check_ins_costs_no_more_for_many(
    otto: Patient, clare: User, theo: User
) -> None:
    plan = signed(otto, clare, "C", in_force_from=date(2026, 9, 24)).plan
    present = {"s-tremor": "present", "s-tremor-severity": "mild"}
    client = doors.signed_in(theo)
    client.get("/")
    counted: list[int] = []
    for count in (1, 4):
        for day in range(count):
            now = datetime(2026, 11, 20 + day, 8, tzinfo=UTC) + timedelta(hours=count)
            completed(otto, theo, {**ROUTINE, **present}, now=now)
        with CaptureQueriesContext(connection) as queries:
            page = client.get(f"/plans/{plan.pk}/chart-table/")
        assert page.content.decode().count("1 of 8") == len(counted) * 4 + 1
        counted.append(len(queries))
    assert counted[0] == counted[1] <= 18
