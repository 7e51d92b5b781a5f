"""The clocks of what registrations keep: ended on their day, not before, and nobody with another tie is touched."""

import datetime as dt

import pytest
import time_machine
from django.utils import timezone

from tongxin.people import retention
from tongxin.people.models import RetentionRun
from tongxin.people.retention import clocks, overview, run_clocks
from tongxin.registrations.models import Registration


@pytest.fixture
def refused(world):
    registration = world.register("许文博", skills="急救护理")
    registration.refuse(by=world.wang, reason="不在本居村居住")
    return registration


def after(days):
    return time_machine.travel(timezone.now() + dt.timedelta(days=days), tick=False)


def test_whoever_was_only_refused_is_forgotten_after_thirty_days_and_not_before(refused):
    with after(29):
        assert run_clocks()["refused"] == 0
    with after(31):
        assert run_clocks()["refused"] == 1
        assert run_clocks()["refused"] == 0
    refused.refresh_from_db()
    assert refused.person.name == "已注销人员" and refused.skills == "" and refused.status == "refused"


def test_whoever_came_back_meanwhile_is_not_forgotten(world, refused):
    again = Registration.submit(phone=refused.person.local_phone, name="许文博", place=world.neighbourhood)[0]
    with after(31):
        assert run_clocks()["refused"] == 0
    again.refresh_from_db()
    assert again.person.name == "许文博"


def test_members_are_never_forgotten_by_the_clock_of_refusals(world, refused):
    world.joined(world.register("何佳怡"))
    with after(31):
        run_clocks()
    assert Registration.objects.filter(person__erased_at=None, status="joined").exists()
    assert world.alan.memberships.filter(until=None).exists()


def test_what_was_sent_back_and_never_answered_lapses(world):
    registration = world.register("许文博")
    registration.send_back(by=world.wang, reason="请补充楼号")
    with after(89):
        assert run_clocks()["unanswered"] == 0
    with after(91):
        assert run_clocks()["unanswered"] == 1
    registration.refresh_from_db()
    assert registration.status == "left"


def test_the_page_says_what_is_kept_how_long_and_when_it_was_looked_at(client, world, refused):
    with after(31):
        run_clocks()
    row = next(row for row in overview() if row["clock"].key == "refused")
    assert row["run"].ended == 1 and RetentionRun.objects.count() == sum(1 for clock in clocks() if clock.end)
    page = client.get("/people/retention/").content.decode()
    assert all(clock.what in page and clock.keep in page for clock in clocks())


def test_every_clock_says_why_and_what_then():
    assert all(clock.what and clock.keep and clock.why and clock.then for clock in clocks())


def test_red_twin_without_the_day_everybody_refused_would_be_gone_at_once(refused, monkeypatch):
    clocks()
    hasty = retention.Clock(**vars(retention.CLOCKS["refused"]) | {"days": -1})
    monkeypatch.setitem(retention.CLOCKS, "refused", hasty)
    assert run_clocks()["refused"] == 1
