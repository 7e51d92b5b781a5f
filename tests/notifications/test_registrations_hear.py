"""报到, all of it: who hears each step, in words one can act on, and no name of anybody in what lights up on a phone."""

import pytest

from tongxin.access.policy import Role
from tongxin.notifications.models import Notice
from tongxin.registrations.clockwork import escalate_overdue, tell_of_overdue
from tongxin.registrations.models import Registration


def fresh(registration):
    return Registration.objects.get(pk=registration.pk)


def last(person):
    return Notice.objects.filter(person=person).order_by("-pk").first()


def test_sent_back_and_sent_again(world, told):
    world.registration.send_back(by=world.wang, reason="住处没有写到楼栋，请补上")
    assert told(world.newcomer)[-1] == "您的报到请补充一下" and "没有写到楼栋" in last(world.newcomer).body
    fresh(world.registration).resubmit(by=world.newcomer)
    assert told(world.newcomer)[-1] == "我们收到您的报到了"


def test_passed_on_says_where_to_and_by_when(world, told):
    world.registration.redirect(by=world.wang, place=world.sibling, reason="从这里转到那里")
    assert told(world.newcomer)[-1] == "您的报到转到了万里名轩居委会" and "不用再填" in last(world.newcomer).body


def test_an_appeal_from_both_sides(world, told):
    world.registration.refuse(by=world.wang, reason="不住在本居村")
    assert told(world.newcomer)[-1] == "您的报到这次没有通过" and "申诉" in last(world.newcomer).body
    fresh(world.registration).appeal(by=world.newcomer, reason="我住在这里")
    assert told(world.newcomer)[-1] == "街镇收到您的申诉了"
    fresh(world.registration).overturn(by=world.shen, reason="核实过")
    assert told(world.newcomer)[-1] == "申诉复核好了，您的报到通过了" and "周队长" in last(world.newcomer).body
    assert told(world.zhou) == ["有新报到的邻居等您联系"] and told(world.wang) == ["街镇复核了一份申诉，改为通过"]


def test_upheld_says_why_and_whom_to_call(world, told):
    world.registration.refuse(by=world.wang, reason="不住在本居村")
    fresh(world.registration).appeal(by=world.newcomer, reason="我住在这里")
    fresh(world.registration).uphold(by=world.shen, reason="核对过，不住在这里")
    assert told(world.newcomer)[-1] == "申诉复核好了，维持不通过"
    assert "核对过" in last(world.newcomer).body and "12345" in last(world.newcomer).body


def test_three_calls_and_a_slip_of_the_finger(world, told):
    world.registration.accept(by=world.wang)
    for _ in range(3):
        fresh(world.registration).note_contact(by=world.zhou, result="no_answer")
    assert told(world.newcomer)[-1] == "我们打了三次没有接通"
    fresh(world.registration).contact(by=world.zhou)
    fresh(world.registration).recontact(by=world.zhou)
    assert told(world.newcomer)[-1] == "请再等一等电话"


def test_pausing_and_moving(world, told):
    registration = world.joined(world.registration)
    fresh(registration).pause(by=fresh(registration).person)
    assert told(world.newcomer)[-1] == "您已暂停参加" and told(world.zhou)[-1] == "有队员暂停参加了"
    fresh(registration).resume(by=fresh(registration).person)
    assert told(world.newcomer)[-1] == "您已恢复参加，欢迎回来"
    secretary = world.staff("李慎行", "li", Role.SECRETARY, world.sibling, "")
    new = fresh(registration).move_home(by=fresh(registration).person, home=world.sibling_buildings[0])
    fresh(new).accept(by=secretary)
    assert {"您已从中浩云居委会迁出", "您的报到通过了"} <= set(told(world.newcomer))
    assert told(world.wang)[-1] == "有队员迁到别的居村了"


@pytest.mark.parametrize("step", ["registration.send_back", "registration.uphold", "registration.unreached"])
def test_what_lights_up_carries_no_name_and_no_typed_words(world, told, agreed, step):
    agreed(world.newcomer)
    if step == "registration.send_back":
        world.registration.send_back(by=world.wang, reason="周队长说住处不对")
    elif step == "registration.uphold":
        world.registration.refuse(by=world.wang, reason="周队长说不住这里")
        fresh(world.registration).appeal(by=world.newcomer, reason="我住在这里")
        fresh(world.registration).uphold(by=world.shen, reason="周队长说不住这里")
    else:
        world.registration.accept(by=world.wang)
        for _ in range(3):
            fresh(world.registration).note_contact(by=world.zhou, result="no_answer")
    told(world.newcomer)
    assert last(world.newcomer).text and "周队长" not in last(world.newcomer).text


def test_the_street_hears_of_what_lies_too_long_and_of_appeals_only_as_its_own(world, told, clock):
    world.registration.accept(by=world.wang)
    clock.shift(60 * 60 * 24 * 12)
    from django.utils import timezone

    tell_of_overdue(timezone.now()), escalate_overdue(timezone.now())
    assert told(world.shen) == ["有居村的报到过期较久"] and told(world.he) == []
