"""What stands around a check-in, and how one is shown."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db.models import F, Value
from django.urls import reverse

from plans.models import CheckIn, Drug, PresentSymptom, Product, VitalSign
from plans.presenters.dosing import dose_line
from plans.rules import vitals
from plans.rules.check_in import Asking, Decision, OfferedDrug, OfferedProduct, happened_on
from plans.rules.lifecycle import PlanState, version_on
from plans.rules.schedule import DrugClass, day_totals, expected_on
from plans.rules.wording import total_words
from plans.sheets.paper import text_of
from taperplan import formats
from taperplan.words import gettext as _

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime

    from patients.models import Patient
    from plans.models import Version
    from plans.rules.schedule import Schedule
    from taperplan.accounts.models import User

_DAY = timedelta(days=1)

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


# --- what was expected, and what was said last time --------------------------------------------


@dataclass(frozen=True)
class TakenPeriod:
    """Days in a row on which the same was expected: when, what, which days."""

    days: str
    doses: tuple[str, ...]
    total: str


LONGEST_PERIOD = 92


def taken_periods(schedule: Schedule | None, drug: str, around: Around) -> tuple[TakenPeriod, ...]:
    """What the version in force expected of one drug, from the last check-in until this one.

    The day of this check-in is not in it: what is due tonight was not missed this morning.
    """
    if schedule is None or around.period_from is None or around.period_until is None:
        return ()
    last = around.period_until - _DAY
    first = max(around.period_from, last - LONGEST_PERIOD * _DAY)
    stretches: list[tuple[date, date, tuple[str, ...], str]] = []
    day = first
    while day <= last:
        doses = tuple(
            _("{dose} {at_time}").format(
                dose=text_of(dose_line(one.product, one.drug, one.quantity, named=False)),
                at_time=formats.at(one.when.token),
            )
            for one in expected_on(schedule, day)
            if one.drug.key == drug
        )
        total = next(
            (total_words(one) for one in day_totals(schedule, day) if one.drug.key == drug), ""
        )
        if stretches and stretches[-1][2] == doses and stretches[-1][1] + _DAY == day:
            begun, _end, _doses, _total = stretches[-1]
            stretches[-1] = (begun, day, doses, total)
        else:
            stretches.append((day, day, doses, total))
        day += _DAY
    return tuple(
        TakenPeriod(
            _("{range}, {days}").format(
                range=formats.day_range(begun, end), days=formats.length((end - begun).days + 1)
            ),
            doses or (_("nothing stated"),),
            total,
        )
        for begun, end, doses, total in stretches
    )


@dataclass(frozen=True)
class LastTime:
    """The last check-in that stands. `present`: symptom -> how severe it was then."""

    heading: str
    counts: str
    present: Mapping[str, str]
    vitals: str
    decision: str
    reason: str
    url: str


def last_time(around: Around) -> LastTime | None:
    """What was present then, and the vital signs, in one statement."""
    last = around.last
    if last is None:
        return None
    rows, figures = _then(last)
    zone = around.patient.clinic.zone
    return LastTime(
        heading=_("Last time, {day}").format(
            day=formats.day(last.happened_at.astimezone(zone).date())
        ),
        counts=_present_in_words(rows),
        present={row.key: _(row.severity) if row.severity else _("present") for row in rows},
        vitals=vitals_in_words(figures),
        decision=Decision(last.decision).label,
        reason=last.decision_reason,
        url=reverse("plans:check-in", kwargs={"check_in": last.pk}),
    )


def _then(last: CheckIn) -> tuple[list[PresentSymptom], list[VitalSign]]:
    """Two kinds of row in one statement; each with the columns that are shown of it."""
    symptoms = last.present.order_by().values_list(
        Value("p"), F("pk"), F("key"), F("label"), F("severity"), Value(0), Value(1)
    )
    figures = last.vital_signs.order_by().values_list(
        Value("v"), F("pk"), F("vital"), F("unit"), Value(""), F("value_numerator"),
        F("value_denominator"),
    )  # fmt: skip
    present, measured = [], []
    for kind, _pk, first, second, severity, above, below in sorted(
        symptoms.union(figures, all=True), key=lambda row: row[:2]
    ):
        if kind == "p":
            present.append(PresentSymptom(key=first, label=second, severity=severity))
        else:
            measured.append(
                VitalSign(vital=first, unit=second, value_numerator=above, value_denominator=below)
            )
    return present, measured


def _present_in_words(rows: Sequence[PresentSymptom]) -> str:
    """As "8 present: 3 mild, 4 moderate, 1 severe"; counts, never a score."""
    if not rows:
        return _("nothing recorded present")
    severities = (("mild", _("mild")), ("moderate", _("moderate")), ("severe", _("severe")))
    parts = [
        f"{count} {words}"
        for value, words in severities
        if (count := sum(1 for row in rows if row.severity == value))
    ]
    head = _("{n} present").format(n=len(rows))
    return f"{head}: {', '.join(parts)}" if parts else head


def vitals_in_words(rows: Sequence[VitalSign]) -> str:
    """As "BP lying 132/80 mmHg, pulse 84 /min"; empty where nothing was recorded."""
    figures = {row.vital: row for row in rows}
    parts: list[str] = []
    for place in vitals.Field:
        kinds = vitals.figures_of(place)
        found = [figures[kind.value] for kind in kinds if kind.value in figures]
        if found:
            value = "/".join(formats.number(row.value) for row in found)
            label = (
                place.label if parts == [] or place.label[1:2].isupper() else place.label.lower()
            )
            label = place.label if place is vitals.Field.OXYGEN else label
            parts.append(f"{label} {value}{formats.NBSP}{found[0].unit}")
    return ", ".join(parts)
