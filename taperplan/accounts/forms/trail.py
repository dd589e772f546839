"""What the trail is narrowed to."""

from __future__ import annotations

import re
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from taperplan.accounts.forms.base import Form
from taperplan.accounts.trail_page import TrailAsked
from taperplan.audit.verbs import Verb
from taperplan.fields import DayField, LineField

if TYPE_CHECKING:
    from datetime import date

_REFERENCE = re.compile(r"(?:P-)?([0-9a-f]{8})(?:-?[0-9a-f-]*)?", re.IGNORECASE)


class ReferenceField(LineField):
    """A patient's reference, as pages and documents show it."""

    def to_python(self, value: Any) -> str:
        text = super().to_python(value)
        if not text:
            return ""
        found = _REFERENCE.fullmatch(text)
        if found is None:
            raise ValidationError(
                _("This is not a patient's reference. Type it like P-7f3a91c2."), code="reference"
            )
        return found.group(1).lower()


class TrailForm(Form):
    patient = ReferenceField(
        label=gettext_lazy("Patient's reference"),
        required=False,
        limit=40,
        widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false", "class": "w-10"}),
    )
    person = LineField(
        label=gettext_lazy("Person"),
        help_text=gettext_lazy("A work email address, or its beginning."),
        required=False,
        limit=254,
        widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false"}),
    )
    verb = forms.ChoiceField(
        label=gettext_lazy("What"),
        required=False,
        choices=lambda: [
            ("", _("anything")),
            *sorted(((verb.value, capfirst(_(verb.value))) for verb in Verb), key=itemgetter(1)),
        ],
    )
    day = DayField(label=gettext_lazy("Day"), required=False)
    before = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)

    def __init__(self, data: Any, *, today: date) -> None:
        super().__init__(data)
        self.fields["day"].not_after = today  # type: ignore[attr-defined]

    def asked(self) -> TrailAsked | None:
        """None when something typed cannot be read; its sentence stands at the field."""
        if not self.is_valid():
            return None
        return TrailAsked(
            patient=self.cleaned_data["patient"],
            person=self.cleaned_data["person"].lower(),
            verb=self.cleaned_data["verb"],
            day=self.cleaned_data["day"],
            before=self.cleaned_data["before"],
        )

    def as_recorded(self) -> dict[str, str] | None:
        """What was looked for, for the trail's own row."""
        if not self.is_valid():
            return None
        found = {
            name: str(self.cleaned_data[name])
            for name in ("patient", "verb", "day")
            if self.cleaned_data[name]
        }
        if self.cleaned_data["person"]:
            found["person"] = "yes"
        return found or None
