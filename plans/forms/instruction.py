"""The form of an instruction given by telephone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from plans.forms.escalation import TimedForm
from plans.rules.check_in import AskedKind
from taperplan.fields import ChoiceField, NoteField

if TYPE_CHECKING:
    from collections.abc import Sequence


class InstructionForm(TimedForm):
    purpose = "instruction"

    asked = ChoiceField(
        label=_("What the prescriber wants"),
        choices=lambda: [(kind.value, _upper(kind.label)) for kind in AskedKind],
    )
    words = NoteField(label=_("In the words used"), help_text=_("As they were said, whole."))
    read_back = ChoiceField(
        label=_("Read back to the prescriber, and confirmed by them?"),
        look="segments",
        choices=[("yes", _("Yes")), ("no", _("No"))],
    )
    field_order = ("given_by", "day", "clock", "asked", "words", "read_back")

    def __init__(self, *args: Any, prescribers: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["given_by"] = forms.ChoiceField(
            label=_("Given by"),
            choices=[("", "—"), *prescribers],
            error_messages={"required": _("Choose the prescriber who gave it.")},
        )
        self.order_fields(self.field_order)


def _upper(words: str) -> str:
    return words[:1].upper() + words[1:]
