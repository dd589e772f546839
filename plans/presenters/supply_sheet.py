"""A signed version as the pharmacy needs it: what is handed out when, and nothing of why.

No diagnosis, no symptom and no red flag: what is not asked for here cannot be told.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from patients.presenters.rows import standing
from patients.vocabulary import Kind
from plans.models import AsNeededSupply, CheckIn, Document
from plans.models.supply import Pack, Taking
from plans.presenters.chart import step_days
from plans.presenters.handout import as_needed_lines, plan_names
from plans.presenters.paper import (
    Printing,
    footing,
    identifier,
    labelled,
    letterhead,
    notice_passage,
    unprintable,
)
from plans.presenters.summary.person import allergies, lines_of_rows
from plans.rules.collecting import Moment, handed_out, stretches
from plans.rules.paper import DocumentKind
from plans.rules.schedule import last_day
from plans.rules.wording import product_label, product_name, quantity_words
from plans.sheets.paper import (
    Column,
    Facts,
    Line,
    Listing,
    Passage,
    Person,
    Row,
    Run,
    plain,
    strong,
)
from plans.sheets.supply import SupplySheet
from taperplan import formats
from taperplan.words import gettext as _
from taperplan.words import ngettext

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date
    from fractions import Fraction

    from patients.models import Patient
    from plans.models import Supply, Version
    from plans.rules.schedule import Product, Schedule, SupplyLine
    from plans.sheets.paper import Section

_DAY = timedelta(days=1)


def supply_sheet(version: Version, printing: Printing) -> SupplySheet:
    """The sheet of `version`, which comes with its plan, patient, clinic and signer."""
    patient = version.plan.patient
    schedule = version.schedule()
    number = identifier(patient)
    arrangement = (
        version.supplies.select_related("by")
        .prefetch_related("collections", "as_needed__as_needed__product")
        .order_by("-number")
        .first()
    )
    sections: list[Section] = [_arrangement(arrangement, printing)]
    sections.append(
        _by_step(schedule) if arrangement is None else _collections(schedule, arrangement)
    )
    if schedule.as_needed:
        sections.append(_as_needed(schedule, arrangement))
    sections.append(_products(schedule))
    sections.append(_about(patient, printing, schedule))
    notes = tuple(_notes(version, schedule))
    if notes:
        sections.append(Passage(_("Note for the pharmacy"), notes))
    sections.append(_prescriber(version, printing))
    sections.extend(notice_passage(printing.clinic))
    return SupplySheet(
        language=printing.language,
        name=printing.titled(
            _("Supply sheet {reference}").format(reference=version.reference), patient
        ),
        title=_("Supply sheet"),
        below=tuple(_below(version, schedule, printing)),
        letterhead=letterhead(printing.clinic),
        person=Person(
            name=formats.family_given(patient.family_name, patient.given_names),
            born=labelled(_("born"), formats.date_of_birth(patient.born, printing.today)),
            identifier=labelled(_("record"), number),
            latin=patient.latin_name,
        ),
        notice=strong(_("This is not a prescription.")),
        sections=tuple(sections),
        unprintable=unprintable(),
        footing=footing(
            patient,
            _("{record} \N{MIDDLE DOT} plan version {number}").format(
                record=number, number=version.number
            ),
            printing,
        ),
    )


def _below(version: Version, schedule: Schedule, printing: Printing) -> Iterable[Line]:
    yield plain(
        _("{drugs}: plan version {number}, signed {day} by {name}.").format(
            drugs=plan_names(schedule),
            number=version.number,
            day=formats.short_day(printing.day_of(version.signed_at)),
            name=version.signed_by.name,
        )
    )
    before = (
        Document.objects.without_content()
        .filter(plan=version.plan_id, kind=DocumentKind.SUPPLY.value, printed_at__lt=printing.at)
        .order_by("-printed_at")
        .first()
    )
    if before is not None:
        day = formats.short_day(printing.day_of(before.printed_at))
        yield strong(_("Replaces the sheet of {day}.").format(day=day))
    if version.replaces is not None:
        day = formats.day(version.in_force_from)
        if version.in_force_slot:
            slot = formats.slot_name(version.in_force_slot).lower()
            day = _("{day}, {time}").format(day=day, time=slot)
        words = _("Version {number} is not in force from {day}.")
        yield strong(words.format(number=version.replaces.number, day=day))


# --- how it is handed out ---------------------------------------------------------------------
def _arrangement(arrangement: Supply | None, printing: Printing) -> Facts:
    if arrangement is None:
        words = _("No collection dates are recorded for this version.")
        return Facts(_("Arrangement"), ((_("Collection"), plain(words)),))
    rows = [
        (_("Pack"), strong(str(Pack(arrangement.pack).label))),
        (_("Taken"), strong(str(Taking(arrangement.taking).label))),
        (
            _("May collect"),
            strong(arrangement.collected_by)
            if arrangement.collected_by
            else plain(_("nobody else is named")),
        ),
        (
            _("Recorded"),
            plain(f"{printing.moment(arrangement.at)}, {arrangement.by.name}"),
        ),
    ]
    if arrangement.note:
        rows.append((_("Note"), plain(arrangement.note)))
    return Facts(_("Arrangement"), tuple(rows))


def _collections(schedule: Schedule, arrangement: Supply) -> Listing:
    moments = [Moment.at(one.day, one.from_slot) for one in arrangement.collections.all()]
    slots = {
        Moment.at(one.day, one.from_slot): one.from_slot for one in arrangement.collections.all()
    }
    moved = {
        Moment.at(one.day, one.from_slot): one.moved_from for one in arrangement.collections.all()
    }
    end = arrangement.until or last_day(schedule)
    bounds = stretches(moments, None if end is None else Moment(end + _DAY))
    rows: list[Row] = []
    for begin, until in bounds:
        lines = handed_out(schedule, begin, until)
        covered = _covered(begin, slots[begin], until, slots.get(until, ""))
        rows += _rows(schedule, lines, _collected(begin.day, moved[begin]), plain(covered))
    notes: tuple[Line, ...] = ()
    if moments and end is None:
        last = max(moments)
        words = _(
            "How long the collection of {day} has to last is not recorded, so it is not counted."
        )
        notes = (strong(words.format(day=formats.day(last.day))),)
    return _listing(_("Collect on"), _("For the days"), rows, notes)


def _collected(day: date, moved_from: date | None) -> Line:
    """The day of a collection, and for which other day it stands."""
    if moved_from is None:
        return strong(formats.day(day))
    instead = _("moved from {day}").format(day=formats.day(moved_from))
    return (Run(formats.day(day), strong=True), Run("\n" + instead))


def _covered(begin: Moment, slot: str, until: Moment, until_slot: str) -> str:
    """As "Mon 30 Nov 2026, from the evening, to Mon 7 Dec 2026, midday"."""
    first = formats.day(begin.day)
    if slot:
        first = _("{day}, from {time}").format(day=first, time=formats.slot_name(slot).lower())
    if until_slot:
        last = _("{day}, before {time}").format(
            day=formats.day(until.day), time=formats.slot_name(until_slot).lower()
        )
    else:
        last = formats.day(until.day - _DAY)
        if until.day - _DAY == begin.day:
            return first
    return _("{first} to {last}").format(first=first, last=last)


def _by_step(schedule: Schedule) -> Listing:
    """Where nobody typed collections: the sums of each step, which need no dates of others."""
    rows: list[Row] = []
    for step in schedule.steps:
        if step.last_day is None:
            words = (plain(step_days(step)), plain(_("not counted: no last day is stated")))
            rows.append(Row((plain(formats.number(step.number)), words[0], plain(""), words[1])))
            continue
        begin = Moment(step.first_day)
        lines = handed_out(schedule, begin, Moment(step.last_day + _DAY), step=step)
        rows += _rows(schedule, lines, plain(formats.number(step.number)), plain(step_days(step)))
    return _listing(_("Step"), _("Days"), rows, ())


def _rows(
    schedule: Schedule, lines: Sequence[SupplyLine], first: Line, second: Line
) -> Iterable[Row]:
    for line in lines:
        drug = schedule.drug(line.product.drug)
        label = plain(product_label(line.product, drug))
        yield Row((first, second, label, strong(count_words(line.product, line.quantity))))
        first = second = plain("")


def count_words(product: Product, quantity: Fraction) -> str:
    """In words with parts, and in figures: "10 and a half tablets (10.5)"."""
    words = quantity_words(product, quantity)
    if product.form.measured or quantity.denominator == 1:
        return words
    return f"{words} ({formats.number(quantity)})"


def _listing(first: str, second: str, rows: Sequence[Row], notes: tuple[Line, ...]) -> Listing:
    return Listing(
        heading=_("What to hand out"),
        columns=(
            Column(first, 3),
            Column(second, 4),
            Column(_("Product"), 4),
            Column(_("Count"), 4),
        ),
        rows=tuple(rows),
        empty=_("Nothing is stated."),
        notes=notes,
    )


def _as_needed(schedule: Schedule, arrangement: Supply | None) -> Section:
    """As-needed quantities are typed for each collection, and never worked out."""
    typed: dict[str, AsNeededSupply] = {}
    if arrangement is not None:
        typed = {one.as_needed.key: one for one in arrangement.as_needed.all()}
    lines: list[Line] = []
    for needed in schedule.as_needed:
        lines += as_needed_lines(needed, schedule)
        row = typed.get(needed.key)
        product = schedule.product(needed.product)
        words = (
            _("At each collection: {count}.").format(count=count_words(product, row.quantity))
            if row is not None
            else _("How many at each collection is not recorded.")
        )
        lines.append(strong(words))
    return Passage(_("Only when needed"), tuple(lines))


# --- what the pharmacist has to know -----------------------------------------------------------
def _products(schedule: Schedule) -> Listing:
    rows = []
    for product in schedule.products:
        drug = schedule.drug(product.drug)
        strength = formats.strength(product.strength, product.unit, product.form, product.per)
        rows.append(
            Row(
                (
                    strong(product_name(product, drug)),
                    plain(formats.noun(product.form)),
                    strong(strength),
                    plain(_parts(product)),
                ),
                note=_product_note(product),
            )
        )
    return Listing(
        heading=_("Products of this plan"),
        columns=(
            Column(_("Name"), 3),
            Column(_("Form"), 2),
            Column(_("Strength"), 3),
            Column(_("Parts"), 3),
        ),
        rows=tuple(rows),
        empty=_("No product is stated."),
    )


def _parts(product: Product) -> str:
    if product.form.measured or product.parts == 1:
        return _("whole only") if not product.form.measured else ""
    return ngettext("in {n} part", "in up to {n} parts", product.parts).format(n=product.parts)


def _product_note(product: Product) -> Line:
    parts = [
        pattern.format(typed)
        for pattern, typed in (
            (_("Route: {}"), product.route),
            (_("Made ready: {}"), product.preparation),
            (_("Measure with: {}"), product.device),
            (_("Given by: {}"), product.given_by),
            (_("Keep until: {}"), product.keep_until),
        )
        if typed
    ]
    return plain("\n".join(parts)) if parts else ()


def _about(patient: Patient, printing: Printing, schedule: Schedule) -> Facts:
    written = standing(patient)
    return Facts(
        _("Before handing out"),
        (
            (_("Allergies"), allergies(patient, written)),
            (
                _("Other medicines"),
                lines_of_rows(written[Kind.MEDICINE]) or plain(_("none recorded")),
            ),
            (_("Still in hand, as told"), _in_hand(patient, printing, schedule)),
        ),
    )


def _in_hand(patient: Patient, printing: Printing, schedule: Schedule) -> Line:
    """From the last check-in that stands; what nobody told is not recorded."""
    last = (
        CheckIn.objects.about(patient)
        .standing()
        .prefetch_related("taken__drug")
        .order_by("-happened_at", "-pk")
        .first()
    )
    names = {drug.name for drug in schedule.drugs}
    told = [
        f"{row.drug.name}: {row.in_hand}"
        for row in (last.taken.all() if last is not None else ())
        if row.in_hand and row.drug.name in names
    ]
    if last is None or not told:
        return plain(_("not recorded"))
    when = printing.moment(last.happened_at)
    return (Run("; ".join(told), strong=True), Run(" " + _("(told {when})").format(when=when)))


def _notes(version: Version, schedule: Schedule) -> Iterable[Line]:
    if version.pharmacy_text:
        yield plain(version.pharmacy_text)
    for product in schedule.products:
        if product.texts.pharmacy:
            label = product_label(product, schedule.drug(product.drug))
            yield (Run(f"{label}: ", strong=True), Run(product.texts.pharmacy))
    for step in schedule.steps:
        if step.texts.pharmacy:
            label = _("Step {number}, {days}: ").format(number=step.number, days=step_days(step))
            yield (Run(label, strong=True), Run(step.texts.pharmacy))


def _prescriber(version: Version, printing: Printing) -> Facts:
    signer, by = version.signed_by, printing.by
    words = ", ".join(part for part in (signer.name, signer.qualification) if part)
    rows = [(_("Prescriber"), strong(words))]
    rows.append((_("Telephone"), strong(signer.telephone or printing.clinic.telephone)))
    rows.append((_("Printed by"), plain(", ".join(p for p in (by.name, by.qualification) if p))))
    return Facts(_("Questions to"), tuple(rows))
