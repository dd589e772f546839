"""A signed version as the handout that the patient lives by.

Every figure is one that the version holds, or its arithmetic (milligrams, dates). Nothing of
red flags, and no text of the clinic that its protocol owner has not confirmed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from plans.models import FollowUp, Plan, Version
from plans.models.schedules import schedules
from plans.presenters.dosing import product_line, schedule_tables
from plans.presenters.paper import (
    Printing,
    footing,
    identifier,
    labelled,
    letterhead,
    unprintable,
)
from plans.presenters.patient_text import confirmed_for
from plans.rules.check_in_words import NextHow
from plans.rules.patient_texts import SetKey
from plans.rules.schedule_words import DrugClass, DrugRole, Form
from plans.rules.wording import product_name, quantity_words
from plans.sheets.handout import Handout
from plans.sheets.paper import Line, Passage, Person, Phone, Run, plain, strong
from taperplan import formats
from taperplan.accounts.models import ProtocolText
from taperplan.words import gettext as _
from taperplan.words import ngettext

if TYPE_CHECKING:
    from collections.abc import Sequence

    from plans.presenters.patient_text import TextSetCard
    from plans.rules.schedule import AsNeeded, Schedule
    from taperplan.accounts.models import Clinic

QUESTION_LINES = 5
# Plans that the patient still takes something by; the others are history.
STANDING = ("active", "aftercare")


def handout(version: Version, printing: Printing) -> Handout:
    """The handout of `version`, which comes with its plan, patient, clinic and signer."""
    plan, patient = version.plan, version.plan.patient
    schedule = version.schedule()
    number = identifier(patient)
    texts = _confirmed_texts(printing.clinic)
    missed, source = _missed_dose(version, schedule, texts, printing)
    sets = confirmed_for(printing.clinic, (drug.drug_class for drug in schedule.drugs))
    return Handout(
        language=printing.language,
        name=printing.titled(
            _("Patient handout {reference}").format(reference=version.reference), patient
        ),
        title=_title(schedule),
        made=_made(version, printing),
        replaces=_replaces(version, printing),
        letterhead=letterhead(printing.clinic),
        person=Person(
            name=formats.given_family(patient.given_names, patient.family_name),
            born=labelled(_("born"), formats.short_day(patient.born)),
            identifier=labelled(_("record"), number),
            latin=patient.latin_name,
        ),
        products=tuple(product_line(product, schedule) for product in schedule.products),
        tables=schedule_tables(schedule, version),
        as_needed=_as_needed(schedule),
        plan_text=(version.patient_text,) if version.patient_text else (),
        warning=_warning(sets, schedule),
        next_check_in=_next_check_in(plan),
        other_plans=_other_plans(plan),
        call=_when_to_call(sets),
        numbers_heading=_("Numbers to call"),
        numbers=_numbers(printing.clinic),
        missed_dose=missed,
        advice=_meanwhile(sets, schedule),
        texts_source=" ".join(filter(None, (_set_source(sets, printing), source))),
        questions_heading=_("My questions"),
        questions=QUESTION_LINES,
        unprintable=unprintable(),
        footing=footing(
            patient,
            _("{record} \N{MIDDLE DOT} plan version {number}").format(
                record=number, number=version.number
            ),
            printing,
        ),
    )


def plan_names(schedule: Schedule) -> str:
    """The drugs that a plan is about: those that are tapered or brought in, else all."""
    about = [
        drug.name for drug in schedule.drugs if drug.role in (DrugRole.TAPERED, DrugRole.INTRODUCED)
    ] or [drug.name for drug in schedule.drugs]
    return formats.listing(about)


def _title(schedule: Schedule) -> str:
    return _("Your {drugs} plan").format(drugs=plan_names(schedule))


def _made(version: Version, printing: Printing) -> str:
    signer = version.signed_by
    return _("Version {number}, made on {day} by {name}, {as_}.").format(
        number=version.number,
        day=formats.short_day(printing.day_of(version.signed_at)),
        name=signer.name,
        as_=signer.qualification or _("prescriber"),
    )


def _replaces(version: Version, printing: Printing) -> Line:
    before = version.replaces
    if before is None:
        return ()
    words = _("Replaces version {number} of {day}.").format(
        number=before.number, day=formats.short_day(printing.day_of(before.signed_at))
    )
    counts = _("It counts from {day}.").format(day=formats.day(version.in_force_from))
    if version.in_force_slot:
        counts = _("It counts from {day}, {time}.").format(
            day=formats.day(version.in_force_from),
            time=formats.slot_name(version.in_force_slot).lower(),
        )
    return (Run(words, strong=True), Run(" " + counts + " " + _("Throw the old page away.")))


# --- as needed ------------------------------------------------------------------------------
def _as_needed(schedule: Schedule) -> Passage | None:
    if not schedule.as_needed:
        return None
    lines = [line for needed in schedule.as_needed for line in as_needed_lines(needed, schedule)]
    return Passage(_("Only if you need it"), tuple(lines))


def as_needed_lines(needed: AsNeeded, schedule: Schedule) -> list[Line]:
    """One as-needed line in full: what, at most how much, how far apart, for what, when."""
    product = schedule.product(needed.product)
    drug = schedule.drug(product.drug)
    dose = formats.dose(needed.quantity, product.form, product.strength, product.unit, product.per)
    most = (
        _("At most {quantity} in 24 hours.").format(
            quantity=quantity_words(product, needed.maximum)
        )
        if needed.maximum is not None
        else _("The most in 24 hours is not stated.")
    )
    details = [most]
    if needed.gap_minutes is not None:
        details.append(_("At least {time} between two doses.").format(time=gap(needed.gap_minutes)))
    if needed.reason:
        details.append(_("For: {reason}.").format(reason=needed.reason.rstrip(".")))
    details.append(
        _("Dates: {days}.").format(days=formats.day_range(needed.first_day, needed.last_day))
    )
    return [
        (Run(product_name(product, drug), strong=True), Run(": "), Run(dose, strong=True)),
        plain(" ".join(details)),
    ]


def gap(minutes: int) -> str:
    """As "4 hours", "90 minutes"."""
    if minutes % 60 == 0:
        hours = minutes // 60
        words = ngettext("{n} hour", "{n} hours", hours).format(n=formats.number(hours))
    else:
        words = ngettext("{n} minute", "{n} minutes", minutes).format(n=formats.number(minutes))
    return words.replace(" ", formats.NBSP)


# --- what else stands on it -------------------------------------------------------------------
def _next_check_in(plan: Plan) -> Passage | None:
    due = FollowUp.objects.filter(patient=plan.patient_id, due_on__isnull=False).first()
    if due is None or due.due_on is None:
        return None
    line = strong(formats.day(due.due_on))
    if due.how:
        line = (*line, Run(_how(NextHow(due.how), plan.patient.phone)))
    return Passage(_("Your next check-in"), (line,))


def _how(how: NextHow, phone: str) -> str:
    """As ", by phone. We call you on 555-0142.", after the day."""
    match how:
        case NextHow.IN_PERSON:
            return _(", in person.")
        case NextHow.PHONE if phone:
            number = phone.replace(" ", formats.NBSP)
            return _(", by phone. We call you on {number}.").format(number=number)
        case NextHow.PHONE:
            return _(", by phone.")
        case NextHow.VIDEO:
            return _(", by video.")
        case NextHow.HOME:
            return _(", at your home.")


def _other_plans(plan: Plan) -> Line:
    """The patient's other plans that stand, each by its newest version, in one line."""
    others = Plan.objects.filter(patient=plan.patient_id, state__in=STANDING).exclude(pk=plan.pk)
    newest: dict[object, Version] = {}
    for version in Version.objects.filter(plan__in=others).order_by("number"):
        newest[version.plan_id] = version
    if not newest:
        return ()
    found = schedules(newest.values())
    words = [
        _("{drugs} (version {number})").format(
            drugs=plan_names(found[version.pk]), number=version.number
        )
        for version in sorted(newest.values(), key=lambda version: version.signed_at)
    ]
    return plain(
        ngettext(
            "You also have another plan with us: {plans}. It has its own page.",
            "You also have other plans with us: {plans}. Each has its own page.",
            len(words),
        ).format(plans=formats.listing(words))
    )


def _numbers(clinic: Clinic) -> tuple[Phone, ...]:
    known = (
        (_("Emergency"), clinic.emergency),
        (_("Clinic"), clinic.telephone),
        (_("Out of hours"), clinic.out_of_hours),
        (_("Crisis line"), clinic.crisis),
    )
    return tuple(
        Phone(label, number.replace(" ", formats.NBSP)) for label, number in known if number
    )


# --- our fixed words, where the clinic has confirmed them ---------------------------------------
def _warning(sets: Sequence[TextSetCard], schedule: Schedule) -> tuple[Line, ...]:
    """The do-not-stop box: what is true of every plan in strong type, then what of each drug."""
    lines: list[Line] = []
    for card in sets:
        words = " ".join(card.words.stopping)
        if card.words.key is SetKey.EVERY_PLAN:
            lines.append(strong(words))
        elif len(schedule.drugs) > 1:
            lines.append((Run(f"{_names(card, schedule)}: ", strong=True), Run(words)))
        else:
            lines.append(plain(words))
    return tuple(lines)


def _when_to_call(sets: Sequence[TextSetCard]) -> Passage | None:
    lines = tuple(plain(sentence) for card in sets for sentence in card.words.call)
    return Passage(_("When to call at once"), lines, bullets=True) if lines else None


def _meanwhile(sets: Sequence[TextSetCard], schedule: Schedule) -> tuple[Passage, ...]:
    """One list a set. A sentence that two sets share is printed with each drug it is true of."""
    return tuple(
        Passage(
            _("While you are on this plan")
            if card.words.key is SetKey.EVERY_PLAN
            else _("While you take {drugs}").format(drugs=_names(card, schedule)),
            tuple(plain(sentence) for sentence in card.words.meanwhile),
            bullets=True,
        )
        for card in sets
    )


def _names(card: TextSetCard, schedule: Schedule) -> str:
    """The drugs of this plan that a set speaks of."""
    return formats.listing(
        [drug.name for drug in schedule.drugs if drug.drug_class.value == card.words.key.value]
    )


def _set_source(sets: Sequence[TextSetCard], printing: Printing) -> str:
    """Which words these are, in which version, and by whose name the clinic's."""
    named: dict[tuple[str, str], list[str]] = {}
    for card in sets:
        if card.confirmed is None:
            continue
        who = card.confirmed.confirmed_by.name
        day = formats.short_day(printing.day_of(card.confirmed.confirmed_at))
        words = _("{set} version {number}").format(
            set=card.words.key.words.lower(), number=card.words.version
        )
        named.setdefault((who, day), []).append(words)
    return " ".join(
        _("Words for {sets}: confirmed by {name} for {clinic} on {day}.").format(
            sets=formats.listing(words), name=who, clinic=printing.clinic.name, day=day
        )
        for (who, day), words in named.items()
    )


# --- a missed dose ------------------------------------------------------------------------------
def _confirmed_texts(clinic: Clinic) -> dict[str, ProtocolText]:
    kinds = [kind for kind in ProtocolText.Kind.values if kind.startswith("missed_")]
    rows = ProtocolText.objects.in_force(clinic).filter(kind__in=kinds)
    return {text.kind: text for text in rows.select_related("confirmation")}


def _missed_dose(
    version: Version,
    schedule: Schedule,
    texts: dict[str, ProtocolText],
    printing: Printing,
) -> tuple[Passage, str]:
    """What the prescriber typed for this plan; else the clinic's confirmed text for the class
    of each drug; else whom to call. And where the clinic's words come from."""
    patch = any(product.form is Form.PATCH for product in schedule.products)
    heading = (
        _("If you miss or vomit a dose, or lose a patch")
        if patch
        else _("If you miss or vomit a dose")
    )
    if version.missed_dose_text:
        return Passage(heading, (plain(version.missed_dose_text),)), ""
    classes: dict[DrugClass, list[str]] = {}
    for drug in schedule.drugs:
        classes.setdefault(drug.drug_class, []).append(drug.name)
    used = [texts[kind] for kind in map(_missed_kind, classes) if kind in texts]
    lines: list[Line] = []
    for drug_class, names in classes.items():
        text = texts.get(_missed_kind(drug_class))
        words = (Run(text.text),) if text is not None else call_us(printing.clinic)
        if len(classes) > 1:
            words = (Run(f"{formats.listing(names)}: ", strong=True), *words)
        lines.append(words)
    if not used:
        lines = [call_us(printing.clinic)]
    return Passage(heading, tuple(lines)), _source(used, printing)


def _missed_kind(drug_class: DrugClass) -> str:
    return f"missed_{drug_class.value}"


def call_us(clinic: Clinic) -> Line:
    """Whom to call, with the clinic's own numbers and none that it has not typed."""
    telephone = clinic.telephone.replace(" ", formats.NBSP)
    after = clinic.out_of_hours.replace(" ", formats.NBSP)
    if not telephone and not after:
        return plain(_("Call us."))
    line: Line = ()
    if telephone:
        line = (Run(_("Call us on") + " "), Run(telephone, strong=True), Run(". "))
    if after:
        line = (*line, Run(_("Out of hours:") + " "), Run(after, strong=True), Run("."))
    return line


def _source(used: Sequence[ProtocolText], printing: Printing) -> str:
    if not used:
        return ""
    confirmed = max(text.confirmation.confirmed_at for text in used)
    return _("Texts confirmed as its own by {clinic}, last on {day}.").format(
        clinic=printing.clinic.name, day=formats.short_day(printing.day_of(confirmed))
    )
