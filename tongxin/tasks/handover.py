"""What tasks hand over when their contact leaves, and how they follow when a neighbourhood is reorganised.

The ledger's lines never move; what is still open about hours does, and is looked after here, one floor above the ledger.
"""

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from tongxin.journal.models import draft, record_many
from tongxin.service.models import BackEntry, Dispute
from tongxin.teams.checks import STANDING
from tongxin.teams.following import FOLLOWERS, carry
from tongxin.teams.handover import HANDOVERS, HOLDERS, Line

from .models import Claim, Series, Task, TaskTemplate

UNDONE = ("waiting", "claimed", "reported", "corrected", "disputed")  # claims somebody still has to do something with


def unfinished():
    """Tasks to come, drafts, and those with claims that are not settled."""
    claims = Claim.objects.filter(task=OuterRef("pk"), status__in=UNDONE)
    return Task.objects.filter(Q(status__in=["draft", "open"]) | Exists(claims))


def not_over():
    """What goes along: unfinished ones, and those that may come back. "Was not there" can be disputed for some days, and
    what was done on a seat given back still reported.
    """
    absent = Q(status="absent", disputed_at=None, answer_by__gte=timezone.now())
    given_back = Q(status="released", task__flexible=True) & ~Q(task__status="cancelled")
    return unfinished() | Task.objects.filter(Exists(Claim.objects.filter(absent | given_back, task=OuterRef("pk"))))


def running():
    """Series that go on making tasks."""
    return Series.objects.filter(status="running", until__gte=timezone.localdate())


def disputes():
    return Dispute.objects.filter(status__in=Dispute.ACTIVE)


def paper_hours():
    """Entered and not in the ledger yet: to be confirmed, or to be put right."""
    return BackEntry.objects.exclude(status=BackEntry.Status.CONFIRMED)


# handing over --------------------------------------------------------------------------------------------------------


def hand_over(old, new, place, by) -> list[Line]:
    """The tasks and series this person is the contact of, and the reports that wait on them."""
    tasks = list(unfinished().filter(contact=old, place__path__under=place.path).order_by("starts_at", "pk"))
    series = list(running().filter(contact=old, place__path__under=place.path).order_by("pk"))
    waiting = Claim.objects.filter(task__in=tasks, status="reported").select_related("task").order_by("pk")
    lines = [Line("任务草稿" if task.is_draft else "任务联系人", task.title, _day(task.starts_at)) for task in tasks]
    lines += [Line("系列任务联系人", one.title, f"{one.until}") for one in series]
    lines += [Line("待核验的时长", f"{claim.task.title}（认领{claim.pk}）") for claim in waiting]
    if new is not None:
        Task.objects.filter(pk__in=[task.pk for task in tasks]).update(contact=new)
        Series.objects.filter(pk__in=[one.pk for one in series]).update(contact=new)
        record_many([_handed(row, old, new, by) for row in [*tasks, *series]])
    return lines


def _handed(row, old, new, by):
    facts = {"person": old.pk, "successor": new.pk}
    return draft(f"{row._meta.model_name}.hand_over", subject=row, by=by, place=row.place_id, facts=facts)


def _day(at) -> str:
    return f"{timezone.localtime(at):%Y-%m-%d}"


def contacts(place):
    """Whom tasks and series of the place name as their contact."""
    for rows in (unfinished(), running()):
        yield from rows.filter(place__path__under=place.path).values_list("contact_id", flat=True).distinct()


HANDOVERS.append(hand_over)
HOLDERS.append(contacts)

# following -----------------------------------------------------------------------------------------------------------


def tasks_follow(course) -> int:
    """Unfinished tasks go where their place goes; done ones stay where they were done."""
    if course.ended:
        Task.objects.filter(open_to=course.old, status__in=["draft", "open"]).update(open_to=course.rest)
    return carry(course, not_over(), "task.rehome")


def series_follow(course) -> int:
    """Series go on, and with them the office's own templates."""
    if course.ended:
        Series.objects.filter(open_to=course.old).update(open_to=course.rest)
        mine = TaskTemplate.objects.filter(place=course.old, retired_at=None)
        there = TaskTemplate.objects.filter(place=course.rest, retired_at=None).values("title")
        mine.filter(title__in=there).update(retired_at=timezone.now())
        mine.update(place=course.rest)
    return carry(course, running(), "series.rehome")


def hours_follow(course) -> int:
    """Disputes and paper hours that are not settled are settled where their people are now."""
    open_ones = carry(course, disputes(), "dispute.rehome") if course.ended else 0
    return open_ones + (carry(course, paper_hours(), "backentry.rehome") if course.ended else 0)


FOLLOWERS |= {"tasks": tasks_follow, "series": series_follow, "hours": hours_follow}
STANDING += [lambda rows=rows: (rows(), "place") for rows in (not_over, running, disputes, paper_hours)]
