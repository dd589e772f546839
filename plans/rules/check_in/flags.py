"""The red flags in what is typed: raised, to be confirmed, and never lost to a stale page."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from plans.rules import limits
from plans.rules.catalogue import SHIPPED, Catalogue
from plans.rules.check_in.boxes import (
    ALSO,
    CONFIRMED_FIGURES,
    ITEM_NINE,
    Answers,
    box,
    figure_of,
    says_yes,
    state_of,
    suicide_of,
)
from plans.rules.symptoms import SUICIDAL_THOUGHTS, SUICIDE, SUICIDE_PLAN, State

_CONFIRMED = re.compile(r"s-([a-z_0-9]{3,32})-confirmed")


def pressed(answers: Answers, catalogue: Catalogue = SHIPPED) -> Mapping[str, bool]:
    """Every starred item that is answered present, and every vital sign beyond a limit -> whether
    its confirming key was pressed.

    What was confirmed stays so, whatever the clinic has made of its star since.
    """
    found = dict.fromkeys(_confirmed(answers), True)
    for symptom in catalogue.starred:
        if symptom.key in (SUICIDAL_THOUGHTS, SUICIDE_PLAN):
            continue
        if state_of(answers, symptom.key) is State.PRESENT:
            found.setdefault(symptom.key, False)
    answer = suicide_of(answers)
    if answer is not None and answer.item:
        found.setdefault(answer.item, False)
    if answers.get(ITEM_NINE, "") in ("1", "2", "3"):
        found.setdefault(SUICIDAL_THOUGHTS, False)
    for one in beyond(answers, catalogue):
        found.setdefault(one.key, False)
    return found


def beyond(answers: Answers, catalogue: Catalogue) -> tuple[limits.Beyond, ...]:
    """The vital signs that are beyond a limit, as these boxes stand."""
    if not catalogue.limits:
        return ()
    found = (
        limits.beyond(place, answers.get(f"v-{place.value}", "").strip(), catalogue.limits)
        for place in limits.LIMITED
    )
    return tuple(one for one in found if one is not None)


def _confirmed(answers: Answers) -> Iterator[str]:
    for name, text in answers.items():
        shape = _CONFIRMED.fullmatch(name)
        if shape is not None and text == "yes" and state_of(answers, shape[1]) is State.PRESENT:
            yield shape[1]
    answer = suicide_of(answers)
    if answer is not None and answer.item and says_yes(answers, "suicide-confirmed"):
        yield answer.item
    above = answers.get(ITEM_NINE, "") in ("1", "2", "3")
    if answers.get(ALSO, "") or (above and says_yes(answers, f"{ITEM_NINE}-confirmed")):
        yield SUICIDAL_THOUGHTS
    for key, name in CONFIRMED_FIGURES.items():
        # The figure that was confirmed, and no other.
        if answers.get(name, "") and answers[name] == figure_of(answers, key):
            yield key


def raised(answers: Answers) -> frozenset[str]:
    """The items that these answers record present, and the figures beyond a limit, confirmed."""
    return frozenset(_confirmed(answers))


def to_be_confirmed(answers: Answers, catalogue: Catalogue = SHIPPED) -> tuple[str, ...]:
    """Pressed and not confirmed: kept, in red, and no check-in completes over it."""
    return tuple(key for key, confirmed in pressed(answers, catalogue).items() if not confirmed)


def settle(
    old: Answers,
    new: Answers,
    *,
    catalogue: Catalogue = SHIPPED,
    free: Iterable[str] = (),
) -> dict[str, str]:
    """`new`, but with every red flag that `old` raised still in it.

    What raised a red flag is taken back by an act of its own, with a reason; never by typing
    over it, by a stale page or by a box that did not arrive. `free`: items whose flag belongs
    to the check-in that this one corrects; they are answered anew and settled at completing.
    A confirming key counts for the stars of the catalogue only.
    """
    found = {CONFIRMED_FIGURES[one.key] for one in beyond(new, catalogue)}
    settled = {
        name: text
        for name, text in new.items()
        if name != ALSO and _may_confirm(name, text, old, catalogue, found)
    }
    standing = raised(old) - frozenset(free)
    for key in standing - {SUICIDAL_THOUGHTS, SUICIDE_PLAN}:
        if limits.of_key(key) is not None:
            settled |= {name: old[name] for name in _boxes_of_figure(key) if name in old}
            continue
        settled[box(key)] = old[box(key)]
        settled[box(key, "confirmed")] = "yes"
    _settle_suicide(old, settled, standing)
    return settled


def _boxes_of_figure(key: str) -> tuple[str, str, str]:
    """Of a vital sign: its figure, that it was read again, and that it is beyond the limit."""
    confirmed = CONFIRMED_FIGURES[key]
    figure = confirmed.rpartition("-")[0]
    return figure, f"{figure}-sure", confirmed


def _may_confirm(
    name: str, text: str, old: Answers, catalogue: Catalogue, figures: Iterable[str]
) -> bool:
    if name in CONFIRMED_FIGURES.values():
        return name in figures or old.get(name) == text
    shape = _CONFIRMED.fullmatch(name)
    return shape is None or catalogue.is_starred(shape[1]) or old.get(name) == "yes"


def _settle_suicide(old: Answers, settled: dict[str, str], standing: frozenset[str]) -> None:
    before, now = suicide_of(old), suicide_of(settled)
    item = before.item if before is not None and says_yes(old, "suicide-confirmed") else ""
    if item in standing:
        if item == SUICIDAL_THOUGHTS and now is not None and now.item == SUICIDE_PLAN:
            # It got worse: the first red flag stands, the second is raised beside it.
            settled[ALSO] = SUICIDAL_THOUGHTS
        elif now is None or now.item != item:
            settled[SUICIDE] = old[SUICIDE]
            settled["suicide-confirmed"] = "yes"
        else:
            settled["suicide-confirmed"] = "yes"
    if old.get(ALSO) and SUICIDAL_THOUGHTS in standing:
        settled[ALSO] = SUICIDAL_THOUGHTS
    if SUICIDAL_THOUGHTS in standing and old.get(ITEM_NINE, "") in ("1", "2", "3"):
        if settled.get(ITEM_NINE, "") not in ("1", "2", "3"):
            settled[ITEM_NINE] = old[ITEM_NINE]
        settled[f"{ITEM_NINE}-confirmed"] = old.get(f"{ITEM_NINE}-confirmed", "")


def without(answers: Answers, key: str) -> dict[str, str]:
    """The answers once `key` is taken back: not asked again, everything else as it was."""
    names = {box(key), box(key, "confirmed")}
    if key in CONFIRMED_FIGURES:
        names = set(_boxes_of_figure(key))
    if key == SUICIDAL_THOUGHTS:
        names = {ALSO, ITEM_NINE, f"{ITEM_NINE}-confirmed"}
    answer = suicide_of(answers)
    if answer is not None and answer.item == key:
        names |= {SUICIDE, "suicide-confirmed"}
    return {name: text for name, text in answers.items() if name not in names}


def unconfirmed(answers: Answers) -> dict[str, str]:
    """The same answers with no confirming key pressed; the words stay."""
    return {
        name: text
        for name, text in answers.items()
        if not name.endswith("-confirmed")
        and name != ALSO
        and name not in CONFIRMED_FIGURES.values()
    }


def red_flag_boxes(answers: Answers, keys: Iterable[str]) -> dict[str, str]:
    """The boxes that hold these red flags: what even a stale page may not lose."""
    kept: dict[str, str] = {}
    for key in keys:
        names = [n for n in answers if n == box(key) or n.startswith(f"{box(key)}-")]
        if key in (SUICIDAL_THOUGHTS, SUICIDE_PLAN):
            names += [n for n in answers if n == SUICIDE or n.startswith(("suicide-", ITEM_NINE))]
        if key in CONFIRMED_FIGURES:
            names += [n for n in _boxes_of_figure(key) if n in answers]
        kept |= {name: answers[name] for name in names}
    return kept
