"""Who hears what: each step of the chain tells the right people, in words they can act on."""

import datetime as dt
import re

from django.template.loader import get_template
from django.urls import resolve
from django.utils import timezone

from tongxin.notifications import digest
from tongxin.notifications.deliver import deliver
from tongxin.notifications.models import Notice
from tongxin.notifications.rules import RULES
from tongxin.people.models import Person
from tongxin.service.models import award, close_year, reverse

FORBIDDEN = ["必须", "严禁", "考核", "打卡", "战时", "工单", "拒绝", "作战"]


def test_checking_in_tells_the_person_and_the_neighbourhood(world, told):
    person = world.newcomer
    assert told(person) == ["我们收到您的报到了"]
    assert told(world.wang) == told(world.far_secretary) == told(world.zhou) == []  # the daily digest tells the office
    body = Notice.objects.get(person=person).body
    assert "中浩云居委会" in body and "11月26日前" in body and "021-62000000" in body


def test_each_step_of_the_chain_is_told(world, told):
    registration = world.registration
    person = registration.person
    registration.accept(by=world.wang)
    assert told(person)[-1] == "您的报到通过了"
    assert "周队长" in Notice.objects.filter(person=person).first().body
    assert told(world.zhou) == ["有新报到的邻居等您联系"]
    registration.contact(by=world.zhou)
    assert told(person)[-1] == "请您确认入队"
    registration.join(by=person)
    assert told(person)[-1] == "您已经入队了"


def test_a_refusal_says_why_and_what_next(world, told):
    world.registration.refuse(by=world.wang, reason="您住在万里名轩，请在那里报到")
    told(world.newcomer)
    body = Notice.objects.filter(person=world.newcomer).first().body
    assert "您住在万里名轩" in body and "再报到" in body and "021-62000000" in body


def test_while_the_captain_is_missing_the_neighbourhood_hears(world, told):
    for post in world.zhou.appointments.filter(role="captain"):
        post.end(by=world.wang)
    world.registration.accept(by=world.wang)
    assert "有新报到的邻居等您联系" in told(world.wang)
    assert told(world.zhou) == []


def test_claiming_reporting_and_verifying(world, told):
    task = world.task(seats=1)
    task.claim(by=world.alan)
    task.claim(by=world.wu)
    assert told(world.alan) == ["您认领了：22号楼门厅非机动车整理"]
    assert told(world.wu) == ["您在候补：22号楼门厅非机动车整理"]
    task.claims.get(person=world.alan).withdraw(by=world.alan)
    assert told(world.wu)[-1] == "轮到您了：22号楼门厅非机动车整理"


def test_a_report_tells_the_captain_once_a_day_until_read(world, told, clock, monkeypatch):
    monkeypatch.setattr(digest, "READERS", [])  # nobody has a digest: one gathered notice a day
    for person in (world.alan, world.wu):
        world.claimed(world.past_task(), person).report(by=person, hours=2)
    assert told(world.zhou) == ["有登记的时长等您核验"]
    Notice.objects.filter(person=world.zhou).read()
    world.claimed(world.past_task(), world.alan).report(by=world.alan, hours=2)
    assert told(world.zhou) == ["有登记的时长等您核验"] * 2
    clock.shift(dt.timedelta(days=1))
    world.claimed(world.past_task(), world.wu).report(by=world.wu, hours=2)
    assert told(world.zhou) == ["有登记的时长等您核验"] * 3


def test_the_captains_own_report_goes_to_the_neighbourhood(world, told, monkeypatch):
    monkeypatch.setattr(digest, "READERS", [])
    world.claimed(world.past_task(), world.zhou).report(by=world.zhou, hours=2)
    assert told(world.wang) == ["有登记的时长等您核验"]
    assert told(world.zhou) == []


def test_verified_hours_are_told(world, told):
    claim = world.claimed(world.past_task(), world.alan)
    claim.report(by=world.alan, hours=2)
    claim.verify(by=world.zhou)
    assert told(world.alan) == ["2小时核验好了：22号楼门厅非机动车整理"]


def test_a_cancelled_task_is_told_with_its_reason(world, told):
    task = world.task(seats=1)
    task.claim(by=world.alan)
    task.claim(by=world.wu)
    task.cancel(by=world.zhou, reason="下大雨")
    for person in (world.alan, world.wu):
        assert told(person)[-1] == "任务取消了：22号楼门厅非机动车整理"
        assert "原因：下大雨" in Notice.objects.filter(person=person).first().body


def test_a_correction_and_the_closed_year_are_told(world, told, clock):
    entry = award(
        world.alan, hours=2, factor="ordinary", place=world.neighbourhood, served_on=timezone.localdate(),
        reason="巡看", source=world.task(), by=world.zhou,
    )  # fmt: skip
    reverse(entry, by=world.wang, reason="记重了")
    assert told(world.alan) == ["您的一笔时长有更正"]
    clock.shift(dt.timedelta(days=60))
    close_year(world.district, 2026)
    assert told(world.alan)[-1] == "2026年的时长单出来了"
    assert told(world.wu) == []


def test_every_notice_leads_to_a_page(world, told):
    registration = world.joined(world.registration)
    task = world.task()
    task.claim(by=Person.objects.get(pk=registration.person_id))  # as of the next request
    told(registration.person)
    urls = set(Notice.objects.values_list("url", flat=True))
    assert len(urls) >= 4
    for url in urls:
        assert resolve(url)


def test_the_words_are_there_and_kind():
    for rule in (rule for rules in RULES.values() for rule in rules):
        text = get_template(f"notifications/messages/{rule.message}.txt").template.source
        title, _, body = text.partition("\n")
        assert 4 <= len(re.sub(r"{[%{].*?[}%]}", "", title)) <= 40 and body.strip(), rule.message
        assert not [word for word in FORBIDDEN if word in text], rule.message


def test_a_long_title_is_cut_not_refused(world, told):
    task = world.task(title="很" * 60)
    task.claim(by=world.alan)
    assert len(told(world.alan)[0]) == 60


def test_the_actors_words_stay_words(world, told):
    """Nothing typed becomes markup, neither once nor twice."""
    task = world.task(title="<b>门厅</b> & 走廊")
    task.claim(by=world.alan)
    assert told(world.alan) == ["您认领了：<b>门厅</b> & 走廊"]
    page = world.client(world.alan).get("/notifications/").content.decode()
    assert "&lt;b&gt;门厅&lt;/b&gt; &amp; 走廊" in page


def test_without_its_rule_nobody_hears(world, told, monkeypatch):
    """The red twin: it is the rule that tells."""
    monkeypatch.delitem(RULES, "registration.submit")
    assert told(world.newcomer) == []
    assert deliver() == 0
