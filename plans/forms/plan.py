"""The small forms around a plan: begin, revise, discard, sign, move on."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from plans.rules.lifecycle import Need
from taperplan.fields import DayField, LineField, NoteField, TokenField

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date

    from taperplan.accounts.models import User

BEGIN = "begin a plan"
REVISE = "revise a plan"


class TokenForm(forms.Form):
    """A button whose form makes one thing once."""

    def __init__(self, *args: Any, user: User, purpose: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["token"] = TokenField(user=user, purpose=purpose)

    @property
    def token_error(self) -> str:
        return " ".join(str(error) for error in self.errors.get("token", ()))


class SignForm(forms.Form):
    """The draft that was shown, by key and revision, and why it is signed as it is."""

    draft = forms.UUIDField(widget=forms.HiddenInput)
    revision = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=2**31 - 1)
    not_asked_reason = NoteField(
        label=gettext_lazy("Why it is signed although these were not asked"), required=False
    )

    answers = forms.TypedMultipleChoiceField(
        label=gettext_lazy("This version answers"),
        coerce=uuid.UUID,
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )

    def __init__(
        self, *args: Any, not_asked: bool, asked: Collection[tuple[str, str]], **kwargs: Any
    ) -> None:
        """`asked`: what prescribers are asked for, as (key, words)."""
        super().__init__(*args, **kwargs)
        self.fields["answers"].choices = asked  # type: ignore[attr-defined]
        if not asked:
            del self.fields["answers"]
        if not not_asked:
            del self.fields["not_asked_reason"]


class DiscardForm(forms.Form):
    revision = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=2**31 - 1)


class MoveForm(TokenForm):
    """What a move asks for, and no more: the table of the rules says what."""

    reason = NoteField(label=gettext_lazy("Reason"), required=False)

    def __init__(self, *args: Any, needs: Collection[Need], today: date, **kwargs: Any) -> None:
        super().__init__(*args, purpose="move a plan", **kwargs)
        self.fields["reason"].required = Need.REASON in needs
        self.fields["reason"].error_messages["required"] = _("Type the reason.")
        if Need.RECEIVER in needs:
            self.fields["receiver"] = LineField(
                label=_("Who takes over"),
                error_messages={"required": _("Type who takes over.")},
            )
        if Need.ACCEPTED in needs:
            self.fields["accepted_on"] = DayField(
                label=_("When they accepted"),
                not_after=today,
                error_messages={"required": _("Type the day on which they accepted.")},
            )
        self.order_fields(["receiver", "accepted_on", "reason", "token"])
