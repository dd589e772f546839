"""What the boxes of a check-in are called, and what stands in them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date

from plans.rules import limits
from plans.rules.catalogue import OWN, SHIPPED, Catalogue
from plans.rules.schedule_words import DrugClass
from plans.rules.symptoms import (
    ASKED_AS_SAFETY,
    BY_KEY,
    OTHER_LINES,
    SAFETY_QUESTIONS,
    SUICIDAL_THOUGHTS,
    SUICIDE,
    SUICIDE_PLAN,
    State,
    Suicide,
    Symptom,
)
from taperplan import grammar

Answers = Mapping[str, str]

NOTE_LIMIT = 4_000
LINE_LIMIT = 300
NAME_LIMIT = 200
AMOUNT_LINES = 12
SCALE_LINES = 4

SUICIDE_ANSWERS: Mapping[str, Suicide] = {
    "none": Suicide.NONE,
    "wish": Suicide.WISH,
    "thoughts": Suicide.THOUGHTS,
    "plan": Suicide.PLAN,
    "attempt": Suicide.ATTEMPT,
    "declined": Suicide.DECLINED,
    "not-asked": Suicide.NOT_ASKED_WHY,
}
_SAFETY_ANSWERS: Mapping[str, State] = {
    "no": State.NONE,
    "yes": State.PRESENT,
    "declined": State.DECLINED,
    "not-asked": State.NOT_ASKED_WHY,
}
_ROW_ANSWERS: Mapping[str, State] = {
    "none": State.NONE,
    "present": State.PRESENT,
    "declined": State.DECLINED,
}
ITEM_NINE = "phq9-item9"
ALSO = "suicide-also"


def box(key: str, part: str = "") -> str:
    """The name of a symptom's box: `s-tremor`, `s-tremor-severity`."""
    return f"s-{key}-{part}" if part else f"s-{key}"


_FIXED = frozenset(
    {
        "how", "reported_by", "reporter_name", "where_now", "call_back", "as_on_file", "rest",
        "listed", "mood", "alcohol_and_drugs", "driving", "note", "in_confidence", "decision",
        "decision_reason", "no_next_reason", "correction_reason", "next_0", "next_1", "next_2",
        "next_how",
        "happened_0", "happened_1", "happened_2", "happened_clock", "told_0", "told_1", "told_2",
        "told_clock", ITEM_NINE, f"{ITEM_NINE}-confirmed", SUICIDE,
    }
)  # fmt: skip
_SHAPES = re.compile(
    r"s-(?P<key>[a-z_0-9]{3,32})(?P<part>-[a-z_]{2,20})?"
    r"|suicide-[a-z_]{2,20}"
    r"|t-[0-9a-f]{8}[a-z0-9]{1,12}(-[a-z_]{2,20})?"
    r"|a-[1-9][0-9]?-[a-z]{2,12}"
    r"|v-[a-z_]{3,16}(-sure|-emergency|-same_day)?"
    r"|scale-[1-9](-[a-z]{2,12})?"
)


def is_box(name: str) -> bool:
    """Whether a check-in has a box of this name; what else arrives is left alone."""
    if name in _FIXED:
        return True
    shape = _SHAPES.fullmatch(name)
    if shape is None or name == ALSO:
        return False
    key = shape["key"]
    if key is not None and limits.of_key(key) is not None:
        return shape["part"] == "-removed"
    return key is None or _is_item(key) or key == SUICIDE


def _is_item(key: str) -> bool:
    """A catalogue item, ours or one of the clinic's own, or a free line."""
    return key in BY_KEY or key in OTHER_LINES or key.startswith(OWN)


CONFIRMED_FIGURES = limits.confirming_boxes()


def figure_of(answers: Answers, key: str) -> str:
    """What stands in the box of the vital sign whose red flag has this key."""
    place, _level = limits.of_key(key) or (None, None)
    return answers.get(f"v-{place.value}", "").strip() if place else ""


def confirming(key: str, answers: Answers) -> dict[str, str]:
    """What the confirming key of a question fills; `settle` keeps it for stars and figures that
    are beyond a limit only.
    """
    if key in CONFIRMED_FIGURES:
        return {CONFIRMED_FIGURES[key]: figure_of(answers, key)}
    if key in (SUICIDE, ITEM_NINE):
        return {f"{key}-confirmed": "yes"}
    return {box(key, "confirmed"): "yes"} if _is_item(key) else {}


def row_of(key: str) -> str:
    """The id of the row in which a question stands."""
    if key in (SUICIDE, SUICIDAL_THOUGHTS, SUICIDE_PLAN):
        return f"row-{SUICIDE}"
    if (figure := limits.of_key(key)) is not None:
        return f"field_v-{figure[0].value}"
    return f"row-{key}" if _is_item(key) or key == ITEM_NINE else "rest"


def state_of(answers: Answers, key: str) -> State | None:
    """What was answered about one item; None is "not asked". Suicide is read by `suicide_of`."""
    given = answers.get(box(key), "")
    return (_SAFETY_ANSWERS if key in ASKED_AS_SAFETY else _ROW_ANSWERS).get(given)


def suicide_of(answers: Answers) -> Suicide | None:
    return SUICIDE_ANSWERS.get(answers.get(SUICIDE, ""))


def says_yes(answers: Answers, name: str) -> bool:
    return answers.get(name, "") == "yes"


def happened_on(answers: Answers, otherwise: date) -> date:
    """The day that is typed for the check-in, where it can be read."""
    typed = " ".join(answers.get(f"happened_{place}", "").strip() for place in range(3))
    try:
        return grammar.date(typed)
    except grammar.Refused:
        return otherwise


def rest_of(
    answers: Answers, classes: Iterable[DrugClass], catalogue: Catalogue = SHIPPED
) -> tuple[Symptom, ...]:
    """What "none of the rest was present" denies, as things stand."""
    answered = [s.key for s in catalogue.symptoms if state_of(answers, s.key) is not None]
    return catalogue.rest(answered, classes)


def unanswered_safety(answers: Answers) -> tuple[str, ...]:
    return tuple(
        key
        for key in SAFETY_QUESTIONS
        if (suicide_of(answers) if key == SUICIDE else state_of(answers, key)) is None
    )
