"""Another program that reads the export gives the same doses, day by day, slot by slot."""

from __future__ import annotations

import json
import re
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings

from plans.rules.schedule import expected_on, first_day, last_day
from plans.rules.schedule_words import Rhythm
from tests.plans.fhir import facts
from tests.plans.fhir.reader import Site, number
from tests.plans.rules.published import PUBLISHED, exact
from tests.plans.rules.strategies import DAY, HORIZON, START, days, naive_day, schedules

if TYPE_CHECKING:
    from fractions import Fraction

    from plans.rules.schedule import Schedule

every_schedule = pytest.mark.parametrize("letter", PUBLISHED)


def rebuilt(site: Site, schedule: Schedule, day: date) -> list[tuple[str, str, Fraction]]:
    """What the other program reads, with the request named as the schedule names its product."""
    (plan,) = site.all("CarePlan")
    names = {f"{plan['id']}.p{n}": p.key for n, p in enumerate(schedule.products, start=1)}
    return sorted((time, names[key], value) for time, key, value in site.day(plan, day))


@every_schedule
def test_a_published_schedule_is_rebuilt_day_by_day_as_its_source_states(letter: str) -> None:
    published = PUBLISHED[letter]
    schedule = facts.published(letter)
    site = Site(facts.exported(schedule))

    for day, run in published.table():
        stated = sorted(
            (time, product, exact(quantity))
            for time, quantities in run.doses.items()
            for product, quantity in quantities.items()
        )
        assert rebuilt(site, schedule, day) == stated, day
    before, after = published.first_day - DAY, published.last_day + DAY
    assert rebuilt(site, schedule, before) == []
    assert bool(rebuilt(site, schedule, after)) == bool(expected_on(schedule, after))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(schedule=schedules(away=True))
def test_any_schedule_is_rebuilt_slot_by_slot(schedule: Schedule) -> None:
    site = Site(facts.exported(schedule))

    for day in days(START - 5 * DAY, HORIZON):
        plain = sorted((time, key, value) for time, key, _step, value in naive_day(schedule, day))
        assert rebuilt(site, schedule, day) == plain, day


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(schedule=schedules(away=True))
def test_the_same_record_gives_the_same_bytes_and_no_dose_of_nought(schedule: Schedule) -> None:
    text = facts.exported(schedule)

    assert facts.exported(schedule) == text
    assert not re.search(r'"value":-?(?:0[,}]|[0-9.]*[eE])', text)
    site = Site(text)
    for request in site.all("MedicationRequest"):
        assert request["intent"] == "plan"
        for dosage in request.get("dosageInstruction", []):
            (given_,) = dosage["doseAndRate"]
            assert number(given_["doseQuantity"]) > 0


@given(schedule=schedules())
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_strengths_as_needed_lines_and_ends_are_exact(schedule: Schedule) -> None:
    site = Site(facts.exported(schedule))
    plan = site.found[f"CarePlan/{facts.VERSION}"]

    for place, product in enumerate(schedule.products, start=1):
        medication = site.found[f"Medication/{facts.VERSION}.p{place}"]
        ratio = medication["ingredient"][0].get("strength")
        assert (ratio is None) == (product.strength is None)
        if ratio is not None:
            assert number(ratio["numerator"]) == product.strength
            assert number(ratio["denominator"]) == product.per
        request = site.found[f"MedicationRequest/{facts.VERSION}.p{place}"]
        told = [
            dosage
            for dosage in request.get("dosageInstruction", [])
            if "asNeededBoolean" in dosage or "asNeededCodeableConcept" in dosage
        ]
        typed = [line for line in schedule.as_needed if line.product == product.key]
        assert [number(d["doseAndRate"][0]["doseQuantity"]) for d in told] == [
            line.quantity for line in typed
        ]
        assert [
            number(d["maxDosePerPeriod"]["numerator"]) if "maxDosePerPeriod" in d else None
            for d in told
        ] == [line.maximum for line in typed]
    ends = [drug.end.value for drug in schedule.drugs if drug.end]
    goals = [site.get(goal) for goal in plan.get("goal", [])]
    assert [goal["extension"][0]["valueCode"] for goal in goals] == ends


def test_a_cycle_that_fhir_cannot_say_is_one_dosage_for_each_of_its_days() -> None:
    schedule = _cycle(28, (1 << 21) - 1)
    (request,) = Site(facts.exported(schedule)).all("MedicationRequest")

    assert len(request["dosageInstruction"]) == 21
    repeats = [dosage["timing"]["repeat"] for dosage in request["dosageInstruction"]]
    assert {(r["frequency"], r["period"], r["periodUnit"]) for r in repeats} == {(1, 28, "d")}
    assert repeats[20]["boundsPeriod"]["start"] == "2026-12-20"
    assert {dosage["sequence"] for dosage in request["dosageInstruction"]} == {1}


def _cycle(length: int, on_days: int) -> Schedule:
    from dataclasses import replace

    schedule = facts.published("B")
    step = schedule.steps[0]
    dose = replace(step.doses[0], on_days=on_days)
    changed = replace(step, rhythm=Rhythm.CYCLE, cycle_days=length, last_day=None, doses=(dose,))
    return replace(schedule, steps=(changed,))


def test_steps_side_by_side_have_one_sequence_and_the_next_comes_afterwards() -> None:
    requests = Site(facts.exported(facts.published("F"))).all("MedicationRequest")

    sequences = [[d["sequence"] for d in r["dosageInstruction"]] for r in requests]
    assert sequences == [[1, 1, 1, 2, 2, 2, 3, 3], [2, 3]]


def test_every_reference_leads_to_something_in_the_bundle() -> None:
    text = facts.exported(facts.published("F"))
    site = Site(text)

    for reference in re.findall(r'"reference":"([^"]+)"', text):
        assert reference in site.found, reference


def test_what_is_for_the_team_alone_stays_with_the_team() -> None:
    from dataclasses import replace

    from plans.rules.schedule import Texts

    schedule = facts.published("B")
    secret = Texts(patient="for the patient", pharmacy="for the pharmacy", team="team only")
    schedule = replace(
        schedule,
        products=tuple(replace(p, texts=secret) for p in schedule.products),
        steps=tuple(replace(s, texts=secret) for s in schedule.steps),
    )

    text = facts.exported(schedule)

    assert "team only" not in text
    assert "for the pharmacy" in text
    assert "for the patient" in text


def test_staying_on_a_dose_is_never_on_hold_and_an_older_version_is_revoked() -> None:
    schedule = facts.published("C")
    first = first_day(schedule)
    assert first is not None
    held = Site(facts.exported(schedule, hold=(first, None)))
    older = Site(facts.exported(schedule, superseded=True, until=first + timedelta(days=5)))

    assert held.all("CarePlan")[0]["status"] == "active"
    assert any("staying on the dose" in n["text"] for n in held.all("CarePlan")[0]["note"])
    assert older.all("CarePlan")[0]["status"] == "revoked"
    assert older.all("MedicationRequest")[0]["status"] == "stopped"
    assert older.all("CarePlan")[0]["period"] == {"start": "2026-09-24", "end": "2026-09-29"}


def test_markup_and_control_characters_in_a_text_do_no_harm() -> None:
    strange = 'a<b> & "c"\u0000\u000b\u202f\u2028d\ud83d\ude00'
    text = facts.exported(facts.published("B"), title=strange, reason=strange)
    plan: Any = json.loads(text)["entry"][2]["resource"]

    assert plan["title"].startswith('a<b> & "c"')
    assert re.fullmatch(r"[ \r\n\t\S]+", plan["title"])
    assert "\u0000" not in text


def test_the_last_day_of_a_plan_stands_in_its_period() -> None:
    for letter in PUBLISHED:
        schedule = facts.published(letter)
        (plan,) = Site(facts.exported(schedule)).all("CarePlan")
        last = last_day(schedule)
        assert plan["period"].get("end") == (last.isoformat() if last else None)
