"""The words for what is chosen from a list, as screens show them. Nothing is chosen beforehand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from plans.rules.schedule_words import DrugClass, DrugRole, End, Form, Rhythm, Slot, Unit

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

Choices = tuple[tuple[str, "StrOrPromise"], ...]

ROLES: Choices = (
    (DrugRole.TAPERED.value, _("tapered")),
    (DrugRole.INTRODUCED.value, _("introduced in a cross-taper")),
    (DrugRole.UNCHANGED.value, _("unchanged beside it")),
    (DrugRole.SUPPORTIVE.value, _("supportive")),
    (DrugRole.RESCUE.value, _("rescue")),
)
CLASSES: Choices = (
    (DrugClass.BENZODIAZEPINE.value, _("benzodiazepine")),
    (DrugClass.OPIOID.value, _("opioid")),
    (DrugClass.CORTICOSTEROID.value, _("corticosteroid")),
    (DrugClass.ANTIDEPRESSANT.value, _("antidepressant")),
    (DrugClass.OTHER.value, _("another class")),
)
ENDS: Choices = (
    (End.STOP.value, _("Stop")),
    (End.MAINTAIN.value, _("Maintain at this dose until a review on a date")),
    (End.REFER.value, _("Refer")),
)
FORMS: Choices = (
    (Form.TABLET.value, _("tablet")),
    (Form.CAPSULE.value, _("capsule")),
    (Form.LIQUID.value, _("liquid")),
    (Form.DROP.value, _("drops")),
    (Form.PATCH.value, _("patch")),
    (Form.FILM.value, _("film")),
    (Form.LOZENGE.value, _("lozenge")),
    (Form.SPRAY.value, _("spray")),
    (Form.PUFF.value, _("puff of an inhaler")),
    (Form.SACHET.value, _("sachet")),
    (Form.SUPPOSITORY.value, _("suppository")),
    (Form.INJECTION.value, _("injection")),
    (Form.BEAD.value, _("bead of a capsule")),
)
UNITS: Choices = (
    (Unit.MG.value, _("mg")),
    (Unit.MICROGRAM.value, _("micrograms")),
    (Unit.G.value, _("g")),
    (Unit.UNIT.value, _("units")),
    (Unit.MICROGRAM_PER_HOUR.value, _("micrograms per hour")),
)
PARTS: Choices = (
    ("1", _("do not split")),
    ("2", _("may be halved")),
    ("3", _("may be split into thirds")),
    ("4", _("may be split into quarters")),
    ("8", _("may be split into eighths")),
)
RHYTHMS: Choices = (
    (Rhythm.DAILY.value, _("every day")),
    (Rhythm.CYCLE.value, _("days of a cycle")),
    (Rhythm.WEEKDAYS.value, _("weekdays")),
)
SLOTS: Choices = (
    (Slot.MORNING.value, _("morning")),
    (Slot.MIDDAY.value, _("midday")),
    (Slot.EVENING.value, _("evening")),
    (Slot.BEDTIME.value, _("bedtime")),
)


def word(choices: Choices, value: str) -> str:
    """The word for a value, "" for one that is not in the list."""
    return str(dict(choices).get(value, ""))


def words(choices: Choices) -> tuple[tuple[str, str], ...]:
    return tuple((value, str(word)) for value, word in choices)


def chosen(choices: Choices) -> tuple[tuple[str, str], ...]:
    """The options below an empty one: nothing is chosen beforehand."""
    return (("", str(_("not chosen"))), *words(choices))
