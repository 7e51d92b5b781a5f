"""Governance tasks (治理任务): published with seats, claimed, reported, verified by someone else, entered in the ledger."""

import datetime as dt
from contextlib import suppress
from decimal import ROUND_HALF_UP, Decimal

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, models, transaction
from django.db.models import Case, Exists, F, OuterRef, Q, When
from django.utils import timezone

from tongxin.access.policy import Permission as P
from tongxin.access.rules import can, scope
from tongxin.journal.models import record
from tongxin.places.models import Place
from tongxin.service.models import STEP, Factor
from tongxin.workflow import seats
from tongxin.workflow.transitions import CLOCK, Refused, only_clock, transition

from ..guards import (
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


def close_past(*, now=None) -> int:
    """The clock ends tasks whose time is over a day; claims stay open for a late report. Returns how many."""
    now = now or timezone.now()
    past = Task.objects.filter(status=Task.Status.OPEN, ends_at__lt=now - dt.timedelta(days=1)).select_related("place")
    for task in past:
        task.close(by=CLOCK)
    return len(past)


from .claim import Claim  # noqa: E402 - a task and its claims know each other
