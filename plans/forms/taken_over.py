"""The form of a plan that was in force elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from plans.forms.plan import TokenForm
from taperplan import formats
from taperplan.fields import DayField, LineField, NoteField

if TYPE_CHECKING:
    from taperplan.accounts.models import User


class TakenOverForm(TokenForm):
    set_by = LineField(label=gettext_lazy("Who set it"))
    source = LineField(
        label=gettext_lazy("From which paper"),
        limit=500,
        help_text=gettext_lazy("A letter, a list, a handout: of whom, of which day."),
    )
    as_told = NoteField(
        label=gettext_lazy("As told, in the words of the paper"), rows=8, limit=20_000
    )
    since = DayField(label=gettext_lazy("In force from"), required=False)
    until = DayField(label=gettext_lazy("In force until"), required=False)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, user=user, purpose="take a plan over", **kwargs)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and until < since:
            self.add_error(
                "until",
                _("%(last)s is before %(first)s.")
                % {"last": formats.day(until), "first": formats.day(since)},
            )
        return cleaned
