"""What leaves the house as a file (导出): for a purpose, with the reader's name on it; many rows with a second person's consent.

The file itself is never kept: it is made anew from `params` when it is taken.
"""

import datetime as dt

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone

from tongxin.access.policy import Permission
from tongxin.access.rules import can
from tongxin.journal.models import record
from tongxin.places.models import Place
from tongxin.refused import Refused
from tongxin.workflow.transitions import CLOCK, ITS, OWN, only_clock, transition

DAY = dt.timedelta(days=1)


def another(export, by):
    """要另一位同事同意，审计员不代为同意"""
    if by is not CLOCK and by.may_be(export.person):
        return "自己申请的导出，要请另一位能看这些数据的同事同意"
    checks = by is not CLOCK and can(by, Permission.READ_JOURNAL, export.place)
    if checks and export.permission != Permission.READ_JOURNAL:
        return "审计员只看不办，请业务同事同意"
    return None


def in_time(export, by):
    """同意后要在时限内取走"""
    return "同意的时间已过，请重新申请" if export.until and timezone.now() >= export.until else None


class Export(models.Model):
    """One export (导出): who took what, of where, what for, how many rows."""

    class Status(models.TextChoices):
        ASKED = "asked", "待同意"
        APPROVED = "approved", "已同意，待取走"
        DECLINED = "declined", "没有同意"
        TAKEN = "taken", "已导出"
        EXPIRED = "expired", "过期没有取走"

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="exports")
    what = models.CharField(max_length=20)  # key of an exporter
    permission = models.CharField(max_length=40)  # what one needs to see these rows, and to let a colleague have them
    place = models.ForeignKey(Place, models.PROTECT, related_name="+")
    purpose = models.CharField(max_length=200)
    params = models.JSONField(default=dict)
    rows = models.PositiveIntegerField()
    at = models.DateTimeField(default=timezone.now)
    status = models.CharField(max_length=10, choices=Status, default=Status.ASKED)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    until = models.DateTimeField(null=True)  # to be taken before
    taken_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(name="export_has_purpose", condition=~models.Q(purpose="")),
            models.CheckConstraint(
                name="export_second_person",
                condition=models.Q(decided_by=None) | ~models.Q(decided_by=models.F("person")),
            ),
        ]

    @transition("asked", to="approved", permission=ITS, label="同意导出", guard=another,
                writes=["decided_by", "decided_at", "until"])  # fmt: skip
    def approve(self, *, by):
        """The colleague may take it, within a day."""
        self.decided_by, self.decided_at = by, timezone.now()
        self.until = self.decided_at + dt.timedelta(hours=settings.EXPORT_TAKE_HOURS)

    @transition("asked", to="declined", permission=ITS, label="不同意", guard=another, asks=["reason"],
                writes=["decided_by", "decided_at"])  # fmt: skip
    def decline(self, *, by, reason):
        if not reason.strip():
            raise Refused("请写一句原因，申请的同事会看到")
        self.decided_by, self.decided_at = by, timezone.now()

    @transition("approved", to="taken", permission=OWN, label="取走", guard=in_time, writes=["taken_at"])
    def take(self, *, by):
        self.taken_at = timezone.now()

    @transition("asked", "approved", to="expired", permission=ITS, label="过期", guard=only_clock)
    def expire(self, *, by):
        """Nobody took it."""


def write_down(*, by, exporter, place, purpose, params, rows) -> Export:
    """Begin an export: taken at once, or asked for when it is long, be it by many short ones in a day."""
    now = timezone.now()
    with transaction.atomic():
        mine = Export.objects.filter(person=by, what=exporter.key, decided_by=None, taken_at__gt=now - DAY)
        long = rows + (mine.aggregate(rows=models.Sum("rows"))["rows"] or 0) > settings.EXPORT_ROWS
        export = Export.objects.create(
            person=by, what=exporter.key, permission=exporter.permission, place=place, purpose=purpose, params=params,
            rows=rows, status=Export.Status.ASKED if long else Export.Status.TAKEN, taken_at=None if long else now,
        )  # fmt: skip
        if long:
            record("export.ask", subject=export, by=by, place=place, reason=purpose, facts={"rows": rows})
    return export
