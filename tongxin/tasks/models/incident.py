"""Somebody was hurt or needs help during a task (受伤求助): first the telephone, then a few words for whoever follows it up."""

import datetime as dt

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, models, transaction
from django.db.models import Q
from django.utils import timezone

from tongxin.access.policy import Permission as P
from tongxin.access.rules import can, scope
from tongxin.journal.models import record
from tongxin.workflow.transitions import Refused, transition

from .claim import Claim
from .task import Task

BEFORE, AFTER = dt.timedelta(hours=2), dt.timedelta(days=2)  # around the task, when there is something to note


class IncidentQuerySet(models.QuerySet):
    def readable_by(self, person):
        """What was noted where this person verifies, and what they noted themselves."""
        wanted = scope(person, P.VERIFY_CLAIM, "task__place") | Q(person=person)
        return self.filter(wanted).select_related("task__place", "person", "seen_by")

    def open_at(self, person):
        """What still waits for somebody where this person follows it up."""
        return self.filter(scope(person, P.VERIFY_CLAIM, "task__place")).exclude(status=Incident.Status.CLOSED)


class Incident(models.Model):
    """A note that somebody was hurt or help was needed at a task (受伤求助). No diagnosis: what happened and what is needed."""

    class Kind(models.TextChoices):
        HURT = "hurt", "有人受伤或不舒服"
        DANGER = "danger", "现场有危险"
        HELP = "help", "需要人手或东西"
        OTHER = "other", "别的事"

    class Status(models.TextChoices):
        OPEN = "open", "等人跟进"
        SEEN = "seen", "有人在跟进"
        CLOSED = "closed", "已办好"

    task = models.ForeignKey(Task, models.PROTECT, related_name="incidents")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")  # who noted it
    kind = models.CharField(max_length=8, choices=Kind)
    words = models.CharField(max_length=300, blank=True)
    status = models.CharField(max_length=8, choices=Status, default=Status.OPEN)
    at = models.DateTimeField(default=timezone.now)
    seen_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    seen_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=300, blank=True)  # what was done
    submit_key = models.CharField(max_length=40, null=True, unique=True)  # the same form sent twice is one note

    objects = IncidentQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(status="open") | Q(seen_by__isnull=False, seen_at__isnull=False),
                name="incident_seen_by_somebody",
            ),
            models.CheckConstraint(condition=~Q(status="closed") | ~Q(outcome=""), name="incident_closed_says_what"),
        ]

    @property
    def place(self):
        return self.task.place

    @classmethod
    def note(cls, task, *, by, kind, words="", submit_key=None) -> "Incident":
        """Write it down; who follows it up is told at once. Sent twice it is one note. Raises PermissionDenied, Refused."""
        if not may_note(task, by):
            raise PermissionDenied
        if not is_on(task):
            raise Refused("任务还没开始或早已结束。有急事请直接打电话")
        try:
            with transaction.atomic():
                made = cls.objects.create(task=task, person=by, kind=kind, words=words, submit_key=submit_key or None)
                # Neither kind nor words: what happened to somebody's body does not belong in the journal.
                record("incident.note", subject=made, by=by, place=task.place_id, went_to=made.status)
        except IntegrityError:
            if there := cls.objects.filter(submit_key=submit_key, person=by, task=task).first():
                return there
            raise Refused("这张表已经交过了，请回到任务页再打开一次") from None
        return made

    @transition(Status.OPEN, to=Status.SEEN, permission=P.VERIFY_CLAIM, label="我来跟进", writes=["seen_by", "seen_at"])
    def see(self, *, by):
        """Take it in hand; whoever noted it sees that."""
        self.seen_by, self.seen_at = by, timezone.now()

    @transition(
        Status.OPEN, Status.SEEN, to=Status.CLOSED, permission=P.VERIFY_CLAIM, label="办好了", asks=["outcome"],
        writes=["outcome", "seen_by", "seen_at"],
    )  # fmt: skip
    def close(self, *, by, outcome):
        """Say what was done."""
        if not outcome.strip():
            raise Refused("请写明怎么办好的")
        self.outcome = outcome.strip()
        self.seen_by, self.seen_at = self.seen_by or by, self.seen_at or timezone.now()


def is_on(task) -> bool:
    """Whether the help button stands on its page: from somewhat before the start until two days after the end."""
    return task.starts_at - BEFORE <= timezone.now() <= task.ends_at + AFTER


def may_note(task, person) -> bool:
    """Who was in, whoever is the contact, and whoever verifies there."""
    if task.contact_id == person.pk or can(person, P.VERIFY_CLAIM, task.place):
        return True
    return Claim.objects.filter(
        Q(status__in=Claim.SEATED) | Q(status=Claim.Status.WITHDRAWN, late=True), task=task, person=person
    ).exists()
