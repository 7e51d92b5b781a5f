"""Passwords of staff: the rules in words people read, changing one's own, and setting a new one by a code handed over."""

import datetime as dt
import hashlib
import hmac
import secrets

from django.conf import settings
from django.contrib.auth.password_validation import (
    CommonPasswordValidator,
    MinimumLengthValidator,
    NumericPasswordValidator,
)
from django.db import transaction
from django.utils import timezone

from tongxin.journal.models import record

CODE_HOURS = 24
LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # nothing that looks like something else


class LongEnough(MinimumLengthValidator):
    def get_error_message(self):
        return f"密码至少{self.min_length}位，请加长"


class NotCommon(CommonPasswordValidator):
    def get_error_message(self):
        return "这个密码太常见，请换一个"


class NotOnlyDigits(NumericPasswordValidator):
    def get_error_message(self):
        return "密码不能全是数字，请加上字母"


def keep_password(person, password) -> None:
    """A password the person chose; every other session ends with the old one, and a code still out there ends too."""
    person.set_password(password)
    person.must_change, person.set_code, person.set_code_until = False, None, None
    with transaction.atomic():
        person.save(update_fields=["password", "must_change", "set_code", "set_code_until"])
        record("person.password", subject=person, by=person)


def forget_password(person) -> str:
    """The old password ends now; returns the code by which the person sets a new one, shown this once."""
    code = "-".join("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(3))
    person.set_unusable_password()
    person.set_code, person.set_code_until = _hash(person, code), timezone.now() + dt.timedelta(hours=CODE_HOURS)
    person.save(update_fields=["password", "set_code", "set_code_until"])
    return code


def code_fits(person, code) -> bool:
    """Whether this code sets the password of this person now."""
    if person is None or not person.is_active or not person.set_code or person.set_code_until <= timezone.now():
        return False
    return hmac.compare_digest(person.set_code, _hash(person, code))


def _hash(person, code) -> str:
    plain = "".join(letter for letter in str(code).upper() if letter.isalnum())
    return hmac.digest(settings.SECRET_KEY.encode(), f"set-password:{person.pk}:{plain}".encode(), hashlib.sha256).hex()
