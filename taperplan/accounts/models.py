"""The clinic, the people who work in it, and what each may do there."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any, ClassVar
from zoneinfo import ZoneInfo, available_timezones

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from taperplan.accounts.roles import (
    PERMISSIONS,
    PROTOCOL_OWNER_PERMISSIONS,
    Permission,
    Role,
)
from taperplan.audit.append_only import Mutability

if TYPE_CHECKING:
    from datetime import date, datetime


def check_time_zone(value: str) -> None:
    if value not in available_timezones():
        raise ValidationError(_("%(zone)s is not a time zone."), params={"zone": value})


class Clinic(models.Model):
    """A clinic and the numbers it prints. `demo` is set only by loading the demo."""

    mutability: ClassVar[Mutability] = Mutability.MUTABLE

    class Theme(models.TextChoices):
        LIGHT = "light", _("light")
        DARK = "dark", _("dark")
        SYSTEM = "system", _("as the device")

    class Paper(models.TextChoices):
        A4 = "A4", "A4"
        LETTER = "Letter", "Letter"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(_("clinic"), max_length=200)
    demo = models.BooleanField(_("synthetic data"), default=False, editable=False)
    time_zone = models.CharField(_("time zone"), max_length=64, validators=[check_time_zone])
    paper = models.CharField(_("paper"), max_length=6, choices=Paper, default=Paper.A4)
    telephone = models.CharField(_("telephone"), max_length=40, blank=True)
    hours = models.CharField(_("hours"), max_length=200, blank=True)
    out_of_hours = models.CharField(_("out-of-hours number"), max_length=40, blank=True)
    emergency = models.CharField(_("emergency number"), max_length=40, blank=True)
    crisis = models.CharField(_("crisis line"), max_length=40, blank=True)
    revision = models.PositiveIntegerField(default=1, editable=False)
    history = HistoricalRecords()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(name="clinic_has_a_name", condition=~Q(name="")),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    def day(self, now: datetime) -> date:
        """The clinic's calendar day at the instant `now`."""
        return now.astimezone(self.zone).date()


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    """A person who signs in, known by a work email address. There are no superusers."""

    mutability: ClassVar[Mutability] = Mutability.MUTABLE

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField(_("work email address"), max_length=254, unique=True)
    name = models.CharField(_("name"), max_length=200)
    qualification = models.CharField(_("qualification"), max_length=200, blank=True)
    registration_number = models.CharField(_("registration number"), max_length=60, blank=True)
    telephone = models.CharField(_("telephone"), max_length=40, blank=True)
    theme = models.CharField(
        _("theme"), max_length=6, choices=Clinic.Theme, default=Clinic.Theme.SYSTEM
    )
    single_keys = models.BooleanField(_("single-letter keys"), default=True)
    is_active = models.BooleanField(default=True)
    last_seen = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    objects: ClassVar[UserManager] = UserManager()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(Lower("email"), name="user_email_once"),
            models.CheckConstraint(name="user_has_a_name", condition=~Q(name="")),
        ]

    def __str__(self) -> str:
        return self.name

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name

    @property
    def reference(self) -> str:
        return f"U-{self.pk.hex[:8]}"

    @cached_property
    def membership(self) -> Membership | None:
        """The clinic this person works in now; the backend presets it with the user."""
        return Membership.objects.current_for(self.pk)

    @property
    def clinic(self) -> Clinic | None:
        return self.membership.clinic if self.membership else None

    def may(self, permission: Permission) -> bool:
        return self.membership is not None and permission in self.membership.permissions


class MembershipQuerySet(models.QuerySet["Membership"]):
    def current_for(self, user_id: uuid.UUID) -> Membership | None:
        return (
            self.select_related("user", "clinic")
            .filter(user_id=user_id, user__is_active=True, deactivated_at=None)
            .order_by("-chosen_at", "pk")
            .first()
        )

    def visible_to(self, user: User) -> MembershipQuerySet:
        """The accounts of the clinic that `user` administers."""
        if user.membership is None or not user.may(Permission.MANAGE_ACCOUNTS):
            return self.none()
        return self.filter(clinic=user.membership.clinic)


class Membership(models.Model):
    """What one person may do in one clinic."""

    mutability: ClassVar[Mutability] = Mutability.MUTABLE

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships")
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="memberships")
    prescriber = models.BooleanField(_("prescriber"), default=False)
    monitor = models.BooleanField(_("monitor"), default=False)
    administrator = models.BooleanField(_("administrator"), default=False)
    auditor = models.BooleanField(_("auditor"), default=False)
    records_officer = models.BooleanField(_("records officer"), default=False)
    protocol_owner = models.BooleanField(_("protocol owner"), default=False)
    privacy_lead = models.BooleanField(_("privacy lead"), default=False)
    invited_at = models.DateTimeField(null=True, blank=True)
    chosen_at = models.DateTimeField(null=True, blank=True)
    deactivated_at = models.DateTimeField(null=True, blank=True)
    revision = models.PositiveIntegerField(default=1, editable=False)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["user", "clinic"], name="membership_once"),
            models.CheckConstraint(
                name="membership_has_a_role",
                condition=Q(prescriber=True)
                | Q(monitor=True)
                | Q(administrator=True)
                | Q(auditor=True)
                | Q(records_officer=True),
            ),
            models.CheckConstraint(
                name="protocol_owner_prescribes",
                condition=Q(protocol_owner=False) | Q(prescriber=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.clinic_id}"

    @property
    def reference(self) -> str:
        return f"U-{self.user_id.hex[:8]}"

    @property
    def active(self) -> bool:
        return self.deactivated_at is None

    @property
    def roles(self) -> frozenset[Role]:
        return frozenset(role for role in Role if getattr(self, role.value))

    @cached_property
    def permissions(self) -> frozenset[Permission]:
        if not self.active:
            return frozenset()
        held = frozenset[Permission]().union(*(PERMISSIONS[role] for role in self.roles))
        return held | PROTOCOL_OWNER_PERMISSIONS if self.protocol_owner else held

    @property
    def clinical(self) -> bool:
        return Permission.VIEW_PATIENTS in self.permissions
