"""The words of printing, what may be printed when, and the code on a print."""

from __future__ import annotations

import string

import pytest

from plans.rules.lifecycle import PlanState
from plans.rules.paper import (
    CHECK_CODE_LENGTH,
    CHECK_CODE_LETTERS,
    DocumentKind,
    NotPrintable,
    PageSize,
    PrintSize,
    Recipient,
    check_of_a_plan,
    grouped,
)

OVER = {
    "completed": "This plan is completed. A paper of it would say to go on.",
    "stopped": "This plan is stopped. A paper of it would say to go on.",
    "transferred": "This plan is with another clinic now. Its papers are no longer ours.",
    "entered in error": "This plan was entered in error. It has no paper.",
}


def refused(kind: DocumentKind, *, state: str, signed: bool, died: bool) -> str:
    with pytest.raises(NotPrintable) as found:
        check_of_a_plan(kind, state=state, signed=signed, patient_died=died)
    assert str(found.value) == found.value.sentence
    return found.value.sentence


def test_every_document_is_called_what_it_is() -> None:
    assert {kind: kind.words for kind in DocumentKind} == {
        "handout": "Patient handout",
        "diary": "Diary sheet",
        "supply": "Supply sheet for the pharmacy",
        "summary": "Clinician summary",
        "handover": "Red-flag handover sheet",
        "transfer": "Transfer package",
    }
    assert {size: size.words for size in PrintSize} == {
        "standard": "standard print",
        "large": "large print",
    }
    assert [*PageSize] == ["A4", "Letter"]


def test_three_are_made_from_one_version_and_name_no_red_flag() -> None:
    of_a_version = {"handout", "diary", "supply"}

    assert {kind for kind in DocumentKind if kind.of_a_version} == of_a_version
    assert {kind for kind in DocumentKind if kind.names_no_flag} == of_a_version


def test_whoever_is_given_a_paper_is_named_but_the_patient_and_our_own_team() -> None:
    assert {who: (who.words, who.named) for who in Recipient} == {
        "patient": ("the patient", False),
        "support person": ("support person", True),
        "pharmacy": ("pharmacy", True),
        "primary care": ("primary-care doctor", True),
        "clinician": ("another clinician or clinic", True),
        "emergency team": ("emergency team", True),
        "other": ("somebody else", True),
        "own team": ("our own team, it stays in the clinic", False),
    }


@pytest.mark.parametrize("kind", DocumentKind)
@pytest.mark.parametrize("state", PlanState)
def test_a_signed_plan_that_goes_on_may_be_printed(kind: DocumentKind, state: PlanState) -> None:
    if state in OVER:
        assert refused(kind, state=state, signed=True, died=False) == OVER[state]
    else:
        check_of_a_plan(kind, state=state, signed=True, patient_died=False)


@pytest.mark.parametrize(
    ("kind", "draft", "dead"),
    [
        (
            DocumentKind.HANDOUT,
            "No version of this plan is signed. A draft has no handout.",
            "The patient is marked as died. No handout is printed.",
        ),
        (
            DocumentKind.DIARY,
            "No version of this plan is signed. A draft is not printed.",
            "The patient is marked as died. This is not printed.",
        ),
        (
            DocumentKind.SUPPLY,
            "No version of this plan is signed. A draft is not printed.",
            "The patient is marked as died. This is not printed.",
        ),
    ],
)
def test_a_draft_and_the_plan_of_a_person_who_died_have_no_paper(
    kind: DocumentKind, draft: str, dead: str
) -> None:
    for state in ("active", "completed"):
        # What was never signed says so first, whatever else holds.
        assert refused(kind, state=state, signed=False, died=False) == draft
        assert refused(kind, state=state, signed=False, died=True) == draft
        assert refused(kind, state=state, signed=True, died=True) == dead


def test_a_check_code_is_read_aloud_in_groups_of_four() -> None:
    assert grouped("7K4MPQ9XRTCA") == "7K4M-PQ9X-RTCA"
    assert grouped("7K4MPQ9XR") == "7K4M-PQ9X-R"
    assert grouped("7K4M") == "7K4M"
    assert CHECK_CODE_LENGTH == 12


def test_no_letter_of_a_check_code_is_taken_for_another() -> None:
    assert len(set(CHECK_CODE_LETTERS)) == len(CHECK_CODE_LETTERS) == 25
    for alike in ("0O", "1IL", "8B", "5S", "2Z"):
        assert not set(alike) & set(CHECK_CODE_LETTERS)
    assert set(CHECK_CODE_LETTERS) < set(string.digits + string.ascii_uppercase)
