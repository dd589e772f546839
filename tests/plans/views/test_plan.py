"""The pages of a plan: who may, what is kept, what is said, and what it costs."""

from __future__ import annotations

import json
import re
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from patients.models import Patient
from plans.models import Draft, Plan, Request, RequestAnswer, Version
from plans.rules.lifecycle import PlanState
from taperplan.accounts.models import Clinic, User
from taperplan.audit.models import AuditEvent
from taperplan.audit.verbs import Verb
from tests.doors import Client, signed_in
from tests.factories import (
    PatientFactory,
    draft_plan,
    next_version,
    plan_cells,
    ready_to_sign,
    signed_plan,
)
from tests.plans.rules.published import PUBLISHED
from tests.plans.views.plan_form import fields, read


@pytest.fixture
def otto(clinic: Clinic) -> Patient:
    patient: Patient = PatientFactory(clinic=clinic, otto=True)
    return patient


@pytest.fixture
def drafted(otto: Patient, clare: User) -> Plan:
    ready_to_sign(otto)
    plan: Plan = draft_plan(otto, clare)
    return plan


@pytest.fixture
def signed(otto: Patient, clare: User) -> Plan:
    plan: Plan = signed_plan(otto, clare)
    return plan


def at(name: str, plan: Plan, **more: Any) -> str:
    return reverse(f"plans:{name}", kwargs={"plan": plan.pk, **more})


def plans_of(patient: Patient) -> str:
    return reverse("plans:plans", kwargs={"patient": patient.pk})


# --- Doors ------------------------------------------------------------------------------------

READERS = ("plan", "version", "compare")
WRITERS = ("draft", "discard", "sign", "move", "revise")


def address(name: str, plan: Plan) -> str:
    more: dict[str, dict[str, Any]] = {"version": {"number": 1}, "move": {"move": "stop"}}
    return at(name, plan, **more.get(name, {}))


@pytest.fixture
def whole(signed: Plan, clare: User) -> Plan:
    """Two versions and a draft of the third."""
    from plans.actions import plan as actions
    from tests.factories import DRAFTED

    next_version(signed, clare)
    signed.refresh_from_db()
    actions.revise(key=uuid.uuid4(), plan=signed, now=DRAFTED, by=clare)
    return signed


@pytest.mark.parametrize("name", [*READERS, "draft", "sign"])
def test_each_page_shown_is_in_the_trail(name: str, whole: Plan, clare_client: Client) -> None:
    before = AuditEvent.objects.filter(verb=Verb.VIEWED).count()

    assert clare_client.get(address(name, whole)).status_code == 200

    assert AuditEvent.objects.filter(verb=Verb.VIEWED).count() == before + 1


def test_a_version_that_was_never_signed_is_not_there(signed: Plan, clare_client: Client) -> None:
    assert clare_client.get(at("version", signed, number=9)).status_code == 404


def test_a_move_that_does_not_exist_is_not_there(signed: Plan, clare_client: Client) -> None:
    assert clare_client.get(at("move", signed, move="sign")).status_code == 404
    assert clare_client.get(at("move", signed, move="pause")).status_code == 404


def test_the_draft_that_is_signed_meanwhile_leads_to_the_plan(
    signed: Plan, clare_client: Client
) -> None:
    response = clare_client.get(at("draft", signed))

    assert response.status_code == 302
    assert response["Location"] == at("plan", signed)


# --- Beginning ----------------------------------------------------------------------------------


def test_a_plan_begins_with_a_blank_draft(otto: Patient, clare_client: Client) -> None:
    page = clare_client.get(plans_of(otto))
    token = read(page).fields["token"][0]

    response = clare_client.post(plans_of(otto), {"token": token})

    plan = Plan.objects.get()
    assert response["Location"] == at("draft", plan)
    assert plan.draft.cells["steps"] == []
    assert b"No steps yet" in clare_client.get(at("draft", plan)).content


def test_the_same_form_sent_again_begins_no_second_plan(
    otto: Patient, clare_client: Client
) -> None:
    token = read(clare_client.get(plans_of(otto))).fields["token"][0]

    for _again in range(8):
        clare_client.post(plans_of(otto), {"token": token})

    assert Plan.objects.count() == 1


def test_a_form_that_was_given_to_somebody_else_begins_nothing(
    otto: Patient, clare_client: Client
) -> None:
    clare_client.post(plans_of(otto), {"token": "forged"})

    assert not Plan.objects.exists()


def test_a_monitor_begins_no_plan(otto: Patient, theo_client: Client) -> None:
    assert theo_client.post(plans_of(otto), {"token": "x"}).status_code == 403


# --- Typing -----------------------------------------------------------------------------------


def post(client: Client, plan: Plan, data: dict[str, list[str]], act: str = "save") -> Any:
    return client.post(at("draft", plan), {**data, "act": [act]})


def test_a_page_saved_as_it_is_changes_nothing(drafted: Plan, clare_client: Client) -> None:
    before = drafted.draft.cells

    post(clare_client, drafted, fields(clare_client.get(at("draft", drafted))))

    assert Draft.objects.get().cells == before


@pytest.mark.one_engine
@pytest.mark.parametrize("letter", list(PUBLISHED))
def test_every_published_schedule_survives_the_form(
    letter: str, otto: Patient, clare: User, clare_client: Client
) -> None:
    cells = PUBLISHED[letter].cells()
    plan = draft_plan(otto, clare, cells)

    post(clare_client, plan, fields(clare_client.get(at("draft", plan))))

    kept = Draft.objects.get().cells
    stated = [[dose for dose in step["doses"] if dose["quantity"]] for step in kept["steps"]]
    key = lambda dose: (dose["product"], dose["time"], dose["on"])  # noqa: E731
    for step, doses in zip(cells["steps"], stated, strict=True):
        assert sorted(doses, key=key) == sorted(step["doses"], key=key)
    for name in ("drugs", "products", "as_needed"):
        assert kept[name] == [
            {**line, "times": kept[name][at]["times"]} if "times" in line else line
            for at, line in enumerate(cells[name])
        ]


HOSTILE = [
    "1,5", "1_5", "1e400", "NaN", "-1", "\u0661\u066b\u0665", "\uff11", "1.5.5", "'; DROP TABLE x;",
    "<script>alert(1)</script>", "=1+1", "O'Brien", "Zoë", "Γιώργος", "\x00", "\u202e1",
]  # fmt: skip


@pytest.mark.one_engine
def test_whatever_is_typed_into_a_quantity_stays_and_gets_its_sentence(
    otto: Patient, clare: User, clare_client: Client
) -> None:
    """Each text in a cell of its own."""
    cells = plan_cells()
    cells["steps"] = [{**cells["steps"][0], "key": f"s{n}"} for n in range(len(HOSTILE))]
    drafted = draft_plan(otto, clare, cells)
    names = [f"steps.s{n}.0.c1" for n in range(len(HOSTILE))]
    data = fields(clare_client.get(at("draft", drafted)))
    data |= {name: [typed] for name, typed in zip(names, HOSTILE, strict=True)}

    response = post(clare_client, drafted, data)
    page = clare_client.get(response["Location"])

    html = page.content.decode()
    assert page.status_code == 200
    shown = read(page, "editor").fields
    refused = re.findall(r'name="(steps\.s\d+\.0\.c1)"[^>]*aria-invalid="true"', html)
    assert refused == names
    for name, typed in zip(names, HOSTILE, strict=True):
        assert shown[name] == [typed.replace("\x00", "\ufffd")]
    assert "<script>alert" not in html
    for number in range(1, len(HOSTILE) + 1):
        assert f"Step {number}, bedtime, " in html


@pytest.mark.parametrize(
    ("name", "typed", "sentence"),
    [
        ("products.p1.strength", "0", "0 is typed. The figure is more than nothing here."),
        ("steps.s1.first_day", "29 Feb 2027", "29 Feb 2027 does not exist."),
        ("steps.s1.first_day", "1/12/2026", "has slashes"),
        ("steps.s1.days", "0", "A step lasts one day or more."),
        ("in_force_from", "tomorrow", "tomorrow is not a date."),
        ("drugs.d1.role", "boss", "boss is not one of the choices."),
    ],
)
def test_a_cell_that_cannot_be_read_says_why_beside_it(
    name: str, typed: str, sentence: str, drafted: Plan, clare_client: Client
) -> None:
    data = fields(clare_client.get(at("draft", drafted)))
    data[name] = [typed]

    page = clare_client.get(post(clare_client, drafted, data)["Location"])

    html = page.content.decode()
    assert sentence in html
    if "role" not in name:
        assert read(page, "editor").fields[name] == [typed]


def test_an_end_before_its_start_is_said_at_the_last_day(
    drafted: Plan, clare_client: Client
) -> None:
    data = fields(clare_client.get(at("draft", drafted)))
    data["steps.s1.days"], data["steps.s1.last_day"] = [""], ["1 Nov 2026"]

    page = clare_client.get(post(clare_client, drafted, data)["Location"])

    html = page.content.decode().replace("\xa0", " ")
    assert "The last day, Sun 1 Nov 2026, is before the first day, Mon 30 Nov 2026." in html


def test_more_than_a_request_may_carry_is_refused_and_changes_nothing(
    drafted: Plan, clare_client: Client
) -> None:
    before = drafted.draft.cells
    data = fields(clare_client.get(at("draft", drafted)))
    data["team_text"] = ["x" * 20_000_000]

    assert post(clare_client, drafted, data).status_code in (400, 413)

    assert Draft.objects.get().cells == before


def test_a_note_too_long_is_kept_and_said(drafted: Plan, clare_client: Client) -> None:
    data = fields(clare_client.get(at("draft", drafted)))
    data["team_text"] = ["x" * 5000]

    page = clare_client.get(post(clare_client, drafted, data)["Location"])

    assert Draft.objects.get().cells["team_text"] == "x" * 5000
    assert "5,000 characters are typed. This cell holds 4,000." in page.content.decode()


def test_an_incomplete_form_changes_nothing(drafted: Plan, clare_client: Client) -> None:
    before = drafted.draft.cells
    data = fields(clare_client.get(at("draft", drafted)))
    del data["whole"]
    data["title"] = ["x"]

    assert post(clare_client, drafted, data).status_code == 302

    assert Draft.objects.get().cells == before


@pytest.mark.parametrize("count", [1, 300])
def test_steps_that_nobody_named_come_to_nothing_bad(
    count: int, drafted: Plan, clare_client: Client
) -> None:
    data = fields(clare_client.get(at("draft", drafted)))
    data["steps"] += [f"x{n}" for n in range(count)] + ["", "s1", "../..", "a b", "s1\x00"]
    data["steps.s99.first_day"] = ["1 Dec 2026"]
    data["columns"] += ["p9 noon", "", "p1"]
    data["steps.s1.99.c99"] = ["5"]

    response = post(clare_client, drafted, data)

    assert response.status_code == 302
    assert clare_client.get(response["Location"]).status_code == 200


def test_a_product_of_another_plan_is_not_taken(
    drafted: Plan, otto: Patient, clare: User, clare_client: Client
) -> None:
    data = fields(clare_client.get(at("draft", drafted)))
    data["columns"][0] = f"{uuid.uuid4()} morning"

    page = clare_client.get(post(clare_client, drafted, data)["Location"])

    assert page.status_code == 200


# --- Buttons that need no script ----------------------------------------------------------------


def act(client: Client, plan: Plan, name: str, **typed: list[str]) -> Any:
    """Press a button of the editor; the page it leads to."""
    data = {**fields(client.get(at("draft", plan))), **typed}
    return client.get(post(client, plan, data, name)["Location"])


def test_a_schedule_is_typed_without_any_script(otto: Patient, clare_client: Client) -> None:
    token = read(clare_client.get(plans_of(otto))).fields["token"][0]
    clare_client.post(plans_of(otto), {"token": token})
    plan = Plan.objects.get()

    act(clare_client, plan, "add-product")
    act(
        clare_client,
        plan,
        "done",
        **{
            "drugs.d1.name": ["examplazepam"],
            "products.p1.form": ["tablet"],
            "products.p1.slots": ["morning", "bedtime"],
            "products.p1.clocks": ["14:00"],
        },
    )
    act(clare_client, plan, "add-step")
    page = act(
        clare_client,
        plan,
        "add-step:s1",
        **{"steps.s1.first_day": ["30 Nov 2026"], "steps.s1.0.c2": ["1/2"]},
    )

    cells = Draft.objects.get().cells
    assert cells["products"][0]["times"] == ["morning", "bedtime", "14:00"]
    assert [step["key"] for step in cells["steps"]] == ["s1", "s2"]
    assert cells["steps"][0]["doses"][2] == {
        "product": "p1", "time": "bedtime", "on": "", "quantity": "1/2",
    }  # fmt: skip
    assert 'id="steps.s2.first_day"' in page.content.decode()


def test_a_copied_step_has_no_quantity(drafted: Plan, clare_client: Client) -> None:
    act(clare_client, drafted, "copy-step:s2")

    steps = Draft.objects.get().cells["steps"]
    assert [step["key"] for step in steps] == ["s1", "s2", "s4", "s3"]
    assert {dose["quantity"] for dose in steps[2]["doses"]} == {""}
    assert steps[2]["days"] == ""
    assert steps[2]["chained"] == "yes"


def test_a_step_goes_at_once_and_is_put_back_with_what_was_typed(
    drafted: Plan, clare_client: Client
) -> None:
    before = Draft.objects.get().cells["steps"]

    page = act(clare_client, drafted, "remove-step:s2")

    assert [step["key"] for step in Draft.objects.get().cells["steps"]] == ["s1", "s3"]
    assert b"Step 2 removed." in page.content
    assert b"Put it back" in page.content
    page = act(clare_client, drafted, "put-back")
    assert Draft.objects.get().cells["steps"] == before
    assert b"Put it back" not in page.content


def test_a_step_is_put_back_only_until_more_is_typed(drafted: Plan, clare_client: Client) -> None:
    act(clare_client, drafted, "remove-step:s2")
    page = act(clare_client, drafted, "save", title=["Another name"])
    assert b"Put it back" not in page.content

    act(clare_client, drafted, "put-back")

    assert [step["key"] for step in Draft.objects.get().cells["steps"]] == ["s1", "s3"]


def test_without_script_one_list_says_for_which_step_a_button_is(
    drafted: Plan, clare_client: Client
) -> None:
    act(clare_client, drafted, "copy-step", step_at=["s2"])
    page = act(clare_client, drafted, "more-step", step_at=["s3"])

    steps = Draft.objects.get().cells["steps"]
    assert [step["key"] for step in steps] == ["s1", "s2", "s4", "s3"]
    assert "steps.s3.stated_days" in fields(page)
    assert "steps.s1.stated_days" not in fields(page)


def test_steps_change_places(drafted: Plan, clare_client: Client) -> None:
    act(clare_client, drafted, "step-up:s3")
    act(clare_client, drafted, "step-up:s1")

    assert [step["key"] for step in Draft.objects.get().cells["steps"]] == ["s1", "s3", "s2"]


def test_a_time_of_day_with_quantities_is_not_taken_out(
    drafted: Plan, clare_client: Client
) -> None:
    page = act(clare_client, drafted, "done", **{"products.p1.slots": ["morning"]})

    assert Draft.objects.get().cells["products"][0]["times"] == ["morning", "bedtime"]
    assert b"3 quantities are typed there. Empty them first." in page.content


def test_a_clock_time_that_is_corrected_takes_its_quantities_along(
    otto: Patient, clare: User, clare_client: Client
) -> None:
    plan = draft_plan(otto, clare, PUBLISHED["A"].cells())

    act(
        clare_client,
        plan,
        "done",
        **{"products.p1.clocks": ["06:30 14:00 22:00 08:00 20:00"]},
    )

    first = Draft.objects.get().cells["steps"][0]["doses"]
    assert {dose["time"]: dose["quantity"] for dose in first if dose["quantity"]} == {
        "06:30": "4",
        "14:00": "4",
        "22:00": "4",
    }


def test_where_clocks_have_twelve_hours_a_time_without_its_half_is_asked_again(
    otto: Patient, clinic: Clinic, clare: User, clare_client: Client
) -> None:
    Clinic.objects.filter(pk=clinic.pk).update(clock="12")
    plan = draft_plan(otto, clare, PUBLISHED["A"].cells())
    clocks = ["06:00", "14:00", "22:00", "08:00", "20:00"]
    typed = " ".join([*clocks, "8:30", "10:15 pm", "00:30"])

    page = act(clare_client, plan, "done", **{"products.p1.clocks": [typed]})

    assert b"8:30 has neither am nor pm. Type one of them after it." in page.content
    assert Draft.objects.get().cells["products"][0]["times"][-2:] == ["22:15", "00:30"]

    page = act(clare_client, plan, "add-time:p1:clock", **{"new_clock.p1": ["9:45"]})
    assert b"9:45 has neither am nor pm. Type one of them after it." in page.content
    act(clare_client, plan, "add-time:p1:clock", **{"new_clock.p1": ["9:45 am"]})
    assert Draft.objects.get().cells["products"][0]["times"][-2:] == ["00:30", "09:45"]


def test_a_product_goes_with_its_quantities_when_asked_twice(
    drafted: Plan, clare_client: Client
) -> None:
    page = act(clare_client, drafted, "remove-product:p1")
    assert b"6 quantities are typed for it" in page.content

    post(clare_client, drafted, fields(page), "remove-product:p1")

    cells = Draft.objects.get().cells
    assert cells["products"] == cells["drugs"] == []
    assert all(not step["doses"] for step in cells["steps"])
    assert len(cells["steps"]) == 3


def test_days_of_a_cycle_are_typed_in_rows(drafted: Plan, clare_client: Client) -> None:
    page = act(
        clare_client,
        drafted,
        "add-group:s1",
        **{
            "steps.s1.rhythm": ["cycle"],
            "steps.s1.cycle_days": ["2"],
            "steps.s1.0.on": ["1"],
        },
    )
    data = {**fields(page), "steps.s1.1.on": ["2"], "steps.s1.1.c0": ["4"]}

    page = clare_client.get(post(clare_client, drafted, data)["Location"])

    doses = Draft.objects.get().cells["steps"][0]["doses"]
    stated = [(d["time"], d["on"], d["quantity"]) for d in doses if d["quantity"]]
    assert stated == [("morning", "1", "1"), ("bedtime", "1", "2"), ("morning", "2", "4")]
    assert "3.5\xa0mg a day" in page.content.decode()
    act(clare_client, drafted, "remove-group:s1:1")
    assert len(Draft.objects.get().cells["steps"][0]["doses"]) == 4


def test_words_stand_for_chained_and_open(drafted: Plan, clare_client: Client) -> None:
    data = fields(clare_client.get(at("draft", drafted)))
    data["steps.s2.first_day"] = ["8 Dec 2026"]
    data["steps.s3.first_day"] = ["after"]
    data["steps.s3.days"], data["steps.s3.last_day"] = [""], ["open"]

    post(clare_client, drafted, data)

    _first, second, third = Draft.objects.get().cells["steps"]
    assert (second["chained"], second["first_day"]) == ("", "8 Dec 2026")
    assert (third["chained"], third["first_day"]) == ("yes", "")
    assert (third["open"], third["last_day"]) == ("yes", "")


def test_a_finding_is_accepted_with_a_reason_and_opened_again(
    drafted: Plan, clare: User, clare_client: Client
) -> None:
    data = fields(clare_client.get(at("draft", drafted)))
    data["steps.s2.first_day"] = ["8 Dec 2026"]
    page = clare_client.get(post(clare_client, drafted, data)["Location"])
    name = next(name for name in fields(page) if name.startswith("accept.gap"))

    page = act(clare_client, drafted, "accept", **{name: ["A day in hospital."]})
    assert "1 accepted" in page.content.decode()
    assert Draft.objects.get().cells["acceptances"][0]["reason"] == "A day in hospital."

    page = act(clare_client, drafted, f"reopen:{name.removeprefix('accept.')}")

    assert Draft.objects.get().cells["acceptances"] == []
    assert "1 open" in page.content.decode()


# --- Autosave ---------------------------------------------------------------------------------


def autosave(client: Client, plan: Plan, data: dict[str, list[str]]) -> Any:
    return client.post(at("draft", plan), data, headers={"accept": "application/json"})


def test_autosave_answers_with_what_is_computed_and_nothing_typed(
    drafted: Plan, clare_client: Client
) -> None:
    before = AuditEvent.objects.count()
    data = fields(clare_client.get(at("draft", drafted)))
    data["steps.s1.0.c0"] = ["1 1/2"]

    answer = autosave(clare_client, drafted, data)

    words = answer.json()
    assert answer.status_code == 200
    assert words["reads"]["p1"]["1 1/2"] == [
        "1 and a half, 1.5\xa0mg",
        "1\xa0and\xa0a\xa0half tablets of 1\xa0mg (1.5\xa0mg)",
    ]
    _dates, totals, *_rest = words["steps"]["s1"]
    assert totals == [["3.5\xa0mg", "first", True]]
    # Nothing is told of a cell in which nothing is refused or found.
    assert "steps.s1.0.c0" not in words["cells"]
    assert words["revision"] == Draft.objects.get().revision
    # The page itself left a row, the autosave none.
    assert AuditEvent.objects.count() == before + 1


def test_two_people_who_type_at_once_each_choose_cell_by_cell(
    drafted: Plan, clinic: Clinic, clare_client: Client
) -> None:
    from tests.conftest import person

    other = signed_in(person("Petra Zweit", clinic, prescriber=True))
    mine = fields(clare_client.get(at("draft", drafted)))
    theirs = fields(other.get(at("draft", drafted)))
    post(other, drafted, {**theirs, "title": ["Theirs"], "steps.s1.0.c0": ["3"]})

    told = autosave(clare_client, drafted, {**mine, "title": ["Mine"]})
    assert told.status_code == 409
    assert "Petra Zweit changed this draft" in told.json()["sentence"]
    page = post(clare_client, drafted, {**mine, "title": ["Mine"], "steps.s2.0.c1": ["1/2"]})

    assert page.status_code == 409
    html = page.content.decode()
    assert "Petra Zweit changed 3 cells while you typed" in html
    assert " checked" not in html
    form = read(page).fields
    response = clare_client.post(at("draft", drafted), {**form, "choice_0": "yours"})
    assert response.status_code == 409
    assert "Choose one side in every row" in response.content.decode()
    form = read(response).fields
    chosen = {f"choice_{at}": "theirs" for at in range(3)} | {"choice_2": "yours"}
    clare_client.post(at("draft", drafted), {**form, **chosen})

    kept = Draft.objects.get().cells
    quantities = {
        (step["key"], dose["time"]): dose["quantity"]
        for step in kept["steps"]
        for dose in step["doses"]
    }
    assert kept["title"] == "Theirs"
    assert quantities["s1", "morning"] == "3"
    assert quantities["s2", "bedtime"] == "1/2"


def test_a_conflict_form_that_was_tampered_with_changes_nothing(
    drafted: Plan, clare_client: Client
) -> None:
    before = Draft.objects.get().cells

    for yours in ("{", "[]", '"x"', "null"):
        response = clare_client.post(at("draft", drafted), {"yours": yours, "revision": "2"})
        assert response.status_code == 302

    assert Draft.objects.get().cells == before


# --- The line -----------------------------------------------------------------------------------


def test_no_input_of_a_new_draft_holds_a_figure(otto: Patient, clare_client: Client) -> None:
    token = read(clare_client.get(plans_of(otto))).fields["token"][0]
    clare_client.post(plans_of(otto), {"token": token})
    plan = Plan.objects.get()
    act(clare_client, plan, "add-product")
    act(clare_client, plan, "done", **{"products.p1.slots": ["bedtime"]})
    page = act(clare_client, plan, "add-step")
    page = act(clare_client, plan, "add-as-needed:p1")

    for given in read(page, "editor").inputs:
        assert not {"placeholder", "min", "max", "step", "list"} & given.keys(), given
        assert given.get("type") != "number"
        if given["tag"] == "input" and given.get("type", "text") == "text":
            assert given.get("value", "") == "", given
            assert given.get("autocomplete") == "off", given


def test_an_input_says_aloud_what_it_is_for(drafted: Plan, clare_client: Client) -> None:
    page = clare_client.get(at("draft", drafted))
    html = re.sub(r"<[^>]*>", "", page.content.decode().replace("\xa0", " "))
    named = next(given for given in read(page).inputs if given.get("name") == "steps.s2.0.c1")

    assert named["aria-labelledby"] == "n.s2 c1"
    assert 'id="n.s2"' in page.content.decode()
    assert 'id="c1"' in page.content.decode()
    assert "bedtime, examplazepam 1 mg tablet, number of" in html


# --- Signing ------------------------------------------------------------------------------------


def sign_form(client: Client, plan: Plan) -> dict[str, list[str]]:
    found = read(client.get(at("sign", plan))).fields
    return {**found, "not_asked_reason": ["At the next visit."]}


def test_the_page_to_sign_repeats_who_it_is_for(drafted: Plan, clare_client: Client) -> None:
    html = clare_client.get(at("sign", drafted)).content.decode().replace("\xa0", " ")

    assert "SAMPLE, Otto" in html
    assert "21 Nov 1956 (70 y)" in html
    assert "Sign version 1" in html
    assert "42 tablets" in html


def test_eight_equal_forms_sign_one_version(drafted: Plan, clare_client: Client) -> None:
    form = sign_form(clare_client, drafted)

    answers = {clare_client.post(at("sign", drafted), form).status_code for _again in range(8)}

    assert answers == {302}
    assert Version.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_eight_equal_forms_at_once_sign_one_version(
    drafted: Plan, clare: User, clare_client: Client
) -> None:
    if connection.vendor == "sqlite":
        # The database in memory is one connection, which its threads would share.
        return
    form = sign_form(clare_client, drafted)

    def send(_nth: int) -> int:
        try:
            return signed_in(clare).post(at("sign", drafted), form).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        answers = set(pool.map(send, range(8)))

    assert answers == {302}
    assert Version.objects.count() == 1


def test_a_refused_signature_says_why_and_keeps_what_was_typed(
    otto: Patient, clare: User, clare_client: Client
) -> None:
    cells = plan_cells()
    cells["drugs"][0]["end"] = ""
    plan = draft_plan(otto, clare, cells)
    form = sign_form(clare_client, plan)
    form["not_asked_reason"] = ["Because of the hour."]

    page = clare_client.post(at("sign", plan), form)

    html = page.content.decode()
    assert page.status_code == 422
    assert "The indication is not recorded." in html
    assert "the end is not stated" in html
    assert "Because of the hour." in html
    assert not Version.objects.exists()


def test_a_draft_changed_meanwhile_is_read_again_before_signing(
    drafted: Plan, clare_client: Client
) -> None:
    form = sign_form(clare_client, drafted)
    data = fields(clare_client.get(at("draft", drafted)))
    post(clare_client, drafted, {**data, "title": ["Changed"]})

    response = clare_client.post(at("sign", drafted), form)

    assert response["Location"] == at("sign", drafted)
    assert not Version.objects.exists()


def test_rubbish_in_the_form_to_sign_signs_nothing(drafted: Plan, clare_client: Client) -> None:
    for draft, revision in (("x", "1"), (str(uuid.uuid4()), "1"), ("", ""), ("x", "9" * 40)):
        response = clare_client.post(
            at("sign", drafted),
            {"draft": draft, "revision": revision, "not_asked_reason": "x"},
        )
        assert response.status_code in (302, 422)

    assert not Version.objects.exists()


def test_what_was_asked_for_stands_above_the_schedule_until_a_version_answers_it(
    signed: Plan, theo: User, clare: User, clare_client: Client
) -> None:
    from plans.actions import plan as actions
    from tests.factories import DRAFTED

    asked = Request.objects.create(
        id=uuid.uuid4(),
        patient=signed.patient,
        plan=signed,
        asked="change",
        words="sleep is worse",
        at=DRAFTED,
        by=theo,
    )
    assert "sleep is worse" in clare_client.get(at("plan", signed)).content.decode()
    draft = actions.revise(key=uuid.uuid4(), plan=signed, now=DRAFTED, by=clare)
    assert isinstance(draft, Draft)
    data = fields(clare_client.get(at("draft", signed)))
    changed = {"in_force_from": ["30 Nov 2026"], "reason": ["Sleep is worse."]}
    post(clare_client, signed, {**data, **changed})
    page = clare_client.get(at("sign", signed))
    assert " checked" not in page.content.decode()
    form = {**read(page).fields, "not_asked_reason": ["x"], "answers": [str(asked.pk)]}

    clare_client.post(at("sign", signed), form)

    assert RequestAnswer.objects.get().version == Version.objects.get(number=2)
    assert "sleep is worse" not in clare_client.get(at("plan", signed)).content.decode()


def test_a_request_of_another_patient_is_not_answered(
    drafted: Plan, clinic: Clinic, theo: User, clare_client: Client
) -> None:
    from tests.factories import DRAFTED

    other = Request.objects.create(
        id=uuid.uuid4(),
        patient=PatientFactory(clinic=clinic),
        asked="change",
        words="other",
        at=DRAFTED,
        by=theo,
    )
    form = {**sign_form(clare_client, drafted), "answers": [str(other.pk), "x"]}

    clare_client.post(at("sign", drafted), form)

    assert not RequestAnswer.objects.exists()


# --- After signing --------------------------------------------------------------------------------


def test_a_signed_plan_is_shown_and_revised(
    signed: Plan, clare_client: Client, clare: User
) -> None:
    page = clare_client.get(at("plan", signed))
    token = read(page).fields["token"][0]

    response = clare_client.post(at("revise", signed), {"token": token})

    assert response["Location"] == at("draft", signed)
    assert read(clare_client.get(at("draft", signed)), "editor").fields["steps.s1.0.c1"] == ["2"]


def test_two_versions_are_compared_in_words(
    signed: Plan, clare: User, clare_client: Client
) -> None:
    cells = plan_cells()["steps"]
    cells[1]["days"] = "14"
    next_version(signed, clare, steps=cells)

    html = clare_client.get(at("compare", signed)).content.decode().replace("\xa0", " ")

    assert "Dates changed: 7 days later." in html
    assert "As agreed today." in html
    assert "56 tablets" in html
    odd = clare_client.get(at("compare", signed) + "?before=x&after=99")
    assert odd.status_code == 200


def test_one_version_alone_is_compared_with_nothing(signed: Plan, clare_client: Client) -> None:
    assert clare_client.get(at("compare", signed))["Location"] == at("plan", signed)


def test_a_plan_is_stopped_with_a_reason(signed: Plan, clare_client: Client) -> None:
    address = at("move", signed, move="stop")
    form = read(clare_client.get(address)).fields

    refused = clare_client.post(address, form)
    assert refused.status_code == 422
    assert "Type the reason." in refused.content.decode()
    for _again in range(2):
        clare_client.post(address, {**form, "reason": "Asked to."})

    signed.refresh_from_db()
    assert signed.state == PlanState.STOPPED
    assert signed.moves.count() == 2
    assert b"Stopped by Clare Exampleton" in clare_client.get(at("plan", signed)).content


def test_a_transfer_asks_for_the_receiver_and_the_day(signed: Plan, clare_client: Client) -> None:
    address = at("move", signed, move="transfer")
    form = read(clare_client.get(address)).fields

    refused = clare_client.post(address, form).content.decode()
    assert "Type who takes over." in refused
    clare_client.post(
        address,
        {
            **form,
            "receiver": "Eastfield Test Clinic",
            "accepted_on_0": "1",
            "accepted_on_1": "11",
            "accepted_on_2": "2026",
        },
    )

    signed.refresh_from_db()
    assert signed.state == PlanState.TRANSFERRED


def test_a_draft_is_discarded_on_a_page_of_its_own(drafted: Plan, clare_client: Client) -> None:
    form = read(clare_client.get(at("discard", drafted))).fields

    clare_client.post(at("discard", drafted), form)

    assert not Draft.objects.exists()
    assert clare_client.get(at("plan", drafted)).status_code == 200


# --- What it costs --------------------------------------------------------------------------------


def many_steps(count: int) -> Any:
    cells = plan_cells()
    first = cells["steps"][0]
    cells["steps"] = [
        {
            **cells["steps"][1],
            "key": f"s{n}",
            "days": "1",
            "reason": "As agreed.",
            "doses": [dict(dose) for dose in first["doses"]],
        }
        for n in range(1, count + 1)
    ]
    cells["steps"][0].update(first_day="30 Nov 2026", chained="")
    return cells


@pytest.mark.one_engine
@pytest.mark.parametrize("name", ["plan", "version", "draft", "sign"])
def test_a_page_of_a_plan_costs_the_same_however_long_the_plan(
    name: str, clinic: Clinic, clare: User
) -> None:
    from plans.actions import plan as actions
    from tests.factories import DRAFTED

    costs = {}
    for count in (1, 10, 100):
        patient = PatientFactory(clinic=clinic)
        plan = signed_plan(patient, clare, many_steps(count))
        actions.revise(key=uuid.uuid4(), plan=plan, now=DRAFTED, by=clare)
        client = signed_in(clare)
        client.get(address(name, plan))
        with CaptureQueriesContext(connection) as counted:
            assert client.get(address(name, plan)).status_code == 200
        costs[count] = len(counted)

    assert costs[1] == costs[10] == costs[100]
    assert costs[1] <= 18


def test_the_plans_of_a_patient_cost_the_same_however_many(clinic: Clinic, clare: User) -> None:
    costs = {}
    for count in (1, 10):
        patient = PatientFactory(clinic=clinic)
        for _plan in range(count):
            draft_plan(patient, clare)
        client = signed_in(clare)
        client.get(plans_of(patient))
        with CaptureQueriesContext(connection) as counted:
            assert client.get(plans_of(patient)).status_code == 200
        costs[count] = len(counted)

    assert costs[1] == costs[10] <= 18


def test_an_autosave_of_a_long_plan_is_small_work(
    otto: Patient, clare: User, clare_client: Client
) -> None:
    plan = draft_plan(otto, clare, many_steps(60))
    data = fields(clare_client.get(at("draft", plan)))

    drawn = autosave(clare_client, plan, data).json()
    answer = autosave(clare_client, plan, {**data, "layout": [drawn["layout"]]}).json()

    # The table comes with it only where its columns are not those of the page.
    assert "grid" in drawn["html"]
    assert "grid" not in answer["html"]
    assert len(json.dumps(answer)) < 100_000
