"""A clinic's existing patients come in from a table: looked at first, whole, once."""

from __future__ import annotations

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from patients import actions
from patients.models import Patient
from taperplan import tables
from taperplan.accounts.models import Clinic, User
from taperplan.audit import trail
from taperplan.audit.models import AuditEvent
from tests.factories import PatientFactory

pytestmark = pytest.mark.django_db
HEADS = ("Surname", "First name", "DOB", "Telephone", "Record number", "Shoe size")
ROWS = (
    ("Mustermann", "Ida", "3 Apr 1970", "555-0199", "N 1", "41"),
    ("Ejemplo", "Zoë", "1988-12-01", "", "N 2", ""),
    ("O'Sample", "Al", "29 Feb 1960", "", "", ""),
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return written(tmp_path, ROWS)


def written(folder: Path, rows: tuple[tuple[str, ...], ...]) -> Path:
    path = folder / "patients.csv"
    path.write_bytes(tables.write(HEADS, rows))
    return path


def run(file: Path, by: User, *more: str) -> str:
    out = StringIO()
    call_command("import_patients", str(file), "--by", by.email, *more, stdout=out, stderr=out)
    return out.getvalue()


def names() -> set[str]:
    return set(Patient.objects.values_list("family_name", flat=True))


def test_the_first_run_shows_what_each_column_is_and_writes_nothing(
    file: Path, clinic: Clinic, clare: User
) -> None:
    said = run(file, clare)

    assert "born             DOB" in said
    assert "(left out)       Shoe size" in said
    assert "3 rows: 3 new" in said
    assert "Nothing was written" in said
    assert not Patient.objects.exists()


def test_written_each_is_registered_by_whoever_imports_with_a_row_in_the_trail(
    file: Path, clinic: Clinic, clare: User
) -> None:
    run(file, clare, "--write")

    assert names() == {"Mustermann", "Ejemplo", "O'Sample"}
    ida = Patient.objects.get(family_name="Mustermann")
    assert (ida.born.isoformat(), ida.registered_by) == ("1970-04-03", clare)
    assert ida.numbers.get().number == "N 1"
    assert AuditEvent.objects.filter(verb="registered").count() == 3
    assert AuditEvent.objects.filter(verb="patients imported").count() == 1
    assert list(trail.faults()) == []


def test_a_cell_that_cannot_be_read_is_named_by_line_and_column_and_nothing_is_written(
    tmp_path: Path, clinic: Clinic, clare: User
) -> None:
    wrong = written(tmp_path, (*ROWS, ("Dummy", "", "31 Apr 1970", "call me", "", "")))
    out = StringIO()

    with pytest.raises(CommandError, match="Nothing was written"):
        call_command("import_patients", str(wrong), "--by", clare.email, "--write", stdout=out)
    for column in ("First name", "DOB", "Telephone"):
        assert f"Line 5, column {column}: " in out.getvalue()
    assert not Patient.objects.exists()


def test_who_may_be_here_already_waits_until_a_person_has_decided(
    tmp_path: Path, clinic: Clinic, clare: User
) -> None:
    PatientFactory(clinic=clinic, otto=True, registered_by=clare)
    rows = (*ROWS, ("Sample", "Otto", "21 Nov 1956", "", "", ""), ROWS[0], ROWS[1])
    file = written(tmp_path, rows)

    said = run(file, clare, "--write")
    assert "3 held for a decision" in said
    assert Patient.objects.count() == 4

    held = tmp_path / "patients.held.csv"
    table = tables.read(held.read_bytes())
    assert [row["line"] for row in table.rows] == ["5", "6", "7"]
    assert "line 2" in table.rows[1]["may be the same as"]
    decisions = {"5": "same", "6": "", "7": "new"}
    held.write_bytes(
        tables.write(
            table.columns,
            [
                [*(row[name] for name in table.columns[:-1]), decisions[row["line"]]]
                for row in table.rows
            ],
        )
    )
    answered = tmp_path / "answered.csv"
    held.rename(answered)
    numberless = run(file, clare, "--decisions", str(answered))
    assert "1 new, 3 here from an earlier run, 1 decided as the same person, 1 held" in numberless


def test_a_batch_comes_in_whole_and_what_stopped_goes_on_where_it_stood(
    tmp_path: Path, clinic: Clinic, clare: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("patients.management.commands.import_patients.AT_ONCE", 2)
    rows = tuple(
        (f"Probe{one}{one}", f"Kim{one}", f"{1 + number} May 19{50 + number}", "", "", "")
        for number, one in enumerate("bdfgk")
    )
    file = written(tmp_path, rows)
    register = actions.register
    calls: list[object] = []

    def dies_at_the_fourth(**given: Any) -> Patient:
        calls.append(given)
        if len(calls) == 4:
            raise KeyboardInterrupt
        return register(**given)

    monkeypatch.setattr(actions, "register", dies_at_the_fourth)
    with pytest.raises(KeyboardInterrupt):
        run(file, clare, "--write")
    # The third went back with the fourth.
    assert Patient.objects.count() == 2

    said = run(file, clare, "--write")
    assert "3 new, 2 here from an earlier run" in said
    assert Patient.objects.count() == 5
    assert "0 new, 5 here" in run(file, clare, "--write")
    assert Patient.objects.count() == 5


def test_only_who_may_register_imports(file: Path, clinic: Clinic, ole: User) -> None:
    with pytest.raises(CommandError, match="may register"):
        run(file, ole)
