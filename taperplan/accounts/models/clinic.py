"""The clinic: its name, its day, the numbers that it prints, and whether it is open."""

from __future__ import annotations

import uuid
from contextlib import contextmanager
from typing import TYPE_CHECKING, ClassVar
from zoneinfo import ZoneInfo, available_timezones

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from taperplan.audit.append_only import Mutability
from taperplan.formats import Place, as_in

if TYPE_CHECKING:
    from collections.abc import Iterator
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

    class Clock(models.TextChoices):
        HOURS_24 = "24", _("24 hours, 20:30")
        HOURS_12 = "12", _("12 hours, 8:30 pm")

    class WeekBegins(models.TextChoices):
        MONDAY = "monday", _("Monday")
        SATURDAY = "saturday", _("Saturday")
        SUNDAY = "sunday", _("Sunday")

    class FileTitle(models.TextChoices):
        REFERENCE = "reference", _("a reference only")
        NAME = "name", _("the patient's name too")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(_("clinic"), max_length=200)
    demo = models.BooleanField(_("synthetic data"), default=False, editable=False)
    time_zone = models.CharField(_("time zone"), max_length=64, validators=[check_time_zone])
    paper = models.CharField(_("paper"), max_length=6, choices=Paper, default=Paper.A4)
    clock = models.CharField(
        _("clock"), max_length=2, choices=Clock, default=Clock.HOURS_24, db_default="24"
    )
    week_begins = models.CharField(
        _("week begins on"),
        max_length=8,
        choices=WeekBegins,
        default=WeekBegins.MONDAY,
        db_default="monday",
    )
    # Of the words on pages and papers; a dose and a date are written alike in every one.
    language = models.CharField(
        _("language"), max_length=16, default="en", db_default="en", blank=True
    )
    # What the title inside a printed file says; its name on a disk is always a reference.
    file_title = models.CharField(
        _("title of printed files"),
        max_length=9,
        choices=FileTitle,
        default=FileTitle.REFERENCE,
        db_default="reference",
    )
    telephone = models.CharField(_("telephone"), max_length=40, blank=True)
    hours = models.CharField(_("hours"), max_length=200, blank=True)
    out_of_hours = models.CharField(_("out-of-hours number"), max_length=40, blank=True)
    emergency = models.CharField(_("emergency number"), max_length=40, blank=True)
    crisis = models.CharField(_("crisis line"), max_length=40, blank=True)
    opened_at = models.DateTimeField(null=True, blank=True, editable=False)
    opened_by = models.ForeignKey(
        "accounts.User",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
    )
    revision = models.PositiveIntegerField(default=1, editable=False)
    history = HistoricalRecords()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(name="clinic_has_a_name", condition=~Q(name="")),
            models.CheckConstraint(
                name="clinic_opened_by_somebody",
                condition=Q(opened_at=None, opened_by=None)
                | Q(opened_at__isnull=False, opened_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def reference(self) -> str:
        return f"C-{self.pk.hex[:8]}"

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @property
    def ways(self) -> Place:
        """How times are written here."""
        first = {self.WeekBegins.SATURDAY: 5, self.WeekBegins.SUNDAY: 6}
        return Place(
            twelve_hours=self.clock == self.Clock.HOURS_12,
            first_weekday=first.get(self.WeekBegins(self.week_begins), 0),
            from_right=self.spoken.split("-")[0] in settings.LANGUAGES_BIDI,
        )

    @property
    def spoken(self) -> str:
        """The clinic's language; English where no catalogue of it is there any more."""
        installed = self.language in dict(settings.LANGUAGES)
        return self.language if installed else settings.LANGUAGE_CODE

    @property
    def spoken_name(self) -> str:
        return dict(settings.LANGUAGES)[self.spoken]

    @contextmanager
    def speaking(self) -> Iterator[None]:
        """In here words and times are written as the clinic's people read them."""
        with translation.override(self.spoken), as_in(self.ways):
            yield

    @property
    def open_for_patients(self) -> bool:
        """Whether a patient may be registered: the demo always, a clinic once it has opened."""
        return self.demo or self.opened_at is not None

    def day(self, now: datetime) -> date:
        """The clinic's calendar day at the instant `now`."""
        return now.astimezone(self.zone).date()
