"""How many a day from one network without an account; the network itself is kept nowhere, its keyed trace a day at most."""

import datetime as dt
import hashlib
import hmac

from django.conf import settings
from django.utils import timezone

from tongxin.channels.models import Attempt


def too_many_from(network) -> bool:
    """Count this one; whether it is beyond what a day takes without a look."""
    now = timezone.now()
    words = f"feedback:{timezone.localdate(now)}:{network}".encode()  # salted by day: tomorrow it is another key
    key = hmac.new(settings.SECRET_KEY.encode(), words, hashlib.sha256).hexdigest()
    Attempt.objects.create(key=key, at=now)  # written first and counted after, so that a flood does not slip through
    return Attempt.objects.filter(key=key, at__gt=now - dt.timedelta(days=1)).count() > settings.FEEDBACK_A_DAY
