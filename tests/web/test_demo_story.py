"""The diary of the demo: everything at its moment, in order, and the real clock again afterwards."""

import datetime as dt

import pytest
from django.utils import timezone

from tongxin.journal.models import Event
from tongxin.registrations.models import Registration
from tongxin.web.demo_story.diary import Diary, clock_at

NOON = dt.datetime(2026, 11, 24, 12, tzinfo=dt.timezone(dt.timedelta(hours=8)))


def test_acts_are_done_in_order_each_at_its_moment():
    diary, seen = Diary(NOON), []

    def act(name):
        seen.append((name, timezone.now()))

    diary.note(diary.at(1, 9), act, "later")
    diary.note(diary.at(3, 20.5), act, "first")
    diary.note(diary.at(-2), act, "to come: done now")
    diary.play()
    assert seen == [
        ("first", dt.datetime(2026, 11, 21, 12, 30, tzinfo=dt.UTC)),
        ("later", dt.datetime(2026, 11, 23, 1, tzinfo=dt.UTC)),
        ("to come: done now", NOON),
    ]


def test_the_real_clock_comes_back_whatever_happens():
    with pytest.raises(ZeroDivisionError), clock_at(NOON - dt.timedelta(days=400)):
        assert timezone.localdate() == dt.date(2025, 10, 20)
        raise ZeroDivisionError
    assert timezone.datetime is dt.datetime


def test_rows_events_and_deadlines_are_of_that_moment(world):
    with clock_at(NOON - dt.timedelta(days=8)):
        made, _ = Registration.submit(phone="19920008888", name="周建平", place=world.neighbourhood)
    made.refresh_from_db()
    assert made.submitted_at == NOON - dt.timedelta(days=8) == Event.objects.about(made).get().at
    assert timezone.localdate(made.due_at) == dt.date(2026, 11, 19)
