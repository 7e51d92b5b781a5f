"""Text messages to those who agreed: without names, not at night, with a cap on the bill; tried again later, never lost.

The order of ways: the list in the app (always, at once), then the first of `WAYS` that reaches the person, then the
telephone (`notifications:to_call`, urgent ones only). A WeChat subscribe message, once there is one, goes before SMS.
"""

import datetime as dt
import logging

from django.conf import settings
from django.utils import timezone

from tongxin.channels.sms import send_sms
from tongxin.journal.models import Event, record
from tongxin.places.models import Level, Place

from .models import Notice, wanting_text

logger = logging.getLogger("tongxin.notifications")
QUIET_FROM, QUIET_UNTIL = 22, 7  # hours of the day
STALE = dt.timedelta(days=1)  # later than that it is no news: the notice in the app remains
FIRST_PAUSE, LONGEST_PAUSE = 60, 3600  # seconds between two tries of one message


class Sms:
    """Text message to the number on file."""

    def reaches(self, notice) -> bool:
        return notice.person.phone_index is not None

    def send(self, notice) -> None:
        send_sms(notice.person.phone, notice.text)


WAYS = [Sms()]


def send_texts(*, limit: int = 100, now=None) -> int:
    """Send what waits; returns how many left. A gateway that fails ends the round, the rest waits for the next one."""
    now = now or timezone.now()
    sent = 0
    for notice in _waiting(now)[:limit]:
        way = _way_for(notice)
        if way is None:
            Notice.objects.filter(pk=notice.pk).update(text="")
        elif not notice.urgent and _over_the_cap(now):
            break  # urgent ones came first
        elif _mark(notice, now):  # before sending: nobody gets the same message twice
            if not _send(way, notice, now):
                break
            sent += 1
    return sent


def _waiting(now):
    """Urgent ones first, at any hour; the others by day, in their order."""
    fresh = Notice.objects.to_text().filter(at__gt=now - STALE).exclude(again_at__gt=now)
    if is_quiet(now):
        fresh = fresh.filter(urgent=True)
    return fresh.select_related("person").order_by("-urgent", "pk")


def is_quiet(now) -> bool:
    """Between 22:00 and 7:00 nobody's phone lights up, except for what is urgent."""
    hour = timezone.localtime(now).hour
    return hour >= QUIET_FROM or hour < QUIET_UNTIL


def _over_the_cap(now) -> bool:
    """Whether today's text messages cost enough; the first time it is said to those who keep the system."""
    midnight = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    if Notice.objects.filter(texted_at__gte=midnight).count() < settings.SMS_DAILY_CAP:
        return False
    if not Event.objects.filter(verb="sms.capped", at__gte=midnight).exists():
        district = Place.objects.filter(level=Level.DISTRICT).order_by("pk").first()
        if district:
            record("sms.capped", subject=district, place=district, facts={"rows": settings.SMS_DAILY_CAP}, at=now)
    return True


def _way_for(notice):
    return next((way for way in WAYS if way.reaches(notice)), None) if _still_wanted(notice) else None


def _still_wanted(notice) -> bool:
    return bool(wanting_text([notice.person_id], notice.family))


def _mark(notice, now) -> bool:
    return bool(Notice.objects.filter(pk=notice.pk, texted_at=None).update(texted_at=now))


def _send(way, notice, now) -> bool:
    try:
        way.send(notice)
    except Exception as error:  # whatever an operator's gateway throws: its text may carry the number, so only the kind
        pause = min(FIRST_PAUSE * 2**notice.tries, LONGEST_PAUSE)
        Notice.objects.filter(pk=notice.pk).update(
            texted_at=None, tries=notice.tries + 1, again_at=now + dt.timedelta(seconds=pause),
            trouble=type(error).__name__[:40],
        )  # fmt: skip
        logger.warning("text message of notice %s not sent: %s", notice.pk, type(error).__name__)
        return False
    return True
