"""Settings of the site. What an operator may change comes from the environment; `docs/operation.en.md` lists it."""

import os
from pathlib import Path

from django.utils.translation import gettext_lazy as _

PACKAGE = Path(__file__).resolve().parent.parent
DEBUG = False
SECRET_KEY = os.environ.get("PEYVAND_SECRET_KEY", "")
ALLOWED_HOSTS = os.environ.get("PEYVAND_HOSTS", "127.0.0.1,localhost,[::1]").split(",")

DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": os.environ.get("PGDATABASE", "peyvand"),
        "HOST": os.environ.get("PGHOST", ""),
        "USER": os.environ.get("PGUSER", "peyvand_owner"),
    }
}

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
    "peyvand.resources",
    *(f"peyvand.flow.{stage}" for stage in STAGES),
]
AUTH_USER_MODEL = "people.Account"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

LANGUAGE_CODE = "fa"
LANGUAGES = [("fa", _("Persian")), ("en", _("English"))]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Tehran"
