"""The check code of a paper, typed by whoever holds it."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from taperplan.accounts.forms.base import Form
from taperplan.fields import LineField


class CheckCodeForm(Form):
    code = LineField(
        label=_("Check code"),
        help_text=_("Three groups of four, at the foot of each page."),
        error_messages={"required": _("Type the check code.")},
    )
