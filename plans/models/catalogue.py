"""What a clinic's administrators make of the symptom catalogue. Rows are only added."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Case, Exists, OuterRef, Q, Value, When

from plans.models.check_in import KEY_LENGTH, WORD_LENGTH
from plans.models.exact import one_of
from plans.models.limits import VitalLimit
from plans.rules import catalogue as rules
from plans.rules.limits import Limit, Side
from plans.rules.redflags import Level
from plans.rules.schedule import DrugClass
from plans.rules.symptoms import CATALOGUE, Group, Shape
from plans.rules.vitals import Vital, VitalUnit
from taperplan.accounts.models import Clinic, LevelSet
from taperplan.audit.append_only import Mutability
from taperplan.kept import Kept, Values
from taperplan.kept import now as kept_now

if TYPE_CHECKING:
    import uuid

    from patients.models import Patient

FIXED = sorted(symptom.key for symptom in CATALOGUE if symptom.fixed)
# A row that touches a red flag counts from its confirmation on, every other at once.
_COUNTS = Q(waits=False) | Q(confirmation__isnull=False)


class CatalogueEntryQuerySet(models.QuerySet["CatalogueEntry"]):
    def in_force(self, clinic: Clinic | uuid.UUID) -> CatalogueEntryQuerySet:
        """Of each item the newest row that counts, in the order in which they were written."""
        later = CatalogueEntry.objects.filter(
            _COUNTS, clinic=OuterRef("clinic"), key=OuterRef("key"), number__gt=OuterRef("number")
        )
        return self.filter(_COUNTS, ~Exists(later), clinic=clinic).order_by("written_at", "pk")

    def newest(self, clinic: Clinic) -> CatalogueEntryQuerySet:
        """Of each item the newest row, confirmed or not."""
        later = CatalogueEntry.objects.filter(
            clinic=OuterRef("clinic"), key=OuterRef("key"), number__gt=OuterRef("number")
        )
        return self.filter(~Exists(later), clinic=clinic).order_by("written_at", "pk")


class CatalogueEntry(models.Model):
    """One wording of one item: what it is called, where it stands, for which drugs, its level."""

    mutability: ClassVar[Mutability] = Mutability.APPEND_ONLY

    # The key that came with the form.
    id = models.UUIDField(primary_key=True, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    key = models.CharField(max_length=KEY_LENGTH)
    number = models.PositiveIntegerField()
    label = models.CharField(max_length=rules.LABEL_LIMIT)
    group = models.CharField(max_length=WORD_LENGTH)
    shape = models.CharField(max_length=WORD_LENGTH)
    # Drug classes; none of them: asked whatever the drug.
    classes = models.JSONField()
    level = models.CharField(max_length=WORD_LENGTH, blank=True)
    after = models.CharField(max_length=KEY_LENGTH, blank=True)
    retired = models.BooleanField()
    # Whether it touches a red flag, so that it counts only once it is confirmed.
    waits = models.BooleanField()
    written_at = models.DateTimeField()
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )

    objects = CatalogueEntryQuerySet.as_manager()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["clinic", "key", "number"], name="catalogue_entry_numbered_once"
            ),
            one_of("catalogue_entry", "group", Group),
            one_of("catalogue_entry", "shape", Shape),
            one_of("catalogue_entry", "level", Level, blank=True),
            models.CheckConstraint(name="catalogue_entry_has_a_label", condition=~Q(label="")),
            models.CheckConstraint(
                name="catalogue_entry_never_of_a_fixed_item", condition=~Q(key__in=FIXED)
            ),
            models.CheckConstraint(
                name="catalogue_entry_retired_has_no_level",
                condition=Q(retired=False) | Q(level=""),
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def reference(self) -> str:
        return f"SY-{self.pk.hex[:8]}"

    def entry(self) -> rules.Entry:
        return _entry(
            self.key,
            self.label,
            self.group,
            self.shape,
            self.level,
            self.after,
            self.classes,
            retired=self.retired,
        )


class EntryConfirmation(models.Model):
    """The protocol owner's name under one wording of one item."""

    mutability: ClassVar[Mutability] = Mutability.APPEND_ONLY

    entry = models.OneToOneField(
        CatalogueEntry, on_delete=models.PROTECT, related_name="confirmation"
    )
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"{self.entry_id} confirmed"


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
