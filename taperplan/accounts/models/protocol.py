"""What a clinic types about danger: texts, levels, the ladder, time limits, a test message.

Nothing here is ever rewritten. A change is a further row with the next number, so two people
who change the same thing at once meet at a UNIQUE constraint, and each page can say who wrote
what. Clinical wording takes effect when the protocol owner confirms that very row. No column
has a default: what nobody typed is not there.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, ClassVar

from django.db import models
from django.db.models import Case, Exists, OuterRef, Q, When
from django.utils.translation import gettext_lazy as _

from taperplan.accounts.models.clinic import Clinic
from taperplan.accounts.models.people import Membership, User
from taperplan.audit.append_only import Mutability

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django_stubs_ext import StrOrPromise

# Starred items that a clinic may tell on the same day instead of at any hour, by their keys
# in the symptom catalogue. Every other star is an emergency and cannot be lowered here.
LOWERABLE: Mapping[str, StrOrPromise] = {
    "suicidal_thoughts": _("Wish to be dead or suicidal thoughts, without plan or means"),
    "abrupt_stop": _("Abrupt stop or ran out"),
}


class Level(models.TextChoices):
    EMERGENCY = "emergency", _("Emergency: tell now, at any hour")
    SAME_DAY = "same_day", _("Same day: tell in clinic hours")


class ProtocolTextQuerySet(models.QuerySet["ProtocolText"]):
    def newest(self, clinic: Clinic) -> ProtocolTextQuerySet:
        """The last one written of each kind, confirmed or not."""
        later = ProtocolText.objects.filter(
            clinic=OuterRef("clinic"), kind=OuterRef("kind"), number__gt=OuterRef("number")
        )
        return self.filter(~Exists(later), clinic=clinic)

    def in_force(self, clinic: Clinic) -> ProtocolTextQuerySet:
        """The last one confirmed of each kind: what pages and paper show."""
        later = ProtocolText.objects.filter(
            clinic=OuterRef("clinic"),
            kind=OuterRef("kind"),
            number__gt=OuterRef("number"),
            confirmation__isnull=False,
        )
        return self.filter(~Exists(later), clinic=clinic, confirmation__isnull=False)

    def part_2_notice(self, clinic: Clinic) -> str:
        """What goes with each disclosure of a clinic under 42 CFR Part 2, in its own confirmed
        words: that whoever is given these records may not pass them on. Empty for every other."""
        found = self.in_force(clinic).filter(kind=ProtocolText.Kind.PART_2)
        return found.values_list("text", flat=True).first() or ""


class ProtocolText(models.Model):
    """One wording of one of the clinic's own texts."""

    mutability: ClassVar[Mutability] = Mutability.APPEND_ONLY

    class Kind(models.TextChoices):
        EMERGENCY = "emergency", _("What to do on an emergency red flag")
        SAME_DAY = "same_day", _("What to do on a same-day red flag")
        MISSED_BENZODIAZEPINE = "missed_benzodiazepine", _("Missed dose: benzodiazepine")
        MISSED_OPIOID = "missed_opioid", _("Missed dose: opioid")
        MISSED_CORTICOSTEROID = "missed_corticosteroid", _("Missed dose: corticosteroid")
        MISSED_ANTIDEPRESSANT = "missed_antidepressant", _("Missed dose: antidepressant")
        MISSED_OTHER = "missed_other", _("Missed dose: any other drug")
        # A clinic that has confirmed one declares itself a programme under 42 CFR Part 2.
        PART_2 = "part_2", _("Notice with what leaves the clinic (42 CFR Part 2)")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="protocol_texts")
    kind = models.CharField(max_length=24, choices=Kind)
    number = models.PositiveIntegerField()
    text = models.TextField()
    written_at = models.DateTimeField()
    written_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    objects = ProtocolTextQuerySet.as_manager()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["clinic", "kind", "number"], name="protocol_text_numbered_once"
            ),
            models.CheckConstraint(name="protocol_text_says_something", condition=~Q(text="")),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def reference(self) -> str:
        return f"T-{self.pk.hex[:8]}"


class LevelSetQuerySet(models.QuerySet["LevelSet"]):
    def newest(self, clinic: Clinic) -> LevelSet | None:
        return self.filter(clinic=clinic).order_by("-number").first()

    def in_force(self, clinic: Clinic) -> LevelSet | None:
        return self.filter(clinic=clinic, confirmation__isnull=False).order_by("-number").first()


class LevelSet(models.Model):
    """Which starred items this clinic tells on the same day; every other is an emergency.

    Until one is confirmed, every star is an emergency.
    """

    mutability: ClassVar[Mutability] = Mutability.APPEND_ONLY

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="level_sets")
    number = models.PositiveIntegerField()
    same_day = models.JSONField(default=list)
    written_at = models.DateTimeField()
    written_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    objects = LevelSetQuerySet.as_manager()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["clinic", "number"], name="level_set_numbered_once"),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def reference(self) -> str:
        return f"L-{self.pk.hex[:8]}"


class Confirmation(models.Model):
    """The protocol owner's name under one wording, set of levels, ladder or pair of limits."""

    mutability: ClassVar[Mutability] = Mutability.APPEND_ONLY

    text = models.OneToOneField(
        ProtocolText, on_delete=models.PROTECT, null=True, blank=True, related_name="confirmation"
    )
    levels = models.OneToOneField(
        LevelSet, on_delete=models.PROTECT, null=True, blank=True, related_name="confirmation"
    )
    ladder = models.OneToOneField(
        "Ladder", on_delete=models.PROTECT, null=True, blank=True, related_name="confirmation"
    )
    limits = models.OneToOneField(
        "TimeLimits", on_delete=models.PROTECT, null=True, blank=True, related_name="confirmation"
    )
    confirmed_at = models.DateTimeField()
    confirmed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="confirmation_of_one_thing",
                condition=Q(text__isnull=False, levels=None, ladder=None, limits=None)
                | Q(text=None, levels__isnull=False, ladder=None, limits=None)
                | Q(text=None, levels=None, ladder__isnull=False, limits=None)
                | Q(text=None, levels=None, ladder=None, limits__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        of = self.text_id or self.levels_id or self.ladder_id or self.limits_id
        return f"{of} confirmed"


# The newest that is confirmed. While none ever was, the newest: somebody has to be told.
_CONFIRMED_FIRST = Case(When(confirmation__isnull=False, then=0), default=1)


class LadderQuerySet(models.QuerySet["Ladder"]):
    def newest(self, clinic: Clinic) -> Ladder | None:
        return self.filter(clinic=clinic).order_by("-number").first()

    def in_force(self, clinic: Clinic) -> Ladder | None:
        """The newest that is confirmed; while none ever was, the newest."""
        return self.filter(clinic=clinic).order_by(_CONFIRMED_FIRST, "-number").first()

    def standing_rungs(self, clinic: Clinic) -> list[tuple[User, int]]:
        """The people named on rungs, in order, with the minutes after each, without leavers."""
        ladder = self.in_force(clinic)
        if ladder is None:
            return []
        here = Membership.objects.standing().filter(clinic=clinic, user=OuterRef("person"))
        rungs = ladder.rungs.filter(Exists(here)).select_related("person").order_by("position")
        return [(rung.person, rung.minutes) for rung in rungs if rung.person is not None]


class Ladder(models.Model):
    """Who is told of a red flag, in which order. Its rungs are inserted before it."""

    mutability: ClassVar[Mutability] = Mutability.APPEND_ONLY

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="ladders")
    number = models.PositiveIntegerField()
    written_at = models.DateTimeField()
    written_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    objects = LadderQuerySet.as_manager()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["clinic", "number"], name="ladder_numbered_once"),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def reference(self) -> str:
        return f"LD-{self.pk.hex[:8]}"


class Rung(models.Model):
    """Who is told, by which channel, and the minutes after which the next rung is told."""

    mutability: ClassVar[Mutability] = Mutability.SEALED
    sealed_by: ClassVar[str] = "ladder"

    class Who(models.TextChoices):
        PERSON = "person", _("a person")
        ROTA = "rota", _("whoever is on call")
        SHARED = "shared", _("a shared address")

    class Channel(models.TextChoices):
        EMAIL = "email", _("email")
        WEBHOOK = "webhook", _("pager")

    ladder = models.ForeignKey(Ladder, on_delete=models.PROTECT, related_name="rungs")
    position = models.PositiveIntegerField()
    who = models.CharField(max_length=8, choices=Who)
    person = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    address = models.EmailField(blank=True)
    channel = models.CharField(max_length=8, choices=Channel)
    minutes = models.PositiveIntegerField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["ladder", "position"], name="rung_position_once"),
            models.UniqueConstraint(fields=["ladder", "person"], name="rung_person_once"),
            models.CheckConstraint(name="rung_minutes_typed", condition=Q(minutes__gt=0)),
            models.CheckConstraint(
                name="rung_channel_known", condition=Q(channel__in=["email", "webhook"])
            ),
            models.CheckConstraint(
                name="rung_names_whom",
                condition=Q(who="person", person__isnull=False, address="")
                | Q(who="rota", person=None, address="")
                | (Q(who="shared", person=None) & (~Q(address="") | Q(channel="webhook"))),
            ),
        ]

    def __str__(self) -> str:
        return f"rung {self.position}"


class TimeLimitsQuerySet(models.QuerySet["TimeLimits"]):
    def newest(self, clinic: Clinic) -> TimeLimits | None:
        return self.filter(clinic=clinic).order_by("-number").first()

    def in_force(self, clinic: Clinic) -> TimeLimits | None:
        return self.standing(clinic).first()

    def standing(self, clinic: Clinic) -> TimeLimitsQuerySet:
        """The one in force, and behind it the others: confirmed ones first."""
        return self.filter(clinic=clinic).order_by(_CONFIRMED_FIRST, "-number")


class TimeLimits(models.Model):
    """Minutes from acknowledged to contacted, for each level, as typed by the clinic."""

    mutability: ClassVar[Mutability] = Mutability.APPEND_ONLY

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="time_limits")
    number = models.PositiveIntegerField()
    emergency_minutes = models.PositiveIntegerField()
    same_day_minutes = models.PositiveIntegerField()
    written_at = models.DateTimeField()
    written_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    objects = TimeLimitsQuerySet.as_manager()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["clinic", "number"], name="time_limits_numbered_once"),
            models.CheckConstraint(
                name="time_limits_typed",
                condition=Q(emergency_minutes__gt=0, same_day_minutes__gt=0),
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def reference(self) -> str:
        return f"TL-{self.pk.hex[:8]}"


class TestMessageQuerySet(models.QuerySet["TestMessage"]):
    __test__ = False

    def visible_to(self, user: User) -> TestMessageQuerySet:
        """One's own, of the clinic one works in."""
        return self.filter(to=user, clinic=user.clinic)


class TestMessage(models.Model):
    """A message to one person of the ladder, to see that it arrives and is answered."""

    __test__ = False
    mutability: ClassVar[Mutability] = Mutability.APPEND_ONLY

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="test_messages")
    to = models.ForeignKey(User, on_delete=models.PROTECT, related_name="test_messages")
    channel = models.CharField(max_length=8, choices=Rung.Channel)
    sent_at = models.DateTimeField()
    # None: from the command line.
    sent_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = TestMessageQuerySet.as_manager()

    def __str__(self) -> str:
        return self.reference

    @property
    def reference(self) -> str:
        return f"TM-{self.pk.hex[:8]}"


class TestAcknowledgement(models.Model):
    """The answer to a test message; only the person it was sent to can give it."""

    __test__ = False
    mutability: ClassVar[Mutability] = Mutability.APPEND_ONLY

    message = models.OneToOneField(
        TestMessage, on_delete=models.PROTECT, related_name="acknowledgement"
    )
    at = models.DateTimeField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"{self.message_id} acknowledged"
