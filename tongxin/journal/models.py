"""What happened: the append-only record (日志), and the seals that close it batch by batch.

An `Event` names actor, subject and place by plain ids, so that the lowest rooms can write here and the audit never ties
down live data. Facts and reasons carry no personal data: names and phone numbers stay with the person.
"""

from django.db import models
from django.utils import timezone

from tongxin.logs import mask_numbers


class Seal(models.Model):
    """A closed batch of events (封存): a keyed digest over its rows and over the seal before it."""

    number = models.PositiveBigIntegerField(primary_key=True)
    previous = models.CharField(max_length=64)
    digest = models.CharField(max_length=64, unique=True)
    rows = models.TextField()  # "id:first 16 hex of the row's digest", one a line: names the broken row later
    count = models.PositiveIntegerField()
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["number"]


class EventQuerySet(models.QuerySet):
    def about(self, subject):
        """Everything that happened to one subject, oldest first: its timeline."""
        return self.filter(subject_kind=kind_of(subject), subject_id=subject.pk).order_by("id")

    def undelivered(self):
        return self.filter(delivered_at=None)

    def update(self, **changes):
        if set(changes) - {"delivered_at", "seal", "seal_id"}:
            raise TypeError("Events are never changed; write another event.")
        return super().update(**changes)

    def delete(self):
        raise TypeError("Events are never deleted.")


class Event(models.Model):
    """One thing that happened (事件): who did what to which subject, where, when and why."""

    at = models.DateTimeField(default=timezone.now)
    actor_id = models.BigIntegerField(null=True, db_index=True)  # None: the clock, or a command of the operator
    verb = models.CharField(max_length=60, db_index=True)
    subject_kind = models.CharField(max_length=60)
    subject_id = models.BigIntegerField(null=True)
    place_id = models.BigIntegerField(null=True, db_index=True)
    came_from = models.CharField(max_length=40, blank=True)
    went_to = models.CharField(max_length=40, blank=True)
    reason = models.CharField(max_length=500, blank=True)
    facts = models.JSONField(default=dict, blank=True)
    delivered_at = models.DateTimeField(null=True)
    seal = models.ForeignKey(Seal, models.PROTECT, null=True)

    objects = EventQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(fields=["subject_kind", "subject_id", "id"], name="event_subject"),
            models.Index(fields=["id"], name="event_waiting", condition=models.Q(delivered_at=None)),
            models.Index(fields=["id"], name="event_unsealed", condition=models.Q(seal=None)),
        ]

    def __str__(self):
        return f"{self.verb} {self.subject_kind}:{self.subject_id}"

    def save(self, *args, **kwargs):
        if self.pk:
            raise TypeError("Events are never changed; write another event.")
        super().save(*args, **kwargs)

    def delete(self, *args, **kwargs):
        raise TypeError("Events are never deleted.")


def kind_of(subject) -> str:
    """How a subject is named in the journal: "tasks.claim"."""
    return subject._meta.label_lower


def draft(verb, *, subject, by=None, place=None, came_from="", went_to="", reason="", facts=None, at=None) -> Event:
    """An event not yet written, for `record_many`."""
    return Event(
        at=at or timezone.now(),
        actor_id=getattr(by, "pk", None),
        verb=verb,
        subject_kind=kind_of(subject),
        subject_id=subject.pk,
        place_id=getattr(place, "pk", place),
        came_from=came_from,
        went_to=went_to,
        reason=mask_numbers(reason)[:500],  # typed by people: a number must not stay here for ever
        facts=facts or {},
    )


def record(verb, **what) -> Event:
    """Write one event; call it inside the transaction that made it true."""
    event = draft(verb, **what)
    event.save(force_insert=True)
    return event


def record_many(events, *, batch_size=1000) -> None:
    """Write many events in set-based statements (imports, mass moves)."""
    Event.objects.bulk_create(events, batch_size=batch_size)
