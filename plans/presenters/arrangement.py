"""How a version's medicine is handed out, and what each collection holds, in finished words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from plans.models.supply import Pack, Taking
from plans.presenters.plan import moment
from plans.rules import wording
from plans.rules.collecting import Moment, handed_out, stretches
from plans.rules.schedule import last_day
from taperplan import formats

if TYPE_CHECKING:
    from plans.models import Collection, Supply, Version
    from plans.rules.schedule import AsNeeded, Schedule

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class CollectionLine:
    """`lasts` is "" where it is not known how long the collection has to last."""

    day: str
    moved: str
    lasts: str
    holds: tuple[str, ...]


@dataclass(frozen=True)
class ArrangementPage:
    facts: tuple[tuple[str, str], ...]
    collections: tuple[CollectionLine, ...]


def standing(version: Version) -> Supply | None:
    return (
        version.supplies.select_related("by")
        .prefetch_related("collections", "as_needed__as_needed")
        .order_by("-number")
        .first()
    )


def needed_words(schedule: Schedule, line: AsNeeded) -> str:
    product = schedule.product(line.product)
    return wording.product_label(product, schedule.drug(product.drug))


def page(schedule: Schedule, supply: Supply) -> ArrangementPage:
    facts = [
        (_("Pack"), str(Pack(supply.pack).label)),
        (_("Taken"), str(Taking(supply.taking).label)),
        (_("Who else may collect"), supply.collected_by or _("nobody is named")),
    ]
    lines = {line.key: line for line in schedule.as_needed}
    for row in supply.as_needed.all():
        line, quantity = lines.get(row.as_needed.key), row.quantity
        if line is not None and quantity is not None:
            form = schedule.product(line.product).form
            facts.append(
                (
                    _("As needed, at each collection"),
                    f"{needed_words(schedule, line)}: {formats.quantity(quantity, form)}",
                )
            )
    if supply.note:
        facts.append((_("For the pharmacy"), supply.note))
    facts.append((_("Recorded"), f"{moment(supply.at)}, {supply.by.name}"))
    return ArrangementPage(tuple(facts), tuple(_collections(schedule, supply)))


def _collections(schedule: Schedule, supply: Supply) -> list[CollectionLine]:
    last = supply.until or last_day(schedule)
    days = sorted(supply.collections.all(), key=lambda one: one.day)
    ends = dict(
        stretches(
            [Moment.at(one.day, one.from_slot) for one in days],
            None if last is None else Moment(last + _DAY),
        )
    )
    return [_line(schedule, one, ends.get(Moment.at(one.day, one.from_slot))) for one in days]


def _line(schedule: Schedule, one: Collection, until: Moment | None) -> CollectionLine:
    day = formats.day(one.day)
    if one.from_slot:
        day = f"{day} {formats.at(one.from_slot)}"
    holds: tuple[str, ...] = ()
    if until is not None:
        holds = tuple(
            f"{wording.product_label(line.product, schedule.drug(line.product.drug))}: "
            f"{formats.quantity(line.quantity, line.product.form)}"
            for line in handed_out(schedule, Moment.at(one.day, one.from_slot), until)
        )
    return CollectionLine(
        day=day,
        moved=_("moved from %(day)s") % {"day": formats.day(one.moved_from)}
        if one.moved_from
        else "",
        lasts=_lasts(until) if until else "",
        holds=holds,
    )


def _lasts(until: Moment) -> str:
    if until.place == Moment(until.day).place:
        return _("up to and with %(day)s") % {"day": formats.day(until.day - _DAY)}
    return _("up to the next collection on %(day)s") % {"day": formats.day(until.day)}
