"""Settings: read once from the environment; every one has a default that runs on a bare machine."""

from pathlib import Path

import environ
from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from tongxin.keys import Keys

env = environ.Env()
BASE_DIR = Path(__file__).resolve().parent.parent

# Where data live: the embedded database, the keys beside it, uploads, the local SMS outbox.
DATA_DIR = Path(env("TONGXIN_DATA", default=str(BASE_DIR / "var"))).resolve()
DATA_DIR.mkdir(parents=True, exist_ok=True, mode=0o700)
KEYS = Keys(DATA_DIR / "keys")

# Demo mode lets a visitor sign in as an invented person; tongxin.web.demo refuses it off the loopback address.
DEMO = env.bool("TONGXIN_DEMO", default=False)
DEBUG = env.bool("TONGXIN_DEBUG", default=False)
# Plain HTTP is for a loopback only: anywhere else TLS stands in front and cookies are bound to it.
SECURE = env.bool("TONGXIN_SECURE", default=False)
SECRET_KEY = KEYS.text("django")
ALLOWED_HOSTS = env.list("TONGXIN_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("TONGXIN_ORIGINS", default=[])
if DEMO and (SECURE or CSRF_TRUSTED_ORIGINS or set(ALLOWED_HOSTS) - {"127.0.0.1", "localhost", "[::1]"}):
    raise ImproperlyConfigured(
        "TONGXIN_DEMO lets anybody sign in as anybody: it runs on the loopback only, "
        "without TONGXIN_SECURE, TONGXIN_ORIGINS or other TONGXIN_HOSTS."
    )

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_cotton.apps.SimpleAppConfig",  # loaders are set by hand below
    "django_htmx",
    "csp",
    "django_tasks",
    "django_tasks_db",
    # the house, ground first
    "tongxin.journal",
    "tongxin.channels",
    "tongxin.sheets",
    "tongxin.places",
    "tongxin.people",
    "tongxin.access",
    "tongxin.workflow",
    "tongxin.oversight",
    "tongxin.teams",
    "tongxin.service",
    "tongxin.feedback",
    "tongxin.registrations",
    "tongxin.tasks",
    "tongxin.notifications",
    "tongxin.figures",
    "tongxin.interop",
    "tongxin.archive",
    "tongxin.web",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "tongxin.web.gate.demo_stays_here",
    "tongxin.web.middleware.secure_cache",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "tongxin.web.gate.sane_requests",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "tongxin.people.middleware.second_factor_required",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "tongxin.web.middleware.wrong_method",
    "tongxin.web.middleware.refusals",
]

ROOT_URLCONF = "tongxin.urls"
WSGI_APPLICATION = "tongxin.wsgi.application"

_LOADERS = [
    "django_cotton.cotton_loader.Loader",
    "django.template.loaders.filesystem.Loader",
    "django.template.loaders.app_directories.Loader",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "tongxin" / "web" / "templates"],  # cotton looks components up in DIRS first
        "OPTIONS": {
            "loaders": _LOADERS if DEBUG else [("django.template.loaders.cached.Loader", _LOADERS)],
            "builtins": ["django_cotton.templatetags.cotton", "tongxin.web.templatetags.tongxin"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "tongxin.web.context.shell",
            ],
        },
    }
]

# SQLite is the embedded default. IMMEDIATE avoids "database is locked" under racing writers; FULL survives a power cut.
DATABASES = {"default": env.db("DATABASE_URL", default=f"sqlite:///{DATA_DIR / 'tongxin.sqlite3'}")}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA recursive_triggers=ON; PRAGMA cache_size=-20000",
    }
else:
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
CONN_MAX_AGE = 600
DATABASES["default"]["CONN_MAX_AGE"] = CONN_MAX_AGE
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# One queue, in the same database; the worker command works it off.
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}

AUTH_USER_MODEL = "people.Person"
AUTHENTICATION_BACKENDS = ["tongxin.people.backends.PersonBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "tongxin.people.passwords.LongEnough", "OPTIONS": {"min_length": 10}},
    {"NAME": "tongxin.people.passwords.NotCommon"},
    {"NAME": "tongxin.people.passwords.NotOnlyDigits"},
]
LOGIN_URL = "people:sign_in"
LOGIN_REDIRECT_URL = "web:home"
LOGOUT_REDIRECT_URL = "web:home"

SESSION_COOKIE_AGE = 60 * 60 * 24 * 14
STAFF_IDLE_SECONDS = 60 * 60 * 2  # a signed-in staff page left alone this long asks again
SESSION_SAVE_EVERY_REQUEST = False
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "tongxin.web.views.csrf_failure"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if SECURE:
    SESSION_COOKIE_NAME = "__Host-session"
    CSRF_COOKIE_NAME = "__Host-csrf"
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SECURE_HSTS_SECONDS = 60 * 60 * 24 * 365
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_SSL_REDIRECT = True

CONTENT_SECURITY_POLICY = {
    "EXCLUDE_URL_PREFIXES": [],
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    },
}

LANGUAGE_CODE = "zh-hans"
TIME_ZONE = "Asia/Shanghai"
USE_I18N = True
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "build" / "collected"
STATICFILES_DIRS = [BASE_DIR / "build" / "static"] if (BASE_DIR / "build" / "static").is_dir() else []
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_MANIFEST_STRICT = False

# Uploads are office workbooks: anything larger is refused before it is read.
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000
LARGEST_BODY = (
    48 * 1024 * 1024
)  # twice the largest workbook, so that the form can say so; beyond it nothing is written to disk

CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

# How messages leave the house: the local adapter writes to a file, and in demo mode shows on the page.
SMS_ADAPTER = env("TONGXIN_SMS", default="tongxin.channels.sms.LocalSms")

# Rules of the field that are settings, not code (mission.md §8).
REVIEW_WORKING_DAYS = 3
CONTACT_WORKING_DAYS = 2
CONTACT_TRIES = 3  # unanswered calls, then the person is written to and nobody has to hurry
APPEAL_WORKING_DAYS = 10  # to appeal a refusal
DECIDE_APPEAL_WORKING_DAYS = 5
ESCALATE_WORKING_DAYS = 2  # after a step is overdue the 街镇 hears of it
VERIFY_WORKING_DAYS = 5
FEEDBACK_WORKING_DAYS = 5  # a complaint or suggestion is answered
FEEDBACK_KEEP_DAYS = 180  # after it is closed its words and contact go
FEEDBACK_A_DAY = 5  # without an account from one network; what is more waits for a look
NOTICE_KEEP_DAYS = 180
SMS_DAILY_CAP = 5000  # text messages a day of the whole deployment; only urgent ones go beyond
ANSWER_WORKING_DAYS = 5  # to a correction; then the neighbourhood decides
DISPUTE_WORKING_DAYS = 10  # to disagree with "was not there"
DECIDE_WORKING_DAYS = 10
WITHDRAW_FREE_HOURS = 2
CONTACT_KEPT_DAYS = 30  # so long after a task its contact can still be called by the people of the place
PROPOSE_AFTER_DAYS = 3  # without an answer to "were you there?"
SERIES_AHEAD_DAYS = 14  # how far ahead the tasks of a series are made
CLAIM_HOLD_DAYS = 3  # how long a seat of a flexible task is held
SAMPLE_SHARE = 0.05  # of verified claims, looked at again
RULE_NOTICE_DAYS = 10  # a new points rule is known so long before it begins
DISPUTE_ANSWER_WORKING_DAYS = 5
DISPUTE_DECIDE_WORKING_DAYS = 10
DISPUTE_APPEAL_WORKING_DAYS = 10  # also to say yes or no to an answer
YEAR_REVIEW_WORKING_DAYS = 10
IMPORT_UNDO_DAYS = 30
DEPUTY_DAYS = 60  # the longest one stands in for a colleague
INVITATION_DAYS = 7  # to answer an invitation to a post
TERM_SOON_DAYS = 30  # before the term of a captain or leader ends it is told
ENDING_SOON_DAYS = 14  # before a term ends its place is told
GLASS_MINUTES = 30  # an emergency view is open
EXPORT_ROWS = 1000  # more than this goes out with a second person's consent
EXPORT_TAKE_HOURS = 24
EXPORT_ASKED_DAYS = 7
RETENTION_DAYS_REFUSED = 30
NUMBER_WAIT_HOURS = 24  # a lost number changed by the office: so long the old one can stop it
NUMBER_TAKE_BACK_DAYS = 3  # a number changed by oneself: so long the old one can take it back
NUMBER_QUIET_DAYS = 90  # unused so long, signing in asks for the name: operators sell numbers on
NUMBER_CLAIM_DAYS = 7  # a claim nobody answers frees a number as long unused
CONTACT_PHONE = env("TONGXIN_PHONE", default="")

# Backups: where the worker puts one a day (nowhere unless set), for whom they are encrypted (an age public key; without
# one the identity lies beside our keys), and when they expire.
BACKUPS = env("TONGXIN_BACKUPS", default="")
BACKUP_RECIPIENT = env("TONGXIN_BACKUP_RECIPIENT", default="")
BACKUP_KEEP_DAYS = 30

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"scrub": {"()": "tongxin.logs.Scrub"}},
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "filters": ["scrub"], "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    # A refusal (4xx) is an answer, not an incident: under a race thousands of lines would cost real time.
    "loggers": {"django.request": {"level": "ERROR"}},
}
