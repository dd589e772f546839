"""What concerns everybody and is no red flag: a notice that did not arrive, no notifier alive,
a restored database.

Asked with the frame of every page, in its one statement.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.db.models import Count, DateTimeField, OuterRef, Subquery, TextField, Value, Window
from django.db.models.functions import Cast
from django.utils import timezone

from plans.models import Heartbeat, Outbox, Sending
from plans.presenters import restored
from plans.presenters.addresses import address
from plans.rules.notices import LATE, TRIES, fault_words, lives
from taperplan import formats
from taperplan.accounts.models import Clinic
from taperplan.counting import TextsOf, moment_of, texts_of
from taperplan.kept import Kept, Values
from taperplan.words import gettext as _
from taperplan.words import ngettext

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from django.db.models import QuerySet
    from django.db.models.expressions import Combinable

_DAY = timedelta(days=1)
COLUMNS = ("gap_from", "gap_to", "held", "beat", "stuck")


@dataclass(frozen=True)
class Alarm:
    title: str
    text: str
    url: str = ""
    act: str = ""
    # One by one, what it is about: words and the address of each, empty where nobody may open it.
    named: tuple[tuple[str, str], ...] = ()


def asked(clinic: Clinic, now: datetime) -> dict[str, Combinable]:
    """The columns, for the one row that speaks of the clinic."""
    stuck = Outbox.objects.stuck(clinic, now=now, patience=LATE, tries=TRIES)
    first = stuck.order_by("made_at", "pk")
    failing = Sending.objects.waiting().filter(outbox=OuterRef("pk")).order_by("-tries", "made_at")
    return {
        **restored.asked(clinic),
        "beat": Subquery(Heartbeat.objects.filter(pk=Heartbeat.ONLY).values("at")[:1]),
        # The first of them, and beside it how many they are.
        "stuck": TextsOf(
            first.annotate(
                failed=TextsOf(failing.values_list("tries", "fault")[:1]),
                many=Window(Count("*")),
            ).values_list("escalation_id", "rung", "made_at", "failed", "many")[:1]
        ),
    }


def nothing() -> dict[str, Combinable]:
    """The same columns, for rows that speak of something else."""
    return {
        **restored.nothing(),
        "beat": Cast(Value(None), DateTimeField()),
        "stuck": Cast(Value(None), TextField()),
    }


def alarms(
    row: Mapping[str, Any], clinic: Clinic, now: datetime, *, may_open: bool
) -> tuple[Alarm, ...]:
    found = _restored(row, clinic, may_open=may_open)
    if not lives(row["beat"], now):
        found.append(_nobody_sends(row["beat"], clinic))
    for stuck in texts_of(row["stuck"]):
        found.append(_stuck(stuck, clinic, now, may_open=may_open))
    return tuple(found)


def _restored(row: Mapping[str, Any], clinic: Clinic, *, may_open: bool) -> list[Alarm]:
    """What a restore left open: what nobody can know from here, and whom nobody is told of."""
    url = address("plans:restored") if may_open else ""
    act = _("After the restore")
    found = []
    if row["gap_to"]:
        made, at = row["gap_from"], row["gap_to"]
        words = {
            "made": formats.moment(timezone.localtime(made)),
            "at": formats.moment(timezone.localtime(at)),
            "span": formats.duration(at - made),
        }
        text = _(
            "It was restored on %(at)s as it stood on %(made)s. What was recorded in the %(span)s "
            "between is not in it: look for it on paper."
        )
        title = _("Something is missing from this record.")
        found.append(Alarm(title, text % words, url, act))
    if row["held"]:
        found.append(_held(restored.read(row["held"]), clinic, url, act))
    return found


def _held(flags: list[restored.Named], clinic: Clinic, url: str, act: str) -> Alarm:
    title = ngettext(
        "The notices of a red flag from before the restore are held.",
        "The notices of %(count)s red flags from before the restore are held.",
        len(flags),
    ) % {"count": formats.number(len(flags))}
    text = _("Nobody is reminded of them until somebody lets them go on or closes them.")
    return Alarm(
        title,
        f"{text} {_tell_by_phone(clinic)}",
        url,
        act,
        named=tuple(
            (f"{one.reference} {one.label}", address("plans:red-flag", escalation=one.key))
            if url
            else (one.reference, "")
            for one in flags
        ),
    )


def _nobody_sends(beat: datetime | None, clinic: Clinic) -> Alarm:
    last = (
        _("Its last sign of life was %(when)s.")
        % {"when": formats.moment(timezone.localtime(beat))}
        if beat
        else _("It has never run.")
    )
    return Alarm(
        title=_("No notifier is running: red flags reach nobody by message."),
        text=" ".join([last, _tell_by_phone(clinic), _("Whoever runs this site starts it.")]),
    )


def _stuck(first: Sequence[Any], clinic: Clinic, now: datetime, *, may_open: bool) -> Alarm:
    flag, rung, made_at, failed, count = first
    tries, fault = next(iter(texts_of(failed)), (0, ""))
    title = ngettext(
        "A red flag notice could not be delivered.",
        "%(count)s red flag notices could not be delivered.",
        count,
    ) % {"count": formats.number(count)}
    key, since = uuid.UUID(flag), timezone.localtime(moment_of(made_at))
    when = formats.clock(since) if now - since < _DAY else formats.moment(since)
    parts = [
        _("Reference %(flag)s, rung %(rung)s") % {"flag": f"RF-{key.hex[:8]}", "rung": rung},
        fault_words(fault or ""),
    ]
    tried = (
        ngettext("tried once since %(when)s", "tried %(tries)s times since %(when)s", tries)
        if tries
        else _("waiting since %(when)s")
    ) % {"tries": tries or 0, "when": when}
    sentence = ", ".join([*filter(None, parts), tried]) + "."
    url = address("plans:red-flag", escalation=key) if may_open else ""
    return Alarm(
        title=title,
        text=f"{sentence} {_tell_by_phone(clinic)}",
        url=url,
        act=_("Open %(flag)s") % {"flag": f"RF-{key.hex[:8]}"},
    )


def _tell_by_phone(clinic: Clinic) -> str:
    if clinic.out_of_hours:
        return _("Tell the on-call clinician by phone: %(number)s.") % {
            "number": clinic.out_of_hours
        }
    return _("Tell the on-call clinician by phone.")


_kept = Kept()


def _row(marks: Values) -> QuerySet[Clinic, dict[str, Any]]:
    clinic = Clinic(pk=marks.keys["clinic"])
    columns: Any = Clinic.objects.filter(pk=clinic.pk).annotate(**asked(clinic, marks.now))
    return columns.values(*COLUMNS)  # type: ignore[no-any-return]


class ForOthers:
    """The alarms of somebody whose pages have no frame of red flags. One statement."""

    def __init__(self, request: Any) -> None:
        self._request = request

    @cached_property
    def alarms(self) -> tuple[Alarm, ...]:
        request = self._request
        values = Values({"clinic": request.clinic.pk}, request.today, request.now)
        (row,) = _kept.rows(None, values, _row)
        return alarms(row, request.clinic, request.now, may_open=False)
