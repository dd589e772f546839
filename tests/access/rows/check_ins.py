"""Check-ins and red flags: typed, completed, corrected; reported, answered, closed."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from plans.actions import escalation as actions
from plans.actions.escalation import ContactMade
from plans.rules.redflags import MoveHow, Reached
from taperplan import tokens
from tests.access.engine import Row, administrators, clinical, prescribers

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tests.access.world import World


def _given(purpose: str, thing: str, **typed: str) -> Any:
    """What a form sends, with the token that the prescriber of that clinic was given."""

    def data(world: World) -> Mapping[str, str]:
        about = getattr(world, thing).pk
        token = tokens.issue(world.people["prescriber"], f"{purpose}:{about}")
        return {"token": token, "revision": "0", **typed}

    return data


def _about_clinic(purpose: str, **typed: str) -> Any:
    """What an administrator's form sends about the clinic itself."""

    def data(world: World) -> Mapping[str, str]:
        token = tokens.issue(world.people["administrator"], f"{purpose}:{world.clinic.pk}")
        return {"token": token, **typed}

    return data


def _new_limits(world: World) -> Mapping[str, str]:
    """After those that stand, whichever address was tried before."""
    typed = {"number": str(world.limit_set.number), "pulse-above-emergency": "130"}
    given: Mapping[str, str] = _about_clinic("limits", **typed)(world)
    return given


def _answered(purpose: str, *, closed: bool = False, **typed: str) -> Any:
    """The same, about a red flag that was acknowledged, contacted and has its outcome."""
    given: Callable[[World], Mapping[str, str]] = _given(purpose, "escalation", **typed)

    def data(world: World) -> Mapping[str, str]:
        acts: dict[str, Any] = {
            "escalation": world.escalation,
            "frozen_now": world.now,
            "by": world.people["prescriber"],
        }
        contact = ContactMade(
            whom=world.words("sister"), how=MoveHow.PHONE, reached=Reached.YES, at=world.now
        )
        world.escalation.refresh_from_db()
        if world.escalation.is_open:
            actions.acknowledge(**acts)
            actions.record_contact(contact=contact, form=uuid.UUID(int=1), **acts)
            outcome = world.words("seen")
            actions.record_outcome(text=outcome, form=uuid.UUID(int=2), **acts)
            if closed:
                actions.close(form=uuid.UUID(int=3), **acts)
        return given(world)

    return data


# The token is the prescriber's own: a monitor who sends it is given the form again.
_OWN = clinical(302, monitor=200)

ROWS = {
    # --- Check-ins
    "plans:check-ins": Row(get=clinical(200)),
    "plans:check-in-new": Row(
        get=clinical(200), post=_OWN, data=_given("check-in", "patient", note="slept badly")
    ),
    "plans:check-in-edit": Row(
        get=clinical(200),
        post=clinical(302),
        data=lambda world: {"revision": str(world.check_in_draft.revision), "note": "more"},
    ),
    "plans:check-in": Row(get=clinical(200)),
    "plans:check-in-correct": Row(post=clinical(302), data=_given("check-in-correct", "check_in")),
    "plans:check-in-error": Row(
        get=clinical(200), post=_OWN, data=_given("check-in-error", "check_in", text="two tabs")
    ),
    # Nothing was due, so there is nothing to have missed.
    "plans:check-in-missed": Row(get=clinical(302), post=clinical(302)),
    "plans:contact-new": Row(
        get=clinical(200),
        post=_OWN,
        data=_given("contact", "patient", how="call", with_whom="sister", about="the date"),
    ),
    "plans:call-attempt": Row(
        get=clinical(200),
        post=_OWN,
        data=_given("call-attempt", "patient", whom="Otto", ended="no answer"),
    ),
    "plans:call-limit": Row(
        get=administrators(200),
        post=administrators(302),
        data=_about_clinic("call-limit", number="0", calls="3"),
    ),
    "plans:request-decline": Row(
        get=prescribers(200),
        post=prescribers(302),
        data=_given("request-decline", "asked", text="seen today"),
    ),
    # --- The symptom catalogue
    "plans:catalogue": Row(get=administrators(200, prescriber=200, stranger=200)),
    "plans:catalogue-add": Row(
        get=administrators(200),
        post=administrators(302),
        data=_about_clinic(
            "catalogue", number="0", label="hiccups", group="gut", shape="severity", level="none"
        ),
    ),
    "plans:catalogue-item": Row(
        get=administrators(200, prescriber=200, stranger=200),
        post=administrators(302, prescriber=302, stranger=302),
        args={"key": lambda world: "tremor"},
        data=_about_clinic(
            "catalogue", number="0", label="shaking", group="neurological", level="none"
        ),
    ),
    "plans:catalogue-confirm": Row(post=prescribers(302)),
    # --- The limits of vital signs
    "plans:limits": Row(
        get=administrators(200, prescriber=200, stranger=200),
        post=administrators(302, prescriber=302, stranger=302),
        data=_new_limits,
    ),
    "plans:limits-confirm": Row(post=prescribers(302)),
    "plans:patient-limits": Row(
        get=clinical(200),
        post=clinical(302),
        data=_given("limits", "patient", number="0", **{"pulse-above-emergency": "120"}),
    ),
    # --- Red flags
    "plans:escalations": Row(get=clinical(200)),
    "plans:red-flags": Row(get=clinical(200)),
    "plans:report": Row(
        get=clinical(200),
        post=_OWN,
        data=_given(
            "red-flag-report", "patient", symptom="overdose", happened="today", said_by="sister"
        ),
    ),
    "plans:red-flag": Row(get=clinical(200)),
    "plans:acknowledge": Row(post=clinical(302)),
    "plans:red-flag-contact": Row(
        post=_OWN,
        data=_given(
            "red-flag-contact",
            "escalation",
            whom="sister",
            how="phone",
            reached="yes",
            dealing="on",
        ),
    ),
    "plans:red-flag-instead": Row(
        post=_OWN, data=_answered("red-flag-instead", text="police asked")
    ),
    "plans:red-flag-outcome": Row(
        post=_OWN, data=_answered("red-flag-outcome", text="seen at home")
    ),
    "plans:red-flag-handover": Row(
        post=_OWN,
        data=_given("handover", "escalation", number="0", situation="at home, awake"),
    ),
    "plans:red-flag-close": Row(get=clinical(200), post=_OWN, data=_answered("red-flag-close")),
    "plans:red-flag-reopen": Row(
        get=clinical(200),
        post=_OWN,
        data=_answered("red-flag-reopen", closed=True, text="came back"),
    ),
    "plans:restored": Row(
        get=clinical(200),
        post=clinical(302, monitor=200, stranger=200),
        data=lambda world: {
            "token": tokens.issue(world.clare, f"gap:{world.clinic.pk}"),
            "text": "the paper of that day was read",
        },
    ),
    "plans:red-flag-go-on": Row(post=clinical(302)),
    "plans:red-flag-error": Row(
        get=clinical(200),
        post=_OWN,
        data=_given("red-flag-error", "escalation", text="of another patient"),
    ),
}
