"""The limits of vital signs, as a page on which they are typed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.urls import reverse

from plans.models import LimitSet, VitalLimit
from plans.models.catalogues import catalogue_of
from plans.rules import limits as rules
from plans.rules.limits import SIDES, name_of
from plans.rules.redflags import Level
from plans.rules.vital_words import FIGURES, Side, Vital
from taperplan import formats
from taperplan.words import gettext as _

if TYPE_CHECKING:
    import uuid
    from collections.abc import Mapping

    from django.forms import BoundField

    from patients.models import Patient
    from plans.forms.limits import LimitsForm
    from taperplan.accounts.models import Clinic

SHOWN = 10


@dataclass(frozen=True)
class Cell:
    """`otherwise`: of a patient, the clinic's limit that stands while this box is empty."""

    heading: str
    field: BoundField | None
    typed: str
    otherwise: str


@dataclass(frozen=True)
class Line:
    label: str
    unit: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Past:
    says: str
    written: str
    confirmed: str


@dataclass(frozen=True)
class Page:
    """What was typed last. `confirm_url`: it waits for the protocol owner."""

    number: int
    typed: Mapping[str, str]
    otherwise: Mapping[str, str]
    stands: tuple[str, ...]
    waits: bool
    confirm_url: str
    history: tuple[Past, ...]


def headings() -> tuple[str, ...]:
    words = {
        (Side.BELOW, Level.EMERGENCY): _("Below: emergency"),
        (Side.BELOW, Level.SAME_DAY): _("Below: same day"),
        (Side.ABOVE, Level.SAME_DAY): _("Above: same day"),
        (Side.ABOVE, Level.EMERGENCY): _("Above: emergency"),
    }
    return tuple(words[side] for side in SIDES)


def page_of(clinic: Clinic, patient: Patient | None = None) -> Page:
    """Three statements: the sets, the newest one's lines, what counts now."""
    found = LimitSet.objects.of_patient(patient) if patient else LimitSet.objects.of_clinic(clinic)
    sets = list(found.select_related("written_by", "clinic", "confirmation__by")[:SHOWN])
    newest = sets[0] if sets else None
    lines = list(VitalLimit.objects.filter(limits=newest)) if newest else []
    known = catalogue_of(clinic, patient).limits
    clinics = catalogue_of(clinic).limits if patient else ()
    waits = newest is not None and patient is None and not hasattr(newest, "confirmation")
    return Page(
        number=newest.number if newest else 0,
        typed={_name(row): row.typed for row in lines},
        otherwise={name_of(limit.cell): limit.figure for limit in clinics},
        stands=tuple(
            f"{rules.figure_label(limit.vital)} {limit.words}: {limit.level.label}"
            for limit in sorted(known, key=_order)
        ),
        waits=waits,
        confirm_url=reverse("plans:limits-confirm", kwargs={"limit_set": newest.pk})
        if newest is not None and waits
        else "",
        history=tuple(_past(row) for row in sets),
    )


def lines_of(page: Page, form: LimitsForm | None) -> tuple[Line, ...]:
    """A line for each figure; without a form it is read, not typed."""
    return tuple(
        Line(
            label=rules.figure_label(vital),
            unit=rules.PLACE[vital].unit.value,
            cells=tuple(
                _cell(page, form, heading, name_of((vital, *side)))
                for heading, side in zip(headings(), SIDES, strict=True)
            ),
        )
        for vital in FIGURES
    )


def _cell(page: Page, form: LimitsForm | None, heading: str, name: str) -> Cell:
    clinics = page.otherwise.get(name, "")
    return Cell(
        heading=heading,
        field=form[name] if form is not None else None,
        typed=page.typed.get(name, ""),
        otherwise=_("the clinic's: {typed}").format(typed=clinics) if clinics else "",
    )


def waiting(clinic: Clinic, key: uuid.UUID) -> LimitSet | None:
    found = LimitSet.objects.filter(clinic=clinic, patient=None, pk=key)
    return found.select_related("clinic").first()


def _name(row: VitalLimit) -> str:
    return name_of((Vital(row.vital), Side(row.side), Level(row.level)))


def _order(limit: rules.Limit) -> tuple[int, int]:
    return FIGURES.index(limit.vital), SIDES.index((limit.side, limit.level))


def _past(row: LimitSet) -> Past:
    zone = row.clinic.zone
    confirmation = getattr(row, "confirmation", None)
    confirmed = _("Not confirmed. What was confirmed before stays in force.")
    if row.patient_id is not None:
        confirmed = _("It counted from then on.")
    elif confirmation is not None:
        confirmed = _("Confirmed by {name}, {when}").format(
            name=confirmation.by.name, when=formats.moment(confirmation.at.astimezone(zone))
        )
    return Past(
        says=_("Set {n}").format(n=formats.number(row.number)),
        written=_("Written by {name}, {when}").format(
            name=row.written_by.name, when=formats.moment(row.written_at.astimezone(zone))
        ),
        confirmed=confirmed,
    )
