"""The import of existing patients on its pages: looked at, mended, decided, batch by batch."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse

from patients import actions as patient_actions
from patients import import_actions as actions
from patients.models import ImportBatch, Patient, PatientImport
from taperplan import tables, tokens
from taperplan.accounts.refusals import NotDoneError
from taperplan.audit.models import AuditEvent
from tests.factories import PatientFactory, RecordNumberFactory

if TYPE_CHECKING:
    from django.test import Client

    from taperplan.accounts.models import Clinic, User

pytestmark = [pytest.mark.django_db, pytest.mark.one_engine]
NOW = datetime(2026, 11, 24, 8, 41, tzinfo=UTC)
HEADS = ("Surname", "First name", "DOB", "Telephone", "Record number", "Shoe size")
ROWS = (
    ("Mustermann", "Ida", "3 Apr 1970", "555-0199", "N 1", "41"),
    ("Ejemplo", "Zoë", "1988-12-01", "", "N 2", ""),
    ("O'Sample", "Al", "29 Feb 1960", "", "", ""),
)


def table(*rows: tuple[str, ...], heads: tuple[str, ...] = HEADS) -> bytes:
    return tables.write(heads, rows or ROWS)


def begun(clinic: Clinic, by: User, data: bytes | None = None) -> PatientImport:
    return actions.begin(
        token=uuid.uuid4(), clinic=clinic, file_name="patients.csv", data=data or table(),
        now=NOW, by=by,
    )  # fmt: skip


def started(found: PatientImport, by: User) -> PatientImport:
    return actions.start(found=found, revision=found.revision, now=NOW, by=by)


def step(found: PatientImport, by: User) -> PatientImport:
    return actions.go_on(found=found, now=NOW, by=by)


def names() -> set[str]:
    return set(Patient.objects.values_list("family_name", flat=True))


def send(client: Client, found: PatientImport, name: str, **fields: str) -> Any:
    url = reverse(f"patients:{name}", kwargs={"patient_import": found.pk})
    found.refresh_from_db()
    return client.post(url, {"revision": str(found.revision), **fields}, follow=True)


def test_a_table_is_looked_at_shown_and_then_registered_and_nothing_of_it_is_kept(
    clare_client: Client, clare: User, clinic: Clinic
) -> None:
    sent = {
        "file": SimpleUploadedFile("patients.csv", table(), "text/csv"),
        "token": tokens.issue(clare, "patients.import"),
    }
    shown = clare_client.post(reverse("patients:imports"), sent, follow=True)
    page = shown.content.decode()
    assert "Register 3 patients" in page
    # What is read from which column, and the first rows of the file.
    assert '<option value="DOB" selected>' in page
    assert "Shoe size" in page
    assert not names()

    found = PatientImport.objects.get()
    page = send(clare_client, found, "import-start").content.decode()
    assert "0 of 3" in page
    assert "hx-post" in page
    # What the page says of the whole changes with it, not the part below alone.
    assert 'hx-select-oob="#import-state"' in page
    assert "being registered</p>" in page
    page = send(clare_client, found, "import-next").content.decode()
    assert "Nothing of the file is kept" in page
    assert 'id="import-state"' in page
    assert "being registered</p>" not in page
    assert names() == {"Mustermann", "Ejemplo", "O'Sample"}
    found.refresh_from_db()
    assert found.content is None
    assert not ImportBatch.objects.exclude(people=None).exists()
    assert "Mustermann" not in str(found.found)
    assert "patients.csv" in clare_client.get(reverse("patients:imports")).content.decode()
    verbs = set(AuditEvent.objects.values_list("verb", flat=True))
    assert {"import begun", "import started", "patients imported", "import done"} <= verbs
    assert not any("Mustermann" in row.detail for row in AuditEvent.objects.all())
    # The same form again is the same import.
    sent["file"] = SimpleUploadedFile("patients.csv", table(), "text/csv")
    clare_client.post(reverse("patients:imports"), sent)
    assert PatientImport.objects.count() == 1


def test_what_is_no_table_is_named_by_line_and_what_cannot_be_read_by_line_and_column(
    clare_client: Client, clare: User, clinic: Clinic
) -> None:
    def post(data: bytes) -> str:
        sent = {
            "file": SimpleUploadedFile("p.csv", data),
            "token": tokens.issue(clare, "patients.import"),
        }
        return clare_client.post(reverse("patients:imports"), sent, follow=True).content.decode()

    assert "Line 2" in post(b"a,b\nc\n")
    assert not PatientImport.objects.exists()
    assert "Choose a file" in clare_client.post(reverse("patients:imports")).content.decode()

    page = post(
        table(("Mustermann", "Ida", "03/04/1970", "", "", ""), ("", "Al", "1 May 1960", "", "", ""))
    )
    assert "2 cells cannot be read. Nobody is registered." in page
    assert "/start/" not in page
    found = PatientImport.objects.get()
    with pytest.raises(NotDoneError, match="Mend what is above"):
        started(found, clare)
    assert not names()


def test_a_column_of_another_name_is_chosen_and_it_looks_again(
    clare_client: Client, clare: User, clinic: Clinic
) -> None:
    data = table(("Mustermann", "Ida", "3 Apr 1970"), heads=("Surname", "First name", "Birth day"))
    found = begun(clinic, clare, data)
    assert found.found["missing"] == ["born"]
    assert found.fresh == 0

    page = send(clare_client, found, "import-columns", family_name="Surname").content.decode()
    assert "Choose the column of this." in page
    page = send(
        clare_client, found, "import-columns",
        family_name="Surname", given_names="First name", born="Birth day",
    ).content.decode()  # fmt: skip
    assert "Register 1 patient" in page

    with pytest.raises(NotDoneError, match="There is no column Eye colour"):
        actions.remap(
            found=found, mapping={"born": "Eye colour"},
            revision=PatientImport.objects.get().revision, now=NOW, by=clare,
        )  # fmt: skip


def test_who_may_be_here_already_waits_for_a_person(
    clare_client: Client, clare: User, clinic: Clinic
) -> None:
    here = PatientFactory(clinic=clinic, family_name="Mustermann", given_names="Ida",
                          registered_by=clare)  # fmt: skip
    restricted = PatientFactory(clinic=clinic, family_name="Ejemplo", given_names="Zoë",
                                restricted=True, registered_by=clare)  # fmt: skip
    found = begun(clinic, clare)
    page = clare_client.get(reverse("patients:import", kwargs={"patient_import": found.pk}))
    body = page.content.decode()
    assert "1 row may be of somebody who is here" in body
    assert reverse("plans:patient", kwargs={"patient": here.pk}) in body
    # Nobody is led to a restricted record.
    assert str(restricted.pk) not in body
    assert 'value="new" checked' not in body

    started(found, clare)
    found = step(found, clare)
    assert found.state == "looked at"
    assert Patient.objects.filter(family_name="Mustermann").count() == 1
    assert Patient.objects.filter(family_name="O'Sample").count() == 1

    assert "Say of at least one row" in send(clare_client, found, "import-decide").content.decode()
    line = found.found["held"][0]["line"]
    send(clare_client, found, "import-decide", **{f"line-{line}": "perhaps"})
    assert not PatientImport.objects.get().decisions
    body = send(clare_client, found, "import-decide", **{f"line-{line}": "same"}).content.decode()
    assert "Nothing of the file is kept" in body
    assert Patient.objects.filter(family_name="Mustermann").count() == 1


def test_who_is_decided_as_new_is_registered(clare: User, clinic: Clinic) -> None:
    PatientFactory(clinic=clinic, family_name="Mustermann", given_names="Ida", registered_by=clare)
    found = begun(clinic, clare)
    line = found.found["held"][0]["line"]
    found = actions.decide(
        found=found, decisions={line: "new"}, revision=found.revision, now=NOW, by=clare
    )
    assert found.fresh == 3
    step(started(found, clare), clare)
    assert Patient.objects.filter(family_name="Mustermann").count() == 2


def test_each_batch_is_all_or_nothing_and_goes_on_where_it_stopped(
    clare: User, clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [
        (f"Fixture{chr(97 + n)}", "Al", f"{n + 1} Mar {1930 + n}", "", f"N {n}", "")
        for n in range(12)
    ]
    monkeypatch.setattr(actions, "AT_ONCE", 5)
    found = started(begun(clinic, clare, table(*rows)), clare)
    assert list(found.batches.values_list("number", "many")) == [(1, 5), (2, 5), (3, 2)]
    step(found, clare)
    assert len(names()) == 5

    # The server stops in the middle of a batch.
    real, left = patient_actions.register, [3]

    def stops(**given: Any) -> Patient:
        left[0] -= 1
        if not left[0]:
            raise SystemExit
        return real(**given)

    monkeypatch.setattr(patient_actions, "register", stops)
    with pytest.raises(SystemExit), transaction.atomic():
        step(found, clare)
    assert len(names()) == 5
    monkeypatch.setattr(patient_actions, "register", real)
    step(found, clare)
    found = step(found, clare)
    assert len(names()) == 12
    assert found.state == "done"
    with pytest.raises(NotDoneError, match="This import is over"):
        step(found, clare)
    # The same file once more registers nobody twice.
    again = begun(clinic, clare, table(*rows))
    assert (again.fresh, again.here) == (0, 12)
    with pytest.raises(NotDoneError, match="There is nobody to register"):
        started(again, clare)


def test_a_row_whose_number_somebody_was_given_meanwhile_is_put_aside_with_the_reason(
    clare: User, clinic: Clinic
) -> None:
    found = started(begun(clinic, clare), clare)
    other = PatientFactory(clinic=clinic, family_name="Quick", registered_by=clare)
    RecordNumberFactory(patient=other, number="N 2", issuer="")

    found = step(found, clare)
    assert names() == {"Quick"}
    found = step(found, clare)
    assert names() == {"Quick", "Mustermann", "O'Sample"}
    assert found.state == "looked at"
    [held] = found.found["held"]
    assert held["family_name"] == "Ejemplo"
    assert "already belongs" in held["why"] or held["like"]


def test_of_two_people_who_go_on_with_one_import_the_second_is_told(
    clare_client: Client, clare: User, clinic: Clinic
) -> None:
    found = begun(clinic, clare)
    before = found.revision
    started(found, clare)
    with pytest.raises(NotDoneError, match="Somebody went on with this import meanwhile"):
        actions.give_up(found=found, revision=before, now=NOW, by=clare)
    assert "This import is over" not in send(clare_client, found, "import-give-up").content.decode()
    found.refresh_from_db()
    assert found.state == "given up"
    assert found.content is None
    assert not found.batches.exists()
    assert not names()


def test_a_page_of_an_import_costs_as_much_with_twenty_held_rows_as_with_one(
    clare_client: Client, clare: User, clinic: Clinic, django_assert_max_num_queries: Any
) -> None:
    rows = []
    for n in range(25):
        PatientFactory(clinic=clinic, family_name=f"Fix{chr(97 + n)}", given_names="Al",
                       registered_by=clare)  # fmt: skip
        rows.append((f"Fix{chr(97 + n)}", "Al", f"{n + 1} Mar 1970", "", "", ""))
    found = begun(clinic, clare, table(*rows))
    with django_assert_max_num_queries(18):
        page = clare_client.get(reverse("patients:import", kwargs={"patient_import": found.pk}))
    assert page.content.decode().count("The same person</label>") == 20
    with django_assert_max_num_queries(10):
        clare_client.get(reverse("patients:imports"))


@pytest.mark.parametrize(
    ("constraint", "model", "changed"),
    [
        ("patient_import_known_state", PatientImport, {"state": "perhaps"}),
        ("patient_import_over_keeps_nothing", PatientImport, {"ended_at": NOW}),
        ("import_batch_numbered_once", ImportBatch, {"number": 2}),
        ("import_batch_registered_keeps_nothing", ImportBatch, {"registered_at": NOW}),
    ],
)
def test_the_database_refuses_an_import_that_cannot_be(
    constraint: str, model: Any, changed: dict[str, Any], clare: User, clinic: Clinic
) -> None:
    found = begun(clinic, clare)
    for number in (1, 2):
        ImportBatch.objects.create(patient_import=found, number=number, people=[], many=0)
    with pytest.raises(IntegrityError), transaction.atomic():
        model.objects.filter(pk=model.objects.order_by("pk").first().pk).update(**changed)
    assert constraint
