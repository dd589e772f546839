"""Forms of a running plan: stay on a dose, go on, interrupt, restart. Nothing is preselected."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from plans.forms.plan import TokenForm
from plans.presenters.choices import SLOTS
from taperplan.fields import ChoiceField, DayField, DaysField, LineField, NoteField

if TYPE_CHECKING:
    from taperplan.accounts.models import User

LONGEST_WHY = 500


class ChangeForm(TokenForm):
    """`from_day` is the day from which the new version is in force; the reason is its reason."""

    from_day = DayField(
        label=gettext_lazy("From which day"),
        error_messages={"required": gettext_lazy("Type the day.")},
    )
    from_slot = ChoiceField(
        label=gettext_lazy("From what time of day"),
        required=False,
        choices=[("", gettext_lazy("the start of that day")), *SLOTS],
        widget=forms.Select(),
    )
    reason = NoteField(
        label=gettext_lazy("Reason"),
        limit=LONGEST_WHY,
        error_messages={"required": gettext_lazy("Type the reason.")},
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, user=user, purpose="change a running plan", **kwargs)


class StayForm(ChangeForm):
    """Exactly one of three: so many days more, up to a day, until told."""

    how_long = ChoiceField(
        label=gettext_lazy("How long"),
        choices=[
            ("days", gettext_lazy("So many days longer than signed")),
            ("until", gettext_lazy("Up to and with a day")),
            ("open", gettext_lazy("Until the clinic tells the next change")),
        ],
    )
    days = DaysField(label=gettext_lazy("Days longer"), required=False)
    until = DayField(label=gettext_lazy("Up to and with"), required=False)
    field_order = ("from_day", "from_slot", "how_long", "days", "until", "reason", "token")

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        chosen = cleaned.get("how_long")
        for name in ("days", "until"):
            if name in self.errors or chosen is None:
                continue
            typed = cleaned.get(name) is not None
            if chosen == name and not typed:
                self.add_error(name, _("Nothing is typed here yet."))
            elif chosen != name and typed:
                self.add_error(name, _("This is typed, and another answer is chosen above."))
        return cleaned


class GoOnForm(ChangeForm):
    field_order = ("from_day", "from_slot", "reason", "token")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["from_day"].label = _("The next change begins on")


class InterruptForm(ChangeForm):
    where = LineField(
        label=gettext_lazy("Who sets the doses meanwhile, or where"),
        error_messages={"required": gettext_lazy("Type who, or where.")},
    )
    ends = ChoiceField(
        label=gettext_lazy("Until when"),
        look="segments",
        choices=[("until", gettext_lazy("Up to a day")), ("open", gettext_lazy("Not known yet"))],
    )
    until = DayField(label=gettext_lazy("Up to and with"), required=False)
    field_order = ("from_day", "from_slot", "where", "ends", "until", "reason", "token")

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        chosen, typed = cleaned.get("ends"), cleaned.get("until") is not None
        if chosen == "until" and not typed and "until" not in self.errors:
            self.add_error("until", _("Nothing is typed here yet."))
        elif chosen == "open" and typed:
            self.add_error("until", _("This is typed, and another answer is chosen above."))
        return cleaned


class RestartForm(ChangeForm):
    dates = ChoiceField(
        label=gettext_lazy("Dates of what was not over when the interruption began"),
        choices=[
            ("later", gettext_lazy("Later by the days of the interruption")),
            ("signed", gettext_lazy("As they are signed")),
        ],
    )
    field_order = ("from_day", "from_slot", "dates", "reason", "token")
