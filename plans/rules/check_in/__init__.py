"""A check-in as typed, read: what it says, what it still lacks, what cannot be read.

The answers are one flat document, name of the box -> the text that was typed. Nothing is
preset, so a box that is not in it, or is empty, is "not asked", "not recorded", "not typed".
A starred item counts from its confirming key on, in a draft as well; completing asks for more.
"""

from __future__ import annotations

from plans.rules.check_in.boxes import (
    AMOUNT_LINES,
    LINE_LIMIT,
    NAME_LIMIT,
    NOTE_LIMIT,
    SCALE_LINES,
    SUICIDE_ANSWERS,
    Answers,
    box,
    confirming_box,
    happened_on,
    is_box,
    rest_of,
    row_of,
    state_of,
    suicide_of,
    unanswered_safety,
)
from plans.rules.check_in.flags import (
    pressed,
    raised,
    red_flag_boxes,
    settle,
    to_be_confirmed,
    unconfirmed,
    without,
)
from plans.rules.check_in.reader import (
    read,
)
from plans.rules.check_in.reading import (
    AmountLine,
    Asking,
    Declined,
    Missing,
    OfferedDrug,
    OfferedProduct,
    Present,
    Reading,
    Refusal,
    ScaleLine,
    SuicideDetail,
    TakenLine,
    VitalLine,
)
from plans.rules.check_in.section import (
    NUL,
)
from plans.rules.check_in.words import (
    TELEPHONED,
    AskedKind,
    ContactHow,
    Decision,
    DraftState,
    How,
    Kind,
    NextHow,
    Reporter,
    Scale,
    TakenAs,
    YesNo,
)

__all__ = (
    "AMOUNT_LINES",
    "LINE_LIMIT",
    "NAME_LIMIT",
    "NOTE_LIMIT",
    "NUL",
    "SCALE_LINES",
    "SUICIDE_ANSWERS",
    "TELEPHONED",
    "AmountLine",
    "Answers",
    "AskedKind",
    "Asking",
    "ContactHow",
    "Decision",
    "Declined",
    "DraftState",
    "How",
    "Kind",
    "Missing",
    "NextHow",
    "OfferedDrug",
    "OfferedProduct",
    "Present",
    "Reading",
    "Refusal",
    "Reporter",
    "Scale",
    "ScaleLine",
    "SuicideDetail",
    "TakenAs",
    "TakenLine",
    "VitalLine",
    "YesNo",
    "box",
    "confirming_box",
    "happened_on",
    "is_box",
    "pressed",
    "raised",
    "read",
    "red_flag_boxes",
    "rest_of",
    "row_of",
    "settle",
    "state_of",
    "suicide_of",
    "to_be_confirmed",
    "unanswered_safety",
    "unconfirmed",
    "without",
)
