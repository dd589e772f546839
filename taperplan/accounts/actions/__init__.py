"""Everything that changes a clinic or an account: atomic, by a named person, trail row last."""

from __future__ import annotations

from taperplan.accounts.actions.clinic import (
    add_demo_person,
    amend_clinic,
    new_first_link,
    open_clinic,
    set_up_clinic,
)
from taperplan.accounts.actions.notices import (
    end_absence,
    write_absence,
    write_pager,
    write_week,
)
from taperplan.accounts.actions.people import (
    accept,
    accounts_exported,
    amend_profile,
    change_roles,
    deactivate,
    invite,
    invite_again,
    join,
    make_password_link,
    reactivate,
    reset_second_step,
    withdraw,
)
from taperplan.accounts.actions.protocol import (
    RungTyped,
    acknowledge_test,
    confirm_ladder,
    confirm_levels,
    confirm_text,
    confirm_time_limits,
    send_test,
    write_ladder,
    write_levels,
    write_text,
    write_time_limits,
)
from taperplan.accounts.actions.sessions import choose_clinic, end_sessions
from taperplan.accounts.rights import NewPerson, Rights

__all__ = [
    "NewPerson",
    "Rights",
    "RungTyped",
    "accept",
    "accounts_exported",
    "acknowledge_test",
    "add_demo_person",
    "amend_clinic",
    "amend_profile",
    "change_roles",
    "choose_clinic",
    "confirm_ladder",
    "confirm_levels",
    "confirm_text",
    "confirm_time_limits",
    "deactivate",
    "end_absence",
    "end_sessions",
    "invite",
    "invite_again",
    "join",
    "make_password_link",
    "new_first_link",
    "open_clinic",
    "reactivate",
    "reset_second_step",
    "send_test",
    "set_up_clinic",
    "withdraw",
    "write_absence",
    "write_ladder",
    "write_levels",
    "write_pager",
    "write_text",
    "write_time_limits",
    "write_week",
]
