"""How a version's medicine is handed out: each arrangement whole, and none is ever changed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Max

from plans.models import AsNeeded, AsNeededSupply, Collection, Plan, Supply
from plans.models.exact import exact
from taperplan.audit import trail
from taperplan.audit.verbs import Verb

if TYPE_CHECKING:
    import uuid
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime
    from fractions import Fraction

    from plans.models import Version
    from plans.rules.collection_days import CollectionDay
    from taperplan.accounts.models import User


@dataclass(frozen=True)
class Arrangement:
    """Every figure typed. `as_needed` by the key of its line."""

    pack: str
    taking: str
    days: Sequence[CollectionDay]
    until: date | None = None
    collected_by: str = ""
    note: str = ""
    as_needed: Mapping[str, Fraction] = field(default_factory=dict)


def arrange(
    *, key: uuid.UUID, version: Version, arrangement: Arrangement, now: datetime, by: User
) -> Supply:
    """The next arrangement of a version; it stands above the one before. One form, one row."""
    with transaction.atomic():
        Plan.objects.select_for_update(of=("self",)).get(pk=version.plan_id)
        made = Supply.objects.filter(pk=key).first()
        if made is not None:
            return made
        last = Supply.objects.filter(version=version).aggregate(last=Max("number"))["last"] or 0
        supply = Supply(
            id=key,
            version=version,
            number=last + 1,
            pack=arrangement.pack,
            taking=arrangement.taking,
            until=arrangement.until,
            collected_by=arrangement.collected_by,
            note=arrangement.note,
            at=now,
            by=by,
        )
        Collection.objects.bulk_create(
            Collection(supply=supply, day=one.day, from_slot=one.slot, moved_from=one.moved_from)
            for one in arrangement.days
        )
        AsNeededSupply.objects.bulk_create(
            AsNeededSupply(supply=supply, as_needed=line, **exact("quantity", quantity))
            for line in as_needed_of(version)
            if (quantity := arrangement.as_needed.get(line.key)) is not None
        )
        supply.save(force_insert=True)
        trail.record(
            Verb.SUPPLY_ARRANGED,
            version,
            patient=version.plan.patient,
            detail={"version": version.reference, "collections": str(len(arrangement.days))},
            by=by,
        )
    return supply


def as_needed_of(version: Version) -> list[AsNeeded]:
    return list(
        AsNeeded.objects.filter(product__drug__version=version)
        .select_related("product__drug")
        .order_by("position", "pk")
    )
