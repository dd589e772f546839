"""One page of the trail, newest first: bounded, and found by an index."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils import timezone

from taperplan import formats
from taperplan.accounts.models import User
from taperplan.audit.models import AuditEvent
from taperplan.audit.verbs import Verb
from taperplan.words import gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from django.db.models import QuerySet

    from taperplan.accounts.models import Clinic

PAGE = 50


@dataclass(frozen=True)
class TrailAsked:
    patient: str = ""
    person: str = ""
    verb: str = ""
    day: date | None = None
    # Rows with a lower number only: where the page before ended.
    before: int | None = None


@dataclass(frozen=True)
class TrailRow:
    number: int
    day: str
    clock: str
    what: str
    who: str
    address: str
    patient: str
    target: str
    detail: str


@dataclass(frozen=True)
class TrailPage:
    rows: tuple[TrailRow, ...]
    older: int | None


COLUMNS = (
    "number", "at", "verb", "target", "patient", "clinic", "actor", "actor_name", "address",
    "detail", "key", "previous", "digest",
)  # fmt: skip


def trail_rows(clinic: Clinic, asked: TrailAsked) -> Iterator[tuple[str, ...]]:
    """Every row asked for, oldest first, with its place in the chain; read a piece at a time."""
    for event in _asked(clinic, asked).order_by("number").iterator(chunk_size=2000):
        yield tuple(str(getattr(event, name)) for name in COLUMNS)


def head() -> tuple[int, str]:
    """Number and digest of the newest row: what a file's rows are compared with."""
    last = AuditEvent.objects.order_by("-number").values_list("number", "digest").first()
    return last or (0, "")


def trail_page(clinic: Clinic, asked: TrailAsked) -> TrailPage:
    events = _asked(clinic, asked)
    if asked.before:
        events = events.filter(number__lt=asked.before)
    found = list(events.order_by("-number")[: PAGE + 1])
    shown = found[:PAGE]
    return TrailPage(
        rows=tuple(_row(event) for event in shown),
        older=shown[-1].number if len(found) > PAGE else None,
    )


def _asked(clinic: Clinic, asked: TrailAsked) -> QuerySet[AuditEvent]:
    # Refused sign-ins of accounts that do not exist belong to no clinic; every auditor sees them.
    events = AuditEvent.objects.filter(
        Q(clinic=str(clinic.pk)) | Q(clinic="", verb=Verb.SIGN_IN_REFUSED.value)
    )
    if asked.patient:
        events = events.filter(patient__startswith=f"patient:{asked.patient}")
    if asked.person:
        events = events.filter(actor__in=_people(clinic, asked.person))
    if asked.verb:
        events = events.filter(verb=asked.verb)
    if asked.day:
        start = datetime.combine(asked.day, time(), clinic.zone)
        end = datetime.combine(asked.day + timedelta(days=1), time(), clinic.zone)
        events = events.filter(at__gte=_as_written(start), at__lt=_as_written(end))
    return events


def _people(clinic: Clinic, beginning: str) -> list[str]:
    """As the trail names those whose address begins so: their keys are what its index holds."""
    found = User.objects.filter(email__startswith=beginning, memberships__clinic=clinic)
    return [f"user:{key}" for key in found.values_list("pk", flat=True)]


def _as_written(at: datetime) -> str:
    """As `trail.record` writes a moment, so that texts compare as moments do."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def _row(event: AuditEvent) -> TrailRow:
    at = timezone.localtime(datetime.fromisoformat(event.at))
    return TrailRow(
        number=event.number,
        day=formats.day(at.date()),
        clock=formats.clock_to_the_second(at),
        what=_(event.verb),
        who=event.actor_name or _("nobody signed in"),
        address=event.address,
        patient=_short(event.patient),
        target=_short(event.target),
        detail=_detail(event.detail),
    )


def _short(reference: str) -> str:
    """ "patient:7f3a91c2-..." as pages write it: "P-7f3a91c2"; other things by kind and key."""
    kind, _colon, key = reference.partition(":")
    if kind == "patient":
        return f"P-{key[:8]}"
    return f"{kind} {key[:8]}" if key else ""


def _detail(written: str) -> str:
    if not written:
        return ""
    return "; ".join(f"{name}: {value}" for name, value in json.loads(written).items())
