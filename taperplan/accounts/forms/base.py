"""A form on its page, and what it does when somebody else saved first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from crispy_forms.helper import FormHelper
from django import forms
from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from django.http import QueryDict

THEIRS, YOURS = "theirs", "yours"
DIFFERS = "differs"


class Form(forms.Form):
    """Drawn by crispy with our field template; the form's tag and token are the page's."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)

    @property
    def helper(self) -> FormHelper:
        helper = FormHelper()
        helper.form_tag = False
        helper.disable_csrf = True
        return helper


@dataclass(frozen=True)
class Row:
    """One field that differs; `name` is the radio group that settles it."""

    field: str
    label: str
    theirs: str
    yours: str

    @property
    def name(self) -> str:
        return f"keep_{self.field}"


@dataclass(frozen=True)
class Conflict:
    """Theirs and yours, neither chosen beforehand."""

    rows: Sequence[Row]

    @property
    def title(self) -> str:
        return _("Somebody else saved first. Choose for each line what is kept.")


def settled(
    data: QueryDict, put_theirs: Callable[[QueryDict, str], None]
) -> tuple[QueryDict, list[str]]:
    """What was typed, with theirs put in where theirs was chosen; and the lines still open."""
    typed = data.copy()
    undecided = []
    for field in data.getlist(DIFFERS):
        chosen = data.get(f"keep_{field}")
        if chosen == THEIRS:
            put_theirs(typed, field)
        elif chosen != YOURS:
            undecided.append(field)
    return typed, undecided
