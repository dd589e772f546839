"""A check-in as typed: what it says, what it lacks, and what may not be typed over."""

from __future__ import annotations

from datetime import date, datetime
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from plans.rules import check_in as rules
from plans.rules.check_in import (
    Asking,
    Decision,
    How,
    OfferedDrug,
    OfferedProduct,
    Reading,
    Reporter,
    Scale,
    TakenAs,
    raised,
    read,
    rest_of,
    scales_asked,
    settle,
    to_be_confirmed,
    without,
)
from plans.rules.schedule_words import DrugClass
from plans.rules.symptoms import SAFETY_QUESTIONS, Suicide, starred
from plans.rules.vital_words import Vital

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 24, 9, 41, tzinfo=BERLIN)
OPENED = datetime(2026, 11, 24, 9, 31, tzinfo=BERLIN)

ROUTINE = {
    "how": "visit",
    "reported_by": "patient",
    "s-seizure": "no",
    "s-hallucination": "no",
    "s-confusion": "no",
    "s-loss_of_consciousness": "no",
    "suicide": "none",
    "s-overdose": "no",
    "decision": "continue",
    "next_0": "1",
    "next_1": "12",
    "next_2": "2026",
}


def reading(asking: Asking | None = None, /, **answers: str) -> Reading:
    typed = {name.replace("__", "-"): text for name, text in answers.items()}
    return read({**ROUTINE, **typed}, asking or Asking(now=NOW, opened_at=OPENED))


def lacks(found: Reading) -> list[str]:
    return [missing.words for missing in found.missing]


def refused(found: Reading) -> dict[str, str]:
    return {refusal.where: refusal.sentence for refusal in found.refusals}


def test_a_routine_check_in_is_complete() -> None:
    found = reading()
    assert found.complete
    assert found.how is How.VISIT
    assert found.reported_by is Reporter.PATIENT
    assert found.decision is Decision.CONTINUE
    assert found.next_on == date(2026, 12, 1)
    assert found.happened_at == found.told_at == OPENED
    assert found.present == ()


def test_nothing_typed_says_everything_that_is_missing_in_order() -> None:
    found = read({}, Asking(now=NOW, opened_at=OPENED))
    assert lacks(found) == [
        "How: visit, phone, video, home or ward",
        "Who told it",
        "6 safety questions",
        "The decision",
        "The next check-in date",
    ]
    assert found.present == ()
    assert found.denied == {}
    assert found.suicide is None


@pytest.mark.parametrize("key", SAFETY_QUESTIONS)
def test_no_safety_question_is_answered_by_leaving_it_alone(key: str) -> None:
    name = "suicide" if key == "suicide" else f"s-{key}"
    found = reading(**{name: ""})
    assert lacks(found) == ["1 safety question"]


def test_a_safety_question_that_could_not_be_asked_says_why_and_stays_open() -> None:
    found = reading(**{"s-seizure": "not-asked"})
    assert lacks(found) == ["Seizure: why it could not be asked"]
    found = reading(**{"s-seizure": "not-asked", "s-seizure-why": "asleep, sister spoke"})
    assert found.complete
    assert found.safety_open
    assert not found.declined[0].could_be_asked


def test_a_declined_suicide_question_stays_open() -> None:
    found = reading(suicide="declined")
    assert found.complete
    assert found.safety_open
    assert found.suicide is Suicide.DECLINED


def test_what_is_denied_keeps_who_answered() -> None:
    found = reading(**{"s-confusion-by": "carer"})
    assert "seizure" in found.denied["patient"]
    assert found.denied["carer"] == ("confusion",)


def test_no_thoughts_of_suicide_denies_both_items() -> None:
    assert {"suicidal_thoughts", "suicide_plan"} <= set(reading().denied["patient"])


def test_thoughts_deny_only_the_plan() -> None:
    found = reading(**{"suicide": "thoughts", "suicide-confirmed": "yes"})
    assert [line.key for line in found.present] == ["suicidal_thoughts"]
    assert "suicide_plan" in found.denied["patient"]
    assert "suicidal_thoughts" not in found.denied["patient"]


def test_a_plan_is_the_second_item_and_leaves_the_first_unasked() -> None:
    found = reading(**{"suicide": "plan", "suicide-confirmed": "yes", "rest": "none"})
    assert [line.key for line in found.present] == ["suicide_plan"]
    assert "suicidal_thoughts" not in found.denied["patient"]


@pytest.mark.parametrize(
    "key", [s.key for s in starred() if s.key not in {"suicidal_thoughts", "suicide_plan"}]
)
def test_every_star_raises_by_its_confirming_key_and_not_before(key: str) -> None:
    answer = "yes" if key in SAFETY_QUESTIONS else "present"
    assert raised({f"s-{key}": answer}) == frozenset()
    assert to_be_confirmed({f"s-{key}": answer}) == (key,)
    assert raised({f"s-{key}": answer, f"s-{key}-confirmed": "yes"}) == {key}


@pytest.mark.parametrize("severity", ["", "mild", "moderate", "severe"])
def test_a_star_raises_at_any_severity(severity: str) -> None:
    answers = {
        "s-hallucination": "yes",
        "s-hallucination-confirmed": "yes",
        "s-hallucination-severity": severity,
    }
    assert raised(answers) == {"hallucination"}


@pytest.mark.parametrize("answer", ["wish", "thoughts", "plan", "attempt"])
def test_every_answer_but_none_to_suicide_raises(answer: str) -> None:
    assert len(raised({"suicide": answer, "suicide-confirmed": "yes"})) == 1
    assert raised({"suicide": answer}) == frozenset()


def test_item_nine_above_nought_is_a_suicidal_thought_present() -> None:
    answers = {"phq9-item9": "1", "phq9-item9-confirmed": "yes"}
    assert raised(answers) == {"suicidal_thoughts"}
    assert raised({"phq9-item9": "0", "phq9-item9-confirmed": "yes"}) == frozenset()
    found = reading(**answers)
    assert [line.key for line in found.present] == ["suicidal_thoughts"]
    assert "suicidal_thoughts" not in found.denied["patient"]


def test_pressed_and_not_confirmed_blocks_completing() -> None:
    found = reading(**{"s-seizure": "yes"})
    assert lacks(found) == ["Seizure: to be confirmed"]


def test_a_confirmed_star_is_not_typed_over() -> None:
    old = {"s-seizure": "yes", "s-seizure-confirmed": "yes"}
    assert raised(settle(old, {"s-seizure": "no"})) == {"seizure"}
    assert raised(settle(old, {})) == {"seizure"}


def test_a_star_pressed_and_not_confirmed_can_be_answered_anew() -> None:
    assert settle({"s-seizure": "yes"}, {"s-seizure": "no"}) == {"s-seizure": "no"}


def test_thoughts_that_become_a_plan_keep_both() -> None:
    old = {"suicide": "thoughts", "suicide-confirmed": "yes"}
    settled = settle(old, {"suicide": "plan", "suicide-confirmed": "yes"})
    assert raised(settled) == {"suicidal_thoughts", "suicide_plan"}
    assert raised(settle(settled, {"suicide": "none"})) == {"suicidal_thoughts", "suicide_plan"}


def test_a_plan_does_not_become_thoughts_by_typing() -> None:
    old = {"suicide": "plan", "suicide-confirmed": "yes"}
    assert settle(old, {"suicide": "thoughts"})["suicide"] == "plan"


def test_taking_back_makes_it_not_asked_and_leaves_the_rest() -> None:
    old = {"s-seizure": "yes", "s-seizure-confirmed": "yes", "note": "wrong line"}
    assert without(old, "seizure") == {"note": "wrong line"}


def test_taking_thoughts_back_clears_the_answer() -> None:
    old = {"suicide": "thoughts", "suicide-confirmed": "yes", "suicide-words": "misheard"}
    assert without(old, "suicidal_thoughts") == {"suicide-words": "misheard"}


UNHURRIED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

keys = st.sampled_from([s.key for s in starred() if "suicid" not in s.key])
boxes = st.dictionaries(
    st.one_of(
        keys.map(lambda key: f"s-{key}"),
        keys.map(lambda key: f"s-{key}-confirmed"),
        st.sampled_from(["suicide", "suicide-confirmed", "phq9-item9", "phq9-item9-confirmed"]),
    ),
    st.sampled_from(
        ["", "yes", "no", "present", "none", "declined", "thoughts", "plan", "wish", "0", "1", "3"]
    ),
    max_size=12,
)


@UNHURRIED
@given(boxes, boxes)
def test_whatever_arrives_no_raised_red_flag_is_lost(
    old: dict[str, str], new: dict[str, str]
) -> None:
    before = settle({}, old)
    assert raised(before) <= raised(settle(before, new))


@UNHURRIED
@given(boxes, boxes)
def test_whatever_arrives_a_newly_confirmed_star_counts(
    old: dict[str, str], new: dict[str, str]
) -> None:
    before = settle({}, old)
    plain = {key for key in raised(new) if "suicid" not in key}
    assert plain <= raised(settle(before, new))


@given(st.dictionaries(st.text(max_size=20), st.text(max_size=30), max_size=20))
def test_reading_never_raises_whatever_is_typed(answers: dict[str, str]) -> None:
    read(answers, Asking(now=NOW, opened_at=OPENED))


def test_a_phone_call_asks_where_the_patient_is_and_a_number() -> None:
    found = reading(how="phone")
    assert lacks(found) == ["Where the patient is now", "A number to call back"]
    on_file = Asking(now=NOW, opened_at=OPENED, phone="555-0142", address="1 Sample Street")
    found = reading(on_file, how="phone", as_on_file="yes")
    assert (found.where_now, found.call_back) == ("1 Sample Street", "555-0142")
    assert found.complete


def test_a_symptom_that_is_present_needs_its_severity() -> None:
    assert lacks(reading(**{"s-tremor": "present"})) == ["Tremor: severity"]
    found = reading(**{"s-tremor": "present", "s-tremor-severity": "mild"})
    assert found.complete
    assert found.present[0].severity == "mild"
    assert found.present[0].interference is None


def test_an_event_has_its_own_questions_and_no_severity() -> None:
    found = reading(
        **{
            "s-seizure": "yes",
            "s-seizure-confirmed": "yes",
            "s-seizure-severity": "severe",
            "s-seizure-how_many": "2",
            "s-seizure-first_ever": "no",
            "s-seizure-witnessed_by": "sister",
        }
    )
    (line,) = found.present
    assert line.event
    assert line.severity == ""
    assert (line.how_many, line.first_ever, line.witnessed_by) == (2, "no", "sister")


def test_a_seizure_recorded_present_cannot_have_happened_nought_times() -> None:
    found = reading(**{"s-seizure": "yes", "s-seizure-confirmed": "yes", "s-seizure-how_many": "0"})
    assert "s-seizure-how_many" in refused(found)


def test_none_of_the_rest_denies_what_was_not_answered() -> None:
    found = reading(**{"rest": "none", "s-tremor": "declined"})
    assert found.rest_denied
    assert "insomnia" in found.denied["patient"]
    assert "tremor" not in found.denied["patient"]
    assert {"delirium", "psychosis", "abrupt_stop"} <= set(found.denied["patient"])


def test_without_that_act_what_was_not_asked_stays_not_asked() -> None:
    found = reading()
    assert "insomnia" not in found.denied["patient"]


def test_none_of_the_rest_asks_by_the_classes_of_the_drugs() -> None:
    keys_of = {s.key for s in rest_of({}, [DrugClass.OPIOID])}
    assert "yawning" in keys_of
    assert "crying_spells" not in keys_of


def test_a_free_line_needs_its_words() -> None:
    assert lacks(reading(**{"s-other_1": "present"})) == ["What the other symptom is"]
    found = reading(
        **{"s-other_1": "present", "s-other_1-words": "hiccups", "s-other_1-severity": "mild"}
    )
    assert found.present[0].label == "hiccups"


@pytest.mark.parametrize(
    "decision", ["hold", "change the plan", "stop the taper", "refer", "escalate"]
)
def test_every_decision_but_continue_says_why(decision: str) -> None:
    assert lacks(reading(decision=decision)) == ["The reason for the decision"]
    assert reading(decision=decision, decision_reason="sleep is worse").complete


def test_a_decision_asks_and_does_not_change_the_plan() -> None:
    asked = {decision: decision.asked for decision in Decision}
    assert [d for d, kind in asked.items() if kind is None] == [
        Decision.CONTINUE,
        Decision.REFER,
        Decision.ESCALATE,
    ]


def test_a_next_date_or_why_there_is_none() -> None:
    empty = {"next_0": "", "next_1": "", "next_2": ""}
    assert lacks(reading(**empty)) == ["The next check-in date"]
    assert reading(**empty, no_next_reason="moves away, clinic there takes over").complete
    both = reading(no_next_reason="moves away")
    assert "no_next_reason" in refused(both)


def test_a_next_date_before_the_check_in_is_refused() -> None:
    assert "before this check-in" in refused(reading(next_0="20", next_1="11"))["next"]


@pytest.mark.parametrize(
    ("day", "month", "year"),
    [
        ("30", "2", "2027"),
        ("29", "2", "2027"),
        ("1", "13", "2027"),
        ("1", "1", "9999"),
        ("1", "", "2027"),
    ],
)
def test_a_date_that_does_not_exist_gets_a_sentence(day: str, month: str, year: str) -> None:
    found = reading(next_0=day, next_1=month, next_2=year)
    assert refused(found)["next"]
    assert not found.complete


def test_what_happened_earlier_is_kept_apart_from_when_it_was_told() -> None:
    found = reading(happened_0="23", happened_1="11", happened_2="2026", happened_clock="22:15")
    assert found.happened_at == datetime(2026, 11, 23, 22, 15, tzinfo=BERLIN)
    assert found.told_at == found.happened_at


def test_what_is_still_to_come_cannot_have_happened() -> None:
    found = reading(happened_0="25", happened_1="11", happened_2="2026", happened_clock="08:00")
    assert "still to come" in refused(found)["happened"]


def test_the_hour_that_the_clocks_skip_is_refused() -> None:
    asking = Asking(
        now=datetime(2027, 3, 29, 9, tzinfo=BERLIN),
        opened_at=datetime(2027, 3, 29, 9, tzinfo=BERLIN),
    )
    found = reading(
        asking,
        happened_0="28",
        happened_1="3",
        happened_2="2027",
        happened_clock="02:30",
        next_0="1",
        next_1="4",
        next_2="2027",
    )
    assert "does not exist" in refused(found)["happened_clock"]


def test_an_unlikely_pulse_is_read_again_before_completing() -> None:
    assert lacks(reading(**{"v-pulse": "240"})) == ["Pulse 240: read again"]
    assert reading(**{"v-pulse": "240", "v-pulse-sure": "240"}).complete
    assert not reading(**{"v-pulse": "241", "v-pulse-sure": "240"}).complete


def test_an_impossible_pulse_is_refused_and_kept_in_its_box() -> None:
    assert "beyond what a body can show" in refused(reading(**{"v-pulse": "920"}))["v-pulse"]


def test_vital_signs_are_exact() -> None:
    found = reading(**{"v-temperature": "37.4", "v-bp_lying": "138/84"})
    figures = {line.measured.vital: line.measured.value for line in found.vital_signs}
    assert figures[Vital.TEMPERATURE] == Fraction(374, 10)
    assert figures[Vital.DIASTOLIC_LYING] == 84


DRUG = Asking(
    now=NOW,
    opened_at=OPENED,
    drugs=(OfferedDrug("ab12d1", "examplazepam"),),
    products=(OfferedProduct("ab12p1", "examplazepam 0.5 mg tablet"),),
)


def test_what_was_taken_is_kept_as_told() -> None:
    found = reading(
        DRUG,
        **{
            "t-ab12d1": "some missed",
            "t-ab12d1-note": "two evenings",
            "t-ab12d1-in_hand": "9 tablets",
        },
    )
    (line,) = found.taken
    assert line.answer is TakenAs.MISSED
    assert line.in_hand == "9 tablets"


def test_not_asked_what_was_taken_is_no_row_at_all() -> None:
    assert reading(DRUG).taken == ()


def test_what_is_left_in_hand_without_what_was_taken_is_asked_for() -> None:
    assert lacks(reading(DRUG, **{"t-ab12d1-in_hand": "9"})) == ["What was taken of examplazepam"]


def test_an_amount_by_day_is_read_exactly() -> None:
    found = reading(
        DRUG,
        **{
            "a-1-product": "ab12p1",
            "a-1-from": "20 11 2026",
            "a-1-to": "22 11 2026",
            "a-1-quantity": "1 1/2",
        },
    )
    (line,) = found.amounts
    assert line.quantity == Fraction(3, 2)
    assert (line.first_day, line.last_day) == (date(2026, 11, 20), date(2026, 11, 22))


@pytest.mark.parametrize("typed", ["1,5", "1_5", "1e400", "NaN", "-1", "\u0661", "\uff11", "1.5.5"])
def test_an_amount_in_another_grammar_is_refused_beside_its_box(typed: str) -> None:
    found = reading(
        DRUG,
        **{"a-1-product": "ab12p1", "a-1-from": "20 11 2026", "a-1-quantity": typed},
    )
    assert "a-1-quantity" in refused(found)


def test_an_amount_of_somebody_elses_product_is_refused() -> None:
    found = reading(
        DRUG, **{"a-1-product": "ffffp9", "a-1-from": "20 11 2026", "a-1-quantity": "1"}
    )
    assert refused(found) == {"a-1-product": "Choose the product."}


def test_a_scale_is_a_total_a_date_and_a_rater() -> None:
    asking = Asking(now=NOW, opened_at=OPENED, recorder="Theo Mocksen")
    found = reading(asking, **{"scale-1": "ISI", "scale-1-total": "14"})
    (line,) = found.scales
    assert (line.total, line.rater, line.rated_on) == (
        Fraction(14),
        "Theo Mocksen",
        date(2026, 11, 24),
    )


def test_a_note_in_confidence_is_a_note() -> None:
    assert lacks(reading(in_confidence="yes")) == ["The note that was told in confidence"]
    assert reading(in_confidence="yes", note="her brother called").in_confidence


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("a\x00b", "cannot be shown"),
        ("\u202egnp.exe", "turns the line"),
        ("x" * 4001, "characters"),
    ],
)
def test_text_that_cannot_be_kept_is_refused_with_a_sentence(text: str, sentence: str) -> None:
    assert sentence in refused(reading(note=text))["note"]


def test_a_correction_says_why() -> None:
    asking = Asking(now=NOW, opened_at=OPENED, corrected_stars=frozenset())
    assert lacks(reading(asking)) == ["The reason for the correction"]
    assert reading(asking, correction_reason="wrong date").complete


def test_a_correction_that_drops_a_star_says_why_that_was_an_error() -> None:
    asking = Asking(now=NOW, opened_at=OPENED, corrected_stars=frozenset({"seizure"}))
    found = reading(asking, correction_reason="misheard")
    assert lacks(found) == ["Seizure: why the red flag was an error"]
    found = reading(
        asking,
        **{"correction_reason": "misheard", "s-seizure-removed": "it was a faint"},
    )
    assert found.complete
    assert found.taken_back == {"seizure": "it was a faint"}


def test_the_boxes_of_a_red_flag_are_those_a_stale_page_may_not_lose() -> None:
    answers = {"s-seizure": "yes", "s-seizure-confirmed": "yes", "s-seizure-note": "x", "note": "y"}
    assert rules.red_flag_boxes(answers, ["seizure"]) == {
        "s-seizure": "yes",
        "s-seizure-confirmed": "yes",
        "s-seizure-note": "x",
    }


def test_a_clock_set_back_makes_no_future_of_a_check_in() -> None:
    earlier = datetime(2026, 11, 24, 9, 0, tzinfo=BERLIN)
    found = reading(Asking(now=earlier, opened_at=OPENED))
    assert found.happened_at == found.told_at == earlier


def test_how_the_next_check_in_takes_place_belongs_to_a_date() -> None:
    assert reading(next_how="").next_how is None
    assert reading(next_how="home visit").next_how == "home visit"
    assert refused(reading(next_how="pigeon")) == {"next_how": "Choose one of the answers shown."}
    ended = {"next_0": "", "next_1": "", "next_2": "", "no_next_reason": "the taper ended"}
    found = reading(**ended, next_how="video")
    assert "next_how" in refused(found)
    assert found.next_how is None


def test_a_scale_of_one_substance_is_asked_only_where_that_is_concerned() -> None:
    others = {Scale.PHQ_9, Scale.GAD_7, Scale.CIWA_B, Scale.BWSQ, Scale.DESS, Scale.ISI}
    for classes in ([], [DrugClass.BENZODIAZEPINE], [DrugClass.ANTIDEPRESSANT, DrugClass.OTHER]):
        asked = set(scales_asked(classes, sedatives=False))
        assert others <= asked
        assert asked.isdisjoint({Scale.COWS, Scale.CIWA_AR})
    opioid = set(scales_asked([DrugClass.OPIOID], sedatives=False))
    assert (Scale.COWS in opioid, Scale.CIWA_AR in opioid) == (True, False)
    assert set(scales_asked([], sedatives=True)) == set(Scale)
