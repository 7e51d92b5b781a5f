"""Who is told what when something happens (消息)."""

from django.conf import settings
from django.db import models
from django.utils import timezone


class NoticeQuerySet(models.QuerySet):
    def unread(self):
        return self.filter(read_at=None)

    def read(self) -> int:
        """Mark as read, keeping the time of those read before; returns how many were new."""
        return self.unread().update(read_at=timezone.now())

    def to_text(self):
        """Waiting to leave as a text message."""
        return self.exclude(text="").filter(texted_at=None)


class Notice(models.Model):
    """One message to one person (消息): what happened, what next, by when, whom to call."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="notices")
    event_id = models.BigIntegerField()  # the journal row it comes from; no foreign key ties the journal down
    kind = models.CharField(max_length=40)  # the name of the message
    title = models.CharField(max_length=60)
    body = models.CharField(max_length=300, blank=True)
    url = models.CharField(max_length=120, blank=True)
    text = models.CharField(max_length=300, blank=True)  # the same for SMS, without names; empty: in the app only
    at = models.DateTimeField(default=timezone.now)
    read_at = models.DateTimeField(null=True)
    texted_at = models.DateTimeField(null=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [models.UniqueConstraint(fields=["person", "event_id"], name="notice_once_per_event")]
        indexes = [
            models.Index(fields=["person"], name="notice_unread", condition=models.Q(read_at=None)),
            models.Index(fields=["person", "-id"], name="notice_newest"),
            models.Index(fields=["id"], name="notice_to_text", condition=models.Q(texted_at=None) & ~models.Q(text="")),
        ]
