"""The site formulary: names, forms and strengths; an administrator keeps it, the grid offers it."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from patients.models import Patient
from plans.actions import plan as plan_actions
from plans.models import Draft, FormularyEntry
from taperplan import tables
from taperplan.accounts.models import Clinic, User
from taperplan.audit.models import AuditEvent
from taperplan.audit.verbs import Verb
from tests import doors
from tests.factories import DRAFTED, PatientFactory, draft_plan, plan_cells

URL = "/clinic/formulary/"
TABLE = """drug,name,form,route,strength,unit,in mL,do not split
examplazepam,,tablet,by mouth,1,mg,,
examplazepam,Examplazepam SR,tablet,,5,mg,,yes
sampletine,,liquid,,125,mg,5,
placebodone,,capsule,,not stated,,,
"""


def send(client: doors.Client, **given: Any) -> Any:
    token = client.get(URL).context["form"]["token"].value()
    return client.post(URL, {"token": token, **given})


def test_a_table_is_added_and_given_out_again_as_it_came(ada_client: doors.Client) -> None:
    assert send(ada_client, pasted=TABLE).status_code == 302

    page = ada_client.get(URL).content.decode().replace("\u00a0", " ")
    assert "4 lines in use" in page
    assert "125 mg in 5 mL liquid" in page
    out = ada_client.get("/clinic/formulary.csv").content
    assert sorted(tuple(r.cells.values()) for r in tables.read(out).rows) == sorted(
        tuple(r.cells.values()) for r in tables.read(TABLE).rows
    )
    assert AuditEvent.objects.filter(verb=Verb.FORMULARY_WRITTEN).count() == 1


def test_a_line_that_is_there_is_not_added_again(ada_client: doors.Client) -> None:
    send(ada_client, pasted=TABLE)
    send(ada_client, pasted=TABLE.replace("examplazepam", "Examplazepam"))

    assert FormularyEntry.objects.count() == 4


@pytest.mark.parametrize(
    ("line", "where"),
    [
        ("x,,pill,,1,mg,,", "Line 2, column form:"),
        (",,tablet,,1,mg,,", "Line 2, column drug:"),
        ("x,,tablet,,,mg,,", "Line 2, column strength:"),
        ("x,,tablet,,1_0,mg,,", "Line 2, column strength:"),
        ("x,,tablet,,0,mg,,", "Line 2, column strength:"),
        ("x,,tablet,,1,,,", "Line 2, column unit:"),
        ("x,,tablet,,not stated,mg,,", "Line 2, column unit:"),
        ("x,,liquid,,1,mg,,", "Line 2, column in mL:"),
        ("x,,tablet,,1,mg,5,", "Line 2, column in mL:"),
        ("x,,tablet,,1,mg,,perhaps", "Line 2, column do not split:"),
    ],
)
def test_a_fault_names_its_line_and_column_and_no_line_is_added(
    ada_client: doors.Client, line: str, where: str
) -> None:
    head = TABLE.splitlines()[0]

    page = send(ada_client, pasted=f"{head}\n{line}\ny,,tablet,,1,mg,,\n")

    assert page.status_code == 422
    assert where in page.content.decode()
    assert not FormularyEntry.objects.exists()


def test_a_retired_line_is_no_longer_offered(ada_client: doors.Client) -> None:
    send(ada_client, pasted=TABLE)
    key = FormularyEntry.objects.get(drug="sampletine").pk

    ada_client.post(URL, {"retire": str(key)})
    ada_client.post(URL, {"retire": "nonsense"})

    assert FormularyEntry.objects.in_use().count() == 3
    send(ada_client, pasted=TABLE)
    assert FormularyEntry.objects.in_use().count() == 4


def test_the_grid_takes_name_form_and_strength_from_a_line_and_no_dose(
    clinic: Clinic, clare: User, ada_client: doors.Client, clare_client: doors.Client
) -> None:
    send(ada_client, pasted=TABLE)
    otto: Patient = PatientFactory(clinic=clinic, otto=True)
    plan = draft_plan(otto, clare)
    address = reverse("plans:draft", kwargs={"plan": plan.pk})
    assert "From the formulary" in clare_client.get(address).content.decode()

    key = str(FormularyEntry.objects.get(drug="sampletine").pk)
    clare_client.post(
        address,
        {"whole": "yes", "revision": plan.draft.revision, "act": "from-formulary",
         "formulary": key, "drugs": "d1", "products": "p1", "products.p1.slots": "morning"},
    )  # fmt: skip

    cells = Draft.objects.get().cells
    product = cells["products"][-1]
    assert (product["form"], product["strength"], product["unit"], product["per"]) == (
        "liquid", "125", "mg", "5",
    )  # fmt: skip
    assert (product["parts"], product["stated_supply"], product["times"]) == ("", "", [])
    assert cells["drugs"][-1]["name"] == "sampletine"
    assert cells["drugs"][-1]["role"] == cells["drugs"][-1]["end"] == ""


def test_a_fraction_of_what_the_formulary_marks_is_a_finding(
    clinic: Clinic, clare: User, ada_client: doors.Client
) -> None:
    send(ada_client, pasted=TABLE.replace("1,mg,,\n", "1,mg,,yes\n", 1))
    otto: Patient = PatientFactory(clinic=clinic, otto=True)
    plan = draft_plan(otto, clare, plan_cells())

    _reading, found = plan_actions.read(plan.draft, today=clinic.day(DRAFTED))

    assert "not_to_be_split" in {finding.code.value for finding in found}
