"""The plan, its versions, and what happened to it.

A plan is a frame around versions. A draft is cells exactly as they were typed; signing reads
them once and seals a version, whose rows the database then refuses to touch.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q, lookups
from django.db.models.functions import Length
from django.utils.translation import gettext_lazy as _

from patients.models import Patient
from plans.models.exact import SLOT_LENGTH, in_order, one_of
from plans.rules.lifecycle import PlanState, PlanVerb, VersionKind, verb_of, version_on
from taperplan.audit.append_only import Mutability

if TYPE_CHECKING:
    from collections.abc import Iterable

    from plans.rules.schedule import Away, Schedule, When
    from taperplan.accounts.models import User


_SIGNING = [verb_of(kind).value for kind in VersionKind]
_WITH_REASON = [
    verb.value for verb in (PlanVerb.STOP, PlanVerb.LOSE_CONTACT, PlanVerb.ENTER_IN_ERROR)
]


def not_known_as_told(path: str = "") -> Q:
    """Active plans but for those of which it is noted that everybody was told. `path` leads to the
    plan, with its underscores."""
    unknown = Q(**{f"{path}told_revision": None})
    since = Q(**{f"{path}told_revision__lt": models.F(f"{path}revision")})
    return Q(**{f"{path}state": PlanState.ACTIVE.value}) & (unknown | since)


class PlanQuerySet(models.QuerySet["Plan"]):
    def visible_to(self, user: User) -> PlanQuerySet:
        """The plans of the patients that `user` may see."""
        # Each row asks for its own patient: by a list of keys SQLite reads those of the clinic.
        seen = Patient.objects.visible_to(user).filter(pk=models.OuterRef("patient"))
        return self.filter(models.Exists(seen))


class Plan(models.Model):
    """One taper of one patient. Changed by compare-and-swap on `revision`, never blindly."""

    mutability: ClassVar[Mutability] = Mutability.MUTABLE

    id = models.UUIDField(primary_key=True, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="plans")
    title = models.CharField(_("title"), max_length=200, blank=True)
    state = models.CharField(
        max_length=24,
        choices=[(state.value, state.value) for state in PlanState],
        default=PlanState.DRAFT.value,
    )
    revision = models.PositiveIntegerField(default=1, editable=False)
    begun_at = models.DateTimeField()
    begun_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    # When its newest version was signed: the order in which versions wait to be told.
    signed_at = models.DateTimeField(null=True, blank=True, editable=False)
    # The revision at which everybody of EXPECTED_AUDIENCES was told of the newest version. Any
    # other, and none, says nothing: whoever asks looks at the told list itself. A move takes the
    # revision away from it, also one made by code that does not know this column.
    told_revision = models.PositiveIntegerField(null=True, blank=True, editable=False)

    objects = PlanQuerySet.as_manager()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            one_of("plan", "state", PlanState),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["patient", "begun_at"], name="plan_by_patient"),
            models.Index(fields=["signed_at"], condition=not_known_as_told(), name="plan_to_tell"),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def reference(self) -> str:
        return f"PL-{self.pk.hex[:8]}"

    def version_on(self, day: date, slot: When | None = None) -> Version | None:
        """The version in force on `day` (at `slot`), None before the first. One query."""
        return version_on(self.versions.all(), day, slot)


class VersionQuerySet(models.QuerySet["Version"]):
    def visible_to(self, user: User) -> VersionQuerySet:
        seen = Plan.objects.visible_to(user).filter(pk=models.OuterRef("plan"))
        return self.filter(models.Exists(seen))


class Version(models.Model):
    """A signed schedule, whole from its first day. Its row is inserted last, and seals it."""

    mutability: ClassVar[Mutability] = Mutability.SEALED

    id = models.UUIDField(primary_key=True, editable=False)
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField()
    replaces = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="replaced_by"
    )
    kind = models.CharField(max_length=12)
    title = models.CharField(max_length=200, blank=True)
    in_force_from = models.DateField()
    in_force_slot = models.CharField(max_length=SLOT_LENGTH, blank=True)
    hold_from = models.DateField(null=True, blank=True)
    hold_until = models.DateField(null=True, blank=True)
    away_from = models.DateField(null=True, blank=True)
    away_until = models.DateField(null=True, blank=True)
    away_where = models.CharField(max_length=200, blank=True)
    away_why = models.CharField(max_length=500, blank=True)
    # Interruptions before that one, each with its days, where and why; none is kept as null.
    earlier_away = models.JSONField(null=True, blank=True)
    assessment = models.TextField(blank=True)
    reason = models.TextField(blank=True)
    # Why it is signed although items of the assessment were not asked.
    not_asked_reason = models.TextField(blank=True)
    patient_text = models.TextField(blank=True)
    pharmacy_text = models.TextField(blank=True)
    team_text = models.TextField(blank=True)
    missed_dose_text = models.TextField(blank=True)
    signed_at = models.DateTimeField()
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    digest = models.CharField(max_length=64)

    objects = VersionQuerySet.as_manager()

    class Meta:
        ordering: ClassVar[list[str]] = ["number"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["plan", "number"], name="version_number_once"),
            models.CheckConstraint(
                name="version_first_or_replaces_with_reason",
                condition=Q(number=1, replaces__isnull=True)
                | (Q(number__gt=1, replaces__isnull=False) & ~Q(reason="")),
            ),
            one_of("version", "kind", VersionKind),
            in_order("version", "hold_from", "hold_until"),
            in_order("version", "away_from", "away_until"),
            models.CheckConstraint(
                name="version_hold_has_a_first_day",
                condition=~Q(kind=VersionKind.HOLD.value) | Q(hold_from__isnull=False),
            ),
            models.CheckConstraint(
                name="version_interruption_has_a_first_day",
                condition=~Q(kind=VersionKind.INTERRUPT.value)
                | (Q(away_from__isnull=False) & ~Q(away_where="")),
            ),
            models.CheckConstraint(
                name="version_digest_whole",
                condition=lookups.Exact(Length(models.F("digest")), 64),
            ),
        ]
        # What a worklist looks for by its day.
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["in_force_from", "id"], name="version_from_day"),
            models.Index(
                fields=["hold_until"], condition=Q(hold_until__isnull=False), name="version_held"
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def reference(self) -> str:
        return f"PL-{self.plan_id.hex[:8]}-v{self.number}"

    @property
    def in_force_when(self) -> When | None:
        """The time of day from which it is in force on its first day; None: the whole day."""
        from plans.rules.schedule import When

        return When.of(self.in_force_slot) if self.in_force_slot else None

    def schedule(self) -> Schedule:
        """Everything that was signed, as one value. Five queries, whatever its size."""
        from plans.models.schedules import schedules

        return schedules([self])[self.pk]


class DraftQuerySet(models.QuerySet["Draft"]):
    def visible_to(self, user: User) -> DraftQuerySet:
        seen = Plan.objects.visible_to(user).filter(pk=models.OuterRef("plan"))
        return self.filter(models.Exists(seen))


class Draft(models.Model):
    """What is being typed. Nothing in it is checked: anything typed can be kept.

    Its key becomes the key of the version that it is signed into.
    """

    mutability: ClassVar[Mutability] = Mutability.MUTABLE

    id = models.UUIDField(primary_key=True, editable=False)
    plan = models.OneToOneField(Plan, on_delete=models.PROTECT, related_name="draft")
    replaces = models.ForeignKey(
        Version, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    # What the version will be to the one that it replaces, and the days that this is about.
    # Until when a stay lasts is read from its steps at signing.
    kind = models.CharField(max_length=12)
    hold_from = models.DateField(null=True, blank=True)
    away_from = models.DateField(null=True, blank=True)
    away_until = models.DateField(null=True, blank=True)
    away_where = models.CharField(max_length=200, blank=True)
    away_why = models.CharField(max_length=500, blank=True)
    earlier_away = models.JSONField(null=True, blank=True)
    cells = models.JSONField()
    revision = models.PositiveIntegerField(default=1, editable=False)
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )

    objects = DraftQuerySet.as_manager()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            one_of("draft", "kind", VersionKind),
            in_order("draft", "away_from", "away_until"),
            models.CheckConstraint(
                name="draft_hold_has_a_first_day",
                condition=~Q(kind=VersionKind.HOLD.value) | Q(hold_from__isnull=False),
            ),
            models.CheckConstraint(
                name="draft_interruption_has_a_first_day",
                condition=~Q(kind=VersionKind.INTERRUPT.value)
                | (Q(away_from__isnull=False) & ~Q(away_where="")),
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def reference(self) -> str:
        return f"PL-{self.plan_id.hex[:8]}-draft"


def aways_of(row: Version | Draft) -> tuple[Away, ...]:
    """The days for which somebody else sets the doses, in their order."""
    from plans.rules.schedule import Away

    earlier = tuple(
        Away(
            _day(one["from"]),
            _day(one["until"]) if one["until"] else None,
            one["where"],
            one["why"],
        )
        for one in row.earlier_away or ()
    )
    if row.away_from is None:
        return earlier
    return (*earlier, Away(row.away_from, row.away_until, row.away_where, row.away_why))


def away_columns(aways: Iterable[Away]) -> dict[str, Any]:
    """The columns that keep these interruptions: the latest in its own, the others before it."""
    *earlier, latest = sorted(aways, key=lambda one: one.first_day)
    return {
        "away_from": latest.first_day,
        "away_until": latest.last_day,
        "away_where": latest.where,
        "away_why": latest.why,
        "earlier_away": [
            {
                "from": one.first_day.isoformat(),
                "until": one.last_day.isoformat() if one.last_day else "",
                "where": one.where,
                "why": one.why,
            }
            for one in earlier
        ]
        or None,
    }


_day = date.fromisoformat


class Move(models.Model):
    """One act on a plan. Numbered, so that of two at once one wins and the other learns it."""

    mutability: ClassVar[Mutability] = Mutability.APPEND_ONLY

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="moves")
    number = models.PositiveIntegerField()
    verb = models.CharField(max_length=24)
    state = models.CharField(max_length=24)
    version = models.ForeignKey(
        Version, on_delete=models.PROTECT, null=True, blank=True, related_name="moves"
    )
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField(blank=True)
    receiver = models.CharField(max_length=200, blank=True)
    accepted_on = models.DateField(null=True, blank=True)
    # The form's key: the second arrival of one form finds the move that the first one made.
    token = models.UUIDField(unique=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["number"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["plan", "number"], name="move_number_once"),
            one_of("move", "verb", PlanVerb),
            one_of("move", "state", PlanState),
            models.CheckConstraint(
                name="move_transfer_names_its_receiver",
                condition=~Q(verb=PlanVerb.TRANSFER.value)
                | (~Q(receiver="") & Q(accepted_on__isnull=False)),
            ),
            models.CheckConstraint(
                name="move_says_why",
                condition=~Q(verb__in=_WITH_REASON) | ~Q(reason=""),
            ),
            models.CheckConstraint(
                name="move_signs_its_version",
                condition=Q(verb__in=_SIGNING, version__isnull=False)
                | (~Q(verb__in=_SIGNING) & Q(version__isnull=True)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.plan_id} {self.number} {self.verb}"


class Acceptance(models.Model):
    """A finding that the prescriber signed with, in the sentence shown, and why."""

    mutability: ClassVar[Mutability] = Mutability.SEALED
    sealed_by: ClassVar[str] = "version"

    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="acceptances")
    code = models.CharField(max_length=60)
    subject = models.CharField(max_length=255, blank=True)
    sentence = models.TextField()
    reason = models.TextField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(name="acceptance_has_a_reason", condition=~Q(reason="")),
            models.UniqueConstraint(fields=["version", "code", "subject"], name="acceptance_once"),
        ]

    def __str__(self) -> str:
        return f"{self.version_id} {self.code}"


class Audience(models.TextChoices):
    PATIENT = "patient", _("patient")
    PHARMACY = "pharmacy", _("pharmacy")
    PRIMARY_CARE = "primary care", _("primary-care doctor")
    SUPPORT = "support person", _("support person")
    OTHER = "other", _("other")


EXPECTED_AUDIENCES = (
    Audience.PATIENT,
    Audience.PHARMACY,
    Audience.PRIMARY_CARE,
    Audience.SUPPORT,
)
"""Whom every version is about; each is open until told, or not needed with a reason.

Another one here is another question: a migration then takes `Plan.told_revision` away everywhere.
"""


class Answer(models.TextChoices):
    TOLD = "told", _("told")
    NOT_NEEDED = "not needed", _("not needed")


class Told(models.Model):
    """Who was told of a version, or why somebody need not be. No row yet means: open.

    Append-only: a later row for the same audience stands above the earlier one.
    """

    mutability: ClassVar[Mutability] = Mutability.APPEND_ONLY

    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="told")
    audience = models.CharField(max_length=16, choices=Audience)
    who = models.CharField(max_length=200, blank=True)
    answer = models.CharField(max_length=12, choices=Answer)
    how = models.CharField(max_length=200, blank=True)
    told_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.CharField(max_length=200, blank=True)
    reason = models.TextField(blank=True)
    # The form's key: the second arrival of one form finds the row that the first one made.
    token = models.UUIDField(unique=True)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            one_of("told", "audience", Audience.values),
            models.CheckConstraint(
                name="told_how_or_why_not",
                condition=(Q(answer="told", told_at__isnull=False) & ~Q(how=""))
                | (Q(answer="not needed") & ~Q(reason="")),
            ),
            models.CheckConstraint(
                name="told_other_is_named", condition=~Q(audience="other") | ~Q(who="")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.version_id} {self.audience} {self.answer}"
