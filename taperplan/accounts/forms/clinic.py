"""Forms about the clinic: its numbers and hours, texts, levels, ladder, limits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from zoneinfo import available_timezones

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from taperplan.accounts.actions.protocol import RungTyped
from taperplan.accounts.forms.base import Form
from taperplan.accounts.models import Clinic, Rung
from taperplan.accounts.models.protocol import LOWERABLE, Level
from taperplan.fields import ChoiceField, CountField, LineField, NoteField, PhoneField, TokenField

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from taperplan.accounts.models import Ladder, LevelSet, User

ROTA, SHARED = Rung.Who.ROTA.value, Rung.Who.SHARED.value
EMAIL_ALONE = (Rung.Channel.EMAIL.value, Rung.Channel.EMAIL.label)
TEXT_LIMIT = 8000
MOST_RUNGS = 12


class NumbersForm(Form):
    name = LineField(label=gettext_lazy("Name of the clinic"), limit=200)
    telephone = PhoneField(label=gettext_lazy("Telephone"), required=False)
    hours = LineField(
        label=gettext_lazy("Hours"),
        help_text=gettext_lazy("As they are to stand on a patient's handout."),
        required=False,
        limit=200,
    )
    out_of_hours = PhoneField(label=gettext_lazy("Out-of-hours number"), required=False)
    emergency = PhoneField(label=gettext_lazy("Emergency number"), required=False)
    crisis = PhoneField(label=gettext_lazy("Crisis line"), required=False)
    time_zone = forms.ChoiceField(
        label=gettext_lazy("Time zone"),
        help_text=gettext_lazy("Says which day it is in the clinic."),
        choices=lambda: [(zone, zone.replace("_", " ")) for zone in sorted(available_timezones())],
        error_messages={"invalid_choice": gettext_lazy("Choose one of the zones shown.")},
    )
    paper = ChoiceField(
        label=gettext_lazy("Paper"), look="segments", choices=lambda: Clinic.Paper.choices
    )
    clock = ChoiceField(
        label=gettext_lazy("Clock"), look="segments", choices=lambda: Clinic.Clock.choices
    )
    week_begins = ChoiceField(
        label=gettext_lazy("The week begins on"),
        help_text=gettext_lazy("In calendars, and for the handouts of a week."),
        look="segments",
        choices=lambda: Clinic.WeekBegins.choices,
    )
    language = ChoiceField(
        label=gettext_lazy("Language"),
        help_text=gettext_lazy("Of pages and papers. What people typed stays as it is."),
        look="segments",
        choices=lambda: settings.LANGUAGES,
    )
    file_title = ChoiceField(
        label=gettext_lazy("Title of printed files"),
        help_text=gettext_lazy(
            "A reader shows it in its window, and whoever has the file can read it. "
            "The file's own name is always a reference."
        ),
        choices=lambda: Clinic.FileTitle.choices,
    )
    revision = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if len(settings.LANGUAGES) == 1:
            del self.fields["language"]

    def changes(self) -> Mapping[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name != "revision"}


class NumberedForm(Form):
    """A form that writes the next row: `number` is that of the row that was read, 0 for none."""

    purpose = ""

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["token"] = TokenField(user=user, purpose=self.purpose)
        self.fields["number"] = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
        # Several of these forms stand on one page.
        for name in ("token", "number"):
            self.fields[name].widget.attrs["id"] = f"{self.purpose}-{name}"


class TextForm(NumberedForm):
    purpose = "clinic-text"

    text = NoteField(label=gettext_lazy("Text"), limit=TEXT_LIMIT, rows=10)


class LevelsForm(NumberedForm):
    """For each item that may be lowered, one of the two levels; none chosen beforehand."""

    purpose = "levels"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for key, label in LOWERABLE.items():
            self.fields[key] = ChoiceField(label=label, choices=Level.choices)

    def same_day(self) -> list[str]:
        return [key for key in LOWERABLE if self.cleaned_data[key] == Level.SAME_DAY]


def levels_as_typed(levels: LevelSet | None) -> dict[str, str]:
    if levels is None:
        return {}
    return {
        key: (Level.SAME_DAY if key in levels.same_day else Level.EMERGENCY).value
        for key in LOWERABLE
    }


class MinutesField(CountField):
    """Minutes that somebody typed; at least one."""

    def read(self, typed: str) -> int:
        minutes = super().read(typed)
        if minutes < 1:
            raise ValidationError(_("Type at least 1 minute."), code="none")
        return minutes


class LadderForm(NumberedForm):
    """Rungs from the first to the last. A rung without a person is left out."""

    purpose = "ladder"

    def __init__(
        self, *args: Any, people: Sequence[User], rungs: int, pager: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.people = {str(person.pk): person for person in people}
        self.numbers = range(1, min(rungs, MOST_RUNGS) + 1)
        self.pager = pager
        names = [
            ("", _("nobody")),
            *((key, person.name) for key, person in self.people.items()),
            (ROTA, _("Whoever is on call (rota)")),
            (SHARED, _("A shared address")),
        ]
        channels = Rung.Channel.choices if pager else [EMAIL_ALONE]
        for number in self.numbers:
            named = {"number": number}
            self.fields[f"person_{number}"] = forms.ChoiceField(
                label=_("Rung %(number)s: who") % named,
                choices=names,
                required=False,
                error_messages={"invalid_choice": _("Choose somebody from the list.")},
            )
            self.fields[f"address_{number}"] = forms.EmailField(
                label=_("Rung %(number)s: shared address") % named,
                required=False,
                widget=forms.TextInput({"inputmode": "email", "autocomplete": "off"}),
                error_messages={"invalid": _("This is not an email address.")},
            )
            self.fields[f"channel_{number}"] = forms.ChoiceField(
                label=_("Rung %(number)s: by") % named, choices=channels, required=False
            )
            self.fields[f"minutes_{number}"] = MinutesField(
                label=_("Rung %(number)s: minutes before the next is told") % named,
                required=False,
                width=4,
            )

    def rows(self) -> list[dict[str, Any]]:
        return [
            {
                "number": number,
                "person": self[f"person_{number}"],
                "address": self[f"address_{number}"],
                "channel": self[f"channel_{number}"] if self.pager else None,
                "minutes": self[f"minutes_{number}"],
            }
            for number in self.numbers
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for number in self.numbers:
            person, minutes = cleaned.get(f"person_{number}"), cleaned.get(f"minutes_{number}")
            address = cleaned.get(f"address_{number}")
            typed = f"minutes_{number}" in cleaned
            if person and typed and minutes is None:
                self.add_error(f"minutes_{number}", _("Type the minutes for this rung."))
            if minutes is not None and not person and f"person_{number}" in cleaned:
                self.add_error(f"person_{number}", _("Choose who stands on this rung."))
            if address and person != SHARED:
                self.add_error(
                    f"address_{number}", _("An address is for a rung with a shared address.")
                )
            by_pager = cleaned.get(f"channel_{number}") == Rung.Channel.WEBHOOK.value
            if person == SHARED and not address and not by_pager and f"address_{number}" in cleaned:
                self.add_error(f"address_{number}", _("Type the shared address."))
        return cleaned

    def rungs(self) -> list[RungTyped]:
        found = []
        for number in self.numbers:
            key = self.cleaned_data[f"person_{number}"]
            if not key:
                continue
            who = Rung.Who(key) if key in (ROTA, SHARED) else Rung.Who.PERSON
            found.append(
                RungTyped(
                    who=who,
                    minutes=self.cleaned_data[f"minutes_{number}"],
                    channel=Rung.Channel(
                        self.cleaned_data.get(f"channel_{number}") or Rung.Channel.EMAIL
                    ),
                    person=self.people.get(key),
                    address=self.cleaned_data[f"address_{number}"],
                )
            )
        return found


def rungs_shown(ladder: Ladder | None) -> int:
    """Those that stand, and room for two more; never fewer than four."""
    return min(MOST_RUNGS, max(4, (ladder.rungs.count() if ladder else 0) + 2))


def ladder_as_typed(ladder: Ladder | None, people: Sequence[User], rungs: int) -> dict[str, str]:
    """What the boxes hold for the ladder that stands; somebody who has left leaves a gap."""
    here = {person.pk for person in people}
    kept = list(ladder.rungs.order_by("position")) if ladder else []
    values = {}
    for number in range(1, rungs + 1):
        rung = kept[number - 1] if number <= len(kept) else None
        there = rung is not None and (rung.person_id is None or rung.person_id in here)
        values[f"person_{number}"] = (
            (str(rung.person_id) if rung.person_id else rung.who) if rung and there else ""
        )
        values[f"address_{number}"] = rung.address if rung else ""
        values[f"channel_{number}"] = rung.channel if rung and there else ""
        values[f"minutes_{number}"] = str(rung.minutes) if rung and there else ""
    return values


class TimeLimitsForm(NumberedForm):
    purpose = "time-limits"

    emergency_minutes = MinutesField(
        label=gettext_lazy("Emergency: minutes from acknowledged to contacted"), width=4
    )
    same_day_minutes = MinutesField(
        label=gettext_lazy("Same day: minutes from acknowledged to contacted"), width=4
    )


class TestMessageForm(Form):
    __test__ = False

    def __init__(
        self, *args: Any, user: User, people: Sequence[User], pager: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.people = {str(person.pk): person for person in people}
        self.fields["token"] = TokenField(user=user, purpose="test-message")
        self.fields["to"] = ChoiceField(
            label=_("To"), choices=[(key, person.name) for key, person in self.people.items()]
        )
        if pager:
            self.fields["by"] = ChoiceField(
                label=_("By"), look="segments", choices=Rung.Channel.choices
            )

    def to(self) -> User:
        return self.people[self.cleaned_data["to"]]

    def channel(self) -> Rung.Channel:
        return Rung.Channel(self.cleaned_data.get("by") or Rung.Channel.EMAIL)
