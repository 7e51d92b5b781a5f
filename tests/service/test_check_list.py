"""What looks unusual is listed for a human, with its rows; nothing happens by itself."""

import datetime as dt

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tongxin.service.models import BackEntry, Checked, Entry, findings, note_checked
from tongxin.workflow.transitions import Refused

from .conftest import DAY


def kinds(reader):
    return sorted(one.kind for one in findings(reader))


def by_key(reader, kind):
    return next(one for one in findings(reader) if one.kind == kind)


def test_a_quiet_ledger_lists_nothing(world, line):
    line(2)
    assert kinds(world.wang) == []


def test_more_than_twelve_hours_on_a_day(world, line):
    line(8)
    line(4)
    assert kinds(world.wang) == []
    line(1)
    found = by_key(world.wang, "long_day")
    assert found.person == world.alan and len(found.rows) == 3 and "13小时" in found.title


def test_many_by_one_hand_in_a_minute(world, line):
    people = [world.member(f"邻居{n}", world.neighbourhood) for n in range(10)]
    for person in people[:9]:
        line(1, person=person)
    assert kinds(world.wang) == []
    line(1, person=people[9])
    assert kinds(world.wang) == ["one_hand"] and by_key(world.wang, "one_hand").person == world.wu


def test_hours_from_paper_and_from_long_ago(world, line):
    row = BackEntry.enter(
        [(world.alan, 2)],
        by=world.zhou,
        place=world.neighbourhood,
        served_on=dt.date(2026, 9, 1),
        what="送水",
        evidence="x",
        sheet="1",
    )[0]
    row.confirm(by=world.wang)
    assert kinds(world.wang) == ["late", "paper"]


def test_served_before_joining(world, line):
    new = world.member("新来的", world.neighbourhood, since=dt.date(2026, 11, 21))
    line(2, person=new)
    assert kinds(world.wang) == ["early"]


def test_two_places_at_once(world, travel):
    one = world.past_task()
    travel.shift(dt.timedelta(minutes=30))
    other = world.past_task(title="另一件")
    for task in (one, other):
        claim = world.claimed(task, world.alan, status="reported", hours=1, reported_at=timezone.now())
        claim.verify(by=world.wu)
    found = by_key(world.wang, "overlap")
    assert found.person == world.alan and len(found.rows) == 2 and "另一件" in str(found.rows)
    assert Entry.objects.totals()["hours"] == 2  # nothing was taken away


def test_a_note_takes_it_off_the_list_until_more_comes(world, line):
    line(8)
    line(5)
    note_checked(by_key(world.wang, "long_day"), by=world.wang, result="fine", note="抗台风")
    assert kinds(world.wang) == [] and kinds(world.shen) == []
    line(1)
    assert kinds(world.wang) == ["long_day"]
    assert Checked.objects.get().note == "抗台风"


def test_nobody_notes_their_own(world, line):
    for hours in (8, 5):
        line(hours, person=world.wang, by=world.zhou)
    found = by_key(world.shen, "long_day")
    with pytest.raises(Refused, match="自己的时长"):
        note_checked(found, by=world.wang, result="fine")
    with pytest.raises(PermissionDenied):
        note_checked(found, by=world.zhou, result="fine")
    with pytest.raises(Refused, match="怎么更正"):
        note_checked(found, by=world.shen, result="corrected", note=" ")


@pytest.mark.parametrize("name", ["far_secretary", "zhou", "he"])
def test_others_see_nothing(world, line, name):
    line(8)
    line(5)
    assert kinds(getattr(world, name)) == []


def test_the_auditor_reads_no_names(world, line):
    line(8)
    line(5)
    client = world.client(world.auditor)
    page = client.get("/service/desk/check/").content.decode()
    assert "13小时" in page and world.alan.name not in page and world.alan.masked_name in page
    assert world.alan.name in world.client(world.wang).get("/service/desk/check/").content.decode()
    key = by_key(world.auditor, "long_day").key
    assert client.post("/service/desk/check/note/", {"key": key, "result": "fine"}).status_code == 302
    assert kinds(world.auditor) == []


def test_the_page_costs_the_same_for_many(world, line, travel):
    def queries():
        client = world.client(world.wang)
        with CaptureQueriesContext(connection) as caught:
            client.get("/service/desk/check/")
        return len(caught)

    def long_days(numbers):
        for n in numbers:
            for hours in (8, 5):
                line(hours, served_on=DAY - dt.timedelta(days=n))
            travel.shift(dt.timedelta(minutes=1))

    long_days(range(2))
    queries()
    few = queries()
    long_days(range(2, 12))
    queries()  # what waits is counted again after a while, as the menu does on any page
    assert queries() == few and len(findings(world.wang)) == 12
    with time_machine.travel(timezone.now() + dt.timedelta(days=500)):
        assert kinds(world.wang) == []  # of the last year and a bit
