"""The page on which a check-in is typed: every box with the text that stands in it.

Nothing is chosen beforehand. A box shows what a person typed in this draft, and nothing else.
"""

from __future__ import annotations

from plans.presenters.check_in_form.figures import (
    beyond,
)
from plans.presenters.check_in_form.page import (
    form_page,
)
from plans.presenters.check_in_form.words import (
    answer_words,
    asked_again,
    box_label,
    next_words,
    rest_words,
    saved_at,
    to_complete,
    waits_for,
)

__all__ = (
    "answer_words",
    "asked_again",
    "beyond",
    "box_label",
    "form_page",
    "next_words",
    "rest_words",
    "saved_at",
    "to_complete",
    "waits_for",
)
