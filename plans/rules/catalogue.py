"""The symptom catalogue of one clinic: ours, with what its administrators added and changed.

Whatever a clinic types, seizure and hallucination stay as they are: emergencies at any severity
that nobody lowers, relabels or retires. A safety question always keeps its red flag.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from plans.rules import limits as vital_limits
from plans.rules.limits import Limit
from plans.rules.redflags import LOWERABLE, Level
from plans.rules.schedule_words import DrugClass
from plans.rules.symptoms import (
    ASKED_AS_SAFETY,
    BY_KEY,
    CATALOGUE,
    LABEL_LIMIT,
    OTHER,
    OTHER_LINES,
    Group,
    Shape,
    Symptom,
)
from taperplan.words import gettext as _

OWN = "own_"


@dataclass(frozen=True)
class Entry:
    """What a clinic says of one item. `level` empty: no red flag. `after`: the item that it
    stands behind; empty is where it stands by itself.
    """

    key: str
    label: str
    group: Group
    shape: Shape
    level: Level | None = None
    classes: frozenset[DrugClass] = frozenset()
    after: str = ""
    retired: bool = False


@dataclass(frozen=True)
class Catalogue:
    """`same_day`: the stars that this clinic, confirmed, tells in clinic hours. `retired`: asked
    no more; what was answered about them keeps its name. `limits`: of vital signs, as typed for
    the clinic and for the patient whose check-in it is.
    """

    symptoms: tuple[Symptom, ...]
    same_day: frozenset[str] = frozenset()
    retired: tuple[Symptom, ...] = ()
    limits: tuple[Limit, ...] = ()

    @cached_property
    def by_key(self) -> Mapping[str, Symptom]:
        return {symptom.key: symptom for symptom in self.symptoms}

    @property
    def starred(self) -> tuple[Symptom, ...]:
        return tuple(symptom for symptom in self.symptoms if symptom.star)

    def is_starred(self, key: str) -> bool:
        return key in self.by_key and self.by_key[key].star

    def level(self, key: str) -> Level:
        """Unless confirmed otherwise a star is an emergency; two of them are, whatever is."""
        if (figure := vital_limits.of_key(key)) is not None:
            return figure[1]
        fixed = key in BY_KEY and BY_KEY[key].fixed
        return Level.SAME_DAY if key in self.same_day and not fixed else Level.EMERGENCY

    def label(self, key: str, words: str = "") -> str:
        """How an item is named; a free line by its own words. One retired since keeps its name."""
        if key == OTHER or key in OTHER_LINES:
            return words or _("other")
        if vital_limits.of_key(key) is not None:
            return vital_limits.label(key)
        symptom = self.by_key.get(key) or BY_KEY.get(key)
        gone = (symptom,) if symptom else (one for one in self.retired if one.key == key)
        return next((one.label for one in gone), key)

    def offered(self, classes: Iterable[DrugClass]) -> tuple[Symptom, ...]:
        """The items for a patient whose drugs are of these classes.

        A starred item of a class set is offered to everybody: a red flag must never be
        unrecordable because a drug was filed in another class.
        """
        taken = frozenset(classes)
        return tuple(
            symptom
            for symptom in self.symptoms
            if symptom.star or not symptom.classes or symptom.classes & taken
        )

    def rest(self, answered: Iterable[str], classes: Iterable[DrugClass]) -> tuple[Symptom, ...]:
        """What "none of the rest was present" denies: every offered item that has no answer.

        Safety questions are never in it; each is answered by itself.
        """
        done = frozenset(answered)
        return tuple(
            symptom
            for symptom in self.offered(classes)
            if symptom.key not in done and symptom.key not in ASKED_AS_SAFETY
        )


SHIPPED = Catalogue(CATALOGUE)


def catalogue(
    entries: Iterable[Entry], *, same_day: Iterable[str] = (), limits: Iterable[Limit] = ()
) -> Catalogue:
    """Ours with the entries of a clinic laid over it, in the order in which they were written.

    `same_day`: of the items that the set of levels may lower, those that it does, confirmed.

    What an entry may not say of an item is left as it is here, whoever wrote it and however.
    """
    found = {symptom.key: symptom for symptom in CATALOGUE}
    order = list(found)
    told = set(same_day) & LOWERABLE
    gone: dict[str, Symptom] = {}
    for entry in entries:
        known = found.get(entry.key)
        if known is not None and known.fixed:
            continue
        asked = entry.key in ASKED_AS_SAFETY
        if entry.retired and not asked:
            found.pop(entry.key, None)
            gone[entry.key] = _with(known or gone.get(entry.key), entry, star=False)
            order = [key for key in order if key != entry.key]
            continue
        gone.pop(entry.key, None)
        found[entry.key] = _with(
            known, entry, star=asked or entry.key in LOWERABLE or entry.level is not None
        )
        if entry.key not in LOWERABLE:
            (told.add if entry.level is Level.SAME_DAY else told.discard)(entry.key)
        order = _placed(order, entry)
    return Catalogue(
        tuple(found[key] for key in order),
        frozenset(told),
        tuple(gone.values()),
        vital_limits.in_force(limits),
    )


def _with(known: Symptom | None, entry: Entry, *, star: bool) -> Symptom:
    if known is None:
        return Symptom(
            entry.key,
            entry.group,
            entry.label,
            star=star,
            shape=entry.shape,
            classes=entry.classes,
        )
    return replace(
        known, name=entry.label or known.name, group=entry.group, star=star, classes=entry.classes
    )


def _placed(order: list[str], entry: Entry) -> list[str]:
    rest = [key for key in order if key != entry.key]
    if entry.after in rest:
        place = rest.index(entry.after) + 1
    elif entry.key in order:
        return order
    else:
        place = len(rest)
    return [*rest[:place], entry.key, *rest[place:]]


def entry_of(symptom: Symptom, level: Level | None, after: str = "") -> Entry:
    """An item as it stands, to be changed from."""
    return Entry(
        key=symptom.key,
        label=symptom.label,
        group=symptom.group,
        shape=symptom.shape,
        level=level,
        classes=symptom.classes,
        after=after,
    )


class CannotChangeError(ValueError):
    """This may not be said of this item; `sentence` says why."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


def check_entry(entry: Entry, standing: Catalogue) -> None:
    """Whether a clinic may say this, as its catalogue stands. Raises: CannotChangeError."""
    known = standing.by_key.get(entry.key) or BY_KEY.get(entry.key)
    if known is not None and known.fixed:
        raise CannotChangeError(
            _("{what} is an emergency at any severity. Nothing about it can be changed.").format(
                what=known.label
            )
        )
    if not entry.label.strip():
        raise CannotChangeError(_("Type what it is called."))
    if len(entry.label) > LABEL_LIMIT:
        raise CannotChangeError(_("This is too long for a line of the check-in."))
    same = entry.label.casefold()
    for other in standing.symptoms:
        if other.key != entry.key and other.label.casefold() == same:
            raise CannotChangeError(_("Another item is called this already."))
    asked = entry.key in ASKED_AS_SAFETY
    if asked and (entry.retired or (entry.level is None and entry.key not in LOWERABLE)):
        raise CannotChangeError(_("A safety question always raises its red flag."))
    if entry.retired and standing.is_starred(entry.key):
        raise CannotChangeError(_("It raises a red flag. Take its level away first."))


def waits_for_confirming(entry: Entry, standing: Catalogue) -> bool:
    """Whether it touches a red flag; what stands then stays until it is confirmed."""
    known = standing.by_key.get(entry.key)
    before = standing.level(entry.key) if standing.is_starred(entry.key) else None
    if entry.level is not before and entry.key not in LOWERABLE:
        return True
    return before is not None and known is not None and known.label != entry.label
