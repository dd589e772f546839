"""A plain Django admin over equivalent models: what a clinic would have without this product.

As Django comes: its own middleware, its own admin, debug off, cached templates, the same database
engine with the same settings. Only for the benchmarks.
"""

from __future__ import annotations

import os
from typing import Any
from urllib.parse import urlsplit

SECRET_KEY = "benchmark-only"  # noqa: S105
DEBUG = False
ALLOWED_HOSTS = ["*"]
ROOT_URLCONF = "benchmarks.peer.urls"
INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "benchmarks.peer.records",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
_AT = os.environ["PEER_DATABASE"]
_SQLITE = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": _AT,
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": (
                "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-16000;"
            ),
        },
    }
}


def _postgresql(address: str) -> dict[str, Any]:
    found = urlsplit(address)
    return {
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": found.path.strip("/"),
            "USER": found.username,
            "PASSWORD": found.password,
            "HOST": found.hostname,
            "PORT": found.port,
            "OPTIONS": {"options": "-c jit=off"},
        }
    }


DATABASES = _postgresql(_AT) if _AT.startswith("postgres://") else _SQLITE
WSGI_APPLICATION = "benchmarks.peer.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
STATIC_URL = "static/"
USE_TZ = True
