"""认领 when it does not go straight: corrected, disputed, forgotten, called off, hurt; and the publisher's shortcuts."""

import datetime as dt
import re

import pytest
from django.core.management import call_command
from django.utils import timezone

from tongxin.service.models import Entry
from tongxin.tasks import builtin
from tongxin.tasks.chasing import ask_who_forgot
from tongxin.tasks.models import Claim, Incident, Series, Task, TaskTemplate
from tongxin.workflow.transitions import CLOCK

TITLE = "22号楼门厅非机动车整理"


@pytest.fixture
def done(live_world):
    """A task of two hours that is over, with 阿兰's seat."""
    return live_world.claimed(live_world.past_task(), live_world.alan)


@pytest.fixture
def forgotten(live_world):
    """The same, the day before: nobody reported."""
    night = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    task = live_world.task(starts_at=night - dt.timedelta(hours=5), ends_at=night - dt.timedelta(hours=3))
    return live_world.claimed(task, live_world.alan)


def correct(hand, hours="1小时"):
    """The captain sees it otherwise, and writes why."""
    hand.open("/tasks/board/").follow("时长核验")
    hand.follow(f"更正陈阿兰：{TITLE}")
    hand.reads("更正要本人同意才算")
    hand.select("实际时长", hours)
    hand.write("原因", "下雨提早收工")
    hand.tap("写下更正，告诉本人")


def test_a_correction_is_accepted(phone, desktop, live_world, done):
    member = phone(live_world.alan).open("/")
    member.follow("登记时长")
    member.tap("提交")
    member.within(taps=3, fields=0).told("已登记", "5个工作日内由别人核验")

    correct(desktop(live_world.zhou))
    member.open("/tasks/mine/").reads("待您确认更正", "下雨提早收工")
    member.follow(f"看原因并回应：{TITLE}")
    member.told("更正为", "1小时", "下雨提早收工", "前回应", "不会因此少算")
    member.tap("同意，按1小时计入")
    member.within(taps=2, fields=0).told("按更正后的时长计入")
    assert Entry.objects.get().hours == 1


def test_a_correction_is_disputed_and_the_neighbourhood_decides(phone, desktop, live_world, done):
    done.report(by=live_world.alan, hours=2)
    correct(desktop(live_world.zhou))
    member = phone(live_world.alan).open("/tasks/mine/")
    member.follow(f"看原因并回应：{TITLE}")
    member.write("不同意的话，请写明实际情况", "雨停以后又做完了")
    member.tap("有异议，请居村裁定")
    member.within(taps=3, fields=1).told("10个工作日内裁定并告诉您")
    assert not Entry.objects.exists()

    secretary = desktop(live_world.wang).open("/desk/")
    secretary.press(secretary.page.locator("nav").get_by_role("link", name="时长核验").first)
    secretary.press(secretary.page.locator("main").get_by_role("link", name="时长异议").first)
    secretary.reads("雨停以后又做完了", "下雨提早收工")
    secretary.follow(f"裁定陈阿兰：{TITLE}")
    secretary.select("实际时长", "2小时")
    secretary.write("原因", "门卫也看到做满了")
    secretary.tap("裁定并告知本人")
    assert Entry.objects.get().hours == 2
    member.open("/tasks/mine/?which=over").reads("2小时", "门卫也看到做满了")


def test_whoever_forgot_is_asked_once_and_answers_in_one_tap(phone, live_world, forgotten):
    morning = timezone.localtime().replace(hour=10, minute=0)
    assert (ask_who_forgot(morning), ask_who_forgot(morning)) == (1, 0)
    call_command("worker", once=True)
    member = phone(live_world.alan).open("/notifications/")
    member.tap(TITLE)  # the message leads to the form, filled in with the plan
    assert member.value("做了多久") == "2.0"
    member.open("/tasks/mine/").tap(f"按原定2小时登记：{TITLE}")
    member.within(taps=1, fields=0).told("已登记", "5个工作日内由别人核验")
    forgotten.refresh_from_db()
    assert (forgotten.status, forgotten.hours) == ("reported", 2)


def test_what_the_clock_proposed_is_marked_for_whoever_verifies(phone, desktop, live_world, forgotten):
    ask_who_forgot(timezone.localtime().replace(hour=10, minute=0))
    forgotten.refresh_from_db()
    forgotten.propose(by=CLOCK)
    member = phone(live_world.alan).open("/tasks/mine/")
    member.reads("系统按原定时间代为登记", "5个工作日内由别人核验")
    usual = live_world.claimed(live_world.past_task(title="照常登记的"), live_world.wu)
    usual.report(by=live_world.wu, hours=2)
    captain = desktop(live_world.zhou).open("/tasks/verify/")
    captain.reads("系统按计划时间代为登记，本人未填，请先问一下")
    captain.tick("全选")
    assert captain.page.get_by_label("照常登记的").first.is_checked()
    assert not captain.page.get_by_label(f"选择陈阿兰：{TITLE}").is_checked()  # one asks first
    captain.tick(f"选择陈阿兰：{TITLE}")
    captain.tap("核验所选")
    captain.reads("已核验2条")


def test_i_cannot_come_is_one_tap_without_a_reason(phone, live_world):
    task = live_world.task()
    task.claim(by=live_world.alan)
    member = phone(live_world.alan).open("/tasks/mine/")
    member.tap(f"我来不了：{TITLE}")
    member.within(taps=1, fields=0).told("知道您来不了了", "以后想来还可以再认领")
    task.refresh_from_db()
    assert task.taken == 0


def test_a_cancelled_task_keeps_who_was_in(phone, desktop, live_world):
    task = live_world.task()
    task.claim(by=live_world.alan)
    captain = desktop(live_world.zhou).open("/tasks/board/")
    captain.follow(f"取消：{TITLE}")
    captain.reads("会告诉这1位", "陈阿兰")
    captain.tap("天气不好，为了安全取消")
    captain.within(taps=2, fields=0)
    captain.open(f"/tasks/{task.pk}/").reads("取消时在册的人", "陈阿兰")
    call_command("worker", once=True)
    member = phone(live_world.alan).open("/notifications/")
    member.reads(TITLE, "天气不好，为了安全取消")
    assert Claim.objects.get().status == "dropped"


def test_help_is_two_taps_away_and_the_numbers_come_first(phone, desktop, live_world):
    now = timezone.now()
    task = live_world.task(starts_at=now - dt.timedelta(minutes=20), ends_at=now + dt.timedelta(hours=1))
    live_world.claimed(task, live_world.alan)
    member = phone(live_world.alan).open("/")
    member.follow("查看安排")
    member.tap("受伤/求助")
    member.within(taps=2, fields=0)
    for number in ("120", "119", "110", "021-62000000"):
        assert member.page.locator(f"a[href='tel:{number}']").first.is_visible()
    member.tap("告诉队长和居委")
    member.reads("队长", "居委")
    assert Incident.objects.count() == 1
    captain = desktop(live_world.zhou).open("/tasks/verify/")
    captain.follow("受伤求助1条")
    captain.reads(TITLE)


def test_a_template_is_published_with_two_fields(desktop, live_world):
    TaskTemplate.objects.bulk_create(TaskTemplate(**row) for row in builtin.rows())  # the flush took the house's own
    captain = desktop(live_world.zhou).open("/tasks/board/")
    captain.follow("用模板发布")
    captain.press(captain.page.get_by_role("link", name=re.compile("^用它发布")).first)
    captain.write("名额", "6")
    if captain.page.get_by_label("集合地点").count():
        captain.write("集合地点", "居委会一楼")
    captain.tap("现在发布")
    captain.within(taps=5, fields=2)
    made = Task.objects.get()
    assert made.is_open and made.seats == 6
    captain.reads(made.title, "还差6人")


def test_a_copy_asks_for_nothing_again(desktop, live_world):
    task = live_world.past_task(seats=3, risk_text="上下梯子请两人一组")
    captain = desktop(live_world.zhou).open(f"/tasks/{task.pk}/")
    captain.follow("照着再发一个")
    assert (captain.value("任务名称"), captain.value("名额"), captain.value("安全说明")) == (
        TITLE, "3", "上下梯子请两人一组",
    )  # fmt: skip
    captain.tap("现在发布")
    captain.within(taps=2, fields=0)
    assert Task.objects.filter(title=TITLE, starts_at__gt=timezone.now()).exists()


def test_a_series_begins_and_is_stopped_with_what_was_done_kept(desktop, live_world):
    live_world.past_task()
    captain = desktop(live_world.zhou).open("/tasks/board/")
    captain.follow("发布任务")
    captain.write("任务名称", "楼道清扫")
    captain.write("集合地点", "1号楼一楼")
    captain.unfold("重复发布")
    captain.select("重复", "每周")
    captain.write("重复到哪天", f"{timezone.localdate() + dt.timedelta(days=60):%Y-%m-%d}")
    captain.tap("现在发布")
    series = Series.objects.get()
    made = series.tasks.count()
    assert made >= 2
    captain.open("/tasks/series/").reads("楼道清扫", "每周")
    captain.follow("停止：楼道清扫")
    captain.reads("做过的都保留")
    captain.tick("已经排出")
    captain.write("原因", "改由物业清扫")
    captain.tap("停止")
    captain.reads("已停止")
    assert series.tasks.filter(status="cancelled").count() == made


def test_two_at_one_time_are_pointed_out_and_not_forbidden(phone, live_world):
    live_world.task(title="先认领的").claim(by=live_world.alan)
    live_world.task(title="同时的另一个")
    member = phone(live_world.alan).open("/tasks/")
    member.follow("与您另一个安排同时")
    member.reads("您在同一时间还有一个任务", "愿意的话仍可认领")
    member.tap("认领这个任务")
    member.within(taps=3, fields=0).reads("已认领，谢谢您")


def test_work_for_the_home_is_done_when_it_suits(phone, desktop, live_world):
    """For whoever cannot come out: claimed, done any day until the last, reported."""
    captain = desktop(live_world.zhou).open("/tasks/board/")
    captain.follow("发布任务")
    captain.write("任务名称", "给独居老人打电话")
    captain.write("集合地点", "在自己家")
    captain.unfold("时间自己安排")
    captain.tick("时间自己安排，在两个日子之间做完就行")
    captain.write("日期", f"{timezone.localdate():%Y-%m-%d}")
    captain.write("开始", "00:00")
    captain.write("最晚哪天做完", f"{timezone.localdate() + dt.timedelta(days=5):%Y-%m-%d}")
    captain.write("大约几小时", "1.5")
    captain.tick("在家就可以做")
    captain.tap("现在发布")
    captain.reads("在家可做", "时间自己安排")

    member = phone(live_world.alan).open("/tasks/")
    member.tap("认领：给独居老人打电话")
    member.reads("您已认领")
    member.within(taps=3, fields=0)
    member.open("/tasks/mine/").follow("登记时长：给独居老人打电话")
    assert member.value("做了多久") == "1.5"
    member.tap("提交")
    member.within(taps=3, fields=0).told("已登记", "5个工作日内由别人核验")
