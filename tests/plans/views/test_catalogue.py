"""The symptom catalogue as administrators keep it, and as check-ins then ask it."""

from __future__ import annotations

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
from plans.actions.catalogue import confirm_entry, own_key, write_entry
from plans.models import CatalogueEntry, CheckIn, EntryConfirmation, Escalation
from plans.models.catalogues import catalogue_of
from plans.rules.catalogue import Entry
from plans.rules.redflags import Level
from plans.rules.symptoms import Group, Shape
from taperplan import tokens
from taperplan.accounts.models import Clinic, Confirmation, LevelSet, User
from taperplan.accounts.refusals import NotDoneError
from taperplan.audit.models import AuditEvent
from tests.doors import Client
from tests.factories import PatientFactory
from tests.plans.typing import NOW, ROUTINE, completed, keep

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def on_that_day() -> Iterator[None]:
    with time_machine.travel(NOW + timedelta(hours=1)):
        yield


@pytest.fixture
def otto(clinic: Clinic, clare: User) -> Patient:
    return PatientFactory(clinic=clinic, otto=True, registered_by=clare)


def typed(clinic: Clinic, by: User, **boxes: str) -> dict[str, str]:
    token = tokens.issue(by, f"catalogue:{clinic.pk}")
    return {"token": token, "number": "0", "group": "gut", "level": "none", **boxes}


def written(
    clinic: Clinic, by: User, key: str = "", number: int = 0, **says: object
) -> CatalogueEntry:
    token = uuid.uuid4()
    values = {"label": "hiccups", "group": Group.GUT, "shape": Shape.SEVERITY, "level": None}
    return write_entry(
        clinic=clinic,
        token=token,
        number=number,
        entry=Entry(key or own_key(token), **(values | says)),  # type: ignore[arg-type]
        now=NOW,
        by=by,
    )


def item(key: str) -> str:
    return reverse("plans:catalogue-item", kwargs={"key": key})


def test_an_administrator_adds_an_item_and_the_next_check_in_asks_it(
    ada_client: Client, theo_client: Client, ada: User, clinic: Clinic, otto: Patient
) -> None:
    form = typed(clinic, ada, label="hiccups", shape="severity", after="nausea")
    for _pressed in range(2):
        assert ada_client.post(reverse("plans:catalogue-add"), form).status_code == 302
    row = CatalogueEntry.objects.get()
    assert not row.waits
    assert AuditEvent.objects.filter(verb="symptom catalogue written").count() == 1
    page = theo_client.get(reverse("plans:check-in-new", kwargs={"patient": otto.pk}))
    assert row.key in [one["key"] for one in page.context["page"].catalogue]
    answers = {**ROUTINE, f"s-{row.key}": "present", f"s-{row.key}-severity": "mild"}
    present = completed(otto, ada, answers).present.get()
    assert (present.label, present.star, present.severity) == ("hiccups", False, "mild")


def test_a_new_star_counts_once_the_protocol_owner_has_confirmed_it(
    clare_client: Client, ada_client: Client, ada: User, clare: User, otto: Patient, clinic: Clinic
) -> None:
    row = written(clinic, ada, level=Level.SAME_DAY)
    assert row.waits
    assert row.key not in catalogue_of(clinic).by_key
    page = clare_client.get(reverse("plans:catalogue")).content.decode()
    assert "Hiccups, gut, same day red flag" in page
    confirm = reverse("plans:catalogue-confirm", kwargs={"catalogue_entry": row.pk})
    assert ada_client.post(confirm).status_code == 403
    assert clare_client.post(confirm).status_code == 302
    history = ada_client.get(item(row.key)).content.decode()
    assert "Confirmed by Clare Exampleton" in history
    flag = keep(otto, clare, {f"s-{row.key}": "present", f"s-{row.key}-confirmed": "yes"}).raised
    assert [(one.label, one.level) for one in flag] == [("hiccups", "same_day")]


def test_no_star_is_removed_before_that_is_confirmed(
    ada: User, clare: User, otto: Patient, clinic: Clinic
) -> None:
    says: dict[str, Any] = {"label": "delirium", "group": Group.COGNITIVE}
    row = written(clinic, ada, "delirium", level=None, **says)
    answers = {"s-delirium": "present", "s-delirium-confirmed": "yes"}
    assert len(keep(otto, clare, answers).raised) == 1
    confirm_entry(entry=row, now=NOW, by=clare)
    assert not catalogue_of(clinic).is_starred("delirium")
    again = PatientFactory(clinic=clinic, registered_by=clare)
    assert keep(again, clare, answers).raised == ()


def test_a_draft_whose_star_was_removed_meanwhile_keeps_its_red_flag(
    ada: User, clare: User, otto: Patient, clinic: Clinic
) -> None:
    answers = {**ROUTINE, "s-delirium": "present", "s-delirium-confirmed": "yes"}
    kept = keep(otto, clare, answers)
    row = written(clinic, ada, "delirium", label="delirium", group=Group.COGNITIVE)
    confirm_entry(entry=row, now=NOW, by=clare)
    done = check_ins.keep(
        patient=otto,
        key=kept.draft.pk,
        answers=ROUTINE,
        revision=kept.draft.revision,
        frozen_now=NOW,
        by=clare,
    )
    assert done.draft.answers["s-delirium-confirmed"] == "yes"
    assert Escalation.objects.get().is_open


def test_what_was_recorded_keeps_the_name_it_had_then(
    theo_client: Client, ada: User, clare: User, otto: Patient, clinic: Clinic
) -> None:
    first = completed(otto, clare, {**ROUTINE, "s-tremor": "present", "s-tremor-severity": "mild"})
    written(clinic, ada, "tremor", label="shaking", group=Group.NEUROLOGICAL)
    page = theo_client.get(reverse("plans:check-in", kwargs={"check_in": first.pk}))
    assert "<b>Tremor</b>" in page.content.decode()
    later = completed(otto, clare, {**ROUTINE, "s-tremor": "present", "s-tremor-severity": "mild"})
    assert later.present.get().label == "shaking"


def test_an_item_retired_while_it_was_being_answered_is_kept_with_its_name(
    ada: User, clare: User, otto: Patient, clinic: Clinic
) -> None:
    written(clinic, ada, "vertigo", label="vertigo", group=Group.NEUROLOGICAL, retired=True)
    assert "vertigo" not in catalogue_of(clinic).by_key
    answers = {**ROUTINE, "s-vertigo": "present", "s-vertigo-severity": "mild"}
    assert completed(otto, clare, answers).present.get().label == "vertigo"


def test_the_set_of_levels_and_the_catalogue_are_read_together(
    ada: User, clare: User, clinic: Clinic, django_assert_num_queries: object
) -> None:
    levels = LevelSet.objects.create(
        clinic=clinic, number=1, same_day=["abrupt_stop"], written_at=NOW, written_by=ada
    )
    assert catalogue_of(clinic).level("abrupt_stop") is Level.EMERGENCY
    Confirmation.objects.create(levels=levels, confirmed_at=NOW, confirmed_by=clare)
    LevelSet.objects.create(clinic=clinic, number=2, same_day=[], written_at=NOW, written_by=ada)
    written(clinic, ada)
    with django_assert_num_queries(1):  # type: ignore[operator]
        found = catalogue_of(clinic)
    assert found.level("abrupt_stop") is Level.SAME_DAY
    assert found.level("seizure") is Level.EMERGENCY
    assert "hiccups" in [one.name for one in found.symptoms]


@pytest.mark.parametrize("key", ["seizure", "hallucination"])
def test_the_fixed_two_have_no_form_and_no_row(
    ada_client: Client, ada: User, clinic: Clinic, key: str
) -> None:
    page = ada_client.get(item(key))
    assert "Nobody can lower, relabel or retire it." in page.content.decode()
    assert page.context["form"] is None
    boxes = typed(clinic, ada, label="nothing", group="gut")
    assert ada_client.post(item(key), boxes, follow=True).status_code == 200
    with pytest.raises(NotDoneError, match="emergency at any severity"):
        written(clinic, ada, key)
    assert not CatalogueEntry.objects.exists()


def test_a_refusal_gives_back_what_was_typed(ada_client: Client, ada: User, clinic: Clinic) -> None:
    same = typed(clinic, ada, label="Headache", shape="severity")
    page = ada_client.post(reverse("plans:catalogue-add"), same)
    assert "Another item is called this already." in page.content.decode()
    assert 'value="Headache"' in page.content.decode()


def test_the_second_of_two_administrators_reads_it_again(ada: User, clinic: Clinic) -> None:
    written(clinic, ada, "tremor", label="shaking", group=Group.NEUROLOGICAL)
    with pytest.raises(NotDoneError, match="Ada Fiktiv has changed this"):
        written(clinic, ada, "tremor", label="shakes", group=Group.NEUROLOGICAL)
    written(clinic, ada, "tremor", 1, label="shakes", group=Group.NEUROLOGICAL)
    assert catalogue_of(clinic).label("tremor") == "shakes"
    assert CatalogueEntry.objects.count() == 2


def test_only_the_newest_row_can_be_confirmed(ada: User, clare: User, clinic: Clinic) -> None:
    says: dict[str, Any] = {"label": "delirium", "group": Group.COGNITIVE}
    first = written(clinic, ada, "delirium", level=None, **says)
    written(clinic, ada, "delirium", 1, level=Level.SAME_DAY, **says)
    with pytest.raises(NotDoneError, match="Read it again"):
        confirm_entry(entry=first, now=NOW, by=clare)
    with pytest.raises(NotDoneError, match="Only the protocol owner"):
        confirm_entry(entry=first, now=NOW, by=ada)
    assert not EntryConfirmation.objects.exists()


def test_another_clinic_keeps_its_own(
    sam_client: Client, ada: User, clinic: Clinic, other_clinic: Clinic
) -> None:
    row = written(clinic, ada, label="hiccups")
    assert row.key not in catalogue_of(other_clinic).by_key
    assert sam_client.get(item(row.key)).status_code == 404
    assert "iccups" not in sam_client.get(reverse("plans:catalogue")).content.decode()


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("catalogue_entry_numbered_once", {"key": "tremor", "number": 1}),
        ("catalogue_entry_group_known", {"group": "elsewhere"}),
        ("catalogue_entry_shape_known", {"shape": "round"}),
        ("catalogue_entry_level_known", {"level": "urgent"}),
        ("catalogue_entry_has_a_label", {"label": ""}),
        ("catalogue_entry_never_of_a_fixed_item", {"key": "seizure"}),
        ("catalogue_entry_retired_has_no_level", {"retired": True, "level": "same_day"}),
    ],
)
def test_the_table_refuses(name: str, values: dict[str, object], ada: User, clinic: Clinic) -> None:
    written(clinic, ada, "tremor", label="shaking", group=Group.NEUROLOGICAL)
    row: dict[str, object] = {
        "id": uuid.uuid4(), "clinic": clinic, "key": "vertigo", "number": 2, "label": "spinning",
        "group": "gut", "shape": "severity", "classes": [], "level": "", "retired": False,
        "waits": False, "written_at": NOW, "written_by": ada, **values,
    }  # fmt: skip
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        CatalogueEntry.objects.create(**row)
    assert name in str(refused.value) or "key, plans_catalogueentry.number" in str(refused.value)
    assert CheckIn.objects.count() == 0
