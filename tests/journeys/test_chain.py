"""The mission's own chain through the pages, as people do it: 报到 → 审核 → 联络 → 入队 → 认领 → 核验 → 年终."""

import datetime as dt
import json
from io import StringIO

import time_machine
from django.core.management import call_command
from django.utils import timezone

from tests.journeys.test_report_in import check_in
from tongxin.registrations.models import Registration
from tongxin.service.models import Entry, Statement
from tongxin.tasks.models import Claim, Task

TITLE = "22号楼门厅非机动车整理"


def test_the_whole_chain(phone, desktop, live_world, sms):
    newcomer, secretary, captain = phone(), desktop(live_world.wang), phone(live_world.zhou)
    live_world.register("许文博")
    check_in(newcomer, sms, live_world)
    newcomer.reads("居委正在审核")

    review_a_batch(secretary)
    newcomer.open("/registrations/mine/").reads("请等队长的电话", "周队长")

    captain.open("/registrations/contacts/").reads("孙一鸣", "许文博")
    captain.tap("孙一鸣：已联系")
    assert captain.taps == 1
    captain.reads("已记下")

    join(newcomer)
    publish(captain)
    task = Task.objects.get(title=TITLE)
    claim_withdraw_claim(newcomer, task)

    over = timezone.now() - dt.timedelta(hours=1)
    Task.objects.filter(pk=task.pk).update(starts_at=over - dt.timedelta(hours=2), ends_at=over)
    report(newcomer)
    captain.open("/tasks/verify/").reads("孙一鸣", TITLE)
    captain.page.get_by_role("checkbox", name=f"选择孙一鸣：{TITLE}").check()
    captain.tap("核验所选")
    captain.reads("已核验1条")

    newcomer.open("/service/").reads("2 小时", TITLE, "周队长核验")
    assert Entry.objects.get().hours == 2
    six_steps(newcomer)
    close_the_year(newcomer)


def review_a_batch(secretary):
    secretary.open("/desk/").reads("孙一鸣", "许文博")
    secretary.follow("去审核")
    secretary.page.get_by_label("全选").check()
    secretary.tap("预览并通过")
    secretary.reads("通过这2人的报到？", "孙一鸣", "许文博")
    secretary.tap("通过2人")
    secretary.reads("已通过2人")
    assert Registration.objects.filter(status="accepted").count() == 2


def join(newcomer):
    newcomer.open("/").reads("孙一鸣，")
    newcomer.follow("看说明并确认入队")
    newcomer.reads("自愿", "风险", "谁能看", "撤回")
    assert not newcomer.page.get_by_label("我已读过上面的说明").is_checked()
    newcomer.tick("我已读过上面的说明")
    newcomer.tap("确认入队")
    newcomer.reads("您已入队")


def publish(captain):
    tomorrow = timezone.localdate() + dt.timedelta(days=1)
    captain.open("/tasks/board/").follow("发布任务")
    for label, text in {"任务名称": TITLE, "集合地点": "22号楼一楼门厅", "日期": f"{tomorrow:%Y-%m-%d}", "开始": "18:30",
                        "结束": "20:30", "名额": "2", "保险": "居委已投保意外险"}.items():  # fmt: skip
        captain.write(label, text)
    captain.tap("现在发布")
    captain.reads(TITLE, "还差2人", "居委已投保意外险")


def claim_withdraw_claim(newcomer, task):
    newcomer.open("/tasks/").tap(f"认领：{TITLE}")
    newcomer.reads("您已认领")
    assert newcomer.taps <= 3
    newcomer.follow(TITLE)
    newcomer.reads("已认领，谢谢您", "还差1人")
    newcomer.tap("我来不了")
    newcomer.reads("知道您来不了了", "还差2人")
    newcomer.tap("认领这个任务")
    newcomer.reads("已认领，谢谢您")
    assert list(Claim.objects.filter(task=task).values_list("status", flat=True)) == ["withdrawn", "claimed"]


def report(newcomer):
    newcomer.open("/")
    newcomer.reads("做完了吗", TITLE)
    newcomer.follow("登记时长")
    newcomer.page.wait_for_url("**/tasks/**")
    if not newcomer.page.url.endswith("/report/"):
        newcomer.follow("登记时长")
    assert newcomer.page.get_by_label("做了多久").input_value() == "2.0"
    newcomer.tap("提交")
    newcomer.reads("已登记")
    assert newcomer.taps <= 3


def six_steps(newcomer):
    """The bar shows each step with who and when; the timeline under it names the post too."""
    newcomer.open("/registrations/mine/")
    steps = newcomer.steps
    for step, (word, who) in zip(
        steps, [("报到", "本人"), ("审核", "王书记"), ("联络", "周队长"), ("入队", "本人")], strict=False
    ):
        assert word in step and says_today(step) and who in step and "已完成" in step
    assert "认领" in steps[4] and says_today(steps[4])
    assert "年终" in steps[5] and "12月31日" in steps[5]
    newcomer.reads("居村党组织书记 王书记", "队长 周队长")


def says_today(words) -> bool:
    today = timezone.localdate()
    return "今天" in words or f"{today.month}月{today.day}日" in words


def close_the_year(newcomer):
    year = timezone.localdate().year
    with time_machine.travel(dt.datetime(year + 1, 1, 5, 9, tzinfo=dt.UTC), tick=True):
        first, again = closing(year), closing(year)
    assert first == again and first["people"] == 1
    assert Statement.objects.get().hours == 2
    newcomer.open(f"/service/?year={year}").reads("2 小时", "封账")
    newcomer.open("/registrations/mine/")
    assert f"{year}年已汇总" in newcomer.steps[5]


def closing(year) -> dict:
    out = StringIO()
    call_command("close_year", year, district="310107", json=True, stdout=out)
    return json.loads(out.getvalue())


def test_claiming_works_without_javascript(phone, live_world):
    task = live_world.task()
    hand = phone(live_world.alan, js=False)
    hand.open("/tasks/").tap(f"认领：{task.title}")
    hand.reads("已认领，谢谢您")
    assert hand.taps <= 3
    assert task.claims.get().status == Claim.Status.CLAIMED


def test_a_captain_verifies_ten_reports_in_four_taps(phone, live_world):
    task = live_world.past_task(seats=10)
    for n in range(10):
        member = live_world.member(f"孙{'一二三四五六七八九十'[n]}鸣", live_world.neighbourhood)
        live_world.claimed(task, member).report(by=member, hours=2)
    hand = phone(live_world.zhou).open("/tasks/verify/")
    hand.tick("全选")
    hand.tap("核验所选")
    hand.reads("已核验10条")
    assert hand.taps <= 4
    assert Entry.objects.count() == 10
