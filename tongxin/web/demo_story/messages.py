"""What everybody was told (消息): delivered in the evening of each of the last days; what is older has been read."""

import datetime as dt

from django.db.models import F
from django.utils import timezone

from tongxin.journal.models import Event
from tongxin.notifications.deliver import deliver
from tongxin.notifications.digest import send_digests
from tongxin.notifications.models import Choice, Notice
from tongxin.oversight.clockwork import tell_of_ending_terms
from tongxin.registrations.clockwork import escalate_overdue, tell_of_overdue

DAYS = 6
READERS = ("wang", "zhou", "shen", "he", "yan")


def tell(diary, cast):
    # Of all that lies further back everybody has heard long ago.
    diary.note(diary.at(DAYS, 8), lambda: Event.objects.undelivered().update(delivered_at=timezone.now()))
    diary.note(diary.at(DAYS, 8), lambda: Choice.objects.bulk_create(Choice(person=cast(key)) for key in READERS))
    for ago in range(DAYS, -1, -1):
        for step in (tell_of_overdue, escalate_overdue, tell_of_ending_terms):
            diary.note(diary.at(ago, 9.2), _now, step)
        for hour in (9.5, 13, 18, 22):
            diary.note(diary.at(ago, hour), _deliver_all)
    for ago in (1, 0):
        diary.note(diary.at(ago, 8.6), _now, _digest)
    diary.note(diary.now, _read, diary.now)


def _now(step):
    step(timezone.now())


def _digest(now):
    send_digests(now, limit=len(READERS))


def _deliver_all():
    while deliver():
        pass


def _read(now):
    """What is older than two days has been read; nothing of all this leaves as a text message."""
    Notice.objects.filter(at__lt=now - dt.timedelta(days=2), read_at=None).update(read_at=F("at"))
    Notice.objects.to_text().update(text="", texted_at=None)
