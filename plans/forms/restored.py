"""What was done about what a restore left out."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from plans.forms.escalation import TokenForm
from taperplan.fields import NoteField


class GapForm(TokenForm):
    purpose = "gap"

    text = NoteField(
        label=_("What was done about it"),
        help_text=_("Who was asked, which paper was read, what was typed again."),
    )
