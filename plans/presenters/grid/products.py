"""The products of a plan, as boxes above the grid."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from plans.presenters import choices
from plans.presenters.choices import chosen, words
from plans.presenters.grid.around import Around
from plans.presenters.grid.shown import Field, ProductBox
from plans.rules import wording
from plans.rules.draft import DrugCells, ProductCells
from taperplan import formats


@dataclass(frozen=True)
class Products:
    around: Around

    def box(self, product: ProductCells) -> ProductBox:
        key = product["key"]
        path = f"products.{key}"
        drug = next((d for d in self.around.doc["drugs"] if d["key"] == product["drug"]), None)
        first = next(
            (p["key"] for p in self.around.doc["products"] if p["drug"] == product["drug"]), ""
        )
        names_drug = drug is not None and first == key
        more = self.more(product, path)
        clocks = [time for time in product["times"] if time not in dict(choices.SLOTS)]
        slots_at = f"{path}.slots.morning"
        read = self.around.read_products.get(key)
        owner = f"drugs.{product['drug']}."
        return ProductBox(
            key=key,
            drug=product["drug"],
            line=self.around.line_of(key),
            name=self.around.drug_name_of(product),
            form=formats.noun(read.form) if read else choices.word(choices.FORMS, product["form"]),
            strength=formats.strength(read.strength, read.unit, read.form, read.per)
            if read
            else "",
            summary=self.summary(product, drug),
            drug_fields=self.drug_fields(drug) if names_drug and drug is not None else (),
            drug_note=""
            if names_drug
            else _("%(drug)s is described with its first product.")
            % {"drug": self.around.drug_names.get(product["drug"], _("The drug"))},
            main=self.main(product, path),
            slots=tuple(
                (value, word, value in product["times"]) for value, word in words(choices.SLOTS)
            ),
            clocks=self.around.text(
                f"{path}.clocks",
                _("Clock times"),
                " ".join(clocks),
                width=20,
                help=_("Hours and minutes with a colon, a blank between two."),
            ),
            slots_error=self.around.error(slots_at),
            more=more,
            more_is_typed=any(field.value for field in more),
            times_left=tuple(
                (value, word)
                for value, word in words(choices.SLOTS)
                if value not in product["times"]
            ),
            sure=self.around.sure == f"product:{key}",
            open=self.around.focus.startswith((f"{path}.", f"sure-product-{key}"))
            or (names_drug and self.around.focus == f"{owner}name")
            or not product["form"],
        )

    def summary_of(self, product: ProductCells) -> str:
        drug = next((d for d in self.around.doc["drugs"] if d["key"] == product["drug"]), None)
        return self.summary(product, drug)

    @staticmethod
    def summary(product: ProductCells, drug: DrugCells | None) -> str:
        parts = [
            choices.word(choices.ROLES, drug["role"]).capitalize() if drug else "",
            choices.word(choices.PARTS, product["parts"]),
            ", ".join(wording.when_label(time) for time in product["times"]),
        ]
        return " · ".join(part for part in parts if part)

    def drug_fields(self, drug: DrugCells) -> tuple[Field, ...]:
        path = f"drugs.{drug['key']}"
        return (
            self.around.text(f"{path}.name", _("Drug"), drug["name"]),
            self.around.select(f"{path}.role", _("Role"), drug["role"], chosen(choices.ROLES)),
            self.around.select(
                f"{path}.drug_class", _("Class"), drug["drug_class"], chosen(choices.CLASSES)
            ),
        )

    def main(self, product: ProductCells, path: str) -> tuple[Field, ...]:
        return (
            self.around.select(f"{path}.form", _("Form"), product["form"], chosen(choices.FORMS)),
            self.around.text(
                f"{path}.strength", _("Strength of one"), product["strength"], width=6, decimal=True
            ),
            self.around.select(f"{path}.unit", _("Unit"), product["unit"], chosen(choices.UNITS)),
            self.around.text(
                f"{path}.per",
                _("In how many mL (liquids)"),
                product["per"],
                width=6,
                unit=_("mL"),
                decimal=True,
            ),
            self.around.text(
                f"{path}.strength_not_stated",
                _("Strength not stated: count only"),
                product["strength_not_stated"],
                kind="tick",
            ),
            self.around.select(
                f"{path}.parts", _("Splitting"), product["parts"], chosen(choices.PARTS)
            ),
        )

    def more(self, product: ProductCells, path: str) -> tuple[Field, ...]:
        return (
            self.around.text(
                f"{path}.name", _("Name on the pack, with salt or release form"), product["name"]
            ),
            self.around.text(f"{path}.route", _("Route"), product["route"]),
            self.around.text(
                f"{path}.wear_hours",
                _("A patch is worn for"),
                product["wear_hours"],
                width=6,
                unit=_("hours"),
                decimal=True,
            ),
            self.around.text(f"{path}.given_by", _("Given by whom, where"), product["given_by"]),
            self.around.text(f"{path}.device", _("Measuring device"), product["device"]),
            self.around.text(f"{path}.keep_until", _("Keep until"), product["keep_until"]),
            self.around.text(
                f"{path}.stated_supply",
                _("Supply that the source states"),
                product["stated_supply"],
                width=6,
                decimal=True,
                help=_("Compared with the schedule, never used."),
            ),
            self.around.lines_of(
                f"{path}.preparation",
                _("Preparation, in the words of who makes it"),
                product["preparation"],
            ),
            self.around.lines_of(
                f"{path}.patient_text",
                _("For the patient, on the handout"),
                product["patient_text"],
            ),
            self.around.lines_of(
                f"{path}.pharmacy_text", _("For the pharmacy"), product["pharmacy_text"]
            ),
            self.around.lines_of(
                f"{path}.team_text", _("For the team, printed on neither"), product["team_text"]
            ),
        )
