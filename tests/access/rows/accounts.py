"""Accounts, the clinic's settings, the trail, signing in and the second step."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from taperplan import tokens
from taperplan.accounts import actions, links
from taperplan.accounts.access import OPEN_PAGES
from taperplan.accounts.models import OneTimeLink
from taperplan.accounts.rights import NewPerson, Rights
from taperplan.accounts.roles import Role
from tests.access.engine import Row, administrators, auditors, everyone, prescribers

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tests.access.world import World

# Clare and Sam are the protocol owners of their clinics: they read and confirm settings.
READERS = administrators(200, prescriber=200, stranger=200)


def with_token(
    purpose: str, fill: Callable[[World], Mapping[str, Any]] = lambda world: {}
) -> Callable[[World], Mapping[str, Any]]:
    """A form as an administrator sends it."""

    def data(world: World) -> Mapping[str, Any]:
        return {"token": tokens.issue(world.people["administrator"], purpose), **fill(world)}

    return data


def new_person(world: World) -> dict[str, Any]:
    return {"email": "new@northfield.example", "name": "Nora New", "roles": ["monitor"]}


def open_invitation(world: World) -> str:
    """The token of an invitation that waits."""
    name = f"{world.clinic.pk.hex[:8]}@invited.example"
    found = OneTimeLink.objects.filter(membership__user__email=name).first()
    if found is None:
        person = NewPerson(name, "Ingo Invited", Rights(frozenset({Role.MONITOR})))
        found = actions.invite(
            clinic=world.clinic,
            token=uuid.uuid4(),
            person=person,
            now=world.now,
            by=world.people["administrator"],
        )
    made = OneTimeLink.objects.select_related("membership__user").get(pk=found.pk)
    return links.token(made)


def particulars(world: World) -> dict[str, Any]:
    return {"name": "Nora New", "theme": "dark", "revision": "1"}


def monitor_on_rung_two(world: World) -> dict[str, Any]:
    monitor, prescriber = world.test_message.to, world.people["prescriber"]
    return {
        "number": "1",
        "person_1": str(prescriber.pk),
        "minutes_1": "5",
        "person_2": str(monitor.pk),
        "minutes_2": "20",
    }


def working_hours(world: World) -> dict[str, Any]:
    return {"number": "0", "days_1": ["0", "1"], "begins_1": "09:00", "ends_1": "17:00"}


def whole_week(world: World) -> dict[str, Any]:
    days = [str(day) for day in range(7)]
    person = str(world.people["monitor"].pk)
    return {
        "number": "0",
        "days_1": days,
        "begins_1": "08:00",
        "ends_1": "08:00",
        "person_1": person,
    }


def deputy_of_the_monitor(world: World) -> dict[str, Any]:
    day = {"0": str(world.today.day), "1": str(world.today.month), "2": str(world.today.year)}
    return {
        "person": str(world.people["monitor"].pk),
        "deputy": str(world.people["prescriber"].pk),
        **{f"{name}_{box}": day[box] for name in ("first_day", "last_day") for box in day},
    }


def numbers(world: World) -> dict[str, Any]:
    return {
        "name": world.clinic.name,
        "crisis": "555-0177",
        "time_zone": world.clinic.time_zone,
        "paper": "A4",
        "clock": "24",
        "week_begins": "monday",
        "file_title": "reference",
        "revision": "1",
    }


def signed_out(name: str, answer: int = 200) -> dict[str, Any]:
    """A page of signing in: whoever is signed in is led away from it."""
    return {
        **everyone(302, stranger=302, first_step=302, anonymous=answer),
    }


ROWS: dict[str, Row] = {
    # --- Accounts
    "accounts:list": Row(get=administrators(200), post=administrators(302)),
    "accounts:file": Row(get=administrators(200)),
    "accounts:invite": Row(
        get=administrators(200), post=administrators(302), data=with_token("invite", new_person)
    ),
    "accounts:change": Row(
        get=administrators(200),
        post=administrators(302),
        data=lambda world: {"roles": ["monitor", "auditor"], "revision": "1"},
    ),
    "accounts:link": Row(get=administrators(200)),
    "accounts:invite-again": Row(post=administrators(302)),
    "accounts:withdraw": Row(post=administrators(302)),
    "accounts:new-password": Row(post=administrators(302), data=with_token("one-time-link")),
    # The monitor of the world began drafts: nobody is named yet who takes them.
    "plans:leaving": Row(get=administrators(200), post=administrators((200, 302))),
    "accounts:reactivate": Row(post=administrators(302)),
    "accounts:reset-second-step": Row(post=administrators(302)),
    "accounts:me": Row(get=everyone(200), post=everyone(302), data=particulars),
    "accounts:choose-clinic": Row(
        post=everyone(404, prescriber=302, stranger=404),
        data=lambda world: {"membership": str(world.clare.memberships.get().pk)},
    ),
    "accounts:end-other-sessions": Row(post=everyone(302)),
    # Of one's own only: there is no such one here.
    "accounts:end-session": Row(
        post=everyone(404, stranger=404), args={"own_session": lambda world: 987_654_321}
    ),
    "accounts:join": Row(
        get=everyone(200, stranger=200, anonymous=200, first_step=200),
        post=everyone(200, stranger=200, anonymous=200, first_step=200),
        args={"token": open_invitation},
        open_because=OPEN_PAGES["accounts:join"],
    ),
    # Only whom it was sent to, the monitor, finds it.
    "accounts:test-message": Row(
        get=everyone(404, monitor=200, stranger=404), post=everyone(404, monitor=302, stranger=404)
    ),
    # --- The clinic
    "accounts:clinic": Row(get=READERS),
    "accounts:open-clinic": Row(post=administrators(302)),
    "accounts:numbers": Row(get=administrators(200), post=administrators(302), data=numbers),
    "accounts:texts": Row(get=READERS),
    "accounts:text": Row(
        get=administrators(200),
        post=administrators(302),
        args={"kind": lambda world: "same_day"},
        data=with_token("clinic-text", lambda world: {"number": "0", "text": "Call today."}),
    ),
    "accounts:confirm-text": Row(post=prescribers(302)),
    "accounts:levels": Row(
        get=READERS,
        post=administrators(302),
        data=with_token(
            "levels",
            lambda world: {
                "number": str(world.level_set.number),
                "suicidal_thoughts": "emergency",
                "abrupt_stop": "emergency",
            },
        ),
    ),
    "accounts:confirm-levels": Row(post=prescribers(302)),
    "accounts:confirm-ladder": Row(post=prescribers(302)),
    "accounts:confirm-time-limits": Row(post=prescribers(302)),
    "accounts:rota": Row(
        get=administrators(200), post=administrators(302), data=with_token("week", whole_week)
    ),
    "accounts:notice-hours": Row(
        get=administrators(200), post=administrators(302), data=with_token("week", working_hours)
    ),
    "accounts:pager": Row(
        get=administrators(200),
        post=administrators(302),
        data=with_token("pager", lambda world: {"number": "0", "url": "https://pager.example/in"}),
    ),
    # Everybody who can act on a red flag names a deputy of their own; administrators anybody's.
    "accounts:deputies": Row(
        get=administrators(200, prescriber=200, monitor=200, stranger=200),
        post=administrators(302, prescriber=200, monitor=200, stranger=200),
        data=with_token("absence", deputy_of_the_monitor),
    ),
    "accounts:end-absence": Row(
        # One's own absence is ended by whoever they are; that of a colleague is refused.
        post=administrators(302, prescriber=(403, 404), monitor=302, stranger=404)
    ),
    "accounts:ladder": Row(
        get=READERS,
        post=administrators(302),
        data=with_token("ladder", monitor_on_rung_two),
    ),
    "accounts:time-limits": Row(
        post=administrators(302),
        data=with_token(
            "time-limits",
            lambda world: {
                "number": str(world.limits.number),
                "emergency_minutes": "15",
                "same_day_minutes": "240",
            },
        ),
    ),
    "accounts:send-test": Row(
        post=administrators(302),
        data=with_token("test-message", lambda world: {"to": str(world.test_message.to.pk)}),
    ),
    # --- The trail
    "audit:list": Row(get=auditors(200), post=auditors(302)),
    "audit:file": Row(get=auditors(200)),
    # --- Signing in
    "account_login": Row(
        get=signed_out("account_login"),
        post=signed_out("account_login"),
        open_because=OPEN_PAGES["account_login"],
    ),
    "account_logout": Row(
        post=everyone(302, stranger=302, first_step=302, anonymous=302),
        open_because=OPEN_PAGES["account_logout"],
    ),
    # With the password alone it leads to setting up a second step.
    "account_reauthenticate": Row(
        get=everyone(200, first_step=200), post=everyone(200, first_step=200)
    ),
    "account_change_password": Row(get=everyone(200), post=everyone(200)),
    # Asked by machines, without a session and over plain http.
    "readyz": Row(
        get=everyone(200, stranger=200, anonymous=200, first_step=200),
        open_because=OPEN_PAGES["readyz"],
    ),
    "healthz": Row(
        get=everyone(200, stranger=200, anonymous=200, first_step=200),
        open_because=OPEN_PAGES["healthz"],
    ),
    # --- The second step
    "mfa_index": Row(get=everyone(200)),
    "mfa_authenticate": Row(
        get=signed_out("mfa_authenticate", 302),
        post=signed_out("mfa_authenticate", 302),
        open_because=OPEN_PAGES["mfa_authenticate"],
    ),
    "mfa_reauthenticate": Row(get=everyone(302), post=everyone(302)),
    "mfa_activate_totp": Row(get=everyone(302), post=everyone(302)),
    "mfa_deactivate_totp": Row(get=everyone(404), post=everyone(404)),
    "mfa_view_recovery_codes": Row(get=everyone(302)),
    "mfa_generate_recovery_codes": Row(get=everyone(302), post=everyone(302)),
    "mfa_list_webauthn": Row(get=everyone(200)),
    "mfa_add_webauthn": Row(get=everyone(302), post=everyone(302)),
    "mfa_reauthenticate_webauthn": Row(get=everyone(302), post=everyone(302)),
    "mfa_login_webauthn": Row(
        get=signed_out("mfa_login_webauthn", 302),
        post=signed_out("mfa_login_webauthn", 302),
        open_because=OPEN_PAGES["mfa_login_webauthn"],
    ),
    # Keys of one's own only: there is none here.
    "mfa_edit_webauthn": Row(
        get=everyone(302), post=everyone(302), args={"pk": lambda world: 987_654_321}
    ),
    "mfa_remove_webauthn": Row(
        get=everyone(302), post=everyone(302), args={"pk": lambda world: 987_654_321}
    ),
}
