"""Governance tasks (治理任务): published with seats, claimed, reported, verified by someone else, entered in the ledger."""

import datetime as dt
from contextlib import suppress
from decimal import ROUND_HALF_UP, Decimal

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, models, transaction
from django.db.models import Case, Count, Exists, F, OuterRef, Q, When
from django.utils import timezone

from tongxin.access.policy import Permission as P
from tongxin.access.rules import can, scope
from tongxin.journal.models import record
from tongxin.people.models import CONTACT_SCOPES
from tongxin.places.models import Place
from tongxin.service.models import STEP, Factor, award
from tongxin.workflow import seats
from tongxin.workflow.transitions import CLOCK, Refused, only_clock, transition

from .guards import (
    claimant_after_start,
    claimant_before_start,
    not_own_hours,
    still_to_come,
    task_not_begun,
)

HOURS_BEYOND_PLAN = 3  # how much longer than planned a report may be; beyond that it is a typing error
HOUR = dt.timedelta(hours=1)


class Family(models.TextChoices):
    """The three families of tasks (R32)."""

    EMERGENCY = "emergency", "应急处突"
    GOVERNANCE = "governance", "共建共治"
    HOME = "home", "家园建设"


class Risk(models.TextChoices):
    """How dangerous it is; anything above low asks to read the safety text first."""

    LOW = "low", "风险低"
    SOME = "some", "有一定风险"
    HIGH = "high", "风险较高，需签书面协议"


class TaskQuerySet(models.QuerySet):
    def visible_to(self, person):
        """What this person may see: published where they serve, drafts only where they may publish."""
        published = scope(person, P.VIEW_TASK) & ~Q(status=Task.Status.DRAFT)
        return self.filter(published | scope(person, P.PUBLISH_TASK)).select_related("place")

    def published_by(self, person):
        """The board: everything at the places where this person may publish."""
        return self.filter(scope(person, P.PUBLISH_TASK)).select_related("place")

    def open_for(self, person, *, now=None):
        """What is open where this person may claim and has not begun; what they can take first, then soonest first."""
        now = now or timezone.now()
        mine = Claim.objects.filter(task=OuterRef("pk"), person=person, status__in=Claim.ACTIVE)
        return (
            self.filter(scope(person, P.CLAIM_TASK), status=Task.Status.OPEN, starts_at__gt=now)
            .select_related("place")
            .order_by(Exists(mine), Case(When(taken__lt=F("seats"), then=0), default=1), "starts_at", "pk")
        )

    def not_held_by(self, person):
        """Without what this person is in already, has reported, or waits for."""
        held = Claim.objects.filter(task=OuterRef("pk"), person=person, status__in=Claim.HOLDING)
        return self.exclude(Exists(held))


class Task(seats.Seated):
    """A piece of work neighbours can take up (治理任务)."""

    class Status(models.TextChoices):
        DRAFT = "draft", "草稿"
        OPEN = "open", "可认领"
        CLOSED = "closed", "已结束"
        CANCELLED = "cancelled", "已取消"

    place = models.ForeignKey(Place, models.PROTECT, related_name="tasks")
    title = models.CharField(max_length=60)
    summary = models.TextField(max_length=600, blank=True)
    spot = models.CharField(max_length=80)  # where to meet, in words
    family = models.CharField(max_length=12, choices=Family, default=Family.GOVERNANCE)
    factor = models.CharField(max_length=12, choices=Factor, default=Factor.ORDINARY)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    risk = models.CharField(max_length=6, choices=Risk, default=Risk.LOW)
    risk_text = models.CharField(max_length=300)  # safeguards and dangers, read before claiming
    from_home = models.BooleanField(default=False)
    contact = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    status = models.CharField(max_length=10, choices=Status, default=Status.DRAFT)
    origin_kind = models.CharField(max_length=60, blank=True)  # a task born from a need names it here
    origin_id = models.BigIntegerField(null=True)
    submit_key = models.CharField(max_length=40, null=True, unique=True)  # the same form sent twice is one task

    objects = TaskQuerySet.as_manager()

    class Meta(seats.Seated.Meta):
        constraints = [
            *seats.Seated.Meta.constraints,
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="task_ends_after_start"),
            models.CheckConstraint(condition=Q(seats__gte=1), name="task_has_seats"),
        ]
        indexes = [models.Index(fields=["place", "status", "starts_at"], name="task_open_by_place")]

    def __str__(self):
        return self.title

    @property
    def planned_hours(self) -> Decimal:
        """The planned time in steps of half an hour, at least one step."""
        hours = Decimal((self.ends_at - self.starts_at).total_seconds()) / 3600
        return max((hours / STEP).quantize(Decimal(1), ROUND_HALF_UP) * STEP, STEP)

    @property
    def hours_offered(self) -> list[Decimal]:
        """What a report may say: every half hour up to somewhat beyond the plan, a day at most."""
        most = min(self.planned_hours + HOURS_BEYOND_PLAN, Decimal(24))
        return [STEP * n for n in range(1, int(most / STEP) + 1)]

    @property
    def needs_reading(self) -> bool:
        """Whether one reads the safety text before claiming."""
        return self.risk != Risk.LOW

    def readable_by(self, person) -> bool:
        """What `visible_to` answers, for a task at hand: no second look at the database, which a race would feel."""
        published = self.status != self.Status.DRAFT and can(person, P.VIEW_TASK, self.place)
        return published or can(person, P.PUBLISH_TASK, self.place)

    @property
    def is_open(self) -> bool:
        return self.status == self.Status.OPEN

    @property
    def is_draft(self) -> bool:
        return self.status == self.Status.DRAFT

    @property
    def begun(self) -> bool:
        return self.starts_at <= timezone.now()

    @property
    def ended(self) -> bool:
        return self.ends_at <= timezone.now()

    @property
    def notice_short(self) -> bool:
        """So close to the start that whoever withdraws should also phone."""
        return self.starts_at - timezone.now() < settings.WITHDRAW_FREE_HOURS * HOUR

    @classmethod
    def draft(cls, *, by, submit_key=None, publish=False, **fields) -> "Task":
        """Write a task down, and open it at once if asked to; the same form sent twice is one task.

        Raises PermissionDenied, Refused.
        """
        if not can(by, P.PUBLISH_TASK, fields["place"]):
            raise PermissionDenied
        sent_before = cls.objects.filter(submit_key=submit_key, contact=by) if submit_key else cls.objects.none()
        try:
            with transaction.atomic():
                if there := sent_before.first():
                    return there
                if submit_key and cls.objects.filter(submit_key=submit_key).exists():
                    submit_key = None  # somebody else's key: a form of one's own all the same
                task = cls.objects.create(contact=by, submit_key=submit_key or None, **fields)
                record("task.draft", subject=task, by=by, place=task.place_id, went_to=task.status)
                if publish:
                    task.publish(by=by)
        except IntegrityError:
            if (there := sent_before.first()) is None:
                raise
            return there
        return task

    @transition(Status.DRAFT, to=Status.OPEN, permission=P.PUBLISH_TASK, label="发布", guard=task_not_begun)
    def publish(self, *, by):
        """Open the task for claiming."""

    @transition(
        Status.DRAFT, Status.OPEN, to=Status.CANCELLED, permission=P.PUBLISH_TASK, label="取消", guard=still_to_come,
        asks=["reason"],
    )  # fmt: skip
    def cancel(self, *, by, reason):
        """Call it off; who was in stays recorded and is told."""
        self._end_claims([Claim.Status.WAITING, Claim.Status.CLAIMED], reason)

    @transition(Status.OPEN, to=Status.CLOSED, permission=P.PUBLISH_TASK, label="结束", guard=only_clock)
    def close(self, *, by):
        """Its time is over: the waiting list ends; whoever was in can still report."""
        self._end_claims([Claim.Status.WAITING], "任务已经结束，没有空出名额")

    def _end_claims(self, statuses, reason):
        # Held from here on, so that a claim coming in now either is seen below or is refused.
        seats.lock(self)
        for claim in Claim.objects.filter(task=self, status__in=statuses):
            claim.task = self
            claim.drop(by=CLOCK, reason=reason)

    def why_not_claim(self, by, *, read_risk=True) -> str | None:
        """Why this person cannot claim now, in words; None when they can."""
        if self.status != self.Status.OPEN:
            return f"这个任务{self.get_status_display()}，不能认领"
        if self.begun:
            return "任务已经开始，来不及认领了"
        if self.needs_reading and not read_risk:
            return "这个任务有一定风险，请先读安全说明，再勾选“我已读过”"
        return None

    def claim(self, *, by, read_risk=False) -> "Claim":
        """Take a seat, or a place in the waiting list when all are taken; claiming twice is claiming once.

        Raises Refused, PermissionDenied.
        """
        if not can(by, P.CLAIM_TASK, self.place):
            raise PermissionDenied
        if why := self.why_not_claim(by, read_risk=read_risk):
            raise Refused(why)
        claim = Claim(task=self, person=by, read_risk=read_risk)
        try:
            if self.taken >= self.seats or not claim.seated():
                claim.queued()
        except IntegrityError:
            there = Claim.objects.filter(task=self, person=by, status__in=Claim.ACTIVE).first()
            if there is None:
                raise
            return there
        return claim

    def promote_waiting(self) -> None:
        """Free seats go to the waiting list, in order. Call it while holding the row (`seats.lock` or `release`)."""
        for waiting in Claim.objects.filter(task=self, status=Claim.Status.WAITING).order_by("pk"):
            if not Task.objects.filter(pk=self.pk, taken__lt=F("seats")).exists():
                return
            waiting.task = self
            with suppress(Refused):  # they withdrew this very moment: the seat goes to the next one
                waiting.promote(by=CLOCK)


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


def close_past(*, now=None) -> int:
    """The clock ends tasks whose time is over a day; claims stay open for a late report. Returns how many."""
    now = now or timezone.now()
    past = Task.objects.filter(status=Task.Status.OPEN, ends_at__lt=now - dt.timedelta(days=1)).select_related("place")
    for task in past:
        task.close(by=CLOCK)
    return len(past)


def _task_contacts(reader) -> Q:
    """Whoever sees a task may phone its contact; whoever may reveal numbers there, the people who are in."""
    seen = Task.objects.visible_to(reader).filter(status__in=[Task.Status.OPEN, Task.Status.CLOSED])
    inside = Claim.objects.filter(scope(reader, P.REVEAL_CONTACT, "task__place"), status__in=Claim.HOLDING)
    return Q(pk__in=seen.values("contact")) | Q(pk__in=inside.values("person"))


CONTACT_SCOPES.append(_task_contacts)
