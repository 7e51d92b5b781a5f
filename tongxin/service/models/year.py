"""The year: frozen at midnight, a statement to everybody, a time to look at it, confirmed by a human (年终).

The snapshot never changes. What turns out wrong is corrected by another line, which counts in the running year.
"""

import datetime as dt
import hashlib
from decimal import Decimal

from django.conf import settings
from django.db import models, transaction
from django.db.models import Count, Q, Sum
from django.utils import timezone

from tongxin.access.policy import Permission as P
from tongxin.journal.models import record
from tongxin.places.models import Place
from tongxin.workflow.transitions import Refused, only_clock, transition
from tongxin.workflow.working_time import add_working_days

from .frozen import Statement, Year, hold_years
from .ledger import Entry
from .rule import Rule, half_up


class Unfinished(Exception):
    """The year is not over yet."""


def sum_year(place, year: int) -> list[tuple]:
    """A year of a district from the ledger alone: (person id, lines, hours, points, points shown), by person id."""
    cap = Rule.on(dt.date(year, 12, 31)).year_cap
    rows = (
        Entry.objects.in_year(year)
        .filter(place__in=Place.objects.filter(path__under=place.path).order_by().values("pk"))
        .order_by("person_id")
        .values_list("person_id")
        .annotate(Count("pk"), Sum("hours"), Sum("points"))
    )
    return [
        (person, count, half_up(hours), half_up(points), min(half_up(points), half_up(cap)))
        for person, count, hours, points in rows.iterator(chunk_size=5000)
    ]


def digest_of(lines: list[tuple]) -> str:
    """sha256 over one line a statement, tab between its columns."""
    return hashlib.sha256("".join("\t".join(map(str, line)) + "\n" for line in lines).encode()).hexdigest()


def close_year(place, year: int, *, by=None, now=None) -> Year:
    """Freeze a district's year: one statement a person, set-based. Raises Unfinished; closing twice is closing once."""
    if timezone.localdate(now) <= dt.date(year, 12, 31):
        raise Unfinished(f"{year}年还没有结束，最早可在{year + 1}年1月1日封账")
    with transaction.atomic():
        hold_years(place, shared=False)
        if (there := Year.objects.filter(place=place, year=year).first()) is not None:
            return there
        lines = sum_year(place, year)
        closed = Year.objects.create(
            place=place, year=year, people=len(lines), hours=sum((line[2] for line in lines), Decimal(0)),
            points=sum((line[3] for line in lines), Decimal(0)), digest=digest_of(lines),
        )  # fmt: skip
        Statement.objects.bulk_create(
            (
                Statement(year=closed, person_id=person, entries=count, hours=hours, points=points, points_shown=shown)
                for person, count, hours, points, shown in lines
            ),
            batch_size=2000,
        )
        Review.objects.create(year=closed)
        facts = {"year": year, "people": closed.people, "digest": closed.digest}
        record("year.close", subject=closed, by=by, place=place, facts=facts)
    return closed


def over_and_true(review, by):
    """核对期已过，账与封账时一致"""
    if review.due_at > timezone.now():
        return f"大家核对到{timezone.localtime(review.due_at):%-m月%-d日}为止，之后再确认"
    if review.year.recomputed_digest() != review.year.digest:
        return "时长账与封账时不一致，请先请管理员核实，再来确认"
    return None


class Review(models.Model):
    """What becomes of a frozen year (年终核对): everybody looks at their statement, then a human confirms."""

    class Status(models.TextChoices):
        FROZEN = "frozen", "已封账"
        REVIEW = "review", "大家核对中"
        CONFIRMED = "confirmed", "已确认"

    year = models.OneToOneField(Year, models.PROTECT, related_name="review")
    status = models.CharField(max_length=10, choices=Status, default=Status.FROZEN)
    due_at = models.DateTimeField(null=True)
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=200, blank=True)  # why it was confirmed with disputes still open

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(status__in=["frozen", "review", "confirmed"]), name="review_status_known"),
            models.CheckConstraint(
                condition=Q(status="confirmed", confirmed_at__isnull=False) | Q(confirmed_at=None), name="review_confirmed_when"
            ),
        ]  # fmt: skip

    @property
    def place(self):
        return self.year.place

    def open_disputes(self):
        """What is still in dispute of this year: it is corrected later by another line, and counts in the running year."""
        from .dispute import Dispute  # a dispute corrects the ledger, and knows years by it

        here = Dispute.objects.filter(place__path__under=self.place.path, status__in=Dispute.ACTIVE)
        return here.filter(Q(entry__year=self.year.year) | Q(entry=None, served_on__year=self.year.year))

    @transition(
        Status.FROZEN,
        to=Status.REVIEW,
        permission=P.CLOSE_YEAR,
        label="请大家核对",
        guard=only_clock,
        writes=["due_at"],
    )
    def begin(self, *, by):
        """The statements are out: from now on everybody has time to look."""
        self.due_at = add_working_days(timezone.now(), settings.YEAR_REVIEW_WORKING_DAYS)

    @transition(
        Status.REVIEW, to=Status.CONFIRMED, permission=P.CLOSE_YEAR, label="确认全年", guard=over_and_true, asks=["reason"],
        writes=["confirmed_by", "confirmed_at", "reason"],
    )  # fmt: skip
    def confirm(self, *, by, reason=""):
        """A human says that the year is right; with disputes open, why it need not wait for them."""
        if self.open_disputes().exists() and not reason.strip():
            raise Refused("还有异议没有办结，都列在下面。现在确认请写明原因；更正会记到今年")
        self.confirmed_by, self.confirmed_at, self.reason = by, timezone.now(), reason.strip()[:200]
