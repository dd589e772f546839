"""The plain admin with the libraries that the product stands on, as they come, and nothing of the
product: what these alone cost in start and memory. Only for the benchmarks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.peer import settings as plain

if TYPE_CHECKING:
    from typing import Any

SECRET_KEY, DEBUG, ALLOWED_HOSTS = plain.SECRET_KEY, plain.DEBUG, plain.ALLOWED_HOSTS
ROOT_URLCONF = "benchmarks.peer.libraries_urls"
INSTALLED_APPS = [
    *plain.INSTALLED_APPS,
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "axes",
    "crispy_forms",
    "crispy_bootstrap5",
    "csp",
    "django_htmx",
    "simple_history",
]
MIDDLEWARE = [
    *plain.MIDDLEWARE,
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
]
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
ACCOUNT_EMAIL_VERIFICATION = "none"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
TEMPLATES: list[dict[str, Any]] = plain.TEMPLATES
DATABASES = plain.DATABASES
WSGI_APPLICATION = plain.WSGI_APPLICATION
DEFAULT_AUTO_FIELD = plain.DEFAULT_AUTO_FIELD
STATIC_URL = plain.STATIC_URL
USE_TZ = True
