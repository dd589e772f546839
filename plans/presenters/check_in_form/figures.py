"""What was taken against what was expected, vital signs, scales."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plans.presenters.check_in_expected import taken_periods
from plans.presenters.check_in_form.part import Part
from plans.presenters.check_in_form.parts import (
    AmountRow,
    BeyondLimit,
    Box,
    Option,
    ScaleRow,
    TakenRow,
    VitalBox,
)
from plans.rules import limits, vitals
from plans.rules.check_in import (
    AMOUNT_LINES,
    SCALE_LINES,
    Scale,
    TakenAs,
    box,
    raised,
    scales_asked,
)
from plans.rules.redflags import Level
from plans.rules.wording import product_label
from taperplan import formats, grammar
from taperplan.words import gettext as _

if TYPE_CHECKING:
    from collections.abc import Mapping

    from plans.rules.check_in import Asking


def beyond(answers: Mapping[str, str], asking: Asking) -> dict[str, tuple[BeyondLimit, ...]]:
    """Of every vital sign, by the name of its box, what is said under it."""
    return {f"v-{place.value}": beyond_of(place, answers, asking) for place in limits.LIMITED}


def beyond_of(
    place: vitals.Field, answers: Mapping[str, str], asking: Asking
) -> tuple[BeyondLimit, ...]:
    """Its red flags that are raised or to be confirmed; of a correction, those taken away too."""
    if place not in limits.LIMITED:
        return ()
    typed = answers.get(f"v-{place.value}", "").strip()
    found = limits.beyond(place, typed, asking.catalogue.limits)
    free = asking.corrected_stars or frozenset()
    standing = raised(answers)
    rows = []
    for level in Level:
        key = limits.key_of(place, level)
        waits = found is not None and found.key == key and key not in standing
        if not waits and key not in standing and key not in free:
            continue
        told = found.told if found is not None and found.key == key else ""
        rows.append(
            BeyondLimit(
                key=key,
                name=f"v-{place.value}-{level.value}",
                value=typed if key in standing else "",
                words=told or limits.in_words(place, typed),
                level=level.value,
                raised=key in standing,
                removed=_why_removed(key, answers) if key in free else None,
                removed_only=not waits and key not in standing,
            )
        )
    return tuple(rows)


def _why_removed(key: str, answers: Mapping[str, str]) -> Box:
    name = box(key, "removed")
    return Box(
        name, _("Why the red flag was an error, where it is taken away"), answers.get(name, "")
    )


class Figures(Part):
    def taken_since(self) -> str:
        if self.around.last is None:
            return _("Was taken")
        day = self.around.last.happened_at.astimezone(self.drawing.zone).date()
        return _("Since {day}, was taken").format(day=formats.day(day))

    def taken(self) -> tuple[TakenRow, ...]:
        rows = []
        for key, drug in self.around.drugs.items():
            name = f"t-{key}"
            words = {
                "note": _("What was missed, extra or changed, as told"),
                "last_product": _("Last dose: product"),
                "last_strength": _("Strength on the label"),
                "last_amount": _("Amount"),
                "last_when": _("When"),
                "in_hand": _("What is left in hand"),
            }
            rows.append(
                TakenRow(
                    name=name,
                    drug=drug.name,
                    expected=taken_periods(
                        self.around.versions[key[: -len(drug.key)]],
                        self.drawing.schedules,
                        drug.key,
                        self.around.period,
                    ),
                    answer=self.choice(
                        name,
                        f"{drug.name}: {self.taken_since()}",
                        (Option(one.value, one.label) for one in TakenAs),
                    ),
                    boxes={p: self.box(f"{name}-{p}", text) for p, text in words.items()},
                    open=any(self.typed.get(f"{name}-{part}", "") for part in words),
                )
            )
        return tuple(rows)

    def amounts(self) -> tuple[AmountRow, ...]:
        if not self.around.drugs:
            return ()
        options = self.products()
        filled = [
            n
            for n in range(1, AMOUNT_LINES + 1)
            if any(name.startswith(f"a-{n}-") and text for name, text in self.typed.items())
        ]
        shown = min(max(filled, default=0) + 2, AMOUNT_LINES)
        rows = []
        for number in range(1, shown + 1):
            name = f"a-{number}"
            words = {
                "from": _("First day"),
                "to": _("Last day, where there are several"),
                "quantity": _("How many each day"),
            }
            rows.append(
                AmountRow(
                    number,
                    self.choice(f"{name}-product", _("Product"), options),
                    {p: self.box(f"{name}-{p}", text) for p, text in words.items()},
                )
            )
        return tuple(rows)

    def products(self) -> tuple[Option, ...]:
        found: dict[str, Option] = {}
        for plan, versions in self.around.versions.items():
            for version in versions:
                schedule = self.drawing.schedules[version.pk]
                for product in schedule.products:
                    key = f"{plan}{product.key}"
                    words = product_label(product, schedule.drug(product.drug))
                    found.setdefault(key, Option(key, words))
        return tuple(found.values())

    def vital(self, place: vitals.Field) -> VitalBox:
        name = f"v-{place.value}"
        shown = self.box(name, place.label)
        sure = None
        if any(missing.where == f"{name}-sure" for missing in self.drawing.reading.missing):
            words = _("{typed} is unlikely. Read again, and it is right.")
            sure = Box(
                f"{name}-sure",
                words.format(typed=grammar.echo(shown.value.strip())),
                shown.value.strip(),
            )
        given = self.typed.get(f"{name}-sure", "")
        sure_given = bool(given) and given == shown.value.strip() and sure is None
        if sure_given:
            sure = Box(f"{name}-sure", _("Read again, and it is right."), given)
        beyond = beyond_of(place, self.typed, self.around.asking)
        return VitalBox(
            box=shown,
            unit=place.unit.value,
            sure=sure,
            sure_given=sure_given,
            beyond=beyond,
            fixed=any(one.raised and one.removed is None for one in beyond),
        )

    def scales(self) -> tuple[ScaleRow, ...]:
        chosen = {self.typed.get(f"scale-{n}", "") for n in range(1, SCALE_LINES + 1)}
        asked = scales_asked(self.around.asking.classes, sedatives=self.around.sedatives)
        options = tuple(
            Option(one.value, one.value) for one in Scale if one in asked or one.value in chosen
        )
        words = {
            "total": _("Total"),
            "version": _("Version"),
            "on": _("Date, where it was not this day"),
            "rater": _("Rater, where it was not you"),
        }
        filled = [
            n
            for n in range(1, SCALE_LINES + 1)
            if any(
                self.typed.get(name, "")
                for name in (f"scale-{n}", *(f"scale-{n}-{p}" for p in words))
            )
        ]
        shown = min(max(filled, default=0) + 1, SCALE_LINES)
        return tuple(
            ScaleRow(
                n,
                self.choice(f"scale-{n}", _("Scale"), options),
                {p: self.box(f"scale-{n}-{p}", text) for p, text in words.items()},
            )
            for n in range(1, shown + 1)
        )
