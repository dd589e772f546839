"""A clinic's catalogue: what may be changed, what never, and what waits for a confirmation."""

from __future__ import annotations

import re
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plans.rules import check_in
from plans.rules.catalogue import (
    SHIPPED,
    CannotChangeError,
    Catalogue,
    Entry,
    catalogue,
    check_entry,
    entry_of,
    waits_for_confirming,
)
from plans.rules.limits import Limit
from plans.rules.redflags import LOWERABLE, Level
from plans.rules.schedule_words import DrugClass
from plans.rules.symptoms import (
    ASKED_AS_SAFETY,
    BY_KEY,
    CATALOGUE,
    OTHER,
    OTHER_LINES,
    Group,
    Shape,
    Symptom,
    starred,
)
from plans.rules.vital_words import Side, Vital, VitalUnit

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


# --- Word by word -------------------------------------------------------------------------------


def refusal(entry: Entry) -> str:
    with pytest.raises(CannotChangeError) as refused:
        check_entry(entry, SHIPPED)
    assert str(refused.value) == refused.value.sentence
    return refused.value.sentence


@pytest.mark.parametrize(
    ("entry", "sentence"),
    [
        (
            changed("seizure", label="fit"),
            "seizure is an emergency at any severity. Nothing about it can be changed.",
        ),
        (replace(HICCUPS, label=" "), "Type what it is called."),
        (replace(HICCUPS, label="x" * 121), "This is too long for a line of the check-in."),
        (replace(HICCUPS, label="HEADACHE"), "Another item is called this already."),
        (changed("overdose", level=None), "A safety question always raises its red flag."),
        (changed("overdose", retired=True), "A safety question always raises its red flag."),
        (
            changed("delirium", retired=True),
            "It raises a red flag. Take its level away first.",
        ),
    ],
)
def test_what_may_not_be_said_is_refused_with_its_sentence(entry: Entry, sentence: str) -> None:
    assert refusal(entry) == sentence


def test_what_may_be_said_of_an_item() -> None:
    check_entry(replace(HICCUPS, label="x" * 120), SHIPPED)
    # Its own name again is no other item's.
    check_entry(changed("tremor"), SHIPPED)
    check_entry(changed("tremor", retired=True, level=None), SHIPPED)
    for key in LOWERABLE:
        check_entry(changed(key, level=None), SHIPPED)


def test_an_item_is_named_by_the_clinic_by_us_or_by_its_own_words() -> None:
    renamed = catalogue([changed("tremor", label="shaking"), HICCUPS])
    gone = catalogue([replace(HICCUPS, retired=True), changed("vertigo", retired=True)])

    assert renamed.label("tremor") == "shaking"
    assert renamed.label(HICCUPS.key) == "hiccups"
    assert SHIPPED.label(HICCUPS.key) == HICCUPS.key
    assert gone.label(HICCUPS.key) == "hiccups"
    assert gone.label("vertigo") == "vertigo"
    assert SHIPPED.label("vital_pulse_emergency") == "Pulse beyond a limit"
    for free in (OTHER, *OTHER_LINES):
        assert SHIPPED.label(free) == "other"
        assert SHIPPED.label(free, "itching") == "itching"
    # Words beside an item of the catalogue are not its name.
    assert SHIPPED.label("tremor", "itching") == "tremor"


def test_the_level_of_a_vital_sign_is_the_one_that_was_typed_with_its_limit() -> None:
    assert SHIPPED.level("vital_pulse_emergency") is Level.EMERGENCY
    assert SHIPPED.level("vital_pulse_same_day") is Level.SAME_DAY
    assert SHIPPED.level("nowhere") is Level.EMERGENCY


def test_stars_are_those_of_the_catalogue_as_it_stands() -> None:
    found = catalogue([changed("delirium", level=None), replace(HICCUPS, level=Level.SAME_DAY)])

    assert SHIPPED.is_starred("delirium")
    assert not found.is_starred("delirium")
    assert found.is_starred(HICCUPS.key)
    assert not SHIPPED.is_starred("tremor")
    assert not SHIPPED.is_starred("nowhere")
    assert {s.key for s in found.starred} == (
        {s.key for s in starred()} - {"delirium"} | {HICCUPS.key}
    )


def test_a_class_hides_an_item_from_others_unless_it_is_starred() -> None:
    opioid = frozenset({DrugClass.OPIOID})
    plain = catalogue([replace(HICCUPS, classes=opioid)])
    star = catalogue([replace(HICCUPS, classes=opioid, level=Level.SAME_DAY)])

    def offers(to: Catalogue, *classes: DrugClass) -> bool:
        return HICCUPS.key in {symptom.key for symptom in to.offered(classes)}

    assert offers(plain, DrugClass.OPIOID)
    assert offers(plain, DrugClass.BENZODIAZEPINE, DrugClass.OPIOID)
    assert not offers(plain, DrugClass.BENZODIAZEPINE)
    assert offers(star, DrugClass.BENZODIAZEPINE)
    assert offers(star)
    assert offers(catalogue([HICCUPS]), DrugClass.BENZODIAZEPINE)


def test_the_rest_is_every_offered_item_without_an_answer_but_the_safety_questions() -> None:
    rest = {symptom.key for symptom in SHIPPED.rest(["tremor"], [])}

    assert rest == {s.key for s in SHIPPED.offered([])} - {"tremor"} - {*ASKED_AS_SAFETY}
    assert rest & {s.key for s in starred()}


def test_items_stand_where_they_were_put() -> None:
    shipped = [symptom.key for symptom in CATALOGUE]

    def order(*entries: Entry) -> list[str]:
        return [symptom.key for symptom in catalogue(entries).symptoms]

    assert order() == shipped
    # One of ours stays where it is, one of the clinic's comes last, unless it is put elsewhere.
    assert order(changed("tremor", label="shaking")) == shipped
    assert order(HICCUPS) == [*shipped, HICCUPS.key]
    assert order(changed("tremor", after="nowhere")) == shipped
    assert order(replace(HICCUPS, after="nowhere")) == [*shipped, HICCUPS.key]
    assert order(changed("tremor", after="tremor")) == shipped
    first, second = shipped[:2]
    assert order(replace(HICCUPS, after=first)) == [first, HICCUPS.key, *shipped[1:]]
    assert order(replace(HICCUPS, after=first), HICCUPS) == [first, HICCUPS.key, *shipped[1:]]
    assert order(HICCUPS, replace(HICCUPS, after=second)) == [
        first, second, HICCUPS.key, *shipped[2:],
    ]  # fmt: skip


def test_an_item_of_the_clinic_is_what_its_entry_says() -> None:
    (added,) = (s for s in catalogue([HICCUPS]).symptoms if s.key == HICCUPS.key)
    classes = frozenset({DrugClass.OPIOID})

    assert added == Symptom(HICCUPS.key, Group.GUT, "hiccups", star=False, shape=Shape.SEVERITY)
    assert catalogue([replace(HICCUPS, classes=classes)]).by_key[HICCUPS.key].classes == classes
    moved = catalogue([changed("tremor", group=Group.SLEEP, classes=classes, label="")])
    assert moved.by_key["tremor"] == replace(BY_KEY["tremor"], group=Group.SLEEP, classes=classes)


def test_an_entry_begins_from_the_item_as_it_stands() -> None:
    symptom = BY_KEY["delirium"]

    assert entry_of(symptom, Level.SAME_DAY, "tremor") == Entry(
        "delirium",
        symptom.label,
        symptom.group,
        symptom.shape,
        Level.SAME_DAY,
        symptom.classes,
        "tremor",
    )
    assert entry_of(symptom, None).after == ""
    for one in CATALOGUE:
        assert (
            catalogue([entry_of(one, Level.EMERGENCY if one.star else None)]).by_key[one.key]
            == BY_KEY[one.key]
        )


def test_the_level_of_an_item_is_that_of_its_last_entry() -> None:
    low, high = changed("delirium", level=Level.SAME_DAY), changed("delirium")

    assert catalogue([low]).level("delirium") is Level.SAME_DAY
    assert catalogue([low, high]).level("delirium") is Level.EMERGENCY
    assert catalogue([high, low]).same_day == {"delirium"}
    # What the set of levels may lower is lowered there, confirmed, and by no entry.
    for key in LOWERABLE:
        assert catalogue([changed(key, level=Level.SAME_DAY)]).level(key) is Level.EMERGENCY
        assert catalogue([changed(key)], same_day=[key]).level(key) is Level.SAME_DAY
        assert catalogue([changed(key, level=None)]).is_starred(key)


def test_a_retired_item_is_kept_with_its_name_and_without_its_star() -> None:
    starred_one = replace(HICCUPS, level=Level.SAME_DAY)
    found = catalogue([starred_one, replace(starred_one, retired=True)])

    assert found.retired == (
        Symptom(HICCUPS.key, Group.GUT, "hiccups", star=False, shape=Shape.SEVERITY),
    )
    assert HICCUPS.key not in found.by_key
    again = catalogue([replace(HICCUPS, retired=True), replace(HICCUPS, retired=True, label="")])
    assert [one.name for one in again.retired] == ["hiccups"]
    # A safety question is asked for ever.
    asked = catalogue([changed("overdose", retired=True)])
    assert asked.retired == ()
    assert asked.by_key["overdose"] == BY_KEY["overdose"]


def test_limits_of_the_patient_stand_in_place_of_the_clinics() -> None:
    clinic = Limit(Vital.PULSE, Side.ABOVE, Level.SAME_DAY, Fraction(110), VitalUnit.PER_MINUTE)
    own = replace(clinic, value=Fraction(120), of_patient=True)

    assert catalogue([], limits=[clinic, own]).limits == (own,)
    assert catalogue([], limits=[clinic]).limits == (clinic,)
    assert SHIPPED.limits == ()


def test_a_change_of_a_red_flag_is_told_from_one_of_words_or_place() -> None:
    low = catalogue([changed("delirium", level=Level.SAME_DAY)])
    own = catalogue([replace(HICCUPS, level=Level.SAME_DAY)])

    assert not waits_for_confirming(changed("delirium", level=Level.SAME_DAY), low)
    assert waits_for_confirming(changed("delirium"), low)
    assert not waits_for_confirming(replace(HICCUPS, level=Level.SAME_DAY), own)
    assert waits_for_confirming(HICCUPS, own)
    assert waits_for_confirming(replace(HICCUPS, level=Level.SAME_DAY, label="hics"), own)
    assert not waits_for_confirming(changed("tremor", level=None, label="shaking"), SHIPPED)
    assert not waits_for_confirming(changed("tremor", level=None), SHIPPED)


def test_what_may_not_be_said_of_one_item_leaves_the_next_alone() -> None:
    found = catalogue([changed("seizure", label="fit"), HICCUPS])

    assert HICCUPS.key in found.by_key
    assert found.label("seizure") == "seizure"
