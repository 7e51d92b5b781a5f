"""Offices when somebody is away, locked out, in a hurry, or followed; and a team that changes hands."""

import datetime as dt
import re
import zipfile

from django.core.management import call_command
from django.utils import timezone

from tongxin.access.models import Appointment
from tongxin.access.policy import Role
from tongxin.places.models import Place
from tongxin.tasks.models import Task
from tongxin.teams.models import Invitation

REASON = "老人走失，家属请求马上联系"


def by_menu(hand, words):
    """From one's own desk, by the menu at the left."""
    hand.open("/")
    hand.press(hand.page.locator("nav").get_by_role("link", name=words, exact=True).first)
    return hand


def test_a_deputy_works_under_their_own_name_and_is_called_back(desktop, live_world):
    deputy = live_world.staff("林代办", "lin", Role.CLERK, live_world.subdistrict, "小林")
    live_world.register("孙一鸣")
    away = by_menu(desktop(live_world.wang), "请人代理")
    away.follow("请人代理居村党组织书记")
    away.page.get_by_label("请谁代理").select_option(str(deputy.pk))
    away.write("到哪天为止", f"{timezone.localdate() + dt.timedelta(days=5):%Y-%m-%d}")
    away.write("原因", "出差")
    away.tap("请这位同事代理")
    away.within(taps=6, fields=2).reads("小林", "代理中")

    there = by_menu(desktop(deputy), "报到")
    there.follow("孙一鸣")
    there.tap(re.compile("^通过$"))
    there.reads("已通过孙一鸣的报到")
    away.tap("提前结束")
    assert not Appointment.objects.current().filter(person=deputy, place=live_world.neighbourhood).exists()


def test_a_lost_second_factor_takes_two_people(desktop, live_world):
    before = live_world.wang.totp_secret
    asks = by_menu(desktop(live_world.admin), "账号与动态口令")
    asks.follow("申请重置")
    asks.page.get_by_label("哪一位").select_option(str(live_world.wang.pk))
    asks.press(asks.page.locator("fieldset").filter(has_text="怎么核对的身份").get_by_role("radio").first)
    asks.tap("交安全管理员批准")
    asks.within(taps=4).reads("待批准")
    assert not asks.page.locator("summary").filter(has_text="办理").count()  # whoever asks does not approve
    live_world.wang.refresh_from_db()
    assert live_world.wang.totp_secret == before

    approves = by_menu(desktop(live_world.security), "账号与动态口令")
    approves.unfold("办理")
    approves.tap("批准重置：王敏华")
    approves.within(taps=3, fields=0).reads("已重置")
    live_world.wang.refresh_from_db()
    assert live_world.wang.totp_secret != before


def test_breaking_the_glass_is_announced_and_reviewed(desktop, phone, live_world):
    office = by_menu(desktop(live_world.shen), "紧急查看")
    office.follow("紧急查看一个人")
    office.select("居村", live_world.neighbourhood.label)
    office.write("姓名", live_world.alan.name)
    office.tap("找人")
    office.press(office.page.locator("main").get_by_role("link").filter(has_text="写明原因").first)
    office.press(office.page.locator("fieldset").get_by_role("radio").first)
    office.write("具体说明", REASON)
    office.tap("打开半小时")
    call_command("worker", once=True)
    for hand in (phone(live_world.alan), desktop(live_world.wang), desktop(live_world.auditor)):
        hand.open("/notifications/").reads("紧急", "审计员")
    auditor = by_menu(desktop(live_world.auditor), "紧急查看")
    auditor.reads(REASON, "待复查", "沈老师")
    auditor.unfold("复查")
    auditor.tap("无异议")
    auditor.within(taps=4).reads("复查无异议")


def test_an_export_asks_what_for_and_carries_it(desktop, live_world):
    office = by_menu(desktop(live_world.wang), "在队名册")
    if not office.page.get_by_role("link", name="导出").count():
        office.page.get_by_label("街镇或居村").select_option(str(live_world.neighbourhood.pk))
        office.tap("查找")
    office.follow("导出")
    office.watch.allow("422")  # the first try names no purpose
    office.tap("导出工作簿")
    office.reads("请写明用途")
    office.write("用途", "党委会人员核对用")
    with office.page.expect_download() as download:
        office.page.get_by_role("button", name="导出工作簿").click()
    with zipfile.ZipFile(download.value.path()) as book:
        text = " ".join(book.read(name).decode() for name in book.namelist() if name.endswith(".xml"))
    assert "党委会人员核对用" in text and "王书记" in text
    assert live_world.alan.local_phone not in text


def test_the_auditor_follows_one_record_and_notes_what_is_odd(desktop, live_world):
    live_world.joined(live_world.register("孙一鸣"))
    auditor = desktop(live_world.auditor).open("/journal/")
    auditor.press(auditor.page.locator("td a[href*='/journal/of/registration']").first)
    auditor.reads("从头到尾的每一条记录", "没有被改动")
    auditor.within(taps=1)
    auditor.reads_not("孙一鸣")
    auditor.follow("意见")
    auditor.follow("记一条意见")
    auditor.write("发现了什么", "同一分钟内审核了多条，请核实")
    auditor.tap("记下并告诉上级")
    auditor.reads("同一分钟内审核了多条", "待答复")


def test_a_day_of_the_calendar_is_changed(desktop, live_world):
    office = by_menu(desktop(live_world.he), "工作日历")
    day = timezone.localdate() + dt.timedelta(days=(5 - timezone.localdate().weekday()) % 7 + 7)  # a Saturday
    office.write("哪一天", f"{day:%Y-%m-%d}")
    field = office.page.get_by_role("radio", name="上班")
    office.press(field.first) if field.count() else office.page.get_by_label("上班还是休息").select_option(index=1)
    office.write("依据", "按国办通知调休")
    office.tap("改好这一天")
    office.within(taps=5, fields=2)
    if office.page.get_by_role("link", name=f"{day.year}年").count() and day.year != timezone.localdate().year:
        office.follow(f"{day.year}年")
    office.reads("按国办通知调休", "本区设定")


def test_a_captain_is_replaced_and_everything_open_goes_along(desktop, live_world):
    task = live_world.task()
    secretary = by_menu(desktop(live_world.wang), "本居村队伍")
    secretary.follow("任命")
    secretary.reads("换队长时一起交接", "1件", task.title)
    secretary.choose(re.compile("^队长"))
    secretary.page.get_by_label("请谁担任").select_option(str(live_world.alan.pk))
    secretary.taps += 1
    secretary.press(secretary.page.locator("main form").get_by_role("button", name="任命"))
    secretary.within(taps=5, fields=0)
    captains = Appointment.objects.current().filter(role=Role.CAPTAIN, place=live_world.neighbourhood, deputy=False)
    assert [post.person for post in captains] == [live_world.alan]
    task.refresh_from_db()
    assert task.contact == live_world.alan and Task.objects.count() == 1


def test_an_empty_seat_of_a_building_is_filled_in_two_taps_and_one(desktop, phone, live_world):
    secretary = desktop(live_world.wang).open("/teams/buildings/")
    secretary.press(secretary.page.get_by_role("link", name=re.compile("^邀请楼长：.*1号$")).first)
    secretary.press(secretary.page.get_by_role("button", name=re.compile("^邀请.+")).first)
    secretary.within(taps=2, fields=0)
    call_command("worker", once=True)
    asked = Invitation.objects.get()
    member = phone(asked.person).open(f"/teams/invitations/{asked.pk}/")
    member.told("谁请您", "前", "不用说明原因")
    member.tap("接受")
    member.within(taps=1, fields=0)
    asked.refresh_from_db()
    assert asked.status == "accepted"
    assert Appointment.objects.current().filter(person=asked.person, place=live_world.buildings[0]).exists()


def test_neighbourhoods_are_merged_after_a_look_at_what_will_happen(desktop, live_world):
    office = by_menu(desktop(live_world.he), "撤并调整")
    office.press(office.page.locator("main").get_by_role("link", name=re.compile("合并|并入")).first)
    office.page.get_by_label("从哪个居村开始").select_option(str(live_world.sibling.pk))
    office.tap("下一步")
    office.page.get_by_label("并入").select_option(str(live_world.neighbourhood.pk))
    office.tap("先看会怎样")
    office.reads("会是这样", live_world.sibling.name)
    assert Place.objects.get(pk=live_world.sibling.pk).until is None  # only looked at
    office.tap("就这样办")
    office.within(taps=5)
    office.reads(live_world.sibling.name)
    assert Place.objects.get(pk=live_world.sibling.pk).until is not None
