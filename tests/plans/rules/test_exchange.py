"""What can be handed to another program, or taken from one, by name."""

from __future__ import annotations

from plans.rules.columns import FIGURES
from plans.rules.exchange import WHOLE, FileKind, KeyKind, Part


def test_each_part_of_a_record_has_its_words() -> None:
    assert {part: part.words for part in Part} == {
        "plans": "plans, every version",
        "check-ins": "check-ins",
        "red-flags": "red flags",
        "consents": "consents",
        "prints": "prints, without their pages",
        "trail": "who wrote what in it, and when",
    }
    assert set(Part) == WHOLE
    assert [*KeyKind] == ["program", "calendar"]


def test_each_file_has_its_words_its_ending_and_its_kind() -> None:
    assert {one: (one.words, one.ending) for one in FileKind} == {
        "fhir": ("the whole record for another program (FHIR R4)", "json"),
        "calendar": ("calendar of step changes and check-ins, for a clinician", "ics"),
        "patient-calendar": ("calendar for the patient, discreet", "ics"),
        "schedule": ("table of the schedule in force", "csv"),
        "days": ("table of what is taken, day by day", "csv"),
        "check-ins": ("table of check-ins", "csv"),
        "supply": ("table of totals per strength", "csv"),
    }
    assert {one.ending: one.content_type for one in FileKind} == {
        "json": "application/fhir+json; charset=utf-8",
        "ics": "text/calendar; charset=utf-8",
        "csv": "text/csv; charset=utf-8",
    }


def test_a_figure_that_is_kept_back_says_so_in_its_table() -> None:
    rows = (("plans", "2026-11", "active", 7), ("plans", "2026-11", "stopped", None))
    written = FIGURES.write(rows)

    assert written.decode("utf-8-sig").splitlines()[1:] == [
        "plans,2026-11,active,7", "plans,2026-11,stopped,kept back",
    ]  # fmt: skip
    assert FIGURES.read(written) == rows
