"""The dictionaries of our tables. Each file is written, read back and described by its own."""

from __future__ import annotations

from plans.rules.exchange import FileKind
from plans.rules.table import COLUMNS
from taperplan.columns import Column, Dictionary, Holds

_TEXT, _COUNT, _EXACT = Holds.TEXT, Holds.COUNT, Holds.EXACT
_DAY, _MOMENT = Holds.DAY, Holds.MOMENT

_PRODUCT = (
    Column("drug", _TEXT, "the drug"),
    Column("product", _TEXT, "the product's own name, where it has one"),
    Column(
        "strength", _EXACT, "how much of the unit is in one, or in so many mL; empty: not stated"
    ),
    Column("unit", _TEXT, "microgram, mg, g, unit, microgram/h"),
    Column("in mL", _EXACT, "what a measured strength is in; empty for what is counted"),
    Column("form", _TEXT, "tablet, liquid ..."),
)
_PLAN = Column("plan", _TEXT, "the plan's reference")
_QUANTITY = Column("quantity", _EXACT, "a count, or mL; 0 is a stated none")
_IN_WORDS = Column("in words", _TEXT, "the same for a reader")

_SAYS = {
    "drug": "the drug, on each row",
    "role": "tapered, introduced, unchanged, supportive, rescue",
    "class": "benzodiazepine, opioid, corticosteroid, antidepressant, other",
    "end": "stop, maintain, refer",
    "review on": "day of the review",
    "end note": "what was typed to the end",
    "product": "number of the product in this table",
    "name": "the product's own name",
    "form": "tablet, liquid ...",
    "route": "by mouth ...",
    "strength": "figure, or: not stated",
    "unit": "microgram, mg, g, unit, microgram/h",
    "in mL": "what a measured strength is in",
    "parts": "into how many parts one may be divided",
    "stated supply": "typed supply of an as-needed product",
    "wear hours": "hours that a patch is worn",
    "preparation": "how it is prepared",
    "given by": "who gives it",
    "keep until": "how long a preparation keeps",
    "device": "what it is measured with",
    "product for the patient": "typed for the patient",
    "product for the pharmacy": "typed for the pharmacy",
    "product for the team": "typed for the team; empty in a file that is handed over",
    "step": "number of the step",
    "first day": "of the step, or of the as-needed line; + or after: the day after the step above",
    "from time": "time of day from which the step counts on its first day",
    "days": "length, where it was typed",
    "last day": "where it was typed; open: no last day",
    "pattern": "daily, cycle, weekdays",
    "cycle days": "length of the cycle",
    "cycle from": "day from which the cycle is counted, where typed",
    "reason": "typed to the step, or to the as-needed line",
    "stated days": "length that a source states, beside the days that are typed",
    "step for the patient": "typed for the patient",
    "step for the pharmacy": "typed for the pharmacy",
    "step for the team": "typed for the team; empty in a file that is handed over",
    "time": "morning, midday, evening, bedtime, or a clock time",
    "on days": "days of the cycle (1 is the first), or mon tue ...; empty: every day",
    "quantity": "count or mL as typed; 0 is a stated none",
    "as needed": "number of the as-needed line",
    "maximum": "most in a day",
    "gap": "least time between two, as typed",
}

SCHEDULE = Dictionary(
    "schedule",
    "One version as it was typed: a row for each drug, each product, each dose of a step, each "
    "as-needed line; what a row says of its drug, product or step stands on its first row alone. "
    "Days are as a person types them (30 Nov 2026). *Import a table* of a plan takes this file "
    "in again, as a draft with the same schedule.",
    (
        _PLAN,
        Column("version", _COUNT, "number of the version"),
        *(Column(name, _TEXT, _SAYS[name]) for name in COLUMNS),
    ),
)
DAYS = Dictionary(
    "calendar",
    "A row for each dose of each day, from the version in force at it, and a row for a day that "
    "has none, saying why. The days of the period that was asked for, else from the first day of "
    "the plan to its last, or to a year from today.",
    (
        _PLAN,
        Column("version", _COUNT, "number of the version in force; empty: none is"),
        Column("day", _DAY, "the day"),
        Column("time", _TEXT, "morning, midday, evening, bedtime, or a clock time"),
        Column("step", _COUNT, "number of the step"),
        *_PRODUCT,
        _QUANTITY,
        _IN_WORDS,
        Column("note", _TEXT, "why there is no dose, who sets it instead, what to do with a patch"),
    ),
)
SUPPLY = Dictionary(
    "supply",
    "Totals of each product over the period that was asked for; handed over with a record: "
    "between one change and the next. As-needed lines are not in it.",
    (
        _PLAN,
        Column("first day", _DAY, "of the period"),
        Column("last day", _DAY, "of the period; empty: open, and then there is no total"),
        *_PRODUCT,
        Column("quantity", _EXACT, "a count, or mL; empty: no last day"),
        _IN_WORDS,
    ),
)
CHECK_INS = Dictionary(
    "check-ins",
    "A row for each answer. Left out: check-ins entered in error, and what a third person told in "
    "confidence.",
    (
        Column("check-in", _TEXT, "its key"),
        Column("happened", _MOMENT, "when"),
        Column("recorded", _MOMENT, "when it was completed, to the second"),
        Column("version", _TEXT, "key of the version that was in force"),
        Column("key", _TEXT, "which question"),
        Column("question", _TEXT, "in the words of that day"),
        Column("answer", _TEXT, "what was answered"),
    ),
)
WORKLIST = Dictionary(
    "worklist",
    "What waits, as on the first page, all of it.",
    (
        Column("group", _TEXT, "under which head"),
        Column("patient", _TEXT, "the name"),
        Column("born", _TEXT, "date of birth and age, as on the page"),
        Column("record", _TEXT, "record number"),
        Column("what", _TEXT, "what waits"),
        Column("detail", _TEXT, "what is said to it"),
        Column("when", _TEXT, "since or until when, as on the page"),
    ),
)
FIGURES = Dictionary(
    "figures",
    "Counts of the clinic, nobody in them.",
    (
        Column(
            "figure",
            _TEXT,
            "check-ins (by the month in which they were due), red-flags (by the month raised), "
            "acknowledged (minutes until then), plans (by status, today)",
        ),
        Column("month", _TEXT, "2026-11; empty for today"),
        Column("what", _TEXT, "what is counted, or total"),
        Column(
            "count",
            _COUNT,
            "how many; *kept back*: under 5, or to be had from one that is by subtraction",
            nothing="kept back",
        ),
    ),
)
EVERY = {one.name: one for one in (SCHEDULE, DAYS, CHECK_INS, SUPPLY, WORKLIST, FIGURES)}
OF_FILE = {
    FileKind.SCHEDULE: SCHEDULE,
    FileKind.DAYS: DAYS,
    FileKind.CHECK_INS: CHECK_INS,
    FileKind.SUPPLY: SUPPLY,
}
