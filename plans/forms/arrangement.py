"""The form of a supply arrangement. Days are typed, or listed from weekdays and then moved."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.forms.utils import ErrorDict
from django.utils.translation import gettext_lazy as _

from plans.forms.plan import TokenForm
from plans.rules import collection_days
from taperplan import formats
from taperplan.fields import ChoiceField, DayField, LineField, NoteField, QuantityField

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.http import QueryDict

    from plans.rules.collection_days import CollectionDay
    from taperplan.accounts.models import User

LONGEST_LIST = 366


class ListForm(forms.Form):
    """Chosen weekdays between two days: dates only, and they can be moved by hand afterwards."""

    weekdays = forms.TypedMultipleChoiceField(
        label=_("Weekdays"),
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        choices=lambda: [(place, formats.short_weekday(place)) for place in formats.week()],
        error_messages={"required": _("Choose a weekday.")},
    )
    list_first = DayField(label=_("From"))
    list_last = DayField(label=_("Up to and with"))

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        first, last = cleaned.get("list_first"), cleaned.get("list_last")
        if first and last and not 0 <= (last - first).days < LONGEST_LIST:
            self.add_error("list_last", _("It is not within a year after the first day."))
        return cleaned


class ArrangementForm(TokenForm):
    collections = NoteField(
        label=_("Collection days, one a line"),
        rows=8,
        limit=20_000,
        help_text=_(
            "As 30 Nov 2026, or 30 Nov 2026 evening where the days begin in the evening; "
            "24 Dec 2026 for 25 Dec 2026 where it is moved for a holiday."
        ),
    )
    until = DayField(label=_("The last collection lasts up to and with"), required=False)
    pack = ChoiceField(
        label=_("Pack"),
        look="segments",
        choices=[
            ("original", _("Original pack")),
            ("blister", _("Blister")),
            ("one day", _("One-day packs")),
        ],
    )
    taking = ChoiceField(
        label=_("Taken"),
        look="segments",
        choices=[("home", _("Taken home")), ("supervised", _("Supervised"))],
    )
    collected_by = LineField(label=_("Who else may collect"), required=False)
    note = NoteField(label=_("For the pharmacy"), required=False, rows=2)

    def __init__(
        self, *args: Any, user: User, as_needed: Sequence[tuple[str, str]], **kwargs: Any
    ) -> None:
        """`as_needed`: its lines as (key, words)."""
        super().__init__(*args, user=user, purpose="arrange supply", **kwargs)
        self.needed = {f"needed_{key}": key for key, _words in as_needed}
        for key, words in as_needed:
            label = _("At each collection, as needed: %(what)s") % {"what": words}
            self.fields[f"needed_{key}"] = QuantityField(label=label, required=False)

    def clean_collections(self) -> tuple[CollectionDay, ...]:
        try:
            return collection_days.read(self.cleaned_data["collections"])
        except collection_days.Refused as refused:
            raise forms.ValidationError(refused.sentences) from refused

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        days, until = cleaned.get("collections"), cleaned.get("until")
        if days and until and until < days[-1].day:
            self.add_error(
                "until",
                _("%(until)s is before the last collection, %(last)s.")
                % {"until": formats.day(until), "last": formats.day(days[-1].day)},
            )
        return cleaned

    def unread(self) -> None:
        """Show what is typed without a word about it: the form is not sent yet."""
        self._errors = ErrorDict()
        self.cleaned_data = {}


def is_listing(post: QueryDict) -> bool:
    """Whether something is typed for a list of weekdays: it comes back with what is refused."""
    return any(post.get(name, "").strip() for name in post if name.startswith("list_"))


def with_listed(post: QueryDict, listed: Sequence[CollectionDay]) -> QueryDict:
    """What was posted, with the listed days below those typed; a day that is there stays once."""
    data = post.copy()
    above = data.get("collections", "").rstrip()
    lines = [] if not above else above.splitlines()
    known = {line.strip() for line in lines}
    lines += [line for one in listed if (line := collection_days.typed(one)) not in known]
    data["collections"] = "\n".join(lines)
    return data
