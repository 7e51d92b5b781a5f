"""The daily digest of staff: once a working day at the chosen hour, counts with links, nothing when nothing waits."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from tongxin.notifications import digest
from tongxin.notifications.digest import send_digests
from tongxin.notifications.models import Choice, DigestHour, Notice
from tongxin.notifications.texts import send_texts
from tongxin.registrations.models import Registration
from tongxin.workflow.models import CalendarDay


@pytest.fixture
def half_past_eight(told):
    """Monday 8:30, everything before delivered and put away."""
    return timezone.localtime().replace(hour=8, minute=30)


def digests(person):
    return list(Notice.objects.filter(person=person, kind="digest").order_by("pk"))


def lines_of(notice):
    return {line["label"]: line["count"] for line in notice.lines}


def test_the_secretary_hears_once_a_day_what_waits(world, told, half_past_eight):
    for name in ("孙一鸣", "白小雪"):
        world.register(name)
    world.claimed(world.past_task(), world.alan).report(by=world.alan, hours=2)
    assert told(world.wang) == []
    assert send_digests(half_past_eight) == 2  # 王书记 and 周队长
    (notice,) = digests(world.wang)
    assert notice.title == "今天有3件事等您" and lines_of(notice) == {"报到待审核": 2, "时长待核验": 1}
    assert lines_of(digests(world.zhou)[0]) == {"时长待核验": 1}
    assert send_digests(half_past_eight + dt.timedelta(hours=3)) == 0
    page = world.client(world.wang).get("/notifications/").content.decode()
    assert 'href="/registrations/' in page and "报到待审核 2" in page


def test_nobody_hears_when_nothing_waits(world, half_past_eight):
    assert send_digests(half_past_eight) == 0 and not Notice.objects.filter(kind="digest").exists()


def test_members_and_outsiders_have_none(world, half_past_eight):
    world.register("孙一鸣")
    send_digests(half_past_eight)
    for one in (world.alan, world.neighbour, world.outsider, world.far_secretary):
        assert digests(one) == []


def test_not_before_its_hour_and_not_on_a_day_off(world, half_past_eight):
    world.register("孙一鸣")
    assert send_digests(half_past_eight - dt.timedelta(minutes=1)) == 0
    assert send_digests(half_past_eight + dt.timedelta(days=5)) == 0  # Saturday
    CalendarDay.objects.create(day=half_past_eight.date(), working=False)
    assert send_digests(half_past_eight) == 0
    assert send_digests(half_past_eight + dt.timedelta(days=1)) == 1


def test_one_chooses_the_hour(world, half_past_eight):
    world.register("孙一鸣")
    Choice.of(world.wang).set_digest(at=DigestHour.AFTERNOON, by=world.wang)
    assert send_digests(half_past_eight) == 0
    assert send_digests(half_past_eight.replace(hour=17, minute=1)) == 1


def test_switched_off_only_what_is_late_is_told(world, half_past_eight):
    Choice.of(world.wang).set_digest(on=False, by=world.wang)
    registration = world.registration
    assert send_digests(half_past_eight) == 0
    Registration.objects.filter(pk=registration.pk).update(due_at=half_past_eight - dt.timedelta(hours=1))
    assert send_digests(half_past_eight + dt.timedelta(days=1)) == 1
    assert lines_of(digests(world.wang)[0]) == {"报到已到期": 1}


def test_by_text_only_if_they_chose(world, half_past_eight, agreed, sms):
    world.register("孙一鸣")
    agreed(world.wang)
    send_digests(half_past_eight)
    assert digests(world.wang)[0].text == ""
    Choice.of(world.wang).set_digest(text=True, by=world.wang)
    send_digests(half_past_eight + dt.timedelta(days=1))
    assert send_texts(now=timezone.now() + dt.timedelta(hours=1)) == 1
    assert "今天有1件事等您" in sms.refresh()[-1]["text"] and "点一下就停" in sms[-1]["text"]


def test_a_gathered_kind_no_line_covers_is_told_at_once(world, told, monkeypatch):
    monkeypatch.setattr(digest, "covered", set)
    world.register("孙一鸣")
    assert told(world.wang) == ["有新的报到等您审核"]


def test_two_workers_make_one(world, half_past_eight):
    world.register("孙一鸣")
    send_digests(half_past_eight)
    stale = Choice.objects.select_related("person").get(person=world.wang)
    assert digest._send(stale, half_past_eight.date()) is False
    assert len(digests(world.wang)) == 1


def test_without_the_mark_the_database_still_says_no(world, half_past_eight):
    """The red twin: the day forgotten, the second one is refused by the unique rule."""
    world.register("孙一鸣")
    send_digests(half_past_eight)
    Choice.objects.update(digested_on=None)
    with pytest.raises(IntegrityError), transaction.atomic():
        send_digests(half_past_eight)


def test_every_line_leads_to_a_page_its_reader_may_open(world, half_past_eight):
    world.register("孙一鸣")
    world.claimed(world.past_task(), world.alan).report(by=world.alan, hours=2)
    for person in (world.wang, world.zhou, world.shen, world.he):
        client = world.client(person)
        for one in digest.lines():
            if answer := one.count(person):
                assert client.get(str(answer[2])).status_code == 200, (person.shown_as, answer)
