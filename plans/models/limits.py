"""Limits of vital signs as typed: for a clinic, or for one patient. Sets are only added."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q

from patients.models import Patient
from plans.models.check_in import NAME, WORD_LENGTH
from plans.models.exact import Exact, exact_constraint, exact_fields, one_of
from plans.rules.redflags import Level
from plans.rules.vital_words import FIGURES, Side, VitalUnit
from taperplan.accounts.models import Clinic
from taperplan.audit.append_only import Mutability

if TYPE_CHECKING:
    import uuid


class LimitSetQuerySet(models.QuerySet["LimitSet"]):
    def of_clinic(self, clinic: Clinic) -> LimitSetQuerySet:
        return self.filter(clinic=clinic, patient=None).order_by("-number")

    def of_patient(self, patient: Patient) -> LimitSetQuerySet:
        return self.filter(patient=patient).order_by("-number")


class LimitSet(models.Model):
    """Every limit of a clinic, or of a patient, as it was saved once.

    A clinic's counts from its confirmation by the protocol owner on; a patient's is a
    prescriber's own, and counts at once. Its lines are inserted before it.
    """

    mutability: ClassVar[Mutability] = Mutability.APPEND_ONLY

    # The key that came with the form.
    id = models.UUIDField(primary_key=True, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    patient = models.ForeignKey(
        Patient, on_delete=models.PROTECT, null=True, blank=True, related_name="limit_sets"
    )
    number = models.PositiveIntegerField()
    written_at = models.DateTimeField()
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )

    objects = LimitSetQuerySet.as_manager()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["clinic", "number"],
                condition=Q(patient=None),
                name="limit_set_of_clinic_numbered_once",
            ),
            models.UniqueConstraint(
                fields=["patient", "number"],
                condition=Q(patient__isnull=False),
                name="limit_set_of_patient_numbered_once",
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def reference(self) -> str:
        return f"VL-{self.pk.hex[:8]}"


class VitalLimitQuerySet(models.QuerySet["VitalLimit"]):
    def in_force(
        self, clinic: Clinic | uuid.UUID, patient: uuid.UUID | None = None
    ) -> VitalLimitQuerySet:
        """Of the clinic's newest confirmed set, and of the patient's newest."""
        confirmed = LimitSet.objects.filter(
            patient=None, clinic=OuterRef("limits__clinic"), confirmation__isnull=False
        )
        later = confirmed.filter(number__gt=OuterRef("limits__number"))
        found = Q(~Exists(later), limits__patient=None, limits__confirmation__isnull=False)
        if patient is not None:
            # Of this record and of those that are joined to it, the set that was typed last.
            records = Patient.objects.filter(Q(pk=patient) | Q(joined_to=patient)).values("pk")
            newer = LimitSet.objects.filter(
                patient__in=records, written_at__gt=OuterRef("limits__written_at")
            )
            found |= Q(~Exists(newer), limits__patient__in=records)
        return self.filter(found, limits__clinic=clinic)


class VitalLimit(models.Model):
    """One figure, one side, one level: the value as typed."""

    mutability: ClassVar[Mutability] = Mutability.SEALED
    sealed_by: ClassVar[str] = "limits"

    limits = models.ForeignKey(LimitSet, on_delete=models.PROTECT, related_name="lines")
    vital = models.CharField(max_length=WORD_LENGTH)
    side = models.CharField(max_length=WORD_LENGTH)
    level = models.CharField(max_length=WORD_LENGTH)
    value_numerator, value_denominator = exact_fields()
    unit = models.CharField(max_length=WORD_LENGTH)
    typed = models.CharField(max_length=NAME)

    value = Exact("value")
    objects = VitalLimitQuerySet.as_manager()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["limits", "vital", "side", "level"], name="vital_limit_once"
            ),
            one_of("vital_limit", "vital", [one.value for one in FIGURES]),
            one_of("vital_limit", "side", Side),
            one_of("vital_limit", "level", Level),
            one_of("vital_limit", "unit", VitalUnit),
            exact_constraint("vital_limit", "value"),
        ]

    def __str__(self) -> str:
        return f"{self.limits_id} {self.vital} {self.side} {self.level}"


class LimitConfirmation(models.Model):
    """The protocol owner's name under one set of the clinic."""

    mutability: ClassVar[Mutability] = Mutability.APPEND_ONLY

    limits = models.OneToOneField(LimitSet, on_delete=models.PROTECT, related_name="confirmation")
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"{self.limits_id} confirmed"
