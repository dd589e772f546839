"""To whom everything goes that somebody leaves behind."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import forms
from django.utils.translation import gettext as _

from taperplan.accounts.forms.base import Form

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from django.http import QueryDict

    from plans.presenters.leaving import Held, Kind


class LeavingForm(Form):
    """One choice a kind; nobody is chosen beforehand."""

    def __init__(
        self,
        data: QueryDict | None,
        *,
        held: Sequence[Held],
        clinicians: Sequence[tuple[str, str]],
        prescribers: Sequence[tuple[str, str]],
    ) -> None:
        super().__init__(data)
        self._held = held
        for one in held:
            people = prescribers if one.kind.for_prescribers else clinicians
            self.fields[one.kind.value] = forms.ChoiceField(
                label=f"{one.kind.label}: {one.count}",
                help_text=one.named,
                choices=[("", _("Who takes these?")), *people],
                error_messages={
                    "required": _("Choose who takes these."),
                    "invalid_choice": _("Choose somebody from the list."),
                },
            )

    def to(self) -> Mapping[Kind, str]:
        return {one.kind: self.cleaned_data[one.kind.value] for one in self._held}
