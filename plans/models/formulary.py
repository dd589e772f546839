"""What a clinic's pharmacy has: names, forms and strengths. No dose is in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce, Lower
from django.utils.translation import gettext_lazy as _

from plans.models.exact import Exact, exact_constraint, exact_fields, one_of
from plans.rules.schedule_words import Form, Unit
from taperplan.accounts.models import Clinic
from taperplan.audit.append_only import Mutability

if TYPE_CHECKING:
    from taperplan.accounts.models import User


class FormularyQuerySet(models.QuerySet["FormularyEntry"]):
    def visible_to(self, user: User) -> FormularyQuerySet:
        clinic = user.membership.clinic_id if user.membership else None
        return self.filter(clinic=clinic)

    def in_use(self) -> FormularyQuerySet:
        return self.filter(retired_at=None)


class FormularyEntry(models.Model):
    """One line: a drug, and the form and strength in which it is to be had.

    Never changed: a line that is wrong is retired, and another written.
    """

    mutability: ClassVar[Mutability] = Mutability.MUTABLE

    id = models.UUIDField(primary_key=True, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="formulary")
    drug = models.CharField(_("drug"), max_length=120)
    name = models.CharField(_("name"), max_length=120, blank=True)
    form = models.CharField(_("form"), max_length=12)
    route = models.CharField(_("route"), max_length=60, blank=True)
    strength_numerator, strength_denominator = exact_fields(null=True)
    strength = Exact("strength")
    unit = models.CharField(_("unit"), max_length=16, blank=True)
    per_numerator, per_denominator = exact_fields()
    per = Exact("per")
    do_not_split = models.BooleanField(_("do not split"))
    written_at = models.DateTimeField()
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    retired_at = models.DateTimeField(null=True, blank=True)
    retired_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = FormularyQuerySet.as_manager()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(name="formulary_has_a_drug", condition=~Q(drug="")),
            one_of("formulary", "form", Form),
            one_of("formulary", "unit", Unit, blank=True),
            exact_constraint("formulary", "strength", null=True),
            exact_constraint("formulary", "per"),
            models.CheckConstraint(
                name="formulary_strength_has_its_unit",
                condition=(Q(strength_numerator__isnull=True) & Q(unit=""))
                | (Q(strength_numerator__isnull=False) & ~Q(unit="")),
            ),
            models.CheckConstraint(
                name="formulary_retired_by_somebody",
                condition=Q(retired_at__isnull=True, retired_by__isnull=True)
                | Q(retired_at__isnull=False, retired_by__isnull=False),
            ),
            models.UniqueConstraint(
                "clinic",
                Lower("drug"),
                Lower("name"),
                "form",
                Coalesce("strength_numerator", 0),
                Coalesce("strength_denominator", 0),
                "unit",
                "per_numerator",
                "per_denominator",
                condition=Q(retired_at__isnull=True),
                name="formulary_line_once",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["clinic", "drug"], name="formulary_by_drug"),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def reference(self) -> str:
        return f"FO-{self.pk.hex[:8]}"
