"""The symptom catalogue as administrators keep it: its items, their levels, who wrote what."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.urls import reverse

from plans.models import CatalogueEntry
from plans.models.catalogues import catalogue_of, entry_from
from plans.rules.catalogue import entry_of
from plans.rules.redflags import LOWERABLE, Level
from plans.rules.schedule_words import DrugClass
from plans.rules.symptoms import ASKED_AS_SAFETY, BY_KEY, Group, Shape
from taperplan import formats
from taperplan.words import gettext as _

if TYPE_CHECKING:
    import uuid
    from collections.abc import Iterable

    from plans.rules.catalogue import Catalogue, Entry
    from plans.rules.symptoms import Symptom
    from taperplan.accounts.models import Clinic

__all__ = ("catalogue_of", "catalogue_page", "item_page", "waiting_entry")


@dataclass(frozen=True)
class Row:
    """`level` empty: no red flag. `url` empty: nobody can change it."""

    key: str
    label: str
    level: str
    classes: str
    asked: bool
    note: str
    url: str


@dataclass(frozen=True)
class Waiting:
    """A change that counts once the protocol owner confirms it."""

    label: str
    says: str
    written: str
    confirm_url: str
    url: str


@dataclass(frozen=True)
class CataloguePage:
    groups: tuple[tuple[str, tuple[Row, ...]], ...]
    waiting: tuple[Waiting, ...]
    retired: tuple[Row, ...]
    count: int


@dataclass(frozen=True)
class Past:
    says: str
    written: str
    confirmed: str


@dataclass(frozen=True)
class ItemPage:
    """One item: as it stands, the row that was written last, and everything written before."""

    heading: str
    key: str
    entry: Entry
    number: int
    fixed: bool
    asked: bool
    lowered_elsewhere: bool
    may_retire: bool
    history: tuple[Past, ...]
    places: tuple[tuple[str, str], ...]


def catalogue_page(clinic: Clinic) -> CataloguePage:
    """Two statements."""
    rows = list(_rows(clinic))
    known = catalogue_of(clinic)
    newest = {row.key: row for row in rows}
    groups: dict[Group, list[Row]] = {group: [] for group in Group}
    for symptom in known.symptoms:
        groups[symptom.group].append(_row(symptom, known, newest.get(symptom.key)))
    return CataloguePage(
        groups=tuple((group.label, tuple(found)) for group, found in groups.items() if found),
        waiting=tuple(
            _waiting(row)
            for row in newest.values()
            if row.waits and not hasattr(row, "confirmation")
        ),
        retired=tuple(_row(one, known, newest.get(one.key)) for one in known.retired),
        count=len(known.symptoms),
    )


def _rows(clinic: Clinic) -> Iterable[CatalogueEntry]:
    return CatalogueEntry.objects.newest(clinic).select_related(
        "written_by", "clinic", "confirmation__by"
    )


def _row(symptom: Symptom, known: Catalogue, last: CatalogueEntry | None) -> Row:
    return Row(
        key=symptom.key,
        label=_upper(symptom.label),
        level=level_words(known.level(symptom.key)) if symptom.star else "",
        classes=formats.listing([class_words(one) for one in sorted(symptom.classes)]),
        asked=symptom.key in ASKED_AS_SAFETY,
        note=_written(last) if last else "",
        url="" if symptom.fixed else _url(symptom.key),
    )


def _url(key: str) -> str:
    return reverse("plans:catalogue-item", kwargs={"key": key})


def _waiting(row: CatalogueEntry) -> Waiting:
    return Waiting(
        label=_upper(row.label),
        says=_says(row),
        written=_written(row),
        confirm_url=reverse("plans:catalogue-confirm", kwargs={"catalogue_entry": row.pk}),
        url=_url(row.key),
    )


def item_page(clinic: Clinic, key: str) -> ItemPage | None:
    """One item with its history, in two statements; None where the clinic has no such item."""
    known = catalogue_of(clinic)
    history = list(
        CatalogueEntry.objects.filter(clinic=clinic, key=key)
        .select_related("written_by", "clinic", "confirmation__by")
        .order_by("-number")
    )
    gone = next((one for one in known.retired if one.key == key), None)
    symptom = known.by_key.get(key) or gone
    if symptom is None and not history:
        return None
    if symptom is not None:
        entry = entry_of(symptom, known.level(key) if symptom.star else None)
    if symptom is None or (history and history[0].waits):
        # What was written last is what is worked on, confirmed or not.
        entry = entry_from(history[0])
    shipped = BY_KEY.get(key)
    return ItemPage(
        heading=_upper(entry.label),
        key=key,
        entry=entry,
        number=history[0].number if history else 0,
        fixed=bool(shipped and shipped.fixed),
        asked=key in ASKED_AS_SAFETY,
        lowered_elsewhere=key in LOWERABLE,
        may_retire=key not in ASKED_AS_SAFETY and not known.is_starred(key),
        history=tuple(Past(_says(row), _written(row), _confirmed(row)) for row in history),
        places=places(known, key),
    )


def waiting_entry(clinic: Clinic, key: uuid.UUID) -> CatalogueEntry | None:
    return CatalogueEntry.objects.filter(clinic=clinic, pk=key).select_related("clinic").first()


def places(known: Catalogue, key: str = "") -> tuple[tuple[str, str], ...]:
    """The items behind which one may stand."""
    return tuple((one.key, _upper(one.label)) for one in known.symptoms if one.key != key)


def level_words(level: Level) -> str:
    return _("Emergency") if level is Level.EMERGENCY else _("Same day")


def class_words(drug_class: DrugClass | str) -> str:
    words = {
        DrugClass.BENZODIAZEPINE: _("benzodiazepine"),
        DrugClass.OPIOID: _("opioid"),
        DrugClass.CORTICOSTEROID: _("corticosteroid"),
        DrugClass.ANTIDEPRESSANT: _("antidepressant"),
        DrugClass.OTHER: _("any other drug"),
    }
    return words[DrugClass(drug_class)]


def shape_words(shape: Shape) -> str:
    words = {
        Shape.SEVERITY: _("present, with a severity"),
        Shape.EVENT: _("an event: how many, when, how long, injured"),
        Shape.PRESENCE: _("present or not, nothing more"),
    }
    return words[shape]


def _says(row: CatalogueEntry) -> str:
    """As "Hiccups, gut, same-day red flag, opioid"."""
    level = (
        _("{level} red flag").format(level=level_words(Level(row.level)).lower())
        if row.level
        else _("no red flag")
    )
    if row.key in LOWERABLE:
        level = _("level as on the page of levels")
    parts = [
        _upper(row.label),
        Group(row.group).label,
        _("retired") if row.retired else level,
        formats.listing([class_words(one) for one in row.classes]),
    ]
    return ", ".join(part for part in parts if part)


def _written(row: CatalogueEntry) -> str:
    return _("Written by {name}, {when}").format(
        name=row.written_by.name,
        when=formats.moment(row.written_at.astimezone(row.clinic.zone)),
    )


def _confirmed(row: CatalogueEntry) -> str:
    if not row.waits:
        return _("Counts at once: it touches no red flag.")
    confirmation = getattr(row, "confirmation", None)
    if confirmation is None:
        return _("Not confirmed. What was confirmed before stays in force.")
    return _("Confirmed by {name}, {when}").format(
        name=confirmation.by.name,
        when=formats.moment(confirmation.at.astimezone(row.clinic.zone)),
    )


def _upper(words: str) -> str:
    return words[:1].upper() + words[1:]
