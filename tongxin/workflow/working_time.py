"""Deadlines in working time (工作日): holidays and make-up days, with an editable table on top.

Order of authority: the district's own table, then the State Council's calendar as `chinesecalendar` knows it, then
`holidays` for years it does not know yet, then plain weekdays.
"""

import datetime as dt

import chinese_calendar
import holidays
from django.utils import timezone

from .models import CalendarDay

_FALLBACK = holidays.country_holidays("CN")


def is_working_day(day: dt.date) -> bool:
    """Whether offices work that day."""
    override = CalendarDay.objects.filter(day=day).values_list("working", flat=True).first()
    if override is not None:
        return override
    try:
        return chinese_calendar.is_workday(day)
    except NotImplementedError:  # a year whose calendar is not announced yet
        return day.weekday() < 5 and day not in _FALLBACK


def add_working_days(start: dt.datetime, days: int) -> dt.datetime:
    """The end of the n-th working day after `start` (aware): due by the evening of that day, Shanghai time."""
    day = timezone.localtime(start).date()
    left = days
    while left:
        day += dt.timedelta(days=1)
        left -= is_working_day(day)
    return timezone.make_aware(dt.datetime.combine(day, dt.time(23, 59, 59)))
