"""Settings: one file, from the environment, loud when something is missing.

A secret comes from a variable or, better, from the file that `<NAME>_FILE` names.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from csp.constants import NONCE, NONE, SELF
from django.conf.locale import LANG_INFO
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import to_language

from taperplan.given import Given

env = Given()

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(env.str("VAR_DIR", default=str(BASE_DIR / "var")))

SECRET_KEY: str = env.str("SECRET_KEY")
# Keys the trail's hash chain; kept apart from the database, so that whoever can write the
# table cannot forge the chain.
TRAIL_KEY: str = env.str("TRAIL_KEY")
# Keys that older rows of the trail are sealed with, newest first (taperplan/audit/keys.py).
TRAIL_KEYS_BEFORE: list[str] = env.names("TRAIL_KEYS_BEFORE", [])
for _name, _value in (("SECRET_KEY", SECRET_KEY), ("TRAIL_KEY", TRAIL_KEY)):
    if not _value.strip():
        message = f"{_name} is empty. Set it, or {_name}_FILE, to a long random text."
        raise ImproperlyConfigured(message)

# Where the trail's end is written daily: best on another disk, out of the database's reach.
TRAIL_ANCHORS = Path(env.str("TRAIL_ANCHORS", default=str(VAR_DIR / "trail-anchors.jsonl")))

# Where the row of a read goes while the trail cannot be written: on another disk than the database.
TRAIL_JOURNAL = Path(env.str("TRAIL_JOURNAL", default=str(VAR_DIR / "trail-journal.jsonl")))

DEBUG = False
# Plain http is for one machine that serves itself; a clinic's site is always behind TLS.
HTTPS: bool = env.yes("HTTPS", default=True)
ALLOWED_HOSTS: list[str] = env.names("ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS: list[str] = env.names("CSRF_TRUSTED_ORIGINS", [])

INSTALLED_APPS = [
    "taperplan",
    "taperplan.audit",
    "taperplan.accounts",
    "patients",
    "plans",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "axes",
    "crispy_forms",
    "crispy_bootstrap5",
    "django_htmx",
    "simple_history",
]

MIDDLEWARE = [
    "taperplan.metrics.CountingMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "taperplan.middleware.ClinicMiddleware",
    "taperplan.middleware.IdleTimeoutMiddleware",
    "taperplan.middleware.SecondFactorMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "taperplan.urls"
WSGI_APPLICATION = "taperplan.wsgi.application"
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "loaders": [
                (
                    "taperplan.quick.Quick",
                    [
                        "django.template.loaders.filesystem.Loader",
                        "django.template.loaders.app_directories.Loader",
                    ],
                )
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "plans.presenters.page.frame",
            ],
        },
    },
]

# --- Database -------------------------------------------------------------------------
DATABASES = {"default": env.database("DATABASE_URL", f"sqlite:///{VAR_DIR / 'taperplan.sqlite3'}")}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["ENGINE"] = "taperplan.sqlite"
    # IMMEDIATE: a transaction takes the write lock when it begins, so none fails halfway with
    # "database is locked". synchronous=FULL: what was answered as saved is on the disk.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": (
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; "
            "PRAGMA recursive_triggers=ON; PRAGMA secure_delete=ON; "
            # 16 MB of pages for each connection that comes to need them; SQLite's own 2 MB hold
            # no index of 100,000 patients.
            "PRAGMA cache_size=-16000;"
        ),
    }
else:
    # Beside what the address itself asks for, such as sslmode or target_session_attrs.
    _options = DATABASES["default"].setdefault("OPTIONS", {})
    _options["pool"] = {
        "min_size": 1,
        "max_size": env.whole("DATABASE_POOL", 8, least=1, most=1000),
        "timeout": env.whole("DATABASE_POOL_WAIT", 10, least=1, most=300),
    }
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
    # A pooler that lends a connection for one transaction keeps no cursor beyond it, and no plan of
    # a kept statement (taperplan/preparing.py).
    DATABASES["default"]["DISABLE_SERVER_SIDE_CURSORS"] = env.yes("DATABASE_POOLER", default=False)
    # Our statements are many parts and few rows: compiling one to machine code, which PostgreSQL
    # does once it guesses a high cost, takes a second and more where answering takes 3 ms. Behind
    # a pooler, which may refuse options, the database is told instead (docs/operating.md).
    if not DATABASES["default"]["DISABLE_SERVER_SIDE_CURSORS"]:
        # What is asked here would hide what the environment asks (deploy/release: lock_timeout).
        _asked = (env.str("PGOPTIONS", default=""), _options.get("options", ""), "-c jit=off")
        _options["options"] = " ".join(filter(None, _asked))

# Asked for what only looks, where there is one: taperplan/replica.py.
if env.str("DATABASE_REPLICA_URL", default=""):
    if "pool" not in DATABASES["default"]["OPTIONS"]:
        message = "DATABASE_REPLICA_URL is for PostgreSQL. Beside an SQLite database, leave it out."
        raise ImproperlyConfigured(message)
    _replica = env.database("DATABASE_REPLICA_URL")
    DATABASES["replica"] = {**DATABASES["default"], **_replica}
    DATABASES["replica"]["OPTIONS"] = {
        **DATABASES["default"]["OPTIONS"],
        # Not that it must take writes, which a standby does not.
        "target_session_attrs": "any",
        # What its own address asks for, such as sslmode.
        **_replica.get("OPTIONS", {}),
        # One that is gone is not waited for: the database itself is asked.
        "pool": {**DATABASES["default"]["OPTIONS"]["pool"], "timeout": 1},
    }
    DATABASE_ROUTERS = ["taperplan.replica.Router"]

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHES = {
    # Limits must hold across processes, so they are kept in the database.
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "cache",
        # When full, entries are thrown away in the order of their keys: never get there.
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    },
}

# --- Accounts -------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "taperplan.accounts.backends.ClinicBackend",
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "taperplan.accounts.passwords.LeakedPasswordValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("email", "name")},
    },
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"

# How many proxies of ours stand in front; each adds one address to X-Forwarded-For.
PROXIES: int = env.whole("PROXIES", 0, least=0, most=10)

ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_ADAPTER = "taperplan.accounts.adapter.AccountAdapter"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_SESSION_REMEMBER = False
# Passwords and codes alike count here before they are looked at. The limit for one account
# stays above the one of axes, which is for one account from one address.
ACCOUNT_RATE_LIMITS = {"login_failed": "20/m/ip,10/5m/key"}
MFA_ADAPTER = "taperplan.accounts.adapter.SecondStepAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
# A passkey stands for both steps, so it must ask for its PIN or fingerprint.
MFA_WEBAUTHN_USER_VERIFICATION = "required"
MFA_TOTP_ISSUER = "taperplan"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HTTPS
USERSESSIONS_TRACK_ACTIVITY = False

AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
# Account and address together: nobody can lock a whole clinic out from elsewhere.
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_USERNAME_CALLABLE = "taperplan.accounts.lockout.account"
AXES_CLIENT_IP_CALLABLE = "taperplan.accounts.http.client_address"
AXES_LOCKOUT_CALLABLE = "taperplan.accounts.lockout.answer"
# The trail keeps who signed in.
AXES_DISABLE_ACCESS_LOG = True
AXES_RESET_ON_SUCCESS = True
# Trying again while locked does not make it longer.
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_ENABLE_ADMIN = False

IDLE_TIMEOUT = timedelta(minutes=env.whole("IDLE_TIMEOUT_MINUTES", 15, least=1, most=1440))
SESSION_ABSOLUTE_TIMEOUT = timedelta(hours=env.whole("SESSION_HOURS", 12, least=1, most=168))
# How fresh a password, code or passkey must be to open a page that signs, exports or changes
# rights, and to send what was typed on it.
STEP_UP_TO_OPEN = timedelta(minutes=5)
STEP_UP_TO_SEND = timedelta(minutes=30)
# How many searches and files of one person are answered, and in which while.
LIMITS = {
    "search": (env.whole("SEARCHES_A_MINUTE", 60, least=1, most=10_000), timedelta(minutes=1)),
    "file": (env.whole("FILES_AN_HOUR", 120, least=1, most=100_000), timedelta(hours=1)),
}
SESSION_ENGINE = "taperplan.accounts.session_store"
SESSION_COOKIE_AGE = int(SESSION_ABSOLUTE_TIMEOUT.total_seconds())
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
INVITATION_LIFETIME = timedelta(days=3)
PASSWORD_RESET_TIMEOUT = int(INVITATION_LIFETIME.total_seconds())

# --- What browsers are told -------------------------------------------------------------
SESSION_COOKIE_NAME = "__Host-session" if HTTPS else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if HTTPS else "csrf"
DEVICE_COOKIE_NAME = "__Host-device" if HTTPS else "device"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
# Those who watch the service ask from inside, over plain http.
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = 63_072_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
PERMISSIONS_POLICY: dict[str, list[str]] = {
    name: []
    for name in (
        "accelerometer",
        "camera",
        "display-capture",
        "geolocation",
        "gyroscope",
        "magnetometer",
        "microphone",
        "midi",
        "payment",
        "usb",
    )
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 16_777_216
DATA_UPLOAD_MAX_NUMBER_FIELDS = 8_000
CSRF_FAILURE_VIEW = "taperplan.views.csrf_failure"

# --- Language, place, files -------------------------------------------------------------
LANGUAGE_CODE = "en"
LOCALE_PATHS = [BASE_DIR / "taperplan" / "locale"]
# English is what the source is written in; another language is offered once its catalogue is here.
LANGUAGES = [("en", "English")]
for _found in sorted(LOCALE_PATHS[0].glob("*/LC_MESSAGES/django.mo")):
    _code = to_language(_found.parent.parent.name)
    LANGUAGES.append((_code, str(LANG_INFO.get(_code, {}).get("name_local", _code))))
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = True

STATIC_URL = "static/"
STATIC_ROOT = Path(env.str("STATIC_ROOT", default=str(VAR_DIR / "static")))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": env.str(
            "STATICFILES_BACKEND",
            default="whitenoise.storage.CompressedManifestStaticFilesStorage",
        )
    },
}
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"

# --- Mail -------------------------------------------------------------------------------
# No mail server set: invitations show their one-time link to the administrator instead.
EMAIL_CONFIGURED = bool(env.str("EMAIL_URL", default="").strip())
if EMAIL_CONFIGURED:
    vars().update(env.mail("EMAIL_URL"))
else:
    EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
# Hosts of pagers that an administrator may type: `host`, `host:port`, `*.host`, and the addresses
# or networks of those that stand inside (taperplan/accounts/pagers.py). None: no pager.
PAGER_HOSTS: list[str] = env.names(
    "PAGER_HOSTS", [] if HTTPS else ["localhost:*", "127.0.0.1:*", "127.0.0.0/8", "::1"]
)
# For one answer of the mail server; a server that is silent for longer counts as gone.
EMAIL_TIMEOUT = 45
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="taperplan@localhost")

# Where the links of notices lead: they are written where no request is.
SITE_URL: str = env.site(
    "SITE_URL", f"{'https' if HTTPS else 'http'}://{(ALLOWED_HOSTS or ['localhost'])[0]}"
)
# --- Backups ----------------------------------------------------------------------------
# Kept apart from the backups themselves: without it nothing of them can be read.
BACKUP_KEY: str = env.str("BACKUP_KEY", default="")
# Keys that older backups were made with, so that those can still be restored.
BACKUP_KEYS_BEFORE: list[str] = env.names("BACKUP_KEYS_BEFORE", [])
BACKUP_DIR = Path(env.str("BACKUP_DIR", default=str(VAR_DIR / "backups")))
# 0: none is ever removed.
BACKUP_KEEP_DAYS: int = env.whole("BACKUP_KEEP_DAYS", 0, least=0, most=36_500)

# --- Downtime pack ----------------------------------------------------------------------
# What each clinic's passphrase is made from; without it no pack is made.
DOWNTIME_KEY: str = env.str("DOWNTIME_KEY", default="")
# Best a folder that machines at the point of care take a copy of.
DOWNTIME_DIR = Path(env.str("DOWNTIME_DIR", default=str(VAR_DIR / "downtime")))
DOWNTIME_KEEP: int = env.whole("DOWNTIME_KEEP", 3, least=1, most=365)

# --- Being watched ----------------------------------------------------------------------
# Where `manage.py serve_metrics` answers, on 127.0.0.1 only. 0: nothing is counted.
METRICS_PORT: int = env.whole("METRICS_PORT", 0, least=0, most=65_535)
METRICS_DIR = Path(env.str("METRICS_DIR", default=str(VAR_DIR / "metrics")))

SIMPLE_HISTORY_REVERT_DISABLED = True

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "taperplan.logs.JsonFormatter"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}
