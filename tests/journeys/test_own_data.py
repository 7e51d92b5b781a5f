"""What is one's own: a copy, consents one by one, who looked, the number, complaints, notices, the calendar, and the end."""

import re
from urllib.parse import urlparse

import pytest
from django.core.management import call_command

from tongxin.feedback.models import Feedback
from tongxin.people.models import Purpose
from tongxin.registrations.models import Registration

WORDS = "楼道里的灯坏了两个月，报了三次没有人来修"


def me(hand):
    """From the first page, by the bar at the bottom."""
    hand.open("/")
    hand.press(hand.page.get_by_role("navigation").get_by_role("link", name="我的").last)
    return hand


def test_everything_kept_about_me_is_two_taps_away_to_read(phone, live_world):
    hand = me(phone(live_world.alan))
    hand.follow("看我的全部资料")
    hand.within(taps=4, fields=0).reads(live_world.alan.name, "这是同心保存的关于您的全部内容")


def test_erasing_takes_four_taps_and_leaves_the_hours_without_a_name(phone, live_world):
    name = live_world.alan.name
    hand = me(phone(live_world.alan))
    hand.follow("删除我的资料")
    hand.reads("会删除的", "会留下的", "不能恢复")
    hand.tick("我知道删除以后不能恢复")
    hand.tap("删除我的资料")
    hand.within(taps=4, fields=0)
    hand.reads_not(name)
    live_world.alan.refresh_from_db()
    assert live_world.alan.erased_at and live_world.alan.name != name
    hand.open("/people/me/").reads("登录")


def test_consents_are_given_and_taken_back_one_by_one(phone, live_world):
    hand = me(phone(live_world.alan))
    label = Purpose.SMS.label
    hand.tap(f"同意：{label}")
    hand.within(taps=2, fields=0)
    assert live_world.alan.consents.filter(purpose=Purpose.SMS, withdrawn_at=None).count() == 1
    hand.tap(f"撤回：{label}")  # as easy as giving
    assert not live_world.alan.consents.filter(purpose=Purpose.SMS, withdrawn_at=None).exists()
    assert live_world.alan.consents.filter(purpose=Purpose.CONTACT, withdrawn_at=None).exists()
    hand.follow(f"说明：{label}")
    hand.told("做什么用", "谁看得到", "用到什么时候", "不同意会怎样", "撤回")


def test_who_looked_at_my_number_stands_there_with_the_reason(phone, live_world):
    live_world.alan.reveal_phone(by=live_world.wang, reason="通知明天集合", place=live_world.neighbourhood)
    hand = me(phone(live_world.alan))
    hand.reads("1次", "通知明天集合")
    hand.follow("全部")
    hand.within(taps=2).told("王书记", "通知明天集合", "投诉建议")


def test_a_new_number_by_its_own_code_and_a_word_to_the_old_one(phone, live_world, sms):
    old = live_world.alan.local_phone
    hand = me(phone(live_world.alan))
    hand.follow("换手机号")
    hand.write("新手机号", "19900012399")
    hand.tap("发验证码")
    hand.reads("验证码已发出")
    hand.write("短信验证码", sms.code())
    hand.tap("换成这个号码")
    hand.within(taps=6, fields=2).reads("登录")
    live_world.alan.refresh_from_db()
    assert live_world.alan.local_phone == "19900012399"
    call_command("worker", once=True)
    assert any(old in str(text) for text in sms.refresh())  # the old one is told


def test_a_complaint_without_an_account_is_followed_by_its_secret_link(phone, desktop, live_world):
    hand = phone().open("/")
    hand.follow("投诉建议")
    hand.choose("投诉")
    hand.write("请说说是什么事", WORDS)
    hand.press(hand.page.get_by_role("radio", name=re.compile("单位|居村|居委")).first)
    hand.select("哪个单位", live_world.neighbourhood.name)
    hand.tap("发出")
    hand.within(taps=6, fields=2)
    hand.told("编号", "前答复", "请存好这个链接", "不用登录")
    link = urlparse(hand.page.locator(".break-all").inner_text()).path
    it = Feedback.objects.get()

    about = desktop(live_world.wang).open("/desk/")  # whoever is complained about does not see it
    assert not about.page.locator("nav").get_by_role("link", name="投诉建议").count()
    office = desktop(live_world.he).open("/desk/")
    office.press(office.page.locator("nav").get_by_role("link", name="投诉建议").first)
    office.follow(it.number)
    office.reads(WORDS, "是谁留的，这里看不到")
    if office.page.get_by_role("button", name="收下").count():
        office.tap("收下")
    office.tap("我来办")
    office.write("答复", "物业明天上午来修，谢谢您")
    office.tap("发出答复")

    later = phone().open(link)  # another phone, nobody signed in
    later.told("物业明天上午来修，谢谢您", it.number)
    later.tap("不满意，再办一次")
    later.within(taps=2, fields=0).reads("前答复")
    it.refresh_from_db()
    assert it.status == "reopened"


def test_how_to_be_told_is_chosen_line_by_line(phone, live_world):
    hand = me(phone(live_world.alan))
    hand.follow("怎样通知我")
    hand.reads("现在不发短信给您", "短信里不写任何人的名字")
    hand.tap("同意收短信")
    hand.within(taps=3, fields=0).reads("您同意收短信")
    row = hand.page.get_by_role("button", name=re.compile("停掉短信")).first
    family = row.get_attribute("aria-label").split("：")[0]
    hand.press(row)
    hand.reads("您同意收短信")
    assert hand.page.get_by_role("button", name=f"{family}：发短信给我").count() == 1
    hand.tap("全部停掉")
    hand.reads("现在不发短信给您")


def test_the_calendar_feed_is_shown_once_read_and_stopped(phone, live_world):
    live_world.task().claim(by=live_world.alan)
    hand = me(phone(live_world.alan))
    hand.follow("怎样通知我")
    hand.follow("放进手机日历")
    hand.tap("得到我的日历链接")
    hand.within(taps=4, fields=0)
    address = urlparse(hand.value("日历链接")).path
    calendar = phone().page.request
    answer = calendar.get(address)
    assert answer.ok and "BEGIN:VEVENT" in answer.text() and live_world.alan.local_phone not in answer.text()
    hand.tap("停掉订阅")
    assert calendar.get(address).status in (404, 410)


@pytest.mark.parametrize("path", ["/", "/people/privacy/", "/feedback/", "/registrations/start/"])
def test_a_human_can_be_called_from_every_open_page(phone, live_world, path):
    hand = phone().open(path)
    assert hand.page.locator("a[href='tel:021-52500000']").first.is_visible()
    assert not Registration.objects.exists()
