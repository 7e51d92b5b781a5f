"""One person in one task (认领): claimed, reported, verified by someone else, entered in the ledger.

What the person said is never overruled in one step by one hand: a correction waits for the person, a disagreement (or
silence) for the neighbourhood, and where the corrector decides there, for the 街镇.
"""

import datetime as dt

from django.conf import settings
from django.db import models, transaction
from django.db.models import Count, F, Q
from django.utils import timezone

from tongxin.access.policy import Permission as P
from tongxin.access.rules import can, scope
from tongxin.journal.models import record
from tongxin.people.models import CONTACT_SCOPES, Merge
from tongxin.service.models import award
from tongxin.workflow import seats
from tongxin.workflow.transitions import ITS, OWN, Refused, only_clock, transition
from tongxin.workflow.working_time import add_working_days

from ..guards import (
    after_start,
    answered_with_hours,
    answered_with_none,
    as_it_was_read,
    before_the_end,
    disputable,
    not_own_hours,
    outside_the_dispute,
    proposed_by_the_clock,
    still_held,
)
from .task import Task, still_claimable

EVENING = 21  # o'clock: when a held seat falls free


class ClaimQuerySet(models.QuerySet):
    def of(self, person):
        """This person's own, also of the rows merged into theirs."""
        merged = Merge.objects.filter(kept=person.pk, undone_at=None)
        return self.filter(Q(person=person) | Q(person__in=merged.values("gone"))).select_related(
            "task__place", "person"
        )

    def in_hand(self):
        """Something is still to come: to do, to report, to be verified."""
        return self.filter(status__in=Claim.HOLDING)

    def held_counts(self) -> dict:
        """How many are in hand ("all"), and how many of these are tasks still open to others ("open"); one query."""
        coming = Q(still_claimable(timezone.now(), "task__"), task__status=Task.Status.OPEN)
        return self.in_hand().aggregate(all=Count("pk"), open=Count("pk", filter=coming))

    def to_verify(self, person):
        """Reports at the places where this person may verify, oldest first; own ones too, they show why not."""
        waiting = self.filter(scope(person, P.VERIFY_CLAIM, "task__place"), status=Claim.Status.REPORTED)
        return waiting.select_related("task__place", "person").order_by("reported_at", "pk")

    def to_check(self, person):
        """Verified hours where this person may look again."""
        verified = self.filter(scope(person, P.CHECK_HOURS, "task__place"), status=Claim.Status.VERIFIED)
        return verified.select_related("task__place", "person", "verified_by")

    def to_decide(self, person):
        """Disagreements this person may have to decide: of the neighbourhood, or gone up to the 街镇; oldest first."""
        here = scope(person, P.DECIDE_DISPUTE, "task__place") & Q(up=False)
        above = scope(person, P.DECIDE_APPEAL, "task__place") & Q(up=True)
        waiting = self.filter(here | above, status=Claim.Status.DISPUTED)
        return waiting.select_related("task__place", "person", "corrected_by").order_by("disputed_at", "pk")


class Claim(models.Model):
    """One person's claim of one seat of a task (认领)."""

    class Status(models.TextChoices):
        WAITING = "waiting", "候补中"
        CLAIMED = "claimed", "已认领"
        REPORTED = "reported", "待核验"
        CORRECTED = "corrected", "待本人确认更正"
        DISPUTED = "disputed", "待裁定"
        VERIFIED = "verified", "已核验"
        WITHDRAWN = "withdrawn", "已退出"
        DROPPED = "dropped", "随任务结束"
        RELEASED = "released", "名额已让出"
        ABSENT = "absent", "没有参加"

    HOLDING = [Status.WAITING, Status.CLAIMED, Status.REPORTED, Status.CORRECTED, Status.DISPUTED]
    WORKED = [Status.REPORTED, Status.CORRECTED, Status.DISPUTED, Status.VERIFIED, Status.ABSENT]
    SEATED = [Status.CLAIMED, *WORKED]
    ACTIVE = [Status.WAITING, *SEATED]
    CORRECTS = ["corrected_hours", "corrected_by", "corrected_at", "answer_by", "up"]
    SETTLES = ["hours", "reported_hours", "verified_by", "verified_at"]

    task = models.ForeignKey(Task, models.PROTECT, related_name="claims")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="claims")
    status = models.CharField(max_length=10, choices=Status)
    read_risk = models.BooleanField(default=False)
    agreement = models.CharField(max_length=20, blank=True)  # version of the written agreement, where one was due
    hours = models.DecimalField(max_digits=5, decimal_places=2, null=True)  # as reported, in steps of half an hour
    note = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField(default=timezone.now)
    reported_at = models.DateTimeField(null=True)
    proposed = models.BooleanField(default=False)  # the clock wrote the planned time down, the person said nothing
    corrected_hours = models.DecimalField(
        max_digits=5, decimal_places=2, null=True
    )  # what the verifier thinks; 0: none
    corrected_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    corrected_at = models.DateTimeField(null=True)
    answer_by = models.DateTimeField(null=True)  # until when the person may answer; then somebody else decides
    up = models.BooleanField(default=False)  # the corrector decides disputes there: the 街镇 does it instead
    disputed_at = models.DateTimeField(null=True)
    reported_hours = models.DecimalField(
        max_digits=5, decimal_places=2, null=True
    )  # as the person said, if `hours` differ
    verified_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    verified_at = models.DateTimeField(null=True)
    late = models.BooleanField(default=False)  # withdrew shortly before the start or after it: the contact is told
    release_at = models.DateTimeField(null=True)  # until when the seat of a flexible task is held; both sides see it
    warned_at = models.DateTimeField(null=True)  # told that this time is near
    asked_at = models.DateTimeField(null=True)  # asked whether they were there
    chased = models.PositiveSmallIntegerField(default=0)  # reminders sent since it came into this state

    objects = ClaimQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["task", "person"],
                condition=Q(
                    status__in=["waiting", "claimed", "reported", "corrected", "disputed", "verified", "absent"]
                ),
                name="claim_once",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["reported", "corrected", "disputed", "verified"])
                | Q(hours__gt=0, hours__lte=24, reported_at__isnull=False),
                name="claim_reported_has_hours",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["corrected", "disputed", "absent"])
                | Q(
                    corrected_by__isnull=False,
                    corrected_at__isnull=False,
                    corrected_hours__gte=0,
                    answer_by__isnull=False,
                ),
                name="claim_corrected_says_how",
            ),
            models.CheckConstraint(
                condition=Q(status="verified", verified_by__isnull=False, verified_at__isnull=False)
                | ~Q(status="verified") & Q(verified_by=None),
                name="claim_verified_has_verifier",
            ),
            models.CheckConstraint(
                condition=~Q(verified_by=F("person")) & ~Q(corrected_by=F("person")), name="claim_not_self_verified"
            ),
            models.CheckConstraint(condition=Q(late=False) | Q(status="withdrawn"), name="claim_late_has_withdrawn"),
        ]
        indexes = [
            models.Index(fields=["person", "status"], name="claim_mine"),
            models.Index(fields=["verified_at"], name="claim_verified_when"),
        ]

    @property
    def is_worked(self) -> bool:
        """Hours were said, whatever was decided about them."""
        return self.status in self.WORKED

    @property
    def place(self):
        return self.task.place

    @property
    def permission(self):
        """What deciding a disagreement about it takes."""
        return P.DECIDE_APPEAL if self.up else P.DECIDE_DISPUTE

    @property
    def served_on(self) -> dt.date:
        """The day in Shanghai the hours count for: that of the task, or of the report where one does it when one likes."""
        if not self.task.flexible:
            return timezone.localdate(self.task.starts_at)
        return timezone.localdate(min(self.reported_at, self.task.ends_at))

    def seated(self) -> bool:
        """Take a free seat of the open task; False when none is left. Raises IntegrityError when one holds a claim."""
        self.status = self.Status.CLAIMED
        self.release_at = self._held_until()
        return seats.grant(self.task, self, journal=self._journal_claim, status=Task.Status.OPEN)

    def queued(self) -> None:
        """Stand at the end of the waiting list; with a seat freed meanwhile, move up at once. Raises Refused."""
        with transaction.atomic():
            self.status, self.release_at = self.Status.WAITING, None
            self.save(force_insert=True)
            self._journal_claim()
            task = seats.lock(self.task, "status")
            if task.status != Task.Status.OPEN:
                raise Refused(f"这个任务{task.get_status_display()}，不能认领")
            if task.free_seats:
                self.task.promote_waiting()
                self.refresh_from_db(fields=["status", "release_at"])

    def _journal_claim(self):
        record("claim.claim", subject=self, by=self.person, place=self.task.place_id, went_to=self.status)

    def _held_until(self):
        """Seats of flexible tasks are held some days; None where the seat is held to the end anyway."""
        if not self.task.flexible:
            return None
        day = timezone.localtime(max(timezone.now(), self.task.starts_at)) + dt.timedelta(days=settings.CLAIM_HOLD_DAYS)
        evening = day.replace(hour=EVENING, minute=0, second=0, microsecond=0)
        return evening if evening < self.task.ends_at else None

    def _free_the_seat(self):
        seats.release(self.task)
        if not self.task.too_late:
            self.task.promote_waiting()

    def _settle(self, hours, verifier):
        """Enter the hours in the ledger; what the person had said stays beside them."""
        self._offered(hours)
        as_it_was_read(self)
        if hours != self.hours:
            self.reported_hours, self.hours = self.hours, hours
        self.verified_by, self.verified_at = verifier, timezone.now()
        award(
            self.person, hours=hours, factor=self.task.factor, place=self.place, served_on=self.served_on,
            reason=self.task.title, source=self, by=verifier,
        )  # fmt: skip

    def _offered(self, hours):
        if hours not in self.task.hours_offered:
            raise Refused(
                f"时长按半小时登记，最多{float(self.task.hours_offered[-1]):g}小时。确实更长的，请打电话给联系人"
            )

    @transition(
        Status.WAITING,
        to=Status.CLAIMED,
        permission=P.CLAIM_TASK,
        label="候补转正",
        guard=only_clock,
        writes=["release_at"],
    )
    def promote(self, *, by):
        """A seat became free: the first in the waiting list has it."""
        if not self.person.is_active or self.task.too_young(self.person):
            raise Refused("本人已注销，或这个任务不适合未成年人")
        if not seats.take(self.task, status=Task.Status.OPEN):
            raise Refused("名额刚刚又满了")
        self.release_at = self._held_until()

    @transition(
        Status.CLAIMED, Status.WAITING, to=Status.WITHDRAWN, permission=OWN, label="我来不了", guard=before_the_end,
        writes=["late"],
    )  # fmt: skip
    def withdraw(self, *, by):
        """Give the seat back, any time before the end; the first in the waiting list moves up. Nothing is counted."""
        if self.status == self.Status.CLAIMED:
            self.late = self.task.notice_short and not self.task.flexible
            self._free_the_seat()

    @transition(
        Status.CLAIMED, to=Status.CLAIMED, permission=OWN, label="再留几天", guard=still_held,
        writes=["release_at", "warned_at"],
    )  # fmt: skip
    def keep(self, *, by):
        """Hold the seat some days more, as long as nobody waits for it."""
        if Claim.objects.filter(task=self.task_id, status=self.Status.WAITING).exists():
            raise Refused("有邻居在候补，名额不能再留。还想参加可以到时再认领")
        self.release_at, self.warned_at = self._held_until(), None

    @transition(
        Status.CLAIMED,
        to=Status.RELEASED,
        permission=P.PUBLISH_TASK,
        label="让出名额",
        guard=only_clock,
        asks=["reason"],
    )
    def release(self, *, by, reason):
        """The time a seat is held for is over, or the person left: the next one has it."""
        self._free_the_seat()

    @transition(
        Status.CLAIMED, Status.RELEASED, Status.REPORTED, to=Status.REPORTED, permission=OWN, label="登记时长",
        guard=after_start, asks=["hours", "note"], writes=["hours", "note", "reported_at", "chased", "proposed"],
    )  # fmt: skip
    def report(self, *, by, hours, note=""):
        """Say that it is done and how long it took, also in place of what the clock proposed. Raises Refused."""
        self._offered(hours)
        if self.status == self.Status.RELEASED:
            self._take_again()
        self.hours, self.note, self.reported_at = hours, note, timezone.now()
        self.chased, self.proposed = 0, False

    def _take_again(self):
        if Claim.objects.filter(task=self.task_id, person=self.person_id, status__in=self.ACTIVE).exists():
            raise Refused("您又认领了这个任务，请在新的那一条登记")
        if not seats.take(self.task):
            raise Refused("名额已经给了候补的邻居。您确实做过，请打电话给联系人，由居村补录")

    @transition(
        Status.CLAIMED, to=Status.REPORTED, permission=P.VERIFY_CLAIM, label="按计划时间代为登记", guard=only_clock,
        writes=["hours", "reported_at", "proposed", "chased"],
    )  # fmt: skip
    def propose(self, *, by):
        """Nobody answered: the planned time is put before the verifier, marked as the clock's."""
        self.hours, self.reported_at = min(self.task.planned_hours, self.task.hours_offered[-1]), timezone.now()
        self.proposed, self.chased = True, 0

    @transition(
        Status.REPORTED, to=Status.VERIFIED, permission=P.VERIFY_CLAIM, label="核验", guard=not_own_hours, writes=SETTLES
    )  # fmt: skip
    def verify(self, *, by):
        """Confirm the hours of somebody else; they enter the ledger once."""
        self._settle(self.hours, by)

    @transition(
        Status.REPORTED, to=Status.CORRECTED, permission=P.VERIFY_CLAIM, label="更正", guard=not_own_hours,
        asks=["hours", "reason"], writes=CORRECTS,
    )  # fmt: skip
    def correct(self, *, by, hours, reason):
        """Put other hours beside what the person said (0: was not there), with the reason; the person answers."""
        _said(reason)
        if hours == self.hours:
            raise Refused("和登记的时长一样，不用更正，请直接核验")
        if hours:
            self._offered(hours)
        self._corrected(hours, by, settings.ANSWER_WORKING_DAYS)

    @transition(
        Status.REPORTED, to=Status.ABSENT, permission=P.VERIFY_CLAIM, label="没有参加", guard=proposed_by_the_clock,
        asks=["reason"], writes=CORRECTS,
    )  # fmt: skip
    def mark_absent(self, *, by, reason):
        """Say of a time the clock proposed that the person was not there; they may disagree."""
        _said(reason)
        self._corrected(0, by, settings.DISPUTE_WORKING_DAYS)

    def _corrected(self, hours, by, days):
        as_it_was_read(self)
        self.corrected_hours, self.corrected_by, self.corrected_at = hours, by, timezone.now()
        self.answer_by = add_working_days(self.corrected_at, days)
        self.up = can(by, P.DECIDE_DISPUTE, self.place)

    @transition(
        Status.CORRECTED, to=Status.VERIFIED, permission=OWN, label="同意更正", guard=answered_with_hours, writes=SETTLES
    )  # fmt: skip
    def accept(self, *, by):
        """The person agrees: the corrected hours enter the ledger, confirmed by whoever corrected them."""
        self._settle(self.corrected_hours, self.corrected_by)

    @transition(Status.CORRECTED, to=Status.ABSENT, permission=OWN, label="确实没有参加", guard=answered_with_none)
    def accept_none(self, *, by):
        """The person agrees that they were not there."""

    @transition(
        Status.CORRECTED, Status.ABSENT, to=Status.DISPUTED, permission=OWN, label="有异议", guard=disputable,
        asks=["reason"], writes=["disputed_at", "chased"],
    )  # fmt: skip
    def dispute(self, *, by, reason):
        """Disagree, in words; somebody else decides."""
        _said(reason)
        self.disputed_at, self.chased = timezone.now(), 0

    @transition(
        Status.CORRECTED, to=Status.DISPUTED, permission=P.VERIFY_CLAIM, label="本人没有回应，转居村裁定", guard=only_clock,
        writes=["disputed_at", "chased"],
    )  # fmt: skip
    def pass_on(self, *, by):
        """No answer in time is no agreement: somebody else looks at both sides."""
        self.disputed_at, self.chased = timezone.now(), 0

    @transition(
        Status.DISPUTED, to=Status.VERIFIED, permission=ITS, label="裁定时长", guard=outside_the_dispute,
        asks=["hours", "reason"], writes=SETTLES,
    )  # fmt: skip
    def decide(self, *, by, hours, reason):
        """Decide how long it was, with the reason."""
        _said(reason)
        self._settle(hours, by)

    @transition(
        Status.DISPUTED, to=Status.ABSENT, permission=ITS, label="裁定没有参加", guard=outside_the_dispute,
        asks=["reason"],
    )  # fmt: skip
    def decide_none(self, *, by, reason):
        """Decide that the person was not there, with the reason."""
        _said(reason)

    @transition(
        Status.WAITING, Status.CLAIMED, to=Status.DROPPED, permission=P.PUBLISH_TASK, label="随任务结束", guard=only_clock,
        asks=["reason"],
    )  # fmt: skip
    def drop(self, *, by, reason):
        """End with the cancelled or finished task; the row stays."""
        if self.status == self.Status.CLAIMED:
            seats.release(self.task)

    # what a form chooses between ---------------------------------------------------------------------------------------

    def put_right(self, *, by, hours, reason):
        """Other hours, or none, than stand there."""
        if not hours and self.proposed:
            return self.mark_absent(by=by, reason=reason)
        return self.correct(by=by, hours=hours, reason=reason)

    def agree(self, *, by):
        """Agree to whatever the correction says."""
        return (self.accept if self.corrected_hours else self.accept_none)(by=by)

    def rule(self, *, by, hours, reason):
        """Decide how long it was, or that it was not at all."""
        return self.decide(by=by, hours=hours, reason=reason) if hours else self.decide_none(by=by, reason=reason)


def _said(reason):
    if not reason.strip():
        raise Refused("请写明原因，对方会看到")


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
    lately = Q(status=Task.Status.CLOSED, ends_at__gt=timezone.now() - dt.timedelta(days=settings.CONTACT_KEPT_DAYS))
    seen = Task.objects.visible_to(reader).filter(Q(status=Task.Status.OPEN) | lately)
    inside = Claim.objects.filter(scope(reader, P.REVEAL_CONTACT, "task__place"), status__in=Claim.HOLDING)
    return Q(pk__in=seen.values("contact")) | Q(pk__in=inside.values("person"))


CONTACT_SCOPES.append(_task_contacts)
