"""Further schedules as sources write them: liquids, long and uneven, alternate days, weekdays,
a patch, and one whose texts, dates and dispensed count disagree. Test input only."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from tests.plans.rules.published import (
    MONDAY,
    Published,
    Run,
    dose,
    drug,
    every,
    exact,
    plan,
    product,
    step,
)

LIQUIDS = Published(
    letter="liquids",
    title="A liquid of 10 mg in 1 mL, then one of 1 mg in 1 mL",
    first_day=MONDAY,
    document=plan(
        "Two liquids",
        MONDAY,
        [drug("d1", "demorphine", drug_class="opioid")],
        [
            product("ten", "d1", "10", times="bedtime", parts="", form="liquid", per="1"),
            product("one", "d1", "1", times="bedtime", parts="", form="liquid", per="1"),
        ],
        [
            step("s1", "7", every("bedtime", "ten", "1.5")),
            step("s2", "7", every("bedtime", "ten", "0.75")),
            step("s3", "7", every("bedtime", "one", "5")),
        ],
    ),
    runs=(
        Run(7, every("bedtime", "ten", "3/2"), {"d1": "15"}),
        Run(7, every("bedtime", "ten", "3/4"), {"d1": "7.5"}),
        Run(7, every("bedtime", "one", "5"), {"d1": "5"}),
    ),
    supply={"ten": "15.75", "one": "35"},
    amounts={"d1": "192.5"},
    findings=("two_strengths",),
    directions=({"d1": "first"}, {"d1": "lower"}, {"d1": "lower"}),
)


def _halves(count: int) -> str:
    """Half tablets as they are typed: 3 is "1 1/2"."""
    whole, half = divmod(count, 2)
    return " ".join(part for part in (str(whole) if whole else "", "1/2" if half else "") if part)


# Half tablets of 2 mg in the morning and at night: 14 and 15, then one less at a time, in turn.
_UNEVEN = [((28 - at) // 2 + 1, (29 - at) // 2 + 1) for at in range(26)]
LONG = Published(
    letter="26 steps",
    title="26 steps of 14 days, morning and night apart",
    first_day=MONDAY,
    document=plan(
        "Slowly",
        MONDAY,
        [drug("d1", "examplazepam", drug_class="benzodiazepine")],
        [product("p1", "d1", "2", times="morning bedtime", parts="2")],
        [
            step(
                f"s{at}",
                "14",
                {"morning": {"p1": _halves(morning)}, "bedtime": {"p1": _halves(night)}},
            )
            for at, (morning, night) in enumerate(_UNEVEN, 1)
        ],
    ),
    runs=tuple(
        Run(
            14,
            {"morning": {"p1": _halves(morning)}, "bedtime": {"p1": _halves(night)}},
            {"d1": str(morning + night)},
        )
        for morning, night in _UNEVEN
    ),
    supply={"p1": str(Fraction(14 * sum(a + b for a, b in _UNEVEN), 2))},
    amounts={"d1": str(14 * sum(a + b for a, b in _UNEVEN))},
    directions=({"d1": "first"}, *({"d1": "lower"},) * 25),
)

_ALTERNATE = step("s1", "14", {}, rhythm="cycle", cycle_days="2")
_ALTERNATE["doses"] = [dose("p1", "morning", "2", "1"), dose("p1", "morning", "1 1/2", "2")]
ALTERNATE = Published(
    letter="alternate days",
    title="10 mg and 7.5 mg on alternate days, then 7.5 mg",
    first_day=MONDAY,
    document=plan(
        "Alternate days",
        MONDAY,
        [drug("d1", "prednidemo", drug_class="corticosteroid")],
        [product("p1", "d1", "5", times="morning", parts="2")],
        [_ALTERNATE, step("s2", "14", every("morning", "p1", "1 1/2"))],
    ),
    runs=(
        *(
            Run(1, every("morning", "p1", "2"), {"d1": "10"}),
            Run(1, every("morning", "p1", "3/2"), {"d1": "7.5"}),
        )
        * 7,
        Run(14, every("morning", "p1", "3/2"), {"d1": "7.5"}),
    ),
    supply={"p1": "45.5"},
    amounts={"d1": "227.5"},
    findings=("not_whole",),
    directions=({"d1": "first"}, {"d1": "lower"}),
)

_WEEKDAYS = step("s1", "14", {}, rhythm="weekdays")
_WEEKDAYS["doses"] = [
    dose("p1", "bedtime", "2", "mon wed fri"),
    dose("p1", "bedtime", "1", "tue thu sat sun"),
]
WEEKDAYS = Published(
    letter="weekdays",
    title="2 tablets on three days of the week, 1 on the others",
    first_day=MONDAY,
    document=plan(
        "Weekdays",
        MONDAY,
        [drug("d1", "demoxetine", drug_class="antidepressant")],
        [product("p1", "d1", "5", times="bedtime")],
        [_WEEKDAYS],
    ),
    runs=tuple(
        Run(1, every("bedtime", "p1", str(count)), {"d1": str(5 * count)})
        for count in (2, 1, 2, 1, 2, 1, 1) * 2
    ),
    supply={"p1": "20"},
    amounts={"d1": "100"},
    directions=({"d1": "first"},),
)

_PATCH = step("s1", "9", {}, rhythm="cycle", cycle_days="3")
_PATCH["doses"] = [dose("p1", "morning", "1", "1")]
PATCH = Published(
    letter="patch",
    title="A patch changed every three days",
    first_day=MONDAY,
    document=plan(
        "Patch",
        MONDAY,
        [drug("d1", "demofentanyl", drug_class="opioid")],
        [
            product(
                "p1", "d1", "12", times="morning", form="patch", unit="microgram/h",
                wear_hours="72", route="on the skin",
            )
        ],
        [_PATCH],
    ),
    runs=(
        Run(1, every("morning", "p1", "1"), {"d1": "12"}),
        Run(2, {}, {"d1": "12"}),
    )
    * 3,
    supply={"p1": "3"},
    amounts={},
    directions=({"d1": "first"},),
)  # fmt: skip

DISAGREES = Published(
    letter="disagrees",
    title="A source whose texts, dates and dispensed count disagree",
    first_day=MONDAY,
    document=plan(
        "As the source has it",
        MONDAY,
        [drug("d1", "prednidemo", drug_class="corticosteroid")],
        [product("p1", "d1", "5", times="morning", stated_supply="30")],
        [
            step("s1", "7", every("morning", "p1", "3"), stated_days="7"),
            # "For one week", and the dates give eight days, after a day for which nothing is said.
            step("s2", "8", every("morning", "p1", "1"), stated_days="7", chained="",
                 first_day="8 Dec 2026"),
            step("s3", "5", every("morning", "p1", "2"), chained="", first_day="15 Dec 2026"),
        ],
    ),
    runs=(
        Run(7, every("morning", "p1", "3"), {"d1": "15"}),
        Run(1, {}, {}),
        Run(7, every("morning", "p1", "1"), {"d1": "5"}),
    ),
    supply={"p1": "39"},
    amounts={"d1": "195"},
    findings=("supply_differs", "gap", "days_differ", "overlap", "higher"),
    directions=({"d1": "first"}, {"d1": "lower"}, {"d1": "higher"}),
)  # fmt: skip

DISAGREES_SAYS = {
    "gap": "Step 2, first day: no dose stated for Mon 7 Dec 2026. "
    "Step 1 ends Sun 6 Dec 2026. Step 2 begins Tue 8 Dec 2026. 1 day between them.",
    "days_differ": "Step 2: the days stated differ from its dates. "
    "The source states 7 days. The dates give 8 days.",
    "overlap": "Step 3, prednidemo: stated in two steps, Tue 15 Dec 2026. "
    "Step 2 ends Tue 15 Dec 2026. Step 3 begins Tue 15 Dec 2026.",
    "higher": "Step 3, prednidemo: higher than step 2, reason not typed. "
    "Step 2: 5 mg a day. Step 3: 10 mg a day.",
    "supply_differs": "prednidemo 5 mg tablet: the supply stated differs from the steps. "
    "The source states 30 tablets. The steps add up to 39 tablets.",
}
"""What is found in it, each with its figures."""

MORE: Mapping[str, Published] = {p.letter: p for p in (LIQUIDS, LONG, ALTERNATE, WEEKDAYS, PATCH)}

__all__ = ["DISAGREES", "DISAGREES_SAYS", "MORE", "exact"]
