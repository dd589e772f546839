"""Every page's headers, scored as a public scanner of headers scores them: A+ everywhere.

The rules are those that MDN's HTTP Observatory publishes, in our own words: 100 to begin with,
points off for what is missing, and points on top where nothing costs more than 10.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.test import override_settings

from tests import doors
from tests.access import rows
from tests.access.engine import addresses, url_of
from tests.access.world import World

if TYPE_CHECKING:
    from collections.abc import Mapping

ROWS = rows.collected()
A_PLUS = 100
SITE = {
    "SECURE_HSTS_SECONDS": 63_072_000,
    "SECURE_HSTS_INCLUDE_SUBDOMAINS": True,
    "SECURE_HSTS_PRELOAD": True,
    "SESSION_COOKIE_SECURE": True,
    "CSRF_COOKIE_SECURE": True,
}


PRIVATE = ("no-referrer", "same-origin", "strict-origin", "strict-origin-when-cross-origin")


def score(response: Any) -> int:
    parts = [part.split() for part in response.get("Content-Security-Policy", "").split(";")]
    policy = {part[0]: " ".join(part[1:]) for part in parts if part}
    points = [_of_policy(policy), _of_frames(response, policy), *_of_others(response)]
    # One that is taken away carries nothing.
    kept = [one for one in response.cookies.values() if str(one["max-age"]) != "0"]
    points += [-cost for cookie in kept for cost in _of_cookie(cookie)]
    base = 100 + sum(point for point in points if point < 0)
    return base + (sum(point for point in points if point > 0) if base >= 90 else 0)


def _of_policy(policy: Mapping[str, str]) -> int:
    scripts = policy.get("script-src", policy.get("default-src", "*")).split()
    styles = policy.get("style-src", policy.get("default-src", "*"))
    if not policy:
        return -25
    if {"'unsafe-inline'", "'unsafe-eval'", "*"} & set(scripts):
        return -20
    return 10 if policy.get("default-src") == "'none'" and "'unsafe-inline'" not in styles else 5


def _of_frames(response: Any, policy: Mapping[str, str]) -> int:
    if "'none'" in policy.get("frame-ancestors", ""):
        return 5
    return 0 if response.get("X-Frame-Options") in ("DENY", "SAMEORIGIN") else -20


def _of_others(response: Any) -> list[int]:
    hsts = response.get("Strict-Transport-Security", "")
    long = "max-age=" in hsts and int(hsts.split("max-age=")[1].split(";")[0]) >= 15_768_000
    return [
        0 if long else -20,
        0 if response.get("X-Content-Type-Options") == "nosniff" else -5,
        5 if response.get("Referrer-Policy") in PRIVATE else 0,
        -50 if response.get("Access-Control-Allow-Origin") == "*" else 0,
    ]


def _of_cookie(cookie: Any) -> list[int]:
    open_to_scripts = "session" in cookie.key and not cookie["httponly"]
    return [
        0 if cookie["secure"] else 20,
        30 if open_to_scripts else 0,
        0 if cookie["samesite"] else 5,
    ]


def told(names: list[str], world: World, roles: list[str]) -> list[str]:
    known = {address.name: address for address in addresses()}
    faults = []
    with override_settings(**SITE):
        for role in roles:
            client = doors.signed_in(world.people[role])
            for name in names:
                answer = client.get(url_of(ROWS[name], known[name], world), secure=True)
                if (points := score(answer)) < A_PLUS:
                    faults.append(f"{name} as {role}, {answer.status_code}: {points}")
    return faults


READ = sorted(name for name, row in ROWS.items() if row.get != 405)


def test_pages_of_each_kind_score_a_plus(world: World) -> None:
    some = ["plans:home", "patients:register", "plans:worklist-table", "account_login", "healthz"]
    assert told(some, world, ["prescriber", "administrator"]) == []


@pytest.mark.slow
@pytest.mark.one_engine
def test_every_page_scores_a_plus_for_everybody(world: World) -> None:
    world.fill()
    assert len(READ) > 100
    assert told(READ, world, list(world.people)) == []


def test_a_header_that_is_missing_costs_the_mark(world: World) -> None:
    client = doors.signed_in(world.clare)
    with override_settings(**SITE):
        answer = client.get("/help/", secure=True)
    whole = score(answer)
    assert whole >= A_PLUS
    for name in ("Content-Security-Policy", "Strict-Transport-Security", "X-Content-Type-Options"):
        kept = answer.headers[name]
        del answer.headers[name]
        assert score(answer) < whole, name
        answer.headers[name] = kept
