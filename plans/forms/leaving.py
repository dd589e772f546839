"""To whom everything goes that somebody leaves behind."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import forms
from django.utils.translation import gettext as _

from taperplan.accounts.forms.base import Form

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from django.forms import BoundField
    from django.http import QueryDict

    from plans.presenters.leaving import Held, Kind


class LeavingForm(Form):
    """One choice a kind, and one an item, for what goes to somebody else than the rest of its
    kind. Nobody is chosen beforehand."""

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
        wrong = {"invalid_choice": _("Choose somebody from the list.")}
        for one in held:
            people = prescribers if one.kind.for_prescribers else clinicians
            self.fields[one.kind.value] = forms.ChoiceField(
                label=f"{one.kind.label}: {one.count}",
                help_text=one.named,
                choices=[("", _("Who takes these?")), *people],
                error_messages={**wrong, "required": _("Choose who takes these.")},
                # Where each goes to a person of its own, nothing is left for one choice.
                required=not _each_given(one, data),
            )
            for reference in one.references if one.count > 1 else ():
                self.fields[_name(one.kind, reference)] = forms.ChoiceField(
                    label=reference,
                    choices=[("", _("As the others")), *people],
                    error_messages=wrong,
                    required=False,
                )

    def _of(self, one: Held, reference: str) -> str:
        alone = self.cleaned_data.get(_name(one.kind, reference), "")
        return str(alone or self.cleaned_data.get(one.kind.value, ""))

    def to(self) -> Mapping[tuple[Kind, str], str]:
        return {
            (one.kind, reference): self._of(one, reference)
            for one in self._held
            for reference in one.references
        }

    def kinds(self) -> Iterator[tuple[BoundField, list[BoundField]]]:
        """As the page shows them: a kind, and its items where they are several."""
        for one in self._held:
            names = [_name(one.kind, each) for each in one.references] if one.count > 1 else []
            yield self[one.kind.value], [self[name] for name in names]


def _each_given(one: Held, data: QueryDict | None) -> bool:
    names = [_name(one.kind, reference) for reference in one.references]
    return data is not None and one.count > 1 and all(data.get(name) for name in names)


def _name(kind: Kind, reference: str) -> str:
    return f"{kind.value}-{reference}"
