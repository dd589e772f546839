"""The form that moves later dates of a draft. Nothing is preselected."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from taperplan.fields import ChoiceField, DaysField

if TYPE_CHECKING:
    from collections.abc import Sequence


class ShiftForm(forms.Form):
    step = forms.ChoiceField(
        label=_("From which step on"),
        help_text=_("It moves, and so does every step that begins on its day or after it."),
        error_messages={"required": _("Choose the step.")},
    )
    days = DaysField(label=_("By how many days"))
    way = ChoiceField(
        label=_("Which way"),
        look="segments",
        choices=[("later", _("Later")), ("earlier", _("Earlier"))],
    )
    revision = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def __init__(self, *args: Any, steps: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["step"].choices = [("", "—"), *steps]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if "days" in cleaned and "way" in cleaned:
            cleaned["by"] = cleaned["days"] if cleaned["way"] == "later" else -cleaned["days"]
        return cleaned
