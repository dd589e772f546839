"""What a function draws of the list of patients is what a template would draw."""

from __future__ import annotations

import re
import uuid
from typing import TYPE_CHECKING

import pytest
from django.template import Context, Engine

from patients.presenters.banner import State, patient_url, patient_urls
from patients.presenters.listing import ListRow
from patients.templatetags.listing import patient_rows
from taperplan import addresses
from tests.factories import PatientFactory

if TYPE_CHECKING:
    from taperplan.accounts.models import Clinic

WRITTEN = """{% load i18n taperplan %}{% for row in rows %}<tr data-row>
  <td><a class="who" href="{{ row.url }}" data-open>{{ row.name }}</a>
    <span class="second">{% translate "born" %} {{ row.born }}
      {% if row.record %} · {{ row.record }}{% endif %}</span></td>
  <td class="d-none d-md-table-cell">{% if row.prefers %}{{ row.prefers }}{% else %}
    <span class="not-there">{% translate "not recorded" %}</span>{% endif %}</td>
  <td data-label="{% translate "Phone" %}">{% if row.phone %}{{ row.phone }}{% else %}
    <span class="not-there">{% translate "not recorded" %}</span>{% endif %}</td>
  <td class="d-none d-md-table-cell">{% if row.care_setting %}{{ row.care_setting }}{% else %}
    <span class="not-there">{% translate "not recorded" %}</span>{% endif %}</td>
  <td>{% for state in row.states %}
    {% include "components/tag.html" with kind=state.kind label=state.words only %}
    {% endfor %}</td></tr>{% endfor %}"""


def squeezed(markup: str) -> str:
    return re.sub(r"\s*(<[^>]*>)\s*", r"\1", re.sub(r"\s+", " ", markup)).strip()


@pytest.mark.one_engine
def test_rows_are_drawn_as_a_template_draws_them() -> None:
    odd = '<b>&"it\'s"'
    rows = [
        ListRow("SAMPLE, Otto", "/p/1/", "21 Nov 1956 (70 y)", "", "", "", "", ()),
        ListRow(
            odd, f"/p/?a=1&{odd}", odd, odd, odd, odd, odd,
            (State("died", f"Died, told by {odd}"), State("restricted", "")),
        ),
    ]  # fmt: skip
    engine = Engine.get_default()
    written = engine.from_string(WRITTEN).render(Context({"rows": rows}))

    assert squeezed(patient_rows(rows)) == squeezed(written)
    assert odd not in patient_rows(rows)
    assert patient_rows([]) == ""


def test_the_address_of_each_row_is_that_of_the_patient(clinic: Clinic) -> None:
    patient = PatientFactory(clinic=clinic)
    assert patient_urls()(patient.pk) == patient_url(patient)
    key = uuid.uuid4()
    assert addresses.each("plans:patient", "patient")(key) == addresses.address(
        "plans:patient", patient=key
    )
