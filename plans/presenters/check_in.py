"""What stands around a check-in, and how one is shown."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from plans.models import CheckIn, Drug, Product
from plans.rules.check_in import Asking, OfferedDrug, OfferedProduct, happened_on
from plans.rules.lifecycle import PlanState, version_on
from plans.rules.schedule import DrugClass

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from patients.models import Patient
    from plans.models import Version
    from taperplan.accounts.models import User

_NEVER_IN_FORCE = (PlanState.DRAFT.value, PlanState.ENTERED_IN_ERROR.value)
_TAKEN_NOW = (PlanState.ACTIVE.value, PlanState.AFTERCARE.value)


@dataclass(frozen=True)
class Around:
    """The version in force, the drugs it names, the period covered, the last check-in.

    `drugs` and `products` by the names that their boxes carry, which stay the same from one
    version of a plan to the next: what was typed into a draft outlives a new version.
    """

    patient: Patient
    asking: Asking
    version: Version | None = None
    versions: tuple[Version, ...] = ()
    drugs: Mapping[str, Drug] = field(default_factory=dict)
    products: Mapping[str, Product] = field(default_factory=dict)
    last: CheckIn | None = None
    period_from: date | None = None
    period_until: date | None = None


def around(
    patient: Patient,
    *,
    answers: Mapping[str, str],
    opened_at: datetime,
    now: datetime,
    by: User,
    corrects: CheckIn | None = None,
    corrected_stars: frozenset[str] | None = None,
) -> Around:
    """Two queries, and a third where an amount of a product is typed."""
    zone = patient.clinic.zone
    day = happened_on(answers, opened_at.astimezone(zone).date())
    last = last_standing(patient, before=corrects)
    rows = list(
        Drug.objects.filter(version__plan__patient=patient)
        .exclude(version__plan__state__in=_NEVER_IN_FORCE)
        .select_related("version__plan")
        .order_by("version__plan__begun_at", "version__plan", "version__number", "position")
    )
    versions = _in_force(rows, day)
    taken_now = tuple(v for v in versions if v.plan.state in _TAKEN_NOW)
    drugs = {
        f"{row.version.plan_id.hex[:8]}{row.key}": row
        for row in rows
        if row.version_id in {version.pk for version in taken_now}
    }
    version = next(iter(taken_now or versions), None)
    products = _products(drugs) if _amount_typed(answers) else {}
    period_from = last.happened_at.astimezone(zone).date() if last else None
    if period_from is None and version is not None:
        period_from = version.in_force_from
    return Around(
        patient=patient,
        version=version,
        versions=taken_now,
        drugs=drugs,
        products=products,
        last=last,
        period_from=min(period_from, day) if period_from and version else None,
        period_until=day if version else None,
        asking=Asking(
            now=now.astimezone(zone),
            opened_at=opened_at.astimezone(zone),
            classes=frozenset(DrugClass(drug.drug_class) for drug in drugs.values()),
            drugs=tuple(OfferedDrug(key, drug.name) for key, drug in drugs.items()),
            products=tuple(OfferedProduct(key, row.name) for key, row in products.items()),
            phone=patient.phone,
            address=" ".join(patient.address.split()),
            recorder=by.name,
            corrected_stars=corrected_stars,
        ),
    )


def last_standing(patient: Patient, *, before: CheckIn | None = None) -> CheckIn | None:
    """The newest check-in that stands; of a correction, the newest but the one it corrects."""
    standing = CheckIn.objects.about(patient).standing().newest_first()
    if before is not None:
        standing = standing.exclude(pk=before.pk).filter(happened_at__lte=before.happened_at)
    return standing.select_related("recorded_by", "version").first()


def _in_force(rows: list[Drug], day: date) -> tuple[Version, ...]:
    """The version of each plan that answers for `day`, in the order in which plans began."""
    by_plan: dict[object, dict[object, Version]] = {}
    for row in rows:
        by_plan.setdefault(row.version.plan_id, {})[row.version_id] = row.version
    found = (version_on(versions.values(), day, None) for versions in by_plan.values())
    return tuple(version for version in found if version is not None)


def _products(drugs: Mapping[str, Drug]) -> dict[str, Product]:
    plans = {drug.pk: drug.version.plan_id.hex[:8] for drug in drugs.values()}
    rows = Product.objects.filter(drug__in=list(plans)).order_by("drug", "position")
    return {f"{plans[row.drug_id]}{row.key}": row for row in rows}


def _amount_typed(answers: Mapping[str, str]) -> bool:
    return any(name.startswith("a-") and text for name, text in answers.items())
