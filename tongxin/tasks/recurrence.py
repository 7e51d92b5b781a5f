"""On which days something comes again: every week, every second week, or the same weekday of every month."""

import datetime as dt

import chinese_calendar
import holidays
from dateutil.rrule import MONTHLY, WEEKLY, rrule, weekday
from django.db import models

from tongxin.workflow.models import CalendarDay

FURTHEST = dt.timedelta(days=366)
DAYS = "一二三四五六日"
LAST = 5  # a fifth weekday does not come every month: it is read as the last one
_FALLBACK = holidays.country_holidays("CN")


class Every(models.TextChoices):
    """How often."""

    WEEK = "week", "每周"
    FORTNIGHT = "fortnight", "每两周"
    MONTH = "month", "每月"


def days(every, first, *, since, until) -> list[dt.date]:
    """The days from `since` to `until`, both included, of what begins on `first`."""
    if every == Every.MONTH:
        nth = _nth(first)
        pattern = {"freq": MONTHLY, "byweekday": weekday(first.weekday(), -1 if nth == LAST else nth)}
    else:
        pattern = {"freq": WEEKLY, "interval": 2 if every == Every.FORTNIGHT else 1}
    midnight = dt.time.min
    rule = rrule(dtstart=dt.datetime.combine(first, midnight), until=dt.datetime.combine(until, midnight), **pattern)
    found = rule.between(dt.datetime.combine(since, midnight), dt.datetime.combine(until, midnight), inc=True)
    return [moment.date() for moment in found]


def in_words(every, first) -> str:
    """As in 每周二, 每两周周二, 每月第2个周二, 每月最后一个周二."""
    day = f"周{DAYS[first.weekday()]}"
    if every == Every.MONTH:
        nth = _nth(first)
        return f"每月最后一个{day}" if nth == LAST else f"每月第{nth}个{day}"
    return f"每{day}" if every == Every.WEEK else f"每两周的{day}"


def festivals(days) -> set[dt.date]:
    """Which of these days are public holidays: the district's own table first, then the announced calendar."""
    own = dict(CalendarDay.objects.filter(day__in=days).values_list("day", "working"))
    return {day for day in days if (not own[day] if day in own else _is_festival(day))}


def _is_festival(day) -> bool:
    try:
        off, name = chinese_calendar.get_holiday_detail(day)
    except NotImplementedError:  # a year whose calendar is not announced yet
        return day in _FALLBACK
    return bool(off and name)


def _nth(day) -> int:
    return (day.day - 1) // 7 + 1
