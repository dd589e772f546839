"""What stands around a check-in, and how one is shown."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db.models import F, Subquery, Value
from django.urls import reverse

from patients.models import AssessmentAnswer, Patient
from patients.vocabulary import Answer, Item
from plans.models import CheckIn, Drug, PresentSymptom, Product, VitalSign
from plans.models.catalogues import catalogue_of
from plans.presenters.check_in_expected import answering
from plans.rules import vitals
from plans.rules.check_in import Asking, Decision, OfferedDrug, OfferedProduct, happened_on
from plans.rules.lifecycle import PlanState, version_on
from plans.rules.schedule_words import DrugClass
from taperplan import formats, kept
from taperplan.words import gettext as _

if TYPE_CHECKING:
    import uuid
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime

    from django.db.models import QuerySet

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
    # Of each plan, by the beginning of its boxes: what answers for the day, then what answered
    # for an earlier part of the period.
    versions: Mapping[str, tuple[Version, ...]] = field(default_factory=dict)
    drugs: Mapping[str, Drug] = field(default_factory=dict)
    drug_rows: Sequence[Drug] = ()
    products: Mapping[str, Product] = field(default_factory=dict)
    last: CheckIn | None = None
    period_from: date | None = None
    period_until: date | None = None
    # The assessment, as it stands, records opioid, alcohol or other sedative use.
    sedatives: bool = False

    @property
    def period(self) -> tuple[date, date] | None:
        if self.period_from is None or self.period_until is None:
            return None
        return self.period_from, self.period_until


def around(
    patient: Patient,
    *,
    answers: Mapping[str, str],
    opened_at: datetime,
    now: datetime,
    by: User,
    corrects: CheckIn | None = None,
    corrected_stars: frozenset[str] | None = None,
    shown: bool = True,
) -> Around:
    """Three queries, and a fourth where an amount of a product is typed. Not `shown`: for what
    is not drawn, of the last check-in only its moment comes."""
    zone = patient.clinic.zone
    day = happened_on(answers, opened_at.astimezone(zone).date())
    # With the last check-in where there is one: both in one statement.
    last = last_standing(patient, before=corrects, shown=shown)
    sedatives = _sedatives(patient).first() if last is None else getattr(last, "sedatives", None)
    rows = _kept_drugs.objects("", kept.about(patient=patient.pk), _asked_drugs)
    plans = _plans(rows)
    standing = [version for one in plans.values() if (version := version_on(one, day))]
    taken_now = [version for version in standing if version.plan.state in _TAKEN_NOW]
    version = next(iter(taken_now or standing), None)
    period_from = last.happened_at.astimezone(zone).date() if last else None
    if period_from is None and version is not None:
        period_from = version.in_force_from
    period_from = min(period_from, day) if period_from and version else None
    versions = {
        _prefix(one.plan_id): answering(
            plans[one.plan_id], (period_from, day) if period_from else None, day
        )
        for one in taken_now
    }
    drugs = _drugs(rows, versions)
    products = _products(versions) if _amount_typed(answers) else {}
    return Around(
        patient=patient,
        version=version,
        versions=versions,
        drugs=drugs,
        drug_rows=rows,
        products=products,
        last=last,
        period_from=period_from,
        period_until=day if version else None,
        sedatives=sedatives == Answer.YES.value,
        asking=Asking(
            now=now.astimezone(zone),
            opened_at=opened_at.astimezone(zone),
            catalogue=catalogue_of(patient.clinic, patient),
            classes=frozenset(DrugClass(drug.drug_class) for drug in drugs.values()),
            drugs=tuple(OfferedDrug(key, drug.name) for key, drug in drugs.items()),
            products=tuple(OfferedProduct(key, row.name) for key, row in products.items()),
            phone=patient.phone,
            address=" ".join(patient.address.split()),
            recorder=by.name,
            corrected_stars=corrected_stars,
        ),
    )


def _sedatives(patient: Patient) -> QuerySet[AssessmentAnswer, str]:
    """The newest answer to that question of the assessment, if any."""
    return (
        AssessmentAnswer.objects.filter(patient=patient, item=Item.SEDATIVES.value)
        .order_by("-pk")
        .values_list("answer", flat=True)[:1]
    )


_kept_drugs, _kept_last = kept.Kept(), kept.Kept()


def _asked_drugs(marks: kept.Values) -> QuerySet[Drug]:
    """Of every plan that is or was in force."""
    return (
        Drug.objects.filter(version__plan__patient=marks.keys["patient"])
        .exclude(version__plan__state__in=_NEVER_IN_FORCE)
        .select_related("version__plan")
        .order_by("version__plan__begun_at", "version__plan", "version__number", "position")
    )


def last_standing(
    patient: Patient, *, before: CheckIn | None = None, shown: bool = True
) -> CheckIn | None:
    """The newest check-in that stands; of a correction, the newest but the one it corrects.
    It comes with `sedatives`, the newest answer to that question of the assessment."""

    def made(marks: kept.Values) -> QuerySet[CheckIn]:
        about = Patient(pk=marks.keys["patient"])
        rows = CheckIn.objects.about(about).standing().newest_first()
        if "before" in marks.keys:
            rows = rows.exclude(pk=marks.keys["before"]).filter(happened_at__lte=marks.now)
        rows = rows.annotate(sedatives=Subquery(_sedatives(about)))
        return (
            rows.select_related("recorded_by", "version") if shown else rows.only("happened_at")
        )[:1]

    asked = kept.about(patient=patient.pk)
    if before is not None:
        asked = kept.about(now=before.happened_at, patient=patient.pk, before=before.pk)
    found = _kept_last.objects((before is None, shown), asked, made)
    return found[0] if found else None


def _plans(rows: Sequence[Drug]) -> dict[uuid.UUID, tuple[Version, ...]]:
    """The versions of each plan, in the order in which plans began."""
    found: dict[uuid.UUID, dict[uuid.UUID, Version]] = {}
    for row in rows:
        found.setdefault(row.version.plan_id, {})[row.version_id] = row.version
    return {plan: tuple(versions.values()) for plan, versions in found.items()}


def _prefix(plan: uuid.UUID) -> str:
    return plan.hex[:8]


def _drugs(rows: Sequence[Drug], versions: Mapping[str, Sequence[Version]]) -> dict[str, Drug]:
    """What may have been taken in the period: the drugs of the version in force, and after them
    those that only an earlier version of the period names.
    """
    of: dict[uuid.UUID, list[Drug]] = defaultdict(list)
    for row in rows:
        of[row.version_id].append(row)
    found: dict[str, Drug] = {}
    for prefix, answers in versions.items():
        for version in answers:
            for row in of[version.pk]:
                found.setdefault(f"{prefix}{row.key}", row)
    return found


def _products(versions: Mapping[str, Sequence[Version]]) -> dict[str, Product]:
    prefixes = {one.pk: prefix for prefix, answers in versions.items() for one in answers}
    ranks = {version: rank for rank, version in enumerate(prefixes)}
    rows = Product.objects.filter(drug__version__in=list(prefixes)).select_related("drug")
    found: dict[str, Product] = {}
    for row in sorted(
        rows, key=lambda row: (ranks[row.drug.version_id], row.drug_id, row.position)
    ):
        found.setdefault(f"{prefixes[row.drug.version_id]}{row.key}", row)
    return found


def _amount_typed(answers: Mapping[str, str]) -> bool:
    return any(name.startswith("a-") and text for name, text in answers.items())


# --- what was said last time ---------------------------------------------------------------------


@dataclass(frozen=True)
class LastTime:
    """The last check-in that stands. `present`: symptom -> how severe it was then."""

    heading: str
    when: str
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
        when=formats.moment(last.happened_at.astimezone(zone)),
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
        Value("v"), F("pk"), F("vital"), F("unit"), F("beyond"), F("value_numerator"),
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
                VitalSign(
                    vital=first,
                    unit=second,
                    beyond=severity,
                    value_numerator=above,
                    value_denominator=below,
                )
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
    """As "BP lying 132/80 mmHg, pulse 84 /min"; empty where nothing was recorded. What was beyond
    a limit says so."""
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
            figure = f"{label} {value}{formats.NBSP}{found[0].unit}"
            limits = [row.beyond for row in found if row.beyond]
            parts.append(f"{figure} ({formats.listing(limits)})" if limits else figure)
    return ", ".join(parts)
