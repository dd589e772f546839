"""The symptom catalogue and the limits of vital signs as they stand, read as one value."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Case, Exists, OuterRef, Value, When

from plans.models.catalogue import CatalogueEntry
from plans.models.limits import VitalLimit
from plans.rules import catalogue as rules
from plans.rules.limits import Limit
from plans.rules.redflags import Level
from plans.rules.schedule_words import DrugClass
from plans.rules.symptoms import Group, Shape
from plans.rules.vital_words import Side, Vital, VitalUnit
from taperplan.accounts.models import Clinic, LevelSet
from taperplan.kept import Kept, Values
from taperplan.kept import now as kept_now

if TYPE_CHECKING:
    from patients.models import Patient

_STATEMENT = Kept()


def catalogue_of(clinic: Clinic, patient: Patient | None = None) -> rules.Catalogue:
    """The catalogue as it stands for this clinic, with the levels that are confirmed, and the
    limits of vital signs of the clinic and of `patient`.

    In one statement: every check-in asks for it. The set of levels and the limits come as rows
    among the entries, with an empty key.
    """
    moment = kept_now()
    keys = {"clinic": clinic.pk} | ({"patient": patient.pk} if patient else {})
    values = Values(keys, moment.date(), moment)
    found: list[rules.Entry] = []
    same_day: list[str] = []
    limits: list[Limit] = []
    rows = sorted(
        _STATEMENT.rows(patient is not None, values, _rows),
        key=lambda row: (row["written_at"], row["pk"]),
    )
    for row in rows:
        if row["key"]:
            found.append(
                _entry(
                    row["key"],
                    row["label"],
                    row["group"],
                    row["shape"],
                    row["level"],
                    row["after"],
                    row["classes"],
                    retired=row["retired"],
                )
            )
        elif row["label"]:
            limits.append(
                Limit(
                    vital=Vital(row["label"]),
                    side=Side(row["shape"]),
                    level=Level(row["level"]),
                    value=Fraction(row["above"], row["below"]),
                    unit=VitalUnit(row["group"]),
                    of_patient=row["retired"],
                )
            )
        else:
            same_day = row["classes"]
    return rules.catalogue(found, same_day=same_day, limits=limits)


def _rows(values: Values) -> models.QuerySet[Any, Any]:
    """The entries, the set of levels with what is told on the same day where entries have their
    drug classes, the limits with their figures.
    """
    clinic, patient = values.keys["clinic"], values.keys.get("patient")
    blank = Value("", output_field=models.CharField())
    entries = (
        CatalogueEntry.objects.in_force(clinic)
        .order_by()
        .values(
            "written_at", "pk", "key", "label", "group", "shape", "level", "after", "retired",
            "classes", above=Value(0), below=Value(1),
        )
    )  # fmt: skip
    later = LevelSet.objects.filter(
        clinic=OuterRef("clinic"), confirmation__isnull=False, number__gt=OuterRef("number")
    )
    levels = (
        LevelSet.objects.filter(~Exists(later), clinic=clinic, confirmation__isnull=False)
        .order_by()
        .values_list(
            "written_at", "pk", blank, blank, blank, blank, blank, blank, Value(False),
            "same_day", Value(0), Value(1),
        )
    )  # fmt: skip
    limits = (
        VitalLimit.objects.in_force(clinic, patient)
        .order_by()
        .values_list(
            "limits__written_at", "limits__pk", blank, "vital", "unit", "side", "level", blank,
            Case(When(limits__patient=None, then=Value(False)), default=Value(True)),
            Value([], output_field=models.JSONField()), "value_numerator", "value_denominator",
        )
    )  # fmt: skip
    return entries.union(levels, limits, all=True)


def entry_from(row: CatalogueEntry) -> rules.Entry:
    return _entry(
        row.key,
        row.label,
        row.group,
        row.shape,
        row.level,
        row.after,
        row.classes,
        retired=row.retired,
    )


def _entry(
    key: str,
    label: str,
    group: str,
    shape: str,
    level: str,
    after: str,
    classes: list[str],
    *,
    retired: bool,
) -> rules.Entry:
    return rules.Entry(
        key=key,
        label=label,
        group=Group(group),
        shape=Shape(shape),
        level=Level(level) if level else None,
        classes=frozenset(DrugClass(one) for one in classes),
        after=after,
        retired=retired,
    )
