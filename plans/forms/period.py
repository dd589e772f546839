"""A period, typed: its first and its last day. Sent in the address, so that it can be kept."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from taperplan import formats
from taperplan.fields import DayField


class PeriodForm(forms.Form):
    first = DayField(label=gettext_lazy("From"))
    last = DayField(label=gettext_lazy("Up to and with"))

    def __init__(self, *args: Any, most_days: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.most_days = most_days

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        first, last = cleaned.get("first"), cleaned.get("last")
        if first and last and last < first:
            self.add_error(
                "last",
                _("%(last)s is before %(first)s.")
                % {"last": formats.day(last), "first": formats.day(first)},
            )
        elif first and last and (last - first).days >= self.most_days:
            self.add_error(
                "last",
                _("This period is longer than %(n)s.") % {"n": formats.length(self.most_days)},
            )
        return cleaned
