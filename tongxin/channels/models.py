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


FREE_TRIES = 5  # wrong passwords before the first pause
LONGEST_PAUSE = 300  # seconds
FREE_ACCOUNT, FREE_NETWORK, PAUSE = 30, 60, 10  # an account from everywhere, a network for everybody; seconds


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
        code = f"{secrets.randbelow(10**6):06d}"
        token = secrets.token_urlsafe(32)
        # Written first and counted after: of a hundred that ask at the same moment none slips through between the two.
        challenge = cls.objects.create(
            token=token, number_index=number_index, network=network, code_hash=_keyed(f"{token}:{code}")
        )
        why = ""
        if hour.filter(number_index=number_index).count() > PER_HOUR:
            why = "这个号码1小时内已发过5次验证码，请过一会儿再试，或请居委帮您"
        elif day.filter(number_index=number_index).count() > PER_DAY:
            why = "这个号码今天已发过10次验证码，请明天再试，或请居委帮您"
        elif hour.filter(network=network).count() > PER_NETWORK_HOUR or hour.count() > GLOBAL_HOUR:
            why = "现在要验证码的人太多，请过一会儿再试"
        if why:
            challenge.delete()
            raise TooMany(why)
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


class Attempt(models.Model):
    """One wrong try at a secret (密码、动态口令), so that the next one has to wait; kept a day, names nobody."""

    key = models.CharField(max_length=64)
    at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        indexes = [models.Index(fields=["key", "at"], name="attempt_key")]

    @classmethod
    def begin(cls, *, account, network) -> "Try":
        """Before the secret is looked at; the pause grows for this account from this network. Raises TooMany.

        From another network the account stays open after a short pause: a guesser does not lock the owner out.
        """
        now = timezone.now()
        keys = {
            _keyed(f"try:{account}:{network}"): (FREE_TRIES, lambda over: min(5 * 2**over, LONGEST_PAUSE)),
            _keyed(f"try:{account}"): (FREE_ACCOUNT, lambda over: PAUSE),
            _keyed(f"try-from:{network}"): (FREE_NETWORK, lambda over: PAUSE),
        }
        own = [cls.objects.create(key=key, at=now).pk for key in keys]  # written first, as a challenge is
        for key, (free, pause) in keys.items():
            before = cls.objects.filter(key=key, at__gt=now - dt.timedelta(hours=1)).exclude(pk__in=own)
            count, last = before.count(), before.order_by("-at").values_list("at", flat=True).first()
            if count >= free and (left := pause(min(count - free, 10)) - (now - last).total_seconds()) > 0:
                cls.objects.filter(pk__in=own).delete()  # a try that was not looked at makes no pause longer
                raise TooMany(f"试得太多了，请过{max(1, round(left))}秒再试")
        return Try(own, next(iter(keys)))


class Try:
    """A try under way: forgotten when it was right."""

    def __init__(self, own, here):
        self.own, self.here = own, here

    def was_right(self) -> None:
        Attempt.objects.filter(models.Q(pk__in=self.own) | models.Q(key=self.here)).delete()
