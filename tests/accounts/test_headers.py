"""What browsers are told, and what the log says: as a clinic's site runs, over https."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.urls import reverse

from taperplan.logs import JsonFormatter
from tests.conftest import PASSWORD
from tests.doors import Client

ROOT = Path(__file__).resolve().parents[2]
ASK = """
import django, json
django.setup()
from django.conf import settings
print(json.dumps({name: getattr(settings, name) for name in (
    "SESSION_COOKIE_NAME", "CSRF_COOKIE_NAME", "DEVICE_COOKIE_NAME", "SESSION_COOKIE_SECURE",
    "CSRF_COOKIE_SECURE", "SESSION_COOKIE_HTTPONLY", "CSRF_COOKIE_HTTPONLY",
    "SESSION_COOKIE_SAMESITE", "CSRF_COOKIE_SAMESITE", "SECURE_HSTS_SECONDS",
    "SECURE_HSTS_INCLUDE_SUBDOMAINS", "SECURE_SSL_REDIRECT")}))
"""


def test_cookies_are_bound_to_this_host() -> None:
    """With the settings of a clinic's site: https is the default."""
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": "taperplan.settings"}
    env |= {"SECRET_KEY": "s" * 40, "TRAIL_KEY": "t" * 40, "HTTPS": "true"}
    found = json.loads(
        subprocess.run(
            [sys.executable, "-c", ASK], cwd=ROOT, env=env, check=True, capture_output=True
        ).stdout
    )
    for name in ("SESSION_COOKIE_NAME", "CSRF_COOKIE_NAME", "DEVICE_COOKIE_NAME"):
        assert found[name].startswith("__Host-"), name
    for name in ("SECURE", "HTTPONLY"):
        assert found[f"SESSION_COOKIE_{name}"]
        assert found[f"CSRF_COOKIE_{name}"]
    assert found["SESSION_COOKIE_SAMESITE"] == found["CSRF_COOKIE_SAMESITE"] == "Lax"
    assert found["SECURE_HSTS_SECONDS"] >= 31_536_000
    assert found["SECURE_HSTS_INCLUDE_SUBDOMAINS"]
    assert found["SECURE_SSL_REDIRECT"]


@pytest.mark.parametrize(
    "page",
    ["/", "/account/sign-in/", "/nowhere/", "/accounts/", "/patients/", "/about/", "/healthz"],
)
def test_every_kind_of_answer_carries_the_headers(page: str, clare_client: Client) -> None:
    answer = clare_client.get(page)
    policy = answer["Content-Security-Policy"]

    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "base-uri 'none'" in policy
    assert "form-action 'self'" in policy
    assert "unsafe" not in policy
    assert "*" not in policy
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Referrer-Policy"] == "same-origin"
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "camera=()" in answer["Permissions-Policy"]
    assert answer["Content-Type"]
    assert "Access-Control-Allow-Origin" not in answer
    assert "Server" not in answer
    assert answer["Cache-Control"] == "no-store"


def test_signing_out_clears_the_browser(clare_client: Client) -> None:
    answer = clare_client.post(reverse("account_logout"))
    assert answer["Clear-Site-Data"] == '"cache", "storage"'
    assert "no-store" in answer["Cache-Control"]


def test_an_answer_to_whoever_signs_in_says_nothing_of_the_password(db: None) -> None:
    answer = Client().post(
        reverse("account_login"), {"login": "clare@northfield.example", "password": PASSWORD}
    )
    assert PASSWORD not in answer.content.decode()


def test_a_log_line_is_json_and_names_nobody() -> None:
    try:
        raise ValueError("Otto SAMPLE, born 1956")
    except ValueError:
        record = logging.LogRecord(
            "django.request",
            logging.ERROR,
            __file__,
            1,
            "Broken:\n%s",
            ("/plans/",),
            sys.exc_info(),
        )
    written = JsonFormatter().format(record)

    assert "\n" not in written
    assert "SAMPLE" not in written
    line = json.loads(written)
    assert line["message"] == "Broken:\n/plans/"
    assert line["exception"] == "ValueError"
    assert "test_headers.py" in line["raised"][0]
    assert line["at"].endswith("+00:00")
