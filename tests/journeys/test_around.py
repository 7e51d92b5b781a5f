"""What one meets beside the chain: 长辈版, the demo's cast, one's own data, and a way back from every dead end."""

import json

import pytest

from tongxin.people.models import Person


@pytest.mark.parametrize("js", [True, False], ids=["with script", "without"])
def test_elder_mode_is_one_tap_and_stays(phone, live_world, js):
    hand = phone(live_world.alan, js=js).open("/tasks/")
    assert text_size(hand) == 16
    hand.tap("长辈版")
    assert hand.taps == 1 and "/tasks/" in hand.page.url and text_size(hand) == 20
    hand.open("/people/me/")
    assert text_size(hand) == 20
    hand.tap("标准版")
    assert text_size(hand) == 16


def text_size(hand) -> float:
    return float(hand.page.evaluate("parseFloat(getComputedStyle(document.documentElement).fontSize)"))


def test_the_demo_lets_one_in_as_the_secretary_by_one_button(phone, desktop, live_world, settings):
    settings.DEMO = True
    Person.objects.filter(pk=live_world.wang.pk).update(demo_key="wang")
    hand = desktop().open("/")
    hand.follow("选一个人看看")
    hand.tap("王敏华")
    hand.reads("王书记，")
    assert hand.page.url.endswith("/desk/") and hand.taps == 2


def test_in_the_demo_the_code_stands_on_the_page(phone, live_world, settings):
    settings.DEMO = True
    hand = phone().open("/people/sign-in/")
    hand.write("手机号", live_world.alan.local_phone)
    hand.tap("发验证码")
    hand.reads("演示环境不发短信，验证码是")


def test_ones_own_data_are_two_taps_away(phone, live_world):
    hand = phone(live_world.alan).open("/")
    hand.follow("我的")
    with hand.page.expect_download() as download:
        hand.page.get_by_role("link", name="下载我的资料").click()
    assert hand.taps + 1 <= 4
    assert live_world.alan.name in json.dumps(json.loads(download.value.path().read_text()), ensure_ascii=False)


def test_a_member_signs_in_with_phone_and_code(phone, live_world, sms):
    hand = phone().open("/tasks/")
    hand.write("手机号", live_world.alan.local_phone)
    hand.tap("发验证码")
    hand.write("短信验证码", sms.code())
    hand.tap("登录")
    hand.reads("附近可认领")
    assert "/tasks/" in hand.page.url


def test_what_is_not_mine_is_a_calm_page_with_a_way_home(phone, live_world):
    hand = phone(live_world.outsider)
    hand.watch.allow("404")
    task = live_world.task()
    hand.open(f"/tasks/{task.pk}/").reads("没有找到这一页")
    hand.reads_not(task.title)
    hand.follow("回首页")
    hand.reads(live_world.outsider.name)


def test_a_refusal_says_why_and_leads_back(phone, live_world):
    """Somebody else was quicker: the seat filled, the task was called off meanwhile."""
    task = live_world.task()
    hand = phone(live_world.alan, js=False).open(f"/tasks/{task.pk}/")
    hand.watch.allow("409")
    task.cancel(by=live_world.zhou, reason="下雨")
    hand.tap("认领这个任务")
    hand.reads("已取消，不能认领")
    assert hand.page.get_by_role("link").filter(has_text="返回").count()
