"""Limits of vital signs: typed, confirmed, said beside the figure, flagged once confirmed."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.urls import reverse

from patients.models import Patient
from plans.actions import check_in as check_ins
from plans.actions.limits import confirm_limits, write_limits
from plans.models import CheckInDraft, Escalation, LimitSet, Outbox, VitalLimit, VitalSign
from plans.models.catalogues import catalogue_of
from plans.presenters.handover import handover
from plans.presenters.paper import Printing
from plans.presenters.summary import summary
from plans.rules import limits
from plans.rules.redflags import Level
from plans.rules.vital_words import Side, Vital
from taperplan import tokens
from taperplan.accounts.models import Clinic, User
from taperplan.accounts.refusals import NotDoneError
from taperplan.audit.models import AuditEvent
from tests.doors import Client
from tests.factories import PatientFactory
from tests.plans.typing import NOW, ROUTINE, complete, completed, keep
from tests.plans.views.test_fhir import body, get, issued

pytestmark = pytest.mark.django_db
HIGH = (Vital.PULSE, Side.ABOVE, Level.EMERGENCY)
FAST = {"v-pulse": "140"}
CONFIRMED = {**FAST, "v-pulse-emergency": "140"}
KEY = "vital_pulse_emergency"


@pytest.fixture(autouse=True)
def on_that_day() -> Iterator[None]:
    with time_machine.travel(NOW + timedelta(hours=3)):
        yield


@pytest.fixture
def otto(clinic: Clinic, clare: User) -> Patient:
    return PatientFactory(clinic=clinic, otto=True, registered_by=clare)


def typed(
    clinic: Clinic,
    by: User,
    figure: str,
    *,
    patient: Patient | None = None,
    number: int = 0,
    cell: tuple[Vital, Side, Level] = HIGH,
) -> LimitSet:
    line = limits.read(cell, figure, of_patient=patient is not None)
    return write_limits(
        clinic=clinic,
        patient=patient,
        token=uuid.uuid4(),
        number=number,
        lines=[line],
        now=NOW + timedelta(seconds=number),
        by=by,
    )


@pytest.fixture
def limit(clinic: Clinic, ada: User, clare: User) -> LimitSet:
    row = typed(clinic, ada, "130")
    confirm_limits(limits=row, now=NOW, by=clare)
    return row


def test_the_clinics_limits_are_typed_by_an_administrator_and_count_once_confirmed(
    ada_client: Client, clare_client: Client, clinic: Clinic, ada: User
) -> None:
    url = reverse("plans:limits")
    page = ada_client.get(url).content.decode()
    assert "None is typed and confirmed" in page
    # No box carries a figure that nobody typed, nor a hint of one.
    for hint in ("placeholder", " min=", " max=", " step=", "datalist"):
        assert hint not in page
    form = {
        "token": tokens.issue(ada, f"limits:{clinic.pk}"),
        "number": "0",
        "pulse-above-emergency": "130",
        "oxygen_saturation-below-same_day": "92 %",
    }
    ada_client.post(url, form)
    ada_client.post(url, form)
    row = LimitSet.objects.get()
    assert catalogue_of(clinic).limits == ()
    page = clare_client.get(url).content.decode()
    assert "Waits for the protocol owner" in page
    clare_client.post(reverse("plans:limits-confirm", kwargs={"limit_set": row.pk}))
    found = {one.vital: one.value for one in catalogue_of(clinic).limits}
    assert found == {Vital.PULSE: 130, Vital.OXYGEN: 92}
    page = ada_client.get(url).content.decode()
    assert 'value="92 %"' in page
    assert "Confirmed by Clare Exampleton" in page
    verbs = list(AuditEvent.objects.values_list("verb", flat=True))
    assert "limits of vital signs written" in verbs
    assert "confirmed by the protocol owner" in verbs


def test_what_cannot_be_a_figure_is_refused_beside_its_box_and_nothing_is_saved(
    ada_client: Client, clinic: Clinic, ada: User
) -> None:
    form = {
        "token": tokens.issue(ada, f"limits:{clinic.pk}"),
        "number": "0",
        "pulse-above-emergency": "1e2",
        "systolic_lying-below-same_day": "200",
        "systolic_lying-above-same_day": "90",
    }
    page = ada_client.post(reverse("plans:limits"), form).content.decode()
    assert 'value="1e2"' in page
    assert "Every figure is beyond this one or the one below 200" in page
    assert not LimitSet.objects.exists()


def test_a_change_waits_while_what_was_confirmed_stays_in_force(
    clinic: Clinic, ada: User, clare: User, theo: User, limit: LimitSet
) -> None:
    later = typed(clinic, ada, "150", number=1)
    assert [one.value for one in catalogue_of(clinic).limits] == [130]
    with pytest.raises(NotDoneError):
        confirm_limits(limits=later, now=NOW, by=theo)
    with pytest.raises(NotDoneError, match="Ada Fiktiv has changed"):
        typed(clinic, ada, "160", number=1)
    confirm_limits(limits=later, now=NOW, by=clare)
    assert [one.value for one in catalogue_of(clinic).limits] == [150]


def test_a_prescriber_types_a_patients_own_and_a_monitor_only_reads_them(
    clare_client: Client,
    theo_client: Client,
    clinic: Clinic,
    clare: User,
    theo: User,
    otto: Patient,
    limit: LimitSet,
) -> None:
    url = reverse("plans:patient-limits", kwargs={"patient": otto.pk})
    assert "the clinic&#x27;s: 130" in clare_client.get(url).content.decode()
    given = {"number": "0", "pulse-above-emergency": "145"}
    theo_client.post(url, {"token": tokens.issue(theo, f"limits:{otto.pk}"), **given})
    assert LimitSet.objects.count() == 1
    assert "<input" not in theo_client.get(url).content.decode().split("<tbody>")[1]
    clare_client.post(url, {"token": tokens.issue(clare, f"limits:{otto.pk}"), **given})
    assert [one.value for one in catalogue_of(clinic, otto).limits] == [145]
    assert [one.value for one in catalogue_of(clinic).limits] == [130]
    other = PatientFactory(clinic=clinic, registered_by=clare)
    assert [one.value for one in catalogue_of(clinic, other).limits] == [130]


def test_a_figure_beyond_a_limit_waits_for_its_confirming_key_and_completes_nothing_till_then(
    otto: Patient, theo: User, limit: LimitSet
) -> None:
    done = complete(otto, theo, {**ROUTINE, **FAST})
    assert done.check_in is None
    assert [missing.where for missing in done.reading.missing] == ["v-pulse-emergency"]
    assert not Escalation.objects.exists()


def test_confirmed_it_raises_its_red_flag_in_a_draft_and_is_owed_to_the_ladder(
    otto: Patient, theo: User, limit: LimitSet
) -> None:
    key = uuid.uuid4()
    kept = keep(otto, theo, CONFIRMED, key=key)
    flag = Escalation.objects.get()
    assert kept.raised == (flag,)
    assert flag.symptom == KEY
    assert flag.level == "emergency"
    assert flag.label == "Pulse 140\u00a0/min: above 130\u00a0/min, the clinic's limit"
    assert Outbox.objects.count() == 1
    # Typed over, it stands; taken back, it closes as entered in error and the box is empty.
    kept = keep(otto, theo, {"v-pulse": "84"}, key=key, revision=kept.draft.revision)
    assert kept.draft.answers["v-pulse"] == "140"
    check_ins.take_back(draft=kept.draft, symptom=KEY, reason="slip", frozen_now=NOW, by=theo)
    flag.refresh_from_db()
    assert flag.state == "entered in error"
    assert "v-pulse" not in CheckInDraft.objects.get().answers


def test_the_words_stand_beside_the_figure_and_nowhere_a_decision(
    theo_client: Client, otto: Patient, theo: User, limit: LimitSet
) -> None:
    made = completed(otto, theo, {**ROUTINE, **CONFIRMED, "v-weight": "71"})
    page = theo_client.get(reverse("plans:check-in", kwargs={"check_in": made.pk}))
    words = "Pulse 140\u00a0/min (above 130\u00a0/min, the clinic&#x27;s limit), weight 71\u00a0kg"
    assert words in page.content.decode()
    assert made.decision == "continue"
    sign = VitalSign.objects.get(vital="pulse")
    assert sign.beyond == "above 130\u00a0/min, the clinic's limit"
    assert VitalSign.objects.get(vital="weight").beyond == ""
    flag = Escalation.objects.get()
    page = theo_client.get(reverse("plans:red-flag", kwargs={"escalation": flag.pk}))
    assert "above 130" in page.content.decode()


def test_the_page_says_it_under_the_box_with_and_without_a_script(
    theo_client: Client, otto: Patient, theo: User, limit: LimitSet
) -> None:
    new = reverse("plans:check-in-new", kwargs={"patient": otto.pk})
    form = {"token": tokens.issue(theo, f"check-in:{otto.pk}"), "revision": "0", **FAST}
    answer = theo_client.post(new, form, headers={"Accept": "application/json"}).json()
    assert "data-confirms-figure" in answer["beyond"]["v-pulse"]
    assert answer["beyond"]["v-weight"].strip() == ""
    assert "Pulse beyond a limit: to be confirmed" in answer["waits"].replace("pulse", "Pulse")
    page = theo_client.get(answer["url"]).content.decode()
    assert "To be confirmed: confirming raises the red flag now." in page
    # The button alone, as a browser without scripts sends it.
    theo_client.post(answer["url"], {"revision": "1", **FAST, "confirm": KEY})
    assert Escalation.objects.get().symptom == KEY
    page = theo_client.get(answer["url"]).content.decode()
    assert "The red flag is raised." in page
    assert 'value="140" autocomplete="off" inputmode="decimal"' in page
    assert " readonly>" in page


def test_the_clinics_text_for_the_graver_level_is_shown_and_no_other(
    theo_client: Client, otto: Patient, theo: User, clare: User, clinic: Clinic, limit: LimitSet
) -> None:
    typed(clinic, clare, "90", patient=otto, cell=(Vital.OXYGEN, Side.BELOW, Level.SAME_DAY))

    def shown(answers: dict[str, str]) -> list[str]:
        draft = keep(otto, theo, answers).draft
        url = reverse("plans:check-in-edit", kwargs={"check_in_draft": draft.pk})
        page = theo_client.get(url).content.decode()
        found = re.findall(r'id="protocol-(\w+)" aria-label="[^"]*"( hidden)?>', page)
        assert len(found) == 2
        return [level for level, hidden in found if not hidden]

    assert shown({}) == []
    assert shown({"v-oxygen": "88"}) == ["same_day"]
    assert shown({"v-oxygen": "88", **FAST}) == ["emergency"]


def test_a_correction_that_takes_the_figure_away_says_why_and_one_that_adds_it_raises(
    theo_client: Client, otto: Patient, theo: User, limit: LimitSet
) -> None:
    made = completed(otto, theo, {**ROUTINE, **CONFIRMED})
    draft = check_ins.open_correction(check_in=made, key=uuid.uuid4(), frozen_now=NOW, by=theo)
    url = reverse("plans:check-in-edit", kwargs={"check_in_draft": draft.pk})
    fixed: dict[str, Any] = {**ROUTINE, "v-pulse": "104", "correction_reason": "misread"}
    page = theo_client.post(url, {"revision": "1", "act": "complete", **fixed}).content.decode()
    assert f'name="s-{KEY}-removed"' in page
    assert Escalation.objects.get().is_open
    fixed |= {f"s-{KEY}-removed": "the cuff had slipped", "revision": "2", "act": "complete"}
    theo_client.post(url, fixed)
    assert Escalation.objects.get().state == "entered in error"
    again = completed(otto, theo, ROUTINE, now=NOW + timedelta(minutes=5))
    draft = check_ins.open_correction(check_in=again, key=uuid.uuid4(), frozen_now=NOW, by=theo)
    keep(otto, theo, {**ROUTINE, **CONFIRMED}, key=draft.pk, revision=1)
    assert Escalation.objects.still_open().get().symptom == KEY


def test_on_the_right_patient_it_is_raised_whatever_that_patients_limits_are(
    otto: Patient, theo: User, clare: User, clinic: Clinic, limit: LimitSet
) -> None:
    made = completed(otto, theo, {**ROUTINE, **CONFIRMED})
    right = PatientFactory(clinic=clinic, registered_by=clare)
    typed(clinic, clare, "150", patient=right)
    check_ins.enter_in_error(
        check_in=made,
        reason="two tabs",
        right_patient=right,
        key=uuid.uuid4(),
        frozen_now=NOW,
        by=theo,
    )
    assert Escalation.objects.get(patient=otto).state == "entered in error"
    flag = Escalation.objects.get(patient=right)
    assert flag.is_open
    assert flag.label == "Pulse beyond a limit"


def test_the_set_typed_last_counts_for_two_records_that_are_joined(
    clinic: Clinic, clare: User, otto: Patient
) -> None:
    other = PatientFactory(clinic=clinic, registered_by=clare)
    typed(clinic, clare, "120", patient=other)
    assert catalogue_of(clinic, otto).limits == ()
    Patient.objects.filter(pk=other.pk).update(joined_to=otto)
    assert [one.value for one in catalogue_of(clinic, otto).limits] == [120]
    write_limits(
        clinic=clinic,
        patient=otto,
        token=uuid.uuid4(),
        number=0,
        lines=[],
        now=NOW + timedelta(hours=1),
        by=clare,
    )
    assert catalogue_of(clinic, otto).limits == ()


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("vital_limit_once", {}),
        ("vital_limit_vital_known", {"vital": "hours slept"}),
        ("vital_limit_side_known", {"side": "beside"}),
        ("vital_limit_level_known", {"level": "some day"}),
        ("vital_limit_unit_known", {"unit": "stone"}),
        ("vital_limit_value_exact", {"value_numerator": 0}),
    ],
)
def test_the_table_refuses_what_the_page_would(
    clinic: Clinic, ada: User, name: str, values: dict[str, Any]
) -> None:
    row = LimitSet(id=uuid.uuid4(), clinic=clinic, number=1, written_at=NOW, written_by=ada)
    good: dict[str, Any] = {
        "limits": row,
        "vital": "pulse",
        "side": "above",
        "level": "emergency",
        "value_numerator": 130,
        "value_denominator": 1,
        "unit": "/min",
        "typed": "130",
    }
    count = 2 if name == "vital_limit_once" else 1
    lines = [VitalLimit(**(good | values)) for _each in range(count)]
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        VitalLimit.objects.bulk_create(lines)
    said = str(refused.value)
    assert name in said or "UNIQUE constraint failed: plans_vitallimit" in said


@pytest.mark.parametrize(
    ("name", "of_patient"),
    [("limit_set_of_clinic_numbered_once", False), ("limit_set_of_patient_numbered_once", True)],
)
def test_a_set_is_numbered_once(
    clinic: Clinic, ada: User, otto: Patient, name: str, of_patient: bool
) -> None:
    sets = [
        LimitSet(
            id=uuid.uuid4(),
            clinic=clinic,
            patient=otto if of_patient else None,
            number=1,
            written_at=NOW,
            written_by=ada,
        )
        for _each in range(2)
    ]
    with pytest.raises(IntegrityError, match=f"{name}|UNIQUE constraint failed: plans_limitset"):
        LimitSet.objects.bulk_create(sets)


def test_the_words_go_with_the_figure_onto_the_clinicians_papers_and_the_red_flag_into_exchange(
    otto: Patient, theo: User, clare: User, ada: User, clinic: Clinic, limit: LimitSet
) -> None:
    completed(otto, theo, {**ROUTINE, **CONFIRMED})
    printing = Printing(clinic=clinic, by=theo, at=NOW + timedelta(hours=1), code="7K4MPQ9XRTCA")
    said = "above 130\u00a0/min, the clinic's limit"
    for sheet in (summary(otto, printing), handover(otto, printing)):
        assert f"Pulse 140\u00a0/min: {said}" in repr(sheet).replace("\\xa0", "\u00a0")
    assert f"pulse 140\u00a0/min ({said})" in repr(summary(otto, printing)).replace(
        "\\xa0", "\u00a0"
    )
    record = get(f"Patient/{otto.pk}/$everything", issued(clinic, clare, ada))
    flags = [
        row["resource"]
        for row in json.loads(body(record))["entry"]
        if row["resource"]["resourceType"] == "Flag"
    ]
    assert said.replace("\u00a0", " ") in flags[0]["code"]["text"]
    assert "coding" not in flags[0]["code"]
