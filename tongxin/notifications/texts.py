"""Text messages: by day, to people who agreed and have not withdrawn, each once."""

import datetime as dt
import logging

from django.utils import timezone

from tongxin.channels.sms import send_sms
from tongxin.people.models import Consent, Purpose

from .models import Notice

logger = logging.getLogger("tongxin.notifications")
QUIET_FROM, QUIET_UNTIL = 22, 7  # hours of the day
STALE = dt.timedelta(days=1)  # later than that it is no news: the notice in the app remains


def send_texts(*, limit: int = 100, now=None) -> int:
    """Send what waits; returns how many left. A gateway that fails ends the round, the rest waits for the next one."""
    now = now or timezone.now()
    if is_quiet(now):
        return 0
    sent = 0
    for notice in Notice.objects.to_text().filter(at__gt=now - STALE).select_related("person").order_by("pk")[:limit]:
        if not _still_wanted(notice):
            Notice.objects.filter(pk=notice.pk).update(text="")
        elif _mark(notice, now):  # before sending: nobody gets the same message twice
            if not _send(notice):
                break
            sent += 1
    return sent


def is_quiet(now) -> bool:
    """Between 22:00 and 7:00 nobody's phone lights up."""
    hour = timezone.localtime(now).hour
    return hour >= QUIET_FROM or hour < QUIET_UNTIL


def _still_wanted(notice) -> bool:
    agreed = Consent.objects.filter(person=notice.person_id, purpose=Purpose.SMS, withdrawn_at=None).exists()
    return agreed and notice.person.is_active and notice.person.phone_index is not None


def _mark(notice, now) -> bool:
    return bool(Notice.objects.filter(pk=notice.pk, texted_at=None).update(texted_at=now))


def _send(notice) -> bool:
    try:
        send_sms(notice.person.phone, notice.text)
    except Exception as error:  # whatever an operator's gateway throws: its text may carry the number, so only the kind
        Notice.objects.filter(pk=notice.pk).update(texted_at=None)
        logger.warning("text message of notice %s not sent: %s", notice.pk, type(error).__name__)
        return False
    return True
