"""Series (系列): the same task again every week or month; the clock makes what comes within two weeks."""

import datetime as dt

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, models, transaction
from django.db.models import F, Q
from django.utils import timezone

from tongxin.access.policy import Permission as P
from tongxin.access.rules import can, scope
from tongxin.journal.models import record
from tongxin.places.models import Place
from tongxin.workflow.transitions import CLOCK, Refused, transition

from .. import recurrence
from ..recurrence import Every
from .described import Described
from .task import Task


class SeriesQuerySet(models.QuerySet):
    def published_by(self, person):
        """At the places where this person may publish, running ones first."""
        return self.filter(scope(person, P.PUBLISH_TASK)).select_related("place", "contact").order_by("status", "-pk")


class Series(Described):
    """A task that comes again (系列任务): claims are for one date each, one date is changed or cancelled alone."""

    class Status(models.TextChoices):
        RUNNING = "running", "进行中"
        STOPPED = "stopped", "已停止"

    place = models.ForeignKey(Place, models.PROTECT, related_name="task_series")
    open_to = models.ForeignKey(Place, models.PROTECT, null=True, related_name="+")
    contact = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    seats = models.PositiveIntegerField()
    every = models.CharField(max_length=10, choices=Every)
    first = models.DateField()
    until = models.DateField()
    starts = models.TimeField()
    ends = models.TimeField()
    skip_holidays = models.BooleanField(default=False)
    opens = models.BooleanField(default=True)  # what the clock makes can be claimed at once; else it stays a draft
    status = models.CharField(max_length=10, choices=Status, default=Status.RUNNING)
    submit_key = models.CharField(max_length=40, null=True, unique=True)
    at = models.DateTimeField(default=timezone.now)

    objects = SeriesQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(ends__gt=F("starts")), name="series_ends_after_start"),
            models.CheckConstraint(condition=Q(until__gte=F("first")), name="series_until_after_first"),
            models.CheckConstraint(condition=Q(seats__gte=1), name="series_has_seats"),
        ]

    def __str__(self):
        return self.title

    @property
    def rhythm(self) -> str:
        return recurrence.in_words(self.every, self.first)

    @property
    def is_running(self) -> bool:
        return self.status == self.Status.RUNNING and self.until >= timezone.localdate()

    @classmethod
    def begin(cls, *, by, submit_key=None, **fields) -> "Series":
        """Begin a series and make what comes within two weeks; the same form sent twice is one series.

        Raises PermissionDenied, Refused.
        """
        if not can(by, P.PUBLISH_TASK, fields["place"]):
            raise PermissionDenied
        if not fields["first"] <= fields["until"] <= fields["first"] + recurrence.FURTHEST:
            raise Refused("重复最长一年，结束的日子不能早于第一次，请检查日期")
        sent_before = cls.objects.filter(submit_key=submit_key, contact=by) if submit_key else cls.objects.none()
        try:
            with transaction.atomic():
                if there := sent_before.first():
                    return there
                series = cls.objects.create(contact=by, submit_key=submit_key or None, **fields)
                facts = {"rhythm": series.rhythm, "until": series.until.isoformat()}
                record("series.begin", subject=series, by=by, place=series.place_id, facts=facts)
                series.make_coming()
        except IntegrityError:
            if (there := sent_before.first()) is None:
                raise
            return there
        return series

    @transition(Status.RUNNING, to=Status.STOPPED, permission=P.PUBLISH_TASK, label="停止系列", asks=["reason"])
    def stop(self, *, by, reason, cancel_coming=False):
        """No more of it. What is planned already stays, or is called off where nobody reported; who is in is told."""
        if cancel_coming:
            coming = self.tasks.filter(status__in=[Task.Status.DRAFT, Task.Status.OPEN], starts_at__gt=timezone.now())
            for task in coming.select_related("place"):
                task.cancel(by=by, reason=reason)

    def hand_over(self, *, to, by) -> None:
        """Another contact for what is still to be made; what is made already has its own (`Task.hand_over`)."""
        if by is not CLOCK and not can(by, P.PUBLISH_TASK, self.place):
            raise PermissionDenied
        if not can(to, P.PUBLISH_TASK, self.place):
            raise Refused("联系人要能在这里发布任务，请另选一位")
        if to.pk == self.contact_id:
            return
        facts = {"person": self.contact_id, "successor": to.pk}
        with transaction.atomic():
            self.contact = to
            self.save(update_fields=["contact"])
            record("series.hand_over", subject=self, by=by, place=self.place_id, facts=facts)

    def dates(self, *, since, until) -> list[dt.date]:
        """The dates of the series in these days, without public holidays where it skips them."""
        days = recurrence.days(self.every, self.first, since=max(since, self.first), until=min(until, self.until))
        skipped = recurrence.festivals(days) if self.skip_holidays else set()
        return [day for day in days if day not in skipped]

    def make_coming(self, *, now=None) -> int:
        """Make the tasks of the next days that are not made yet; safe to run twice and at once. Returns how many.

        Nothing is made while the contact may not publish there any more: the page says so, another contact takes over.
        """
        now = now or timezone.now()
        today = timezone.localdate(now)
        wanted = self.dates(since=today, until=today + dt.timedelta(days=settings.SERIES_AHEAD_DAYS))
        made = set(self.tasks.filter(series_date__in=wanted).values_list("series_date", flat=True))
        missing = [day for day in wanted if day not in made and self._moment(day, self.starts) > now]
        if not missing or not can(self.contact, P.PUBLISH_TASK, self.place):
            return 0
        return sum(self._make(day) for day in missing)

    def _make(self, day) -> bool:
        try:
            with transaction.atomic():
                task = Task.objects.create(
                    **self.words, place=self.place, open_to=self.open_to, contact=self.contact, seats=self.seats,
                    starts_at=self._moment(day, self.starts), ends_at=self._moment(day, self.ends),
                    series=self, series_date=day,
                )  # fmt: skip
                facts = {"series": self.pk}
                record("task.draft", subject=task, by=CLOCK, place=self.place_id, went_to=task.status, facts=facts)
                if self.opens:
                    task.publish(by=CLOCK)
        except IntegrityError:  # the other worker was quicker
            return False
        return True

    @staticmethod
    def _moment(day, time):
        return timezone.make_aware(dt.datetime.combine(day, time))


def make_coming(*, now=None) -> int:
    """The clock makes what is due of every running series. Returns how many tasks."""
    today = timezone.localdate(now)
    running = Series.objects.filter(status=Series.Status.RUNNING, until__gte=today)
    return sum(series.make_coming(now=now) for series in running.select_related("place", "open_to", "contact"))
