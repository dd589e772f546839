"""What is typed about a red flag. Nothing here reads the database."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from taperplan import wall_clock
from taperplan.fields import ChoiceField, ClockField, DayField, LineField, NoteField, TokenField
from taperplan.grammar import Refused

if TYPE_CHECKING:
    import uuid
    from datetime import datetime

    from plans.rules.catalogue import Catalogue
    from taperplan.accounts.models import User

HOW = [("phone", _("Phone")), ("video", _("Video")), ("in person", _("In person"))]
REACHED = [("yes", _("Yes")), ("no answer", _("No answer")), ("left word", _("Left word"))]


class TokenForm(forms.Form):
    """`purpose` is the act and the record; the token's key makes the act happen once."""

    purpose = ""

    def __init__(self, data: Any = None, *, user: User, about: uuid.UUID, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.fields["token"] = TokenField(user=user, purpose=f"{self.purpose}:{about}")
        self.fields["token"].widget.attrs["id"] = f"{self.purpose}-token"

    @property
    def form_key(self) -> uuid.UUID:
        key: uuid.UUID = self.cleaned_data["token"]
        return key


class TimedForm(TokenForm):
    """When it happened: nothing typed is now; else a clock time, today or on the day typed."""

    def __init__(self, *args: Any, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.now = now
        self.fields["day"] = DayField(
            label=_("Day, where it was not today"), required=False, not_after=now.date()
        )
        self.fields["clock"] = ClockField(label=_("Time of day"), required=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        day, clock = cleaned.get("day"), cleaned.get("clock")
        at = self.now
        if day is not None and clock is None and "clock" not in self.errors:
            self.add_error("clock", _("Type the time of day too."))
        if clock is not None:
            try:
                at = wall_clock.moment(day or self.now.date(), clock, now=self.now)
            except Refused as refused:
                self.add_error("clock", refused.sentence)
        cleaned["at"] = at
        return cleaned


class ContactForm(TimedForm):
    purpose = "red-flag-contact"

    whom = LineField(label=_("Who was called"))
    place = LineField(label=_("Number or place"), required=False, limit=300)
    how = ChoiceField(label=_("How"), choices=HOW, look="segments")
    reached = ChoiceField(label=_("Reached?"), choices=REACHED, look="segments")
    text = NoteField(label=_("What was said and agreed"), required=False)

    def __init__(self, *args: Any, acknowledged: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not acknowledged:
            self.fields["dealing"] = forms.BooleanField(
                label=_("I am dealing with it: acknowledge the red flag"), required=False
            )


class InsteadForm(TimedForm):
    purpose = "red-flag-instead"

    text = NoteField(
        label=_("What was done instead"),
        help_text=_("A welfare check, the emergency service: who, when, what they said."),
    )


class OutcomeForm(TokenForm):
    purpose = "red-flag-outcome"

    text = NoteField(label=_("What happened to the person"))


class CloseForm(TokenForm):
    purpose = "red-flag-close"


class ReopenForm(TokenForm):
    purpose = "red-flag-reopen"

    text = NoteField(label=_("Why it is opened again"))


class InErrorForm(TokenForm):
    purpose = "red-flag-error"

    text = NoteField(label=_("Why it is an error"))


class ReportForm(TokenForm):
    """ "Report now": what, when it happened, who said so."""

    purpose = "red-flag-report"

    symptom = ChoiceField(label=_("What"), look="options-2", choices=[])
    happened = LineField(
        label=_("When it happened"),
        limit=300,
        help_text=_("As told: a time, a day, or not known."),
    )
    said_by = LineField(
        label=_("Who said so"), help_text=_("The patient, a carer, a colleague: by name.")
    )
    text = NoteField(label=_("In their words"), required=False)

    def __init__(self, *args: Any, catalogue: Catalogue, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["symptom"].choices = stars(catalogue)  # type: ignore[attr-defined]


def stars(catalogue: Catalogue) -> list[tuple[str, str]]:
    """What raises a red flag in this clinic."""
    return [(symptom.key, _upper(symptom.label)) for symptom in catalogue.starred]


def _upper(words: str) -> str:
    return words[:1].upper() + words[1:]
