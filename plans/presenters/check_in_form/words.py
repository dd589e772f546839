"""What is missing, what was refused, what a box is called: in finished words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plans.presenters.check_in_form.parts import Rest, ToComplete
from plans.rules import vitals
from plans.rules.check_in import rest_of
from taperplan import formats, grammar
from taperplan.words import gettext as _
from taperplan.words import ngettext

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime
    from zoneinfo import ZoneInfo

    from plans.rules.catalogue import Catalogue
    from plans.rules.check_in import Asking, Reading


def to_complete(reading: Reading, catalogue: Catalogue) -> tuple[ToComplete, ...]:
    """What is missing or refused, in the order of the page, each with where to go."""
    refused = [
        ToComplete(target(r.where), f"{box_label(r.where, catalogue)}: {r.sentence}")
        for r in reading.refusals
    ]
    missing = [ToComplete(target(m.where), m.words) for m in reading.missing]
    return (*refused, *missing)


def waits_for(reading: Reading) -> str:
    """As "Waits for: 2 safety questions, the decision."; empty when nothing is missing."""
    words = [missing.words[:1].lower() + missing.words[1:] for missing in reading.missing]
    if reading.refusals:
        count = len(reading.refusals)
        words.insert(0, ngettext("{n} thing to mend", "{n} things to mend", count).format(n=count))
    if not words:
        return ""
    return _("Waits for {what}.").format(what=formats.listing(words[:4] + more(words[4:])))


def more(words: Sequence[str]) -> list[str]:
    return [_("{n} more").format(n=len(words))] if words else []


def target(where: str) -> str:
    return f"{where}_0" if where in ("next", "happened", "told") else where


def safety_pattern() -> str:
    return _("{n} of {all} answered, no answer is set beforehand")


def rows_pattern() -> str:
    return _("{n} of {all} answered")


def rest_words(answers: Mapping[str, str], asking: Asking) -> Rest:
    denied = rest_of(answers, asking.classes, asking.catalogue)
    stars = [symptom.label for symptom in denied if symptom.star]
    count = len(denied)
    return Rest(
        chosen=answers.get("rest", "") == "none",
        count=count,
        words=ngettext(
            "Records “asked: none” for the {n} symptom not answered above.",
            "Records “asked: none” for the {n} symptoms not answered above.",
            count,
        ).format(n=count)
        + " "
        + _("Can be undone until completed."),
        stars=_("It denies these too: {stars}.").format(stars=formats.listing(stars))
        if stars
        else "",
    )


def asked_again(reading: Reading, answers: Mapping[str, str]) -> list[dict[str, str]]:
    """The unlikely figures, each with the words of its box to tick."""
    words = _("{typed} is unlikely. Read again, and it is right.")
    found = []
    for missing in reading.missing:
        if missing.where.startswith("v-") and missing.where.endswith("-sure"):
            value = answers.get(missing.where.removesuffix("-sure"), "").strip()
            found.append(
                {
                    "name": missing.where,
                    "value": value,
                    "label": words.format(typed=grammar.echo(value)),
                }
            )
    return found


def next_words(reading: Reading, today: date) -> str:
    """The date read back with its weekday, and how far away it is."""
    day = reading.next_on
    if day is None:
        return ""
    days = (day - today).days
    if days < 0:
        return formats.day(day)
    if days == 0:
        return _("{day}, today").format(day=formats.day(day))
    return _("{day}, in {days}").format(day=formats.day(day), days=formats.length(days))


def saved_at(moment: datetime, zone: ZoneInfo) -> str:
    """The clock to the second, as the autosave word says it."""
    return formats.clock_to_the_second(moment.astimezone(zone))


# --- both sides of a box, where two people typed ---------------------------------------------


def box_label(name: str, catalogue: Catalogue) -> str:
    """What a box is called where it stands beside another person's."""
    kind, _dash, rest = name.partition("-")
    key, _dash, part = rest.partition("-")
    if kind == "s":
        words = upper(catalogue.label(key))
        return f"{words}: {parts().get(part, part)}" if part else words
    if kind == "v":
        figure = vitals.Field(key).label if key in [f.value for f in vitals.Field] else key
        return f"{figure}: {_('read again')}" if part else figure
    return upper(name.replace("-", " ").replace("_", " "))


def parts() -> dict[str, str]:
    return {
        "confirmed": _("confirmed"),
        "severity": _("severity"),
        "interference": _("interference"),
        "onset": _("began"),
        "note": _("words"),
        "why": _("why not"),
        "by": _("answered by"),
        "how_many": _("how many"),
        "when_each": _("when each"),
        "how_long": _("how long"),
        "witnessed_by": _("witnessed by"),
        "last_dose": _("last dose before it"),
        "words": _("words"),
        "removed": _("why an error"),
    }


def answer_words(name: str, value: str) -> str:
    """What stands in a box; empty is "not typed", which the page says."""
    return value.replace("-", " ") if name.startswith("s-") else value


def day_words() -> tuple[str, str, str]:
    return _("Day"), _("Month"), _("Year")


def upper(words: str) -> str:
    return words[:1].upper() + words[1:]
