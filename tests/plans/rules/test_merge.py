"""Two people who typed into one draft choose cell by cell, and nothing that was typed is lost."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from plans.rules.draft import Cells, blank_document, blank_step, shaped
from plans.rules.merge import Side, clashes, merged
from tests.plans.rules.published import PUBLISHED

UNHURRIED = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
TYPED = st.sampled_from(["", "1", "1/2", "none", "1,5", "30 Nov 2026", "as typed"])


@st.composite
def documents(draw: st.DrawFn) -> Cells:
    """A published document in which somebody typed, took out, added and moved."""
    cells: Any = PUBLISHED[draw(st.sampled_from(sorted(PUBLISHED)))].cells()
    cells["title"] = draw(TYPED)
    for step in cells["steps"]:
        step["days"] = draw(st.sampled_from([step["days"], "9"]))
        for dose in step["doses"]:
            dose["quantity"] = draw(st.sampled_from([dose["quantity"], "5"]))
    if draw(st.booleans()) and cells["steps"]:
        del cells["steps"][draw(st.integers(0, len(cells["steps"]) - 1))]
    if draw(st.booleans()):
        added: Any = blank_step("new")
        added["first_day"] = draw(TYPED)
        cells["steps"].insert(draw(st.integers(0, len(cells["steps"]))), added)
    cells["acceptances"] = [
        {"code": "gap", "subject": subject, "reason": draw(TYPED)} for subject in ("a", "b.c")
    ]
    document: Cells = cells
    return document


def plain(cells: Cells) -> Any:
    """The document without the order of the doses of a step, which says nothing."""
    document: Any = copy.deepcopy(cells)
    for step in document["steps"]:
        step["doses"].sort(key=lambda dose: sorted(dose.items()))
    document["acceptances"].sort(key=lambda line: sorted(line.items()))
    return document


@UNHURRIED
@given(documents(), documents())
def test_whoever_chooses_one_side_throughout_gets_that_document(
    theirs: Cells, yours: Cells
) -> None:
    found = clashes(theirs, yours)

    kept = merged(theirs, yours, {clash.key: Side.THEIRS for clash in found})
    taken = merged(theirs, yours, {clash.key: Side.YOURS for clash in found})

    assert kept == theirs
    assert plain(taken) == plain(yours)


@UNHURRIED
@given(documents(), documents(), st.randoms(use_true_random=False))
def test_each_choice_is_kept_and_the_document_stays_whole(
    theirs: Cells, yours: Cells, chance: Any
) -> None:
    found = clashes(theirs, yours)
    chosen = {clash.key: chance.choice(list(Side)) for clash in found}
    before = copy.deepcopy((theirs, yours))

    kept = merged(theirs, yours, chosen)

    assert shaped(kept) == (kept, ())
    assert (theirs, yours) == before
    left = {clash.key for clash in clashes(kept, yours)}
    taken = {key for key, side in chosen.items() if side is Side.YOURS and "." in key}
    assert not taken & left


@UNHURRIED
@given(documents())
def test_a_document_does_not_clash_with_itself(cells: Cells) -> None:
    assert clashes(cells, copy.deepcopy(cells)) == ()


def test_a_step_that_only_one_of_them_has_is_chosen_whole() -> None:
    theirs, yours = PUBLISHED["B"].cells(), PUBLISHED["B"].cells()
    yours["steps"].append({**yours["steps"][0], "key": "s9"})

    (clash,) = clashes(theirs, yours)

    assert clash.key == "steps.s9"
    assert clash.theirs == "not in this draft"
    assert "3" in clash.yours


def test_the_order_of_steps_is_one_choice() -> None:
    theirs, yours = PUBLISHED["B"].cells(), PUBLISHED["B"].cells()
    yours["steps"].reverse()

    (clash,) = clashes(theirs, yours)

    assert clash.key == "steps"
    taken = merged(theirs, yours, {"steps": Side.YOURS})
    assert [step["key"] for step in taken["steps"]] == ["s3", "s2", "s1"]


@pytest.mark.parametrize("side", list(Side))
def test_a_blank_cell_against_a_typed_one_is_a_difference(side: Side) -> None:
    theirs, yours = blank_document(), blank_document()
    yours["title"] = "typed"

    (clash,) = clashes(theirs, yours)

    assert (clash.theirs, clash.yours) == ("", "typed")
    kept = merged(theirs, yours, {clash.key: side})
    assert kept["title"] == ("typed" if side is Side.YOURS else "")
