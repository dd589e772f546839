"""The line that the product does not cross, in tables, code and forms; and each guard's fault."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db import models
from django.test.utils import isolate_apps

from taperplan.audit.append_only import LOCAL_APPS
from tests.architecture import sources
from tests.architecture.line import FIGURES, crossings, inventions, preset_forms, presets
from tests.architecture.sources import planted

MODELS = [model for model in apps.get_models() if model._meta.app_label in LOCAL_APPS]
SCHEDULING = [module for module in sources.modules() if module.name.startswith("plans")]


def test_no_table_has_a_figure_ready() -> None:
    found = [
        name
        for model in MODELS
        if model._meta.app_label in ("plans", "patients")
        for name in presets(model)
    ]

    assert not found, "\n".join(found)


@isolate_apps("plans")
def test_a_figure_made_ready_in_a_table_is_found() -> None:
    class Planted(models.Model):
        days = models.PositiveIntegerField(default=14)

        class Meta:
            app_label = "plans"

        def __str__(self) -> str:
            return ""

    assert presets(Planted) == ["plans.Planted.days"]


def test_no_code_works_out_a_dose_from_a_dose() -> None:
    found = [line for module in SCHEDULING for line in inventions(module)]

    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    "source",
    [
        "def f(d): return Dose(d.product, d.when, d.quantity * Fraction(3, 4), d.on_days)",
        "def f(d): return Dose(product=1, quantity=d.quantity - cut)",
        "def f(d): return replace(d, quantity=round(d.quantity))",
        "def f(d):\n    lower = d.quantity * 9 / 10\n    return Dose(quantity=lower)",
        "def f(d):\n    a = d.quantity - 1\n    b = a\n    return Dose(quantity=b)",
        "def f(d, cells): cells['quantity'] = d.quantity - 1",
        "def f(d): return {'quantity': max(d.quantity - 1, 0)}",
        "def f(row): row.quantity -= 1",
        "def reduce_by(schedule, share): ...",
        "def next_dose(step): ...",
        "class EquivalentDose: ...",
        "def taper_percentage(x): ...",
    ],
)
def test_a_dose_worked_out_from_a_dose_is_found(source: str) -> None:
    assert inventions(planted(source))


@pytest.mark.parametrize(
    "source",
    [
        "def f(c): return Dose(product=c.product, quantity=grammar.number(c.text))",
        "def total(doses): return sum(d.quantity for d in doses)",
        "def f(d): return SupplyLine(product, quantity=d.quantity * days)",
        "def f(step): return replace(step, last_day=step.last_day + timedelta(days))",
    ],
)
def test_adding_up_what_was_typed_is_no_fault(source: str) -> None:
    assert inventions(planted(source)) == []


def test_no_form_begins_with_a_figure() -> None:
    found = [
        line
        for module in sources.modules()
        if ".forms" in module.name or "fields" in module.name
        for line in preset_forms(module)
    ]

    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    "source",
    [
        "days = NumberField(initial=14)",
        "TextInput(attrs={'placeholder': '0.5', 'inputmode': 'decimal'})",
        "TextInput(attrs={'min': '0'})",
    ],
)
def test_a_form_that_begins_with_a_figure_is_found(source: str) -> None:
    assert preset_forms(planted(source, "plans/forms/planted.py"))


# --- Pages -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("page", "fault"),
    [
        ('<input name="steps.s1.doses.p1.bedtime.quantity" value="0.5">', "which nobody typed"),
        ('<input name="days" value="14">', "which nobody typed"),
        ('<input name="p1-strength" placeholder="0.5">', "carries placeholder"),
        ('<input name="maximum" min="0">', "carries min"),
        ('<input name="quantity" max="9" >', "carries max"),
        ('<input name="quantity" step="0.5">', "carries step"),
        ('<input name="quantity" list="doses">', "carries list"),
        ('<input name="x" inputmode="decimal" value="7">', "which nobody typed"),
        ('<input name="x" type="numb' + 'er">', "turns with the wheel"),
        ('<input name="x" type="range">', "turns with the wheel"),
        ('<datalist id="a"><option value="1"></datalist>', "a list of ready answers"),
        (
            '<select name="parts"><option value="2">halves</option></select>',
            "holds '2', which nobody typed",
        ),
        (
            '<select name="parts"><option value=""></option><option value="4" selected></select>',
            "holds '4', which nobody typed",
        ),
        ('<input type="radio" name="parts" value="2" checked>', "which nobody typed"),
        ('<textarea name="amount">5 mg</textarea>', "which nobody typed"),
    ],
)
def test_a_page_that_crosses_the_line_is_found(page: str, fault: str) -> None:
    assert any(fault in found for found in crossings(page, typed=()))


@pytest.mark.parametrize(
    "page",
    [
        '<input name="days" value="">',
        '<input name="quantity" value="1/2" inputmode="decimal">',
        '<input name="born_day" value="21"><input name="first_day_day" value="3">',
        '<select name="parts"><option value="" selected></option><option value="2"></select>',
        '<input type="hidden" name="count" value="3">',
        '<input type="search" name="q" placeholder="Name">',
    ],
)
def test_a_page_that_shows_what_was_typed_is_no_fault(page: str) -> None:
    assert crossings(page, typed={"1/2"}) == []


def test_the_figures_looked_for_are_those_of_the_schedule() -> None:
    columns = {
        name.removesuffix("_numerator")
        for model in MODELS
        if model._meta.app_label == "plans"
        for name in (column.name for column in model._meta.concrete_fields)
        if name.endswith("_numerator")
    }

    assert columns & {"quantity", "strength", "per", "maximum", "stated_supply"} <= FIGURES
