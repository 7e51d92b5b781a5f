"""报到 when it does not go straight: sent back, refused, not reached, the wrong place, somebody twice, moving, pausing."""

import re

import pytest

from tests.world import LONG_AGO
from tongxin.people.models import Merge
from tongxin.registrations.models import Registration, ToldApart

MINE = "/registrations/mine/"


def exactly(words):
    """A button that says this and nothing more."""
    return re.compile(f"^{re.escape(words)}$")


@pytest.fixture
def desk(desktop):
    """Staff at their desk, having opened one registration from the list of those waiting."""

    def open_desk(person, name, *, which=None):
        hand = desktop(person).open("/desk/")
        hand.press(hand.page.locator("nav").get_by_role("link", name="报到", exact=True).first)
        if which:
            hand.follow(which)
        hand.press(hand.page.get_by_role("link", name=name, exact=True).first)
        return hand

    return open_desk


def standing(hand) -> list[str]:
    """The fields of a form that stand filled in already."""
    boxes = hand.page.locator("main form input:not([type=hidden]), main form select, main form textarea")
    return boxes.evaluate_all(
        "all => all.filter(one => one.type === 'checkbox' || one.type === 'radio' ? one.checked : one.value).map(one => one.name)"
    )


def test_sent_back_mended_in_one_field_and_accepted(phone, desk, live_world):
    live_world.register("孙一鸣", skills="陪伴长辈", times="周末")
    waiting = Registration.objects.get()

    secretary = desk(live_world.wang, "孙一鸣")
    secretary.unfold("请本人补充")
    secretary.choose("住处没有写到楼栋，请补上")
    secretary.tap("请本人补充")
    secretary.told("已请孙一鸣补充", "改好交回来会再通知您")

    newcomer = phone(waiting.person).open("/")
    newcomer.reads("住处没有写到楼栋，请补上", "请您补充一下")
    newcomer.follow("去改好再交")
    known = standing(newcomer)
    assert {"name", "where", "skills", "times"} <= set(known), known  # nothing is asked twice
    newcomer.write("您住在哪里", live_world.buildings[0].short_code)
    newcomer.tap("改好了，再交")
    newcomer.within(taps=3, fields=1)
    newcomer.told("3个工作日内答复", "居委正在审核")
    waiting.refresh_from_db()
    assert (waiting.home, waiting.skills) == (live_world.buildings[0], "陪伴长辈")

    again = desk(live_world.wang, "孙一鸣")
    again.tap(exactly("通过"))
    again.reads("已通过孙一鸣的报到，队长会在2个工作日内联系")
    newcomer.open(MINE).told("请等队长的电话", "周队长")


def test_refused_appealed_and_overturned_by_the_street(phone, desk, live_world):
    live_world.register("孙一鸣")
    waiting = Registration.objects.get()
    secretary = desk(live_world.wang, "孙一鸣")
    secretary.unfold("不通过")
    secretary.choose("信息对不上，请核对后重新报到")
    secretary.tap("不通过，把原因告诉本人")
    secretary.reads("已把原因告诉孙一鸣")

    newcomer = phone(waiting.person).open(MINE)
    newcomer.told("这次没有通过", "信息对不上，请核对后重新报到", "申诉", "前）")
    newcomer.follow("觉得不对，我要申诉")
    newcomer.write("您的理由", "名字的第二个字写错了，当面已经核对过")
    newcomer.tap("交给街镇复核")
    newcomer.within(taps=3, fields=1)
    newcomer.told("街镇正在复核", "前答复", "没有经手过的同事")

    clerk = desk(live_world.shen, "孙一鸣", which="申诉中")
    clerk.reads("名字的第二个字写错了")
    clerk.choose("改为通过")
    clerk.tap("定下来，告诉本人")
    clerk.reads("已把复核结果告诉孙一鸣")
    newcomer.open(MINE).told("请等队长的电话", "前会打电话给您", "周队长")

    captain = phone(live_world.zhou).open("/")
    captain.follow("新报到待联络")
    captain.tap("孙一鸣：已联系")
    captain.within(taps=2)
    newcomer.open(MINE).told("请您看说明，确认入队")


def test_an_appeal_upheld_says_that_it_is_final_and_what_is_left(phone, desk, live_world):
    waiting = live_world.register("孙一鸣")
    waiting.refuse(by=live_world.wang, reason="不住在本居村")
    waiting.appeal(by=waiting.person, reason="我住在1号楼")
    clerk = desk(live_world.shen, "孙一鸣", which="申诉中")
    clerk.choose("维持不通过")
    clerk.tap("定下来，告诉本人")
    clerk.reads("请写明理由，本人会看到")
    clerk.write("理由", "核对过登记册，不住在这里")
    clerk.tap("定下来，告诉本人")
    newcomer = phone(waiting.person).open(MINE)
    newcomer.told("复核后维持不通过", "核对过登记册", "12345", "重新报到")
    newcomer.reads_not("我要申诉")


def test_three_tries_unanswered_stop_calling_and_ask_the_person_to_call(phone, live_world):
    waiting = live_world.register("孙一鸣")
    waiting.accept(by=live_world.wang)
    captain = phone(live_world.zhou).open("/registrations/contacts/")
    for _ in range(3):
        captain.tap("孙一鸣：未接通")
        captain.reads("已记下孙一鸣的联络结果")
    assert captain.taps == 3
    newcomer = phone(waiting.person).open(MINE)
    newcomer.told("请您方便时打个电话", "我们打了3次没有接通", "报到一直有效")
    newcomer.tap("看完整号码，打给队长")
    assert newcomer.page.locator(f"a[href='tel:{live_world.zhou.local_phone}']").count()
    captain.open("/registrations/contacts/")
    captain.tap("孙一鸣：已联系")  # they called back
    newcomer.open(MINE).reads("请您看说明，确认入队")


def test_the_wrong_neighbourhood_passes_it_on_and_nothing_is_typed_again(phone, desk, live_world):
    waiting = live_world.register("孙一鸣", skills="陪伴长辈")
    secretary = desk(live_world.wang, "孙一鸣")
    secretary.follow("转给对的居村")
    secretary.write("本人住在哪里", live_world.sibling_buildings[0].short_code)
    secretary.tap("转过去，并告诉本人")
    secretary.reads("已转给", "万里名轩居委会")
    waiting.refresh_from_db()
    assert (waiting.place, waiting.skills) == (live_world.sibling, "陪伴长辈")
    newcomer = phone(waiting.person).open(MINE)
    newcomer.told("万里名轩居委会", "居委正在审核", "前答复")
    assert newcomer.fields == 0


def test_two_of_one_name_are_told_apart(desk, live_world):
    live_world.member("孙一鸣", live_world.neighbourhood)
    Registration.submit(phone=live_world.number(), name="孙一鸣", place=live_world.neighbourhood)
    first = live_world.register("孙一鸣")
    secretary = desk(live_world.wang, "孙一鸣")
    secretary.reads("可能是同一位", "姓名相同", "系统只提示")
    secretary.tap("不是同一位")
    secretary.reads("已记下：不是同一个人，以后不再提示")
    secretary.reads_not("可能是同一位")
    assert ToldApart.objects.count() == 1 and first.status == "submitted"


def test_one_person_twice_is_merged_and_the_merge_undone(desk, live_world):
    """By a human, from the registration under review; undone by a human, with a reason, and all is as before."""
    old = live_world.joined(live_world.register("孙一鸣"))
    live_world.register("孙一鸣")
    secretary = desk(live_world.wang, "孙一鸣")
    secretary.reads("可能是同一位")
    secretary.follow("是同一位，去合并")
    secretary.page.get_by_role("radio").first.check()
    secretary.write("怎么知道是同一个人", "电话问过，是同一位，换了号码")
    secretary.tap(exactly("合并"))
    merge = Merge.objects.get()
    assert merge.undone_at is None and old.person_id in (merge.kept_id, merge.gone_id)
    secretary.reads("合并过的", "电话问过，是同一位")
    secretary.follow("撤回孙一鸣的合并")
    secretary.write("为什么", "问错了人")
    secretary.tap("撤回合并")
    secretary.reads("撤回：问错了人")
    merge.refresh_from_db()
    assert merge.undone_at


def test_moving_home_asks_for_the_new_home_alone(phone, desk, live_world):
    joined = live_world.joined(live_world.register("孙一鸣", skills="陪伴长辈", times="周末"))
    mover = phone(joined.person).open("/")
    mover.follow("看详情")
    mover.follow("我搬家了")
    asked = mover.page.locator("main form input:not([type=hidden]), main form select, main form textarea").count()
    assert asked == 1  # of what is known, nothing
    mover.write("新家在哪里", live_world.sibling_buildings[1].short_code)
    mover.tap("搬到这里")
    mover.within(taps=4, fields=1)
    mover.told("正从", "中浩云居委会", "居委正在审核", "照常参加")

    neighbour = live_world.staff("林书记", "lin", "secretary", live_world.sibling, "林书记")
    there = desk(neighbour, "孙一鸣")
    there.reads("同一位以前的报到", "陪伴长辈")
    there.tap(exactly("通过"))
    mover.open(MINE).told("请等", "电话")
    assert {one.place.name: one.status for one in Registration.objects.filter(person=joined.person)} == {
        "中浩云居委会": "transferred",
        "万里名轩居委会": "accepted",
    }


def test_a_move_called_off_leaves_everything_as_it_was(phone, live_world):
    joined = live_world.joined(live_world.register("孙一鸣"))
    mover = phone(joined.person).open(MINE)
    mover.follow("我搬家了")
    mover.write("新家在哪里", live_world.sibling_buildings[1].short_code)
    mover.tap("搬到这里")
    mover.tap("不搬了，留在原来的队伍")
    mover.told("可以认领任务了")
    joined.refresh_from_db()
    assert joined.status == "joined"


def test_pausing_coming_back_and_leaving(phone, live_world):
    joined = live_world.joined(live_world.register("孙一鸣"))
    live_world.task()
    hand = phone(joined.person).open(MINE)
    hand.follow("暂停参加")
    hand.reads("不用写原因", "不影响任何记录")
    hand.tap("暂停参加")
    hand.within(taps=2, fields=0)
    hand.told("您已暂停参加", "什么时候想回来")
    hand.open("/tasks/").reads_not("认领：22号楼")
    hand.open(MINE).follow("恢复参加")
    hand.tap("恢复参加")
    hand.told("可以认领任务了")
    hand.follow("退出队伍")
    hand.reads("时长仍是您的", "不用写原因")
    hand.tap("退出队伍")
    hand.told("已退出。想回来随时可以重新报到")
    joined.refresh_from_db()
    assert joined.status == "left" and joined.submitted_at.date() > LONG_AGO
