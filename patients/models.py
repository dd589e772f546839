"""Who the person is, and who looks after them."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from taperplan.accounts.models import Clinic
from taperplan.accounts.roles import Permission
from taperplan.audit.append_only import Mutability

if TYPE_CHECKING:
    from taperplan.accounts.models import User


class PatientQuerySet(models.QuerySet["Patient"]):
    def visible_to(self, user: User) -> PatientQuerySet:
        """The patients of the clinic that `user` works in, for those who treat patients."""
        if user.membership is None or not user.may(Permission.VIEW_PATIENTS):
            return self.none()
        return self.filter(clinic=user.membership.clinic)


class Patient(models.Model):
    mutability: ClassVar[Mutability] = Mutability.MUTABLE

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="patients")
    family_name = models.CharField(_("family name"), max_length=120)
    given_names = models.CharField(_("given names"), max_length=120)
    born = models.DateField(_("date of birth"))
    revision = models.PositiveIntegerField(default=1, editable=False)
    history = HistoricalRecords()

    objects = PatientQuerySet.as_manager()

    def __str__(self) -> str:
        return self.reference

    @property
    def reference(self) -> str:
        return f"P-{self.pk.hex[:8]}"
