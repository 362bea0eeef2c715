"""Django's settings, from the environment. Nothing here is a secret and nothing is decided twice."""

import hashlib
import os
from pathlib import Path
from typing import Any

from psycopg.conninfo import conninfo_to_dict

import parley
from parley.core.database_urls import app_url, owner_url
from parley.core.environment import environment
from parley.core.keys import keys
from parley.core.postgres.patience import PatientConnection

_environment = environment()
_package = Path(parley.__file__).parent


def _database() -> dict[str, Any]:
    """Serving processes sign in as parley_app; `parley migrate` sets PARLEY_AS_OWNER for its own process."""
    is_owner = os.environ.get("PARLEY_AS_OWNER") == "1"
    parts = conninfo_to_dict(owner_url(_environment) if is_owner else app_url(_environment))
    options: dict[str, Any] = {
        key: value
        for key, value in parts.items()
        if key not in {"user", "password", "host", "port", "dbname"}
    }
    options.setdefault("connect_timeout", 2)
    options["application_name"] = "parley"
    if not is_owner:
        options["pool"] = {
            "min_size": _environment.pool_min,
            "max_size": _environment.pool_max,
            "timeout": 10,
            "max_idle": 30,
            "connection_class": PatientConnection,
        }
    return {
        "ENGINE": "parley.core.postgres",
        "NAME": parts.get("dbname", "parley"),
        "USER": parts.get("user", ""),
        "PASSWORD": parts.get("password", ""),
        "HOST": parts.get("host", ""),
        "PORT": str(parts.get("port") or ""),
        "OPTIONS": options,
        # Asked of each connection that leaves the pool: a PostgreSQL that restarted costs nobody an error.
        "CONN_HEALTH_CHECKS": True,
        # PgBouncer in transaction mode keeps no cursor and no prepared statement between transactions.
        "DISABLE_SERVER_SIDE_CURSORS": True,
    }


def _static_version() -> str:
    """A hash of every static file: with it in the address, a file may be cached for ever."""
    digest = hashlib.sha256(parley.__version__.encode())
    for path in sorted(_package.glob("*/static/**/*")):
        if path.is_file():
            digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


DEBUG = _environment.debug
SECRET_KEY = keys().django_secret_key
ALLOWED_HOSTS = ["*"] if DEBUG else [_environment.public_host, "127.0.0.1", "localhost", "[::1]"]
CSRF_TRUSTED_ORIGINS = [_environment.public_url]

INSTALLED_APPS = [
    "parley.core",
    "parley.web",
    "parley.access",
    "parley.contacts",
    "parley.channels",
    "parley.messaging",
    "procrastinate.contrib.django",
    "django_htmx",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "parley.web.middleware.DatabasePatience",
    "parley.web.middleware.SecurityHeaders",
    "parley.web.middleware.FragmentRedirects",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "parley.web.errors.DomainErrors",
]

ROOT_URLCONF = "parley.config.urls"
WSGI_APPLICATION = "parley.config.wsgi.application"
DATABASES = {"default": _database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "APP_DIRS": True,
        "OPTIONS": {
            "environment": "parley.web.jinja.environment",
            "context_processors": ["parley.access.frame.frame"],
        },
    },
]

AUTH_USER_MODEL = "access.User"
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "sign_in"
LOGIN_REDIRECT_URL = "/"

SESSION_COOKIE_AGE = 14 * 24 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _environment.is_https
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "parley.web.errors.csrf_failure"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _environment.trusted_proxies else None
SECURE_HSTS_SECONDS = 31_536_000 if _environment.is_https else 0

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English")]  # one more with each catalogue
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = f"/static/{_static_version()}/"
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG
WHITENOISE_MAX_AGE = 0 if DEBUG else 31_536_000

DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024

PROCRASTINATE_ON_APP_READY = "parley.core.jobs.configure"
LOGGING_CONFIG = None
