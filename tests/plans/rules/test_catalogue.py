"""A clinic's catalogue: what may be changed, what never, and what waits for a confirmation."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plans.rules import check_in
from plans.rules.catalogue import (
    SHIPPED,
    CannotChangeError,
    Entry,
    catalogue,
    check_entry,
    entry_of,
    waits_for_confirming,
)
from plans.rules.redflags import LOWERABLE, Level
from plans.rules.schedule import DrugClass
from plans.rules.symptoms import ASKED_AS_SAFETY, BY_KEY, CATALOGUE, Group, Shape, starred

HICCUPS = Entry("own_0123456789ab", "hiccups", Group.GUT, Shape.SEVERITY)
FIXED = ("seizure", "hallucination")


def changed(key: str, **to: object) -> Entry:
    symptom = BY_KEY[key]
    level = Level.EMERGENCY if symptom.star else None
    return replace(entry_of(symptom, level), **to)  # type: ignore[arg-type]


@pytest.mark.parametrize("key", [symptom.key for symptom in starred()])
def test_until_confirmed_every_star_is_an_emergency(key: str) -> None:
    assert SHIPPED.level(key) is Level.EMERGENCY


@pytest.mark.parametrize("key", [s.key for s in starred() if s.key not in LOWERABLE])
def test_the_set_of_levels_lowers_no_other_star(key: str) -> None:
    assert catalogue([], same_day=[key, *FIXED]).level(key) is Level.EMERGENCY


@pytest.mark.parametrize("key", sorted(LOWERABLE))
def test_what_the_protocol_owner_confirmed_is_told_on_the_same_day(key: str) -> None:
    assert catalogue([], same_day=[key]).level(key) is Level.SAME_DAY
    assert SHIPPED.level(key) is Level.EMERGENCY


anything = st.builds(
    Entry,
    key=st.sampled_from([*BY_KEY, HICCUPS.key]),
    label=st.sampled_from(["", "nothing much", "hiccups"]),
    group=st.sampled_from(list(Group)),
    shape=st.sampled_from(list(Shape)),
    level=st.sampled_from([None, *Level]),
    classes=st.sampled_from([frozenset(), frozenset({DrugClass.OPIOID})]),
    after=st.sampled_from(["", "tremor", "seizure", "nowhere"]),
    retired=st.booleans(),
)


@given(st.lists(anything, max_size=4))
def test_whatever_is_written_the_fixed_two_stay_emergencies_as_they_are(
    entries: list[Entry],
) -> None:
    found = catalogue(entries, same_day=FIXED)
    for key in FIXED:
        assert found.by_key[key] == BY_KEY[key]
        assert found.level(key) is Level.EMERGENCY
    assert all(found.by_key[key].star for key in ASKED_AS_SAFETY)
    assert len(found.by_key) == len(found.symptoms)
    answers = {"s-seizure": "yes", "s-seizure-confirmed": "yes"}
    assert check_in.raised(check_in.settle({}, answers, catalogue=found)) == {"seizure"}


@pytest.mark.parametrize("key", FIXED)
def test_nothing_about_the_fixed_two_can_be_said(key: str) -> None:
    for to in ({"label": "x"}, {"level": Level.SAME_DAY}, {"level": None}, {"retired": True}):
        with pytest.raises(CannotChangeError, match="emergency at any severity"):
            check_entry(changed(key, **to), SHIPPED)


@pytest.mark.parametrize("key", ["confusion", "overdose", "suicide_plan"])
def test_a_safety_question_keeps_its_red_flag(key: str) -> None:
    with pytest.raises(CannotChangeError, match="safety question"):
        check_entry(changed(key, level=None), SHIPPED)
    with pytest.raises(CannotChangeError, match="safety question"):
        check_entry(changed(key, retired=True, level=None), SHIPPED)
    check_entry(changed(key, level=Level.SAME_DAY), SHIPPED)
    assert catalogue([changed(key, level=Level.SAME_DAY)]).level(key) is Level.SAME_DAY


def test_an_item_with_a_red_flag_is_not_retired_before_its_level_is_taken_away() -> None:
    with pytest.raises(CannotChangeError, match="level away first"):
        check_entry(changed("delirium", level=None, retired=True), SHIPPED)
    without = catalogue([changed("delirium", level=None)])
    check_entry(changed("delirium", level=None, retired=True), without)


@pytest.mark.parametrize("label", ["", "   ", "x" * 121, "Headache"])
def test_an_item_has_one_name_of_its_own(label: str) -> None:
    with pytest.raises(CannotChangeError):
        check_entry(replace(HICCUPS, label=label), SHIPPED)


@pytest.mark.parametrize(
    ("entry", "waits"),
    [
        (HICCUPS, False),
        (replace(HICCUPS, level=Level.SAME_DAY), True),
        (changed("tremor", label="shaking"), False),
        (changed("tremor", level=Level.EMERGENCY), True),
        (changed("delirium", level=None), True),
        (changed("delirium", level=Level.SAME_DAY), True),
        (changed("delirium", label="muddled"), True),
        (changed("delirium", after="tremor"), False),
        (changed("abrupt_stop", level=None), False),
        (changed("abrupt_stop", label="stopped at once"), True),
    ],
)
def test_whatever_touches_a_red_flag_waits_for_the_protocol_owner(
    entry: Entry, waits: bool
) -> None:
    check_entry(entry, SHIPPED)
    assert waits_for_confirming(entry, SHIPPED) is waits


def test_an_added_item_is_asked_searched_and_denied_with_the_rest() -> None:
    found = catalogue([replace(HICCUPS, classes=frozenset({DrugClass.OPIOID}))])
    assert HICCUPS.key in {s.key for s in found.offered([DrugClass.OPIOID])}
    assert HICCUPS.key not in {s.key for s in found.offered([])}
    assert HICCUPS.key in {s.key for s in found.rest([], [DrugClass.OPIOID])}
    assert check_in.is_box(f"s-{HICCUPS.key}-severity")
    assert re.fullmatch(r"[a-z_0-9]{3,32}", HICCUPS.key)


def test_a_starred_item_of_the_clinic_raises_its_red_flag_like_any_other() -> None:
    found = catalogue([replace(HICCUPS, level=Level.SAME_DAY)])
    box = f"s-{HICCUPS.key}"
    pressed = {box: "present"}
    confirmed = {**pressed, f"{box}-confirmed": "yes"}
    assert check_in.to_be_confirmed(pressed, found) == (HICCUPS.key,)
    assert check_in.raised(check_in.settle({}, confirmed, catalogue=found)) == {HICCUPS.key}
    assert found.level(HICCUPS.key) is Level.SAME_DAY
    # Without its star the same boxes raise nothing; what was raised before stays raised.
    plain = catalogue([HICCUPS])
    assert check_in.raised(check_in.settle({}, confirmed, catalogue=plain)) == set()
    assert check_in.raised(check_in.settle(confirmed, confirmed, catalogue=plain)) == {HICCUPS.key}


def test_relabelled_ordered_and_retired_as_written() -> None:
    found = catalogue(
        [
            changed("tremor", label="shaking", after="nausea"),
            changed("vertigo", retired=True),
            replace(HICCUPS, after="tremor"),
        ]
    )
    keys = [symptom.key for symptom in found.symptoms]
    assert keys[keys.index("nausea") + 1 :][:2] == ["tremor", HICCUPS.key]
    assert found.label("tremor") == "shaking"
    assert "vertigo" not in keys
    assert found.label("vertigo") == "vertigo"
    assert found.retired[0].key == "vertigo"
    assert len(keys) == len(CATALOGUE)
    back = catalogue([changed("vertigo", retired=True), changed("vertigo")])
    assert "vertigo" in back.by_key
    assert back.retired == ()
