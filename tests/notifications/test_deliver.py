"""The outbox: each event once, in order; one that fails holds up no other; a text message only to who agreed, without names."""

import datetime as dt
import logging

import pytest
from django.db import IntegrityError, OperationalError, transaction
from django.utils import timezone

from tongxin.journal.models import Event, draft, record, record_many
from tongxin.notifications import deliver as outbox
from tongxin.notifications import texts
from tongxin.notifications.deliver import deliver
from tongxin.notifications.models import Notice
from tongxin.notifications.reminders import remind
from tongxin.notifications.rules import RULES, Rule
from tongxin.notifications.texts import send_texts


def test_an_event_is_told_once_however_often_it_is_delivered(world, told):
    world.registration.accept(by=world.wang)
    before = len(told(world.newcomer))
    Event.objects.all().update(delivered_at=None)
    assert len(told(world.newcomer)) == before


def test_without_the_unique_rule_it_would_be_told_twice(world, told, monkeypatch):
    """The red twin: delivered_at alone is lost with the process that should have set it."""
    world.registration.accept(by=world.wang)
    told(world.newcomer)
    twice = Notice.objects.filter(person=world.newcomer).last()
    twice.pk = None
    with pytest.raises(IntegrityError, match=r"notice_once_per_event|UNIQUE"), transaction.atomic():
        twice.save(force_insert=True)


def test_thousands_of_silent_events_cost_a_handful_of_statements(world, told, django_assert_max_num_queries):
    record_many([draft("appointment.begin", subject=world.team) for _ in range(3000)])
    with django_assert_max_num_queries(5):
        assert deliver() == 0
    assert not Event.objects.undelivered().exists()
    assert not Notice.objects.exists()


def test_a_quiet_evening_writes_nothing(world, told, django_assert_max_num_queries):
    with django_assert_max_num_queries(2):
        assert deliver() == 0


def test_a_rule_that_fails_holds_up_no_other_event(world, told, monkeypatch, caplog):
    def broken(event, subject):
        raise ValueError(f"cannot tell {subject.person.name}")

    monkeypatch.setitem(RULES, "test.break", [Rule("test.break", tell=broken, message="newcomer", url="/")])
    bad = record("test.break", subject=world.registration)
    with caplog.at_level(logging.WARNING):
        assert deliver() == 1  # the registration's own event
    assert Event.objects.undelivered().get() == bad
    assert "ValueError" in caplog.text and "test.break" in caplog.text
    assert world.newcomer.name not in caplog.text  # a log carries no personal data


def test_an_event_that_failed_is_tried_again_later(world, told, monkeypatch):
    calls = []

    def shaky(event, subject):
        calls.append(event.pk)
        if len(calls) == 1:
            raise ValueError
        return [world.alan]

    monkeypatch.setitem(RULES, "test.shake", [Rule("test.shake", tell=shaky, message="registration_new", url="/")])
    record("test.shake", subject=world.registration)
    deliver()
    deliver()
    assert len(calls) == 1  # not at once
    outbox._failed[calls[0]] = (1, 0.0)  # its time has come
    deliver()
    assert Notice.objects.filter(person=world.alan).count() == 1
    assert not outbox._failed


def test_the_database_going_away_is_not_the_rules_fault(world, told, monkeypatch):
    def away(event, subject):
        raise OperationalError("database is locked")

    monkeypatch.setitem(RULES, "test.away", [Rule("test.away", tell=away, message="newcomer", url="/")])
    record("test.away", subject=world.registration)
    with pytest.raises(OperationalError):
        deliver()
    assert not outbox._failed
    assert Event.objects.undelivered().filter(verb="test.away").exists()


def test_an_event_whose_subject_is_gone_is_done(world, told):
    registration = world.registration
    gone = draft("registration.submit", subject=registration)
    gone.subject_id = 987_654
    record_many([gone])
    assert told(world.alan) == []


def test_text_messages_go_to_who_agreed_and_name_nobody(world, told, agreed, sms):
    agreed(world.newcomer)
    world.registration.accept(by=world.wang)
    world.registration.contact(by=world.zhou)
    told(world.newcomer)
    assert send_texts() == 3
    lines = sms.refresh()
    assert {line["to"] for line in lines} == {world.newcomer.phone}
    everything = "".join(line["text"] for line in lines)
    assert "您的报到通过了" in everything and "021-62000000" in everything and "队长会在" in everything
    for one in (world.newcomer, world.zhou, world.wang):
        assert one.name not in everything and one.shown_as not in everything
    assert send_texts() == 0


def test_a_reason_somebody_typed_stays_in_the_house(world, told, agreed, sms):
    agreed(world.newcomer)
    world.registration.refuse(by=world.wang, reason="请和陈阿兰联系")
    told(world.newcomer)
    send_texts()
    assert "陈阿兰" not in str(sms.refresh()) and "原因请打开同心看一看" in sms[-1]["text"]


def test_without_consent_no_text_leaves(world, told, sms):
    world.registration.accept(by=world.wang)
    told(world.newcomer)
    assert send_texts() == 0 and sms.refresh() == []


def test_without_the_check_a_text_would_leave(world, told, sms, monkeypatch):
    """The red twin of the consent."""
    monkeypatch.setattr(outbox, "wanting_text", lambda people, family: {one.pk for one in people})
    monkeypatch.setattr(texts, "_still_wanted", lambda notice: True)
    world.registration.accept(by=world.wang)
    told(world.newcomer)
    assert send_texts() == 2


def test_a_consent_withdrawn_meanwhile_counts(world, told, agreed, sms):
    consent = agreed(world.newcomer)
    world.registration.accept(by=world.wang)
    told(world.newcomer)
    consent.withdraw(by=world.newcomer)
    assert send_texts() == 0 and sms.refresh() == []
    assert not Notice.objects.to_text().exists()


@pytest.mark.parametrize(("hour", "sent"), [(21, 1), (22, 0), (3, 0), (6, 0), (7, 1)])
def test_nobodys_phone_lights_up_at_night(world, told, agreed, sms, clock, hour, sent):
    agreed(world.newcomer)
    assert told(world.newcomer)
    night = timezone.localtime().replace(hour=hour)
    assert send_texts(now=night) == sent


def test_a_gateway_that_fails_is_tried_again(world, told, agreed, sms, clock, monkeypatch, caplog):
    agreed(world.newcomer)
    told(world.newcomer)

    def down(number, text):
        raise ConnectionError(f"no answer for {number}")

    with monkeypatch.context() as outage:
        outage.setattr(texts, "send_sms", down)
        assert send_texts() == 0
    assert world.newcomer.phone not in caplog.text
    kept = Notice.objects.to_text().get()
    assert (kept.tries, kept.trouble, send_texts()) == (1, "ConnectionError", 0)  # not at once again
    clock.shift(dt.timedelta(minutes=2))
    assert send_texts() == 1 and len(sms.refresh()) == 1


def test_the_evening_before_one_is_reminded_once(world, told, clock):
    task = world.task()
    task.claim(by=world.alan)
    told(world.alan)
    assert remind() == 0  # noon
    evening = timezone.localtime().replace(hour=18, minute=5)
    assert (remind(now=evening), remind(now=evening + dt.timedelta(hours=1))) == (1, 0)
    assert told(world.alan)[-1] == "明天有任务：22号楼门厅非机动车整理"
