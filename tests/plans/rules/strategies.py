"""Random schedules, and the slow, plain answer for a day that the quick one is judged by."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, time, timedelta
from fractions import Fraction

from hypothesis import strategies as st

from plans.rules.schedule import AsNeeded, Away, Dose, Drug, Product, Schedule, Step, Texts, When
from plans.rules.schedule_words import DrugClass, DrugRole, End, Form, Rhythm, Slot, Unit

START = date(2026, 2, 20)
DAY = timedelta(days=1)
HORIZON = START + 150 * DAY

NAMED = [When(slot) for slot in (Slot.MORNING, Slot.MIDDAY, Slot.EVENING, Slot.BEDTIME)]
CLOCKS = [
    When(Slot.CLOCK, time(hour, minute)) for hour, minute in ((0, 0), (6, 0), (14, 0), (22, 30))
]
WHENS = NAMED + CLOCKS
COUNTED = [Form.TABLET, Form.CAPSULE, Form.DROP]

counts = st.one_of(
    st.integers(0, 6).map(Fraction),
    st.sampled_from(["1/2", "1/3", "2/3", "1/4", "3/4", "1/8", "3/8", "7/8", "3/2", "10/3"]).map(
        Fraction
    ),
)
volumes = st.integers(0, 400).map(lambda tenths: Fraction(tenths, 40))
short_text = st.sampled_from(["", "as agreed", "Zoë's words", "=1+1", "<b>twice</b>"])


@st.composite
def drugs(draw: st.DrawFn, key: str) -> Drug:
    end = draw(st.sampled_from([End.STOP, End.MAINTAIN, End.REFER, None]))
    return Drug(
        key=key,
        name=f"drug {key}",
        role=draw(st.sampled_from(DrugRole)),
        drug_class=draw(st.sampled_from(DrugClass)),
        end=end,
        review_on=draw(st.dates(START, HORIZON)) if end is End.MAINTAIN else None,
        end_note=draw(short_text),
    )


@st.composite
def products(draw: st.DrawFn, key: str, drug: str) -> Product:
    form = draw(st.sampled_from([*COUNTED, Form.LIQUID, Form.PATCH]))
    unit = draw(st.sampled_from([Unit.MG, Unit.MICROGRAM, Unit.G]))
    strength = draw(st.integers(1, 4000)) if draw(st.integers(0, 5)) else None
    patch = form is Form.PATCH
    return Product(
        key=key,
        drug=drug,
        name=draw(short_text),
        form=form,
        route=draw(st.sampled_from(["", "by mouth"])),
        strength=None if strength is None else Fraction(strength, 40),
        unit=None if strength is None else (Unit.MICROGRAM_PER_HOUR if patch else unit),
        per=Fraction(draw(st.integers(1, 20)), 2)
        if form is Form.LIQUID and strength is not None
        else Fraction(1),
        parts=draw(st.sampled_from([1, 2, 3, 4, 8])) if form in (Form.TABLET, Form.CAPSULE) else 1,
        stated_supply=draw(st.none() | counts.filter(bool)),
        wear_hours=draw(st.sampled_from([12, 24, 72, 100])) if patch else None,
        texts=Texts(patient=draw(short_text), pharmacy=draw(short_text), team=draw(short_text)),
    )


@st.composite
def steps(draw: st.DrawFn, number: int, all_products: list[Product]) -> Step:
    first = START + draw(st.integers(0, 50)) * DAY
    length = draw(st.none() | st.integers(1, 40))
    rhythm = draw(st.sampled_from(Rhythm))
    cycle = {Rhythm.DAILY: 1, Rhythm.WEEKDAYS: 7}.get(rhythm) or draw(st.integers(2, 9))
    cells = draw(
        st.lists(
            st.tuples(st.sampled_from(all_products), st.sampled_from(WHENS)),
            min_size=1,
            max_size=5,
            unique_by=lambda cell: (cell[0].key, cell[1]),
        )
    )
    return Step(
        key=f"s{number}",
        number=number,
        first_day=first,
        from_slot=draw(st.none() | st.none() | st.sampled_from(WHENS)),
        last_day=None if length is None else first + (length - 1) * DAY,
        rhythm=rhythm,
        cycle_days=cycle,
        cycle_from=draw(st.none() | st.dates(START - 20 * DAY, START + 60 * DAY))
        if rhythm is Rhythm.CYCLE
        else None,
        doses=tuple(
            Dose(
                product=product.key,
                when=when,
                quantity=draw(volumes if product.form.measured else counts),
                on_days=draw(st.integers(1, (1 << cycle) - 1)),
            )
            for product, when in cells
        ),
        reason=draw(short_text),
        stated_days=draw(st.none() | st.integers(1, 30)),
        texts=Texts(patient=draw(short_text)),
    )


@st.composite
def handing_over(draw: st.DrawFn, step: Step, number: int, all_products: list[Product]) -> Step:
    """A step that begins at a time of day on the last day of the one above."""
    following = draw(steps(number, all_products))
    if step.last_day is None:
        return following
    length = None if following.last_day is None else following.last_day - following.first_day
    return Step(
        **{
            **following.__dict__,
            "first_day": step.last_day,
            "last_day": None if length is None else step.last_day + length,
            "from_slot": draw(st.sampled_from(WHENS)),
        }
    )


@st.composite
def schedules(draw: st.DrawFn, *, away: bool = False) -> Schedule:
    some_drugs = [draw(drugs(f"d{n}")) for n in range(draw(st.integers(1, 3)))]
    some_products = [
        draw(products(f"p{n}", draw(st.sampled_from(some_drugs)).key))
        for n in range(draw(st.integers(1, 4)))
    ]
    some_steps: list[Step] = []
    for number in range(1, draw(st.integers(1, 5)) + 1):
        if draw(st.booleans()) and some_steps:
            some_steps.append(draw(handing_over(some_steps[-1], number, some_products)))
        else:
            some_steps.append(draw(steps(number, some_products)))
    used = {dose.product for step in some_steps for dose in step.doses}
    stated = {product.drug for product in some_products if product.key in used}
    kept = [product for product in some_products if product.drug in stated]
    lines = [
        AsNeeded(
            key=f"a{n}",
            product=(product := draw(st.sampled_from(kept))).key,
            quantity=draw((volumes if product.form.measured else counts).filter(bool)),
            maximum=draw(st.none() | st.integers(1, 9).map(Fraction)),
            gap_minutes=draw(st.none() | st.integers(1, 600)),
            reason=draw(short_text),
            first_day=START,
            last_day=draw(st.none() | st.dates(START, HORIZON)),
        )
        for n in range(draw(st.integers(0, 2)))
    ]
    spans: list[Away] = []
    if away and draw(st.booleans()):
        first = START + draw(st.integers(0, 60)) * DAY
        last = draw(st.none() | st.integers(0, 20).map(lambda n: first + n * DAY))
        spans.append(Away(first_day=first, last_day=last, where="a ward"))
    return Schedule(
        drugs=tuple(drug for drug in some_drugs if drug.key in stated),
        products=tuple(kept),
        steps=tuple(some_steps),
        as_needed=tuple(lines),
        away=tuple(spans),
    )


# The slow answer


def naive_day(schedule: Schedule, day: date) -> list[tuple[str, str, str, Fraction]]:
    """(time, product, step, quantity) of a day, by asking every dose of every step plainly."""
    for away in schedule.away:
        if away.first_day <= day and not (away.last_day and away.last_day < day):
            return []
    drug_of = {product.key: product.drug for product in schedule.products}
    return sorted(
        (dose.when.token, dose.product, step.key, dose.quantity)
        for step in schedule.steps
        for dose in step.doses
        if naive_counts(schedule, step, dose, day, drug_of)
    )


def naive_counts(
    schedule: Schedule, step: Step, dose: Dose, day: date, drug_of: dict[str, str]
) -> bool:
    if day < step.first_day or (step.last_day is not None and day > step.last_day):
        return False
    if naive_place(step, day) not in naive_places(dose):
        return False
    if day == step.first_day and step.from_slot and dose.when < step.from_slot:
        return False
    return not any(
        later.from_slot is not None
        and not dose.when < later.from_slot
        and step.last_day == later.first_day == day
        and naive_begins(step) < naive_begins(later)
        and drug_of[dose.product] in {drug_of[d.product] for d in later.doses}
        for later in schedule.steps
    )


def naive_begins(step: Step) -> tuple[date, int, int]:
    place = step.from_slot.place if step.from_slot else (-1, 0)
    return step.first_day, *place


def naive_places(dose: Dose) -> list[int]:
    return [place for place, bit in enumerate(reversed(f"{dose.on_days:b}")) if bit == "1"]


def naive_place(step: Step, day: date) -> int:
    """Counts day after day from where the cycle begins, forwards or backwards."""
    if step.rhythm is Rhythm.WEEKDAYS:
        return ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"].index(f"{day:%a}")
    counted = step.cycle_from or step.first_day
    place = 0
    while counted < day:
        counted, place = counted + DAY, (place + 1) % step.cycle_days
    while counted > day:
        counted, place = counted - DAY, (place - 1) % step.cycle_days
    return place


def days(first: date, last: date) -> Iterator[date]:
    while first <= last:
        yield first
        first += DAY
