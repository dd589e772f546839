"""What an administrator types about an item of the symptom catalogue."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from plans.forms.escalation import TokenForm
from plans.rules.catalogue import Entry
from plans.rules.redflags import Level
from plans.rules.schedule_words import DrugClass
from plans.rules.symptoms import LABEL_LIMIT, Group, Shape
from taperplan.fields import ChoiceField, LineField

if TYPE_CHECKING:
    from collections.abc import Sequence

NONE = "none"
_LEVELS = [
    (NONE, _("No red flag")),
    (Level.SAME_DAY.value, _("Same day: tell in clinic hours")),
    (Level.EMERGENCY.value, _("Emergency: tell now, at any hour")),
]
_CLASSES = [
    (DrugClass.BENZODIAZEPINE.value, _("benzodiazepine")),
    (DrugClass.OPIOID.value, _("opioid")),
    (DrugClass.CORTICOSTEROID.value, _("corticosteroid")),
    (DrugClass.ANTIDEPRESSANT.value, _("antidepressant")),
    (DrugClass.OTHER.value, _("any other drug")),
]
_SHAPES = [
    (Shape.SEVERITY.value, _("present, with a severity")),
    (Shape.EVENT.value, _("an event: how many, when, how long, injured")),
    (Shape.PRESENCE.value, _("present or not, nothing more")),
]


class ItemForm(TokenForm):
    """`asked`: a safety question, which keeps its red flag. `level`: whether it is set here."""

    purpose = "catalogue"

    number = forms.IntegerField(widget=forms.HiddenInput())
    label = LineField(label=_("What it is called"), limit=LABEL_LIMIT)

    def __init__(
        self,
        *args: Any,
        places: Sequence[tuple[str, str]],
        new: bool = False,
        asked: bool = False,
        level: bool = True,
        may_retire: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["group"] = forms.ChoiceField(
            label=_("Group"), choices=[("", "—"), *((one.value, one.label) for one in Group)]
        )
        if new:
            self.fields["shape"] = ChoiceField(label=_("What is asked"), choices=_SHAPES)
        if level:
            self.fields["level"] = ChoiceField(
                label=_("Red flag when present"), choices=_LEVELS[1:] if asked else _LEVELS
            )
        if not asked:
            self.fields["classes"] = forms.MultipleChoiceField(
                label=_("Asked only beside these drugs"),
                help_text=_("None chosen: asked whatever the drug. A star is always asked."),
                choices=_CLASSES,
                required=False,
                widget=forms.CheckboxSelectMultiple,
            )
            self.fields["after"] = forms.ChoiceField(
                label=_("Stands behind"),
                choices=[("", _("where it is")), *places],
                required=False,
            )
        if may_retire:
            self.fields["retired"] = forms.BooleanField(
                label=_("Retired: no longer asked. What was recorded stays."), required=False
            )

    def entry(self, key: str, shape: Shape | None = None) -> Entry:
        given = self.cleaned_data
        level = given.get("level", NONE)
        retired = bool(given.get("retired"))
        return Entry(
            key=key,
            label=given["label"],
            group=Group(given["group"]),
            shape=shape or Shape(given["shape"]),
            level=Level(level) if level != NONE and not retired else None,
            classes=frozenset(DrugClass(one) for one in given.get("classes", ())),
            after=given.get("after", ""),
            retired=retired,
        )


def as_typed(entry: Entry, number: int) -> dict[str, Any]:
    """The boxes as the item stands."""
    return {
        "number": number,
        "label": entry.label,
        "group": entry.group.value,
        "level": entry.level.value if entry.level else NONE,
        "classes": sorted(one.value for one in entry.classes),
        "after": entry.after,
        "retired": entry.retired,
    }
