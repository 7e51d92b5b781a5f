"""怎样通知我: each switch does what it says; text messages go by the family, the cap, the night, and end by a tap."""

import datetime as dt
from itertools import pairwise

import pytest
from django.utils import timezone

from tongxin.journal.models import Event, record
from tongxin.notifications import models, texts
from tongxin.notifications.deliver import deliver
from tongxin.notifications.models import Choice, Family, Notice
from tongxin.notifications.retention import forget_old_notices
from tongxin.notifications.rules import RULES, Rule
from tongxin.notifications.stop import HOW_TO_STOP
from tongxin.notifications.texts import send_texts
from tongxin.people.erasure import erase
from tongxin.people.models import Consent, Purpose


def press(client, **data):
    return client.post("/notifications/choices/set/", data)


@pytest.fixture
def urgent(world, told, monkeypatch):
    """urgent(): one urgent thing happens at 中浩云, for 阿兰 and 吴分队长."""
    rule = Rule(
        "test.urgent",
        tell=lambda event, subject: [world.alan, world.wu],
        message="newcomer",
        url="/",
        text=True,
        urgent=True,
    )
    monkeypatch.setitem(RULES, "test.urgent", [rule])

    def urgent():
        record("test.urgent", subject=world.registration, place=world.neighbourhood)
        deliver()

    return urgent


def test_one_tap_agrees_and_one_tap_stops(world):
    client = world.client(world.alan)
    given = Consent.objects.filter(person=world.alan, purpose=Purpose.SMS, withdrawn_at=None)
    assert "同意收短信" in client.get("/notifications/choices/").content.decode()
    client.post("/notifications/choices/texts/")
    assert given.exists() and "全部停掉" in client.get("/notifications/choices/").content.decode()
    client.post("/notifications/choices/texts/")
    assert not given.exists()


def test_a_family_switched_off_sends_no_text_but_stays_in_the_app(world, told, agreed, sms):
    agreed(world.newcomer)
    client = world.client(world.newcomer)
    press(client, family="registrations", on="0")
    world.registration.accept(by=world.wang)
    assert "您的报到通过了" in told(world.newcomer)
    assert send_texts() == 0 and sms.refresh() == []
    press(client, family="registrations", on="1")
    assert Choice.of(world.newcomer).no_text == []
    world.registration.contact(by=world.zhou)
    told(world.newcomer)
    assert send_texts() == 1


def test_switched_off_meanwhile_counts(world, told, agreed, sms):
    agreed(world.newcomer)
    world.registration.accept(by=world.wang)
    told(world.newcomer)
    Choice.of(world.newcomer).set_text(Family.REGISTRATIONS, on=False, by=world.newcomer)
    assert send_texts() == 0 and not Notice.objects.to_text().exists()


def test_without_asking_for_the_family_it_would_leave(world, told, agreed, sms, monkeypatch):
    """The red twin."""
    agreed(world.newcomer)
    Choice.of(world.newcomer).set_text(Family.REGISTRATIONS, on=False, by=world.newcomer)
    monkeypatch.setattr(models.Family, "of", classmethod(lambda cls, kind: Family.OTHER))
    world.registration.accept(by=world.wang)
    told(world.newcomer)
    assert send_texts() > 0


def test_nonsense_changes_nothing(world):
    client = world.client(world.alan)
    for data in ({"family": "gossip", "on": "0"}, {"digest_at": "3"}, {"on": "perhaps"}, {}):
        assert press(client, **data).status_code == 302
    assert not Choice.objects.filter(person=world.alan).exists()


def test_each_family_is_known(world):
    kinds = {
        "registrations.registration",
        "tasks.claim",
        "service.entry",
        "teams.membership",
        "access.appointment",
        "x.y",
    }
    assert {Family.of(kind) for kind in kinds} == set(Family)


def test_every_text_says_how_to_stop(world, told, agreed, sms):
    agreed(world.newcomer)
    world.registration.accept(by=world.wang)
    told(world.newcomer)
    send_texts()
    assert all(line["text"].endswith(HOW_TO_STOP) for line in sms.refresh()) and len(sms) == 2


def test_the_page_and_the_list_cost_the_same_however_much_there_is(world, django_assert_max_num_queries):
    client = world.client(world.alan)
    make = [Notice(person=world.alan, event_id=n, title=f"消息{n}", kind="x") for n in range(1, 60)]
    Notice.objects.bulk_create(make)
    client.get("/notifications/")
    for path in ("/notifications/", "/notifications/choices/"):
        with django_assert_max_num_queries(11):
            assert client.get(path).status_code == 200


def test_new_ones_come_first_grouped_by_day(world, clock):
    now = timezone.now()
    for n, (days, read) in enumerate([(0, True), (3, False), (1, True), (0, False)], 1):
        at = now - dt.timedelta(days=days)
        Notice.objects.create(
            person=world.alan, event_id=n, title=f"消息{n}", kind="x", at=at, read_at=at if read else None
        )
    page = world.client(world.alan).get("/notifications/").content.decode()
    order = sorted(range(1, 5), key=lambda n: page.index(f"消息{n}"))
    assert order == [4, 2, 1, 3] and page.count("未读 · ") == 2 and "11月20日" in page


def test_one_is_marked_without_going_there(world):
    one = Notice.objects.create(person=world.alan, event_id=1, title="消息", kind="x", url="/tasks/")
    answer = world.client(world.alan).post(f"/notifications/{one.pk}/read/")
    assert answer["Location"] == "/notifications/" and not Notice.objects.unread().exists()
    assert world.client(world.zhou).post(f"/notifications/{one.pk}/read/").status_code == 404


# urgent --------------------------------------------------------------------------------------------------------------


def test_what_is_urgent_wakes_people(world, urgent, agreed, sms):
    agreed(world.alan)
    agreed(world.newcomer)
    urgent()
    night = timezone.localtime().replace(hour=23, minute=30)
    assert send_texts(now=night) == 1  # not the newcomer's ordinary one
    assert {line["to"] for line in sms.refresh()} == {world.alan.phone}


def test_who_cannot_be_reached_is_telephoned(world, urgent, agreed, sms, clock):
    agreed(world.alan)
    urgent()
    send_texts()
    client = world.client(world.zhou)
    assert "有1位还没有收到急事的消息" in client.get("/notifications/").content.decode()
    page = client.get("/notifications/to-call/").content.decode()
    assert world.wu.shown_as in page and world.alan.shown_as not in page
    assert world.wu.name not in page and world.wu.local_phone not in page
    shown = client.post(f"/people/{world.wu.pk}/reveal/", {"reason": "急事通知"}).content.decode()
    assert world.wu.local_phone in shown
    clock.shift(dt.timedelta(minutes=31))  # 阿兰 has not looked
    assert world.alan.shown_as in client.get("/notifications/to-call/").content.decode()
    notice = Notice.objects.get(person=world.wu, urgent=True)
    client.post(f"/notifications/to-call/{notice.pk}/")
    assert world.wu.shown_as not in client.get("/notifications/to-call/").content.decode()
    assert Event.objects.get(verb="notice.call").actor_id == world.zhou.pk


def test_other_places_do_not_see_whom_to_call(world, urgent):
    urgent()
    notice = Notice.objects.filter(urgent=True).first()
    client = world.client(world.far_secretary)
    assert notice.person.shown_as not in client.get("/notifications/to-call/").content.decode()
    assert client.post(f"/notifications/to-call/{notice.pk}/").status_code == 404
    assert world.client(world.alan).get("/notifications/to-call/").status_code == 403


def test_without_the_scope_they_would(world, urgent, monkeypatch):
    """The red twin."""
    from django.db.models import Q

    monkeypatch.setattr(models, "scope", lambda *a, **k: Q())
    urgent()
    assert world.wu.shown_as in world.client(world.far_secretary).get("/notifications/to-call/").content.decode()


def test_read_ones_need_no_call(world, urgent):
    urgent()
    Notice.objects.filter(urgent=True).read()
    assert not Notice.objects.to_call(world.zhou).exists()


# the bill ------------------------------------------------------------------------------------------------------------


def test_above_the_cap_ordinary_ones_wait_and_it_is_said_once(world, told, urgent, agreed, sms, settings, clock):
    settings.SMS_DAILY_CAP = 1
    for person in (world.newcomer, world.alan):
        agreed(person)
    world.registration.accept(by=world.wang)
    told(world.newcomer)
    assert (send_texts(), send_texts()) == (1, 0)
    assert Event.objects.filter(verb="sms.capped").count() == 1
    assert told(world.admin) == ["今天的短信到了上限"]
    urgent()
    assert send_texts() == 1 and len(sms.refresh()) == 2  # an incident is above the bill
    clock.move_to(dt.datetime(2026, 11, 24, 8, 0, tzinfo=timezone.get_current_timezone()))
    assert send_texts() == 1 and len(sms.refresh()) == 3  # the one that waited


def test_without_the_cap_all_would_leave(world, told, agreed, sms, settings, monkeypatch):
    """The red twin."""
    settings.SMS_DAILY_CAP = 0
    monkeypatch.setattr(texts, "_over_the_cap", lambda now: False)
    agreed(world.newcomer)
    told(world.newcomer)
    assert send_texts() == 1


def test_a_gateway_that_stays_down_is_asked_less_and_less(world, told, agreed, sms, clock, monkeypatch):
    agreed(world.newcomer)
    told(world.newcomer)
    calls = []

    def down(number, text):
        calls.append(timezone.now())
        raise ConnectionError

    monkeypatch.setattr(texts, "send_sms", down)
    for _ in range(120):
        send_texts()
        clock.shift(dt.timedelta(minutes=1))
    waits = [round((b - a).total_seconds() / 60) for a, b in pairwise(calls)]
    assert waits == [1, 2, 4, 8, 16, 32] and Notice.objects.to_text().get().tries == 7


# what is kept --------------------------------------------------------------------------------------------------------


def test_after_half_a_year_messages_go(world, clock):
    old, young = (
        Notice.objects.create(
            person=world.alan, event_id=n, title="x", kind="x", at=timezone.now() - dt.timedelta(days=days)
        )
        for n, days in ((1, 181), (2, 179))
    )
    assert forget_old_notices(timezone.now() - dt.timedelta(days=180)) == 1
    assert list(Notice.objects.filter(person=world.alan)) == [young] and old.pk


def test_an_erased_person_keeps_no_messages(world):
    Notice.objects.create(person=world.alan, event_id=1, title="x", kind="x")
    Choice.of(world.alan).set_text(Family.TASKS, on=False, by=world.alan)
    erase(world.alan, by=world.alan)
    assert (
        not Notice.objects.filter(person=world.alan).exists() and not Choice.objects.filter(person=world.alan).exists()
    )
