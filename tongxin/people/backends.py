"""Signing in: members by phone and code, staff by password and a second factor."""

from contextlib import suppress

import pyotp
from django.contrib.auth.backends import BaseBackend
from django.utils import timezone

from .models import Person

STEP = 30  # seconds a TOTP code lives (RFC 6238)


class PersonBackend(BaseBackend):
    """Username and password for staff; a person without a username has no password to try."""

    def authenticate(self, request, username=None, password=None):
        if not username or not password:
            return None
        person = Person.objects.filter(username=username).first()
        if person is None:
            Person().set_password(password)  # the same work as a real check, so that names cannot be probed by time
            return None
        return person if person.check_password(password) and person.is_active else None

    def get_user(self, user_id):
        with suppress(
            Person.DoesNotExist
        ):  # get: every request asks this, and an ORDER BY would cost more than the row
            return Person.objects.get(pk=user_id, is_active=True)
        return None


def new_totp_secret() -> str:
    return pyotp.random_base32()


def totp_uri(person, secret) -> str:
    """What the authenticator app scans."""
    return pyotp.TOTP(secret).provisioning_uri(name=person.username, issuer_name="同心")


def totp_accepts(person, code, *, secret=None) -> bool:
    """Whether the code is right now; each time step works once, one step of clock drift is forgiven."""
    secret = secret or person.totp_secret
    if not secret or not str(code).isdigit():
        return False
    totp, now = pyotp.TOTP(secret), int(timezone.now().timestamp()) // STEP
    for step in (now, now - 1, now + 1):
        if step > person.totp_last and totp.verify(code, for_time=step * STEP):
            won = Person.objects.filter(pk=person.pk, totp_last__lt=step).update(totp_last=step)
            person.totp_last = step
            return bool(won)
    return False
