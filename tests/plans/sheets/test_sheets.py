"""Sheets are finished words: frozen, without a clock, a database or a PDF library."""

from __future__ import annotations

import dataclasses
import subprocess
import sys
import typing

import pytest

from plans.sheets import chart, handout, paper, summary
from tests.plans.documents import samples

SHEETS = [
    one
    for module in (paper, handout, chart, summary)
    for one in vars(module).values()
    if dataclasses.is_dataclass(one) and one.__module__ == module.__name__
]


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.__name__)
def test_a_sheet_cannot_be_changed_once_it_is_made(sheet: typing.Any) -> None:
    assert sheet.__dataclass_params__.frozen


def test_a_handout_has_no_place_for_a_red_flag() -> None:
    names = {field.name for field in dataclasses.fields(handout.Handout)}
    assert not [name for name in names if "flag" in name]


def test_the_words_of_a_line_are_read_without_their_weight() -> None:
    assert paper.text_of(samples.handout().replaces).startswith("Replaces version 1")


def test_sheets_and_the_chart_s_shapes_load_neither_django_nor_the_pdf_library() -> None:
    code = (
        "import sys, plans.sheets.handout, plans.sheets.summary, plans.documents.chart;"
        "print(sorted({name.partition('.')[0] for name in sys.modules} & {'django', 'reportlab'}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_pdf_library_is_loaded_only_when_somebody_prints() -> None:
    code = (
        "import os, sys; os.environ.setdefault('SECRET_KEY', 'x');"
        "os.environ.setdefault('TRAIL_KEY', 'y');"
        "os.environ['DJANGO_SETTINGS_MODULE'] = 'taperplan.settings';"
        "import django; django.setup(); import plans.urls;"
        "print('reportlab' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
