"""One's own tasks as iCalendar (RFC 5545): a stable UID, a SEQUENCE that grows with every change, no name of anybody."""

import datetime as dt

from django.db.models import Count, Max
from django.urls import reverse
from django.utils import timezone
from icalendar import Alarm, Calendar, Event, Timezone, TimezoneStandard

from tongxin.journal import models as journal
from tongxin.people.vault import blind_index
from tongxin.places.models import Place
from tongxin.tasks.models import Claim, Task

ZONE = "Asia/Shanghai"
BACK = dt.timedelta(days=60)  # how long what is over stays
MOST = 400
EVENING = dt.time(18)
TENTATIVE = {"waiting"}
OFF = {"withdrawn", "dropped", "released", "absent"}


def feed_of(person, *, address, now=None) -> bytes:
    """Everything this person is in, waits for, or was in lately. `address` makes an absolute address of a path."""
    now = now or timezone.now()
    claims = Claim.objects.of(person).filter(task__ends_at__gt=now - BACK)
    newest = {claim.task_id: claim for claim in claims.order_by("pk")}  # left and taken up again: the newest counts
    rows = sorted(newest.values(), key=lambda claim: (claim.task.starts_at, claim.pk))[-MOST:]
    changes = _changes(rows, person)
    places = {place.pk: place for place in Place.objects.filter(tasks__in=newest).with_ancestors()}
    calendar = _calendar("同心·我的任务")
    for claim in rows:
        claim.task.place = places[claim.task.place_id]
        status = _status(claim.task, claim)
        calendar.add_component(_event(claim.task, status, changes[claim.task_id], address, f"{person.uid}"))
    return calendar.to_ical()


def file_of(task, *, address) -> bytes:
    """One task to put into a calendar by hand."""
    calendar = _calendar("")
    changes = _changes_of(Task, [task.pk]).get(task.pk, (0, timezone.now()))
    calendar.add_component(_event(task, _status(task, None), changes, address, "file"))
    return calendar.to_ical()


def _calendar(name):
    calendar = Calendar()
    calendar.add("prodid", "-//tongxin//calendar//ZH")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    if name:
        calendar.add("x-wr-calname", name)
        calendar.add("x-wr-timezone", ZONE)
        calendar.add("refresh-interval", dt.timedelta(hours=1), parameters={"VALUE": "DURATION"})
        calendar.add("x-published-ttl", "PT1H")
    calendar.add_component(_shanghai())
    return calendar


def _shanghai():
    """The zone, spelled out: no summer time since 1991."""
    zone, standard = Timezone(), TimezoneStandard()
    zone.add("tzid", ZONE)
    standard.add("dtstart", dt.datetime(1991, 9, 15))
    standard.add("tzoffsetfrom", dt.timedelta(hours=8))
    standard.add("tzoffsetto", dt.timedelta(hours=8))
    standard.add("tzname", "CST")
    zone.add_component(standard)
    return zone


def _status(task, claim) -> str:
    if task.status == Task.Status.CANCELLED or (claim and claim.status in OFF):
        return "CANCELLED"
    return "TENTATIVE" if claim and claim.status in TENTATIVE else "CONFIRMED"


def _event(task, status, changes, address, whose):
    sequence, changed = changes
    local = timezone.get_current_timezone()
    start, end = task.starts_at.astimezone(local), task.ends_at.astimezone(local)
    event = Event()
    # Whoever is handed the file learns no number of a person or a task from it.
    event.add("uid", f"{blind_index(f'calendar:{task.pk}:{whose}')[:32]}@tongxin")
    event.add("dtstamp", changed.astimezone(dt.UTC))
    event.add("last-modified", changed.astimezone(dt.UTC))
    event.add("sequence", sequence)
    event.add("status", status)
    event.add("summary", _title(task, status))
    if task.flexible:  # done whenever it suits until its last day: a line on that day, not a bar over weeks
        event.add("dtstart", end.date())
        event.add("dtend", end.date() + dt.timedelta(days=1))
        event.add("transp", "TRANSPARENT")
        start = timezone.make_aware(dt.datetime.combine(end.date(), dt.time()), local)
    else:
        event.add("dtstart", start)
        event.add("dtend", end)
    event.add("location", _spot(task))
    event.add("url", address(reverse("tasks:detail", args=[task.pk])))
    event.add("description", "来不了请在同心里退出，让候补的邻居补上。")
    if status != "CANCELLED":
        event.add_component(_alarm(start))
    return event


def _title(task, status) -> str:
    """A calendar is shared in the family: what is marked sensitive is only a piece of service."""
    title = "志愿服务" if getattr(task, "sensitive", False) else f"志愿服务：{task.title}"
    return {"TENTATIVE": f"（候补）{title}", "CANCELLED": f"（不用来了）{title}"}.get(status, title)


def _spot(task) -> str:
    return task.place.label if getattr(task, "sensitive", False) else f"{task.spot}（{task.place.label}）"


def _alarm(start):
    evening = dt.datetime.combine(start.date() - dt.timedelta(days=1), EVENING, tzinfo=start.tzinfo)
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", "明天有志愿服务")
    alarm.add("trigger", evening - start)
    return alarm


def _changes(claims, person) -> dict[int, tuple[int, dt.datetime]]:
    """Task → (how often anything about it or this person's claims of it changed, when last): two statements."""
    tasks = [claim.task_id for claim in claims]
    all_claims = dict(Claim.objects.of(person).filter(task__in=tasks).values_list("pk", "task_id"))
    changes = {claim.task_id: (0, claim.at) for claim in claims}
    found = [(all_claims[pk], change) for pk, change in _changes_of(Claim, all_claims).items()]
    for task, (count, last) in [*found, *_changes_of(Task, tasks).items()]:
        before, at = changes[task]
        changes[task] = (before + count, max(at, last))
    return changes


def _changes_of(model, pks) -> dict[int, tuple[int, dt.datetime]]:
    rows = journal.Event.objects.filter(subject_kind=journal.kind_of(model), subject_id__in=list(pks)).order_by()
    rows = rows.exclude(verb__endswith=".remind").values_list("subject_id")
    return {pk: (count, last) for pk, count, last in rows.annotate(n=Count("pk"), last=Max("at"))}
