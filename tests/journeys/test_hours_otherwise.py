"""时长 when it does not go straight: a line disputed to the last, hours forgotten, hours from paper, the year, no points."""

import datetime as dt
import re

import pytest
import time_machine
from django.utils import timezone

from tongxin.service.clockwork import years_freeze
from tongxin.service.models import Entry

TITLE = "22号楼门厅非机动车整理"


@pytest.fixture
def line(live_world):
    """Two hours of 阿兰's in the ledger."""
    claim = live_world.claimed(live_world.past_task(), live_world.alan)
    claim.report(by=live_world.alan, hours=2)
    claim.verify(by=live_world.zhou)
    return Entry.objects.get()


def standing() -> float:
    return float(sum(entry.hours for entry in Entry.objects.all()))


def verdict(hand, choice, reason, button):
    """From one's own desk to the dispute, an answer with its reason."""
    hand.open("/desk/")
    hand.press(hand.page.locator("nav").get_by_role("link", name="时长账").first)
    hand.follow(TITLE)
    hand.choose(re.compile(choice))
    hand.write("理由", reason)
    hand.tap(f"{button}并告诉本人")
    hand.reads("结果和理由会告诉本人")
    return hand


def test_a_line_is_disputed_answered_decided_appealed_and_final(phone, desktop, live_world, line):
    member = phone(live_world.alan).open("/service/")
    member.unfold("怎么来的")
    member.follow(f"有异议：{TITLE}")
    assert member.value("应该是几小时") == "2"  # what is known stands there
    member.write("应该是几小时", "3")
    member.write("哪里不对", "做到八点半才结束")
    member.tap("提交异议")
    member.within(taps=5, fields=2).told("等待答复", "最晚答复", "提异议不会让时长变少")
    here = member.page.url.removeprefix(member.page.url.split("/service")[0])

    verdict(desktop(live_world.zhou), "按现在记的", "签到表上是七点半离开", "答复")
    member.open(here).told("已答复", "签到表上是七点半离开", "请居村裁定", "10个工作日内")
    member.write("哪里不对", "门卫可以作证")
    member.tap("请居村裁定")
    member.within(taps=2, fields=1)

    verdict(desktop(live_world.wang), "按现在记的", "门卫记不清", "裁定")
    member.open(here).told("居村已裁定", "门卫记不清", "街镇复核")
    member.write("哪里不对", "还有照片")
    member.tap("请街镇复核")
    member.within(taps=2, fields=1)

    verdict(desktop(live_world.shen), "按本人说的", "照片上的时间对得上", "复核决定")
    member.open(here).told("街镇已定", "照片上的时间对得上")
    assert standing() == 3
    member.open("/service/").reads("3 小时", "更正")


def test_what_was_done_and_never_entered_is_asked_for(phone, desktop, live_world):
    member = phone(live_world.alan).open("/service/")
    member.follow("我做了但没有记")
    member.write("做了什么", TITLE)
    member.write("做了几小时", "1.5")
    member.write("谁可以证明", "和周队长一起做的")
    member.tap("提交")
    member.within(taps=5, fields=3).told("等待答复", "最晚答复")  # the day and the place are known
    verdict(desktop(live_world.zhou), "按本人说的", "是一起做的", "答复")
    member.open("/service/").reads("1.5 小时", TITLE)


def test_hours_from_paper_need_two_people_and_stay_marked(phone, desktop, live_world):
    captain = desktop(live_world.zhou).open("/desk/")
    captain.press(captain.page.locator("nav").get_by_role("link", name="时长账").first)
    captain.follow("补录")
    captain.follow("录入一张签到表")
    captain.write("做了什么", "敬老院理发")
    captain.write("依据", "签到表第2页，原件在居委")
    captain.tick("选择陈阿兰")
    captain.tap("录入所选的人")
    captain.reads("请另一位同事确认")
    assert not Entry.objects.exists()
    assert captain.page.locator("td input[type=checkbox]:not(:disabled)").count() == 0  # not by the same hand

    secretary = desktop(live_world.wang).open("/service/desk/paper/")
    secretary.reads("敬老院理发", "补录", "签到表第2页，原件在居委")
    secretary.tick("选择陈阿兰")
    secretary.tap("确认所选")
    secretary.reads("已确认1条，记入各人的时长")
    member = phone(live_world.alan).open("/service/")
    member.reads("2 小时", "补录", "周队长录入", "王书记确认")


def test_paper_sent_back_is_mended_without_typing_it_again(desktop, live_world):
    captain = desktop(live_world.zhou).open("/service/desk/paper/new/")
    captain.write("做了什么", "敬老院理发")
    captain.write("依据", "签到表")
    captain.tick("选择陈阿兰")
    captain.tap("录入所选的人")
    secretary = desktop(live_world.wang).open("/service/desk/paper/")
    secretary.follow("退回：")
    secretary.write("原因", "请写明第几页")
    secretary.tap("退回并说明")
    captain.open("/service/desk/paper/?which=returned")
    captain.reads("请写明第几页")
    captain.follow("改好再交：")
    assert captain.value("时长（小时）") == "2"
    captain.write("依据", "签到表第2页")
    captain.tap("交给同事确认")
    captain.within(taps=3, fields=1).reads("请另一位同事确认")


@pytest.fixture
def year_over(live_world, line):
    """The year is frozen; the world goes on in January."""
    year = timezone.localdate().year
    with time_machine.travel(
        dt.datetime(year, 12, 31, 16, 5, tzinfo=dt.UTC), tick=True
    ):  # five past midnight, Shanghai
        assert years_freeze(timezone.now()) == 2
    with time_machine.travel(
        dt.datetime(year + 1, 2, 8, 2, tzinfo=dt.UTC), tick=True
    ):  # everybody has had time to look
        yield year


def test_a_frozen_year_is_shown_printed_and_confirmed(phone, desktop, live_world, year_over):
    member = phone(live_world.alan).open(f"/service/?year={year_over}")
    member.told("已封账", "2 小时", "年度时长单")
    member.follow(f"打印{year_over}年时长单")
    member.reads(f"{year_over}年度时长单", live_world.alan.name, TITLE, "摘要", "只给本人")
    member.within(taps=1)
    office = desktop(live_world.he).open("/desk/")
    office.press(office.page.locator("nav").get_by_role("link", name="时长账").first)
    if not office.page.get_by_role("heading", name="年度时长").count():
        office.follow("年度")
    office.reads(f"{year_over}年", "核对到")
    office.follow("确认全年")
    office.tap("确认全年")
    office.within(taps=4)
    office.reads("何老师")


def test_points_switched_off_leave_the_hours(phone, desktop, live_world, line):
    member = phone(live_world.alan).open("/service/")
    member.reads("折合积分", "2 小时")
    office = desktop(live_world.he).open("/service/desk/rules/")
    office.write("原因", "按国办函2026年12号文，先只看时长")
    office.tap("关掉积分")
    member.open("/service/").reads("不显示积分，时长照常记", "2 小时", "先只看时长")
    member.reads_not("折合积分")


def test_a_member_may_not_see_points_and_it_is_one_tap(phone, live_world, line):
    member = phone(live_world.alan).open("/service/")
    member.reads("折合积分")
    member.tap("不显示")
    member.within(taps=1, fields=0).reads("2 小时")
    member.reads_not("折合积分")
