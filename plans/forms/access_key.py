"""What an administrator says about a program that may read."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, time
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from patients.forms import Form, capital
from patients.vocabulary import Ground
from plans.models.exchange import KEY_GROUNDS
from plans.rules.exchange import Part
from taperplan.fields import ChoiceField, DayField, LineField, TokenField

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from taperplan.accounts.models import User

ISSUE = "issue a key to a program"
CALENDAR = "issue a key to a calendar"


class KeyForm(Form):
    """Nothing is preset: which parts leave, and on what ground, is said each time."""

    recipient = LineField(label=gettext_lazy("Who reads with it"), limit=200)
    parts = forms.MultipleChoiceField(
        label=gettext_lazy("What it may read"), widget=forms.CheckboxSelectMultiple
    )
    ground = ChoiceField(label=gettext_lazy("On what ground"))
    why = LineField(label=gettext_lazy("Reason"), limit=200)
    answers_for = ChoiceField(label=gettext_lazy("Which clinician answers for it"))
    ends_on = DayField(label=gettext_lazy("Last day"))

    def __init__(
        self, data: Any = None, *, user: User, today: date, people: Sequence[tuple[str, str]]
    ) -> None:
        super().__init__(data, today=today)
        self.fields["parts"].choices = [  # type: ignore[attr-defined]
            (part.value, capital(part.words)) for part in Part
        ]
        self.fields["ground"].choices = [  # type: ignore[attr-defined]
            (ground.value, capital(ground.words)) for ground in KEY_GROUNDS
        ]
        self.fields["answers_for"].choices = people  # type: ignore[attr-defined]
        self.add(token=TokenField(user=user, purpose=ISSUE))

    def clean_ends_on(self) -> date | None:
        day: date | None = self.cleaned_data["ends_on"]
        if day is not None and not 0 <= (day - self.today).days < 365:
            raise forms.ValidationError(_("A key ends within a year, and not before today."))
        return day

    @property
    def ends_at(self) -> datetime:
        """As the day ends in the clinic: its zone is the current one."""
        from django.utils import timezone

        last = datetime.combine(self.cleaned_data["ends_on"], time(23, 59, 59))
        return timezone.make_aware(last).astimezone(UTC)

    @property
    def parts_said(self) -> frozenset[Part]:
        return frozenset(map(Part, self.cleaned_data["parts"]))

    @property
    def ground_said(self) -> Ground:
        return Ground(self.cleaned_data["ground"])

    @property
    def person(self) -> uuid.UUID:
        return uuid.UUID(self.cleaned_data["answers_for"])


class CalendarForm(Form):
    def __init__(self, data: Any = None, *, user: User, today: date) -> None:
        super().__init__(data, today=today)
        self.add(token=TokenField(user=user, purpose=CALENDAR))
