"""Writing the rota, the hours of notices, who stands in for whom, and where pagers listen."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction

from taperplan import formats
from taperplan.accounts import pagers
from taperplan.accounts.actions.people import _locked
from taperplan.accounts.actions.protocol import people_for_the_ladder
from taperplan.accounts.models import Absence, AbsenceEnd, Ladder, Rung, Webhook, Week, WeekSpan
from taperplan.accounts.refusals import Difference, DiffersError, NotDoneError
from taperplan.accounts.roles import Permission
from taperplan.accounts.week import first_gap
from taperplan.audit import trail
from taperplan.audit.verbs import Verb
from taperplan.words import gettext as _

if TYPE_CHECKING:
    import uuid
    from collections.abc import Sequence
    from datetime import date, datetime

    from taperplan.accounts.models import Clinic, User
    from taperplan.accounts.week import Span


@transaction.atomic
def write_week(
    *,
    clinic: Clinic,
    token: uuid.UUID,
    kind: Week.Kind,
    number: int,
    spans: Sequence[Span[User | None]],
    now: datetime,
    by: User,
) -> Week:
    """The whole week. A rota holds somebody at every hour. Raises: NotDoneError, DiffersError."""
    _check_spans(clinic, kind, spans)
    _locked(clinic)
    before = Week.objects.filter(pk=token).first()
    stands = before or Week.objects.in_force(clinic, kind)
    kept = stands.as_spans() if stands else []
    if stands is not None and kept == list(spans):
        return stands
    if before is not None or (stands.number if stands else 0) != number:
        raise DiffersError(stands, [Difference("spans", _words(kept), _words(spans))])
    week = Week(
        pk=token, clinic=clinic, kind=kind.value, number=number + 1, written_at=now, written_by=by
    )
    WeekSpan.objects.bulk_create(
        WeekSpan(
            week=week,
            position=position,
            days=sum(1 << day for day in span.days),
            begins=span.begins,
            ends=span.ends,
            person=span.who,
        )
        for position, span in enumerate(spans, start=1)
    )
    week.save(force_insert=True)
    verb = Verb.ROTA_WRITTEN if kind is Week.Kind.ROTA else Verb.HOURS_WRITTEN
    trail.record(verb, week, clinic=clinic, detail={"spans": str(len(spans))}, by=by)
    return week


def _check_spans(clinic: Clinic, kind: Week.Kind, spans: Sequence[Span[User | None]]) -> None:
    if not spans:
        raise NotDoneError(_("Type at least one line."))
    if kind is Week.Kind.HOURS:
        return
    here = {user.pk for user in people_for_the_ladder(clinic)}
    if not all(span.who is not None and span.who.pk in here for span in spans):
        raise NotDoneError(_("The rota is of people of this clinic who can act on a red flag."))
    if gap := first_gap(spans):
        day, at = gap
        raise NotDoneError(
            _(
                "Nobody is on call on {day} at {time}. Every hour of the week needs somebody."
            ).format(day=formats.short_weekday(day), time=formats.clock(at))
        )


def _words(spans: Sequence[Span[User | None]]) -> str:
    lines = []
    for span in spans:
        days = " ".join(formats.short_weekday(day) for day in sorted(span.days))
        hours = f"{formats.clock(span.begins)}-{formats.clock(span.ends)}"
        lines.append(" ".join(filter(None, [days, hours, span.who.name if span.who else ""])))
    return "; ".join(lines)


@transaction.atomic
def write_absence(
    *,
    token: uuid.UUID,
    person: User,
    deputy: User,
    first_day: date,
    last_day: date,
    now: datetime,
    by: User,
) -> Absence:
    """`person` is away and names who is told instead. Written by themselves or an administrator.

    Raises: NotDoneError.
    """
    clinic = by.clinic
    if clinic is None or not (by == person or by.may(Permission.MANAGE_CLINIC)):
        raise NotDoneError(_("Somebody's absence is written by themselves or an administrator."))
    _locked(clinic)
    before = Absence.objects.filter(pk=token).first()
    if before is not None:
        return before
    here = {user.pk for user in people_for_the_ladder(clinic)}
    if person.pk not in here or deputy.pk not in here:
        raise NotDoneError(_("A deputy is somebody of this clinic who can act on a red flag."))
    if person == deputy:
        raise NotDoneError(_("Choose somebody else as deputy."))
    if last_day < first_day:
        raise NotDoneError(_("The last day lies before the first one."))
    row = Absence.objects.create(
        pk=token,
        clinic=clinic,
        person=person,
        deputy=deputy,
        first_day=first_day,
        last_day=last_day,
        written_at=now,
        written_by=by,
    )
    trail.record(Verb.ABSENCE_WRITTEN, row, clinic=clinic, by=by)
    return row


@transaction.atomic
def end_absence(*, absence: Absence, now: datetime, by: User) -> AbsenceEnd:
    """Back before the last day. Raises: NotDoneError."""
    if by.clinic != absence.clinic or not (
        by == absence.person or by.may(Permission.MANAGE_CLINIC)
    ):
        raise NotDoneError(_("Somebody's absence is written by themselves or an administrator."))
    _locked(absence.clinic)
    before = AbsenceEnd.objects.filter(absence=absence).first()
    if before is not None:
        return before
    row = AbsenceEnd.objects.create(absence=absence, at=now, by=by)
    trail.record(Verb.ABSENCE_ENDED, absence, clinic=absence.clinic, by=by)
    return row


@transaction.atomic
def write_pager(
    *, clinic: Clinic, token: uuid.UUID, number: int, url: str, now: datetime, by: User
) -> Webhook:
    """Where the clinic's pagers listen; empty: nowhere. Raises: NotDoneError, DiffersError."""
    _check_url(url)
    _locked(clinic)
    ladder = Ladder.objects.in_force(clinic)
    if not url and ladder and ladder.rungs.filter(channel=Rung.Channel.WEBHOOK.value).exists():
        raise NotDoneError(_("A rung of the ladder uses the pager. Change the ladder first."))
    before = Webhook.objects.filter(pk=token).first()
    stands = before or Webhook.objects.newest(clinic)
    if stands is not None and stands.url == url:
        return stands
    if before is not None or (stands.number if stands else 0) != number:
        raise DiffersError(stands, [Difference("url", stands.url if stands else "", url)])
    row = Webhook.objects.create(
        pk=token, clinic=clinic, number=number + 1, url=url, written_at=now, written_by=by
    )
    trail.record(Verb.PAGER_WRITTEN, row, clinic=clinic, by=by)
    return row


def _check_url(url: str) -> None:
    """https, or plain http where the whole site is plain http on one machine."""
    if not url:
        return
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018  (raises where the port is no number)
    except ValueError as error:
        raise NotDoneError(_("This is not a web address.")) from error
    schemes = ("https",) if settings.HTTPS else ("https", "http")
    if parts.scheme not in schemes or not parts.hostname or not url.isascii():
        raise NotDoneError(_("Type a whole web address that begins with https://."))
    if parts.username or parts.password:
        raise NotDoneError(_("Leave name and password out: the message is signed."))
    if not pagers.allowed(url):
        raise NotDoneError(
            _("This address is not on the list of this installation. Whoever runs it adds it.")
        )
