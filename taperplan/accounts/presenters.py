"""Accounts as the pages show them: finished words, in a fixed number of statements."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from allauth.mfa.models import Authenticator
from django.db.models import Case, Count, Q, When
from django.utils import timezone
from django.utils.text import capfirst

from taperplan import formats, tables
from taperplan.accounts.actions.people import others_who_administer
from taperplan.accounts.actions.protocol import typed_of
from taperplan.accounts.models import (
    Ladder,
    LevelSet,
    Membership,
    OneTimeLink,
    ProtocolText,
    TestMessage,
)
from taperplan.accounts.models.people import PENDING
from taperplan.accounts.roles import Permission, Role
from taperplan.words import gettext as _

if TYPE_CHECKING:
    import uuid
    from collections.abc import Iterable
    from datetime import date, datetime

    from taperplan.accounts.ladder import Standing
    from taperplan.accounts.models import Clinic, User

State = Membership.State
PAGE = 50

STATES: dict[str, Q] = {
    "active": ~PENDING & Q(deactivated_at=None),
    "invited": PENDING & Q(deactivated_at=None),
    "deactivated": Q(deactivated_at__isnull=False),
}


@dataclass(frozen=True)
class Asked:
    """What the list is narrowed to, as the address says; anything unknown narrows nothing."""

    state: str = ""
    role: str = ""
    words: str = ""
    page: int = 1


@dataclass(frozen=True)
class AccountRow:
    membership: Membership
    name: str
    email: str
    roles: str
    tag: str
    tag_label: str
    second_step: str
    second_step_icon: str
    last_seen: str
    state: str
    # In place of buttons, where nothing may be done here.
    words: str


@dataclass(frozen=True)
class AccountList:
    rows: tuple[AccountRow, ...]
    counts: dict[str, int]
    asked: Asked
    page: int
    pages: int


def account_list(clinic: Clinic, asked: Asked, *, today: date, by: User) -> AccountList:
    everybody = Membership.objects.filter(clinic=clinic)
    counts = everybody.aggregate(
        all=Count("pk"), **{name: Count("pk", filter=q) for name, q in STATES.items()}
    )
    found = everybody.select_related("user", "clinic")
    if asked.state in STATES:
        found = found.filter(STATES[asked.state])
    if asked.role in {role.value for role in Role}:
        found = found.filter(**{asked.role: True})
    for word in asked.words.split()[:5]:
        found = found.filter(Q(user__name__icontains=word) | Q(user__email__icontains=word))
    total = found.count()
    pages = max(1, -(-total // PAGE))
    page = min(max(1, asked.page), pages)
    start = (page - 1) * PAGE
    # Those who work here first, then invitations, then those who have left.
    rank = Case(When(STATES["deactivated"], then=2), When(STATES["invited"], then=1), default=0)
    memberships = list(found.order_by(rank, "user__name", "pk")[start : start + PAGE])
    kinds = second_steps(row.user_id for row in memberships)
    links = _newest_links(memberships)
    several = _administrators(clinic) > 1
    rows = tuple(
        _row(row, kinds.get(row.user_id, set()), links.get(row.pk), today, several, by)
        for row in memberships
    )
    return AccountList(rows=rows, counts=counts, asked=asked, page=page, pages=pages)


def account_file(clinic: Clinic) -> bytes:
    """As CSV: who, which rights, since when, until when. In one statement more than a page's."""
    rows = list(
        Membership.objects.filter(clinic=clinic)
        .select_related("user", "clinic")
        .order_by("user__name", "pk")
    )
    kinds = second_steps(row.user_id for row in rows)
    columns = (
        _("name"), _("work email address"), _("roles"), _("state"), _("second step"),
        _("invited"), _("joined"), _("deactivated"), _("last seen"),
    )  # fmt: skip
    return tables.write(
        columns,
        [
            (
                row.name,
                row.user.email,
                _roles(row),
                str(row.state.label),
                _second_step(kinds.get(row.user_id, set()))[0],
                _iso(row.invited_at),
                _iso(row.accepted_at),
                _iso(row.deactivated_at),
                _iso(row.user.last_seen) if row.active else "",
            )
            for row in rows
        ],
    )


def _iso(at: datetime | None) -> str:
    return timezone.localtime(at).isoformat(timespec="minutes") if at else ""


def _administrators(clinic: Clinic) -> int:
    return Membership.objects.standing().filter(clinic=clinic, administrator=True).count()


def second_steps(users: Iterable[uuid.UUID]) -> dict[uuid.UUID, set[str]]:
    found: dict[uuid.UUID, set[str]] = {}
    pairs = Authenticator.objects.filter(user_id__in=list(users)).values_list("user_id", "type")
    for user, kind in pairs:
        found.setdefault(user, set()).add(kind)
    return found


def _newest_links(memberships: Iterable[Membership]) -> dict[int, OneTimeLink]:
    invited = [row.pk for row in memberships if row.state is State.INVITED]
    links = OneTimeLink.objects.filter(membership__in=invited).order_by("number")
    return {link.membership_id: link for link in links}


def _row(
    membership: Membership,
    kinds: set[str],
    link: OneTimeLink | None,
    today: date,
    several: bool,
    by: User,
) -> AccountRow:
    open_invitation = membership.state in (State.INVITED, State.WITHDRAWN)
    step, icon = _second_step(set() if open_invitation else kinds)
    tag, label = _tag(membership, link, today)
    return AccountRow(
        membership=membership,
        name=membership.name,
        email=membership.user.email,
        roles=_roles(membership),
        tag=tag,
        tag_label=label,
        second_step=step,
        second_step_icon=icon,
        last_seen=_("never") if open_invitation else last_seen(membership.user.last_seen, today),
        state=membership.state.value,
        words=_instead_of_buttons(membership, several=several, by=by),
    )


def _roles(membership: Membership) -> str:
    marks = [
        word
        for held, word in (
            (membership.protocol_owner, _("protocol owner")),
            (membership.privacy_lead, _("privacy lead")),
        )
        if held
    ]
    return ", ".join([membership.title, *marks])


def _instead_of_buttons(membership: Membership, *, several: bool, by: User) -> str:
    if membership.state is State.ACTIVE and membership.administrator and not several:
        return _("the only administrator: invite another before changing")
    if membership.user_id == by.pk:
        return _("changed by another administrator")
    return ""


def _second_step(kinds: set[str]) -> tuple[str, str]:
    if Authenticator.Type.WEBAUTHN in kinds:
        return _("passkey"), "key"
    if Authenticator.Type.TOTP in kinds:
        return _("app code"), "tick"
    return _("not set up"), "to-do"


def _tag(membership: Membership, link: OneTimeLink | None, today: date) -> tuple[str, str]:
    match membership.state:
        case State.ACTIVE:
            return "active", _("Active")
        case State.INVITED if link is not None:
            words = {"day": _near_day(link.at), "end": _near_day(link.expires_at)}
            if timezone.now() >= link.expires_at:
                return "invited", _("Invited %(day)s, expired %(end)s") % words
            return "invited", _("Invited %(day)s, expires %(end)s") % words
        case State.INVITED:
            return "invited", _("Invited")
        case State.WITHDRAWN:
            ended = local_day(membership.deactivated_at)
            return "deactivated", _("Invitation withdrawn %(day)s") % {"day": ended}
        case State.DEACTIVATED:
            ended = local_day(membership.deactivated_at)
            return "deactivated", _("Deactivated %(day)s") % {"day": ended}


def local_day(at: datetime | None) -> str:
    """The day in the clinic's zone, without its weekday; the middleware sets the zone."""
    return formats.short_day(timezone.localtime(at).date()) if at else ""


def _near_day(at: datetime) -> str:
    """ "23 Nov": for what lies a few days away, where the year says nothing."""
    day = timezone.localtime(at).date()
    return f"{day.day}{formats.NBSP}{formats.short_month(day.month)}"


def last_seen(at: datetime | None, today: date) -> str:
    if at is None:
        return _("never")
    local = timezone.localtime(at)
    if local.date() == today:
        return _("Today %(time)s") % {"time": formats.clock(local)}
    return formats.day(local.date())


@dataclass(frozen=True)
class AccountPage:
    """One account as it is changed."""

    row: AccountRow
    second_step: str
    is_set: bool
    # On which rung they stand, and what ending the account would leave; "" where nothing.
    on_the_ladder: str
    may_change: bool
    why_not: str


def account_page(membership: Membership, *, today: date, by: User) -> AccountPage:
    kinds = second_steps([membership.user_id]).get(membership.user_id, set())
    links = _newest_links([membership])
    several = others_who_administer(membership) or not membership.administrator
    row = _row(membership, kinds, links.get(membership.pk), today, several, by)
    since = (
        Authenticator.objects.filter(user=membership.user)
        .exclude(type=Authenticator.Type.RECOVERY_CODES)
        .order_by("created_at")
        .first()
    )
    words = {"kind": row.second_step, "day": local_day(since.created_at) if since else ""}
    return AccountPage(
        row=row,
        second_step=(
            capfirst(_("%(kind)s since %(day)s.") % words)
            if since
            else _("Not set up yet. The next sign-in asks for it.")
        ),
        is_set=since is not None,
        on_the_ladder=_on_the_ladder(membership),
        may_change=not row.words,
        why_not=row.words,
    )


def _on_the_ladder(membership: Membership) -> str:
    people = [person.pk for person, _minutes in Ladder.objects.standing_rungs(membership.clinic)]
    if membership.user_id not in people:
        return ""
    return _(
        "%(name)s stands on rung %(rung)s of the escalation ladder. "
        "Deactivating leaves %(left)s on it."
    ) % {
        "name": membership.user.name,
        "rung": people.index(membership.user_id) + 1,
        "left": len(people) - 1,
    }


def waiting_tests(user: User) -> list[TestMessage]:
    """Test messages of this clinic that wait for this person."""
    return list(
        TestMessage.objects.filter(to=user, clinic=user.clinic, acknowledgement=None)
        .select_related("sent_by")
        .order_by("-sent_at")[:10]
    )


@dataclass(frozen=True)
class Confirmable:
    """A wording or a set of levels that waits for the protocol owner."""

    words: str
    page: str


def waiting_confirmations(user: User) -> tuple[Confirmable, ...]:
    """What the protocol owner has not confirmed yet; nothing for anybody else."""
    if user.clinic is None or not user.may(Permission.CONFIRM_PROTOCOL):
        return ()
    texts = ProtocolText.objects.newest(user.clinic).filter(confirmation=None).order_by("kind")
    found = [Confirmable(str(text.get_kind_display()), "accounts:texts") for text in texts]
    levels = LevelSet.objects.newest(user.clinic)
    if levels is not None and not hasattr(levels, "confirmation"):
        found.append(Confirmable(_("Levels of symptoms"), "accounts:levels"))
    return tuple(found)


@dataclass(frozen=True)
class TextRow:
    """One kind of the clinic's texts: the newest wording, and the one in force."""

    kind: str
    label: str
    newest: ProtocolText | None
    in_force: ProtocolText | None

    @property
    def waits(self) -> bool:
        return self.newest is not None and self.newest != self.in_force


def text_rows(clinic: Clinic) -> tuple[TextRow, ...]:
    related = ("written_by", "confirmation__confirmed_by")
    newest = {row.kind: row for row in ProtocolText.objects.newest(clinic).select_related(*related)}
    in_force = {
        row.kind: row for row in ProtocolText.objects.in_force(clinic).select_related(*related)
    }
    return tuple(
        TextRow(kind.value, str(kind.label), newest.get(kind.value), in_force.get(kind.value))
        for kind in ProtocolText.Kind
    )


def ladder_lines(ladder: Ladder | None) -> list[str]:
    """The rungs as typed, in words."""
    return [one.words() for one in typed_of(ladder)]


def told_now(standing: Standing) -> list[tuple[int, str]]:
    """Who would be told at this moment, rung by rung, with rota, deputies and leavers seen to."""
    return [
        (
            rung.position,
            formats.listing(
                [
                    one.person.name if one.person else one.address or _("the pager")
                    for one in rung.to
                ]
            ),
        )
        for rung in standing.rungs
    ]
