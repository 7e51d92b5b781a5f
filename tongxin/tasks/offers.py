"""What a task offers to one reader: the filters of the list, and what stands on each card. A few queries for any number."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count, F, Q
from django.utils import timezone

from .models import HOUR, Claim, Task


def tonight(tasks):
    """Beginning today from 17:00 on."""
    evening = timezone.localtime().replace(hour=17, minute=0, second=0, microsecond=0)
    return tasks.filter(starts_at__gte=evening, starts_at__lt=evening + 7 * HOUR)


def this_weekend(tasks):
    """Beginning on the coming Saturday or Sunday; on a weekend, on this one."""
    today = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    monday = today + dt.timedelta(days=7 - today.weekday())
    return tasks.filter(starts_at__gte=monday - dt.timedelta(days=2), starts_at__lt=monday)


def from_home(tasks):
    return tasks.filter(from_home=True)


def short(tasks):
    """At most an hour."""
    return tasks.filter(ends_at__lte=F("starts_at") + HOUR)


# key in the address, words on the chip, what it keeps
FILTERS = [
    ("", "全部", lambda tasks: tasks),
    ("tonight", "今晚", tonight),
    ("weekend", "周末", this_weekend),
    ("home", "在家可做", from_home),
    ("short", "1小时以内", short),
]


@dataclass
class Offer:
    """One card: the task, what this reader has to do with it, and why they cannot take it if so."""

    task: Task
    claim: Claim | None = None
    clash: bool = False  # they are in another task at that time: said, never forbidden
    waiting: int = 0
    why_not: str | None = None

    @property
    def place_in_line(self) -> int:
        """Which one in the waiting list the reader is, counted from 1."""
        return Claim.objects.filter(task=self.task, status=Claim.Status.WAITING, pk__lt=self.claim.pk).count() + 1


def offers(tasks, person) -> list[Offer]:
    """One card per task, two queries in all."""
    tasks = list(tasks)
    coming = Q(task__in=tasks) | Q(task__ends_at__gt=timezone.now())
    mine = list(Claim.objects.filter(coming, person=person, status__in=Claim.ACTIVE).select_related("task"))
    queue = Claim.objects.filter(task__in=tasks, status=Claim.Status.WAITING).values("task").annotate(n=Count("pk"))
    waiting = {row["task"]: row["n"] for row in queue.order_by()}
    return [
        Offer(
            task=task,
            claim=next((claim for claim in mine if claim.task_id == task.pk), None),
            clash=any(_overlap(claim.task, task) for claim in mine if claim.task_id != task.pk),
            waiting=waiting.get(task.pk, 0),
            why_not=task.why_not_claim(person),
        )
        for task in tasks
    ]


def offer(task, person) -> Offer:
    return offers([task], person)[0]


def _overlap(one, other) -> bool:
    return one.starts_at < other.ends_at and other.starts_at < one.ends_at
