"""Why the clinic's confirmation of a set of words is withdrawn."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from taperplan.accounts.forms.base import Form
from taperplan.fields import LineField


class WithdrawForm(Form):
    why = LineField(label=_("Reason"), error_messages={"required": _("Type the reason.")})
