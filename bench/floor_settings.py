"""The settings of the floors: the product's own database, sessions and people, and nothing around them."""

from tongxin.settings import *  # noqa: F403

ROOT_URLCONF = "bench.floors"
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
]
TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "OPTIONS": {"builtins": []}}]
