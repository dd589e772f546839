"""Findings state facts: each names its step, day and figure, and exactly the wrong days."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from plans.rules.cells import read
from plans.rules.findings import (
    REFUSED,
    Finding,
    FindingCode,
    Severity,
    findings,
    standing,
)
from plans.rules.past import past_differences
from plans.rules.schedule import Dose, Product, Schedule, Step, When
from plans.rules.schedule_words import DrugRole, End, Form, Rhythm, Slot, Unit
from tests.plans.rules.published import MONDAY, PUBLISHED, dose
from tests.plans.rules.strategies import DAY, HORIZON, START, days, naive_day, schedules

TODAY = date(2026, 9, 1)
BEDTIME = When(Slot.BEDTIME)
quick = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
Change = Callable[[Any], None]


def found_in(letter: str, *changes: Change, **more: Any) -> tuple[Finding, ...]:
    cells: Any = PUBLISHED[letter].cells()
    for change in changes:
        change(cells)
    return findings(read(cells, today=TODAY).so_far, **more)


def only(found: tuple[Finding, ...], code: FindingCode) -> Finding:
    (finding,) = [finding for finding in found if finding.code is code]
    return finding


def plain(words: str) -> str:
    return words.replace("\u00a0", " ")


def codes(found: tuple[Finding, ...]) -> set[FindingCode]:
    return {finding.code for finding in found}


# Days


def test_a_gap_names_the_day_that_no_step_states() -> None:
    finding = only(
        found_in("F", lambda c: c["steps"][2].update(chained="", first_day="15 Dec 2026")),
        FindingCode.GAP,
    )
    assert plain(finding.sentence) == "Step 3, first day: no dose stated for Mon 14 Dec 2026."
    assert plain(finding.detail) == (
        "Step 2 ends Sun 13 Dec 2026. Step 3 begins Tue 15 Dec 2026. 1 day between them."
    )
    assert (finding.step, finding.where) == ("s3", "steps.s3.first_day")
    assert (finding.day, finding.last_day) == (date(2026, 12, 14), date(2026, 12, 14))
    assert finding.drugs == ("d1", "d2")
    assert finding.severity is Severity.REASON


def test_an_overlap_names_the_days_of_both_steps_for_each_drug() -> None:
    found = found_in("F", lambda c: c["steps"][2].update(chained="", first_day="12 Dec 2026"))
    overlaps = [finding for finding in found if finding.code is FindingCode.OVERLAP]
    assert [plain(finding.sentence) for finding in overlaps] == [
        f"Step 3, {drug}: stated in two steps, Sat 12 Dec 2026 to Sun 13 Dec 2026."
        for drug in ("clonazepam", "diazepam")
    ]


def test_a_handover_in_the_evening_is_neither_a_gap_nor_an_overlap() -> None:
    assert found_in("G") == ()


def test_a_morning_that_no_step_states_before_an_evening_start_is_a_gap() -> None:
    finding = only(found_in("G", lambda c: c["steps"][0].update(days="2")), FindingCode.GAP)
    assert plain(finding.sentence) == (
        "Step 2, first day: no dose stated for Wed 2 Dec 2026 before evening."
    )
    assert finding.where == "steps.s2.from_slot"


def test_a_drug_at_bedtime_only_has_no_gap_before_an_evening_start() -> None:
    def bedtime_only(cells: Any) -> None:
        cells["products"][0]["times"] = ["bedtime"]
        for step in cells["steps"]:
            step["doses"] = [dose("p1", "bedtime", step["doses"][0]["quantity"])]

    found = found_in("G", bedtime_only, lambda c: c["steps"][0].update(days="2"))
    assert FindingCode.GAP not in codes(found)


def test_a_drug_silent_in_a_step_between_two_others_is_named() -> None:
    def silent(cells: Any) -> None:
        cells["steps"][1]["doses"] = [
            d for d in cells["steps"][1]["doses"] if d["product"] == "clz"
        ]

    finding = only(found_in("F", silent), FindingCode.SILENT)
    assert plain(finding.sentence) == (
        "Step 2, diazepam: no dose stated for Mon 7 Dec 2026 to Sun 13 Dec 2026."
    )
    assert finding.detail == "diazepam is stated in step 1 and in step 3."
    assert finding.drug == "d2"


def test_a_stated_nothing_is_not_silence() -> None:
    def none(cells: Any) -> None:
        cells["steps"][1]["doses"][-1]["quantity"] = "none"

    assert FindingCode.SILENT not in codes(found_in("F", none))


def naive_cover(schedule: Schedule, drug: str) -> dict[date, list[str]]:
    """Per day, the steps with a statement about a drug, asked day by day."""
    of_drug = {product.key for product in schedule.products if product.drug == drug}
    return {
        day: [
            step.key
            for step in schedule.steps
            if any(dose.product in of_drug for dose in step.doses)
            and step.first_day <= day <= (step.last_day or HORIZON)
        ]
        for day in days(START, HORIZON)
    }


@given(schedules())
@quick
def test_gap_and_silence_name_exactly_the_days_that_nothing_states(schedule: Schedule) -> None:
    for drug in schedule.drugs:
        cover = naive_cover(schedule, drug.key)
        covered = [day for day, steps in cover.items() if steps]
        naive = {day for day in days(covered[0], covered[-1]) if not cover[day]}
        named: list[date] = []
        for finding in findings(schedule):
            of_this = drug.key in finding.drugs or finding.drug == drug.key
            whole_day = not finding.where.endswith(".from_slot")
            wanted = finding.code in (FindingCode.GAP, FindingCode.SILENT) and whole_day
            if of_this and wanted and finding.day and finding.last_day:
                named += days(finding.day, finding.last_day)
        assert sorted(named) == sorted(naive)


@given(schedules())
@quick
def test_overlap_names_exactly_the_days_of_two_steps_of_one_drug(schedule: Schedule) -> None:
    steps = {step.key: step for step in schedule.steps}

    def hands_over(earlier: Step, later: Step) -> bool:
        return (
            later.from_slot is not None
            and earlier.last_day == later.first_day
            and (earlier.first_day, earlier.from_slot.place if earlier.from_slot else (-1, 0))
            < (later.first_day, later.from_slot.place)
        )

    for drug in schedule.drugs:
        naive = set()
        for day, keys in naive_cover(schedule, drug.key).items():
            for one in keys:
                for other in keys:
                    pair = steps[one], steps[other]
                    if one < other and not hands_over(*pair) and not hands_over(*pair[::-1]):
                        naive.add(day)
        named = set()
        for finding in findings(schedule):
            if finding.code is FindingCode.OVERLAP and finding.drug == drug.key and finding.day:
                named |= set(days(finding.day, finding.last_day or HORIZON))
        assert named == naive


# What refuses a signing


def with_step(letter: str, **changes: Any) -> Schedule:
    schedule = read(PUBLISHED[letter].cells(), today=TODAY).schedule
    assert schedule is not None
    first, *others = schedule.steps
    return replace(schedule, steps=(replace(first, **changes), *others))


def test_an_end_before_its_start_refuses_the_signing() -> None:
    schedule = with_step("B", last_day=date(2026, 11, 29))
    finding = only(findings(schedule), FindingCode.END_BEFORE_START)
    assert plain(finding.sentence) == (
        "Step 1 ends on Sun 29 Nov 2026, before its first day, Mon 30 Nov 2026."
    )
    assert finding.severity is Severity.REFUSE


def test_a_product_that_is_not_in_the_plan_refuses_the_signing() -> None:
    schedule = with_step("B", doses=(Dose("p9", BEDTIME, Fraction(1), 1),))
    finding = only(findings(schedule), FindingCode.UNKNOWN_PRODUCT)
    assert finding.sentence == "Step 1, bedtime: the product is not in the plan."
    assert finding.severity is Severity.REFUSE


def test_the_same_product_time_and_days_twice_refuse_the_signing() -> None:
    def twice(cells: Any) -> None:
        cells["steps"][0]["doses"].append(dose("p1", "bedtime", "1/2"))

    finding = only(found_in("C", twice), FindingCode.STATED_TWICE)
    assert plain(finding.sentence) == (
        "Step 1, bedtime, clonazepam 0.5 mg tablet: stated twice for the same days."
    )
    assert plain(finding.detail) == "5 tablets, and half a tablet."


def test_two_quantities_on_different_days_of_a_cycle_are_not_stated_twice() -> None:
    def alternating(cells: Any) -> None:
        cells["steps"][2]["doses"].append(dose("p1", "morning", "2", on="2"))

    assert FindingCode.STATED_TWICE not in codes(found_in("E frequency", alternating))


@pytest.mark.parametrize("role", DrugRole)
def test_every_drug_with_a_step_states_its_end(role: DrugRole) -> None:
    found = found_in("F", lambda c: c["drugs"][1].update(end="", role=role.value))
    finding = only(found, FindingCode.NO_STATED_END)
    assert finding.sentence == "diazepam: the end is not stated."
    assert finding.where == "drugs.d2.end"


@pytest.mark.parametrize(
    ("role", "refuses"),
    [("rescue", False), ("supportive", False), ("tapered", True), ("introduced", True)],
)
def test_a_rescue_drug_that_is_only_as_needed_states_no_end(role: str, refuses: bool) -> None:
    def rescue(cells: Any) -> None:
        extra = {**cells["drugs"][0], "key": "d9", "name": "rescue drug", "role": role, "end": ""}
        cells["drugs"].append(extra)
        cells["products"].append({**cells["products"][0], "key": "p9", "drug": "d9"})
        cells["as_needed"][0]["product"] = "p9"

    assert (FindingCode.NO_STATED_END in codes(found_in("J", rescue))) is refuses


def test_stop_needs_a_last_day() -> None:
    finding = only(
        found_in("D", lambda c: c["drugs"][0].update(end="stop", review_on="")),
        FindingCode.STOP_WITHOUT_LAST_DAY,
    )
    assert finding.sentence == "lamotrigine: the stated end is stop, and step 8 has no last day."
    assert finding.severity is Severity.REFUSE


def test_maintain_without_its_review_date_is_no_stated_end() -> None:
    schedule = read(PUBLISHED["D"].cells(), today=TODAY).so_far
    drug = replace(schedule.drugs[0], review_on=None)
    finding = only(findings(replace(schedule, drugs=(drug,))), FindingCode.NO_STATED_END)
    assert finding.where == "drugs.d1.review_on"


def test_maintain_beyond_the_last_day_names_the_days_without_a_dose() -> None:
    def maintain(cells: Any) -> None:
        cells["drugs"][0].update(end="maintain", review_on="14 Dec 2026")

    finding = only(found_in("B", maintain), FindingCode.MAINTAIN_PAST_LAST_DAY)
    assert plain(finding.detail) == "No dose stated for Wed 9 Dec 2026 to Sun 13 Dec 2026."


# Doses


def test_higher_without_a_reason_names_both_figures_and_a_reason_answers_it() -> None:
    def no_reason(cells: Any) -> None:
        cells["steps"][2]["reason"] = ""

    finding = only(found_in("F", no_reason), FindingCode.HIGHER)
    assert finding.sentence == "Step 3, diazepam: higher than step 2, reason not typed."
    assert plain(finding.detail) == "Step 2: 5 mg a day. Step 3: 10 mg a day."
    assert finding.where == "steps.s3.reason"
    assert FindingCode.HIGHER not in codes(found_in("F"))


def test_one_reason_answers_for_every_drug_of_a_step() -> None:
    def alike(cells: Any) -> None:
        cells["steps"][2]["doses"] = [{**d} for d in cells["steps"][1]["doses"]]
        cells["steps"][2]["reason"] = ""

    found = found_in("F", alike)
    assert [f.drug for f in found if f.code is FindingCode.SAME] == ["d1", "d2"]
    answered = found_in("F", alike, lambda c: c["steps"][2].update(reason="Settling first."))
    assert FindingCode.SAME not in codes(answered)


def test_a_drug_kept_unchanged_is_the_same_without_a_reason_but_not_higher() -> None:
    def unchanged(cells: Any) -> None:
        cells["drugs"][0]["role"] = "unchanged"
        for step, quantity in zip(cells["steps"], ["1", "1", "2"], strict=True):
            step["doses"][0]["quantity"] = step["doses"][1]["quantity"] = quantity

    found = found_in("B", unchanged)
    assert FindingCode.SAME not in codes(found)
    assert only(found, FindingCode.HIGHER).step == "s3"


def test_a_fraction_of_a_tablet_that_is_not_split_is_named() -> None:
    found = found_in("C", lambda c: c["products"][0].update(parts="1"))
    split = [f for f in found if f.code is FindingCode.NOT_TO_BE_SPLIT]
    assert [(f.number, plain(f.sentence)) for f in split] == [
        (5, "Step 5, bedtime, clonazepam 0.5 mg tablet: 1 and a half tablets typed."),
        (7, "Step 7, bedtime, clonazepam 0.5 mg tablet: half a tablet typed."),
    ]
    assert split[0].detail == "This tablet is marked: do not split."


def test_a_quarter_of_a_tablet_that_is_split_in_two_is_named() -> None:
    def quarter(cells: Any) -> None:
        cells["steps"][6]["doses"][0]["quantity"] = "1/4"

    finding = only(found_in("C", quarter), FindingCode.NOT_TO_BE_SPLIT)
    assert finding.detail == "This tablet may be split into 2 parts."


def test_what_the_clinic_marks_is_not_split_whatever_the_plan_says() -> None:
    assert FindingCode.NOT_TO_BE_SPLIT in codes(found_in("C", do_not_split={"p1"}))


def test_a_fraction_in_an_as_needed_line_is_named_too() -> None:
    finding = only(
        found_in("J", lambda c: c["as_needed"][0].update(quantity="1/2")),
        FindingCode.NOT_TO_BE_SPLIT,
    )
    assert plain(finding.sentence) == (
        "As needed, clonazepam 0.125 mg tablet: half a tablet typed."
    )


def test_as_needed_without_a_maximum_is_named() -> None:
    finding = only(
        found_in("J", lambda c: c["as_needed"][0].update(maximum="")), FindingCode.NO_MAXIMUM
    )
    assert plain(finding.sentence) == (
        "As needed, clonazepam 0.125 mg tablet: no maximum in 24 hours stated."
    )


def test_two_strengths_of_one_liquid_are_named_and_one_strength_written_twice_is_not() -> None:
    finding = only(found_in("I"), FindingCode.TWO_STRENGTHS)
    assert plain(finding.sentence) == "morphine liquid: 2 strengths in one plan."
    assert plain(finding.detail) == "1 mg in 1 mL and 0.1 mg in 1 mL."
    same = found_in("I", lambda c: c["products"][1].update(strength="5", per="5"))
    assert FindingCode.TWO_STRENGTHS not in codes(same)
    same = found_in("I", lambda c: c["products"][1].update(strength="1000", unit="microgram"))
    assert FindingCode.TWO_STRENGTHS not in codes(same)


def cycle_of(days_long: int, cycle: int, rhythm: Rhythm, bits: int) -> Schedule:
    return with_step(
        "B",
        last_day=MONDAY + timedelta(days=days_long - 1),
        rhythm=rhythm,
        cycle_days=cycle,
        doses=(Dose("p1", BEDTIME, Fraction(1), bits),),
    )


@pytest.mark.parametrize(
    ("days_long", "cycle", "rhythm", "bits", "inside"),
    [
        (7, 2, Rhythm.CYCLE, 1, True),
        (8, 2, Rhythm.CYCLE, 1, False),
        (7, 2, Rhythm.CYCLE, 3, False),
        (10, 7, Rhythm.WEEKDAYS, 0b10101, True),
        (14, 7, Rhythm.WEEKDAYS, 0b10101, False),
        (10, 7, Rhythm.WEEKDAYS, 127, False),
        (10, 1, Rhythm.DAILY, 1, False),
    ],
)
def test_a_step_that_ends_inside_its_cycle_is_named(
    days_long: int, cycle: int, rhythm: Rhythm, bits: int, inside: bool
) -> None:
    found = findings(cycle_of(days_long, cycle, rhythm, bits))
    assert (FindingCode.ENDS_IN_CYCLE in codes(found)) is inside


def patch_for(days_long: int, wear_hours: int) -> Schedule:
    schedule = cycle_of(days_long, 3, Rhythm.CYCLE, 1)
    patch = Product(
        "p1",
        "d1",
        "",
        Form.PATCH,
        strength=Fraction(25),
        unit=Unit.MICROGRAM_PER_HOUR,
        wear_hours=wear_hours,
    )
    return replace(schedule, products=(patch,), steps=schedule.steps[:1])


def test_a_step_that_ends_while_a_patch_is_worn_is_named() -> None:
    finding = only(findings(patch_for(7, 72)), FindingCode.ENDS_IN_WEAR)
    assert plain(finding.sentence) == (
        "Step 1 ends Sun 6 Dec 2026. "
        "The clonazepam patch of Sun 6 Dec 2026 is worn until Wed 9 Dec 2026."
    )
    assert finding.detail == "A patch is worn for 72 hours."
    assert FindingCode.ENDS_IN_WEAR not in codes(findings(patch_for(9, 72)))
    assert FindingCode.ENDS_IN_WEAR not in codes(findings(patch_for(7, 24)))


# Totals


def test_a_supply_that_is_not_whole_tablets_is_named_with_its_period() -> None:
    finding = only(found_in("F"), FindingCode.NOT_WHOLE)
    assert plain(finding.sentence) == "clonazepam 0.5 mg tablet: the supply is not whole tablets."
    assert plain(finding.detail) == (
        "52 and a half tablets from Mon 30 Nov 2026 to Sun 20 Dec 2026."
    )


def test_a_supply_without_a_last_day_is_not_called_broken() -> None:
    assert FindingCode.NOT_WHOLE not in codes(found_in("D"))


def test_stated_days_are_compared_and_never_used() -> None:
    found = found_in("C", lambda c: c["steps"][0].update(stated_days="15"))
    finding = only(found, FindingCode.DAYS_DIFFER)
    assert plain(finding.detail) == "The source states 15 days. The dates give 14 days."
    found = found_in("D", lambda c: c["steps"][7].update(stated_days="7"))
    assert only(found, FindingCode.DAYS_DIFFER).detail.endswith("The step has no last day.")
    found = found_in("C", lambda c: c["steps"][0].update(stated_days="14"))
    assert FindingCode.DAYS_DIFFER not in codes(found)


def test_a_stated_supply_is_compared_and_never_used() -> None:
    found = found_in("C", lambda c: c["products"][0].update(stated_supply="210"))
    finding = only(found, FindingCode.SUPPLY_DIFFERS)
    assert plain(finding.detail) == (
        "The source states 210 tablets. The steps add up to 217 tablets."
    )
    found = found_in("C", lambda c: c["products"][0].update(stated_supply="217"))
    assert FindingCode.SUPPLY_DIFFERS not in codes(found)
    found = found_in("D", lambda c: c["products"][1].update(stated_supply="28"))
    assert only(found, FindingCode.SUPPLY_DIFFERS).detail.endswith("A step has no last day.")


# Beside this plan


def test_a_past_day_that_differs_from_the_version_replaced_is_named() -> None:
    before = read(PUBLISHED["C"].cells(), today=TODAY).so_far
    held = read(PUBLISHED["C2"].cells(), today=TODAY).so_far
    in_time = findings(held, today=date(2026, 11, 18), replaced=before)
    assert FindingCode.PAST_DIFFERS not in codes(in_time)
    late = findings(held, today=date(2026, 11, 21), replaced=before)
    finding = only(late, FindingCode.PAST_DIFFERS)
    assert (finding.day, finding.last_day) == (date(2026, 11, 19), date(2026, 11, 20))
    assert plain(finding.detail) == (
        "On Thu 19 Nov 2026: clonazepam at bedtime, 2 tablets of 0.5 mg (1 mg). "
        "In the version replaced: clonazepam at bedtime, "
        "1 and a half tablets of 0.5 mg (0.75 mg)."
    )


@given(schedules(away=True), schedules())
@quick
def test_past_differences_are_exactly_the_days_that_differ(one: Schedule, other: Schedule) -> None:
    """Days are compared by what is taken, so both are given one drug list and product list."""
    other = replace(other, drugs=one.drugs, products=one.products)
    before = START + 60 * DAY
    named = [
        day
        for first, last in past_differences(one, other, before=before)
        for day in days(first, last)
    ]
    earliest = min(step.first_day for schedule in (one, other) for step in schedule.steps)
    naive = [day for day in days(earliest, before - DAY) if said(one, day) != said(other, day)]
    assert named == naive


def said(schedule: Schedule, day: date) -> dict[tuple[object, ...], Fraction]:
    """What is stated, by what a product is: keys may differ between two versions."""
    product = {p.key: p for p in schedule.products}
    sums: dict[tuple[object, ...], Fraction] = {}
    known = replace(
        schedule,
        steps=tuple(
            replace(step, doses=tuple(d for d in step.doses if d.product in product))
            for step in schedule.steps
        ),
    )
    for time, key, _step, quantity in naive_day(known, day):
        p = product[key]
        same = (p.drug, p.name, p.form, p.strength, p.unit, p.per, time)
        sums[same] = sums.get(same, Fraction(0)) + quantity
    return sums


def test_the_same_drug_in_two_active_plans_is_named() -> None:
    finding = only(found_in("F", elsewhere=[("Sleep plan", "DIAZEPAM")]), FindingCode.OTHER_PLAN)
    assert finding.sentence == "diazepam is in two active plans."
    assert finding.detail == "The other plan: Sleep plan."


# Findings as a list


def test_an_acceptance_falls_away_when_its_figure_changes() -> None:
    def one_day(cells: Any) -> None:
        cells["steps"][2].update(chained="", first_day="15 Dec 2026")

    def two_days(cells: Any) -> None:
        cells["steps"][2].update(chained="", first_day="16 Dec 2026")

    gap = only(found_in("F", one_day), FindingCode.GAP)
    accepted = [(gap.code.value, gap.subject, "A day in hospital.")]
    assert gap not in standing(found_in("F", one_day), accepted)[0]
    assert only(standing(found_in("F", two_days), accepted)[0], FindingCode.GAP)


def test_an_acceptance_without_a_reason_accepts_nothing() -> None:
    found = found_in("F")
    assert standing(found, [(found[0].code.value, found[0].subject, "  ")])[0] == found


def test_what_refuses_comes_first_and_the_rest_by_step() -> None:
    def many(cells: Any) -> None:
        cells["drugs"][1]["end"] = ""
        cells["steps"][1]["stated_days"] = "9"
        cells["steps"][2]["reason"] = ""

    found = found_in("F", many)
    assert found[0].severity is Severity.REFUSE
    numbers = [finding.number or 0 for finding in found[1:]]
    assert numbers == sorted(numbers)


@given(schedules())
@quick
def test_a_finding_has_a_sentence_a_subject_of_its_own_and_a_cell(schedule: Schedule) -> None:
    found = findings(schedule, elsewhere=[("Other plan", schedule.drugs[0].name)])
    assert len({(finding.code, finding.subject) for finding in found}) == len(found)
    for finding in found:
        assert finding.sentence.endswith(".")
        assert finding.where
        assert len(finding.subject) <= 120
        assert finding.severity is (Severity.REFUSE if finding.code in REFUSED else Severity.REASON)
        never = r"\b(recommend|suggest|advise|should|safe|please|too fast)\b"
        assert not re.search(never, f"{finding.sentence} {finding.detail}", re.IGNORECASE)


def test_an_end_that_is_stated_is_one_of_three() -> None:
    assert {end.value for end in End} == {"stop", "maintain", "refer"}
