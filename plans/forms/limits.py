"""The limits of vital signs as somebody types them: a box for each figure, side and level."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from plans.forms.escalation import TokenForm
from plans.rules import limits
from taperplan import grammar
from taperplan.fields import LineField

if TYPE_CHECKING:
    from plans.rules.limits import TypedLimit


class LimitsForm(TokenForm):
    """`of_patient`: they stand in the place of the clinic's, box by box."""

    purpose = "limits"

    number = forms.IntegerField(widget=forms.HiddenInput())

    def __init__(self, *args: Any, of_patient: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.of_patient = of_patient
        for name, (vital, side, level) in limits.CELLS.items():
            self.fields[name] = LineField(
                label=f"{limits.figure_label(vital)}, {side.label}, {level.label}",
                required=False,
                widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
            )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        found: dict[str, TypedLimit] = {}
        for name, cell in limits.CELLS.items():
            typed = cleaned.get(name, "")
            if not typed:
                continue
            try:
                found[name] = limits.read(cell, typed, of_patient=self.of_patient)
            except grammar.Refused as refused:
                self.add_error(name, refused.sentence)
        for low, high in limits.contradictions(one.limit for one in found.values()):
            self.add_error(
                limits.name_of(high.cell),
                _("Every figure is beyond this one or the one below %(low)s.")
                % {"low": low.figure},
            )
        self.lines = tuple(found.values())
        return cleaned
