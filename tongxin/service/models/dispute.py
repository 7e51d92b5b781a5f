"""A dispute on a line of the ledger, or on a line that is missing (时长异议).

The captain answers, the neighbourhood decides, the 街镇 has the last word. Nobody decides what they verified or answered.
Raising one never makes things worse: the hours that stand stay between what was entered and what the person says.
"""

from collections.abc import Callable
from decimal import Decimal

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, models, transaction
from django.db.models import Q
from django.utils import timezone

from tongxin.access.policy import Permission as P
from tongxin.access.rules import can, scope
from tongxin.journal.models import record
from tongxin.people.models import Person, selves
from tongxin.people.reach import place_of
from tongxin.places.models import Place
from tongxin.workflow.transitions import OWN, Refused, only_clock, transition
from tongxin.workflow.working_time import add_working_days

from .ledger import Entry, award, reverse
from .rule import STEP, Factor, Rule

MOST_HOURS = Decimal(24)
#: entry → ids of those who wrote down or corrected what it came from; the rooms it came from say so.
HANDS: list[Callable] = []


def not_own_dispute(dispute, by):
    """不能办自己的异议"""
    if dispute.person_id == by.pk:
        return "自己的异议请别人办理"
    return "提出的人与您同名，请另一位同事办理" if by.may_be(dispute.person) else None


def not_involved(dispute, by):
    """不是本人，也不是核验、答复或裁定过这一笔的人"""
    if why := not_own_dispute(dispute, by):
        return why
    if by.pk in dispute.hands:
        return "这一笔是您核验或答复过的，请另一位同事或街镇来定"
    if any(by.may_be(one) for one in Person.objects.filter(pk__in=dispute.hands)):
        return "核验或答复这一笔的人与您同名，请另一位同事或街镇来定"
    return None


def in_time(dispute, by):
    """裁定后10个工作日内"""
    late = dispute.due_at is not None and dispute.due_at < timezone.now()
    return "申请复核的时间已过。情况有变，请另提一条异议" if late else None


def overdue_by_clock(dispute, by):
    """只由系统在过了期限以后办理"""
    early = dispute.due_at is None or dispute.due_at >= timezone.now()
    return only_clock(dispute, by) or ("还没有过期限" if early else None)


def overdue_or_nobody(dispute, by):
    """只由系统办理：过了期限，或居村没有可以裁定的人"""
    if why := only_clock(dispute, by):
        return why
    waits = dispute.due_at is not None and dispute.due_at >= timezone.now()
    return "还在期限内，居村有人可以裁定" if waits and dispute.someone_decides() else None


class DisputeQuerySet(models.QuerySet):
    def of(self, person):
        """One's own, also of the rows merged into it, newest first."""
        return self.filter(person__in=selves(person)).select_related("entry", "place", "person").order_by("-pk")

    def handled_by(self, reader):
        """What this reader may look at because they answer or decide there."""
        where = scope(reader, P.VERIFY_CLAIM) | scope(reader, P.DECIDE_DISPUTE) | scope(reader, P.DECIDE_APPEAL)
        return self.filter(where).select_related("person", "place", "entry__by", "answered_by", "decided_by")

    def waiting_for(self, reader):
        """What this reader should do next, the most urgent first."""
        return (
            self.filter(
                scope(reader, P.VERIFY_CLAIM) & Q(status=Dispute.Status.OPEN)
                | scope(reader, P.DECIDE_DISPUTE) & Q(status=Dispute.Status.ASKED)
                | scope(reader, P.DECIDE_APPEAL) & Q(status=Dispute.Status.APPEALED)
            )
            .exclude(person=reader.pk)
            .select_related("person", "place", "entry")
            .order_by("due_at", "pk")
        )


class Dispute(models.Model):
    """One person says that a line is not right, or that one is missing (异议)."""

    class Kind(models.TextChoices):
        ENTRY = "entry", "有一笔不对"
        MISSING = "missing", "做了但没有记"

    class Status(models.TextChoices):
        OPEN = "open", "等待答复"
        ANSWERED = "answered", "已答复，待您看"
        ASKED = "asked", "等待居村裁定"
        DECIDED = "decided", "居村已裁定"
        APPEALED = "appealed", "街镇复核中"
        FINAL = "final", "街镇已定"
        CLOSED = "closed", "已了结"
        WITHDRAWN = "withdrawn", "本人撤回"

    #: Somebody still has to do something.
    ACTIVE = [Status.OPEN, Status.ANSWERED, Status.ASKED, Status.DECIDED, Status.APPEALED]
    #: Somebody of the office still has to do something.
    WAITING = [Status.OPEN, Status.ASKED, Status.APPEALED]

    kind = models.CharField(max_length=8, choices=Kind)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="disputes")
    entry = models.ForeignKey(Entry, models.PROTECT, null=True, related_name="disputes")
    place = models.ForeignKey(Place, models.PROTECT, related_name="+")
    served_on = models.DateField()
    what = models.CharField(max_length=80)  # what was done, as the line calls it
    hours = models.DecimalField(max_digits=6, decimal_places=2)  # as the person says they should be; 0: not mine
    factor = models.CharField(max_length=12, choices=Factor, default=Factor.ORDINARY)
    words = models.TextField(max_length=500)
    at = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField(null=True)  # of whoever has to do the next step
    status = models.CharField(max_length=10, choices=Status, default=Status.OPEN)
    answer = models.TextField(max_length=500, blank=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    decision = models.TextField(max_length=500, blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    appeal_words = models.TextField(max_length=500, blank=True)
    final_words = models.TextField(max_length=500, blank=True)
    final_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    objects = DisputeQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["entry"],
                name="dispute_one_open_a_line",
                condition=Q(entry__isnull=False, status__in=["open", "answered", "asked", "decided", "appealed"]),
            ),
            models.UniqueConstraint(
                fields=["person", "served_on", "what"],
                name="dispute_one_open_missing",
                condition=Q(entry=None, status__in=["open", "answered", "asked", "decided", "appealed"]),
            ),
            models.CheckConstraint(
                condition=Q(kind="entry", entry__isnull=False) | Q(kind="missing", entry=None, hours__gt=0),
                name="dispute_kind_fits",
            ),
            models.CheckConstraint(condition=Q(hours__gte=0, hours__lte=24), name="dispute_hours_of_a_day"),
        ]
        indexes = [models.Index(fields=["status", "due_at"], name="dispute_due")]  # fmt: skip

    def __str__(self):
        return self.what

    # raising one

    @classmethod
    def raise_on(cls, entry, *, by, words, hours, factor="") -> "Dispute":
        """Say that a line of one's own is not right; saying it twice is saying it once. Raises PermissionDenied, Refused."""
        if entry.person_id not in selves(by):
            raise PermissionDenied
        root = entry.reverses or entry
        # Also what a dispute still going on has put right: two about one line would each add their own hours.
        there = cls.objects.filter(Q(entry=root) | Q(corrections__entry=root), status__in=cls.ACTIVE)
        if found := there.first():
            return found
        if cls.objects.filter(Q(entry=root) | Q(corrections__entry=root), status=cls.Status.FINAL).exists():
            raise Refused("这一笔街镇已经复核定了。有新的情况，请打电话给街镇")
        if standing_of(root) is None:
            raise Refused("这一笔已经更正过，请对更正后的那一笔提出")
        fields = {
            "kind": cls.Kind.ENTRY, "entry": root, "place": _where(root.place, by), "served_on": root.served_on, "what": root.reason,
            "factor": factor or root.factor,
        }  # fmt: skip
        return cls._raise(there, by=by, words=words, hours=hours, **fields)

    @classmethod
    def raise_missing(cls, *, by, place, served_on, what, hours, words, factor=Factor.ORDINARY) -> "Dispute":
        """Say that something one did was never entered. Raises PermissionDenied, Refused."""
        if not can(by, P.LEAVE_TEAM, place):  # a member there
            raise PermissionDenied
        if served_on > timezone.localdate():
            raise Refused("日期还没有到，做完以后再登记")
        if Decimal(hours) <= 0:
            raise Refused("请填您做了几小时，至少0.5小时")
        if not Rule.objects.in_force().filter(since__lte=served_on).exists():
            raise Refused("那一天还没有开始记时长，请核对日期")
        what = what.strip()[:80]
        there = cls.objects.filter(person=by, entry=None, served_on=served_on, what=what, status__in=cls.ACTIVE)
        fields = {"kind": cls.Kind.MISSING, "place": place, "served_on": served_on, "what": what, "factor": factor}
        return cls._raise(there, by=by, words=words, hours=hours, **fields)

    @classmethod
    def _raise(cls, there, *, by, words, hours, **fields):
        hours = Decimal(hours)
        if hours < 0 or hours > MOST_HOURS or hours % STEP:
            raise Refused("时长请按半小时填，一天最多24小时")
        if not words.strip():
            raise Refused("请写一句哪里不对，好请人核对")
        try:
            with transaction.atomic():
                due = add_working_days(timezone.now(), settings.DISPUTE_ANSWER_WORKING_DAYS)
                dispute = cls.objects.create(person=by, words=words.strip(), hours=hours, due_at=due, **fields)
                facts = {"kind": dispute.kind}
                record(
                    "dispute.submit", subject=dispute, by=by, place=dispute.place, went_to=dispute.status, facts=facts
                )
        except IntegrityError:
            if (found := there.first()) is None:
                raise
            return found
        return dispute

    # what stands

    @property
    def current(self):
        """The line that stands for this dispute now; None when nothing is entered."""
        last = self.corrections.select_related("entry").order_by("-pk").first()
        if last is not None:
            return last.entry
        return (standing_of(self.entry) or None) if self.entry_id else None

    @property
    def standing(self) -> Decimal:
        return self.current.hours if self.current else Decimal(0)

    @property
    def first_hours(self) -> Decimal:
        """What stood when it was raised."""
        first = self.corrections.order_by("pk").first()
        return first.hours_before if first else self.standing

    @property
    def hands(self) -> set[int]:
        """Who verified, answered or decided: none of them decides next."""
        before = hands_of(self.entry) if self.entry_id else set()
        return (before | {self.answered_by_id, self.decided_by_id}) - {None}

    def someone_decides(self) -> bool:
        """Whether the neighbourhood has anybody who may decide this one."""
        from tongxin.access.models import Appointment
        from tongxin.access.policy import ALWAYS

        roles = [role for role, held in ALWAYS.items() if P.DECIDE_DISPUTE in held]
        above = [*self.place.ancestor_ids(), self.place.pk]
        posts = Appointment.objects.current().filter(role__in=roles, place__in=above, person__is_active=True)
        return any(not_involved(self, post.person) is None for post in posts.select_related("person"))

    # its life

    @transition(
        Status.OPEN, to=Status.ANSWERED, permission=P.VERIFY_CLAIM, label="答复", guard=not_own_dispute, asks=["hours", "reason"],
        writes=["answer", "answered_by", "due_at"],
    )  # fmt: skip
    def answer_it(self, *, by, hours, reason):
        """Answer in words; what is agreed is corrected at once."""
        self._settle(hours, by=by, reason=reason)
        self.answer, self.answered_by = reason.strip(), by
        self._due(settings.DISPUTE_APPEAL_WORKING_DAYS)

    @transition(
        Status.OPEN,
        to=Status.ASKED,
        permission=P.DECIDE_DISPUTE,
        label="转居村裁定",
        guard=overdue_by_clock,
        writes=["due_at"],
    )
    def escalate(self, *, by):
        """Nobody answered in time: the neighbourhood decides."""
        self._due(settings.DISPUTE_DECIDE_WORKING_DAYS)

    @transition(
        Status.ANSWERED,
        to=Status.ASKED,
        permission=OWN,
        label="请居村裁定",
        asks=["reason"],
        writes=["due_at", "appeal_words"],
    )
    def ask(self, *, by, reason):
        """The answer does not convince: the neighbourhood decides."""
        self.appeal_words = _said(reason)
        self._due(settings.DISPUTE_DECIDE_WORKING_DAYS)

    @transition(
        Status.ASKED, to=Status.DECIDED, permission=P.DECIDE_DISPUTE, label="裁定", guard=not_involved, asks=["hours", "reason"],
        writes=["decision", "decided_by", "due_at"],
    )  # fmt: skip
    def decide(self, *, by, hours, reason):
        """The neighbourhood decides, with the reason; corrected at once."""
        self._settle(hours, by=by, reason=reason)
        self.decision, self.decided_by = reason.strip(), by
        self._due(settings.DISPUTE_APPEAL_WORKING_DAYS)

    @transition(
        Status.ASKED, to=Status.APPEALED, permission=P.DECIDE_DISPUTE, label="转街镇", guard=overdue_or_nobody, writes=["due_at"]
    )  # fmt: skip
    def pass_up(self, *, by):
        """The neighbourhood did not or cannot decide: the 街镇 does."""
        self._due(settings.DISPUTE_DECIDE_WORKING_DAYS)

    @transition(
        Status.DECIDED, to=Status.APPEALED, permission=OWN, label="请街镇复核", guard=in_time, asks=["reason"],
        writes=["due_at", "appeal_words"],
    )  # fmt: skip
    def appeal(self, *, by, reason):
        """The decision does not convince: the 街镇 has the last word."""
        self.appeal_words = _said(reason)
        self._due(settings.DISPUTE_DECIDE_WORKING_DAYS)

    @transition(
        Status.APPEALED, to=Status.FINAL, permission=P.DECIDE_APPEAL, label="复核决定", guard=not_involved, asks=["hours", "reason"],
        writes=["final_words", "final_by", "due_at"],
    )  # fmt: skip
    def finish(self, *, by, hours, reason):
        """The last word, with the reason; corrected at once."""
        self._settle(hours, by=by, reason=reason)
        self.final_words, self.final_by, self.due_at = reason.strip(), by, None

    @transition(
        Status.ANSWERED, Status.DECIDED, to=Status.CLOSED, permission=OWN, label="没有意见了", writes=["due_at"]
    )
    def accept(self, *, by):
        """The person is content."""
        self.due_at = None

    @transition(
        Status.ANSWERED, Status.DECIDED, to=Status.CLOSED, permission=P.VERIFY_CLAIM, label="到期了结", guard=overdue_by_clock,
        writes=["due_at"],
    )  # fmt: skip
    def lapse(self, *, by):
        """The person had time and said nothing more; what was answered stands."""
        self.due_at = None

    @transition(
        Status.OPEN,
        Status.ASKED,
        Status.APPEALED,
        to=Status.WITHDRAWN,
        permission=OWN,
        label="撤回异议",
        writes=["due_at"],
    )
    def withdraw(self, *, by):
        """The person takes it back; the line stays as it stands."""
        self.due_at = None

    def _due(self, days):
        self.due_at = add_working_days(timezone.now(), days)

    def _settle(self, hours, *, by, reason):
        """Make the ledger say `hours`, by a mirror and a new line. Raises Refused."""
        hours = Decimal(hours)
        if not reason.strip():
            raise Refused("请写明理由，本人会看到")
        if hours < 0 or hours % STEP:
            raise Refused("时长请按半小时填")
        Person.objects.select_for_update(no_key=True).get(pk=self.person_id)
        line, before = self.current, self.first_hours
        if not min(before, self.hours) <= hours <= max(before, self.hours):
            raise Refused("请在原来记的和本人说的之间选：提异议不会让时长变得更少或凭空变多")
        factor = self.factor if hours == self.hours or line is None else line.factor
        if hours == self.standing and (line is None or factor == line.factor):
            return
        fix = Correction.objects.create(dispute=self, hours=hours, hours_before=self.standing, by=by)
        if line is not None:
            reverse(line, by=by, reason=f"异议更正：{reason.strip()}")
        if hours:
            fix.entry = award(
                self.entry.person if self.entry_id else self.person, hours=hours, factor=factor, place=self.place,
                served_on=self.served_on, reason=self.what, source=fix, by=by,
            )  # fmt: skip
            fix.save(update_fields=["entry"])


class Correction(models.Model):
    """One correction that came of a dispute (异议更正): the source of the line that now stands."""

    dispute = models.ForeignKey(Dispute, models.PROTECT, related_name="corrections")
    hours = models.DecimalField(max_digits=6, decimal_places=2)
    hours_before = models.DecimalField(max_digits=6, decimal_places=2)
    entry = models.OneToOneField(Entry, models.PROTECT, null=True, related_name="correction")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["pk"]


def hands_of(entry) -> set[int]:
    """Who had a hand in a line: who verified it, who wrote down what it came from, who decided what it corrects."""
    hands = {entry.by_id} | {pk for ask in HANDS for pk in ask(entry)}
    fix = Correction.objects.filter(entry=entry).select_related("dispute__entry").first()
    return (hands | fix.dispute.hands if fix else hands) - {None}


def standing_of(entry):
    """The line itself while it stands; False when it was taken back for nothing; None when another line took its place."""
    if not Entry.objects.filter(reverses=entry).exists():
        return entry
    replaced = Correction.objects.filter(dispute__entry=entry, entry__isnull=False).exists()
    return None if replaced else False


def _where(place, person):
    """Where a line is disputed: its place; where that is no more, its heir where the person belongs, else the first."""
    heirs, home = place.heirs(), place_of(person)
    return home if home in heirs else next(iter(heirs), place)


def _said(words) -> str:
    if not words.strip():
        raise Refused("请写一句哪里不对，好请人裁定")
    return words.strip()[:500]
