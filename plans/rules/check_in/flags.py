"""The red flags in what is typed: raised, to be confirmed, and never lost to a stale page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from plans.rules.check_in.boxes import ALSO, ITEM_NINE, Answers, box, says_yes, state_of, suicide_of
from plans.rules.symptoms import SUICIDAL_THOUGHTS, SUICIDE, SUICIDE_PLAN, State, starred


def pressed(answers: Answers) -> Mapping[str, bool]:
    """Every starred item that is answered present -> whether its confirming key was pressed."""
    found: dict[str, bool] = {}
    for symptom in starred():
        if symptom.key in (SUICIDAL_THOUGHTS, SUICIDE_PLAN):
            continue
        if state_of(answers, symptom.key) is State.PRESENT:
            found[symptom.key] = says_yes(answers, box(symptom.key, "confirmed"))
    answer = suicide_of(answers)
    if answer is not None and answer.item:
        found[answer.item] = says_yes(answers, "suicide-confirmed")
    if answers.get(ITEM_NINE, "") in ("1", "2", "3"):
        confirmed = says_yes(answers, f"{ITEM_NINE}-confirmed")
        found[SUICIDAL_THOUGHTS] = found.get(SUICIDAL_THOUGHTS, False) or confirmed
    if answers.get(ALSO, ""):
        found[SUICIDAL_THOUGHTS] = True
    return found


def raised(answers: Answers) -> frozenset[str]:
    """The starred items that these answers record present and confirmed."""
    return frozenset(key for key, confirmed in pressed(answers).items() if confirmed)


def to_be_confirmed(answers: Answers) -> tuple[str, ...]:
    """Pressed and not confirmed: kept, in red, and no check-in completes over it."""
    return tuple(key for key, confirmed in pressed(answers).items() if not confirmed)


def settle(old: Answers, new: Answers, *, free: Iterable[str] = ()) -> dict[str, str]:
    """`new`, but with every red flag that `old` raised still in it.

    What raised a red flag is taken back by an act of its own, with a reason; never by typing
    over it, by a stale page or by a box that did not arrive. `free`: items whose flag belongs
    to the check-in that this one corrects; they are answered anew and settled at completing.
    """
    settled = {name: text for name, text in new.items() if name != ALSO}
    standing = raised(old) - frozenset(free)
    for key in standing - {SUICIDAL_THOUGHTS, SUICIDE_PLAN}:
        settled[box(key)] = old[box(key)]
        settled[box(key, "confirmed")] = "yes"
    _settle_suicide(old, settled, standing)
    return settled


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
        if not name.endswith("-confirmed") and name != ALSO
    }


def red_flag_boxes(answers: Answers, keys: Iterable[str]) -> dict[str, str]:
    """The boxes that hold these red flags: what even a stale page may not lose."""
    kept: dict[str, str] = {}
    for key in keys:
        names = [n for n in answers if n == box(key) or n.startswith(f"{box(key)}-")]
        if key in (SUICIDAL_THOUGHTS, SUICIDE_PLAN):
            names += [n for n in answers if n == SUICIDE or n.startswith(("suicide-", ITEM_NINE))]
        kept |= {name: answers[name] for name in names}
    return kept
