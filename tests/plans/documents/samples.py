"""Sheets to draw in tests: finished words, as a presenter would hand them over."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

from plans.sheets.chart import (
    Band,
    Chart,
    Labels,
    Mark,
    Panel,
    Pile,
    Stair,
    Stretch,
    Taken,
    Tick,
)
from plans.sheets.handout import Handout, ScheduleRow, ScheduleTable, Taking
from plans.sheets.paper import (
    Column,
    Facts,
    Footing,
    Letterhead,
    Listing,
    OpenFlag,
    Passage,
    Person,
    Phone,
    Row,
    Run,
    plain,
    strong,
)
from plans.sheets.summary import PlanPart, Summary
from taperplan.formats import day, short_day

PURPOSE = (
    "Records a schedule set by a clinician and adds up what was typed; it does not generate, "
    "convert or recommend doses."
)
FOOTING = Footing(
    name="SAMPLE, Otto",
    identity="DEMO 0042 17 · plan version 2",
    printed="Printed Wed 18 Nov 2026, 11:20, by Clare Exampleton. Check code 7K4M-P2QX-9RTC.",
    purpose=PURPOSE,
    page="Page {page} of {pages}",
)
CLINIC = Letterhead(
    name="Northfield Demo Clinic", hours="Mon to Fri 08:00 to 17:00", phone="555-0110"
)
UNPRINTABLE = "{mark} stands for a letter that this page cannot print."
STEPS = (
    ("5 tablets of 0.5 mg", "2.5 mg", 14),
    ("4 tablets of 0.5 mg", "2 mg", 14),
    ("3 tablets of 0.5 mg", "1.5 mg", 14),
    ("2 tablets of 0.5 mg", "1 mg", 28),
    ("1 and a half tablets of 0.5 mg", "0.75 mg", 7),
    ("1 tablet of 0.5 mg", "0.5 mg", 7),
    ("half a tablet of 0.5 mg", "0.25 mg", 7),
)


def rows(count: int) -> tuple[ScheduleRow, ...]:
    made = []
    first = date(2026, 9, 24)
    for number in range(count):
        words, total, days = STEPS[number % len(STEPS)]
        words, total = words.replace("0.5 mg", "0.5\u00a0mg"), total.replace(" ", "\u00a0")
        last = first + timedelta(days=days - 1)
        made.append(
            ScheduleRow(
                first=day(first),
                last=day(last),
                days=str(days),
                takings=(Taking("", ((Run(words, strong=True), Run(f" ({total})")),)),),
                stacked=(f"to {day(last)}", f"{days} days"),
            )
        )
        first = last + timedelta(days=1)
    made.append(
        ScheduleRow(
            first=day(first),
            last="",
            days="",
            takings=(
                Taking("", ((Run("Stop.", strong=True), Run(" No clonazepam from this day on.")),)),
            ),
            end=True,
        )
    )
    return tuple(made)


def handout(steps: int = 7) -> Handout:
    return Handout(
        language="en",
        name="Patient handout, plan PL-7f3a, version 2",
        title="Your clonazepam plan",
        made="Version 2, made on 18 Nov 2026 by Clare Exampleton, prescriber.",
        replaces=(
            Run("Replaces version 1 of 23 Sep 2026.", strong=True),
            Run(" Throw the old page away."),
        ),
        letterhead=CLINIC,
        person=Person(
            name="Otto SAMPLE",
            born=(Run("born "), Run("21 Nov 1956", strong=True)),
            identifier=(Run("record "), Run("DEMO 0042 17", strong=True)),
        ),
        products=(plain("clonazepam tablets of 0.5 mg. May be cut in half."),),
        tables=(
            ScheduleTable(
                heading="What to take at bedtime, every day",
                labels=("From", "Up to and with", "Days", "When", "At bedtime, take"),
                rows=rows(steps),
            ),
        ),
        as_needed=None,
        plan_text=(),
        warning=(
            (
                Run("Do not stop suddenly. Do not change the dose yourself.", strong=True),
                Run(" If you feel worse, call us. Your clinician can change this plan with you."),
            ),
        ),
        next_check_in=Passage(
            "Your next check-in",
            ((Run("Wed 25 Nov 2026", strong=True), Run(", by phone. We call you on 555-0142.")),),
        ),
        other_plans=plain("You also have another plan with us: sertraline, version 1."),
        call=Passage(
            "When to call at once",
            (
                plain("You have a fit, or you pass out."),
                plain("You see, hear or feel things that others do not."),
                plain("You are confused, or do not know where you are."),
                plain("You think about ending your life or hurting yourself."),
                plain("You took much more than this page says."),
            ),
            bullets=True,
        ),
        numbers_heading="Numbers to call",
        numbers=(
            Phone("Emergency", "555-0199"),
            Phone("Clinic on-call, day and night", "555-0100"),
            Phone("Crisis line", "555-0188"),
        ),
        missed_dose=Passage(
            "If you miss a dose",
            (
                (
                    Run("Call us on "),
                    Run("555-0110", strong=True),
                    Run(". Out of hours: "),
                    Run("555-0100", strong=True),
                    Run("."),
                ),
            ),
        ),
        advice=(
            Passage(
                "While you are on this plan",
                (
                    plain("Your body gets used to less. Going back to an old dose can harm you."),
                    plain("Do not drink alcohol. Tell us about opioid pain pills."),
                    plain("Keep the tablets away from children and other people."),
                ),
                bullets=True,
            ),
        ),
        texts_source="Text version 4, confirmed by Northfield Demo Clinic on 2 Nov 2026.",
        questions_heading="My questions",
        questions=5,
        unprintable=UNPRINTABLE,
        footing=FOOTING,
    )


def chart() -> Chart:
    first, last = date(2026, 11, 2), date(2026, 11, 29)
    table = Listing(
        heading="The same as a table",
        columns=(
            Column("Step"),
            Column("From and to", 3),
            Column("Days", figures=True),
            Column("clonazepam a day", 2),
            Column("diazepam a day", 2),
            Column("Taken, as told", 2),
        ),
        rows=(
            Row(
                (
                    plain("1"),
                    plain("Mon 2 to Sun 8 Nov 2026"),
                    plain("7"),
                    strong("1.5 mg"),
                    plain("none"),
                    plain("as planned"),
                )
            ),
            Row(
                (
                    plain("2"),
                    plain("Mon 9 to Sun 22 Nov 2026"),
                    plain("14"),
                    (Run("1.25 mg", strong=True), Run(", lower")),
                    (Run("5 mg", strong=True), Run(", starts")),
                    plain("2 of 14 missed"),
                ),
                note=plain("Staying on this dose until Sun 22 Nov 2026. Reason: wants to settle."),
            ),
            Row(
                (
                    plain("3"),
                    plain("Mon 23 to Sun 29 Nov 2026"),
                    plain("7"),
                    (Run("1 mg", strong=True), Run(", lower")),
                    (Run("10 mg", strong=True), Run(", higher")),
                    plain("not recorded"),
                )
            ),
        ),
        empty="No step is recorded.",
    )
    return Chart(
        heading="Planned against taken",
        described="Planned clonazepam falls from 1.5 mg to 1 mg a day, diazepam rises to 10 mg.",
        first=first,
        last=last,
        days=tuple(
            Mark(first + timedelta(days=n), short_day(first + timedelta(days=n)))
            for n in (0, 7, 14, 21)
        ),
        panels=(
            Panel(
                "clonazepam, planned mg a day (solid line)",
                tuple(
                    Tick(Fraction(n, 2), f"{t} mg") for n, t in enumerate(("0", "0.5", "1", "1.5"))
                ),
                (
                    Stair(date(2026, 11, 2), date(2026, 11, 8), Fraction(3, 2), "1.5"),
                    Stair(date(2026, 11, 9), date(2026, 11, 22), Fraction(5, 4), "1.25"),
                    Stair(date(2026, 11, 23), date(2026, 11, 29), Fraction(1), "1"),
                ),
                earlier=(Stair(date(2026, 11, 16), date(2026, 11, 22), Fraction(1), "1"),),
            ),
            Panel(
                "diazepam, planned mg a day (broken line, dotted fill; own scale)",
                tuple(Tick(Fraction(n * 5), f"{n * 5} mg") for n in range(3)),
                (
                    Stair(date(2026, 11, 2), date(2026, 11, 8), Fraction(0), "none"),
                    Stair(date(2026, 11, 9), date(2026, 11, 22), Fraction(5), "5"),
                    Stair(date(2026, 11, 23), date(2026, 11, 29), Fraction(10), "10"),
                ),
            ),
        ),
        holds=(Band(date(2026, 11, 16), date(2026, 11, 22), "staying on this dose"),),
        versions=(Mark(date(2026, 11, 2), "v1 signed"), Mark(date(2026, 11, 16), "v2 signed")),
        today=Mark(date(2026, 11, 24), "printed"),
        taken=(
            Stretch(date(2026, 11, 2), date(2026, 11, 8), Taken.AS_PLANNED, "as planned"),
            Stretch(date(2026, 11, 9), date(2026, 11, 22), Taken.DIFFERENT, "2 of 14 missed"),
            Stretch(date(2026, 11, 23), date(2026, 11, 29), Taken.NOT_RECORDED, "not recorded"),
        ),
        piles=(
            Pile(date(2026, 11, 2), 1, 1, 0, 0, "2"),
            Pile(date(2026, 11, 9), 2, 1, 0, 0, "3"),
            Pile(date(2026, 11, 16), 0, 3, 1, 0, "4"),
            Pile(date(2026, 11, 23), 2, 1, 0, 0, "3"),
        ),
        flags=(Mark(date(2026, 11, 16), "hallucination"),),
        labels=Labels("taken", "symptoms", "mild", "moderate", "severe", "event", "red flags"),
        table=table,
        told=Listing(
            heading="Symptoms at each check-in",
            columns=(
                Column("Check-in", 3),
                Column("Present, of those asked", 3),
                Column("Mild", figures=True),
                Column("Severe", figures=True),
            ),
            rows=(
                Row((plain("Mon 2 Nov 2026"), strong("2 of 9"), plain("2"), plain("0"))),
                Row(
                    (plain("Mon 16 Nov 2026"), strong("4 of 9"), plain("3"), plain("1")),
                    note=plain("Taken Sat 14 to Sun 15 Nov 2026: 2 tablets each day"),
                ),
            ),
            empty="No check-in is recorded.",
        ),
    )


def summary() -> Summary:
    columns = (Column("When"), Column("What", 3), Column("Who"))
    return Summary(
        language="en",
        name="Clinician summary, plan PL-7f3a, version 2",
        flags_heading="1 red flag is open",
        open_flags=(
            OpenFlag(
                "Emergency: hallucination, recorded present",
                "Happened Mon 16 Nov 2026, 08:00. Told 09:41. Not acknowledged yet.",
            ),
        ),
        title="Clinician summary",
        subtitle="Tapering plan, version 2, signed 15 Nov 2026 by Clare Exampleton",
        letterhead=replace(CLINIC, hours="on-call 555-0100"),
        person=Person(
            name="FACSIMILE, Nora",
            born=(Run("born "), Run("9 Sep 1977 (49 y)", strong=True)),
            identifier=(Run("record "), Run("DEMO 0071 05", strong=True)),
            details=("female · speaks English · phone 555-0166",),
        ),
        background=Facts(
            "Background",
            (
                ("Indication", strong("panic disorder, clonazepam for 4 years")),
                ("Allergies", strong("none known")),
            ),
        ),
        assessment=Facts(
            "Assessment",
            (("History of seizures", strong("no")), ("Pregnancy", plain("not asked"))),
        ),
        shared_decision=Facts("Shared decision", (("Date", strong("30 Oct 2026")),)),
        plans=(
            PlanPart(
                heading="",
                situation=Facts(
                    "Situation on Tue 24 Nov 2026",
                    (
                        (
                            "Expected today",
                            strong("morning clonazepam 0.5 mg; bedtime diazepam 10 mg"),
                        ),
                        ("Next", strong("maintain at this dose until review on Mon 30 Nov 2026")),
                    ),
                ),
                chart=chart(),
                schedule=Listing("Schedule", columns, (), "No steps."),
                texts=(),
                as_needed=None,
                supply=Listing(
                    "Supply, Mon 2 Nov 2026 to Sun 29 Nov 2026",
                    (Column("Product", 3), Column("Count", figures=True)),
                    (Row((plain("clonazepam tablet 0.5 mg"), strong("70"))),),
                    "Nothing to supply.",
                ),
                versions=Listing(
                    "Versions",
                    columns,
                    (
                        Row(
                            (
                                plain("2"),
                                plain("Staying on 1.25 mg. Wants to settle."),
                                plain("Clare Exampleton"),
                            )
                        ),
                    ),
                    "No version is signed.",
                ),
                told=Listing("Told", columns, (), "Nobody is recorded as told."),
            ),
        ),
        check_ins=Listing("Check-ins", columns, (), "No check-in is recorded."),
        red_flags=Listing(
            "Red flags",
            columns,
            (Row((plain("Mon 16 Nov 2026, 09:41"), plain("hallucination"), plain("open"))),),
            "No red flag is recorded.",
        ),
        open_questions=Passage("Open questions", (plain("Pregnancy: not asked."),), bullets=True),
        sign_off=Facts("Sign-off", (("Version 2", strong("Clare Exampleton")),)),
        provenance=Passage("Where this comes from", (plain("Plan PL-7f3a, version 2."),)),
        unprintable=UNPRINTABLE,
        footing=FOOTING,
    )
