"""What is typed for the handover sheet of a red flag."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from plans.forms.escalation import TokenForm
from taperplan.fields import NoteField

PARTS = ("situation", "background", "assessment", "done")


class HandoverForm(TokenForm):
    purpose = "handover"

    # The note that was read, so that nobody writes over one that they have not seen.
    number = forms.IntegerField(widget=forms.HiddenInput(), min_value=0)
    situation = NoteField(
        label=_("Situation"),
        required=False,
        rows=2,
        help_text=_("What is happening now, where the person is, who is with them."),
    )
    background = NoteField(
        label=_("Background"),
        required=False,
        rows=2,
        help_text=_("What led to it. The plan, allergies and other medicines are printed below."),
    )
    assessment = NoteField(
        label=_("Assessment"), required=False, rows=2, help_text=_("What you found.")
    )
    done = NoteField(
        label=_("What was done"),
        required=False,
        rows=2,
        help_text=_("And what you ask of whoever takes over."),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors and not any(cleaned.get(part) for part in PARTS):
            self.add_error("situation", _("Type at least one of the four."))
        return cleaned
