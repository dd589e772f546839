"""Who cannot be reached: when unanswered calls become a red flag.

Only when the clinic has typed how many, and then by counting; nothing here is a default.
"""

from __future__ import annotations

from plans.rules import limits
from plans.rules.symptoms import UNANSWERED_CALLS
from taperplan import formats
from taperplan.words import gettext as _


def is_flag(attempts: int, limit: int | None, *, open_now: bool) -> bool:
    """Whether so many unanswered calls in a row raise the flag now. One open flag is enough."""
    return limit is not None and attempts >= limit and not open_now


def told(symptom: str, what: str) -> str:
    """As "seizure recorded present". What was counted or measured stands by itself."""
    if symptom == UNANSWERED_CALLS or limits.of_key(symptom) is not None:
        return what
    return _("{what} recorded present").format(what=what)


def label(attempts: int) -> str:
    return _("unanswered calls ({n} in a row)").format(n=formats.number(attempts))
