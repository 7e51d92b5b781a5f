"""Working days and hours: make-up days, Spring Festival, years not announced yet, and a day the district decides about."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from tongxin.journal.models import Event
from tongxin.refused import Refused
from tongxin.workflow import calendar, working_time
from tongxin.workflow.calendar import GUESS, OWN, STATE, days_of, set_day, source_of
from tongxin.workflow.models import CalendarDay
from tongxin.workflow.working_time import (
    add_working_days,
    add_working_hours,
    is_working_day,
    working_days_between,
)

pytestmark = pytest.mark.django_db


def at(text):
    return timezone.make_aware(dt.datetime.fromisoformat(text))


def test_a_make_up_saturday_is_worked_and_a_bridge_day_is_not():
    assert is_working_day(dt.date(2026, 2, 14))  # Saturday before Spring Festival, worked instead
    assert not is_working_day(dt.date(2026, 2, 18))  # a Wednesday
    assert not is_working_day(dt.date(2026, 11, 22))  # a plain Sunday


@pytest.mark.parametrize(
    ("start", "days", "due"),
    [
        ("2026-02-13T15:00", 1, "2026-02-14"),  # the Saturday counts
        ("2026-02-14T09:00", 1, "2026-02-24"),  # nine days of festival in between
        ("2026-09-30T09:00", 2, "2026-10-09"),
        ("2026-11-20T17:00", 3, "2026-11-25"),
    ],
)
def test_deadlines_step_over_holidays(start, days, due):
    end = add_working_days(at(start), days)
    assert timezone.localtime(end).date() == dt.date.fromisoformat(due)
    assert working_days_between(at(start), end) == days


def test_a_year_nobody_announced_yet_is_reckoned_from_weekdays_and_statutory_days():
    assert source_of(2031) == GUESS and source_of(2026) == STATE
    assert not is_working_day(dt.date(2031, 10, 1)) and not is_working_day(dt.date(2031, 10, 5))
    assert is_working_day(dt.date(2031, 10, 14))


def test_the_district_has_the_last_word(world):
    day = dt.date(2099, 3, 11)
    before = add_working_days(at("2099-03-10T09:00"), 1)
    set_day(day, working=False, note="台风停工", by=world.he)
    assert not is_working_day(day)
    assert add_working_days(at("2099-03-10T09:00"), 1) == before + dt.timedelta(days=1)
    assert next(d for d in days_of(2099) if d.day == day).source == OWN
    set_day(day, working=True, note="更正：照常上班", by=world.he)
    assert is_working_day(day) and CalendarDay.objects.count() == 1
    assert [event.reason for event in Event.objects.filter(verb="calendar.set")] == ["台风停工", "更正：照常上班"]


@pytest.mark.parametrize("who", ["shen", "wang", "admin", "auditor", "alan"])
def test_nobody_else_decides_about_days(world, who):
    with pytest.raises(PermissionDenied):
        set_day(dt.date(2099, 3, 11), working=False, note="x", by=getattr(world, who))


def test_red_twin_without_the_permission_a_neighbourhood_would_stop_the_clock(world, monkeypatch):
    monkeypatch.setattr(calendar, "places_where", lambda by, permission: type(world.district).objects.all())
    set_day(dt.date(2099, 3, 11), working=False, note="随便", by=world.alan)
    assert not is_working_day(dt.date(2099, 3, 11))


def test_days_gone_and_days_without_a_ground_are_refused(world):
    with pytest.raises(Refused, match="已经过去"):
        set_day(dt.date(2020, 3, 11), working=False, note="补记", by=world.he)
    with pytest.raises(Refused, match="依据"):
        set_day(dt.date(2099, 3, 11), working=False, note=" ", by=world.he)


def test_deadlines_told_before_stay(world):
    due = world.registration.due_at
    day = timezone.localtime(due).date()
    set_day(day, working=False, note="临时放假", by=world.he)
    world.registration.refresh_from_db()
    assert world.registration.due_at == due


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        ("2026-11-23T10:00", 2, "2026-11-23T12:00"),
        ("2026-11-23T16:30", 2, "2026-11-24T10:00"),
        ("2026-11-20T17:00", 1, "2026-11-23T09:30"),  # Friday evening to Monday
        ("2026-11-21T12:00", 0.5, "2026-11-23T09:30"),
        ("2026-11-23T07:00", 8.5, "2026-11-23T17:30"),
        ("2026-11-23T20:00", 8.5, "2026-11-24T17:30"),
    ],
)
def test_office_hours(start, hours, end):
    assert add_working_hours(at(start), hours) == at(end)


def test_office_hours_know_the_districts_days(world):
    CalendarDay.objects.create(day=dt.date(2026, 11, 24), working=False)
    assert add_working_hours(at("2026-11-23T17:00"), 1) == at("2026-11-25T09:30")


@pytest.mark.parametrize("zone", ["UTC", "America/New_York", "Asia/Kathmandu"])
def test_a_moment_written_in_another_zone_is_the_same_moment(zone):
    moment = at("2026-02-13T23:59:59").astimezone(ZoneInfo(zone))
    assert timezone.localtime(add_working_days(moment, 1)).date() == dt.date(2026, 2, 14)
    assert add_working_hours(moment, 1) == at("2026-02-14T10:00")


def test_one_query_for_a_deadline(world, django_assert_num_queries):
    with django_assert_num_queries(1):
        add_working_days(at("2026-02-10T09:00"), 15)
    with django_assert_num_queries(1):
        days_of(2026)


def test_the_page_says_what_is_unusual_and_where_it_comes_from(world):
    client, url = world.client(world.he), reverse("web:calendar")
    page = client.get(url, {"year": "2026"}).content.decode()
    assert "春节调休上班" in page and "国务院节假日安排" in page
    assert "还没有公布" in client.get(url, {"year": "2031"}).content.decode()
    said = client.post(url, {"day": "2099-10-10", "working": "0", "note": "按国办通知"}, follow=True).content.decode()
    assert "自今天起新的期限按它算" in said and "本区设定" in said
    assert client.post(url, {"day": "2020-01-01", "working": "0", "note": "x"}).status_code == 422
    assert client.get(url, {"year": "9999999999999"}).status_code == 200


def test_the_form_is_the_districts_alone(world):
    url = reverse("web:calendar")
    assert "改一天" not in world.client(world.shen).get(url).content.decode()
    form = {"day": "2099-10-10", "working": "0", "note": "随便"}
    assert world.client(world.shen).post(url, form).status_code == 403
    assert working_time.is_working_day(dt.date(2099, 10, 12))
