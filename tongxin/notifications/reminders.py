"""What the clock says: the evening before a task, everybody who is in hears of it once."""

import datetime as dt

from django.db.models import Q
from django.utils import timezone

from tongxin.journal.models import Event, draft, kind_of, record_many
from tongxin.tasks.models import Task

EVENING = 18  # o'clock


def remind(*, now=None) -> int:
    """From six in the evening: one event for each task of tomorrow, from which the notices come. Returns how many."""
    local = timezone.localtime(now)
    if local.hour < EVENING:
        return 0
    tomorrow = local.replace(hour=0, minute=0, second=0, microsecond=0) + dt.timedelta(days=1)
    day = dt.timedelta(days=1)
    at_tomorrow = Q(flexible=False, starts_at__gte=tomorrow, starts_at__lt=tomorrow + day)
    # What one does when it suits: two days before it should be done, if that was not its first day anyway.
    soon_over = Q(flexible=True, starts_at__lt=tomorrow, ends_at__gte=tomorrow + day, ends_at__lt=tomorrow + 2 * day)
    tasks = Task.objects.filter(at_tomorrow | soon_over, status=Task.Status.OPEN)
    told = Event.objects.filter(verb="task.remind", subject_kind=kind_of(Task), at__gte=tomorrow - day)
    due = tasks.exclude(pk__in=told.values("subject_id")).filter(taken__gt=0).order_by("pk")
    events = [draft("task.remind", subject=task, place=task.place_id) for task in due]
    record_many(events)
    return len(events)
