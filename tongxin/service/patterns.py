"""What the ledger itself shows that a human should look at. Nothing here is a fault yet, and nothing is changed by it."""

import datetime as dt
from itertools import groupby

from django.db.models import Count, F, OuterRef, Q, Subquery, Sum
from django.db.models.functions import TruncMinute
from django.utils import timezone

from tongxin.access.models import Appointment
from tongxin.access.policy import Permission as P
from tongxin.access.rules import scope
from tongxin.journal.models import kind_of

from .models import BackEntry, Entry, Finding, back_entries_of, pattern

LOOK_BACK = dt.timedelta(days=400)
FIRST = 100  # of each pattern: more than that is not read by anybody
LONG_DAY = 12
MANY_A_MINUTE = 10
LATE = dt.timedelta(days=60)
MINUTE = dt.timedelta(minutes=1)


def _lines(reader):
    """The standing lines of the last year and a bit in the reader's places."""
    since = timezone.now() - LOOK_BACK
    lines = Entry.objects.filter(scope(reader, P.CHECK_HOURS), reverses=None, reversed_by=None, at__gte=since)
    return lines.select_related("person", "place", "by")


def _row(line) -> str:
    return f"{line.served_on:%Y-%m-%d} {line.reason} {line.hours.normalize():f}小时，{timezone.localtime(line.at):%m-%d %H:%M}登记"


def _hands(lines) -> frozenset[int]:
    return frozenset(line.by_id for line in lines if line.by_id)


def _key(kind, lines) -> str:
    ids = [line.pk for line in lines]
    return f"{kind}:{min(ids)}:{max(ids)}:{len(ids)}"


@pattern
def long_days(reader):
    """More than twelve hours on one day."""
    days = _lines(reader).order_by("person_id", "served_on").values("person_id", "served_on").annotate(n=Sum("hours"))
    wanted = Q(pk__in=[])
    for day in days.filter(n__gt=LONG_DAY)[:FIRST]:
        wanted |= Q(person=day["person_id"], served_on=day["served_on"])
    lines = _lines(reader).filter(wanted).order_by("person_id", "served_on", "pk")
    for (_, day), group in groupby(lines, key=lambda line: (line.person_id, line.served_on)):
        rows = list(group)
        hours = sum(line.hours for line in rows).normalize()
        yield Finding("long_day", f"{day.month}月{day.day}日一天{hours:f}小时", _key("long_day", rows), rows[0].person, rows[0].place,
                      [_row(line) for line in rows], _hands(rows))  # fmt: skip


@pattern
def many_by_one_hand(reader):
    """Ten or more verified by one person within a minute: batches are fine, if somebody looked."""
    minutes = (
        _lines(reader).exclude(by=None).order_by("by_id").annotate(minute=TruncMinute("at")).values("by_id", "minute")
        .annotate(n=Count("pk")).filter(n__gte=MANY_A_MINUTE)
    )  # fmt: skip
    wanted = Q(pk__in=[])
    for one in minutes[:FIRST]:
        wanted |= Q(by=one["by_id"], at__gte=one["minute"], at__lt=one["minute"] + MINUTE)
    lines = _lines(reader).filter(wanted).annotate(minute=TruncMinute("at")).order_by("by_id", "minute", "pk")
    for _, group in groupby(lines, key=lambda line: (line.by_id, line.minute)):
        rows = list(group)
        title = f"{rows[0].by.shown_as}一分钟内核验了{len(rows)}笔"
        yield Finding(
            "one_hand", title, _key("one_hand", rows), rows[0].by, rows[0].place, [_row(one) for one in rows[:20]]
        )


@pattern
def from_paper(reader):
    """Every line entered from paper, as long as nobody looked at it."""
    lines = list(_lines(reader).filter(source_kind=kind_of(BackEntry)).order_by("-pk")[:FIRST])
    papers = back_entries_of(lines)
    for line in lines:
        hands = _hands([line]) | {papers[line.pk].entered_by_id}
        yield Finding("paper", "补录的时长", _key("paper", [line]), line.person, line.place, [_row(line)], hands)


@pattern
def long_ago(reader):
    """Entered more than sixty days after it was done."""
    late = _lines(reader).filter(at__gt=F("served_on") + LATE).order_by("-pk")
    for line in late[:FIRST]:
        yield Finding("late", f"做完{(timezone.localdate(line.at) - line.served_on).days}天以后才登记", _key("late", [line]), line.person,
                      line.place, [_row(line)], _hands([line]))  # fmt: skip


@pattern
def before_joining(reader):
    """Served before the first day in any post."""
    posts = Appointment.objects.filter(person=OuterRef("person")).order_by("since").values("since")[:1]
    early = _lines(reader).annotate(first=Subquery(posts)).filter(served_on__lt=F("first")).order_by("-pk")
    for line in early[:FIRST]:
        rows = [_row(line)]
        yield Finding("early", "入队之前的日子", _key("early", [line]), line.person, line.place, rows, _hands([line]))
