"""One person in one task (认领): claimed, reported, verified by someone else, entered in the ledger."""

from django.conf import settings
from django.db import models, transaction
from django.db.models import Count, F, Q
from django.utils import timezone

from tongxin.access.policy import Permission as P
from tongxin.access.rules import scope
from tongxin.journal.models import record
from tongxin.people.models import CONTACT_SCOPES
from tongxin.service.models import award
from tongxin.workflow import seats
from tongxin.workflow.transitions import Refused, only_clock, transition

from ..guards import (
    claimant_after_start,
    claimant_before_start,
    not_own_hours,
)
from .task import Task


class ClaimQuerySet(models.QuerySet):
    def of(self, person):
        """This person's own."""
        return self.filter(person=person).select_related("task__place")

    def in_hand(self):
        """Something is still to come: to do, to report, to be verified."""
        return self.filter(status__in=Claim.HOLDING)

    def held_counts(self) -> dict:
        """How many are in hand ("all"), and how many of these are tasks still open to others ("open"); one query."""
        coming = Q(task__status=Task.Status.OPEN, task__starts_at__gt=timezone.now())
        return self.in_hand().aggregate(all=Count("pk"), open=Count("pk", filter=coming))

    def to_verify(self, person):
        """Reports at the places where this person may verify, oldest first; own ones too, they show why not."""
        waiting = self.filter(scope(person, P.VERIFY_CLAIM, "task__place"), status=Claim.Status.REPORTED)
        return waiting.select_related("task__place", "person").order_by("reported_at", "pk")


class Claim(models.Model):
    """One person's claim of one seat of a task (认领)."""

    class Status(models.TextChoices):
        WAITING = "waiting", "候补中"
        CLAIMED = "claimed", "已认领"
        REPORTED = "reported", "待核验"
        VERIFIED = "verified", "已核验"
        WITHDRAWN = "withdrawn", "已退出"
        DROPPED = "dropped", "随任务结束"

    HOLDING = [Status.WAITING, Status.CLAIMED, Status.REPORTED]
    SEATED = [Status.CLAIMED, Status.REPORTED, Status.VERIFIED]
    WORKED = [Status.REPORTED, Status.VERIFIED]
    ACTIVE = [Status.WAITING, *SEATED]

    task = models.ForeignKey(Task, models.PROTECT, related_name="claims")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="claims")
    status = models.CharField(max_length=10, choices=Status)
    read_risk = models.BooleanField(default=False)
    hours = models.DecimalField(max_digits=5, decimal_places=2, null=True)  # as reported, in steps of half an hour
    note = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField(default=timezone.now)
    reported_at = models.DateTimeField(null=True)
    verified_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    objects = ClaimQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["task", "person"],
                condition=Q(status__in=["waiting", "claimed", "reported", "verified"]),
                name="claim_once",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["reported", "verified"], hours__gt=0, hours__lte=24, reported_at__isnull=False)
                | ~Q(status__in=["reported", "verified"]),
                name="claim_reported_has_hours",
            ),
            models.CheckConstraint(
                condition=Q(status="verified", verified_by__isnull=False) | ~Q(status="verified") & Q(verified_by=None),
                name="claim_verified_has_verifier",
            ),
            models.CheckConstraint(condition=~Q(verified_by=F("person")), name="claim_not_self_verified"),
        ]
        indexes = [models.Index(fields=["person", "status"], name="claim_mine")]

    @property
    def is_worked(self) -> bool:
        """Hours were said, or verified already."""
        return self.status in self.WORKED

    @property
    def place(self):
        return self.task.place

    def seated(self) -> bool:
        """Take a free seat of the open task; False when none is left. Raises IntegrityError when one holds a claim."""
        self.status = self.Status.CLAIMED
        return seats.grant(self.task, self, journal=self._journal_claim, status=Task.Status.OPEN)

    def queued(self) -> None:
        """Stand at the end of the waiting list; with a seat freed meanwhile, move up at once. Raises Refused."""
        with transaction.atomic():
            self.status = self.Status.WAITING
            self.save(force_insert=True)
            self._journal_claim()
            task = seats.lock(self.task, "status")
            if task.status != Task.Status.OPEN:
                raise Refused(f"这个任务{task.get_status_display()}，不能认领")
            if task.free_seats:
                self.task.promote_waiting()
                self.refresh_from_db(fields=["status"])

    def _journal_claim(self):
        record("claim.claim", subject=self, by=self.person, place=self.task.place_id, went_to=self.status)

    @transition(Status.WAITING, to=Status.CLAIMED, permission=P.CLAIM_TASK, label="候补转正", guard=only_clock)
    def promote(self, *, by):
        """A seat became free: the first in the waiting list has it."""
        if not seats.take(self.task, status=Task.Status.OPEN):
            raise Refused("名额刚刚又满了")

    @transition(
        Status.CLAIMED, Status.WAITING, to=Status.WITHDRAWN, permission=P.CLAIM_TASK, label="退出认领", guard=claimant_before_start
    )  # fmt: skip
    def withdraw(self, *, by):
        """Give the seat back; the first in the waiting list moves up."""
        if self.status == self.Status.CLAIMED:
            seats.release(self.task)
            self.task.promote_waiting()

    @transition(
        Status.CLAIMED, to=Status.REPORTED, permission=P.CLAIM_TASK, label="登记时长", guard=claimant_after_start,
        asks=["hours", "note"], writes=["hours", "note", "reported_at"],
    )  # fmt: skip
    def report(self, *, by, hours, note=""):
        """Say that it is done and how long it took (hours in steps of 0.5). Raises Refused for impossible hours."""
        if hours not in self.task.hours_offered:
            raise Refused(
                f"时长按半小时登记，最多{float(self.task.hours_offered[-1]):g}小时。确实更长的，请打电话给联系人"
            )
        self.hours, self.note, self.reported_at = hours, note, timezone.now()

    @transition(
        Status.REPORTED, to=Status.VERIFIED, permission=P.VERIFY_CLAIM, label="核验", guard=not_own_hours, writes=["verified_by"]
    )  # fmt: skip
    def verify(self, *, by):
        """Confirm the hours of somebody else; they enter the ledger once."""
        self.verified_by = by
        award(
            self.person,
            hours=self.hours,
            factor=self.task.factor,
            place=self.place,
            served_on=timezone.localdate(self.task.starts_at),
            reason=self.task.title,
            source=self,
            by=by,
        )

    @transition(
        Status.WAITING, Status.CLAIMED, to=Status.DROPPED, permission=P.PUBLISH_TASK, label="随任务结束", guard=only_clock,
        asks=["reason"],
    )  # fmt: skip
    def drop(self, *, by, reason):
        """End with the cancelled or finished task; the row stays."""
        if self.status == self.Status.CLAIMED:
            seats.release(self.task)


def verify_many(claims, *, by) -> tuple[list[Claim], list[tuple[Claim, str]]]:
    """Verify a batch; returns what was done and, for the rest, why not."""
    done, left = [], []
    for claim in claims:
        try:
            claim.verify(by=by)
            done.append(claim)
        except Refused as refused:
            left.append((claim, refused.why))
    return done, left


def _task_contacts(reader) -> Q:
    """Whoever sees a task may phone its contact; whoever may reveal numbers there, the people who are in."""
    seen = Task.objects.visible_to(reader).filter(status__in=[Task.Status.OPEN, Task.Status.CLOSED])
    inside = Claim.objects.filter(scope(reader, P.REVEAL_CONTACT, "task__place"), status__in=Claim.HOLDING)
    return Q(pk__in=seen.values("contact")) | Q(pk__in=inside.values("person"))


CONTACT_SCOPES.append(_task_contacts)
