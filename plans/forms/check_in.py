"""What arrives from the pages around a check-in. Nothing here reads the database."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from plans.forms.escalation import TimedForm, TokenForm, stars
from plans.rules.check_in import NUL, is_box
from taperplan import formats
from taperplan.fields import ChoiceField, DayField, LineField, NoteField

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from django.http import QueryDict

    from plans.rules.catalogue import Catalogue

THEIRS, YOURS = "theirs", "yours"


def typed(post: QueryDict) -> dict[str, str]:
    """The boxes that arrived, each with its text as typed; anything else is left alone."""
    return {
        name: post.get(name, "").replace("\x00", NUL)
        for name in post
        if is_box(name) and post.get(name, "")
    }


def settled(post: QueryDict, answers: dict[str, str], differing: Iterable[str]) -> dict[str, str]:
    """The answers once a person has said whose counts, for each box that differed."""
    chosen = dict(answers)
    for name in differing:
        if post.get(f"keep-{name}", "") == YOURS:
            chosen[name] = post.get(f"mine-{name}", "").replace("\x00", NUL)
    return chosen


def unsettled(post: QueryDict, differing: Iterable[str]) -> list[str]:
    return [name for name in differing if post.get(f"keep-{name}", "") not in (THEIRS, YOURS)]


class CorrectForm(TokenForm):
    purpose = "check-in-correct"


class InErrorForm(TokenForm):
    """Recorded on the wrong patient. The right one is searched for, then chosen by name."""

    purpose = "check-in-error"

    text = NoteField(label=_("Why it is an error"))
    search = LineField(
        label=_("The right patient: name, date of birth or record number"),
        required=False,
        help_text=_("Left empty, what was typed is not opened anywhere else."),
    )

    def __init__(
        self, data: Any = None, *, found: Sequence[tuple[str, str]] = (), **kwargs: Any
    ) -> None:
        super().__init__(data, **kwargs)
        if found:
            self.fields["right"] = ChoiceField(
                label=_("Which of these is the right patient"), choices=found
            )


class MissedForm(TokenForm):
    purpose = "check-in-missed"

    tried = NoteField(label=_("What was tried"))
    next_on = DayField(label=_("Next check-in"), required=False)
    next_how = ChoiceField(
        label=_("How it takes place, where you know it"),
        required=False,
        look="segments",
        choices=[
            ("in person", _("In person")),
            ("phone", _("Telephone")),
            ("video", _("Video")),
            ("home visit", _("Home visit")),
        ],
    )

    def __init__(self, *args: Any, due_on: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.due_on = due_on

    def clean_next_on(self) -> date | None:
        day: date | None = self.cleaned_data["next_on"]
        if day is not None and day <= self.due_on:
            raise forms.ValidationError(
                _("%(day)s is not after the date that was missed.")
                % {"day": formats.short_day(day)}
            )
        return day

    def clean_next_how(self) -> str:
        how: str = self.cleaned_data["next_how"]
        if how and self.cleaned_data.get("next_on") is None and "next_on" not in self.errors:
            raise forms.ValidationError(_("Type the date of the next check-in too."))
        return how


# Answered, not left open; it denies nothing, and is not chosen beforehand.
NONE_TOLD = "none"


class ContactForm(TimedForm):
    """A call, message or letter that is not a check-in."""

    purpose = "contact"

    how = ChoiceField(
        label=_("How"),
        look="segments",
        choices=[("call", _("Call")), ("message", _("Message")), ("letter", _("Letter"))],
    )
    with_whom = LineField(label=_("With whom"))
    about = NoteField(label=_("About what"))
    agreed = NoteField(label=_("What was agreed"), required=False, rows=2)
    symptom = ChoiceField(
        label=_("A starred item told in it raises its red flag at once"),
        required=False,
        look="options-2",
        choices=[],
    )
    question = NoteField(label=_("Question to a colleague"), required=False, rows=2)

    def __init__(
        self,
        *args: Any,
        colleagues: Sequence[tuple[str, str]],
        catalogue: Catalogue,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        told = [(NONE_TOLD, _("None told")), *stars(catalogue)]
        self.fields["symptom"].choices = told  # type: ignore[attr-defined]
        self.fields["question_to"] = forms.ChoiceField(
            label=_("Who is asked"), required=False, choices=[("", "—"), *colleagues]
        )
        self.order_fields([*type(self).base_fields, "question_to", "day", "clock"])

    def clean_symptom(self) -> str:
        given: str = self.cleaned_data["symptom"]
        return "" if given == NONE_TOLD else given

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("question") and not cleaned.get("question_to"):
            self.add_error("question_to", _("Choose who is asked."))
        if cleaned.get("question_to") and not cleaned.get("question"):
            self.add_error("question", _("Type the question."))
        return cleaned


class DeclineForm(TokenForm):
    purpose = "request-decline"

    text = NoteField(label=_("Why it is declined"))
