"""The form of the told list: whom, told or not needed, how and when, who answered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from plans.forms.escalation import TimedForm
from taperplan.fields import ChoiceField, LineField, NoteField

if TYPE_CHECKING:
    from collections.abc import Sequence


class ToldForm(TimedForm):
    purpose = "told"

    audience = ChoiceField(label=_("Whom"), look="options-2")
    who = LineField(
        label=_("Name"), required=False, help_text=_("Needed where it is somebody else.")
    )
    answer = ChoiceField(
        label=_("Told?"),
        look="segments",
        choices=[("told", _("Told")), ("not needed", _("Not needed"))],
    )
    how = LineField(label=_("How"), required=False, help_text=_("By phone, letter, in person."))
    answered_by = LineField(label=_("Who answered"), required=False)
    reason = NoteField(label=_("Why it is not needed"), required=False, rows=2)
    field_order = ("audience", "who", "answer", "how", "day", "clock", "answered_by", "reason")

    def __init__(self, *args: Any, audiences: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["audience"].choices = audiences  # type: ignore[attr-defined]
        self.order_fields(self.field_order)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        answer = cleaned.get("answer")
        if cleaned.get("audience") == "other" and not cleaned.get("who"):
            self.add_error("who", _("Type who it is."))
        if answer == "told" and not cleaned.get("how"):
            self.add_error("how", _("Type how."))
        if answer == "told" and cleaned.get("reason"):
            self.add_error("reason", _("This is typed, and another answer is chosen above."))
        if answer == "not needed" and not cleaned.get("reason"):
            self.add_error("reason", _("Type the reason."))
        return cleaned
