"""The working calendar as people read it: a year of days, each with its reason and where that comes from."""

import datetime as dt
from dataclasses import dataclass

import chinese_calendar
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from tongxin.access.policy import Permission
from tongxin.access.rules import places_where
from tongxin.journal.models import record
from tongxin.refused import Refused

from .models import CalendarDay
from .working_time import FALLBACK, announced

OWN, STATE, GUESS = "own", "state", "guess"
SOURCES = {
    OWN: "本区设定",
    STATE: "国务院节假日安排",
    GUESS: "还没有公布，先按周一到周五和法定节日推算",
}
NAMES = {
    "New Year's Day": "元旦",
    "Spring Festival": "春节",
    "Tomb-sweeping Day": "清明节",
    "Labour Day": "劳动节",
    "Dragon Boat Festival": "端午节",
    "National Day": "国庆节",
    "Mid-autumn Festival": "中秋节",
    "Anti-Fascist 70th Day": "抗战胜利纪念日",
}


@dataclass(frozen=True)
class Day:
    """One day: worked or not, why, who says so."""

    day: dt.date
    working: bool
    note: str
    source: str
    usual: bool  # as any week has it: nothing to remark

    @property
    def word(self) -> str:
        return "上班" if self.working else "休息"


def days_of(year: int) -> list[Day]:
    """Every day of a year; one query."""
    own = {row.day: row for row in CalendarDay.objects.filter(day__year=year)}
    first = dt.date(year, 1, 1)
    length = (dt.date(year, 12, 31) - first).days + 1
    return [_about(day, own.get(day)) for day in (first + dt.timedelta(days=n) for n in range(length))]


def _about(day, own) -> Day:
    if own:
        return Day(day, own.working, own.note, OWN, False)
    source, name = _named(day)
    working, plain = announced(day), day.weekday() < 5
    note = f"{name}调休上班" if working and not plain else name
    return Day(day, working, note, source, working == plain and not name)


def _named(day) -> tuple[str, str]:
    """Who says what the day is, and what the holiday is called."""
    try:
        _, name = chinese_calendar.get_holiday_detail(day)
        return STATE, NAMES.get(name, name or "")
    except NotImplementedError:
        return GUESS, FALLBACK.get(day, "") if not announced(day) else ""


def source_of(year: int) -> str:
    """Where a year's plan comes from, before the district's own days."""
    return _named(dt.date(year, 10, 1))[0]


def set_day(day, *, working, note, by) -> CalendarDay:
    """Decide about one day from now on; deadlines worked out before stay as they were told. Raises Refused."""
    place = places_where(by, Permission.SET_CALENDAR).order_by("path").first()
    if place is None:
        raise PermissionDenied
    if day < timezone.localdate():
        raise Refused("已经过去的日子不再改，办过的期限是按当时的日历算的")
    if not note.strip():
        raise Refused("请写一句依据，比如“按国办通知调休”")
    with transaction.atomic():
        row, _ = CalendarDay.objects.update_or_create(
            day=day, defaults={"working": working, "note": note.strip()[:60], "by": by, "at": timezone.now()}
        )
        facts = {"on": f"{day}", "working": working}
        record("calendar.set", subject=row, by=by, place=place, reason=note.strip(), facts=facts)
    return row
