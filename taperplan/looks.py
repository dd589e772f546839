"""What a state looks like: always an icon, a word and a shape; colour comes fourth.

One table for tags and one for the word against the step before, so that a state looks the same
on every screen.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


@dataclass(frozen=True)
class Look:
    icon: str
    word: StrOrPromise
    shape: str = ""


TAGS: dict[str, Look] = {
    "emergency": Look("red-flag", _("Emergency"), "tag-emergency"),
    "same-day": Look("warning", _("Same day"), "tag-urgent"),
    "overdue": Look("late", _("Overdue"), "tag-late"),
    "finding": Look("warning", _("Finding"), "tag-late"),
    "due": Look("due", _("Due today")),
    "review": Look("due", _("Review due")),
    "active": Look("now", _("Active"), "tag-live"),
    "staying": Look("hold", _("Staying on this dose"), "tag-live"),
    "today": Look("forward", _("Today"), "tag-live"),
    "soon": Look("forward", _("Soon"), "tag-grey"),
    "asked": Look("check-in", _("Asked for, not yet signed")),
    "open": Look("to-do", _("Open")),
    "aftercare": Look("aftercare", _("Aftercare")),
    "interrupted": Look("interrupted", _("Interrupted")),
    "transferred": Look("transferred", _("Transferred")),
    "lost": Look("lost", _("Lost to contact")),
    "draft": Look("draft", _("Draft"), "tag-draft"),
    "invited": Look("mail", _("Invited"), "tag-draft"),
    "superseded": Look("version", _("Superseded"), "tag-grey"),
    "completed": Look("done", _("Completed"), "tag-grey"),
    "stopped": Look("ends", _("Stopped"), "tag-grey"),
    "error": Look("cross", _("Entered in error"), "tag-grey"),
    "closed": Look("done", _("Closed"), "tag-grey"),
    "deactivated": Look("cross", _("Deactivated"), "tag-grey"),
    "died": Look("cross", _("Died"), "tag-grey"),
    "archived": Look("document", _("Archived"), "tag-grey"),
    "restricted": Look("lock", _("Restricted")),
}

DIRECTIONS: dict[str, Look] = {
    "first": Look("", _("first step")),
    "lower": Look("lower", _("lower")),
    "same": Look("same", _("same")),
    "higher": Look("higher", _("higher")),
    "starts": Look("starts", _("starts")),
    "ends": Look("ends", _("ends")),
    "none": Look("", ""),
}
