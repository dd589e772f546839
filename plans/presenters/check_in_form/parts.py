"""What the page is made of: boxes with the text that stands in them, choices none of which is
made beforehand.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from plans.presenters.check_in import LastTime
    from plans.presenters.check_in_expected import TakenPeriod
    from plans.presenters.check_in_since import Fact
    from plans.presenters.escalation import Protocol


@dataclass(frozen=True)
class Box:
    """One input: its name (also its id), its label, what was typed and what is wrong with it."""

    name: str
    label: str
    value: str = ""
    error: str = ""
    help: str = ""


@dataclass(frozen=True)
class Option:
    """`level`: of an answer that raises a red flag."""

    value: str
    label: str
    look: str = ""
    icon: str = "tick"
    level: str = ""


@dataclass(frozen=True)
class Choice:
    """Answers of which one may be chosen; `value` is empty until a person has chosen."""

    name: str
    label: str
    options: tuple[Option, ...]
    value: str = ""
    error: str = ""


@dataclass(frozen=True)
class Confirm:
    """Whether a starred item waits for its confirming key or has raised its red flag."""

    key: str
    label: str
    waits: bool
    raised: bool
    removed: Box | None = None


@dataclass(frozen=True)
class Item:
    """A safety question or a symptom row."""

    key: str
    name: str
    label: str
    answer: Choice
    shape: str
    star: bool
    present: bool
    boxes: Mapping[str, Box]
    choices: Mapping[str, Choice]
    confirm: Confirm | None
    last: str = ""
    group: str = ""
    unanswered: bool = False


@dataclass(frozen=True)
class TakenRow:
    name: str
    drug: str
    expected: tuple[TakenPeriod, ...]
    answer: Choice
    boxes: Mapping[str, Box]
    open: bool


@dataclass(frozen=True)
class AmountRow:
    number: int
    product: Choice
    boxes: Mapping[str, Box]


@dataclass(frozen=True)
class BeyondLimit:
    """Under a vital sign beyond a limit: the confirming key, then that the red flag is raised.

    `name`: the box that holds the figure that was confirmed. `removed`: of a correction, why the
    red flag was an error.
    """

    key: str
    name: str
    value: str
    words: str
    level: str
    raised: bool
    removed: Box | None = None
    removed_only: bool = False


@dataclass(frozen=True)
class VitalBox:
    """`fixed`: its red flag is raised, so that it is taken back, not typed over."""

    box: Box
    unit: str
    sure: Box | None = None
    sure_given: bool = False
    beyond: tuple[BeyondLimit, ...] = ()
    fixed: bool = False


@dataclass(frozen=True)
class ScaleRow:
    number: int
    scale: Choice
    boxes: Mapping[str, Box]


@dataclass(frozen=True)
class ToComplete:
    where: str
    words: str
    done: bool = False


@dataclass(frozen=True)
class Rest:
    """What "none of the rest was present" would deny, its stars by name."""

    chosen: bool
    count: int
    words: str
    stars: str


@dataclass(frozen=True)
class FormPage:
    heading: str
    safety: tuple[Item, ...]
    safety_words: str
    safety_pattern: str
    rows: tuple[Item, ...]
    rows_words: str
    rows_pattern: str
    blank: Item
    addable: tuple[tuple[str, tuple[Option, ...]], ...]
    catalogue: tuple[dict[str, str], ...]
    rest: Rest
    taken: tuple[TakenRow, ...]
    taken_since: str
    amounts: tuple[AmountRow, ...]
    vitals: tuple[VitalBox, ...]
    more_vitals: tuple[VitalBox, ...]
    more_vitals_open: bool
    scales: tuple[ScaleRow, ...]
    item_nine: Item
    scales_open: bool
    notes: Mapping[str, Box]
    notes_open: bool
    in_confidence: bool
    decision: Choice
    decision_reason: Box
    next_boxes: tuple[Box, ...]
    next_error: str
    next_words: str
    next_how: Choice
    no_next: Box
    how: Choice
    reported_by: Choice
    boxes: Mapping[str, Box]
    as_on_file: bool
    on_file: str
    when: str
    in_force: str
    happened_open: bool
    correction: Box | None
    complete: tuple[ToComplete, ...]
    waits: str
    first: str
    refused: tuple[dict[str, str], ...]
    protocol: Protocol
    protocol_same_day: Protocol
    # The level whose text is shown: of what is answered present or beyond a limit.
    protocol_shown: str
    saved: str
    listed: str
    far: bool
    happened_boxes: tuple[Box, ...]
    told_boxes: tuple[Box, ...]
    amounts_open: bool
    last: LastTime | None
    since: tuple[Fact, ...]
    raised_words: str
    flags: Mapping[str, str] = field(default_factory=dict)
