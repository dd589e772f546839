"""What was recorded about a patient since the last check-in: what a new one opens on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import F, Q, Value
from django.urls import reverse

from patients.models import of_person
from plans.models import Contact, Escalation, MissedCheckIn, RequestAnswer
from plans.rules.redflags import EscalationState
from taperplan import formats
from taperplan.words import gettext as _

if TYPE_CHECKING:
    import uuid
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from plans.models import Drug, Version
    from plans.presenters.check_in import Around

MOST = 12


@dataclass(frozen=True)
class Fact:
    """`icon` and words; `url` where it stands."""

    when: str
    words: str
    icon: str
    url: str = ""


def since_last(around: Around) -> tuple[Fact, ...]:
    """Newest first; the versions from what was read already, all else in one statement."""
    last = around.last
    if last is None:
        return ()
    zone = around.patient.clinic.zone
    found = [*_versions(around, last.happened_at, zone), *_rows(around, last.happened_at, zone)]
    found.sort(key=lambda pair: pair[0], reverse=True)
    return tuple(fact for _at, fact in found[:MOST])


def _versions(around: Around, since: datetime, zone: ZoneInfo) -> list[tuple[datetime, Fact]]:
    """Versions signed since, and those that came into force since, each once."""
    day = since.astimezone(zone).date()
    until = around.asking.now.date()
    found: dict[uuid.UUID, tuple[datetime, Fact]] = {}
    for row in around.drug_rows:
        version = row.version
        signed = version.signed_at > since
        if version.pk in found or not (signed or day < version.in_force_from <= until):
            continue
        found[version.pk] = (version.signed_at, _version(row, version, zone))
    return list(found.values())


def _version(_row: Drug, version: Version, zone: ZoneInfo) -> Fact:
    words = _("Version {n} signed, in force from {day}").format(
        n=formats.number(version.number), day=formats.day(version.in_force_from)
    )
    return Fact(
        formats.moment(version.signed_at.astimezone(zone)),
        f"{words}: {version.reason}" if version.reason else words,
        "version",
        reverse("plans:version", kwargs={"plan": version.plan_id, "number": version.number}),
    )


def _rows(around: Around, since: datetime, zone: ZoneInfo) -> list[tuple[datetime, Fact]]:
    patient = of_person(around.patient)
    flags = (
        Escalation.objects.filter(patient, reported_at__gt=since)
        .order_by()
        .values_list(Value("flag"), F("reported_at"), F("label"), F("state"), F("pk"))
    )
    contacts = (
        Contact.objects.filter(patient, recorded_at__gt=since)
        .order_by()
        .values_list(Value("contact"), F("happened_at"), F("with_whom"), F("about"), F("pk"))
    )
    missed = (
        MissedCheckIn.objects.filter(patient, at__gt=since)
        .order_by()
        .values_list(Value("missed"), F("at"), F("tried"), Value(""), F("pk"))
    )
    answered = (
        RequestAnswer.objects.filter(
            Q(request__patient=around.patient), at__gt=since, version__isnull=True
        )
        .order_by()
        .values_list(
            Value("declined"), F("at"), F("by__name"), F("declined_because"), F("request__pk")
        )
    )
    rows = flags.union(contacts, missed, answered, all=True)
    return [(at, _fact(kind, at, one, other, key, zone)) for kind, at, one, other, key in rows]


def _fact(kind: str, at: datetime, one: str, other: str, key: uuid.UUID, zone: ZoneInfo) -> Fact:
    when = formats.moment(at.astimezone(zone))
    if kind == "flag":
        words = _("Red flag: {what}, {state}").format(what=one, state=EscalationState(other).label)
        return Fact(when, words, "red-flag", reverse("plans:red-flag", args=[key]))
    if kind == "contact":
        return Fact(when, _("Contact with {name}: {about}").format(name=one, about=other), "phone")
    if kind == "missed":
        return Fact(when, _("A check-in was missed: {tried}").format(tried=one), "warning")
    words = _("What was asked for was declined by {name}: {why}").format(name=one, why=other)
    return Fact(when, words, "check-in")
