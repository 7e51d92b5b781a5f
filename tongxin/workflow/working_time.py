"""Deadlines in working time (工作日): holidays and make-up days, with an editable table on top.

Order of authority: the district's own table, then the State Council's calendar as `chinesecalendar` knows it, then
`holidays` for years it does not know yet, then plain weekdays.
"""

import datetime as dt

import chinese_calendar
import holidays
from django.utils import timezone

from .models import CalendarDay

FALLBACK = holidays.country_holidays("CN")
OPENS, CLOSES = dt.time(9), dt.time(17, 30)  # office hours; the noon hour counts, somebody is on duty


def is_working_day(day: dt.date) -> bool:
    """Whether offices work that day."""
    override = CalendarDay.objects.filter(day=day).values_list("working", flat=True).first()
    return announced(day) if override is None else override


def announced(day: dt.date) -> bool:
    """As it stands without a table of the district's own."""
    try:
        return chinese_calendar.is_workday(day)
    except NotImplementedError:  # a year whose calendar is not announced yet
        return day.weekday() < 5 and day not in FALLBACK


def add_working_days(start: dt.datetime, days: int, *, own=True) -> dt.datetime:
    """The end of the n-th working day after `start` (aware): due by the evening of that day, Shanghai time.

    `own=False` leaves the district's own table out.
    """
    day = timezone.localtime(start).date()
    overrides = dict(CalendarDay.objects.filter(day__gt=day).values_list("day", "working")) if days and own else {}
    left = days
    while left:
        day += dt.timedelta(days=1)
        left -= overrides[day] if day in overrides else announced(day)
    return timezone.make_aware(dt.datetime.combine(day, dt.time(23, 59, 59)))


def at_least_working_days(start: dt.datetime, days: int) -> dt.datetime:
    """The same for a right of a person that is worked out anew each time: a day decided later may only lengthen it."""
    return max(add_working_days(start, days), add_working_days(start, days, own=False))


def working_days(since: dt.date, until: dt.date) -> list[dt.date]:
    """The working days after `since` up to and with `until`; one query however long that is."""
    overrides = dict(CalendarDay.objects.filter(day__gt=since, day__lte=until).values_list("day", "working"))
    days = (since + dt.timedelta(days=n) for n in range(1, (until - since).days + 1))
    return [day for day in days if overrides.get(day, announced(day))]


def working_days_between(start: dt.datetime, end: dt.datetime) -> int:
    """How many working days have begun since the day of `start` (aware), Shanghai time; 0 on the same day."""
    return len(working_days(timezone.localtime(start).date(), timezone.localtime(end).date()))


def add_working_hours(start: dt.datetime, hours: float) -> dt.datetime:
    """The moment when so many office hours (9:00–17:30 on working days) have passed after `start` (aware)."""
    now, left = timezone.localtime(start), dt.timedelta(hours=hours)
    day = now.date()
    overrides = dict(CalendarDay.objects.filter(day__gte=day).values_list("day", "working"))
    while True:
        if overrides[day] if day in overrides else announced(day):
            begin, end = (timezone.make_aware(dt.datetime.combine(day, hour)) for hour in (OPENS, CLOSES))
            begin = max(begin, now)
            if begin < end and left <= end - begin:
                return begin + left
            left -= max(end - begin, dt.timedelta())
        day += dt.timedelta(days=1)
