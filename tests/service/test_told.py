"""Who hears of a dispute, of hours from paper, of a new rule."""

import datetime as dt

import pytest
from django.utils import timezone

from tongxin.notifications import digest
from tongxin.notifications.deliver import deliver
from tongxin.notifications.models import Notice
from tongxin.service.clockwork import disputes_go_on
from tongxin.service.models import BackEntry, Dispute, Entry, Rule, reverse, switch_points

LONG = dt.timedelta(days=30)


def told(person) -> list[str]:
    deliver()
    return list(Notice.objects.filter(person=person).order_by("pk").values_list("title", flat=True))


def waits(person) -> list[str]:
    """What the daily digest of an office says there is to do about hours."""
    wanted = {"时长异议待办", "补录时长待确认"}
    return [row["label"] for row in digest.waiting(type(person).objects.get(pk=person.pk)) if row["label"] in wanted]


@pytest.fixture
def dispute(world, line):
    return Dispute.raise_on(line(2), by=world.alan, words="少了", hours=3)


def test_each_step_of_a_dispute_is_told(world, dispute):
    assert waits(world.zhou) == ["时长异议待办"]
    dispute.answer_it(by=world.zhou, hours=2, reason="记录如此")
    assert told(world.alan) == ["您的时长异议有答复了"]
    body = Notice.objects.get(person=world.alan).body
    assert "记录如此" in body and "前请居村裁定" in body and "021-62000000" in body
    dispute.ask(by=world.alan, reason="不对")
    assert waits(world.wang) == ["时长异议待办"]
    dispute.decide(by=world.wang, hours=2, reason="记录如此")
    dispute.appeal(by=world.alan, reason="不对")
    assert waits(world.shen) == ["时长异议待办"]
    dispute.finish(by=world.shen, hours=3, reason="补上")
    assert told(world.alan)[-1] == "您的时长异议街镇复核好了"
    assert "您的一笔时长有更正" not in told(world.alan)  # the answer says it already


def test_a_correction_without_a_dispute_is_told_as_before(world, line):
    reverse(line(2), by=world.wang, reason="记重了")
    assert told(world.alan) == ["您的一笔时长有更正"]


def test_silence_is_told_to_both(world, dispute, travel):
    travel.shift(LONG)
    disputes_go_on(timezone.now())
    assert told(world.alan) == ["您的时长异议转给居村裁定了"] and waits(world.wang) == ["时长异议待办"]
    travel.shift(LONG)
    disputes_go_on(timezone.now())
    assert told(world.alan)[-1] == "您的时长异议转给街镇了" and waits(world.shen) == ["时长异议待办"]


def test_hours_from_paper_are_told(world, travel):
    facts = {
        "place": world.neighbourhood,
        "served_on": timezone.localdate(),
        "what": "送水",
        "evidence": "签到表",
        "sheet": "1",
    }
    row, other = BackEntry.enter([(world.alan, 2), (world.wu, 2)], by=world.zhou, **facts)
    assert waits(world.wang) == ["补录时长待确认"]
    row.confirm(by=world.wang)
    assert told(world.alan) == ["给您补录了一笔时长"]
    other.send_back(by=world.wang, reason="签到表上没有")
    assert told(world.zhou) == ["您补录的时长有一条退回了"]
    own = BackEntry.enter([(world.alan, 1)], by=world.wang, **(facts | {"what": "扫雪", "sheet": "2"}))
    assert (
        own and waits(world.wang) == [] and waits(world.shen) == ["补录时长待确认"]
    )  # the neighbourhood does not confirm itself


def test_a_new_rule_and_points_switched_off_are_told_to_members(world, travel):
    second = world.staff("冯远", "feng", "district", world.district, "冯老师")
    rule = Rule.draft(
        by=world.he, place=world.district, version="v2", since=dt.date(2027, 1, 1), day_cap=8, year_cap=200,
        factors={"ordinary": 1, "skilled": 1, "hard": 1},
    )  # fmt: skip
    assert told(world.alan) == []
    rule.approve(by=second)
    switch_points(world.district, shown=False, by=world.he, reason="先只记时长")
    for person in (world.alan, world.outsider):
        assert told(person) == ["新的积分规则自2027年1月1日起用", "本区从今天起不显示积分"]


def test_the_person_goes_the_whole_way_by_pressing(world, line):
    entry = line(2)
    alan, zhou, wang = (world.client(person) for person in (world.alan, world.zhou, world.wang))
    assert "有异议" in alan.get("/service/").content.decode()
    page = alan.get(f"/service/lines/{entry.pk}/dispute/").content.decode()
    assert 'value="2"' in page  # nothing typed twice
    alan.post(f"/service/lines/{entry.pk}/dispute/", {"words": "还收了尾", "hours": "3", "factor": "ordinary"})
    dispute = Dispute.objects.get()
    assert "有异议，办理中" in alan.get("/service/").content.decode()
    assert "还收了尾" in zhou.get(f"/service/desk/disputes/{dispute.pk}/").content.decode()
    assert zhou.post(f"/service/desk/disputes/{dispute.pk}/", {"verdict": "other", "reason": "x"}).status_code == 200
    zhou.post(f"/service/desk/disputes/{dispute.pk}/", {"verdict": "as_is", "reason": "记录如此"})
    page = alan.get(f"/service/disputes/{dispute.pk}/").content.decode()
    assert "记录如此" in page and "没有意见了" in page and "请居村裁定" in page
    assert alan.post(f"/service/disputes/{dispute.pk}/ask/", {"reason": ""}).status_code == 422
    alan.post(f"/service/disputes/{dispute.pk}/ask/", {"reason": "签到表上有"})
    assert "签到表上有" in wang.get(f"/service/desk/disputes/{dispute.pk}/").content.decode()
    wang.post(f"/service/desk/disputes/{dispute.pk}/", {"verdict": "other", "other": "2.5", "reason": "看了签到表"})
    assert alan.post(f"/service/disputes/{dispute.pk}/decide/", {"reason": "x"}).status_code == 404
    alan.post(f"/service/disputes/{dispute.pk}/accept/")
    assert Entry.objects.of(world.alan).totals()["hours"] == 2.5
    assert "已了结" in alan.get("/service/").content.decode()


def test_what_was_never_entered_is_asked_for_in_one_form(world, travel):
    fields = {
        "place": world.neighbourhood.pk, "served_on": "2026-11-21", "what": "送水", "hours": "2", "factor": "ordinary", "words": "和周队长"
    }  # fmt: skip
    client = world.client(world.alan)
    assert "中浩云" in client.get("/service/missing/").content.decode()
    assert client.post("/service/missing/", fields).status_code == 302
    assert Dispute.objects.get().kind == "missing"
    assert client.post("/service/missing/", fields | {"place": world.far.pk}).status_code == 200
    assert Dispute.objects.count() == 1
