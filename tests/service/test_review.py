"""The end of the year: frozen at midnight in Shanghai by the clock, once; looked at by everybody; confirmed by a human."""

import datetime as dt
import os
import subprocess
import sys
import zoneinfo
from pathlib import Path

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from tests.journal.tampering import raw, triggers_lifted
from tongxin.journal.models import Event
from tongxin.people.models import Purpose, give_consent
from tongxin.service import pages
from tongxin.service.checks import problems
from tongxin.service.clockwork import years_freeze
from tongxin.service.models import Dispute, Entry, Review, Statement, Year, reverse
from tongxin.service.models import year as years
from tongxin.workflow.transitions import Refused

ROOT = Path(__file__).resolve().parents[2]
SHANGHAI = dt.timezone(dt.timedelta(hours=8))
MIDNIGHT = dt.datetime(2027, 1, 1, 0, 0, tzinfo=SHANGHAI)
MOMENT = dt.timedelta(microseconds=1)


@pytest.fixture
def review(world, line, travel):
    line(3)
    travel.move_to(MIDNIGHT)
    years_freeze(timezone.now())
    return Review.objects.get()


def test_the_clock_freezes_at_midnight_and_not_before(world, line, travel):
    line(3)
    travel.move_to(MIDNIGHT - MOMENT)
    assert years_freeze(timezone.now()) == 0 and not Year.objects.exists()
    last = line(1, served_on=timezone.localdate())
    travel.shift(MOMENT)
    assert years_freeze(timezone.now()) == 2  # frozen, and everybody asked to look
    first = line(1, served_on=timezone.localdate())
    assert (last.year, first.year) == (2026, 2027)
    assert Statement.objects.get(person=world.alan).hours == 4
    assert years_freeze(timezone.now()) == 0 and Event.objects.filter(verb="year.close").count() == 1


def test_a_district_without_hours_has_nothing_to_freeze(world, travel):
    travel.move_to(MIDNIGHT)
    assert years_freeze(timezone.now()) == 0


def test_everybody_has_ten_working_days(world, review, travel):
    assert review.status == "review" and timezone.localdate(review.due_at) == dt.date(2027, 1, 15)
    with pytest.raises(Refused, match="核对到1月15日"):
        review.confirm(by=world.he)
    travel.move_to(dt.datetime(2027, 1, 16, 9, tzinfo=SHANGHAI))
    review.confirm(by=world.he)
    assert Review.objects.get().confirmed_by == world.he and problems() == []


def test_open_disputes_are_listed_and_ask_for_a_reason(world, review, travel):
    dispute = Dispute.raise_on(Entry.objects.get(), by=world.alan, words="少了", hours=4)
    travel.move_to(dt.datetime(2027, 1, 16, 9, tzinfo=SHANGHAI))
    client = world.client(world.he)
    page = client.get(f"/service/desk/years/{review.pk}/confirm/").content.decode()
    assert "楼道巡看" in page and "等待答复" in page and world.alan.name not in page
    assert client.post(f"/service/desk/years/{review.pk}/confirm/", {"reason": ""}).status_code == 409
    assert client.post(f"/service/desk/years/{review.pk}/confirm/", {"reason": "逐条在办"}).status_code == 302
    assert Review.objects.get().reason == "逐条在办"
    dispute.answer_it(by=world.zhou, hours=4, reason="对")
    assert Entry.objects.in_year(2027).totals()["hours"] == 1 and problems() == []
    assert review.year.recomputed_digest() == review.year.digest


def test_a_ledger_that_was_changed_is_not_confirmed(world, review, travel):
    travel.move_to(dt.datetime(2027, 1, 16, 9, tzinfo=SHANGHAI))
    with triggers_lifted("service_entry") as cursor:
        cursor.execute("UPDATE service_entry SET hours = 9")
    with pytest.raises(Refused, match="不一致"):
        review.confirm(by=world.he)


def test_without_the_guard_a_year_could_be_confirmed_unseen(world, review):
    """The red twin: before anybody could look."""
    object.__setattr__(Review.confirm.move, "guard", None)
    try:
        review.confirm(by=world.he)
    finally:
        object.__setattr__(Review.confirm.move, "guard", years.over_and_true)
    assert Review.objects.get().status == "confirmed"


@pytest.mark.parametrize("name", ["wang", "shen", "zhou", "auditor", "alan"])
def test_others_confirm_nothing(world, review, name):
    with pytest.raises(PermissionDenied):
        review.confirm(by=getattr(world, name))


def test_a_half_confirmed_year_is_found(world, review):
    raw("UPDATE service_review SET due_at = NULL")
    assert problems() == [f"service.review {review.pk}: review without what belongs to it"]


def test_the_statement_prints_every_line_and_no_number(world, line, travel):
    reverse(line(4, reason="高温送水"), by=world.wang, reason="记重了")
    line(3)
    travel.move_to(MIDNIGHT)
    years_freeze(timezone.now())
    page = world.client(world.alan).get("/service/statement/2026/").content.decode()
    closed = Year.objects.get()
    for words in ("高温送水", "记重了", "楼道巡看", closed.digest, "规则：v1", "谁组织，谁记录", world.alan.name):
        assert words in page
    assert "志愿服务记录证明" not in page and world.alan.local_phone not in page
    assert world.client(world.zhou).get("/service/statement/2026/").status_code == 404


def test_the_thanks_list_is_by_consent_by_pinyin_without_hours(world, line, monkeypatch):
    if "thanks" not in Purpose.values:
        pytest.skip("no such consent yet")
    for person in (world.wu, world.alan, world.zhou):
        line(3, person=person, by=world.wang)
    for person in (world.zhou, world.alan, world.neighbour):
        give_consent(person, "thanks", text_version="1", by=person)
    world.alan.call_me("阿兰")
    assert pages.thanks_of(world.neighbourhood, 2026) == ["阿兰", "周队长"]
    page = world.client(world.wang).get(f"/service/thanks/{world.neighbourhood.pk}/?year=2026").content.decode()
    assert "阿兰" in page and "小时" not in page and world.wu.shown_as not in page


ASKED = """
import datetime as dt, django; django.setup()
from django.utils import timezone
from tongxin.workflow.working_time import add_working_days
for at in ["2026-12-31T15:59:59.999999", "2026-12-31T16:00:00", "2028-02-28T16:00:00", "2028-02-29T15:59:59", "2027-03-14T07:00:00"]:
    moment = dt.datetime.fromisoformat(at).replace(tzinfo=dt.UTC)
    print(timezone.localdate(moment), timezone.localdate(moment).year - 1)
"""


@pytest.mark.parametrize("zone", ["UTC", "Asia/Shanghai", "America/New_York", "Asia/Kathmandu"])
def test_a_server_in_any_zone_gives_the_same_days(zone):
    env = os.environ | {"TZ": zone, "DJANGO_SETTINGS_MODULE": "tongxin.settings"}
    done = subprocess.run([sys.executable, "-c", ASKED], cwd=ROOT, env=env, capture_output=True, text=True, check=True)
    days = ["2026-12-31 2025", "2027-01-01 2026", "2028-02-29 2027", "2028-02-29 2027", "2027-03-14 2026"]
    assert done.stdout.split("\n")[:5] == days


@pytest.mark.parametrize("zone", ["UTC", "Asia/Shanghai", "America/New_York", "Asia/Kathmandu"])
def test_the_year_freezes_at_the_same_instant_whoever_looks(world, line, travel, zone):
    line(3)
    here = zoneinfo.ZoneInfo(zone)
    before, after = ((MIDNIGHT + gap).astimezone(here) for gap in (-MOMENT, dt.timedelta(0)))
    with timezone.override("Asia/Shanghai"):
        travel.move_to(before)
        assert years_freeze(before) == 0
        travel.move_to(after)
        assert years_freeze(after) == 2
    assert Year.objects.get().year == 2026


def test_a_leap_day_is_a_day_like_any_other(world, line, travel):
    travel.move_to(dt.datetime(2028, 2, 29, 23, 59, 59, tzinfo=SHANGHAI))
    entry = line(2, served_on=timezone.localdate())
    assert (entry.served_on, entry.year) == (dt.date(2028, 2, 29), 2028)
    assert Entry.objects.by_month(2028)[1] == 2


def test_a_clock_set_back_freezes_nothing_twice(world, review, travel):
    travel.move_to(MIDNIGHT - dt.timedelta(hours=1))
    assert years_freeze(timezone.now()) == 0
    travel.move_to(MIDNIGHT + dt.timedelta(hours=1))
    assert years_freeze(timezone.now()) == 0 and Year.objects.count() == 1
