"""Forms of the rota, the hours of notices, deputies and the pager."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from taperplan import formats
from taperplan.accounts.forms.base import Form
from taperplan.accounts.forms.clinic import NumberedForm
from taperplan.accounts.week import Span
from taperplan.fields import ClockField, DayField, LineField, TokenField

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from taperplan.accounts.models import Absence, User

MOST_LINES = 28


class WeekForm(NumberedForm):
    """Lines of days, from, to; with `people` also who. A line without days is left out."""

    purpose = "week"

    def __init__(
        self, *args: Any, people: Sequence[User] | None, lines: int, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.people = None if people is None else {str(one.pk): one for one in people}
        self.numbers = range(1, min(lines, MOST_LINES) + 1)
        days = [(str(day), formats.short_weekday(day)) for day in formats.week()]
        for number in self.numbers:
            named = {"number": number}
            self.fields[f"days_{number}"] = forms.MultipleChoiceField(
                label=_("Line %(number)s: days") % named,
                choices=days,
                required=False,
                widget=forms.CheckboxSelectMultiple,
            )
            self.fields[f"begins_{number}"] = ClockField(
                label=_("Line %(number)s: from") % named, required=False, width=5
            )
            self.fields[f"ends_{number}"] = ClockField(
                label=_("Line %(number)s: until") % named, required=False, width=5
            )
            if self.people is not None:
                self.fields[f"person_{number}"] = forms.ChoiceField(
                    label=_("Line %(number)s: who") % named,
                    choices=[("", _("nobody"))]
                    + [(key, one.name) for key, one in self.people.items()],
                    required=False,
                    error_messages={"invalid_choice": _("Choose somebody from the list.")},
                )

    def lines(self) -> list[dict[str, Any]]:
        return [
            {
                "number": number,
                "days": self[f"days_{number}"],
                "begins": self[f"begins_{number}"],
                "ends": self[f"ends_{number}"],
                "person": self[f"person_{number}"] if self.people is not None else None,
            }
            for number in self.numbers
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for number in self.numbers:
            names = [f"begins_{number}", f"ends_{number}"]
            names += [f"person_{number}"] if self.people is not None else []
            days = cleaned.get(f"days_{number}")
            typed = [name for name in names if cleaned.get(name) not in (None, "")]
            if days:
                for name in names:
                    if name in cleaned and name not in typed:
                        self.add_error(name, _("Type this, or take the days of the line away."))
            elif typed and f"days_{number}" in cleaned:
                self.add_error(f"days_{number}", _("Choose the days of this line."))
        return cleaned

    def spans(self) -> list[Span[User | None]]:
        found = []
        for number in self.numbers:
            if days := self.cleaned_data[f"days_{number}"]:
                key = self.cleaned_data.get(f"person_{number}", "")
                found.append(
                    Span(
                        days=frozenset(int(day) for day in days),
                        begins=self.cleaned_data[f"begins_{number}"],
                        ends=self.cleaned_data[f"ends_{number}"],
                        who=self.people[key] if self.people is not None else None,
                    )
                )
        return found


def lines_shown(spans: Sequence[Span[Any]]) -> int:
    """Those that stand, and room for two more; never fewer than three."""
    return min(MOST_LINES, max(3, len(spans) + 2))


def week_as_typed(
    spans: Sequence[Span[User | None]], here: Sequence[User] | None
) -> dict[str, Any]:
    """What the boxes hold; somebody who has left leaves a gap."""
    values: dict[str, Any] = {}
    known = {one.pk for one in here or ()}
    for number, span in enumerate(spans, start=1):
        values[f"days_{number}"] = [str(day) for day in sorted(span.days)]
        values[f"begins_{number}"] = formats.clock(span.begins)
        values[f"ends_{number}"] = formats.clock(span.ends)
        there = span.who is not None and span.who.pk in known
        values[f"person_{number}"] = str(span.who.pk) if span.who and there else ""
    return values


class AbsenceForm(Form):
    """Who is away, from when to when, and who is told instead; nothing chosen beforehand."""

    first_day = DayField(label=gettext_lazy("First day away"))
    last_day = DayField(label=gettext_lazy("Last day away"))

    def __init__(
        self, *args: Any, user: User, people: Sequence[User], anybody: bool, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.people = {str(one.pk): one for one in people}
        self.user = user
        names = [("", _("nobody"))] + [(key, one.name) for key, one in self.people.items()]
        wrong = {"invalid_choice": _("Choose somebody from the list.")}
        if anybody:
            self.fields["person"] = forms.ChoiceField(
                label=_("Who is away"), choices=names, error_messages=wrong
            )
        self.fields["deputy"] = forms.ChoiceField(
            label=_("Deputy, told instead"), choices=names, error_messages=wrong
        )
        self.fields["token"] = TokenField(user=user, purpose="absence")
        order = ["person", "deputy", "first_day", "last_day", "token"]
        self.order_fields(order)

    def person(self) -> User:
        key = self.cleaned_data.get("person")
        return self.people[key] if key else self.user

    def deputy(self) -> User:
        return self.people[self.cleaned_data["deputy"]]


class PagerForm(NumberedForm):
    purpose = "pager"

    url = LineField(
        label=gettext_lazy("Address of the pager's service"),
        help_text=gettext_lazy(
            "Begins with https://. Its host is one that this installation allows. Empty: no pager."
        ),
        required=False,
        limit=500,
    )


def absence_lines(rows: Sequence[Absence]) -> list[Mapping[str, Any]]:
    return [
        {
            "row": row,
            "words": _("%(name)s is away, %(deputy)s is told instead")
            % {"name": row.person.name, "deputy": row.deputy.name},
            "days": formats.day_range(row.first_day, row.last_day),
        }
        for row in rows
    ]
