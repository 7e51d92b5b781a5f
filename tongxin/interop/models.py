"""What other programs may read of one's own (互通): the calendar feed and its secret address."""

import hashlib
import secrets

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone

from tongxin.journal.models import record

SEEN_EVERY = 300  # seconds: how exactly the last use is kept


def _hash(token) -> str:
    return hashlib.sha256(str(token).encode()).hexdigest()


class CalendarFeed(models.Model):
    """The secret address of one person's calendar (日历订阅): kept as a hash, changed or ended by a press."""

    person = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="calendar_feed")
    token_hash = models.CharField(max_length=64, unique=True)
    since = models.DateTimeField(default=timezone.now)
    used_at = models.DateTimeField(null=True)
    epoch = models.PositiveIntegerField(default=0)  # of the person's sessions: what ends them all ends the address too

    @classmethod
    def start(cls, person, *, by) -> str:
        """A new address; the one before stops working. Returns its secret part, once."""
        token = secrets.token_urlsafe(32)
        with transaction.atomic():
            fresh = {"token_hash": _hash(token), "since": timezone.now(), "used_at": None}
            fresh["epoch"] = person.session_epoch
            feed, _ = cls.objects.update_or_create(person=person, defaults=fresh)
            record("calendarfeed.start", subject=feed, by=by)
        return token

    @classmethod
    def behind(cls, token):
        """The feed of this address whose person is still here; None for any other word."""
        return cls._good().filter(token_hash=_hash(token), person__is_active=True).select_related("person").first()

    @classmethod
    def of(cls, person):
        """The feed this person has; None when there is none, or when it ended with the sessions."""
        return cls._good().filter(person=person).first()

    @classmethod
    def _good(cls):
        return cls.objects.filter(epoch=models.F("person__session_epoch"))

    def stop(self, *, by) -> None:
        """Nothing is at the address any more."""
        with transaction.atomic():
            record("calendarfeed.stop", subject=self, by=by)
            self.delete()

    def seen(self, now) -> None:
        """Remember that a calendar program asked; not each time, that would be a write a look."""
        if self.used_at is None or (now - self.used_at).total_seconds() > SEEN_EVERY:
            CalendarFeed.objects.filter(pk=self.pk).update(used_at=now)
