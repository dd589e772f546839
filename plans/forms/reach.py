"""A call that nobody answered, and after how many of them a clinic is told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from plans.forms.escalation import REACHED, TimedForm, TokenForm
from taperplan import grammar
from taperplan.fields import ChoiceField, LineField, NoteField

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


class AttemptForm(TimedForm):
    purpose = "call-attempt"

    whom = LineField(label=_("Who was called"))
    place = LineField(label=_("Number or place"), required=False, limit=300)
    ended = ChoiceField(label=_("How it ended"), choices=REACHED[1:], look="segments")
    note = NoteField(label=_("Note"), required=False, rows=2)


class CallLimitForm(TokenForm):
    purpose = "call-limit"

    number = forms.IntegerField(widget=forms.HiddenInput())
    calls = LineField(
        label=_("Unanswered calls in a row that raise a same-day red flag"),
        required=False,
        help_text=_("Left empty, no number of calls raises one."),
    )

    def clean_calls(self) -> int | None:
        typed: str = self.cleaned_data["calls"]
        if not typed:
            return None
        try:
            calls = grammar.count(typed)
        except grammar.Refused as refused:
            raise forms.ValidationError(refused.sentence) from refused
        if calls == 0:
            refusal: _StrPromise = _("At least one call. Leave it empty for none.")
            raise forms.ValidationError(refusal)
        return calls

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["calls"].widget.attrs.update(inputmode="numeric", autocomplete="off")
