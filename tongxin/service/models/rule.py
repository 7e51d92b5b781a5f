"""The points rule (积分规则): versions, each approved by a second person and announced before its first day.

A version is never changed; the next one follows it. What was entered keeps the tariff it was entered with.
"""

import datetime as dt
from decimal import ROUND_HALF_UP, Decimal

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.db.models import F, Q
from django.utils import timezone

from tongxin.access.policy import Permission as P
from tongxin.access.rules import can
from tongxin.journal.models import record
from tongxin.places.models import Place
from tongxin.workflow.transitions import Refused, only_clock, transition

CENT = Decimal("0.01")
STEP = Decimal("0.5")
LOWEST, HIGHEST = Decimal("0.5"), Decimal("2")  # a factor outside is a typing error


def half_up(value) -> Decimal:
    """Two decimals, half up."""
    return Decimal(value).quantize(CENT, rounding=ROUND_HALF_UP)


class Factor(models.TextChoices):
    """What kind of service it was (服务类型); the tariff gives each a factor."""

    ORDINARY = "ordinary", "普通"
    SKILLED = "skilled", "专业技能"
    HARD = "hard", "夜间或恶劣天气"


def by_another(rule, by):
    """起草的人以外的另一位；离起用至少10天"""
    drafter = rule.drafted_by
    if drafter is not None and (drafter.pk == by.pk or by.may_be(drafter)):
        return "自己起草的规则请另一位同事批准"
    if rule.since < timezone.localdate() + dt.timedelta(days=settings.RULE_NOTICE_DAYS):
        return f"离起用不到{settings.RULE_NOTICE_DAYS}天，大家来不及知道。请另起草一份，把起用日期往后放"
    return None


def not_begun(rule, by):
    """还没有起用"""
    return "已经起用，不能撤下；要改请起草新的一版" if rule.since <= timezone.localdate() else None


def day_has_come(rule, by):
    """只由系统在起用当天办理"""
    return only_clock(rule, by) or ("还没有到起用的日子" if rule.since > timezone.localdate() else None)


class RuleQuerySet(models.QuerySet):
    def in_force(self):
        """What holds from its day on; whether the clock has said so yet makes no difference."""
        return self.exclude(status__in=[Rule.Status.DRAFT, Rule.Status.WITHDRAWN])


class Rule(models.Model):
    """A version of the points rule (积分规则): factors and caps, valid from a day on."""

    class Status(models.TextChoices):
        DRAFT = "draft", "草稿，待批准"
        APPROVED = "approved", "已批准，待起用"
        ACTIVE = "active", "正在用"
        RETIRED = "retired", "已由新版代替"
        WITHDRAWN = "withdrawn", "已撤下"

    version = models.CharField(max_length=20, unique=True)
    since = models.DateField()
    factors = models.JSONField()  # {"ordinary": "1.0", …}
    day_cap = models.DecimalField(max_digits=5, decimal_places=2)  # hours a day that earn points
    year_cap = models.DecimalField(max_digits=7, decimal_places=2)  # points a year that a statement shows
    # A version that came with the house has no drafter and is in force from its day on.
    status = models.CharField(max_length=10, choices=Status, default=Status.ACTIVE)
    place = models.ForeignKey(Place, models.PROTECT, null=True, related_name="+")  # whose office drafted it
    note = models.CharField(max_length=200, blank=True)  # why, in words for everybody
    drafted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    approved_at = models.DateTimeField(null=True)

    objects = RuleQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["since"], condition=Q(status__in=["approved", "active", "retired"]), name="rule_one_a_day"
            ),
            models.CheckConstraint(condition=Q(status__in=["draft", "approved", "active", "retired", "withdrawn"]), name="rule_status_known"),
            models.CheckConstraint(
                condition=Q(approved_by=None) | Q(drafted_by=None) | ~Q(approved_by=F("drafted_by")), name="rule_by_two"
            ),
        ]  # fmt: skip

    def __str__(self):
        return self.version

    @classmethod
    def on(cls, day) -> "Rule":
        """The rule in force on that day. Raises Rule.DoesNotExist for a day before the first rule."""
        return cls.objects.in_force().filter(since__lte=day).latest("since")

    def tariff(self, factor) -> Decimal:
        """What an hour of this kind counts."""
        return Decimal(self.factors[factor])

    @classmethod
    def draft(cls, *, by, place, version, since, factors, day_cap, year_cap, note="") -> "Rule":
        """Write down the next version. Raises PermissionDenied, Refused."""
        if not can(by, P.SET_RULE, place):
            raise PermissionDenied
        version, factors = version.strip(), {name: Decimal(factors[name]) for name in Factor.values}
        if why := _wrong(version, since, factors, Decimal(day_cap), Decimal(year_cap)):
            raise Refused(why)
        with transaction.atomic():
            rule = cls.objects.create(
                version=version, since=since, factors={name: str(value) for name, value in factors.items()}, day_cap=day_cap,
                year_cap=year_cap, status=cls.Status.DRAFT, place=place, note=note.strip(), drafted_by=by,
            )  # fmt: skip
            facts = {"version": version, "on": str(since)}
            record("rule.draft", subject=rule, by=by, place=place, went_to=rule.status, facts=facts)
        return rule

    @transition(
        Status.DRAFT, to=Status.APPROVED, permission=P.SET_RULE, label="批准并公告", guard=by_another,
        writes=["approved_by", "approved_at"],
    )  # fmt: skip
    def approve(self, *, by):
        """A second person agrees; everybody is told before it begins."""
        if Rule.objects.in_force().filter(since=self.since).exists():
            raise Refused("这一天已经有一版规则起用，请换一个日期")
        self.approved_by, self.approved_at = by, timezone.now()

    @transition(
        Status.DRAFT, Status.APPROVED, to=Status.WITHDRAWN, permission=P.SET_RULE, label="撤下", guard=not_begun, asks=["reason"]
    )  # fmt: skip
    def withdraw(self, *, by, reason):
        """Take back a version that has not begun; it stays readable on the desk."""
        if not reason.strip():
            raise Refused("请写明为什么撤下，大家会看到")

    @transition(Status.APPROVED, to=Status.ACTIVE, permission=P.SET_RULE, label="起用", guard=day_has_come)
    def activate(self, *, by):
        """Its day has come; the version before retires."""
        for old in Rule.objects.filter(status=Rule.Status.ACTIVE, since__lt=self.since):
            old.retire(by=by)

    @transition(Status.ACTIVE, to=Status.RETIRED, permission=P.SET_RULE, label="由新版代替", guard=only_clock)
    def retire(self, *, by):
        """A newer version is in force; what was entered under this one stays as it is."""


def _wrong(version, since, factors, day_cap, year_cap) -> str | None:
    if Rule.objects.filter(version=version).exists():
        return f"已经有一版叫“{version}”，请换一个名称"
    if any(not LOWEST <= value <= HIGHEST for value in factors.values()):
        return "系数请填0.5到2之间的数"
    if not 0 < day_cap <= 24:
        return "每天计分的时长请填大于0、不超过24的小时数"
    if year_cap <= 0:
        return "全年显示的积分上限请填大于0的数"
    if since <= timezone.localdate():
        return f"起用日期请选将来的一天，离批准至少{settings.RULE_NOTICE_DAYS}天"
    return None


class PointsSwitch(models.Model):
    """Whether a district shows points at all (积分开关); hours and the ledger are the same either way."""

    place = models.OneToOneField(Place, models.PROTECT, related_name="+")
    off_since = models.DateField(null=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    reason = models.CharField(max_length=200)


def switch_points(place, *, shown: bool, by, reason) -> PointsSwitch:
    """Switch points on or off for a district; what was entered stays. Raises PermissionDenied, Refused."""
    if not can(by, P.SET_RULE, place):
        raise PermissionDenied
    if not reason.strip():
        raise Refused("请写明原因，大家会看到")
    with transaction.atomic():
        switch, _ = PointsSwitch.objects.select_for_update().get_or_create(place=place, defaults={"reason": ""})
        if (switch.off_since is None) == shown and switch.reason:
            return switch
        switch.off_since, switch.by, switch.reason = None if shown else timezone.localdate(), by, reason.strip()[:200]
        switch.save()
        verb = "pointsswitch.turn_on" if shown else "pointsswitch.turn_off"
        record(verb, subject=switch, by=by, place=place, reason=reason.strip())
    return switch
