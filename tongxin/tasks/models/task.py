"""Governance tasks (治理任务): published with seats, claimed, reported, verified by someone else, entered in the ledger."""

import datetime as dt
from contextlib import suppress
from decimal import ROUND_HALF_UP, Decimal

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, models, transaction
from django.db.models import Case, Exists, F, OuterRef, Q, Value, When
from django.utils import timezone

from tongxin.access.policy import Permission as P
from tongxin.access.rules import can, scope
from tongxin.journal.models import record
from tongxin.people.models import AgeBand
from tongxin.places.models import Place
from tongxin.service.models import STEP
from tongxin.workflow import seats
from tongxin.workflow.transitions import CLOCK, Refused, only_clock, transition

from .. import reach
from ..guards import may_be_changed, still_to_come, task_not_begun
from .described import Described

HOURS_BEYOND_PLAN = 3  # how much longer than planned a report may be; beyond that it is a typing error
HOUR = dt.timedelta(hours=1)
AGREEMENT = "2026-11"  # version of tasks/_agreement.html
CHANGEABLE = ("starts_at", "ends_at", "spot", "seats")


def still_claimable(now, prefix="") -> Q:
    """Tasks that can still be taken up: before the start, or before the end where one does it when it suits."""
    coming = Q(**{f"{prefix}starts_at__gt": now})
    return coming | Q(**{f"{prefix}flexible": True, f"{prefix}ends_at__gt": now})


class TaskQuerySet(models.QuerySet):
    def visible_to(self, person):
        """What this person may see: published where they serve or open to them, drafts only where they may publish."""
        published = reach.visible(person) & ~Q(status=Task.Status.DRAFT)
        # Whoever left the team still reports and answers for what they did.
        took_part = Q(pk__in=Claim.objects.filter(person=person, status__in=Claim.SEATED).values("task"))
        return self.filter(published | took_part | scope(person, P.PUBLISH_TASK)).select_related("place")

    def published_by(self, person):
        """The board: everything at the places where this person may publish."""
        return self.filter(scope(person, P.PUBLISH_TASK)).select_related("place")

    def open_for(self, person, *, home=None, now=None):
        """What this person may claim and is still to come: what they can take first, then nearest, then soonest.

        Nearest: the same building as `home`, the same estate, the own 居村, what a neighbouring 居村 opened.
        """
        mine = Claim.objects.filter(task=OuterRef("pk"), person=person, status__in=Claim.ACTIVE)
        return (
            self.filter(reach.claimable(person), still_claimable(now or timezone.now()), status=Task.Status.OPEN)
            .select_related("place")
            .annotate(far=reach.distance_rank(person, home))
            .order_by(
                Exists(mine),
                Case(When(taken__lt=F("seats"), then=Value(0)), default=Value(1)),
                "far",
                "starts_at",
                "pk",
            )
        )

    def not_held_by(self, person):
        """Without what this person is in already, has reported, or waits for."""
        held = Claim.objects.of(person).filter(task=OuterRef("pk"), status__in=Claim.HOLDING)
        return self.exclude(Exists(held))


class Task(seats.Seated, Described):
    """A piece of work neighbours can take up (治理任务)."""

    class Status(models.TextChoices):
        DRAFT = "draft", "草稿"
        OPEN = "open", "可认领"
        CLOSED = "closed", "已结束"
        CANCELLED = "cancelled", "已取消"

    place = models.ForeignKey(Place, models.PROTECT, related_name="tasks")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    flexible = models.BooleanField(default=False)  # done whenever it suits between the two times
    hours = models.DecimalField(max_digits=4, decimal_places=1, null=True)  # planned, where the times do not say it
    open_to = models.ForeignKey(Place, models.PROTECT, null=True, related_name="+")  # its volunteers may claim as well
    contact = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    status = models.CharField(max_length=10, choices=Status, default=Status.DRAFT)
    origin_kind = models.CharField(max_length=60, blank=True)  # a task born from a need names it here
    origin_id = models.BigIntegerField(null=True)
    series = models.ForeignKey("tasks.Series", models.PROTECT, null=True, related_name="tasks")
    series_date = models.DateField(null=True)  # the date of the series it stands for, wherever it was moved to
    submit_key = models.CharField(max_length=40, null=True, unique=True)  # the same form sent twice is one task

    objects = TaskQuerySet.as_manager()

    class Meta(seats.Seated.Meta):
        constraints = [
            *seats.Seated.Meta.constraints,
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="task_ends_after_start"),
            models.CheckConstraint(condition=Q(seats__gte=1), name="task_has_seats"),
            models.UniqueConstraint(fields=["series", "series_date"], name="task_once_a_date"),
            models.CheckConstraint(
                condition=Q(flexible=False) | Q(hours__isnull=False), name="task_flexible_says_hours"
            ),
            models.CheckConstraint(condition=Q(hours=None) | Q(hours__gt=0, hours__lte=24), name="task_hours_of_a_day"),
        ]
        indexes = [models.Index(fields=["place", "status", "starts_at"], name="task_open_by_place")]

    def __str__(self):
        return self.title

    @property
    def planned_hours(self) -> Decimal:
        """The planned time in steps of half an hour, at least one step."""
        if self.hours:
            return self.hours
        hours = Decimal((self.ends_at - self.starts_at).total_seconds()) / 3600
        return max((hours / STEP).quantize(Decimal(1), ROUND_HALF_UP) * STEP, STEP)

    @property
    def hours_offered(self) -> list[Decimal]:
        """What a report may say: every half hour up to somewhat beyond the plan, a day at most."""
        most = min(self.planned_hours + HOURS_BEYOND_PLAN, Decimal(24))
        return [STEP * n for n in range(1, int(most / STEP) + 1)]

    def readable_by(self, person) -> bool:
        """What `visible_to` answers, for a task at hand: no second look at the database, which a race would feel."""
        published = self.status != self.Status.DRAFT and reach.may_see(person, self)
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
    def contact_is_called(self) -> bool:
        """Whether the people of the place may still phone its contact: until somewhat after it is over."""
        kept = dt.timedelta(days=settings.CONTACT_KEPT_DAYS)
        return self.is_open or (self.status == self.Status.CLOSED and self.ends_at > timezone.now() - kept)

    @property
    def last_call(self) -> dt.datetime:
        """Until when it can be taken up and given back: the start; the end, where one does it when it suits."""
        return self.ends_at if self.flexible else self.starts_at

    @property
    def too_late(self) -> bool:
        return self.last_call <= timezone.now()

    @property
    def notice_short(self) -> bool:
        """So close to the start that whoever withdraws should also phone."""
        return not self.flexible and self.starts_at - timezone.now() < settings.WITHDRAW_FREE_HOURS * HOUR

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

    def why_not_claim(self, by, *, read_risk=True, agreed=True) -> str | None:
        """Why this person cannot claim now, in words; None when they can."""
        if self.status != self.Status.OPEN:
            return f"这个任务{self.get_status_display()}，不能认领"
        if self.too_late:
            return "任务已经开始，来不及认领了"
        if why := self.too_young(by):
            return why
        if self.needs_reading and not read_risk:
            return "这个任务有一定风险，请先读安全说明，再勾选“我已读过”"
        if self.needs_agreement and not agreed:
            return "这个任务风险较高，请先读书面协议，再勾选“我同意”"
        return None

    def too_young(self, by) -> str | None:
        """Why a young person does not take this one (R9); None for everybody else, and for who told no age."""
        if by.age_band != AgeBand.MINOR:
            return None
        if self.needs_reading:
            return "这个任务有一定风险，未成年人不能参加。别的任务欢迎您来"
        return None if self.minors else "这个任务请成年人参加。别的任务欢迎您来"

    def claim(self, *, by, read_risk=False, agreed=False) -> "Claim":
        """Take a seat, or a place in the waiting list when all are taken; claiming twice is claiming once.

        Raises Refused, PermissionDenied.
        """
        if not reach.may_claim(by, self):
            raise PermissionDenied
        if why := self.why_not_claim(by, read_risk=read_risk, agreed=agreed):
            raise Refused(why)
        agreement = AGREEMENT if self.needs_agreement else ""
        claim = Claim(task=self, person=by, read_risk=read_risk, agreement=agreement)
        try:
            if self.taken >= self.seats or not claim.seated():
                claim.queued()
        except IntegrityError:
            there = Claim.objects.filter(task=self, person=by, status__in=Claim.ACTIVE).first()
            if there is None:
                raise
            return there
        return claim

    def change(self, *, by, **given) -> None:
        """Another time, spot or number of seats (`CHANGEABLE`); everybody who is in hears of the time and the spot.

        Raises PermissionDenied, Refused.
        """
        if not can(by, P.PUBLISH_TASK, self.place):
            raise PermissionDenied
        with transaction.atomic():
            before = seats.lock(self, "status", "flexible", *CHANGEABLE)
            after = {name: given.get(name, getattr(before, name)) for name in CHANGEABLE}
            if why := may_be_changed(before, by) or self._impossible(before, after):
                raise Refused(why)
            facts = _changed(before, after)
            if not facts:
                return
            Task.objects.filter(pk=self.pk).update(**after)
            for name, value in after.items():
                setattr(self, name, value)
            record("task.change", subject=self, by=by, place=self.place_id, facts=facts)
            if self.seats > before.seats:
                self.promote_waiting()

    def _impossible(self, before, after) -> str | None:
        """Why a change makes no sense, in words. `before` is read while holding the row: nobody slips in meanwhile."""
        if after["seats"] < before.taken:
            return f"已经有{before.taken}位在册，名额不能少于{before.taken}。确实要少，请先和他们商量，有人退出后再改"
        if after["seats"] < 1 or after["ends_at"] <= after["starts_at"]:
            return "名额至少1个，结束要晚于开始，请检查"
        last_call = after["ends_at"] if before.flexible else after["starts_at"]
        return "这个时间已经过去了，请检查日期和开始时间" if last_call <= timezone.now() else None

    def hand_over(self, *, to, by) -> None:
        """Another contact: someone who leads there. Nothing happens when it is the contact already.

        Raises PermissionDenied, Refused.
        """
        if by is not CLOCK and not can(by, P.PUBLISH_TASK, self.place):
            raise PermissionDenied
        if self.status == self.Status.CANCELLED:
            raise Refused("任务已取消，不用再换联系人")
        if not can(to, P.VERIFY_CLAIM, self.place):
            raise Refused("联系人要在这里带队或负责任务，请另选一位")
        if to.pk == self.contact_id:
            return
        facts = {"person": self.contact_id, "successor": to.pk}
        with transaction.atomic():
            self.contact = to
            self.save(update_fields=["contact"])
            record("task.hand_over", subject=self, by=by, place=self.place_id, facts=facts)

    def promote_waiting(self) -> None:
        """Free seats go to the waiting list, in order. Call it while holding the row (`seats.lock` or `release`)."""
        line = Claim.objects.filter(task=self, status=Claim.Status.WAITING).select_related("person").order_by("pk")
        for waiting in line:
            if not Task.objects.filter(pk=self.pk, taken__lt=F("seats")).exists():
                return
            waiting.task = self
            with suppress(Refused):  # they withdrew this very moment: the seat goes to the next one
                waiting.promote(by=CLOCK)


def _changed(before, after) -> dict:
    """What is different, old and new in words; the time as one."""
    old = {"when": in_words(before.starts_at, before.ends_at), "spot": before.spot, "seats": before.seats}
    new = {"when": in_words(after["starts_at"], after["ends_at"]), "spot": after["spot"], "seats": after["seats"]}
    changed = [name for name in old if old[name] != new[name]]
    return {f"{name}_{side}": words[name] for name in changed for side, words in (("from", old), ("to", new))}


def in_words(starts_at, ends_at) -> str:
    """As in 11月24日 18:30–20:00, with both days when they differ."""
    start, end = timezone.localtime(starts_at), timezone.localtime(ends_at)
    until = f"{end:%H:%M}" if end.date() == start.date() else f"{end.month}月{end.day}日 {end:%H:%M}"
    return f"{start.month}月{start.day}日 {start:%H:%M}–{until}"


def close_past(*, now=None) -> int:
    """The clock ends tasks whose time is over a day; claims stay open for a late report. Returns how many."""
    now = now or timezone.now()
    past = Task.objects.filter(status=Task.Status.OPEN, ends_at__lt=now - dt.timedelta(days=1)).select_related("place")
    for task in past:
        task.close(by=CLOCK)
    return len(past)


from .claim import Claim  # noqa: E402 - a task and its claims know each other
