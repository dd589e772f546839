"""Made-up figures for the page that shows every component. Nobody and no drug here is real."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from taperplan import looks
from taperplan.fields import ChoiceField, DayField, LineField, NoteField, QuantityField

TOKENS = tuple(
    """
    bg surface sunken ink ink-2 line-strong accent accent-soft red red-ink red-soft
    amber-soft amber-line amber-ink focus drug2
    """.split()  # noqa: SIM905  (a list of words reads as one)
)

ICONS = tuple(
    """
    red-flag warning late due hold draft version document check-in phone mail video visit to-do
    now done tick cross lower higher same starts ends forward back down lock interrupted
    transferred lost aftercare search person list key print help undo sign-out
    """.split()  # noqa: SIM905  (a list of words reads as one)
)


class Sample(forms.Form):
    """Every kind of field."""

    family = LineField(label=_("Family name"))
    pulse = QuantityField(label=_("Pulse"), help_text=_("Beats in a minute."), required=False)
    born = DayField(label=_("Date of birth"))
    answer = ChoiceField(
        label=_("Pregnant or breastfeeding"),
        choices=[("not-asked", _("Not asked")), ("no", _("No")), ("yes", _("Yes, with detail"))],
        look="segments",
    )
    end = ChoiceField(
        label=_("End of this schedule"),
        choices=[
            ("stop", _("Stop")),
            ("maintain", _("Maintain until a review")),
            ("refer", _("Refer")),
        ],
    )
    roles = forms.MultipleChoiceField(
        label=_("Roles in this clinic"),
        choices=[("prescriber", _("Prescriber")), ("monitor", _("Monitor"))],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    how = forms.ChoiceField(
        label=_("How"),
        choices=[("", _("not chosen")), ("phone", _("Phone")), ("visit", _("Visit"))],
        error_messages={"required": _("Choose one answer.")},
    )
    note = NoteField(label=_("Note"), limit=200, required=False)
    told = forms.BooleanField(label=_("Told in confidence by a third person"), required=False)


def _form(theme: str, data: dict[str, str] | None) -> Sample:
    return Sample(data, auto_id=f"{theme}-{'refused' if data else 'plain'}-%s")


REFUSED = {
    "family": "",
    "pulse": "1,5",
    "born_0": "29",
    "born_1": "2",
    "born_2": "1957",
    "answer": "",
    "end": "",
    "how": "",
    "note": "",
}

CELLS: tuple[dict[str, Any], ...] = (
    {"label": _("typed"), "value": "1", "read": "0.5 mg"},
    {"label": _("read back"), "value": "1/2", "read": "half, 0.25 mg", "focused": "yes"},
    {"label": _("typed none"), "value": "none", "read": "no tablet"},
    {"label": _("blank"), "value": "", "read": ""},
    {"label": _("finding"), "value": "1/2", "read": "product: do not split", "state": "finding"},
    {"label": _("refused"), "value": "1,5", "read": "has a comma", "state": "refused"},
    {"label": _("computed"), "value": "1.25 mg", "read": "lower", "state": "computed"},
    {"label": _("read only"), "value": "1", "read": "0.5 mg", "state": "read-only"},
)

ANSWERS: tuple[dict[str, Any], ...] = (
    {"label": _("Tremor"), "answer": ""},
    {"label": _("Sweating"), "answer": "none", "last": _("mild")},
    {"label": _("Insomnia"), "answer": "present", "severity": "moderate", "interference": "1"},
    {"label": _("Low mood"), "answer": "declined"},
)

QUESTIONS: tuple[dict[str, Any], ...] = (
    {"question": _("A seizure or fit?"), "answer": ""},
    {"question": _("Lost consciousness or fainted?"), "answer": "no"},
    {"question": _("Seen, heard or felt things that others do not?"), "answer": "yes"},
    {"question": _("An overdose, or more than was prescribed at once?"), "answer": "not-asked"},
)

FLAG = {
    "title": _("Emergency red flag open: hallucination recorded present"),
    "who": "",
    "line": _("Today 09:42, by Theo Mocksen, not acknowledged for 7 min"),
    "url": "#",
    "acknowledge_url": "",
}


def _theme(theme: str) -> dict[str, Any]:
    return {
        "theme": theme,
        "title": _("Light") if theme == "light" else _("Dark"),
        "form": _form(theme, None),
        "refused": _form(theme, REFUSED),
    }


def _keyed(samples: tuple[dict[str, Any], ...]) -> list[dict[str, Any]]:
    return [{**sample, "key": str(number)} for number, sample in enumerate(samples)]


def everything() -> dict[str, Any]:
    others = {**FLAG, "title": _("Same-day red flag open: ran out"), "who": "FIXTURE, Zoë"}
    return {
        "themes": [_theme("light"), _theme("dark")],
        "tokens": TOKENS,
        "icons": ICONS,
        "tags": list(looks.TAGS),
        "directions": [word for word in looks.DIRECTIONS if word != "none"],
        "cells": _keyed(CELLS),
        "answers": _keyed(ANSWERS),
        "questions": _keyed(QUESTIONS),
        "flags": [FLAG],
        "several_flags": [{**FLAG, "who": "SAMPLE, Otto"}, others],
        "banner": {
            "family": "SAMPLE",
            "given": "Otto",
            "born": "21\u00a0Nov\u00a01956 (70\u00a0y)",
            "record": "DEMO\u00a00042\u00a017",
            "url": "#",
            "prefers": "Otto",
            "sex": _("male"),
            "speaks": _("English"),
            "telephone": "555-0142",
            "no_messages": True,
            "allergies": _("none known"),
            "support_person": "",
            "care_setting": _("outpatient"),
            "states": [{"kind": "restricted", "words": _("Restricted to the care team")}],
        },
        "keys": [
            {"keys": ["Enter"], "words": _("down")},
            {"keys": ["Tab"], "words": _("right")},
            {"keys": ["Ctrl", "Z"], "words": _("undo")},
        ],
        "stages": [
            {"word": _("Raised"), "state": "done", "lines": ["09:42", "Theo Mocksen"]},
            {"word": _("Notified"), "state": "done", "lines": ["09:42"]},
            {"word": _("Acknowledged"), "state": "done", "lines": ["09:49", "Clare Exampleton"]},
            {"word": _("Contacted"), "state": "now", "lines": [_("1 contact recorded")]},
            {"word": _("Outcome"), "state": "to-come", "lines": [_("not recorded")]},
            {"word": _("Closed"), "state": "to-come", "lines": [_("not closed")]},
        ],
        "story": [
            {
                "when": _("Today 09:42"),
                "icon": "red-flag",
                "fact": _("Red flag raised: hallucination"),
                "line": _("Emergency. Recorded by Theo Mocksen. Not acknowledged."),
                "open_flag": True,
            },
            {
                "when": "18\u00a0Nov",
                "icon": "version",
                "fact": _("Version 2 signed, replaces version 1"),
                "line": _("Staying on 1 mg for 14 days."),
            },
        ],
        "conflict": [
            {
                "name": "next",
                "label": _("Next check-in"),
                "theirs": "Fri\u00a027\u00a0Nov\u00a02026",
                "yours": "Thu\u00a026\u00a0Nov\u00a02026",
            }
        ],
        "acts": [{"label": _("See the team's list"), "url": "#"}],
        "choices": [
            {"value": "mine", "label": _("Mine")},
            {"value": "team", "label": _("Team")},
        ],
    }
