"""How a message leaves the house, and the codes that prove a phone number. Codes never reach the journal."""

import datetime as dt
import hashlib
import hmac
import secrets

from django.conf import settings
from django.db import models
from django.db.models import F
from django.utils import timezone

MINUTES = 10
TRIES = 5
PER_HOUR, PER_DAY = 5, 10  # codes to one number
PER_NETWORK_HOUR = 60  # codes asked for from one address: an estate behind one router stays below it
GLOBAL_HOUR = 5_000  # the bill has an end


class TooMany(Exception):
    """No further code now; the message says when to try again."""

    def __init__(self, why: str):
        super().__init__(why)
        self.why = why


def _keyed(text: str) -> str:
    return hmac.new(settings.SECRET_KEY.encode(), text.encode(), hashlib.sha256).hexdigest()


class Challenge(models.Model):
    """A six-digit code sent to a number (验证码): five tries, ten minutes, once, for the browser that asked."""

    token = models.CharField(max_length=43, unique=True)
    number_index = models.CharField(max_length=64, db_index=True)
    network = models.CharField(max_length=64, db_index=True)  # keyed and salted by day; cleared after a day
    code_hash = models.CharField(max_length=64)
    tries = models.PositiveSmallIntegerField(default=0)
    at = models.DateTimeField(default=timezone.now, db_index=True)
    used_at = models.DateTimeField(null=True)

    @classmethod
    def issue(cls, *, number_index, address="") -> tuple["Challenge", str]:
        """A new challenge and its code. Raises TooMany."""
        now = timezone.now()
        network = _keyed(f"network:{now.date()}:{address}")
        hour = cls.objects.filter(at__gt=now - dt.timedelta(hours=1))
        day = cls.objects.filter(at__gt=now - dt.timedelta(days=1))
        if hour.filter(number_index=number_index).count() >= PER_HOUR:
            raise TooMany("这个号码1小时内已发过5次验证码，请过一会儿再试，或请居委帮您")
        if day.filter(number_index=number_index).count() >= PER_DAY:
            raise TooMany("这个号码今天已发过10次验证码，请明天再试，或请居委帮您")
        if hour.filter(network=network).count() >= PER_NETWORK_HOUR or hour.count() >= GLOBAL_HOUR:
            raise TooMany("现在要验证码的人太多，请过一会儿再试")
        code = f"{secrets.randbelow(10**6):06d}"
        token = secrets.token_urlsafe(32)
        challenge = cls.objects.create(
            token=token, number_index=number_index, network=network, code_hash=_keyed(f"{token}:{code}")
        )
        return challenge, code

    @classmethod
    def redeem(cls, *, token, number_index, code) -> bool:
        """Whether the code is right; a right code works once, five wrong ones end it."""
        fresh = timezone.now() - dt.timedelta(minutes=MINUTES)
        mine = cls.objects.filter(token=token or "", number_index=number_index, at__gt=fresh, used_at=None)
        if not mine.filter(tries__lt=TRIES).update(tries=F("tries") + 1):
            return False
        right = mine.filter(code_hash=_keyed(f"{token}:{str(code).strip()}"))
        return bool(right.update(used_at=timezone.now()))
