"""Limits of vital signs that a person typed, for the clinic or for one patient.

There is none until somebody types it. A figure beyond one is a fact, said in words beside the
figure, and raises a red flag of the level that was typed with the limit, once it is confirmed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from plans.rules import vitals
from plans.rules.redflags import Level
from plans.rules.vital_words import FIGURES, Side, Vital, VitalUnit
from plans.rules.vitals import Field, Measured
from taperplan import formats, grammar
from taperplan.words import gettext as _

# Hours slept are told, not measured.
LIMITED: tuple[Field, ...] = tuple(one for one in Field if one is not Field.HOURS_SLEPT)
PLACE: Mapping[Vital, Field] = {
    figure: place for place in LIMITED for figure in vitals.figures_of(place)
}
# Exact by definition: the degree Fahrenheit and the pound.
_IN_ONE_UNIT: Mapping[VitalUnit, tuple[Fraction, Fraction]] = {
    VitalUnit.FAHRENHEIT: (Fraction(5, 9), Fraction(-160, 9)),
    VitalUnit.LB: (Fraction(45_359_237, 100_000_000), Fraction(0)),
}
_KEY = "vital_"


@dataclass(frozen=True)
class Limit:
    """One figure, one side, one level. `of_patient`: typed for this patient alone."""

    vital: Vital
    side: Side
    level: Level
    value: Fraction
    unit: VitalUnit
    of_patient: bool = False

    @property
    def cell(self) -> tuple[Vital, Side, Level]:
        return self.vital, self.side, self.level

    def crossed(self, figure: Measured) -> bool:
        if figure.vital is not self.vital:
            return False
        found, limit = _in_one_unit(figure.value, figure.unit), _in_one_unit(self.value, self.unit)
        return found < limit if self.side is Side.BELOW else found > limit

    @property
    def figure(self) -> str:
        return f"{formats.number(self.value)}{formats.NBSP}{self.unit.value}"

    @property
    def words(self) -> str:
        """As "above 120 /min, the clinic's limit"."""
        if self.of_patient:
            words = (
                _("below {typed}, the limit for this patient")
                if self.side is Side.BELOW
                else _("above {typed}, the limit for this patient")
            )
        else:
            words = (
                _("below {typed}, the clinic's limit")
                if self.side is Side.BELOW
                else _("above {typed}, the clinic's limit")
            )
        return words.format(typed=self.figure)


Cell = tuple[Vital, Side, Level]
# In the order in which they stand in a line: far below, below, above, far above.
SIDES: tuple[tuple[Side, Level], ...] = (
    (Side.BELOW, Level.EMERGENCY),
    (Side.BELOW, Level.SAME_DAY),
    (Side.ABOVE, Level.SAME_DAY),
    (Side.ABOVE, Level.EMERGENCY),
)


def name_of(cell: Cell) -> str:
    """The name of its box on the page of limits."""
    vital, side, level = cell
    return f"{vital.value.replace(' ', '_')}-{side.value}-{level.value}"


CELLS: Mapping[str, Cell] = {
    name_of((vital, *side)): (vital, *side) for vital in FIGURES for side in SIDES
}


@dataclass(frozen=True)
class TypedLimit:
    limit: Limit
    typed: str


def read(cell: Cell, typed: str, *, of_patient: bool) -> TypedLimit:
    """One box of the page of limits. Raises: grammar.Refused."""
    vital, side, level = cell
    figure = vitals.read_figure(vital, typed)
    limit = Limit(vital, side, level, figure.value, figure.unit, of_patient)
    return TypedLimit(limit, typed.strip())


def contradictions(limits: Iterable[Limit]) -> tuple[tuple[Limit, Limit], ...]:
    """Pairs between which no figure is left: each is below the one or above the other."""
    listed = tuple(limits)
    return tuple(
        (low, high)
        for low in listed
        for high in listed
        if low.side is Side.BELOW
        and high.side is Side.ABOVE
        and low.vital is high.vital
        and _in_one_unit(low.value, low.unit) > _in_one_unit(high.value, high.unit)
    )


def figure_label(vital: Vital) -> str:
    """As "BP lying, upper figure"; what is one figure by its own name."""
    place = PLACE[vital]
    figures = vitals.figures_of(place)
    if len(figures) == 1:
        return place.label
    words = _("{figure}, upper figure") if vital is figures[0] else _("{figure}, lower figure")
    return words.format(figure=place.label)


def _in_one_unit(value: Fraction, unit: VitalUnit) -> Fraction:
    factor, shift = _IN_ONE_UNIT.get(unit, (Fraction(1), Fraction(0)))
    return value * factor + shift


def in_force(limits: Iterable[Limit]) -> tuple[Limit, ...]:
    """Those of the patient, and those of the clinic in whose place none was typed for them."""
    listed = tuple(limits)
    own = {limit.cell for limit in listed if limit.of_patient}
    return tuple(limit for limit in listed if limit.of_patient or limit.cell not in own)


def crossed(figure: Measured, limits: Iterable[Limit]) -> Limit | None:
    """The limit that this figure is beyond: an emergency before a same day."""
    found = [limit for limit in limits if limit.crossed(figure)]
    return min(found, key=lambda limit: list(Level).index(limit.level), default=None)


@dataclass(frozen=True)
class Beyond:
    """One box of the check-in, beyond a limit: its level, and each figure that is, in words."""

    place: Field
    level: Level
    words: Mapping[Vital, str]
    told: str

    @property
    def key(self) -> str:
        return key_of(self.place, self.level)


def beyond(place: Field, typed: str, limits: Sequence[Limit]) -> Beyond | None:
    """Whether what stands in this box is beyond a limit; what cannot be read is not."""
    if not typed or not limits:
        return None
    try:
        figures = vitals.read(place, typed)
    except grammar.Refused:
        return None
    found = {figure: limit for figure in figures if (limit := crossed(figure, limits)) is not None}
    if not found:
        return None
    level = min((limit.level for limit in found.values()), key=list(Level).index)
    words = {figure.vital: limit.words for figure, limit in found.items()}
    return Beyond(
        place, level, words, f"{in_words(place, typed)}: {formats.listing(list(words.values()))}"
    )


def in_words(place: Field, typed: str) -> str:
    """As "BP lying 182/104 mmHg"."""
    try:
        figures = vitals.read(place, typed)
    except grammar.Refused:
        return place.label
    value = "/".join(formats.number(figure.value) for figure in figures)
    return f"{place.label} {value}{formats.NBSP}{figures[0].unit.value}" if figures else place.label


# --- the red flag of a figure ----------------------------------------------------------------


def key_of(place: Field, level: Level) -> str:
    """The symptom of its red flag: no item of the catalogue, one for each box and level."""
    return f"{_KEY}{place.value}_{level.value}"


_KEYS: Mapping[str, tuple[Field, Level]] = {
    key_of(place, level): (place, level) for place in LIMITED for level in Level
}


def of_key(key: str) -> tuple[Field, Level] | None:
    return _KEYS.get(key)


def label(key: str) -> str:
    place, _level = _KEYS[key]
    return _("{figure} beyond a limit").format(figure=place.label)


def confirming_boxes() -> Mapping[str, str]:
    """The box of each key. It holds the figure that was confirmed: another one is not."""
    return {key: f"v-{place.value}-{level.value}" for key, (place, level) in _KEYS.items()}
