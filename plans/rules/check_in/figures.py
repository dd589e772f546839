"""Vital signs, what was taken, scale totals: figures as typed."""

from __future__ import annotations

from datetime import date

from plans.rules import limits, vitals
from plans.rules.check_in.boxes import AMOUNT_LINES, ITEM_NINE, NAME_LIMIT, SCALE_LINES
from plans.rules.check_in.reading import AmountLine, ScaleLine, TakenLine, VitalLine
from plans.rules.check_in.section import Section, unkeepable
from plans.rules.check_in_words import Scale, TakenAs
from taperplan import formats, grammar
from taperplan.words import gettext as _


class Figures(Section):
    def vital_signs(self) -> tuple[VitalLine, ...]:
        found: list[VitalLine] = []
        for place in vitals.Field:
            name = f"v-{place.value}"
            typed = self.answers.get(name, "")
            if fault := unkeepable(typed):
                self.refuse(name, fault)
                continue
            try:
                figures = vitals.read(place, typed)
            except grammar.Refused as refused:
                self.refuse(name, refused.sentence)
                continue
            sure = self.answers.get(f"{name}-sure", "") == typed.strip()
            if any(figure.unlikely for figure in figures) and not sure:
                self.lacks(
                    f"{name}-sure",
                    _("{label} {typed}: read again").format(
                        label=place.label, typed=grammar.echo(typed.strip())
                    ),
                )
            for figure in figures:
                limit = limits.crossed(figure, self.asking.catalogue.limits)
                found.append(VitalLine(figure, typed.strip(), limit.words if limit else ""))
        return tuple(found)

    def taken(self) -> tuple[TakenLine, ...]:
        lines = []
        for drug in self.asking.drugs:
            name = f"t-{drug.key}"
            parts = {
                part: self.text(f"{name}-{part}")
                for part in ("last_product", "last_strength", "last_amount", "last_when", "in_hand")
            }
            note = self.note(f"{name}-note")
            answer = self.choice(name, TakenAs)
            if answer:
                lines.append(TakenLine(drug.key, TakenAs(answer), note, **parts))
            elif note or any(parts.values()):
                self.lacks(f"{name}_0", _("What was taken of {drug}").format(drug=drug.name))
        return tuple(lines)

    def amounts(self) -> tuple[AmountLine, ...]:
        lines = []
        products = {product.key for product in self.asking.products}
        for place in range(1, AMOUNT_LINES + 1):
            name = f"a-{place}"
            product, first, last, typed = (
                self.answers.get(f"{name}-{part}", "").strip()
                for part in ("product", "from", "to", "quantity")
            )
            if not any((product, first, last, typed)):
                continue
            line = self.amount(name, (product, first, last, typed), products)
            if line is not None:
                lines.append(line)
        return tuple(lines)

    def amount(
        self, name: str, typed: tuple[str, str, str, str], products: set[str]
    ) -> AmountLine | None:
        product, first, last, quantity = typed
        if product not in products:
            self.refuse(f"{name}-product", _("Choose the product."))
        first_day = self.amount_day(f"{name}-from", first)
        last_day = self.amount_day(f"{name}-to", last) if last else first_day
        if not quantity:
            self.refuse(f"{name}-quantity", _("Type how many were taken on each of these days."))
            return None
        exact = self.number(f"{name}-quantity", quantity)
        if first_day is None or last_day is None or exact is None or product not in products:
            return None
        if last_day < first_day:
            self.refuse(f"{name}-to", _("The last day is before the first."))
            return None
        return AmountLine(product, first_day, last_day, exact, quantity)

    def amount_day(self, name: str, typed: str) -> date | None:
        if not typed:
            self.refuse(name, _("Type the day."))
            return None
        day = self.one_line_day(name, typed)
        if day is not None and day > self.asking.now.date():
            self.refuse(name, _("{day} is still to come.").format(day=formats.short_day(day)))
            return None
        return day

    def scales(self, happened_on: date) -> tuple[ScaleLine, ...]:
        lines: list[ScaleLine] = []
        given = self.answers.get(ITEM_NINE, "")
        if given and given not in ("0", "1", "2", "3"):
            self.refuse(ITEM_NINE, _("Choose one of the answers shown."))
        for place in range(1, SCALE_LINES + 1):
            name = f"scale-{place}"
            chosen = self.choice(name, Scale)
            typed = self.answers.get(f"{name}-total", "").strip()
            if not chosen and not typed:
                continue
            if not chosen:
                self.refuse(name, _("Choose the scale."))
                continue
            if any(line.scale.value == chosen for line in lines):
                self.refuse(name, _("This scale is above already."))
                continue
            total = self.number(f"{name}-total", typed)
            rated_on = self.scale_day(f"{name}-on", happened_on)
            if total is None or rated_on is None:
                continue
            lines.append(
                ScaleLine(
                    scale=Scale(chosen),
                    version=self.text(f"{name}-version", NAME_LIMIT),
                    total=total,
                    rated_on=rated_on,
                    rater=self.text(f"{name}-rater", NAME_LIMIT) or self.asking.recorder,
                )
            )
        return tuple(lines)

    def scale_day(self, name: str, happened_on: date) -> date | None:
        typed = self.answers.get(name, "").strip()
        if not typed:
            return happened_on
        day = self.one_line_day(name, typed)
        if day is not None and day > self.asking.now.date():
            self.refuse(name, _("{day} is still to come.").format(day=formats.short_day(day)))
            return None
        return day
