"""The people who work in a clinic, and what each may do there."""

from __future__ import annotations

import uuid
from functools import cache
from itertools import compress
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.crypto import salted_hmac
from django.utils.functional import cached_property
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from taperplan import kept
from taperplan.accounts.models.clinic import Clinic
from taperplan.accounts.roles import (
    PERMISSIONS,
    PRIVACY_LEAD_PERMISSIONS,
    PROTOCOL_OWNER_PERMISSIONS,
    ROLE_WORDS,
    Permission,
    Role,
)
from taperplan.audit.append_only import Mutability


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
    # Renewed to end every session of this person at once: it is part of the session's hash.
    session_mark = models.UUIDField(default=uuid.uuid4, editable=False)
    last_seen = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    revision = models.PositiveIntegerField(default=1, editable=False)

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

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """Of the password, and of a mark that is renewed to end all sessions."""
        return salted_hmac(
            "taperplan.session",
            f"{self.password}:{self.session_mark}",
            secret=secret,
            algorithm="sha256",
        ).hexdigest()

    @cached_property
    def membership(self) -> Membership | None:
        """The clinic this person works in now; the backend presets it with the user."""
        return Membership.objects.current_for(self.pk)

    @property
    def clinic(self) -> Clinic | None:
        return self.membership.clinic if self.membership else None

    def may(self, permission: Permission) -> bool:
        return self.membership is not None and permission in self.membership.permissions


# Nobody invited this person (set up, demo), or they have accepted; and its opposite.
ACCEPTED = Q(invited_at=None) | Q(accepted_at__isnull=False)
PENDING = Q(invited_at__isnull=False, accepted_at=None)


_current = kept.Kept()


class MembershipQuerySet(models.QuerySet["Membership"]):
    def standing(self) -> MembershipQuerySet:
        """Those who may work now: neither deactivated nor still to accept an invitation."""
        return self.filter(ACCEPTED, user__is_active=True, deactivated_at=None)

    def current_for(self, user_id: uuid.UUID) -> Membership | None:
        """Asked by every request: of the membership itself, not of these rows."""

        def made(marks: kept.Values) -> MembershipQuerySet:
            return (
                Membership.objects.standing()
                .select_related("user", "clinic")
                .annotate(
                    several=models.Exists(
                        Membership.objects.standing()
                        .filter(user=models.OuterRef("user"))
                        .exclude(pk=models.OuterRef("pk"))
                    )
                )
                .filter(user_id=marks.keys["user"])
                # PostgreSQL puts nothing chosen before what was chosen.
                .order_by(models.F("chosen_at").desc(nulls_last=True), "pk")[:1]
            )

        found = _current.objects("", kept.about(user=user_id), made)
        return found[0] if found else None

    def visible_to(self, user: User) -> MembershipQuerySet:
        """The accounts of the clinic that `user` administers."""
        if user.membership is None or not user.may(Permission.MANAGE_ACCOUNTS):
            return self.none()
        return self.filter(clinic=user.membership.clinic)


class Membership(models.Model):
    """What one person may do in one clinic."""

    mutability: ClassVar[Mutability] = Mutability.MUTABLE

    class State(models.TextChoices):
        ACTIVE = "active", _("Active")
        INVITED = "invited", _("Invited")
        WITHDRAWN = "withdrawn", _("Withdrawn")
        DEACTIVATED = "deactivated", _("Deactivated")

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
    accepted_at = models.DateTimeField(null=True, blank=True)
    # As the administrator typed it: what another clinic calls this person is not theirs to see.
    invited_name = models.CharField(max_length=200, blank=True)
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
    def state(self) -> State:
        pending = self.invited_at is not None and self.accepted_at is None
        if self.deactivated_at is not None:
            return self.State.WITHDRAWN if pending else self.State.DEACTIVATED
        return self.State.INVITED if pending else self.State.ACTIVE

    @property
    def name(self) -> str:
        invited = self.state in (self.State.INVITED, self.State.WITHDRAWN)
        return self.invited_name if invited and self.invited_name else self.user.name

    @property
    def title(self) -> str:
        """The roles in words: "Prescriber, monitor"."""
        return capfirst(", ".join(str(ROLE_WORDS[role]) for role in Role if role in self.roles))

    @property
    def active(self) -> bool:
        return self.state is self.State.ACTIVE

    @property
    def roles(self) -> frozenset[Role]:
        return _held(*(getattr(self, name) for name in _ROLE_COLUMNS))

    @cached_property
    def permissions(self) -> frozenset[Permission]:
        if not self.active:
            return frozenset()
        held = frozenset[Permission]().union(*(PERMISSIONS[role] for role in self.roles))
        if self.protocol_owner:
            held |= PROTOCOL_OWNER_PERMISSIONS
        return held | PRIVACY_LEAD_PERMISSIONS if self.privacy_lead else held

    @property
    def clinical(self) -> bool:
        return Permission.VIEW_PATIENTS in self.permissions


_ROLE_COLUMNS = tuple(role.value for role in Role)


@cache
def _held(*held: bool) -> frozenset[Role]:
    """By the columns of roles, in their order: few combinations, asked for by every request."""
    return frozenset(compress(Role, held))


class OneTimeLink(models.Model):
    """A link given to one person to set a password. The last one given is the only one alive."""

    mutability: ClassVar[Mutability] = Mutability.APPEND_ONLY

    class Purpose(models.TextChoices):
        INVITATION = "invitation", _("invitation")
        NEW_PASSWORD = "new_password", _("new password")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    membership = models.ForeignKey(
        Membership, on_delete=models.PROTECT, related_name="one_time_links"
    )
    number = models.PositiveIntegerField()
    purpose = models.CharField(max_length=12, choices=Purpose)
    at = models.DateTimeField()
    expires_at = models.DateTimeField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["membership", "number"], name="one_time_link_numbered_once"
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def reference(self) -> str:
        return f"I-{self.pk.hex[:8]}"
