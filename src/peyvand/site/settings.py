"""Settings of the site. What an operator may change comes from the environment; `docs/operation.en.md` lists it."""

import os
import sys
from pathlib import Path

from django.utils.translation import gettext_lazy as _

from peyvand.extend.discovery import apps as programme_apps
from peyvand.kernel.business_days import WorkWeek
from peyvand.server.address import databases
from peyvand.server.folders import data_folder, keys_folder, media_folder
from peyvand.server.keys import key_ring

PACKAGE = Path(__file__).resolve().parent.parent
DEBUG = False
ALLOWED_HOSTS = os.environ.get("PEYVAND_HOSTS", "127.0.0.1,localhost,[::1]").split(",")

DATABASES = databases()

# Keys lie in files beside the data, never in the database or its backups (decision D7).
SECRET_KEY = key_ring("django").secret.hex()
COLUMN_KEYS = key_ring("column")
BLIND_INDEX_KEY = key_ring("index").secret
SEAL_KEYS = key_ring("seal")
SEAL_HEAD_FILE = keys_folder() / "journal-head.json"

# Proofs and photos, by fingerprint, outside the database; never under a static address (decision D15).
PEYVAND_FILES = Path(os.environ.get("PEYVAND_FILES") or media_folder())

STAGES = ["need", "capacity", "commitment", "delivery", "story"]
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "peyvand.scope",
    "peyvand.journal",
    "peyvand.places",
    "peyvand.people",
    "peyvand.exports",
    "peyvand.filters",
    "peyvand.votes",
    "peyvand.resources",
    "procrastinate.contrib.django",
    "peyvand.extend",
    *(f"peyvand.flow.{stage}" for stage in STAGES),
    "peyvand.flow.counting",
    "peyvand.intake",
    "peyvand.batches",
    "peyvand.jobs",
    *programme_apps(),
]
AUTH_USER_MODEL = "people.Account"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Needs and promises are due within so many Jalali months.
LONGEST_DUE_MONTHS = int(os.environ.get("PEYVAND_LONGEST_DUE_MONTHS", "24"))

# The days of rest, and the days on which the office is closed besides official holidays (Jalali or Gregorian dates).
WORK_WEEK = WorkWeek.read(
    os.environ.get("PEYVAND_REST_DAYS", "thursday friday"), os.environ.get("PEYVAND_CLOSED_DAYS", "")
)

# Whether the one who recorded a delivery may accept it too: only for an office in which one person does everything.
ONE_PERSON_ACCEPTS = os.environ.get("PEYVAND_ONE_PERSON_ACCEPTS") == "1"

# Whoever gave somebody his account, a role or a code may hold it still and act as both: so many days the two do not sign as two.
# A month is longer than any code lives or any session lasts, and long enough for the owner to notice that he cannot get in.
ONE_HAND_DAYS = int(os.environ.get("PEYVAND_ONE_HAND_DAYS", "30"))

LANGUAGE_CODE = "fa"
LANGUAGES = [("fa", _("Persian")), ("en", _("English"))]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Tehran"

# ---- The web shell: templates, static files, forms, language ----

# The site stands before the libraries: its templates win.
INSTALLED_APPS += ["django_htmx", "peyvand.web", "django.forms", "allauth", "allauth.account", "allauth.mfa"]
ROOT_URLCONF = "peyvand.site.urls"
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    # Pages shrink to a tenth; Django pads them at random, so that their length betrays no secret.
    "django.middleware.gzip.GZipMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "peyvand.web.middleware.chosen_language",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "peyvand.web.foreign.mark_foreign",
    "peyvand.web.acting.ActingScope",
    "peyvand.web.middleware.RefusalPages",
    "peyvand.web.kept.KeptFilters",
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
                "peyvand.web.context.shell",
            ],
        },
    }
]
FORM_RENDERER = "peyvand.web.forms.PeyvandRenderer"
LANGUAGE_COOKIE_AGE = 31_536_000
LOCALE_PATHS = [PACKAGE / "locale"]
STATIC_URL = "/static/"
# `peyvand up` gathers the files here, packed and named by their contents, so that a browser keeps them for good; without it
# WhiteNoise reads the static folders of the apps as they stand.
STATIC_ROOT = os.environ.get("PEYVAND_STATIC") or None
WHITENOISE_USE_FINDERS = not STATIC_ROOT
WHITENOISE_MAX_AGE = 600
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = ("woff2", "ttf", "png", "jpg", "txt")
if STATIC_ROOT:
    STORAGES = {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
        "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
    }
# Uploaded files wait here between two pages, for an hour at most.
PEYVAND_WAITING = data_folder() / "waiting"
# Lists written as files for their askers, outside the backup; each is deleted after so many days.
PEYVAND_EXPORTS = Path(os.environ.get("PEYVAND_EXPORTS") or data_folder() / "exports")
PEYVAND_EXPORT_DAYS = int(os.environ.get("PEYVAND_EXPORT_DAYS") or "7")
# For so long an act is taken back by one press; what came of a choice is kept for so many days.
PEYVAND_UNDO_MINUTES = int(os.environ.get("PEYVAND_UNDO_MINUTES") or "30")
PEYVAND_BATCH_DAYS = 30
# How long it is kept from what a run of the matching was computed, so that it can be computed again.
PEYVAND_RUN_INPUT_DAYS = int(os.environ.get("PEYVAND_RUN_INPUT_DAYS") or "180")
PEYVAND_LISTED = "peyvand.web.listed.listed_at"
PEYVAND_DEMO = os.environ.get("PEYVAND_DEMO") == "1"
PEYVAND_NAVIGATION = "peyvand.site.navigation.ENTRIES"

# ---- Signing in: a user name and a password, or a code handed over; no e-mail is needed (decision D16) ----

AUTHENTICATION_BACKENDS = ["peyvand.web.acting.SignedIn"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "peyvand.people.passwords.UnlikeTheOwner", "OPTIONS": {"user_attributes": ("username", "name")}},
    {"NAME": "peyvand.people.passwords.LongEnough", "OPTIONS": {"min_length": 10}},
    {"NAME": "peyvand.people.passwords.NotKnownToAll"},
    {"NAME": "peyvand.people.passwords.NotDigitsAlone"},
]
LOGIN_URL, LOGIN_REDIRECT_URL, LOGOUT_REDIRECT_URL = "account_login", "home", "/"
ACCOUNT_ADAPTER = "peyvand.web.pages.sign_in.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_RATE_LIMITS = {
    "login": "30/m/ip", "login_failed": "10/m/ip,5/5m/key", "reauthenticate": "10/m/user", "change_password": "5/m/user",
    "enter": "10/5m/ip",
}  # fmt: skip
ACCOUNT_FORMS = {
    "login": "peyvand.web.pages.sign_in_forms.SignInForm",
    "reauthenticate": "peyvand.web.pages.sign_in_forms.AgainForm",
    "change_password": "peyvand.web.pages.sign_in_forms.ChangePasswordForm",
    "set_password": "peyvand.web.pages.sign_in_forms.SetPasswordForm",
}
MFA_ADAPTER = "peyvand.web.pages.sign_in.SecondStepAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Peyvand"
MFA_FORMS = {
    "authenticate": "peyvand.web.pages.sign_in_forms.SecondStepForm",
    "reauthenticate": "peyvand.web.pages.sign_in_forms.SecondStepAgainForm",
    "activate_totp": "peyvand.web.pages.sign_in_forms.ActivateForm",
}

# ---- Security: no inline script or style, no other origin; secure cookies wherever the site is behind HTTPS ----

CSRF_FAILURE_VIEW = "peyvand.web.errors.csrf_failure"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "img-src": ["'self'", "data:", "blob:"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
if os.environ.get("PEYVAND_HTTPS") == "1":
    SECURE_SSL_REDIRECT = SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 31_536_000

# ---- The API: the same acts and lists for programs ----

INSTALLED_APPS += ["peyvand.api"]
MIDDLEWARE.insert(0, "peyvand.api.middleware.problems")
# Counted by all processes together, in the database.
API_CALLS_A_MINUTE = int(os.environ.get("PEYVAND_API_CALLS_A_MINUTE", "1200"))
TRACKING_CALLS_A_MINUTE = 20
LIKE_ASKED_A_MINUTE = 60  # once a second of somebody who types all the time
# For so long a request that is sent again under the same Idempotency-Key is answered instead of done.
IDEMPOTENCY_DAYS = int(os.environ.get("PEYVAND_IDEMPOTENCY_DAYS", "30"))

# ---- Watching it run: lines of log, health, metrics ----

MIDDLEWARE[:0] = ["peyvand.web.health.Probes", "peyvand.web.requests.RequestLog"]
# "json" or "console"; where nothing is said, readable lines on a terminal and JSON elsewhere.
LOGGING_CONFIG = "peyvand.web.logs.configure"
LOGGING = {"readable": os.environ.get("PEYVAND_LOG", "console" if sys.stderr.isatty() else "json") == "console"}
# Without a token /metrics answers this machine only.
METRICS_TOKEN = os.environ.get("PEYVAND_METRICS_TOKEN", "")
